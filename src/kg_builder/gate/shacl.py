"""Quads and shapes in, pySHACL's verdict out."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.namespace import SH
from rdflib.term import Node

from kg_builder import resources
from kg_builder.errors import ShapesError
from kg_builder.gate.report import GateReport, Result

logging.getLogger("pyshacl").setLevel(logging.CRITICAL)


class Gate:
    """Validates graphs against one set of shapes, parsed once.

    `shapes` are Turtle files, by default the package's own. Raises ShapesError for files
    that are missing or cannot be parsed.
    """

    def __init__(self, shapes: Sequence[Path] | None = None) -> None:
        self._files = list(shapes) if shapes is not None else [resources.shapes_file()]
        digest = hashlib.sha256()
        try:
            for path in self._files:
                digest.update(path.read_bytes())
        except OSError as error:
            raise ShapesError(f"shapes {error.filename}: {error.strerror}") from error
        self.digest = digest.hexdigest()

    @cached_property
    def _shapes(self) -> rdflib.Graph:
        graph = rdflib.Graph()
        for path in self._files:
            try:
                graph.parse(path, format="turtle")
            except Exception as error:
                raise ShapesError(f"shapes {path}: not valid Turtle: {error}") from error
        return graph

    @cached_property
    def _ontology(self) -> rdflib.Graph:
        return rdflib.Graph().parse(resources.ontology_file(), format="turtle")

    def check(self, quads: Iterable[ox.Quad], context: Iterable[ox.Quad] = ()) -> GateReport:
        """The verdict on one graph; only its own subjects are focus nodes.

        `context` holds what the graph refers to: looked at, never judged.
        """
        data = rdflib.Graph()
        focus = [s for s in to_rdflib(quads, data) if isinstance(s, rdflib.URIRef)]
        to_rdflib(context, data)
        return self._run(data, sorted(focus, key=str))

    def check_all(self, data: rdflib.Graph) -> GateReport:
        """The verdict on a whole graph, every target of the shapes being a focus node."""
        return self._run(data, None)

    def _run(self, data: rdflib.Graph, focus: list[rdflib.URIRef] | None) -> GateReport:
        # The ontology is not mixed in for the article gate: the data writes superclasses out.
        try:
            _, report, text = pyshacl.validate(
                data,
                shacl_graph=self._shapes,
                focus_nodes=[*focus] if focus is not None else None,
                inplace=True,
                advanced=False,
                meta_shacl=False,
            )
        except Exception as error:  # pySHACL raises its own and rdflib's kinds
            raise ShapesError(f"the shapes cannot be used: {error}") from error
        if not isinstance(report, rdflib.Graph):
            raise ShapesError(f"the shapes cannot be used: {text}")
        return GateReport(tuple(sorted(_results(report))))


def _results(report: rdflib.Graph) -> Iterable[Result]:
    for node in report.objects(None, SH.result):
        messages = sorted(str(m) for m in report.objects(node, SH.resultMessage))
        severity = report.value(node, SH.resultSeverity)
        yield Result(
            focus=_n3(report.value(node, SH.focusNode)),
            path=_n3(report.value(node, SH.resultPath)),
            value=_n3(report.value(node, SH.value)),
            severity=str(severity).rsplit("#", 1)[-1],
            message="; ".join(messages),
            shape=_n3(report.value(node, SH.sourceShape)),
            component=_n3(report.value(node, SH.sourceConstraintComponent)),
        )


def _n3(node: Node | None) -> str:
    if node is None or isinstance(node, rdflib.BNode):
        return ""
    return node.n3()


def to_rdflib(quads: Iterable[ox.Quad], graph: rdflib.Graph) -> set[Node]:
    """Adds the quads' triples to an rdflib graph; returns their subjects."""
    cache: dict[object, Node] = {}
    subjects: set[Node] = set()
    for quad in quads:
        subject = _node(quad.subject, cache)
        graph.add((subject, _node(quad.predicate, cache), _node(quad.object, cache)))
        subjects.add(subject)
    return subjects


def _node(term: object, cache: dict[object, Node]) -> Node:
    found = cache.get(term)
    if found is None:
        if isinstance(term, ox.NamedNode):
            found = rdflib.URIRef(term.value)
        elif isinstance(term, ox.BlankNode):
            found = rdflib.BNode(term.value)
        elif isinstance(term, ox.Literal):
            if term.language:
                found = rdflib.Literal(term.value, lang=term.language)
            elif term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
                found = rdflib.Literal(term.value)
            else:
                found = rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))
        else:
            raise TypeError(f"not a term of RDF 1.1: {term!r}")
        cache[term] = found
    return found
