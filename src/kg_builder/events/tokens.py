"""One sentence with its mentions in, a list of tokens out in which each mention is one token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.events.lexicon import words
from kg_builder.model import EntityKind, Mention, Sentence

_TOKEN: Final = re.compile(
    r"(?:[A-Za-z]\.){2,}"
    r"|\d{4}-\d\d-\d\d(?!\w)"
    r"|\d+(?:[.,]\d+)*(?:st|nd|rd|th)?(?![\w])"
    r"|[\w\u0300-\u036f]+(?:[-\u2010\u2011][\w\u0300-\u036f]+)*(?:['\u2019](?!s\b)\w+)*"
    r"|['\u2019]s\b|\S"
)
_PLAIN: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u2010": "-", "\u2011": "-"})
DASHES: Final = frozenset("\u2013\u2014-")
_OPENING: Final = frozenset("\u201c\u00ab\u201e")
_CLOSING: Final = frozenset("\u201d\u00bb")


@dataclass(slots=True)
class Token:
    """A word, a mark, or a whole mention (then `entity` and `kind` are set).

    `low` is the text in lower case with plain apostrophes and hyphens. `quoted` tells
    whether it stands within quotation marks.
    """

    low: str
    start: int
    end: int
    cap: bool
    entity: int | None = None
    kind: EntityKind | None = None
    confidence: float = 1.0
    quoted: bool = False

    @property
    def is_mention(self) -> bool:
        """Whether the token is a mention."""
        return self.entity is not None

    @property
    def is_word(self) -> bool:
        """Whether it is a word in lower case, so neither mark, number, mention nor name."""
        return self.entity is None and self.low[:1].isalpha() and not self.cap


def tokenize(text: str, sentence: Sentence, mentions: Sequence[Mention]) -> list[Token]:
    """The tokens of a sentence; of overlapping mentions the first and longest counts."""
    tokens: list[Token] = []
    position = sentence.span.start
    inside = sorted(mentions, key=lambda m: (m.span.start, -m.span.end))
    for mention in inside:
        if mention.span.start < position or mention.span.end > sentence.span.end:
            continue
        _words(text, position, mention.span.start, tokens)
        span = mention.span
        surface = text[span.start : span.end]
        tokens.append(
            Token(
                surface.lower().translate(_PLAIN),
                span.start,
                span.end,
                True,
                mention.entity,
                mention.kind,
                mention.confidence,
            )
        )
        position = span.end
    _words(text, position, sentence.span.end, tokens)
    _mark_quotes(tokens)
    return tokens


def _words(text: str, start: int, end: int, tokens: list[Token]) -> None:
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        tokens.append(
            Token(word.lower().translate(_PLAIN), match.start(), match.end(), word[0].isupper())
        )


def _mark_quotes(tokens: Sequence[Token]) -> None:
    """Mark what stands within double quotation marks; a lone mark opens to the end."""
    straight = sum(token.low == '"' for token in tokens)
    lone_end = straight == 0 and any(t.low in _CLOSING for t in tokens)
    opened = lone_end and not any(t.low in _OPENING for t in tokens)
    for token in tokens:
        if token.low in _OPENING:
            opened = True
        elif token.low in _CLOSING:
            opened = False
        elif token.low == '"':
            opened = not opened
        token.quoted = opened


def in_class(token: Token, *names: str) -> bool:
    """Whether a token that is no mention is of one of the word classes."""
    return token.entity is None and any(token.low in words().classes[name] for name in names)


def in_class_at(tokens: Sequence[Token], i: int, *names: str) -> bool:
    """Whether there is a token at a position and it is of one of the word classes."""
    return 0 <= i < len(tokens) and in_class(tokens[i], *names)


def ends_phrase(tokens: Sequence[Token], after: int) -> bool:
    """Whether the noun phrase that stands before position `after` ends there.

    True before marks, prepositions, conjunctions, verbs and adverbs known as such: a noun
    after it would make what stands before a mere attribute ("Taliban fighters").
    """
    if after >= len(tokens):
        return True
    token = tokens[after]
    if token.is_mention:
        return False
    if not token.low[:1].isalnum():
        return token.low not in ("'s", "'", "-", "/", "&")
    if token.low == "'s":
        return False
    if token.low[:1].isdigit():
        return True
    if token.low in words().pasts or token.low.endswith(("ly", "ed")):
        return True
    return in_class(
        token,
        "preposition", "be", "have", "conjunction", "subordinator", "adverb", "speech", "light",
    ) or token.low in _MODALS or token.low in MONTHS or token.low in WEEKDAYS  # fmt: skip


_MODALS: Final = frozenset("will would can could may might shall should must did does do".split())
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
        "september sep sept|october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
WEEKDAYS: Final = {
    name: number
    for number, name in enumerate(
        "monday tuesday wednesday thursday friday saturday sunday".split()
    )
}
