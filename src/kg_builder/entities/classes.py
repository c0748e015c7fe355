"""Clusters in the making in, one class for each name out, where the mentions' classes differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from kg_builder.entities.nodes import Clusters, Node
from kg_builder.entities.variants import legal_core
from kg_builder.model import EntityKind

LOW_CONFIDENCE: Final = 0.6
"""Below this a class may give way to that of surer mentions of the same name."""

MAJORITY: Final = 2.0
"""How many times the confidence of all others together a class needs to win over sure ones."""


def is_sure(node: Node) -> bool:
    """Whether a node's class may stand against others."""
    return node.local.authority is not None or node.local.confidence >= LOW_CONFIDENCE


def adopt_classes(clusters: Clusters) -> None:
    """Compare the classes of equal names, so that one thing is not there twice.

    A node of low confidence takes the class that most sure nodes of its name have. A sure one
    without a link does so too, where the name has two words or more and one class has most of
    the confidence by far: a single word is easily a person, a place and a company at once.
    """
    _adopt_companies(clusters)
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        blocks[node.norm].append(number)
    for norm, numbers in blocks.items():
        nodes = [clusters.nodes[n] for n in numbers]
        if len({node.kind for node in nodes}) < 2:
            continue
        votes = Counter(node.kind for node in nodes if is_sure(node)).most_common(2)
        if votes and (len(votes) == 1 or votes[0][1] > votes[1][1]):
            weak = [n for n in numbers if not is_sure(clusters.nodes[n])]
            _adopt(clusters, weak, votes[0][0], "surer mentions")
        if " " in norm and (kind := _by_far(nodes)) is not None:
            free = [n for n in numbers if clusters.nodes[n].local.authority is None]
            _adopt(clusters, free, kind, "most mentions")


def _adopt_companies(clusters: Clusters) -> None:
    """Take a name of two words or more for a company where one has it before its legal form."""
    cores = {
        core
        for node in clusters.nodes
        if node.kind == "Organization" and " " in (core := legal_core(node.norm)[0])
    }
    for number, node in enumerate(clusters.nodes):
        if node.norm in cores and node.local.authority is None:
            _adopt(clusters, [number], "Organization", "the name with its legal form")


def _by_far(nodes: list[Node]) -> EntityKind | None:
    """The class that has most of the confidence, if it has MAJORITY times that of the others."""
    weights: dict[EntityKind, float] = defaultdict(float)
    for node in nodes:
        weights[node.kind] += node.local.confidence
    kind = min(weights, key=lambda k: (-weights[k], k))
    rest = sum(weight for other, weight in sorted(weights.items()) if other != kind)
    return kind if round(weights[kind] - MAJORITY * rest, 6) >= 0 else None


def _adopt(clusters: Clusters, numbers: list[int], kind: EntityKind, whose: str) -> None:
    for number in numbers:
        node = clusters.nodes[number]
        if node.kind != kind and not node.local.titles:
            clusters.note(number, f"“{node.local.name}” taken as {kind}, its class in {whose}")
            node.kind = kind
