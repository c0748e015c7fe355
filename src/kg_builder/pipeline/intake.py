"""Inputs of a build in, their documents read and analysed in the store's caches out.

What fails now keeps what the last snapshot had of it: a whole input, or one record of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from kg_builder.config import Settings
from kg_builder.errors import InputError, StoreDamagedError
from kg_builder.model import Hints, Publication
from kg_builder.pipeline import pool, tasks
from kg_builder.pipeline.analyse import Analyser, Head, for_many
from kg_builder.pipeline.files import look, stamp
from kg_builder.pipeline.inputs import Found, InputFile, has_vanished, lies_under, real_path
from kg_builder.pipeline.readings import Entry, Index, Readings, ReadJob, read_all
from kg_builder.pipeline.report import BuildReport, Failure, InputRecord
from kg_builder.plugins import FieldMapping, ReadLimits
from kg_builder.sources.process import Request
from kg_builder.store import AnalysisCache, StoreDir, TextCache

_HEADS = msgspec.json.Decoder(tuple[Head, ...])
_INPUTS = msgspec.json.Decoder(dict[str, InputRecord])
_JOB_DOCUMENTS = 50
_JOB_CHARACTERS = 200_000

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many are done, and of how many."""


@dataclass(slots=True)
class Run:
    """What all steps of one build share; `manifest` is the last snapshot's."""

    dir: StoreDir
    settings: Settings
    analyser: Analyser
    manifest: dict[str, Any]
    progress: Progress
    fresh: bool = False
    again: set[str] = field(default_factory=set)
    report: BuildReport = field(default_factory=BuildReport)

    def fail(self, name: str, reason: str, kind: str = "error") -> None:
        """Reports what did not get in."""
        reason = reason.removeprefix(f"{name}: ")
        self.report.problems.append(Failure(name, reason, kind))

    def spent(self, seconds: dict[str, float]) -> None:
        """Adds CPU seconds by stage to the report."""
        for stage, more in seconds.items():
            self.report.stages[stage] = round(self.report.stages.get(stage, 0.0) + more, 4)

    def heads(self, key: str) -> tuple[Head, ...]:
        """The heads of a stored analysis. Raises StoreDamagedError."""
        try:
            return _HEADS.decode(AnalysisCache(self.dir.analyses).head(key))
        except (OSError, msgspec.DecodeError) as error:
            raise StoreDamagedError(
                f"a stored analysis of {self.dir.path} cannot be read ({error}); build the same "
                "paths again with --fresh"
            ) from error


class Intake:
    """The inputs of a store: those it has, and those that a build gives."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.cache = AnalysisCache(run.dir.analyses)
        self.readings = Readings(run.dir.readings, TextCache(run.dir.texts))
        self.earlier: dict[str, Any] = {} if run.fresh else run.manifest.get("inputs", {})
        self.inputs = _INPUTS.decode(msgspec.json.encode(self.earlier))
        for path, item in self.inputs.items():
            item.analyses = tuple(_keys(self.earlier[path]))
        self._stamps: dict[str, tuple[int, int]] = {}
        self._given: set[str] = set()

    # --- which inputs -----------------------------------------------------------------

    def take_in(self, found: Found) -> None:
        """Adds or replaces the given inputs; what cannot be read keeps its earlier version."""
        self.run.report.skipped = found.skipped
        for name, reason in found.problems:
            self.run.fail(name, reason)
        for number, item in enumerate(found.files):
            self.run.progress("looking", number, len(found.files))
            try:
                self.inputs[item.path] = self._input(item)
                self._given.add(item.path)
            except InputError as error:
                self.run.fail(item.source_name, str(error))
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
        seen = look(real_path(item.path), item.source_name)
        self._stamps[item.path] = seen.stamp
        earlier = self.inputs.get(item.path)
        record = InputRecord(
            source_name=item.source_name,
            root=item.root,
            content_hash=seen.content_hash,
            hints=self.run.analyser.hints(item.source_name, seen.sidecar),
            key="",
            excluded=earlier.excluded if earlier else (),
            mapping=self._mapping(item.source_name),
        )
        record.key = self.run.analyser.reading_key(record)
        return record

    def _mapping(self, name: str) -> FieldMapping:
        rules = self.run.settings.records
        found = (FieldMapping(r.preset, r.fields) for r in rules if fnmatchcase(name, r.pattern))
        return next(found, FieldMapping())

    def drop_vanished(self, found: Found) -> None:
        """Drops earlier inputs that lie under a given folder and are no longer there."""
        present = {f.path for f in found.files}
        for path in list(self.inputs):
            # An input counts by where it lies: it may have been given by another folder.
            if lies_under(path, found.roots) and path not in present and has_vanished(path):
                del self.inputs[path]
                self.run.report.removed += 1

    # --- reading ----------------------------------------------------------------------

    def read_and_analyse(self) -> None:
        """Reads and analyses what is new; afterwards each input has all its analyses."""
        indexes = self._read()
        work: list[tasks.AnalyseJob] = []
        new = 0
        for path, index in indexes.items():
            jobs = self._jobs(path, index)
            self.run.report.unchanged += bool(index.entries) and not jobs
            new += bool(jobs)
            work += jobs
        failed = self._analyse(work)
        self.run.report.analysed = new - len({path for path, _ in failed.values()})
        for path, index in indexes.items():
            self._settle(path, index, {k: why for k, (_, why) in failed.items()})

    def _read(self) -> dict[str, Index]:
        """The index of every input whose documents are known; the others keep what they had."""
        indexes: dict[str, Index] = {}
        jobs: dict[str, ReadJob] = {}
        ordered = sorted(self.inputs.items(), key=lambda i: (i[1].source_name, i[0]))
        for path, item in ordered:
            key = self.run.analyser.reading_key(item)
            index = None if self.run.fresh else self.readings.index(key)
            if index is None and path not in self._given and not self._same(path, item):
                self.run.report.notes.append(
                    f"{item.source_name}: its file has gone or changed since; what an earlier "
                    "version or setting found in it is kept"
                )
                continue
            item.key = key
            if index is None:
                if self.run.fresh:
                    self.readings.forget(key)
                jobs[path] = ReadJob(real_path(path), key, self._request(path, item))
            else:
                indexes[path] = index
        # Two files of one name and content have one reading.
        once = {job.key: job for job in jobs.values()}
        done: dict[str, Index] = {}
        outcomes = read_all(self.readings, list(once.values()), self.run.settings.workers)
        with self.run.analyser.clock.stage("sources"):
            for number, (job, index) in enumerate(outcomes, 1):
                self.run.progress("reading", number, len(once))
                done[job.key] = index
        for path, job in jobs.items():
            if path in self._stamps and stamp(job.path) != self._stamps[path]:
                self.readings.forget(job.key)
                why = "changed while the build was running; run the build again"
                self._refuse(path, why)
            else:
                indexes[path] = done[job.key]
        return {path: indexes[path] for path, _ in ordered if path in indexes}

    def _same(self, path: str, item: InputRecord) -> bool:
        try:
            return look(real_path(path), item.source_name).content_hash == item.content_hash
        except InputError:
            return False

    def _request(self, path: str, item: InputRecord) -> Request:
        limits = self.run.settings.limits
        return Request(
            path=os.fsencode(real_path(path)),
            name=item.source_name,
            limits=ReadLimits(
                limits.max_bytes, limits.max_unpacked, limits.max_records, limits.max_nesting
            ),
            mapping=item.mapping,
            skip=0,
            cpu_seconds=limits.cpu_seconds,
            memory=limits.memory_mb << 20,
        )

    # --- analysing --------------------------------------------------------------------

    def _jobs(self, path: str, index: Index) -> list[tasks.AnalyseJob]:
        """What of an input has to be analysed; sets the input's analyses."""
        item = self.inputs[path]
        if path in self._given and len(index.entries) > 1:
            item.rules = self._rules(index)
        keys, groups = [], _Groups()
        for entry in index.entries:
            hints = hints_of(item, entry.name, several=len(index.entries) > 1)
            key = self.run.analyser.key(entry.digest, hints)
            keys.append(key)
            if key not in self.cache or self.run.fresh or key in self.run.again:
                groups.add(hints, entry, key)
        item.analyses = tuple(keys)
        store, settings = str(self.run.dir.path), self.run.settings
        return [
            tasks.AnalyseJob(store, settings, path, item.key, hints, tuple(items))
            for hints, items in groups.done
        ]

    def _rules(self, index: Index) -> tuple[tuple[str, Publication], ...]:
        """The patterns of kg.toml that fit a document of a container."""
        return tuple(
            (rule.pattern, Publication(rule.name, rule.homepage, rule.language, rule.country))
            for rule in self.run.settings.publication
            if any(fnmatchcase(entry.name, rule.pattern) for entry in index.entries)
        )

    def _analyse(self, work: list[tasks.AnalyseJob]) -> dict[str, tuple[str, str]]:
        """Runs jobs; returns the path and the reason of each document that failed, by key."""
        total = sum(len(job.items) for job in work)
        failed: dict[str, tuple[str, str]] = {}
        number = 0
        while work:
            suspects: list[tasks.AnalyseJob] = []
            outcomes = pool.run(tasks.analyse, work, self.run.settings.workers, tasks.analysis_died)
            for outcome in outcomes:
                self.run.spent(outcome.seconds)
                job = outcome.job
                if outcome.died and len(job.items) > 1:
                    suspects += [replace(job, items=(item,)) for item in job.items]
                    continue
                number += len(job.items)
                self.run.progress("analysing", number, total)
                failed |= {key: (job.path, why) for key, why in outcome.problems.items()}
            work = suspects
        return failed

    # --- what failed ------------------------------------------------------------------

    def _settle(self, path: str, index: Index, failed: dict[str, str]) -> None:
        """Reports what of an input failed, and keeps what earlier builds had of it."""
        item = self.inputs[path]
        tell = path in self._given
        lost: list[str] = []
        good: list[str] = []
        for entry, key in zip(index.entries, item.analyses, strict=True):
            if key in failed:
                self.run.fail(entry.name, failed[key])
                lost.append(entry.name)
            else:
                good.append(key)
        for problem in index.problems:
            if tell:
                self.run.fail(problem.name, problem.reason)
            lost.append(problem.name)
        if index.ended and (tell or not good):
            self.run.fail(item.source_name, index.ended)
        elif not index.entries and not index.problems and not index.ended:
            self.run.fail(item.source_name, "holds nothing that can be read")
        if not good:
            self._keep_earlier(path)
        elif lost or index.ended:
            item.analyses = (*good, *self._kept_records(path, lost, bool(index.ended), good))

    def _refuse(self, path: str, why: str) -> None:
        self.run.fail(self.inputs[path].source_name, why)
        self._keep_earlier(path)

    def _keep_earlier(self, path: str) -> None:
        """Goes back to what the last snapshot had of an input that fails now."""
        stored = self.earlier.get(path)
        if stored is not None and all(key in self.cache for key in _keys(stored)):
            self.inputs[path] = msgspec.convert(stored, InputRecord)
        else:
            del self.inputs[path]

    def _kept_records(
        self, path: str, lost: list[str], ended: bool, good: list[str]
    ) -> Iterator[str]:
        """Earlier analyses of the records that fail now, or were not reached."""
        names = {h.document.source_name for key in good for h in self.run.heads(key)}
        for key in _keys(self.earlier.get(path, {})):
            if key in self.cache and key not in good:
                had = {h.document.source_name for h in self.run.heads(key)}
                if had & set(lost) or (ended and not had & names):
                    yield key


@dataclass(slots=True)
class _Groups:
    """Puts documents together to jobs: of one set of hints, and not too much for one job."""

    done: list[tuple[Hints, list[tuple[Entry, str]]]] = field(default_factory=list)
    room: int = 0

    def add(self, hints: Hints, entry: Entry, key: str) -> None:
        last = self.done[-1] if self.done else None
        fits = last is not None and len(last[1]) < _JOB_DOCUMENTS and entry.characters <= self.room
        if last is None or last[0] != hints or not fits:
            self.done.append((hints, []))
            self.room = _JOB_CHARACTERS
        self.done[-1][1].append((entry, key))
        self.room -= entry.characters


def hints_of(item: InputRecord, name: str, *, several: bool) -> Hints:
    """What is known beforehand of one document of an input."""
    if not several and name == item.source_name:
        return item.hints
    hints = for_many(item.hints) if several else item.hints
    if hints.publication is not None and hints.publication_source == "sidecar":
        return hints
    given = (publication for pattern, publication in item.rules if fnmatchcase(name, pattern))
    publication = next(given, None)
    return hints if publication is None else replace(hints, publication=publication)


def _keys(stored: dict[str, Any]) -> Iterable[str]:
    # A store of an earlier version had one analysis an input, under the input's own key.
    return stored.get("analyses") or ([stored["key"]] if "key" in stored else [])
