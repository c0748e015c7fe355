"""A store folder in, its parts out: creates, checks the format, locks."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg_builder.errors import (
    CannotRunError,
    StorageFullError,
    StoreFormatError,
    StoreLockedError,
    StoreMissingError,
)

FORMAT_VERSION = 1
_PARTS = ("analyses", "texts", "work", "snapshots", "quarantine", "readings", "given")


class StoreDir:
    """The folder of one store.

    `create=True` makes it when missing; otherwise StoreMissingError is raised for a folder
    that holds none. StoreFormatError is raised when a newer version made it.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        marker = path / "FORMAT"
        if marker.exists():
            self._check(marker)
        elif create:
            self._create(marker)
        else:
            raise StoreMissingError(
                f"{path} holds no kg-builder store; make one with "
                f"`kg-builder build PATH --store {path}`"
            )
        (
            self.analyses,
            self.texts,
            self.work,
            self.snapshots,
            self.quarantine,
            self.readings,
            self.given,
        ) = (path / part for part in _PARTS)

    def _check(self, marker: Path) -> None:
        text = marker.read_text(encoding="utf-8").strip()
        if not text.isdigit() or int(text) > FORMAT_VERSION:
            raise StoreFormatError(
                f"{self.path} was made by a newer kg-builder (store format {text!r}, this "
                f"version knows {FORMAT_VERSION}); update kg-builder or name another folder"
            )

    def _create(self, marker: Path) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # What a first build that was ended here leaves is no reason to refuse.
            if not all(_is_leftover(p) for p in self.path.iterdir()):
                raise CannotRunError(
                    f"{self.path} exists and holds other files; name an empty or new folder"
                )
            for part in _PARTS:
                (self.path / part).mkdir(exist_ok=True)
            write_atomically(marker, f"{FORMAT_VERSION}\n".encode())
        except OSError as error:
            raise storage_error(error, self.path) from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the write lock; raises StoreLockedError when another process has it.

        The kernel drops the lock with the process, so a killed build leaves none behind.
        """
        try:
            handle = os.open(self.path / "LOCK", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise storage_error(error, self.path) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StoreLockedError(
                    f"another build is writing to {self.path}; wait for it to end"
                ) from error
            yield
        finally:
            os.close(handle)


def _is_leftover(path: Path) -> bool:
    if path.name in _PARTS and path.is_dir():
        return not any(path.iterdir())
    return path.name.startswith("FORMAT.") and path.suffix == ".tmp"


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Writes a file so that a reader sees the old or the new bytes, never a part.

    `durable=False` leaves out the flush to disk, for what can be made again.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as handle:
        handle.write(data)
        if durable:
            handle.flush()
            os.fsync(handle.fileno())
    temporary.replace(path)
    if durable:
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes renames in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def storage_error(error: OSError, where: Path) -> CannotRunError:
    """The error of this package that says what an OSError while writing means."""
    text = str(error)
    if error.errno in _FULL or "No space left" in text or "File too large" in text:
        return StorageFullError(
            f"no space left on the disk that holds {where}; the last snapshot is untouched. "
            "Make room and run the same command again: it goes on where it stopped"
        )
    return CannotRunError(
        f"cannot write to {where}: {error.strerror or error}; nothing was changed"
    )
