"""A sentence's tokens in, the casualty figures in it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kg_builder.events.lexicon import words
from kg_builder.events.tokens import Token, in_class
from kg_builder.model import Count

_UNITS: Final = {w: n for n, w in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split())}  # fmt: skip
_TENS: Final = {w: n * 10 for n, w in enumerate(
    "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}  # fmt: skip
_VAGUE: Final = {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000}
_BIG: Final = {"dozen": 12, "hundred": 100, "thousand": 1000}
_AT_LEAST: Final = (("at", "least"), ("more", "than"), ("no", "fewer", "than"),
                    ("no", "less", "than"), ("not", "less", "than"), ("over",))  # fmt: skip
_ABOUT: Final = (("about",), ("around",), ("some",), ("nearly",), ("almost",), ("approximately",),
                 ("roughly",), ("an", "estimated"), ("estimated",), ("close", "to"))  # fmt: skip
_AT_MOST: Final = (("up", "to"), ("as", "many", "as"), ("at", "most"))
_DIGITS: Final = re.compile(r"\d{1,3}(?:,\d{3})+$|\d+$")
_HIGHEST: Final = 20_000_000
_YEAR: Final = re.compile(r"(?:19|20)\d\d$")

Harm = Literal["killed", "injured"]


@dataclass(frozen=True, slots=True)
class Casualties:
    """A figure at tokens first..last, with the word of harm that it goes with at `verb`."""

    harm: Harm
    count: Count
    first: int
    last: int
    verb: int


def find_casualties(tokens: Sequence[Token]) -> list[Casualties]:
    """All figures of killed and injured people; "killed or wounded 30" tells of neither."""
    found: list[Casualties] = []
    used: set[int] = set()
    for i, token in enumerate(tokens):
        harm = _harm(token)
        if harm is None or token.quoted or _is_mixed(tokens, i):
            continue
        hit = _figure_behind(tokens, i, harm) or _figure_before(tokens, i, harm)
        if hit is not None and not used & set(range(hit.first, hit.last + 1)):
            found.append(hit)
            used.update(range(hit.first, hit.last + 1))
    return found


def _harm(token: Token) -> Harm | None:
    if token.is_mention:
        return None
    if token.low in words().counts["killed"]:
        return "killed"
    return "injured" if token.low in words().counts["injured"] else None


def _is_mixed(tokens: Sequence[Token], i: int) -> bool:
    """Whether one figure stands for both: "killed or wounded", "dead and injured"."""
    for step in (-1, 1):
        j, k = i + step, i + 2 * step
        if 0 <= k < len(tokens) and tokens[j].low in ("or", "and", "/"):
            other, own = _harm(tokens[k]), _harm(tokens[i])
            if other is not None and other != own and _number(tokens, max(i, k) + 1) is None:
                return step < 0 or not _counted_before(tokens, i)
            if other is not None and other != own and tokens[j].low == "or":
                return True
    return False


def _counted_before(tokens: Sequence[Token], i: int) -> bool:
    return i > 0 and tokens[i - 1].low[:1].isdigit()


def _figure_behind(tokens: Sequence[Token], i: int, harm: Harm) -> Casualties | None:
    """A figure behind: "killed at least 55", "killed X and about a hundred fighters"."""
    if tokens[i].low in ("dead", "died", "die", "dies", "hurt", "perished", "drowned"):
        return None
    if _is_passive(tokens, i):
        return None
    j = i + 1
    if j + 1 < len(tokens) and tokens[j].is_mention and tokens[j + 1].low == "and":
        j += 2
    hit = _number(tokens, j)
    if hit is None or not _is_of_people(tokens, hit[1] + 1):
        return None
    return Casualties(harm, hit[0], j, hit[1], i)


def _is_passive(tokens: Sequence[Token], i: int) -> bool:
    before = tokens[i - 1] if i else None
    return before is not None and in_class(before, "be")


def _figure_before(tokens: Sequence[Token], i: int, harm: Harm) -> Casualties | None:
    """A figure ahead: "at least 12 people were killed", "over 140 injured", "left 14 dead"."""
    for j in range(max(0, i - 9), i):
        hit = _number(tokens, j)
        outer = _number(tokens, j - 1)
        if hit is None or hit[1] >= i or (outer is not None and outer[1] >= hit[1]):
            continue
        between = tokens[hit[1] + 1 : i]
        if all(_is_filler(token) for token in between) and _is_of_people(tokens, hit[1] + 1):
            active = harm == "killed" and i + 1 < len(tokens) and not _ends_harm(tokens, i)
            return None if active else Casualties(harm, hit[0], j, hit[1], i)
    return None


def _ends_harm(tokens: Sequence[Token], i: int) -> bool:
    """Whether nobody is named behind the word of harm, so that the figure is of its victims."""
    if tokens[i].low in ("dead", "died", "die", "dies", "perished", "drowned"):
        return True
    before = tokens[i - 1]
    if in_class(before, "be", "have") or before.low[:1].isdigit():
        return True
    after = tokens[i + 1]
    return not after.is_mention and (
        not after.low[:1].isalnum() or in_class(after, "preposition", "conjunction", "subordinator")
    )


def _is_filler(token: Token) -> bool:
    """What may stand between a figure and its word of harm: nouns of people, "were", "also"."""
    if token.is_mention:
        return token.kind == "Group"
    if not token.low[:1].isalpha():
        return False
    return not in_class(
        token, "preposition", "subordinator", "conjunction", "speech", "person"
    ) or (token.low == "of")


def _is_of_people(tokens: Sequence[Token], i: int) -> bool:
    for token in tokens[i : i + 2]:
        if token.is_mention or not token.low[:1].isalpha():
            break
        if token.low in words().counts["units"] or token.low == "%":
            return False
    return not (i < len(tokens) and tokens[i].low in ("%", "-", "/"))


def _number(tokens: Sequence[Token], i: int) -> tuple[Count, int] | None:
    """The figure that begins at a token, and its last token."""
    if i > 0 and tokens[i - 1].low == "the":
        return None  # "the one killed", "the three dead": known before, no figure
    for leads, shape in ((_AT_LEAST, "least"), (_ABOUT, "about"), (_AT_MOST, "most")):
        for lead in leads:
            if tuple(t.low for t in tokens[i : i + len(lead)]) == lead:
                hit = _value(tokens, i + len(lead))
                return None if hit is None else (_shaped(hit[0], shape), hit[1])
    if i < len(tokens) and not tokens[i].is_mention and tokens[i].low in _VAGUE:
        last = i + 1 if i + 1 < len(tokens) and tokens[i + 1].low == "of" else i
        return Count(minimum=_VAGUE[tokens[i].low]), last
    if tuple(t.low for t in tokens[i : i + 3]) == ("a", "few", "dozen"):
        return Count(minimum=24), i + 2
    if tuple(t.low for t in tokens[i : i + 2]) in (("several", "dozen"), ("several", "hundred")):
        return Count(minimum=24 if tokens[i + 1].low == "dozen" else 200), i + 1
    if i < len(tokens) and tokens[i].low == "between":
        low = _value(tokens, i + 1)
        high = _value(tokens, low[1] + 2) if low and tokens[low[1] + 1 : low[1] + 2] else None
        if low and high and tokens[low[1] + 1].low == "and" and low[0] < high[0]:
            return Count(low[0], high[0]), high[1]
        return None
    hit = _value(tokens, i)
    if hit is None or (_YEAR.match(tokens[i].low) and i == hit[1]):
        return None
    return Count(hit[0], hit[0]), hit[1]


def count_at(tokens: Sequence[Token], i: int) -> bool:
    """Whether a figure begins at a token."""
    return _number(tokens, i) is not None


def _shaped(value: int, shape: str) -> Count:
    if shape == "least":
        return Count(minimum=value)
    return Count(approx=value) if shape == "about" else Count(maximum=value)


def _value(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    """A whole number in digits or words: "1,200", "a hundred", "two dozen", "fifty-five"."""
    if not 0 <= i < len(tokens) or tokens[i].is_mention:
        return None
    low = tokens[i].low
    value = int(low.replace(",", "")) if _DIGITS.match(low) else _word_value(low)
    if low in ("a", "an") and i + 1 < len(tokens) and tokens[i + 1].low in _BIG:
        return _BIG[tokens[i + 1].low], i + 1
    if value is None or value > _HIGHEST:
        return None
    if i + 1 < len(tokens) and tokens[i + 1].low in _BIG and value < 1000:
        return value * _BIG[tokens[i + 1].low], i + 1
    return value, i


def _word_value(low: str) -> int | None:
    if low in _UNITS:
        return _UNITS[low] or None
    if low in _TENS:
        return _TENS[low]
    tens, _, units = low.partition("-")
    if tens in _TENS and 0 < _UNITS.get(units, 0) < 10:
        return _TENS[tens] + _UNITS[units]
    return None
