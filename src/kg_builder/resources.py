"""Where ontology/ and shapes/ lie (in the wheel, else in the checkout), and the example queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox

QUERIES = "https://w3id.org/kg-builder/queries/"


def folder(name: str) -> Path:
    """The folder `ontology` or `shapes` as a path.

    Raises FileNotFoundError when neither the wheel nor a checkout has it.
    """
    package = Path(str(files("kg_builder")))
    for candidate in (package / "_data" / name, package.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"kg-builder's own folder {name!r} is missing from the installation")


def ontology_file() -> Path:
    """The Turtle file of the ontology."""
    return folder("ontology") / "kg.ttl"


def shapes_file() -> Path:
    """The Turtle file of the shapes."""
    return folder("shapes") / "kg.ttl"


def authority_files() -> list[Path]:
    """The authority files that ship with the package, sorted by name."""
    return sorted((folder("ontology") / "authority").glob("*.ttl"))


def event_types_file() -> Path:
    """The SKOS scheme of event types with their trigger lemmas."""
    return folder("ontology") / "authority" / "event-types.ttl"


def query_files() -> list[Path]:
    """The example queries, sorted by their numbers."""
    return sorted((folder("ontology") / "queries").glob("*.rq"))


@dataclass(frozen=True, slots=True)
class ExampleQuery:
    """One example query; `name` is its file's name without number and suffix."""

    number: int
    name: str
    title: str
    comment: str
    text: str


@cache
def example_queries() -> tuple[ExampleQuery, ...]:
    """The example queries by number, read from files that start with two lines of metadata.

    These are `#+ title: …` and `#+ comment: …`. Raises ValueError for a file without them.
    """
    found = []
    for path in query_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) < 3 or lines[0][:9] != "#+ title:" or lines[1][:11] != "#+ comment:":
            raise ValueError(f"{path.name}: lines 1 and 2 must be '#+ title: …', '#+ comment: …'")
        number, _, name = path.stem.partition("-")
        text = "\n".join(lines[2:]).strip() + "\n"
        title, comment = lines[0][9:].strip(), lines[1][11:].strip()
        found.append(ExampleQuery(int(number), name, title, comment, text))
    return tuple(found)


def example_queries_turtle(endpoint: str) -> str:
    """The example queries as Turtle, for the SPARQL endpoint with the IRI `endpoint`.

    The form is that of the SIB example queries (Bolleman et al. 2024): a
    `sh:SPARQLExecutable` with `rdfs:comment`, `sh:select` and `schema:target`.
    """
    sh, schema = "http://www.w3.org/ns/shacl#", "https://schema.org/"
    rdfs = "http://www.w3.org/2000/01/rdf-schema#"
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    triples = []
    for query in example_queries():
        node = ox.NamedNode(f"{QUERIES}{query.number:02d}-{query.name}")
        values: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (rdf + "type", ox.NamedNode(sh + "SPARQLExecutable")),
            (rdf + "type", ox.NamedNode(sh + "SPARQLSelectExecutable")),
            (rdfs + "label", ox.Literal(query.title, language="en")),
            (rdfs + "comment", ox.Literal(query.comment, language="en")),
            (sh + "select", ox.Literal(query.text)),
            (schema + "target", ox.NamedNode(endpoint)),
        ]
        triples += [ox.Triple(node, ox.NamedNode(p), value) for p, value in values]
    prefixes = {"sh": sh, "schema": schema, "rdfs": rdfs, "query": QUERIES}
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()
