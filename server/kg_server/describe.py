"""An IRI in, its description as RDF out; and the description of the endpoint itself."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

import pyoxigraph as ox

from kg_builder import vocab
from kg_server import negotiate
from kg_server.reader import TYPE, Reader, graph_of

_LIMIT: Final = 50_000
_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS_NS: Final = "http://www.w3.org/ns/formats/"
RDF_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}


def serialize(triples: Iterable[ox.Triple], name: str, base: str | None = None) -> bytes:
    """Triples in a format of negotiate.py, with the project's prefixes where it has any."""
    prefixes = dict(vocab.PREFIXES)
    if base:
        prefixes["id"] = base
    return ox.serialize(triples, format=RDF_FORMATS[name], prefixes=prefixes) or b""


def description(reader: Reader, iri: str) -> list[ox.Triple]:
    """What the store says of a node: an article's whole graph, else its statements.

    Nodes that belong to it (a geometry, an event's participations) are taken along.
    """
    if "Article" in reader.classes(iri):
        graphs = {graph_of(q) for q in reader.quads(iri, TYPE)} - {None}
        quads = [q for g in sorted(map(str, graphs)) for q in reader.quads(graph=g, limit=_LIMIT)]
        if quads:
            return list(dict.fromkeys(quad.triple for quad in quads))
    quads = list(reader.quads(iri, limit=_LIMIT))
    owned = {
        quad.object.value
        for quad in quads
        if isinstance(quad.object, ox.NamedNode)
        and (
            quad.object.value.startswith((f"{iri}#", f"{iri}/"))
            or quad.predicate.value == vocab.GEO + "hasGeometry"
        )
    }
    for node in sorted(owned):
        quads.extend(reader.quads(node, limit=1000))
    return list(dict.fromkeys(quad.triple for quad in islice(quads, _LIMIT)))


def service(endpoint: str, union: bool) -> list[ox.Triple]:
    """SPARQL 1.1 Service Description of this endpoint."""
    node = ox.NamedNode(endpoint)
    dataset = ox.NamedNode(f"{endpoint}#dataset")
    graph = ox.NamedNode(f"{endpoint}#default-graph")
    a = ox.NamedNode(TYPE)

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(_SD + name)

    formats = (
        "SPARQL_Results_JSON SPARQL_Results_XML SPARQL_Results_CSV SPARQL_Results_TSV "
        "Turtle N-Triples RDF_XML JSON-LD N-Quads TriG"
    ).split()
    found = [
        ox.Triple(node, a, sd("Service")),
        ox.Triple(node, sd("endpoint"), node),
        ox.Triple(node, sd("supportedLanguage"), sd("SPARQL11Query")),
        ox.Triple(node, sd("defaultDataset"), dataset),
        ox.Triple(dataset, a, sd("Dataset")),
        ox.Triple(dataset, sd("defaultGraph"), graph),
        ox.Triple(graph, a, sd("Graph")),
    ]
    if union:
        found.append(ox.Triple(node, sd("feature"), sd("UnionDefaultGraph")))
    found += [
        ox.Triple(node, sd("resultFormat"), ox.NamedNode(_FORMATS_NS + name)) for name in formats
    ]
    return found


def service_document(endpoint: str, union: bool, accept: str | None) -> tuple[str, bytes] | None:
    """The service description in the format that an Accept header asks for, or None."""
    name = negotiate.choose(accept, negotiate.GRAPHS)
    if name is None:
        return None
    data = ox.serialize(service(endpoint, union), format=RDF_FORMATS[name], prefixes={"sd": _SD})
    return negotiate.MEDIA_TYPES[name], data or b""
