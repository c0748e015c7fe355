"""Names find their concepts, best first; a user's file wins; a broken file is told by its place."""

from __future__ import annotations

import gzip
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from kg_builder import resources, vocab
from kg_builder.authority import Authority, Concept
from kg_builder.errors import AuthorityError
from kg_builder.places import table_files
from tests.support import ROOT, shared

A = vocab.AUTHORITY
HEAD = """@prefix ex: <http://example.org/id/> .
@prefix kg: <https://w3id.org/kg-builder/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
"""


@cache
def authority() -> Authority:
    return Authority.load()


def iris(surface: str) -> list[str]:
    return [c.iri.removeprefix(A) for c in authority().lookup(surface)]


def user(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "mine.ttl"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("Georgia", ["country/GE", "subdivision/US-GA"]),
        ("Turkey", ["country/TR"]),
        ("Türkiye", ["country/TR"]),
        ("Jordan", ["country/JO"]),
        ("USA", ["country/US"]),
        ("U.S.", ["country/US"]),
        ("Britain", ["country/GB"]),
        ("Burma", ["country/MM"]),
        ("Holland", ["country/NL"]),
        ("Russian Federation", ["country/RU"]),
        ("St. Kitts and Nevis", ["country/KN"]),
        ("Congo", ["country/CD", "country/CG"]),
        ("Korea", ["country/KP", "country/KR"]),
        ("Central Asia", ["region/143"]),
        ("South-eastern Asia", ["region/035"]),
        ("the Caucasus", ["region/caucasus"]),
        ("Persian  Gulf", ["feature/persian-gulf"]),
        ("WHO", ["organization/world-health-organization"]),
        ("World Health Organisation", ["organization/world-health-organization"]),
        ("North Atlantic Treaty Organization", ["organization/nato"]),
        ("georgia", []),
        ("who", []),
        ("null", []),
    ],
)
def test_names_find_concepts_best_first(surface: str, expected: list[str]) -> None:
    assert iris(surface) == expected


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("Kazakh", "country/KZ"),
        ("Kazakhs", "country/KZ"),
        ("Afghans", "country/AF"),
        ("American", "country/US"),
        ("French", "country/FR"),
        ("Swiss", "country/CH"),
        ("African", "region/002"),
        ("Central Asian", "region/143"),
        ("Congolese", None),
        ("Dominican", None),
        ("kazakh", None),
        ("Germanys", None),
    ],
)
def test_a_demonym_names_one_place_or_none(surface: str, expected: str | None) -> None:
    found = authority().demonym(surface)
    assert (found.iri.removeprefix(A) if found else None) == expected


def test_a_country_knows_its_codes_and_links() -> None:
    found = authority().get(A + "country/KZ")
    assert found is not None
    assert (found.kind, found.name, found.place_type) == ("Place", "Kazakhstan", "country")
    assert (found.iso3166, found.m49) == ("KZ", "398")
    assert found.links == (
        "http://www.wikidata.org/entity/Q232",
        "https://sws.geonames.org/1522867/",
    )


def test_ancestors_go_upwards_nearest_first() -> None:
    def up(key: str) -> list[str]:
        return [i.removeprefix(A) for i in authority().ancestors(A + key)]

    assert up("country/KZ") == ["region/143", "region/142", "region/001"]
    assert up("country/KE") == ["region/014", "region/202", "region/002", "region/001"]
    assert up("country/GE")[:2] == ["region/145", "region/south-caucasus"]
    assert up("subdivision/US-GA")[0] == "country/US"
    assert up("region/001") == []
    assert authority().ancestors("http://example.org/nobody") == ()


def test_every_country_is_in_the_world_and_every_concept_has_a_known_type() -> None:
    countries = [c for _, c in authority().names() if c.iso3166]
    assert len({c.iri for c in countries}) == 250
    for concept in countries:
        assert A + "region/001" in authority().ancestors(concept.iri), concept.name
    types = {c.place_type for _, c in authority().names() if c.kind == "Place"}
    assert types == {"country", "territory", "feature", "subdivision"}


def test_cities_come_largest_first_with_their_country() -> None:
    paris = authority().cities("Paris")
    assert [c.population for c in paris] == sorted((c.population for c in paris), reverse=True)
    assert paris[0].iri == "geonames:2988507"
    assert paris[0].contained_in == (A + "country/FR", A + "subdivision/FR-IDF")
    assert paris[0].links == ("https://sws.geonames.org/2988507/",)
    assert paris[0] is authority().get("geonames:2988507")
    texas = next(c for c in paris if A + "subdivision/US-TX" in c.contained_in)
    assert texas.contained_in[0] == A + "country/US"


def test_cities_are_found_by_other_latin_names_but_not_by_codes() -> None:
    assert authority().cities("Nur-Sultan")[0].name == "Astana"
    assert authority().cities("NQZ") == ()
    assert authority().cities("Астана") == ()
    assert authority().cities("Nowhere-on-Sea") == ()
    for alias in authority().cities("Astana")[0].aliases:
        assert alias[0].isupper(), alias
    assert authority().get("geonames:0") is None


def test_every_country_has_subdivisions_by_their_nouns_and_spellings() -> None:
    def found(name: str) -> list[str]:
        return [c.iri.removeprefix(A + "subdivision/") for c in authority().subdivisions(name)]

    assert found("Zabul Province") == ["AF-ZAB"]
    assert found("Kunduz province") == found("Konduz Province") == ["AF-KDZ"]
    assert found("Khatlon Region") == found("Khatlon Province") == ["TJ-KT"]
    assert found("Gorno-Badakhshan Autonomous Region") == ["TJ-GB"]
    assert found("Zabul County") == found("Zabul") == found("Nowhere Province") == []
    assert iris("Jawzjan") == iris("Jowzjan") == ["subdivision/AF-JOW"]
    assert iris("Badakhshan") == ["subdivision/AF-BDS"]


def test_a_bare_name_of_a_town_is_no_name_of_its_province() -> None:
    assert iris("Kunduz") == iris("Kandahar") == iris("Dushanbe") == []
    (province,) = authority().subdivisions("Kandahar Province")
    assert (province.name, province.minor) == ("Kandahar Province", True)
    assert (round(province.latitude or 0), round(province.longitude or 0)) == (32, 66)
    assert province.links == ("http://www.wikidata.org/entity/Q173808",)
    assert province.contained_in == (A + "country/AF",)


def test_countries_win_over_little_known_subdivisions_of_their_name() -> None:
    assert iris("Luxembourg")[0] == "country/LU"
    assert iris("Punjab")[0] == "subdivision/IN-PB"
    for key in ("country/AF", "country/US", "region/143", "feature/black-sea"):
        concept = authority().get(A + key)
        assert concept is not None
        assert concept.latitude is not None, key


def test_towns_stand_apart_from_cities() -> None:
    assert all(c.population >= 15_000 for c in authority().cities("Macon") if c.name == "Macon")
    towns = authority().towns("Lovejoy")
    assert [A + "subdivision/US-GA" in t.contained_in for t in towns] == [True]
    assert towns[0] not in authority().cities("Lovejoy")
    assert towns[0] is authority().get(towns[0].iri)


def test_city_names_are_sorted_and_carry_the_largest_population() -> None:
    names = list(authority().city_names())
    assert names == sorted(names)
    assert dict(names)["Paris"] == authority().cities("Paris")[0].population


def test_a_users_entry_wins_where_names_clash(tmp_path: Path) -> None:
    path = user(
        tmp_path,
        'ex:georgia a skos:Concept , kg:Facility , kg:Place ; skos:prefLabel "Hotel Georgia" ; '
        'skos:altLabel "Georgia" ; kg:containedIn <' + A + "country/CA> ; "
        'wgs:lat "49.283" ; wgs:long "-123.118" .',
    )
    loaded = Authority.load([path])
    first, *rest = loaded.lookup("Georgia")
    assert first == Concept(
        iri="http://example.org/id/georgia",
        kind="Facility",
        name="Hotel Georgia",
        aliases=("Georgia",),
        latitude=49.283,
        longitude=-123.118,
        contained_in=(A + "country/CA",),
    )
    assert [c.iri for c in rest] == [A + "country/GE", A + "subdivision/US-GA"]
    assert loaded.digest != authority().digest


def test_a_user_may_add_to_and_rename_our_entries(tmp_path: Path) -> None:
    body = f'<{A}country/MM> skos:prefLabel "Burma" ; kg:demonym "Bamar" .'
    loaded = Authority.load([user(tmp_path, body)])
    burma = loaded.lookup("Myanmar")[0]
    assert (burma.name, burma.iso3166) == ("Burma", "MM")
    assert loaded.lookup("Burma") == (burma,)
    assert loaded.demonym("Bamar") == burma


def test_preferred_names_in_other_languages_are_aliases(tmp_path: Path) -> None:
    body = 'ex:a a kg:Place ; skos:prefLabel "Lantern Hill"@en , "Laternenberg"@de .'
    (found,) = Authority.load([user(tmp_path, body)]).lookup("Laternenberg")
    assert (found.name, found.aliases) == ("Lantern Hill", ("Laternenberg",))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("ex:a a kg:Place ;\n skos:prefLabel Kabul .", ("mine.ttl", "line 6", "Turtle")),
        ("ex:a a kg:Place .", ("mine.ttl", "ex", "prefLabel")),
        ('ex:a skos:prefLabel "A" .', ("mine.ttl", "class")),
        ('ex:a a kg:Sentence ; skos:prefLabel "A" .', ("mine.ttl", "kg:Sentence", "Person")),
        ('ex:a a kg:Place ; skos:prefLabel "A" , "B" .', ("mine.ttl", "more than one prefLabel")),
        ('ex:a a kg:Place ; skos:prefLabel "A" ; wgs:lat "91" .', ("latitude", "-90 and 90")),
        ('ex:a a kg:Place ; skos:prefLabel "A" ; wgs:long "east" .', ("longitude", "'east'")),
        ('ex:a a kg:Place ; skos:prefLabel "A" ; kg:containedIn ex:b .', ("id/b", "add it")),
        ('[] a kg:Place ; skos:prefLabel "A" .', ("mine.ttl", "blank node", "IRI")),
        (
            'ex:a a kg:Place ; skos:prefLabel "A" ; kg:containedIn ex:a .',
            ("contained in itself",),
        ),
    ],
)
def test_a_broken_file_is_told_with_place_and_mend(
    tmp_path: Path, body: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(AuthorityError) as caught:
        Authority.load([user(tmp_path, body)])
    for word in words:
        assert word in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match=r"absent\.ttl.*cannot be read"):
        Authority.load([tmp_path / "absent.ttl"])


def test_names_and_demonyms_are_listed_in_order() -> None:
    names = list(authority().names())
    assert [n for n, _ in names] == sorted(n for n, _ in names)
    assert all(c in authority().lookup(n) for n, c in names)
    assert dict(authority().demonyms())["Uzbeks"].iso3166 == "UZ"


def test_the_order_of_names_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from kg_builder.authority import Authority; a = Authority.load();"
        "import hashlib; print(hashlib.sha256(repr(list(a.names())).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_every_file_names_origin_and_licence() -> None:
    licences = (
        "public domain", "BSD-3-Clause", "Apache-2.0", "CC BY-SA 4.0", "ODbL", "MIT",
        "Creative Commons Attribution 4.0",
    )  # fmt: skip
    for path in (*resources.authority_files(), *table_files()):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        head = "".join(line for line in text.splitlines(True)[:30] if line[0] == "#")
        assert any(name in head for name in licences), path


def test_the_files_are_what_the_script_makes_of_the_facts(tmp_path: Path) -> None:
    facts = shared("facts")
    script = ROOT / "training" / "make_authority.py"
    subprocess.run([sys.executable, script, facts, tmp_path], check=True)
    made = {p.name: p.read_bytes() for p in sorted(tmp_path.glob("*.ttl"))}
    assert len(made) == 7
    for name, data in made.items():
        assert data == (ROOT / "ontology" / "authority" / name).read_bytes(), name


def test_the_tables_are_what_the_script_makes_of_the_facts(tmp_path: Path) -> None:
    facts = shared("facts")
    script = ROOT / "training" / "make_places.py"
    subprocess.run([sys.executable, script, facts, tmp_path], check=True)
    for path in table_files():
        if path.name in ("counties.csv.gz", "cities-wikidata-2.csv.gz"):  # of packages
            continue
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_tables_stay_small() -> None:
    assert sum(p.stat().st_size for p in table_files() if p.suffix == ".gz") < 3_000_000
