"""Paths, folders, globs and standard input in, parsed RDF with where it came from out."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

import pyoxigraph as ox

STDIN: Final = Path("-")
FORMATS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
"""What --input-format takes."""
_SUFFIXES: Final = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".rdf": "rdfxml",
    ".owl": "rdfxml",
    ".xml": "rdfxml",
    ".jsonld": "jsonld",
}
_UNSURE: Final = (".xml",)
"""Suffixes that a folder holds for other reasons too: read only where the file is named."""
_POSITION: Final = re.compile(r"^Parser error (?:at|between) line (\d+)[^:]*: ")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Input or shapes that cannot be used.

    `file` is "" for what no single file is to blame for; `line` is 1-based, None where it is not
    known.
    """

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """The fault as a compiler tells it: file, line, message."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}" if where else self.message


@dataclass(slots=True)
class DataFile:
    """One parsed file.

    `name` is what people are shown; `form` a key of FORMATS. `text` is kept for standard
    input only, which cannot be read twice. `labels` tells what blank nodes that were renamed
    are called in the file, `prefixes` which it declares.
    """

    name: str
    path: Path
    form: str
    quads: list[ox.Quad]
    text: bytes | None = None
    labels: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)

    def content(self) -> str:
        """The file's text; bytes that are not UTF-8 are replaced."""
        data = self.text if self.text is not None else self.path.read_bytes()
        return data.decode("utf-8-sig", errors="replace")


def shown(path: Path) -> str:
    """A path as reports name it: below the working folder relative to it, else as given."""
    if path == STDIN:
        return "stdin"
    if not path.is_absolute():
        return Path(os.path.normpath(path)).as_posix()
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def expand(given: Sequence[Path]) -> tuple[list[Path], list[Fault]]:
    """The files that paths, folders and globs stand for, each once, and what stands for none.

    Folders are searched below, without hidden ones, for the suffixes of RDF.
    """
    found: list[Path] = []
    faults: list[Fault] = []
    for path in given:
        if path == STDIN or path.is_file():
            found.append(path)
        elif path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if _is_rdf(p, path)]
            found += inside
            if not inside:
                faults.append(Fault(shown(path), None, f"a folder without {_known()} files"))
        else:
            matches = sorted(Path(p) for p in glob.iglob(str(path), recursive=True))  # noqa: PTH207
            files = [p for p in matches if p.is_file()]
            found += files
            if not files:
                kind = "no file matches" if glob.has_magic(str(path)) else "no such file or folder"
                faults.append(Fault(shown(path), None, kind))
    once: dict[Path, Path] = {}
    for path in found:
        once.setdefault(path if path == STDIN else path.resolve(), path)
    return list(once.values()), faults


def _is_rdf(path: Path, folder: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES or suffix in _UNSURE or not path.is_file():
        return False
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _known() -> str:
    return " ".join(s for s in _SUFFIXES if s not in _UNSURE)


class Reader:
    """Parses files; blank nodes of different files never fall together.

    `form` is a key of FORMATS for every file, or None to go by the suffix. `files` collects
    what was read, `faults` what could not be.
    """

    def __init__(self, form: str | None = None, stdin: IO[bytes] | None = None) -> None:
        self.files: list[DataFile] = []
        self.faults: list[Fault] = []
        self._form = form
        self._stdin = stdin
        self._labels: set[str] = set()

    def share(self, other: Reader) -> None:
        """Keeps the blank nodes of this reader's files apart from those of `other`'s too."""
        self._labels = other._labels

    def read(self, paths: Iterable[Path]) -> list[DataFile]:
        """Parses `paths`; what fails is a fault, and the others are read all the same."""
        read = []
        for path in paths:
            form = self._form or _SUFFIXES.get(path.suffix.lower())
            name = shown(path)
            if form is None:
                say = "--input-format" if path == STDIN else f"one of {_known()}, or --input-format"
                self.faults.append(Fault(name, None, f"the RDF format is not known; give {say}"))
                continue
            file = self._parse(path, name, form)
            if file is not None:
                read.append(file)
        self.files += read
        return read

    def _parse(self, path: Path, name: str, form: str) -> DataFile | None:
        # Names, not real places: relative IRIs must not depend on where a checkout lies.
        base = "file:///" + quote(name.lstrip("/"))
        text = None
        try:
            if path == STDIN and self._stdin is not None:
                text = self._stdin.read()
                parser = ox.parse(text, format=FORMATS[form], base_iri=base)
            else:
                parser = ox.parse(path=str(path), format=FORMATS[form], base_iri=base)
            quads = list(parser)
        except SyntaxError as error:
            message = str(error.msg)
            found = _POSITION.match(message)
            line = error.lineno or (int(found[1]) if found else None)
            if "LoadDocumentCallback" in message:
                message = "its remote @context is not fetched; write the context into the file"
            self.faults.append(Fault(name, line, _POSITION.sub("", message)))
            return None
        except OSError as error:
            self.faults.append(Fault(name, None, f"cannot be read: {error.strerror or error}"))
            return None
        except ValueError as error:
            self.faults.append(Fault(name, None, f"cannot be read: {error}"))
            return None
        file = DataFile(name, path, form, quads, text, prefixes=dict(parser.prefixes))
        self._separate(file)
        return file

    def _separate(self, file: DataFile) -> None:
        """Renames the blank nodes whose labels another file has used."""
        own = {
            term.value
            for quad in file.quads
            for term in (quad.subject, quad.object)
            if isinstance(term, ox.BlankNode)
        }
        clashes = own & self._labels
        if clashes:
            number = len(self._labels)
            new = {}
            for label in sorted(clashes):
                fresh = f"f{number}x{label}"
                while fresh in own or fresh in self._labels:
                    fresh += "x"
                new[label] = ox.BlankNode(fresh)
                file.labels[fresh] = label
            file.quads = [_renamed(quad, new) for quad in file.quads]
            own = own - clashes | set(file.labels)
        self._labels |= own


def _renamed(quad: ox.Quad, new: dict[str, ox.BlankNode]) -> ox.Quad:
    subject, value = quad.subject, quad.object
    if isinstance(subject, ox.BlankNode):
        subject = new.get(subject.value, subject)
    if isinstance(value, ox.BlankNode):
        value = new.get(value.value, value)
    return ox.Quad(subject, quad.predicate, value, quad.graph_name)
