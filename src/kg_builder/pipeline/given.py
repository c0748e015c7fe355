"""What a command line gives as inputs in, paths out: lists of paths and standard input too."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from kg_builder.errors import UsageError
from kg_builder.store import StoreDir
from kg_builder.store.layout import storage_error

STANDARD_INPUT = Path("-")
_CHUNK = 1 << 20


def given(
    paths: Sequence[Path],
    store: Path,
    stdin: BinaryIO,
    *,
    files_from: Path | None = None,
    stdin_name: str = "stdin",
) -> list[Path]:
    """The paths to build.

    `-` stands for standard input: its bytes are kept in the store under `stdin_name`, so that a
    later build can read them again. `files_from` names a file with a path a line (or parted by
    NUL), `-` for standard input. Raises UsageError.
    """
    listed = files_from == STANDARD_INPUT
    if listed and STANDARD_INPUT in paths:
        raise UsageError("standard input can be a document or the list of paths, but not both")
    found = [path for path in paths if path != STANDARD_INPUT]
    if STANDARD_INPUT in paths:
        found.append(_keep(stdin, store, stdin_name))
    if files_from is not None:
        found += _listed(files_from, stdin)
    if not found:
        raise UsageError("nothing to build: give files or folders, `-`, or --files-from LIST")
    return found


def _listed(files_from: Path, stdin: BinaryIO) -> Iterable[Path]:
    if files_from == STANDARD_INPUT:
        data = stdin.read()
    else:
        try:
            data = files_from.read_bytes()
        except OSError as error:
            raise UsageError(f"{files_from}: cannot be read: {error.strerror}") from error
    lines = data.split(b"\0") if b"\0" in data else data.splitlines()
    return [Path(os.fsdecode(line)) for line in lines if line.strip()]


def _keep(stdin: BinaryIO, store: Path, name: str) -> Path:
    """Stores what comes in by standard input. Raises UsageError and CannotRunError."""
    if Path(name).name != name or name.startswith("."):
        raise UsageError(f"--stdin-name {name}: must be a file's name without folders")
    folder = StoreDir(store, create=True).given
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as handle:
            while data := stdin.read(_CHUNK):
                handle.write(data)
        Path(handle.name).replace(folder / name)
    except OSError as error:
        raise storage_error(error, folder) from error
    return folder / name
