"""Holds that entities are put together over articles better than by equal strings."""

from __future__ import annotations

from benchmarks.crossdoc import clusters, measure

from tests.quality.scoring import b_cubed
from tests.support import shared

FLOOR = 0.92
PRECISION = 0.97
FOUND = 0.70


def test_names_of_two_topics_are_put_together() -> None:
    """B³ over the names that are found: above its floor, and above equal strings."""
    rows = measure(shared("train", "meantime"))
    precision, _, f1 = b_cubed(clusters(rows, "matched"))
    assert sum(row.found is not None for row in rows) >= FOUND * len(rows)
    assert precision >= PRECISION
    assert f1 >= FLOOR
    assert f1 > b_cubed(clusters(rows, "matched string"))[2]
