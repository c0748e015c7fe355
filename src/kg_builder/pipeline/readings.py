"""Files in, their documents on disk out: read once, resumable, in processes that may die.

A reading is two files: the documents without their texts, a line of JSON each, and an index
that is written when the file has been read to its end. Without the index the lines are what
an interrupted build left, and reading goes on behind them.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from kg_builder.errors import InputError
from kg_builder.model import Document
from kg_builder.pipeline.analyse import text_hash
from kg_builder.pipeline.reader import InlineReader, Leaf, Reader
from kg_builder.plugins import RawInput
from kg_builder.sources import reader_for
from kg_builder.sources.process import Request
from kg_builder.store import TextCache
from kg_builder.store.layout import write_atomically

_QUICK_BYTES = 20_000_000
"""Up to this size a reader that says it is quick needs no process of its own."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """Where a document's line stands, and the digest of the line."""

    name: str
    digest: str
    offset: int
    size: int
    characters: int


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """A record that could not be read, and why."""

    name: str
    reason: str


class Index(msgspec.Struct, frozen=True):
    """What a file holds; `ended` is set where it could not be read to its end."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    ended: str = ""


class _Line(msgspec.Struct, frozen=True):
    """A line of a reading; `leaf` numbers the leaves from 1."""

    leaf: int
    document: Document | None = None
    text_hash: str = ""
    characters: int = 0
    problem: Problem | None = None


_LINE = msgspec.json.Decoder(_Line)
_INDEX = msgspec.json.Decoder(Index)


@dataclass(frozen=True, slots=True)
class ReadJob:
    """One file to read into the cache under `key`."""

    path: Path
    key: str
    request: Request


class Readings:
    """The readings of a store."""

    def __init__(self, folder: Path, texts: TextCache) -> None:
        self._folder = folder
        self._texts = texts

    def _path(self, key: str, suffix: str) -> Path:
        return self._folder / key[:2] / f"{key}{suffix}"

    def index(self, key: str) -> Index | None:
        """The index of a reading; None when the file has not been read to its end."""
        try:
            return _INDEX.decode(self._path(key, ".index").read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def documents(self, key: str, entries: Sequence[Entry]) -> Iterator[Document]:
        """The documents with their texts."""
        with self._path(key, ".lines").open("rb") as handle:
            for entry in entries:
                handle.seek(entry.offset)
                line = _LINE.decode(handle.read(entry.size))
                assert line.document is not None
                yield replace(line.document, text=self._texts.get(line.text_hash))

    def forget(self, key: str) -> None:
        """Deletes a reading, so that its file is read again."""
        for suffix in (".index", ".lines"):
            self._path(key, suffix).unlink(missing_ok=True)

    def discard_except(self, keep: set[str]) -> None:
        """Deletes readings whose key is not in `keep`."""
        for path in self._folder.glob("*/*"):
            if path.name.split(".")[0] not in keep:
                path.unlink(missing_ok=True)

    def read(self, job: ReadJob, reader: Reader | InlineReader) -> Index:
        """Reads one file into the cache, from where an interrupted build stopped."""
        path = self._path(job.key, ".lines")
        path.parent.mkdir(parents=True, exist_ok=True)
        index, skip = _resume(path)
        leaves = reader.read(msgspec.structs.replace(job.request, skip=skip))
        entries, problems = list(index.entries), list(index.problems)
        with path.open("ab") as handle:
            for number, leaf in enumerate(leaves, skip + 1):
                for line in self._lines(number, leaf):
                    data = msgspec.json.encode(line) + b"\n"
                    _take(line, data, handle.tell(), entries, problems)
                    handle.write(data)
                handle.flush()  # a build that is killed loses what is still in this process
        index = Index(tuple(entries), tuple(problems), reader.ended)
        write_atomically(self._path(job.key, ".index"), msgspec.json.encode(index), durable=False)
        return index

    def _lines(self, number: int, leaf: Leaf) -> Iterator[_Line]:
        if leaf.problem or not leaf.documents:
            yield _Line(number, problem=Problem(leaf.name, leaf.problem) if leaf.problem else None)
            return
        for document in leaf.documents:
            text = text_hash(document.text)
            self._texts.put(text, document.text)
            size = len(document.text)
            yield _Line(number, replace(document, text=""), text, size)


def _resume(path: Path) -> tuple[Index, int]:
    """What an unfinished reading holds, and of how many leaves; cuts off what may be partial."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    starts: dict[int, tuple[int, int, int]] = {}
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Index(()), 0
    offset = 0
    for raw in data.splitlines(keepends=True):
        try:
            line = _LINE.decode(raw)
        except msgspec.DecodeError:
            break
        starts.setdefault(line.leaf, (offset, len(entries), len(problems)))
        _take(line, raw, offset, entries, problems)
        offset += len(raw)
    if not starts:
        path.unlink()
        return Index(()), 0
    last = max(starts)  # its other documents may be missing
    offset, several, failed = starts[last]
    with path.open("r+b") as handle:
        handle.truncate(offset)
    return Index(tuple(entries[:several]), tuple(problems[:failed])), last - 1


def _take(
    line: _Line, data: bytes, offset: int, entries: list[Entry], problems: list[Problem]
) -> None:
    """Adds what a line holds to the index."""
    if line.document is not None:
        # The leaf's number says where it stood: what a document is does not depend on it.
        same = msgspec.json.encode((line.document, line.text_hash))
        digest = hashlib.sha256(same).hexdigest()
        name = line.document.source_name
        entries.append(Entry(name, digest, offset, len(data), line.characters))
    if line.problem is not None:
        problems.append(line.problem)


def read_all(
    readings: Readings, jobs: Sequence[ReadJob], workers: int
) -> Iterator[tuple[ReadJob, Index]]:
    """Reads files, in the order in which they are done. Raises OSError when a disk is full."""
    slow = [job for job in jobs if not _is_quick(job)]
    results: queue.Queue[tuple[ReadJob, Index | BaseException]] = queue.Queue()
    waiting = iter(slow)
    lock = threading.Lock()
    readers = [Reader() for _ in range(min(workers, len(slow)))]

    def work(reader: Reader) -> None:
        while True:
            with lock:
                job = next(waiting, None)
            if job is None:
                return
            try:
                results.put((job, readings.read(job, reader)))
            except BaseException as error:  # noqa: BLE001  (told to the main thread, which raises it)
                results.put((job, error))
                return

    threads = [threading.Thread(target=work, args=(r,), daemon=True) for r in readers]
    for thread in threads:
        thread.start()
    try:
        for job in jobs:
            if _is_quick(job):
                yield job, readings.read(job, InlineReader())
        for _ in slow:
            job, outcome = results.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield job, outcome
    finally:
        for reader in readers:
            reader.close()


def _is_quick(job: ReadJob) -> bool:
    """Whether a file is read here: starting a process would take longer than reading it."""
    raw = RawInput(job.request.name, job.path, job.request.limits)
    try:
        if job.path.stat().st_size > _QUICK_BYTES:
            return False
        return getattr(reader_for(raw), "quick", False) is True
    except (OSError, InputError):
        return True  # the reason is found at once
