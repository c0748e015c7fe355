"""A shapes graph and data in, the gate's verdict out: the one place that calls the gate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from kg_builder.errors import UsageError
from kg_builder.gate import Engine, Gate, GateReport
from kg_builder.validating.shapes import Shapes

ENGINES: tuple[Engine, ...] = ("fast", "reference", "both")


def run_gate(shapes: Shapes, quads: Iterable[ox.Quad], engine: Engine) -> GateReport:
    """The verdict on `quads` as one graph, by the engine of that name.

    Raises ShapesError for shapes that cannot be used, UsageError for terms of RDF 1.2.
    """
    gate = _gate(shapes.triples, engine)
    try:
        return gate.check_all(quads, engine)
    except TypeError as error:
        raise UsageError(f"the data cannot be validated: {error}") from error


@lru_cache(maxsize=1)
def _gate(triples: tuple[ox.Triple, ...], engine: Engine) -> Gate:
    with tempfile.TemporaryDirectory(prefix="kg-builder-") as folder:
        path = Path(folder) / "shapes.nt"
        # The gate takes files; N-Triples is Turtle, whatever the shapes were written in.
        path.write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
        gate = Gate([path])
        # It reads its files when it is first asked: now, for they are about to go.
        gate.check_all([], engine)
    return gate
