"""One known name, people or capital in, its candidate by the words around it out."""

from __future__ import annotations

import re

from kg_builder.mentions.candidates import Candidate, Sent, Unit, make
from kg_builder.mentions.context import Context
from kg_builder.mentions.gazetteer import Gazetteer, Known
from kg_builder.mentions.lexicon import Lexicon

_MODEL = re.compile(r"(?:[A-Z]{1,4}-?\d{2,4}|\d{3}|[A-Z]\d{1,3})[A-Za-z]{0,3}")
"""Numbers of aeroplanes, cars and the like: "A380", "747", "F-16"."""

_AFTER_DATELINE = frozenset({"—", "–", ":", "--", "("})
_CHAMBERS = frozenset(
    {"House", "Commons", "Lords", "Treasury", "Admiralty", "Politburo", "Bundestag"}
)
"""Bodies that a capital and "the" name; "the house" is none."""


class Singles:
    """Decides on runs of one unit."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._cues = lexicon.cues
        self._around = Context(lexicon)

    def read(self, sent: Sent, unit: Unit) -> Candidate | None:
        """The candidate of a unit that stands alone, None where it is no name."""
        if unit.known:
            return self._from_known(sent, unit, unit.known)
        if unit.people:
            return self._group(sent, unit)
        word = unit.text
        lexicon = self._lexicon
        if len(word) < 2 or word in lexicon.calendar or word in lexicon.not_acronyms:
            return None
        if word in lexicon.roles or word in lexicon.honorifics or word.lower() in self._cues.never:
            return None
        initial = unit.a in sent.initial
        if initial and word.lower() in lexicon.function_words:
            return None
        if word.upper().startswith("COVID"):
            return make(sent, [unit], "Topic", None, "pattern", 0.9)
        if word.isupper() and len(word) <= 6 and word.isalpha():
            if len(word) < 3 or self._around.shouted(sent, unit):
                return None
            if word.capitalize() in lexicon.heads_after or word.lower() in lexicon.function_words:
                return None
            if initial and self._around.word(sent, unit.b) in _AFTER_DATELINE and (
                self._gazetteer.city(word.capitalize()) is not None
            ):  # fmt: skip
                return make(sent, [unit], "Place", "city", "dateline", 0.8)
            return make(sent, [unit], "Organization", None, "acronym", 0.6)
        made = self._bare(sent, unit)
        made.weak = initial
        return made

    def _bare(self, sent: Sent, unit: Unit) -> Candidate:
        """A single unknown capital: decided by the words around it."""
        word, run = unit.text, [unit]
        if re.fullmatch(r"(?:[A-Z]\.)+", word):
            return make(sent, run, None, None, "pattern", 0.0)
        previous, following = self._around.word(sent, unit.a - 1), self._around.word(sent, unit.b)
        opened = self._lexicon.organization_first.get(word.split("-")[0])
        if opened and "-" in word:
            return make(sent, run, opened.kind, opened.type, "pattern", 0.8)
        if word in _CHAMBERS and previous in ("the", "The") and following not in ("of", "-"):
            return make(sent, run, "Organization", "government body", "pattern", 0.8)
        heads = self._lexicon.heads_after.get(word)
        if heads or word in self._lexicon.field_words or word in self._lexicon.directions:
            return make(sent, run, None, None, "pattern", 0.1)
        if self._around.role_before(previous):
            return make(sent, run, "Person", None, "pattern", 0.75)
        named = self._cues.before.get(previous)
        if named is not None and following != "'s":
            return make(sent, run, named.kind, named.type, "pattern", 0.75)
        cue = self._cues.after.get(following)
        if cue and previous not in ("a", "an") and not sent.tokens[unit.b].cap:
            return make(sent, run, cue.kind, cue.type, "pattern", 0.7)
        if self._is_city(sent, unit):
            return make(sent, run, "Place", "city", "gazetteer", 0.8)
        if score := self._around.bare_person(sent, unit):
            return make(sent, run, "Person", None, "pattern", score)
        if self._around.at_work(sent, run):
            return make(sent, run, "Organization", None, "pattern", 0.65)
        return make(sent, run, None, None, "pattern", 0.2)

    def _is_city(self, sent: Sent, unit: Unit) -> bool:
        """Whether a city has this name, and the words around or its size make it one here."""
        word = unit.text
        city = self._gazetteer.city(word)
        if city is None:
            return False
        weak = city.population > 500_000 and word in self._lexicon.weak_first_names
        if word in self._lexicon.first_names and not weak:
            return False
        previous, before = (self._around.word(sent, unit.a - k) for k in (1, 2))
        if previous in self._cues.place_before:
            return True
        if previous == "of" and before in self._cues.place_of:
            return True
        if city.population > 150_000 and previous not in ("the", "a", "an"):
            return True
        return self._around.word(sent, unit.b) == "," and previous in ("of", "and", ",")

    def _from_known(self, sent: Sent, unit: Unit, known: Known) -> Candidate | None:
        initial = unit.a in sent.initial
        if known.plain_word and initial:
            return None
        after = self._around.word(sent, unit.b)
        if known.type == "company" and _MODEL.fullmatch(after):
            return None  # an aeroplane or the like, not the company that makes it
        if after[:1] == "$" and not sent.tokens[unit.b].spaced:
            return None  # a currency
        previous = self._around.word(sent, unit.a - 1)
        if unit.text in self._lexicon.first_names and previous in self._lexicon.first_names:
            return None
        authority = known.concept is not None
        made = make(
            sent, [unit], known.kind, known.type, "authority" if authority else "gazetteer",
            0.95 if authority else 0.85,
        )  # fmt: skip
        made.concept = known.concept
        made.weak = initial and not authority and unit.b - unit.a == 1
        made.fixed = True
        return made

    def _group(self, sent: Sent, unit: Unit) -> Candidate | None:
        if unit.text in self._lexicon.adjectives_only:
            return None
        made = make(sent, [unit], "Group", None, "gazetteer", 0.9)
        made.fixed = True
        return made
