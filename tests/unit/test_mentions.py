"""Mentions: each rule class by an example, and what holds of every text."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.authority import Authority
from kg_builder.mentions import Extractor
from kg_builder.model import Article, LocalEntity, Mention, Sentence, SentenceRole, Span


@cache
def extractor() -> Extractor:
    return Extractor(Authority.load())


@cache
def other_extractor() -> Extractor:
    """One with no history, but for the texts of the property test."""
    return Extractor(Authority.load())


def article(text: str, role: SentenceRole = "body") -> Article:
    """An article whose sentences end at ". " or a line end; a first line "# …" is its headline."""
    sentences: list[Sentence] = []
    for match in re.finditer(
        r"[^\n]+?(?:[.!?](?=\s[A-Z“])(?<!\s[A-Z]\.)(?<!Mr\.)|$)", text, re.MULTILINE
    ):
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        here: SentenceRole = "headline" if match.group().startswith("# ") else role
        sentences.append(Sentence(len(sentences), Span(start, match.end()), here, 0))
    return Article("x", False, None, None, (), tuple(sentences))


def read(text: str) -> tuple[tuple[Mention, ...], tuple[LocalEntity, ...]]:
    return extractor().extract(article(text), text)


def names(text: str) -> list[tuple[str, str]]:
    """(exact, class) of each mention, in order."""
    return [(text[m.span.start : m.span.end], m.kind) for m in read(text)[0]]


def entity(text: str, name: str) -> LocalEntity:
    return next(e for e in read(text)[1] if e.name == name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # authority names, their pitfalls, and cities only where they are places
        ("It trades with China and Kazakhstan.", {("China", "Place"), ("Kazakhstan", "Place")}),
        ("They told us that it is what may happen.", set()),
        ("The U.S. and the EU agreed.", {("U.S.", "Place"), ("EU", "Organization")}),
        ("They cooked a turkey in Turkey.", {("Turkey", "Place")}),
        ("Critics praised Michael Jordan yesterday.", {("Michael Jordan", "Person")}),
        ("Many fled to Jordan.", {("Jordan", "Place")}),
        ("The talks were held in Lyon.", {("Lyon", "Place")}),
        ("Critics like Jack London wrote.", {("Jack London", "Person")}),
        ("Ships cross the Indian Ocean.", {("Indian Ocean", "Place")}),
        ("It lies in North Africa.", {("North Africa", "Region")}),
        # people
        ("Then Chancellor Helga Brandt left.", {("Helga Brandt", "Person")}),
        ("He met Mr. Okonjo there.", {("Okonjo", "Person")}),
        ("It came from Gen. Peter J. Malloy Jr. himself.", {("Peter J. Malloy Jr.", "Person")}),
        ("It quoted spokesman Dzhokar Umarin.", {("Dzhokar Umarin", "Person")}),
        ("The note names Abu Yusuf al-Masri.", {("Abu Yusuf al-Masri", "Person")}),
        ("Friends of Vincent van der Berg came.", {("Vincent van der Berg", "Person")}),
        ("Yesterday Tarvonen resigned.", {("Tarvonen", "Person")}),
        ("It began under the Tarvonen regime.", {("Tarvonen", "Person")}),
        # organisations
        ("He taught at the University of Ostrava.", {("University of Ostrava", "Organization")}),
        (
            "She led the Ministry of Foreign Affairs and Trade.",
            {("Ministry of Foreign Affairs and Trade", "Organization")},
        ),
        (
            "He left the Ministry of Defence of Ukraine.",
            {("Ministry of Defence of Ukraine", "Organization")},
        ),
        ("It was bought by Borlan Systems Ltd.", {("Borlan Systems Ltd", "Organization")}),
        (
            "The Food and Agriculture Committee met.",
            {("Food and Agriculture Committee", "Organization")},
        ),
        ("The Jaish al-Nur claimed it.", {("Jaish al-Nur", "Organization")}),
        ("The UN Security Council met.", {("UN Security Council", "Organization")}),
        # groups
        ("Many Uzbeks and Shia families left.", {("Uzbeks", "Group"), ("Shia", "Group")}),
        ("Central Asian states agreed.", {("Central Asian", "Group")}),
        # places by head nouns
        ("They crossed the Arun River at dawn.", {("Arun River", "Place")}),
        ("He hid in Darvoz district for years.", {("Darvoz", "Place")}),
        ("It hit Merzak International Airport.", {("Merzak International Airport", "Facility")}),
        ("They prayed at the Blue Mosque.", {("Blue Mosque", "Facility")}),
        # topics and events
        ("Through the Dune and Delta project.", {("Dune and Delta project", "Topic")}),
        ("It signed the Green Corridor Agreement.", {("Green Corridor Agreement", "Topic")}),
        ("The Covid-19 pandemic goes on.", {("Covid-19 pandemic", "Topic")}),
        ("At the Ninth Ministerial Conference.", {("Ninth Ministerial Conference", "Event")}),
        ("After the second Karvat war it left.", {("second Karvat war", "Event")}),
        ("At the 12th Session of the Council.", {("12th Session of the Council", "Event")}),
        # possessives, articles and hyphens
        ("This is China’s plan.", {("China", "Place")}),
        ("The Hezbollah-backed men and al Qaeda-linked men met.",
         {("Hezbollah", "Organization"), ("al Qaeda", "Organization")}),
        ("The US-China talks failed.", {("US", "Place"), ("China", "Place")}),
        ("It is a post-Soviet state.", {("Soviet", "Group")}),
        # no names
        ("However, the President spoke on Monday in May.", set()),
        ("Reforms were made. These reforms matter.", set()),
        ("The CEO watched TV.", set()),
    ],
)  # fmt: skip
def test_rule(text: str, expected: set[tuple[str, str]]) -> None:
    assert set(names(text)) == expected


def test_a_longer_name_takes_in_shorter_ones() -> None:
    assert names("The Tehrik-i-Inqilab Pakistan denied it.") == [
        ("Tehrik-i-Inqilab Pakistan", "Organization")
    ]


def test_titles_stay_out_of_the_span_and_on_the_entity() -> None:
    text = "Uzbek Foreign Minister Anvar Tulyaganov spoke. Tulyaganov left."
    assert names(text) == [
        ("Uzbek", "Group"),
        ("Anvar Tulyaganov", "Person"),
        ("Tulyaganov", "Person"),
    ]
    found = entity(text, "Anvar Tulyaganov")
    assert found.titles == ("Foreign Minister",)
    assert found.aliases == ("Tulyaganov",)
    assert found.same_because


def test_a_group_is_not_its_country() -> None:
    text = "Afghan leaders met in Afghanistan."
    _, entities = read(text)
    assert [(e.kind, e.authority is None) for e in entities] == [("Group", True), ("Place", False)]


@pytest.mark.parametrize(
    "text",
    [
        "The Eastern Salvation Front (ESF) fought. The ESF lost.",
        "The ESF (Eastern Salvation Front) fought. The ESF lost.",
        "The (Eastern Salvation Front) ESF fought. The ESF lost.",
    ],
)
def test_acronyms_are_one_entity_with_their_long_form(text: str) -> None:
    _, entities = read(text)
    assert [(e.name, e.kind, e.acronym) for e in entities] == [
        ("Eastern Salvation Front", "Organization", "ESF")
    ]


def test_a_plural_acronym_and_one_with_a_letter_more() -> None:
    found = entity("The Northern Plains Republics (NPRs) agreed.", "Northern Plains Republics")
    assert found.acronym == "NPR"
    text = "The Rural Front Khost (RF-K) fought. RF-K lost."
    assert entity(text, "Rural Front Khost").aliases == ("RF-K",)


def test_a_country_is_no_long_form() -> None:
    _, entities = read("Armed men left Uzbekistan (UMB). The UMB fought on.")
    assert entities[0].name == "Uzbekistan"
    assert entities[0].aliases == ()


def test_what_is_defined_in_lower_case_is_no_name() -> None:
    text = "An improvised roadside charge (IRC) blew up. The IRC killed two."
    assert names(text) == []


def test_an_acronym_never_defined_finds_its_only_long_name() -> None:
    text = "The FCSK met. The Forum for Coastal Security of Kenya has ten members. FCSK grows."
    _, entities = read(text)
    assert [e.name for e in entities] == ["Forum for Coastal Security of Kenya"]


def test_first_words_of_sentences_need_support() -> None:
    assert names("Zarbuk fell. He went home.") == []
    assert names("He met Karim Zarbuk. Zarbuk fell.") == [
        ("Karim Zarbuk", "Person"),
        ("Zarbuk", "Person"),
    ]


def test_a_title_case_headline_has_only_known_names() -> None:
    text = "# Bold Plans Under Tulyaganov Shake China Again\nAnvar Tulyaganov said so."
    assert names(text) == [
        ("Tulyaganov", "Person"),
        ("China", "Place"),
        ("Anvar Tulyaganov", "Person"),
    ]


def test_two_people_of_one_surname_stay_apart() -> None:
    text = "Anna Kovac met Boris Kovac. Later Kovac left."
    _, entities = read(text)
    assert [e.name for e in entities] == ["Anna Kovac", "Boris Kovac", "Kovac"]


def test_a_middle_initial_is_the_same_person() -> None:
    _, entities = read("Peter J. Malloy spoke. Then Peter Malloy left.")
    assert [(e.name, e.aliases) for e in entities] == [("Peter J. Malloy", ("Peter Malloy",))]


def test_the_authority_joins_surfaces() -> None:
    _, entities = read("The United Nations spoke. The UN acted in the US and the United States.")
    assert [e.name for e in entities] == ["United Nations", "United States"]
    assert all(e.authority for e in entities)
    assert entities[0].acronym == "UN"


def test_a_company_s_first_word_is_its_short_name() -> None:
    _, entities = read("The maker Borlan grew. Borlan Electronics LLC sells phones.")
    assert [(e.name, e.org_type) for e in entities] == [("Borlan Electronics LLC", "company")]


def test_a_city_carries_its_geonames_number() -> None:
    (found,) = read("The talks were held in Lyon.")[1]
    assert (found.authority, found.place_type) == ("geonames:2996944", "city")


TEXT = st.lists(
    st.one_of(
        st.sampled_from(
            """the of and in al- al bin President Mr. Tokyo China US-China Ministry University
            (UN) (IMU) Uyghurs Taliban-backed Jr. said, 's ’s . , “ ” 47th Conference war Monday
            Anna Kovac Kovac's KOVAC Covid-19 Inc. St. - – … é\u0301 𝔘 https://x.y A""".split()
        ),
        st.just("\u00a0"),
        st.text(max_size=8),
    ),
    max_size=40,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_spans_lie_in_sentences_without_overlap_and_twice_the_same(text: str) -> None:
    piece = article(text)
    mentions, entities = extractor().extract(piece, text)
    assert (mentions, entities) == other_extractor().extract(piece, text)
    last = 0
    for mention in mentions:
        sentence = piece.sentences[mention.sentence]
        assert sentence.span.start <= mention.span.start < mention.span.end <= sentence.span.end
        assert mention.span.start >= last
        last = mention.span.end
        exact = text[mention.span.start : mention.span.end]
        assert exact == exact.strip()
        assert not exact.endswith(("'s", "’s"))
        assert mention.kind == entities[mention.entity].kind
        assert 0 < mention.confidence <= 1
        assert mention.confidence == round(mention.confidence, 2)
    assert [e.id for e in entities] == list(range(len(entities)))
    assert {m.entity for m in mentions} == set(range(len(entities)))


def test_a_city_s_number_is_not_guessed() -> None:
    texts = {
        "He lives in Springfield.": None,
        "He lives in Springfield, Illinois.": "geonames:4250542",
        "He lives in Paris.": "geonames:2988507",
        "He lives in Paris, Texas.": "geonames:4717560",
    }
    found = {text: read(text)[1][0].authority for text in texts}
    assert found == texts


def test_a_city_told_once_is_told_for_the_whole_text() -> None:
    _, entities = read("They met in Paris. The fair in Paris, Texas, opened. He left Paris.")
    assert [e.authority for e in entities if e.name == "Paris"] == ["geonames:4717560"]


def test_a_province_is_the_same_place_with_and_without_its_head_noun() -> None:
    _, entities = read("He fled from Darvoz district to Darvoz Province.")
    assert [e.kind for e in entities] == ["Place"]
