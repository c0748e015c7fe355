"""Paths in, the files to be read out: sorted, with source names that are never absolute."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from kg_builder import plugins
from kg_builder.config import SIDECAR_SUFFIX

_NEVER_DOCUMENTS = {"kg.toml"}


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to be read; `root` is the folder it was found under ("" for a file given).

    `path` and `root` are keys as `path_key` makes them: text, whatever bytes the name has.
    """

    path: str
    source_name: str
    root: str = ""


@dataclass(slots=True)
class Found:
    """What a walk over the given paths found; `problems` are (path, reason) pairs."""

    files: list[InputFile] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    skipped: int = 0


_BYTES = "bytes:"


def path_key(path: Path | str) -> str:
    """A path as text that can be stored; a name that is no UTF-8 is percent-encoded."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return _BYTES + quote_from_bytes(os.fsencode(path))
    return str(path)


def real_path(key: str) -> Path:
    """The path of a key."""
    if key.startswith(_BYTES):
        return Path(os.fsdecode(unquote_to_bytes(key.removeprefix(_BYTES))))
    return Path(key)


def absolute_path(path: Path) -> Path:
    """One path for one file, however it was written: absolute, without `..`."""
    return path.resolve() if ".." in path.parts else path.absolute()


def lies_under(key: str, folders: Iterable[str]) -> bool:
    """Whether the file with this key lies in one of the folders with these keys."""
    return any(real_path(key).is_relative_to(real_path(folder)) for folder in folders)


def has_vanished(key: str) -> bool:
    """Whether a file is no longer there; one that cannot be looked at may still be."""
    try:
        real_path(key).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def discover(paths: Iterable[Path]) -> Found:
    """Walks files and folders; a file given by name is read whatever its suffix.

    A file that is given twice has its name from the outermost folder, whatever the order.
    """
    found = Found()
    seen: set[str] = set()
    given = sorted({(absolute_path(p), p) for p in paths}, key=_outermost_first)
    for absolute, path in given:
        if path.is_dir():
            _walk(absolute, found, seen)
        elif not path.exists():
            found.problems.append((_printable(str(path)), "there is no such file or folder"))
        elif path.name.endswith(SIDECAR_SUFFIX):
            reason = "a sidecar is no document; name the file beside it"
            found.problems.append((_printable(str(path)), reason))
        elif path_key(absolute) not in seen:
            seen.add(path_key(absolute))
            found.files.append(InputFile(path_key(absolute), _printable(path.name)))
    found.files.sort(key=lambda f: (f.source_name, f.path))
    return found


def _outermost_first(given: tuple[Path, Path]) -> tuple[bool, int, str, str]:
    absolute, path = given
    return not absolute.is_dir(), len(absolute.parts), str(absolute), str(path)


def _walk(root: Path, found: Found, seen: set[str]) -> None:
    suffixes = {s for reader in plugins.readers() for s in reader.suffixes}
    perhaps = {s for r in plugins.readers() for s in getattr(r, "perhaps", ())} - suffixes
    found.roots.append(path_key(root))
    before = len(found.files)

    def unreadable(error: OSError) -> None:
        name = _printable(str(error.filename))
        found.problems.append((name, f"cannot be read: {error.strerror}"))

    for folder, names, files in os.walk(root, onerror=unreadable):
        names[:] = sorted(n for n in names if not n.startswith("."))
        for name in sorted(files):
            path = Path(folder) / name
            if name.startswith(".") or name.endswith(SIDECAR_SUFFIX) or name in _NEVER_DOCUMENTS:
                continue
            suffix = path.suffix.lower()
            if suffix not in suffixes and not (suffix in perhaps and _is_known(path)):
                found.skipped += 1
                continue
            if path_key(path) not in seen:
                seen.add(path_key(path))
                relative = _printable(path.relative_to(root).as_posix())
                found.files.append(InputFile(path_key(path), relative, path_key(root)))
    if len(found.files) == before and not any(
        lies_under(f.path, [path_key(root)]) for f in found.files
    ):
        known = ", ".join(sorted(suffixes))
        found.problems.append(
            (
                _printable(str(root)),
                f"nothing to read in this folder; known kinds of files are {known}",
            )
        )


def _is_known(path: Path) -> bool:
    """Whether a reader knows a file by what it begins with."""
    try:
        with path.open("rb") as handle:
            head = handle.read(4096)
    except OSError:
        return True  # its reading tells what is wrong
    return any(reader.sniff(head) for reader in plugins.readers())


def _printable(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    # A source name must not look absolute, and on Windows this one would.
    return f"./{text}" if text.startswith("\\") else text
