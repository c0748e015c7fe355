"""Entry points (readers): the only dynamic import of the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from kg_builder.model import Document

READER_GROUP = "kg_builder.readers"


@dataclass(frozen=True, slots=True)
class RawInput:
    """The bytes of one input. `name` is its source name, `max_bytes` the configured limit."""

    name: str
    data: bytes
    max_bytes: int


@runtime_checkable
class Reader(Protocol):
    """Turns the bytes of one format into documents.

    `name` is unique; `suffixes` are lower case with the dot. `sniff` looks at the first
    kilobytes of an input whose suffix no reader claims. `read` raises InputError with a
    message that says what is wrong, where (byte offset or line) and what to do.
    """

    name: str
    suffixes: frozenset[str]

    def sniff(self, head: bytes) -> bool:
        """Whether bytes that start with `head` are of this format."""
        ...

    def read(self, raw: RawInput) -> Iterator[Document]:
        """The documents in the input."""
        ...


@cache
def readers() -> tuple[Reader, ...]:
    """All installed readers, sorted by name; loaded once per process."""
    points = sorted(entry_points(group=READER_GROUP), key=lambda p: p.name)
    return tuple(point.load()() for point in points)
