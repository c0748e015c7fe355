"""A gzip or zstd stream in, its bytes out as a stream: bounded, and with an error at its fault."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol

from kg_builder.errors import InputError
from kg_builder.plugins import RawInput

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
_CHUNK: Final = 1 << 16
_ZSTD_CHUNK: Final = 1 << 10
"""So little, since four bytes of zstd may unpack to 128 KiB."""
_MAX_WINDOW: Final = 1 << 27
_FREE: Final = 64_000_000
_MAX_RATIO: Final = 200
"""Text unpacks to 3 to 20 times its size, the emptiest of tables to less than 200."""


def packing(head: bytes) -> str:
    """How bytes that begin with `head` are packed: "gzip", "zstd" or ""."""
    if head.startswith(GZIP):
        return "gzip"
    return "zstd" if head.startswith(ZSTD) else ""


def opened(raw: RawInput) -> BinaryIO:
    """A stream of an input's bytes, unpacked when they are gzip or zstd.

    Reading it raises InputError at a fault of the packing, at `limits.max_unpacked`, and when
    the bytes grow like those of a bomb.
    """
    kind = packing(raw.head(4))
    handle = raw.open()
    return unpacked(handle, kind, raw.name, raw.limits.max_unpacked) if kind else handle


def unpacked(handle: BinaryIO, kind: str, name: str, limit: int) -> BinaryIO:
    """The unpacked bytes of an open stream of gzip or zstd, at most `limit` of them."""
    return io.BufferedReader(_Unpacked(handle, kind, Growth(name, limit)), _CHUNK)


def first_bytes(handle: BinaryIO, size: int) -> bytes:
    """Up to `size` bytes of a stream; fewer where it breaks off. Raises InputError for none."""
    parts: list[bytes] = []
    while size > 0:
        try:
            more = handle.read1(size)  # type: ignore[attr-defined]
        except (InputError, OSError):
            if not parts:
                raise
            break
        if not more:
            break
        parts.append(more)
        size -= len(more)
    return b"".join(parts)


@dataclass(slots=True)
class Growth:
    """Counts what comes out of a packing against what went in; raises InputError at a bomb."""

    name: str
    limit: int
    read: int = 0
    given: int = 0

    def check(self, out: int, limit: int | None = None) -> None:
        """Counts `out` bytes more. Raises InputError above the limit or a sane growth."""
        self.given += out
        most = self.limit if limit is None else limit
        if self.given > most:
            raise InputError(
                f"{self.name}: unpacks to more than {most:,} bytes; raise limits.max_unpacked "
                "(limits.max_bytes for one document) in kg.toml if it is no bomb"
            )
        if self.given > _FREE and self.given > _MAX_RATIO * max(self.read, 1):
            raise InputError(
                f"{self.name}: unpacks to more than {_MAX_RATIO} times its size, as bombs do; "
                "unpack it yourself if it is none"
            )


class _Decompressor(Protocol):
    """What zlib and zstandard have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


class _Unpacked(io.RawIOBase):
    """Member after member of a packed stream."""

    def __init__(self, handle: BinaryIO, kind: str, growth: Growth) -> None:
        self._handle = handle
        self._kind = kind
        self._growth = growth
        self._inner: Any = self._fresh()
        self._input = b""
        self._output = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """True: it is read, never written."""
        return True

    def close(self) -> None:
        """Closes the packed stream as well."""
        self._handle.close()
        super().close()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fills `buffer` as far as bytes are at hand. Raises InputError at a fault."""
        target = memoryview(buffer).cast("B")
        while not self._output and not self._ended:
            self._output = memoryview(self._more())
        size = min(len(target), len(self._output))
        target[:size] = self._output[:size]
        self._output = self._output[size:]
        return size

    def _fresh(self) -> _Decompressor:
        if self._kind == "gzip":
            return zlib.decompressobj(wbits=31)
        import zstandard  # noqa: PLC0415  # most runs need none

        whole = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
        return whole.decompressobj()

    def _more(self) -> bytes:
        """The next bytes; b"" where there are none yet, or at the end."""
        if not self._input:
            self._input = self._handle.read(_CHUNK if self._kind == "gzip" else _ZSTD_CHUNK)
            self._growth.read += len(self._input)
        if not self._input:
            return self._end()
        try:
            data = self._step()
        except Exception as error:  # zstandard's error is no class of ours to import
            if type(error).__name__ not in ("error", "ZstdError"):
                raise
            raise self._fault(f"is broken ({error})") from None
        self._growth.check(len(data))
        if self._inner.eof:
            self._input = self._inner.unused_data.lstrip(b"\0")
            self._next_member()
        return data

    def _step(self) -> bytes:
        if self._kind == "gzip":
            data: bytes = self._inner.decompress(self._input, _CHUNK)
            self._input = self._inner.unconsumed_tail
            return data
        data = self._inner.decompress(self._input)
        self._input = b""
        return data

    def _next_member(self) -> None:
        """Makes ready for what follows a member: another, padding, or what is no such thing."""
        if not self._input:
            self._input = self._handle.read(_ZSTD_CHUNK).lstrip(b"\0")
            self._growth.read += len(self._input)
        if self._input:
            self._inner = self._fresh()

    def _end(self) -> bytes:
        if not self._inner.eof:
            raise self._fault("ends too soon: it was cut off")
        self._ended = True
        return b""

    def _fault(self, what: str) -> InputError:
        return InputError(
            f"{self._growth.name}: the {self._kind} data {what} after {self._growth.given:,} "
            "unpacked bytes; get the file again"
        )
