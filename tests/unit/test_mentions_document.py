"""What only the whole document tells: acronyms, short forms, spellings, bare names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import spacy

from kg_builder.authority import Authority
from kg_builder.mentions import Extractor, models
from kg_builder.model import LocalEntity, Mention
from tests.unit.test_mentions import article, extractor, names, read


@cache
def _authority() -> Authority:
    return Authority.load()


def entity_of(text: str) -> dict[str, LocalEntity]:
    """The entity of each surface form; of a form with several, the last."""
    mentions, entities = read(text)
    return {text[m.span.start : m.span.end]: entities[m.entity] for m in mentions}


def with_pipeline(folder: Path, text: str, **labels: str) -> tuple[Mention, ...]:
    """Mentions of `text` by an extractor whose pipeline knows just these words."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler", name="ner")
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in labels.items()])
    nlp.to_disk(folder)
    own = Extractor(_authority(), finder=models.load(str(folder)))
    return own.extract(article(text), text)[0]


# -- acronyms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        # letters that the English name does not have
        ("The National Electoral Council (CNZ) met. CNZ staff left.",
         "National Electoral Council", "CNZ"),
        ("The Meteorology, Climatology and Geophysics Agency (QMKG) spoke.",
         "Meteorology, Climatology and Geophysics Agency", "QMKG"),
        # plurals and hyphens
        ("The Central Asian Republics (CARs) met. The CARs agreed.",
         "Central Asian Republics", "CARs"),
        ("Islamic State Khorasan (ISIS-K) struck. ISIS-K fled.",
         "ISIS-K", "Islamic State Khorasan"),
    ],
)  # fmt: skip
def test_an_acronym_in_brackets_names_what_stands_before(text: str, long: str, short: str) -> None:
    found = entity_of(text)
    assert found[long] == found[short]


@pytest.mark.parametrize(
    "text",
    [
        "Talks between Iran (IRI) and Iraq failed.",  # a country has no acronym
        "Jane Doe (MBA) of the Water Council (OK) spoke.",  # neither degrees nor words
    ],
)
def test_what_is_no_acronym_is_no_name(text: str) -> None:
    assert not {"IRI", "MBA", "OK"} & {name for name, _ in names(text)}


def test_capitals_nobody_takes_for_a_name_are_none(tmp_path: Path) -> None:
    text = "The men of QEDL met. Then the WOLS test began in the hall."
    found = with_pipeline(tmp_path / "m", text, QEDL="ORG")
    assert [text[m.span.start : m.span.end] for m in found] == ["QEDL"]


# -- short forms -------------------------------------------------------------------------------


def test_the_commission_is_the_only_one_named_before() -> None:
    text = "The Zorvian Commission fined it. Later the Commission met, and the Council left."
    found = entity_of(text)
    assert found["Commission"] == found["Zorvian Commission"]
    assert "Council" not in found


def test_of_two_commissions_neither_is_meant() -> None:
    text = "The Zorvian Commission met the Marlow Commission. Later the Commission agreed."
    assert "Commission" not in entity_of(text)


def test_a_tail_of_a_longer_name() -> None:
    found = entity_of("The US Air Force flew. Later the Air Force said so.")
    assert found["Air Force"] == found["US Air Force"]


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        ("Charles de Gaulle returned. De Gaulle left.", "De Gaulle", "Charles de Gaulle"),
        ("Osama bin Laden hid. Bin Laden fled.", "Bin Laden", "Osama bin Laden"),
        ("Abu Bakr al-Baghdadi fled. Baghdadi's wife fled.", "Baghdadi", "Abu Bakr al-Baghdadi"),
        ("Mr Hikmatullah Rahimi spoke. Mr Hekmatullah Rahimi left.",
         "Hekmatullah Rahimi", "Hikmatullah Rahimi"),
    ],
)  # fmt: skip
def test_a_person_by_part_of_the_name_or_another_spelling(text: str, short: str, full: str) -> None:
    found = entity_of(text)
    assert found[short] == found[full]
    assert found[short].same_because


def test_short_names_that_differ_are_two_people() -> None:
    found = entity_of(
        "Mr Ali Rahimi spoke. Mr Ala Rahimi left. Mr Mariam Rahimi met Mr Omar Rahimi."
    )
    assert len({found[n].id for n in found}) == 4


def test_a_king_is_nobody_of_that_surname() -> None:
    found = entity_of("Prince Mohammed bin Salman left. King Salman stayed.")
    assert found["Salman"] != found["Mohammed bin Salman"]


def test_a_province_in_two_spellings() -> None:
    found = entity_of("They left Jawzjan. They returned to Jowzjan Province.")
    assert found["Jawzjan"] == found["Jowzjan Province"]


def test_a_city_with_a_namesake_stays_one_after_in() -> None:
    text = "Mr George Washington died. He lived in Washington. Washington said no."
    kinds = [k for n, k in names(text) if n == "Washington"]
    assert kinds == ["Place", "Person"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Traders Flee After Market Attack in Kaya", [("Kaya", "Place")]),
        ("Dushanbe and Bishkek Sign Water Accord", [("Bishkek", "Place"), ("Dushanbe", "Place")]),
        ("Visitors Caught in Nice Weather Again", []),
        ("Sailors Find Themselves in Deep Water", []),
        ("Kaya Wins First Prize Again", []),
    ],
)
def test_cities_of_headlines_in_capitals(title: str, expected: list[tuple[str, str]]) -> None:
    """Small words around a known city make it one where every word is a capital."""
    found = names(f"# {title}\nThey signed it in Dushanbe on Monday.")
    assert sorted(found) == sorted([*expected, ("Dushanbe", "Place")])


# -- bare names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Earlier Zorval, whose mother left, was given a prize. Zorval made headlines.",
         ("Zorval", "Person")),
        ("Some historians, such as Chandler, agree.", ("Chandler", "Person")),
        ("He praised Qarabool, a quiet village in the north.", ("Qarabool", "Place")),
        ("Key towns including Zabra and Qumar fell.", ("Qumar", "Place")),
        ("Four villages: Zabra, Qumar and Tolva burned.", ("Tolva", "Place")),
        ("They bought it from the engine maker Zorvex.", ("Zorvex", "Organization")),
        ("The Zorvex union regrets it.", ("Zorvex", "Organization")),
        ("In Pyongyang I saw it.", ("Pyongyang", "Place")),
    ],
)  # fmt: skip
def test_bare_names_by_what_is_said_of_them(text: str, expected: tuple[str, str]) -> None:
    assert expected in names(text)


def test_opinions_add_up_over_the_document(tmp_path: Path) -> None:
    text = (
        "On Monday critics of Zorval spoke. Zorval accepted the prize from his aunt. "
        "A year before Zorval had lost it."
    )
    found = with_pipeline(tmp_path / "m", text, Zorval="PERSON")
    assert [(m.kind, m.method) for m in found] == [("Person", "pattern+pipeline")] * 3


def test_the_pipeline_alone_makes_no_place_and_no_person_after_the(tmp_path: Path) -> None:
    text = "They like Zorval a lot. On Monday the Qumlin was shown there."
    assert with_pipeline(tmp_path / "m", text, Zorval="GPE", Qumlin="PERSON") == ()


@pytest.mark.parametrize("word", ["iPhone", "PlayStation", "A380"])
def test_products_are_neither_people_nor_places(word: str, tmp_path: Path) -> None:
    text = f"Later {word} said it. He put it in {word} on Monday."
    assert with_pipeline(tmp_path / word, text, **{word: "PERSON"}) == ()


# -- parts of names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Air Canada ordered it.", ("Air Canada", "Organization")),
        ("Today QEDL North America builds it.", ("QEDL North America", "Organization")),
        ("The Supreme Court of India ruled.", ("Supreme Court of India", "Organization")),
        ("The 3rd Rifle Battalion moved.", ("3rd Rifle Battalion", "Organization")),
        ("The Belt and Road Initiative grew.", ("Belt and Road Initiative", "Topic")),
        ("The Department for Culture, Media and Sport agreed.",
         ("Department for Culture, Media and Sport", "Organization")),
        ("Saint Mary's Hospital closed.", ("Saint Mary's Hospital", "Facility")),
        ("World War II ended.", ("World War II", "Event")),
        ("Martin Luther King, Jr. spoke.", ("Martin Luther King, Jr.", "Person")),
        ("They read of Lucas Cranach the Elder there.", ("Lucas Cranach the Elder", "Person")),
        ("He went to a Beverly Hills hotel.", ("Beverly Hills", "Place")),
        ("It burned in the 200 block of Joanne Lane on Monday.", ("Joanne Lane", "Facility")),
        ("Later the House approved it.", ("House", "Organization")),
        ("The tournament in Dar es Salaam ended.", ("Dar es Salaam", "Place")),
        ("Later the Zorvian People's Party lost.", ("Zorvian People's Party", "Organization")),
        ("New Delhi police left.", ("New Delhi", "Place")),
        ("Black Lives Matter marched.", ("Black Lives Matter", "Organization")),
        ("Botanist Lucía Salinas won.", ("Lucía Salinas", "Person")),
    ],
)  # fmt: skip
def test_spans(text: str, expected: tuple[str, str]) -> None:
    assert expected in names(text)


@pytest.mark.parametrize(
    "text", ["Ten Boeing 747 jets flew.", "The Airbus A380 landed.", "It cost US$40 million."]
)
def test_makes_of_aeroplanes_and_money_name_nobody(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "person", "title"),
    [
        ("Foreign Secretary Philip Hammond spoke.", "Philip Hammond", "Foreign Secretary"),
        ("US Secretary of State John Kerry met them.", "John Kerry", "Secretary of State"),
        ("Chief Operating Officer Joe Leonard said so.", "Joe Leonard", "Chief Operating Officer"),
        ("They saw Lance Cpl Peter Escher there.", "Peter Escher", "Lance Cpl"),
        ("They asked Const Peter Escher there.", "Peter Escher", "Const"),
    ],
)
def test_titles_stay_outside_and_are_kept(text: str, person: str, title: str) -> None:
    assert entity_of(text)[person].titles == (title,)


def test_nothing_depends_on_what_was_read_before() -> None:
    text = "The Zorvian Commission met. Later the Commission and Charles de Gaulle left."
    other = Extractor(_authority())
    assert other.extract(article(text), text) == extractor().extract(article(text), text)
