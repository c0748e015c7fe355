"""What an authority file says of one thing: the record that lookups by name give out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg_builder.model import EntityKind

GEONAMES: Final = "https://sws.geonames.org/"
WIKIDATA: Final = "http://www.wikidata.org/entity/"


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of an authority file, or one GeoNames city (`geonames:ID`).

    `contained_in` holds IRIs of other concepts, M49 areas first; `links` IRIs in other data
    sets. Coordinates are WGS 84 degrees; `population` is 0 where it is not known. A `minor`
    place is a subdivision that readers elsewhere need not know: others of its name are rivals.
    """

    iri: str
    kind: EntityKind
    name: str
    aliases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    org_type: str | None = None
    place_type: str | None = None
    iso3166: str | None = None
    m49: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    contained_in: tuple[str, ...] = ()
    population: int = 0
    minor: bool = False


def is_latin_name(name: str) -> bool:
    """Whether a name is Latin letters and looks like a name rather than a code."""
    if not name[:1].isupper() or (len(name) < 5 and name.isupper()):
        return False
    return all(c < "ɐ" or "\u1e00" <= c < "\u1f00" or c in "’‘ʻʼ" for c in name)
