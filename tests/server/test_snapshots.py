"""A new snapshot under load: every request gets an answer, and old snapshots are given back."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from kg_builder.errors import StoreMissingError
from kg_builder.store import GraphChange, SnapshotRef, Snapshots, SnapshotWriter, StoreDir
from kg_server.source import StoreSource
from tests.server.running import Running, running

GRAPH = "http://127.0.0.1:8000/id/graph/entities"


def build(folder: Path, number: int) -> SnapshotRef:
    """A snapshot with `number` places, written as a build writes it."""
    directory = StoreDir(folder, create=True)
    lines = [
        f"<http://127.0.0.1:8000/id/entity/place/p{i}> "
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        f"<https://w3id.org/kg-builder/ontology#Place> <{GRAPH}> .\n"
        for i in range(number)
    ]
    with directory.lock():
        writer = SnapshotWriter(directory, Snapshots(folder).current())
        data = "".join(lines).encode()
        writer.write([GraphChange(GRAPH, data)], from_scratch=True, finish=lambda _: ())
        return writer.commit({"base": "http://127.0.0.1:8000/id/", "quads": number})


def size(server: Running) -> int:
    (row,) = server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    return int(row["n"])


def wait_for(server: Running, number: int) -> None:
    end = time.monotonic() + 10
    while not (size(server) == number and size(server) == number):
        assert time.monotonic() < end, "the new snapshot is not served"
        time.sleep(0.02)


def test_switching_under_load_fails_no_request(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(folder, 1)
    seen: list[int] = []
    failed: list[object] = []
    stop = threading.Event()

    def ask(server: Running, path: str) -> None:
        while not stop.is_set():
            try:
                if path == "/sparql":
                    seen.append(size(server))
                else:
                    server.client.get(path).raise_for_status()
            except Exception as error:  # noqa: BLE001 - every kind of failure counts
                failed.append(error)

    with running(StoreSource(folder), workers=2) as server:
        paths = ["/sparql"] * 3 + ["/", "/id/entity/place/p0", "/health"]
        threads = [threading.Thread(target=ask, args=(server, path)) for path in paths]
        for thread in threads:
            thread.start()
        for number in range(2, 7):
            build(folder, number)
            Snapshots(folder).prune(keep=1)
            time.sleep(0.15)
        end = time.monotonic() + 10
        while server.pool.snapshots != ["000006"]:
            assert time.monotonic() < end, server.pool.snapshots
            time.sleep(0.02)
        assert size(server) == 6
        stop.set()
        for thread in threads:
            thread.join()
        assert failed == []
        assert len(seen) > 100
        assert set(seen) <= set(range(1, 7))
        end = time.monotonic() + 5
        while server.client.get("/health").json()["snapshot"] != "000006":
            assert time.monotonic() < end
        # nothing holds the old ones any more
        while Snapshots(folder).prune(keep=1) or len(list((folder / "snapshots").iterdir())) > 1:
            assert time.monotonic() < end, list((folder / "snapshots").iterdir())
            time.sleep(0.05)


def test_a_leased_snapshot_is_kept_while_a_query_runs_on_it(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(folder, 60)
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with running(StoreSource(folder), workers=1, timeout=60) as server:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(server.get(slow)))
        thread.start()
        time.sleep(0.2)
        build(folder, 2)
        wait_for(server, 2)  # a fresh worker serves while the old one still runs
        old = folder / "snapshots" / "000001"
        Snapshots(folder).prune(keep=1)
        assert old.exists() or not thread.is_alive()
        thread.join()
        assert answers[0].status_code == 200
        assert answers[0].json()["results"]["bindings"][0]["n"]["value"] == str(60**4)
        end = time.monotonic() + 5
        server.client.get("/")
        while old.exists():
            assert time.monotonic() < end, "the old snapshot is never given back"
            Snapshots(folder).prune(keep=1)
            time.sleep(0.05)


def test_a_damaged_new_snapshot_leaves_the_old_one_served(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(folder, 3)
    with running(StoreSource(folder), workers=2) as server:
        broken = build(folder, 4)
        for path in broken.path.iterdir():
            path.write_bytes(b"broken")
        time.sleep(0.4)
        assert size(server) == 3
        assert server.client.get("/").status_code == 200
        build(folder, 5)
        wait_for(server, 5)


def test_a_store_without_a_build_is_said_to_be_one(tmp_path: Path) -> None:
    StoreDir(tmp_path / "store", create=True)
    with pytest.raises(StoreMissingError, match="no finished build"):
        StoreSource(tmp_path / "store").acquire()
