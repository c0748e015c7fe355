"""The store: changed graphs in, a new snapshot out; the atomic switch is the commit.

A store folder holds
    FORMAT       the version of this layout
    LOCK         held by the one build that may write
    CURRENT      the name of the snapshot that readers should open
    given/       what came in by standard input
    readings/    the documents in each input, without their texts, by cache key
    analyses/    what was found in each document, by cache key
    texts/       the text of each document, by its hash (offsets count in it)
    work/        what a build is writing now; worthless after it ends
    snapshots/   NAME/store (Oxigraph), NAME/manifest.json, NAME/leases/
    quarantine/  articles that the gate held back, with their reports
"""

from kg_builder.store.cache import AnalysisCache, TextCache
from kg_builder.store.layout import FORMAT_VERSION, StoreDir
from kg_builder.store.snapshots import Lease, SnapshotRef, Snapshots
from kg_builder.store.writer import GraphChange, SnapshotWriter, sorted_nquads

__all__ = [
    "FORMAT_VERSION",
    "AnalysisCache",
    "GraphChange",
    "Lease",
    "SnapshotRef",
    "SnapshotWriter",
    "Snapshots",
    "StoreDir",
    "TextCache",
    "sorted_nquads",
]
