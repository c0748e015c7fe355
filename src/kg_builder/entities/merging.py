"""Event candidates of all articles in, events merged across articles out.

Two reports are one event only when type, full day and place agree and nothing speaks against
it; a report without a day stays by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from kg_builder.model import Count, DateValue, Event, EventCandidate, Factuality, Role
from kg_builder.vocab import short_hash, slug

_SURENESS: Final[tuple[Factuality, ...]] = (
    "reported", "claimed", "planned", "hypothetical", "denied",
)  # fmt: skip
_PRECISION: Final = {"date": 0, "gYearMonth": 1, "gYear": 2, "gMonthDay": 3, None: 4}
COUNT_FACTOR: Final = 2
"""Casualty figures further apart than this factor speak of two events."""


@dataclass(frozen=True, slots=True)
class Report:
    """One candidate with its place and participants as keys of the corpus."""

    article: str
    index: int
    candidate: EventCandidate
    place: str | None
    participants: tuple[tuple[str, Role], ...]


@dataclass(slots=True)
class Group:
    """Reports of one event, with what a further report is compared to."""

    reports: list[Report] = field(default_factory=list)
    roles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    killed: tuple[float, float] = (0, float("inf"))
    injured: tuple[float, float] = (0, float("inf"))

    def add(self, report: Report) -> None:
        """Take a report in."""
        self.reports.append(report)
        for key, role in report.participants:
            self.roles[key].add(role)
        self.killed = _narrowed(self.killed, report.candidate.killed)
        self.injured = _narrowed(self.injured, report.candidate.injured)

    def accepts(self, report: Report) -> bool:
        """Whether nothing in the group speaks against a report."""
        for key, role in report.participants:
            held = self.roles.get(key, set())
            if {role, *held} >= {"perpetrator", "victim"}:
                return False
        blamed = {k for k, roles in self.roles.items() if "perpetrator" in roles}
        blames = {k for k, role in report.participants if role == "perpetrator"}
        if blamed and blames and not blamed & blames:
            return False
        figures = (
            _narrowed(self.killed, report.candidate.killed),
            _narrowed(self.injured, report.candidate.injured),
        )
        return all(low <= COUNT_FACTOR * high for low, high in figures)


def _narrowed(held: tuple[float, float], count: Count | None) -> tuple[float, float]:
    """The largest lower and smallest upper bound of all figures."""
    if count is None:
        return held
    low, high = _bounds(count)
    return max(held[0], low), min(held[1], high)


def _bounds(count: Count) -> tuple[float, float]:
    stated = [n for n in (count.minimum, count.approx, count.maximum) if n is not None]
    low = min(stated, default=0)
    open_ended = count.maximum is None and count.approx is None
    return low, float("inf") if open_ended else max(stated)


_ONCE_A_DAY = frozenset({"election", "disaster"})
"""Types of which one place rarely sees two on one day."""


def group_reports(
    reports: Sequence[Report], above: Mapping[str, frozenset[str]]
) -> list[list[Report]]:
    """Reports put together by event; `above` gives all places that contain a place.

    Reports come in order of (article, index), which decides every tie.
    """
    blocks: dict[tuple[str, str], list[Report]] = defaultdict(list)
    alone: list[list[Report]] = []
    for report in reports:
        date = report.candidate.date
        if date is None or date.datatype != "date" or not date.lexical or report.place is None:
            alone.append([report])
        else:
            blocks[report.candidate.type, date.lexical].append(report)
    found = alone
    for key in sorted(blocks):
        found.extend(group.reports for group in _group_day(blocks[key], above))
    return sorted(found, key=lambda group: (group[0].article, group[0].index))


def _group_day(reports: Sequence[Report], above: Mapping[str, frozenset[str]]) -> list[Group]:
    """Group reports of one type and day: equal places first, wider places then."""
    places: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        places[report.place or ""].append(report)
    narrow_first = sorted(places, key=lambda p: (-len(above.get(p, ())), p))
    groups: list[tuple[str, Group]] = []
    for place in narrow_first:
        fresh = _group_place(places[place])
        for group in fresh:
            inside = [g for p, g in groups if place in above.get(p, ())]
            fits = [g for g in inside if _can_join(g, group)]
            if len(fits) == 1 and len(inside) == 1 and len(fresh) == 1:
                for report in group.reports:
                    fits[0].add(report)
            else:
                groups.append((place, group))
    for _, group in groups:
        group.reports.sort(key=lambda r: (r.article, r.index))
    return [group for _, group in groups]


def _group_place(reports: Sequence[Report]) -> list[Group]:
    """Group reports of one type, day and place by their participants."""
    groups: list[Group] = []
    for report in (r for r in reports if r.participants):
        keys = {key for key, _ in report.participants}
        fits = [g for g in groups if keys & g.roles.keys() and g.accepts(report)]
        if len(fits) == 1:
            fits[0].add(report)
        else:
            groups.append(_alone(report))
    bare = [r for r in reports if not r.participants]
    rest: list[Group] = []
    for report in bare:
        fits = [g for g in (groups or rest) if _tied(g, report) and g.accepts(report)]
        if len(fits) == 1 and len(groups) < 2:
            fits[0].add(report)
        else:
            rest.append(_alone(report))
    return groups + rest


def _alone(report: Report) -> Group:
    group = Group()
    group.add(report)
    return group


def _can_join(group: Group, other: Group) -> bool:
    shared = group.roles.keys() & other.roles.keys()
    if not shared and (
        (group.roles and other.roles) or not any(_tied(group, r) for r in other.reports)
    ):
        return False
    return all(group.accepts(report) for report in other.reports)


def _tied(group: Group, report: Report) -> bool:
    """Whether more than type, day and place says that a report without actors is the event.

    Two statements or meetings in one town on one day are easily two; the same number of dead,
    or an election, is not.
    """
    if report.candidate.type in _ONCE_A_DAY:
        return True
    counts = {c for c in (report.candidate.killed, report.candidate.injured) if c is not None}
    return any(
        counts & {other.candidate.killed, other.candidate.injured} for other in group.reports
    )


def merged(reports: Sequence[Report], above: Mapping[str, frozenset[str]]) -> Event:
    """One event with the values of its reports, which come in order of (article, index)."""
    candidates = [report.candidate for report in reports]
    date = _date(candidates)
    place = _place(reports, above)
    kind = _frequent([c.type for c in candidates])
    first = reports[0]
    roles = {pair for report in reports for pair in report.participants}
    return Event(
        key=event_key(kind, date, place, first.article, str(first.candidate.span.start),
                      str(first.candidate.span.end), kind),
        type=kind,
        label=_frequent([c.label for c in candidates]),
        reports=tuple((report.article, report.index) for report in reports),
        date=date,
        place=place,
        participants=tuple(sorted(roles)),
        killed=_count([c.killed for c in candidates]),
        injured=_count([c.injured for c in candidates]),
        factuality=min((c.factuality for c in candidates), key=_SURENESS.index),
        reasons=_reasons(reports),
        confidence=round(max(c.confidence for c in candidates), 2),
    )  # fmt: skip


def event_key(kind: str, date: DateValue | None, place: str | None, *identity: str) -> str:
    """`event/{type}-{date|undated}-{place|nowhere}-{hash}`; the hash is over `identity`."""
    when = (date.lexical or date.earliest) if date else None
    where = place.rsplit("/", 1)[-1] if place else "nowhere"
    return f"event/{slug(kind)}-{slug(when) if when else 'undated'}-{where}-{short_hash(*identity)}"


def _frequent(values: Sequence[str]) -> str:
    votes = Counter(values)
    return min(votes, key=lambda v: (-votes[v], v))


def _date(candidates: Sequence[EventCandidate]) -> DateValue | None:
    """The most precise date, then the one that most reports state."""
    dates = [c.date for c in candidates if c.date is not None]
    if not dates:
        return None
    votes = Counter((d.lexical, d.earliest, d.latest) for d in dates)
    return min(
        dates,
        key=lambda d: (
            _PRECISION[d.datatype],
            -votes[d.lexical, d.earliest, d.latest],
            d.lexical or "",
            d.earliest or "",
            ("stated", "inferred", "relative").index(d.source),
        ),
    )


def _place(reports: Sequence[Report], above: Mapping[str, frozenset[str]]) -> str | None:
    """The narrowest place, then the one that most reports give."""
    votes = Counter(report.place for report in reports if report.place is not None)
    if not votes:
        return None
    return min(votes, key=lambda p: (-len(above.get(p, ())), -votes[p], p))


def _count(counts: Sequence[Count | None]) -> Count | None:
    """The span of all figures: smallest minimum, largest maximum that contradicts none."""
    stated = [count for count in counts if count is not None]
    if not stated:
        return None
    lows = [c.minimum for c in stated if c.minimum is not None]
    highs = [c.maximum for c in stated if c.maximum is not None]
    about = sorted(c.approx for c in stated if c.approx is not None)
    high = max(highs, default=None)
    if high is not None and lows and max(lows) > high:
        high = None
    middle = about[(len(about) - 1) // 2] if about else None
    return Count(minimum=min(lows, default=None), maximum=high, approx=middle)


def _reasons(reports: Sequence[Report]) -> tuple[str, ...]:
    if len(reports) < 2:
        return ()
    actors = [set(report.participants) for report in reports]
    shared = any({key for key, _ in a} & {key for key, _ in b} for a, b in pairwise(actors))
    places = {report.place for report in reports}
    where = "place" if len(places) == 1 else "place (one holds the other)"
    if shared:
        tail = " and participant"
    else:
        tail = "" if reports[0].candidate.type in _ONCE_A_DAY else " and number of casualties"
    return (f"same type, day, {where}{tail}; nothing speaks against it",)
