"""Clusters of local entities in, entities with keys, names and authority facts out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg_builder.entities.deciding import OPEN_AUTHORITY, concept_suffix, plain_key
from kg_builder.entities.names import acronym_form, normal
from kg_builder.entities.nodes import PLACES, Cluster, Node
from kg_builder.entities.same_name import is_known_place
from kg_builder.entities.variants import person_words
from kg_builder.model import Entity, EntityKind
from kg_builder.vocab import short_hash, slug

if TYPE_CHECKING:
    from kg_builder.authority import Authority, Concept

CONTAINER_REASON: Final = "not named itself; holds a place that is named"


@dataclass(slots=True)
class Profile:
    """One entity in the making; `cluster` is None for a container that no article names."""

    kind: EntityKind
    name: str
    cluster: Cluster | None
    concept: Concept | None
    iri: str | None
    local: bool = False
    """Whether the name says which place is meant in its own article only."""


def profiles(clusters: Sequence[Cluster], authority: Authority) -> list[Profile]:
    """A profile for each cluster, then for each unnamed place that contains one of them."""
    found = []
    for item in clusters:
        concept = authority.get(item.authority) if item.authority else None
        name = concept.name if concept else canonical_name(item.nodes)
        local = item.authority is None and item.kind in PLACES and is_known_place(name, authority)
        found.append(Profile(item.kind, name, item, concept, item.authority, local))
    known = {iri for profile in found for iri in _entries(profile)}
    queue = [profile.concept for profile in found if profile.concept]
    extra: dict[str, Profile] = {}
    while queue:
        for iri in queue.pop().contained_in:
            concept = authority.get(iri)
            if concept is None or iri in known:
                continue
            known.add(iri)
            queue.append(concept)
            extra[iri] = Profile(concept.kind, concept.name, None, concept, iri)
    return found + [extra[iri] for iri in sorted(extra)]


def _entries(profile: Profile) -> list[str]:
    """All authority entries that a profile stands for: decisions can make several one."""
    nodes = profile.cluster.nodes if profile.cluster else []
    linked = {n.local.authority for n in nodes if n.local.authority} | ({profile.iri} - {None})
    return sorted(linked, key=str)  # type: ignore[arg-type]


def entry_keys(found: Sequence[Profile], names: Sequence[str]) -> dict[str, str]:
    """The key of the entity that stands for each authority entry."""
    key_of: dict[str, str] = {}
    for profile, key in zip(found, names, strict=True):
        for iri in _entries(profile):
            if iri == profile.iri:
                key_of[iri] = key
            else:
                key_of.setdefault(iri, key)
    return key_of


def canonical_name(nodes: Iterable[Node]) -> str:
    """The fullest of the frequent names: each article has one vote, acronyms stand back."""
    votes: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        votes[node.local.name].add(node.article)
    names = [n for n in votes if acronym_form(n) is None] or list(votes)
    frequent = max(len(votes[name]) for name in names)
    names = [name for name in names if 3 * len(votes[name]) >= frequent]
    return min(names, key=lambda n: (*_fullness(n), n.isupper(), -len(votes[n]), n))


def _fullness(name: str) -> tuple[int, int]:
    """Less for a name with more words: those that are no initials first."""
    words = person_words(name)
    return -sum(len(word) > 1 for word in words), -len(words)


def keys(found: Sequence[Profile]) -> list[str]:
    """The key of each profile, unique.

    Where several share class and slug, the one that a curated authority file names keeps the
    plain key; the others carry their authority id, the country of a body whose name every country
    has, or a hash of their first article. So does a place that only its article tells, even
    alone: a later article may bring the one meant.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number, profile in enumerate(found):
        groups[plain_key(profile.kind, profile.name)].append(number)
    result = [""] * len(found)
    taken: set[str] = set()
    for plain, numbers in sorted(groups.items()):
        curated = [n for n in numbers if _is_curated(found[n])]
        general = [n for n in numbers if not found[n].local]
        keeps = general if len(general) == 1 else curated if len(curated) == 1 else []
        for number in keeps:
            result[number] = plain
        taken.update(plain for _ in keeps)
    for plain, numbers in sorted(groups.items()):
        for number in numbers:
            if not result[number]:
                result[number] = _suffixed(plain, found[number], taken)
                taken.add(result[number])
    return result


def _is_curated(profile: Profile) -> bool:
    return profile.iri is not None and not profile.iri.startswith(OPEN_AUTHORITY)


def _suffixed(plain: str, profile: Profile, taken: set[str]) -> str:
    if profile.iri is not None:
        suffix = concept_suffix(profile.iri)
        parts: tuple[str, ...] = (profile.iri,)
    else:
        assert profile.cluster is not None  # only concepts come without a cluster
        first = profile.cluster.nodes[0]
        parts = (first.article, first.norm)
        suffix = short_hash(*parts, length=8)
        homes = sorted({node.home for node in profile.cluster.nodes if node.home is not None})
        if len(homes) == 1 and not homes[0].startswith("article/"):
            suffix = slug(homes[0])
    key = f"{plain}-{suffix}"
    if key in taken and profile.cluster is not None:
        parts = (*parts, str(profile.cluster.nodes[0].index))
    while key in taken:
        parts = (*parts, key)
        key = f"{plain}-{short_hash(*parts)}"
    return key


def describe(profile: Profile, key: str, key_of: Mapping[str, str]) -> Entity:
    """The entity of a profile; `key_of` maps authority IRIs to keys."""
    concept = profile.concept
    nodes = profile.cluster.nodes if profile.cluster else []
    reasons = profile.cluster.reasons if profile.cluster else {CONTAINER_REASON}
    label = (profile.cluster.label if profile.cluster else None) or profile.name
    aliases, acronyms = _surfaces(profile, nodes, label)
    contained = concept.contained_in if concept else ()
    org_type = _majority(n.local.org_type for n in nodes if n.local.org_type != "other")
    org_type = org_type or _majority(n.local.org_type for n in nodes)
    return Entity(
        key=key,
        kind=profile.kind,
        name=label,
        aliases=aliases,
        acronyms=acronyms,
        links=tuple(sorted(set(concept.links))) if concept else (),
        org_type=(concept.org_type if concept else None) or org_type,
        place_type=(concept.place_type if concept else None)
        or _majority(n.local.place_type for n in nodes),
        iso3166=concept.iso3166 if concept else None,
        m49=concept.m49 if concept else None,
        latitude=concept.latitude if concept else None,
        longitude=concept.longitude if concept else None,
        contained_in=tuple(sorted({key_of[iri] for iri in contained if iri in key_of} - {key})),
        reasons=tuple(sorted(reasons)),
        authority=profile.iri,
        link_confidence=_link_confidence(concept, nodes),
    )


def _link_confidence(concept: Concept | None, nodes: Sequence[Node]) -> float | None:
    """How sure the links are: as sure as the article that is surest of them.

    What stands here only because it contains something has no article; it is as sure as a fact.
    """
    if concept is None or not concept.links:
        return None
    return max((node.local.link_confidence for node in nodes if node.local.authority), default=1.0)


def _surfaces(
    profile: Profile, nodes: Sequence[Node], label: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All names in the articles but the label, and the acronyms, which are kept apart from them."""
    concept = profile.concept
    known = {form for form in map(acronym_form, concept.acronyms if concept else ()) if form}
    acronyms = set(known) if profile.kind == "Organization" else set()
    aliases: set[str] = set()
    words = normal(profile.name).split()
    for node in nodes:
        for surface in (node.local.name, *node.local.aliases, node.local.acronym):
            if not surface or surface == label:
                continue
            form = acronym_form(surface)
            if form in known or surface == node.local.acronym:
                acronyms.add(surface)
            elif form is not None and form.casefold() not in words:
                acronyms.add(surface)  # not just a word of the name in capitals
            else:
                aliases.add(surface)
    if label != profile.name and profile.name not in acronyms:
        aliases.add(profile.name)
    acronyms.discard(label)
    return tuple(sorted(aliases - acronyms)), tuple(sorted(acronyms))


def _majority(values: Iterable[str | None]) -> str | None:
    """The value that most articles give; None where two are level."""
    votes = Counter(value for value in values if value).most_common(2)
    if not votes or (len(votes) == 2 and votes[0][1] == votes[1][1]):
        return None
    return votes[0][0]
