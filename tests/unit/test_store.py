"""The store: snapshots switch whole, leases keep them, a newer format is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder.errors import (
    CannotRunError,
    StoreDamagedError,
    StoreFormatError,
    StoreLockedError,
    StoreMissingError,
)
from kg_builder.store import (
    AnalysisCache,
    GraphChange,
    SnapshotRef,
    Snapshots,
    SnapshotWriter,
    StoreDir,
    TextCache,
    sorted_nquads,
)


def lines(graph: str, *values: str) -> bytes:
    quads = [
        ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(v), ox.NamedNode(graph))
        for v in values
    ]
    return sorted_nquads(quads)


def nothing(_: ox.Store) -> Iterator[GraphChange]:
    return iter(())


def write(directory: StoreDir, *changes: GraphChange, scratch: bool = False) -> SnapshotRef:
    previous = Snapshots(directory.path).current()
    writer = SnapshotWriter(directory, previous)
    writer.write(changes, from_scratch=scratch or previous is None, finish=nothing)
    return writer.commit({"base": "urn:base:"})


def content(ref: SnapshotRef) -> set[str]:
    quads = ref.open().quads_for_pattern(None, None, None, None)
    return {f"{q.graph_name} {q.object}" for q in quads}


def test_a_snapshot_keeps_what_later_ones_change(tmp_path: Path) -> None:
    directory = StoreDir(tmp_path / "s", create=True)
    first = write(directory, GraphChange("urn:a", lines("urn:a", "1", "2")))
    second = write(
        directory,
        GraphChange("urn:a", lines("urn:a", "3")),
        GraphChange("urn:b", lines("urn:b", "4"), new=True),
    )
    assert content(first) == {'<urn:a> "1"', '<urn:a> "2"'}
    assert content(second) == {'<urn:a> "3"', '<urn:b> "4"'}
    assert Snapshots(directory.path).require().name == second.name == "000002"


def test_a_patch_writes_only_what_differs_and_an_empty_graph_goes(tmp_path: Path) -> None:
    directory = StoreDir(tmp_path / "s", create=True)
    write(
        directory,
        GraphChange("urn:a", lines("urn:a", "1", "2", "3")),
        GraphChange("urn:b", lines("urn:b", "x")),
    )
    ref = write(
        directory,
        GraphChange("urn:a", lines("urn:a", "2", "3", "4"), patch=True),
        GraphChange("urn:b", b""),
    )
    assert content(ref) == {'<urn:a> "2"', '<urn:a> "3"', '<urn:a> "4"'}


def test_finish_sees_all_changes(tmp_path: Path) -> None:
    directory = StoreDir(tmp_path / "s", create=True)
    writer = SnapshotWriter(directory, None)

    def finish(store: ox.Store) -> Iterator[GraphChange]:
        yield GraphChange("urn:n", lines("urn:n", str(len(store))))

    total = writer.write(
        [GraphChange("urn:a", lines("urn:a", "1", "2"))], from_scratch=True, finish=finish
    )
    assert total == 3
    assert '<urn:n> "2"' in content(writer.commit({}))


def test_pruning_skips_leased_snapshots(tmp_path: Path) -> None:
    directory = StoreDir(tmp_path / "s", create=True)
    first = write(directory, GraphChange("urn:a", lines("urn:a", "1")))
    snapshots = Snapshots(directory.path)
    lease = snapshots.lease(first)
    write(directory, GraphChange("urn:a", lines("urn:a", "2")))
    write(directory, GraphChange("urn:a", lines("urn:a", "3")))
    # flock is by open file, so a lease of this very process counts too.
    assert snapshots.prune(keep=1) == ["000002"]
    assert content(first) == {'<urn:a> "1"'}
    lease.release()
    assert snapshots.prune(keep=1) == ["000001"]
    assert not first.folder.exists()


def test_a_second_writer_is_refused_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    directory = StoreDir(tmp_path / "s", create=True)
    code = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from kg_builder.store import StoreDir
        with StoreDir(Path(sys.argv[1])).lock():
            print("locked", flush=True)
            time.sleep(60)
        """
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(directory.path)], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(StoreLockedError, match="wait for it to end"), directory.lock():
            pass
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    with directory.lock():
        pass


def test_a_newer_format_and_a_missing_store_are_told(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="kg-builder build"):
        Snapshots(tmp_path / "none")
    directory = StoreDir(tmp_path / "s", create=True)
    with pytest.raises(StoreMissingError, match="no finished build"):
        Snapshots(directory.path).require()
    (directory.path / "FORMAT").write_text("99\n")
    with pytest.raises(StoreFormatError, match="newer kg-builder"):
        StoreDir(directory.path)


def test_a_folder_with_other_files_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(CannotRunError, match="holds other files"):
        StoreDir(tmp_path, create=True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_snapshot_without_manifest_is_told(tmp_path: Path) -> None:
    directory = StoreDir(tmp_path / "s", create=True)
    ref = write(directory, GraphChange("urn:a", lines("urn:a", "1")))
    (ref.folder / "manifest.json").write_text("{")
    with pytest.raises(StoreDamagedError, match="manifest"):
        Snapshots(directory.path).current()


def test_caches_give_back_what_was_put_and_drop_what_is_cut_short(tmp_path: Path) -> None:
    cache = AnalysisCache(tmp_path / "a")
    cache.put("abcd", b'{"head":1}', b'{"body":2}')
    assert cache.head("abcd").strip() == b'{"head":1}'
    assert cache.body("abcd").strip() == b'{"body":2}'
    assert "abcd" in cache
    path = tmp_path / "a" / "ab" / "abcd.json"
    path.write_bytes(path.read_bytes()[:-4])
    assert "abcd" not in cache
    texts = TextCache(tmp_path / "t")
    texts.put("sha256:beef", "a\r\nb\u00a0\U0001f600")
    assert texts.get("sha256:beef") == "a\r\nb\u00a0\U0001f600"
    assert texts.discard_except(set()) == 1
