"""Compact tables of subdivisions, counties and cities in, places by name and id out.

The tables are CSV rather than Turtle: there are 110,000 cities, and they are read at the first
question for one. Rows become concepts only when asked for.
"""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from kg_builder.concepts import GEONAMES, WIKIDATA, Concept
from kg_builder.resources import folder
from kg_builder.vocab import AUTHORITY

COUNTY: Final = f"{AUTHORITY}county/US-"
"""Start of a county's IRI; its FIPS code follows."""
_CACHED: Final = 20_000
"""Names whose cities are kept; those met in texts recur."""
KNOWN_CITY: Final = 15_000
"""People from which a city counts as known by its bare name; smaller ones are `towns`."""
_FREE_HEADS: Final = frozenset(
    "province region governorate oblast department division voivodeship emirate krai".split()
)
"""Nouns that news puts after the name of a subdivision of any of these kinds."""
_HEADS: Final = _FREE_HEADS | frozenset(
    "state county district prefecture parish canton municipality republic commune".split()
)


def table_files() -> list[Path]:
    """The tables that ship with the package, sorted by name."""
    place = folder("ontology") / "authority"
    return sorted([*place.glob("*.csv"), *place.glob("*.csv.gz"), *place.glob("*.tsv.gz")])


@dataclass(frozen=True, slots=True)
class Row:
    """One row of subdivisions.csv; `alone` tells whether the bare name may stand for it."""

    iri: str
    name: str
    other: tuple[str, ...]
    head: str
    latitude: float
    longitude: float
    population: int
    wikidata: str
    parent: str
    alone: bool
    admin1: tuple[str, ...]


def subdivision_rows() -> tuple[Row, ...]:
    """The rows of subdivisions.csv, in its order; the file is parsed once."""
    return _rows(folder("ontology") / "authority" / "subdivisions.csv")


@lru_cache(maxsize=1)
def _rows(path: Path) -> tuple[Row, ...]:
    return tuple(_parsed(path))


def _parsed(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(line for line in file if not line.startswith("#"))
        next(lines)
        for code, name, other, head, lat, long, people, wikidata, parent, alone, admin1 in lines:
            country = code[:2]
            yield Row(
                f"{AUTHORITY}subdivision/{code}", name, tuple(other.split("|")) if other else (),
                head, float(lat), float(long), int(people), wikidata,
                f"{AUTHORITY}subdivision/{parent}" if parent else f"{AUTHORITY}country/{country}",
                alone == "1", tuple(f"{country}.{a}" for a in admin1.split("|") if a),
            )  # fmt: skip


def concept_of(row: Row) -> Concept:
    """The concept of a row that no Turtle file describes."""
    label = row.name
    aliases = row.other
    if not row.alone and row.head and not label.endswith(f" {row.head}"):
        label = f"{label} {row.head}"
        aliases = ()
    return Concept(
        iri=row.iri,
        kind="Place",
        name=label,
        aliases=aliases,
        links=(WIKIDATA + row.wikidata,) if row.wikidata else (),
        place_type="subdivision",
        latitude=row.latitude,
        longitude=row.longitude,
        contained_in=(row.parent,),
        population=row.population,
        minor=True,
    )


class Subdivisions:
    """Subdivisions by their names with the noun of their kind ("Zabul province")."""

    def __init__(self) -> None:
        self._stems: dict[str, list[Row]] = {}
        self.by_admin: dict[str, str] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        """Names of each subdivision without the noun, by its IRI."""
        self._heads: dict[str, str] = {}
        for row in subdivision_rows():
            self._heads[row.iri] = row.head
            self.names[row.iri] = (row.name, *row.other)
            for name in self.names[row.iri]:
                self._stems.setdefault(name, []).append(row)
            for code in row.admin1:
                self.by_admin[code] = row.iri

    def headed(self, surface: str) -> list[str]:
        """IRIs of the subdivisions that a name with its noun means, in order of the table."""
        stem, _, noun = surface.rpartition(" ")
        if noun.lower() not in _HEADS:
            return []
        stem = stem.removesuffix(" Autonomous")
        return [r.iri for r in self._stems.get(stem, ()) if _fits(r.head, noun.lower())]

    def is_headed(self, surface: str) -> bool:
        """Whether a name ends with a noun of subdivisions."""
        return surface.rpartition(" ")[2].lower() in _HEADS

    def fits(self, iri: str, noun: str) -> bool:
        """Whether news may call a subdivision by a noun."""
        return _fits(self._heads[iri], noun.lower())


def _fits(head: str, noun: str) -> bool:
    kind = head.lower()
    return kind == noun or (noun in _FREE_HEADS and (kind in _FREE_HEADS or not kind))


class Cities:
    """GeoNames cities by name; read from the table at the first question."""

    def __init__(self, concepts: Mapping[str, Concept], by_admin: Mapping[str, str]) -> None:
        """`by_admin` gives the IRI of the subdivision with a code of GeoNames ("US.GA")."""
        place = folder("ontology") / "authority"
        self._countries = {c.iso3166: c.iri for c in concepts.values() if c.iso3166}
        self._states = {a: iri for a, iri in by_admin.items() if iri in concepts}
        text = gzip.decompress((place / "cities.tsv.gz").read_bytes()).decode()
        self._lines = [line for line in text.split("\n") if line and line[0] != "#"]
        self._other: dict[str, int] = {}
        self._others: dict[str, list[int]] = {}
        """All lines of another name that several have; most have one, told by `_other`."""
        self._index_others()
        self._made: dict[int, Concept] = {}
        self._by_iri: dict[str, Concept] = {}
        self._found: dict[str, tuple[Concept, ...]] = {}
        self._numbers: dict[str, int] = {}
        self._wikidata: dict[str, str] = {}
        for links in sorted(place.glob("cities-wikidata*.csv.gz"), reverse=True):
            rows = gzip.decompress(links.read_bytes()).decode().split("\n")
            pairs = (r.partition(",") for r in rows if r and r[0] != "#")
            self._wikidata.update((city, item) for city, _, item in pairs)

    def _index_others(self) -> None:
        first, more = self._other, self._others
        for number, line in enumerate(self._lines):
            if line[-1] != "\t":
                for name in line.rpartition("\t")[2].split("|"):
                    if name not in first:
                        first[name] = number
                    else:
                        more.setdefault(name, [first[name]]).append(number)

    def get(self, iri: str) -> Concept | None:
        """The city `geonames:ID`, or None."""
        if (made := self._by_iri.get(iri)) is not None:
            return made
        if not self._numbers:
            self._numbers = {line.split("\t")[6]: n for n, line in enumerate(self._lines)}
        number = self._numbers.get(iri.removeprefix("geonames:"))
        return None if number is None else self._concept(number)

    def named(self, surface: str) -> tuple[Concept, ...]:
        """Cities of KNOWN_CITY people or more with this name, own or other, largest first."""
        if surface not in self._found:
            if len(self._found) >= _CACHED:
                self._found.clear()
            numbers = {n for n in self._own(surface) if self._population(n) >= KNOWN_CITY}
            if surface in self._other:
                numbers.update(self._others.get(surface) or (self._other[surface],))
            self._found[surface] = self._sorted(numbers)
        return self._found[surface]

    def towns(self, surface: str) -> tuple[Concept, ...]:
        """Towns of fewer than KNOWN_CITY people with this very name, largest first."""
        return self._sorted({n for n in self._own(surface) if self._population(n) < KNOWN_CITY})

    def own_names(self) -> Iterator[tuple[str, int]]:
        """Each known city's own name with its largest population, in order of the table."""
        last = ""
        for number, line in enumerate(self._lines):
            name = line[: line.index("\t")]
            if name != last and (people := self._population(number)) >= KNOWN_CITY:
                yield name, people
            last = name

    def _own(self, surface: str) -> list[int]:
        key = f"{surface}\t"
        at = bisect_left(self._lines, key)
        found = []
        while at < len(self._lines) and self._lines[at].startswith(key):
            found.append(at)
            at += 1
        return found

    def _population(self, number: int) -> int:
        return int(self._lines[number].split("\t", 6)[5])

    def _sorted(self, numbers: set[int]) -> tuple[Concept, ...]:
        found = [self._concept(n) for n in sorted(numbers)]
        return tuple(sorted(found, key=lambda c: (-c.population, int(c.iri[9:]))))

    def _concept(self, number: int) -> Concept:
        if number not in self._made:
            name, country, admin1, lat, long, people, ident, other = self._lines[number].split("\t")
            around = [self._countries[country]] if country in self._countries else []
            if state := self._states.get(f"{country}.{admin1}"):
                around.append(state)
            links = [f"{GEONAMES}{ident}/"]
            if ident in self._wikidata:
                links.insert(0, f"{WIKIDATA}Q{self._wikidata[ident]}")
            self._made[number] = Concept(
                iri=f"geonames:{ident}",
                kind="Place",
                name=name,
                aliases=tuple(other.split("|")) if other else (),
                links=tuple(links),
                place_type="city",
                latitude=float(lat),
                longitude=float(long),
                contained_in=tuple(around),
                population=int(people),
            )
            self._by_iri[f"geonames:{ident}"] = self._made[number]
        return self._made[number]


class Counties:
    """Counties of the United States and Louisiana's parishes, by their names with the noun."""

    def __init__(self) -> None:
        """Reads the table; without it no county is known."""
        self._rows: dict[str, list[tuple[str, str, float, float]]] = {}
        self._stems: dict[str, str] = {}
        self._made: dict[str, Concept] = {}
        path = folder("ontology") / "authority" / "counties.csv.gz"
        if not path.exists():
            return
        for line in gzip.decompress(path.read_bytes()).decode().split("\n"):
            if line and line[0] != "#":
                code, stem, state, lat, long = line.split(",")
                name = f"{stem} {'Parish' if state == 'LA' else 'County'}"
                self._rows.setdefault(name, []).append((code, state, float(lat), float(long)))
                self._stems[COUNTY + code] = name

    def named(self, surface: str) -> tuple[Concept, ...]:
        """All counties of a name like "Lamar County", in order of their codes."""
        return tuple(self._concept(surface, row) for row in self._rows.get(surface, ()))

    def get(self, iri: str) -> Concept | None:
        """The county with this IRI, or None."""
        name = self._stems.get(iri, "")
        return next((c for c in self.named(name) if c.iri == iri), None)

    def _concept(self, name: str, row: tuple[str, str, float, float]) -> Concept:
        code, state, lat, long = row
        if code not in self._made:
            self._made[code] = Concept(
                iri=COUNTY + code,
                kind="Place",
                name=name,
                place_type="subdivision",
                latitude=lat,
                longitude=long,
                contained_in=(f"{AUTHORITY}subdivision/US-{state}",),
                minor=True,
            )
        return self._made[code]
