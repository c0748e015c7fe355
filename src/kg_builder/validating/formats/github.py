"""A report in, workflow commands that GitHub shows as annotations out.

GitHub shows ten errors, ten warnings and ten notices of a step and says nothing of the rest, so
the commands stop there and the rest is told as plain lines of the log.
Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from kg_builder.validating.findings import Finding, Report
from kg_builder.validating.formats.words import cut, detail, place, summary

LIMIT: Final = 10
_COMMANDS: Final = {"Violation": "error", "Warning": "warning", "Info": "notice"}


def github(report: Report) -> str:
    """Annotations for what is new, then plain lines; the last line is the summary."""
    out: list[str] = []
    said: Counter[str] = Counter()
    rest: list[str] = []
    for fault in report.faults:
        said["error"] += 1
        if said["error"] <= LIMIT:
            out.append(_command("error", fault.message, fault.file, fault.line, "cannot be used"))
        else:
            rest.append(f"error: {fault}")
    for text in report.disagreements:
        said["error"] += 1
        if said["error"] <= LIMIT:
            out.append(_command("error", text, None, None, "the engines disagree"))
        else:
            rest.append(f"error: the engines disagree: {text}")
    for finding in report.shown:
        if finding.known:
            continue
        command = _COMMANDS[finding.level]
        said[command] += 1
        if said[command] <= LIMIT:
            out.append(_of(finding, command))
        else:
            rest.append(f"{command}: {place(finding)}: {finding.message} {detail(finding)}")
    if rest:
        out.append(
            f"{len(rest)} more, beyond the {LIMIT} annotations of a kind that GitHub shows a step:"
        )
    out += [_plain(line) for line in rest]
    if cut(report):
        out.append(cut(report))
    out.append(summary(report))
    return "\n".join(out) + "\n"


def _plain(line: str) -> str:
    # A line that begins with :: or holds ##[ is a command too; ours begin with a word.
    return " " + " ".join(line.split()).replace("##[", "## [")


def _of(finding: Finding, command: str) -> str:
    text = f"{finding.message}\n{detail(finding)}"
    if finding.quote:
        text += f"\n“{finding.quote}”"
    return _command(command, text, finding.file, finding.line, finding.rule)


def _command(command: str, text: str, file: str | None, line: int | None, title: str) -> str:
    properties = []
    if file:
        properties.append(f"file={_property(file)}")
        if line is not None:
            properties.append(f"line={line}")
    properties.append(f"title={_property(title)}")
    return f"::{command} {','.join(properties)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
