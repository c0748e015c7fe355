"""Names of one document with all their readings in, how much of it lies near a place out.

That two names of a document could mean neighbours is rarely chance: the fewer places a name
can mean, the more it tells. What it tells is counted in natural logarithms of odds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from kg_builder.authority import Concept
from kg_builder.places import COUNTY

_NEAR_KM: Final = 50.0
_BY_CHANCE: Final = 1 / 400
"""Share of a large country that lies within 50 km of a point."""
_MOST: Final = 24
"""Readings from which a name tells nothing."""


class Nearby:
    """The points that a document's names can mean, by cells of one degree."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[str, float, float, float]]] = {}
        self._names: set[str] = set()

    def add(self, name: str, readings: Iterable[Concept], sure: float = 1.0) -> None:
        """Let a name count with all its readings; `sure` (0 to 1) weighs what it tells."""
        if name in self._names:
            return
        points = [
            (r.latitude, r.longitude) for r in readings
            if r.latitude is not None and r.longitude is not None and _small(r)
        ]  # fmt: skip
        if not points or len(points) > _MOST:
            return
        self._names.add(name)
        stem = _stem(name)
        told = sure * math.log(1 / (len(points) * _BY_CHANCE))
        for lat, long in points:
            cell = (math.floor(lat), math.floor(long))
            self._cells.setdefault(cell, []).append((stem, lat, long, told))

    def score(self, place: Concept, name: str) -> tuple[float, int]:
        """What other names than `name` tell for a place, and how many they are."""
        if place.latitude is None or place.longitude is None:
            return 0.0, 0
        lat, long, own = place.latitude, place.longitude, _stem(name)
        north, east = math.floor(lat), math.floor(long)
        shrink = math.cos(math.radians(lat))
        found: dict[str, float] = {}
        for row in (north - 1, north, north + 1):
            for column in (east - 1, east, east + 1):
                for stem, y, x, told in self._cells.get((row, column), ()):
                    if stem == own or stem in found:
                        continue
                    if math.hypot(lat - y, (long - x) * shrink) * 111.2 <= _NEAR_KM:
                        found[stem] = told
        return sum(found.values()), len(found)


def _small(place: Concept) -> bool:
    """Whether a place is small enough for one point to tell where it is."""
    return place.place_type == "city" or place.iri.startswith(COUNTY)


def _stem(name: str) -> str:
    for noun in (" County", " Parish", " City", " Township"):
        if name.endswith(noun):
            return name.removesuffix(noun)
    return name
