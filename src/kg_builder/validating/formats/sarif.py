"""A report in, SARIF 2.1.0 out, as code scanning reads it.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from kg_builder import __version__
from kg_builder.validating.findings import Finding, Report
from kg_builder.validating.formats.words import detail

_LEVELS: Final = {"Violation": "error", "Warning": "warning", "Info": "note"}
_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT: Final = "%SRCROOT%"


def sarif(report: Report) -> str:
    """The report as one run; rules are shapes, fingerprints do not depend on lines."""
    rules: dict[str, Finding] = {}
    for finding in report.shown:
        rules.setdefault(finding.rule, finding)
    numbers = {rule: number for number, rule in enumerate(rules)}
    baseline = any(f.known for f in report.findings) or bool(report.resolved)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "kg-builder",
                "version": __version__,
                "rules": [_rule(report, f) for f in rules.values()],
            }
        },
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, numbers[f.rule], baseline=baseline) for f in report.shown],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _rule(report: Report, finding: Finding) -> dict[str, Any]:
    text = report.rules.get(finding.rule) or finding.message
    return {
        "id": finding.rule,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[finding.level]},
        "properties": {"tags": ["shacl"]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": report.exit_code in (0, 1)}
    notices: list[dict[str, Any]] = []
    for fault in report.faults:
        notices.append({"level": "error", "message": {"text": fault.message}})
        if fault.file:
            notices[-1]["locations"] = [_location(fault.file, fault.line)]
    notices += [{"level": "error", "message": {"text": text}} for text in report.disagreements]
    notices += [{"level": "note", "message": {"text": text}} for text in report.notes]
    if report.cut:
        text = f"{report.cut} more findings not shown"
        notices.append({"level": "warning", "message": {"text": text}})
    if notices:
        invocation["toolExecutionNotifications"] = notices
    return invocation


def _result(finding: Finding, number: int, *, baseline: bool) -> dict[str, Any]:
    text = f"{finding.message} ({detail(finding)})"
    if finding.quote:
        text += f" “{finding.quote}”"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": _LEVELS[finding.level],
        "message": {"text": text},
        "partialFingerprints": {"kgBuilderFinding/v1": finding.fingerprint},
    }
    if finding.file is not None:
        result["locations"] = [_location(finding.file, finding.line)]
    if baseline:
        result["baselineState"] = "unchanged" if finding.known else "new"
    return result


def _location(file: str, line: int | None) -> dict[str, Any]:
    if file.startswith("/"):
        artifact = {"uri": PurePosixPath(file).as_uri()}
    else:
        artifact = {"uri": quote(file), "uriBaseId": _ROOT}
    place: dict[str, Any] = {"artifactLocation": artifact}
    if line is not None:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}
