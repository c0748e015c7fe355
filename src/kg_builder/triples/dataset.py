"""Counts, the ontology and what went away in, the quads of the graphs about the graph out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg_builder import resources, vocab
from kg_builder.triples.terms import A, Builder, integer, iri, string

_VOID = vocab.VOID


def ontology_quads(minter: vocab.Minter) -> list[ox.Quad]:
    """The ontology and the event types, as they ship."""
    graph = ox.NamedNode(minter.graph("ontology"))
    quads: list[ox.Quad] = []
    files = [resources.ontology_file()]
    files += [p for p in resources.authority_files() if p.stem == "event-types"]
    for path in files:
        parsed = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        quads.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in parsed)
    return quads


def void_quads(
    classes: Mapping[str, int], properties: Mapping[str, int], minter: vocab.Minter
) -> list[ox.Quad]:
    """VoID: the number of triples, and how many each class and property has.

    Source: https://www.w3.org/TR/void/ sections 4.5 and 4.6.
    """
    out = Builder(minter.graph("void"), minter)
    dataset = iri(minter.base + "dataset")
    out.add(dataset, A, iri(_VOID + "Dataset"))
    title = ox.NamedNode(vocab.DCTERMS + "title")
    out.add(dataset, title, string("Knowledge graph of news articles"))
    out.add(dataset, iri(_VOID + "uriSpace"), string(minter.base))
    out.add(dataset, iri(_VOID + "triples"), integer(sum(properties.values())))
    for kind, counts, pointer, amount in (
        ("class", classes, "classPartition", "entities"),
        ("property", properties, "propertyPartition", "triples"),
    ):
        for name, count in sorted(counts.items()):
            part = iri(
                f"{minter.base}dataset/{kind}/{vocab.slug(_local(name))}-{vocab.short_hash(name)}"
            )
            out.add(dataset, iri(_VOID + pointer), part)
            out.add(part, iri(_VOID + kind), iri(name))
            out.add(part, iri(_VOID + amount), integer(count))
    return out.quads


def _local(name: str) -> str:
    return name.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def history_quads(
    replaced: Iterable[tuple[str, str]], removed: Iterable[str], minter: vocab.Minter
) -> list[ox.Quad]:
    """Redirects of IRIs that gave way to others, and tombstones of those that went."""
    out = Builder(minter.graph("history"), minter)
    by = ox.NamedNode(vocab.DCTERMS + "isReplacedBy")
    gone = ox.NamedNode(vocab.OWL + "deprecated")
    true = ox.Literal("true", datatype=ox.NamedNode(vocab.XSD + "boolean"))
    for old, new in replaced:
        out.add(iri(old), by, iri(new))
    for old in removed:
        out.add(iri(old), gone, true)
    return out.quads
