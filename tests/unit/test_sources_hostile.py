"""Containers made to do harm: little time, little memory, and a reason instead of silence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.hostile_inputs import HOSTILE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    """What became of each input, all read by one process of bounded memory."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.hostile_inputs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["what"]: row for row in rows}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_hostile_input_ends_with_its_reason(what: str, outcomes: dict[str, dict[str, Any]]) -> None:
    name, _, expected = HOSTILE[what]
    found = outcomes[what]
    assert found["cpu"] < 5
    assert all(found["lengths"]), "a document without text"
    if expected:
        assert any(re.search(expected, reason) for reason in found["reasons"]), found
        assert all(reason.startswith(name) for reason in found["reasons"])
    else:
        assert found["lengths"]
        assert not found["reasons"]
