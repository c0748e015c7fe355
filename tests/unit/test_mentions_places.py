"""Places: what tells one bearer of a name from another, and when nothing does."""

from __future__ import annotations

import pytest

from tests.unit.test_mentions import entity, names, read

COUNTRY = "https://w3id.org/kg-builder/authority/country/"
STATE = "https://w3id.org/kg-builder/authority/subdivision/"
COUNTY = "https://w3id.org/kg-builder/authority/county/"
KANSAS = "geonames:4274994"
TRIPOLI = {"LB": "geonames:266826", "LY": "geonames:2210247"}


def links(text: str, surface: str) -> list[str | None]:
    """The link of each mention with this surface, in order."""
    mentions, entities = read(text)
    return [
        entities[m.entity].authority for m in mentions if text[m.span.start : m.span.end] == surface
    ]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # a country and a state of one name: by the towns, states and peoples around
        ("He flew from Atlanta to Macon, Ga., and left Georgia.", "Georgia", STATE + "US-GA"),
        ("Ports in the state of Georgia were shut.", "Georgia", STATE + "US-GA"),
        ("Leaders of Georgia and Armenia met in Tbilisi.", "Georgia", COUNTRY + "GE"),
        ("The talks with Georgia went on for days.", "Georgia", None),
        # a town of several countries: by the place right after it, or around it
        ("Bakers met in Tripoli, Lebanon, on Friday.", "Tripoli", TRIPOLI["LB"]),
        ("A ship sailed to Tripoli in Libya.", "Tripoli", TRIPOLI["LY"]),
        ("Libyan forces shelled Tripoli.", "Tripoli", TRIPOLI["LY"]),
        ("Protests in Tripoli went on.", "Tripoli", None),
        # a name of one far larger place, unless the text is at home elsewhere
        ("The minister flew to Paris on Monday.", "Paris", "geonames:2988507"),
        ("The minister flew to Paris, Texas, on Monday.", "Paris", "geonames:4717560"),
        ("Roads in Dallas, Texas, were shut. A truck burned in Paris.", "Paris", None),
        # what the words right after it say wins over the country of the same name
        ("A man from Lebanon, Pennsylvania, was held.", "Lebanon", "geonames:5197517"),
        ("He visited Lebanon, Syria and Jordan.", "Lebanon", COUNTRY + "LB"),
        # a town told to lie where none of that name is known stays without a link
        ("A man from Moscow, Louisiana, was held.", "Moscow", None),
        ("Afghan troops left Kunduz.", "Kunduz", "geonames:1135689"),
        # provinces, by themselves and by their nouns
        ("Afghan troops left Zabul Province.", "Zabul Province", STATE + "AF-ZAB"),
        ("The governor of Jawzjan met them in Kabul.", "Jawzjan", STATE + "AF-JOW"),
        ("Afghan troops left Kunduz province.", "Kunduz", STATE + "AF-KDZ"),
        ("Troops in the province of Kandahar left.", "Kandahar", STATE + "AF-KAN"),
        # a national team is not its country
        ("It mocked England captain Anders Pale on Friday.", "England", None),
        ("Chile won the qualifier on Sunday.", "Chile", None),
        ("The qualifier was played in Chile on Sunday.", "Chile", COUNTRY + "CL"),
        # a town that only its surroundings tell
        ("A man from Malakoff, Texas, was held.", "Malakoff", "geonames:4708877"),
        ("He was held in Lovejoy on Friday.", "Lovejoy", None),
        # neighbours that the text could mean, without a word on where they lie
        ("Roads from Paris to Honey Grove in Lamar County were shut.", "Paris", "geonames:4717560"),
        ("He went to Manhattan. In Wamego and Junction City it rained.", "Manhattan", KANSAS),
        # counties, by their state, alone or in a list; of an unclear name none
        ("Judges in Lamar County, Texas, met.", "Lamar County", COUNTY + "US-48277"),
        ("It rained in Alachua and Gilchrist counties.", "Alachua", COUNTY + "US-12001"),
        ("It rained in Lincoln County.", "Lincoln County", None),
        # a state among states, where the bare name is a city's
        ("Laws of Oregon and Washington differ.", "Washington", STATE + "US-WA"),
        # a town that is its club, and the end of a longer name
        ("Denver beat Chicago 7-1 on Tuesday.", "Denver", None),
        ("Denver beat the drought on Tuesday.", "Denver", "geonames:5419384"),
        ("He joined United Mine Workers of America in May.", "America", None),
        # the short name of a city not far smaller is as good as the very name of another
        ("A man was held in Newcastle on Friday.", "Newcastle", None),
        (
            "Roads from Gateshead to Newcastle were shut in England.",
            "Newcastle",
            "geonames:2641673",
        ),
        ("Sydney, Newcastle and Wollongong are in Australia.", "Newcastle", "geonames:2155472"),
        # but whose home it is, or where a club sits, is a place
        ("Leo Drexler Moayyad of Indonesia won the race.", "Indonesia", COUNTRY + "ID"),
        ("Wanderers play Silver Eagles of Kunduz in Afghanistan.", "Kunduz", "geonames:1135689"),
        ("The Governor of Texas met them.", "Texas", STATE + "US-TX"),
    ],
)
def test_what_a_place_name_means(text: str, name: str, expected: str | None) -> None:
    assert next(iter(links(text, name)), None) == expected


def test_a_link_by_context_is_less_sure_than_one_by_the_words_beside_it() -> None:
    told = entity("He went to Paris, Texas, on Monday.", "Paris")
    near = entity("Roads from Paris to Honey Grove in Lamar County were shut.", "Paris")
    alone = entity("He was seen in Bicester on Monday.", "Bicester")
    assert told.link_confidence > near.link_confidence > alone.link_confidence


def test_two_places_of_one_name_in_one_text() -> None:
    text = (
        "TRIPOLI, Lebanon (AP) — Bakers met in Tripoli on Friday.\n"
        "A ship was sent from Beirut to Tripoli in Libya. Then Tripoli was calm."
    )
    assert links(text, "TRIPOLI") == [TRIPOLI["LB"]]
    assert links(text, "Tripoli") == [TRIPOLI["LB"], TRIPOLI["LY"], TRIPOLI["LB"]]


def test_an_unknown_namesake_is_another_entity() -> None:
    text = "He left Moscow, Louisiana, and flew to Moscow, Russia, the same day."
    first, second = links(text, "Moscow")
    assert (first, second) == (None, "geonames:524901")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TBILISI — The government met.", [("TBILISI", "Place")]),
        ("SAVANNAH, Ga. — Workers met.", [("SAVANNAH", "Place"), ("Ga.", "Place")]),
        ("BARSALOGHO, Niger (AP) - Men met.", [("BARSALOGHO", "Place"), ("Niger", "Place")]),
        ("BREAKING — The men met.", []),
        ("QWXYZ, she said — the men met.", []),
    ],
)
def test_datelines(text: str, expected: list[tuple[str, str]]) -> None:
    assert [pair for pair in names(text) if pair[1] == "Place"] == expected


@pytest.mark.parametrize(
    ("text", "surface", "kind"),
    [
        ("He told the Danube Star that it failed.", "Danube Star", "Organization"),
        ("It joined the Sahel Liberation Column.", "Sahel Liberation Column", "Organization"),
        (
            "The Global Fund for Healing the Black Sea paid.",
            "Global Fund for Healing the Black Sea",
            "Organization",
        ),
        ("He left the party Green Valley in May.", "Green Valley", "Organization"),
        ("An army commander, Hamma Dicko, agreed.", "Hamma Dicko", "Person"),
    ],
)
def test_the_longest_name_wins(text: str, surface: str, kind: str) -> None:
    assert (surface, kind) in names(text)
    assert not any(k == "Place" for _, k in names(text))


def test_a_place_inside_an_unknown_name_is_no_place() -> None:
    assert names("They saw a Mekong Star in port.") == []


def test_surnames_that_are_places_stay_people() -> None:
    text = "Lucía Salinas Ordóñez, a botanist who came late, won in Cuenca. Salinas thanked all."
    assert ("Salinas", "Person") in names(text)
    assert entity(text, "Lucía Salinas Ordóñez").aliases == ("Salinas",)


def test_titles_stand_in_no_name() -> None:
    text = "In May Deputy Prime Minister Aisuluu Toktogulova signed it."
    found = entity(text, "Aisuluu Toktogulova")
    assert found.titles == ("Deputy Prime Minister",)


def test_initial_and_surname_of_one_person() -> None:
    text = "It was signed by F. Nazriev. Minister Farhod Nazriev spoke."
    assert entity(text, "Farhod Nazriev").aliases == ("F. Nazriev",)
    several = (
        "It was signed by F. Nazriev. Minister Farhod Nazriev and Minister Firuz Nazriev said so."
    )
    assert {e.name for e in read(several)[1]} == {"F. Nazriev", "Farhod Nazriev", "Firuz Nazriev"}


def test_a_surname_means_whom_the_text_has_named_by_then() -> None:
    text = "Nino Beridze won. Beridze spoke. Her brother, Giorgi Beridze, lost. Beridze said so."
    mentions, entities = read(text)
    bearers = [entities[m.entity].name for m in mentions]
    assert bearers == ["Nino Beridze", "Nino Beridze", "Giorgi Beridze", "Beridze"]
