"""Requests on standard input in, what was read on standard output out: a process that may die.

Pages and archives come from anywhere, and a parser in C cannot be interrupted. So reading
happens here, under limits of memory and CPU that the system enforces by ending the process;
the parent knows what was being read, tells it, and goes on behind it with a new process.

Both ways: frames of a 4-byte big-endian length and a MessagePack value. A request is a
`Request`; the answers to it are Started, Read or Failed, and Done for each leaf, at the end
Finished.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from kg_builder import sources
from kg_builder.errors import InputError
from kg_builder.model import Document
from kg_builder.plugins import FieldMapping, RawInput, ReadLimits


class Request(msgspec.Struct, frozen=True, tag=True):
    """Read the file at `path` (as the system spells it); the first `skip` leaves were read earlier.

    `cpu_seconds` may be spent on one leaf, `memory` bytes in all.
    """

    path: bytes
    name: str
    limits: ReadLimits
    mapping: FieldMapping
    skip: int
    cpu_seconds: float
    memory: int


class Started(msgspec.Struct, frozen=True, tag=True):
    """A leaf is being read: what fails from here on is its fault."""

    name: str


class Read(msgspec.Struct, frozen=True, tag=True):
    """A document of the leaf."""

    document: Document


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The leaf could not be read."""

    name: str
    reason: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """The leaf is at its end; what fails from here on is the container's fault."""


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The input is at its end; `problem` says why it ended early."""

    problem: str = ""


Answer = Started | Read | Failed | Done | Finished
_ENCODER = msgspec.msgpack.Encoder()
REQUEST = msgspec.msgpack.Decoder(Request)
ANSWER: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def put(stream: BinaryIO, message: object) -> None:
    """Writes one frame."""
    data = _ENCODER.encode(message)
    stream.write(len(data).to_bytes(4, "big") + data)


def get(stream: BinaryIO) -> bytes | None:
    """The next frame's bytes; None at the end, also where a frame is cut."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    data = stream.read(size)
    return data if len(data) == size else None


def answers(request: Request) -> Iterator[Answer]:
    """Reads one input, leaf by leaf."""
    raw = RawInput(
        request.name, Path(os.fsdecode(request.path)), request.limits, mapping=request.mapping
    )
    try:
        items = sources.leaves(raw)
        number = 0
        while True:
            _allow(request.cpu_seconds)
            item = next(items, None)
            if item is None:
                break
            number += 1
            if number > request.skip:
                yield Started(item.source_name if isinstance(item, Document) else item.name)
                yield from _leaf(item)
                yield Done()
    except InputError as error:
        yield Finished(str(error))
    except Exception as error:  # noqa: BLE001  (readers come from anywhere, and the batch goes on)
        yield Finished(f"{request.name}: {_reason(error)}")
    else:
        yield Finished()


def _leaf(item: Document | RawInput | sources.Unread) -> Iterator[Answer]:
    if isinstance(item, sources.Unread):
        yield Failed(item.name, item.reason)
        return
    name = item.name if isinstance(item, RawInput) else item.source_name
    try:
        for document in sources.documents(item):
            yield Read(document)
    except InputError as error:
        yield Failed(name, str(error))
    except Exception as error:  # noqa: BLE001  (as above)
        yield Failed(name, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "needs more memory than limits.memory_mb allows; raise it in kg.toml or split it"
    if isinstance(error, RecursionError):
        return "is nested too deeply to be read"
    where = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"its reader has a fault ({type(error).__name__}: {error}, in {where.name} of "
        f"{Path(where.filename).name}, line {where.lineno}); please report it with the file"
    )


def _allow(seconds: float) -> None:
    """Gives this process so much more CPU time; the system ends it when that is spent."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def main() -> None:
    """Answers requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the build
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not stand between frames
    while (data := get(incoming)) is not None:
        request = REQUEST.decode(data)
        resource.setrlimit(resource.RLIMIT_AS, (request.memory, resource.RLIM_INFINITY))
        for answer in answers(request):
            put(outgoing, answer)
            # What is being read must be known before it can end this process.
            outgoing.flush()
        _allow(0)


if __name__ == "__main__":
    main()
