"""Prints how often mentions of each stated confidence are right, on gold that fitted nothing.

    python benchmarks/confidence.py [--shared ../shared] [--half work|report] [--model default]

Outside sets: re3d and UNER PUD, by the rule of shared/tools/names.py (people, organisations and
places; exact span and class). Our own gold: the samples and, where its data are, the
development page, all classes. Both are read as a build reads them. ECE is the mean distance of
stated confidence and observed precision over the bins, weighted by their counts; Brier the mean
square of confidence less outcome; "base" is what stating the mean precision of all would get.
Local entities count as right where one of their mentions is.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.names import CLASSES, gold, scorer, segmented  # noqa: E402
from tests.quality import devgold, scoring  # noqa: E402
from tests.quality import gold as own_gold  # noqa: E402

from kg_builder.authority import Authority  # noqa: E402
from kg_builder.config import Settings, load_settings  # noqa: E402
from kg_builder.mentions import Extractor, models  # noqa: E402
from kg_builder.pipeline import Analyser  # noqa: E402
from kg_builder.pipeline.files import look  # noqa: E402

BINS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01)
OUTSIDE: Final = ("re3d", "UNER PUD")


@dataclass(frozen=True, slots=True)
class Case:
    """One mention: its set, class, stated confidence, and whether it is right.

    `entity` sets the mentions of one local entity apart from others.
    """

    source: str
    kind: str
    stated: float
    right: bool
    entity: tuple[str, int]


def outside(shared: Path, half: str, extractor: Extractor) -> list[Case]:
    """Cases of re3d and UNER PUD, of one half."""
    tool = scorer(shared)
    found: list[Case] = []
    for name, rows in gold(shared, tool).items():
        if name in OUTSIDE:
            for row in rows:
                if tool.half(row["id"]) == half:
                    found += _row(name, row, tool, extractor)
    return found


def _row(name: str, row: dict[str, Any], tool: ModuleType, extractor: Extractor) -> list[Case]:
    wanted = {(a, b): set(kinds) for a, b, kinds in row["spans"]}
    cases = []
    for number, article in enumerate(segmented(row["text"], "x")):
        for m in extractor.extract(article, row["text"])[0]:
            kind = CLASSES.get(m.kind)
            if kind is None:
                continue
            span = tool.trim(row["text"], m.span.start, m.span.end, kind == "PER")
            kinds = wanted.get(span)
            if kinds is not None and not kinds & set(scoring.NAMES):
                continue  # a name of another class in the gold counts neither way
            right = kinds is not None and kind in kinds
            where = (f"{name} {row['id']} {number}", m.entity)
            cases.append(Case(name, kind, m.confidence, right, where))
    return cases


def samples(settings: Settings) -> list[Case]:
    """Cases of the articles that ship."""
    paths = {own_gold.header(path)["source"]: path for path in own_gold.files()}
    folder = ROOT / "samples"
    return [
        case
        for name in sorted(paths)
        for case in _own("samples", folder / name, settings, paths[name])
    ]


def page(shared: Path, settings: Settings) -> list[Case]:
    """Cases of the development page."""
    text = shared / "corpus/moderndiplomacy-central-asia.txt"
    return _own("page", text, settings, shared / "gold/moderndiplomacy-central-asia.json")


def _own(source: str, path: Path, settings: Settings, marked: Path) -> list[Case]:
    analyser = Analyser(settings)
    data, sidecar = path.read_bytes(), look(path, path.name).sidecar
    cases = []
    for analysis in analyser.analyse(path.name, data, analyser.hints(path.name, sidecar)):
        text = analysis.document.text
        load = devgold.load if source == "page" else own_gold.load
        document = load(marked, text)
        pairs, _ = scoring.align(document, analysis.articles)
        for pair in pairs:
            if not pair.gold.marked or pair.found is None:
                continue
            wanted = {
                scoring.trim(text, g.start, g.end, g.kind == "Person"): scoring.CLASSES[g.kind]
                for g in pair.gold.mentions
            }
            for m in pair.found.mentions:
                if any(a <= m.span.start < b for a, b in document.outside):
                    continue
                span = scoring.trim(text, m.span.start, m.span.end, m.kind == "Person")
                kind, is_ = scoring.CLASSES[m.kind], wanted.get(span)
                if kind in scoring.NAMES and is_ is not None and is_ not in scoring.NAMES:
                    continue
                where = (f"{source} {pair.found.article.key}", m.entity)
                cases.append(Case(source, kind, m.confidence, is_ == kind, where))
    return cases


# -- reliability ---------------------------------------------------------------------------


def entities(cases: Iterable[Case]) -> list[Case]:
    """One case for each local entity: as sure as its surest mention, right if one of them is."""
    best: dict[tuple[str, int], Case] = {}
    for c in cases:
        held = best.get(c.entity)
        if held is None:
            best[c.entity] = c
        else:
            stated, right = max(held.stated, c.stated), held.right or c.right
            best[c.entity] = Case(held.source, held.kind, stated, right, held.entity)
    return list(best.values())


def binned(cases: Sequence[Case]) -> list[tuple[float, float, list[Case]]]:
    """The cases by bins of stated confidence, empty ones left out."""
    bins = [
        (low, high, [c for c in cases if low <= c.stated < high])
        for low, high in itertools.pairwise(BINS)
    ]
    return [b for b in bins if b[2]]


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean, 0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def calibration_error(cases: Sequence[Case]) -> float:
    """The expected calibration error over the bins."""
    return sum(
        len(some) * abs(mean(c.stated for c in some) - mean(c.right for c in some))
        for _, _, some in binned(cases)
    ) / max(1, len(cases))


def brier(cases: Sequence[Case]) -> float:
    """The mean square of stated confidence less outcome."""
    return mean((c.stated - c.right) ** 2 for c in cases)


def print_line(title: str, cases: Sequence[Case]) -> None:
    """One line of a group of cases."""
    right = mean(c.right for c in cases)
    print(
        f"{title:24} {len(cases):5} mentions  stated {mean(c.stated for c in cases):.3f}  "
        f"right {right:.3f}  ECE {calibration_error(cases):.3f}  Brier {brier(cases):.3f} "
        f"(base {right * (1 - right):.3f})"
    )


def print_table(title: str, cases: Sequence[Case]) -> None:
    """The reliability table of a group of cases."""
    print(f"\n== {title}\n  confidence   count  stated  right")
    for low, high, some in binned(cases):
        stated, right = mean(c.stated for c in some), mean(c.right for c in some)
        print(f"  {low:.2f}-{min(high, 1):.2f}  {len(some):6}   {stated:.3f}  {right:.3f}")
    print_line("  all", cases)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--half", choices=("work", "report"), default="work")
    parser.add_argument("--model", default=models.DEFAULT)
    options = parser.parse_args()
    if not options.shared.is_dir():
        sys.exit(f"{options.shared} is not there; --shared names the folder of the data")
    extractor = Extractor(Authority.load(), finder=models.load(options.model))
    flags = {"extractors.model": options.model}
    cases = outside(options.shared, options.half, extractor)
    held = samples(load_settings(ROOT / "samples/kg.toml", flags))
    held += page(options.shared, load_settings(None, flags))
    print_table(f"outside sets, {options.half} half", cases)
    print_table("samples and page", held)
    print_table("all together", [*cases, *held])
    print("\n== by set and by class")
    together = [*cases, *held]
    for source in dict.fromkeys(c.source for c in together):
        print_line(source, [c for c in together if c.source == source])
    for kind in sorted({c.kind for c in together}):
        print_line(kind, [c for c in together if c.kind == kind])
        some = [c for c in cases if c.kind == kind]
        if some:
            print_line(f"  {kind}, outside sets", some)
    print_table("local entities, outside sets", entities(cases))
    print_table("local entities, all", entities(together))


if __name__ == "__main__":
    main()
