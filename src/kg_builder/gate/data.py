"""Quads in, one graph out that the engine can look into from either end of a triple.

Named graphs are unioned. Terms stay what pyoxigraph made; there is no second copy of a triple,
and what is seldom asked for (triples from the object's end, a store for SPARQL) is made once,
when it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from kg_builder.gate.terms import RDF_TYPE, RDFS_SUBCLASS_OF, Out, Term, as_term

_NONE: dict[ox.NamedNode, list[Term]] = {}
_BLANK = "urn:kg-builder:blank:"
_MANY = 24
"""From so many values on, a set tells whether a value is new."""


class Data:
    """A data graph; `out` is public because validators read it in their innermost loops."""

    __slots__ = (
        "_big",
        "_inverse",
        "_kept",
        "_kinds",
        "_named",
        "_predicates",
        "_store",
        "notes",
        "out",
    )

    def __init__(self, quads: Iterable[ox.Quad] = ()) -> None:
        self.out: Out = {}
        self._big: dict[tuple[Term, ox.NamedNode], set[Term]] = {}
        self._inverse: dict[ox.NamedNode, dict[Term, list[Term]]] = {}
        self._predicates: dict[ox.NamedNode, list[Term]] | None = None
        self._kinds: dict[Term, frozenset[Term]] = {}
        self._store: ox.Store | None = None
        self._named: ox.Store | None = None
        self._kept: dict[Term, Term] | None = None
        self.notes: dict[object, Any] = {}
        """What validators remember of this graph, by a key of their own."""
        self.add(quads)

    @classmethod
    def shared(cls, quads: Iterable[ox.Quad]) -> Data:
        """A graph that keeps each term once: slower to make, a third of the memory."""
        data = cls()
        data._kept = {}
        data.add(quads)
        data._kept = None
        return data

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Adds the quads' triples; the same triple twice is one."""
        out, kept = self.out, self._kept
        last: object = None
        node: dict[ox.NamedNode, list[Term]] = {}
        for quad in quads:
            subject, predicate, value = quad.subject, quad.predicate, quad.object
            if kept is not None:
                predicate = kept.setdefault(predicate, predicate)  # type: ignore[assignment]
                value = kept.setdefault(value, value)  # type: ignore[arg-type]
            if subject != last:
                last = subject
                if kept is not None:
                    subject = kept.setdefault(subject, subject)  # type: ignore[arg-type,assignment]
                found = out.get(subject)  # type: ignore[arg-type]
                if found is None:
                    node = {}
                    out[as_term(subject)] = node
                else:
                    node = found
            values = node.get(predicate)
            if values is None:
                node[predicate] = [value]  # type: ignore[list-item]
            elif len(values) < _MANY:
                if value not in values:
                    values.append(value)  # type: ignore[arg-type]
            else:
                self._append(last, predicate, values, value)

    def _append(self, subject: Any, predicate: ox.NamedNode, values: list[Term], new: Any) -> None:
        known = self._big.setdefault((subject, predicate), set())
        if len(known) < len(values):
            known.update(values)
        if new not in known:
            known.add(new)
            values.append(new)

    def node(self, subject: Term) -> Mapping[ox.NamedNode, list[Term]]:
        """The values of a subject by predicate, {} where it has none."""
        return self.out.get(subject, _NONE)

    def objects(self, subject: Term, predicate: ox.NamedNode) -> list[Term]:
        """The values of a subject's property; not to be changed."""
        return self.out.get(subject, _NONE).get(predicate, [])

    def subjects(self, predicate: ox.NamedNode) -> dict[Term, list[Term]]:
        """The subjects of a property by its values."""
        found = self._inverse.get(predicate)
        if found is None:
            found = {}
            for subject in self.having(predicate):
                for value in self.out[subject][predicate]:
                    found.setdefault(value, []).append(subject)
            self._inverse[predicate] = found
        return found

    def having(self, predicate: ox.NamedNode) -> list[Term]:
        """The subjects that have a property."""
        if self._predicates is None:
            self._predicates = {}
            for subject, node in self.out.items():
                for name in node:
                    known = self._predicates.get(name)
                    if known is None:
                        self._predicates[name] = [subject]
                    else:
                        known.append(subject)
        return self._predicates.get(predicate, [])

    def kinds(self, cls: Term) -> frozenset[Term]:
        """A class with all its subclasses, as the data state them."""
        found = self._kinds.get(cls)
        if found is None:
            below = self.subjects(RDFS_SUBCLASS_OF)
            seen, todo = {cls}, [cls]
            while todo:
                for sub in below.get(todo.pop(), ()):
                    if sub not in seen:
                        seen.add(sub)
                        todo.append(sub)
            found = self._kinds[cls] = frozenset(seen)
        return found

    def is_instance(self, node: Term, cls: Term) -> bool:
        """Whether a node is a SHACL instance of a class."""
        types = self.out.get(node, _NONE).get(RDF_TYPE)
        if types is None:
            return False
        if cls in types:
            return True
        kinds = self.kinds(cls)
        return len(kinds) > 1 and any(t in kinds for t in types)

    def instances(self, cls: Term) -> Collection[Term]:
        """The SHACL instances of a class, each once."""
        by_class = self.subjects(RDF_TYPE)
        if not self.having(RDFS_SUBCLASS_OF):
            return by_class.get(cls, ())
        kinds = self.kinds(cls)
        if len(kinds) == 1:
            return by_class.get(cls, ())
        found: dict[Term, None] = {}
        for kind in sorted(kinds, key=str):
            found.update(dict.fromkeys(by_class.get(kind, ())))
        return found

    def triples(self) -> Iterable[ox.Quad]:
        """All triples, as quads of the default graph."""
        for subject, node in self.out.items():
            for predicate, values in node.items():
                for value in values:
                    yield ox.Quad(subject, predicate, value)  # type: ignore[arg-type]

    def store(self) -> ox.Store:
        """The graph as a store in memory, for SPARQL."""
        if self._store is None:
            self._store = ox.Store()
            self._store.bulk_extend(self.triples())
        return self._store

    def named_store(self) -> ox.Store:
        """The graph as a store with IRIs for blank nodes, which SPARQL cannot name."""
        if self._named is None:
            self._named = ox.Store()
            self._named.bulk_extend(
                ox.Quad(name_blank(q.subject), q.predicate, name_blank(q.object))  # type: ignore[arg-type]
                for q in self.triples()
            )
        return self._named


def name_blank(term: object) -> Term:
    """An IRI for a blank node; other terms as they are."""
    if isinstance(term, ox.BlankNode):
        return ox.NamedNode(_BLANK + term.value)
    return as_term(term)


def unname_blank(term: object) -> Term:
    """The blank node that an IRI of `name_blank` stands for; other terms as they are."""
    if isinstance(term, ox.NamedNode) and term.value.startswith(_BLANK):
        return ox.BlankNode(term.value.removeprefix(_BLANK))
    return as_term(term)
