"""Resolution is a pure function of the set of records: any order, any history, every key unique."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.authority import Authority
from kg_builder.entities import Decisions, about, resolve
from kg_builder.entities.decisions import groups
from kg_builder.model import (
    Count,
    DateValue,
    EntityKind,
    EventCandidate,
    LocalEntity,
    Participant,
    Publication,
    ResolveRecord,
    Span,
)

AUTHORITY = Authority.load()
NAMES = [
    "Novak", "Anna Novak", "Anna B. Novak", "Quarry Crisis Group", "QCG", "Q.C.G.", "Springfield",
    "Queensland Cotton Growers", "Kunduz", "Afghanistan", "the Quarry Group", "Third Quarry Summit",
    "Quarry War", "Ñovak", "新華社",
    "Supreme Court", "Ministry of Defence",
]  # fmt: skip
KINDS: list[EntityKind] = ["Person", "Organization", "Place", "Topic", "Event"]
KUNDUZ = AUTHORITY.cities("Kunduz")[0].iri
LINKS = [None, None, KUNDUZ, AUTHORITY.lookup("Afghanistan")[0].iri]

local_entities = st.builds(
    LocalEntity,
    id=st.just(0),
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(NAMES),
    aliases=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    acronym=st.sampled_from([None, None, "QCG"]),
    authority=st.sampled_from(LINKS),
    titles=st.sampled_from([(), (), (), ("Mr.",), ("Mrs.",), ("Judge",)]),
    confidence=st.sampled_from([0.4, 0.9]),
)
days = [
    DateValue(Span(9, 12), "2021-10-08", "date", "2021-10-08", "2021-10-08"),
    DateValue(Span(9, 12), "2021-10", "gYearMonth", "2021-10-01", "2021-10-31"),
    None,
]


@st.composite
def corpora(draw: st.DrawFn) -> list[ResolveRecord]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        entities = tuple(draw(st.lists(local_entities, min_size=1, max_size=5)))
        ids = st.integers(0, len(entities) - 1)
        events = st.builds(
            EventCandidate,
            span=st.integers(0, 9).map(lambda n: Span(n, n + 3)),
            sentence=st.just(0),
            type=st.sampled_from(["attack", "consult"]),
            label=st.sampled_from(["One", "Other"]),
            factuality=st.sampled_from(["reported", "denied"]),
            confidence=st.sampled_from([0.5, 0.75]),
            date=st.sampled_from(days),
            place=st.none() | ids,
            participants=st.lists(
                st.builds(Participant, ids, st.sampled_from(["perpetrator", "victim"])), max_size=2
            ).map(tuple),
            killed=st.sampled_from([None, Count(55), Count(12, 12), Count(approx=100)]),
            named=st.none() | ids,
        )
        found.append(
            ResolveRecord(
                article=f"article-{number}",
                teaser=draw(st.booleans()),
                headline=None,
                publication=draw(st.sampled_from([None, Publication("Post", country="AF")])),
                entities=entities,
                events=tuple(draw(st.lists(events, max_size=3))),
                about=tuple(draw(st.lists(ids, max_size=2, unique=True))),
                counts=(1,) * len(entities),
            )
        )
    return found


SLUGS = ["novak", "anna-novak", "quarry-crisis-group", "qcg", "kunduz", "afghanistan", "nobody",
         "supreme-court", "supreme-court-af"]  # fmt: skip
keys = st.builds(
    "{}{}/{}".format,
    st.sampled_from(["entity/", "article/article-0#entity=", "article/article-1#entity="]),
    st.sampled_from(["person", "organization", "place"]),
    st.sampled_from(SLUGS),
)
pairs = st.tuples(keys, keys).filter(lambda p: p[0] != p[1]).map(lambda p: (min(p), max(p)))


@st.composite
def decided(draw: st.DrawFn) -> Decisions:
    """Decisions that do not contradict one another, as the file's reader lets through."""
    same = draw(st.lists(pairs, max_size=3, unique=True))
    first = groups(same)
    different = [
        (a, b)
        for a, b in draw(st.lists(pairs, max_size=3, unique=True))
        if first.get(a, a) != first.get(b, b)
    ]
    names = draw(st.dictionaries(keys, st.sampled_from(["New Name", "Other Name"]), max_size=2))
    return Decisions(tuple(sorted(same)), tuple(sorted(different)), tuple(sorted(names.items())))


@settings(max_examples=60, deadline=None)
@given(corpora(), decided(), st.randoms(use_true_random=False))
def test_order_and_history_do_not_matter(
    records: list[ResolveRecord], decisions: Decisions, random: Random
) -> None:
    shuffled = random.sample(records, len(records))
    once = resolve(records, AUTHORITY, decisions)
    resolve(shuffled[1:], AUTHORITY)  # an earlier build of a part leaves no trace
    assert resolve(iter(shuffled), AUTHORITY, decisions) == once


@settings(max_examples=100, deadline=None)
@given(corpora(), pairs, st.sampled_from(["same", "different"]))
def test_a_decision_is_carried_out_or_told(
    records: list[ResolveRecord], pair: tuple[str, str], what: str
) -> None:
    """And what an article's handle names shows it: it is in that entity or in the other."""
    found = resolve(records, AUTHORITY, Decisions(**{what: (pair,)}))
    reasons = [why for e in found.entities for why in e.reasons if why.startswith("user decision")]
    assert bool(reasons) != bool(found.notes)
    handles = [_named_by(handle, records, found.entity_of) for handle in pair]
    if not found.notes and all(handles):
        assert (handles[0] == handles[1]) == (what == "same")


def _named_by(
    handle: str, records: list[ResolveRecord], entity_of: dict[str, tuple[str, ...]]
) -> set[str]:
    """Keys of the entities that one article gives exactly this name and class."""
    article, _, name = handle.partition("#entity=")
    return {
        entity_of[record.article][number]
        for record in records
        if f"article/{record.article}" == article
        for number, item in enumerate(record.entities)
        if item.authority is None
        and name == f"{item.kind.lower()}/{item.name.lower().replace(' ', '-')}"
    }


@settings(max_examples=60, deadline=None)
@given(corpora(), st.lists(pairs, min_size=1, max_size=3))
def test_decisions_about_other_articles_change_nothing(
    records: list[ResolveRecord], pairs: list[tuple[str, str]]
) -> None:
    away = tuple(
        (f"article/gone#entity={a.rpartition('=')[2].removeprefix('entity/')}", b) for a, b in pairs
    )
    found = resolve(records, AUTHORITY, Decisions(same=away, different=away))
    assert found.notes
    assert replace(found, notes=()) == resolve(records, AUTHORITY)


@settings(max_examples=60, deadline=None)
@given(corpora(), decided())
def test_everything_is_resolved_and_every_key_is_unique(
    records: list[ResolveRecord], decisions: Decisions
) -> None:
    found = resolve(records, AUTHORITY, decisions)
    entities = {e.key for e in found.entities}
    events = {e.key for e in found.events}
    assert len(entities) == len(found.entities)
    assert len(events) == len(found.events)
    for record in records:
        keys = found.entity_of[record.article]
        assert len(keys) == len(record.entities)
        for item, key in zip(record.entities, keys, strict=True):
            assert key in (events if key.startswith("event/") else entities)
            assert (key in events) == (item.kind == "Event" and item.authority is None)
        assert len(found.event_of[record.article]) == len(record.events)
        assert set(found.event_of[record.article]) <= events
        assert set(about(record, found)) <= entities | events
    assert all(parent in entities for e in found.entities for parent in e.contained_in)
    told = sorted(report for event in found.events for report in event.reports)
    assert told == sorted((r.article, i) for r in records for i in range(len(r.events)))


def test_a_thousand_articles_resolve() -> None:
    random = Random(0)
    words = [f"Word{n}" for n in range(3000)]
    records = []
    for number in range(1000):
        entities = tuple(
            LocalEntity(
                i,
                random.choice(KINDS[:4]),
                " ".join(random.sample(words[: random.choice([40, 3000])], random.choice([1, 2]))),
                authority=random.choice([None, None, None, KUNDUZ]),
            )
            for i in range(60)
        )
        records.append(
            ResolveRecord(f"a-{number:04}", False, None, None, entities, counts=(1,) * 60)
        )
    found = resolve(records, AUTHORITY)
    assert len(found.entity_of) == 1000
    assert {len(keys) for keys in found.entity_of.values()} == {60}


@pytest.mark.parametrize("reports", [200, 400])
def test_many_reports_of_one_event_are_one_event(reports: int) -> None:
    records = [
        ResolveRecord(
            f"a-{n:04}",
            False,
            None,
            None,
            (LocalEntity(0, "Place", "Kunduz", authority=KUNDUZ),),
            (
                EventCandidate(
                    Span(n, n + 3),
                    0,
                    "attack",
                    "Attack",
                    "reported",
                    0.8,
                    days[0],
                    0,
                    killed=Count(minimum=55),
                ),
            ),
        )
        for n in range(reports)
    ]
    (event,) = resolve(records, AUTHORITY).events
    assert len(event.reports) == reports


def test_two_attacks_of_one_day_that_share_no_number_and_no_actor_stay_two() -> None:
    records = [
        ResolveRecord(
            f"a-{n}",
            False,
            None,
            None,
            (LocalEntity(0, "Place", "Kunduz", authority=KUNDUZ),),
            (EventCandidate(Span(n, n + 3), 0, "attack", "Attack", "reported", 0.8, days[0], 0),),
        )
        for n in range(2)
    ]
    assert len(resolve(records, AUTHORITY).events) == 2
