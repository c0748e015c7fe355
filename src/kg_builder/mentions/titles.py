"""A line in which every word is a capital in, the names in it out.

Capitals tell nothing there. What the text names elsewhere is a name, what lists know, and a known
city where the small words around it make it a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from kg_builder.mentions.candidates import Candidate, Sent, join_tokens
from kg_builder.mentions.classify import Classifier
from kg_builder.mentions.gazetteer import Gazetteer
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.places import KNOWN_CITY

_INSIDE: Final = frozenset({"in", "In", "near", "Near", "outside", "Outside"})
_BESIDE: Final = frozenset({"and", "And", ",", "&"})
_LARGE: Final = 150_000
"""People in a city that a list of places makes one, whatever comes after it."""
_LONGEST: Final = 3


class Titles:
    """Reads title-case lines after the running text."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon, classifier: Classifier) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._classifier = classifier

    def read(
        self, sent: Sent, known: Mapping[str, Candidate], lowered: AbstractSet[str]
    ) -> list[Candidate]:
        """Names in order of the line; `known` are those of the running text by their words.

        `lowered` are words that the text has in lower case.
        """
        listed = {c.a: c for c in self._classifier.known_only(sent)}
        longest = max((k.count(" ") + 1 for k in known), default=0)
        made: list[Candidate] = []
        i = 0
        while i < len(sent.tokens):
            one = self._known(sent, i, longest, known, listed.get(i))
            if one is None:
                one = self._city(sent, i, made[-1] if made else None, lowered)
            if one is not None:
                made.append(one)
            i = one.b if one is not None else i + 1
        return made

    def _known(
        self, sent: Sent, at: int, longest: int, known: Mapping[str, Candidate],
        listed: Candidate | None,
    ) -> Candidate | None:  # fmt: skip
        """The longest name of the text or of the lists that starts at a token."""
        for n in range(min(longest + 3, len(sent.tokens) - at), 0, -1):
            surface = join_tokens(sent.tokens, at, at + n)
            if surface in known and (listed is None or at + n > listed.b):
                model = known[surface]
                one = _candidate(sent, at, at + n)
                one.kind, one.type, one.concept = model.kind, model.type, model.concept
                one.method, one.confidence = "coref", round(model.confidence * 0.9, 2)
                return one
        return listed

    def _city(
        self, sent: Sent, at: int, before: Candidate | None, lowered: AbstractSet[str]
    ) -> Candidate | None:
        """As in "Attack in Kaya" and "Dushanbe and Bishkek Sign": a known city, told by its place.

        After "in" the name must end there too: "in Nice Weather" names no city.
        """
        words = [t.text for t in sent.tokens]
        beside = (
            at > 1 and words[at - 1] in _BESIDE and before is not None and before.b == at - 1
            and before.kind == "Place"
        )  # fmt: skip
        if not beside and (at < 1 or words[at - 1] not in _INSIDE):
            return None
        for n in range(min(_LONGEST, len(words) - at), 0, -1):
            closed = at + n == len(words) or not sent.tokens[at + n].cap
            least = KNOWN_CITY if closed else _LARGE
            if not (closed or beside) or not all(t.cap for t in sent.tokens[at : at + n]):
                continue
            if self._names_city(join_tokens(sent.tokens, at, at + n), least, lowered):
                one = _candidate(sent, at, at + n)
                one.kind, one.type = "Place", "city"
                one.method, one.confidence = "gazetteer", 0.8
                return one
        return None

    def _names_city(self, surface: str, least: int, lowered: AbstractSet[str]) -> bool:
        """Whether a name is a city's of `least` people, and no word or first name besides."""
        lexicon, word = self._lexicon, surface.lower()
        if len(surface) < 4 or word in lowered or word in lexicon.function_words:
            return False
        if surface in lexicon.first_names or surface in lexicon.calendar:
            return False
        if surface in lexicon.heads_after or surface in lexicon.roles:
            return False
        city = self._gazetteer.city(surface)
        return city is not None and city.name == surface and city.population >= least


def _candidate(sent: Sent, a: int, b: int) -> Candidate:
    tokens = sent.tokens
    return Candidate(
        start=tokens[a].start, end=tokens[b - 1].end, surface=join_tokens(tokens, a, b),
        sentence=sent.index, kind=None, a=a, b=b,
    )  # fmt: skip
