"""Requests for a document about the server in, the document out: a plain ASGI application."""

from __future__ import annotations

import asyncio
import re
from typing import Final
from urllib.parse import urlsplit

from kg_builder.errors import KgBuilderError
from kg_server import negotiate
from kg_server.catalog import Catalog
from kg_server.exchange import (
    READ_ONLY,
    WRITES,
    Receive,
    RejectedError,
    Scope,
    Send,
    Wishes,
    cached,
    form,
    one,
    send_body,
    send_error,
    send_options,
)
from kg_server.options import ServerOptions
from kg_server.reader import ReaderHolder

ADDRESSES: Final = {
    "/.well-known/void": "void",
    "/.well-known/sparql-examples": "examples",
    "/catalog": "catalog",
}
"""Where the documents stand; the service description stands at the endpoint itself."""
_METHODS: Final = "GET, HEAD, OPTIONS"
_HOST: Final = re.compile(r"(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", re.ASCII)
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "::1", None))


class Documents:
    """The documents about the snapshot served now."""

    def __init__(self, holder: ReaderHolder, options: ServerOptions) -> None:
        self._holder, self._options = holder, options
        self._catalog = Catalog(options.default_graph == "union")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answers a request for one of ADDRESSES."""
        wishes = Wishes.of(scope)
        try:
            if wishes.method == "OPTIONS":
                await send_options(send, wishes, _METHODS)
                return
            _only_reading(wishes.method)
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            wanted = one(form(scope["query_string"], "the address"), "format")
            await self._send(scope, send, wishes, ADDRESSES[path.rstrip("/")], wanted)
        except RejectedError as rejected:
            body = {"code": "request", "message": rejected.message}
            await send_error(send, wishes, rejected.status, body, rejected.headers)

    async def describe(self, scope: Scope, wishes: Wishes, send: Send) -> None:
        """Sends the service description; raises RejectedError when no format is accepted."""
        await self._send(scope, send, wishes, "service", None)

    async def _send(
        self, scope: Scope, send: Send, wishes: Wishes, kind: str, wanted: str | None
    ) -> None:
        if wanted:
            name = negotiate.by_name(wanted)[1]
        else:
            name = negotiate.choose(wishes.accept, negotiate.GRAPHS)
        if name is None or name == "html":
            offered = negotiate.offered(negotiate.GRAPHS)
            raise RejectedError(406, f"this document is sent as one of: {offered}")
        try:
            tag, body = await asyncio.to_thread(self._made, scope, wishes, kind, name)
        except KgBuilderError as error:
            raise RejectedError(503, str(error), [(b"retry-after", b"5")]) from error
        headers = cached(tag)
        if body is None:
            await send_body(send, wishes, 304, headers)
            return
        headers.append((b"content-type", negotiate.content_type(name).encode()))
        await send_body(send, wishes, 200, headers, body)

    def _made(self, scope: Scope, wishes: Wishes, kind: str, name: str) -> tuple[str, bytes | None]:
        """ETag and body of a document; no body where the client has it already."""
        with self._holder.use() as reader:
            root = _root(reader.base, scope, self._options)
            tag = self._catalog.tag(reader, kind, root, name)
            if wishes.has(tag):
                return tag, None
            return tag, self._catalog.document(reader, kind, root, name)


def _only_reading(method: str) -> None:
    allow = [(b"allow", _METHODS.encode())]
    if method in WRITES:
        raise RejectedError(403, READ_ONLY, allow)
    if method not in ("GET", "HEAD"):
        raise RejectedError(405, f"{method} is not a method of this address", allow)


def _root(base: str, scope: Scope, options: ServerOptions) -> str:
    """The server's address as its clients know it, without a slash at the end.

    The data's base IRI tells it; where that names only this machine (the default), the
    request's own Host does.
    """
    if urlsplit(base).hostname not in _LOCAL and "/id/" in base:
        return base.rpartition("/id/")[0]
    hosts = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
    host = hosts[0] if len(hosts) == 1 and _HOST.fullmatch(hosts[0]) else None
    host = host or f"{options.host}:{options.port}"
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}".rstrip("/")
