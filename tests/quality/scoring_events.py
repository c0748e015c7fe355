"""Gold events and event candidates of one document in; counts of found, extra and details out.

Pure functions. A candidate stands for a gold event when its sentence covers the trigger, its
type is one the gold accepts, and its place or date agrees (either suffices; nothing to agree
on is agreement). The same event told again in another sentence is a repeat, counted neither
as right nor as wrong. `statement` events are counted apart, since there are so many.
"""

from __future__ import annotations

import calendar
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from kg_builder.model import Count, DateValue, EventCandidate
from tests.quality.gold import GoldArticle, GoldDocument, GoldEvent
from tests.quality.scoring import Counts, Pair, Tally, gold_ids

_WRONG, _SILENT, _AGREES = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with its sentence's offsets and the gold ids of what it names."""

    number: int
    event: EventCandidate
    start: int
    end: int
    place: str | None
    roles: frozenset[tuple[str, str]]


def score_events(gold: GoldDocument, pairs: Iterable[Pair], text: str) -> Tally:
    """Events found, extra and missed, and how right the details of those found are."""
    tally = Tally()
    for pair in pairs:
        if not pair.gold.marked:
            continue
        found = _found(pair, gold_ids(gold, pair, text))
        wanted = [event for event in pair.gold.events if not event.optional]
        matches, missed, left = _match(wanted, found)
        for event, candidate in matches:
            tally.counts[_name(event.types[0])].right += 1
            tally.counts[f"event type {event.types[0]}"].right += 1
            _details(tally, event, candidate)
        for event in missed:
            tally.counts[_name(event.types[0])].missed += 1
            tally.counts[f"event type {event.types[0]}"].missed += 1
            tally.errors[f"events: missed {event.types[0]}", _words(text, event)] += 1
        for candidate in left:
            _extra(tally, pair.gold, candidate, text)
        _sentences(tally, pair.gold, found)
    return tally


def event_clusters(
    gold: GoldDocument, pairs: Iterable[Pair], text: str, event_of: Mapping[str, tuple[str, ...]]
) -> list[tuple[Hashable, Hashable]]:
    """(gold name, merged event) of each gold event that several articles report.

    One that was not found stands alone.
    """
    rows: list[tuple[Hashable, Hashable]] = []
    for pair in pairs:
        found = _found(pair, gold_ids(gold, pair, text))
        matches, missed, _ = _match([e for e in pair.gold.events if e.same], found)
        key = pair.found.article.key if pair.found else ""
        rows += [(event.same, event_of[key][c.number]) for event, c in matches]
        rows += [(event.same, (pair.gold.title, event.start)) for event in missed]
    return rows


def _name(kind: str) -> str:
    return "events.statements" if kind == "statement" else "events"


def _found(pair: Pair, ids: Mapping[int, str]) -> list[Found]:
    if pair.found is None:
        return []
    spans = {s.index: s.span for s in pair.found.article.sentences}
    return [
        Found(
            number,
            e,
            spans[e.sentence].start,
            spans[e.sentence].end,
            ids[e.place] if e.place is not None else None,
            frozenset((p.role, ids[p.entity]) for p in e.participants),
        )
        for number, e in enumerate(pair.found.events)
    ]


def _match(
    events: Iterable[GoldEvent], found: Iterable[Found]
) -> tuple[list[tuple[GoldEvent, Found]], list[GoldEvent], list[Found]]:
    """One to one, best agreement first; then gold without a candidate, and candidates left."""
    events, left = list(events), list(found)
    options = []
    for i, event in enumerate(events):
        for j, candidate in enumerate(left):
            if not (candidate.start <= event.start < candidate.end):
                continue
            if candidate.event.type not in event.types:
                continue
            date, place = date_agrees(event, candidate.event.date), _place(event, candidate)
            if date + place < _AGREES:  # both agree or are silent, or one outweighs the other
                continue
            span = candidate.event.span
            near = span.start < event.end and event.start < span.end
            options.append((-(near * 4 + date + place), i, j))
    taken_gold: dict[int, int] = {}
    for _, i, j in sorted(options):
        if i not in taken_gold and j not in taken_gold.values():
            taken_gold[i] = j
    matches = [(events[i], left[j]) for i, j in sorted(taken_gold.items())]
    missed = [e for i, e in enumerate(events) if i not in taken_gold]
    return matches, missed, [f for j, f in enumerate(left) if j not in taken_gold.values()]


def bounds(date: str) -> tuple[str, str] | None:
    """First and last day of an ISO day, month, year, or day/day range; None without a year."""
    if date.startswith("--"):
        return None
    if "/" in date:
        first, last = date.split("/")
        return first, last
    parts = [int(p) for p in date.split("-")]
    if len(parts) == 3:
        return date, date
    if len(parts) == 2:
        return f"{date}-01", f"{date}-{calendar.monthrange(*parts)[1]:02}"
    return f"{date}-01-01", f"{date}-12-31"


def date_agrees(event: GoldEvent, date: DateValue | None) -> int:
    """2 agrees, 1 one side is silent, 0 contradicts; a day without a year agrees with that day.

    A range without a year has neither value nor bounds, so it says nothing to compare.
    """
    if date is None or not event.dates or (date.lexical, date.earliest) == (None, None):
        return _SILENT
    for wanted in event.dates:
        said = date.lexical or ""
        if said == wanted or (said[:2] == "--" and wanted.endswith(said[2:])):
            return _AGREES
        if (date.earliest, date.latest) == bounds(wanted):
            return _AGREES
    return _WRONG


def _place(event: GoldEvent, candidate: Found) -> int:
    if candidate.place is None or event.place is None:
        return _SILENT
    return _AGREES if candidate.place == event.place else _WRONG


def _details(tally: Tally, event: GoldEvent, candidate: Found) -> None:
    date = date_agrees(event, candidate.event.date)
    said_date = candidate.event.date
    stated = said_date is not None and (said_date.lexical or said_date.earliest) is not None
    _detail(tally, "date", bool(event.dates), stated, date == _AGREES)
    place = _place(event, candidate)
    _detail(tally, "place", event.place is not None, candidate.place is not None, place == _AGREES)
    for name, wanted, said in (
        ("killed", event.killed, candidate.event.killed),
        ("injured", event.injured, candidate.event.injured),
    ):
        _detail(tally, name, wanted is not None, said is not None, _counted(wanted, said))
    tally.add("events.roles", event.roles, candidate.roles)
    right = candidate.event.factuality == event.factuality
    tally.counts["events.factuality"] += Counts(right, not right, not right)
    if not right:
        said_as = f"{event.factuality} as {candidate.event.factuality} ({event.types[0]})"
        tally.errors["events: factuality", said_as] += 1


def _detail(tally: Tally, name: str, wanted: bool, said: bool, agrees: bool) -> None:
    tally.counts[f"events.{name}"] += Counts(
        right=agrees, extra=said and not agrees, missed=wanted and not agrees
    )


def _counted(wanted: int | None, said: Count | None) -> bool:
    return (
        said is not None
        and wanted in (said.minimum, said.maximum, said.approx)
        and (wanted is not None)
    )


def _extra(tally: Tally, gold: GoldArticle, candidate: Found, text: str) -> None:
    kind = candidate.event.type
    for event in gold.events:
        agreement = (date_agrees(event, candidate.event.date), _place(event, candidate))
        if kind in event.types and _WRONG not in agreement:
            tally.counts["events.repeats"].right += 1
            return
    tally.counts[_name(kind)].extra += 1
    tally.counts[f"event type {kind}"].extra += 1
    span = candidate.event.span
    tally.errors[f"events: extra {kind}", text[max(0, span.start - 30) : span.end + 30]] += 1


def _sentences(tally: Tally, gold: GoldArticle, found: Iterable[Found]) -> None:
    """Sentences with an event other than a statement, whatever its type."""
    rows = [f for f in found if f.event.type != "statement"]
    wanted = [e for e in gold.events if e.types[0] != "statement" and not e.optional]
    covered = sum(any(f.start <= e.start < f.end for f in rows) for e in wanted)
    tally.counts["events.sentence"] += Counts(right=covered, missed=len(wanted) - covered)


def _words(text: str, event: GoldEvent) -> str:
    if event.start < 0:
        return "(line lost)"
    return text[max(0, event.start - 30) : event.end + 30]
