"""The terms of RDF and SHACL that the engine names, and lists of RDF graphs read out.

Source: https://www.w3.org/TR/shacl/.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import ShapesError

Term = ox.NamedNode | ox.BlankNode | ox.Literal
"""A term of RDF 1.1."""

Out = dict[Term, dict[ox.NamedNode, list[Term]]]
"""The triples of a graph by subject, then predicate."""

RDF_TYPE = ox.NamedNode(vocab.RDF + "type")
RDF_FIRST = ox.NamedNode(vocab.RDF + "first")
RDF_REST = ox.NamedNode(vocab.RDF + "rest")
RDF_NIL = ox.NamedNode(vocab.RDF + "nil")
RDF_LANG_STRING = ox.NamedNode(vocab.RDF + "langString")
RDFS_CLASS = ox.NamedNode(vocab.RDFS + "Class")
RDFS_SUBCLASS_OF = ox.NamedNode(vocab.RDFS + "subClassOf")
OWL_CLASS = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
XSD_STRING = ox.NamedNode(vocab.XSD + "string")
XSD_BOOLEAN = ox.NamedNode(vocab.XSD + "boolean")


@cache
def sh(name: str) -> ox.NamedNode:
    """A term of the SHACL vocabulary."""
    return ox.NamedNode(vocab.SH + name)


def show(term: object) -> str:
    """A term in N-Triples syntax, "" for None."""
    return "" if term is None else str(term)


def as_term(term: object) -> Term:
    """The term itself. Raises TypeError for a quoted triple."""
    if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal):
        return term
    raise TypeError(f"not a term of RDF 1.1: {term!r}")


def is_true(term: Term | None) -> bool:
    """Whether a term is a true xsd:boolean."""
    return isinstance(term, ox.Literal) and term.value in ("true", "1")


def items(out: Out, head: Term, owner: object, name: str) -> Iterator[Term]:
    """The members of a SHACL list. Raises ShapesError, naming the shape, for what is none."""
    seen: set[Term] = set()
    while head != RDF_NIL:
        node = out.get(head, {})
        first, rest = node.get(RDF_FIRST, []), node.get(RDF_REST, [])
        if head in seen or len(first) != 1 or len(rest) != 1:
            raise ShapesError(f"shape {owner}: the value of {name} is not a well-formed list")
        seen.add(head)
        yield first[0]
        head = rest[0]
