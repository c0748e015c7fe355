"""An IRI in, its description as RDF out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

import pyoxigraph as ox

from kg_builder import vocab
from kg_server.reader import TYPE, Reader, graph_of

_LIMIT: Final = 50_000
RDF_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "n3": ox.RdfFormat.N3,
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
