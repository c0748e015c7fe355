"""Local entities of all articles in, clusters of them out, each with the reasons for its merges.

Candidates meet in blocks of equal authority, name, acronym or alias only, so the work grows
with the number of local entities, not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from kg_builder.entities.classes import adopt_classes
from kg_builder.entities.context import join_by_context
from kg_builder.entities.deciding import Seeds, decide, named
from kg_builder.entities.decisions import Decisions
from kg_builder.entities.generic import Homes
from kg_builder.entities.names import normal
from kg_builder.entities.nodes import PLACES, Cluster, Clusters, Node
from kg_builder.entities.same_name import (
    is_known_place,
    join_acronyms,
    join_aliases,
    join_names,
    join_national,
)
from kg_builder.model import EntityKind, ResolveRecord

if TYPE_CHECKING:
    from kg_builder.authority import Authority


def nodes_of(records: Sequence[ResolveRecord], authority: Authority) -> list[Node]:
    """All local entities, in order of the records; a linked one has its concept's class."""
    nodes = []
    kinds: dict[str, EntityKind | None] = {}
    for record in records:
        for index, local in enumerate(record.entities):
            kind: EntityKind = local.kind
            if local.authority is not None:
                if local.authority not in kinds:
                    concept = authority.get(local.authority)
                    kinds[local.authority] = concept.kind if concept else None
                kind = kinds[local.authority] or kind
            count = record.counts[index] if index < len(record.counts) else 1
            nodes.append(Node(record.article, index, local, count, normal(local.name), kind))
    return nodes


def cluster(
    nodes: Sequence[Node],
    authority: Authority,
    decisions: Decisions,
    outlets: Mapping[str, str],
) -> tuple[list[Cluster], list[str]]:
    """Clusters of all nodes that are not named events, and decisions that did nothing.

    `outlets` are the countries of the articles' outlets, where they are known.
    """
    clusters = Clusters([node for node in nodes if node.kind != "Event"])
    adopt_classes(clusters)
    homes = Homes(clusters.nodes, authority, outlets)
    notes: list[str] = []
    labels: dict[int, str] = {}
    if decisions:
        seeds = Seeds(clusters.nodes, decisions, authority, _is_local(authority))
        notes += decide(clusters, decisions, seeds)
    _join_authorities(clusters)
    contested = join_names(clusters, authority, homes)
    join_national(clusters, homes)
    join_acronyms(clusters, authority, homes)
    join_aliases(clusters, homes)
    join_by_context(clusters, contested)
    if decisions:
        labels, unused = named(clusters, decisions, seeds)
        notes += unused
    return clusters.collect(labels), sorted(set(notes))


def _is_local(authority: Authority) -> Callable[[Node], bool]:
    """Tells names of places that say which one is meant in their own article only."""

    @cache
    def known(name: str) -> bool:
        return is_known_place(name, authority)

    return lambda node: node.kind in PLACES and known(node.local.name)


def _join_authorities(clusters: Clusters) -> None:
    linked: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        if node.local.authority is not None:
            linked[clusters.authority(number) or node.local.authority].append(number)
    for iri, numbers in linked.items():
        clusters.join_all(numbers, f"same entry of the authority files ({iri})")
