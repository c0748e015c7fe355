"""Literals in, what XML Schema and SPARQL say of them out: whether well-formed, and their order.

Sources: https://www.w3.org/TR/xmlschema11-2/ (lexical spaces),
https://www.w3.org/TR/sparql11-query/#OperatorMapping (what `<` compares).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import pyoxigraph as ox

from kg_builder import vocab

Key = tuple[str, object]
"""What kind of value a literal has, and the value: those of one kind can be compared."""

_ZONE = r"(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_CLOCK = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DURATION = r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_FLOAT = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN"
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_PATTERNS = {
    "boolean": r"true|false|0|1",
    "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    "float": _FLOAT,
    "double": _FLOAT,
    "time": _CLOCK + _ZONE,
    "gYear": _YEAR + _ZONE,
    "gYearMonth": _YEAR + r"-(?:0[1-9]|1[0-2])" + _ZONE,
    "gMonth": r"--(?:0[1-9]|1[0-2])" + _ZONE,
    "gDay": r"---(?:0[1-9]|[12]\d|3[01])" + _ZONE,
    "duration": _DURATION,
    "dayTimeDuration": r"-?P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "yearMonthDuration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "base64Binary": r"(?:(?:[A-Za-z0-9+/] ?){4})*"
    r"(?:(?:[A-Za-z0-9+/] ?){2}= ?=|(?:[A-Za-z0-9+/] ?){3}=)?",
}
_DATE = re.compile(rf"({_YEAR})-(\d\d)-(\d\d){_ZONE}", re.ASCII)
_DATE_TIME = re.compile(rf"({_YEAR})-(\d\d)-(\d\d)T({_CLOCK}){_ZONE}", re.ASCII)
_MONTH_DAY = re.compile(rf"--(\d\d)-(\d\d){_ZONE}", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


def _day_exists(year: int, month: int, day: int) -> bool:
    # The proleptic Gregorian calendar repeats every 400 years; Python's begins with year 1.
    return 1 <= month <= 12 and 1 <= day <= monthrange(year % 400 + 400, month)[1]


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    return found is not None and _day_exists(int(found[1]), int(found[2]), int(found[3]))


def _is_date_time(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text)
    return found is not None and _day_exists(int(found[1]), int(found[2]), int(found[3]))


def _is_stamp(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text)
    return found is not None and found[5] is not None and _is_date_time(text)


def _is_month_day(text: str) -> bool:
    found = _MONTH_DAY.fullmatch(text)
    return found is not None and _day_exists(2000, int(found[1]), int(found[2]))


def _whole(low: int | None, high: int | None) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        if _INTEGER.fullmatch(text) is None or len(text) > 4000:
            return False
        value = int(text)
        return (low is None or value >= low) and (high is None or value <= high)

    return fits


def _matches(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern, re.ASCII).fullmatch
    return lambda text: found(text) is not None


_LEXICAL: dict[str, Callable[[str], bool]] = {
    **{vocab.XSD + name: _whole(*limits) for name, limits in _INTEGERS.items()},
    **{vocab.XSD + name: _matches(pattern) for name, pattern in _PATTERNS.items()},
    vocab.XSD + "date": _is_date,
    vocab.XSD + "dateTime": _is_date_time,
    vocab.XSD + "dateTimeStamp": _is_stamp,
    vocab.XSD + "gMonthDay": _is_month_day,
}


def lexical_test(datatype: str) -> Callable[[str], bool] | None:
    """What tells whether a text is of a datatype's lexical space; None where all texts are."""
    return _LEXICAL.get(datatype)


_NUMBERS = {vocab.XSD + name for name in _INTEGERS}


@lru_cache(maxsize=8192)
def comparison_key(term: object) -> Key | None:
    """The value of a literal for SPARQL's `<`; None for what cannot be compared at all."""
    if not isinstance(term, ox.Literal) or term.language:
        return None
    datatype, text = term.datatype.value, term.value
    if datatype == vocab.XSD + "string":
        return "string", text
    test = _LEXICAL.get(datatype)
    if test is None or not test(text):
        return None
    if datatype in _NUMBERS:
        return "number", int(text)
    reader = _READERS.get(datatype.removeprefix(vocab.XSD))
    return reader(text) if reader is not None else None


def less(left: Key, right: Key, *, or_equal: bool) -> bool:
    """Whether `left < right` (or `<=`) is true in SPARQL; an error is not true."""
    if left[0] != right[0]:
        return False
    a, b = left[1], right[1]
    if type(a) is int and type(b) is int:
        return a <= b if or_equal else a < b
    if isinstance(a, tuple) and isinstance(b, tuple):
        return _less_moment(a, b, or_equal=or_equal)
    if isinstance(a, float) or isinstance(b, float):
        a, b = _double(a), _double(b)
    return bool(a <= b if or_equal else a < b)  # type: ignore[operator]


_HALF_DAY = 14 * 3600
"""A moment without a time zone may be this many seconds off, either way."""


def _less_moment(a: tuple[Fraction, bool], b: tuple[Fraction, bool], *, or_equal: bool) -> bool:
    if a[1] == b[1]:
        return a[0] <= b[0] if or_equal else a[0] < b[0]
    return a[0] + _HALF_DAY < b[0]


def _double(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")  # type: ignore[operator]


def _zone(text: str | None) -> int:
    """The seconds east of UTC."""
    if text is None or text == "Z":
        return 0
    sign = -1 if text[0] == "-" else 1
    return sign * (int(text[1:3]) * 3600 + int(text[4:6]) * 60)


def _days(year: int, month: int, day: int) -> int:
    """Days from a fixed day to a date of the proleptic Gregorian calendar."""
    year -= month <= 2
    month_from_march = (month + 9) % 12
    before = year * 365 + year // 4 - year // 100 + year // 400
    return before + (153 * month_from_march + 2) // 5 + day


def _clock(text: str) -> Fraction:
    hours, minutes, seconds = text.split(":")
    return Fraction(int(hours) * 3600 + int(minutes) * 60) + Fraction(seconds)


def _moment(kind: str, day: int, clock: Fraction, zone: str | None) -> Key:
    return kind, (Fraction(day * 86400) + clock - _zone(zone), zone is not None)


def _date(text: str) -> Key | None:
    found = _DATE.fullmatch(text)
    assert found is not None
    day = _days(int(found[1]), int(found[2]), int(found[3]))
    return _moment("date", day, Fraction(0), found[4])


def _date_time(text: str) -> Key | None:
    found = _DATE_TIME.fullmatch(text)
    assert found is not None
    day = _days(int(found[1]), int(found[2]), int(found[3]))
    return _moment("dateTime", day, _clock(found[4]), found[5])


def _split_zone(text: str) -> tuple[str, str | None]:
    found = re.search(r"(Z|[+-]\d\d:\d\d)$", text)
    return (text[: found.start()], found[1]) if found else (text, None)


def _time(text: str) -> Key | None:
    clock, zone = _split_zone(text)
    return _moment("time", 0, _clock(clock), zone)


def _year(text: str) -> Key | None:
    year, zone = _split_zone(text)
    return _moment("gYear", _days(int(year), 1, 1), Fraction(0), zone)


def _year_month(text: str) -> Key | None:
    found = re.fullmatch(rf"({_YEAR})-(\d\d){_ZONE}", text)
    assert found is not None
    return _moment("gYearMonth", _days(int(found[1]), int(found[2]), 1), Fraction(0), found[3])


_READERS: dict[str, Callable[[str], Key | None]] = {
    "decimal": lambda text: ("number", Decimal(text)),
    "float": lambda text: ("number", float(text)),
    "double": lambda text: ("number", float(text)),
    "boolean": lambda text: ("boolean", text in ("true", "1")),
    "date": _date,
    "dateTime": _date_time,
    "dateTimeStamp": _date_time,
    "time": _time,
    "gYear": _year,
    "gYearMonth": _year_month,
}
