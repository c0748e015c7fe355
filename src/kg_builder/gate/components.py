"""Shapes that have been read in, validators out: all constraint components of SHACL Core.

Each builder makes the closures of one parameter; its section of the specification is the
component's name. Source: https://www.w3.org/TR/shacl/#core-components.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import ShapesError
from kg_builder.gate import nesting, sparql
from kg_builder.gate.data import Data
from kg_builder.gate.parse import PROPERTY, SPARQL, Shape, Shapes
from kg_builder.gate.paths import walker
from kg_builder.gate.regexes import UnsupportedPatternError, compile_pattern
from kg_builder.gate.terms import RDF_LANG_STRING, Term, is_true, sh
from kg_builder.gate.validators import (
    Constraint,
    Found,
    Mark,
    NeedsReferenceError,
    Run,
    Validator,
    merged,
)
from kg_builder.gate.values import comparison_key, less, lexical_test

_KINDS = {
    sh("IRI"): (ox.NamedNode,),
    sh("BlankNode"): (ox.BlankNode,),
    sh("Literal"): (ox.Literal,),
    sh("BlankNodeOrIRI"): (ox.BlankNode, ox.NamedNode),
    sh("BlankNodeOrLiteral"): (ox.BlankNode, ox.Literal),
    sh("IRIOrLiteral"): (ox.NamedNode, ox.Literal),
}
_COUNTS = {
    vocab.XSD + name
    for name in (
        "integer long int short byte nonNegativeInteger positiveInteger unsignedLong "
        "unsignedInt unsignedShort unsignedByte nonPositiveInteger negativeInteger"
    ).split()
}


class Compiler:
    """Compiles the shapes of one graph; each shape once, however often it is referred to."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._made: dict[Term, Validator] = {}

    def validator(self, node: Term) -> Validator:
        """The validator of a shape.

        Raises ShapesError for an ill-formed shape, NeedsReferenceError for one that this engine
        leaves to the reference, or that refers to such a shape.
        """
        made = self._made.get(node)
        if made is None:
            try:
                made = self._compile(self.shapes.by_node[node])
            except RecursionError as error:
                raise ShapesError(f"shape {node}: shapes are nested too deeply") from error
            self._made[node] = made
        return made

    def _compile(self, shape: Shape) -> Validator:
        validator = Validator(shape, walker(shape.path) if shape.path is not None else None)
        if shape.deactivated:
            return validator
        if shape.unsupported:
            raise NeedsReferenceError(shape.unsupported)
        constraints = list(self._constraints(shape))
        children = [self._child(shape, node) for node in shape.facts.get(PROPERTY, ())]
        validator.runs = merged(constraints)
        validator.set_children(children)
        prepares = [c.prepare for c in constraints if c.prepare is not None]
        if shape.path is None:
            prepares.extend(c.prepare for c in children if c.prepares)
        validator.prepares = tuple(prepares)
        validator.empty = any(c.empty for c in constraints)
        return validator

    def _child(self, shape: Shape, node: Term) -> Validator:
        child = self.validator(node)
        if child.shape.path is None:
            raise shape.wrong(f"{node} is a value of sh:property, but has no sh:path")
        return child

    def _constraints(self, shape: Shape) -> Iterator[Constraint]:
        for name, build in _BUILDERS.items():
            for value in shape.facts.get(name, ()):
                made = build(self, shape, value)
                if made is not None:
                    yield made
        yield from nesting.qualified(self, shape)
        for value in shape.facts.get(SPARQL, ()):
            yield sparql.constraint(self.shapes, shape, value)
        yield from sparql.custom_constraints(self.shapes, shape)


Builder = Callable[[Compiler, Shape, Term], Constraint | None]


def mark(shape: Shape, name: str, text: str) -> Mark:
    """The mark of a Core component by its name without "ConstraintComponent"."""
    return Mark(shape, f"<{vocab.SH}{name}ConstraintComponent>", text)


def _each(marked: Mark, test: Callable[[Term], bool]) -> Constraint:
    """The constraint that every value node passes a test."""
    return merged_constraint(Constraint(_nothing, test=(marked, test)))


def merged_constraint(constraint: Constraint) -> Constraint:
    """The constraint with the run that its test or counts stand for."""
    return replace(constraint, run=merged([constraint])[0])


def _nothing(*_: object) -> None:
    """Takes the place of a run that is made from a test."""


def _whole(shape: Shape, value: Term, name: str) -> int:
    """A count. Raises ShapesError for what is none."""
    if isinstance(value, ox.Literal) and value.datatype.value in _COUNTS:
        test = lexical_test(value.datatype.value)
        if test is not None and test(value.value) and int(value.value) >= 0:
            return int(value.value)
    raise shape.wrong(f"{name} must be a whole number from 0 on, not {value}")


def _property_only(shape: Shape, name: str) -> None:
    if shape.path is None:
        raise shape.wrong(f"{name} is for property shapes, which have sh:path")


def _iri(shape: Shape, value: Term, name: str) -> ox.NamedNode:
    if not isinstance(value, ox.NamedNode):
        raise shape.wrong(f"{name} must be an IRI, not {value}")
    return value


def _class(_: Compiler, shape: Shape, cls: Term) -> Constraint:
    marked = mark(shape, "Class", f"The value is not an instance of {cls}.")

    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        for value in values:
            if not data.is_instance(value, cls):
                found.append((marked, focus, value, None, None))  # noqa: PERF401 - slower for few

    return Constraint(run)


def _datatype(_: Compiler, shape: Shape, value: Term) -> Constraint:
    shape.one(sh("datatype"))
    datatype = _iri(shape, value, "sh:datatype")
    test = lexical_test(datatype.value)
    literal = ox.Literal

    def plain(term: Term) -> bool:
        return type(term) is literal and term.datatype == datatype

    def well_formed(term: Term) -> bool:
        return type(term) is literal and term.datatype == datatype and test(term.value)  # type: ignore[misc]

    def tagged(term: Term) -> bool:
        return type(term) is literal and bool(term.language)

    chosen = tagged if datatype == RDF_LANG_STRING else plain if test is None else well_formed
    return _each(mark(shape, "Datatype", f"The value is not a valid {datatype}."), chosen)


def _node_kind(_: Compiler, shape: Shape, value: Term) -> Constraint:
    shape.one(sh("nodeKind"))
    kinds = _KINDS.get(value) if isinstance(value, ox.NamedNode) else None
    if kinds is None:
        raise shape.wrong(f"sh:nodeKind cannot be {value}")
    marked = mark(shape, "NodeKind", f"The value is not of the node kind {value}.")
    return _each(marked, lambda term: type(term) in kinds)


def _min_count(_: Compiler, shape: Shape, value: Term) -> Constraint | None:
    _property_only(shape, "sh:minCount")
    shape.one(sh("minCount"))
    least = _whole(shape, value, "sh:minCount")
    marked = mark(shape, "MinCount", f"There are fewer than {least} values.")

    if not least:
        return None
    return merged_constraint(Constraint(_nothing, empty=True, counts=(marked, least, sys.maxsize)))


def _max_count(_: Compiler, shape: Shape, value: Term) -> Constraint:
    _property_only(shape, "sh:maxCount")
    shape.one(sh("maxCount"))
    most = _whole(shape, value, "sh:maxCount")
    marked = mark(shape, "MaxCount", f"There are more than {most} values.")

    return merged_constraint(Constraint(_nothing, counts=(marked, 0, most)))


def _range(name: str, *, below: bool, or_equal: bool) -> Builder:
    """A limit: values are `below` it or else above."""

    def build(_: Compiler, shape: Shape, limit: Term) -> Constraint:
        bound = comparison_key(limit)
        if not isinstance(limit, ox.Literal):
            raise shape.wrong(f"sh:{name[0].lower()}{name[1:]} must be a literal, not {limit}")
        sign = ("<" if below else ">") + ("=" if or_equal else "")

        def test(term: Term) -> bool:
            key = comparison_key(term)
            if key is None or bound is None:
                return False
            if below:
                return less(key, bound, or_equal=or_equal)
            return less(bound, key, or_equal=or_equal)

        return _each(mark(shape, name, f"The value is not {sign} {limit}."), test)

    return build


def _length(name: str, *, least: bool) -> Builder:
    def build(_: Compiler, shape: Shape, value: Term) -> Constraint | None:
        parameter = f"{name[0].lower()}{name[1:]}"
        shape.one(sh(parameter))
        limit = _whole(shape, value, f"sh:{parameter}")
        if least and limit == 0:
            return None  # every value has that, as pySHACL has it for blank nodes too
        blank = ox.BlankNode

        def long_enough(term: Term) -> bool:
            return type(term) is not blank and len(term.value) >= limit

        def short_enough(term: Term) -> bool:
            return type(term) is not blank and len(term.value) <= limit

        said = "shorter" if least else "longer"
        marked = mark(shape, name, f"The value is {said} than {limit} characters.")
        return _each(marked, long_enough if least else short_enough)

    return build


def _pattern(_: Compiler, shape: Shape, value: Term) -> Constraint:
    flags = shape.one(sh("flags"))
    if not isinstance(value, ox.Literal) or not isinstance(flags, ox.Literal | None):
        raise shape.wrong("sh:pattern and sh:flags must be texts")
    try:
        found = compile_pattern(value.value, flags.value if flags is not None else "").search
    except UnsupportedPatternError as error:
        raise NeedsReferenceError(f"the pattern {value.value!r}: {error}") from error
    blank = ox.BlankNode
    marked = mark(shape, "Pattern", f"The value does not match the pattern {value.value}")
    return _each(marked, lambda term: type(term) is not blank and found(term.value) is not None)


def _language_in(compiler: Compiler, shape: Shape, head: Term) -> Constraint:
    shape.one(sh("languageIn"))
    ranges = []
    for member in compiler.shapes.members(head, shape, "sh:languageIn"):
        if not isinstance(member, ox.Literal):
            raise shape.wrong("the members of sh:languageIn must be texts")
        ranges.append(member.value.lower())
    told = ", ".join(ranges)

    def test(term: Term) -> bool:
        if not isinstance(term, ox.Literal) or not term.language:
            return False
        tag = term.language.lower()
        return any(r in ("*", tag) or tag.startswith(r + "-") for r in ranges)

    return _each(mark(shape, "LanguageIn", f"The language is none of {told}."), test)


def _unique_lang(_: Compiler, shape: Shape, value: Term) -> Constraint | None:
    _property_only(shape, "sh:uniqueLang")
    shape.one(sh("uniqueLang"))
    if not isinstance(value, ox.Literal) or value.value not in ("true", "false", "1", "0"):
        raise shape.wrong(f"sh:uniqueLang must be true or false, not {value}")
    marked = mark(shape, "UniqueLang", "Two values have the same language.")

    def run(_data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        counts: dict[str, int] = {}
        for term in values:
            if isinstance(term, ox.Literal) and term.language:
                tag = term.language.lower()
                counts[tag] = counts.get(tag, 0) + 1
        found.extend((marked, focus, None, None, None) for n in counts.values() if n > 1)

    # The suite has it that only the term true turns this on, not "1"^^xsd:boolean.
    return Constraint(run) if value.value == "true" else None


def _equals(_: Compiler, shape: Shape, value: Term) -> Constraint:
    other = _iri(shape, value, "sh:equals")
    marked = mark(shape, "Equals", f"The values are not those of {other}.")

    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        there = data.objects(focus, other)
        mine, theirs = set(values), set(there)
        found.extend((marked, focus, v, None, None) for v in values if v not in theirs)
        found.extend((marked, focus, v, None, None) for v in there if v not in mine)

    return Constraint(run, empty=True)


def _disjoint(_: Compiler, shape: Shape, value: Term) -> Constraint:
    other = _iri(shape, value, "sh:disjoint")
    marked = mark(shape, "Disjoint", f"The value is also one of {other}.")

    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        there = data.objects(focus, other)
        if there:
            theirs = set(there)
            found.extend((marked, focus, v, None, None) for v in values if v in theirs)

    return Constraint(run)


def _less_than(name: str, *, or_equal: bool) -> Builder:
    def build(_: Compiler, shape: Shape, value: Term) -> Constraint:
        parameter = f"sh:{name[0].lower()}{name[1:]}"
        _property_only(shape, parameter)
        other = _iri(shape, value, parameter)
        sign = "<=" if or_equal else "<"
        marked = mark(shape, name, f"The value is not {sign} every value of {other}.")

        def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
            there = [comparison_key(t) for t in data.objects(focus, other)]
            if not there:
                return
            for term in values:
                key = comparison_key(term)
                for limit in there:
                    if key is None or limit is None or not less(key, limit, or_equal=or_equal):
                        found.append((marked, focus, term, None, None))  # noqa: PERF401 - slower for few

        return Constraint(run)

    return build


def _closed(compiler: Compiler, shape: Shape, value: Term) -> Constraint | None:
    shape.one(sh("closed"))
    if not isinstance(value, ox.Literal) or value.value not in ("true", "false", "1", "0"):
        raise shape.wrong(f"sh:closed must be true or false, not {value}")
    if not is_true(value):
        return None
    allowed: set[Term] = set()
    for node in shape.facts.get(PROPERTY, ()):
        path = compiler.shapes.by_node[node].path
        if path is not None and path.kind == "iri" and path.iri is not None:
            allowed.add(path.iri)
    head = shape.one(sh("ignoredProperties"))
    if head is not None:
        allowed.update(compiler.shapes.members(head, shape, "sh:ignoredProperties"))
    marked = mark(shape, "Closed", "The shape is closed and does not name this property.")

    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        for node in values:
            for predicate, objects in data.node(node).items():
                if predicate not in allowed:
                    found.extend((marked, focus, o, predicate, None) for o in objects)

    return Constraint(run)


def _has_value(_: Compiler, shape: Shape, value: Term) -> Constraint:
    marked = mark(shape, "HasValue", f"{value} is not among the values.")

    def run(_data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        if value not in values:
            found.append((marked, focus, None, None, None))

    return Constraint(run, empty=True)


def _in(compiler: Compiler, shape: Shape, head: Term) -> Constraint:
    shape.one(sh("in"))
    members = frozenset(compiler.shapes.members(head, shape, "sh:in"))
    told = ", ".join(sorted(str(m) for m in members))
    return _each(mark(shape, "In", f"The value is none of {told}."), members.__contains__)


_BUILDERS: dict[ox.NamedNode, Builder] = {
    sh("minCount"): _min_count,
    sh("maxCount"): _max_count,
    sh("class"): _class,
    sh("datatype"): _datatype,
    sh("nodeKind"): _node_kind,
    sh("minExclusive"): _range("MinExclusive", below=False, or_equal=False),
    sh("minInclusive"): _range("MinInclusive", below=False, or_equal=True),
    sh("maxExclusive"): _range("MaxExclusive", below=True, or_equal=False),
    sh("maxInclusive"): _range("MaxInclusive", below=True, or_equal=True),
    sh("minLength"): _length("MinLength", least=True),
    sh("maxLength"): _length("MaxLength", least=False),
    sh("pattern"): _pattern,
    sh("languageIn"): _language_in,
    sh("uniqueLang"): _unique_lang,
    sh("equals"): _equals,
    sh("disjoint"): _disjoint,
    sh("lessThan"): _less_than("LessThan", or_equal=False),
    sh("lessThanOrEquals"): _less_than("LessThanOrEquals", or_equal=True),
    sh("not"): nesting.negation,
    sh("and"): nesting.conjunction,
    sh("or"): nesting.disjunction,
    sh("xone"): nesting.exactly_one,
    sh("node"): nesting.node,
    sh("closed"): _closed,
    sh("hasValue"): _has_value,
    sh("in"): _in,
}
__all__ = ["Compiler", "Run", "mark"]
