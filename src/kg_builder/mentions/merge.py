"""Candidates of the patterns and names of the pipeline in, one list of candidates out.

Patterns know offices, acronyms and what the authority files name; the pipeline knows
contexts. Each is believed where it is the better judge: measured on all sets together.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from kg_builder.mentions.candidates import Candidate, Sent, join_tokens
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.mentions.names import Name

_PLACES = ("Place", "Region", "Facility")
_SURE = 0.75
"""From this confidence on a pattern's class is kept against the pipeline's."""
_CONTEXT = 0.5
"""The same for people and places, whom patterns know by the words around them."""
_HANGING = frozenset({"'s", "'", ",", ".", "and", "of", "the", "for", "in", "&", "-", "("})
_WITHIN = frozenset({"in", "near", "at", "across", "throughout"})
_TOWARDS = _WITHIN | {
    "from", "to", "of", "around", "outside", "inside", "towards", "toward", "into", "through",
}  # fmt: skip
_NO_PERSON = ("ism", "ic", "ist", "ists", "ian", "ians", "ese")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_COMMON_HEADS = frozenset({"Member", "Members", "State", "States", "Government", "Parties"})
_SPANS_OF_TIME = frozenset({"Age", "Ages", "Period", "Era", "Century", "Year", "Dynasty"})


class Merger:
    """Weighs what the pipeline finds against what the patterns found."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def merge(
        self,
        found: Sequence[Candidate],
        names: Iterable[Name],
        sents: Sequence[Sent],
        lowered: AbstractSet[str],
    ) -> list[Candidate]:
        """The candidates in order of the text, with what the pipeline adds or corrects.

        `lowered` are words that the document has in lower case: alone they are no names.
        """
        here: dict[int, list[Candidate]] = {s.index: [] for s in sents}
        for candidate in found:
            here[candidate.sentence].append(candidate)
        filled = [s for s in sents if s.tokens]
        starts = [s.tokens[0].start for s in filled]
        for name in names:
            at = bisect_right(starts, name.start) - 1
            if at < 0 or name.end > filled[at].tokens[-1].end:
                continue  # it crosses into another sentence
            made = self._candidate(filled[at], name)
            if made is not None and made.surface.lower() not in lowered:
                alone = _stands_alone(made, filled[at])
                here[made.sentence] = _placed(here[made.sentence], made, alone=alone)
        return [c for s in sents for c in sorted(here[s.index], key=lambda c: c.start)]

    def _candidate(self, sent: Sent, name: Name) -> Candidate | None:
        """The name as a candidate of whole tokens, without article and possessive."""
        tokens = sent.tokens
        inside = [i for i, t in enumerate(tokens) if t.start < name.end and name.start < t.end]
        while inside and tokens[inside[0]].text.lower() in ("the", "a", "an"):
            inside = inside[1:]
        while inside and (tokens[inside[-1]].text in _HANGING):
            inside = inside[:-1]
        words = [tokens[i].text for i in inside]
        if not words or not self._like_a_name(words) or not any(tokens[i].cap for i in inside):
            return None
        a, b = inside[0], inside[-1] + 1
        initial = a in sent.initial
        if b - a == 1 and (
            (initial and self._ordinary(words[0])) or words[0] in self._lexicon.after_name
        ):
            return None
        if name.kind == "Person" and b - a > 1 and len(words[-1]) == 1:
            return None  # "Measure B"
        if _quoted(sent, a, b) or _PLURAL_ACRONYM.fullmatch(words[-1]):
            return None
        if b - a == 1 and name.kind == "Person" and a and tokens[a - 1].text in _WITHIN:
            return None
        return Candidate(
            start=tokens[a].start, end=tokens[b - 1].end, surface=join_tokens(tokens, a, b),
            sentence=sent.index, kind=name.kind, method="pipeline", confidence=0.75, a=a, b=b,
            weak=initial and b - a == 1, opinion=name.kind,
        )  # fmt: skip

    def _like_a_name(self, words: Sequence[str]) -> bool:
        """Not an office, a head noun or a span of time on its own."""
        lexicon = self._lexicon
        plain = [w for w in words if w[0].isalnum()]
        if not plain or plain[-1] in _SPANS_OF_TIME or plain[-1] in lexicon.calendar:
            return False
        return not all(
            w in lexicon.roles
            or w.lower() in lexicon.function_words
            or w in _COMMON_HEADS
            or w in lexicon.honorifics
            or w in lexicon.role_modifiers
            or w in lexicon.heads_after
            or w in lexicon.field_words
            or (w[-1:] == "s" and (w[:-1] in lexicon.roles or w[:-1] in lexicon.honorifics))
            or w in lexicon.directions
            for w in plain
        )

    def _ordinary(self, word: str) -> bool:
        """Whether a word that opens a sentence is probably no name."""
        if word.lower() in self._lexicon.function_words or word.endswith(("ly", "ing")):
            return True
        return "-" in word and word.partition("-")[2].islower()


def _quoted(sent: Sent, a: int, b: int) -> bool:
    """Whether the span is all that stands between quotes: a title of a work, mostly."""
    before = sent.tokens[a - 1].text if a else ""
    after = sent.tokens[b].text if b < len(sent.tokens) else ""
    return before in ('"', "“", "‘", "'") and after in ('"', "”", "'s", "'")


def _stands_alone(made: Candidate, sent: Sent) -> bool:
    """Whether the pipeline is believed where no pattern supports it.

    Measured on working halves by class and context: full names of people nearly always, bare
    ones mostly, places after a preposition mostly; organisations and other places hardly
    better than a coin, so these stay out.
    """
    before = sent.tokens[made.a - 1].text.lower() if made.a else ""
    several = " " in made.surface
    if made.kind == "Person":
        made.confidence = 0.85 if several else 0.7
        return (several or before != "the") and not made.surface.endswith(_NO_PERSON)
    if made.kind in _PLACES:
        made.confidence = 0.65
        after = sent.tokens[made.b].text if made.b < len(sent.tokens) else ""
        return before in _TOWARDS or (several and before == "the" and after != "'s")
    return False


def _placed(here: list[Candidate], made: Candidate, *, alone: bool) -> list[Candidate]:
    """The candidates of a sentence after the pipeline's `made` was weighed against them."""
    touching = [c for c in here if c.start < made.end and made.start < c.end]
    if not touching:
        return [*here, made] if alone else here
    if len(touching) == 1 and (touching[0].start, touching[0].end) == (made.start, made.end):
        _agree(touching[0], made, alone=alone)
        return here
    if made.kind == "Group" or (not alone and all(c.kind is None for c in touching)):
        return here
    if all(c.kind is None or _extends(made, c) for c in touching):
        return [*(c for c in here if c not in touching), made]
    return here


def _agree(own: Candidate, made: Candidate, *, alone: bool) -> None:
    """One span, two opinions of its class; of single words the whole document decides later."""
    own.opinion = made.kind
    if own.kind == made.kind or (own.kind in _PLACES and made.kind in _PLACES):
        own.confidence, own.weak = max(own.confidence, 0.9), False
        return
    if own.fixed or own.confidence >= _SURE or made.kind == "Group":
        return
    if own.kind is None and (not alone or " " not in own.surface):
        return
    if own.kind in ("Person", *_PLACES) and own.confidence >= _CONTEXT:
        return
    own.kind, own.type, own.method, own.concept = made.kind, None, "pipeline", None
    own.confidence, own.weak = made.confidence, made.weak


def _extends(made: Candidate, own: Candidate) -> bool:
    """Whether the pipeline's span is a longer form of the same kind of name."""
    return (
        made.kind == own.kind
        and made.start <= own.start
        and own.end <= made.end
        and not (made.kind == "Person" and " " in own.surface)
        and (not own.fixed and own.confidence < _SURE and " and " not in made.surface)
    )
