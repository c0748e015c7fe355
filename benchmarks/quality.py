"""Prints all scores on gold, the confusion of classes, and the most frequent errors.

Run from the checkout: python benchmarks/quality.py [--errors N] [--only samples|page] [--floors]
With --floors it prints what tests/quality/floors.toml would hold if it were set now. The
development page is scored where its data stands beside the checkout.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.quality.measure import Report, measure_page, measure_samples  # noqa: E402

from kg_builder import __version__  # noqa: E402

_CLASSES = ("PER", "ORG", "LOC", "GROUP", "TOPIC", "EVENT", "nothing")


def show(title: str, report: Report, errors: int) -> None:
    """Print one report: scores, counts, confusion, errors by kind."""
    print(f"\n== {title} ==")
    for name, score in report.scores.items():
        print(f"{name:44} {score:.3f}")
    print(f"\n{'counts':44} right extra missed")
    for name in sorted(report.tally.counts):
        counts = report.tally.counts[name]
        print(f"{name:44} {counts.right:5} {counts.extra:5} {counts.missed:6}")
    print("\nclass in the gold (rows) taken for (columns)")
    print(" " * 9 + "".join(f"{c:>9}" for c in _CLASSES))
    for row in _CLASSES:
        cells = "".join(f"{report.tally.confusion[row, c]:9}" for c in _CLASSES)
        print(f"{row:9}{cells}")
    kinds: dict[str, Counter[str]] = {}
    for (kind, words), n in report.tally.errors.items():
        kinds.setdefault(kind, Counter())[words.replace("\n", " ")] += n
    print("\nerrors by kind, the most frequent first")
    for kind in sorted(kinds, key=lambda k: (-sum(kinds[k].values()), k)):
        print(f"{sum(kinds[kind].values()):4} {kind}")
        for words, n in sorted(kinds[kind].items(), key=lambda x: (-x[1], x[0]))[:errors]:
            print(f"        {n:3} {words}")


def show_floors(name: str, report: Report) -> None:
    """Print each score rounded down to two digits, as a table of floors.toml."""
    print(f"\n[{name}]")
    for score, value in report.scores.items():
        print(f'"{score}" = {math.floor(value * 100 + 1e-9) / 100:.2f}  # set at {__version__}')


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=12, help="errors shown of each kind")
    parser.add_argument("--only", choices=("samples", "page"))
    parser.add_argument("--floors", action="store_true", help="print a floors.toml, no tables")
    options = parser.parse_args()
    reports = {}
    if options.only != "page":
        reports["samples"] = measure_samples(ROOT / "samples")
    shared = ROOT.parent / "shared"
    page = shared / "corpus" / "moderndiplomacy-central-asia.txt"
    gold = shared / "gold" / "moderndiplomacy-central-asia.json"
    if options.only != "samples" and page.exists() and gold.exists():
        reports["page"] = measure_page(page, gold)
    for name, report in reports.items():
        if options.floors:
            show_floors(name, report)
        else:
            show(name, report, options.errors)
    if options.only != "samples" and "page" not in reports:
        print("\nthe development page is not here; it was not scored", file=sys.stderr)


if __name__ == "__main__":
    main()
