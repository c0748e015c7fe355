"""A web archive in, its pages (WARC) for the HTML reader or its texts (WET) as Documents out."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from kg_builder.errors import InputError
from kg_builder.model import Document, MetaValue
from kg_builder.plugins import RawInput, Record, Unread
from kg_builder.sources.encoding import clean
from kg_builder.sources.packed import GZIP, ZSTD, opened, unpacked

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_CHUNK_SIZE: Final = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_TAG: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<")
_STATUS: Final = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z")


class WarcReader:
    """Reads web archives, plain or compressed: responses with pages, and texts of WET files."""

    name = "warc"
    suffixes = frozenset({".warc", ".wet"})
    media_types = frozenset({"application/warc"})
    container = True
    packed = True
    packed_name = True

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins with a record's version line."""
        return head.startswith(b"WARC/")

    def read(self, raw: RawInput) -> Iterator[Record]:
        """What each record holds; redirects, images and the like are passed over.

        Raises InputError when not one record can be read.
        """
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415

        number = 0
        with opened(raw) as handle:
            source = _Short(handle)
            records = ArchiveIterator(
                source,
                record_types=WarcRecordType.any_type,
                parse_http=False,
                stream_detect=False,
                fsspec_args=False,
            )
            try:
                for number, record in enumerate(records, 1):
                    if source.fault and not record.content_length:
                        number -= 1  # noqa: PLW2901  # what is left of headers that were cut
                        break
                    name = f"{raw.name}#{number}"
                    if record.record_type == WarcRecordType.conversion:
                        yield _text(raw, name, record)
                    elif record.record_type == WarcRecordType.response:
                        yield from _response(raw, name, record)
                    elif not record.headers.get("WARC-Type"):
                        yield Unread(name, "no record of a WARC: it lacks its WARC-Type")
            except (InputError, OSError, ValueError) as error:
                reason = source.fault or str(error).removeprefix(f"{raw.name}: ")
                if not number:
                    raise InputError(f"{raw.name}: no WARC that can be read: {reason}") from None
                yield Unread(raw.name, f"after record {number}: {reason}")
                return
        if source.fault:
            yield Unread(raw.name, f"after record {number}: {source.fault}")
        elif not number:
            raise InputError(f"{raw.name}: no WARC that can be read: it holds no record")


class _Short:
    """Gives what is at hand, so that nothing before a fault is lost; remembers the fault."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._at = 0
        self.fault = ""

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Only goes forward, by reading."""
        target = offset if whence == 0 else self._at + offset
        if whence == 2 or target < self._at:
            raise OSError("the archive is read from its start to its end only")
        while self._at < target and self.read(min(target - self._at, 1 << 16)):
            pass
        return self._at

    def close(self) -> None:
        self._handle.close()

    def read(self, size: int = -1, /) -> bytes:
        if self.fault:
            return b""
        try:
            data: bytes = self._handle.read1(size)  # type: ignore[attr-defined]
        except (InputError, OSError) as error:
            self.fault = str(error).partition(": ")[2] or str(error)
            return b""
        self._at += len(data)
        return data


def _metadata(record: WarcRecord) -> tuple[MetaValue, ...]:
    """The page's address, and when it was fetched: nothing in it was published later."""
    found = []
    date = (record.headers.get("WARC-Date") or "").strip()
    if _DATE.fullmatch(date):
        found.append(MetaValue("retrieved", date, "warc"))
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if url.startswith(("http://", "https://")) and len(url) <= 2_000 and " " not in url:
        found.append(MetaValue("canonicalUrl", clean(url), "warc", confidence=0.8))
    return tuple(found)


def _body(raw: RawInput, name: str, record: WarcRecord) -> bytes | Unread:
    """All bytes of a record's block."""
    length = record.content_length
    if length > raw.max_bytes:
        return Unread(
            name, f"{length:,} bytes are above the limit of {raw.max_bytes:,}, limits.max_bytes"
        )
    data = record.reader.read(length)
    if len(data) < length:
        return Unread(name, f"cut off: {len(data):,} of the {length:,} bytes it should have")
    return data


def _text(raw: RawInput, name: str, record: WarcRecord) -> Document | Unread:
    """A record of a WET file: the text of a page, made by whoever made the file."""
    data = _body(raw, name, record)
    if isinstance(data, Unread):
        return data
    notes: tuple[str, ...] = ()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        notes = (f"byte {error.start} and others are not UTF-8, replaced by U+FFFD",)
    text = clean(text)
    if not text.strip():
        return Unread(name, "the record is empty")
    return Document(
        source_name=name,
        media_type="text/plain",
        content_hash="sha256:" + hashlib.sha256(data).hexdigest(),
        text=text,
        metadata=_metadata(record),
        notes=notes,
    )


def _response(raw: RawInput, name: str, record: WarcRecord) -> Iterator[Record]:
    """The page in a response; nothing for what is no page, as it should be."""
    if not record.is_http:
        return
    try:
        record.parse_http(auto_decode="none")
    except (OSError, ValueError) as error:
        yield Unread(name, f"its HTTP headers cannot be read: {error}")
        return
    status = _STATUS.match((record.http_headers.status_line if record.http_headers else None) or "")
    if status is None:
        yield Unread(name, "a response without an HTTP status line")
        return
    media_type = (record.http_content_type or "").partition(";")[0].strip().lower()
    if status[1] != "200" or media_type not in _PAGES:
        return
    if record.content_length > raw.max_bytes:
        yield Unread(name, f"{record.content_length:,} bytes are above limits.max_bytes")
        return
    data = record.reader.read(raw.max_bytes + 1)
    expected = (record.http_headers.get("Content-Length") or "").strip()
    encoded = (record.http_headers.get("Content-Encoding") or "").strip().lower()
    if expected.isdecimal() and not encoded and len(data) < int(expected[:15]) and not data:
        yield Unread(name, "the response is empty, though its headers tell of a page")
        return
    try:
        if "chunked" in (record.http_headers.get("Transfer-Encoding") or "").lower():
            data = _joined(data)
        data = _decoded(raw, name, data, encoded)
    except InputError as error:
        yield Unread(name, str(error).removeprefix(f"{name}: "))
        return
    if not data.strip():
        yield Unread(name, "the response is empty")
        return
    yield raw.part(name, data, media_type, record.http_charset or "", _metadata(record))


def _joined(data: bytes) -> bytes:
    """A body in HTTP chunks put together; as it is when the archive holds it so already."""
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK_SIZE.match(data, at):
        size = int(match[1], 16)
        if not size:
            return b"".join(parts)
        parts.append(data[match.end() : match.end() + size])
        at = match.end() + size
        at += 2 if data[at : at + 2] == b"\r\n" else 1
    return b"".join(parts) if parts else data


def _decoded(raw: RawInput, name: str, data: bytes, encoding: str) -> bytes:
    """A body without its Content-Encoding, which many archives have taken off already.

    Raises InputError for a broken or oversized body.
    """
    if encoding in ("", "identity") or _TAG.match(data):
        return data
    if data.startswith((GZIP, ZSTD)):
        kind = "gzip" if data.startswith(GZIP) else "zstd"
        with unpacked(io.BytesIO(data), kind, name, raw.max_bytes) as handle:
            return handle.read()
    if encoding == "deflate":
        for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
            inflater = zlib.decompressobj(bits)
            try:
                found = inflater.decompress(data, raw.max_bytes)
            except zlib.error:
                continue
            if inflater.eof:
                return found
    if encoding == "br":
        return _brotli(raw, name, data)
    raise InputError(f"{name}: its Content-Encoding {encoding[:20]!r} cannot be undone")


def _brotli(raw: RawInput, name: str, data: bytes) -> bytes:
    from fastwarc.stream_io import BrotliReader  # noqa: PLC0415

    try:
        found = BrotliReader(io.BytesIO(data)).read(raw.max_bytes + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: its Content-Encoding br is broken: {error}") from None
    if len(found) > raw.max_bytes:
        raise InputError(f"{name}: unpacks to more than limits.max_bytes ({raw.max_bytes:,})")
    return found
