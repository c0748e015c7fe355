"""SPARQL constraints and constraint components of a shape in, validators out.

One Oxigraph query finds the faults of all focus nodes where that means the same, else one for
each; a blank node as focus node can be asked for only by the first kind.
Source: https://www.w3.org/TR/shacl/#sparql-constraints, #sparql-constraint-components.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import ShapesError
from kg_builder.gate.data import Data, name_blank, unname_blank
from kg_builder.gate.parse import Custom, Shape, Shapes
from kg_builder.gate.prebinding import ForbiddenQueryError, Query
from kg_builder.gate.terms import XSD_STRING, Term, is_true, sh
from kg_builder.gate.validators import Constraint, Extra, Found, Mark
from kg_builder.gate.values import comparison_key

_SHAPES_GRAPH = ox.NamedNode("urn:kg-builder:shapes-graph")
_IMPORTS = ox.NamedNode("http://www.w3.org/2002/07/owl#imports")
_PREFIXES = {
    "rdf": vocab.RDF,
    "rdfs": vocab.RDFS,
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": vocab.XSD,
    "sh": vocab.SH,
}
_SLOT = re.compile(r"\{[?$](\w+)\}")
_RESERVED = frozenset({"this", "shapesGraph", "currentShape", "path", "PATH", "value"})
_SAMPLE = ox.NamedNode("urn:x")

Row = dict[str, Term]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query of a shape, ready to run; `bound` has the values of all but the focus node."""

    shape: Shape
    shapes: Shapes
    query: Query
    prefixes: dict[str, str]
    bound: dict[str, Term]

    def rows(self, data: Data, this: Term) -> list[Row]:
        """The solutions for one focus node, each once."""
        bound = self.bound
        if self.query.plain and isinstance(this, ox.BlankNode) and not self._blank(bound):
            text = self.query.substituted(bound)
            return _distinct(self._solutions(data, text, {ox.Variable("this"): this}))
        return _distinct(self._solutions(data, *self._written({**bound, "this": this})))

    @staticmethod
    def _blank(bound: Mapping[str, Term]) -> bool:
        return any(isinstance(v, ox.BlankNode) for v in bound.values())

    def _written(self, bound: Mapping[str, Term]) -> tuple[str, None, bool]:
        """The text with its variables bound, and whether blank nodes have to be IRIs for it."""
        if not self._blank(bound):
            return self.query.substituted(bound), None, False
        if self.query.tells_blank_nodes:
            raise self.shape.wrong("its query asks what is blank, so it cannot name a blank node")
        named = {name: name_blank(value) for name, value in bound.items()}
        return self.query.substituted(named), None, True

    def rows_of_all(self, data: Data, nodes: list[ox.NamedNode]) -> dict[Term, list[Row]]:
        """The solutions of a plain query by focus node."""
        found: dict[Term, list[Row]] = {node: [] for node in nodes}
        for row in self._solutions(data, self.query.joined(nodes, self.bound)):
            found[row["this"]].append(row)
        return {node: _distinct(rows) for node, rows in found.items()}

    def asks(self, data: Data, this: Term, value: Term) -> bool:
        """The answer of an ASK query for one value node."""
        bound = {**self.bound, "this": this, "value": value}
        text, _, named = self._written(bound)
        return bool(self._run(data, text, {}, named=named))

    def _solutions(
        self,
        data: Data,
        text: str,
        bound: dict[ox.Variable, Term | ox.Triple] | None = None,
        named: bool = False,
    ) -> list[Row]:
        solutions = self._run(data, text, bound or {}, named=named)
        if not isinstance(solutions, ox.QuerySolutions):
            raise self.shape.wrong("its query is not a SELECT query")
        names = [v.value for v in solutions.variables]
        rows = []
        for solution in solutions:
            pairs = ((name, solution[name]) for name in names)
            rows.append({name: unname_blank(value) for name, value in pairs if value is not None})
        return rows

    def _run(
        self, data: Data, text: str, bound: dict[ox.Variable, Term | ox.Triple], *, named: bool
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        store = data.named_store() if named else data.store()
        if "shapesGraph" in self.query.named and (_SHAPES_GRAPH, named) not in data.notes:
            data.notes[_SHAPES_GRAPH, named] = True
            quads = (
                ox.Quad(q.subject, q.predicate, q.object, _SHAPES_GRAPH) for q in self.shapes.quads
            )
            store.extend(quads)
        try:
            return store.query(text, prefixes=self.prefixes, substitutions=bound)
        except (SyntaxError, RuntimeError, ValueError, OSError) as error:
            raise self.shape.wrong(f"its query cannot be run: {error}") from error


def _distinct(rows: list[Row]) -> list[Row]:
    seen = {tuple(sorted((k, str(v)) for k, v in row.items())): row for row in rows}
    return list(seen.values())


def _prepare(
    shapes: Shapes, shape: Shape, node: Term, text: Term, bound: dict[str, Term]
) -> _Asked:
    """A query that has been checked. Raises ShapesError for what is malformed or forbidden."""
    if not isinstance(text, ox.Literal):
        raise shape.wrong("a query must be a text")
    variables = {"this", "shapesGraph", "currentShape", *bound}
    try:
        path = str(shape.path) if shape.path is not None else None
        query = Query(text.value, path, variables)
    except ForbiddenQueryError as error:
        raise shape.wrong(f"its SPARQL query cannot be used: {error}") from error
    bound = {**bound, "shapesGraph": _SHAPES_GRAPH}
    if isinstance(shape.node, ox.NamedNode):
        bound["currentShape"] = shape.node
    bound = {name: value for name, value in bound.items() if name in query.named}
    asked = _Asked(shape, shapes, query, _prefixes(shapes, shape, node), bound)
    sample = dict.fromkeys(("this", "value"), _SAMPLE)
    try:
        ox.Store().query(query.substituted({**sample, **bound}), prefixes=asked.prefixes)
    except (SyntaxError, ValueError) as error:
        raise shape.wrong(f"its SPARQL query is malformed: {error}") from error
    return asked


def _prefixes(shapes: Shapes, shape: Shape, node: Term) -> dict[str, str]:
    """The prefixes that sh:prefixes names, with those of what is imported there."""
    found = dict(_PREFIXES)
    todo = list(shapes.out.get(node, {}).get(sh("prefixes"), ()))
    seen: set[Term] = set()
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        facts = shapes.out.get(place, {})
        todo.extend(facts.get(_IMPORTS, ()))
        for declaration in facts.get(sh("declare"), ()):
            about = shapes.out.get(declaration, {})
            prefix, namespace = about.get(sh("prefix"), []), about.get(sh("namespace"), [])
            if len(prefix) != 1 or len(namespace) != 1:
                raise shape.wrong("each sh:declare needs one sh:prefix and one sh:namespace")
            if not isinstance(prefix[0], ox.Literal) or isinstance(namespace[0], ox.BlankNode):
                raise shape.wrong("sh:prefix and sh:namespace must be texts")
            found[prefix[0].value] = namespace[0].value
    return found


def constraint(shapes: Shapes, shape: Shape, node: Term) -> Constraint:
    """A value of sh:sparql. Raises ShapesError where it is ill-formed."""
    facts = shapes.out.get(node, {})
    texts = facts.get(sh("select"), [])
    if len(texts) != 1:
        raise shape.wrong(f"the value {node} of sh:sparql needs one sh:select")
    if any(is_true(value) for value in facts.get(sh("deactivated"), ())):
        return Constraint(lambda *_: None)
    asked = _prepare(shapes, shape, node, texts[0], {})
    mark = Mark(shape, f"<{vocab.SH}SPARQLConstraintComponent>", "The query finds a fault.")
    return _selecting(asked, mark, node, _messages(facts))


def _messages(facts: Mapping[ox.NamedNode, list[Term]]) -> tuple[ox.Literal, ...]:
    texts = [m for m in facts.get(sh("message"), ()) if isinstance(m, ox.Literal)]
    return tuple(sorted(texts, key=str))


def _selecting(
    asked: _Asked, mark: Mark, node: Term | None, messages: tuple[ox.Literal, ...]
) -> Constraint:
    key = object()
    on_node = asked.shape.path is None

    def prepare(data: Data, focus: Collection[Term]) -> None:
        nodes = [f for f in focus if isinstance(f, ox.NamedNode)]
        if asked.query.plain and nodes:
            data.notes.setdefault(key, {}).update(asked.rows_of_all(data, nodes))

    def run(data: Data, focus: Term, _values: Collection[Term], found: list[Found]) -> None:
        known = data.notes.setdefault(key, {})
        rows = known.get(focus)
        if rows is None:
            rows = known[focus] = asked.rows(data, focus)
        for row in rows:
            if "failure" in row and is_true(row["failure"]):
                raise asked.shape.wrong(f"its query reports a failure at {focus}")
            value = _as_stated(data, focus, row.get("value", focus if on_node else None))
            path = row.get("path")
            extra = Extra(node, _filled(messages, {**asked.bound, "this": focus, **row}))
            found.append((mark, focus, value, path, extra))

    return Constraint(run, empty=True, prepare=prepare)


def _as_stated(data: Data, focus: Term, value: Term | None) -> Term | None:
    """A value in the words of the focus node; Oxigraph's store has 2 for 2.0 or a byte 2."""
    if not isinstance(value, ox.Literal) or value.language:
        return value
    stated = [v for values in data.node(focus).values() for v in values]
    if value in stated:
        return value
    key = comparison_key(value)
    plain = [t for t in stated if isinstance(t, ox.Literal) and t.datatype != XSD_STRING]
    like = [t for t in plain if not t.language and comparison_key(t) == key and key is not None]
    same = [t for t in like if t.datatype == value.datatype]
    written = [t for t in plain if not t.language and t.value == value.value]
    return next(iter([*same, *like, *written]), value)


def _filled(messages: tuple[ox.Literal, ...], row: Mapping[str, Term]) -> tuple[ox.Literal, ...]:
    """Messages with the values of {?variables}; a variable without a value stays."""

    def value(slot: re.Match[str]) -> str:
        term = row.get(slot[1])
        return slot[0] if term is None else str(getattr(term, "value", term))

    return tuple(
        ox.Literal(_SLOT.sub(value, m.value), language=m.language)
        if m.language
        else ox.Literal(_SLOT.sub(value, m.value))
        for m in messages
    )


def custom_constraints(shapes: Shapes, shape: Shape) -> Iterator[Constraint]:
    """The constraints of the custom components whose parameters a shape has."""
    for custom in shapes.customs:
        needed = [p for p, optional in custom.parameters if not optional]
        if all(p in shape.facts for p in needed):
            for bound in _bindings(shape, custom):
                yield _custom(shapes, shape, custom, bound)


def _bindings(shape: Shape, custom: Custom) -> Iterator[dict[str, Term]]:
    """The values of the parameters; a component of one parameter applies to each value."""
    parameters = [p for p, _ in custom.parameters if p in shape.facts]
    names = {p: re.split(r"[#/:]", p.value)[-1] for p in parameters}
    if reserved := _RESERVED & set(names.values()):
        raise shape.wrong(f"component {custom.node} has a parameter named {min(reserved)}")
    if len(parameters) == 1:
        for value in shape.facts[parameters[0]]:
            yield {names[parameters[0]]: value}
        return
    if any(len(shape.facts[p]) > 1 for p in parameters):
        raise shape.wrong(f"a parameter of component {custom.node} has more than one value")
    yield {names[p]: shape.facts[p][0] for p in parameters}


def _custom(shapes: Shapes, shape: Shape, custom: Custom, bound: dict[str, Term]) -> Constraint:
    special = "nodeValidator" if shape.path is None else "propertyValidator"
    node = custom.validators.get(special, custom.validators.get("validator"))
    if node is None:
        raise shape.wrong(f"component {custom.node} has no validator that fits the shape")
    facts = shapes.out.get(node, {})
    messages = _messages(facts) or _messages(shapes.out.get(custom.node, {}))
    mark = Mark(shape, str(custom.node), "The component's query finds a fault.")
    for name in ("select", "ask"):
        texts = facts.get(sh(name), [])
        if len(texts) == 1:
            if name == "select":
                asked = _prepare(shapes, shape, node, texts[0], bound)
                return _selecting(asked, mark, None, messages)
            asked = _prepare(shapes, shape, node, texts[0], {**bound, "value": _SAMPLE})
            return _asking(asked, mark, messages)
    raise ShapesError(f"component {custom.node}: its validator needs one sh:ask or sh:select")


def _asking(asked: _Asked, mark: Mark, messages: tuple[ox.Literal, ...]) -> Constraint:
    def run(data: Data, focus: Term, values: Collection[Term], found: list[Found]) -> None:
        for value in values:
            if not asked.asks(data, focus, value):
                row = {**asked.bound, "this": focus, "value": value}
                found.append((mark, focus, value, None, Extra(None, _filled(messages, row))))

    return Constraint(run)
