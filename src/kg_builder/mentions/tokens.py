"""A stretch of text in, its tokens with code-point offsets out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kg_builder.mentions.lexicon import Lexicon

_WORD = r"[\w\u0300-\u036f]+"
_TOKEN = re.compile(
    r"[A-Za-z]+(?=[ ,])"  # most words, which all that follows would find too, later
    r"|(?:https?://|www\.)\S+"
    r"|(?:[A-Z]\.){2,}"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Cpl|Sgt|Brig|Adm|Cmdr|Sen|Rep|Gov|Rev|Hon|St|Mt|Jr|Sr"
    r"|Const|Supt|Insp|Det|Pte|Pvt|Spc|Pfc|Atty|Asst|Messrs|Inc|Ltd|Corp|Co|Fr|Messrs|Pvt)\.(?=\W)"
    r"|[A-Z]\.(?=\s)"
    r"|" + _WORD + r"(?:(?:[-\u2010\u2011'’`´ʻ‘&·]|(?<=\d)[.,](?=\d))" + _WORD + r")*"
    r"|\S"
)
_LONGEST_HYPHENED = 60
_CACHED = 50_000
"""Words whose pieces are kept; news has few others."""
_POSSESSIVE = re.compile(r"['’`´]s$", re.IGNORECASE)
_APOSTROPHES = str.maketrans("’`´ʻ‘\u2010\u2011", "'''''--")


Piece = tuple[str, int, int, bool]
"""Plain text of a piece of a word, where it begins and ends in it, whether it is a capital."""


@dataclass(slots=True)
class Token:
    """One token: its text with plain apostrophes and hyphens, and where it stands.

    `cap` tells a word that begins like a name, `spaced` white space before the token.
    """

    text: str
    start: int
    end: int
    cap: bool
    spaced: bool


class Tokenizer:
    """Splits sentences into tokens; possessives and adjectives made by hyphen come apart.

    "Taliban-backed" gives "Taliban", "-", "backed"; "US-Taliban" three tokens where `is_name`
    knows both parts as names; "Nagorno-Karabakh" and "al-Baghdadi" stay whole.
    """

    def __init__(self, lexicon: Lexicon, is_name: Callable[[str], bool]) -> None:
        self._lexicon = lexicon
        self._is_name = is_name
        self._pieces: dict[str, tuple[Piece, ...]] = {}

    def tokens(self, text: str, start: int, end: int) -> list[Token]:
        """The tokens of text[start:end], in order; linear in its length."""
        found: list[Token] = []
        add, known = found.append, self._pieces
        last = start
        for match in _TOKEN.finditer(text, start, end):
            a, b = match.span()
            spaced = a > last or a == start
            last = b
            word = match[0]
            for piece, x, y, cap in known.get(word) or self._remember(word):
                add(Token(piece, a + x, a + y, cap, spaced))
                spaced = False
        return found

    def _remember(self, word: str) -> tuple[Piece, ...]:
        """The pieces of a word, kept for the next time it is met."""
        if len(self._pieces) >= _CACHED:
            self._pieces.clear()
        tail = _POSSESSIVE.search(word) if len(word) > 2 else None
        if tail:
            cut = tail.start()
            pieces = (*self._parted(word[:cut]), ("'s", cut, len(word), False))
        else:
            pieces = self._parted(word)
        self._pieces[word] = pieces
        return pieces

    def _parted(self, word: str) -> tuple[Piece, ...]:
        """A word without possessive, parted at hyphens that join no name."""
        plain = word.translate(_APOSTROPHES)
        if "-" not in plain or not 3 <= len(plain) <= _LONGEST_HYPHENED:
            return ((plain, 0, len(plain), _is_cap(plain)),)
        found: list[Piece] = []
        at = 0
        for cut in self._hyphen_cuts(plain):
            part = plain[at:cut]
            found += [(part, at, cut, _is_cap(part)), ("-", cut, cut + 1, False)]
            at = cut + 1
        part = plain[at:]
        return (*found, (part, at, len(plain), self._starts_name(part)))

    def _starts_name(self, word: str) -> bool:
        if _is_cap(word):
            return True
        article, _, rest = word.partition("-")
        return article in self._lexicon.arabic_articles and rest[:1].isupper()

    def _hyphen_cuts(self, word: str) -> tuple[int, ...]:
        """Positions of the hyphens at which `word` comes apart."""
        if self._is_name(word):
            return ()
        parts = word.split("-")
        if not all(parts):
            return ()
        first, last = parts[0], parts[-1]
        if last[0].islower() and any(p[0].isupper() for p in parts) and self._is_tail(last):
            return (len(word) - len(last) - 1,)
        if first.lower() in self._lexicon.hyphen_heads and parts[1][0].isupper():
            return (len(first),)
        if (
            first[0].islower()
            and first not in self._lexicon.arabic_articles
            and parts[1][0].isupper()
        ):
            return (len(first),)
        if all(self._is_name(p) for p in parts):
            cuts, at = [], 0
            for part in parts[:-1]:
                at += len(part)
                cuts.append(at)
                at += 1
            return tuple(cuts)
        return ()

    def _is_tail(self, word: str) -> bool:
        return word in self._lexicon.hyphen_tails or word.endswith(("ed", "ing"))


def _is_cap(word: str) -> bool:
    return word[:1].isupper() or (len(word) > 3 and word[0].islower() and word[1].isupper())
