"""Results of the gate and the data in, findings out: with file, line, quote and fingerprint."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.gate import Result
from kg_builder.validating.files import DataFile, Fault
from kg_builder.validating.lines import subject_lines
from kg_builder.validating.names import Names
from kg_builder.validating.shapes import SKOLEM

SEVERITIES: Final = ("Violation", "Warning", "Info")
_EXACT: Final = vocab.kg("exact")
_EVIDENCE: Final = vocab.kg("evidence")
_UP: Final = 4
"""Steps from a blank node up to what holds it."""

_Facts = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result and where it is.

    `focus`, `path` and `value` are short forms for people, the terms of `result` the exact ones.
    `rule` names the shape, or component and path where the shape has no name. `line` is that of
    the focus node as subject in `file`, 1-based; None where it is not known. `known` findings
    stand in the baseline.
    """

    result: Result
    rule: str
    focus: str
    path: str
    value: str
    fingerprint: str
    file: str | None = None
    line: int | None = None
    files: tuple[str, ...] = ()
    quote: str = ""
    known: bool = False

    @property
    def level(self) -> str:
        """Violation, Warning or Info; severities of others' making count as violations."""
        severity = self.result.severity
        return severity if severity in SEVERITIES else SEVERITIES[0]

    @property
    def message(self) -> str:
        """What the shape says, on one line."""
        return " ".join(self.result.message.split()) or "does not conform"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a format tells; `shown` is what --max-results left of `findings`.

    `judged` is whether any data was; with `faults` it was not all of it. `accepted` names the
    file that --write-baseline writes the findings to.
    """

    findings: tuple[Finding, ...] = ()
    shown: tuple[Finding, ...] = ()
    resolved: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    engines: tuple[tuple[str, str], ...] = ()
    targets: tuple[tuple[str, int], ...] = ()
    disagreements: tuple[str, ...] = ()
    fail_on: str = "Violation"
    exit_code: int = 0
    judged: bool = False
    accepted: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def cut(self) -> int:
        """How many findings --max-results hides."""
        return len(self.findings) - len(self.shown)

    def count(self, level: str) -> int:
        """How many findings of a level are not in the baseline."""
        return sum(f.level == level and not f.known for f in self.findings)

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the run fail."""
        ranks = SEVERITIES.index(finding.level) <= SEVERITIES.index(self.fail_on)
        return ranks and not finding.known


class Places:
    """Where terms stand in a set of files; built once, asked for each finding."""

    def __init__(self, files: Sequence[DataFile], results: Iterable[Result]) -> None:
        self._files = {file.name: file for file in files}
        self._facts: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        self._holders: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._mentioned: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._ways: dict[tuple[str, int], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._lines: dict[tuple[str, str], int] = {}
        results = list(results)
        if results:
            self._gather(files, results)
            self._number(files)

    def _gather(self, files: Sequence[DataFile], results: Sequence[Result]) -> None:
        wanted = {result.focus for result in results} - {""}
        nodes = {_parsed(term) for term in wanted}
        evidence = set()
        for file in files:
            for quad in file.quads():
                if isinstance(quad.object, ox.BlankNode):
                    self._holders[str(quad.object)].append((str(quad.subject), str(quad.predicate)))
                if quad.subject in nodes:
                    fact = (file.name, quad.predicate.value, str(quad.object))
                    self._facts[str(quad.subject)].append(fact)
                    if quad.predicate.value == _EVIDENCE:
                        evidence.add(quad.object)
                elif quad.object in nodes:
                    self._mentioned[str(quad.object)].append((file.name, str(quad.subject)))
        for file in files if evidence else ():
            for quad in file.quads():
                if quad.subject in evidence and quad.predicate.value == _EXACT:
                    fact = (file.name, _EXACT, str(quad.object))
                    self._facts[str(quad.subject)].append(fact)

    def _number(self, files: Sequence[DataFile]) -> None:
        """Finds the lines of all subjects that findings are about, each file read once."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for term, facts in self._facts.items():
            for name, _, _ in facts:
                wanted[name] |= set(self._chain(term))
        for entries in self._mentioned.values():
            for name, subject in entries:
                wanted[name] |= set(self._chain(subject))
        for file in files:
            terms = wanted.get(file.name)
            if not terms:
                continue
            written = {_written(term, file): term for term in sorted(terms)}
            try:
                lines = subject_lines(
                    file.content(), file.form, file.base, set(written),
                )  # fmt: skip
            except (OSError, ValueError):
                continue  # the file has changed under us: findings stand without lines
            for term, line in lines.items():
                self._lines[file.name, written[term]] = line

    def _best(self, term: str, left: int = _UP) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """How a node is told, and the nodes on the way, nearest first; see `way`.

        Of several ways to a blank node the one from a named node, the shortest, the first in
        the alphabet is taken, whatever order the file has.
        """
        if not term.startswith("_:"):
            return (term,), (term,)
        key = (term, left)
        if key not in self._ways:
            ways = []
            for holder, predicate in self._holders.get(term, ()) if left else ():
                way, nodes = self._best(holder, left - 1)
                ways.append(((*way, predicate), (term, *nodes)))
            self._ways[key] = min(
                ways,
                key=lambda item: (item[0][0] == "[]", len(item[0]), item[0]),
                default=(("[]",), (term,)),
            )
        return self._ways[key]

    def _chain(self, term: str) -> tuple[str, ...]:
        """A node, then what holds it, up to a named one."""
        return self._best(term)[1]

    def files_of(self, focus: str) -> tuple[str, ...]:
        """The files that say something of `focus`, else those that name it."""
        names = [name for name, _, _ in self._facts.get(focus, ())]
        names = names or [name for name, _ in self._mentioned.get(focus, ())]
        return tuple(dict.fromkeys(names))

    def of(self, result: Result) -> tuple[str | None, int | None]:
        """File and line of a result's focus node: where it says the value, else the path."""
        facts = self._facts.get(result.focus, ())
        path = result.path[1:-1] if result.path.startswith("<") else result.path
        best = max(
            facts,
            key=lambda fact: (fact[1] == path and fact[2] == result.value, fact[1] == path),
            default=None,
        )
        if best is not None:
            name = best[0]
            for term in self._chain(result.focus):
                if (name, term) in self._lines:
                    return name, self._lines[name, term]
            return name, None
        for name, subject in self._mentioned.get(result.focus, ()):
            for term in self._chain(subject):
                if (name, term) in self._lines:
                    return name, self._lines[name, term]
            return name, None
        return None, None

    def quote(self, focus: str) -> str:
        """The words of the article that a node stands for, or the sentence behind it."""
        facts = self._facts.get(focus, ())
        for _, predicate, value in facts:
            if predicate == _EXACT:
                return _text(value)
        for _, predicate, value in facts:
            if predicate == _EVIDENCE:
                for _, name, words in self._facts.get(value, ()):
                    if name == _EXACT:
                        return _text(words)
        return ""

    def way(self, term: str) -> tuple[str, ...]:
        """A term that is the same in every run.

        A blank node is told by the named node that leads to it and the predicates on the way;
        by `[]` and the predicates if there is none.
        """
        return self._best(term)[0]


def _parsed(term: str) -> object:
    if term.startswith("<"):
        return ox.NamedNode(term[1:-1])
    if term.startswith("_:"):
        return ox.BlankNode(term[2:])
    (triple,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.TURTLE)
    return triple.object


def _written(term: str, file: DataFile) -> str:
    """A term as the file itself writes it."""
    if term.startswith("_:"):
        return "_:" + file.labels.get(term[2:], term[2:])
    return term


def _text(term: str) -> str:
    value = _parsed(term)
    return " ".join(value.value.split()) if isinstance(value, ox.Literal) else term


def findings(results: Iterable[Result], files: Sequence[DataFile], names: Names) -> list[Finding]:
    """The results with their places, the worst first, then by rule, file and line."""
    results = list(results)
    places = Places(files, results)
    found = []
    for result in results:
        file, line = places.of(result)
        anonymous = result.shape.startswith("<" + SKOLEM)
        found.append(
            Finding(
                result=replace(
                    result,
                    message=names.message(result.message),
                    shape="" if anonymous else result.shape,
                ),
                rule=names.rule(result),
                focus=_way(places, names, result.focus) or "a blank node",
                path=names.path(result.path),
                value=_way(places, names, result.value),
                fingerprint=_fingerprint(places, result),
                file=file or None,  # a store is no file
                line=line,
                files=places.files_of(result.focus),
                quote=places.quote(result.focus),
            )
        )
    return sorted(found, key=_order)


def _way(places: Places, names: Names, term: str) -> str:
    return "/".join(names.short(step) for step in places.way(term))


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        SEVERITIES.index(finding.level), finding.rule, finding.message, finding.file or "",
        finding.line or 0, finding.focus, finding.path, finding.value, finding.result.component,
    )  # fmt: skip


def _fingerprint(places: Places, result: Result) -> str:
    """What makes a finding the same one in the next run: no lines, labels or messages."""
    shape = result.shape if result.shape.startswith("<") else ""
    parts = [shape, result.component, "/".join(places.way(result.focus)), result.path,
             "/".join(places.way(result.value))]  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:32]
