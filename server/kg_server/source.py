"""A store folder or RDF files in, snapshots to serve out: the server's only view of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox

from kg_builder.errors import InputError, StoreMissingError, UnsupportedFormatError
from kg_builder.store import Snapshots
from kg_builder.vocab import DEFAULT_BASE


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder that never changes: `path` is an Oxigraph folder, `base` the data IRIs' base.

    `identity` tells its content from that of any other folder, of this server or of one
    that ran before: names alone start again with a fresh store.
    """

    name: str
    path: Path
    base: str = DEFAULT_BASE
    manifest: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    identity: str = field(init=False, compare=False, default="")

    def __post_init__(self) -> None:
        """Takes the identity from the files that hold the data, which are never rewritten."""
        seen = hashlib.sha256(f"{self.name}\n{self.base}\n".encode())
        for file in sorted(self.path.glob("*")):
            if file.suffix in (".sst", ".log") or file.name.startswith("MANIFEST"):
                status = file.stat()
                seen.update(f"{file.name} {status.st_size} {status.st_mtime_ns}\n".encode())
        object.__setattr__(self, "identity", seen.hexdigest()[:24])


class Lease(Protocol):
    """Keeps one snapshot on disk until `release` is called; a second call does nothing."""

    def release(self) -> None:
        """Gives the snapshot up."""


class SnapshotSource(Protocol):
    """Where the server gets the snapshot it should serve now."""

    def current_name(self) -> str | None:
        """The name of the newest snapshot; cheap, called several times a second."""

    def acquire(self) -> tuple[Snapshot, Lease]:
        """The newest snapshot and a lease on it.

        Raises StoreMissingError when there is none, StoreDamagedError when it is unreadable.
        """


class StoreSource:
    """The snapshots of a kg-builder store; follows its switches."""

    def __init__(self, folder: Path) -> None:
        self._snapshots = Snapshots(folder)
        self._folder = folder

    def current_name(self) -> str | None:
        """The name in the store's CURRENT file."""
        return self._snapshots.current_name()

    def acquire(self) -> tuple[Snapshot, Lease]:
        """The current snapshot, leased."""
        held = self._snapshots.acquire()
        if held is None:
            raise StoreMissingError(
                f"{self._folder} holds no finished build yet; run `kg-builder build` on it"
            )
        ref, lease = held
        base = str(ref.manifest.get("base") or DEFAULT_BASE)
        return Snapshot(ref.name, ref.path, base, ref.manifest), lease


class _NoLease:
    """The lease of a folder that nobody prunes."""

    def release(self) -> None:
        """Does nothing."""


class FolderSource:
    """One Oxigraph folder that does not change while it is served."""

    def __init__(self, path: Path, base: str = DEFAULT_BASE, name: str = "data") -> None:
        self._snapshot = Snapshot(name, path, base)

    def current_name(self) -> str | None:
        """Always the same name."""
        return self._snapshot.name

    def acquire(self) -> tuple[Snapshot, Lease]:
        """The folder; its lease is empty."""
        return self._snapshot, _NoLease()


_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".n3": ox.RdfFormat.N3,
}


def load_files(files: Iterable[Path], folder: Path, base: str = DEFAULT_BASE) -> FolderSource:
    """Bulk-loads RDF files into a new Oxigraph store in `folder` and serves that.

    Raises UnsupportedFormatError for an unknown suffix and InputError, with file and line,
    for a file that cannot be read or parsed.
    """
    store = ox.Store(str(folder))
    for path in files:
        rdf_format = _FORMATS.get(path.suffix.lower())
        if rdf_format is None:
            known = " ".join(sorted(_FORMATS))
            raise UnsupportedFormatError(f"{path}: no RDF format ends like this; known: {known}")
        try:
            store.bulk_load(path=str(path), format=rdf_format, base_iri=path.resolve().as_uri())
        except (SyntaxError, OSError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else error.strerror or error
            raise InputError(f"{path}: {reason}") from error
    store.flush()
    store.optimize()
    del store  # closes it: a reader beside an open writer is undefined
    return FolderSource(folder, base)
