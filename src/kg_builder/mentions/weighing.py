"""The readings of a place name and a document's evidence in, the one that is meant out, or none.

A reading is weighed in natural logarithms of odds: how large the place is, and what the rest of
the document tells for it. One is chosen only where it is ten times as likely as the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kg_builder.authority import Authority, Concept
from kg_builder.mentions.nearby import Nearby
from kg_builder.places import COUNTY, KNOWN_CITY
from kg_builder.vocab import AUTHORITY

STATES: Final = ("country", "territory")
AREAS: Final = (*STATES, "subdivision")
RANK: Final = {"country": 0, "territory": 1, "region": 2, "feature": 4, "subdivision": 5}
_CLEAR: Final = math.log(10)
"""How much more likely than any other a reading must be to be meant."""
LARGE: Final = 100_000
_KNOWN: Final = 30_000
"""People in a place that is meant where all others of its name are a tenth of it."""
_FAMOUS: Final = 350_000
"""People in a city that is known beyond its state, within its country."""
_WORLD: Final = 500_000
"""People in a city that readers know from afar, by another name too."""
_AREA: Final = 9.0
"""What speaks for a country, region or state of the name: as many people as in a large city."""
_OF_AREA: Final = 2.5
"""What each name that lies in an area tells for it, and one in its country for a place."""
_OF_STATE: Final = 3.0
"""What each name that lies in a place's state tells for it."""
_COUNTY: Final = 30_000
"""People that a county is taken to have."""
_ALIAS: Final = 2.0
"""What speaks against a place that has another name in English."""
_BESIDE_KM: Final = 40.0
"""Within which a much smaller place of the same name is no rival."""
_WITH_STATES: Final = frozenset({f"{AUTHORITY}country/US"})
"""Countries whose cities come with their subdivision: the country alone supports none."""
_TRANSPLANTED: Final = frozenset(f"{AUTHORITY}country/{c}" for c in ("US", "CA", "AU", "NZ"))
"""Countries whose small towns bear the names of famous places."""
_TOGETHER: Final = 3
"""Names of one document that could all lie in one subdivision, so that they are meant there."""
SURE: Final = 0.95
LIKELY: Final = 0.8
"""Confidence of a link that the document's other places decide."""
ALONE: Final = 0.7
"""Confidence of a link that only size decides, or that no other place of the name is known."""


@dataclass(slots=True)
class Evidence:
    """The names in a document that speak for a country or subdivision, by its IRI."""

    nearby: Nearby = field(default_factory=Nearby)
    sources: dict[str, set[str]] = field(default_factory=dict)
    inside: dict[str, set[str]] = field(default_factory=dict)
    """Names of what lies in an area or region, by its IRI; its own names are not among them."""
    likely: dict[str, set[str]] = field(default_factory=dict)
    """Names that could lie in a subdivision or small country, by its IRI."""

    def together(self, iri: str) -> int:
        """How many names of the document could lie in one subdivision."""
        return len(self.likely.get(iri, ()))

    def add(self, concept: Concept, above: Sequence[str], source: str) -> None:
        """Let the name `source` speak for a concept and what lies around it."""
        for iri in (concept.iri, *above):
            self.sources.setdefault(iri, set()).add(source)
        for iri in (*above, *concept.contained_in):
            self.inside.setdefault(iri, set()).add(source)

    def count(self, iri: str, without: str) -> int:
        """How many names other than `without` speak for a concept."""
        found = self.sources.get(iri, set())
        return len(found) - (without in found)

    def within(self, iri: str, without: str) -> int:
        """How many names other than `without` lie in an area or region."""
        found = self.inside.get(iri, set())
        return len(found) - (without in found)


Chosen = tuple[Concept | None, float]
"""What a name means, or None, and how sure that is (0 to 1)."""
_NONE: Final[Chosen] = (None, 0.0)


class Weigher:
    """Chooses among the readings of a name."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._around: dict[str, tuple[str, ...]] = {}

    def above(self, concept: Concept) -> tuple[str, ...]:
        """Subdivision and country around a concept, the nearest first."""
        if concept.iri not in self._around:
            found = []
            for iri in self._authority.ancestors(concept.iri):
                around = self._authority.get(iri)
                if around is not None and around.place_type in AREAS:
                    found.append((RANK[around.place_type or ""], iri))
            self._around[concept.iri] = tuple(i for _, i in sorted(found, key=lambda x: -x[0]))
        return self._around[concept.iri]

    def choose(self, surface: str, found: Sequence[Concept], evidence: Evidence) -> Chosen:
        """One of all readings of a name, areas first, or None."""
        areas = [r for r in found if r.place_type in RANK and not r.minor]
        others = [r for r in found if r not in areas]
        if not areas:
            return self._among(surface, others, evidence)
        ranks = [RANK[r.place_type or ""] for r in areas]
        if ranks[0] > min(ranks):
            return areas[0], SURE  # the user's own entry, which stands before its rank
        if len(areas) > 1:
            best = self.best(areas, surface, evidence) or self._sibling(areas, surface, evidence)
            return best, LIKELY
        return self._area(areas[0], surface, others, evidence)

    def _area(
        self, area: Concept, surface: str, others: Sequence[Concept], evidence: Evidence
    ) -> Chosen:
        """The only country, region or state of a name, or a town that the document is about."""
        support = self.support(area, surface, evidence)
        own = _AREA + _OF_AREA * min(support, 3)
        outside = [r for r in others if area.iri not in self._authority.ancestors(r.iri)]
        rival, near = None, 0
        best = own - _CLEAR
        for r in outside:
            weight, names = self._weight(r, surface, evidence)
            if names and weight > best:
                rival, near, best = r, names, weight
        if rival is not None:
            clear = best >= own + _CLEAR and near > 1
            return self._among(surface, outside, evidence) if clear else _NONE
        namesakes = [r for r in outside if r.population >= KNOWN_CITY]
        if not namesakes or support:
            return area, SURE
        elsewhere = any(self.support(r, surface, evidence) for r in namesakes)
        if elsewhere or self._foreign(area, evidence, surface):
            return _NONE
        return area, LIKELY

    def _among(self, surface: str, found: Sequence[Concept], evidence: Evidence) -> Chosen:
        """One of several cities, towns, counties and little known subdivisions, or None."""
        scored = []
        for r in found:
            weight, names = self._weight(r, surface, evidence)
            scored.append((weight, names, weight - _size(r, surface), r))
        scored.sort(key=lambda s: (-s[0], -s[3].population, s[3].iri))
        if not scored:
            return _NONE
        weight, names, context, best = scored[0]
        rivals = [s for s in scored[1:] if not _beside(best, s[3])]
        clear = not rivals or weight >= rivals[0][0] + _CLEAR
        if clear and (names or context >= _OF_AREA):
            return best, LIKELY
        if (one := self._shared([s[3] for s in scored], evidence)) is not None:
            return one, ALONE
        if len(surface) < 4 and best.population < _WORLD:
            return _NONE  # mostly a part of a name, or no place at all
        if not clear or _people(best) < (_KNOWN if rivals else KNOWN_CITY):
            return _NONE
        if _by_another_name(best, surface) and best.population < _WORLD:
            return _NONE
        known = best.population >= _WORLD and not any(self._transplanted(s[3]) for s in rivals)
        if not known and self._foreign(best, evidence, surface):
            return _NONE
        return best, SURE if not rivals and best.population >= LARGE else ALONE

    def _weight(self, r: Concept, surface: str, evidence: Evidence) -> tuple[float, int]:
        """Size and context of a place, and how many names could lie beside it."""
        told, names = evidence.nearby.score(r, surface)
        above = self.above(r)
        if r.place_type in AREAS and not r.iri.startswith(COUNTY):
            told += _OF_STATE * min(evidence.count(r.iri, surface), 2)
        elif len(above) > 1:
            told += _OF_STATE * min(evidence.count(above[0], surface), 2)
        if above and above[-1] not in _TRANSPLANTED:
            told += _OF_AREA * min(evidence.count(above[-1], surface), 2)
        return _size(r, surface) + told, names

    def _shared(self, found: Sequence[Concept], evidence: Evidence) -> Concept | None:
        """The reading in the one subdivision where by far most names of the document could lie."""
        counts: dict[str, int] = {}
        for r in found:
            if above := self.above(r):
                counts[above[0]] = evidence.together(above[0])
        ranked = sorted(counts.items(), key=lambda x: (-x[1], x[0]))
        if not ranked or ranked[0][1] < _TOGETHER:
            return None
        if len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]:
            return None
        return next(r for r in found if self.above(r)[:1] == (ranked[0][0],))

    def support(self, concept: Concept, surface: str, evidence: Evidence) -> int:
        """How many other names speak for a place: for its state where the country is large."""
        if concept.place_type in AREAS and not concept.minor:
            return evidence.count(concept.iri, surface)
        above = self.above(concept)
        if not above:
            return 0
        if above[-1] in _WITH_STATES:
            return evidence.count(above[0], surface) if len(above) > 1 else 0
        return evidence.count(above[-1], surface)

    def _foreign(self, concept: Concept, evidence: Evidence, surface: str) -> bool:
        """Whether the document is at home among subdivisions that do not hold the place.

        There a famous name is often a small town's, which GeoNames does not list.
        """
        own = [concept.iri, *self.above(concept)]
        if concept.place_type == "city" and concept.population < _FAMOUS:
            own = own[:-1] if own[-1] in _WITH_STATES else own
        if any(evidence.count(iri, surface) for iri in own):
            return False
        for iri, sources in evidence.sources.items():
            if "/subdivision/" not in iri or not sources - {surface}:
                continue
            if any(p in _TRANSPLANTED for p in self._authority.ancestors(iri)):
                return True
        return False

    def _transplanted(self, concept: Concept) -> bool:
        return any(p in _TRANSPLANTED for p in self._authority.ancestors(concept.iri))

    def best(self, found: Sequence[Concept], surface: str, evidence: Evidence) -> Concept | None:
        """The reading that twice as many names speak for as for any other, or None."""
        return _twice([(self.support(r, surface, evidence), r) for r in found], 1)

    def _sibling(
        self, found: Sequence[Concept], surface: str, evidence: Evidence
    ) -> Concept | None:
        """As "Georgia" among states of the U.S. or among its neighbours in the Caucasus."""
        return _twice(
            [(max((evidence.within(p, surface) for p in r.contained_in), default=0), r)
             for r in found], 2
        )  # fmt: skip


def _twice(scored: list[tuple[int, Concept]], least: int) -> Concept | None:
    """Of places with counts the one that has `least` and twice as many as any other."""
    scored.sort(key=lambda pair: (-pair[0], pair[1].iri))
    if not scored or scored[0][0] < least:
        return None
    if len(scored) > 1 and scored[1][0] and scored[0][0] < 2 * scored[1][0]:
        return None
    return scored[0][1]


def _people(place: Concept) -> int:
    return place.population or (_COUNTY if place.iri.startswith(COUNTY) else 0)


def _size(place: Concept, surface: str) -> float:
    """What the number of people, and the very name, speak for before anything else does."""
    size = math.log(max(_people(place), 1000) / 1000)
    return size - _ALIAS if _by_another_name(place, surface) else size


def _by_another_name(place: Concept, surface: str) -> bool:
    return place.place_type == "city" and place.name != surface


def _beside(place: Concept, other: Concept) -> bool:
    """Whether the other is near and much smaller, a part of the place or its neighbour."""
    if None in (place.latitude, place.longitude, other.latitude, other.longitude):
        return False
    assert place.latitude is not None
    assert place.longitude is not None
    assert other.latitude is not None
    assert other.longitude is not None
    east = (place.longitude - other.longitude) * math.cos(math.radians(place.latitude))
    far = 111.2 * math.hypot(place.latitude - other.latitude, east)
    return far <= _BESIDE_KM and other.population * 3 <= place.population
