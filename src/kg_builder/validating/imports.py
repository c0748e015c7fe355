"""Parsed files and a local map in, the files that they import out; never the network."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg_builder import resources
from kg_builder.errors import UsageError
from kg_builder.validating.files import DataFile, Fault, bare, expand, opened


class ImportMap:
    """Which local file stands for an imported IRI.

    `given` is a TOML file of `"IRI" = "file"` lines (paths from the file's own folder; a table
    [imports] may hold them), or a folder, whose RDF files stand for the ontologies that they
    declare; None maps nothing. Raises UsageError for a map that cannot be used.
    """

    def __init__(self, given: Path | None) -> None:
        # Our own ontology is at hand: shapes for our graphs import it.
        self._files = {"https://w3id.org/kg-builder/ontology": resources.ontology_file()}
        if given is None:
            return
        if given.is_dir():
            self._of_folder(given)
        else:
            self._of_toml(given)

    def _of_folder(self, folder: Path) -> None:
        files, _ = opened(expand([folder])[0])
        for file in files:
            for _ in file.quads():
                pass
            if file.fault is not None:
                raise UsageError(f"--imports: {file.fault}")
            for iri in sorted(file.declared):
                self._files.setdefault(iri, file.path)

    def _of_toml(self, path: Path) -> None:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"--imports {path}: cannot be read: {error}") from error
        table = table.get("imports", table)
        for iri, name in table.items():
            if not isinstance(name, str) or not (path.parent / name).is_file():
                raise UsageError(f"--imports {path}: {iri} must name a file that exists: {name}")
            self._files[bare(iri)] = path.parent / name

    def find(self, iri: str) -> Path | None:
        """The file that stands for `iri`, or None."""
        return self._files.get(bare(iri))


class Stream:
    """The quads of files, and of what they import, read while they are asked for.

    After the reading `imported` holds the files that were imported, `faults` what could not be
    read, and `missing` the imports that are not mapped.
    """

    def __init__(self, files: list[DataFile], mapped: ImportMap) -> None:
        self.files = files
        self.imported: list[DataFile] = []
        self.faults: list[Fault] = []
        self.missing: list[Fault] = []
        self._mapped = mapped
        self._next_number = 1 + max((file.number for file in files), default=-1)

    def without_broken(self) -> Stream:
        """The files that could be read, to be read once more without the others."""
        return Stream([file for file in self.files if file.fault is None], self._mapped)

    def __iter__(self) -> Iterator[ox.Quad]:
        for _, quads in self.parts():
            yield from quads

    def parts(self) -> Iterator[tuple[DataFile, Iterator[ox.Quad]]]:
        """File by file; each must be read to its end before the next is asked for."""
        waiting = list(self.files)
        seen: set[str] = set()
        while waiting:
            for file in waiting:
                yield file, file.quads()
                if file.fault is not None:
                    self.faults.append(file.fault)
            # What an import names may stand in a file that comes later: asked when all are read.
            seen |= {iri for file in waiting for iri in file.declared}
            waiting = self._next(waiting, seen)
            self.imported += waiting

    def _next(self, files: list[DataFile], seen: set[str]) -> list[DataFile]:
        """The files that `files` import and that have not been read."""
        found: list[DataFile] = []
        for file in files:
            for iri in file.imports:
                if bare(iri) in seen:
                    continue
                seen.add(bare(iri))
                path = self._mapped.find(iri)
                if path is None:
                    say = f"owl:imports <{iri}>, which --imports maps to no file"
                    self.missing.append(Fault(file.name, None, say))
                    continue
                new, faults = opened([path], first=self._next_number)
                self._next_number += len(new)
                found += new
                self.faults += faults
        return found
