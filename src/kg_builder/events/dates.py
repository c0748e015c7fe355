"""A sentence's tokens in, the explicit dates in it out, with the words that state them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kg_builder.events.tokens import MONTHS, WEEKDAYS, Token
from kg_builder.model import DateValue, Span

_DAY: Final = re.compile(r"([1-9]|[12]\d|3[01])(?:st|nd|rd|th)?$")
_YEAR: Final = re.compile(r"(1[5-9]\d\d|20\d\d)$")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d")
_BOUNDARY: Final = frozenset("since until till by before after from than".split())
_YEAR_LEADS: Final = frozenset("in during of throughout".split())
_HYPHEN: Final = frozenset("-\u2013\u2014")
INFER_WITHIN_DAYS: Final = 183
"""A day without a year is completed when it lies at most this far from publication."""


@dataclass(frozen=True, slots=True)
class Found:
    """A date at tokens first..last (inclusive); `boundary` when only "since", "until" it.

    `month_day` and `weekday` are set when the text alone does not fix the day.
    """

    first: int
    last: int
    value: DateValue | None
    boundary: bool
    month_day: tuple[int, int] | None = None
    weekday: int | None = None


def find_dates(tokens: Sequence[Token], published: date | None) -> list[Found]:
    """All dates of a sentence, in order; relative ones only with a day of publication."""
    found: list[Found] = []
    position = 0
    while position < len(tokens):
        hit = _at(tokens, position, published)
        if hit is not None:
            found.append(hit)
            position = hit.last + 1
        else:
            position += 1
    return found


def _at(tokens: Sequence[Token], i: int, published: date | None) -> Found | None:
    if tokens[i].is_mention:
        return None
    return (
        _month_first(tokens, i)
        or _day_first(tokens, i)
        or _year_alone(tokens, i)
        or _relative(tokens, i, published)
    )


def _low(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].low if 0 <= i < len(tokens) and not tokens[i].is_mention else ""


def _number(tokens: Sequence[Token], i: int) -> int | None:
    match = _DAY.match(_low(tokens, i))
    return int(match[1]) if match else None


def _year(tokens: Sequence[Token], i: int) -> int | None:
    match = _YEAR.match(_low(tokens, i))
    return int(match[1]) if match else None


def _after_comma(tokens: Sequence[Token], i: int) -> tuple[int | None, int]:
    """A year at i, or behind a comma at i; and the position of the last token used."""
    if (year := _year(tokens, i)) is not None:
        return year, i
    if _low(tokens, i) == "," and (year := _year(tokens, i + 1)) is not None:
        return year, i + 1
    return None, i - 1


def _month(tokens: Sequence[Token], i: int) -> int | None:
    """A month's name in capitals; its dot is a token of its own and not looked at."""
    if not 0 <= i < len(tokens) or not tokens[i].cap or tokens[i].is_mention:
        return None
    return MONTHS.get(tokens[i].low)


def _span(tokens: Sequence[Token], first: int, last: int) -> Span:
    return Span(tokens[first].start, tokens[last].end)


def _boundary(tokens: Sequence[Token], first: int) -> bool:
    before = _low(tokens, first - 1)
    if before in ("early", "late", "mid"):
        before = _low(tokens, first - 2)
    return before in _BOUNDARY


def _month_first(tokens: Sequence[Token], i: int) -> Found | None:
    """The month first, with a day or a year: "October 11-12, 2021", "November 2015"."""
    month = _month(tokens, i)
    if month is None:
        return None
    j = i + 1 + (_low(tokens, i + 1) == "." and len(tokens[i].low) < 5)
    day = _number(tokens, j)
    if day is None:
        year, last = _after_comma(tokens, j)
        return None if year is None else _of_month(tokens, i, last, year, month)
    if _low(tokens, j + 1) in _HYPHEN and (until := _number(tokens, j + 2)) is not None:
        year, last = _after_comma(tokens, j + 3)
        return _range(tokens, i, last, year, (month, day), (month, until))
    if (pair := _hyphened_days(_low(tokens, j))) is not None:
        year, last = _after_comma(tokens, j + 1)
        return _range(tokens, i, last, year, (month, pair[0]), (month, pair[1]))
    year, last = _after_comma(tokens, j + 1)
    return _of_day(tokens, i, last, year, month, day)


def _hyphened_days(text: str) -> tuple[int, int] | None:
    left, _, right = text.partition("-")
    if _DAY.match(left) and _DAY.match(right):
        return int(_DAY.match(left)[1]), int(_DAY.match(right)[1])  # type: ignore[index]
    return None


def _day_first(tokens: Sequence[Token], i: int) -> Found | None:
    """The day first: "8 October 2021", "11-12 October", "11 to 12 October"; also ISO dates."""
    low = _low(tokens, i)
    if _ISO.fullmatch(low):
        return _iso(tokens, i, low)
    pair, j = _hyphened_days(low), i + 1
    day = _number(tokens, i)
    if pair is None and day is not None and _low(tokens, i + 1) in (*_HYPHEN, "to", "and"):
        until = _number(tokens, i + 2)
        if until is not None and _month(tokens, i + 3) is not None:
            pair, j = (day, until), i + 3
    if pair is None and day is None:
        return None
    month = _month(tokens, j + (_low(tokens, j) == "of"))
    if month is None:
        return None
    j += _low(tokens, j) == "of"
    year, last = _after_comma(tokens, j + 1)
    if pair is not None:
        return _range(tokens, i, last, year, (month, pair[0]), (month, pair[1]))
    return _of_day(tokens, i, last, year, month, day or 0)


def _iso(tokens: Sequence[Token], i: int, text: str) -> Found | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return Found(i, i, _day_value(_span(tokens, i, i), text), _boundary(tokens, i))


def _day_value(span: Span, iso: str) -> DateValue:
    return DateValue(span, iso, "date", iso, iso)


def _of_day(
    tokens: Sequence[Token], first: int, last: int, year: int | None, month: int, day: int
) -> Found | None:
    span, boundary = _span(tokens, first, last), _boundary(tokens, first)
    if year is None:
        if day > calendar.monthrange(2000, month)[1]:
            return None
        value = DateValue(span, f"--{month:02}-{day:02}", "gMonthDay")
        return Found(first, last, value, boundary, month_day=(month, day))
    if day > calendar.monthrange(year, month)[1]:
        return None
    value = _day_value(span, f"{year:04}-{month:02}-{day:02}")
    return Found(first, last, value, boundary)


def _of_month(tokens: Sequence[Token], first: int, last: int, year: int, month: int) -> Found:
    return Found(
        first, last, _month_value(_span(tokens, first, last), year, month), _boundary(tokens, first)
    )


def _month_value(span: Span, year: int, month: int) -> DateValue:
    end = calendar.monthrange(year, month)[1]
    text = f"{year:04}-{month:02}"
    return DateValue(span, text, "gYearMonth", f"{text}-01", f"{text}-{end:02}")


def _year_value(span: Span, year: int) -> DateValue:
    return DateValue(span, f"{year:04}", "gYear", f"{year:04}-01-01", f"{year:04}-12-31")


def _range(
    tokens: Sequence[Token],
    first: int,
    last: int,
    year: int | None,
    start: tuple[int, int],
    end: tuple[int, int],
) -> Found | None:
    """A span of days; without a year only its words are known."""
    if end <= start or any(d > calendar.monthrange(year or 2000, m)[1] for m, d in (start, end)):
        return None
    span = _span(tokens, first, last)
    if year is None:
        return Found(first, last, DateValue(span, None, None), _boundary(tokens, first))
    low, high = (f"{year:04}-{m:02}-{d:02}" for m, d in (start, end))
    return Found(first, last, DateValue(span, None, None, low, high), _boundary(tokens, first))


def _year_alone(tokens: Sequence[Token], i: int) -> Found | None:
    """Years: "in 2018", "2020-2022", "between 2018 and 2020", "the 2019 election"."""
    low = _low(tokens, i)
    left, _, right = low.partition("-")
    if right and _YEAR.match(left) and _YEAR.match(right) and left < right:
        return _years(tokens, i, i, left, right)
    year = _year(tokens, i)
    if year is None:
        return None
    before = _low(tokens, i - 1)
    if _low(tokens, i + 1) in _HYPHEN and (end := _year(tokens, i + 2)) is not None and end > year:
        return _years(tokens, i, i + 2, low, str(end))
    if before == "between" and _low(tokens, i + 1) == "and" and (end := _year(tokens, i + 2)):
        return _years(tokens, i, i + 2, low, str(end))
    after = _low(tokens, i + 1)
    is_count = after[:1].isalpha() and after.endswith("s") and tokens[i + 1].is_word
    attribute = before in ("the", "its", "their", "'s") and after[:1].isalpha()
    if (before in _YEAR_LEADS and not (is_count and len(after) > 3)) or attribute:
        return Found(i, i, _year_value(_span(tokens, i, i), year), False)
    if before in _BOUNDARY:
        return Found(i, i, _year_value(_span(tokens, i, i), year), True)
    return None


def _years(tokens: Sequence[Token], first: int, last: int, low: str, high: str) -> Found:
    value = DateValue(_span(tokens, first, last), None, None, f"{low}-01-01", f"{high}-12-31")
    return Found(first, last, value, _boundary(tokens, first) and _low(tokens, first - 1) != "from")


def _relative(tokens: Sequence[Token], i: int, published: date | None) -> Found | None:
    """Counted from publication: "yesterday", "last month", "on Tuesday"."""
    low, after = _low(tokens, i), _low(tokens, i + 1)
    if low in WEEKDAYS and tokens[i].cap:
        last = i
        return Found(i, last, None, _boundary(tokens, i), weekday=WEEKDAYS[low])
    if published is None:
        return None
    span = _span(tokens, i, i)
    days = {"today": 0, "yesterday": 1, "tomorrow": -1}
    if low in days:
        iso = (published - timedelta(days=days[low])).isoformat()
        value = DateValue(span, iso, "date", iso, iso, "relative")
        return Found(i, i, value, _boundary(tokens, i))
    if low in ("last", "this") and after in ("month", "year"):
        span = _span(tokens, i, i + 1)
        back = low == "last"
        if after == "year":
            value = _year_value(span, published.year - back)
        else:
            index = published.year * 12 + published.month - 1 - back
            value = _month_value(span, index // 12, index % 12 + 1)
        value = DateValue(
            span, value.lexical, value.datatype, value.earliest, value.latest, "relative"
        )
        return Found(i, i + 1, value, _boundary(tokens, i))
    return None


def complete(found: Found, published: date | None, planned: bool, tokens: Sequence[Token]) -> (
    DateValue | None
):  # fmt: skip
    """The value of a date, completed from the day of publication where the text leaves a gap.

    A day without a year is the nearest one before publication (after it, for what is
    planned), within half a year; a weekday is the last one, or the next for what is planned.
    """
    if published is None or (found.month_day is None and found.weekday is None):
        return found.value
    span = _span(tokens, found.first, found.last)
    if found.weekday is not None:
        back = (published.weekday() - found.weekday) % 7
        day = published + timedelta(days=(7 - back)) if planned else published - timedelta(back)
        return DateValue(
            span, day.isoformat(), "date", day.isoformat(), day.isoformat(), "relative"
        )
    assert found.month_day is not None  # one of the two is set
    month, number = found.month_day
    for year in (published.year - 1, published.year, published.year + 1):
        if number > calendar.monthrange(year, month)[1]:
            continue
        distance = (date(year, month, number) - published).days
        if 0 <= (distance if planned else -distance) <= INFER_WITHIN_DAYS:
            iso = date(year, month, number).isoformat()
            return DateValue(span, iso, "date", iso, iso, "inferred")
    return found.value
