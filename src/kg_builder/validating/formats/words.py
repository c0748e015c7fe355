"""A report in, the sentences that all formats share out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from kg_builder.validating.findings import Finding, Report

_NAMES = (("Violation", "violation"), ("Warning", "warning"), ("Info", "note"))

_LONG: Final = 200
"""Characters of a value that are shown."""


def counted(number: int, word: str) -> str:
    """`2 violations`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def summary(report: Report) -> str:
    """One line that tells how it went."""
    if report.faults and not report.judged:
        return f"nothing validated: {counted(len(report.faults), 'fault')} in data or shapes"
    if report.accepted:
        return accepted(report)
    parts = [counted(report.count(level), word) for level, word in _NAMES]
    known = sum(f.known for f in report.findings)
    if known:
        parts.append(f"{known} known from the baseline")
    if report.resolved:
        parts.append(f"{len(report.resolved)} of the baseline resolved")
    if report.disagreements:
        parts.append(f"{counted(len(report.disagreements), 'disagreement')} of the engines")
    broken = {fault.file for fault in report.faults}
    read = [name for name in report.files if name not in broken]
    where = counted(len(read), "file") if report.files else "the store"
    if report.faults:
        where += f"; {counted(len(report.faults), 'fault')}, so not all was validated"
    return f"{', '.join(parts)} in {where}"


def accepted(report: Report) -> str:
    """What --write-baseline did."""
    return f"{counted(len(report.findings), 'finding')} written to {report.accepted}"


def cut(report: Report) -> str:
    """What --max-results hides, "" if nothing."""
    if not report.cut:
        return ""
    return f"{counted(report.cut, 'more finding')} not shown (--max-results {len(report.shown)})"


def grouped(found: tuple[Finding, ...]) -> Iterator[tuple[Finding, list[Finding]]]:
    """Findings with one level, rule and message together, each group with its first."""
    for _, group in groupby(found, key=lambda f: (f.level, f.rule, f.message)):
        items = list(group)
        yield items[0], items


def place(finding: Finding) -> str:
    """`file:line`, `file`, or ""."""
    if finding.file is None:
        return ""
    return finding.file if finding.line is None else f"{finding.file}:{finding.line}"


def detail(finding: Finding) -> str:
    """Focus, path and value in one line; values that are whole texts are cut."""
    value = " ".join(finding.value.split())
    if len(value) > _LONG:
        value = value[: _LONG - 1] + "…"
    return " ".join(part for part in (finding.focus, finding.path, value) if part)
