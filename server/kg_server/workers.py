"""Queries in, answers out, each run in a worker process that a deadline can kill.

Workers are started by exec: measured 10 ms until pyoxigraph is imported, less than a
forkserver takes, and nothing of the server's own memory is in them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import struct
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from kg_builder.errors import KgBuilderError
from kg_server.options import ServerOptions
from kg_server.source import Lease, Snapshot, SnapshotSource

_FRAME: Final = struct.Struct(">cI")
_START_SECONDS: Final = 30.0
_DYING_SECONDS: Final = 0.1
_DRAIN_BYTES: Final = 1024 * 1024
_RETRY_SECONDS: Final = (0.0, 0.1, 0.5, 2.0)


DEFAULT_GRAPH: Final = "default"
WHOLE_DATASET: Final = "dataset"
# Functions whose value is another one each time; finding too many only costs a cached answer.
_UNREPEATABLE: Final = re.compile(r"(?:now|rand|uuid)[ \t\r\n]*[(#]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Job:
    """One query, or one graph to write out. `None` for both graph lists means the store's
    own dataset.

    `result_format` and `graph_format` are names from negotiate.py, None when the client
    accepts none of that kind. `graph` is a graph's IRI, DEFAULT_GRAPH or WHOLE_DATASET; with
    it the query is not looked at. `version` is that of RDF which the client asked for.
    """

    query: str
    result_format: str | None
    graph_format: str | None
    union: bool
    default_graphs: list[str] | None = None
    named_graphs: list[str] | None = None
    page_rows: int = 500
    graph: str | None = None
    version: str | None = None

    @property
    def repeatable(self) -> bool:
        """Whether the same snapshot gives the same answer again; a page changes with the code."""
        page = "html" in (self.result_format, self.graph_format)
        return not page and not _UNREPEATABLE.search(self.query)

    def key(self) -> tuple[object, ...]:
        """All that the answer depends on besides the snapshot."""
        formats = (self.result_format, self.graph_format, self.version)
        graphs = (self.union, self.default_graphs, self.named_graphs, self.graph)
        return (self.query, formats, graphs)


class QueryFailedError(Exception):
    """A query has no answer. `code` names the reason:

    syntax, parameter, missing, format, update, service (the client's fault), evaluation, timeout,
    died, busy, unavailable (the server's).
    """

    def __init__(
        self, code: str, message: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column = code, message, line, column


_START_ERRORS: Final = (KgBuilderError, OSError, QueryFailedError, TimeoutError)


class _Worker:
    """One process on one snapshot, and the lease that keeps the snapshot."""

    def __init__(
        self, process: asyncio.subprocess.Process, snapshot: Snapshot, lease: Lease
    ) -> None:
        self.process = process
        self.snapshot = snapshot
        self._lease = lease
        self.clean = True  # no half-read answer in the pipe
        self.retired = False  # ends after the answer it gives now

    @classmethod
    async def start(cls, source: SnapshotSource, memory: int) -> _Worker:
        """A worker that has opened the newest snapshot.

        Raises KgBuilderError or OSError when there is none, QueryFailedError when it cannot open.
        """
        snapshot, lease = await asyncio.to_thread(source.acquire)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "kg_server.worker"),
                *(str(snapshot.path), str(memory), snapshot.base),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=1024 * 1024,
                env=os.environ | {"MALLOC_ARENA_MAX": "2"},  # else threads reserve 64 MiB each
                start_new_session=True,  # Ctrl-C goes to the server, which ends its workers
            )
        except BaseException:
            lease.release()
            raise
        worker = cls(process, snapshot, lease)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker.opened()
        except BaseException:
            await worker.stop()
            raise
        return worker

    async def opened(self) -> None:
        """Waits until the process has opened its snapshot; raises QueryFailedError if it cannot."""
        kind, payload = await self.frame()
        if kind != b"R":
            raise QueryFailedError("unavailable", json.loads(payload)["message"])

    async def frame(self) -> tuple[bytes, bytes]:
        """The next frame; raises QueryFailedError("died") when the process is gone."""
        stream = self.process.stdout
        assert stream is not None
        try:
            kind, size = _FRAME.unpack(await stream.readexactly(_FRAME.size))
            return kind, await stream.readexactly(size) if size else b""
        except asyncio.IncompleteReadError:
            raise QueryFailedError(
                "died",
                "the process that ran the query ended before it was done; most often the query "
                "needs more memory than is allowed",
            ) from None

    def send(self, job: Job) -> None:
        """Hands a job over; a dead process shows when its frames are read."""
        payload = json.dumps(asdict(job)).encode()
        assert self.process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self.process.stdin.write(struct.pack(">I", len(payload)) + payload)

    @property
    def alive(self) -> bool:
        """Whether the process runs; its closed pipe shows before its exit status does."""
        stream = self.process.stdout
        return self.process.returncode is None and stream is not None and not stream.at_eof()

    async def stop(self) -> None:
        """Kills the process, waits for its end and gives the snapshot back."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        # Not process.kill(): it may reap the process before asyncio's watcher does.
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        stdin.close()
        # A full buffer stops asyncio from seeing the end of the pipe, and so of the process.
        while await stdout.read(_DRAIN_BYTES):
            pass
        await self.process.wait()
        self._lease.release()


class Answer:
    """An answer whose first part is safe: `form`, `format`, `first`, and whether that is all."""

    def __init__(self, pool: WorkerPool, worker: _Worker, deadline: float) -> None:
        self._pool, self._worker, self.deadline = pool, worker, deadline
        self.form = ""
        self.format = ""
        self.first = b""
        self.complete = False
        self.snapshot = worker.snapshot.name
        self.identity = worker.snapshot.identity

    async def begin(self, limit: int) -> None:
        """Reads until all or `limit` bytes are here; raises QueryFailedError."""
        parts, size = [], 0
        async for chunk in self._chunks():
            parts.append(chunk)
            size += len(chunk)
            if size >= limit:
                break
        self.first = b"".join(parts)

    async def rest(self) -> AsyncIterator[bytes]:
        """What follows the first part; raises QueryFailedError when it breaks off.

        A slow reader is held to the deadline too: it keeps a worker from other queries.
        """
        if not self.complete:
            async for chunk in self._chunks():
                yield chunk

    async def _chunks(self) -> AsyncIterator[bytes]:
        while True:
            kind, payload = await self._frame()
            if kind == b"D":
                yield payload
            elif kind == b"H":
                head = json.loads(payload)
                self.form, self.format = head["form"], head["format"]
            elif kind == b"X":
                self._worker.clean = True
                error = json.loads(payload)
                raise QueryFailedError(**error)
            else:
                self._worker.clean = self.complete = True
                return

    async def _frame(self) -> tuple[bytes, bytes]:
        late = QueryFailedError(
            "timeout", "the query ran longer than it may; narrow it or add a LIMIT"
        )
        # A frame that is already here would beat any deadline, so the clock is asked too.
        if asyncio.get_running_loop().time() >= self.deadline:
            raise late
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self._worker.frame()
        except TimeoutError:
            raise late from None

    def close(self) -> None:
        """Gives the worker back, or ends it when its answer was not read to the end."""
        self._pool.give_back(self._worker)


class WorkerPool:
    """A fixed number of workers on the newest snapshot, and a bounded queue before them."""

    def __init__(self, source: SnapshotSource, options: ServerOptions) -> None:
        self._source, self._options = source, options
        self._idle: deque[_Worker] = deque()
        self._waiting: deque[asyncio.Future[_Worker]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._all: set[_Worker] = set()
        self._closed = False

    async def start(self) -> None:
        """Starts all workers; raises what keeps the first one from starting."""
        try:
            for _ in range(self._options.workers):
                self._add(await _Worker.start(self._source, self._options.memory))
        except BaseException:
            await self.stop()
            raise
        self._spawn(self._follow())

    async def stop(self) -> None:
        """Ends all workers, running ones too."""
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.stop() for worker in list(self._all)))
        self._all.clear()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return sorted(worker.process.pid for worker in self._all)

    @property
    def snapshots(self) -> list[str]:
        """The names of the snapshots that workers serve now."""
        return sorted({worker.snapshot.name for worker in self._all})

    @property
    def identity(self) -> str | None:
        """What tells the served snapshot from all others; None while workers change over."""
        found = {worker.snapshot.identity for worker in self._all}
        return found.pop() if len(found) == 1 else None

    @contextlib.asynccontextmanager
    async def run(self, job: Job, timeout: float) -> AsyncIterator[Answer]:
        """The answer to a job, its first part read; raises QueryFailedError.

        `timeout` seconds count from the moment a worker takes the job until its last byte.
        """
        answer = await self._begin(job, timeout)
        try:
            yield answer
        finally:
            answer.close()

    async def _begin(self, job: Job, timeout: float, again: bool = True) -> Answer:
        worker = await self._take(timeout)
        worker.clean = False
        started = asyncio.get_running_loop().time()
        answer = Answer(self, worker, started + timeout)
        try:
            worker.send(job)
            await answer.begin(self._options.first_part)
        except BaseException as error:
            answer.close()
            # Ended at once: it was dying when it got the job, which is not the query's fault.
            lived = asyncio.get_running_loop().time() - started
            died = isinstance(error, QueryFailedError) and error.code == "died"
            if not (again and died and not answer.form and lived < _DYING_SECONDS):
                raise
        else:
            return answer
        return await self._begin(job, timeout, again=False)

    async def _take(self, timeout: float) -> _Worker:
        while self._idle:
            worker = self._idle.popleft()
            if worker.alive:
                return worker
            self._replace(worker)
        if len(self._waiting) >= self._options.queue:
            raise QueryFailedError("busy", "too many queries are waiting; try again in a moment")
        future: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        taken = False
        try:
            async with asyncio.timeout(timeout):
                worker = await future
            taken = True
        except TimeoutError:
            raise QueryFailedError("busy", "no worker became free in time; try again") from None
        finally:
            if not taken:
                self._leave(future)
        return worker

    def _leave(self, future: asyncio.Future[_Worker]) -> None:
        if future.done() and not future.cancelled():
            self.give_back(future.result())  # handed over in the moment the wait ended
        else:
            future.cancel()
            with contextlib.suppress(ValueError):
                self._waiting.remove(future)

    def give_back(self, worker: _Worker) -> None:
        """Takes a worker back; a fresh one takes its place if it is dead or half-read."""
        if self._closed:
            return
        if worker.retired:
            self._spawn(self._end(worker))
        elif worker.alive and worker.clean:
            self._offer(worker)
        else:
            self._replace(worker)

    def _offer(self, worker: _Worker) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(worker)
                return
        self._idle.append(worker)

    def _add(self, worker: _Worker) -> None:
        self._all.add(worker)
        self._offer(worker)

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _replace(self, worker: _Worker) -> None:
        self._spawn(self._restart(worker))

    async def _end(self, worker: _Worker) -> None:
        await worker.stop()
        self._all.discard(worker)

    async def _restart(self, worker: _Worker) -> None:
        await self._end(worker)
        attempt = 0
        while not self._closed:
            await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])
            attempt += 1
            with contextlib.suppress(*_START_ERRORS):
                self._add(await _Worker.start(self._source, self._options.memory))
                return

    async def _follow(self) -> None:
        """Moves the workers to a new snapshot; each leaves when its fresh one is ready."""
        while True:
            await asyncio.sleep(self._options.poll)
            for worker in [worker for worker in self._idle if not worker.alive]:
                self._idle.remove(worker)
                self._replace(worker)
            with contextlib.suppress(*_START_ERRORS):
                name = await asyncio.to_thread(self._source.current_name)
                for worker in list(self._all):
                    if name is not None and worker.snapshot.name != name and not worker.retired:
                        fresh = await _Worker.start(self._source, self._options.memory)
                        self._retire(worker)
                        self._add(fresh)

    def _retire(self, worker: _Worker) -> None:
        worker.retired = True
        if worker in self._idle:
            self._idle.remove(worker)
            self._spawn(self._end(worker))
