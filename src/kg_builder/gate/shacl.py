"""Quads and shapes in, a verdict out: by the compiled shapes, by pySHACL, or by both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyoxigraph as ox

from kg_builder import resources
from kg_builder.errors import GateDisagreementError, ShapesError
from kg_builder.gate.agreement import differences
from kg_builder.gate.components import Compiler
from kg_builder.gate.data import Data
from kg_builder.gate.parse import Shape, Shapes, read_shapes, renamed
from kg_builder.gate.reference import Reference, from_rdflib
from kg_builder.gate.report import GateReport, Result
from kg_builder.gate.targets import focus_nodes
from kg_builder.gate.terms import Term, show
from kg_builder.gate.validators import Found, NeedsReferenceError, Validator

if TYPE_CHECKING:
    import rdflib

Engine = Literal["fast", "reference", "both"]

SHADOWED = 100
"""One in so many of the gate's decisions is made by pySHACL too."""


class Gate:
    """Validates graphs against one set of shapes, read and compiled once.

    `shapes` are Turtle files, by default the package's own. Raises ShapesError for files
    that are missing; for what cannot be parsed or used, when it is first used. One in
    `shadowed` decisions of `check` is made by pySHACL as well, none if it is 0.
    """

    def __init__(self, shapes: Sequence[Path] | None = None, *, shadowed: int = SHADOWED) -> None:
        self._files = list(shapes) if shapes is not None else [resources.shapes_file()]
        self._shadowed = shadowed
        digest = hashlib.sha256()
        try:
            for path in self._files:
                digest.update(path.read_bytes())
        except OSError as error:
            raise ShapesError(f"shapes {error.filename}: {error.strerror}") from error
        self.digest = digest.hexdigest()

    @cached_property
    def _shapes(self) -> Shapes:
        quads: list[ox.Quad] = []
        for number, path in enumerate(self._files):
            try:
                triples = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
                quads.extend(renamed(triples, f"shape{number}-"))
            except (SyntaxError, OSError, ValueError) as error:
                raise ShapesError(f"shapes {path}: not valid Turtle: {error}") from error
        return read_shapes(tuple(quads))

    @cached_property
    def _compiled(self) -> tuple[list[Validator], list[Shape]]:
        """The validators of the shapes that have targets, and the shapes left to pySHACL."""
        compiler = Compiler(self._shapes)
        fast, left = [], []
        for node, shape in self._shapes.by_node.items():
            if shape.deactivated:
                continue
            try:
                validator = compiler.validator(node)
            except NeedsReferenceError:
                if shape.has_targets:
                    left.append(shape)
            else:
                if shape.has_targets:
                    fast.append(validator)
        return fast, left

    @cached_property
    def _reference(self) -> Reference:
        return Reference(self._shapes)

    def check(self, quads: Iterable[ox.Quad], context: Iterable[ox.Quad] = ()) -> GateReport:
        """The verdict on one graph; only its own subjects are focus nodes.

        `context` holds what the graph refers to: looked at, never judged. Raises
        GateDisagreementError where pySHACL, asked too, finds something else.
        """
        quads = quads if isinstance(quads, list) else list(quads)
        data = Data(quads)
        own = set(data.out)
        data.add(context)
        report = self._run(data, own)
        if quads and self._is_shadowed(quads):
            found = self._disagreements(data, own, report)
            if found:
                more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
                raise GateDisagreementError(
                    f"the gate and pySHACL do not agree on the graph {quads[0].graph_name}: "
                    f"{found[0]}{more}; nothing was switched. Please report this with the "
                    "graph and the shapes"
                )
        return report

    def check_both(self, quads: Iterable[ox.Quad], context: Iterable[ox.Quad] = ()) -> GateReport:
        """The verdict of `check` with what pySHACL finds otherwise in `disagreements`."""
        data = Data(quads)
        own = set(data.out)
        data.add(context)
        report = self._run(data, own)
        return replace(report, disagreements=self._disagreements(data, own, report))

    def reference_check(
        self, quads: Iterable[ox.Quad], context: Iterable[ox.Quad] = ()
    ) -> GateReport:
        """The verdict of `check` by pySHACL alone."""
        data = Data(quads)
        own = set(data.out)
        data.add(context)
        return self._by_reference(data, own)

    def check_all(
        self, data: Iterable[ox.Quad] | ox.Store | rdflib.Graph, engine: Engine = "fast"
    ) -> GateReport:
        """The verdict on a whole graph, every target of the shapes being a focus node.

        Named graphs are one graph here. "both" judges by the compiled shapes, and tells in
        `disagreements` where pySHACL does not find the same.
        """
        quads = data if isinstance(data, ox.Store) else from_rdflib(data)
        index = Data.shared(quads)
        if engine == "reference":
            return self._by_reference(index, None)
        report = self._run(index, None)
        if engine == "fast":
            return report
        return replace(report, disagreements=self._disagreements(index, None, report))

    def _run(self, data: Data, own: AbstractSet[Term] | None) -> GateReport:
        fast, left = self._compiled
        found: list[Found] = []
        counts: dict[str, int] = {}
        engines: dict[str, str] = {}
        for validator in fast:
            name = validator.shape.name
            engines[name] = "fast"
            focus = focus_nodes(validator.shape.targets, data, own)
            counts[name] = len(focus)
            if focus:
                try:
                    validator.prepare(data, focus)
                    for node in focus:
                        validator.check(data, node, found)
                except RecursionError as error:
                    raise validator.shape.wrong("its shapes are nested too deeply") from error
        results = [_result(one) for one in found]
        if left:
            others, reached = self._reference.check(
                data.triples(), own, {shape.node for shape in left}
            )
            results.extend(others)
            for shape in left:
                engines[shape.name] = "pyshacl"
                counts[shape.name] = reached.get(shape.name, 0)
        return _report(results, engines, counts)

    def _is_shadowed(self, quads: list[ox.Quad]) -> bool:
        """By the graph's name and size: the same for every order, run and machine."""
        if not self._shadowed:
            return False
        told = f"{quads[0].graph_name} {len(quads)}".encode()
        return int.from_bytes(hashlib.sha256(told).digest()[:8]) % self._shadowed == 0

    def _by_reference(self, data: Data, own: AbstractSet[Term] | None) -> GateReport:
        results, reached = self._reference.check(data.triples(), own)
        shapes = [s for s in self._shapes.by_node.values() if s.has_targets and not s.deactivated]
        counts = {shape.name: reached.get(shape.name, 0) for shape in shapes}
        return _report(results, dict.fromkeys(counts, "pyshacl"), counts)

    def _disagreements(
        self, data: Data, own: AbstractSet[Term] | None, report: GateReport
    ) -> tuple[str, ...]:
        results, _ = self._reference.check(data.triples(), own)
        return differences(report.results, results, data, self._shapes)


def _result(found: Found) -> Result:
    mark, focus, value, path, extra = found
    shape = mark.shape
    literals = (extra.messages if extra is not None else ()) or shape.messages
    texts = tuple((m.value, m.language or "") for m in literals)
    plain = len(texts) <= 1 and not any(language for _, language in texts)
    return Result(
        focus=str(focus),
        path=show(path) if path is not None else show(shape.path),
        value=show(value),
        severity=shape.severity,
        message="; ".join(text for text, _ in texts) or mark.text,
        shape=shape.name,
        component=mark.component,
        messages=() if plain else texts,
        constraint=show(extra.constraint) if extra is not None else "",
    )


def _report(
    results: Iterable[Result], engines: dict[str, str], counts: dict[str, int]
) -> GateReport:
    return GateReport(
        tuple(sorted(results)), tuple(sorted(engines.items())), tuple(sorted(counts.items()))
    )
