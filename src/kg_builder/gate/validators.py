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

_REMEMBERED = 10_000
"""How many values of one shape are known to be fine, so that memory has a bound."""
_NO_RUNS: tuple[Run, ...] = ()


class NeedsReferenceError(Exception):
    """A shape has something that this engine leaves to the reference; the message says what."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint compiled; `empty` tells whether it can fail where there is no value."""

    run: Run
    empty: bool = False
    prepare: Prepare | None = None
    test: tuple[Mark, Callable[[Term], bool]] | None = None
    """What `run` asks of each value, where that is all: tests of one shape run in one loop."""
    counts: tuple[Mark, int, int] | None = None
    """The least and most values, where these are all that `run` looks at."""


def merged(constraints: Iterable[Constraint]) -> tuple[Run, ...]:
    """The runs of constraints, with counts and tests of single values in one."""
    constraints = list(constraints)
    counts = [c.counts for c in constraints if c.counts is not None]
    tests = [c.test for c in constraints if c.test is not None]
    runs = [c.run for c in constraints if c.counts is None and c.test is None]
    if counts or tests:
        runs.insert(0, _counting_run(counts, tests))
    return tuple(runs)


Test = tuple[Mark, Callable[[Term], bool]]


def _counting_run(counts: list[tuple[Mark, int, int]], tests: list[Test]) -> Run:
    look = _ordered_run(tests) if any(_is_ordered(mark) for mark, _ in tests) else _run(tests)
    if not counts:
        return look
    least = max(low for _, low, _ in counts)
    most = min(high for _, _, high in counts)

    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        if not least <= len(values) <= most:
            for mark, low, high in counts:
                if not low <= len(values) <= high:
                    found.append((mark, focus, None, None, None))
        if tests:
            look(data, focus, values, found)

    return run


def _is_ordered(mark: Mark) -> bool:
    return mark.component.endswith("clusiveConstraintComponent>")


def _run(tests: list[Test]) -> Run:
    def run(_data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        for value in values:
            for mark, test in tests:
                if not test(value):
                    found.append((mark, focus, value, None, None))

    return run


def _ordered_run(tests: list[Test]) -> Run:
    """Remembers what is fine: numbers and dates are dear to compare, and come again."""
    fine: set[Term] = set()

    def run(_data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        for value in values:
            if value not in fine:
                bad = [mark for mark, test in tests if not test(value)]
                found.extend((mark, focus, value, None, None) for mark in bad)
                if not bad and len(fine) < _REMEMBERED:
                    fine.add(value)

    return run


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
    by_predicate: dict[ox.NamedNode, tuple[Run, ...]] = field(default_factory=dict)
    required: tuple[tuple[ox.NamedNode, Run], ...] = ()
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
            for _, run in self.required:
                run(data, node, (), found)
        else:
            by_predicate = self.by_predicate
            for predicate, values in facts.items():
                for run in by_predicate.get(predicate, _NO_RUNS):
                    run(data, node, values, found)
            for predicate, run in self.required:
                if predicate not in facts:
                    run(data, node, (), found)
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
        by_predicate: dict[ox.NamedNode, list[Run]] = {}
        required: list[tuple[ox.NamedNode, Run]] = []
        walked = []
        for child in children:
            path = child.shape.path
            if child.shape.deactivated:
                continue
            if path is not None and path.kind == "iri":
                assert path.iri is not None
                # A child without children of its own is no more than its runs.
                nested = bool(child.by_predicate or child.walked)
                runs: tuple[Run, ...] = (child.judge,) if nested else child.runs
                by_predicate.setdefault(path.iri, []).extend(runs)
                if child.empty:
                    required.extend((path.iri, run) for run in runs)
            else:
                walked.append(child)
        self.by_predicate = {name: tuple(those) for name, those in by_predicate.items()}
        self.required, self.walked = tuple(required), tuple(walked)
