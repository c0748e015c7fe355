"""Validation results in, a report that people and machines can read out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder import vocab

_SH = vocab.SH


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One finding; terms are in N-Triples syntax, "" where there is none.

    `severity` is Violation, Warning or Info.
    """

    focus: str
    path: str
    value: str
    severity: str
    message: str
    shape: str
    component: str


@dataclass(frozen=True, slots=True)
class GateReport:
    """The verdict on one graph."""

    results: tuple[Result, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether nothing of severity Violation was found; warnings are admitted."""
        return not any(r.severity == "Violation" for r in self.results)

    def count(self, severity: str) -> int:
        """How many results have this severity."""
        return sum(r.severity == severity for r in self.results)


def report_turtle(report: GateReport) -> str:
    """The report as a `sh:ValidationReport` in Turtle.

    Source: https://www.w3.org/TR/shacl/#validation-report.
    """
    root = ox.BlankNode()
    boolean = ox.NamedNode(vocab.XSD + "boolean")
    # sh:conforms is false for results of any severity (SHACL 3.6.1).
    conforms = ox.Literal("false" if report.results else "true", datatype=boolean)
    triples = [
        ox.Triple(root, _rdf_type(), ox.NamedNode(_SH + "ValidationReport")),
        ox.Triple(root, ox.NamedNode(_SH + "conforms"), conforms),
    ]
    for result in report.results:
        triples.extend(_result_triples(root, result))
    data = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={"sh": _SH, "kg": vocab.KG})
    return (data or b"").decode("utf-8")


def _rdf_type() -> ox.NamedNode:
    return ox.NamedNode(vocab.RDF + "type")


def _result_triples(root: ox.BlankNode, result: Result) -> Iterable[ox.Triple]:
    node = ox.BlankNode()
    yield ox.Triple(root, ox.NamedNode(_SH + "result"), node)
    yield ox.Triple(node, _rdf_type(), ox.NamedNode(_SH + "ValidationResult"))
    severity = ox.NamedNode(_SH + result.severity)
    yield ox.Triple(node, ox.NamedNode(_SH + "resultSeverity"), severity)
    yield ox.Triple(node, ox.NamedNode(_SH + "resultMessage"), ox.Literal(result.message))
    for name, text in (
        ("focusNode", result.focus),
        ("resultPath", result.path),
        ("value", result.value),
        ("sourceShape", result.shape),
        ("sourceConstraintComponent", result.component),
    ):
        if text and not text.startswith("_:"):
            yield ox.Triple(node, ox.NamedNode(_SH + name), _term(text))


def _term(text: str) -> ox.NamedNode | ox.Literal:
    line = f"<urn:s> <urn:p> {text} ."
    (triple,) = ox.parse(line, format=ox.RdfFormat.N_TRIPLES)
    obj = triple.object
    assert isinstance(obj, ox.NamedNode | ox.Literal)
    return obj
