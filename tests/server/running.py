"""A real server on a real port, in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from kg_server.app import create_app, listen
from kg_server.options import ServerOptions
from kg_server.source import FolderSource, SnapshotSource, load_files
from kg_server.workers import WorkerPool

DATA = Path(__file__).parent / "data" / "store.trig"
BASE = "http://127.0.0.1:8000/id/"
# 450 quads to the fifth power: no deadline is long enough.
BOMB = (
    "SELECT (COUNT(*) AS ?n) "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p FILTER(?c != ?p) }"
)


class Running:
    """A running server: its address, a client, and its worker pool to look into."""

    def __init__(self, url: str, pool: WorkerPool) -> None:
        self.url = url
        self.pool = pool
        self.client = httpx.Client(base_url=url, timeout=30)

    def get(self, query: str, accept: str = "*/*", **parameters: Any) -> httpx.Response:
        """GET /sparql with a query."""
        return self.client.get(
            "/sparql", params={"query": query, **parameters}, headers={"Accept": accept}
        )

    def rows(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT, their terms as text."""
        response = self.get(query)
        assert response.status_code == 200, response.text
        bindings = response.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in bindings]

    def works(self) -> None:
        """Fails when a plain query does not get its answer."""
        response = self.get("ASK { ?s ?p ?o }")
        assert response.status_code == 200, response.text
        assert response.json()["boolean"] is True

    def kill_workers(self) -> None:
        """kill -9 of all workers."""
        for pid in self.pool.pids:
            os.kill(pid, signal.SIGKILL)

    def wait_for_workers(self, count: int) -> None:
        """Waits until that many workers run; fails after ten seconds."""
        end = time.monotonic() + 10
        while len(self.pool.pids) != count or not all(map(_runs, self.pool.pids)):
            assert time.monotonic() < end, f"{self.pool.pids} are not {count} workers"
            time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def running(source: SnapshotSource, **options: Any) -> Iterator[Running]:
    """Starts a server on a free port and stops it; nothing of it is left behind."""
    settings = ServerOptions(**{"port": 0, "poll": 0.05, **options})
    app = create_app(settings, source)
    with listen(settings) as bound:
        config = uvicorn.Config(app, log_level="critical", lifespan="on", loop="asyncio", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
        thread.start()
        try:
            end = time.monotonic() + 20
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                assert time.monotonic() < end, "the server takes too long to start"
                time.sleep(0.01)
            found = Running(f"http://127.0.0.1:{bound.getsockname()[1]}", app.state.pool)
            with found.client:
                yield found
        finally:
            server.should_exit = True
            thread.join(30)
    assert not thread.is_alive(), "the server does not stop"


def make_store(folder: Path) -> FolderSource:
    """The test's graph as an Oxigraph store on disk."""
    shutil.rmtree(folder, ignore_errors=True)
    return load_files([DATA], folder)
