"""Finished graphs in, a new snapshot with its manifest out; nothing where nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph as ox

from kg_builder import __version__
from kg_builder.gate import GateReport, Result, report_turtle
from kg_builder.model import Resolution
from kg_builder.pipeline.analyse import code_digest
from kg_builder.pipeline.corpus import Corpus, Placed
from kg_builder.pipeline.history import history
from kg_builder.pipeline.readings import Readings
from kg_builder.pipeline.report import BuildReport, InputRecord
from kg_builder.pipeline.shared import SharedGraphs, counting_graph
from kg_builder.pipeline.tasks import graph_file
from kg_builder.store import (
    FORMAT_VERSION,
    AnalysisCache,
    GraphChange,
    SnapshotRef,
    SnapshotWriter,
    StoreDir,
    TextCache,
)
from kg_builder.store.layout import write_atomically
from kg_builder.vocab import Minter


@dataclass(frozen=True, slots=True)
class Made:
    """An article's graph; `path` is its N-Quads file, None where the last snapshot has it."""

    publish_key: str
    quads: int
    path: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """An article that the gate held back, with all that the gate found."""

    article: str
    placed: Placed
    results: tuple[Result, ...]


@dataclass(slots=True)
class Outcome:
    """All that a build has made before it is written."""

    inputs: dict[str, InputRecord]
    settings: dict[str, Any] = field(default_factory=dict)
    corpus: Corpus = field(default_factory=Corpus)
    resolution: Resolution = field(default_factory=Resolution)
    shared: SharedGraphs = field(default_factory=SharedGraphs)
    made: dict[str, Made] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)


def write(
    directory: StoreDir,
    previous: SnapshotRef | None,
    minter: Minter,
    outcome: Outcome,
    report: BuildReport,
) -> None:
    """Writes and switches a snapshot, and fills the report. Raises CannotRunError."""
    manifest = _manifest(minter, outcome)
    _count(outcome, report)
    report.notes.extend(f"left out of the shared graphs: {d}" for d in outcome.shared.dropped)
    before = previous.manifest if previous else {}
    if previous is not None and all(before.get(k) == v for k, v in manifest.items()):
        report.snapshot, report.quads = previous.name, before["quads"]
        return
    _write_quarantine(directory, outcome)
    made = outcome.made
    earlier = before.get("articles", {})
    changed = {a for a, m in made.items() if m.path is not None}
    from_scratch = previous is None or changed == set(made)
    writer = SnapshotWriter(directory, previous)

    def finish(store: ox.Store) -> Iterator[GraphChange]:
        past = _history(directory, previous, minter, outcome, changed)
        if past is not None:
            yield past
        yield counting_graph(store, minter)

    changes = _changes(directory, minter, outcome, earlier, from_scratch=from_scratch)
    total = writer.write(changes, from_scratch=from_scratch, finish=finish)
    report.republished = len(changed)
    report.quads = total - writer.count(minter.graph("history"))
    counts = {
        name: getattr(report, name)
        for name in (
            "documents", "articles", "teasers", "mentions", "entities", "events", "claims", "quads",
        )
    }  # fmt: skip
    ref = writer.commit(manifest | {"quads": report.quads, "counts": counts})
    report.snapshot = ref.name
    _collect_garbage(directory, manifest, before)


def _manifest(minter: Minter, outcome: Outcome) -> dict[str, Any]:
    """What the store keeps about a snapshot; compared as JSON with the last one's."""
    corpus = outcome.corpus
    manifest = {
        "format": FORMAT_VERSION,
        "version": __version__,
        "code": code_digest(),
        "base": minter.base,
        "settings": outcome.settings,
        "inputs": outcome.inputs,
        "articles": {
            key: {
                "publish_key": made.publish_key,
                "quads": made.quads,
                "source": corpus.articles[key].document.source_name,
            }
            for key, made in sorted(outcome.made.items())
        },
        "nodes": outcome.shared.digests,
        "texts": sorted({d.text_hash for d in corpus.documents.values()}),
        "quarantined": [
            {
                "article": held.article,
                "headline": held.placed.head.record.headline,
                "source": held.placed.document.source_name,
                "input_key": held.placed.analysis_key,
                "results": held.results,
            }
            for held in outcome.held
        ],
    }
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(manifest))
    return decoded


def _count(outcome: Outcome, report: BuildReport) -> None:
    articles = outcome.corpus.articles.values()
    report.documents = len(outcome.corpus.documents)
    report.teasers = sum(p.head.record.teaser for p in articles)
    report.articles = len(articles) - report.teasers
    report.mentions = sum(p.head.mentions for p in articles)
    report.claims = sum(p.head.claims for p in articles)
    report.entities = len(outcome.resolution.entities)
    report.events = len(outcome.resolution.events)
    report.duplicates = outcome.corpus.duplicates
    report.quarantined = len(outcome.held)
    report.errors = sum(p.kind == "error" for p in report.problems)


def _changes(
    directory: StoreDir,
    minter: Minter,
    outcome: Outcome,
    earlier: dict[str, Any],
    *,
    from_scratch: bool,
) -> Iterator[GraphChange]:
    for article, made in sorted(outcome.made.items()):
        if made.path is not None:
            data = graph_file(directory, article).read_bytes()
            yield GraphChange(minter.article_graph(article), data, new=article not in earlier)
    if not from_scratch:
        for article in sorted(set(earlier) - set(outcome.made)):
            yield GraphChange(minter.article_graph(article), b"")
    yield from outcome.shared.changes


def _history(
    directory: StoreDir,
    previous: SnapshotRef | None,
    minter: Minter,
    outcome: Outcome,
    changed: set[str],
) -> GraphChange | None:
    if previous is None or previous.manifest["base"] != minter.base:
        return None
    before = set(previous.manifest["nodes"])
    live_nodes = {minter.local(key) for key in outcome.shared.digests}
    live = frozenset(live_nodes | {minter.article(key) for key in outcome.made})
    vanished = [minter.local(key) for key in sorted(before - set(outcome.shared.digests))]
    articles = sorted(set(previous.manifest["articles"]) - set(outcome.made))
    vanished += [minter.article(key) for key in articles]
    graphs = {minter.article_graph(a): graph_file(directory, a) for a in changed}

    def new_graph(name: str) -> bytes | None:
        path = graphs.get(name)
        return path.read_bytes() if path is not None else None

    return history(previous, vanished, live, new_graph, minter)


def _write_quarantine(directory: StoreDir, outcome: Outcome) -> None:
    """One report a held-back article; those of articles that are in again are deleted."""
    names = {f"{held.article}.ttl" for held in outcome.held}
    for held in outcome.held:
        data = report_turtle(GateReport(held.results)).encode("utf-8")
        write_atomically(directory.quarantine / f"{held.article}.ttl", data)
    for path in directory.quarantine.glob("*.ttl"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def _collect_garbage(directory: StoreDir, manifest: dict[str, Any], before: dict[str, Any]) -> None:
    """Deletes analyses and texts that neither this snapshot nor the last one needs."""
    keys: set[str] = set()
    texts: set[str] = set()
    for part in (manifest, before):
        inputs = part.get("inputs", {}).values()
        keys |= {Path(i["key"]).name for i in inputs}
        keys |= {Path(key).name for i in inputs for key in i.get("analyses", ())}
        texts |= set(part.get("texts", ()))
    AnalysisCache(directory.analyses).discard_except(keys)
    Readings(directory.readings, TextCache(directory.texts)).discard_except(keys)
    TextCache(directory.texts).discard_except(texts)
