"""Jobs in, outcomes out: in this process, or on workers that may die without harm."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

_FEW = 3
"""So few jobs are done in this process: cheaper than starting workers."""


def run(
    work: Callable[[Job], Outcome],
    jobs: Sequence[Job],
    workers: int,
    died: Callable[[Job], Outcome],
) -> Iterator[Outcome]:
    """Runs `work` on every job; outcomes come in the order in which they are done.

    `work` must be importable and pure. A job that kills its worker (memory, a crash in a
    library) gives `died(job)`; the others are run again on fresh workers.
    """
    if workers == 1 or len(jobs) <= _FEW:
        for job in jobs:
            yield work(job)
        return
    pending = list(jobs)
    while pending:
        left: list[Job] = []
        yield from _round(work, pending, workers, left)
        if not left:
            return
        # Some worker died and took the pool along: run the first unfinished job alone, so
        # that the guilty one is found, then the rest together again.
        suspect, pending = left[0], left[1:]
        alone: list[Job] = []
        yield from _round(work, [suspect], 1, alone)
        if alone:
            yield died(suspect)


def _round(
    work: Callable[[Job], Outcome], jobs: Sequence[Job], workers: int, left: list[Job]
) -> Iterator[Outcome]:
    """One pool's life; `left` takes the jobs that were not done when a worker died."""
    # Not fork: the parent may hold Oxigraph's threads, which a fork would lose.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg_builder.pipeline.tasks"])
    count = min(workers, len(jobs))
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker) as pool:
        waiting = deque(jobs)
        running: dict[Future[Outcome], Job] = {}
        try:
            while waiting or running:
                while waiting and len(running) < workers * 4:
                    # Submitting fails where a worker has just died: the job must stay in line.
                    running[pool.submit(work, waiting[0])] = waiting[0]
                    waiting.popleft()
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    outcome = future.result()
                    del running[future]
                    yield outcome
        except BrokenProcessPool:
            left.extend(running.values())
            left.extend(waiting)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start_worker() -> None:
    """Makes a worker end with its build, and leaves Ctrl-C to the build."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A build that is killed cannot tell its workers. They would wait for ever, and what they
    # still have in hand would be written under the feet of the next build.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
