"""A path of a shapes graph in, a function from a focus node to its value nodes out.

Every kind of SHACL property path; inverses are pushed down to predicates when a path is read,
and paths that repeat walk breadth first over what they have not seen, so cycles end.
Source: https://www.w3.org/TR/shacl/#property-paths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from kg_builder.errors import ShapesError
from kg_builder.gate.data import Data
from kg_builder.gate.terms import RDF_FIRST, RDF_NIL, RDF_REST, Out, Term, items, sh

Walk = Callable[[Data, Term], Collection[Term]]

_REPEATS: dict[ox.NamedNode, Literal["*", "+", "?"]] = {
    sh("zeroOrMorePath"): "*",
    sh("oneOrMorePath"): "+",
    sh("zeroOrOnePath"): "?",
}
_INVERSE = sh("inversePath")
_ALTERNATIVE = sh("alternativePath")


@dataclass(frozen=True, slots=True)
class Path:
    """A property path: `kind` is "iri", "^", "/", "|", "*", "+" or "?"."""

    kind: str
    iri: ox.NamedNode | None = None
    parts: tuple[Path, ...] = ()

    def __str__(self) -> str:
        """The path in SPARQL 1.1 syntax."""
        if self.kind == "iri":
            return str(self.iri)
        if self.kind == "^":
            return f"^{self.parts[0]}"
        if self.kind in "/|":
            return "(" + self.kind.join(str(part) for part in self.parts) + ")"
        inner = str(self.parts[0])
        return f"({inner}){self.kind}" if self.parts[0].kind in "^*+?" else inner + self.kind


def read_path(out: Out, node: Term, owner: object) -> Path:
    """The path that a node of the shapes graph stands for.

    Raises ShapesError, naming the shape `owner`, where it is ill-formed. A node that is both a
    list and another kind of path is taken as the list, as the W3C's tests have it.
    """
    return _read(out, node, owner, ())


def _read(out: Out, node: Term, owner: object, above: tuple[Term, ...]) -> Path:
    if isinstance(node, ox.NamedNode) and node != RDF_NIL:
        return Path("iri", node)
    if not isinstance(node, ox.BlankNode) or node in above:
        why = "leads back to itself" if node in above else f"cannot be {node}"
        raise ShapesError(f"shape {owner}: a path {why}")
    above = (*above, node)
    facts = out.get(node, {})
    if RDF_FIRST in facts or RDF_REST in facts:
        return Path("/", parts=_many(out, node, owner, above))
    for name, values in facts.items():
        if name == _ALTERNATIVE and len(values) == 1:
            return Path("|", parts=_many(out, values[0], owner, above))
        if name == _INVERSE and len(values) == 1:
            return Path("^", parts=(_read(out, values[0], owner, above),))
        if name in _REPEATS and len(values) == 1:
            return Path(_REPEATS[name], parts=(_read(out, values[0], owner, above),))
    raise ShapesError(f"shape {owner}: the value of sh:path is no well-formed property path")


def _many(out: Out, head: Term, owner: object, above: tuple[Term, ...]) -> tuple[Path, ...]:
    parts = tuple(_read(out, i, owner, above) for i in items(out, head, owner, "a path"))
    if len(parts) < 2:
        raise ShapesError(f"shape {owner}: a sequence or alternative path needs two members")
    return parts


def walker(path: Path, *, inverse: bool = False) -> Walk:
    """The function from data and a focus node to its distinct value nodes.

    The order of value nodes depends only on that of the data.
    """
    if path.kind == "iri":
        assert path.iri is not None
        return _backward(path.iri) if inverse else _forward(path.iri)
    if path.kind == "^":
        return walker(path.parts[0], inverse=not inverse)
    steps = [walker(part, inverse=inverse) for part in path.parts]
    if path.kind == "/":
        return _sequence(steps[::-1] if inverse else steps)
    if path.kind == "|":
        return _alternative(steps)
    if path.kind == "?":
        return lambda data, focus: dict.fromkeys([focus, *steps[0](data, focus)])
    return _closure(steps[0], reflexive=path.kind == "*")


def _forward(iri: ox.NamedNode) -> Walk:
    return lambda data, focus: data.objects(focus, iri)


def _backward(iri: ox.NamedNode) -> Walk:
    return lambda data, focus: data.subjects(iri).get(focus, ())


def _sequence(steps: list[Walk]) -> Walk:
    def walk(data: Data, focus: Term) -> Collection[Term]:
        here: Collection[Term] = (focus,)
        for step in steps:
            here = dict.fromkeys(value for node in here for value in step(data, node))
        return here

    return walk


def _alternative(steps: list[Walk]) -> Walk:
    return lambda data, focus: dict.fromkeys(v for step in steps for v in step(data, focus))


def _closure(step: Walk, *, reflexive: bool) -> Walk:
    def walk(data: Data, focus: Term) -> Collection[Term]:
        seen: dict[Term, None] = {focus: None} if reflexive else {}
        todo = [focus]
        while todo:
            for value in step(data, todo.pop()):
                if value not in seen:
                    seen[value] = None
                    todo.append(value)
        return seen

    return walk
