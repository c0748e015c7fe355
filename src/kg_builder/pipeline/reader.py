"""A file in, what stands in it out, read by a process that may die without harm."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from kg_builder.model import Document
from kg_builder.sources import process
from kg_builder.sources.process import Done, Failed, Finished, Read, Request, Started

_MOST_DEATHS = 20
"""So many records of one file may end the process before the rest is given up."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One record of a file: its documents, or why there are none."""

    name: str
    documents: tuple[Document, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class _Gathering:
    """Puts the answers about one leaf together; `name` is that of the leaf being read, or ""."""

    name: str = ""
    problem: str = ""
    documents: list[Document] = field(default_factory=list)

    def take(self, answer: process.Answer) -> Leaf | None:
        """The leaf, when this answer ends it."""
        match answer:
            case Started(name=name):
                self.name, self.problem, self.documents = name, "", []
            case Read(document=document):
                self.documents.append(document)
            case Failed(reason=reason):
                self.problem = reason
            case Done():
                leaf = Leaf(self.name, tuple(self.documents), self.problem)
                self.name = ""
                return leaf
        return None


@dataclass(slots=True)
class Reader:
    """Reads files in a process of its own, which it starts when it needs one.

    `ended` tells after each `read` why the file could not be read to its end.
    """

    ended: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def read(self, request: Request) -> Iterator[Leaf]:
        """The leaves of a file from `request.skip` on."""
        self.ended = ""
        deaths = 0
        while True:
            done = 0
            fatal: Failed | None = None
            for answer in self._answers(request):
                match answer:
                    case Leaf():
                        done += 1
                        yield answer
                    case Failed():
                        fatal = answer
                    case Finished():
                        self.ended = answer.problem
                        return
            assert fatal is not None
            if not fatal.name:
                self.ended = fatal.reason
                return
            yield Leaf(fatal.name, problem=fatal.reason)
            deaths += 1
            if deaths >= _MOST_DEATHS:
                self.ended = f"{deaths} of its records ended the reading process; gave it up"
                return
            request = msgspec.structs.replace(request, skip=request.skip + done + 1)

    def _answers(self, request: Request) -> Iterator[Leaf | Failed | Finished]:
        """Leaves, and at the end Finished, or Failed where the process died.

        The name in Failed is that of the leaf at fault, "" where it is the container.
        """
        child = self._started()
        assert child.stdin is not None
        assert child.stdout is not None
        gathering, ended = _Gathering(), False
        try:
            process.put(child.stdin, request)  # type: ignore[arg-type]  # a pipe is binary
            child.stdin.flush()
            while (data := process.get(child.stdout)) is not None:  # type: ignore[arg-type]
                answer = process.ANSWER.decode(data)
                if isinstance(answer, Finished):
                    ended = True
                    yield answer
                    return
                if leaf := gathering.take(answer):
                    yield leaf
        except BrokenPipeError:
            pass
        finally:
            if not ended and sys.exc_info()[0] is GeneratorExit:
                self.close()  # nobody wants the rest of its answers
        self._process = None
        yield Failed(gathering.name, _death(child, request))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            # A new program, not a fork: it must not inherit this one's memory or store.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kg_builder.sources.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self._process

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@dataclass(slots=True)
class InlineReader:
    """Reads files in this process: for readers that cannot be costly."""

    ended: str = ""

    def read(self, request: Request) -> Iterator[Leaf]:
        """The leaves of a file from `request.skip` on."""
        gathering = _Gathering()
        for answer in process.answers(msgspec.structs.replace(request, cpu_seconds=0)):
            if isinstance(answer, Finished):
                self.ended = answer.problem
            elif leaf := gathering.take(answer):
                yield leaf


def _death(child: subprocess.Popen[bytes], request: Request) -> str:
    code = child.wait()
    child.communicate()
    if code == -signal.SIGPROF:
        return (
            f"took more than limits.cpu_seconds ({request.cpu_seconds:g}) to read; "
            "raise it in kg.toml or leave the record out"
        )
    what = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"ended the reading process ({what}; out of memory, or a crash in a library)"
