"""A shapes graph in, an immutable tree of shapes out.

Nothing is judged here: `components` makes validators of what is read. What SHACL does not define
is refused, so that a slip of the pen in a shape never lets data through.
Source: https://www.w3.org/TR/shacl/#shapes-graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import ShapesError
from kg_builder.gate.paths import Path, read_path
from kg_builder.gate.terms import (
    OWL_CLASS,
    RDF_TYPE,
    RDFS_CLASS,
    RDFS_SUBCLASS_OF,
    Out,
    Term,
    as_term,
    is_true,
    items,
    sh,
)

PROPERTY = sh("property")
SPARQL = sh("sparql")
_TARGETS = tuple(
    sh(name) for name in ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
)
_SHAPE_VALUES = tuple(sh(n) for n in ("property", "node", "not", "qualifiedValueShape"))
_SHAPE_LISTS = tuple(sh(n) for n in ("and", "or", "xone"))
_PARAMETERS = frozenset(
    sh(name)
    for name in (
        "class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive "
        "maxInclusive minLength maxLength pattern flags languageIn uniqueLang equals disjoint "
        "lessThan lessThanOrEquals not and or xone node property qualifiedValueShape "
        "qualifiedValueShapesDisjoint qualifiedMinCount qualifiedMaxCount closed "
        "ignoredProperties hasValue in sparql"
    ).split()
)
_TOLD = frozenset(
    sh(name)
    for name in (
        "path deactivated severity message name description order group defaultValue "
        "targetNode targetClass targetSubjectsOf targetObjectsOf rule values entailment "
        "shapesGraph declare suggestedShapesGraph optional editor viewer intent "
        "labelTemplate prefixes select"
    ).split()
)
_ADVANCED = frozenset({sh("target"), sh("expression")})


@dataclass(frozen=True, slots=True)
class Targets:
    """What declares the focus nodes of a shape; `classes` includes an implicit one."""

    nodes: tuple[Term, ...] = ()
    classes: tuple[Term, ...] = ()
    subjects_of: tuple[ox.NamedNode, ...] = ()
    objects_of: tuple[ox.NamedNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Custom:
    """A constraint component of SHACL-SPARQL: its parameters' predicates and validators."""

    node: Term
    parameters: tuple[tuple[ox.NamedNode, bool], ...]
    """Each predicate, and whether a shape may leave it out."""
    validators: dict[str, Term] = field(hash=False)
    """By kind: "validator", "nodeValidator" or "propertyValidator"."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One shape as the graph states it; shapes that it refers to are in `Shapes.by_node`."""

    node: Term
    path: Path | None
    path_node: Term | None
    severity: str
    messages: tuple[ox.Literal, ...]
    deactivated: bool
    targets: Targets
    facts: dict[ox.NamedNode, list[Term]]
    refers_to: tuple[Term, ...]
    unsupported: str = ""
    """Why this engine leaves the shape to the reference, "" where it does not."""

    @property
    def name(self) -> str:
        """The shape's node in N-Triples syntax."""
        return str(self.node)

    @property
    def has_targets(self) -> bool:
        """Whether the shape says itself what it judges."""
        declared = self.targets
        return sh("target") in self.facts or bool(
            declared.nodes or declared.classes or declared.subjects_of or declared.objects_of
        )

    def one(self, parameter: ox.NamedNode) -> Term | None:
        """The only value of a parameter, None where it has none. Raises ShapesError for two."""
        values = self.facts.get(parameter, [])
        if len(values) > 1:
            raise self.wrong(f"{_short(parameter)} has more than one value")
        return values[0] if values else None

    def wrong(self, why: str) -> ShapesError:
        """The error that says what is wrong with this shape."""
        return ShapesError(f"shape {self.node}: {why}")


@dataclass(frozen=True, slots=True)
class Shapes:
    """A shapes graph that has been read: its triples, shapes and custom components."""

    out: Out
    quads: tuple[ox.Quad, ...]
    by_node: dict[Term, Shape]
    customs: tuple[Custom, ...]

    def members(self, head: Term, owner: Shape, name: str) -> tuple[Term, ...]:
        """The members of a list. Raises ShapesError for what is no list."""
        return tuple(items(self.out, head, owner.name, name))


def _short(term: ox.NamedNode) -> str:
    return "sh:" + term.value.removeprefix(vocab.SH) if vocab.SH in term.value else str(term)


def renamed(quads: Iterable[ox.Quad | ox.Triple], prefix: str) -> Iterator[ox.Quad]:
    """The quads with blank nodes named by their order, so that reports do not differ by run."""
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def name(term: object) -> Term:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term, ox.BlankNode(f"{prefix}{len(names)}"))
        return as_term(term)

    for quad in quads:
        yield ox.Quad(name(quad.subject), quad.predicate, name(quad.object))  # type: ignore[arg-type]


def read_shapes(quads: tuple[ox.Quad, ...]) -> Shapes:
    """The shapes of a graph. Raises ShapesError, naming the shape, for an ill-formed one."""
    out: Out = {}
    for quad in quads:
        values = out.setdefault(as_term(quad.subject), {}).setdefault(quad.predicate, [])
        value = as_term(quad.object)
        if value not in values:
            values.append(value)
    customs = tuple(_customs(out))
    by_node = {node: _shape(out, node, customs) for node in _shape_nodes(out, customs)}
    shapes = Shapes(out, quads, by_node, customs)
    _refuse_recursion(shapes)
    return shapes


def _shape_nodes(out: Out, customs: tuple[Custom, ...]) -> list[Term]:
    """All nodes that are shapes, in the order of the graph."""
    found: dict[Term, None] = {}
    components = {custom.node for custom in customs}
    parameters = {v for node in components for v in out[node].get(sh("parameter"), ())}
    required = [{p for p, optional in c.parameters if not optional} for c in customs]
    for node, facts in out.items():
        types = facts.get(RDF_TYPE, ())
        if node in components or node in parameters:
            continue
        stated = sh("NodeShape") in types or sh("PropertyShape") in types
        custom = any(need and need <= facts.keys() for need in required)
        used = any(p in _PARAMETERS or p in _TARGETS or p in _ADVANCED for p in facts)
        if stated or used or custom:
            found[node] = None
        for name in _SHAPE_VALUES:
            found.update(dict.fromkeys(facts.get(name, ())))
        for name in _SHAPE_LISTS:
            for head in facts.get(name, ()):
                found.update(dict.fromkeys(items(out, head, node, _short(name))))
    return list(found)


def _shape(out: Out, node: Term, customs: tuple[Custom, ...]) -> Shape:
    if isinstance(node, ox.Literal):
        raise ShapesError(f"shape {node}: a literal cannot be a shape")
    facts = out.get(node)
    if facts is None:
        raise ShapesError(f"shape {node}: it is referred to, but nothing says what it is")
    paths = facts.get(sh("path"), [])
    types = facts.get(RDF_TYPE, [])
    if len(paths) > 1:
        raise ShapesError(f"shape {node}: sh:path has more than one value")
    if not paths and sh("PropertyShape") in types:
        raise ShapesError(f"shape {node}: a property shape needs sh:path")
    if paths and sh("NodeShape") in types:
        raise ShapesError(f"shape {node}: a node shape cannot have sh:path")
    severities = facts.get(sh("severity"), [sh("Violation")])
    off = facts.get(sh("deactivated"), [])
    if len(severities) > 1 or not isinstance(severities[0], ox.NamedNode):
        raise ShapesError(f"shape {node}: sh:severity must be one IRI")
    if len(off) > 1 or not all(isinstance(o, ox.Literal) for o in off):
        raise ShapesError(f"shape {node}: sh:deactivated must be one boolean")
    return Shape(
        node=node,
        path=read_path(out, paths[0], node) if paths else None,
        path_node=paths[0] if paths else None,
        severity=severities[0].value.removeprefix(vocab.SH),
        messages=_messages(facts, node),
        deactivated=bool(off) and is_true(off[0]),
        targets=_targets(out, node, facts),
        facts=facts,
        refers_to=tuple(_references(out, node, facts)),
        unsupported=_unsupported(node, facts, customs),
    )


def _messages(facts: dict[ox.NamedNode, list[Term]], node: Term) -> tuple[ox.Literal, ...]:
    found = []
    for message in facts.get(sh("message"), ()):
        if not isinstance(message, ox.Literal):
            raise ShapesError(f"shape {node}: sh:message must be a text, not {message}")
        found.append(message)
    return tuple(sorted(found, key=str))


def _unsupported(
    node: Term, facts: dict[ox.NamedNode, list[Term]], customs: tuple[Custom, ...]
) -> str:
    custom = {p for c in customs for p, _ in c.parameters}
    for name in facts:
        if name in _ADVANCED:
            return f"{_short(name)} is of SHACL's advanced features"
        if not name.value.startswith(vocab.SH) or name in custom:
            continue
        if name == sh("js"):
            raise ShapesError(f"shape {node}: sh:js needs JavaScript, which no engine here runs")
        if name not in _PARAMETERS and name not in _TOLD:
            raise ShapesError(f"shape {node}: {_short(name)} is no property of shapes in SHACL")
    return ""


def _references(out: Out, node: Term, facts: dict[ox.NamedNode, list[Term]]) -> Iterator[Term]:
    for name in _SHAPE_VALUES:
        yield from facts.get(name, ())
    for name in _SHAPE_LISTS:
        for head in facts.get(name, ()):
            yield from items(out, head, node, _short(name))


def _targets(out: Out, node: Term, facts: dict[ox.NamedNode, list[Term]]) -> Targets:
    classes = list(facts.get(sh("targetClass"), ()))
    if isinstance(node, ox.NamedNode) and _is_class(out, facts) and node not in classes:
        classes.append(node)
    return Targets(
        tuple(facts.get(sh("targetNode"), ())),
        tuple(classes),
        _iris(facts, "targetSubjectsOf", node),
        _iris(facts, "targetObjectsOf", node),
    )


def _iris(facts: dict[ox.NamedNode, list[Term]], name: str, node: Term) -> tuple[ox.NamedNode, ...]:
    found = []
    for value in facts.get(sh(name), ()):
        if not isinstance(value, ox.NamedNode):
            raise ShapesError(f"shape {node}: sh:{name} must be an IRI, not {value}")
        found.append(value)
    return tuple(found)


def _is_class(out: Out, facts: dict[ox.NamedNode, list[Term]]) -> bool:
    """Whether a node is an instance of rdfs:Class (owl:Class is a subclass of it)."""
    seen: set[Term] = set()
    todo = list(facts.get(RDF_TYPE, ()))
    while todo:
        cls = todo.pop()
        if cls in (RDFS_CLASS, OWL_CLASS):
            return True
        if cls not in seen:
            seen.add(cls)
            todo.extend(out.get(cls, {}).get(RDFS_SUBCLASS_OF, ()))
    return False


def _customs(out: Out) -> Iterator[Custom]:
    kinds = {sh("ConstraintComponent")}
    grown = True
    while grown:
        more = {n for n, f in out.items() if kinds & set(f.get(RDFS_SUBCLASS_OF, ()))} - kinds
        kinds |= more  # type: ignore[arg-type]
        grown = bool(more)
    for node, facts in out.items():
        if not kinds & set(facts.get(RDF_TYPE, ())) or str(node).startswith(f"<{vocab.SH}"):
            continue
        parameters = []
        for parameter in facts.get(sh("parameter"), ()):
            about = out.get(parameter, {})
            path = about.get(sh("path"), [])
            if len(path) != 1 or not isinstance(path[0], ox.NamedNode):
                raise ShapesError(f"component {node}: each sh:parameter needs one sh:path, an IRI")
            parameters.append((path[0], any(is_true(o) for o in about.get(sh("optional"), ()))))
        if all(optional for _, optional in parameters):
            raise ShapesError(f"component {node}: it needs a parameter that is not optional")
        names = ("validator", "nodeValidator", "propertyValidator")
        validators = {n: min(facts[sh(n)], key=str) for n in names if sh(n) in facts}
        yield Custom(node, tuple(parameters), validators)


def _refuse_recursion(shapes: Shapes) -> None:
    """Raises ShapesError for a shape that leads back to itself; SHACL leaves those undefined."""
    done: set[Term] = set()
    for start in shapes.by_node:
        trail: list[Term] = []
        on_trail: set[Term] = set()
        todo: list[tuple[Term, bool]] = [(start, False)]
        while todo:
            node, leaving = todo.pop()
            if leaving:
                on_trail.discard(trail.pop())
                done.add(node)
            elif node in on_trail:
                loop = " → ".join(str(n) for n in [*trail[trail.index(node) :], node])
                raise ShapesError(f"shape {node}: it is recursive ({loop}); break the circle")
            elif node not in done:
                trail.append(node)
                on_trail.add(node)
                todo.append((node, True))
                todo.extend((other, False) for other in shapes.by_node[node].refers_to)
