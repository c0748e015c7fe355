"""A store folder in, its current snapshot out, with leases that keep it from being pruned."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyoxigraph as ox

from kg_builder.errors import StoreDamagedError, StoreMissingError
from kg_builder.store.layout import StoreDir


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    """One snapshot: its name, its Oxigraph folder, and its manifest (read when asked for)."""

    name: str
    folder: Path
    manifest: dict[str, Any] = field(repr=False, compare=False)

    @property
    def path(self) -> Path:
        """The Oxigraph folder."""
        return self.folder / "store"

    def open(self) -> ox.Store:
        """The snapshot, read-only."""
        try:
            return ox.Store.read_only(str(self.path))
        except OSError as error:
            raise StoreDamagedError(
                f"snapshot {self.name} in {self.folder} cannot be opened: {error}; "
                "rebuild it with `kg-builder build … --fresh`"
            ) from error


class Lease:
    """Keeps a snapshot from being pruned; dropped by `release` or with the process."""

    def __init__(self, folder: Path) -> None:
        leases = folder / "leases"
        self._handle: int | None
        try:
            leases.mkdir(exist_ok=True)
            self._handle = os.open(leases / str(os.getpid()), os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            raise
        except OSError:  # a store that this process may only read
            self._handle = os.open(folder / "manifest.json", os.O_RDONLY)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Gives the lease back; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def leased(folder: Path) -> bool:
    """Whether some living process holds a lease on the snapshot in this folder."""
    for path in (folder / "manifest.json", *(folder / "leases").glob("*")):
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError:  # another user's lease that we may not look at
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
    return False


class Snapshots:
    """The snapshots of one store. Raises StoreMissingError for a folder that holds no store."""

    def __init__(self, path: Path) -> None:
        self.dir = StoreDir(path)

    def current_name(self) -> str | None:
        """The name of the current snapshot; one small read, fit for polling."""
        try:
            return (self.dir.path / "CURRENT").read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def current(self) -> SnapshotRef | None:
        """The current snapshot, or None before the first build ended."""
        name = self.current_name()
        return None if name is None else self.get(name)

    def require(self) -> SnapshotRef:
        """The current snapshot; raises StoreMissingError when there is none yet."""
        ref = self.current()
        if ref is None:
            raise StoreMissingError(
                f"{self.dir.path} holds no finished build yet; run `kg-builder build` on it"
            )
        return ref

    def get(self, name: str) -> SnapshotRef:
        """A snapshot by name; raises StoreDamagedError when its manifest cannot be read."""
        folder = self.dir.snapshots / name
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            raise StoreDamagedError(
                f"snapshot {name} of {self.dir.path} has no readable manifest ({error}); "
                "rebuild with `kg-builder build … --fresh`"
            ) from error
        return SnapshotRef(name, folder, manifest)

    def lease(self, ref: SnapshotRef) -> Lease:
        """A lease on a snapshot."""
        return Lease(ref.folder)

    def acquire(self) -> tuple[SnapshotRef, Lease] | None:
        """The current snapshot with a lease on it, even while a build switches and prunes."""
        for _ in range(10):
            ref = self.current()
            if ref is None:
                return None
            try:
                lease = self.lease(ref)
            except FileNotFoundError:  # pruned between the two steps
                continue
            if self.current_name() == ref.name or (ref.folder / "manifest.json").exists():
                return ref, lease
            lease.release()
        raise StoreDamagedError(f"{self.dir.path} names a snapshot that is not there")

    def prune(self, keep: int = 2) -> list[str]:
        """Deletes all but the newest `keep` snapshots, leased ones excepted; returns names."""
        current = self.current_name()
        names = sorted(p.name for p in self.dir.snapshots.iterdir() if p.name.isdigit())
        gone = []
        for name in names[:-keep] if keep else names:
            folder = self.dir.snapshots / name
            if name == current or leased(folder):
                continue
            # Rename first: a half-deleted folder must not look like a snapshot.
            doomed = self.dir.work / f"pruned-{name}"
            folder.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
            gone.append(name)
        return gone
