"""What a bad query costs: its own answer, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from kg_server.source import FolderSource
from tests.server.running import BOMB, Running, running

MANY = "SELECT * { ?a ?b ?c . ?d ?e ?f }"  # 200,000 rows, some 100 MB as JSON
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?c ?f LIMIT 1"


@pytest.fixture(scope="module")
def pool(source: FolderSource) -> Iterator[Running]:
    with running(source, workers=2, timeout=20, max_timeout=20) as found:
        yield found


def test_a_bomb_ends_at_its_time_and_the_next_query_works(pool: Running) -> None:
    start = time.monotonic()
    answer = pool.get(BOMB, timeout=1)
    assert 0.9 < time.monotonic() - start < 3
    assert answer.status_code == 504
    assert "longer" in answer.text
    pool.works()


def _read(answer: httpx.Response, pause: float = 0) -> None:
    for _ in answer.iter_bytes():
        time.sleep(pause)


def test_a_late_deadline_is_no_whole_answer(pool: Running) -> None:
    # The first rows come at once; the deadline falls when 200 has long been said.
    with pool.client.stream("GET", "/sparql", params={"query": MANY, "timeout": 0.4}) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            _read(answer, pause=0.01)
    pool.works()


def test_kill_9_before_the_answer_is_an_error(pool: Running) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(pool.get, BOMB)
        time.sleep(0.3)
        pool.kill_workers()
        answer = waiting.result(10)
    assert answer.status_code == 500
    assert "ended before it was done" in answer.text
    pool.wait_for_workers(2)
    for _ in range(4):
        pool.works()


def test_kill_9_within_the_answer_breaks_it_off(pool: Running) -> None:
    with pool.client.stream("GET", "/sparql", params={"query": MANY}) as answer:
        assert answer.status_code == 200
        pool.kill_workers()
        with pytest.raises(httpx.RemoteProtocolError):
            _read(answer)
    pool.wait_for_workers(2)
    pool.works()


def test_idle_workers_that_die_are_replaced_unseen(pool: Running) -> None:
    for _ in range(3):
        pool.kill_workers()
        time.sleep(0.05)
        pool.works()
    pool.wait_for_workers(2)


def test_a_whole_large_answer_is_whole(pool: Running) -> None:
    answer = pool.get("SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f }", format="tsv")
    assert answer.content.count(b"\n") == 450 * 450 + 1
    assert "content-length" not in answer.headers  # it was streamed


def test_a_client_that_leaves_frees_the_worker(source: FolderSource) -> None:
    with running(source, workers=1, timeout=20) as server:
        (before,) = server.pool.pids
        with pytest.raises(httpx.ReadTimeout):
            server.client.get("/sparql", params={"query": BOMB}, timeout=0.3)
        server.works()  # a 20 s wait would run into the client's own limit
        assert server.pool.pids != [before]


def test_memory_is_bounded(source: FolderSource) -> None:
    with running(source, workers=1, timeout=20, memory=256 << 20) as server:
        answer = server.get(SORTED)
        assert answer.status_code == 500
        assert "memory" in answer.text
        server.works()


def test_a_full_queue_asks_to_come_back(source: FolderSource) -> None:
    with running(source, workers=1, queue=1, timeout=3) as server:
        with ThreadPoolExecutor(3) as threads:
            waiting = []
            for seconds in (0.6, 1.5, 1.5):
                waiting.append(threads.submit(server.get, BOMB, timeout=seconds))
                time.sleep(0.1)
            answers = [future.result(15) for future in waiting]
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [503, 504, 504]
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert refused.headers["retry-after"] == "1"
        server.works()


def test_a_query_in_the_queue_gets_its_turn(source: FolderSource) -> None:
    with running(source, workers=1) as server, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: server.get("ASK {}").status_code, range(40)))
    assert set(answers) == {200}


def test_the_timeout_has_a_maximum(source: FolderSource) -> None:
    with running(source, workers=1, timeout=0.3, max_timeout=0.5) as server:
        start = time.monotonic()
        assert server.get(BOMB, timeout=1000).status_code == 504
        assert time.monotonic() - start < 3
        start = time.monotonic()
        assert server.get(BOMB).status_code == 504
        assert time.monotonic() - start < 2


def test_a_worker_has_no_network() -> None:
    """The wall behind the refusal of SERVICE, tried from the inside by a program of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        program = (
            "import pyoxigraph as ox; from kg_server import sandbox; "
            "print(sandbox.forbid_network())\n"
            f"q = 'SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}'\n"
            "try: print(list(ox.Store().query(q)))\n"
            "except OSError as error: print('refused', error)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
        )
        if "False" in done.stdout:
            pytest.skip("this kernel has no seccomp filters")
        assert "refused" in done.stdout
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_workers_end_with_a_killed_server(source: FolderSource) -> None:
    program = (
        "import sys; from pathlib import Path; from kg_server.app import serve, ServerOptions\n"
        "from kg_server.source import FolderSource\n"
        "serve(ServerOptions(port=0), FolderSource(Path(sys.argv[1])), "
        "lambda url: print(url, flush=True))"
    )
    path = str(source.acquire()[0].path)
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        workers = _children(process.pid)
        assert len(workers) == 2
        busy = threading.Thread(target=_ignore_errors, args=(url + "sparql", BOMB))
        busy.start()
        time.sleep(0.3)
        process.kill()
        busy.join()
    end = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() and not _zombie(pid) for pid in workers):
        assert time.monotonic() < end, "a worker outlives its server"
        time.sleep(0.02)


def _ignore_errors(url: str, query: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(url, params={"query": query}, timeout=10)


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_sigterm_ends_the_server_and_its_workers(source: FolderSource) -> None:
    program = (
        "import sys; from pathlib import Path; from kg_server.app import serve, ServerOptions\n"
        "from kg_server.source import FolderSource\n"
        "serve(ServerOptions(port=0), FolderSource(Path(sys.argv[1])), "
        "lambda url: print(url, flush=True))\nprint('stopped')"
    )
    path = str(source.acquire()[0].path)
    for how in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            [sys.executable, "-c", program, path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert httpx.get(url + "health").json()["ok"] is True
            workers = _children(process.pid)
            os.kill(process.pid, how)
            assert process.wait(15) == 0
            assert process.stdout.read() == "stopped\n"
        assert all(_zombie(pid) for pid in workers)
