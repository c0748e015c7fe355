"""Local entities as nodes, and the union-find that puts them together; no rule is here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kg_builder.model import EntityKind, LocalEntity

PLACES: Final = frozenset({"Place", "Region", "Facility"})


@dataclass(slots=True)
class Node:
    """One local entity of one article; `kind` is its class after comparison with the corpus.

    `home` says whose it is, of what has a name that every country has: an ISO code, or its
    article's key where nothing tells.
    """

    article: str
    index: int
    local: LocalEntity
    count: int
    norm: str
    kind: EntityKind
    home: str | None = None

    @property
    def is_bare_surname(self) -> bool:
        """Whether the node is a person of whom its article gives one word only."""
        return self.kind == "Person" and " " not in self.norm


@dataclass(slots=True)
class Cluster:
    """All nodes of one entity of the corpus, in order of (article, index).

    `label` is the name that the user decided on.
    """

    nodes: list[Node]
    kind: EntityKind
    authority: str | None
    reasons: set[str] = field(default_factory=set)
    label: str | None = None


class Clusters:
    """Union-find over nodes that refuses to join two authority concepts or decided opposites."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._parent = list(range(len(nodes)))
        self._authority: list[str | None] = [node.local.authority for node in nodes]
        self._reasons: dict[int, set[str]] = {}
        self._sides: dict[int, frozenset[tuple[int, int]]] = {}

    def root(self, number: int) -> int:
        """The smallest node number of the cluster that holds a node."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def authority(self, number: int) -> str | None:
        """The authority concept of a node's cluster."""
        return self._authority[self.root(number)]

    def note(self, number: int, reason: str) -> None:
        """Record a reason on a node's cluster."""
        self._reasons.setdefault(self.root(number), set()).add(reason)

    def sides(self, number: int) -> frozenset[tuple[int, int]]:
        """The sides of decisions, as (decision, 0 or 1), that a node's cluster is on."""
        return self._sides.get(self.root(number), frozenset())

    def opposed(self, left: int, right: int) -> bool:
        """Whether the user decided that two clusters are different."""
        own = self.sides(left)
        return bool(own) and any((n, 1 - side) in own for n, side in self.sides(right))

    def mark(self, number: int, side: tuple[int, int]) -> None:
        """Put a node's cluster on one side of a decision."""
        self._sides[self.root(number)] = self.sides(number) | {side}

    def unlink(self, number: int) -> None:
        """Take the authority link off a node that is in no cluster yet."""
        node = self.nodes[number]
        node.local = replace(node.local, authority=None)
        node.kind = node.local.kind
        self._authority[number] = None

    def force(self, numbers: Sequence[int]) -> bool:
        """Join nodes as the user decided; False where another decision forbids some of it.

        Of two authority concepts one stays: a curated one, then the first by IRI.
        """
        whole = True
        for number in numbers[1:]:
            if self.opposed(numbers[0], number):
                whole = False
                continue
            known = {self.authority(n) for n in (numbers[0], number)} - {None}
            chosen = min(known, key=lambda iri: (str(iri).startswith("geonames:"), iri), default="")
            self._unite(numbers[0], number, chosen or None)
        return whole

    def union(self, left: int, right: int) -> bool:
        """Join two clusters; False when they belong to different concepts or were told apart."""
        one, other = self.authority(left), self.authority(right)
        if self.root(left) == self.root(right):
            return True
        if one is not None and other is not None and one != other:
            return False
        if self._sides and self.opposed(left, right):
            return False
        self._unite(left, right, one if one is not None else other)
        return True

    def _unite(self, left: int, right: int, authority: str | None) -> None:
        a, b = sorted((self.root(left), self.root(right)))
        if a != b:
            if self._sides:
                self._sides[a] = self.sides(a) | self.sides(b)
            self._parent[b] = a
            if b in self._reasons:
                self._reasons.setdefault(a, set()).update(self._reasons.pop(b))
        self._authority[a] = authority

    def join_all(self, numbers: Iterable[int], reason: str) -> None:
        """Join nodes; the reason is recorded when that ties two articles together."""
        for group in self._unopposed(list(numbers)):
            articles = {self.nodes[n].article for n in group}
            for number in group[1:]:
                self.union(group[0], number)
            if len(articles) > 1:
                self.note(group[0], reason)

    def _unopposed(self, numbers: list[int]) -> list[list[int]]:
        """The nodes that may be joined: all, or those of each side where a decision parts them.

        A node that could be on either side is in no group: the reason to join it proves nothing.
        """
        if not self._sides or len(numbers) < 2:
            return [numbers] if numbers else []
        held = {side for number in numbers for side in self.sides(number)}
        if not any((decision, 1 - side) in held for decision, side in held):
            return [numbers]
        groups: dict[frozenset[tuple[int, int]], list[int]] = defaultdict(list)
        for number in numbers:
            if self.sides(number):
                groups[self.sides(number)].append(number)
        return [groups[side] for side in sorted(groups, key=sorted)]

    def collect(self, labels: Mapping[int, str]) -> list[Cluster]:
        """The clusters, in order of their first nodes; `labels` are decided names by root."""
        members: dict[int, list[Node]] = defaultdict(list)
        for number, node in enumerate(self.nodes):
            members[self.root(number)].append(node)
        found = []
        for root, nodes in members.items():
            linked = [n for n in nodes if n.local.authority is not None]
            votes = Counter(n.kind for n in linked or nodes)
            kind = min(votes, key=lambda k: (-votes[k], k))
            reasons = self._reasons.get(root, set())
            reasons.update(why for node in nodes for why in node.local.same_because)
            found.append(Cluster(nodes, kind, self._authority[root], reasons, labels.get(root)))
        return found
