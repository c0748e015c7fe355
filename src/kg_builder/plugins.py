"""Entry points (readers): the only dynamic import of the package."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from kg_builder.errors import InputError
from kg_builder.model import Document, MetaValue

READER_GROUP = "kg_builder.readers"


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one input may cost; a reader that meets one says so in its InputError.

    `max_bytes` holds for one document, `max_unpacked` for all that one file unpacks to,
    `max_records` for the records of one file, `max_nesting` for containers in containers.
    """

    max_bytes: int = 200_000_000
    max_unpacked: int = 20_000_000_000
    max_records: int = 1_000_000
    max_nesting: int = 3


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Which fields of a record hold what: pairs of our name and the record's.

    Our names: text, title, author, published, modified, url, publication, section, language,
    summary. A record's name may be a path with dots ("source.name"). `preset` names a ready
    mapping that the pairs complete; with neither, the reader picks by the fields' names.
    """

    preset: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RawInput:
    """One input that is to be read: a file, or what a container holds.

    `name` is its source name ("world.zip!/a.html", "news.jsonl#12"), `source` its bytes or the
    file they lie in. `media_type` and `charset` are what a container declares of it,
    `metadata` what the container itself knows (a WARC record's URL).
    """

    name: str
    source: bytes | Path = field(repr=False)
    limits: ReadLimits = ReadLimits()
    media_type: str = ""
    charset: str = ""
    metadata: tuple[MetaValue, ...] = ()
    mapping: FieldMapping = FieldMapping()

    @property
    def max_bytes(self) -> int:
        """The most bytes that one document may have."""
        return self.limits.max_bytes

    @property
    def data(self) -> bytes:
        """All bytes. Raises InputError when there are more than `max_bytes`."""
        if isinstance(self.source, bytes):
            return self.source
        with self.open() as handle:
            data = handle.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            raise InputError(
                f"{self.name}: more than {self.max_bytes:,} bytes, the limit of one document; "
                "split the file, or raise `limits.max_bytes` in kg.toml"
            )
        return data

    def open(self) -> BinaryIO:
        """A stream of the bytes, for readers of large containers. Raises InputError."""
        if isinstance(self.source, bytes):
            return io.BytesIO(self.source)
        try:
            return self.source.open("rb")
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read: {error.strerror}") from error

    def head(self, size: int = 4096) -> bytes:
        """The first bytes."""
        with self.open() as handle:
            return handle.read(size)

    def part(
        self,
        name: str,
        source: bytes | Path,
        media_type: str = "",
        charset: str = "",
        metadata: tuple[MetaValue, ...] = (),
    ) -> RawInput:
        """What this container holds under `name`, with the container's limits and mapping."""
        return replace(
            self, name=name, source=source, media_type=media_type, charset=charset,
            metadata=metadata,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read, and why; the rest of its container goes on."""

    name: str
    reason: str


Record = Document | RawInput | Unread
"""What a reader may yield; only a container yields the last two."""


@runtime_checkable
class Reader(Protocol):
    """Turns the bytes of one format into documents.

    `name` is unique; `suffixes` are lower case with the dot. `sniff` looks at the first
    kilobytes of an input whose suffix no reader claims. `read` raises InputError with a
    message that begins with the input's name and says what is wrong, where (byte offset or
    line) and what to do.

    Optional attributes:

    `container = True` where one input holds many: such a reader streams (`raw.open()`), yields
    for each record a Document, a RawInput that another reader takes, or Unread, and goes on
    after a bad record. `media_types` are the declared types it reads. `perhaps` are suffixes
    that its files share with others (.xml): in a folder they are read where `sniff` knows them.
    `quick = True` where reading cannot be costly whatever the bytes are, so that it needs no
    process of its own.
    """

    name: str
    suffixes: frozenset[str]

    def sniff(self, head: bytes) -> bool:
        """Whether bytes that start with `head` are of this format."""
        ...

    def read(self, raw: RawInput) -> Iterator[Record]:
        """The documents in the input."""
        ...


@cache
def readers() -> tuple[Reader, ...]:
    """All installed readers, sorted by name; loaded once per process."""
    points = sorted(entry_points(group=READER_GROUP), key=lambda p: p.name)
    return tuple(point.load()() for point in points)
