"""An article's record in, what its title says of towns out: hosts of meetings, towns for states."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from kg_builder.model import LocalEntity, ResolveRecord

_MEETING: Final = re.compile(
    r"\b(?:meets?|met|meetings?|talks?|summits?|conferences?|forum|congress|assembly|session|"
    r"signs?|signed|signing|negotiat(?:e|es|ed|ors?|ions?)|gather(?:s|ed|ing)?|dialogue|"
    r"conven(?:e|es|ed)|confer(?:s|red)?|consultations?)\b",
    re.IGNORECASE,
)
_THERE: Final = re.compile(
    r"\b(?:in|at|on|near|off|outside|inside|across)\s+(?:the\s+)?$", re.IGNORECASE
)
_AT: Final = re.compile(r"\b(?:in|at)\s+(?:the\s+)?$", re.IGNORECASE)
_BOUND: Final = re.compile(
    r"\b(?:in|at|on|near|from|of|to|for|off|outside|across|over|around|beyond|inside)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"^(?:,| and|,? &)\s*$", re.IGNORECASE)
_MEETING_TYPES: Final = frozenset({"meeting", "conference"})
_PLACES: Final = frozenset({"Place", "Facility"})
_ONCE_MORE: Final = 2
"""Mentions of what stands in the title and once below."""


def in_title(record: ResolveRecord, local: LocalEntity) -> re.Match[str] | None:
    """Where the headline names an entity: by the longest of its names that stands there."""
    for surface in sorted({local.name, *local.aliases, local.acronym or local.name}, key=_longest):
        found = re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", record.headline or "")
        if found is not None:
            return found
    return None


def _longest(surface: str) -> tuple[int, str]:
    return -len(surface), surface


def venues(record: ResolveRecord, states: AbstractSet[int]) -> frozenset[int]:
    """Numbers of subjects that are a setting only; `states` are the countries' numbers.

    A town is a host where the title tells of a meeting "in" it and names another subject, or,
    if the title does not name it, where a meeting is all that is said to happen there. A country
    is one where the title names another country. Below countries, so is what the title names
    after a preposition of place and the text once more, where another subject of the title is
    named more.
    """
    headline = record.headline or ""
    titled = {
        number: found
        for number in record.about
        if (found := in_title(record, record.entities[number])) is not None
    }
    hosts: set[int] = set()
    for number in record.about:
        if record.entities[number].kind not in _PLACES:
            continue
        found = titled.get(number)
        if found is None:
            if number not in states and _only_meets(record, number):
                hosts.add(number)
        elif _AT.search(headline[: found.start()]) and _MEETING.search(headline):
            others = titled.keys() - {number}
            if others & states if number in states else others:
                hosts.add(number)
        elif number not in states and _THERE.search(headline[: found.start()]):
            named = {other: _count(record, other) for other in titled}
            if named[number] <= _ONCE_MORE < max(named.values()):
                hosts.add(number)
    return frozenset(hosts)


def _count(record: ResolveRecord, number: int) -> int:
    return record.counts[number] if number < len(record.counts) else 1


def _only_meets(record: ResolveRecord, number: int) -> bool:
    types = {event.type for event in record.events if event.place == number}
    return bool(types) and types <= _MEETING_TYPES


def paired_towns(record: ResolveRecord) -> Iterator[tuple[int, int]]:
    """Towns that a title names side by side, and not as where something happens."""
    headline = record.headline or ""
    towns = sorted(
        (found.start(), found.end(), number)
        for number, local in enumerate(record.entities)
        if local.kind == "Place" and local.place_type == "city"
        if (found := in_title(record, local)) is not None
    )
    for (start, end, one), (begin, _, other) in itertools.pairwise(towns):
        if _JOINED.match(headline[end:begin]) and not _BOUND.search(headline[:start]):
            yield one, other
