"""Equal names over articles: what is everybody's, whose it is, and what a name cannot tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.authority import Authority
from kg_builder.entities import Decisions, resolve
from kg_builder.entities.generic import is_generic
from kg_builder.entities.names import normal
from kg_builder.model import EntityKind, LocalEntity, Publication, Resolution, ResolveRecord


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.load()


def local(name: str, kind: EntityKind = "Organization", **more: object) -> LocalEntity:
    return LocalEntity(id=0, kind=kind, name=name, **more)  # type: ignore[arg-type]


def country(authority: Authority, name: str) -> LocalEntity:
    concept = authority.lookup(name)[0]
    return local(name, "Place", authority=concept.iri, place_type="country")


def record(article: str, *entities: LocalEntity, outlet: str | None = None) -> ResolveRecord:
    numbered = tuple(replace(entity, id=number) for number, entity in enumerate(entities))
    publication = Publication("Post", country=outlet) if outlet else None
    counts = (1,) * len(numbered)
    return ResolveRecord(article, False, None, publication, numbered, counts=counts)


def keys(found: Resolution) -> list[str]:
    """The last part of the key of each article's first entity, by article."""
    return [found.entity_of[article][0].rsplit("/", 1)[-1] for article in sorted(found.entity_of)]


def reasons(found: Resolution, key: str) -> tuple[str, ...]:
    return next(e.reasons for e in found.entities if e.key.endswith("/" + key))


@pytest.mark.parametrize(
    ("name", "generic"),
    [
        ("Supreme Court", True),
        ("Ministry of Defence", True),
        ("the National Disaster Management Office", True),
        ("People's Democratic Party", True),
        ("Grand Mosque", True),
        ("Supreme Court of Kenya", False),
        ("World Bank", False),
        ("United Nations", False),
        ("Sahel Water Agency", False),
        ("African Union", False),
    ],
)
def test_names_that_every_country_has(name: str, generic: bool) -> None:
    assert is_generic(normal(name)) == generic


def test_one_court_a_country(authority: Authority) -> None:
    court, kenya, norway = local("Supreme Court"), country(authority, "Kenya"), "Norwegian"
    found = resolve(
        [
            record("a", court, kenya),
            record("b", court, kenya),
            record("c", court, local(norway, "Group")),
            record("d", court),
            record("e", court),
            record("f", court, outlet="KE"),
            record("g", court, kenya, country(authority, "Norway")),
        ],
        authority,
    )
    a, b, c, d, e, f, g = keys(found)
    assert a == b == f == "supreme-court-ke"
    assert c == "supreme-court-no"
    assert len({a, c, d, e, g}) == 5
    assert reasons(found, a) == (
        "same name “supreme court” and class Organization, in articles about KE",
    )


def test_one_country_alone_keeps_the_plain_key(authority: Authority) -> None:
    found = resolve([record("a", local("Central Bank"), country(authority, "Peru"))], authority)
    assert keys(found) == ["central-bank"]


def test_a_body_without_a_country_joins_by_what_its_story_shares(authority: Authority) -> None:
    things = [local("Quarry Group"), local("Ruz Bank")]
    court = local("Supreme Court")
    one = record("a", court, country(authority, "Peru"), *things)
    assert len(set(keys(resolve([one, record("b", court, *things)], authority)))) == 1
    assert len(set(keys(resolve([one, record("b", court)], authority)))) == 2
    other = record("b", court, country(authority, "Kenya"), *things)
    assert len(set(keys(resolve([one, other], authority)))) == 2


def test_an_acronym_of_everybodys_name_serves_its_country_only(authority: Authority) -> None:
    council = local("National Electoral Council", acronym="CNE")
    found = resolve(
        [
            record("a", council, country(authority, "Ecuador")),
            record("b", local("CNE"), country(authority, "Ecuador")),
            record("c", local("CNE"), country(authority, "Peru")),
            record("d", local("CNE"), country(authority, "Peru")),
        ],
        authority,
    )
    a, b, c, d = keys(found)
    assert (a, c) == ("national-electoral-council", "cne")
    assert (a, c) == (b, d)
    found = resolve(
        [
            record("a", council, country(authority, "Ecuador")),
            record("b", council, country(authority, "Peru")),
            record("c", local("CNE"), country(authority, "Peru")),
            record("d", local("CNE")),
        ],
        authority,
    )
    a, b, c, d = keys(found)
    assert b == c == "national-electoral-council-pe"
    assert len({a, b, d}) == 3


def test_an_alias_that_every_country_has_proves_nothing(authority: Authority) -> None:
    full = local("Ruritanian Ministry of War", aliases=("Defence Department",))
    found = resolve([record("a", full), record("b", local("Defence Department"))], authority)
    assert len(set(keys(found))) == 2


def test_an_acronym_of_two_names_is_one_thing_nowhere(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Sahel Water Agency", acronym="SWA")),
            record("b", local("Sudan Welfare Association", acronym="SWA")),
            record("c", local("SWA")),
            record("d", local("SWA")),
        ],
        authority,
    )
    assert len(set(keys(found))) == 4


def test_an_acronym_that_the_authority_files_give_is_ambiguous_too(authority: Authority) -> None:
    who = authority.lookup("World Health Organization")[0]
    found = resolve(
        [
            record("a", local("Workers Hope Outreach", acronym="WHO")),
            record("b", local("World Health Organization", authority=who.iri)),
            record("c", local("WHO")),
        ],
        authority,
    )
    assert len(set(keys(found))) == 3


def test_one_acronym_ties_names_that_differ_by_legal_form_or_words(authority: Authority) -> None:
    found = resolve(
        [
            record("a", local("Quarry Stone & Space NV", acronym="QSS")),
            record("b", local("Quarry Stone and Space Company", acronym="QSS")),
            record("c", local("QSS")),
            record("d", local("Ruz Relief Fund", acronym="RRF")),
            record("e", local("Ruz River Relief Fund", acronym="RRF")),
        ],
        authority,
    )
    a, b, c, d, e = keys(found)
    assert a == b == c
    assert d == e
    assert any("one acronym “RRF”" in reason for reason in reasons(found, d))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan", "Person"),
        ("Jørn Łukasz Ðorđević", "Jorn Lukasz Dordevic", "Person"),
        ("Ruz & Sons", "Ruz and Sons", "Organization"),
        ("Ruz Labour Organisation", "Ruz Labor Organization", "Organization"),
        ("Ruz Defence Centre", "Ruz Defense Center", "Organization"),
    ],
)
def test_spelling_makes_no_other_name(
    authority: Authority, one: str, other: str, kind: EntityKind
) -> None:
    found = resolve([record("a", local(one, kind)), record("b", local(other, kind))], authority)
    assert len(set(keys(found))) == 1


def test_two_people_of_one_full_name(authority: Authority) -> None:
    """One person, whatever their offices, unless titles tell a man from a woman."""
    court, club = local("Perth Court Watch"), local("Leeds Rovers")
    found = resolve(
        [
            record("a", local("Kim Novak", "Person", titles=("Judge",)), court),
            record("b", local("Kim Novak", "Person", titles=("Coach",)), club),
        ],
        authority,
    )
    assert len(set(keys(found))) == 1
    he, she = (local("Kim Novak", "Person", titles=(title,)) for title in ("Mr.", "Mrs."))
    found = resolve(
        [
            record("a", he, court),
            record("b", she, club),
            record("c", local("Kim Novak", "Person"), court),
            record("d", local("Kim Novak", "Person")),
            record("e", local("Kim Novak", "Person"), court, club),
            record("f", he),
        ],
        authority,
    )
    a, b, c, d, e, f = keys(found)
    assert a == c == f
    assert len({a, b, d, e}) == 4
    handle = "article/d#entity=person/kim-novak"
    decided = Decisions(same=((handle, "article/a#entity=person/kim-novak"),))
    untold = record("d", replace(he, titles=()))
    again = keys(
        resolve([record("a", he, court), record("b", she, club), untold], authority, decided)
    )
    assert again[0] == again[2] != again[1]


def test_a_single_name_joins_by_context_alone(authority: Authority) -> None:
    things = [local(name) for name in ("Quarry Group", "Ruz Bank", "Iron Works")]
    rows = [
        record("a", local("Hikmatullah", "Person"), *things),
        record("b", local("Hekmatullah", "Person"), *things),
        record("c", local("Hikmatullah", "Person"), *things[:2]),
        record("d", local("Hikmatullah", "Person")),
    ]
    a, b, c, d = keys(resolve(rows, authority))
    assert a == b == c != d
    full = record("e", local("Hikmatullah Khan", "Person"), local("Other Fund"))
    assert len(set(keys(resolve([*rows, full], authority))[:4:2])) == 2


def test_a_decision_on_everybodys_name_means_one_country(authority: Authority) -> None:
    court = local("Supreme Court")
    rows = [
        record("a", court, country(authority, "Kenya")),
        record("b", court, country(authority, "Norway")),
        record("c", local("Ruz Tribunal")),
    ]
    pair = ("entity/organization/ruz-tribunal", "entity/organization/supreme-court-ke")
    found = resolve(rows, authority, Decisions(same=(pair,)))
    a, b, c = keys(found)
    assert a == c != b
    plain = ("entity/organization/ruz-tribunal", "entity/organization/supreme-court")
    found = resolve(rows, authority, Decisions(same=(plain,)))
    assert len(set(keys(found))) == 3
    assert "names several things" in found.notes[0]
    only = resolve([rows[0], rows[2]], authority, Decisions(same=(plain,)))
    assert len(set(keys(only))) == 1


def test_a_country_s_body_with_and_without_the_country(authority: Authority) -> None:
    kenya = country(authority, "Kenya")
    found = resolve(
        [
            record("a", local("Supreme Court of Kenya")),
            record("b", local("Kenyan Supreme Court")),
            record("c", local("Supreme Court"), kenya),
            record("d", local("Supreme Court"), country(authority, "Norway")),
            record("e", local("Kenyan Football Magic")),
        ],
        authority,
    )
    a, b, c, d, e = keys(found)
    assert a == b == c == "supreme-court-of-kenya"
    assert len({a, d, e}) == 3
    assert any("one body of one country (KE)" in why for why in reasons(found, a))
    found = resolve(
        [
            record("a", local("Ministry of Defence"), kenya),
            record("b", local("Defense Ministry"), kenya),
            record("c", local("Defence Ministry")),
        ],
        authority,
    )
    a, b, c = keys(found)
    assert a == b != c


def test_a_company_is_known_by_its_legal_form(authority: Authority) -> None:
    found = resolve(
        [record("a", local("Aer Ruz Group PLC")), record("b", local("Aer Ruz", "Place"))], authority
    )
    assert len(set(keys(found))) == 1
    assert any(
        "its class in the name with its legal form" in e for e in reasons(found, keys(found)[0])
    )
