"""Clusters in the making and a user's decisions in; joined and parted nodes out.

See `decisions` for what a key stands for. Nothing here depends on what the rules have joined.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kg_builder.entities.decisions import Decisions
from kg_builder.vocab import short_hash, slug

if TYPE_CHECKING:
    from kg_builder.authority import Authority
    from kg_builder.entities.nodes import Clusters, Node

OPEN_AUTHORITY: Final = "geonames:"
"""Where IRIs of places begin that no curated authority file names."""

_HASHED: Final = re.compile(r"-([0-9a-f]{8})$")


@dataclass(slots=True)
class _Bearers:
    """The nodes that give one key: by authority entry, and by name."""

    concepts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    named: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)


@lru_cache(maxsize=200_000)
def plain_key(kind: str, name: str) -> str:
    """The key of an entity whose class and name are no other's."""
    return f"entity/{kind.lower()}/{slug(name)}"


def concept_suffix(iri: str) -> str:
    """The end of the key of an authority entry that shares class and name with another."""
    return slug(iri.replace("#", "/").replace(":", "/").rsplit("/", 1)[-1])


class Seeds:
    """The nodes that each key of the decisions stands for."""

    def __init__(
        self,
        nodes: Sequence[Node],
        decisions: Decisions,
        authority: Authority,
        local: Callable[[Node], bool],
    ) -> None:
        """`local` tells names that say which place is meant in their own article only."""
        self._nodes = nodes
        pairs = (*decisions.same, *decisions.different)
        keys = {key for pair in pairs for key in pair} | {key for key, _ in decisions.names}
        self._wanted = keys
        self._found: dict[str, _Bearers] = {key: _Bearers() for key in keys}
        self._hashes: dict[str, list[str]] = defaultdict(list)
        for key in sorted(keys):
            if key.startswith("entity/") and (end := _HASHED.search(key)):
                self._hashes[end[1]].append(key)
        articles = {key.partition("#")[0] for key in keys if key.startswith("article/")}
        for number, node in enumerate(nodes):
            if f"article/{node.article}" in articles:
                self._by_handle(number, node)
            if node.local.authority is not None:
                self._by_concept(number, node, authority)
            else:
                self._by_name(number, node, local)

    def of(self, key: str) -> frozenset[int] | str:
        """The numbers of a key's nodes, or why there are none."""
        bearers = self._found[key]
        iris = sorted(bearers.concepts)
        if len(iris) > 1:
            curated = [iri for iri in iris if not iri.startswith(OPEN_AUTHORITY)]
            if len(curated) != 1:
                return f"<{key}> names several things"
            iris = curated
        if iris:
            return frozenset(bearers.concepts[iris[0]])
        if bearers.named:
            if len({self._nodes[number].home for number in bearers.named}) > 1:
                return f"<{key}> names several things"
            return frozenset(bearers.named)
        if len(bearers.bare) > 1:
            return f"<{key}> names several things"
        return frozenset(bearers.bare) or f"<{key}> is not in the corpus"

    def _by_handle(self, number: int, node: Node) -> None:
        names = (node.local.name, *node.local.aliases)
        for kind in sorted({node.kind, node.local.kind}):
            for name in sorted({slug(name) for name in names}):
                key = f"article/{node.article}#entity={kind.lower()}/{name}"
                if key in self._wanted and number not in self._found[key].bare:
                    self._found[key].bare.append(number)

    def _by_concept(self, number: int, node: Node, authority: Authority) -> None:
        iri = node.local.authority
        concept = authority.get(iri) if iri else None
        if iri is None or concept is None:
            return
        plain = plain_key(concept.kind, concept.name)
        for key in (plain, f"{plain}-{concept_suffix(iri)}"):
            if key in self._wanted:
                self._found[key].concepts[iri].append(number)

    def _by_name(self, number: int, node: Node, local: Callable[[Node], bool]) -> None:
        plain = plain_key(node.kind, node.local.name)
        if plain in self._wanted:
            bearers = self._found[plain]
            alone = node.is_bare_surname or local(node)
            (bearers.bare if alone else bearers.named).append(number)
        if node.home is not None and (key := f"{plain}-{slug(node.home)}") in self._wanted:
            self._found[key].named.append(number)
        if self._hashes:
            end = short_hash(node.article, node.norm, length=8)
            for key in self._hashes.get(end, ()):
                self._found[key].named.append(number)


def decide(clusters: Clusters, decisions: Decisions, seeds: Seeds) -> list[str]:
    """Part and join nodes as decided, before any rule; what could not be done, in words."""
    notes = []
    for number, (one, other) in enumerate(decisions.different):
        notes += _part(clusters, number, (one, other), seeds)
    for one, other in decisions.same:
        left, right = seeds.of(one), seeds.of(other)
        if isinstance(left, str) or isinstance(right, str):
            notes += [why for why in (left, right) if isinstance(why, str)]
            continue
        _yield_links(clusters, ((one, left), (other, right)))
        reason = f"user decision: {one} is the same as {other}"
        numbers = sorted(left | right)
        if not clusters.force(numbers):
            notes.append(
                f"<{one}> and <{other}> cannot be one: they hold what is decided different"
            )
        clusters.note(min(left), reason)
    return notes


def _part(clusters: Clusters, number: int, keys: tuple[str, str], seeds: Seeds) -> list[str]:
    """Mark the two sides of one decision; the narrower one is taken out of the wider."""
    one, other = (seeds.of(key) for key in keys)
    if isinstance(one, str) or isinstance(other, str):
        return [why for why in (one, other) if isinstance(why, str)]
    if one == other:
        return [f"<{keys[0]}> and <{keys[1]}> stand for the same mentions"]
    narrow, wide = sorted((one, other), key=lambda side: (len(side), sorted(side)))
    wide -= narrow
    if not wide:
        return [f"<{keys[0]}> and <{keys[1]}> stand for the same mentions"]
    linked = {clusters.nodes[n].local.authority for n in wide} - {None}
    reason = f"user decision: {keys[0]} is not {keys[1]}"
    for side, members in enumerate((narrow, wide)):
        for member in sorted(members):
            clusters.mark(member, (number, side))
            clusters.note(member, reason)
            if side == 0 and clusters.nodes[member].local.authority in linked:
                clusters.unlink(member)  # the entry is the other one's
    return []


def _yield_links(clusters: Clusters, sides: Iterable[tuple[str, frozenset[int]]]) -> None:
    """Take the authority link off what one article names, where the other side has another."""
    (one, left), (other, right) = sides
    for key, own, against in ((one, left, right), (other, right, left)):
        theirs = {clusters.nodes[n].local.authority for n in against} - {None}
        if not key.startswith("article/") or not theirs:
            continue
        for number in sorted(own):
            link = clusters.nodes[number].local.authority
            if link is not None and link not in theirs:
                clusters.unlink(number)


def named(
    clusters: Clusters, decisions: Decisions, seeds: Seeds
) -> tuple[dict[int, str], list[str]]:
    """The decided name of each cluster, by its root, and what could not be done, in words."""
    found: dict[int, str] = {}
    notes = []
    for key, name in decisions.names:
        numbers = seeds.of(key)
        if isinstance(numbers, str):
            notes.append(numbers)
            continue
        roots = {clusters.root(n) for n in numbers}
        if len(roots) > 1:
            notes.append(f"<{key}> is several entities; name each of them")
            continue
        root = roots.pop()
        if found.setdefault(root, name) != name:
            notes.append(f"<{key}> has another name already, “{found[root]}”")
            continue
        clusters.note(root, f"user decision: named “{name}”")
    return found, notes
