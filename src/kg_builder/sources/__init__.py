"""Bytes of one input in, Documents out: picks the reader by suffix, then by a look inside."""

from __future__ import annotations

from pathlib import PurePosixPath

from kg_builder.errors import UnsupportedFormatError
from kg_builder.model import Document
from kg_builder.plugins import RawInput, Reader, readers
from kg_builder.sources.encoding import check_size

__all__ = ["read", "reader_for", "suffixes"]

_HEAD = 4096


def read(raw: RawInput) -> tuple[Document, ...]:
    """All documents in one input.

    Raises UnsupportedFormatError when no reader knows it, and InputError (DecodeError) as
    the reader does; every message begins with the input's name.
    """
    check_size(raw)
    return tuple(reader_for(raw).read(raw))


def reader_for(raw: RawInput) -> Reader:
    """The reader of an input: the first by name that claims its suffix, else that knows it.

    Raises UnsupportedFormatError when there is none.
    """
    suffix = PurePosixPath(raw.name).suffix.lower()
    for reader in readers():
        if suffix in reader.suffixes:
            return reader
    for reader in readers():
        if reader.sniff(raw.data[:_HEAD]):
            return reader
    raise UnsupportedFormatError(
        f"{raw.name}: no reader knows this format; give {', '.join(sorted(suffixes()))}, "
        "convert the file, or install a reader for it"
    )


def suffixes() -> frozenset[str]:
    """All suffixes that an installed reader claims, lower case with the dot."""
    return frozenset(suffix for reader in readers() for suffix in reader.suffixes)
