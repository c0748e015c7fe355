"""Classified lines in, teasers out, and the lines that are left with a mark where they were.

A teaser is a section with a relative time, a title, and a snippet that is cut off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kg_builder.articles.dates import RELATIVE
from kg_builder.articles.lines import Kind, Line, count_words, cut_off, doubled
from kg_builder.articles.sentences import trim
from kg_builder.model import Span

_TIME_AT_END: Final = re.compile(rf"\s*[|•·,–-]?\s*(?P<time>{RELATIVE.pattern})\Z", re.IGNORECASE)
_HINT: Final = re.compile(
    r"ago|yesterday|now|hace|il y a|vor |há |fa\b|назад|geleden", re.IGNORECASE
)
_MAX_TIME: Final = 50
_MAX_SECTION: Final = 60
_MAX_TITLE_WORDS: Final = 30
_REACH: Final = 4
"""A teaser's snippet is at most three lines below its first."""


@dataclass(frozen=True, slots=True)
class Teaser:
    """The parts of a teaser; `time` is the words of its relative time."""

    title: Span
    snippet: Span
    section: Span | None = None
    time: Span | None = None


def take_teasers(lines: list[Line]) -> tuple[list[Teaser], list[Line]]:
    """Teasers in order, and all other lines with one TEASERS line where each stood."""
    found: list[Teaser] = []
    rest: list[Line] = []
    cut = [_is_snippet(line) for line in lines]
    at = 0
    while at < len(lines):
        if not any(cut[at + 1 : at + _REACH]):
            rest.append(lines[at])
            at += 1
            continue
        taken = _with_time(lines, at) or _title_first(lines, at) or _pair(lines, at)
        if taken is None:
            rest.append(lines[at])
            at += 1
            continue
        teaser, length = taken
        found.append(teaser)
        while rest and rest[-1].kind is Kind.SHORT and _is_alt_text(rest[-1]):
            rest.pop()  # alt text of the teaser's picture
        mark = Line(Kind.TEASERS, Span(teaser.snippet.end, teaser.snippet.end), "")
        if not rest or rest[-1].kind is not Kind.TEASERS:
            rest.append(mark)
        at += length
    return found, rest


def _is_alt_text(line: Line) -> bool:
    return doubled(line.text) or (line.text.islower() and count_words(line.text) <= 12)


def _timed(line: Line) -> tuple[Span | None, Span] | None:
    """Section (if any) and time of a line that ends in a relative time, else None."""
    if len(line.text) > _MAX_SECTION + 30 or line.kind is Kind.PARAGRAPH:
        return None
    if not _HINT.search(line.text):
        return None
    match = _TIME_AT_END.search(line.text, max(0, len(line.text) - _MAX_TIME))
    if match is None or match.start() > _MAX_SECTION:
        return None
    start = line.span.start
    section = trim(line.text, 0, match.start())
    time = Span(start + match.start("time"), start + match.end("time"))
    if section.start == section.end:
        return None, time
    if line.text[: section.end].casefold() in ("published", "updated", "posted"):
        return None
    return Span(start + section.start, start + section.end), time


def _is_title(line: Line) -> bool:
    if line.kind is Kind.STAMP:
        return False
    return line.kind is Kind.SHORT and count_words(line.text) <= _MAX_TITLE_WORDS


def _is_snippet(line: Line) -> bool:
    return line.kind is Kind.PARAGRAPH and cut_off(line.text)


def _with_time(lines: list[Line], at: int) -> tuple[Teaser, int] | None:
    """Section and time, title, snippet; a picture's alt text may stand before the title."""
    timed = _timed(lines[at])
    if timed is None:
        return None
    section, time = timed
    for skip in (1, 2):
        if at + skip + 1 >= len(lines):
            return None
        title, snippet = lines[at + skip], lines[at + skip + 1]
        if _is_title(title) and _is_snippet(snippet):
            return Teaser(title.span, snippet.span, section, time), skip + 2
        if not _is_alt_text(title):
            return None
    return None


def _title_first(lines: list[Line], at: int) -> tuple[Teaser, int] | None:
    """Title, time (with or without section), snippet; or title, snippet, time."""
    if at + 2 >= len(lines) or not _is_title(lines[at]) or _timed(lines[at]):
        return None
    for time_at, snippet_at in ((1, 2), (2, 1)):
        timed = _timed(lines[at + time_at])
        if timed is None or not _is_snippet(lines[at + snippet_at]):
            continue
        if time_at == 2 and at + 4 < len(lines) and _with_time(lines, at + 2):
            continue  # the time belongs to the next teaser
        section, time = timed
        return Teaser(lines[at].span, lines[at + snippet_at].span, section, time), 3
    return None


def _pair(lines: list[Line], at: int) -> tuple[Teaser, int] | None:
    """Title and snippet without a time, when two such pairs follow one another."""

    def is_pair(i: int) -> bool:
        return i >= 0 and i + 1 < len(lines) and _is_title(lines[i]) and _is_snippet(lines[i + 1])

    if is_pair(at) and (is_pair(at + 2) or is_pair(at - 2)):
        return Teaser(lines[at].span, lines[at + 1].span), 2
    return None
