"""A stream of JSON in, the bytes of each record in its list out; depth costs nothing.

The list is the top-level array, or the first list of objects under one of the given keys. Only
strings and brackets are looked at, so each record must still be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from kg_builder.errors import InputError
from kg_builder.plugins import RawInput
from kg_builder.sources.records import knowledge

_TOKEN: Final = re.compile(
    rb'"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)"(?P<key>\s*+:)?'
    rb'|(?P<mark>[{}\[\]])|(?P<open>")',
    re.DOTALL,
)
_REST: Final = re.compile(rb"\s*+\Z")
_OBJECT: Final = re.compile(rb"\s*+\{")
_CLEAR: Final = (b"{", b"}", b"]")
_CHUNK: Final = 1 << 18
_MAX_DEPTH: Final = 500
_LIST_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """One record's bytes, numbered from 1 (0: the whole file is the record), or a fault."""

    number: int
    data: bytes = b""
    fault: str = ""


def split(raw: RawInput, handle: BinaryIO, keys: tuple[str, ...]) -> Iterator[Piece]:
    """The records; a Piece with number 0 for a file that is one record, or no JSON at all."""
    scan = _Scan(raw, handle)
    scan.fill()
    scan.buffer = scan.buffer.removeprefix(b"\xef\xbb\xbf").lstrip()
    start = scan.buffer[:1]
    if start == b"[":
        scan.at = 1
        yield from _elements(scan)
    elif start != b"{":
        yield Piece(0, fault=scan.fault or "no JSON: it begins with no { and no [")
    elif _seek(scan, frozenset(key.encode() for key in keys)):
        yield from _elements(scan)
    elif scan.fault:
        yield Piece(0, fault=scan.fault)
    else:
        yield Piece(0, scan.buffer)


class _Scan:
    """The part of the stream that is held.

    `at` is where the scan goes on, `keep` the first byte that is still needed (-1: none).
    """

    def __init__(self, raw: RawInput, handle: BinaryIO) -> None:
        self.raw = raw
        self.buffer = b""
        self.at = 0
        self.keep = -1
        self.fault = ""
        self._handle = handle
        self._chunk = _CHUNK

    def tokens(self) -> Iterator[re.Match[bytes]]:
        """Strings and brackets, one after the other, to the end or a fault."""
        while True:
            pending = None
            self._chunk *= 2  # a token that goes beyond is looked at again: a few times only
            for match in _TOKEN.finditer(self.buffer, self.at):
                self.at = match.start()
                if match["open"]:
                    break
                if match["mark"] not in _CLEAR and _REST.match(self.buffer, match.end()):
                    pending = match  # what follows tells what it is
                    break
                self.at = match.end()
                self._chunk = _CHUNK
                yield match
            else:
                self.at = len(self.buffer)
            if not self.fill():
                if pending is not None:
                    self.at = pending.end()
                    yield pending
                return

    def fill(self) -> bool:
        """Reads on and drops what is not needed; False at the end and at a fault."""
        drop = self.at if self.keep < 0 else self.keep
        if len(self.buffer) - drop > self.raw.max_bytes:
            self.fault = (
                f"one record is longer than limits.max_bytes ({self.raw.max_bytes:,}); expected "
                "are an array of articles, or an object with one"
            )
            return False
        parts: list[bytes] = []
        wanted = self._chunk
        while wanted > 0 and not self.fault:  # bit by bit: nothing before a fault is lost
            try:
                more = self._handle.read1(wanted)  # type: ignore[attr-defined]
            except (InputError, OSError) as error:
                self.fault = str(error).removeprefix(f"{self.raw.name}: ")
                break
            if not more:
                break
            parts.append(more)
            wanted -= len(more)
        self.buffer = b"".join((self.buffer[drop:], *parts))
        self.at -= drop
        self.keep = min(0, self.keep)
        return bool(parts)


def _seek(scan: _Scan, keys: frozenset[bytes]) -> bool:
    """Goes to the start of the list of records; False when the file has none."""
    texts = frozenset(name.encode() for name in knowledge()["fields"]["text"])
    depth = 0
    key = b""
    alone = False
    scan.keep = 0
    for match in scan.tokens():
        mark = match["mark"]
        if match["key"]:
            key = match["string"]
        elif mark is None:
            alone = alone or (depth == 1 and key in texts)
        elif mark in b"{[":
            listed = mark == b"[" and depth <= _LIST_DEPTH and key in keys and not alone
            if listed and _OBJECT.match(scan.buffer, scan.at):
                scan.keep = -1
                return True
            depth += 1
        else:
            depth -= 1
    return False


def _elements(scan: _Scan) -> Iterator[Piece]:
    """The elements of the list that the scan stands in."""
    depth = number = deepest = 0
    for match in scan.tokens():
        mark = match["mark"]
        if depth == 0 and mark == b"]":
            if not number:
                yield Piece(0, fault="its list holds no objects; expected are articles")
            return
        if mark is None:
            if depth == 0:
                number += 1
                yield Piece(number, match[0])
        elif mark in b"{[":
            if depth == 0:
                number, deepest, scan.keep = number + 1, 0, match.start()
            depth += 1
            deepest = max(deepest, depth)
            if deepest > _MAX_DEPTH:
                scan.keep = -1
        else:
            depth -= 1
            if depth == 0:
                yield _piece(number, scan, match.end(), deepest)
                scan.keep = -1
    where = f"after record {number}" if depth == 0 else f"in record {number}"
    deep = f" (which is nested deeper than {_MAX_DEPTH})" if deepest > _MAX_DEPTH else ""
    yield Piece(number, fault=f"{where}{deep}: {scan.fault or 'the file ends in its list'}")


def _piece(number: int, scan: _Scan, end: int, deepest: int) -> Piece:
    limit = scan.raw.max_bytes
    if deepest > _MAX_DEPTH:
        return Piece(number, fault=f"record {number}: nested deeper than {_MAX_DEPTH}")
    if end - scan.keep > limit:
        return Piece(number, fault=f"record {number}: longer than limits.max_bytes ({limit:,})")
    return Piece(number, scan.buffer[scan.keep : end])
