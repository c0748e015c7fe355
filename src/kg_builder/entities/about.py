"""One article's record and the resolution in, the keys of what the article is about out."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from kg_builder.model import Entity, Resolution, ResolveRecord

_STATES: Final = frozenset({"country", "territory"})


def entity(resolution: Resolution, key: str) -> Entity | None:
    """The entity with a key, found by bisection; None for an event's or an unknown key."""
    entities = resolution.entities
    place = bisect_left(entities, key, key=lambda e: e.key)
    return entities[place] if place < len(entities) and entities[place].key == key else None


def about(record: ResolveRecord, resolution: Resolution) -> tuple[str, ...]:
    """Keys of entities and regions that an article is about, in order, regions last.

    The subjects are those the analysis found from title, lead and frequency. Right after a
    town or the like comes what it lies in and the article names too: the part of a country, or
    else the country. To each place comes the UN M49 region right above its
    country. A teaser gets no country, and a region only when its own words name it, since two
    lines are too little to say more than they say. A section's label counts for neither.
    """
    own = resolution.entity_of[record.article]
    named = set(own)
    subjects = list(dict.fromkeys(own[number] for number in record.about))
    if not record.teaser:
        subjects = list(dict.fromkeys(
            key for subject in subjects for key in (subject, *_home(subject, named, resolution))
        ))  # fmt: skip
    regions = set()
    for key in subjects:
        for region in _regions_above(key, resolution):
            if not record.teaser or region in named:
                regions.add(region)
    return (*subjects, *sorted(regions - set(subjects)))


def _home(key: str, named: set[str], resolution: Resolution) -> tuple[str, ...]:
    """The country, or part of one, that a place below it is told by; none for a country."""
    place = entity(resolution, key)
    if place is None or place.kind not in ("Place", "Facility") or place.place_type in _STATES:
        return ()
    around = [found for up in place.contained_in if (found := entity(resolution, up)) is not None]
    parts = [found.key for found in around if found.place_type == "subdivision"]
    states = [found.key for found in around if found.place_type in _STATES]
    return tuple(up for up in (*states, *parts) if up in named)[:1]


def _regions_above(key: str, resolution: Resolution) -> set[str]:
    """The lowest M49 regions that hold a place below the level of regions."""
    start = entity(resolution, key)
    if start is None or start.kind not in ("Place", "Facility"):
        return set()
    found: set[str] = set()
    queue, seen = [start], {start.key}
    while queue:
        for parent_key in queue.pop().contained_in:
            parent = entity(resolution, parent_key)
            if parent is None or parent_key in seen:
                continue
            seen.add(parent_key)
            if parent.kind != "Region":
                queue.append(parent)
            elif parent.m49 is not None:
                found.add(parent_key)
    return found
