"""Changed graphs in, a new verified snapshot out, switched atomically."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg_builder.errors import StoreDamagedError
from kg_builder.store.layout import StoreDir, storage_error, sync_folder, write_atomically
from kg_builder.store.snapshots import SnapshotRef, Snapshots

_BATCH_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class GraphChange:
    """A named graph with all its quads as N-Quads; empty `nquads` removes the graph.

    `new` says that the last snapshot does not have the graph, which saves a look-up;
    `patch` that most of a large graph stays, so only the differing quads are written.
    """

    graph: str
    nquads: bytes
    new: bool = False
    patch: bool = False


class SnapshotWriter:
    """Writes one new snapshot; the caller holds the store's lock.

    Nothing that readers see changes before `commit` renames a finished folder and rewrites
    CURRENT; whatever a killed build left in work/ has to be deleted first (`clean`).
    """

    def __init__(self, directory: StoreDir, previous: SnapshotRef | None) -> None:
        self._dir = directory
        self._previous = previous
        self._path = directory.work / "next"

    def write(
        self,
        changes: Iterable[GraphChange],
        *,
        from_scratch: bool,
        finish: Callable[[ox.Store], Iterable[GraphChange]],
    ) -> int:
        """Applies the changes to a copy of the last snapshot; returns its number of quads.

        `from_scratch` starts empty: cheaper when most graphs change. `finish` sees the store
        with all changes and adds the graphs that count them. Raises CannotRunError.
        """
        try:
            store = self._open(from_scratch)
            self._apply(store, changes, from_scratch)
            self._apply(store, finish(store), from_scratch)
            store.flush()
            if from_scratch:
                store.optimize()
            store.backup(str(self._dir.work / "backup"))
            count = len(store)
            del store
            gc.collect()  # closes the Oxigraph handle, which has no close()
        except OSError as error:
            raise storage_error(error, self._dir.path) from error
        return self._verify(count)

    def _open(self, from_scratch: bool) -> ox.Store:
        if self._previous is not None and not from_scratch:
            # A backup of immutable tables is made of hard links: quick, whatever the size.
            self._previous.open().backup(str(self._path))
        return ox.Store(str(self._path))

    def _apply(self, store: ox.Store, changes: Iterable[GraphChange], fresh: bool) -> None:
        batch: list[bytes] = []
        size = 0
        for change in changes:
            nquads = change.nquads
            if not fresh and not change.new:
                if change.patch:
                    nquads = _remove_stale(store, change)
                else:
                    store.remove_graph(ox.NamedNode(change.graph))
            batch.append(nquads)
            size += len(nquads)
            if size > _BATCH_BYTES:
                _load(store, batch)
                batch, size = [], 0
        _load(store, batch)

    def _verify(self, count: int) -> int:
        copy = ox.Store.read_only(str(self._dir.work / "backup"))
        if len(copy) != count:
            raise StoreDamagedError(
                f"the new snapshot holds {len(copy)} quads instead of {count}; it was thrown "
                "away and the last one stays. Run the same command again"
            )
        return count

    def count(self, graph: str) -> int:
        """The number of quads of one graph in the store that was written."""
        copy = ox.Store.read_only(str(self._dir.work / "backup"))
        return sum(1 for _ in copy.quads_for_pattern(None, None, None, ox.NamedNode(graph)))

    def commit(self, manifest: dict[str, Any]) -> SnapshotRef:
        """Makes the written store the current snapshot. Raises CannotRunError."""
        names = [int(p.name) for p in self._dir.snapshots.iterdir() if p.name.isdigit()]
        name = f"{max(names, default=0) + 1:06d}"
        staged = self._dir.work / f"snapshot-{name}"
        final = self._dir.snapshots / name
        try:
            staged.mkdir()
            (staged / "leases").mkdir()
            (self._dir.work / "backup").rename(staged / "store")
            data = json.dumps(manifest | {"name": name}, ensure_ascii=False, sort_keys=True)
            write_atomically(staged / "manifest.json", data.encode("utf-8"))
            staged.rename(final)
            sync_folder(self._dir.snapshots)
            write_atomically(self._dir.path / "CURRENT", name.encode("ascii"))
        except OSError as error:
            raise storage_error(error, self._dir.path) from error
        shutil.rmtree(self._path, ignore_errors=True)
        return Snapshots(self._dir.path).get(name)


def clean(directory: StoreDir) -> None:
    """Throws away what a killed build left in work/, and half-made snapshots."""
    for path in directory.work.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _load(store: ox.Store, batch: list[bytes]) -> None:
    if batch:
        store.bulk_load(b"".join(batch), format=ox.RdfFormat.N_QUADS)


def _remove_stale(store: ox.Store, change: GraphChange) -> bytes:
    """Removes the quads of a graph that the change lacks; returns those that are to be added."""
    wanted = set(change.nquads.splitlines(keepends=True))
    graph = ox.NamedNode(change.graph)
    present = set(
        sorted_nquads(store.quads_for_pattern(None, None, None, graph)).splitlines(keepends=True)
    )
    stale = b"".join(sorted(present - wanted))
    for quad in ox.parse(stale, format=ox.RdfFormat.N_QUADS):
        store.remove(quad)
    return b"".join(sorted(wanted - present))


def sorted_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Quads as N-Quads in canonical order: one line each, sorted, no doubles."""
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(set(data.splitlines(keepends=True))))
