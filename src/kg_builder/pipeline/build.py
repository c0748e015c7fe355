"""Paths and a store in, a new snapshot and a report of what went in out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kg_builder import vocab
from kg_builder.config import Settings
from kg_builder.entities import Decisions, about
from kg_builder.entities.decisions import load as load_decisions
from kg_builder.errors import StoreDamagedError, UsageError
from kg_builder.gate import Result
from kg_builder.pipeline import pool, tasks
from kg_builder.pipeline.analyse import Head, code_digest
from kg_builder.pipeline.corpus import Placed, assemble, exclusion, resolve_corpus
from kg_builder.pipeline.inputs import absolute_path, discover, lies_under, path_key
from kg_builder.pipeline.intake import Intake, Progress, Run
from kg_builder.pipeline.kept import shaping
from kg_builder.pipeline.report import BuildReport
from kg_builder.pipeline.shared import shared_graphs, types_of
from kg_builder.pipeline.writing import Held, Made, Outcome, write
from kg_builder.store import SnapshotRef, Snapshots, StoreDir
from kg_builder.store.layout import storage_error
from kg_builder.store.writer import clean
from kg_builder.triples import Names
from kg_builder.vocab import Minter


def build(
    paths: Iterable[Path],
    store: Path,
    settings: Settings,
    *,
    sync: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Builds the given files and folders into a store, on top of what it holds.

    `sync` drops earlier inputs that have vanished from the given folders, `fresh` forgets all
    earlier inputs and analyses. Raises CannotRunError when nothing could be done, UsageError
    when `fresh` finds nothing to read; inputs that fail are told in the report and the rest
    goes on.
    """
    found = discover(paths)
    if fresh and not found.files:
        told = "; ".join(f"{name}: {reason}" for name, reason in found.problems)
        raise UsageError(f"--fresh with nothing to read would empty the store; {told}")
    directory = StoreDir(store, create=True)
    with directory.lock():
        run = _Build(directory, settings, progress, fresh=fresh)
        run.intake.take_in(found)
        if sync:
            run.intake.drop_vanished(found)
        return run.finish()


def remove(
    target: str, store: Path, settings: Settings, progress: Progress | None = None
) -> BuildReport:
    """Takes an article or document (by IRI) or an input (by path) out of a store.

    Raises UsageError when the store holds no such thing.
    """
    directory = StoreDir(store)
    with directory.lock():
        run = _Build(directory, settings, progress)
        run.take_out(target)
        return run.finish()


def retry(
    store: Path,
    settings: Settings,
    progress: Progress | None = None,
    article: str | None = None,
) -> BuildReport:
    """Analyses and gates again what is in quarantine, or one article of it, as of now.

    Raises UsageError for an article that is not in quarantine.
    """
    directory = StoreDir(store)
    with directory.lock():
        run = _Build(directory, settings, progress)
        run.run.again |= {q["input_key"] for q in run.held(article)}
        return run.finish()


def drop(
    article: str, store: Path, settings: Settings, progress: Progress | None = None
) -> BuildReport:
    """Takes an article out of quarantine for good. Raises UsageError when it is not there."""
    directory = StoreDir(store)
    with directory.lock():
        run = _Build(directory, settings, progress)
        run.held(article)
        run.take_out(run.minter.article(article))
        return run.finish()


class _Build:
    """One build; the caller holds the store's lock."""

    def __init__(
        self,
        directory: StoreDir,
        settings: Settings,
        progress: Progress | None,
        *,
        fresh: bool = False,
    ) -> None:
        self.started = time.perf_counter()
        self.dir = directory
        self.previous = _last_snapshot(directory, fresh=fresh)
        self.manifest: dict[str, Any] = self.previous.manifest if self.previous else {}
        self.fresh = fresh
        base = settings.base or self.manifest.get("base") or vocab.DEFAULT_BASE
        self.settings = settings.model_copy(update={"base": base})
        self.minter = Minter(base)
        chosen = settings.decisions
        self.decisions = load_decisions(Path(chosen), self.minter) if chosen else Decisions()
        self.analyser = tasks.analyser_for(self.settings)
        quiet: Progress = lambda *_: None  # noqa: E731  (a default, named for its type)
        self.run = Run(
            directory, self.settings, self.analyser, self.manifest, progress or quiet, fresh
        )
        self.report = self.run.report
        self.intake = Intake(self.run)
        self.outcome = Outcome(self.intake.inputs, shaping(self.settings))
        clean(directory)

    def held(self, article: str | None) -> list[dict[str, Any]]:
        """What the last snapshot held back: all, or one article. Raises UsageError."""
        found = [q for q in self.manifest.get("quarantined", ()) if article in (None, q["article"])]
        if article is not None and not found:
            raise UsageError(f"{article}: not in quarantine; see `quarantine list`")
        return found

    def take_out(self, target: str) -> None:
        """Takes one input, document or article out. Raises UsageError."""
        inputs = self.intake.inputs
        path = path_key(absolute_path(Path(target)))
        gone = [p for p in inputs if lies_under(p, [path])]
        gone = gone or [p for p, i in inputs.items() if i.source_name == target]
        if not gone and not self._exclude(target):
            raise UsageError(
                f"{target}: the store holds no such input, document or article; "
                "`kg-builder info --store DIR --inputs` lists what it holds"
            )
        for name in gone:
            del inputs[name]
        self.report.removed += len(gone)

    def _exclude(self, target: str) -> bool:
        """Takes out an article, or the articles of a document, of every input that holds it.

        Else a double would take its place.
        """
        prefix = self.minter.base + "article/"
        article = target.removeprefix(prefix).split("#")[0] if target.startswith(prefix) else ""
        found = False
        for path, item in list(self.intake.inputs.items()):
            heads = [h for key in item.analyses for h in self.run.heads(key)]
            parts = [h for h in heads if target in (self._iri(h), h.document.source_name)]
            if parts and len(parts) == len(heads):
                del self.intake.inputs[path]
            elif parts:
                gone = {exclusion(a.record.article, h.document) for h in parts for a in h.articles}
                item.excluded = tuple(sorted({*item.excluded, *gone}))
            elif article and (
                held := {
                    exclusion(article, h.document)
                    for h in heads
                    if any(article == a.record.article for a in h.articles)
                }
            ):
                item.excluded = tuple(sorted({*item.excluded, *held}))
            else:
                continue
            found = True
            self.report.removed += 1
        return found

    def _iri(self, head: Head) -> str:
        return self.minter.document(head.document.source_name, head.document.content_hash)

    # --- the three movements ----------------------------------------------------------

    def finish(self) -> BuildReport:
        """Analyses what is new, resolves, publishes what changed, switches, reports."""
        try:
            self.intake.read_and_analyse()
            self._take_seconds()
            self._resolve_and_publish()
            with self.analyser.clock.stage("shared graphs"):
                known = {} if self.fresh else self.manifest.get("nodes", {})
                self.outcome.shared = shared_graphs(
                    self.outcome.corpus,
                    self.outcome.resolution,
                    self.minter,
                    self.analyser.gate,
                    known,
                )
            self.run.progress("writing", 0, 1)
            with self.analyser.clock.stage("store"):
                write(self.dir, self.previous, self.minter, self.outcome, self.report)
            Snapshots(self.dir.path).prune(self.settings.keep_snapshots)
        except OSError as error:
            raise storage_error(error, self.dir.path) from error
        finally:
            clean(self.dir)  # also frees the room that a failed build had taken
        self._take_seconds()
        self.report.seconds = round(time.perf_counter() - self.started, 3)
        return self.report

    def _resolve_and_publish(self) -> None:
        """Resolves until every article that takes part passes the gate as a final graph."""
        clock = self.analyser.clock
        with clock.stage("resolve"):
            excluded: dict[str, frozenset[str]] = {}
            for item in self.intake.inputs.values():
                for key in item.analyses:
                    excluded[key] = frozenset(item.excluded) | excluded.get(key, frozenset())
            heads = {key: self.run.heads(key) for key in sorted(excluded)}
            corpus = assemble(heads, excluded)
        for key, placed in corpus.held_back.items():
            self._hold_back(key, placed, placed.head.results)
        self.outcome.corpus = corpus
        while True:
            with clock.stage("resolve"):
                self.outcome.resolution = resolve_corpus(
                    corpus, self.analyser.authority, self.decisions
                )
                plan = self._plan()
            failed = self._publish(plan)
            for bad in failed:
                placed = corpus.articles.pop(bad.article)
                corpus.held_back[bad.article] = placed
                self.outcome.made.pop(bad.article, None)
                self._hold_back(bad.article, placed, bad.results)
            if not failed:
                self.report.notes.extend(self.outcome.resolution.notes)
                return

    def _plan(self) -> dict[str, tuple[str, tasks.PublishItem]]:
        """The articles whose graph has to be made, with the key that says what it depends on."""
        resolution, made = self.outcome.resolution, self.outcome.made
        earlier = {} if self.fresh else self.manifest.get("articles", {})
        types = types_of(resolution)
        plan = {}
        for article, placed in self.outcome.corpus.articles.items():
            record = placed.head.record
            entities = resolution.entity_of[article]
            events = resolution.event_of[article]
            subjects = about(record, resolution)
            original = resolution.original_of.get(article)
            used = {*entities, *events, *subjects}
            types_used = {k: types[k] for k in sorted(used)}
            names = Names(entities, events, subjects, types_used, original)
            key = vocab.short_hash(
                placed.head.digest, placed.document.source_name, placed.document.content_hash,
                self.minter.base, code_digest(), self.analyser.gate.digest,
                *entities, "|", *events, "|", *subjects, "|", original or "", length=32,
            )  # fmt: skip
            if article in made and made[article].publish_key == key:
                continue
            if earlier.get(article, {}).get("publish_key") == key:
                made[article] = Made(key, earlier[article]["quads"], None)
                continue
            item = tasks.PublishItem(article, placed.part, placed.number, placed.document, names)
            plan[article] = (key, item)
        return plan

    def _publish(self, plan: dict[str, tuple[str, tasks.PublishItem]]) -> list[tasks.Published]:
        """Makes and gates the planned graphs; returns those that the gate held back."""
        corpus = self.outcome.corpus
        by_analysis: dict[str, list[tasks.PublishItem]] = {}
        for article, (_, item) in plan.items():
            by_analysis.setdefault(corpus.articles[article].analysis_key, []).append(item)
        jobs = [
            tasks.PublishJob(str(self.dir.path), self.minter.base, key, tuple(items))
            for key, items in by_analysis.items()
        ]
        failed, count = [], 0
        outcomes = pool.run(tasks.publish, jobs, self.settings.workers, tasks.publish_died)
        for outcome in outcomes:
            self.run.spent(outcome.seconds)
            for done in outcome.articles:
                count += 1
                self.run.progress("publishing", count, len(plan))
                if done.conforms:
                    made = Made(plan[done.article][0], done.quads, done.path)
                    self.outcome.made[done.article] = made
                else:
                    failed.append(done)
        return failed

    def _take_seconds(self) -> None:
        self.run.spent(self.analyser.clock.seconds)
        self.analyser.clock.seconds.clear()

    def _hold_back(self, key: str, placed: Placed, results: tuple[Result, ...]) -> None:
        worst = next(r for r in results if r.severity == "Violation")
        headline = placed.head.record.headline or "untitled"
        name = f"{placed.document.source_name}: {headline}"
        self.run.fail(name, f"{worst.message} ({key})", "quarantined")
        self.outcome.held.append(Held(key, placed, results))


def _last_snapshot(directory: StoreDir, *, fresh: bool) -> SnapshotRef | None:
    """The snapshot to go on from; a build from scratch does without a damaged one."""
    try:
        last = Snapshots(directory.path).current()
        if last is not None:
            last.open()
    except StoreDamagedError:
        if not fresh:
            raise
        return None
    return last
