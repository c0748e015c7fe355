"""Prints how well section pages of many layouts are cut into their articles.

Run from the checkout: python benchmarks/segmentation.py [--samples] [--errors LAYOUT] [--half H]
Layouts of development are laid out with the working half of the data; those kept out with the
other half, and their errors are never printed. `lost` counts words of bodies that came out in no
article. --samples takes our samples for stories, where the shared data is not there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.layouts.layouts import LAYOUTS, Layout, pages  # noqa: E402
from tests.layouts.scoring import Score, f1, score  # noqa: E402
from tests.layouts.stories import Story, of_samples, of_shared  # noqa: E402

_HEAD = (
    f"{'layout':28} {'title':>6} {'body':>6} {'merged':>6} {'split':>6} {'lost':>6} "
    f"{'author':>7} {'false':>6} {'date':>6} {'false':>6} {'teaser':>7}"
)


def measure(chosen: Layout, stories: list[Story], number: int) -> Score:
    total = Score()
    for sheet in pages(chosen, stories, number):
        total += score(sheet)
    return total


def row(name: str, s: Score) -> str:
    return (
        f"{name:28} {f1(s.titles):6.3f} {f1(s.tokens):6.3f} {s.merges:6} {s.splits:6} {s.lost:6} "
        f"{f1(s.authors):7.3f} {s.authors['extra']:6} {f1(s.dates):6.3f} {s.dates['extra']:6} "
        f"{f1(s.teasers):7.3f}"
    )


def show(title: str, rows: list[tuple[Layout, Score]]) -> None:
    print(f"\n== {title} ==\n{_HEAD}")
    total = Score()
    for chosen, counts in rows:
        print(row(chosen.name, counts))
        total += counts
    print(row(f"all {len(rows)}", total))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", action="store_true", help="lay out our samples")
    parser.add_argument("--pages", type=int, default=6, help="pages of each layout")
    parser.add_argument("--errors", help="a layout of development whose errors are printed")
    parser.add_argument("--dev", action="store_true", help="no layouts that are kept out")
    options = parser.parse_args()
    folder = ROOT.parent / "shared" / "bench" / "metadata"
    shared = folder.exists() and not options.samples
    stories = of_shared(folder) if shared else of_samples()
    work = [s for s in stories if s.half == "work"]
    report = [s for s in stories if s.half == "report"] or work
    if options.errors:
        (chosen,) = (item for item in LAYOUTS if item.name == options.errors and not item.kept_out)
        print("\n".join(measure(chosen, work, options.pages).errors))
        return
    start = time.process_time()
    print(f"{len(stories)} stories, {len(work)} in the half for development")
    for marked, name in ((True, "with markers"), (False, "bare")):
        rows = [
            (item, measure(item, work, options.pages))
            for item in LAYOUTS
            if item.marked is marked and not item.kept_out
        ]
        show(f"development, {name}", rows)
    if not options.dev:
        for marked, name in ((True, "with markers"), (False, "bare")):
            rows = [
                (item, measure(item, report, options.pages))
                for item in LAYOUTS
                if item.marked is marked and item.kept_out
            ]
            show(f"kept out, {name}", rows)
    print(f"\n{time.process_time() - start:.1f} CPU seconds")


if __name__ == "__main__":
    main()
