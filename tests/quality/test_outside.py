"""Holds that no score on outside sets falls below its floor, and no share of errors rises."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.quality import outside
from tests.support import shared

FLOORS = Path(__file__).parent / "floors-outside.toml"
RAISE = 0.03


def compare(limits: dict[str, float], scores: outside.Scores) -> tuple[list[str], list[str]]:
    """Complaints about scores beyond their limits, and hints about limits to be drawn closer."""
    beyond, hints = [], []
    for name in sorted(limits.keys() | scores.keys()):
        if name not in scores or name not in limits:
            beyond.append(f"{name}: " + ("not measured" if name in limits else "has no limit"))
            continue
        error = outside.is_error(name)
        better = (limits[name] - scores[name]) if error else (scores[name] - limits[name])
        told = f"{name}: {scores[name]:.3f}, its {'ceiling' if error else 'floor'} is"
        if better < -1e-9:  # a limit is a rounded decimal
            beyond.append(f"{told} {limits[name]:.2f}")
        elif better > RAISE:
            hints.append(f"{told} {limits[name]:.2f} and may be drawn closer")
    return beyond, hints


@pytest.mark.parametrize("name", outside.MEASURES)
def test_outside_sets_keep_their_floors(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Sets of others, by halves; what is read during development and what is only scored."""
    folder = shared("bench").parent
    limits = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    beyond, hints = compare(limits[name], outside.MEASURES[name](folder))
    if hints:
        with capsys.disabled():
            print("", *hints, sep="\n")
    assert not beyond, "\n".join(beyond)


def test_every_table_of_floors_is_measured() -> None:
    """A set that is measured has floors, and no table is left over."""
    limits = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    assert limits.keys() == outside.MEASURES.keys()


def test_a_fall_and_a_rise_of_errors_are_complaints() -> None:
    """A share of errors has a ceiling, all else a floor."""
    limits = {"F1": 0.80, "better": 0.80, "links wrong": 0.10, "fewer wrong": 0.10, "gone": 0.5}
    scores = {"F1": 0.79, "better": 0.84, "links wrong": 0.11, "fewer wrong": 0.05, "new": 1.0}
    beyond, hints = compare(limits, scores)
    assert beyond == [
        "F1: 0.790, its floor is 0.80",
        "gone: not measured",
        "links wrong: 0.110, its ceiling is 0.10",
        "new: has no limit",
    ]
    assert hints == [
        "better: 0.840, its floor is 0.80 and may be drawn closer",
        "fewer wrong: 0.050, its ceiling is 0.10 and may be drawn closer",
    ]
