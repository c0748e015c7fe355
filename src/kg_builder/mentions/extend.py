"""A candidate in, the same with what stands beside it and belongs to its name out."""

from __future__ import annotations

import re

from kg_builder.mentions.candidates import (
    LEAD_WORDS,
    PROGRAMME_NOUNS,
    Candidate,
    Sent,
    join_tokens,
)
from kg_builder.mentions.context import Context
from kg_builder.mentions.lexicon import Lexicon

_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth",
    re.IGNORECASE,
)


class Extender:
    """Widens candidates in place."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._cues = lexicon.cues
        self._around = Context(lexicon)

    def extend(self, sent: Sent, made: Candidate) -> None:
        """As in "47th Session of …", "Covid-19 pandemic": what belongs to the name."""
        tokens = sent.tokens
        before, after = self._around.word(sent, made.a - 1), self._around.word(sent, made.b)
        ordinal = bool(_ORDINAL.fullmatch(before))
        if after in ("pandemic", "epidemic") and made.kind in (None, "Topic"):
            made.b, made.kind = made.b + 1, "Topic"
        elif after == "war" and ordinal and made.kind != "Person":
            made.a, made.b, made.kind, made.type = made.a - 1, made.b + 1, "Event", None
            made.concept, made.confidence, made.method = None, 0.85, "pattern"
        elif after in PROGRAMME_NOUNS and (
            " and " in made.surface and made.kind not in ("Person", "Organization")
        ):
            made.b, made.kind, made.type = made.b + 1, "Topic", None
        elif ordinal and before[0].isdigit() and (
            made.kind == "Event" or made.type in ("military", "armed group")
        ):  # fmt: skip
            made.a -= 1
        elif before == "and" and made.kind == "Organization" and made.method == "pattern":
            first = self._list_before(sent, made.a - 1)
            if first is None:
                return
            made.a = first
        else:
            return
        made.start, made.end = tokens[made.a].start, tokens[made.b - 1].end
        made.surface, made.fixed = join_tokens(tokens, made.a, made.b), True
        made.confidence = max(made.confidence, 0.8)

    def _list_before(self, sent: Sent, at: int) -> int | None:
        """Where the fields begin in "Meteorology, Climatology and Geophysics Agency"."""
        k = at - 1
        while k >= 0 and self._field(self._around.word(sent, k)):
            if self._around.word(sent, k - 1) != ",":
                before = self._around.word(sent, k - 1)
                alone = k == at - 1  # "Health and Welfare Ministry" is a run already
                return k if before in LEAD_WORDS and not alone else None
            k -= 2
        return None

    def _field(self, word: str) -> bool:
        return word[:1].isupper() and (
            word in self._lexicon.field_words
            or word.endswith((*self._cues.abstract_endings, "logy", "graphy", "ture", "try"))
        )
