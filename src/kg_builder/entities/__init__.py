"""Records of all articles in, the entities and events of the corpus out.

The only step that sees the whole corpus. Its result depends on the set of records alone, never
on their order or on earlier builds; an article's key decides every tie.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kg_builder.entities.about import about
from kg_builder.entities.clusters import cluster, nodes_of
from kg_builder.entities.decisions import Decisions
from kg_builder.entities.describe import describe, entry_keys, keys, profiles
from kg_builder.entities.merging import Report, group_reports, merged
from kg_builder.entities.named import NamedEvent, named_event, named_events
from kg_builder.model import Entity, Event, Resolution, ResolveRecord

if TYPE_CHECKING:
    from kg_builder.authority import Authority

__all__ = ["Decisions", "about", "resolve"]

_NO_DECISIONS: Final = Decisions()


def resolve(
    records: Iterable[ResolveRecord], authority: Authority, decisions: Decisions = _NO_DECISIONS
) -> Resolution:
    """Entities and events of a corpus, and which one each local entity and candidate is.

    Local entities of one authority concept are one; so are those of one class and equal
    name, and those that an acronym or a full alias ties to exactly one name. A name that every
    country has ("Supreme Court") is one within a country only. Two people of one full name are
    one, unless titles tell a man from a woman or the user does. Surnames, single names, initials,
    transliterations and legal forms are joined where articles have more in common; names of
    several known places stay with their articles. The user's decisions win over all of this.
    Raises ValueError when two different records have the key of one article.
    """
    with _no_collector():
        return _resolve(records, authority, decisions)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing here holds a circle, and looking for one takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _resolve(
    records: Iterable[ResolveRecord], authority: Authority, decisions: Decisions
) -> Resolution:
    ordered = _ordered(records)
    nodes = nodes_of(ordered, authority)
    outlets = {
        r.article: r.publication.country
        for r in ordered
        if r.publication is not None and r.publication.country is not None
    }
    clusters, notes = cluster(nodes, authority, decisions, outlets)
    found = profiles(clusters, authority)
    names = keys(found)
    key_of = entry_keys(found, names)
    entities = [describe(p, key, key_of) for p, key in zip(found, names, strict=True)]

    local: dict[tuple[str, int], str] = {}
    for item, key in zip(clusters, names, strict=False):
        for node in item.nodes:
            local[node.article, node.index] = key
    above = _containers(entities)
    named = named_events([node for node in nodes if node.kind == "Event"], ordered)
    events = _named(named, ordered, local, above)
    reports = _reports(ordered, local, taken={r for n in named for r in n.reports})
    events += [merged(group, above) for group in group_reports(reports, above)]
    events = _distinct(events)
    local.update(
        ((node.article, node.index), event.key)
        for item, event in zip(named, events, strict=False)
        for node in item.nodes
    )

    of_candidate = {report: event.key for event in events for report in event.reports}
    return Resolution(
        entities=tuple(sorted(entities, key=lambda e: e.key)),
        events=tuple(sorted(events, key=lambda e: e.key)),
        entity_of={
            r.article: tuple(local[r.article, i] for i in range(len(r.entities))) for r in ordered
        },
        event_of={
            r.article: tuple(of_candidate[r.article, i] for i in range(len(r.events)))
            for r in ordered
        },
        notes=tuple(f"{decisions.file}: {note}" for note in notes),
        states=_states(entities, key_of, authority),
    )


def _states(
    entities: Iterable[Entity], key_of: Mapping[str, str], authority: Authority
) -> dict[str, str]:
    """The country of each people whose name is a demonym, where the corpus names it."""
    found = {}
    for entity in entities:
        place = authority.demonym(entity.name) if entity.kind == "Group" else None
        if place is not None and place.iri in key_of:
            found[entity.key] = key_of[place.iri]
    return found


def _ordered(records: Iterable[ResolveRecord]) -> list[ResolveRecord]:
    """The records by article key, equal ones once."""
    by_key: dict[str, ResolveRecord] = {}
    for record in records:
        if by_key.setdefault(record.article, record) != record:
            raise ValueError(f"two different records for the article {record.article!r}")
    return [by_key[key] for key in sorted(by_key)]


def _containers(entities: Iterable[Entity]) -> dict[str, frozenset[str]]:
    """All places above each place, by key; a circle in the authority files does no harm."""
    parents = {e.key: e.contained_in for e in entities if e.contained_in}
    above = {}
    for key, direct in parents.items():
        seen: set[str] = set()
        queue = list(direct)
        while queue:
            parent = queue.pop()
            if parent not in seen:
                seen.add(parent)
                queue.extend(parents.get(parent, ()))
        above[key] = frozenset(seen - {key})
    return above


def _report(record: ResolveRecord, index: int, local: Mapping[tuple[str, int], str]) -> Report:
    candidate = record.events[index]
    place = None if candidate.place is None else local.get((record.article, candidate.place))
    roles = {
        (local[record.article, p.entity], p.role)
        for p in candidate.participants
        if (record.article, p.entity) in local
    }
    return Report(record.article, index, candidate, place, tuple(sorted(roles)))


def _reports(
    records: Iterable[ResolveRecord],
    local: Mapping[tuple[str, int], str],
    taken: set[tuple[str, int]],
) -> list[Report]:
    """All candidates that belong to no named event."""
    return [
        _report(record, index, local)
        for record in records
        for index in range(len(record.events))
        if (record.article, index) not in taken
    ]


def _named(
    named: Iterable[NamedEvent],
    records: Iterable[ResolveRecord],
    local: Mapping[tuple[str, int], str],
    above: Mapping[str, frozenset[str]],
) -> list[Event]:
    """The event of each named event, in the same order."""
    by_key = {record.article: record for record in records}
    return [
        named_event(item, [_report(by_key[a], index, local) for a, index in item.reports], above)
        for item in named
    ]


def _distinct(events: Iterable[Event]) -> list[Event]:
    """The events with unique keys: two of one name or trigger in one article get a number."""
    seen: Counter[str] = Counter()
    found = []
    for event in events:
        seen[event.key] += 1
        number = seen[event.key]
        found.append(event if number == 1 else replace(event, key=f"{event.key}-{number}"))
    return found
