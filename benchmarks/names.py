"""Names of people, organisations and places on outside gold: patterns, pipeline, and both.

    python benchmarks/names.py [--shared ../shared] [--half work|report]

Scores by the rule of shared/tools/names.py (exact span and class), the same for all three in one
run; words per CPU second on one core beside the bare `ner` component of the same pipeline.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from kg_builder import articles
from kg_builder.authority import Authority
from kg_builder.mentions import Extractor, models
from kg_builder.model import Article, Document, Hints, Mention

CLASSES = {"Person": "PER", "Organization": "ORG", "Place": "LOC", "Region": "LOC",
           "Facility": "LOC"}  # fmt: skip


def scorer(shared: Path) -> ModuleType:
    """The module that makes gold and scores."""
    spec = importlib.util.spec_from_file_location("names_tool", shared / "tools/names.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gold(shared: Path, tool: ModuleType) -> dict[str, list[dict[str, Any]]]:
    """The rows of each set."""
    re3d = sorted(p for p in (shared / "bench/entities/re3d").iterdir() if p.is_dir())
    (pud,) = (shared / "bench/entities/uner_pud").glob("*.iob2")
    page = shared / "corpus/moderndiplomacy-central-asia.txt"
    marked = shared / "gold/moderndiplomacy-central-asia.json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # that module leaves its files open
        return {
            "re3d": list(tool.re3d(re3d)),
            "UNER PUD": list(tool.iob2(pud, 1, 2)),
            "page": list(tool.page(marked, page, ["a1", "a4"])),
        }


def segmented(text: str, name: str) -> tuple[Article, ...]:
    """The articles of a text."""
    return articles.segment(Document(name, "text/plain", "sha256:0", text), Hints())


class Patterns:
    """Our extractor, with or without the pipeline."""

    def __init__(self, model: str) -> None:
        self._extractor = Extractor(Authority.load(), finder=models.load(model))

    def spans(self, found: Iterable[Article], text: str) -> list[list[Any]]:
        """The spans of people, organisations and places."""
        mentions: list[Mention] = []
        for article in found:
            mentions += self._extractor.extract(article, text)[0]
        return [[m.span.start, m.span.end, CLASSES[m.kind]] for m in mentions if m.kind in CLASSES]


class Pipeline:
    """The pipeline's names as they come."""

    def __init__(self, model: str) -> None:
        self._finder = models.load(model)

    def spans(self, found: Iterable[Article], text: str) -> list[list[Any]]:
        """The spans of people, organisations and places."""
        assert self._finder is not None
        names = [n for article in found for n in self._finder.names(article, text)]
        return [[n.start, n.end, CLASSES[n.kind]] for n in names if n.kind in CLASSES]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--half", choices=["work", "report"], default="work")
    options = parser.parse_args()
    tool = scorer(options.shared)
    sets = gold(options.shared, tool)
    texts = {name: {r["text"] for r in rows} for name, rows in sets.items()}
    parsed = {t: segmented(t, "x") for found in texts.values() for t in sorted(found)}
    words = sum(len(t.split()) for t in parsed)
    for label, system in (
        ("patterns", Patterns(models.NONE)),
        ("pipeline", Pipeline(models.DEFAULT)),
        ("both", Patterns(models.DEFAULT)),
    ):
        system.spans(next(iter(parsed.values())), next(iter(parsed)))
        start = time.process_time()
        spans = {text: system.spans(found, text) for text, found in parsed.items()}
        spent = time.process_time() - start
        for name, rows in sets.items():
            which = None if name == "page" else options.half
            predicted = [{"id": r["id"], "spans": spans[r["text"]]} for r in rows]
            print(f"\n== {label}, {name}" + (f", {which} half" if which else ""))
            tool.show(tool.score(rows, predicted, which))
        print(f"\n{label}: {words / spent:.0f} words per CPU second")


if __name__ == "__main__":
    main()
