"""Candidates of a document in, definitions of acronyms out, in both orders.

After Schwartz and Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in
Biomedical Text" (2003), with initials instead of any letters inside words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.mentions.candidates import Sent
from kg_builder.mentions.tokens import Token

_SMALL = frozenset(
    {"of", "the", "and", "for", "on", "in", "to", "&", "al", "a", "an", "de", "wal", "i"}
)
_SHORT = re.compile(r"[A-Z0-9][A-Za-z0-9&]*(?:-[A-Z0-9]+)*")
_LONGEST = 10


@dataclass(frozen=True, slots=True)
class Definition:
    """A long form with its acronym; token numbers within one sentence.

    `named` is False where the long form is in lower case, so that neither is a name.
    """

    sentence: int
    long: tuple[int, int]
    short: tuple[int, int]
    acronym: str
    named: bool


def definitions(sent: Sent) -> list[Definition]:
    """Definitions in one sentence: "Long Form (LF)", "(Long Form) LF" and "LF (Long Form)"."""
    found = []
    tokens = sent.tokens
    for i, token in enumerate(tokens):
        if token.text != "(":
            continue
        close = next(
            (k for k in range(i + 1, min(i + 14, len(tokens))) if tokens[k].text == ")"), 0
        )
        if not close:
            continue
        one = _after(sent, i, close) or _before(sent, i, close) or _inside(sent, i, close)
        if one is not None:
            found.append(one)
    return found


def bracketed(sent: Sent) -> list[int]:
    """Numbers of the tokens that are two to six capitals, alone in brackets."""
    tokens = sent.tokens
    return [
        i + 1
        for i in range(len(tokens) - 2)
        if tokens[i].text == "("
        and tokens[i + 2].text == ")"
        and re.fullmatch(r"[A-Z]{2,6}", tokens[i + 1].text)
    ]


def _after(sent: Sent, i: int, close: int) -> Definition | None:
    """As in "Islamic State Khorasan (ISK)"."""
    tokens = sent.tokens
    short = _short(tokens, i + 1, close)
    if short is None:
        return None
    start = _long_start(tokens, i, short)
    if start is None:
        return None
    return _definition(sent, (start, i), (i + 1, close), short)


def _before(sent: Sent, i: int, close: int) -> Definition | None:
    """As in "(Islamic State of Iraq and Al-Sham) ISIS"."""
    tokens = sent.tokens
    if close + 1 >= len(tokens) or close - i < 3:
        return None
    short = _short(tokens, close + 1, close + 2)
    if short is None or _long_start(tokens, close, short) != i + 1:
        return None
    return _definition(sent, (i + 1, close), (close + 1, close + 2), short)


def _inside(sent: Sent, i: int, close: int) -> Definition | None:
    """As in "ISK (Islamic State Khorasan)"."""
    tokens = sent.tokens
    if i == 0 or close - i < 3:
        return None
    short = _short(tokens, i - 1, i)
    first = i + 2 if tokens[i + 1].text.lower() == "the" else i + 1
    if short is None or _long_start(tokens, close, short) != first:
        return None
    return _definition(sent, (first, close), (i - 1, i), short)


def _definition(
    sent: Sent, long: tuple[int, int], short: tuple[int, int], acronym: str
) -> Definition:
    words = sent.tokens[long[0] : long[1]]
    named = words[0].cap and sum(not w.cap and w.text not in _SMALL for w in words) == 0
    return Definition(sent.index, long, short, acronym, named)


def _short(tokens: Sequence[Token], a: int, b: int) -> str | None:
    """The acronym in tokens a to b, or None; a plural's "s" is off."""
    if b - a != 1:
        return None
    word = tokens[a].text
    if len(word) > 3 and word.endswith("s") and word[:-1].isupper():
        word = word[:-1]
    capitals = sum(c.isupper() for c in word)
    if not 2 <= len(word) <= _LONGEST or capitals < 2 or not _SHORT.fullmatch(word):
        return None
    return word if capitals * 2 >= len(word) else None


def _long_start(tokens: Sequence[Token], end: int, short: str) -> int | None:
    """Where the long form that ends before token `end` starts, by its words' initials."""
    letters = [c for c in short.lower() if c.isalnum()]
    lowest = max(0, end - len(letters) * 2 - 4)
    best: int | None = None
    for start in range(end - 1, lowest - 1, -1):
        token = tokens[start]
        if token.text in '()[];:,."“”' and token.text != "'s":
            break
        begins = token.text[0].lower() == letters[0] and token.text not in ("the", "a")
        if begins and _spells(tokens[start:end], letters):
            best = start
            break
    return best if best is not None and end - best >= 2 else None


def _spells(words: Sequence[Token], letters: list[str]) -> bool:
    """Whether initials (and further letters of long words) give the acronym, in order.

    Every capitalised word must give a letter, but for one; small words may.
    """
    at = missed = 0
    for word in words:
        if word.text == "'s":
            continue
        parts = [p for p in re.split(r"[-.]", word.text) if p]
        hit = False
        for part in parts:
            if at < len(letters) and part[0].lower() == letters[at]:
                at += 1
                hit = True
        if not hit and word.cap:
            missed += 1
        if hit and at < len(letters) and len(words) < len(letters):
            inner = word.text[1:].lower()
            while at < len(letters) and letters[at] in inner and len(letters) - at > 1:
                inner = inner[inner.index(letters[at]) + 1 :]
                at += 1
    return at == len(letters) and missed <= (1 if len(letters) > 2 else 0)
