"""A path in, what a build must know of the file before it is read out: hash, sidecar, stamp."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from kg_builder.config import SIDECAR_SUFFIX
from kg_builder.errors import InputError

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Look:
    """What a file was when it was looked at; `stamp` is another when it has changed since."""

    content_hash: str
    stamp: tuple[int, int]
    sidecar: bytes | None


def look(path: Path, source_name: str) -> Look:
    """The hash of a file's bytes, and its sidecar. Raises InputError."""
    sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
    digest = hashlib.sha256()
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe or device could be read for ever
            raise InputError(f"{source_name}: is no regular file; copy it into one")
        with path.open("rb") as handle:
            while data := handle.read(_CHUNK):
                digest.update(data)
        side = sidecar.read_bytes() if sidecar.exists() else None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}") from error
    return Look("sha256:" + digest.hexdigest(), _stamp(found), side)


def stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file is written: time in nanoseconds and size; None without it."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def _stamp(found: os.stat_result) -> tuple[int, int]:
    return found.st_mtime_ns, found.st_size
