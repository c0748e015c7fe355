"""Cache keys in, stored analyses and texts out; content-addressed, so never stale."""

from __future__ import annotations

import os
from pathlib import Path

from kg_builder.store.layout import write_atomically


class AnalysisCache:
    """Analyses by cache key: a head that resolution needs, and a body that publishing needs.

    A file is one line of head and one of body, both UTF-8 JSON, so a head is read alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"

    def __contains__(self, key: str) -> bool:
        # A file cut short (power lost before it reached the disk) does not count.
        try:
            with self._path(key).open("rb") as handle:
                handle.seek(-1, os.SEEK_END)
                return handle.read(1) == b"\n"
        except OSError:
            return False

    def put(self, key: str, head: bytes, body: bytes) -> None:
        """Stores an analysis; head and body must hold no newline (JSON encoders write none)."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, head + b"\n" + body + b"\n", durable=False)

    def head(self, key: str) -> bytes:
        """The head of a stored analysis; raises FileNotFoundError when there is none."""
        with self._path(key).open("rb") as handle:
            return handle.readline()

    def body(self, key: str) -> bytes:
        """The body of a stored analysis."""
        with self._path(key).open("rb") as handle:
            handle.readline()
            return handle.readline()

    def discard_except(self, keep: set[str]) -> int:
        """Deletes analyses whose key is not in `keep`; returns how many."""
        gone = _delete_unfinished(self._folder)
        for path in self._folder.glob("*/*.json"):
            if path.stem not in keep:
                path.unlink(missing_ok=True)
                gone += 1
        return gone


class TextCache:
    """Texts of documents by the hash of the text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, text_hash: str) -> Path:
        """Where the text with this hash (`sha256:…`) lies."""
        digest = text_hash.removeprefix("sha256:")
        return self._folder / digest[:2] / f"{digest}.txt"

    def put(self, text_hash: str, text: str) -> None:
        """Stores a text once."""
        path = self.path(text_hash)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text.encode("utf-8"), durable=False)

    def get(self, text_hash: str) -> str:
        """The text; line ends are kept as they were."""
        return self.path(text_hash).read_bytes().decode("utf-8")

    def discard_except(self, keep: set[str]) -> int:
        """Deletes texts whose hash is not in `keep`; returns how many."""
        gone = _delete_unfinished(self._folder)
        for path in self._folder.glob("*/*.txt"):
            if f"sha256:{path.stem}" not in keep:
                path.unlink(missing_ok=True)
                gone += 1
        return gone


def _delete_unfinished(folder: Path) -> int:
    """Deletes what killed processes were writing; only the holder of the lock may call it."""
    unfinished = list(folder.glob("*/*.tmp"))
    for path in unfinished:
        path.unlink(missing_ok=True)
    return len(unfinished)
