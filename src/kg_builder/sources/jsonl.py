"""JSON Lines or a JSON file in, a Document for each record out; neither is held in memory whole."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from kg_builder.errors import InputError
from kg_builder.plugins import RawInput, Record, Unread
from kg_builder.sources.encoding import decode, looks_binary
from kg_builder.sources.json_split import Piece, split
from kg_builder.sources.packed import opened
from kg_builder.sources.records import Mapper, knowledge

_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_OBJECT: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*(?:\"|\}|$)")
_ARRAY: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(?:\{\s*(?:\"|$)|\[|$)")
_SKIP: Final = 1 << 20
_MAX_BLANK: Final = 1_000_000
_MEDIA: Final = "application/json"


class JsonLinesReader:
    """Reads JSON Lines: an article in each line."""

    name = "jsonl"
    suffixes = frozenset({".jsonl", ".ndjson", ".jsonlines"})
    media_types = frozenset({"application/x-ndjson", "application/jsonl", "application/jsonlines"})
    container = True
    packed = True

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins with one whole JSON object in a line, and another after it."""
        if looks_binary(head) or not _OBJECT.match(head):
            return False
        first, newline, rest = head.removeprefix(_BOM).lstrip().partition(b"\n")
        return bool(newline) and first.rstrip().endswith(b"}") and rest.lstrip()[:1] == b"{"

    def read(self, raw: RawInput) -> Iterator[Record]:
        """What each line holds. Raises InputError for a file that is no UTF-8 at all."""
        mapper = Mapper(raw, _MEDIA)
        blank = 0
        with opened(raw) as handle:
            for number, line in _lines(raw, handle):
                name = f"{raw.name}#{number}"
                if isinstance(line, Unread):
                    yield line
                elif line.strip():
                    yield _record(mapper, name, f"line {number}: ", line)
                elif (blank := blank + 1) > _MAX_BLANK:
                    yield Unread(raw.name, f"line {number}: more than {_MAX_BLANK:,} empty lines")
                    return


class JsonReader:
    """Reads JSON: an array of articles, an object with such a list, or one article."""

    name = "json"
    suffixes = frozenset({".json"})
    media_types = frozenset({_MEDIA})
    container = True
    packed = True

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins with an object, or an array of objects."""
        return not looks_binary(head) and bool(_OBJECT.match(head) or _ARRAY.match(head))

    def read(self, raw: RawInput) -> Iterator[Record]:
        """What each record holds.

        Raises InputError for what is no JSON, or JSON without articles.
        """
        with opened(raw) as handle:
            head = handle.peek(4096) if hasattr(handle, "peek") else handle.read(4096)
        _check_encoding(raw, head)
        if JsonLinesReader().sniff(head):
            yield from JsonLinesReader().read(raw)
            return
        mapper = Mapper(raw, _MEDIA)
        with opened(raw) as handle:
            for piece in split(raw, handle, tuple(knowledge()["lists"]["keys"])):
                name = f"{raw.name}#{piece.number}" if piece.number else raw.name
                if piece.fault:
                    if not piece.number:
                        raise InputError(f"{raw.name}: {piece.fault}")
                    yield Unread(name, piece.fault)
                elif piece.number:
                    yield _record(mapper, name, f"record {piece.number}: ", piece.data)
                else:
                    yield _alone(mapper, piece)


def _alone(mapper: Mapper, piece: Piece) -> Record:
    """The one record of a file. Raises InputError when it is no article."""
    found = _record(mapper, mapper.raw.name, "", piece.data)
    if not isinstance(found, Unread):
        return found
    reason = found.reason
    if reason.startswith("no text in fields"):
        reason = (
            f"{reason}; expected are an array of articles, an object with such a list under "
            f"{', '.join(knowledge()['lists']['keys'])}, or one article"
        )
    raise InputError(f"{mapper.raw.name}: {reason}")


def _check_encoding(raw: RawInput, head: bytes) -> None:
    if head.startswith(_WIDE) or b"\0" in head[:64]:
        raise InputError(f"{raw.name}: JSON in UTF-16 or with NUL bytes; save it again as UTF-8")


def _lines(raw: RawInput, handle: BinaryIO) -> Iterator[tuple[int, bytes | Unread]]:
    """Numbered lines; an Unread for one above the limit, and where the stream breaks off."""
    number = 0
    while True:
        number += 1
        name = f"{raw.name}#{number}"
        try:
            line = handle.readline(raw.max_bytes + 1)
            if len(line) > raw.max_bytes and not line.endswith(b"\n"):
                line = b""
                while (more := handle.readline(_SKIP)) and not more.endswith(b"\n"):
                    pass
                yield (
                    number,
                    Unread(
                        name, f"line {number}: longer than limits.max_bytes ({raw.max_bytes:,})"
                    ),
                )
                if more:
                    continue
                return
        except (InputError, OSError) as error:
            yield number, Unread(raw.name, str(error).removeprefix(f"{raw.name}: "))
            return
        if not line:
            return
        if number == 1:
            _check_encoding(raw, line)
            line = line.removeprefix(_BOM)
        yield number, line


def _record(mapper: Mapper, name: str, where: str, data: bytes) -> Record:
    """What one record's bytes hold; `where` begins the reason when they hold nothing."""
    value = _decoded(name, data)
    if isinstance(value, str):
        return Unread(name, where + value)
    for inner in knowledge()["lists"]["inner"]:
        if isinstance(value, dict) and isinstance(value.get(inner), dict):
            value = value[inner]
    if not isinstance(value, dict):
        kind = type(value).__name__
        return Unread(name, f"{where}a JSON object is expected, not a {kind}")
    found = mapper.record(name, value, hashlib.sha256(data.strip()).hexdigest())
    return Unread(name, where + found.reason) if isinstance(found, Unread) else found


def _decoded(name: str, data: bytes) -> Any:
    """The JSON value; a string that says what is wrong where it is none."""
    import msgspec  # noqa: PLC0415  # only where there is JSON

    try:
        value = msgspec.json.decode(data)
    except RecursionError:
        return "nested too deeply for any article"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _lenient(name, data, str(error))
    return value if not isinstance(value, str) else ["a string"]


def _lenient(name: str, data: bytes, reason: str) -> Any:
    """JSON with lone surrogates, raw controls or NaN, or in another sure encoding."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = decode(RawInput(name, data)).text
        except InputError as error:
            return str(error).removeprefix(f"{name}: ")
    try:
        value = json.loads(text, strict=False)
    except RecursionError:
        return "nested too deeply for any article"
    except ValueError:
        return f"no JSON: {reason[:200]}"
    return value if not isinstance(value, str) else ["a string"]
