"""Findings in, a file of the known ones out, and the other way round."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kg_builder.errors import UsageError
from kg_builder.validating.findings import Finding

_VERSION = 1


def written(findings: Sequence[Finding]) -> bytes:
    """All findings as a baseline: JSON, sorted, with the words that tell what each was."""
    counts = Counter(f.fingerprint for f in findings)
    first = {f.fingerprint: f for f in reversed(findings)}
    entries = [
        {
            "fingerprint": print_,
            "count": counts[print_],
            "rule": first[print_].rule,
            "focus": first[print_].focus,
            "path": first[print_].path,
            "message": first[print_].message,
        }
        for print_ in sorted(counts)
    ]
    data = {"version": _VERSION, "findings": entries}
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def compared(findings: Sequence[Finding], path: Path) -> tuple[list[Finding], list[str]]:
    """The findings with the known ones marked, and the known ones that are gone, in words.

    Of findings with one fingerprint, as many are known as the baseline counts. Raises UsageError
    for a baseline that cannot be read.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["version"] != _VERSION:
            raise UsageError(f"{path}: a baseline of version {data['version']}, not {_VERSION}")
        entries = {str(e["fingerprint"]): e for e in data["findings"]}
        left = Counter({name: int(entry["count"]) for name, entry in entries.items()})
    except OSError as error:
        raise UsageError(
            f"{path}: the baseline cannot be read: {error.strerror}; make one with --write-baseline"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not a baseline that --write-baseline made") from error
    marked = []
    for finding in findings:
        known = left[finding.fingerprint] > 0
        if known:
            left[finding.fingerprint] -= 1
        marked.append(replace(finding, known=known))
    gone = []
    for name in sorted(left):
        entry = entries[name]
        words = f"{entry.get('rule')}: {entry.get('focus')} {entry.get('path')}: "
        gone += [words + str(entry.get("message"))] * left[name]
    return marked, gone
