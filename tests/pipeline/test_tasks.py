"""What a worker keeps between jobs: its tables out of the collector's way, and not for ever."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from kg_builder.config import Settings, load_settings
from kg_builder.model import Hints
from kg_builder.pipeline import tasks
from kg_builder.pipeline.reader import InlineReader
from kg_builder.pipeline.readings import Readings, ReadJob
from kg_builder.plugins import FieldMapping, ReadLimits
from kg_builder.sources.process import Request
from kg_builder.store import StoreDir, TextCache
from tests.support import SAMPLES


def settings(max_line: int) -> Settings:
    flags = {"extractors.model": "none", "limits.max_line": max_line}
    return load_settings(None, flags, environment={})


def run(store: Path, chosen: Settings) -> tasks.AnalyseOutcome:
    directory = StoreDir(store / "store", create=True)
    path = SAMPLES / "sahel-bulletin-kaya.txt"
    readings = Readings(directory.readings, TextCache(directory.texts))
    request = Request(bytes(path), path.name, ReadLimits(), FieldMapping(), 0, 5.0, 1 << 30)
    readings.forget("r")
    index = readings.read(ReadJob(path, "r", request), InlineReader())
    item = (index.entries[0], "k")
    return tasks.analyse(
        tasks.AnalyseJob(str(directory.path), chosen, str(path), "r", Hints(), (item,))
    )


def test_tables_are_frozen_once_and_let_go_with_their_settings(tmp_path: Path) -> None:
    gc.unfreeze()  # what other tests of this process left
    usual, before = gc.get_threshold(), gc.get_freeze_count()
    one = settings(100_000)
    assert run(tmp_path, one).problems == {}
    frozen = gc.get_freeze_count()
    assert frozen > before
    assert run(tmp_path, one).problems == {}
    assert gc.get_freeze_count() <= frozen  # the second document adds nothing
    assert gc.get_threshold() == usual
    kept = weakref.ref(tasks.analyser_for(one))
    tasks.analyser_for(settings(90_000))
    gc.collect()
    assert kept() is None


def test_a_document_that_fails_leaves_the_collector_as_it_was(tmp_path: Path) -> None:
    usual = gc.get_threshold()
    failed = run(tmp_path, settings(20))
    assert "limits.max_line" in failed.problems["k"]
    assert gc.get_threshold() == usual
