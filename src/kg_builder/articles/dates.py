"""A date as a metadata value writes it in, an ISO date or date-time out, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAYS: Final = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+)?"
_CLOCK: Final = (
    r"(?:[,\s|•·–-]{1,3}(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?"
    r"(?:\s?(?:gmt|utc|[a-z]{1,2}[sd]t|z))?)?"
)
DATE: Final = re.compile(
    rf"{_DAYS}(?:"
    rf"(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?P<time>[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?(?:\.\d{{1,9}})?"
    r"\s?(?:Z|[+-]\d{2}:?\d{2})?)?"
    rf"|(?P<month>{_MONTHS})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{_MONTHS})\.?,?\s+(?P<year2>\d{{4}})"
    r"|(?P<first>\d{1,2})[/.](?P<second>\d{1,2})[/.](?P<year3>\d{4})"
    rf"){_CLOCK}(?![\w/])",
    re.IGNORECASE,
)
"""An explicit date with a year, and a clock time after it."""

RELATIVE: Final = re.compile(
    r"(?:(?:\d{1,3}|an?|one|two|three|few)\s?(?:s|m|h|d|w|sec|second|min|minute|hr|hour|day|week|"
    r"month|mo|year|yr)s?\.?\s+ago|yesterday|just now)",
    re.IGNORECASE,
)
"""A time that only counts back from when the page was read."""

_STAMP: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?\s?(Z|[+-]\d{2}:?\d{2})?\Z"
)


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """`day` is an ISO date, `moment` an ISO date-time with seconds, or None where not stated.

    `ambiguous` tells that day and month cannot be told apart; then both are None.
    """

    day: str | None
    moment: str | None = None
    ambiguous: bool = False


def parse_date(text: str) -> ParsedDate | None:
    """What a value that is wholly a date says; None when it is no date, or none of the calendar."""
    match = DATE.fullmatch(text.strip())
    return read_match(match) if match else None


def read_match(match: re.Match[str]) -> ParsedDate | None:
    """What a match of `DATE` says; None when the calendar has no such day."""
    part = match.groupdict()
    if part["iso"]:
        day = _valid(part["iso"])
        return (
            ParsedDate(day, moment(part["iso"] + part["time"]) if part["time"] else None)
            if day
            else None
        )
    if part["first"]:
        return _numeric(int(part["first"]), int(part["second"]), part["year3"])
    name = (part["month"] or part["month2"])[:3].lower()
    number = "jan feb mar apr may jun jul aug sep oct nov dec".split().index(name) + 1
    year, day_number = part["year"] or part["year2"], int(part["day"] or part["day2"])
    day = _valid(f"{year}-{number:02}-{day_number:02}")
    return ParsedDate(day) if day else None


def moment(text: str) -> str | None:
    """An `xsd:dateTime` from an ISO date-time, with seconds added; None when it is none."""
    match = _STAMP.match(text.strip())
    if not match:
        return None
    day, clock, seconds, zone = match.groups()
    zone = zone or ""
    if len(zone) == 5:
        zone = zone[:3] + ":" + zone[3:]
    value = f"{day}T{clock}{seconds or ':00'}{zone}"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def _numeric(first: int, second: int, year: str) -> ParsedDate | None:
    """Day and month in either order: certain only when one is above 12, or both are equal."""
    readings = {
        day
        for month, number in ((first, second), (second, first))
        if (day := _valid(f"{year}-{month:02}-{number:02}"))
    }
    if len(readings) == 1:
        return ParsedDate(readings.pop())
    return ParsedDate(None, ambiguous=True) if readings else None


def _valid(iso: str) -> str | None:
    try:
        return date.fromisoformat(iso).isoformat()
    except ValueError:
        return None
