"""SPARQL 1.1 Protocol requests in, answers out: a plain ASGI application.

Not a FastAPI route, since routing and validation were measured to take three quarters of
a lookup's time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from kg_server import negotiate
from kg_server.options import ServerOptions
from kg_server.workers import Answer, Job, QueryFailedError, WorkerPool

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

CORS: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
]
_COMMON: Final[Headers] = [
    *CORS,
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
    (b"x-content-type-options", b"nosniff"),
]
_STATUS: Final = {
    "syntax": 400,
    "parameter": 400,
    "update": 403,
    "service": 403,
    "format": 406,
    "evaluation": 500,
    "died": 500,
    "timeout": 504,
    "busy": 503,
    "unavailable": 503,
}


class _RejectedError(Exception):
    """The request is not a query that could be run; `status` is the HTTP status."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or []


class _GoneError(Exception):
    """The client has closed the connection."""


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered HTML page: body and headers."""

    body: str
    headers: Headers


@dataclass(slots=True)
class _Request:
    """A request that holds a query, with what it accepts."""

    query: str
    parameters: list[tuple[str, str]]
    accept: str | None

    def one(self, name: str) -> str | None:
        """The only value of a parameter; raises _RejectedError when it stands twice."""
        values = self.all(name)
        if len(values) > 1:
            raise _RejectedError(
                400, f"the parameter {name!r} stands {len(values)} times; give one"
            )
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """All values of a parameter."""
        return [value for key, value in self.parameters if key == name]


class SparqlApp:
    """The endpoint.

    `page` renders the workbench for what a request gave (nothing, a result, an error);
    `description` gives the service description as media type and bytes, None when the
    Accept header it gets takes no RDF.
    """

    def __init__(
        self,
        pool: WorkerPool,
        options: ServerOptions,
        page: Callable[[dict[str, Any]], Page],
        description: Callable[[str | None], tuple[str, bytes] | None],
    ) -> None:
        self._pool, self._options = pool, options
        self._page, self._description = page, description

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        accept = _header(scope, b"accept")
        try:
            await self._respond(scope, receive, send, accept)
        except _RejectedError as rejected:
            body = {"code": "request", "message": rejected.message}
            await self._error(send, rejected.status, body, accept, rejected.headers)
        except _GoneError:
            return

    async def _respond(
        self, scope: Scope, receive: Receive, send: Send, accept: str | None
    ) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            headers = [
                (b"allow", b"GET, HEAD, POST, OPTIONS"),
                (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
                (b"access-control-allow-headers", b"Accept, Content-Type"),
                (b"access-control-max-age", b"86400"),
            ]
            await _send(send, 204, headers, b"")
            return
        url = _form(scope["query_string"], "the address")
        if method in ("GET", "HEAD"):
            if not any(key == "query" for key, _ in url):
                await self._without_query(send, url, accept, method == "HEAD")
                return
            request = _query_in(url, accept)
        elif method == "POST":
            request = await self._posted(scope, receive, url, accept)
        else:
            allowed = [(b"allow", b"GET, HEAD, POST, OPTIONS")]
            raise _RejectedError(405, f"{method} is not a method of this endpoint", allowed)
        await self._query(request, receive, send, method == "HEAD")

    async def _without_query(
        self, send: Send, url: list[tuple[str, str]], accept: str | None, head: bool
    ) -> None:
        if any(key == "update" for key, _ in url):
            raise _RejectedError(403, "this endpoint is read-only: updates are refused")
        if url:
            raise _RejectedError(400, "the parameter 'query' is missing")
        if negotiate.choose(accept, negotiate.GRAPHS, pages=True) == "html":
            page = self._page({})
            await _send(send, 200, page.headers, page.body.encode(), head)
            return
        found = self._description(accept)
        if found is None:
            raise _RejectedError(
                406, "the service description is RDF; none of its formats is accepted"
            )
        await _send(send, 200, [(b"content-type", found[0].encode())], found[1], head)

    async def _posted(
        self, scope: Scope, receive: Receive, url: list[tuple[str, str]], accept: str | None
    ) -> _Request:
        kind, _, parameters = (_header(scope, b"content-type") or "").partition(";")
        kind = kind.strip().lower()
        body = await _body(receive, self._options.max_body)
        if kind == "application/x-www-form-urlencoded":
            return _query_in(url + _form(body, "the form"), accept)
        if kind == "application/sparql-update":
            raise _RejectedError(403, "this endpoint is read-only: updates are refused")
        if kind != "application/sparql-query":
            raise _RejectedError(
                415,
                "send the query as application/sparql-query or application/x-www-form-urlencoded",
            )
        charset = parameters.lower().replace('"', "").partition("charset=")[2].strip()
        if charset not in ("", "utf-8", "utf8"):
            raise _RejectedError(415, "a query must be UTF-8")
        if any(key == "query" for key, _ in url):
            raise _RejectedError(400, "the query stands in the address and in the body; give one")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _RejectedError(400, f"the query is not UTF-8 (byte {error.start})") from error
        return _query_in([("query", text), *url], accept)

    def _job(self, request: _Request) -> Job:
        name = request.one("format")
        if name:
            result, graph = negotiate.by_name(name)
            if result is None and graph is None:
                known = ", ".join(negotiate.MEDIA_TYPES)
                raise _RejectedError(400, f"no format is called {name!r}; known: {known}")
        else:
            result = negotiate.choose(request.accept, negotiate.RESULTS, pages=True)
            graph = negotiate.choose(request.accept, negotiate.GRAPHS, pages=True)
        default, named = request.all("default-graph-uri"), request.all("named-graph-uri")
        return Job(
            query=request.query,
            result_format=result,
            graph_format=graph,
            union=self._options.default_graph == "union",
            default_graphs=default or ([] if named else None),
            named_graphs=named or ([] if default else None),
            page_rows=self._options.page_rows,
        )

    def _timeout(self, request: _Request) -> float:
        text = request.one("timeout")
        if not text:
            return self._options.timeout
        try:
            seconds = float(text)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            raise _RejectedError(400, "the parameter 'timeout' is a number of seconds above 0")
        return min(seconds, self._options.max_timeout)

    async def _query(self, request: _Request, receive: Receive, send: Send, head: bool) -> None:
        job, timeout = self._job(request), self._timeout(request)
        page = job.result_format == "html" or job.graph_format == "html"
        async with contextlib.AsyncExitStack() as stack:
            running = self._pool.run(job, timeout)
            try:
                answer = await _unless_gone(stack.enter_async_context(running), receive)
            except QueryFailedError as failed:
                await self._failed(send, request, failed, page)
                return
            await self._answer(send, request, answer, head)

    async def _answer(self, send: Send, request: _Request, answer: Answer, head: bool) -> None:
        if answer.format == "html":
            try:
                data = answer.first + b"".join([chunk async for chunk in answer.rest()])
            except QueryFailedError as failed:
                await self._failed(send, request, failed, page=True)
                return
            context = {"request": request, "answer": json.loads(data), "form": answer.form}
            page = self._page(context)
            await _send(send, 200, page.headers, page.body.encode(), head)
            return
        headers: Headers = [
            (b"content-type", negotiate.MEDIA_TYPES[answer.format].encode()),
            (b"x-snapshot", answer.snapshot.encode()),
        ]
        if answer.complete or head:
            await _send(send, 200, headers, answer.first, head)
            return
        start = {"type": "http.response.start", "status": 200, "headers": headers + _COMMON}
        await send(start)
        await send({"type": "http.response.body", "body": answer.first, "more_body": True})
        try:
            async with asyncio.timeout_at(answer.deadline):
                async for chunk in answer.rest():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except (QueryFailedError, TimeoutError) as failed:
            # Raising makes uvicorn cut the connection, so nobody takes the part for the whole.
            raise ConnectionAbortedError(f"answer broken off: {failed}") from None
        await send({"type": "http.response.body", "body": b""})

    async def _failed(
        self, send: Send, request: _Request, failed: QueryFailedError, page: bool
    ) -> None:
        status = _STATUS[failed.code]
        headers: Headers = [(b"retry-after", b"1")] if status == 503 else []
        body: dict[str, Any] = {"code": failed.code, "message": failed.message}
        if failed.line is not None and failed.column is not None:
            body |= {"line": failed.line, "column": failed.column}
        if page:
            rendered = self._page({"request": request, "error": body})
            await _send(send, status, headers + rendered.headers, rendered.body.encode())
        else:
            await self._error(send, status, body, request.accept, headers)

    async def _error(
        self, send: Send, status: int, body: dict[str, Any], accept: str | None, headers: Headers
    ) -> None:
        if "json" in (accept or ""):
            kind, data = b"application/json", json.dumps({"error": body}).encode()
        else:
            kind, data = b"text/plain; charset=utf-8", f"{body['message']}\n".encode()
        await _send(send, status, [(b"content-type", kind), *headers], data)


async def _send(send: Send, status: int, headers: Headers, body: bytes, head: bool = False) -> None:
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    merged = headers + [pair for pair in _COMMON if pair[0] not in dict(headers)] + length
    await send({"type": "http.response.start", "status": status, "headers": merged})
    await send({"type": "http.response.body", "body": b"" if head else body})


async def _unless_gone(work: Coroutine[Any, Any, Answer], receive: Receive) -> Answer:
    """Waits for an answer; stops the query when the client leaves meanwhile."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise _GoneError
        return task.result()
    finally:
        for waiting in (task, gone):
            waiting.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _header(scope: Scope, name: bytes) -> str | None:
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return ", ".join(values) if values else None


async def _body(receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _RejectedError(413, f"the body is larger than {limit} bytes")
        if not message.get("more_body"):
            return b"".join(parts)


def _form(data: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except ValueError as error:
        raise _RejectedError(400, f"{where} is not percent-encoded UTF-8") from error


def _query_in(parameters: list[tuple[str, str]], accept: str | None) -> _Request:
    if any(key == "update" for key, _ in parameters):
        raise _RejectedError(403, "this endpoint is read-only: updates are refused")
    request = _Request("", parameters, accept)
    query = request.one("query")
    if query is None:
        raise _RejectedError(400, "the parameter 'query' is missing")
    request.query = query
    return request
