"""Reports of events across articles: which become one event, and with what values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.authority import Authority
from kg_builder.entities import resolve
from kg_builder.model import (
    Count,
    DateValue,
    Event,
    EventCandidate,
    LocalEntity,
    Participant,
    Resolution,
    ResolveRecord,
    Role,
    Span,
)

AUTHORITY = Authority.load()
KUNDUZ = LocalEntity(0, "Place", "Kunduz", authority=AUTHORITY.cities("Kunduz")[0].iri)
KABUL = LocalEntity(0, "Place", "Kabul", authority=AUTHORITY.cities("Kabul")[0].iri)
COUNTRY = LocalEntity(0, "Place", "Afghanistan", authority=AUTHORITY.lookup("Afghanistan")[0].iri)
DAY = DateValue(Span(50, 60), "2021-10-08", "date", "2021-10-08", "2021-10-08")
MONTH = DateValue(Span(50, 60), "2021-10", "gYearMonth", "2021-10-01", "2021-10-31")


def report(
    article: str, where: LocalEntity = KUNDUZ, *actors: tuple[str, Role], **more: object
) -> ResolveRecord:
    """A record with one report of an attack on DAY, at `where`, by `actors`."""
    others = [LocalEntity(i, "Organization", name) for i, (name, _) in enumerate(actors, 1)]
    parts = tuple(Participant(i, role) for i, (_, role) in enumerate(actors, 1))
    base = EventCandidate(Span(9, 15), 0, "attack", "Attack", "reported", 0.8, DAY, 0, parts)
    candidate = replace(base, **more)  # type: ignore[arg-type]
    entities = (where, *others)
    return ResolveRecord(
        article, False, None, None, entities, (candidate,), (), (1,) * len(entities)
    )


def events(*records: ResolveRecord) -> list[Event]:
    return list(resolve(records, AUTHORITY).events)


def one(*records: ResolveRecord) -> Event:
    (event,) = events(*records)
    return event


def test_same_type_day_place_and_actor_is_one_event() -> None:
    event = one(
        report("a", KUNDUZ, ("Quarry Front", "perpetrator"), killed=Count(55), confidence=0.9),
        report("b", KUNDUZ, ("Quarry Front", "perpetrator"), killed=Count(60, 60)),
    )
    assert event.reports == (("a", 0), ("b", 0))
    assert event.key.startswith("event/attack-2021-10-08-kunduz-")
    assert event.place == "entity/place/kunduz"
    assert event.participants == (("entity/organization/quarry-front", "perpetrator"),)
    assert event.killed == Count(minimum=55, maximum=60)
    assert event.confidence == 0.9
    assert event.reasons == ("same type, day, place and participant; nothing speaks against it",)


def test_single_report_is_an_event_without_a_reason() -> None:
    event = one(report("a"))
    assert event.reasons == ()


@pytest.mark.parametrize(
    "other",
    [
        report("b", type="arrest"),
        report("b", date=replace(DAY, lexical="2021-10-09")),
        report("b", date=MONTH),
        report("b", date=None),
        report("b", place=None),
        report("b", KABUL),
        report("b", killed=Count(500, 500)),
    ],
)
def test_what_keeps_reports_apart(other: ResolveRecord) -> None:
    assert len(events(report("a", killed=Count(20, 20)), other)) == 2


def test_month_and_undated_reports_stay_alone() -> None:
    assert len(events(report("a", date=MONTH), report("b", date=MONTH))) == 2


def test_reports_without_participants_join_by_casualties_the_one_event_there_is() -> None:
    dead = Count(55)
    front = report("a", KUNDUZ, ("Quarry Front", "perpetrator"), killed=dead)
    army = report("b", KUNDUZ, ("Other Army", "perpetrator"), killed=dead)
    assert len(events(front, report("c", killed=dead))) == 1
    assert len(events(front, report("c"))) == 2
    assert len(events(front, army)) == 2
    assert len(events(front, army, report("c", killed=dead))) == 3


def test_an_election_of_one_day_and_place_is_one() -> None:
    assert len(events(report("a", type="election"), report("b", type="election"))) == 1
    assert len(events(report("a", type="meeting"), report("b", type="meeting"))) == 2


def test_actor_in_opposite_roles_is_a_conflict() -> None:
    first = report("a", KUNDUZ, ("Quarry Front", "perpetrator"))
    assert len(events(first, report("b", KUNDUZ, ("Quarry Front", "victim")))) == 2


def test_wider_place_joins_only_a_single_event_inside() -> None:
    named_places = zip("abc", (KUNDUZ, COUNTRY, KABUL), strict=True)
    places = [report(n, p, killed=Count(9)) for n, p in named_places]
    event = one(*places[:2])
    assert event.place == "entity/place/kunduz"
    assert event.reasons == (
        (
            "same type, day, place (one holds the other) and number of casualties; "
            "nothing speaks against it"
        ),
    )
    assert len(events(*places)) == 3


def test_any_report_makes_it_reported() -> None:
    event = one(report("a", factuality="planned", killed=Count(9)), report("b", killed=Count(9)))
    assert event.factuality == "reported"


def test_key_hangs_on_the_first_report_only() -> None:
    a, b, c = (report(name, killed=Count(9)) for name in "abc")
    assert one(a, b).key == one(a, c).key
    assert one(report("a")).key != one(report("b")).key


def named(article: str, name: str, year: str | None, kind: str = "conference") -> ResolveRecord:
    date = DateValue(Span(5, 9), year, "gYear", f"{year}-01-01", f"{year}-12-31") if year else None
    entity = LocalEntity(0, "Event", name, confidence=0.7)
    candidate = EventCandidate(
        Span(0, 4), 0, kind, name, "reported", 0.7, date, named=0
    )  # fmt: skip
    return ResolveRecord(article, False, None, None, (entity,), (candidate,), (), (1,))


def keys(resolution: Resolution) -> set[str]:
    return {resolution.entity_of[article][0] for article in resolution.entity_of}


def test_named_event_is_one_by_name_and_year() -> None:
    found = resolve(
        [named("a", "Quarry Summit", "2019"), named("b", "Quarry summit", "2019")], AUTHORITY
    )
    (event,) = found.events
    assert event.label == "Quarry Summit"
    assert event.aliases == ("Quarry summit",)
    assert keys(found) == {event.key}
    assert found.event_of == {"a": (event.key,), "b": (event.key,)}
    assert event.key.startswith("event/conference-2019-nowhere-")
    assert found.entities == ()


def test_named_events_of_other_years_are_others() -> None:
    assert (
        len(events(named("a", "Quarry Summit", "2019"), named("b", "Quarry Summit", "2021"))) == 2
    )
    assert len(events(named("a", "Quarry Summit", "2019"), named("b", "Quarry Summit", None))) == 2
    ninth = [named("a", "Ninth Quarry Summit", "2019"), named("b", "Ninth Quarry Summit", None)]
    assert len(events(*ninth)) == 1
    war = [named("a", "Quarry War", "1941", "war"), named("b", "Quarry War", "1944", "war")]
    assert len(events(*war)) == 1


def test_named_event_without_a_report() -> None:
    entity = LocalEntity(0, "Event", "Quarry Cup")
    record = ResolveRecord("a", False, None, None, (entity,), (), (), (1,))
    (event,) = resolve([record], AUTHORITY).events
    assert (event.reports, event.label) == ((), "Quarry Cup")
