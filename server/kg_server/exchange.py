"""HTTP requests in, responses out, on plain ASGI: what all of the endpoint's routes share."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from kg_server import encoding

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_COMMON: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
]
READ_ONLY: Final = "this endpoint is read-only: updates are refused"
WRITES: Final = frozenset(("PUT", "POST", "DELETE", "PATCH"))
_WORTH_COMPRESSING: Final = 1024
_OWN_THREAD: Final = 256 * 1024


class RejectedError(Exception):
    """The request cannot be answered with what it asks for; `status` is the HTTP status."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or []


class GoneError(Exception):
    """The client has closed the connection."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request's headers ask for, besides the thing itself."""

    method: str
    accept: str | None
    coding: str | None
    known: str | None

    @classmethod
    def of(cls, scope: Scope) -> Wishes:
        """Reads the headers once."""
        found: dict[bytes, str] = {}
        for key, value in scope["headers"]:
            if key in (b"accept", b"accept-encoding", b"if-none-match"):
                text = value.decode("latin-1")
                found[key] = f"{found[key]}, {text}" if key in found else text
        return cls(
            scope["method"],
            found.get(b"accept"),
            encoding.choose(found.get(b"accept-encoding")),
            found.get(b"if-none-match"),
        )

    @property
    def head(self) -> bool:
        """Whether only the headers are wanted."""
        return self.method == "HEAD"

    @property
    def cacheable(self) -> bool:
        """Whether the answer may be kept by the client and asked for again by its ETag."""
        return self.method in ("GET", "HEAD")

    def has(self, tag: str) -> bool:
        """Whether the client names this ETag (weakly compared: RFC 9110, 13.1.2)."""
        return names_tag(self.known, tag)


def names_tag(known: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names an ETag, weakly compared."""
    names = (name.strip().removeprefix("W/") for name in (known or "").split(","))
    return tag.removeprefix("W/") in names


def tag_of(*parts: object) -> str:
    """A weak ETag of what an answer depends on: the same meaning, not the same bytes."""
    text = json.dumps(parts, ensure_ascii=True, default=str)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def cached(tag: str) -> Headers:
    """The headers of an answer that may be kept, if it is asked for again each time."""
    return [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]


async def send_body(
    send: Send, wishes: Wishes, status: int, headers: Headers, body: bytes = b""
) -> None:
    """A response whose body is whole: compressed where that is asked for and worth it."""
    if wishes.coding and len(body) >= _WORTH_COMPRESSING:
        if len(body) > _OWN_THREAD:
            body = await asyncio.to_thread(encoding.compress, wishes.coding, body)
        else:
            body = encoding.compress(wishes.coding, body)
        headers = [*headers, (b"content-encoding", wishes.coding.encode())]
    if status not in (204, 304):
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send_head(send, status, headers)
    await send({"type": "http.response.body", "body": b"" if wishes.head else body})


async def send_head(send: Send, status: int, headers: Headers) -> None:
    """The head of a response, with what all of them carry."""
    own = dict(headers)
    merged = headers + [pair for pair in _COMMON if pair[0] not in own]
    await send({"type": "http.response.start", "status": status, "headers": merged})


async def send_error(
    send: Send, wishes: Wishes, status: int, body: dict[str, Any], headers: Headers | None = None
) -> None:
    """An error: `message` as text, or all of `body` as JSON where the client takes JSON."""
    if "json" in (wishes.accept or ""):
        kind, data = b"application/json", json.dumps({"error": body}).encode()
    else:
        kind, data = b"text/plain; charset=utf-8", f"{body['message']}\n".encode()
    await send_body(send, wishes, status, [(b"content-type", kind), *(headers or [])], data)


async def send_options(send: Send, wishes: Wishes, methods: str) -> None:
    """The answer to OPTIONS, a browser's question before it asks another origin."""
    allowed = methods.encode()
    headers = [
        (b"allow", allowed),
        (b"access-control-allow-methods", allowed),
        (
            b"access-control-allow-headers",
            b"Accept, Authorization, Cache-Control, Content-Type, If-None-Match, X-Requested-With",
        ),
        (b"access-control-max-age", b"86400"),
    ]
    await send_body(send, wishes, 204, headers)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The body of a request; raises RejectedError beyond `limit` bytes."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise RejectedError(413, f"the body is larger than {limit} bytes")
        if not message.get("more_body"):
            return b"".join(parts)


def form(data: bytes, where: str) -> list[tuple[str, str]]:
    """The fields of a percent-encoded form or address; raises RejectedError."""
    try:
        return parse_qsl(
            data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except ValueError as error:
        raise RejectedError(400, f"{where} is not percent-encoded UTF-8") from error


def one(fields: list[tuple[str, str]], name: str) -> str | None:
    """The only value of a field; raises RejectedError when it stands twice."""
    values = [value for key, value in fields if key == name]
    if len(values) > 1:
        raise RejectedError(400, f"the parameter {name!r} stands {len(values)} times; give one")
    return values[0] if values else None
