"""Builds: deterministic, cumulative, equal to a build from scratch, and safe to kill."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder import pipeline, reading, validating, vocab
from kg_builder.config import Settings, load_settings
from kg_builder.errors import UsageError
from kg_builder.store import Snapshots, TextCache
from tests.support import SAMPLES

CHOSEN = (
    "sahel-bulletin-kaya.txt",
    "gulf-of-guinea-post-kaya-market.html",
    "steppe-herald-water-accord.txt",
    "steppe-herald-water-accord.txt.meta.json",
    "orient-courier-central-asia.txt",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "in"
    target.mkdir()
    for name in CHOSEN:
        shutil.copy(SAMPLES / name, target / name)
    return target


def settings(**flags: object) -> Settings:
    return load_settings(SAMPLES / "kg.toml", {"workers": 1, **flags}, environment={})


def build(store: Path, *paths: Path, **options: bool) -> pipeline.BuildReport:
    return pipeline.build(list(paths), store, settings(), **options)


def canonical(store: Path) -> bytes:
    return reading.export(Snapshots(store).require(), "nq")


def test_order_of_files_workers_and_hash_seed_make_no_difference(
    folder: Path, tmp_path: Path
) -> None:
    build(tmp_path / "a", folder)
    files = sorted(folder.glob("*.[th]*"), reverse=True)
    documents = [f for f in files if not f.name.endswith(".meta.json")]
    for seed, workers, paths in (("1", "2", [folder]), ("7", "1", documents)):
        store = tmp_path / f"b{seed}"
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "kg_builder.cli",
                "build",
                *map(str, paths),
                "--store",
                str(store),
                "--workers",
                workers,
                "--config",
                str(SAMPLES / "kg.toml"),
            ],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr.decode()
        assert canonical(store) == canonical(tmp_path / "a")


def test_adding_and_removing_equal_building_what_remains(folder: Path, tmp_path: Path) -> None:
    late = folder / "gulf-of-guinea-post-kaya-market.html"
    aside = tmp_path / late.name
    late.rename(aside)
    build(tmp_path / "grown", folder)
    without = canonical(tmp_path / "grown")
    aside.rename(late)
    report = build(tmp_path / "grown", folder)
    assert report.analysed == 1
    build(tmp_path / "whole", folder)
    assert canonical(tmp_path / "grown") == canonical(tmp_path / "whole") != without
    pipeline.remove(str(late), tmp_path / "grown", settings())
    assert canonical(tmp_path / "grown") == without


def test_nothing_changed_analyses_nothing_and_makes_no_snapshot(
    folder: Path, tmp_path: Path
) -> None:
    first = build(tmp_path / "s", folder)
    again = build(tmp_path / "s", folder)
    assert (again.analysed, again.unchanged) == (0, first.documents)
    assert again.snapshot == first.snapshot
    assert again.quads == first.quads


def test_sync_drops_what_has_vanished_and_only_from_the_given_folders(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    shutil.copy(SAMPLES / "mekong-star-flood.txt", other)
    build(tmp_path / "s", folder, other)
    other.unlink()
    (folder / "sahel-bulletin-kaya.txt").unlink()
    kept = build(tmp_path / "s", folder)
    assert kept.removed == 0
    synced = build(tmp_path / "s", folder, sync=True)
    assert synced.removed == 1
    assert synced.documents == kept.documents - 1


def test_removing_an_article_leaves_a_tombstone_and_keeps_the_others(
    folder: Path, tmp_path: Path
) -> None:
    store = tmp_path / "s"
    before = build(store, folder)
    ref = Snapshots(store).require()
    source = "orient-courier-central-asia.txt"
    key = next(k for k, a in ref.manifest["articles"].items() if a["source"] == source)
    iri = vocab.Minter().article(key)
    after = pipeline.remove(iri, store, settings())
    assert after.articles + after.teasers == before.articles + before.teasers - 1
    opened = Snapshots(store).require().open()
    headline = ox.NamedNode(vocab.kg("headline"))
    assert not list(opened.quads_for_pattern(ox.NamedNode(iri), headline, None))
    history = ox.NamedNode(vocab.Minter().graph("history"))
    assert list(opened.quads_for_pattern(ox.NamedNode(iri), None, None, history))
    assert b"graph/history" not in canonical(store)
    # Building the same file again does not bring it back: it was taken out on purpose.
    assert build(store, folder).articles == after.articles
    with pytest.raises(UsageError, match="holds no such"):
        pipeline.remove("http://127.0.0.1:8000/id/article/none-0000000000", store, settings())


def test_a_changed_file_replaces_its_article(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "s"
    build(store, folder)
    path = folder / "sahel-bulletin-kaya.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\nA last line was added on Friday.\n")
    report = build(store, folder)
    assert report.analysed == 1
    build(tmp_path / "fresh", folder)
    assert canonical(store) == canonical(tmp_path / "fresh")


def test_fresh_forgets_earlier_inputs(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "s"
    build(store, folder)
    one = folder / "sahel-bulletin-kaya.txt"
    report = build(store, one, fresh=True)
    assert (report.documents, report.unchanged) == (1, 0)
    build(tmp_path / "t", one)
    assert canonical(store) == canonical(tmp_path / "t")


def test_every_quote_is_the_text_at_its_offsets(sample_store: Path) -> None:
    ref = Snapshots(sample_store).require()
    store = ref.open()
    rows = store.query(
        "SELECT ?start ?end ?exact ?hash WHERE {"
        " ?x kg:start ?start ; kg:end ?end ; kg:exact ?exact ;"
        " kg:inArticle/kg:inDocument/kg:textHash ?hash }",
        use_default_graph_as_union=True,
        prefixes=vocab.PREFIXES,
    )
    assert isinstance(rows, ox.QuerySolutions)
    texts = TextCache(sample_store / "texts")
    count = 0
    for row in rows:
        text = texts.get(row["hash"].value)  # type: ignore[union-attr]
        start, end = int(row["start"].value), int(row["end"].value)  # type: ignore[union-attr]
        assert text[start:end] == row["exact"].value  # type: ignore[union-attr]
        count += 1
    assert count > 500


def test_no_blank_node_no_absolute_path_no_clock(sample_store: Path) -> None:
    data = reading.export(Snapshots(sample_store).require(), "nq").decode()
    assert "_:" not in "".join(line.split(" ", 1)[0] for line in data.splitlines())
    for quad in ox.parse(data, format=ox.RdfFormat.N_QUADS):
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)
    assert str(SAMPLES) not in data
    assert time.strftime("%Y-%m-%dT") not in data


def test_the_whole_store_conforms(sample_store: Path) -> None:
    report = validating.validate_quads(reading.public_quads(Snapshots(sample_store).require()))
    assert [r for r in report.results if r.severity == "Violation"] == []


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_the_last_snapshot_serves_and_the_next_build_ends(
    folder: Path, tmp_path: Path, seed: int
) -> None:
    store = tmp_path / "s"
    first, rest = folder / "sahel-bulletin-kaya.txt", folder
    build(store, first)
    before = canonical(store)
    command = [sys.executable, "-m", "kg_builder.cli", "build", str(rest), "--store", str(store)]
    command += ["--config", str(SAMPLES / "kg.toml"), "--workers", "2"]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(0.3, 4.0))
    child.send_signal(signal.SIGKILL)
    child.wait()
    build(tmp_path / "whole", folder)
    assert canonical(store) in (before, canonical(tmp_path / "whole"))
    build(store, folder)
    assert canonical(store) == canonical(tmp_path / "whole")


def test_a_base_of_ones_own_is_kept_by_later_builds(folder: Path, tmp_path: Path) -> None:
    own = settings(base="https://data.example/kg/")
    one = folder / "sahel-bulletin-kaya.txt"
    pipeline.build([one], tmp_path / "s", own)
    assert b"127.0.0.1" not in canonical(tmp_path / "s")
    build(tmp_path / "s", folder)
    assert b"127.0.0.1" not in canonical(tmp_path / "s")
