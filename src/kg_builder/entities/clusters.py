"""Local entities of all articles in, clusters of them out, each with the reasons for its merges.

Candidates meet in blocks of equal authority, name, acronym or alias only, so the work grows
with the number of local entities, not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from kg_builder.entities.classes import adopt_classes, is_sure
from kg_builder.entities.context import join_by_context
from kg_builder.entities.deciding import Seeds, decide, named
from kg_builder.entities.decisions import Decisions
from kg_builder.entities.names import acronym_form, is_partial, keeps_both_ends, normal
from kg_builder.entities.nodes import PLACES, Cluster, Clusters, Node
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
    nodes: Sequence[Node], authority: Authority, decisions: Decisions
) -> tuple[list[Cluster], list[str]]:
    """Clusters of all nodes that are not named events, and decisions that did nothing."""
    clusters = Clusters([node for node in nodes if node.kind != "Event"])
    adopt_classes(clusters)
    notes: list[str] = []
    labels: dict[int, str] = {}
    if decisions:
        seeds = Seeds(clusters.nodes, decisions, authority, _is_local(authority))
        notes += decide(clusters, decisions, seeds)
    _join_authorities(clusters)
    _join_names(clusters, authority)
    _join_acronyms(clusters)
    _join_aliases(clusters)
    join_by_context(clusters)
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


def _blocks(clusters: Clusters) -> dict[str, list[int]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        blocks[node.norm].append(number)
    return blocks


def _join_authorities(clusters: Clusters) -> None:
    linked: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        if node.local.authority is not None:
            linked[clusters.authority(number) or node.local.authority].append(number)
    for iri, numbers in linked.items():
        clusters.join_all(numbers, f"same entry of the authority files ({iri})")


def _join_names(clusters: Clusters, authority: Authority) -> None:
    """Join equal names of one class; bare surnames and untold places stay by themselves."""
    for norm, numbers in _blocks(clusters).items():
        by_kind: dict[EntityKind, list[int]] = defaultdict(list)
        for number in numbers:
            by_kind[clusters.nodes[number].kind].append(number)
        for kind, same in by_kind.items():
            linked = [n for n in same if clusters.nodes[n].local.authority is not None]
            bare = [n for n in same if clusters.nodes[n].local.authority is None]
            if not bare or clusters.nodes[bare[0]].is_bare_surname:
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
        if node.kind != kind and is_sure(node):
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
