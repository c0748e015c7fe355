"""Fixtures that many tests share: the samples, built once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kg_builder import pipeline
from kg_builder.config import load_settings
from tests.support import SAMPLES


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store built from the samples; shared by all test processes, so never write to it."""
    base = tmp_path_factory.getbasetemp()
    # Under xdist each process has a folder of its own below a common one.
    common = base.parent if base.name.startswith("popen-") else base
    store, done = common / "sample-store", common / "sample-store.done"
    try:
        (common / "sample-store.mine").mkdir()
    except FileExistsError:
        for _ in range(1200):
            if done.exists():
                return store
            time.sleep(0.1)
        pytest.fail("the process that builds the samples did not finish")
    settings = load_settings(SAMPLES / "kg.toml", {"workers": 1}, environment={})
    report = pipeline.build([SAMPLES], store, settings)
    assert report.errors == 0, report.problems
    assert report.quarantined == 0, report.problems
    done.touch()
    return store
