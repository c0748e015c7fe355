"""Outside sets in, their scores by half out, each from 0 to 1.

Made of the code of benchmarks/names.py, linking.py and crossdoc.py, so the figures are the same.
Used by the floors test; run as `python -m tests.quality.outside SHARED` it prints what
floors-outside.toml would hold if it were set now.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import crossdoc, linking, names

from kg_builder import __version__
from kg_builder.authority import Authority
from kg_builder.mentions import Extractor, models
from tests.quality.scoring import b_cubed

HALVES = ("work", "report")
Scores = dict[str, float]
"""Scores by name; names that end in "wrong" are shares of errors, the lower the better."""


def measure_names(shared: Path) -> Scores:
    """F1 and precision of re3d and UNER PUD."""
    tool = names.scorer(shared)
    system = names.Patterns(models.DEFAULT)
    scores: Scores = {}
    for name, rows in names.gold(shared, tool).items():
        if name == "page":
            continue  # it has floors of its own
        spans = {t: system.spans(names.segmented(t, "x"), t) for t in {r["text"] for r in rows}}
        predicted = [{"id": r["id"], "spans": spans[r["text"]]} for r in rows]
        for half in HALVES:
            right, extra, missed = tool.score(rows, predicted, half)["ALL"]
            scores[f"{name}, {half} half, F1"] = 2 * right / (2 * right + extra + missed)
            scores[f"{name}, {half} half, precision"] = right / (right + extra)
    return scores


def measure_clusters(shared: Path) -> Scores:
    """B³ of MEANTIME's two topics, over matched names and over all."""
    rows = crossdoc.measure(shared / "train" / "meantime")
    precision, _, f1 = b_cubed(crossdoc.clusters(rows, "matched"))
    return {
        "MEANTIME, B3": f1,
        "MEANTIME, B3 precision": precision,
        "MEANTIME, B3 of all names": b_cubed(crossdoc.clusters(rows, "all"))[2],
    }


def measure_places(shared: Path, name: str) -> Scores:
    """Of LGL or GeoVirus: recognised places within 161 km, linked ones, and F1 end to end."""
    read = {"LGL": linking.lgl, "GeoVirus": linking.geovirus}[name]
    counted = _linked(read(shared / "bench/linking/toponyms"), linking.score_places)
    scores: Scores = {}
    for half, score in counted.items():
        c = score.counts
        said = c["stated"] + c["beside"] + c["gold"]
        scores[f"{name}, {half} half, near of recognised"] = c["near"] / c["recognised"]
        scores[f"{name}, {half} half, near of linked"] = c["near"] / c["stated"]
        scores[f"{name}, {half} half, F1"] = 2 * c["near"] / said
    return scores


def measure_links(shared: Path) -> Scores:
    """The share of stated Wikidata links that are wrong, of MSNBC and RSS-500."""
    scores: Scores = {}
    for name in ("msnbc-updated", "rss-500"):
        path = shared / f"bench/linking/elevant/{name}.benchmark.jsonl"

        def score(text: linking.Text, found: list[linking.Found], _: object,
                  to: linking.Score) -> None:  # fmt: skip
            linking.score_links(text, found, to)

        for half, counted in _linked(linking.elevant(path), score).items():
            c = counted.counts
            scores[f"{name}, {half} half, links wrong"] = c["wrong"] / max(1, c["stated"])
            scores[f"{name}, {half} half, names linked"] = c["stated"] / c["overlapping"]
    return scores


def _linked(texts: Iterable[linking.Text], add: Callable[..., None]) -> dict[str, linking.Score]:
    """The counts of each half."""
    authority = Authority.load()
    extractor = Extractor(authority, finder=models.load(models.DEFAULT))
    scores = {half: linking.Score() for half in HALVES}
    for text in texts:
        found = linking.ours(extractor, authority, text.text, text.id)
        add(text, found, [f.concept for f in found], scores[linking.half(text.id)])
    return scores


MEASURES: dict[str, Callable[[Path], Scores]] = {
    "names": measure_names,
    "clusters": measure_clusters,
    "links": measure_links,
    "GeoVirus": lambda shared: measure_places(shared, "GeoVirus"),
    "LGL": lambda shared: measure_places(shared, "LGL"),
}


def is_error(name: str) -> bool:
    """Whether a score is a share of errors, which has a ceiling and no floor."""
    return name.endswith("wrong")


def main(shared: Path) -> None:
    """Print each score as a line of floors-outside.toml: floors down, ceilings up."""
    for title, measure in MEASURES.items():
        print(f"\n[{title}]")
        for name, value in measure(shared).items():
            tick = math.ceil if is_error(name) else math.floor
            rounded = tick(round(value * 100, 9)) / 100
            print(f'"{name}" = {rounded:.2f}  # set at {__version__}')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
