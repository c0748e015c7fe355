"""A stretch of text in, its tokens with code-point offsets out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kg_builder.mentions.lexicon import Lexicon

_WORD = r"[\w\u0300-\u036f]+"
_TOKEN = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?:[A-Z]\.){2,}"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Cpl|Sgt|Brig|Adm|Cmdr|Sen|Rep|Gov|Rev|Hon|St|Mt|Jr|Sr"
    r"|Const|Supt|Insp|Det|Pte|Pvt|Spc|Pfc|Atty|Asst|Messrs|Inc|Ltd|Corp|Co|Fr|Messrs|Pvt)\.(?=\W)"
    r"|[A-Z]\.(?=\s)"
    r"|" + _WORD + r"(?:(?:[-\u2010\u2011'’`´ʻ‘&·]|(?<=\d)[.,](?=\d))" + _WORD + r")*"
    r"|\S"
)
_LONGEST_HYPHENED = 60
_POSSESSIVE = re.compile(r"['’`´]s$", re.IGNORECASE)
_APOSTROPHES = str.maketrans("’`´ʻ‘\u2010\u2011", "'''''--")


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
        self._cuts: dict[str, tuple[int, ...]] = {}

    def tokens(self, text: str, start: int, end: int) -> list[Token]:
        """The tokens of text[start:end], in order; linear in its length."""
        found: list[Token] = []
        last = start
        for match in _TOKEN.finditer(text, start, end):
            a, b = match.span()
            word = match.group()
            spaced = a > last or a == start
            last = b
            if len(word) > 2 and (tail := _POSSESSIVE.search(word)):
                cut = a + tail.start()
                self._add(found, word[: tail.start()], a, spaced)
                found.append(Token("'s", cut, b, False, False))
            else:
                self._add(found, word, a, spaced)
        return found

    def _add(self, found: list[Token], word: str, start: int, spaced: bool) -> None:
        plain = word.translate(_APOSTROPHES)
        if "-" not in plain or not 3 <= len(plain) <= _LONGEST_HYPHENED:
            found.append(Token(plain, start, start + len(word), _is_cap(plain), spaced))
            return
        if plain not in self._cuts:
            self._cuts[plain] = self._hyphen_cuts(plain)
        at = 0
        for cut in self._cuts[plain]:
            part = plain[at:cut]
            found.append(Token(part, start + at, start + cut, _is_cap(part), spaced and at == 0))
            found.append(Token("-", start + cut, start + cut + 1, False, False))
            at = cut + 1
        part = plain[at:]
        found.append(
            Token(part, start + at, start + len(plain), self._starts_name(part), spaced and not at)
        )

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
