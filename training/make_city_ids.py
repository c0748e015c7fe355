"""Labels of Wikidata items in, ids of the cities that they name out.

    python training/make_city_ids.py WIKIDATA.json [OUT]

WIKIDATA.json is `dist/wikidata/wikidata.json` of the npm package name-suggestion-index, whose
items tell what they are ("city in Cook County, Illinois, United States"). An id is taken where the
label is the city's name and the description names its country, and its state where the country's
states share names. Same input, same bytes.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kg_builder.places import subdivision_rows
from make_places import geonames

OUT: Final = (
    Path(__file__).resolve().parents[1] / "ontology" / "authority" / "cities-wikidata-2.csv.gz"
)
HEADER: Final = """# Wikidata ids of further GeoNames cities: GeoNames id, number of the item.
# Origin: labels and descriptions of Wikidata items (CC0) as packed by the npm package
# name-suggestion-index 8.0 (BSD-3-Clause), matched by name, country and state. BSD-3-Clause.
# Made by training/make_city_ids.py; change its inputs rather than this file.
"""
_CITY: Final = re.compile(
    r"(?:(?:most populous|largest|capital|designated|independent|statutory|consolidated|and|"
    r"port|home rule) )*(?:city-county|city|town|capital)\b"
)
_COUNTRIES: Final = {
    "US": ("United States", "USA", "U.S.", "US state"), "CA": ("Canada",), "AU": ("Australia",),
    "NZ": ("New Zealand",), "GB": ("England", "United Kingdom", "Scotland", "Wales"),
    "DE": ("Germany", "German"), "AT": ("Austria",), "CH": ("Switzerland",), "IN": ("India",),
    "JP": ("Japan",), "PL": ("Poland",), "ES": ("Spain",), "BR": ("Brazil",),
    "MX": ("Mexico",), "PH": ("Philippines",), "CZ": ("Czechia", "Czech Republic"),
}  # fmt: skip
"""How descriptions call the countries whose cities the package names often."""
_STATES: Final = frozenset({"US", "CA"})
"""Countries where a description must name the state too: the same name recurs in them."""


def read_cities(
    path: Path, cities: Iterable[Mapping[str, Any]], states: Mapping[str, str]
) -> dict[int, str]:
    """Wikidata ids by GeoNames id; `states` gives names of subdivisions by code ("US.IL")."""
    by_name: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for city in cities:
        if city["population"] >= 15_000:
            by_name[city["name"], city["countrycode"]].append(city)
    found: dict[int, set[str]] = defaultdict(set)
    items = json.loads(path.read_text(encoding="utf-8"))["wikidata"]
    for item, told in items.items():
        label, text = told.get("label", ""), told.get("description", "")
        if not _CITY.match(text):
            continue
        for code, words in _COUNTRIES.items():
            if any(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text) for w in words):
                same = [
                    c for c in by_name.get((label, code), ())
                    if code not in _STATES or (
                        (state := states.get(f"{code}.{c['admin1code']}")) and state in text
                    )
                ]  # fmt: skip
                if len(same) == 1:
                    found[same[0]["geonameid"]].add(item)
    return {city: min(ids) for city, ids in sorted(found.items()) if len(ids) == 1}


def main(arguments: list[str]) -> None:
    """Write the table."""
    if len(arguments) not in (1, 2):
        sys.exit("usage: make_city_ids.py WIKIDATA.json [OUT]")
    states = {code: row.name for row in subdivision_rows() for code in row.admin1}
    found = read_cities(Path(arguments[0]), geonames(), states)
    out = Path(arguments[1]) if len(arguments) == 2 else OUT
    lines = "".join(f"{city},{item[1:]}\n" for city, item in found.items())
    out.write_bytes(gzip.compress((HEADER + lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
