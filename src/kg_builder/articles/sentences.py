"""A stretch of text in, the spans of its sentences out: rules only, offsets exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kg_builder.articles.words import words
from kg_builder.model import Span

_CLOSERS: Final = "\"'”’»›)]"
_OPENERS: Final = "\"'“‘«‹([¿¡"
# Possessive, so that a long run of full stops is walked once.
_END: Final = re.compile(
    rf"(?<![.!?…])[.!?…]++[{re.escape(_CLOSERS)}]*+(?=\s|\Z)|(?<=\s)\.(?=[A-Z])"
)
_STOP: Final = re.compile("[.!?…]")
_CAPITAL: Final = re.compile(r"[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]")
_TOKEN: Final = re.compile(r"[^\s]*\Z")
_NEXT: Final = re.compile(rf"[\s\u200b\ufeff]*+[{re.escape(_OPENERS)}]*+([^\s]{{1,40}})")
_INITIAL: Final = re.compile(r"[^\W\d_]\Z")
_DOTTED: Final = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]\Z")
_LIST_NUMBER: Final = re.compile(r"\d{1,3}\Z|[ivxIVX]{1,4}\Z")
_NUMBERED: Final = frozenset("no nos vol pp p art fig ch sec sect para op".split())
_PADDING: Final = "\u200b\ufeff"


def trim(text: str, start: int, end: int) -> Span:
    """The span without white space (nbsp too) and zero-width marks at its ends."""
    if start < end and text[start].isalnum() and text[end - 1].isalnum():
        return Span(start, end)
    while start < end and (text[start].isspace() or text[start] in _PADDING):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _PADDING):
        end -= 1
    return Span(start, end)


def sentences(text: str, span: Span) -> Iterator[Span]:
    """The sentences of `text[span.start:span.end]`, in order, trimmed, none empty."""
    if _STOP.search(text, span.start, span.end) is None:
        rest = trim(text, span.start, span.end)
        if rest.start < rest.end:
            yield rest
        return
    start = span.start
    caseless = _CAPITAL.search(text, span.start, span.end) is None  # small letters tell nothing
    for match in _END.finditer(text, span.start, span.end):
        if match.end() >= span.end or _splits(text, start, match, span.end, caseless):
            found = trim(text, start, match.end())
            if found.start < found.end:
                yield found
            start = match.end()
    rest = trim(text, start, span.end)
    if rest.start < rest.end:
        yield rest


def _splits(text: str, start: int, match: re.Match[str], end: int, caseless: bool) -> bool:
    """Whether a sentence ends with this punctuation, which is not at the span's end."""
    following = _NEXT.match(text, match.end(), end)
    if not following:
        return True
    word = following.group(1)
    if word[0].islower() and not caseless:
        return False
    mark = match.group()
    if mark.rstrip(_CLOSERS) != ".":
        return True
    token = _TOKEN.search(text[max(start, match.start() - 40) : match.start()])
    before = token.group().lstrip(_OPENERS) if token else ""
    return not _abbreviates(before, word, text[start : match.start()][:60])


def _abbreviates(before: str, word: str, sentence: str) -> bool:
    """Whether the full stop after `before` belongs to it, with `word` coming next."""
    low = before.casefold()
    starts = re.sub(r"[\W_]+\Z", "", word).casefold() in words("sentence_starters")
    if low in _NUMBERED:
        return word[0].isdigit()
    if low in words("abbreviations"):
        return True
    if _LIST_NUMBER.match(low) and sentence.strip() == before:
        return True
    if _INITIAL.match(before) and before.isupper():
        return not (starts and len(word) > 1)
    if low in words("ending_abbreviations") and (before[0].isupper() or "." in before):
        return not starts
    return bool(_DOTTED.match(before)) and not starts
