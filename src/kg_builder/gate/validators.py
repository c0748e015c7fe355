"""One shape compiled: a focus node in, what is found wrong with it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from kg_builder.gate.data import Data
from kg_builder.gate.parse import Shape
from kg_builder.gate.paths import Walk
from kg_builder.gate.terms import Term


class Mark(NamedTuple):
    """What all findings of one constraint have in common; `text` is told without sh:message."""

    shape: Shape
    component: str
    text: str


class Extra(NamedTuple):
    """What a finding of a SPARQL constraint has of its own."""

    constraint: Term | None
    messages: tuple[ox.Literal, ...]


Found = tuple[Mark, Term, Term | None, Term | None, Extra | None]
"""A finding: mark, focus node, value, path where it is not the shape's own, extra."""

Run = Callable[[Data, Term, Collection[Term], list[Found]], None]
"""Judges the value nodes of a focus node by one constraint."""

Prepare = Callable[[Data, Collection[Term]], None]
"""Is told all focus nodes of a shape before they are judged one by one."""

_NO_CHILDREN: tuple[Validator, ...] = ()


class NeedsReferenceError(Exception):
    """A shape has something that this engine leaves to the reference; the message says what."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint compiled; `empty` tells whether it can fail where there is no value."""

    run: Run
    empty: bool = False
    prepare: Prepare | None = None


@dataclass(slots=True, eq=False)
class Validator:
    """A shape as functions. A deactivated one has no constraints, so all conforms to it.

    Children (sh:property) are found by the predicates that a node has, so that what a node lacks
    costs nothing unless it is required.
    """

    shape: Shape
    walk: Walk | None
    runs: tuple[Run, ...] = ()
    empty: bool = False
    by_predicate: dict[ox.NamedNode, tuple[Validator, ...]] = field(default_factory=dict)
    required: tuple[tuple[ox.NamedNode, Validator], ...] = ()
    walked: tuple[Validator, ...] = ()
    prepares: tuple[Prepare, ...] = ()

    def check(self, data: Data, focus: Term, found: list[Found]) -> None:
        """Judges one focus node."""
        if self.walk is None:
            self.judge(data, focus, (focus,), found)
        else:
            self.judge(data, focus, self.walk(data, focus), found)

    def judge(self, data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        """Judges a focus node whose value nodes are known."""
        for run in self.runs:
            run(data, focus, values, found)
        if self.by_predicate or self.walked:
            for value in values:
                self._children(data, value, found)

    def _children(self, data: Data, node: Term, found: list[Found]) -> None:
        facts = data.out.get(node)
        if facts is None:
            for _, child in self.required:
                child.judge(data, node, (), found)
        else:
            by_predicate = self.by_predicate
            for predicate, values in facts.items():
                for child in by_predicate.get(predicate, _NO_CHILDREN):
                    child.judge(data, node, values, found)
            for predicate, child in self.required:
                if predicate not in facts:
                    child.judge(data, node, (), found)
        for child in self.walked:
            child.check(data, node, found)

    def conforms(self, data: Data, node: Term) -> bool:
        """Whether a node conforms: nothing is found, of whatever severity."""
        found: list[Found] = []
        self.check(data, node, found)
        return not found

    def prepare(self, data: Data, focus: Collection[Term]) -> None:
        """Tells the constraints all nodes that will be judged."""
        for prepare in self.prepares:
            prepare(data, focus)

    def set_children(self, children: Iterable[Validator]) -> None:
        """Sorts the values of sh:property by how they are found. Deactivated ones drop out."""
        by_predicate: dict[ox.NamedNode, list[Validator]] = {}
        required, walked = [], []
        for child in children:
            path = child.shape.path
            if child.shape.deactivated:
                continue
            if path is not None and path.kind == "iri":
                assert path.iri is not None
                by_predicate.setdefault(path.iri, []).append(child)
                if child.empty:
                    required.append((path.iri, child))
            else:
                walked.append(child)
        self.by_predicate = {name: tuple(those) for name, those in by_predicate.items()}
        self.required, self.walked = tuple(required), tuple(walked)
