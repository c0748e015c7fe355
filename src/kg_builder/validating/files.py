"""Paths, folders, globs and standard input in, parsed RDF with where it came from out."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from kg_builder import vocab

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
_IMPORTS: Final = ox.NamedNode(vocab.OWL + "imports")
_VERSION: Final = ox.NamedNode(vocab.OWL + "versionIRI")
_ONTOLOGY: Final = ox.NamedNode(vocab.OWL + "Ontology")
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
    """One file, read anew each time it is asked for: quads take ten times a file's memory.

    `name` is what people are shown; `form` a key of FORMATS. `text` is that of standard input,
    which cannot be read twice; `source` gives quads that are in no file. The other fields are
    what the last reading found: `labels`, what blank nodes are called in the file itself;
    `imports`, the objects of owl:imports; `declared`, the IRIs of the ontologies that it is;
    `empty`, whether it ended without a triple.
    """

    name: str
    path: Path
    form: str
    number: int = 0
    text: bytes | None = None
    source: Callable[[], Iterable[ox.Quad]] | None = None
    labels: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    imports: list[str] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    fault: Fault | None = None
    empty: bool = False

    def content(self) -> str:
        """The file's text; bytes that are not UTF-8 are replaced."""
        data = self.text if self.text is not None else self.path.read_bytes()
        return data.decode("utf-8-sig", errors="replace")

    @property
    def base(self) -> str:
        """What relative IRIs are resolved against.

        The name, not the real place: IRIs must not depend on where a checkout lies.
        """
        return "file:///" + quote(self.name.lstrip("/"))

    def quads(self) -> Iterator[ox.Quad]:
        """The quads; blank nodes have labels of this file alone, the same in every reading.

        What cannot be read ends the quads and is told by `fault`.
        """
        if self.source is not None:
            quad = None
            for quad in self.source():
                yield quad
            self.empty = quad is None
            return
        try:
            yield from self._read()
        except SyntaxError as error:
            self.fault = _malformed(self.name, error)
        except OSError as error:
            text = f"cannot be read: {error.strerror or error}"
            self.fault = Fault(self.name, None, text)
        except ValueError as error:
            self.fault = Fault(self.name, None, f"cannot be read: {error}")

    def _read(self) -> Iterator[ox.Quad]:
        form, base = FORMATS[self.form], self.base
        if self.text is not None:
            parser = ox.parse(self.text, format=form, base_iri=base)
        else:
            parser = ox.parse(path=str(self.path), format=form, base_iri=base)
        new: dict[str, ox.BlankNode] = {}
        self.imports, self.declared = [], set()
        quad = None
        for quad in parser:
            subject, value = quad.subject, quad.object
            if isinstance(value, ox.NamedNode):
                self._notice(quad, value)
            if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
                subject, value = self._own(subject, new), self._own(value, new)
                yield ox.Quad(subject, quad.predicate, value, quad.graph_name)
            else:
                yield quad
        self.prefixes = dict(parser.prefixes)
        self.empty = quad is None

    def _notice(self, quad: ox.Quad, value: ox.NamedNode) -> None:
        if value == _ONTOLOGY and isinstance(quad.subject, ox.NamedNode):
            self.declared.add(bare(quad.subject.value))
            return
        predicate = quad.predicate
        if predicate == _IMPORTS:
            self.imports.append(value.value)
        elif predicate == _VERSION:
            self.declared.add(bare(value.value))

    def _own(self, term: Any, new: dict[str, ox.BlankNode]) -> Any:
        if not isinstance(term, ox.BlankNode):
            return term
        found = new.get(term.value)
        if found is None:
            found = new[term.value] = ox.BlankNode(f"f{self.number}b{len(new)}")
            self.labels[found.value] = term.value
        return found


def bare(iri: str) -> str:
    """An ontology's IRI; it may be imported with and without the # that ends its namespace."""
    return iri.removesuffix("#")


def _malformed(name: str, error: SyntaxError) -> Fault:
    message = str(error.msg)
    found = _POSITION.match(message)
    line = error.lineno or (int(found[1]) if found else None)
    if "LoadDocumentCallback" in message:
        message = "its remote @context is not fetched; write the context into the file"
    return Fault(name, line, _POSITION.sub("", message))


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


def opened(
    paths: Iterable[Path], form: str | None = None, stdin: IO[bytes] | None = None, first: int = 0
) -> tuple[list[DataFile], list[Fault]]:
    """The files at `paths`, not read yet, and those whose format is not known.

    `form` is a key of FORMATS for all of them, None to go by the suffix; `first` the number of
    the first, by which blank nodes of different files are told apart.
    """
    files: list[DataFile] = []
    faults: list[Fault] = []
    for path in paths:
        kind = form or _SUFFIXES.get(path.suffix.lower())
        if kind is None:
            say = "--input-format" if path == STDIN else f"one of {_known()}, or --input-format"
            text = f"the RDF format is not known; give {say}"
            faults.append(Fault(shown(path), None, text))
            continue
        data = stdin.read() if path == STDIN and stdin is not None else None
        files.append(DataFile(shown(path), path, kind, first + len(files), data))
    return files, faults
