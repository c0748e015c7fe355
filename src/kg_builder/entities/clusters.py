"""Local entities of all articles in, clusters of them out, each with the reasons for its merges.

Candidates meet in blocks of equal authority, name, acronym or alias only, so the work grows
with the number of local entities, not with its square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kg_builder.entities.names import acronym_form, is_partial, keeps_both_ends, normal
from kg_builder.model import EntityKind, LocalEntity, ResolveRecord

if TYPE_CHECKING:
    from kg_builder.authority import Authority

LOW_CONFIDENCE: Final = 0.6
"""Below this a class may give way to that of surer mentions of the same name."""

PLACES: Final = frozenset({"Place", "Region", "Facility"})


@dataclass(slots=True)
class Node:
    """One local entity of one article; `kind` is its class after comparison with the corpus."""

    article: str
    index: int
    local: LocalEntity
    count: int
    norm: str
    kind: EntityKind


@dataclass(slots=True)
class Cluster:
    """All nodes of one entity of the corpus, in order of (article, index)."""

    nodes: list[Node]
    kind: EntityKind
    authority: str | None
    reasons: set[str] = field(default_factory=set)


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


class Clusters:
    """Union-find over nodes that refuses to join two different authority concepts."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._parent = list(range(len(nodes)))
        self._authority: list[str | None] = [node.local.authority for node in nodes]
        self._reasons: list[set[str]] = [set() for _ in nodes]

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
        self._reasons[self.root(number)].add(reason)

    def union(self, left: int, right: int) -> bool:
        """Join two clusters; False when they belong to different authority concepts."""
        a, b = sorted((self.root(left), self.root(right)))
        if a == b:
            return True
        one, other = self._authority[a], self._authority[b]
        if one is not None and other is not None and one != other:
            return False
        self._parent[b] = a
        self._authority[a] = one if one is not None else other
        self._reasons[a] |= self._reasons[b]
        return True

    def join_all(self, numbers: Iterable[int], reason: str) -> None:
        """Join nodes; the reason is recorded when that ties two articles together."""
        numbers = list(numbers)
        articles = {self.nodes[n].article for n in numbers}
        for number in numbers[1:]:
            self.union(numbers[0], number)
        if len(articles) > 1:
            self.note(numbers[0], reason)

    def collect(self) -> list[Cluster]:
        """The clusters, in order of their first nodes."""
        members: dict[int, list[Node]] = defaultdict(list)
        for number, node in enumerate(self.nodes):
            members[self.root(number)].append(node)
        found = []
        for root, nodes in members.items():
            linked = [n for n in nodes if n.local.authority is not None]
            votes = Counter(n.kind for n in linked or nodes)
            kind = min(votes, key=lambda k: (-votes[k], k))
            reasons = set(self._reasons[root])
            reasons.update(why for node in nodes for why in node.local.same_because)
            found.append(Cluster(nodes, kind, self._authority[root], reasons))
        return found


def cluster(nodes: Sequence[Node], authority: Authority) -> list[Cluster]:
    """Clusters of all nodes that are not named events."""
    things = [node for node in nodes if node.kind != "Event"]
    clusters = Clusters(things)
    _adopt_classes(clusters)
    _join_authorities(clusters)
    _join_names(clusters, authority)
    _join_acronyms(clusters)
    _join_aliases(clusters)
    return clusters.collect()


def _blocks(clusters: Clusters) -> dict[str, list[int]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        blocks[node.norm].append(number)
    return blocks


def _is_sure(node: Node) -> bool:
    return node.local.authority is not None or node.local.confidence >= LOW_CONFIDENCE


def _adopt_classes(clusters: Clusters) -> None:
    """Give a node of low confidence the class that most sure nodes of its name have."""
    for numbers in _blocks(clusters).values():
        nodes = [clusters.nodes[n] for n in numbers]
        if len({node.kind for node in nodes}) < 2:
            continue
        votes = Counter(node.kind for node in nodes if _is_sure(node)).most_common(2)
        if not votes or (len(votes) == 2 and votes[0][1] == votes[1][1]):
            continue
        kind = votes[0][0]
        for number, node in zip(numbers, nodes, strict=True):
            if node.kind != kind and not _is_sure(node) and not node.local.titles:
                reason = f"“{node.local.name}” taken as {kind}, its class in surer mentions"
                clusters.note(number, reason)
                node.kind = kind


def _join_authorities(clusters: Clusters) -> None:
    linked: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        if node.local.authority is not None:
            linked[node.local.authority].append(number)
    for iri, numbers in linked.items():
        clusters.join_all(numbers, f"same entry of the authority files ({iri})")


def _is_bare_surname(node: Node) -> bool:
    return node.kind == "Person" and " " not in node.norm


def _join_names(clusters: Clusters, authority: Authority) -> None:
    """Join equal names of one class; bare surnames and untold places stay by themselves."""
    for norm, numbers in _blocks(clusters).items():
        by_kind: dict[EntityKind, list[int]] = defaultdict(list)
        for number in numbers:
            by_kind[clusters.nodes[number].kind].append(number)
        for kind, same in by_kind.items():
            linked = [n for n in same if clusters.nodes[n].local.authority is not None]
            bare = [n for n in same if clusters.nodes[n].local.authority is None]
            if not bare or _is_bare_surname(clusters.nodes[bare[0]]):
                continue
            name = min(clusters.nodes[n].local.name for n in same)
            if kind in PLACES and is_known_place(name, authority):
                continue
            concepts = {clusters.nodes[n].local.authority for n in linked}
            members = sorted(linked + bare) if len(concepts) == 1 else bare
            clusters.join_all(members, f"same name “{norm}” and class {kind}")


def is_known_place(name: str, authority: Authority) -> bool:
    """Whether the authority files or GeoNames know a place of this name.

    An article that left such a name without a link could not tell which place it means, or
    meant one that they do not know: the name alone then says nothing in another article.
    """
    forms = (name, name.title()) if name.isupper() else (name,)
    return any(
        authority.cities(form) or any(c.kind in PLACES for c in authority.lookup(form))
        for form in forms
    )


def _join_acronyms(clusters: Clusters) -> None:
    """Join a bare acronym to the one name that articles give together with it."""
    defined: dict[str, dict[int, str]] = defaultdict(dict)
    bare: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        own = acronym_form(node.local.name)
        if own is not None:
            bare[own].append(number)
        for surface in (node.local.acronym, *node.local.aliases):
            form = acronym_form(surface) if surface else None
            if form is not None and form != own:
                defined[form].setdefault(clusters.root(number), node.local.name)
    for form, definers in sorted(defined.items()):
        roots = {clusters.root(root) for root in definers}
        if len(roots) != 1 or form not in bare:
            continue
        target = min(definers)
        reason = f"“{form}” is given with “{definers[target]}” and with no other name"
        _attach(clusters, target, bare[form], reason)


def _attach(clusters: Clusters, target: int, numbers: Sequence[int], reason: str) -> None:
    """Join unlinked nodes of the target's class (or of no sure class) to the target."""
    for number in numbers:
        node = clusters.nodes[number]
        linked = clusters.authority(number)
        if clusters.root(number) == clusters.root(target):
            continue
        if linked is not None and linked != clusters.authority(target):
            continue
        kind = clusters.nodes[clusters.root(target)].kind
        if node.kind != kind and _is_sure(node):
            continue
        node.kind = kind
        if clusters.union(target, number):
            clusters.note(target, reason)


def _join_aliases(clusters: Clusters) -> None:
    """Join a name to the one entity that another article calls by it as well."""
    defined: dict[tuple[EntityKind, str], dict[int, str]] = defaultdict(dict)
    named: dict[tuple[EntityKind, str], list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        if node.kind in PLACES:
            continue
        named[node.kind, node.norm].append(number)
        for alias in map(normal, node.local.aliases):
            if _proves(alias, node):
                defined[node.kind, alias].setdefault(clusters.root(number), node.local.name)
    for (kind, alias), definers in sorted(defined.items()):
        roots = {clusters.root(root) for root in definers}
        if len(roots) != 1 or (kind, alias) not in named:
            continue
        target = min(definers)
        reason = f"“{alias}” is another name of “{definers[target]}” and of nothing else"
        _attach(clusters, target, named[kind, alias], reason)


def _proves(alias: str, node: Node) -> bool:
    """Whether an alias is full enough to mean the same thing in another article."""
    if " " not in alias or alias == node.norm:
        return False
    if node.kind == "Person" and keeps_both_ends(alias, node.norm):
        return True
    return not is_partial(alias, node.norm)
