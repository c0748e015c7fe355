"""Holds that no score on gold falls below its floor, and tells which floor may be raised."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.quality.measure import Report, measure_page, measure_samples
from tests.support import SAMPLES, shared

FLOORS = Path(__file__).parent / "floors.toml"
RAISE = 0.03


@pytest.fixture(scope="module")
def floors() -> dict[str, dict[str, float]]:
    """The floors by set and score."""
    return tomllib.loads(FLOORS.read_text(encoding="utf-8"))


def compare(floors: dict[str, float], report: Report) -> tuple[list[str], list[str]]:
    """Complaints about scores below their floors, and hints about floors that may be raised."""
    below, hints = [], []
    for name in sorted(floors.keys() | report.scores.keys()):
        if name not in report.scores:
            below.append(f"{name}: has a floor and is not measured")
            continue
        if name not in floors:
            below.append(f"{name}: measured {report.scores[name]:.3f} and has no floor")
            continue
        score, floor = report.scores[name], floors[name]
        if score < floor:
            below.append(f"{name}: {score:.3f}, below its floor of {floor:.2f}")
        elif score > floor + RAISE:
            hints.append(f"{name}: {score:.3f}, its floor of {floor:.2f} may be raised")
    return below, hints


def judge(floors: dict[str, float], report: Report) -> None:
    """Fails with every score that is below its floor."""
    below, hints = compare(floors, report)
    for hint in hints:
        print(hint)
    assert not below, "\n".join(below)


def test_samples_keep_their_floors(floors: dict[str, dict[str, float]]) -> None:
    """The shipped samples against our own gold."""
    judge(floors["samples"], measure_samples(SAMPLES))


def test_development_page_keeps_its_floors(floors: dict[str, dict[str, float]]) -> None:
    """A real section page that is not part of the project."""
    page = shared("corpus", "moderndiplomacy-central-asia.txt")
    annotation = shared("gold", "moderndiplomacy-central-asia.json")
    judge(floors["page"], measure_page(page, annotation))
