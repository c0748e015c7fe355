"""A user's decisions: what the file may say, and that it always wins over the rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg_builder.authority import Authority
from kg_builder.entities import Decisions, resolve
from kg_builder.entities.decisions import load
from kg_builder.errors import ConfigError
from kg_builder.model import Entity, EntityKind, LocalEntity, Resolution, ResolveRecord
from kg_builder.vocab import Minter

BASE = "https://data.example/id/"
HEAD = """@prefix kg: <https://w3id.org/kg-builder/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.load()


def local(name: str, kind: EntityKind = "Person", **more: object) -> LocalEntity:
    return LocalEntity(id=0, kind=kind, name=name, **more)  # type: ignore[arg-type]


def record(article: str, *entities: LocalEntity) -> ResolveRecord:
    numbered = tuple(replace(entity, id=number) for number, entity in enumerate(entities))
    return ResolveRecord(article, False, None, None, numbered, counts=(1,) * len(numbered))


def entity(resolution: Resolution, article: str, number: int = 0) -> Entity:
    key = resolution.entity_of[article][number]
    return next(e for e in resolution.entities if e.key == key)


def groups(resolution: Resolution) -> list[list[str]]:
    """Articles by the entity that each names first, sorted."""
    found: dict[str, list[str]] = {}
    for article, keys in resolution.entity_of.items():
        found.setdefault(keys[0], []).append(article)
    return sorted(found.values())


def write(folder: Path, text: str) -> Path:
    path = folder / "decisions.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


class TestFile:
    """What stands in decisions.ttl."""

    def test_absolute_and_relative_iris(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            f"""<entity/person/b> kg:sameEntityAs <{BASE}entity/person/a> .
            <article/x-01#entity=person/c> kg:differentEntityFrom <entity/person/a> .
            <entity/person/a> skos:prefLabel "  Anna   Novak" .""",
        )
        assert load(path, Minter(BASE)) == Decisions(
            same=(("entity/person/a", "entity/person/b"),),
            different=(("article/x-01#entity=person/c", "entity/person/a"),),
            names=(("entity/person/a", "Anna Novak"),),
        )

    def test_an_empty_file_decides_nothing(self, tmp_path: Path) -> None:
        assert not load(write(tmp_path, ""), Minter(BASE))

    def test_order_and_direction_of_statements_do_not_matter(self, tmp_path: Path) -> None:
        one = load(
            write(tmp_path, """<entity/person/b> kg:sameEntityAs <entity/person/a> ,
            <entity/person/c> ."""),
            Minter(BASE),
        )  # fmt: skip
        other = load(
            write(tmp_path, """<entity/person/c> kg:sameEntityAs <entity/person/b> .
            <entity/person/a> kg:sameEntityAs <entity/person/b> ."""),
            Minter(BASE),
        )  # fmt: skip
        assert one == other

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("<entity/person/a> kg:sameEntityAs", "line 3: not valid Turtle"),
            ("<entity/person/a> kg:sameEntityAs <http://x.example/a> .", "does not stand under"),
            ("<entity/person/a> kg:sameEntityAs <entity/wizard/a> .", "is no entity"),
            ("<entity/person/a> kg:sameEntityAs <event/attack-1> .", "is no entity"),
            ("<entity/person/a> kg:sameEntityAs [] .", "is no IRI"),
            ("<entity/person/a> kg:about <entity/person/b> .", "is no decision"),
            ("<entity/person/a> skos:prefLabel ' ' .", "no text"),
            ("<entity/person/a> skos:prefLabel 'A', 'B' .", "more than one"),
            (
                "<entity/person/a> kg:differentEntityFrom <entity/person/a> .",
                "different and the same",
            ),
            (
                """<entity/person/a> kg:sameEntityAs <entity/person/b> .
                <entity/person/b> kg:sameEntityAs <entity/person/c> .
                <entity/person/c> kg:differentEntityFrom <entity/person/a> .""",
                "different and the same",
            ),
            (
                """<entity/person/a> kg:sameEntityAs <entity/person/b> ; skos:prefLabel "A" .
                <entity/person/b> skos:prefLabel "B" .""",
                "have two names",
            ),
        ],
    )  # fmt: skip
    def test_a_fault_names_the_file_and_the_place(
        self, tmp_path: Path, text: str, said: str
    ) -> None:
        path = write(tmp_path, text)
        with pytest.raises(ConfigError, match=said) as caught:
            load(path, Minter(BASE))
        assert str(path) in str(caught.value)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be read"):
            load(tmp_path / "none.ttl", Minter(BASE))


NOVAKS = [
    record("a", local("Anna Novak")),
    record("b", local("Hanna Novak")),
    record("c", local("Anna Novak")),
]


class TestSame:
    """What the rules keep apart."""

    def test_two_names_become_one(self, authority: Authority) -> None:
        decisions = Decisions(same=(("entity/person/anna-novak", "entity/person/hanna-novak"),))
        found = resolve(NOVAKS, authority, decisions)
        assert groups(resolve(NOVAKS, authority)) == [["a", "c"], ["b"]]
        assert groups(found) == [["a", "b", "c"]]
        assert found.notes == ()
        assert (
            "user decision: entity/person/anna-novak is the same as entity/person/hanna-novak"
            in entity(found, "b").reasons
        )
        assert "Hanna Novak" in entity(found, "b").aliases

    def test_decisions_chain(self, authority: Authority) -> None:
        records = [*NOVAKS, record("d", local("Joanna Nowak"))]
        same = (
            ("entity/person/anna-novak", "entity/person/hanna-novak"),
            ("entity/person/hanna-novak", "entity/person/joanna-nowak"),
        )
        assert groups(resolve(records, authority, Decisions(same=same))) == [["a", "b", "c", "d"]]

    def test_a_surname_of_one_article(self, authority: Authority) -> None:
        records = [*NOVAKS, record("d", local("Novak")), record("e", local("Novak"))]
        same = (("article/d#entity=person/novak", "entity/person/anna-novak"),)
        found = resolve(records, authority, Decisions(same=same))
        assert groups(found) == [["a", "c", "d"], ["b"], ["e"]]

    def test_the_hashed_iri_of_an_entity(self, authority: Authority) -> None:
        records = [*NOVAKS, record("d", local("Novak")), record("e", local("Novak"))]
        seen = resolve(records, authority).entity_of["e"][0]
        same = (("entity/person/anna-novak", seen),)
        found = resolve(records, authority, Decisions(same=same))
        assert groups(found) == [["a", "c", "e"], ["b"], ["d"]]

    def test_two_classes_and_two_entries_of_the_authority_files(self, authority: Authority) -> None:
        one, two = authority.lookup("World Health Organization")[0], authority.lookup("NATO")[0]
        records = [
            record("a", local("WHO", "Organization", authority=one.iri)),
            record("b", local("NATO", "Organization", authority=two.iri)),
            record("c", local("Alliance Fund", "Topic")),
        ]
        before = resolve(records, authority)
        keys = sorted(before.entity_of[article][0] for article in "abc")
        same = ((keys[0], keys[1]), (keys[1], keys[2]))
        found = resolve(records, authority, Decisions(same=same))
        assert groups(found) == [["a", "b", "c"]]
        assert entity(found, "c").authority == min(one.iri, two.iri)
        assert len({e.key for e in found.entities}) == len(found.entities)

    def test_a_place_that_holds_others_takes_them_along(self, authority: Authority) -> None:
        kunduz, georgia = authority.cities("Kunduz")[0], authority.lookup("Georgia")[0]
        records = [
            record("a", local("Kunduz", "Place", authority=kunduz.iri)),
            record("b", local("Georgia", "Place", authority=georgia.iri)),
            record("c", local("Afghanistan", "Place", authority=kunduz.contained_in[0])),
        ]
        before = resolve(records, authority)
        pair = tuple(sorted((before.entity_of["b"][0], before.entity_of["c"][0])))
        found = resolve(records, authority, Decisions(same=((pair[0], pair[1]),)))
        assert found.entity_of["c"] == found.entity_of["b"]
        assert found.entity_of["c"][0] in entity(found, "a").contained_in
        assert all(p in {e.key for e in found.entities} for p in entity(found, "a").contained_in)


class TestDifferent:
    """What the rules put together."""

    def test_two_people_of_one_name(self, authority: Authority) -> None:
        records = [record(a, local("John Smith")) for a in "abc"]
        different = (("article/b#entity=person/john-smith", "entity/person/john-smith"),)
        found = resolve(records, authority, Decisions(different=different))
        assert groups(found) == [["a", "c"], ["b"]]
        why = "user decision: article/b#entity=person/john-smith is not entity/person/john-smith"
        assert all(why in entity(found, article).reasons for article in "abc")

    def test_who_could_be_either_stays_alone(self, authority: Authority) -> None:
        records = [record(a, local("John Smith")) for a in "abc"]
        different = (("article/a#entity=person/john-smith", "article/b#entity=person/john-smith"),)
        assert groups(resolve(records, authority, Decisions(different=different))) == [
            ["a"], ["b"], ["c"],
        ]  # fmt: skip
        same = (("article/b#entity=person/john-smith", "article/c#entity=person/john-smith"),)
        found = resolve(records, authority, Decisions(same=same, different=different))
        assert groups(found) == [["a"], ["b", "c"]]

    def test_it_holds_when_a_later_article_would_join_them(self, authority: Authority) -> None:
        first = [
            record("a", local("Tehrik-i-Sahel", "Organization")),
            record("b", local("Sahel Movement Front", "Organization")),
        ]
        later = record(
            "c", local("Tehrik-i-Sahel", "Organization", aliases=("Sahel Movement Front",))
        )
        keys = sorted(keys[0] for keys in resolve(first, authority).entity_of.values())
        assert groups(resolve([*first, later], authority)) == [["a", "b", "c"]]
        found = resolve([*first, later], authority, Decisions(different=((keys[0], keys[1]),)))
        assert groups(found) == [["a", "c"], ["b"]]
        assert found.notes == ()

    def test_one_article_means_another_place_than_its_link(self, authority: Authority) -> None:
        georgia = authority.lookup("Georgia")[0]
        records = [record(a, local("Georgia", "Place", authority=georgia.iri)) for a in "abc"]
        different = (("article/b#entity=place/georgia", "entity/place/georgia"),)
        found = resolve(records, authority, Decisions(different=different))
        assert groups(found) == [["a", "c"], ["b"]]
        assert entity(found, "a").key == "entity/place/georgia"
        assert entity(found, "b").links == ()

    def test_different_wins_over_same_where_both_touch_one_mention(
        self, authority: Authority
    ) -> None:
        different = (("entity/person/anna-novak", "entity/person/hanna-novak"),)
        same = (("article/a#entity=person/anna-novak", "entity/person/hanna-novak"),)
        found = resolve(NOVAKS, authority, Decisions(same=same, different=different))
        assert groups(found) == [["a", "c"], ["b"]]
        assert "cannot be one" in found.notes[0]


class TestNames:
    """A new label for an entity."""

    def test_the_label_changes_and_the_iri_stays(self, authority: Authority) -> None:
        names = (("entity/person/anna-novak", "Anna M. Novak"),)
        found = resolve(NOVAKS, authority, Decisions(names=names))
        it = entity(found, "a")
        assert (it.key, it.name, it.aliases) == (
            "entity/person/anna-novak", "Anna M. Novak", ("Anna Novak",),
        )  # fmt: skip
        assert "user decision: named “Anna M. Novak”" in it.reasons

    def test_an_entry_of_the_authority_files(self, authority: Authority) -> None:
        iri = authority.lookup("Afghanistan")[0].iri
        records = [record("a", local("Afghanistan", "Place", authority=iri))]
        names = (("entity/place/afghanistan", "Afġānistān"),)
        found = resolve(records, authority, Decisions(names=names))
        assert entity(found, "a").name == "Afġānistān"
        assert entity(found, "a").aliases == ("Afghanistan",)

    def test_two_that_were_told_apart_are_named_one_by_one(self, authority: Authority) -> None:
        records = [record(a, local("John Smith")) for a in "abc"]
        different = (("article/b#entity=person/john-smith", "entity/person/john-smith"),)
        names = (("article/b#entity=person/john-smith", "John Smith of Kent"),)
        found = resolve(records, authority, Decisions(different=different, names=names))
        assert entity(found, "b").name == "John Smith of Kent"
        assert entity(found, "a").name == "John Smith"


class TestWithoutUse:
    """A decision that cannot be carried out changes nothing and is told."""

    @pytest.mark.parametrize(
        ("decisions", "said"),
        [
            (
                Decisions(same=(("entity/person/anna-novak", "entity/person/nobody"),)),
                "decisions.ttl: <entity/person/nobody> is not in the corpus",
            ),
            (
                Decisions(different=(("entity/person/anna-novak", "entity/person/nobody"),)),
                "decisions.ttl: <entity/person/nobody> is not in the corpus",
            ),
            (
                Decisions(names=(("article/z#entity=person/anna-novak", "X"),)),
                "decisions.ttl: <article/z#entity=person/anna-novak> is not in the corpus",
            ),
            (
                Decisions(
                    different=(
                        ("article/b#entity=person/hanna-novak", "entity/person/hanna-novak"),
                    )
                ),
                "stand for the same mentions",
            ),
        ],
    )  # fmt: skip
    def test_it_is_told(self, authority: Authority, decisions: Decisions, said: str) -> None:
        found = resolve(NOVAKS, authority, decisions)
        assert len(found.notes) == 1
        assert said in found.notes[0]
        assert replace(found, notes=()) == resolve(NOVAKS, authority)

    def test_a_name_of_several(self, authority: Authority) -> None:
        records = [*NOVAKS, record("d", local("Novak")), record("e", local("Novak"))]
        same = (("entity/person/anna-novak", "entity/person/novak"),)
        found = resolve(records, authority, Decisions(same=same))
        assert found.notes == ("decisions.ttl: <entity/person/novak> names several things",)
