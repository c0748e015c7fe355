"""The findings of two engines in, the differences that are not known out.

What is known is told, with the reasons, in KNOWN_DIFFERENCES.md beside this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate.data import Data
from kg_builder.gate.report import Result, read_term
from kg_builder.gate.terms import Term
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


def differences(fast: Iterable[Result], reference: Iterable[Result], data: Data) -> tuple[str, ...]:
    """The unknown differences, a line each, sorted: results as multisets."""
    mine, theirs = Counter(map(key_of, fast)), Counter(map(key_of, reference))
    told = []
    for only, key in [
        *(("fast", k) for k in mine - theirs),
        *(("pySHACL", k) for k in theirs - mine),
    ]:
        if not _is_known(key, data, only):
            focus, path, value, component, shape, _ = key
            name = component.rsplit("#", 1)[-1].rstrip(">")
            told.append(f"only {only} finds {name} of {shape} at {focus} {path} {value}".rstrip())
    return tuple(sorted(told))


def _is_known(key: Key, data: Data, only: str) -> bool:
    focus, _, value, component, _, _ = key
    terms: list[Term] = [read_term(value)] if value else []
    if not value:
        terms = [v for values in data.node(read_term(focus)).values() for v in values]
    elif not isinstance(terms[0], ox.Literal):
        terms = [v for values in data.node(terms[0]).values() for v in values]
    if any(_is_read_otherwise(term) for term in terms):
        return True
    if only == "fast" and value and component in _RANGES:
        return comparison_key(read_term(value)) is None
    if only == "fast" and component in _LESS:
        node = data.node(read_term(focus))
        kinds = {(comparison_key(v) or ("",))[0] for values in node.values() for v in values}
        return len(kinds) > 1 or "" in kinds
    return False


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
