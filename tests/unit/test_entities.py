"""Resolution over the corpus: what becomes one, what stays apart, and what it is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.authority import Authority
from kg_builder.entities import about, resolve
from kg_builder.model import Entity, EntityKind, LocalEntity, Resolution, ResolveRecord


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.load()


def local(name: str, kind: EntityKind = "Organization", **more: object) -> LocalEntity:
    return LocalEntity(id=0, kind=kind, name=name, **more)  # type: ignore[arg-type]


def record(
    article: str, *entities: LocalEntity, teaser: bool = False, about: tuple[int, ...] = ()
) -> ResolveRecord:
    numbered = tuple(replace(entity, id=number) for number, entity in enumerate(entities))
    counts = (1,) * len(numbered)
    return ResolveRecord(article, teaser, None, None, numbered, (), about, counts)


def linked(authority: Authority, name: str, **more: object) -> LocalEntity:
    concept = authority.lookup(name)[0]
    return local(name, concept.kind, authority=concept.iri, **more)


def entity(resolution: Resolution, article: str, number: int = 0) -> Entity:
    key = resolution.entity_of[article][number]
    return next(e for e in resolution.entities if e.key == key)


def same(resolution: Resolution, *articles: str) -> bool:
    return len({resolution.entity_of[article][0] for article in articles}) == 1


def test_equal_names_of_one_class_are_one(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Al-Nahar Press")),
            record("b", local("al Nahar press")),
            record("c", local("Al-Nahar Press", "Person")),
            record("d", local("Al-Nahar Press", "Person")),
        ],
        authority,
    )
    assert same(found, "a", "b")
    assert not same(found, "a", "c")
    assert entity(found, "a").name == "Al-Nahar Press"
    assert entity(found, "a").aliases == ("al Nahar press",)
    assert entity(found, "a").reasons == ("same name “al nahar press” and class Organization",)
    assert entity(found, "a").key == "entity/organization/al-nahar-press"
    assert entity(found, "c").key == "entity/person/al-nahar-press"


def test_dots_and_hyphens_do_not_part_names(authority: Authority) -> None:
    found = resolve(
        [record("a", local("U.S. Forces-Korea")), record("b", local("US Forces Korea"))], authority
    )
    assert same(found, "a", "b")


def test_one_authority_concept_is_one_entity(authority: Authority) -> None:
    world = linked(authority, "World Health Organization", acronym="WHO")
    bare = local("WHO", authority=world.authority)
    found = resolve([record("a", world), record("b", bare)], authority)
    assert same(found, "a", "b")
    assert entity(found, "b").name == "World Health Organization"
    assert "WHO" in entity(found, "b").acronyms
    assert "WHO" not in entity(found, "b").aliases
    assert any("same entry of the authority files" in why for why in entity(found, "a").reasons)


def test_two_authority_concepts_of_one_name_stay_apart(authority: Authority) -> None:
    one, two = authority.cities("Tripoli")[:2]
    found = resolve(
        [
            record("a", local("Tripoli", "Place", authority=one.iri)),
            record("b", local("Tripoli", "Place", authority=two.iri)),
            record("c", local("Tripoli", "Place")),
        ],
        authority,
    )
    assert len({found.entity_of[a][0] for a in "abc"}) == 3
    assert found.entity_of["a"][0].endswith(one.iri.removeprefix("geonames:"))
    assert all(found.entity_of[a][0] != "entity/place/tripoli" for a in "abc")


def test_an_ambiguous_unlinked_place_stays_in_its_article(authority: Authority) -> None:
    unlinked = [record(a, local("Springfield", "Place")) for a in "ab"]
    assert not same(resolve(unlinked, authority), "a", "b")
    unknown = [record(a, local("Darzab Ghor district", "Place")) for a in "ab"]
    assert same(resolve(unknown, authority), "a", "b")


def test_acronym_given_once_serves_other_articles(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Quarry Crisis Group", acronym="QCG")),
            record("b", local("QCG")),
            record("c", local("Q.C.G.")),
        ],
        authority,
    )
    assert same(found, "a", "b", "c")
    it = entity(found, "b")
    assert it.name == "Quarry Crisis Group"
    assert it.acronyms == ("Q.C.G.", "QCG")
    assert it.aliases == ()
    assert "“QCG” is given with “Quarry Crisis Group” and with no other name" in it.reasons


def test_acronym_with_two_names_joins_neither(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Quarry Crisis Group", acronym="QCG")),
            record("b", local("Queensland Cotton Growers", acronym="QCG")),
            record("c", local("QCG")),
        ],
        authority,
    )
    assert len({found.entity_of[a][0] for a in "abc"}) == 3


def test_linked_acronym_is_not_taken_over(authority: Authority) -> None:
    who = linked(authority, "World Health Organization")
    found = resolve(
        [
            record("a", local("Western Hockey Office", acronym="WHO")),
            record("b", local("WHO", authority=who.authority)),
        ],
        authority,
    )
    assert not same(found, "a", "b")


def test_full_alias_joins_but_a_shortened_name_does_not(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Tehrik-i-Sahel", aliases=("Sahel Movement Front",))),
            record("b", local("Sahel Movement Front")),
            record("c", local("Ruritanian Ministry of Defence", aliases=("Ministry of Defence",))),
            record("d", local("Ministry of Defence")),
        ],
        authority,
    )
    assert same(found, "a", "b")
    assert not same(found, "c", "d")


def test_people_join_by_full_name_and_surnames_stay_apart(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Anna Maria Novak", "Person", aliases=("Novak",))),
            record("b", local("Anna Maria Novak", "Person")),
            record("c", local("Novak", "Person")),
            record("d", local("Novak", "Person")),
            record("e", local("Anna B. Novak", "Person", aliases=("Anna Maria Novak",))),
        ],
        authority,
    )
    assert same(found, "a", "b", "e")
    assert len({found.entity_of[a][0] for a in "acd"}) == 3
    assert found.entity_of["c"][0].startswith("entity/person/novak-")


def test_low_confidence_takes_the_class_of_the_others(authority: Authority) -> None:
    sure = [record(a, local("Northern Star", confidence=0.9)) for a in "ab"]
    weak = record("c", local("Northern Star", "Topic", confidence=0.4))
    assert same(resolve([*sure, weak], authority), "a", "b", "c")
    firm = record("c", local("Northern Star", "Topic", confidence=0.9))
    assert not same(resolve([sure[0], firm], authority), "a", "c")


def test_containers_are_added_up_to_the_continent(authority: Authority) -> None:
    kunduz = authority.cities("Kunduz")[0]
    found = resolve([record("a", local("Kunduz", "Place", authority=kunduz.iri))], authority)
    by_key = {e.key: e for e in found.entities}
    assert by_key["entity/place/kunduz"].contained_in[0] == "entity/place/afghanistan"
    afghanistan = by_key["entity/place/afghanistan"]
    assert afghanistan.iso3166 == "AF"
    assert afghanistan.m49 == "004"
    assert "entity/region/southern-asia" in afghanistan.contained_in
    assert "entity/region/asia" in by_key["entity/region/southern-asia"].contained_in
    assert all(parent in by_key for e in found.entities for parent in e.contained_in)


def test_country_keeps_the_plain_key(authority: Authority) -> None:
    country = linked(authority, "Georgia")
    found = resolve([record("a", country), record("b", local("Georgia", "Place"))], authority)
    assert entity(found, "a").key == "entity/place/georgia"
    assert entity(found, "b").key != "entity/place/georgia"


def test_two_entities_of_one_article_with_one_slug_get_two_keys(authority: Authority) -> None:
    found = resolve(
        [record("a", local("Novak", "Person"), local("Novák", "Person"), local("Novak", "Person"))],
        authority,
    )
    assert len(set(found.entity_of["a"])) == 3


def test_canonical_name_is_the_fullest_frequent_one(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("CENTRAL BANKING UNION", acronym="CBUX")),
            record("b", local("Central Banking Union")),
            record("c", local("CBUX")),
            record("d", local("CBUX")),
        ],
        authority,
    )
    assert entity(found, "d").name == "Central Banking Union"


def test_order_and_repetition_do_not_matter(authority: Authority) -> None:
    records = [record(a, local("Quarry Group"), local("Novak", "Person")) for a in "abc"]
    assert resolve(records, authority) == resolve([*reversed(records), records[0]], authority)


def test_two_records_of_one_article_are_an_error(authority: Authority) -> None:
    with pytest.raises(ValueError, match="two different records"):
        resolve([record("a", local("X Y")), record("a", local("X Z"))], authority)


def test_nothing_in_nothing_out(authority: Authority) -> None:
    assert resolve([], authority) == Resolution()
    assert resolve([record("a")], authority).entity_of == {"a": ()}


class TestAbout:
    """Regions that an article is about."""

    def test_full_article_gets_the_region_above_its_country(self, authority: Authority) -> None:
        it = record("a", linked(authority, "Kazakhstan"), local("Novak", "Person"), about=(1, 0))
        assert about(it, resolve([it], authority)) == (
            "entity/person/novak",
            "entity/place/kazakhstan",
            "entity/region/central-asia",
        )

    def test_teaser_gets_it_only_when_it_names_it(self, authority: Authority) -> None:
        place, region = linked(authority, "Kazakhstan"), linked(authority, "Central Asia")
        it = record("a", place, teaser=True, about=(0,))
        assert about(it, resolve([it], authority)) == ("entity/place/kazakhstan",)
        it = record("a", place, region, teaser=True, about=(0,))
        assert about(it, resolve([it], authority))[-1] == "entity/region/central-asia"

    def test_city_brings_its_country_and_the_region_even_unnamed(
        self, authority: Authority
    ) -> None:
        city = authority.cities("Kunduz")[0]
        it = record("a", local("Kunduz", "Place", authority=city.iri), about=(0,))
        assert about(it, resolve([it], authority)) == (
            "entity/place/kunduz",
            "entity/place/afghanistan",
            "entity/region/southern-asia",
        )

    def test_region_brings_no_wider_region(self, authority: Authority) -> None:
        it = record("a", linked(authority, "Central Asia"), about=(0,))
        assert about(it, resolve([it], authority)) == ("entity/region/central-asia",)

    def test_about_nothing(self, authority: Authority) -> None:
        it = record("a", linked(authority, "Kazakhstan"))
        assert about(it, resolve([it], authority)) == ()
