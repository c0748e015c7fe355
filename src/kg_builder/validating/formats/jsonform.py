"""A report in, one JSON object out; docs/VALIDATE.md tells its fields."""

from __future__ import annotations

import json
from typing import Any

from kg_builder import __version__
from kg_builder.validating.findings import SEVERITIES, Finding, Report


def as_json(report: Report) -> str:
    """The report as JSON, version 1 of its form."""
    data = {
        "version": 1,
        "tool": {"name": "kg-builder", "version": __version__},
        "exit_code": report.exit_code,
        "fail_on": report.fail_on.lower(),
        "counts": {
            **{level.lower(): report.count(level) for level in SEVERITIES},
            "known": sum(f.known for f in report.findings),
            "resolved": len(report.resolved),
            "not_shown": report.cut,
        },
        "files": list(report.files),
        "engines": [{"shape": shape, "engine": engine} for shape, engine in report.engines],
        "targets": [{"shape": shape, "focus_nodes": n} for shape, n in report.targets],
        "findings": [_finding(f) for f in report.shown],
        "resolved": list(report.resolved),
        "disagreements": list(report.disagreements),
        "faults": [
            {"file": f.file or None, "line": f.line, "message": f.message} for f in report.faults
        ],
        "notes": list(report.notes),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    result = finding.result
    return {
        "severity": result.severity,
        "message": result.message,
        "rule": finding.rule,
        "focus": result.focus,
        "path": result.path,
        "value": result.value,
        "shape": result.shape,
        "component": result.component,
        "file": finding.file,
        "line": finding.line,
        "quote": finding.quote or None,
        "fingerprint": finding.fingerprint,
        "known": finding.known,
    }
