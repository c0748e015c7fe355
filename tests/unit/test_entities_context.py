"""Names that may mean the same: joined where nothing else fits and the articles agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.authority import Authority
from kg_builder.entities import resolve
from kg_builder.entities.variants import abbreviates, initials, legal_core, person_words, sounds
from kg_builder.model import Entity, EntityKind, LocalEntity, Resolution, ResolveRecord


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.load()


def local(name: str, kind: EntityKind = "Person", **more: object) -> LocalEntity:
    return LocalEntity(id=0, kind=kind, name=name, **more)  # type: ignore[arg-type]


def record(article: str, *entities: LocalEntity) -> ResolveRecord:
    numbered = tuple(replace(entity, id=number) for number, entity in enumerate(entities))
    return ResolveRecord(article, False, None, None, numbered, counts=(1,) * len(numbered))


def org(name: str, **more: object) -> LocalEntity:
    return local(name, "Organization", **more)


def same(resolution: Resolution, *articles: str) -> bool:
    return len({resolution.entity_of[article][0] for article in articles}) == 1


def entity(resolution: Resolution, article: str) -> Entity:
    return next(e for e in resolution.entities if e.key == resolution.entity_of[article][0])


MINE, CLUB = org("Quarry Mining Union"), org("Harbour Rowing Club")
STORY = (MINE, CLUB)
"""Two things that tie articles together."""


def test_a_surname_is_the_one_person_of_that_name_in_the_same_story(authority: Authority) -> None:
    found = resolve(
        [record("a", local("Anna Novak"), *STORY), record("b", local("Novak"), *STORY)], authority
    )
    assert same(found, "a", "b")
    assert entity(found, "a").name == "Anna Novak"
    assert (
        "“Novak” fits “Anna Novak” and no other name; "
        "their articles both name “Harbour Rowing Club” and “Quarry Mining Union”"
    ) in entity(found, "a").reasons


def test_a_surname_in_another_story_stays_apart(authority: Authority) -> None:
    records = [record("a", local("Anna Novak"), *STORY), record("b", local("Novak"), MINE)]
    assert not same(resolve(records, authority), "a", "b")
    states = [
        LocalEntity(0, "Place", c.name, authority=c.iri, place_type="country")
        for name in ("Kenya", "Peru", "Chad")
        for c in authority.lookup(name)[:1]
    ]
    records = [record("a", local("Anna Novak"), *states), record("b", local("Novak"), *states)]
    assert not same(resolve(records, authority), "a", "b"), "a country ties no two stories"


def test_peoples_tie_no_two_stories(authority: Authority) -> None:
    peoples = [local(name, "Group") for name in ("Andorrans", "Samoans", "Tongans")]
    records = [record("a", local("Anna Novak"), *peoples), record("b", local("Novak"), *peoples)]
    assert not same(resolve(records, authority), "a", "b")


def test_a_title_speaks_for_one_and_a_gender_against(authority: Authority) -> None:
    full = record("a", local("Anna Novak", titles=("Governor",)), MINE)
    bare = record("b", local("Novak", titles=("Governor",)), MINE)
    assert same(resolve([full, bare], authority), "a", "b")
    woman = record("a", local("Anna Novak", titles=("Mrs",)), *STORY)
    man = record("b", local("Novak", titles=("Mr.",)), *STORY)
    assert not same(resolve([woman, man], authority), "a", "b")


def test_two_people_of_one_surname_leave_the_bare_one_alone(authority: Authority) -> None:
    records = [
        record("a", local("Anna Novak"), *STORY),
        record("b", local("Novak"), *STORY),
        record("c", local("Piotr Novak"), *STORY),
    ]
    found = resolve(records, authority)
    assert len({found.entity_of[article][0] for article in "abc"}) == 3


def test_an_article_that_names_both_tells_them_apart(authority: Authority) -> None:
    records = [
        record("a", local("Anna Novak"), *STORY),
        record("b", local("Novak"), *STORY, local("Anna Novak")),
    ]
    assert not same(resolve(records, authority), "a", "b")


def test_initials_and_left_out_names(authority: Authority) -> None:
    full = record("a", local("John Fitzgerald Novak"), MINE)
    for short in ("J. F. Novak", "J.F. Novak", "John Novak", "John F. Novak", "J. Novak"):
        found = resolve([full, record("b", local(short), MINE)], authority)
        assert same(found, "a", "b"), short
        assert entity(found, "b").name == "John Fitzgerald Novak"
        assert not same(resolve([full, record("b", local(short), CLUB)], authority), "a", "b")
    for other in ("J. G. Novak", "Jane Novak", "K. Novak", "John Nowak"):
        found = resolve([full, record("b", local(other), MINE)], authority)
        assert not same(found, "a", "b"), other
    rival = record("c", local("Jane Novak"), MINE)
    found = resolve([full, record("b", local("J. Novak"), MINE), rival], authority)
    assert len({found.entity_of[article][0] for article in "abc"}) == 3


def test_legal_forms(authority: Authority) -> None:
    pairs = [
        record("a", org("Harbour Pear Inc.")),
        record("b", org("Harbour Pear")),
        record("c", org("Harbour Pear, Incorporated")),
    ]
    found = resolve(pairs, authority)
    assert same(found, "a", "b")
    one = [record("a", org("Pear Inc."), MINE), record("b", org("Pear"), MINE)]
    assert same(resolve(one, authority), "a", "b")
    apart = [record("a", org("Pear Inc."), MINE), record("b", org("Pear"), CLUB)]
    assert not same(resolve(apart, authority), "a", "b"), "one word needs a story"
    two = [
        record("a", org("Harbour Pear Inc.")),
        record("b", org("Harbour Pear")),
        record("c", org("Harbour Pear Ltd")),
    ]
    assert len(set(resolve(two, authority).entity_of.values())) == 3


def test_short_forms_of_organisations_stay_apart(authority: Authority) -> None:
    records = [
        record("a", org("Harbour City Council"), *STORY),
        record("b", org("Council"), *STORY),
    ]
    assert not same(resolve(records, authority), "a", "b")


def test_an_acronym_whose_name_another_article_gives(authority: Authority) -> None:
    name = record("a", org("Queensland Cotton Growers"), *STORY)
    bare = record("b", org("QCG"), *STORY)
    found = resolve([name, bare], authority)
    assert same(found, "a", "b")
    assert entity(found, "b").acronyms == ("QCG",)
    assert not same(resolve([name, record("b", org("QCG"), MINE)], authority), "a", "b")
    rival = record("c", org("Quarry Crisis Group"), *STORY)
    assert not same(resolve([name, bare, rival], authority), "a", "b")


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Hikmatullah Rahimi", "Hekmatullah Rahimi", "Person"),
        ("Saif Gaddafi", "Saif Qadhafi", "Person"),
        ("Mohammed Karimov", "Muhammad Karimov", "Person"),
        ("Ghorzanj Valley District", "Ghurzanj Valley District", "Place"),
    ],
)
def test_spellings_of_one_name(
    authority: Authority, one: str, other: str, kind: EntityKind
) -> None:
    left, right = record("a", local(one, kind), *STORY), record("b", local(other, kind), *STORY)
    found = resolve([left, right], authority)
    assert same(found, "a", "b")
    assert any("spellings of one name" in why for why in entity(found, "a").reasons)
    apart = record("b", local(other, kind), MINE)
    assert not same(resolve([left, apart], authority), "a", "b")
    both = record("b", local(other, kind), *STORY, local(one, kind))
    assert not same(resolve([left, both], authority), "a", "b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John Bell", "John Bill"),
        ("Kim Jong Un", "Kim Jong Nam"),
        ("Peter Brandt", "Peter Brenda"),
        ("Ali Hassan", "Ali Hussein"),
        ("Sektor 12 Rahimi", "Sektor 13 Rahimi"),
    ],
)
def test_other_names_are_no_spellings(authority: Authority, one: str, other: str) -> None:
    records = [record("a", local(one), *STORY), record("b", local(other), *STORY)]
    assert not same(resolve(records, authority), "a", "b")


def test_one_thing_of_two_classes_is_there_once(authority: Authority) -> None:
    sure = [record(a, org("Northern Star Alliance", confidence=0.9)) for a in "ab"]
    odd = record("c", local("Northern Star Alliance", "Topic", confidence=0.9))
    found = resolve([*sure, odd], authority)
    assert same(found, "a", "b", "c")
    assert entity(found, "a").kind == "Organization"
    assert any("its class in most mentions" in why for why in entity(found, "a").reasons)
    assert not same(resolve([sure[0], odd], authority), "a", "c"), "one against one is no majority"


def test_keys_of_names() -> None:
    assert sounds("jawzjan") == sounds("jowzjan")
    assert sounds("qaddafi") == sounds("gadhafi") == sounds("kadhafi")
    assert sounds("nigeria") != sounds("niger")
    assert sounds("unit 12") != sounds("unit 13")
    assert legal_core("harbour pear group plc") == ("harbour pear", ("plc",))
    assert legal_core("harbour pear group") == ("", ())
    assert legal_core("inc") == ("", ())
    assert initials("Bank for International Settlements of Basel") == "BISB"
    assert initials("Bank of Basel") is None
    assert person_words("J.F. Novak") == ("j", "f", "novak")
    assert abbreviates(("j", "novak"), ("john", "f", "novak"))
    assert not abbreviates(("john", "novak"), ("john", "novak"))
