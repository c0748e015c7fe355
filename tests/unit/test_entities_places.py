"""Places over the corpus: an article that did not tell which place it means merges with none."""

from __future__ import annotations

from kg_builder.authority import Authority
from kg_builder.entities import about, resolve
from tests.unit.test_entities import authority, entity, linked, local, record, same

__all__ = ["authority"]


def test_an_untold_place_joins_neither_a_linked_nor_another_untold_one(
    authority: Authority,
) -> None:
    city = authority.cities("Kunduz")[0]
    found = resolve(
        [
            record("a", local("Kunduz", "Place", authority=city.iri)),
            record("b", local("Kunduz", "Place")),
            record("c", local("KUNDUZ", "Place")),
        ],
        authority,
    )
    assert len({found.entity_of[article][0] for article in "abc"}) == 3
    assert entity(found, "a").key == "entity/place/kunduz"


def test_an_untold_place_has_a_key_of_its_article_even_alone(authority: Authority) -> None:
    alone = entity(resolve([record("b", local("Tripoli", "Place"))], authority), "b").key
    other = entity(resolve([record("c", local("Tripoli", "Place"))], authority), "c").key
    assert alone.startswith("entity/place/tripoli-")
    assert alone != other


def test_two_untold_places_of_one_article_stay_two(authority: Authority) -> None:
    found = resolve([record("a", local("Tripoli", "Place"), local("Tripoli", "Place"))], authority)
    assert len(set(found.entity_of["a"])) == 2


def test_places_that_no_file_knows_still_meet_by_name(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Qwarsk Steppe", "Place")),
            record("b", local("Qwarsk Steppe", "Place")),
        ],
        authority,
    )
    assert same(found, "a", "b")


def test_a_town_brings_the_country_that_the_article_names(authority: Authority) -> None:
    city = authority.cities("Kunduz")[0]
    town = local("Kunduz", "Place", authority=city.iri)
    named = record("a", town, linked(authority, "Afghanistan"), about=(0,))
    assert about(named, resolve([named], authority)) == (
        "entity/place/kunduz",
        "entity/place/afghanistan",
        "entity/region/southern-asia",
    )


def test_the_country_comes_before_its_part(authority: Authority) -> None:
    city = next(c for c in authority.cities("Savannah") if c.population > 100_000)
    town = local("Savannah", "Place", authority=city.iri)
    state = next(c for c in authority.lookup("Georgia") if c.place_type == "subdivision")
    part = local("Georgia", "Place", authority=state.iri)
    it = record("a", town, part, linked(authority, "United States"), about=(0,))
    alone = record("b", town, part, about=(0,))
    found = resolve([it, alone], authority)
    assert about(it, found)[:2] == ("entity/place/savannah", "entity/place/united-states")
    assert about(alone, found)[:2] == ("entity/place/savannah", found.entity_of["b"][1])
