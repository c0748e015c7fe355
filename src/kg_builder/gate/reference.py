"""Shapes and a graph in, pySHACL's findings out: the reference that the fast engine is held to.

pySHACL is driven shape by shape: its option focus_nodes would also skip the values that nested
shapes look at. It and rdflib are imported when first used, since few runs need them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, cast

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import ShapesError
from kg_builder.gate.parse import Shapes
from kg_builder.gate.report import Result
from kg_builder.gate.terms import Term

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_DEPTH = 200
"""How deep pySHACL follows shapes; recursive ones were refused when the shapes were read."""


class Reference:
    """pySHACL with one shapes graph."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._paths = {
            str(shape.path_node): str(shape.path)
            for shape in shapes.by_node.values()
            if isinstance(shape.path_node, ox.BlankNode)
        }
        self._advanced = any(shape.unsupported for shape in shapes.by_node.values())
        self._graph: rdflib.Graph | None = None

    def check(
        self,
        quads: Iterable[ox.Quad],
        own: AbstractSet[Term] | None = None,
        only: AbstractSet[Term] | None = None,
    ) -> tuple[list[Result], dict[str, int]]:
        """The findings on a graph, and how many focus nodes each shape had.

        `own` are the only nodes that are judged, `only` the only shapes. Raises ShapesError for
        shapes that pySHACL cannot use.
        """
        import rdflib  # noqa: PLC0415

        # rdflib tells each ill-typed literal with a traceback; the report tells them better.
        for name in ("pyshacl", "rdflib.term"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        data = rdflib.Graph()
        to_rdflib(quads, data)
        names = None if own is None else {str(node) for node in own}
        shapes = None if only is None else {str(node) for node in only}
        try:
            return self._run(data, names, shapes)
        except Exception as error:  # pySHACL raises its own and rdflib's kinds
            raise ShapesError(f"pySHACL cannot use the shapes: {error}") from error

    def _run(
        self, data: rdflib.Graph, own: set[str] | None, only: set[str] | None
    ) -> tuple[list[Result], dict[str, int]]:
        from pyshacl.graph_abstraction import DataGraph  # noqa: PLC0415
        from pyshacl.validator import Validator  # noqa: PLC0415

        logger = logging.getLogger("pyshacl")
        graph = DataGraph.from_rdflib(data)
        options = {
            "inplace": True,
            "max_validation_depth": _DEPTH,
            "advanced": self._advanced,
            "logger": logger,
        }
        validator = Validator(graph, shacl_graph=self._rdflib_shapes(), options=options)
        executor = validator.make_executor()
        results: list[Result] = []
        targets: dict[str, int] = {}
        for shape in validator.shacl_graph.shapes:
            name = _text(shape.node)
            if shape.deactivated or (only is not None and name not in only):
                continue
            shape.set_advanced(self._advanced)
            focus = [f for f in shape.focus_nodes(graph) if own is None or _text(f) in own]
            if focus:
                targets[name] = len(focus)
                _, reports = shape.validate(executor, graph, focus=focus)
                results.extend(self._result(node, triples) for _, node, triples in reports)
        return results, targets

    def _rdflib_shapes(self) -> rdflib.Graph:
        import rdflib  # noqa: PLC0415

        if self._graph is None:
            self._graph = rdflib.Graph()
            to_rdflib(self._shapes.quads, self._graph)
        return self._graph

    def _result(self, node: object, triples: list[tuple[Any, Any, Any]]) -> Result:
        about: dict[str, Any] = {}
        messages = []
        for subject, predicate, value in triples:
            if subject is not node and subject != node:
                continue
            name = str(predicate).removeprefix(vocab.SH)
            if name == "resultMessage":
                messages.append((str(value), getattr(value, "language", None) or ""))
            else:
                about[name] = value[1] if isinstance(value, tuple) else value
        messages.sort()
        path = _text(about.get("resultPath"))
        return Result(
            focus=_text(about.get("focusNode")),
            path=self._paths.get(path, path),
            value=_text(about.get("value")),
            severity=str(about.get("resultSeverity")).removeprefix(vocab.SH),
            message="; ".join(text for text, _ in messages),
            shape=_text(about.get("sourceShape")),
            component=_text(about.get("sourceConstraintComponent")),
            messages=tuple(messages) if len(messages) > 1 or any(m[1] for m in messages) else (),
            constraint=_text(about.get("sourceConstraint")),
        )


def _text(node: Node | None) -> str:
    """An rdflib term as pyoxigraph writes it."""
    from rdflib.term import BNode, Literal, URIRef  # noqa: PLC0415

    if node is None:
        return ""
    if isinstance(node, BNode):
        return f"_:{node}"
    if isinstance(node, URIRef):
        return f"<{node}>"
    assert isinstance(node, Literal)
    if node.language:
        return str(ox.Literal(str(node), language=node.language))
    if node.datatype is not None:
        return str(ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))))
    return str(ox.Literal(str(node)))


def to_rdflib(quads: Iterable[ox.Quad], graph: rdflib.Graph) -> set[Node]:
    """Adds the quads' triples to an rdflib graph; returns their subjects.

    Literals keep their lexical forms, which rdflib would else rewrite.
    """
    cache: dict[object, Node] = {}
    subjects: set[Node] = set()
    for quad in quads:
        subject = _node(quad.subject, cache)
        graph.add((subject, _node(quad.predicate, cache), _node(quad.object, cache)))
        subjects.add(subject)
    return subjects


def _node(term: object, cache: dict[object, Node]) -> Node:
    import rdflib  # noqa: PLC0415

    found = cache.get(term)
    if found is None:
        if isinstance(term, ox.NamedNode):
            found = rdflib.URIRef(term.value)
        elif isinstance(term, ox.BlankNode):
            found = rdflib.BNode(term.value)
        elif isinstance(term, ox.Literal):
            found = _literal(term)
        else:
            raise TypeError(f"not a term of RDF 1.1: {term!r}")
        cache[term] = found
    return found


def _literal(term: ox.Literal) -> Node:
    import rdflib  # noqa: PLC0415

    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == vocab.XSD + "string":
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def from_rdflib(graph: Iterable[ox.Quad] | rdflib.Graph) -> Iterable[ox.Quad]:
    """The triples of an rdflib graph as quads, for callers that still have one; else as given."""
    if "rdflib" not in sys.modules:
        return cast("Iterable[ox.Quad]", graph)
    import rdflib  # noqa: PLC0415

    if not isinstance(graph, rdflib.Graph):
        return graph
    lines = graph.serialize(format="nt", encoding="utf-8")
    return ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
