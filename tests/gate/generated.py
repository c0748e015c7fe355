"""Shapes and data made by chance: every component, path and target, small enough to shrink.

What KNOWN_DIFFERENCES.md lists is not made, so that engines must agree on all of it.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate import Gate
from kg_builder.gate.agreement import key_of

T = TypeVar("T")

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <urn:ex:> .
"""
NODES = ["ex:a", "ex:b", "ex:c", "ex:d", "ex:e", "_:x", "_:y"]
CLASSES = ["ex:C", "ex:D", "ex:E"]
PREDICATES = ["ex:p", "ex:q", "ex:r"]
NUMBERS = ["1", "2", "5", "-3", "2.5", "2.0", "1.0e0", "7"]
LITERALS = [
    *NUMBERS, '"a"', '"b"', '"abc"', '""', '"A b"', '"a"@en', '"b"@en', '"a"@de', '"b"@en-us',
    '"2020-01-01"^^xsd:date', '"2021-06-30"^^xsd:date', '"2020-01-01T00:00:00"^^xsd:dateTime',
    '"2021-01-01T00:00:00"^^xsd:dateTime', "true", "false", '"x"^^xsd:integer',
    '"2020-13-01"^^xsd:date', '"300"^^xsd:byte', '"3"^^xsd:byte', '"2020"^^xsd:gYear',
    '"z"^^ex:own',
]  # fmt: skip
ILL_TYPED = ['"x"^^xsd:integer', '"2020-13-01"^^xsd:date', '"300"^^xsd:byte']
UNORDERED = [
    *ILL_TYPED,
    '"z"^^ex:own',
    '"2020"^^xsd:gYear',
    *(v for v in LITERALS if '"@' in v),
    "true",
    "false",
]
DATATYPES = [
    "xsd:string", "xsd:integer", "xsd:decimal", "xsd:double", "xsd:date", "xsd:dateTime",
    "xsd:boolean", "xsd:byte", "rdf:langString", "ex:own", "xsd:gYear",
]  # fmt: skip
FAMILIES = {
    "number": [*NUMBERS, '"3"^^xsd:byte'],
    "date": ['"2020-01-01"^^xsd:date', '"2021-06-30"^^xsd:date'],
    "dateTime": ['"2020-01-01T00:00:00"^^xsd:dateTime', '"2021-01-01T00:00:00"^^xsd:dateTime'],
}
BOUNDS = {
    "number": ["1", "2", "2.5", "1.0e0", '"b"'],
    "date": ['"2020-06-01"^^xsd:date', '"2020-01-01"^^xsd:date', '"b"'],
    "dateTime": ['"2020-06-01T00:00:00"^^xsd:dateTime', '"2020-01-01T00:00:00"^^xsd:dateTime'],
}
SINGLE = (
    "datatype", "nodeKind", "minCount", "maxCount", "minLength", "maxLength", "languageIn",
    "uniqueLang", "closed", "in", "qualified", "severity", "pattern",
)  # fmt: skip
"""Parameters that a shape may have once."""
KINDS = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]
PATTERNS = ['"^a"', '"b$"', '"[0-9]+"', '"."', '"a.*c"', '"^urn:ex:[a-c]$"', '"\\\\d\\\\d"']
QUERIES = [
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER (isIRI(?value)) }",
    "SELECT $this WHERE { FILTER NOT EXISTS { $this ex:q ?any } }",
    "SELECT $this ?path ?value WHERE { $this ?path ?value . FILTER (isBlank(?value)) }",
    "SELECT $this WHERE { $this ex:p ?x . $this ex:q ?y . FILTER (?x = ?y) }",
    "SELECT $this ?value WHERE { $this ex:p ?value . OPTIONAL { $this ex:r ?x } FILTER (!bound(?x)) }",  # noqa: E501
]
PATH_QUERIES = [
    "SELECT $this ?value WHERE { $this $PATH ?value . FILTER (isLiteral(?value)) }",
    "SELECT DISTINCT $this WHERE { $this $PATH ?a . $this $PATH ?b . FILTER (!sameTerm(?a, ?b)) }",
]


class Choice(Protocol):
    """Where chance comes from: Hypothesis, which shrinks, or a seed."""

    def number(self, low: int, high: int) -> int:
        """A number from low to high, both included."""


class Seeded:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class Maker:
    """Makes one shapes graph and one data graph as Turtle."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        # pySHACL compares ill-typed literals, and numbers with dates: a case has those or limits.
        self.limits = self.chance(2)
        self.family = self.pick(sorted(BOUNDS))

    def pick(self, those: Sequence[T]) -> T:
        return those[self._choice.number(0, len(those) - 1)]

    def chance(self, one_in: int) -> bool:
        return self._choice.number(0, one_in - 1) == one_in - 1

    def some(self, those: Sequence[T], least: int = 1, most: int = 3) -> list[T]:
        return [self.pick(those) for _ in range(self._choice.number(least, most))]

    def data(self) -> str:
        lines = []
        for node in NODES:
            lines.extend(f"{node} a {cls} ." for cls in self.some(CLASSES, 0, 2))
            for _ in range(self._choice.number(0, 4)):
                value = self.pick(self.literals()) if self.chance(2) else self.pick(NODES)
                lines.append(f"{node} {self.pick(PREDICATES)} {value} .")
            for predicate in ("ex:n", "ex:m"):
                numbers = self.some(NUMBERS, 0, 2)
                lines.extend(f"{node} {predicate} {number} ." for number in numbers)
        if self.chance(2):
            lines.append("ex:D rdfs:subClassOf ex:C .")
        if self.chance(3):
            lines.append("ex:E rdfs:subClassOf ex:D .")
        return PREFIXES + "\n".join(lines)

    def literals(self) -> list[str]:
        if not self.limits:
            return LITERALS
        unlike = {v for family, those in FAMILIES.items() if family != self.family for v in those}
        return [v for v in LITERALS if v not in unlike and v not in UNORDERED]

    def shapes(self) -> str:
        tops = []
        implicit = self.chance(4)
        for number in range(self._choice.number(1, 3)):
            is_property = self.chance(4)
            body = self.body(2, is_property=is_property)
            types = "sh:PropertyShape" if is_property else "sh:NodeShape"
            if not is_property and implicit:
                implicit = False
                tops.append(f"ex:C a {types} , rdfs:Class ; {body} .")
                continue
            targets = " ; ".join(self.target() for _ in range(self._choice.number(1, 2)))
            tops.append(f"ex:S{number} a {types} ; {targets} ; {body} .")
        return PREFIXES + "\n".join(tops)

    def target(self) -> str:
        kind = self._choice.number(0, 3)
        if kind == 0:
            return "sh:targetClass " + self.pick(CLASSES)
        if kind == 1:
            return "sh:targetNode " + self.pick([*NODES[:5], '"a"'])
        if kind == 2:
            return "sh:targetSubjectsOf " + self.pick(PREDICATES)
        return "sh:targetObjectsOf " + self.pick(PREDICATES)

    def path(self, depth: int = 2, *, inverse: bool = False) -> str:
        kind = self._choice.number(0, 7) if depth else 0
        if kind <= 1:
            return self.pick(PREDICATES)
        if kind == 2 and not inverse:  # pySHACL does not turn the order of inverse sequences
            parts = " ".join(self.path(depth - 1) for _ in range(self._choice.number(2, 3)))
            return f"( {parts} )"
        if kind == 3:
            return f"[ sh:inversePath {self.path(depth - 1, inverse=True)} ]"
        if kind == 4:
            parts = [self.path(depth - 1, inverse=inverse) for _ in range(2)]
            return f"[ sh:alternativePath ( {' '.join(parts)} ) ]"
        name = self.pick(["zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"])
        return f"[ sh:{name} {self.path(depth - 1, inverse=inverse)} ]"

    def body(self, depth: int, *, is_property: bool) -> str:
        parts = []
        numbers = not self.limits or self.family == "number"
        numeric = is_property and self.chance(5) and numbers
        path = "ex:n" if numeric else self.path() if is_property else ""
        if is_property:
            parts.append("sh:path " + path)
        if numeric and self.chance(2):
            parts.append(f"sh:{self.pick(['lessThan', 'lessThanOrEquals'])} ex:m")
        for _ in range(self._choice.number(1, 3)):
            parts.extend(self.constraint(depth, path))
        if self.chance(5):
            parts.append("sh:severity " + self.pick(["sh:Warning", "sh:Info", "ex:Grave"]))
        if self.chance(12):
            parts.append("sh:deactivated true")
        if self.chance(6):
            parts.append('sh:message "said"')
        kept: dict[str, str] = {}
        for part in parts:
            name = part.split(" ", 1)[0].removeprefix("sh:")
            only = next((s for s in SINGLE if name.startswith(s)), None)
            kept.setdefault(only or part, part)
        return " ; ".join(kept.values())

    def constraint(self, depth: int, path: str) -> list[str]:
        is_property = bool(path)
        makers = [self._of_values, self._of_values, self._of_pairs, self._of_sets]
        if is_property:
            makers.extend([self._of_counts, self._of_counts])
        if depth:
            makers.extend([self._of_shapes, self._of_shapes])
        if self.chance(12):
            texts = [*QUERIES, *(PATH_QUERIES if path.startswith("ex:") else ())]
            return [f'sh:sparql [ sh:select """PREFIX ex: <urn:ex:> {self.pick(texts)}""" ]']
        maker = self.pick(makers)
        if maker == self._of_shapes:
            return self._of_shapes(depth, is_property=is_property)
        if maker == self._of_sets:
            return self._of_sets(depth, is_property=is_property)
        return maker()  # type: ignore[call-arg]

    def _of_values(self) -> list[str]:
        kind = self._choice.number(0, 7)
        if kind == 0:
            return ["sh:class " + self.pick(CLASSES)]
        if kind == 1:
            return ["sh:datatype " + self.pick(DATATYPES)]
        if kind == 2:
            return ["sh:nodeKind sh:" + self.pick(KINDS)]
        if kind == 3 and self.limits:
            name = self.pick(["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"])
            return [f"sh:{name} {self.pick(BOUNDS[self.family])}"]
        if kind == 4:
            return [f"sh:{self.pick(['minLength', 'maxLength'])} {self._choice.number(0, 8)}"]
        if kind == 5:
            flags = ' ; sh:flags "i"' if self.chance(4) else ""
            return [f"sh:pattern {self.pick(PATTERNS)}{flags}"]
        if kind == 6:
            tags = " ".join(self.some(['"en"', '"de"', '"en-us"', '"*"']))
            return [f"sh:languageIn ( {tags} )"]
        return ["sh:in ( " + " ".join(self.some([*LITERALS, *NODES[:5]], 1, 6)) + " )"]

    def _of_counts(self) -> list[str]:
        kind = self._choice.number(0, 2)
        if kind == 0:
            return [f"sh:minCount {self._choice.number(0, 3)}"]
        if kind == 1:
            return [f"sh:maxCount {self._choice.number(0, 3)}"]
        return ["sh:uniqueLang " + self.pick(["true", "false"])]

    def _of_pairs(self) -> list[str]:
        return [f"sh:{self.pick(['equals', 'disjoint'])} {self.pick(PREDICATES)}"]

    def _of_sets(self, depth: int, *, is_property: bool) -> list[str]:
        if self.chance(2):
            return ["sh:hasValue " + self.pick([*LITERALS, *NODES[:5]])]
        parts = ["sh:closed " + self.pick(["true", "true", "false"])]
        if self.chance(2):
            parts[0] += " ; sh:ignoredProperties ( rdf:type ex:n ex:m )"
        if depth and self.chance(2) and not is_property:
            parts.append(f"sh:property [ {self.body(0, is_property=True)} ]")
        return parts

    def _of_shapes(self, depth: int, *, is_property: bool) -> list[str]:
        kind = self._choice.number(0, 6)
        if kind in (0, 1):
            return [f"sh:property [ {self.body(depth - 1, is_property=True)} ]"]
        if kind == 2:
            return [f"sh:node [ {self.body(depth - 1, is_property=False)} ]"]
        if kind == 3:
            return [f"sh:not {self.nested(depth)}"]
        if kind == 4 and is_property:
            apart = " ; sh:qualifiedValueShapesDisjoint true" if self.chance(2) else ""
            name = self.pick(["Min", "Max"])
            number = self._choice.number(0, 2)
            inner = self.nested(depth)
            return [f"sh:qualifiedValueShape {inner} ; sh:qualified{name}Count {number}{apart}"]
        members = " ".join(self.nested(depth) for _ in range(self._choice.number(1, 3)))
        return [f"sh:{self.pick(['and', 'or', 'xone'])} ( {members} )"]

    def nested(self, depth: int) -> str:
        return f"[ {self.body(depth - 1, is_property=self.chance(3))} ]"


def disagreement(choice: Choice) -> str | None:
    """What the engines do not agree on for one case, with the case; None where they agree."""
    maker = Maker(choice)
    shapes, data = maker.shapes(), maker.data()
    quads = [
        ox.Quad(t.subject, t.predicate, t.object)
        for t in ox.parse(data, format=ox.RdfFormat.TURTLE)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shapes.ttl"
        path.write_text(shapes, encoding="utf-8")
        gate = Gate([path])
        fast = gate.check_all(quads)
    reference = gate.check_all(quads, engine="reference")
    mine, theirs = (Counter(map(key_of, r.results)) for r in (fast, reference))
    if mine == theirs:
        return None
    lines = [f"only fast: {key} × {n}" for key, n in sorted((mine - theirs).items())]
    lines += [f"only pySHACL: {key} × {n}" for key, n in sorted((theirs - mine).items())]
    return "\n".join([*lines, shapes, data])


def planted(quads: list[ox.Quad], number: int) -> list[ox.Quad]:
    """The graph with one fault, a different one by number."""
    at = (number * 37) % len(quads)
    quad = quads[at]
    kind = number % 5
    if kind == 0:
        return quads[:at] + quads[at + 1 :]
    if kind == 1:
        worse = ox.Literal("")
    elif kind == 2:
        worse = ox.Literal("2023-02-30", datatype=ox.NamedNode(vocab.XSD + "date"))
    elif kind == 3:
        return [*quads, ox.Quad(quad.subject, quad.predicate, quad.subject, quad.graph_name)]
    else:
        worse = ox.Literal("nonsense", language="en")
    return [*quads[:at], ox.Quad(quad.subject, quad.predicate, worse, quad.graph_name),
            *quads[at + 1 :]]  # fmt: skip
