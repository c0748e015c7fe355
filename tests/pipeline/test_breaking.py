"""What a careless or unlucky user does: the store keeps what it has, or says why not."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder import pipeline, reading
from kg_builder.config import Settings, hints_for, load_settings
from kg_builder.errors import CannotRunError, ConfigError, InputError, UsageError
from kg_builder.pipeline import pool
from kg_builder.pipeline.history import history
from kg_builder.store import Lease, SnapshotRef, Snapshots, StoreDir
from kg_builder.store.snapshots import leased
from kg_builder.vocab import Minter, kg


def article(number: int) -> str:
    return (
        f"Talks number {number} end in Astana\n\n"
        f"Officials from Kazakhstan met in Astana on {number % 28 + 1} May 2023 and agreed to "
        "share river data. The talks were hosted by the Steppe Water Agency.\n\n"
        f"John Smith of the agency said that {number + 3} people were killed in a flood.\n"
    )


def settings(**flags: object) -> Settings:
    return load_settings(None, {"workers": 1, **flags}, environment={})


def build(store: Path, *paths: Path, **options: bool) -> pipeline.BuildReport:
    return pipeline.build(list(paths), store, settings(), **options)


def canonical(store: Path) -> bytes:
    return reading.export(Snapshots(store).require(), "nq")


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.txt").write_text(article(1))
    (tmp_path / "in" / "b.txt").write_text(article(2))
    return tmp_path / "in"


def test_overlapping_folders_in_any_order_give_the_same_names(nested: Path, tmp_path: Path) -> None:
    build(tmp_path / "s", nested, nested / "sub", nested / "sub" / "a.txt")
    build(tmp_path / "t", nested / "sub" / "a.txt", nested / "sub", nested)
    assert canonical(tmp_path / "s") == canonical(tmp_path / "t")
    assert b'"sub/a.txt"' in canonical(tmp_path / "t")


def test_sync_drops_what_was_given_by_an_inner_folder_or_by_name(
    nested: Path, tmp_path: Path
) -> None:
    build(tmp_path / "s", nested / "sub", nested / "b.txt")
    (nested / "sub" / "a.txt").unlink()
    (nested / "b.txt").unlink()
    (nested / "c.txt").write_text(article(3))
    report = build(tmp_path / "s", nested, sync=True)
    assert (report.removed, report.documents) == (2, 1)


def test_a_path_with_dots_is_the_same_file(
    nested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "s", nested)
    monkeypatch.chdir(nested / "sub")
    build(tmp_path / "s", Path(".."))
    assert len(Snapshots(tmp_path / "s").require().manifest["inputs"]) == 2
    assert pipeline.remove("../b.txt", tmp_path / "s", settings()).documents == 1
    assert pipeline.remove("../sub", tmp_path / "s", settings()).documents == 0


def test_a_renamed_folder_leaves_nothing_behind(nested: Path, tmp_path: Path) -> None:
    first = build(tmp_path / "s", nested)
    key = next(iter(Snapshots(tmp_path / "s").require().manifest["articles"]))
    pipeline.remove(Minter().article(key), tmp_path / "s", settings())
    moved = nested.rename(tmp_path / "moved")
    report = build(tmp_path / "s", moved)
    assert (report.analysed, report.articles) == (0, first.articles - 1)
    for path in moved.rglob("*.txt"):
        path.write_text(article(8) if path.name == "a.txt" else article(9))
    build(tmp_path / "s", moved)
    build(tmp_path / "t", moved)
    assert canonical(tmp_path / "s") == canonical(tmp_path / "t")


def test_the_last_article_can_go_and_come_back(nested: Path, tmp_path: Path) -> None:
    one = nested / "b.txt"
    first = build(tmp_path / "s", one)
    gone = pipeline.remove(str(one), tmp_path / "s", settings())
    assert (gone.documents, gone.articles, gone.entities) == (0, 0, 0)
    assert build(tmp_path / "s", one).quads == first.quads


def test_fresh_with_a_mistyped_path_empties_nothing(nested: Path, tmp_path: Path) -> None:
    build(tmp_path / "s", nested)
    before = canonical(tmp_path / "s")
    with pytest.raises(UsageError, match=r"nope: there is no such file"):
        build(tmp_path / "s", tmp_path / "nope", fresh=True)
    assert canonical(tmp_path / "s") == before


@pytest.mark.parametrize("part", ["manifest.json", "store"])
def test_fresh_mends_a_damaged_store_as_the_message_says(
    nested: Path, tmp_path: Path, part: str
) -> None:
    build(tmp_path / "s", nested)
    damaged = Snapshots(tmp_path / "s").require().folder / part
    if damaged.is_dir():
        shutil.rmtree(damaged)
    else:
        damaged.write_text("{")
    with pytest.raises(CannotRunError, match="--fresh"):
        build(tmp_path / "s", nested)
    build(tmp_path / "s", nested, fresh=True)
    build(tmp_path / "t", nested)
    assert canonical(tmp_path / "s") == canonical(tmp_path / "t")


def test_a_pipe_among_the_files_is_named_not_waited_for(nested: Path, tmp_path: Path) -> None:
    os.mkfifo(nested / "pipe.txt")
    report = build(tmp_path / "s", nested)
    assert [p.reason for p in report.problems] == ["is no regular file; copy it into one"]
    assert report.documents == 2


def test_a_first_build_that_ended_while_making_the_folder_can_be_repeated(
    nested: Path, tmp_path: Path
) -> None:
    store = tmp_path / "s"
    (store / "analyses").mkdir(parents=True)
    (store / "FORMAT.77.tmp").touch()
    assert build(store, nested).documents == 2
    (tmp_path / "mine" / "texts").mkdir(parents=True)
    (tmp_path / "mine" / "texts" / "diary.txt").touch()
    with pytest.raises(CannotRunError, match="holds other files"):
        build(tmp_path / "mine", nested)


PLACES = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix kg: <https://w3id.org/kg-builder/ontology#> .
<https://own.example/swa> a skos:Concept , kg:Organization ;
    skos:prefLabel "%s"@en ; skos:altLabel "Steppe Water Agency"@en .
"""


def test_authority_files_of_ones_own_stay_without_the_config(
    nested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.ttl").write_text(PLACES % "Water Agency of the Steppe")
    (tmp_path / "kg.toml").write_text('authority = ["own.ttl"]\n[extractors]\nevents = false\n')
    own, store = load_settings(Path("kg.toml"), {"workers": 1}, environment={}), tmp_path / "s"
    pipeline.build([nested / "sub"], store, own)
    assert b'"Water Agency of the Steppe"' in canonical(store)
    monkeypatch.chdir(nested)
    kept = pipeline.kept_settings(store, settings())
    assert kept.workers == 1
    report = pipeline.build([nested], store, kept)
    assert report.analysed == 2  # the name of sub/a.txt has changed with the folder given
    assert pipeline.remove(str(nested / "sub"), store, kept).analysed == 0
    assert b'"Water Agency of the Steppe"' in canonical(store)
    # In one process, a changed file counts too.
    (tmp_path / "own.ttl").write_text(PLACES % "Agency for Steppe Water")
    assert pipeline.build([nested], store, kept).analysed == 2
    assert b'"Agency for Steppe Water"' in canonical(store)
    assert pipeline.kept_settings(tmp_path / "none", settings()) == settings()


def test_a_redirect_ends_at_a_name_that_is_in_use_again(tmp_path: Path) -> None:
    minter = Minter()
    old, again, other, graph = (minter.local(f"entity/topic/{n}") for n in "bacg")
    past, refers = minter.graph("history"), kg("refersTo")
    replaced = "http://purl.org/dc/terms/isReplacedBy"
    store = ox.Store(str(tmp_path / "store"))
    store.load(
        f"<{again}> <{replaced}> <{other}> <{past}> .\n"
        f"<urn:mention> <{refers}> <{old}> <{graph}> .\n",
        format=ox.RdfFormat.N_QUADS,
    )
    store.flush()
    del store
    now = f"<urn:mention> <{refers}> <{again}> <{graph}> .\n".encode()
    ref = SnapshotRef("000001", tmp_path, {})
    change = history(ref, [old], frozenset({again, other}), lambda _: now, minter)
    assert change is not None
    assert change.nquads == f"<{old}> <{replaced}> <{again}> <{past}> .\n".encode()


def test_a_file_name_that_looks_absolute_stops_no_build(nested: Path, tmp_path: Path) -> None:
    (nested / "\\odd.txt").write_text(article(3))
    report = build(tmp_path / "s", nested)
    assert (report.articles, report.problems) == (3, [])


@pytest.mark.parametrize(
    ("sidecar", "told"),
    [
        ({"language": "English"}, "language: must be an ISO 639 code"),
        (
            {"publication": {"name": "P", "country": "Great Britain"}},
            "country: must be an ISO 3166",
        ),
        ({"publication": "  "}, "publication: must be a name"),
        ({"publication": "A\0B"}, "without control characters"),
        ({"authors": ["Jane Doe", ""]}, "authors.1: must be a name"),
        ({"url": "https://[::1"}, "url: must be an http or https URL"),
        ({"url": "https://x.example/\0"}, "url: must be an http or https URL"),
    ],
)
def test_a_sidecar_with_a_wrong_value_says_which(sidecar: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        hints_for("a.txt", settings(), json.dumps(sidecar).encode(), "a.txt.meta.json")


def test_a_publication_in_kg_toml_with_a_wrong_value_is_told_at_once(tmp_path: Path) -> None:
    rule = '[[publication]]\npattern = "*"\nname = "P"\nlanguage = "English"\n'
    (tmp_path / "kg.toml").write_text(rule)
    with pytest.raises(ConfigError, match=r"publication\.0\.language: must be an ISO 639 code"):
        load_settings(tmp_path / "kg.toml", environment={})


def _half_dies(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.002)
    return number


def test_a_worker_that_dies_loses_no_other_job() -> None:
    done = sorted(pool.run(_half_dies, range(60), 2, lambda job: -job))
    assert done == sorted({*range(60)} - {5} | {-5})


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's list of processes")
def test_workers_end_with_a_killed_build(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / "in" / f"{number}.txt").write_text(article(number) * 20)
    command = [sys.executable, "-m", "kg_builder.cli", "build", str(tmp_path / "in")]
    command += ["--store", str(tmp_path / "s"), "--workers", "2"]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    while child.poll() is None and not any((tmp_path / "s" / "analyses").glob("*/*.json")):
        time.sleep(0.02)
    session = _session(child.pid)
    child.kill()
    child.wait()
    assert len(session) >= 3
    for _ in range(100):
        if not _session(child.pid):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {_session(child.pid)}")


def _session(leader: int) -> list[str]:
    """Living processes of a session, which a build's workers do not leave."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(leader) and fields[0] != "Z":
            found.append(path.parent.name)
    return found


def test_a_lease_holds_on_a_store_that_may_only_be_read(nested: Path, tmp_path: Path) -> None:
    build(tmp_path / "s", nested)
    ref = Snapshots(tmp_path / "s").require()
    shutil.rmtree(ref.folder / "leases")
    (ref.folder / "leases").touch()  # a folder in which nothing can be made, even by root
    assert not leased(ref.folder)
    with Lease(ref.folder):
        assert leased(ref.folder)
    assert not leased(ref.folder)


def test_what_killed_processes_were_writing_is_cleared_away(nested: Path, tmp_path: Path) -> None:
    build(tmp_path / "s", nested / "b.txt")
    folder = next(StoreDir(tmp_path / "s").analyses.iterdir())
    (folder / "abc.json.1.tmp").touch()
    build(tmp_path / "s", nested)
    assert not list(folder.glob("*.tmp"))
