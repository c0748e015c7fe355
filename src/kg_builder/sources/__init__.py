"""One input in, Documents out: picks readers by suffix, declared type, then a look inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from kg_builder.config import SIDECAR_SUFFIX
from kg_builder.errors import InputError, UnsupportedFormatError
from kg_builder.model import Document
from kg_builder.plugins import RawInput, Reader, Unread, readers

__all__ = ["Unread", "documents", "leaves", "read", "reader_for", "suffixes"]


def read(raw: RawInput) -> tuple[Document, ...]:
    """All documents in one input.

    Raises UnsupportedFormatError when no reader knows it, and InputError (DecodeError) as
    the reader does, also for the first record of a container that cannot be read; every
    message begins with the input's name.
    """
    found: list[Document] = []
    for item in leaves(raw):
        if isinstance(item, Unread):
            raise InputError(f"{item.name}: {item.reason}")
        found.extend(documents(item))
    return tuple(found)


def documents(item: Document | RawInput) -> Iterator[Document]:
    """The documents in what `leaves` gave, with the container's metadata. Raises InputError."""
    if isinstance(item, Document):
        yield item
        return
    for document in reader_for(item).read(item):
        if not isinstance(document, Document):
            raise InputError(f"{item.name}: its reader is no container, yet it gives parts")
        yield replace(document, metadata=(*document.metadata, *item.metadata))


def leaves(raw: RawInput) -> Iterator[Document | RawInput | Unread]:
    """What stands in an input, containers unpacked, documents in other formats not read yet.

    A container's fault ends what comes out of it with an Unread; the input's own fault is
    raised as InputError.
    """
    if not raw.head(1):
        raise InputError(f"{raw.name}: the file is empty; give a file with text, or remove it")
    reader = reader_for(raw)
    if not getattr(reader, "container", False):
        yield raw
        return
    for number, item in enumerate(_unpack(raw, reader, 1)):
        if number >= raw.limits.max_records:
            yield Unread(
                raw.name,
                f"has more than limits.max_records ({raw.limits.max_records}) records; the rest "
                "was not read: split the file, or raise the limit in kg.toml",
            )
            return
        yield item


def _unpack(raw: RawInput, reader: Reader, depth: int) -> Iterator[Document | RawInput | Unread]:
    for item in reader.read(raw):
        if not isinstance(item, RawInput):
            yield item
            continue
        if item.name.endswith(SIDECAR_SUFFIX):
            yield Unread(item.name, "a sidecar in an archive is not read; unpack the archive")
            continue
        try:
            inner = reader_for(item)
        except InputError as error:
            yield _unread(item.name, error)
            continue
        if not getattr(inner, "container", False):
            yield item
        elif depth >= raw.limits.max_nesting:
            yield Unread(
                item.name,
                f"lies more than limits.max_nesting ({raw.limits.max_nesting}) containers deep; "
                "unpack it",
            )
        else:
            try:
                yield from _unpack(item, inner, depth + 1)
            except InputError as error:
                yield _unread(item.name, error)


def _unread(name: str, error: InputError) -> Unread:
    return Unread(name, str(error).removeprefix(f"{name}: "))


def reader_for(raw: RawInput) -> Reader:
    """The reader of an input: by its declared type, its suffix, else by what it looks like.

    Raises UnsupportedFormatError when there is none.
    """
    declared = raw.media_type.partition(";")[0].strip().lower()
    if declared:
        for reader in readers():
            if declared in getattr(reader, "media_types", ()):
                return reader
    suffix = PurePosixPath(raw.name).suffix.lower()
    for reader in readers():
        if suffix in reader.suffixes:
            return reader
    head = raw.head()
    for reader in readers():
        if reader.sniff(head):
            return reader
    raise UnsupportedFormatError(
        f"{raw.name}: no reader knows this format; give {', '.join(sorted(suffixes()))}, "
        "convert the file, or install a reader for it"
    )


def suffixes() -> frozenset[str]:
    """All suffixes that an installed reader claims, lower case with the dot."""
    return frozenset(suffix for reader in readers() for suffix in reader.suffixes)
