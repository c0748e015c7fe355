"""Validation results in, a report that people and machines can read out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate.terms import RDF_FIRST, RDF_NIL, RDF_REST, RDF_TYPE, Term, as_term, sh

_SH = vocab.SH


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One finding; terms are in N-Triples syntax, "" where there is none.

    `path` is in SPARQL's syntax for property paths. `severity` is Violation, Warning or Info,
    or the IRI of another severity. `message` has all messages in one line; `messages` has them
    as (text, language), "" for none, where they are not that one line without a language.
    `constraint` is the sh:sparql node that found it.
    """

    focus: str
    path: str
    value: str
    severity: str
    message: str
    shape: str
    component: str
    messages: tuple[tuple[str, str], ...] = ()
    constraint: str = ""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The verdict on one graph.

    `engines` names for each shape with targets what judged it, "fast" or "pyshacl"; `targets`
    says how many focus nodes it had; both by the shape in N-Triples syntax, sorted.
    `disagreements` are, where both engines ran, the differences between them that
    KNOWN_DIFFERENCES.md does not list, a line each.
    """

    results: tuple[Result, ...] = ()
    engines: tuple[tuple[str, str], ...] = ()
    targets: tuple[tuple[str, int], ...] = ()
    disagreements: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether nothing but warnings and information was found; those are admitted."""
        return all(r.severity in ("Warning", "Info") for r in self.results)

    def count(self, severity: str) -> int:
        """How many results have this severity."""
        return sum(r.severity == severity for r in self.results)


def report_turtle(report: GateReport) -> str:
    """The report as a `sh:ValidationReport` in Turtle.

    Source: https://www.w3.org/TR/shacl/#validation-report.
    """
    root = ox.BlankNode("report")
    # sh:conforms is false for results of any severity (SHACL 3.6.1).
    conforms = ox.Literal(not report.results)
    triples = [
        ox.Triple(root, RDF_TYPE, sh("ValidationReport")),
        ox.Triple(root, sh("conforms"), conforms),
    ]
    for number, result in enumerate(report.results):
        triples.extend(_result_triples(root, result, f"result{number}"))
    data = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={"sh": _SH, "kg": vocab.KG})
    return (data or b"").decode("utf-8")


def _result_triples(root: ox.BlankNode, result: Result, name: str) -> Iterable[ox.Triple]:
    node = ox.BlankNode(name)
    yield ox.Triple(root, sh("result"), node)
    yield ox.Triple(node, RDF_TYPE, sh("ValidationResult"))
    own = ":" in result.severity
    severity = ox.NamedNode(result.severity) if own else sh(result.severity)
    yield ox.Triple(node, sh("resultSeverity"), severity)
    for text, language in result.messages or ((result.message, ""),):
        message = ox.Literal(text, language=language) if language else ox.Literal(text)
        yield ox.Triple(node, sh("resultMessage"), message)
    for prop, text in (
        ("focusNode", result.focus),
        ("value", result.value),
        ("sourceShape", result.shape),
        ("sourceConstraint", result.constraint),
        ("sourceConstraintComponent", result.component),
    ):
        if text:
            yield ox.Triple(node, sh(prop), read_term(text))
    if result.path:
        writer = _PathWriter(result.path, f"{name}path")
        top = writer.alternatives()
        yield from writer.triples
        yield ox.Triple(node, sh("resultPath"), top)


def read_term(text: str) -> Term:
    """The term that a text in N-Triples syntax stands for."""
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    line = f"<urn:s> <urn:p> {text} ."
    (triple,) = ox.parse(line, format=ox.RdfFormat.N_TRIPLES)
    return as_term(triple.object)


class _PathWriter:
    """Reads a path in SPARQL's syntax and states it as SHACL's triples."""

    def __init__(self, text: str, name: str) -> None:
        self._tokens = re.findall(r"<[^>]*>|[()^/|*+?]", text)
        self._name = name
        self._count = 0
        self.triples: list[ox.Triple] = []

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _fresh(self) -> ox.BlankNode:
        self._count += 1
        return ox.BlankNode(f"{self._name}{self._count}")

    def _list(self, members: list[Term]) -> Term:
        head: Term = RDF_NIL
        for member in reversed(members):
            node = self._fresh()
            self.triples.append(ox.Triple(node, RDF_FIRST, member))
            self.triples.append(ox.Triple(node, RDF_REST, head))
            head = node
        return head

    def _wrapped(self, name: str, inner: Term) -> Term:
        node = self._fresh()
        self.triples.append(ox.Triple(node, sh(name), inner))
        return node

    def alternatives(self) -> Term:
        """The node of the path that begins here."""
        members = list(self._separated("|", self._sequence))
        if len(members) == 1:
            return members[0]
        return self._wrapped("alternativePath", self._list(members))

    def _separated(self, sign: str, read: object) -> Iterator[Term]:
        assert callable(read)
        yield read()
        while self._next() == sign:
            self._tokens.pop(0)
            yield read()

    def _sequence(self) -> Term:
        members = list(self._separated("/", self._step))
        return members[0] if len(members) == 1 else self._list(members)

    def _step(self) -> Term:
        sign = self._tokens.pop(0)
        if sign == "^":
            return self._wrapped("inversePath", self._step())
        if sign == "(":
            node = self.alternatives()
            self._tokens.pop(0)
        else:
            node = ox.NamedNode(sign[1:-1])
        while self._next() and self._next() in "*+?":
            repeat = self._tokens.pop(0)
            names = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}
            node = self._wrapped(names[repeat], node)
        return node
