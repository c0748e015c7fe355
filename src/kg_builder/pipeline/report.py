"""What a build is told and tells: input records, failures, the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from kg_builder.model import Hints, Publication
from kg_builder.plugins import FieldMapping


@dataclass(frozen=True, slots=True)
class Failure:
    """One input or article that did not get in, and why. `kind`: error or quarantined."""

    name: str
    reason: str
    kind: str


@dataclass(slots=True)
class BuildReport:
    """What a build did; the numbers are those of the whole store after it."""

    documents: int = 0
    articles: int = 0
    teasers: int = 0
    mentions: int = 0
    entities: int = 0
    events: int = 0
    claims: int = 0
    quads: int = 0
    unchanged: int = 0
    quarantined: int = 0
    errors: int = 0
    seconds: float = 0.0
    snapshot: str | None = None
    analysed: int = 0
    republished: int = 0
    removed: int = 0
    skipped: int = 0
    duplicates: int = 0
    problems: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return asdict(self)


@dataclass(slots=True)
class InputRecord:
    """What the manifest keeps of one input; paths never reach the graph.

    `key` is that of its reading, `analyses` those of its documents. `rules` are the patterns
    over names that tell the publications of what a container holds, `mapping` the fields of its
    records.
    """

    source_name: str
    root: str
    content_hash: str
    hints: Hints
    key: str
    excluded: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    rules: tuple[tuple[str, Publication], ...] = ()
    mapping: FieldMapping = field(default_factory=FieldMapping)
