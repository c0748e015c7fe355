"""Parsed files and a local map in, the files that they import out; never the network."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import UsageError
from kg_builder.validating.files import DataFile, Fault, Reader, expand

_IMPORTS: Final = ox.NamedNode(vocab.OWL + "imports")
_VERSION: Final = ox.NamedNode(vocab.OWL + "versionIRI")
_TYPE: Final = ox.NamedNode(vocab.RDF + "type")
_ONTOLOGY: Final = ox.NamedNode(vocab.OWL + "Ontology")


class ImportMap:
    """Which local file stands for an imported IRI.

    `given` is a TOML file of `"IRI" = "file"` lines (paths from the file's own folder; a table
    [imports] may hold them), or a folder, whose RDF files stand for the ontologies that they
    declare; None maps nothing. Raises UsageError for a map that cannot be used.
    """

    def __init__(self, given: Path | None) -> None:
        self._files: dict[str, Path] = {}
        if given is None:
            return
        if given.is_dir():
            self._of_folder(given)
        else:
            self._of_toml(given)

    def _of_folder(self, folder: Path) -> None:
        paths, _ = expand([folder])
        reader = Reader()
        for file in reader.read(paths):
            for iri in declared(file):
                self._files.setdefault(iri, file.path)
        if reader.faults:
            raise UsageError(f"--imports: {reader.faults[0]}")

    def _of_toml(self, path: Path) -> None:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"--imports {path}: cannot be read: {error}") from error
        table = table.get("imports", table)
        for iri, name in table.items():
            if not isinstance(name, str) or not (path.parent / name).is_file():
                raise UsageError(f"--imports {path}: {iri} must name a file that exists: {name}")
            self._files[_bare(iri)] = path.parent / name

    def find(self, iri: str) -> Path | None:
        """The file that stands for `iri`, or None."""
        return self._files.get(_bare(iri))


def _bare(iri: str) -> str:
    # Ontologies are imported with and without the # that ends their namespace.
    return iri.removesuffix("#")


def declared(file: DataFile) -> set[str]:
    """The IRIs of the ontologies that a file is."""
    found = set()
    for quad in file.quads:
        if quad.predicate == _TYPE and quad.object == _ONTOLOGY:
            found.add(quad.subject)
    names = {term.value for term in found if isinstance(term, ox.NamedNode)}
    names |= {
        quad.object.value
        for quad in file.quads
        if quad.predicate == _VERSION and isinstance(quad.object, ox.NamedNode)
    }
    return {_bare(name) for name in names}


def resolve(reader: Reader, files: Sequence[DataFile], mapped: ImportMap) -> list[Fault]:
    """Reads what `files` import, and what that imports; returns imports that are not mapped.

    The files are read by `reader`, and so stand in its `files` afterwards.
    """
    missing: list[Fault] = []
    have = {iri for file in files for iri in declared(file)}
    waiting = list(files)
    while waiting:
        file = waiting.pop(0)
        for iri in [q.object.value for q in file.quads if q.predicate == _IMPORTS
                    and isinstance(q.object, ox.NamedNode)]:  # fmt: skip
            if _bare(iri) in have:
                continue
            have.add(_bare(iri))
            path = mapped.find(iri)
            if path is None:
                say = f"owl:imports <{iri}>, which --imports maps to no file"
                missing.append(Fault(file.name, None, say))
                continue
            read = reader.read([path])
            have |= {name for new in read for name in declared(new)}
            waiting += read
    return missing
