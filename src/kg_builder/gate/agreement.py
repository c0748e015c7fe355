"""The findings of two engines in, the differences that are not known out.

What is known is told, with the reasons, in KNOWN_DIFFERENCES.md beside this module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate.data import Data
from kg_builder.gate.parse import Shapes
from kg_builder.gate.report import Result, read_term
from kg_builder.gate.terms import Term, sh
from kg_builder.gate.values import comparison_key, lexical_test

_LESS = ("lessThan", "lessThanOrEquals")
_LIMITS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
_INEXACT = (vocab.XSD + "double", vocab.XSD + "float")
_OTHER_SPACE = re.compile(r"[^\S \t\n\r]|\n\Z")

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
    told = [
        f"only {engine} finds {_parameter(key)} of {key[4]} at {key[0]} {key[1]} {key[2]}".rstrip()
        for engine, keys in (("fast", mine - theirs), ("pySHACL", theirs - mine))
        for key in keys
        if not _is_known(key, data, shapes)
    ]
    return tuple(sorted(told))


def _parameter(key: Key) -> str:
    """The name of a Core component's parameter: minLength."""
    name = key[3].rsplit("#", 1)[-1].removesuffix("ConstraintComponent>")
    return name[:1].lower() + name[1:]


def _is_known(key: Key, data: Data, shapes: Shapes) -> bool:
    focus, value = read_term(key[0]), read_term(key[2]) if key[2] else None
    if isinstance(value, ox.Literal):
        terms: list[Term] = [value]
    else:
        node = data.node(value if value is not None else focus)
        terms = [term for values in node.values() for term in values]
    if any(_is_read_otherwise(term) for term in terms):
        return True
    parameter = _parameter(key)
    if value is None:
        return False
    if parameter == "pattern":
        return isinstance(value, ox.Literal) and _OTHER_SPACE.search(value.value) is not None
    shape = shapes.by_node.get(read_term(key[4]))
    stated = shape.facts.get(sh(parameter), []) if shape is not None else []
    if parameter in _LIMITS:
        return any(_is_ordered_otherwise(value, limit) for limit in stated)
    if parameter in _LESS:
        others = [o for p in stated if isinstance(p, ox.NamedNode) for o in data.objects(focus, p)]
        return any(_is_ordered_otherwise(value, other) for other in others)
    return False


def _is_ordered_otherwise(left: Term, right: Term) -> bool:
    """Whether rdflib orders two terms by other rules than SPARQL."""
    a, b = comparison_key(left), comparison_key(right)
    if a is None or b is None or a[0] != b[0]:
        return True
    if isinstance(a[1], tuple) and isinstance(b[1], tuple):
        return bool(a[1][1] != b[1][1])
    return any(isinstance(t, ox.Literal) and t.datatype.value in _INEXACT for t in (left, right))


def _is_read_otherwise(term: Term) -> bool:
    """Whether rdflib takes a literal for well-formed where XML Schema does not, or contrariwise."""
    if not isinstance(term, ox.Literal) or term.language:
        return False
    test = lexical_test(term.datatype.value)
    if test is None:
        return False
    import rdflib  # noqa: PLC0415

    datatype = rdflib.URIRef(term.datatype.value)
    literal = rdflib.Literal(term.value, datatype=datatype, normalize=False)
    return bool(literal.ill_typed) == test(term.value)
