"""A shapes graph and data in, the gate's verdict out: the one place that calls the gate."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import rdflib

from kg_builder.errors import CannotRunError, UsageError
from kg_builder.gate import Gate, Result, to_rdflib
from kg_builder.validating.shapes import Shapes

ENGINES = ("fast", "reference", "both")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate said: results, engine by shape, focus nodes by shape, disagreements."""

    results: tuple[Result, ...]
    engines: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, int], ...]
    disagreements: tuple[str, ...] = ()


def run_gate(
    shapes: Shapes, quads: Sequence[ox.Quad], context: Sequence[ox.Quad], engine: str
) -> Verdict:
    """The verdict on `quads` with `context`, which is data too but counts for no target.

    Raises ShapesError for shapes that cannot be used, CannotRunError for an engine that is not
    there.
    """
    with tempfile.TemporaryDirectory(prefix="kg-builder-") as folder:
        path = Path(folder) / "shapes.nt"
        # The gate takes files; N-Triples is Turtle, whatever the shapes were written in.
        path.write_bytes(ox.serialize(shapes.triples, format=ox.RdfFormat.N_TRIPLES) or b"")
        gate = Gate([path])
        if "engine" not in inspect.signature(gate.check_all).parameters and engine == "both":
            raise CannotRunError("--engine both: this build has one engine only, the reference")
        data = rdflib.Graph()
        try:
            to_rdflib(quads, data)
            to_rdflib(context, data)
        except TypeError as error:
            raise UsageError(f"the data cannot be validated: {error}") from error
        report = gate.check_all(data)
    return Verdict(
        results=report.results,
        engines=(("all shapes", "pySHACL"),),
        targets=shapes.targets(quads) if not context else shapes.targets([*quads, *context]),
    )
