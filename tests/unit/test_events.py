"""Events and claims of one sentence: an example for each rule, and what must not be found.

Mentions are marked as {name|Kind}; a place's type may follow ({France|Place|country}).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg_builder.entities.named import LASTING
from kg_builder.errors import AuthorityError
from kg_builder.events import _CASUALTY_TYPES, _HARMFUL, _SPEECH_ACTS, EventExtractor
from kg_builder.events.lexicon import Lexicon, words
from kg_builder.events.roles import _MUTUAL, _SUBJECT_ROLE
from kg_builder.model import (
    Article,
    Block,
    ClaimCandidate,
    Count,
    EventCandidate,
    LocalEntity,
    Mention,
    Sentence,
    SentenceRole,
    Span,
)
from kg_builder.resources import folder

EXTRACTOR = EventExtractor()
MARK = re.compile(r"\{([^|}]+)\|(\w+)(?:\|(\w+))?\}")


class Reading:
    """What the extractor finds in one marked sentence, with names in place of numbers."""

    def __init__(
        self, marked: str, published: str | None = None, role: SentenceRole = "body"
    ) -> None:
        self.text = ""
        self.entities: list[LocalEntity] = []
        mentions: list[Mention] = []
        numbers: dict[str, int] = {}
        position = 0
        for match in MARK.finditer(marked):
            self.text += marked[position : match.start()]
            name, kind, place_type = match.groups()
            if name not in numbers:
                numbers[name] = len(numbers)
                local = LocalEntity(numbers[name], kind, name, place_type=place_type)  # type: ignore[arg-type]
                self.entities.append(local)
            span = Span(len(self.text), len(self.text) + len(name))
            mentions.append(Mention(span, kind, 0, numbers[name], "test", 0.9))  # type: ignore[arg-type]
            self.text += name
            position = match.end()
        self.text += marked[position:]
        whole = Span(0, len(self.text))
        article = Article(
            "a",
            teaser=False,
            headline=None,
            headline_span=None,
            paragraphs=(Block("paragraph", whole),),
            sentences=(Sentence(0, whole, role, 0),),
            date_published=published,
        )
        self.mentions = tuple(mentions)
        self.events, self.claims = EXTRACTOR.extract(
            article, self.text, self.mentions, self.entities
        )

    @property
    def event(self) -> EventCandidate:
        (event,) = self.events
        return event

    def trigger(self, event: EventCandidate | None = None) -> str:
        span = (event or self.event).span
        return self.text[span.start : span.end]

    @property
    def place(self) -> str | None:
        place = self.event.place
        return None if place is None else self.entities[place].name

    @property
    def date(self) -> tuple[str | None, str | None]:
        date = self.event.date
        return (None, None) if date is None else (date.lexical, date.datatype)

    @property
    def roles(self) -> dict[str, str]:
        return {self.entities[p.entity].name: p.role for p in self.event.participants}

    @property
    def claim(self) -> tuple[str, str, str, bool]:
        (claim,) = self.claims
        return self.told(claim)

    def told(self, claim: ClaimCandidate) -> tuple[str, str, str, bool]:
        subject, obj = self.entities[claim.subject].name, self.entities[claim.object].name
        return subject, claim.predicate, obj, claim.past


def test_everything_of_one_sentence() -> None:
    it = Reading(
        "In November 2015 the {Taliban|Organization} killed {Usmon Ghazi|Person} and about a "
        "hundred fighters at a base in {Zabul Province|Place}."
    )
    assert it.trigger() == "killed"
    assert it.event.type == "killing"
    assert it.event.label == "Killing in Zabul Province, November 2015"
    assert it.date == ("2015-11", "gYearMonth")
    assert it.event.date is not None
    assert (it.event.date.earliest, it.event.date.latest) == ("2015-11-01", "2015-11-30")
    assert it.place == "Zabul Province"
    assert it.roles == {"Taliban": "perpetrator", "Usmon Ghazi": "victim"}
    assert it.event.killed == Count(approx=100)
    assert it.event.factuality == "reported"
    assert it.event.confidence == 0.9


def test_noun_with_figures_in_a_relative_clause_is_one_event() -> None:
    it = Reading(
        "Another sign was a suicide bomb attack on worshippers at a mosque in the "
        "{Afghan|Group} city of {Kunduz|Place} that killed at least 55, over 140 injured on "
        "October 8, 2021."
    )
    assert it.trigger() == "bomb attack"
    assert it.place == "Kunduz"
    assert it.date == ("2021-10-08", "date")
    assert it.event.killed == Count(minimum=55)
    assert it.event.injured == Count(minimum=140)


@pytest.mark.parametrize(
    ("words", "lexical", "datatype"),
    [
        ("on October 8, 2021", "2021-10-08", "date"),
        ("on 8 October 2021", "2021-10-08", "date"),
        ("on Oct. 8, 2021", "2021-10-08", "date"),
        ("on the 8th of October 2021", "2021-10-08", "date"),
        ("on 2021-10-08", "2021-10-08", "date"),
        ("in November 2015", "2015-11", "gYearMonth"),
        ("in August, 2015", "2015-08", "gYearMonth"),
        ("in 2018", "2018", "gYear"),
        ("on August 15", "--08-15", "gMonthDay"),
        ("on 11-12 October", None, None),
        ("between 2018 and 2020", None, None),
    ],
)
def test_dates_as_stated(words: str, lexical: str | None, datatype: str | None) -> None:
    it = Reading(f"Gunmen attacked a convoy {words}.")
    assert it.date == (lexical, datatype)
    assert it.event.date is not None
    assert it.event.date.source == "stated"


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("on 11-12 October 2021", "2021-10-11", "2021-10-12"),
        ("from 3 to 5 May 2019", None, None),
        ("on October 11–12, 2021", "2021-10-11", "2021-10-12"),
        ("between 2018 and 2020", "2018-01-01", "2020-12-31"),
        ("on 11-12 October", None, None),
        ("on August 15", None, None),
    ],
)
def test_bounds(words: str, earliest: str | None, latest: str | None) -> None:
    it = Reading(f"Gunmen attacked a convoy in {{Kaya|Place}} {words}.")
    bounds = (it.event.date.earliest, it.event.date.latest) if it.event.date else (None, None)
    assert bounds == (earliest, latest)


@pytest.mark.parametrize(
    "words",
    [
        "in July",
        "and may do so again",
        "on a march to the sea",
        "on February 30, 2021",
        "since 2018",
        "before October 8, 2021",
        "until 2019",
        "on Tuesday",
        "yesterday",
        "at 2018 villages",
    ],
)
def test_no_date_no_event(words: str) -> None:
    assert Reading(f"Gunmen attacked a convoy {words}.").events == ()


@pytest.mark.parametrize(
    ("words", "lexical", "source"),
    [
        ("yesterday", "2022-03-14", "relative"),
        ("on Friday", "2022-03-11", "relative"),
        ("last month", "2022-02", "relative"),
        ("last year", "2021", "relative"),
        ("on March 12", "2022-03-12", "inferred"),
        ("on December 30", "2021-12-30", "inferred"),
        ("on June 1", "--06-01", "stated"),
    ],
)
def test_dates_by_the_day_of_publication(words: str, lexical: str, source: str) -> None:
    it = Reading(f"Gunmen attacked a convoy {words}.", published="2022-03-15")
    assert it.event.date is not None
    assert (it.event.date.lexical, it.event.date.source) == (lexical, source)


def test_date_goes_to_the_trigger_of_its_clause() -> None:
    it = Reading("Soldiers arrested a man who attacked a convoy on 8 October 2021.")
    assert [it.trigger(e) for e in it.events] == ["attacked"]
    it = Reading("The army attacked a convoy, officials said on 8 October 2021.")
    assert it.events == ()
    it = Reading("The arrest came before the June 2007 murder of a judge.")
    assert [it.trigger(e) for e in it.events] == ["murder"]
    it = Reading("On 8 October 2021, gunmen attacked a convoy.")
    assert it.date == ("2021-10-08", "date")
    it = Reading("The vote followed the 2019 presidential election.")
    assert (it.trigger(), *it.date) == ("election", "2019", "gYear")


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("Gunmen attacked a convoy near {Dori|Place}.", "Dori"),
        ("In {Dori|Place}, gunmen attacked a convoy.", "Dori"),
        ("Gunmen attacked a convoy in the northern province of {Soum|Place}.", "Soum"),
        ("Gunmen attacked a convoy in {Soum|Place} province on 8 May 2020.", "Soum"),
        ("The attack on {Kabul Airport|Facility} went on.", "Kabul Airport"),
        ("An earthquake shook the island of {Lombok|Place} at dawn.", "Lombok"),
        ("Both sides signed an agreement in {Vienna|Place}.", "Vienna"),
        ("They met in {Dushanbe|Place} on 9 August 2021.", "Dushanbe"),
    ],
)
def test_places(marked: str, place: str) -> None:
    assert Reading(marked).place == place


@pytest.mark.parametrize(
    "marked",
    [
        "{Moscow|Place|city} attacked its critics.",
        "Gunmen attacked a convoy, a spokesman in {Accra|Place} said.",
        "Gunmen who live in {Accra|Place} attacked a convoy.",
        "He urged the authorities in {Accra|Place} to act.",
        "The attack, a spokesman in {Accra|Place} thought, was over.",
        "Attacks in {Kabul|Place} are frequent.",
        "The attack helicopters flew over {Kabul|Place}.",
        "Gunmen attacked {Kabul|Place} residents.",
        "“Gunmen attacked a convoy in {Kabul|Place},” he said.",
        "Gunmen attacked a convoy.",
        "They march in {Kabul|Place}.",
        "He was shot to death in {Kabul|Place}.",
    ],
)
def test_no_place_no_event(marked: str) -> None:
    assert Reading(marked).events == ()


@pytest.mark.parametrize(
    ("marked", "roles"),
    [
        (
            "{A B|Organization} attacked {C D|Organization} in 2018.",
            {"A B": "perpetrator", "C D": "victim"},
        ),
        (
            "{C D|Person} was killed by {A B|Organization} in 2018.",
            {"C D": "victim", "A B": "perpetrator"},
        ),
        (
            "An attack by {A B|Organization} on 3 May 2018 failed.",
            {"A B": "perpetrator"},
        ),
        ("The murder of {C D|Person} in 2018 was solved.", {"C D": "victim"}),
        (
            "{A B|Person} and {C D|Person} met in {Riga|Place}.",
            {"A B": "participant", "C D": "participant"},
        ),
        (
            "{A B|Person} met with {C D|Person} in {Riga|Place}.",
            {"A B": "participant", "C D": "participant"},
        ),
        ("{A B|Person} warned on 3 May 2018 of more rain.", {"A B": "speaker"}),
        (
            "The {A B|Organization} on 3 May 2018 claimed responsibility.",
            {"A B": "claimant"},
        ),
        ("{France|Place|country} invaded the island in 1801.", {"France": "perpetrator"}),
        ("{Paris|Place|city} attacked the plan in 1801.", {}),
        ("The head of {A B|Organization} attacked a convoy in 2018.", {}),
        ("{A B|Organization} fighters attacked a convoy in 2018.", {}),
        ("{A B|Organization} killed in 2018 again.", {}),
        ("Gunmen attacked {A B|Organization} offices in 2018.", {}),
    ],
)
def test_roles(marked: str, roles: dict[str, str]) -> None:
    assert Reading(marked).roles == roles


@pytest.mark.parametrize(
    ("words", "killed", "injured"),
    [
        ("killed nine people", Count(9, 9), None),
        ("killed at least 55 and wounded more than 1,200", Count(55), Count(1200)),
        ("killed dozens", Count(24), None),
        ("killed about a hundred people", Count(approx=100), None),
        ("killed up to 30 people", Count(maximum=30), None),
        ("killed two dozen people", Count(24, 24), None),
        ("killed between 10 and 20 people", Count(10, 20), None),
        ("left 14 dead and more than two dozen injured", Count(14, 14), Count(24)),
        ("killed fifty-five soldiers, wounding twelve", Count(55, 55), Count(12, 12)),
        ("injured two people", None, Count(2, 2)),
    ],
)
def test_figures(words: str, killed: Count | None, injured: Count | None) -> None:
    it = Reading(f"A blast {words}.")
    assert (it.event.killed, it.event.injured) == (killed, injured)
    assert it.event.type == "bombing"


@pytest.mark.parametrize(
    "words",
    [
        "killed hope",
        "killed 40 camels",
        "killed 10 percent of the herd",
        "killed or wounded 30 people",
        "killed the three men of the crew",
        "ended 20 years of peace",
    ],
)
def test_no_figure_no_event(words: str) -> None:
    assert Reading(f"A blast {words}.").events == ()


def test_passive_figures_and_the_attack_that_explains_them() -> None:
    it = Reading("Three guards were killed and seven injured when gunmen attacked a border post.")
    assert it.trigger() == "attacked"
    assert (it.event.killed, it.event.injured) == (Count(3, 3), Count(7, 7))


@pytest.mark.parametrize(
    ("marked", "factuality"),
    [
        ("Gunmen may have attacked a convoy in 2018.", "hypothetical"),
        ("The army could attack the town in 2018.", "hypothetical"),
        ("Ministers will meet in {Riga|Place}.", "planned"),
        ("They plan to meet in {Riga|Place}.", "planned"),
        ("They wanted to meet in {Riga|Place}.", "hypothetical"),
        ("The upcoming summit in {Riga|Place} was moved.", "planned"),
        ("Gunmen did not attack the town in 2018.", "denied"),
        ("He denied that gunmen attacked the town in 2018.", "denied"),
        ("Police prevented an attack in {Riga|Place}.", "denied"),
        ("They demanded an election in {Riga|Place}.", "hypothetical"),
        ("The threat of war in {Ruritania|Place} is real.", "hypothetical"),
        ("He claimed that gunmen attacked the town in 2018.", "claimed"),
        ("Gunmen allegedly attacked the town in 2018.", "claimed"),
        ("A man who had never held office was elected in 2018.", "reported"),
        ("Gunmen attacked the town in 2018.", "reported"),
    ],
)
def test_factuality(marked: str, factuality: str) -> None:
    assert Reading(marked).event.factuality == factuality


def test_named_event_is_a_candidate_by_itself() -> None:
    it = Reading(
        "The upcoming {Quarry Meeting of Foreign Ministers|Event} on 11-12 October in "
        "{Kazakhstan|Place|country}, she added."
    )
    assert it.event.named == 0
    assert (it.event.type, it.event.factuality) == ("meeting", "planned")
    assert it.event.label == "Quarry Meeting of Foreign Ministers"
    assert it.place == "Kazakhstan"
    it = Reading(
        "The {Third Quarry War|Event} began; the {Third Quarry War|Event} took place in 1820."
    )
    assert (it.event.type, *it.date) == ("war", "1820", "gYear")
    assert Reading("The {Quarry Cup|Event} began.").events == ()


def test_headlines_need_a_verb_and_headings_give_nothing() -> None:
    assert Reading("Attack in {Kaya|Place}", role="headline").events == ()
    assert Reading("Gunmen attacked town in {Kaya|Place}", role="heading").events == ()
    it = Reading("{A B|Organization} attacks {C D|Organization} in {Kaya|Place}", role="headline")
    assert it.roles == {"A B": "perpetrator", "C D": "victim"}
    assert Reading("{A B|Organization} attacks in {Kaya|Place} each year.").events == ()


@pytest.mark.parametrize(
    ("marked", "claim"),
    [
        ("{X Y|Person}, the leader of the {Q R|Organization}, spoke.", ("leaderOf", False)),
        ("{X Y|Person}, founder of {Q R|Organization}, spoke.", ("founderOf", False)),
        ("{X Y|Person}, a former member of {Q R|Organization}, spoke.", ("memberOf", True)),
        ("The president of {Q R|Place|country}, {X Y|Person}, spoke.", ("headOf", False)),
        ("The {Q R|Organization} founder {X Y|Person} spoke.", ("founderOf", False)),
        ("The late {Q R|Organization} leader {X Y|Person} spoke.", ("leaderOf", True)),
        ("{Q R|Organization}’s leader {X Y|Person} spoke.", ("leaderOf", False)),
        ("The {Q R|Organization}’s president, {X Y|Person}, spoke.", ("headOf", False)),
        ("{X Y|Place|country} is also a founding member of the {Q R|Organization}.",
         ("memberOf", False)),
        ("{X Y|Person} was the leader of {Q R|Organization} in exile.", ("leaderOf", True)),
        ("{X Y|Group} pledged allegiance to the {Q R|Organization}.",
         ("pledgedAllegianceTo", False)),
        ("{X Y|Group} openly made bay’at to {Z|Place} leader {Q R|Person}.",
         ("pledgedAllegianceTo", False)),
    ],
)  # fmt: skip
def test_claims(marked: str, claim: tuple[str, bool]) -> None:
    it = Reading(marked)
    told = [it.told(c) for c in it.claims]
    assert ("X Y", claim[0], "Q R", claim[1]) in told


@pytest.mark.parametrize(
    "marked",
    [
        "{X Y|Person}, the leader of the {Q R|Organization} delegation, spoke.",
        "{X Y|Person}, the brother of the leader of {Q R|Organization}, spoke.",
        "The first president of {Q R|Place|country}, {X Y|Person}, spoke.",
        "{X Y|Person} met the leader of {Q R|Organization}.",
        "{X Y|Person} is not a member of {Q R|Organization}.",
        "The brother of {X Y|Person} is a member of {Q R|Organization}.",
        "{X Y|Person} may be a member of {Q R|Organization}.",
        "{X Y|Person}, deputy head of {Q R|Organization}, spoke.",
        "{Q R|Group} leader {X Y|Person} spoke.",
        "“{X Y|Person}, the leader of {Q R|Organization}, is here,” he said.",
        "{X Y|Organization} refused to pledge allegiance to {Q R|Organization}.",
        "The leaders of {Q R|Organization}, {X Y|Person} and others spoke.",
    ],
)
def test_no_claim(marked: str) -> None:
    assert Reading(marked).claims == ()


def test_alleged_claim_is_claimed() -> None:
    it = Reading("The alleged {Q R|Organization} leader {X Y|Person} spoke.")
    assert [c.factuality for c in it.claims] == ["claimed"]


def test_same_input_same_output() -> None:
    marked = "{A B|Person} met {C D|Person} in {Riga|Place} on 9 May 2020, killing 9 people."
    assert Reading(marked).events == Reading(marked).events


def test_sentence_without_anything() -> None:
    assert Reading("").events == ()
    assert Reading("…").claims == ()


def test_broken_scheme_names_the_trigger(tmp_path: Path) -> None:
    file = tmp_path / "types.ttl"
    head = (
        "@prefix k: <https://w3id.org/kg-builder/event-types#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    )
    file.write_text(head + 'k:x skos:prefLabel "X" ; skos:hiddenLabel "attack" .')
    with pytest.raises(AuthorityError, match="'attack' must end in"):
        EventExtractor(file)
    file.write_text(head + "k:x skos:prefLabel")
    with pytest.raises(AuthorityError, match=r"types\.ttl, line"):
        EventExtractor(file)


def test_every_type_the_rules_name_is_in_the_scheme() -> None:
    types = Lexicon(folder("ontology") / "authority" / "event-types.ttl").types
    assert set(words().named_heads.values()) <= types.keys()
    assert types.keys() >= LASTING
    assert {*_SPEECH_ACTS, *_HARMFUL, *_CASUALTY_TYPES} <= types.keys()
    assert {*_SUBJECT_ROLE, *_MUTUAL} <= types.keys()
