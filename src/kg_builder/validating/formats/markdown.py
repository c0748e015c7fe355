"""A report in, Markdown for the summary of a CI step out."""

from __future__ import annotations

import re
from typing import Final

from kg_builder.validating.findings import Report
from kg_builder.validating.formats.words import counted, cut, grouped, place, summary

_LIMIT: Final = 900_000
"""Bytes; GitHub drops a summary above 1 MiB whole."""
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#~&@])")


def markdown(report: Report) -> str:
    """A heading, the summary, and a table for each shape and message."""
    passed = not (report.exit_code or report.faults)
    blocks = [
        f"### Shapes: {'conforms' if passed else 'does not conform'}",
        _plain(summary(report)),
    ]
    for title, lines in (
        ("Cannot be used", [str(fault) for fault in report.faults]),
        ("The engines disagree", list(report.disagreements)),
    ):
        if lines:
            blocks.append("\n".join([f"**{title}**", "", *(f"- {_plain(x)}" for x in lines)]))
    size = sum(len(block.encode("utf-8")) for block in blocks)
    left = 0
    for first, group in grouped(tuple(f for f in report.shown if not f.known)):
        rows = [f"#### {first.level}: {_plain(first.message)}", ""]
        rows += [f"{_plain(first.rule)}, {counted(len(group), 'finding')}", ""]
        rows += ["| where | focus | path | value | quote |", "|---|---|---|---|---|"]
        size += sum(len(row.encode("utf-8")) + 1 for row in rows)
        kept = []
        for finding in group:
            cells = (place(finding), finding.focus, finding.path, finding.value, finding.quote)
            row = "| " + " | ".join(_plain(cell) for cell in cells) + " |"
            size += len(row.encode("utf-8")) + 1
            if size > _LIMIT:
                left += 1
            else:
                kept.append(row)
        if kept:
            blocks.append("\n".join(rows + kept))
    if left:
        blocks.append(f"{counted(left, 'more finding')} left out: a summary has room for 1 MiB.")
    if cut(report):
        blocks.append(_plain(cut(report)))
    if report.resolved:
        lines = [f"- {_plain(text)}" for text in report.resolved]
        blocks.append("\n".join(["**Resolved since the baseline**", "", *lines]))
    return "\n\n".join(blocks) + "\n"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
