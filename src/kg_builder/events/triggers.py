"""A sentence's tokens in, its trigger words out, each with its reading as verb or noun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.events.lexicon import Entry, Lexicon, words
from kg_builder.events.tokens import Token, ends_phrase, in_class

_TO_BASE: Final = frozenset(
    "to will would can could may might shall should must did do does not didn't don't won't"
    " doesn't wouldn't couldn't can't".split()
)


@dataclass(slots=True)
class Trigger:
    """A trigger at tokens first..last. `passive` holds for verbs only.

    `named` is the LocalEntity of a named event, `folded` tells a verb of casualties that
    belongs to an earlier trigger of the sentence and makes no event of its own.
    """

    first: int
    last: int
    entry: Entry
    passive: bool = False
    named: int | None = None
    folded: bool = False

    @property
    def is_verb(self) -> bool:
        """Whether it is read as a verb."""
        return self.entry.pos == "v"


def find_triggers(tokens: Sequence[Token], lexicon: Lexicon, headline: bool) -> list[Trigger]:
    """Triggers in order; the longest phrase wins, what stands in quotation marks is left out."""
    found: list[Trigger] = []
    i = 0
    while i < len(tokens):
        trigger = None if tokens[i].is_mention else _at(tokens, i, lexicon, headline)
        if trigger is None:
            i += 1
            continue
        if not tokens[i].quoted:
            found.append(trigger)
        i = trigger.last + 1
    return found


def _at(tokens: Sequence[Token], i: int, lexicon: Lexicon, headline: bool) -> Trigger | None:
    for length in range(lexicon.longest(tokens[i].low), 0, -1):
        window = tokens[i : i + length]
        if len(window) < length or any(token.is_mention for token in window):
            continue
        entries = lexicon.entries(tuple(token.low for token in window))
        reading = _reading(tokens, i, i + length - 1, entries, headline)
        if reading is not None:
            return reading
    return None


def _reading(
    tokens: Sequence[Token], first: int, last: int, entries: Sequence[Entry], headline: bool
) -> Trigger | None:
    """The reading of a phrase that the words around it allow, or None."""
    verb = next((e for e in entries if e.pos == "v"), None)
    noun = next((e for e in entries if e.pos == "n"), None)
    if (
        verb is not None
        and noun is not None
        and not _wants_verb(tokens, first, last, verb, headline)
    ):
        verb = None
    if verb is not None and (trigger := _verb(tokens, first, last, verb, headline)) is not None:
        return trigger
    if noun is not None and _is_noun(tokens, first, last):
        return Trigger(first, last, noun)
    return None


def _wants_verb(
    tokens: Sequence[Token], first: int, last: int, verb: Entry, headline: bool
) -> bool:
    """Whether a word that may be both ("attack", "meeting") is a verb here."""
    if verb.form in ("past", "pasts", "participle"):
        return True
    if headline and first and verb.form == "s":
        return last + 1 < len(tokens) and not ends_phrase(tokens, last + 1)
    before = tokens[first - 1] if first else None
    if before is None or before.is_mention:
        return False
    return before.low in _TO_BASE or in_class(before, "person") or before.low in ("who", "which")


def _verb(
    tokens: Sequence[Token], first: int, last: int, entry: Entry, headline: bool
) -> Trigger | None:
    helper, low = _auxiliary(tokens, first)
    after_be = low in words().classes["be"] and low != "'s"
    after_have = low in words().classes["have"]
    if entry.form == "base":
        return Trigger(first, last, entry) if low in _TO_BASE else None
    if entry.form == "s":
        return Trigger(first, last, entry) if headline and helper >= 0 else None
    if entry.form == "ing":
        return None
    if entry.form == "participle":
        passive = after_be or _followed_by(tokens, last)
        return Trigger(first, last, entry, passive) if passive or after_have else None
    if _is_adjective(tokens, first, last):
        return None
    if entry.form == "past":
        return Trigger(first, last, entry)
    if headline and first and not tokens[first - 1].is_mention and not after_be and not after_have:
        return Trigger(first, last, entry, _followed_by(tokens, last))
    return Trigger(first, last, entry, after_be or _followed_by(tokens, last))


def _auxiliary(tokens: Sequence[Token], first: int) -> tuple[int, str]:
    """Position and text of the nearest word before a verb that is no adverb."""
    i = first - 1
    while i >= 0 and not tokens[i].is_mention and (
        in_class(tokens[i], "adverb") or tokens[i].low.endswith("ly")
        or tokens[i].low in ("not", "never")
    ):  # fmt: skip
        if tokens[i].low in ("not", "never"):
            return i, "not"
        i -= 1
    return i, tokens[i].low if i >= 0 and not tokens[i].is_mention else ""


def _followed_by(tokens: Sequence[Token], last: int) -> bool:
    """Whether "by" follows, with nothing but adverbs before it: "killed yesterday by"."""
    for token in tokens[last + 1 : last + 4]:
        if token.low == "by" and not token.is_mention:
            return True
        if not in_class(token, "adverb") and not token.low.endswith("ly"):
            return False
    return False


def _is_adjective(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a participle stands before its noun ("the elected president")."""
    if first and tokens[first - 1].low in ("-", "'s") and not tokens[first - 1].is_mention:
        return True
    after = tokens[last + 1] if last + 1 < len(tokens) else None
    noun_follows = after is not None and not ends_phrase(tokens, last + 1)
    before = tokens[first - 1] if first else None
    if before is None:
        return noun_follows
    return noun_follows and in_class(before, "determiner", "preposition")


def _is_noun(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a noun is the head of its phrase and not an attribute ("attack helicopters")."""
    before = tokens[first - 1] if first else None
    if before is not None and not before.is_mention and before.low in ("-", "any", "every", "to"):
        return False
    return ends_phrase(tokens, last + 1)
