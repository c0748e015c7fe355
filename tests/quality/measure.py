"""The samples and, where it is there, the development page in; their scores out.

Used by the floors test and by benchmarks/quality.py, so both print the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg_builder.config import load_settings
from kg_builder.pipeline import Analyser, Analysis, resolve_analyses
from kg_builder.pipeline.files import look
from tests.quality import devgold, gold
from tests.quality.gold import GoldDocument
from tests.quality.scoring import (
    NAMES,
    Counts,
    Pair,
    Tally,
    align,
    b_cubed,
    mention_clusters,
    score_about,
    score_mentions,
    score_metadata,
    score_segmentation,
)
from tests.quality.scoring_events import event_clusters, score_events

_F1 = (
    "segments.title segments.body segments.section segments.time segments.snippet "
    "metadata.affiliation mentions.PER mentions.ORG mentions.LOC mentions.GROUP mentions.TOPIC "
    "mentions.EVENT mentions.span about regions events.roles"
).split()
_BOTH = (
    "events events.statements events.date events.place events.killed events.injured "
    "metadata.author metadata.datePublished metadata.publication metadata.canonicalUrl"
).split()


@dataclass(frozen=True, slots=True)
class Report:
    """Scores by name, from 0 to 1 and higher is better; counts and errors."""

    scores: dict[str, float]
    tally: Tally


def measure_samples(samples: Path) -> Report:
    """Scores of the sample articles against our own gold, built with the samples' kg.toml."""
    by_name = {gold.header(path)["source"]: path for path in gold.files()}
    return _measure(
        [samples / name for name in sorted(by_name)],
        samples / "kg.toml",
        lambda name, text: gold.load(by_name[name], text),
    )


def measure_page(page: Path, gold_file: Path) -> Report:
    """Scores of the development page, built without any configuration."""
    return _measure([page], None, lambda _, text: devgold.load(gold_file, text))


def _measure(
    paths: list[Path], config: Path | None, load: Callable[[str, str], GoldDocument]
) -> Report:
    settings = load_settings(config)
    analyser = Analyser(settings)
    analyses: list[Analysis] = []
    for path in paths:
        data, sidecar = path.read_bytes(), look(path, path.name).sidecar
        analyses += analyser.analyse(path.name, data, analyser.hints(path.name, sidecar))
    resolution = resolve_analyses(analyses, settings)
    tally = Tally()
    inside, across, events = [], [], []
    for analysis in analyses:
        text = analysis.document.text
        document = load(analysis.document.source_name, text)
        pairs, _ = align(document, analysis.articles)
        kept = sum(a.kept for a in document.articles)
        lost = sum(a.lost for a in document.articles)
        tally.counts["text.kept"] += Counts(right=kept, missed=lost)
        tally.merge(score_segmentation(document, analysis.articles, text))
        tally.merge(score_metadata(pairs))
        tally.merge(score_mentions(document, pairs, text))
        tally.merge(score_about(document, pairs, text, resolution))
        tally.merge(score_events(document, pairs, text))
        inside += mention_clusters(pairs, text)
        across += mention_clusters(pairs, text, resolution.entity_of)
        events += event_clusters(document, pairs, text, resolution.event_of)
        _check_offsets(pairs, text)
    clusters = {
        "aliases": inside,
        "aliases over the corpus": across,
        "events over the corpus": events,
    }
    for name, rows in clusters.items():
        _cluster_errors(tally, name, rows)
    return Report(_scores(tally, {k: b_cubed(rows) for k, rows in clusters.items()}), tally)


def _cluster_errors(tally: Tally, name: str, rows: list[tuple[Hashable, Hashable]]) -> None:
    """Gold clusters that are split, and found clusters that join several gold ones."""
    for said, one, other in (("split", 0, 1), ("joined", 1, 0)):
        groups: dict[Hashable, set[str]] = {}
        for row in rows:
            groups.setdefault(row[one], set()).add(str(row[other]))
        for key, members in groups.items():
            if len(members) > 1:
                shown = "; ".join(sorted(members))
                tally.errors[f"{name}: {said}", f"{key}: {shown}"] += 1


def _check_offsets(pairs: list[Pair], text: str) -> None:
    """No mention may stand outside the text or across a line."""
    for pair in pairs:
        for m in pair.found.mentions if pair.found else ():
            words = text[m.span.start : m.span.end]
            if not words.strip() or len(words) != m.span.end - m.span.start:
                raise AssertionError(f"a mention at {m.span} has no words: {words!r}")


def _scores(
    tally: Tally,
    clusters: Mapping[str, tuple[float, float, float]],
) -> dict[str, float]:
    """All scores by name, each from 0 to 1 and higher is better."""
    names = Counts()
    for kind in NAMES:
        names += tally.counts[f"mentions.{kind}"]
    scores = {"mentions.names": names.f1, "mentions.names.precision": names.precision}
    scores |= {name: tally.counts[name].f1 for name in _F1}
    for name in _BOTH:
        scores[f"{name}.precision"] = tally.counts[name].precision
        scores[f"{name}.recall"] = tally.counts[name].recall
    for name in ("author", "datePublished", "publication"):
        scores[f"metadata.unknown {name}"] = tally.counts[f"metadata.unknown {name}"].recall
    scores["events.sentence.recall"] = tally.counts["events.sentence"].recall
    scores["events.factuality"] = tally.counts["events.factuality"].precision
    wrong = sum(c.extra for name, c in tally.counts.items() if name.startswith("metadata."))
    scores["metadata.no wrong statement"] = float(wrong == 0)
    scores["text.kept"] = tally.counts["text.kept"].recall
    scores["segments.no stray line"] = float(tally.counts["segments.stray"].extra == 0)
    for name, values in clusters.items():
        scores |= {f"{name}.precision": values[0], f"{name}.recall": values[1], name: values[2]}
    return dict(sorted(scores.items()))
