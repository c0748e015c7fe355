"""The findings of two engines in, the differences that are not known out.

What is known is told, with the reasons, in KNOWN_DIFFERENCES.md beside this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate.data import Data
from kg_builder.gate.parse import Shapes
from kg_builder.gate.report import Result, read_term
from kg_builder.gate.terms import Term, sh
from kg_builder.gate.values import comparison_key, lexical_test

_LESS = {f"<{vocab.SH}{name}ConstraintComponent>" for name in ("LessThan", "LessThanOrEquals")}
_RANGES = {
    f"<{vocab.SH}{name}ConstraintComponent>"
    for name in ("MinInclusive", "MinExclusive", "MaxInclusive", "MaxExclusive")
}

Key = tuple[str, str, str, str, str, str]


def key_of(result: Result) -> Key:
    """What two engines must agree on; messages are their own."""
    return (
        result.focus,
        result.path,
        result.value,
        result.component,
        result.shape,
        result.severity,
    )


def differences(
    fast: Iterable[Result], reference: Iterable[Result], data: Data, shapes: Shapes
) -> tuple[str, ...]:
    """The unknown differences, a line each, sorted: results as multisets."""
    mine, theirs = Counter(map(key_of, fast)), Counter(map(key_of, reference))
    told = []
    for only, key in [
        *(("fast", k) for k in mine - theirs),
        *(("pySHACL", k) for k in theirs - mine),
    ]:
        if not _is_known(key, data, shapes, only):
            focus, path, value, component, shape, _ = key
            name = component.rsplit("#", 1)[-1].rstrip(">")
            told.append(f"only {only} finds {name} of {shape} at {focus} {path} {value}".rstrip())
    return tuple(sorted(told))


def _is_known(key: Key, data: Data, shapes: Shapes, only: str) -> bool:
    focus, _, value, component, name, _ = key
    terms: list[Term] = [read_term(value)] if value else []
    if not value:
        terms = [v for values in data.node(read_term(focus)).values() for v in values]
    elif not isinstance(terms[0], ox.Literal):
        terms = [v for values in data.node(terms[0]).values() for v in values]
    if any(_is_read_otherwise(term) for term in terms):
        return True
    if only == "fast" and value and component in _RANGES:
        kind = (comparison_key(read_term(value)) or ("",))[0]
        return kind != _limit_kind(shapes, name, component)
    if only == "fast" and component in _LESS:
        node = data.node(read_term(focus))
        kinds = {(comparison_key(v) or ("",))[0] for values in node.values() for v in values}
        return len(kinds) > 1 or "" in kinds
    return False


def _limit_kind(shapes: Shapes, name: str, component: str) -> str:
    """The kind of value that a shape's limit has, by the component that holds values to it."""
    parameter = component.rsplit("#", 1)[-1].removesuffix("ConstraintComponent>")
    shape = shapes.by_node.get(read_term(name))
    limits = shape.facts.get(sh(parameter[0].lower() + parameter[1:]), []) if shape else []
    kinds = {(comparison_key(limit) or ("",))[0] for limit in limits}
    return kinds.pop() if len(kinds) == 1 else ""


def _is_read_otherwise(term: Term) -> bool:
    """Whether rdflib takes a literal for well-formed where XML Schema does not, or contrariwise."""
    if not isinstance(term, ox.Literal) or term.language:
        return False
    test = lexical_test(term.datatype.value)
    if test is None:
        return False
    import rdflib  # noqa: PLC0415

    literal = rdflib.Literal(term.value, datatype=term.datatype.value, normalize=False)
    return bool(literal.ill_typed) == test(term.value)
