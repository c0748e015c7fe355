"""SPARQL 1.1 Protocol requests in, answers out: a plain ASGI application.

Not a FastAPI route, since routing and validation were measured to take three quarters of
a lookup's time.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kg_server import negotiate
from kg_server.delivery import deliver, failure, seconds
from kg_server.exchange import (
    READ_ONLY,
    GoneError,
    Headers,
    Receive,
    RejectedError,
    Scope,
    Send,
    Wishes,
    form,
    one,
    read_body,
    send_body,
    send_error,
    send_options,
)
from kg_server.options import ServerOptions
from kg_server.workers import Answer, Job, QueryFailedError, WorkerPool

_METHODS = "GET, HEAD, POST, OPTIONS"


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered HTML page: body and headers."""

    body: str
    headers: Headers


@dataclass(slots=True)
class _Request:
    """A request that holds a query."""

    query: str
    parameters: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        """All values of a parameter."""
        return [value for key, value in self.parameters if key == name]


Describe = Callable[[Scope, Wishes, Send], Awaitable[None]]
"""Sends the service description; raises RejectedError when none of its formats is accepted."""


class SparqlApp:
    """The endpoint.

    `page` renders the workbench for what a request gave (nothing, a result, an error);
    `describe` answers a request without a query that asks for RDF.
    """

    def __init__(
        self,
        pool: WorkerPool,
        options: ServerOptions,
        page: Callable[[dict[str, Any]], Page],
        describe: Describe,
    ) -> None:
        self._pool, self._options = pool, options
        self._page, self._describe = page, describe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        wishes = Wishes.of(scope)
        try:
            await self._respond(scope, receive, send, wishes)
        except RejectedError as rejected:
            body = {"code": "request", "message": rejected.message}
            await send_error(send, wishes, rejected.status, body, rejected.headers)
        except GoneError:
            return

    async def _respond(self, scope: Scope, receive: Receive, send: Send, wishes: Wishes) -> None:
        if wishes.method == "OPTIONS":
            await send_options(send, wishes, _METHODS)
            return
        url = form(scope["query_string"], "the address")
        if wishes.method in ("GET", "HEAD"):
            if not any(key == "query" for key, _ in url):
                await self._without_query(scope, send, url, wishes)
                return
            request = _query_in(url)
        elif wishes.method == "POST":
            request = await self._posted(scope, receive, url)
        else:
            message = f"{wishes.method} is not a method of this endpoint"
            raise RejectedError(405, message, [(b"allow", _METHODS.encode())])
        await self._query(request, receive, send, wishes)

    async def _without_query(
        self, scope: Scope, send: Send, url: list[tuple[str, str]], wishes: Wishes
    ) -> None:
        if any(key == "update" for key, _ in url):
            raise RejectedError(403, READ_ONLY)
        if url:
            raise RejectedError(400, "the parameter 'query' is missing")
        if negotiate.choose(wishes.accept, negotiate.GRAPHS, pages=True) == "html":
            page = self._page({})
            await send_body(send, wishes, 200, page.headers, page.body.encode())
            return
        await self._describe(scope, wishes, send)

    async def _posted(self, scope: Scope, receive: Receive, url: list[tuple[str, str]]) -> _Request:
        content = [value for key, value in scope["headers"] if key == b"content-type"]
        kind, _, parameters = (content[0].decode("latin-1") if content else "").partition(";")
        kind = kind.strip().lower()
        body = await read_body(receive, self._options.max_body)
        if kind == "application/x-www-form-urlencoded":
            return _query_in(url + form(body, "the form"))
        if kind == "application/sparql-update":
            raise RejectedError(403, READ_ONLY)
        if kind != "application/sparql-query":
            raise RejectedError(
                415,
                "send the query as application/sparql-query or application/x-www-form-urlencoded",
            )
        charset = parameters.lower().replace('"', "").partition("charset=")[2].strip()
        if charset not in ("", "utf-8", "utf8"):
            raise RejectedError(415, "a query must be UTF-8")
        if any(key == "query" for key, _ in url):
            raise RejectedError(400, "the query stands in the address and in the body; give one")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RejectedError(400, f"the query is not UTF-8 (byte {error.start})") from error
        return _query_in([("query", text), *url])

    def _job(self, request: _Request, accept: str | None) -> Job:
        names = [name for name in request.all("format") if name]
        if names:
            result, graph = negotiate.by_names(names)
            if result is None and graph is None:
                known = ", ".join(negotiate.MEDIA_TYPES)
                raise RejectedError(400, f"no format is called {names[0]!r}; known: {known}")
        else:
            result = negotiate.choose(accept, negotiate.RESULTS, pages=True)
            graph = negotiate.choose(accept, negotiate.GRAPHS, pages=True)
        default, named = request.all("default-graph-uri"), request.all("named-graph-uri")
        return Job(
            query=request.query,
            result_format=result,
            graph_format=graph,
            union=self._options.default_graph == "union",
            default_graphs=default or ([] if named else None),
            named_graphs=named or ([] if default else None),
            page_rows=self._options.page_rows,
            version=negotiate.version(accept),
        )

    async def _query(self, request: _Request, receive: Receive, send: Send, wishes: Wishes) -> None:
        job = self._job(request, wishes.accept)
        timeout = seconds(request.parameters, self._options)
        html = "html" in (job.result_format, job.graph_format)

        async def shown(answer: Answer) -> bool:
            if answer.format != "html":
                return False
            data = answer.first + b"".join([chunk async for chunk in answer.rest()])
            context = {"request": request, "answer": json.loads(data), "form": answer.form}
            page = self._page(context)
            await send_body(send, wishes, 200, page.headers, page.body.encode())
            return True

        try:
            await deliver(self._pool, job, timeout, wishes, receive, send, shown if html else None)
        except QueryFailedError as failed:
            status, body, headers = failure(failed)
            if html:
                page = self._page({"request": request, "error": body})
                headers += page.headers
                await send_body(send, wishes, status, headers, page.body.encode())
            else:
                await send_error(send, wishes, status, body, headers)


def _query_in(parameters: list[tuple[str, str]]) -> _Request:
    if any(key == "update" for key, _ in parameters):
        raise RejectedError(403, READ_ONLY)
    query = one(parameters, "query")
    if query is None:
        raise RejectedError(400, "the parameter 'query' is missing")
    return _Request(query, parameters)
