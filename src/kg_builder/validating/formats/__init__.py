"""A report in, the bytes of one output format out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kg_builder.gate import GateReport, report_turtle
from kg_builder.validating.findings import Report
from kg_builder.validating.formats.github import github
from kg_builder.validating.formats.human import human
from kg_builder.validating.formats.jsonform import as_json
from kg_builder.validating.formats.junit import junit
from kg_builder.validating.formats.markdown import markdown
from kg_builder.validating.formats.sarif import sarif

__all__ = ["FORMATS", "render"]


def _turtle(report: Report) -> str:
    return report_turtle(GateReport(tuple(f.result for f in report.shown)))


FORMATS: Final[dict[str, Callable[[Report], str]]] = {
    "human": human,
    "json": as_json,
    "sarif": sarif,
    "junit": junit,
    "github": github,
    "markdown": markdown,
    "turtle": _turtle,
}


def render(report: Report, form: str) -> bytes:
    """The report in one of FORMATS, in UTF-8."""
    # A lone surrogate of a file's name must not keep a report from being written.
    return FORMATS[form](report).encode("utf-8", errors="replace")
