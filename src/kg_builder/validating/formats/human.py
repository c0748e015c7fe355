"""A report in, text for people at a terminal out: findings by shape and message."""

from __future__ import annotations

from kg_builder.validating.findings import Report
from kg_builder.validating.formats.words import counted, cut, detail, grouped, place, summary


def human(report: Report) -> str:
    """Groups of findings, what is cut, what is resolved, and a last line with the counts."""
    # Faults are for standard error, which tells them whatever the format.
    out: list[str] = []
    new = tuple(f for f in report.shown if not f.known)
    for first, group in grouped(new):
        out += [f"{first.level}: {first.message}", f"  {first.rule} ({len(group)})"]
        for finding in group:
            where = place(finding)
            out.append(f"  {where + ': ' if where else ''}{detail(finding)}")
            if finding.quote:
                out.append(f"      “{finding.quote}”")
        out.append("")
    out += [f"engines disagree: {text}" for text in report.disagreements]
    if cut(report):
        out.append(cut(report))
    out += [f"resolved: {text}" for text in report.resolved]
    if report.resolved:
        out.append(
            f"{counted(len(report.resolved), 'finding')} of the baseline no longer there; "
            "write it again with --write-baseline"
        )
    out.append(summary(report))
    return "\n".join(out) + "\n"
