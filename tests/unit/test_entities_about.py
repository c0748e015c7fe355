"""What an article is about: hosts of meetings, towns that stand for states, containment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.authority import Authority
from kg_builder.entities import about, resolve
from kg_builder.model import EventCandidate, LocalEntity, ResolveRecord, Span


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.load()


def place(authority: Authority, name: str) -> LocalEntity:
    """A linked place: a country, subdivision or region of the files, else the largest city."""
    for concept in (*authority.lookup(name), *authority.cities(name)):
        if concept.kind in ("Place", "Region"):
            return LocalEntity(
                id=0,
                kind=concept.kind,
                name=name,
                authority=concept.iri,
                place_type=concept.place_type,
            )
    raise AssertionError(f"no place {name}")


def body(name: str) -> LocalEntity:
    return LocalEntity(id=0, kind="Organization", name=name)


def subjects(
    authority: Authority,
    headline: str,
    entities: list[tuple[LocalEntity, int]],
    chosen: tuple[int, ...],
    events: tuple[EventCandidate, ...] = (),
    *,
    teaser: bool = False,
) -> list[str]:
    """The last parts of the keys, regions left out."""
    numbered = tuple(replace(e, id=n) for n, (e, _) in enumerate(entities))
    counts = tuple(count for _, count in entities)
    it = ResolveRecord("a", teaser, headline, None, numbered, events, chosen, counts)
    found = about(it, resolve([it], authority))
    return [key.rsplit("/", 1)[-1] for key in found if "/region/" not in key]


def meeting(place: int, kind: str = "meeting") -> EventCandidate:
    return EventCandidate(Span(0, 4), 0, kind, "Meeting", "reported", 0.8, place=place)


def test_host_town_of_a_meeting_is_no_subject(authority: Authority) -> None:
    rows = [(body("NATO Council"), 3), (place(authority, "Riga"), 4)]
    headline = "NATO Council meets in Riga over damaged cable"
    assert subjects(authority, headline, rows, (1, 0)) == ["nato-council"]


def test_country_of_a_host_town_stays_where_it_takes_part(authority: Authority) -> None:
    rows = [
        (body("NATO Council"), 3),
        (place(authority, "Riga"), 4),
        (place(authority, "Latvia"), 2),
    ]
    headline = "NATO Council meets in Riga over damaged cable"
    assert subjects(authority, headline, rows, (1, 0)) == ["latvia", "nato-council"]


def test_host_country_goes_only_beside_another_country(authority: Authority) -> None:
    rows = [(place(authority, "Egypt"), 3), (place(authority, "Switzerland"), 3)]
    headline = "Egypt resumes dam talks in Switzerland"
    assert subjects(authority, headline, rows, (0, 1)) == ["egypt"]
    rows[0] = (body("Nile Board"), 3)
    headline = "Nile Board resumes dam talks in Switzerland"
    assert subjects(authority, headline, rows, (0, 1)) == ["nile-board", "switzerland"]


def test_town_of_an_attack_or_alone_in_the_title_stays(authority: Authority) -> None:
    rows = [(body("NATO Council"), 3), (place(authority, "Riga"), 4)]
    attack = "NATO Council condemns attack in Riga"
    assert subjects(authority, attack, rows, (1, 0)) == ["riga", "latvia", "nato-council"]
    fire = "Fire at conference hall kills ten in Riga"
    assert subjects(authority, fire, rows[1:], (0,)) == ["riga", "latvia"]


def test_town_outside_the_title_where_only_meetings_happen_is_a_host(authority: Authority) -> None:
    rows = [(place(authority, "Egypt"), 3), (place(authority, "Geneva"), 3)]
    headline = "Egypt resumes talks about the dam"
    assert subjects(authority, headline, rows, (0, 1), (meeting(1),)) == ["egypt"]
    both = (meeting(1), meeting(1, "attack"))
    assert "geneva" in subjects(authority, headline, rows, (0, 1), both)


def test_capitals_side_by_side_stand_for_their_countries(authority: Authority) -> None:
    rows = [
        (place(authority, "Dushanbe"), 2),
        (place(authority, "Bishkek"), 1),
        (place(authority, "Tajikistan"), 1),
        (place(authority, "Kyrgyzstan"), 1),
    ]
    headline = "Dushanbe and Bishkek sign water accord"
    assert subjects(authority, headline, rows, (0,)) == ["tajikistan", "kyrgyzstan"]
    blast = "Blasts in Dushanbe and Bishkek kill two"
    assert subjects(authority, blast, rows, (0, 1)) == [
        "dushanbe", "tajikistan", "bishkek", "kyrgyzstan",
    ]  # fmt: skip


def test_a_part_of_the_subject_country_that_is_named_often_enough(authority: Authority) -> None:
    rows = [(place(authority, "Papua New Guinea"), 3), (place(authority, "Enga"), 2)]
    headline = "Landslide in Papua New Guinea"
    assert subjects(authority, headline, rows, (0,)) == ["papua-new-guinea", "enga"]
    rows = [(place(authority, "Papua New Guinea"), 9), (place(authority, "Enga"), 2)]
    assert subjects(authority, headline, rows, (0,)) == ["papua-new-guinea"]


def test_setting_of_an_article_without_a_place_in_its_title(authority: Authority) -> None:
    rows = [
        (body("Mzuzu Rovers"), 3),
        (place(authority, "Malawi"), 1),
        (place(authority, "Lilongwe"), 1),
        (place(authority, "Blantyre"), 1),
        (place(authority, "Zambia"), 1),
    ]
    headline = "Rovers keep the cup"
    assert subjects(authority, headline, rows, (0,)) == ["mzuzu-rovers", "malawi"]
    assert subjects(authority, headline, [*rows[:2], *rows[4:]], (0,)) == ["mzuzu-rovers"]
    assert subjects(authority, headline, rows, (0,), teaser=True) == ["mzuzu-rovers"]


def test_place_named_once_more_beside_a_foremost_subject_is_a_setting(authority: Authority) -> None:
    rows = [(place(authority, "Kazakhstan"), 3), (place(authority, "Almaty"), 2)]
    headline = "Kazakhstan opens centre in Almaty"
    assert subjects(authority, headline, rows, (0, 1)) == ["kazakhstan"]
    assert subjects(authority, headline, [rows[0], (rows[1][0], 3)], (0, 1)) == [
        "kazakhstan", "almaty",
    ]  # fmt: skip


def test_people_of_the_title_bring_their_country(authority: Authority) -> None:
    people = LocalEntity(id=0, kind="Group", name="Indonesian")
    rows = [(place(authority, "Vietnam"), 3), (people, 1), (place(authority, "Indonesia"), 2)]
    headline = "Indonesian president visits Vietnam"
    assert subjects(authority, headline, rows, (0,)) == ["vietnam", "indonesia"]
    assert subjects(authority, headline, [*rows[:2], (rows[2][0], 1)], (0,)) == ["vietnam"]
    assert subjects(authority, "President visits Vietnam", rows, (0,)) == ["vietnam"]


def test_a_town_whose_office_the_title_names_stays(authority: Authority) -> None:
    rows = [(LocalEntity(id=0, kind="Person", name="Ann Ruz"), 4), (place(authority, "Izmir"), 2)]
    found = subjects(authority, "Ann Ruz elected mayor of Izmir", rows, (0, 1))
    assert found == ["ann-ruz", "izmir", "turkey"]


def test_a_council_brings_its_town_where_no_place_is_a_subject(authority: Authority) -> None:
    council = replace(body("Izmir City Council"), org_type="government body")
    rows = [(council, 4), (place(authority, "Izmir"), 1)]
    assert subjects(authority, "Council votes down car park", rows, (0,)) == [
        "izmir-city-council", "izmir", "turkey",
    ]  # fmt: skip
    assert subjects(authority, "Council votes", [(body("Izmir Tigers"), 4), rows[1]], (0,)) == [
        "izmir-tigers",
    ]  # fmt: skip
