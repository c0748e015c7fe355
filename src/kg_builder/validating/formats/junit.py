"""A report in, JUnit XML out, as GitLab, Jenkins and others read it.

A file is a test suite, a finding a test case: a failure where it makes the run fail, skipped
where the baseline knows it, passed with its text as output where it is below --fail-on. A file
without findings has one case that passes, so that it is seen to have been looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from kg_builder.validating.findings import Finding, Report
from kg_builder.validating.formats.words import cut, detail, place, summary

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELSEWHERE: Final = "no file"


def junit(report: Report) -> str:
    """The report as JUnit XML."""
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.shown:
        by_file[finding.file or _ELSEWHERE].append(finding)
    root = ET.Element("testsuites", name="kg-builder validate")
    suites = [_faults(report)] if report.faults or report.disagreements else []
    if report.judged:
        broken = {fault.file for fault in report.faults}
        files = [name for name in report.files if name not in broken]
        names = [*files, *(n for n in sorted(by_file) if n not in files)]
        suites += [_suite(n, [_case(report, f) for f in by_file.get(n, ())]) for n in names]
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        root.append(suite)
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(totals[name]))
    if suites:
        out = ET.SubElement(suites[-1], "system-out")
        out.text = _legal("\n".join(part for part in (summary(report), cut(report)) if part))
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _faults(report: Report) -> ET.Element:
    cases = []
    for file, title, text in _problems(report):
        case = ET.Element("testcase", classname=_legal(file), name=title, time="0")
        error = ET.SubElement(case, "error", message=_legal(text), type="fault")
        error.text = _legal(text)
        cases.append(case)
    return _suite("kg-builder", cases)


def _problems(report: Report) -> Iterator[tuple[str, str, str]]:
    for fault in report.faults:
        yield fault.file or "data and shapes", "can be used", str(fault)
    for text in report.disagreements:
        yield "engines", "the engines agree", text


def _suite(name: str, cases: list[ET.Element]) -> ET.Element:
    if not cases:
        cases = [ET.Element("testcase", classname=_legal(name), name="conforms", time="0")]
    suite = ET.Element("testsuite", name=_legal(name), tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", "0")
    suite.extend(cases)
    return suite


def _case(report: Report, finding: Finding) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=_legal(finding.file or _ELSEWHERE),
        name=_legal(f"{finding.rule}: {detail(finding)}"),
        time="0",
    )
    if finding.file is not None:
        case.set("file", _legal(finding.file))
        if finding.line is not None:
            case.set("line", str(finding.line))
    lines = [f"{finding.level}: {finding.message}", place(finding), detail(finding), finding.quote]
    text = _legal("\n".join(line for line in lines if line))
    if finding.known:
        ET.SubElement(case, "skipped", message="known from the baseline")
    elif report.fails(finding):
        failure = ET.SubElement(
            case, "failure", message=_legal(finding.message), type=finding.level
        )
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _legal(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold."""
    return _ILLEGAL.sub("�", text)
