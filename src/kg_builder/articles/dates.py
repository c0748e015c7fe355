"""A date as a metadata value writes it in, an ISO date or date-time out, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from kg_builder.articles.words import rows

_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_OTHER: Final = {
    name: number for number, row in enumerate(rows("months"), 1) for name in row.split()
}
"""Months in other languages, and which of the year each is."""
_OTHER_MONTHS: Final = "|".join(sorted(_OTHER, key=lambda name: (-len(name), name)))
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
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<month2>{_MONTHS})\.?,?\s+(?P<year2>\d{{4}})"
    rf"|(?P<day4>\d{{1,2}})(?:\.|er|º|ª)?\s+(?:de\s+)?(?P<month4>{_OTHER_MONTHS})\.?,?"
    r"\s+(?:de\s+|del\s+)?(?P<year4>\d{4})"
    r"|(?P<first>\d{1,2})[/.](?P<second>\d{1,2})[/.](?P<year3>\d{4})"
    rf"){_CLOCK}(?![\w/])",
    re.IGNORECASE,
)
"""An explicit date with a year, and a clock time after it."""

RELATIVE: Final = re.compile(
    r"(?:(?:\d{1,3}|an?|one|two|three|few)\s?(?:s|m|h|d|w|sec|second|min|minute|hr|hour|day|week|"
    r"month|mo|year|yr)s?\.?\s+ago|yesterday|just now|"
    r"hace\s+(?:\d{1,3}|una?)\s+(?:minutos?|horas?|días?|semanas?|mes(?:es)?|años?)|"
    r"il y a\s+(?:\d{1,3}|une?)\s+(?:minutes?|heures?|jours?|semaines?|mois|ans?)|"
    r"vor\s+(?:\d{1,3}|einer|einem)\s+(?:minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?)|"
    r"há\s+(?:\d{1,3}|uma?)\s+(?:minutos?|horas?|dias?|semanas?)|"
    r"\d{1,3}\s+(?:minuti|ore|giorni|settimane)\s+fa|"
    r"\d{1,3}\s+(?:минут[уы]?|час(?:а|ов)?|дн(?:я|ей))\s+назад|"
    r"\d{1,3}\s+(?:minuten|uur|uren|dagen)\s+geleden)\b",
    re.IGNORECASE,
)
"""A time that only counts back from when the page was read."""

_COMPACT: Final = re.compile(
    r"((?:19|20)\d{2})([/.]?)(\d{1,2}(?=[/.])|\d{2})\2(\d{2}|(?<=[/.])\d)"
    r"(?:[T ]?(\d{2}):?(\d{2}):?(\d{2})?(?:\.\d+)?\s?(Z|[+-]\d{2}:?\d{2})?)?"
)
_EPOCH: Final = re.compile(r"1\d{9}(?:\d{3})?")
_ZONED: Final = re.compile(
    r"\s(\d{2}:\d{2}:\d{2})\s(?:(?:GMT|UTC|Z)?([+-]\d{2}:?\d{2})|GMT\b|UTC\b|Z\b)"
)
_MAX_TEXT: Final = 80
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
    """What a metadata value says that is a date; None when it is no date of the calendar.

    Read are ISO 8601 in its usual and compact forms, RFC 822 and JavaScript's writing, seconds
    and milliseconds since 1970, and a day in words or figures, alone or as the one date in a
    short text ("01:38 PM IST Nov 20, 2019").
    """
    text = text.strip().removesuffix("(UTC)").rstrip()
    text = text[:-1] if text.endswith("ZZ") else text
    if match := DATE.fullmatch(text):
        found = read_match(match)
        return _with_moment(text, found) if found else None
    if found := _compact(text) or _since_1970(text):
        return found
    dates = list(DATE.finditer(text)) if len(text) <= _MAX_TEXT else []
    if len(dates) != 1 or not (found := read_match(dates[0])):
        return None
    return _with_moment(text, found)


def _compact(text: str) -> ParsedDate | None:
    """A date, or date and time, without dashes or with slashes ("20191119", "2019/11/19")."""
    match = _COMPACT.fullmatch(text)
    if match is None or not (day := _valid(f"{match[1]}-{int(match[3]):02}-{int(match[4]):02}")):
        return None
    if match[5] is None:
        return ParsedDate(day)
    return ParsedDate(
        day, moment(f"{day}T{match[5]}:{match[6]}:{match[7] or '00'}{match[8] or ''}")
    )


def _since_1970(text: str) -> ParsedDate | None:
    """Seconds or milliseconds since 1970, of this century."""
    if not _EPOCH.fullmatch(text):
        return None
    stamp = datetime.fromtimestamp(int(text[:10]), UTC).isoformat().replace("+00:00", "Z")
    return ParsedDate(stamp[:10], stamp)


def _with_moment(text: str, found: ParsedDate) -> ParsedDate:
    """`found` with the clock time after it, where that has seconds and a zone."""
    clock = _ZONED.search(text)
    if found.moment or not found.day or clock is None:
        return found
    zone = clock[2] or "Z"
    return ParsedDate(found.day, moment(f"{found.day}T{clock[1]}{zone}"))


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
    if part["month4"]:
        number = _OTHER[part["month4"].lower()]
        day = _valid(f"{part['year4']}-{number:02}-{int(part['day4']):02}")
        return ParsedDate(day) if day else None
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
