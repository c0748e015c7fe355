"""Paths and a store in, a new snapshot and a report of what went in out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from kg_builder import vocab
from kg_builder.config import Settings
from kg_builder.entities import Decisions, about
from kg_builder.entities.decisions import load as load_decisions
from kg_builder.errors import InputError, StoreDamagedError, UsageError
from kg_builder.gate import Result
from kg_builder.pipeline import pool, tasks
from kg_builder.pipeline.analyse import Head, code_digest, content_hash
from kg_builder.pipeline.corpus import Placed, assemble, resolve_corpus
from kg_builder.pipeline.inputs import (
    Found,
    InputFile,
    absolute_path,
    discover,
    has_vanished,
    lies_under,
    path_key,
    real_path,
)
from kg_builder.pipeline.kept import shaping
from kg_builder.pipeline.report import BuildReport, Failure, InputRecord
from kg_builder.pipeline.shared import shared_graphs, types_of
from kg_builder.pipeline.writing import Held, Made, Outcome, write
from kg_builder.store import AnalysisCache, SnapshotRef, Snapshots, StoreDir
from kg_builder.store.layout import storage_error
from kg_builder.store.writer import clean
from kg_builder.triples import Names
from kg_builder.vocab import Minter

_HEADS = msgspec.json.Decoder(tuple[Head, ...])
Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many are done, and of how many."""


_INPUTS = msgspec.json.Decoder(dict[str, InputRecord])


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
        run.take_in(found)
        if sync:
            run.drop_vanished(found)
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


def retry(store: Path, settings: Settings, progress: Progress | None = None) -> BuildReport:
    """Analyses and gates again what is in quarantine, under the shapes and code of now."""
    directory = StoreDir(store)
    with directory.lock():
        run = _Build(directory, settings, progress)
        run.again = {q["input_key"] for q in run.manifest.get("quarantined", ())}
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
        self.progress = progress or (lambda *_: None)
        self.report = BuildReport()
        self.analyser = tasks.analyser_for(self.settings)
        self.cache = AnalysisCache(directory.analyses)
        self.again: set[str] = set()
        stored = {} if fresh else self.manifest.get("inputs", {})
        self.inputs = _INPUTS.decode(msgspec.json.encode(stored))
        self.outcome = Outcome(self.inputs, shaping(self.settings))
        clean(directory)

    # --- which inputs -----------------------------------------------------------------

    def take_in(self, found: Found) -> None:
        """Adds or replaces the given inputs; what cannot be read keeps its earlier version."""
        self.report.skipped = found.skipped
        for name, reason in found.problems:
            self._fail(name, reason)
        for number, item in enumerate(found.files):
            self.progress("reading", number, len(found.files))
            try:
                self.inputs[item.path] = self._input(item)
            except InputError as error:
                self._fail(item.source_name, str(error))
        self._follow_moves(found)

    def _follow_moves(self, found: Found) -> None:
        """Forgets where given files were before they moved, else the old version stays for good."""
        given = {
            (new.source_name, new.content_hash, new.hints): new
            for new in (self.inputs.get(f.path) for f in found.files)
            if new is not None
        }
        present = {f.path for f in found.files}
        for path, old in list(self.inputs.items()):
            new = given.get((old.source_name, old.content_hash, old.hints))
            if new is not None and path not in present and has_vanished(path):
                new.excluded = tuple(sorted({*new.excluded, *old.excluded}))
                del self.inputs[path]

    def _input(self, item: InputFile) -> InputRecord:
        data, sidecar = self.analyser.read(real_path(item.path), item.source_name)
        hints = self.analyser.hints(item.source_name, sidecar)
        digest = content_hash(data)
        key = self.analyser.key(digest, hints, item.source_name)
        earlier = self.inputs.get(item.path)
        excluded = earlier.excluded if earlier and earlier.content_hash == digest else ()
        return InputRecord(item.source_name, item.root, digest, hints, key, excluded)

    def drop_vanished(self, found: Found) -> None:
        """Drops earlier inputs that lie under a given folder and are no longer there."""
        present = {f.path for f in found.files}
        for path in list(self.inputs):
            # An input counts by where it lies: it may have been given by another folder.
            if lies_under(path, found.roots) and path not in present and has_vanished(path):
                del self.inputs[path]
                self.report.removed += 1

    def take_out(self, target: str) -> None:
        """Takes one input, document or article out. Raises UsageError."""
        path = path_key(absolute_path(Path(target)))
        gone = [p for p in self.inputs if lies_under(p, [path])]
        gone = gone or [p for p, i in self.inputs.items() if i.source_name == target]
        articles = self.manifest.get("articles", {})
        prefix = self.minter.base + "article/"
        key = target.removeprefix(prefix).split("#")[0] if target.startswith(prefix) else ""
        if not gone and key in articles:
            # Every input that holds the article loses it, else a double would take its place.
            for item in self.inputs.values():
                if any(key == a.record.article for h in self._heads(item.key) for a in h.articles):
                    item.excluded = tuple(sorted({*item.excluded, key}))
                    self.report.removed += 1
            return
        if not gone and target.startswith(self.minter.base + "document/"):
            gone = [
                p
                for p, i in self.inputs.items()
                if self.minter.document(i.source_name, i.content_hash) == target
            ]
        if not gone:
            raise UsageError(
                f"{target}: the store holds no such input, document or article; "
                "`kg-builder info --store DIR --inputs` lists what it holds"
            )
        for name in gone:
            del self.inputs[name]
        self.report.removed += len(gone)

    def _fail(self, name: str, reason: str, kind: str = "error") -> None:
        reason = reason.removeprefix(f"{name}: ")
        self.report.problems.append(Failure(name, reason, kind))

    # --- the three movements ----------------------------------------------------------

    def finish(self) -> BuildReport:
        """Analyses what is new, resolves, publishes what changed, switches, reports."""
        try:
            self._analyse()
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
            self.progress("writing", 0, 1)
            with self.analyser.clock.stage("store"):
                write(self.dir, self.previous, self.minter, self.outcome, self.report)
            Snapshots(self.dir.path).prune(self.settings.keep_snapshots)
        except OSError as error:
            raise storage_error(error, self.dir.path) from error
        finally:
            clean(self.dir)  # also frees the room that a failed build had taken
        self._spent(self.analyser.clock.seconds)
        self.report.seconds = round(time.perf_counter() - self.started, 3)
        return self.report

    def _jobs(self) -> list[tasks.AnalyseJob]:
        jobs = []
        for path, item in sorted(self.inputs.items(), key=lambda i: (i[1].source_name, i[0])):
            key = self.analyser.key(item.content_hash, item.hints, item.source_name)
            if key != item.key and key not in self.cache and not _same_file(path, item):
                self.report.notes.append(
                    f"{item.source_name}: its file has gone or changed since; what an earlier "
                    "version or setting found in it is kept"
                )
                continue
            item.key = key
            if key in self.cache and not self.fresh and key not in self.again:
                self.report.unchanged += 1
                continue
            jobs.append(
                tasks.AnalyseJob(
                    str(self.dir.path), self.settings, path, item.source_name,
                    item.content_hash, item.hints, key,
                )
            )  # fmt: skip
        return jobs

    def _analyse(self) -> None:
        jobs = self._jobs()
        workers = self.settings.workers
        outcomes = pool.run(tasks.analyse, jobs, workers, tasks.analysis_died)
        for number, outcome in enumerate(outcomes, 1):
            self.progress("analysing", number, len(jobs))
            self._spent(outcome.seconds)
            if outcome.problem is None:
                self.report.analysed += 1
                continue
            self._fail(self.inputs[outcome.path].source_name, outcome.problem)
            self._keep_earlier(outcome.path)
        self.analyser.clock.seconds.clear()

    def _keep_earlier(self, path: str) -> None:
        """Goes back to what the last snapshot had of an input that fails now."""
        stored = self.manifest.get("inputs", {}).get(path)
        if stored is not None and not self.fresh and stored["key"] in self.cache:
            self.inputs[path] = msgspec.convert(stored, InputRecord)
        else:
            del self.inputs[path]

    def _heads(self, key: str) -> tuple[Head, ...]:
        try:
            return _HEADS.decode(self.cache.head(key))
        except (OSError, msgspec.DecodeError) as error:
            raise StoreDamagedError(
                f"a stored analysis of {self.dir.path} cannot be read ({error}); build the same "
                "paths again with --fresh"
            ) from error

    def _resolve_and_publish(self) -> None:
        """Resolves until every article that takes part passes the gate as a final graph."""
        clock = self.analyser.clock
        with clock.stage("resolve"):
            excluded: dict[str, frozenset[str]] = {}
            for item in self.inputs.values():
                excluded[item.key] = frozenset(item.excluded) | excluded.get(item.key, frozenset())
            heads = {key: self._heads(key) for key in sorted(excluded)}
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
            used = {*entities, *events, *subjects}
            names = Names(entities, events, subjects, {k: types[k] for k in sorted(used)})
            key = vocab.short_hash(
                placed.head.digest, placed.document.source_name, placed.document.content_hash,
                self.minter.base, code_digest(), self.analyser.gate.digest,
                *entities, "|", *events, "|", *subjects, length=32,
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
            self._spent(outcome.seconds)
            for done in outcome.articles:
                count += 1
                self.progress("publishing", count, len(plan))
                if done.conforms:
                    made = Made(plan[done.article][0], done.quads, done.path)
                    self.outcome.made[done.article] = made
                else:
                    failed.append(done)
        return failed

    def _spent(self, seconds: dict[str, float]) -> None:
        for stage, spent in seconds.items():
            self.report.stages[stage] = round(self.report.stages.get(stage, 0.0) + spent, 4)

    def _hold_back(self, key: str, placed: Placed, results: tuple[Result, ...]) -> None:
        worst = next(r for r in results if r.severity == "Violation")
        headline = placed.head.record.headline or "untitled"
        name = f"{placed.document.source_name}: {headline}"
        self._fail(name, f"{worst.message} ({key})", "quarantined")
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


def _same_file(path: str, item: InputRecord) -> bool:
    try:
        return content_hash(real_path(path).read_bytes()) == item.content_hash
    except OSError:
        return False
