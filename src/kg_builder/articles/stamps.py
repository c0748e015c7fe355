"""A short line in, what it says of date and author out: any order, languages, and sections.

`parse_stamp` reads English bylines and dates; here are the lines around them: a section or a
name beside a date ("Politics | 3 May 2021 | 2 comments"), a clock alone, other languages.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final

from kg_builder.articles.bylines import MAX_LINE, Name, Stamp, is_name, parse_names, parse_stamp
from kg_builder.articles.sentences import trim
from kg_builder.articles.words import words
from kg_builder.model import Span

_CLOCK: Final = re.compile(
    r"(?:(?:last\s+)?(?:updated|published|posted|modified)(?:\s+at)?\s*:?\s+)?"
    r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s?(?:[A-Z]{1,4}T|UTC|Uhr|Z))?",
    re.IGNORECASE,
)
_BAR: Final = re.compile(r"\s*[|•·»]\s*|\s+[/–—-]\s+")
_OTHER_AND: Final = re.compile(r"\s+(?:et|und|y|e|och|og|en|i|и|and)\s+|\s*,\s*")
_TAIL: Final = re.compile(
    r"\s*,?\s+(?:le|am|el|em|il|op|den)\s+(?=\d)|\s*[,(]\s*(?=\d)", re.IGNORECASE
)
_TIMES: Final = re.compile(
    r"(?<=\d{4})(?:\s+(?:à|um|a las|às|alle|om|kl\.?|о?в)|,)?\s+(?=\d{1,2}[:.h]\d{2})"
)
_FREE: Final = re.compile(
    r"[^\W\d_a-z][\w’'&.-]*(?:,?\s+(?:[^\W\d_a-z][\w’'&.-]*|and|of|the|de|&|y|et))*"
)
_UNKNOWN: Final = re.compile(r"(?:By|BY|by|Par|Por|Von):?(?:\s[^\W\d_a-z][\w’'.-]*){1,4}")
_BESIDE: Final = re.compile(r"[\d|•·»]")
_MOST_WORDS: Final = 4
_MAX_PIECES: Final = 6
_MAX_FREE: Final = 4


def read_stamp(line: str, start: int) -> tuple[Stamp | None, tuple[Span, ...]]:
    """What a line says that is only date, author and the like, and what else stands in it.

    The spans are of names of sections or of people beside a date: which of both they are, the
    line does not tell. None for a line that is anything else.
    """
    if stamp := _one(line, start):
        return stamp, ()
    if len(line) > MAX_LINE or not _BESIDE.search(line):
        return None, ()
    cuts = list(_BAR.finditer(line))
    if not cuts or len(cuts) >= _MAX_PIECES:
        return None, ()
    found, free, at = Stamp(), [], 0
    said = False
    for end, following in [*((m.start(), m.end()) for m in cuts), (len(line), len(line))]:
        span = trim(line, at, end)
        piece, at = line[span.start : span.end], following
        if not piece:
            continue
        one = _one(piece, start + span.start)
        if one is not None:
            said = True
            found = _join(found, one)
        elif len(piece.split()) <= _MAX_FREE and _FREE.fullmatch(piece):
            free.append(Span(start + span.start, start + span.end))
        else:
            return None, ()
    return (found, tuple(free)) if said and len(free) <= 2 else (None, ())


def _join(one: Stamp, other: Stamp) -> Stamp:
    return Stamp(
        one.names + other.names, one.dates + other.dates, relative=one.relative or other.relative
    )


def _one(line: str, start: int) -> Stamp | None:
    """A stamp in one piece: English, a clock, or of another language."""
    if stamp := parse_stamp(line, start):
        return stamp
    if len(line) > MAX_LINE:
        return None
    if _CLOCK.fullmatch(line):
        return Stamp(relative=line)
    return _other(line, start)


def _other(line: str, start: int) -> Stamp | None:
    """A byline or date with the words of another language before it."""
    if found := _said_before(line, start):
        return found
    if _UNKNOWN.fullmatch(line):
        return Stamp()  # a byline that names nobody we can be sure of
    return None


def _said_before(line: str, start: int) -> Stamp | None:
    """What stands after the words that another language has for "by" or "published"."""
    tokens = line.split(None, _MOST_WORDS)
    if not tokens or tokens[0].rstrip(":").casefold() not in _first_words():
        return None
    for number in range(min(_MOST_WORDS, len(tokens) - 1), 0, -1):
        said = " ".join(tokens[:number]).rstrip(": ").casefold()
        skip = line.index(tokens[number], sum(map(len, tokens[:number])) + number - 1)
        rest, at = line[skip:].lstrip(": "), start + len(line) - len(line[skip:].lstrip(": "))
        if said in words("other_by"):
            return _by(rest, at)
        updated = said in words("other_updated")
        if updated or said in words("other_published"):
            found = _date(rest, at)
            if found and updated:
                return replace(found, dates=tuple(replace(d, updated=True) for d in found.dates))
            return found
    return None


@cache
def _first_words() -> frozenset[str]:
    """The words that a byline or date of another language begins with."""
    lists = ("other_by", "other_published", "other_updated")
    return frozenset(entry.split()[0] for name in lists for entry in words(name))


def _date(text: str, start: int) -> Stamp | None:
    """A stamp of a date with, or without, a clock time after it."""
    if stamp := parse_stamp(text, start):
        return stamp
    cut = _TIMES.search(text)
    if cut and _CLOCK.fullmatch(text[cut.end() :]):
        return parse_stamp(text[: cut.start()], start)
    return None


def _by(text: str, start: int) -> Stamp | None:
    """The names after "par" or "von", with a date after them perhaps."""
    end, tail = len(text), None
    if (cut := _TAIL.search(text)) and (tail := _date(text[cut.end() :], start + cut.end())):
        end = cut.start()
    names: list[Name] = []
    at = 0
    for cut_start, cut_end in [
        *((m.start(), m.end()) for m in _OTHER_AND.finditer(text, 0, end)), (end, end),
    ]:  # fmt: skip
        more = parse_names(text[at:cut_start], start + at)
        if not more and not names:
            return None
        if not more or not is_name(more[0].text):
            break  # what follows a name is a role or a place
        names.extend(more)
        at = cut_end
    if not names:
        return None
    return Stamp(tuple(names), tail.dates if tail else ())
