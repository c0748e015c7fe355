"""The options of `kg-builder validate` in, what to write and the exit code out.

Exit codes: 0 conforms, 1 findings at or above --fail-on, 2 data or shapes that cannot be used,
3 the engines disagree, 4 could not run.
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from kg_builder import resources
from kg_builder.errors import ShapesError, UsageError
from kg_builder.gate import Engine, GateReport
from kg_builder.validating import baseline
from kg_builder.validating.changed import changed_since, touches
from kg_builder.validating.engine import run_gate
from kg_builder.validating.files import STDIN, DataFile, Fault, expand, opened, shown
from kg_builder.validating.findings import Finding, Report, findings
from kg_builder.validating.formats import render
from kg_builder.validating.formats.words import accepted
from kg_builder.validating.imports import ImportMap, Stream
from kg_builder.validating.names import Names
from kg_builder.validating.shapes import Shapes, named

Quads = Callable[[], Iterable[ox.Quad]]

_NAMED: Final = 8
"""Shapes that a note or fault names before it counts the others."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the command line writes: bytes for files or (None) standard output, and notes."""

    exit_code: int
    written: tuple[tuple[Path | None, bytes], ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Work:
    """What one run is about; `data` is read while it is judged."""

    data: Stream
    context: list[ox.Quad]
    shapes: Shapes
    faults: list[Fault]
    notes: list[str]
    names: Names
    unusable: bool = False
    """Whether the shapes are at fault, so that no data can be judged."""

    @property
    def all_files(self) -> list[DataFile]:
        return [*self.data.files, *self.data.imported]


def run(options: argparse.Namespace, stdin: IO[bytes], store: Quads | None = None) -> Outcome:
    """Validates as `options` (see options.py) say; `store` gives the quads of --store.

    Raises UsageError (exit code 2) and CannotRunError (4).
    """
    _check_usage(options, store)
    # Asked first: without git nothing needs to be read.
    changed = changed_since(options.changed_only) if options.changed_only else None
    work = _read(options, stdin, store)
    files = tuple(file.name for file in work.data.files if file.source is None)
    report = Report(fail_on=options.fail_on.capitalize())
    written: list[tuple[Path | None, bytes]] = []
    verdict = _judge(options, work)
    if verdict is not None:
        judged = _check_targets(options, work, verdict)
        found = findings(verdict.results, work.all_files, work.names)
        if options.write_baseline and not work.faults:
            written.append((options.write_baseline, baseline.written(found)))
            found = [replace(finding, known=True) for finding in found]
        report = replace(_told(options, work, verdict, found, changed), judged=judged)
        if written:
            report = replace(report, accepted=shown(options.write_baseline))
            if options.format != "human" or options.output:  # which tells it by itself
                work.notes.append(accepted(report))
    if report.cut and "turtle" in [form for form, _ in _targets(options)]:
        work.notes.append(f"{report.cut} more findings are not in the Turtle (--max-results)")
    report = replace(
        report,
        files=files,
        faults=tuple(sorted(work.faults, key=lambda f: (f.file, f.line or 0, f.message))),
        notes=tuple(dict.fromkeys(work.notes)),
    )
    report = replace(report, exit_code=_exit_code(report))
    written += [(target, render(report, form)) for form, target in _targets(options)]
    return Outcome(report.exit_code, tuple(written), _said(report))


def _check_usage(options: argparse.Namespace, store: object) -> None:
    if bool(options.files) == (store is not None):
        raise UsageError("give RDF files to validate, or --store DIR, but not both")
    if options.changed_only and store is not None:
        raise UsageError("--changed-only is for files, not for --store")
    if options.changed_only and options.write_baseline:
        raise UsageError("--write-baseline is for all findings: leave --changed-only out")
    if options.baseline and options.write_baseline:
        raise UsageError("give --baseline or --write-baseline, not both")
    if options.each and store is not None:
        raise UsageError("--each is for files, not for --store")


def _targets(options: argparse.Namespace) -> list[tuple[str, Path | None]]:
    return [(options.format, options.output), *options.also]


def _exit_code(report: Report) -> int:
    if report.faults:
        return 2
    if report.disagreements:
        return 3
    return 1 if any(report.fails(finding) for finding in report.findings) else 0


def _said(report: Report) -> tuple[str, ...]:
    """What standard error is told, whatever the format."""
    return (*(str(fault) for fault in report.faults), *(f"note: {n}" for n in report.notes))


# --- reading ---------------------------------------------------------------------------


def _read(options: argparse.Namespace, stdin: IO[bytes], store: Quads | None) -> _Work:
    mapped = ImportMap(options.imports)
    if store is not None:
        files = [DataFile("", Path(), "nquads", source=store)]
        faults: list[Fault] = []
    else:
        paths, faults = expand(options.files)
        files, unknown = opened(paths, options.input_format, stdin)
        faults += unknown
    work = _Work(Stream(files, mapped), [], Shapes(()), faults, [], Names())
    _read_shapes(options, work, mapped)
    return work


def _read_shapes(options: argparse.Namespace, work: _Work, mapped: ImportMap) -> None:
    own = not options.shapes
    paths, faults = expand(options.shapes or [resources.shapes_file()])
    files, unknown = opened(paths)
    stream = Stream(files, mapped)
    work.shapes = Shapes(named(stream), own)
    broken = [*faults, *unknown, *stream.faults, *stream.missing]
    work.faults += broken
    work.unusable = bool(broken)
    work.names = Names(*(file.prefixes for file in [*stream.files, *stream.imported]))
    if own:
        # Our data names superclasses of places only by way of the ontology.
        work.context = list(ox.parse(path=str(resources.ontology_file())))


# --- judging ---------------------------------------------------------------------------


class _BrokenDataError(Exception):
    """The data was read to its end and some of it is broken."""


def _judge(options: argparse.Namespace, work: _Work) -> GateReport | None:
    """The gate's verdict; None, with faults, for shapes or data that cannot be used.

    Faults beside a verdict are of files that it leaves out.
    """
    verdict = None
    try:
        if work.unusable:
            # Nothing is judged, but all that is broken is told at once.
            _read_over(work.data)
            work.faults += work.data.faults
        else:
            verdict = _of_readable(options, work)
    except (ShapesError, UsageError) as error:
        # A fault, so that every format tells it, not standard error alone.
        name = _shapes_name(options) if isinstance(error, ShapesError) else ""
        work.faults.append(Fault(name, None, work.names.message(str(error))))
    if verdict is not None and work.faults:
        names = ", ".join(dict.fromkeys(fault.file for fault in sorted(work.faults)))
        other = "" if options.each else "; what they hold is missing from the graph that was"
        work.notes.append(f"not validated: {names}{other}")
    work.notes += [str(fault) for fault in work.data.missing]
    work.names = Names(work.names.prefixes, *(file.prefixes for file in work.all_files))
    return verdict


def _of_readable(options: argparse.Namespace, work: _Work) -> GateReport | None:
    """The verdict on the files that can be read; None where none, or an import, cannot be."""
    for _ in range(2):
        if not work.data.files:
            break
        try:
            if options.each:
                return _judge_each(options, work)
            return run_gate(work.shapes, chain(_whole(work.data), work.context), options.engine)
        except _BrokenDataError:
            work.faults += [fault for fault in work.data.faults if fault not in work.faults]
            # The first part of a broken file is no data: once more without it.
            work.data = work.data.without_broken()
    return None


def _whole(data: Stream) -> Iterator[ox.Quad]:
    """The quads of `data`. Raises _BrokenDataError after the last where some are missing."""
    yield from data
    if data.faults:
        raise _BrokenDataError


def _shapes_name(options: argparse.Namespace) -> str:
    return shown(options.shapes[0]) if len(options.shapes or ()) == 1 else ""


def _judge_each(options: argparse.Namespace, work: _Work) -> GateReport:
    """The verdicts on the files one by one, added up."""
    alone = options.jobs == 1 or len(work.data.files) == 1
    # To hand quads to another process costs more than to read them there again.
    parts = [[*quads] if alone else _read_over(quads) for _, quads in work.data.parts()]
    imported = [quad for file in work.data.imported for quad in file.quads()]
    job = (work.shapes, [*imported, *work.context], options.engine)
    files = work.data.files
    if work.data.faults:
        raise _BrokenDataError
    if alone:
        verdicts = [_judge_one(*job, quads) for quads in parts[: len(files)]]
    else:
        context = get_context("spawn")
        with ProcessPoolExecutor(options.jobs, context, _prepare, job) as pool:
            verdicts = list(pool.map(_judge_file, files))
    totals: dict[str, int] = {}
    for verdict in verdicts:
        for shape, number in verdict.targets:
            totals[shape] = totals.get(shape, 0) + number
    return GateReport(
        # What imported files lack is found with every file, and told once.
        results=tuple(dict.fromkeys(r for v in verdicts for r in v.results)),
        engines=tuple(dict.fromkeys(e for v in verdicts for e in v.engines)),
        targets=tuple(sorted(totals.items())),
        disagreements=tuple(dict.fromkeys(d for v in verdicts for d in v.disagreements)),
    )


def _read_over(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Reads to the end, for what the reading notices."""
    deque(quads, maxlen=0)
    return []


def _judge_one(
    shapes: Shapes, context: list[ox.Quad], engine: Engine, quads: Iterable[ox.Quad]
) -> GateReport:
    return run_gate(shapes, chain(quads, context), engine)


_prepared: list[tuple[Shapes, list[ox.Quad], Engine]] = []
"""What a worker process was given once for all its files."""


def _prepare(shapes: Shapes, context: list[ox.Quad], engine: Engine) -> None:
    _prepared[:] = [(shapes, context, engine)]


def _judge_file(file: DataFile) -> GateReport:
    return _judge_one(*_prepared[0], file.quads())


def _check_targets(options: argparse.Namespace, work: _Work, verdict: GateReport) -> bool:
    """Whether anything was checked, or need not be: a run without must not look like a pass."""
    matched = {shape for shape, number in verdict.targets if number}
    empty = [shape for shape in work.shapes.targeted if shape not in matched]
    if not matched and not options.allow_no_targets and not work.faults:
        work.faults.append(_nothing_checked(options, work, empty))
        return False
    if empty and not work.shapes.own:
        work.notes.append(f"shapes without a focus node in the data: {_listed(work.names, empty)}")
    return True


def _nothing_checked(options: argparse.Namespace, work: _Work, empty: Sequence[str]) -> Fault:
    """Why no shape had anything to check, and what to do."""
    allow = "--allow-no-targets lets that pass"
    files = work.data.files
    if all(file.empty for file in work.all_files):
        if len(files) == 1:
            what = "holds no triples" if files[0].name else "the store holds no triples"
            return Fault(files[0].name, None, f"{what}, so nothing was checked; {allow}")
        names = ", ".join(file.name for file in files[:_NAMED])
        more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
        text = f"the data files hold no triples ({names}{more}), so nothing was checked; {allow}"
        return Fault("", None, text)
    shapes = "kg-builder's own shapes" if work.shapes.own else "the shapes"
    names = _listed(work.names, empty) or "no shape has a target"
    hint = "give --shapes for other data; " if work.shapes.own else ""
    text = f"{shapes} match nothing in the data ({names}), so nothing was checked; {hint}{allow}"
    return Fault(_shapes_name(options), None, text)


def _listed(names: Names, shapes: Sequence[str]) -> str:
    told = [names.message(names.short(shape)) for shape in shapes[:_NAMED]]
    more = len(shapes) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


# --- telling ---------------------------------------------------------------------------


def _told(
    options: argparse.Namespace,
    work: _Work,
    verdict: GateReport,
    found: list[Finding],
    changed: frozenset[Path] | None,
) -> Report:
    resolved: list[str] = []
    if options.baseline:
        found, resolved = baseline.compared(found, options.baseline)
        if work.faults:
            resolved = []  # what is gone may stand in the files that cannot be read
    if changed is not None:
        found = _of_changed(options, work, found, changed)
    # Known findings come last, so that --max-results never hides a new one behind them.
    found = [f for f in found if not f.known] + [f for f in found if f.known]
    return Report(
        findings=tuple(found),
        shown=tuple(found[: options.max_results]),
        resolved=tuple(resolved),
        engines=verdict.engines,
        targets=verdict.targets,
        disagreements=verdict.disagreements,
        fail_on=options.fail_on.capitalize(),
        rules=_rules(work, verdict),
    )


def _rules(work: _Work, verdict: GateReport) -> dict[str, str]:
    """What each rule with findings is for, where its shape says so."""
    return {work.names.rule(r): work.shapes.message(r.shape) for r in verdict.results}


def _of_changed(
    options: argparse.Namespace, work: _Work, found: list[Finding], changed: frozenset[Path]
) -> list[Finding]:
    files = {file.name: file.path for file in work.all_files}
    shapes, _ = expand(options.shapes or [])
    if touches(shapes, changed):
        work.notes.append(
            f"the shapes have changed since {options.changed_only} too; what they newly find in "
            "files that have not is left out"
        )
    kept = []
    for finding in found:
        paths = [files[name] for name in finding.files]
        # A node that no file has may be missing because of the change: told, not hidden.
        if not paths or STDIN in paths or touches(paths, changed):
            kept.append(finding)
    return kept


def validate_quads(quads: Iterable[ox.Quad]) -> GateReport:
    """The verdict of the package's own shapes on a whole graph, together with the ontology."""
    files, _ = opened([resources.shapes_file()])
    shapes = Shapes(named(Stream(files, ImportMap(None))), True)
    context = list(ox.parse(path=str(resources.ontology_file())))
    return run_gate(shapes, chain(quads, context), "fast")
