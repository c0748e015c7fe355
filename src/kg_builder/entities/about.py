"""One article's record and the resolution in, the keys of what the article is about out."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Final

from kg_builder.entities.venues import in_title, paired_towns, venues
from kg_builder.model import Entity, Resolution, ResolveRecord

STATES: Final = frozenset({"country", "territory"})
_PLACES: Final = frozenset({"Place", "Facility"})
_TAKES_PART: Final = 2
"""Mentions from which the country of a host town or of a people has a part in the article."""

_SETTING: Final = 3
"""Mentions of a country and of places in it that make it the setting of an article without a
place among its subjects; they are at least half of all mentions of places."""


def entity(resolution: Resolution, key: str) -> Entity | None:
    """The entity with a key, found by bisection; None for an event's or an unknown key."""
    entities = resolution.entities
    place = bisect_left(entities, key, key=lambda e: e.key)
    return entities[place] if place < len(entities) and entities[place].key == key else None


def about(record: ResolveRecord, resolution: Resolution) -> tuple[str, ...]:
    """Keys of entities and regions that an article is about, in order, regions last.

    The subjects are those the analysis found from title, lead and frequency, without the towns
    that only host a meeting; two capitals in the title that stand for their countries give way to
    these, and a people in the title brings its country. Where no place is among them, a town's
    council brings the town that the article names, or else there is a setting. Right after a
    place comes what it lies in: its country, if the article names it, or else the part of the
    country that it names, or else the country again. To each place comes the UN M49 region right
    above its country. A teaser gets no country, and a region only when its own words name it,
    since two lines are too little to say more than they say. A section's label counts for neither.
    """
    own = resolution.entity_of[record.article]
    counts = _counts(record, own)
    subjects = list(dict.fromkeys(own[number] for number in record.about))
    subjects = _without_hosts(record, resolution, subjects, counts)
    if not record.teaser:
        subjects = _states_for_towns(record, resolution, subjects, counts)
        subjects += [key for key in _of_peoples(record, resolution, counts) if key not in subjects]
        if not any(_is_place(key, resolution) for key in subjects):
            subjects += _towns_of_bodies(resolution, subjects, counts)
        if not any(_is_place(key, resolution) for key in subjects):
            subjects += _setting(resolution, counts)
        subjects += [key for key in _parts(resolution, subjects, counts) if key not in subjects]
        subjects = list(dict.fromkeys(
            key for subject in subjects for key in (subject, *_home(subject, counts, resolution))
        ))  # fmt: skip
    regions = set()
    for key in subjects:
        for region in _regions_above(key, resolution):
            if not record.teaser or region in counts:
                regions.add(region)
    return (*subjects, *sorted(regions - set(subjects)))


def _counts(record: ResolveRecord, own: tuple[str, ...]) -> Counter[str]:
    """Mentions by entity key; an entity without counts has one."""
    counts: Counter[str] = Counter()
    for number, key in enumerate(own):
        counts[key] += record.counts[number] if number < len(record.counts) else 1
    return counts


def _is_place(key: str, resolution: Resolution) -> bool:
    found = entity(resolution, key)
    return found is not None and (found.kind in _PLACES or found.kind == "Region")


def _around(key: str, resolution: Resolution) -> Iterator[Entity]:
    """The places right above a place that is no country."""
    place = entity(resolution, key)
    if place is not None and place.kind in _PLACES and place.place_type not in STATES:
        for up in place.contained_in:
            found = entity(resolution, up)
            if found is not None:
                yield found


def _state(key: str, resolution: Resolution) -> str | None:
    """The country that a place below it lies in, if it is one alone."""
    found: set[str] = set()
    queue, seen = [key], {key}
    while queue:
        for up in _around(queue.pop(), resolution):
            if up.place_type in STATES:
                found.add(up.key)
            elif up.key not in seen:
                seen.add(up.key)
                queue.append(up.key)
    return found.pop() if len(found) == 1 else None


def _home(key: str, counts: Counter[str], resolution: Resolution) -> tuple[str, ...]:
    """The country, or part of one, that a place below it is told by; none for a country."""
    parts = [up.key for up in _around(key, resolution) if up.place_type == "subdivision"]
    state = _state(key, resolution)
    named = [up for up in (state, *parts) if up is not None and up in counts]
    return tuple(named[:1] or ([state] if state is not None else []))


def _without_hosts(
    record: ResolveRecord, resolution: Resolution, subjects: list[str], counts: Counter[str]
) -> list[str]:
    """The subjects without hosts of meetings; a host's country stays if it has a part in it."""
    own = resolution.entity_of[record.article]
    states = frozenset(
        number
        for number, key in enumerate(own)
        if (found := entity(resolution, key)) is not None and found.place_type in STATES
    )
    hosts = {own[number] for number in venues(record, states)}
    kept: list[str] = []
    for key in subjects:
        if key not in hosts:
            kept.append(key)
        elif (state := _state(key, resolution)) and counts[state] >= _TAKES_PART:
            kept.append(state)
    return list(dict.fromkeys(kept))


def _states_for_towns(
    record: ResolveRecord, resolution: Resolution, subjects: list[str], counts: Counter[str]
) -> list[str]:
    """The subjects with countries for two towns that the title names in their stead."""
    own = resolution.entity_of[record.article]
    for one, other in paired_towns(record):
        towns = (own[one], own[other])
        states = [_state(town, resolution) for town in towns]
        if states[0] == states[1] or not all(state in counts for state in states):
            continue
        named = [state for state in states if state is not None]
        at = min((subjects.index(town) for town in towns if town in subjects), default=0)
        rest = [key for key in subjects if key not in (*towns, *named)]
        subjects = [*rest[:at], *named, *rest[at:]]
    return subjects


def _of_peoples(record: ResolveRecord, resolution: Resolution, counts: Counter[str]) -> list[str]:
    """Countries whose people the title names ("Indonesian president"), and the text them."""
    own = resolution.entity_of[record.article]
    found = [
        resolution.states[key]
        for key, local in zip(own, record.entities, strict=True)
        if key in resolution.states and in_title(record, local) is not None
    ]
    return [state for state in dict.fromkeys(found) if counts[state] >= _TAKES_PART]


def _towns_of_bodies(
    resolution: Resolution, subjects: list[str], counts: Counter[str]
) -> list[str]:
    """As Hexham of "Hexham Town Council": places that begin the names of subject bodies."""
    bodies = [
        found.name
        for key in subjects
        if (found := entity(resolution, key)) is not None and found.org_type == "government body"
    ]
    return sorted(
        key
        for key in counts
        if (place := entity(resolution, key)) is not None
        and place.place_type in ("city", "subdivision")
        and any(body.startswith(f"{n} ") for n in (place.name, *place.aliases) for body in bodies)
    )


def _setting(resolution: Resolution, counts: Counter[str]) -> list[str]:
    """The named country that most of an article's places are or lie in, if there is one."""
    weights: Counter[str] = Counter()
    total = 0
    for key, count in counts.items():
        found = entity(resolution, key)
        if found is None or found.kind not in _PLACES:
            continue
        total += count
        state = key if found.place_type in STATES else _state(key, resolution)
        if state is not None and state in counts:
            weights[state] += count
    return sorted(k for k, n in weights.items() if n >= _SETTING and 2 * n >= total)[:1]


def _parts(resolution: Resolution, subjects: list[str], counts: Counter[str]) -> list[str]:
    """The one part of a subject country that is named half as often as it, and twice at least.

    A town of the part's name counts for it. None where a place in the country is a subject.
    """
    found = []
    for state in subjects:
        country = entity(resolution, state)
        if country is None or country.place_type not in STATES:
            continue
        if any(_state(key, resolution) == state for key in subjects):
            continue
        weights = Counter({
            key: _with_seat(key, counts, resolution)
            for key in counts
            if (place := entity(resolution, key)) is not None
            and place.place_type == "subdivision"
            and _state(key, resolution) == state
        })  # fmt: skip
        enough = [k for k, n in weights.items() if n > 1 and 2 * n >= counts[state]]
        found += enough if len(enough) == 1 else []
    return found


def _with_seat(key: str, counts: Counter[str], resolution: Resolution) -> int:
    """Mentions of a part of a country and of its town of the same name."""
    part = entity(resolution, key)
    seats = {
        other
        for other in counts
        if part is not None
        and (town := entity(resolution, other)) is not None
        and key in town.contained_in
        and town.name in (part.name, *part.aliases, part.name.rsplit(" ", 1)[0])
    }
    return counts[key] + sum(counts[seat] for seat in seats)


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
