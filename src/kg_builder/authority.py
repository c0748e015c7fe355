"""Authority files (SKOS Turtle) and GeoNames cities in, concepts by name out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, get_args

import pyoxigraph as ox

from kg_builder.concepts import GEONAMES, Concept
from kg_builder.errors import AuthorityError
from kg_builder.model import EntityKind
from kg_builder.places import (
    COUNTY,
    Cities,
    Counties,
    Subdivisions,
    concept_of,
    subdivision_rows,
    table_files,
)
from kg_builder.resources import authority_files
from kg_builder.vocab import KG, RDF, SKOS

__all__ = ["GEONAMES", "Authority", "Concept"]

WGS84: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"

_KINDS: Final[tuple[EntityKind, ...]] = (
    "Region", "Facility", "Place", "Organization", "Person", "Group", "Topic", "Event"
)  # fmt: skip
"""From the most special class: a concept typed kg:Region and kg:Place is a Region."""

_SINGLE: Final = {
    SKOS + "prefLabel": "name",
    KG + "orgType": "org_type",
    KG + "placeType": "place_type",
    KG + "iso3166": "iso3166",
    KG + "m49": "m49",
    WGS84 + "lat": "latitude",
    WGS84 + "long": "longitude",
}
_MULTIPLE: Final = {
    SKOS + "altLabel": "aliases",
    KG + "acronym": "acronyms",
    KG + "demonym": "demonyms",
    SKOS + "exactMatch": "links",
    SKOS + "inScheme": "schemes",
    KG + "containedIn": "contained_in",
}
_PLACE_RANK: Final = {"country": 0, "territory": 1, "region": 2, "feature": 4, "subdivision": 5}
_PLURAL_AS_SINGULAR: Final = ("s", "sh", "ch", "ese", "x", "z")


@dataclass(slots=True)
class _Entry:
    """What the files say of one IRI; a later file's single values win over an earlier one's."""

    types: list[str] = field(default_factory=list)
    single: dict[str, str] = field(default_factory=dict)
    multiple: dict[str, list[str]] = field(default_factory=dict)
    file: str = ""


class Authority:
    """All concepts by IRI, name and demonym. Make one with `Authority.load`."""

    def __init__(self, concepts: Sequence[Concept], digest: str, first: Iterable[str] = ()) -> None:
        """`concepts` in the order of their files; `first` holds IRIs that win over others."""
        self.digest = digest
        self._concepts = {c.iri: c for c in concepts}
        self._first = frozenset(first)
        self._by_name = self._index(concepts)
        self._by_demonym = self._index_demonyms(concepts)
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._cities: Cities | None = None
        self._subdivisions: Subdivisions | None = None
        self._counties: Counties | None = None

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> Authority:
        """Our authority files and the user's `extra` Turtle files, whose entries win.

        Raises AuthorityError with the file, and the line or entry, for a file that is missing,
        is not Turtle, or has an entry that lacks a name or has an impossible value. Preferred
        names in other languages than English are taken as aliases.
        """
        entries: dict[str, _Entry] = {}
        digest = hashlib.sha256()
        for table in table_files():
            digest.update(hashlib.sha256(table.read_bytes()).digest())
        first: list[str] = []
        for path in (*authority_files(), *extra):
            data = _read_bytes(path)
            digest.update(hashlib.sha256(data).digest())
            seen = _read_file(path, data, entries)
            if path in extra:
                first += seen
        concepts = [c for iri, e in entries.items() if (c := _concept(iri, e)) is not None]
        concepts = _with_table(concepts)
        known = {c.iri for c in concepts}
        for concept in concepts:
            if concept.iri in entries:
                _check_containment(concept, known, entries[concept.iri].file)
        loaded = cls(concepts, digest.hexdigest(), first)
        for concept in concepts:
            if concept.iri in entries and concept.iri in loaded.ancestors(concept.iri):
                raise AuthorityError(
                    f"{entries[concept.iri].file}: <{concept.iri}> is contained in itself; "
                    "take one kg:containedIn out of the circle"
                )
        return loaded

    def get(self, iri: str) -> Concept | None:
        """The concept with this IRI, `geonames:ID` included."""
        if iri.startswith("geonames:"):
            return self._city_index().get(iri)
        if iri.startswith(COUNTY):
            return self._county_index().get(iri)
        return self._concepts.get(iri)

    def lookup(self, surface: str) -> tuple[Concept, ...]:
        """Concepts with exactly this name, alias or acronym, best first; cities are not here.

        Case counts; runs of white space are one space. The user's entries come first, then
        preferred names before aliases before acronyms, countries before other places.
        """
        return self._by_name.get(" ".join(surface.split()), ())

    def demonym(self, surface: str) -> Concept | None:
        """The one place whose people or things are called so; None where two could be meant.

        Regular plurals count ("Kazakhs"). A country wins over a territory or region.
        """
        return self._by_demonym.get(" ".join(surface.split()))

    def names(self) -> Iterator[tuple[str, Concept]]:
        """Every (name, concept) pair of the files, sorted by name and then best first."""
        for name in sorted(self._by_name):
            for concept in self._by_name[name]:
                yield name, concept

    def demonyms(self) -> Iterator[tuple[str, Concept]]:
        """Every (demonym or its plural, place) pair that names one place, sorted."""
        yield from sorted(self._by_demonym.items(), key=lambda pair: pair[0])

    def cities(self, surface: str) -> tuple[Concept, ...]:
        """GeoNames cities of 15,000 people or more with this name, largest first.

        Names in Latin script only; all-capital codes ("NQZ") are not names.
        """
        return self._city_index().named(" ".join(surface.split()))

    def towns(self, surface: str) -> tuple[Concept, ...]:
        """GeoNames towns of 2,000 to 15,000 people with this very name, largest first."""
        return self._city_index().towns(" ".join(surface.split()))

    def counties(self, surface: str) -> tuple[Concept, ...]:
        """Counties of the United States of a name with its noun ("Lamar County")."""
        surface = " ".join(surface.split())
        if not surface.endswith((" County", " Parish")):
            return ()
        return self._county_index().named(surface)

    def subdivisions(self, surface: str) -> tuple[Concept, ...]:
        """What a name with the noun of its kind means ("Konduz province"), several if unclear.

        Where no subdivision has the name, one counts that is called like a city in it.
        """
        surface = " ".join(surface.split())
        index = self._subdivision_index()
        found = [c for iri in index.headed(surface) if (c := self._concepts.get(iri))]
        if not found and index.is_headed(surface):
            stem, _, noun = surface.rpartition(" ")
            found = [
                self._concepts[iri]
                for city in self.cities(stem)
                for iri in city.contained_in
                if city.name in index.names.get(iri, ()) and index.fits(iri, noun)
            ]
        return tuple(dict.fromkeys(found))

    def city_names(self) -> Iterator[tuple[str, int]]:
        """Every city's own (not alternate) name with its largest population, sorted by name."""
        return self._city_index().own_names()

    def ancestors(self, iri: str) -> tuple[str, ...]:
        """IRIs of all concepts around this one, nearest first, each once."""
        if iri not in self._ancestors:
            found: dict[str, None] = {}
            level = self._parents(iri)
            while level:
                fresh = [p for p in dict.fromkeys(level) if p not in found]
                found.update(dict.fromkeys(fresh))
                level = [q for p in fresh for q in self._parents(p)]
            self._ancestors[iri] = tuple(found)
        return self._ancestors[iri]

    def _parents(self, iri: str) -> list[str]:
        concept = self.get(iri)
        return list(concept.contained_in) if concept else []

    def _index(self, concepts: Sequence[Concept]) -> dict[str, tuple[Concept, ...]]:
        ranked: dict[str, list[tuple[tuple[Any, ...], Concept]]] = {}
        for concept in concepts:
            seen: set[str] = set()
            labels = [(0, concept.name), *((1, a) for a in concept.aliases)]
            for match, label in [*labels, *((2, a) for a in concept.acronyms)]:
                if label not in seen:
                    seen.add(label)
                    rank = (
                        concept.iri not in self._first,
                        concept.minor,
                        match,
                        *_kind_rank(concept),
                    )
                    ranked.setdefault(label, []).append((rank, concept))
        return {
            name: tuple(c for _, c in sorted(found, key=lambda pair: pair[0]))
            for name, found in ranked.items()
        }

    def _index_demonyms(self, concepts: Sequence[Concept]) -> dict[str, Concept]:
        found: dict[str, list[Concept]] = {}
        for concept in concepts:
            for word in concept.demonyms:
                found.setdefault(word, []).append(concept)
                plural = word + "s"
                if not word.endswith(_PLURAL_AS_SINGULAR) and plural not in concept.demonyms:
                    found.setdefault(plural, []).append(concept)
        chosen = {}
        for word, places in found.items():
            best = min((p.iri not in self._first, _kind_rank(p)[0]) for p in places)
            same = [p for p in places if (p.iri not in self._first, _kind_rank(p)[0]) == best]
            if len(same) == 1:
                chosen[word] = same[0]
        return chosen

    def _city_index(self) -> Cities:
        if self._cities is None:
            self._cities = Cities(self._concepts, self._subdivision_index().by_admin)
        return self._cities

    def _county_index(self) -> Counties:
        if self._counties is None:
            self._counties = Counties()
        return self._counties

    def _subdivision_index(self) -> Subdivisions:
        if self._subdivisions is None:
            self._subdivisions = Subdivisions()
        return self._subdivisions


def _with_table(concepts: Sequence[Concept]) -> list[Concept]:
    """The concepts with what the table of subdivisions adds to them, and its own."""
    rows = {row.iri: row for row in subdivision_rows()}
    found = []
    for concept in concepts:
        row = rows.pop(concept.iri, None)
        if row is not None and concept.latitude is None:
            people = concept.population or row.population
            concept = replace(  # noqa: PLW2901
                concept, latitude=row.latitude, longitude=row.longitude, population=people
            )
        found.append(concept)
    return [*found, *(concept_of(row) for row in rows.values() if row.alone or row.head)]


def _kind_rank(concept: Concept) -> tuple[int, str]:
    return (_PLACE_RANK.get(concept.place_type or "", 3) + concept.minor, concept.iri)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AuthorityError(
            f"{path}: the authority file cannot be read ({error.strerror}); check the path"
        ) from error


def _read_file(path: Path, data: bytes, entries: dict[str, _Entry]) -> list[str]:
    """Add one file's statements to `entries`; the IRIs it speaks of, in order."""
    fresh: dict[str, None] = {}
    singles: set[tuple[str, str]] = set()
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            if not isinstance(subject, ox.NamedNode):
                raise AuthorityError(f"{path}: an entry is a blank node; give it an IRI")
            if isinstance(value, (ox.BlankNode, ox.Triple)):
                continue
            entry = entries.setdefault(subject.value, _Entry())
            if subject.value not in fresh:
                fresh[subject.value] = None
                entry.file = entry.file or path.name
            language = value.language if isinstance(value, ox.Literal) else None
            if predicate == SKOS + "prefLabel" and (language or "en").split("-")[0] != "en":
                predicate = SKOS + "altLabel"  # a preferred name in another language
            _add(path, entry, subject.value, predicate, value.value, singles)
    except SyntaxError as error:
        raise AuthorityError(
            f"{path}, line {error.lineno}: not valid Turtle ({error.msg}); mend that line"
        ) from error
    return list(fresh)


def _add(
    path: Path, entry: _Entry, iri: str, predicate: str, value: str, singles: set[tuple[str, str]]
) -> None:
    """Add one statement; `singles` tells which single values this very file has given."""
    if predicate == RDF + "type":
        entry.types.append(value)
    elif name := _MULTIPLE.get(predicate):
        entry.multiple.setdefault(name, []).append(_text(value))
    elif name := _SINGLE.get(predicate):
        if (iri, name) in singles and entry.single[name] != _text(value):
            local = predicate.rsplit("#", 1)[-1]
            raise AuthorityError(f"{path}: <{iri}> has more than one {local}; keep one")
        singles.add((iri, name))
        if name == "name" and name in entry.single:
            entry.multiple.setdefault("aliases", []).append(entry.single[name])
        entry.single[name] = _text(value)


def _text(value: str) -> str:
    return " ".join(value.split())


def _concept(iri: str, entry: _Entry) -> Concept | None:
    """The concept, or None for an entry that is no entity (an event type, a scheme)."""
    locals_ = [t.removeprefix(KG) for t in entry.types if t.startswith(KG)]
    if not locals_:
        if "schemes" in entry.multiple or SKOS + "ConceptScheme" in entry.types:
            return None  # an event type, or the scheme of them
        raise AuthorityError(
            f"{entry.file}: <{iri}> has no class; "
            "type it kg:Person, kg:Organization, kg:Place or the like"
        )
    kind = next((k for k in _KINDS if k in locals_), None)
    if kind is None:
        raise AuthorityError(
            f"{entry.file}: <{iri}> is a kg:{min(locals_)}; "
            f"a class of entities is needed: {', '.join(sorted(get_args(EntityKind)))}"
        )
    if not entry.single.get("name"):
        raise AuthorityError(f"{entry.file}: <{iri}> has no skos:prefLabel; add one")
    many = {k: tuple(dict.fromkeys(v)) for k, v in entry.multiple.items()}
    name = entry.single["name"]
    return Concept(
        iri=iri,
        kind=kind,
        name=name,
        aliases=tuple(a for a in many.get("aliases", ()) if a and a != name),
        acronyms=many.get("acronyms", ()),
        demonyms=many.get("demonyms", ()),
        links=tuple(sorted(many.get("links", ()))),
        org_type=entry.single.get("org_type"),
        place_type=entry.single.get("place_type"),
        iso3166=entry.single.get("iso3166"),
        m49=entry.single.get("m49"),
        latitude=_degrees(iri, entry, "latitude", 90),
        longitude=_degrees(iri, entry, "longitude", 180),
        contained_in=tuple(sorted(many.get("contained_in", ()))),
    )


def _degrees(iri: str, entry: _Entry, name: str, limit: float) -> float | None:
    text = entry.single.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = limit + 1
    if not -limit <= value <= limit:
        raise AuthorityError(
            f"{entry.file}: <{iri}> has the {name} {text!r}; "
            f"give decimal degrees between -{limit:g} and {limit:g}"
        )
    return value


def _check_containment(concept: Concept, known: set[str], file: str) -> None:
    for parent in concept.contained_in:
        if parent not in known:
            raise AuthorityError(
                f"{file}: <{concept.iri}> is kg:containedIn <{parent}>, which no authority "
                "file describes; add it or take the statement out"
            )
