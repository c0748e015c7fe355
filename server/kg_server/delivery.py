"""A job in, the worker's answer on the wire out: streamed, compressed, tagged, or an error."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from kg_server import encoding, negotiate
from kg_server.exchange import (
    GoneError,
    Headers,
    Receive,
    RejectedError,
    Send,
    Wishes,
    cached,
    one,
    send_body,
    send_head,
    tag_of,
)
from kg_server.options import ServerOptions
from kg_server.workers import Answer, Job, QueryFailedError, WorkerPool

STATUS: Final = {
    "syntax": 400,
    "parameter": 400,
    "update": 403,
    "service": 403,
    "missing": 404,
    "format": 406,
    "evaluation": 500,
    "died": 500,
    "timeout": 504,
    "busy": 503,
    "unavailable": 503,
}
"""The HTTP status of each code of a QueryFailedError."""

_UNWATCHED: Final = 0.01
"""Seconds before it is watched whether the client is still there: most answers come sooner."""

Special = Callable[[Answer], Awaitable[bool]]
"""Sends an answer in a way of its own; False when it is to be sent as it is."""


def seconds(fields: list[tuple[str, str]], options: ServerOptions) -> float:
    """The time that a request's `timeout` parameter gives; raises RejectedError."""
    text = one(fields, "timeout")
    if not text:
        return options.timeout
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise RejectedError(400, "the parameter 'timeout' is a number of seconds above 0")
    return min(found, options.max_timeout)


def failure(failed: QueryFailedError) -> tuple[int, dict[str, Any], Headers]:
    """Status, body and headers of an error."""
    status = STATUS[failed.code]
    body: dict[str, Any] = {"code": failed.code, "message": failed.message}
    if failed.line is not None and failed.column is not None:
        body |= {"line": failed.line, "column": failed.column}
    return status, body, [(b"retry-after", b"1")] if status == 503 else []


async def deliver(
    pool: WorkerPool,
    job: Job,
    timeout: float,
    wishes: Wishes,
    receive: Receive,
    send: Send,
    special: Special | None = None,
) -> None:
    """Runs a job and sends its answer; raises QueryFailedError while nothing is sent yet."""
    tagged = wishes.cacheable and job.repeatable
    key = job.key() if tagged else ()
    identity = pool.identity if tagged and wishes.known else None
    if identity is not None and wishes.has(tag := tag_of(identity, *key)):
        await send_body(send, wishes, 304, cached(tag))
        return
    async with contextlib.AsyncExitStack() as stack:
        running = stack.enter_async_context(pool.run(job, timeout))
        answer = await _unless_gone(running, receive)
        if special is not None and await special(answer):
            return
        headers: Headers = [
            (b"content-type", negotiate.content_type(answer.format, job.version).encode()),
            (b"x-snapshot", answer.snapshot.encode()),
        ]
        if tagged:
            tag = tag_of(answer.identity, *key)
            headers += cached(tag)
            if wishes.has(tag) or wishes.known == "*":
                await send_body(send, wishes, 304, headers[1:])
                return
        await _send_answer(answer, wishes, headers, send)


async def _send_answer(answer: Answer, wishes: Wishes, headers: Headers, send: Send) -> None:
    if answer.complete:
        await send_body(send, wishes, 200, headers, answer.first)
        return
    coder = encoding.encoder(wishes.coding) if wishes.coding else None
    if wishes.coding:
        headers = [*headers, (b"content-encoding", wishes.coding.encode())]
    await send_head(send, 200, headers)  # without a length: it is not known yet
    if wishes.head:
        await send({"type": "http.response.body", "body": b""})
        return

    async def part(data: bytes) -> None:
        if coder:
            data = await asyncio.to_thread(coder.feed, data)
        if data:
            await send({"type": "http.response.body", "body": data, "more_body": True})

    try:
        async with asyncio.timeout_at(answer.deadline):
            await part(answer.first)
            async for chunk in answer.rest():
                await part(chunk)
    except (QueryFailedError, TimeoutError) as failed:
        # Raising makes uvicorn cut the connection, so nobody takes the part for the whole.
        raise ConnectionAbortedError(f"answer broken off: {failed}") from None
    await send({"type": "http.response.body", "body": coder.finish() if coder else b""})


async def _unless_gone(work: Coroutine[Any, Any, Answer], receive: Receive) -> Answer:
    """Waits for an answer; stops the query when the client leaves meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=_UNWATCHED)
        if task.done():
            return task.result()
    except BaseException:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise GoneError
        return task.result()
    finally:
        for waiting in (task, gone):
            waiting.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
