"""Plain values in, RDF terms and the quads of one graph out."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

from kg_builder import vocab

A = ox.NamedNode(vocab.RDF + "type")
LABEL = ox.NamedNode(vocab.RDFS + "label")
PREF_LABEL = ox.NamedNode(vocab.SKOS + "prefLabel")
ALT_LABEL = ox.NamedNode(vocab.SKOS + "altLabel")
EXACT_MATCH = ox.NamedNode(vocab.SKOS + "exactMatch")


@cache
def kg(name: str) -> ox.NamedNode:
    """The node of an ontology term."""
    return ox.NamedNode(vocab.kg(name))


@cache
def _datatype(name: str) -> ox.NamedNode:
    return ox.NamedNode(vocab.XSD + name)


def typed(value: str, datatype: str) -> ox.Literal:
    """A literal of an XSD datatype given by its local name."""
    return ox.Literal(value, datatype=_datatype(datatype))


def integer(value: int) -> ox.Literal:
    """An xsd:integer."""
    return ox.Literal(str(value), datatype=_datatype("integer"))


def boolean(value: bool) -> ox.Literal:
    """An xsd:boolean."""
    return ox.Literal("true" if value else "false", datatype=_datatype("boolean"))


def decimal(value: float) -> ox.Literal:
    """An xsd:decimal with at most two decimals, in canonical form ("0.9", "1.0")."""
    text = f"{value:.2f}".rstrip("0")
    return ox.Literal(text + "0" if text.endswith(".") else text, datatype=_datatype("decimal"))


def string(value: str) -> ox.Literal:
    """A plain string; what RDF cannot hold became U+FFFD when the document was read."""
    return ox.Literal(value)


def iri(value: str) -> ox.NamedNode:
    """A named node; raises ValueError for what is no IRI."""
    return ox.NamedNode(value)


class Builder:
    """Collects the quads of one named graph."""

    def __init__(self, graph: str, minter: vocab.Minter) -> None:
        self.graph = ox.NamedNode(graph)
        self.minter = minter
        self.quads: list[ox.Quad] = []

    def add(
        self, subject: ox.NamedNode, predicate: ox.NamedNode, obj: ox.NamedNode | ox.Literal
    ) -> None:
        """Adds one triple to the graph."""
        self.quads.append(ox.Quad(subject, predicate, obj, self.graph))

    def types(self, subject: ox.NamedNode, cls: str) -> None:
        """Adds rdf:type for a class and its superclasses."""
        for name in (cls, *vocab.SUPERCLASSES.get(cls, ())):
            self.add(subject, A, kg(name))

    def text(self, subject: ox.NamedNode, name: str, value: str | None) -> None:
        """Adds a string value unless it is None."""
        if value is not None:
            self.add(subject, kg(name), ox.Literal(value))

    def span(self, subject: ox.NamedNode, start: int, end: int, exact: str) -> None:
        """Adds offsets and the quote they delimit."""
        self.add(subject, kg("start"), integer(start))
        self.add(subject, kg("end"), integer(end))
        self.add(subject, kg("exact"), ox.Literal(exact))
