"""Shapes files in, one shapes graph with a readable name for every shape out.

Property shapes are mostly blank nodes, which reports cannot name over two runs. Those get an
IRI made of what holds them, so that rules, baselines and fingerprints can refer to them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from kg_builder import vocab

SKOLEM: Final = "urn:x-kg-builder:shape:"
_TYPE: Final = ox.NamedNode(vocab.RDF + "type")
_FIRST: Final = ox.NamedNode(vocab.RDF + "first")
_REST: Final = ox.NamedNode(vocab.RDF + "rest")
_CLASSES: Final = frozenset(
    ox.NamedNode(iri) for iri in (vocab.RDFS + "Class", vocab.OWL + "Class")
)
_INNER: Final = ("property", "node", "not", "qualifiedValueShape")
_LISTS: Final = ("and", "or", "xone")

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Index = Mapping[Term, Mapping[str, Sequence[Term]]]


def _sh(name: str) -> str:
    return vocab.SH + name


def local(iri: str) -> str:
    """The last part of an IRI."""
    return re.split(r"[#/:]", iri.rstrip("#/"))[-1]


@dataclass(frozen=True)
class Shapes:
    """A shapes graph; `own` when it is the package's."""

    triples: tuple[ox.Triple, ...]
    own: bool = False

    @cached_property
    def _index(self) -> _Index:
        index: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            index[triple.subject][triple.predicate.value].append(triple.object)
        return index

    def message(self, shape: str) -> str:
        """What a shape (in N-Triples syntax) is for: its sh:message, description or name."""
        facts = self._index.get(_node(shape), {})
        for name in (_sh("message"), _sh("description"), _sh("name"), vocab.RDFS + "comment"):
            for value in facts.get(name, ()):
                if isinstance(value, ox.Literal):
                    return value.value
        return ""

    @cached_property
    def targeted(self) -> tuple[str, ...]:
        """The shapes in force that say themselves which nodes they are for, sorted."""
        return tuple(sorted(str(shape) for shape, facts in self._index.items() if _acts(facts)))


def _acts(facts: Mapping[str, Sequence[Term]]) -> bool:
    off = facts.get(_sh("deactivated"), ())
    if any(isinstance(v, ox.Literal) and v.value in ("true", "1") for v in off):
        return False
    implicit = bool(_CLASSES & set(facts.get(_TYPE.value, ()))) and _is_shape(facts)
    return implicit or any(name.startswith(_sh("target")) for name in facts)


def _node(shape: str) -> Term:
    return ox.NamedNode(shape[1:-1]) if shape.startswith("<") else ox.BlankNode(shape[2:])


def _is_shape(facts: Mapping[str, Sequence[Term]]) -> bool:
    kinds = {_sh("NodeShape"), _sh("PropertyShape")}
    return any(isinstance(t, ox.NamedNode) and t.value in kinds
               for t in facts.get(_TYPE.value, ()))  # fmt: skip


def named(quads: Iterable[ox.Quad]) -> tuple[ox.Triple, ...]:
    """The triples of a shapes graph, with an IRI for every shape that is a blank node.

    Such an IRI is SKOLEM, the shape that holds it, how (`property`, `or` …) and the path; where
    several would be alike they are numbered as they stand in the file.
    """
    triples = list(dict.fromkeys(quad.triple for quad in quads))
    index: dict[Term, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        index[triple.subject].append(triple)
    names: dict[Term, ox.NamedNode] = {}
    taken: set[str] = set()
    roots: list[Term] = [t for t in index if isinstance(t, ox.NamedNode)]
    held = {inner for t in index for _, inner in _inside(t, index)}
    roots += [t for t in index if isinstance(t, ox.BlankNode) and t not in held and
              any(x.predicate.value.startswith(vocab.SH) for x in index[t])
              and _has_target(index[t])]  # fmt: skip
    waiting: list[tuple[Term, str]] = []
    for root in roots:
        if isinstance(root, ox.NamedNode):
            waiting.append((root, root.value))
        else:
            waiting.append((root, _name(root, "", "shape", index, names, taken)))
    while waiting:
        owner, title = waiting.pop(0)
        for how, inner in _inside(owner, index):
            if isinstance(inner, ox.BlankNode) and inner not in names:
                waiting.append((inner, _name(inner, title, how, index, names, taken)))
    return tuple(_with(triple, names) for triple in triples)


def _has_target(triples: Iterable[ox.Triple]) -> bool:
    return any(t.predicate.value.startswith(_sh("target")) for t in triples)


def _inside(owner: Term, index: Mapping[Term, Sequence[ox.Triple]]) -> Iterator[tuple[str, Term]]:
    """The shapes that a shape holds, and by which parameter."""
    for triple in index.get(owner, ()):
        how = triple.predicate.value.removeprefix(vocab.SH)
        if how in _INNER:
            yield how, triple.object
        elif how in _LISTS:
            for item in _items(triple.object, index):
                yield how, item


def _items(head: Term, index: Mapping[Term, Sequence[ox.Triple]]) -> Iterator[Term]:
    seen: set[Term] = set()
    while head not in seen:
        seen.add(head)
        rest: Term | None = None
        for triple in index.get(head, ()):
            if triple.predicate == _FIRST:
                yield triple.object
            elif triple.predicate == _REST:
                rest = triple.object
        if rest is None:
            return
        head = rest


def _name(
    shape: Term,
    owner: str,
    how: str,
    index: Mapping[Term, Sequence[ox.Triple]],
    names: dict[Term, ox.NamedNode],
    taken: set[str],
) -> str:
    path = next((local(t.object.value) for t in index.get(shape, ())
                 if t.predicate.value == _sh("path") and isinstance(t.object, ox.NamedNode)),
                "" if how != "property" else "path")  # fmt: skip
    stem = owner.removeprefix(SKOLEM)
    stem = (quote(stem, safe=":/#") + "/" if stem else "") + how + (f"-{path}" if path else "")
    text, number = stem, 1
    while text in taken:
        number += 1
        text = f"{stem}-{number}"
    taken.add(text)
    names[shape] = ox.NamedNode(SKOLEM + text)
    return names[shape].value


def _with(triple: ox.Triple, names: Mapping[Term, ox.NamedNode]) -> ox.Triple:
    subject, value = triple.subject, triple.object
    if subject in names or value in names:
        assert not isinstance(subject, ox.Triple)
        return ox.Triple(names.get(subject, subject), triple.predicate, names.get(value, value))
    return triple
