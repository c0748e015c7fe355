"""Holds that no score on gold falls below its floor, and tells which floor may be raised."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.quality.measure import Report, measure_page, measure_samples
from tests.quality.scoring import Tally
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
        if score < floor - 1e-9:  # a floor is a rounded decimal
            below.append(f"{name}: {score:.3f}, below its floor of {floor:.2f}")
        elif score > floor + RAISE:
            hints.append(f"{name}: {score:.3f}, its floor of {floor:.2f} may be raised")
    return below, hints


def judge(floors: dict[str, float], report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    """Fails with every score that is below its floor; says which floors may be raised."""
    below, hints = compare(floors, report)
    if hints:
        with capsys.disabled():
            print("", *hints, sep="\n")
    assert not below, "\n".join(below)


def test_samples_keep_their_floors(
    floors: dict[str, dict[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped samples against our own gold."""
    judge(floors["samples"], measure_samples(SAMPLES), capsys)


def test_development_page_keeps_its_floors(
    floors: dict[str, dict[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A real section page that is not part of the project."""
    page = shared("corpus", "moderndiplomacy-central-asia.txt")
    annotation = shared("gold", "moderndiplomacy-central-asia.json")
    judge(floors["page"], measure_page(page, annotation), capsys)


def test_a_fall_is_a_complaint_and_a_rise_a_hint() -> None:
    """Both figures are told; a score without a floor and a floor without a score are faults."""
    report = Report({"a": 0.79, "b": 0.84, "c": 0.82, "new": 1.0}, Tally())
    below, hints = compare({"a": 0.80, "b": 0.80, "c": 0.80, "gone": 0.5}, report)
    assert below == [
        "a: 0.790, below its floor of 0.80",
        "gone: has a floor and is not measured",
        "new: measured 1.000 and has no floor",
    ]
    assert hints == ["b: 0.840, its floor of 0.80 may be raised"]
