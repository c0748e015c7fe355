"""Constraints that ask whether values conform to other shapes; only the outer result is told.

Sources: https://www.w3.org/TR/shacl/#core-components-logical and #core-components-shape.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Protocol

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate.data import Data
from kg_builder.gate.parse import PROPERTY, Shape, Shapes
from kg_builder.gate.terms import Term, is_true, sh
from kg_builder.gate.validators import Constraint, Found, Mark, Validator


class Compiles(Protocol):
    """What makes validators of other shapes."""

    shapes: Shapes

    def validator(self, node: Term) -> Validator:
        """The validator of a shape."""


def _mark(shape: Shape, name: str, text: str) -> Mark:
    return Mark(shape, f"<{vocab.SH}{name}ConstraintComponent>", text)


def _each(marked: Mark, test: Callable[[Data, Term], bool]) -> Constraint:
    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        for value in values:
            if not test(data, value):
                found.append((marked, focus, value, None, None))  # noqa: PERF401 - slower for few

    return Constraint(run)


def negation(compiler: Compiles, shape: Shape, value: Term) -> Constraint:
    """sh:not."""
    inner = compiler.validator(value)
    marked = _mark(shape, "Not", f"The value conforms to {value}, which it must not.")
    return _each(marked, lambda data, term: not inner.conforms(data, term))


def _members(compiler: Compiles, shape: Shape, head: Term, name: str) -> list[Validator]:
    members = [compiler.validator(m) for m in compiler.shapes.members(head, shape, name)]
    if not members:
        raise shape.wrong(f"{name} needs a list with a member")
    return members


def conjunction(compiler: Compiles, shape: Shape, head: Term) -> Constraint:
    """sh:and."""
    members = _members(compiler, shape, head, "sh:and")
    marked = _mark(shape, "And", "The value does not conform to all shapes of sh:and.")
    return _each(marked, lambda data, term: all(m.conforms(data, term) for m in members))


def disjunction(compiler: Compiles, shape: Shape, head: Term) -> Constraint:
    """sh:or."""
    members = _members(compiler, shape, head, "sh:or")
    marked = _mark(shape, "Or", "The value conforms to none of the shapes of sh:or.")
    return _each(marked, lambda data, term: any(m.conforms(data, term) for m in members))


def exactly_one(compiler: Compiles, shape: Shape, head: Term) -> Constraint:
    """sh:xone; a shape that is listed twice counts twice."""
    members = _members(compiler, shape, head, "sh:xone")
    marked = _mark(shape, "Xone", "The value does not conform to exactly one shape of sh:xone.")
    return _each(marked, lambda data, term: sum(m.conforms(data, term) for m in members) == 1)


def node(compiler: Compiles, shape: Shape, value: Term) -> Constraint:
    """sh:node."""
    inner = compiler.validator(value)
    if inner.shape.path is not None:
        raise shape.wrong(f"{value} is a value of sh:node, but is a property shape")
    marked = _mark(shape, "Node", f"The value does not conform to {value}.")
    return _each(marked, inner.conforms)


def qualified(compiler: Compiles, shape: Shape) -> Iterator[Constraint]:
    """sh:qualifiedValueShape with its counts; on a node shape its parameters say nothing."""
    wanted = shape.facts.get(sh("qualifiedValueShape"), [])
    if not wanted or shape.path is None:
        return
    least = _count(shape, "qualifiedMinCount")
    most = _count(shape, "qualifiedMaxCount")
    if least is None and most is None:
        raise shape.wrong("sh:qualifiedValueShape needs a qualified minimum or maximum count")
    apart = is_true(shape.one(sh("qualifiedValueShapesDisjoint")))
    for value in wanted:
        inner = compiler.validator(value)
        siblings = _siblings(compiler, shape, value) if apart else []
        yield _counted(shape, inner, siblings, least, most)


def _counted(
    shape: Shape, inner: Validator, siblings: list[Validator], least: int | None, most: int | None
) -> Constraint:
    name = inner.shape.name
    few = _mark(shape, "QualifiedMinCount", f"Fewer than {least} values conform to {name}.")
    many = _mark(shape, "QualifiedMaxCount", f"More than {most} values conform to {name}.")

    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        count = 0
        for value in values:
            if inner.conforms(data, value):
                count += not any(s.conforms(data, value) for s in siblings)
        if least is not None and count < least:
            found.append((few, focus, None, None, None))
        if most is not None and count > most:
            found.append((many, focus, None, None, None))

    return Constraint(run, empty=bool(least))


def _count(shape: Shape, name: str) -> int | None:
    value = shape.one(sh(name))
    if value is None:
        return None
    if not isinstance(value, ox.Literal) or not value.value.isdecimal():
        raise shape.wrong(f"sh:{name} must be a whole number from 0 on, not {value}")
    return int(value.value)


def _siblings(compiler: Compiles, shape: Shape, mine: Term) -> list[Validator]:
    """The other qualified shapes of the properties of the shapes that have this property."""
    found: dict[Term, None] = {}
    for parent in compiler.shapes.by_node.values():
        properties = parent.facts.get(PROPERTY, [])
        if shape.node in properties:
            for other in properties:
                facts = compiler.shapes.by_node[other].facts
                found.update(dict.fromkeys(facts.get(sh("qualifiedValueShape"), ())))
    found.pop(mine, None)
    return [compiler.validator(other) for other in found]
