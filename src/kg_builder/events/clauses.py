"""Tokens and triggers in; which date, place and modality belong to which trigger out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from kg_builder.events.dates import Found
from kg_builder.events.lexicon import words
from kg_builder.events.tokens import DASHES, Token, ends_phrase, in_class
from kg_builder.events.triggers import Trigger
from kg_builder.model import Factuality, LocalEntity

_MARKS: Final = frozenset(";:()[]") | DASHES
_TRANSPARENT: Final = frozenset(
    "was were is are be been will to took take takes taking place".split()
)
REACH: Final = 25
"""A date stands at most this many tokens behind its trigger."""
NEAR: Final = 14
CLOSE: Final = 1
"""How many tokens behind a trigger its place may stand: NEAR for what happens somewhere, CLOSE
for what is said or done to an object that has a place of its own."""


class Clauses:
    """The clause structure of one sentence, as far as words and marks show it."""

    def __init__(
        self, tokens: Sequence[Token], triggers: Sequence[Trigger], harm: Collection[int]
    ) -> None:
        """`harm` holds the positions of words of harm whose figures belong to a trigger."""
        self.tokens = tokens
        self._triggers = [t for t in triggers if not t.folded]
        folded = [t for t in triggers if t.folded]
        self._harm = {i for t in folded for i in range(t.first, t.last + 1)} | set(harm)
        self._owner = {i: t for t in self._triggers for i in range(t.first, t.last + 1)}
        self._bars = [self._is_bar(i) for i in range(len(tokens))]

    def _is_bar(self, i: int) -> bool:
        """Whether another clause begins at a token."""
        token = self.tokens[i]
        if token.is_mention:
            return False
        if token.low in _MARKS:
            return not (i and token.low in DASHES and self.tokens[i - 1].end == token.start)
        if in_class(token, "speech"):
            return True
        if not in_class(token, "subordinator"):
            return self._is_foreign_verb(i)
        if token.low in ("since", "before", "after", "until", "as"):
            return not self._starts_phrase(i + 1)
        ahead = next((j for j in range(i + 1, min(i + 3, len(self.tokens)))
                      if j in self._harm or self._is_light(j)), None)  # fmt: skip
        return not (token.low in ("that", "which") and ahead is not None)

    def _starts_phrase(self, i: int) -> bool:
        """Whether a date or number follows, so that "after" leads a phrase, not a clause."""
        return i < len(self.tokens) and self.tokens[i].low[:1].isdigit()

    def _is_light(self, i: int) -> bool:
        return self.tokens[i].low in _TRANSPARENT or in_class(self.tokens[i], "light")

    def _is_foreign_verb(self, i: int) -> bool:
        """Whether a token is a finite verb of something else than a trigger."""
        if i in self._harm or i in self._owner or self._is_light(i):
            return False
        token = self.tokens[i]
        if not token.is_word or (in_class(token, "impact") and i - 1 in self._owner):
            return False
        if token.low in words().classes["have"]:
            return True
        past = token.low in words().pasts or (token.low.endswith("ed") and len(token.low) > 4)
        if not past:
            return False
        before = self.tokens[i - 1] if i else None
        if before is None or in_class(before, "determiner", "preposition"):
            return False
        return not (before.low == "-" and not before.is_mention)

    def open_between(self, left: int, right: int) -> bool:
        """Whether no bar and no other trigger stands between two positions (exclusive)."""
        return not any(self._bars[i] or i in self._owner for i in range(left + 1, right))

    def start(self, i: int) -> int:
        """Where the clause of a token begins."""
        while i > 0 and not self._bars[i - 1]:
            i -= 1
        return i

    def date_of(self, dates: Sequence[Found]) -> Mapping[int, Found]:
        """The date of each trigger (by its first token), each date given to one trigger."""
        given: dict[int, Found] = {}
        for found in dates:
            if found.boundary:
                continue
            if self._is_attribute(found):
                owner = self._of_attribute(found)
            else:
                owner = self._before(found) or self._after(found)
            if owner is not None:
                given.setdefault(owner.first, found)
        return given

    def _is_attribute(self, found: Found) -> bool:
        """Whether a date stands before its noun: "the June 2007 murder"."""
        before = self.tokens[found.first - 1] if found.first else None
        if before is None or not (in_class(before, "determiner") or before.low == "'s"):
            return False
        return not ends_phrase(self.tokens, found.last + 1)

    def _of_attribute(self, found: Found) -> Trigger | None:
        for trigger in self._triggers:
            if found.last < trigger.first <= found.last + 4 and not trigger.is_verb:
                return trigger
        return None

    def _before(self, found: Found) -> Trigger | None:
        """The trigger that a date follows in its clause: "attacked … on Monday"."""
        for trigger in reversed(self._triggers):
            if trigger.last < found.first:
                near = found.first - trigger.last <= REACH
                return trigger if near and self.open_between(trigger.last, found.first) else None
        return None

    def _after(self, found: Found) -> Trigger | None:
        """The trigger that a date leads: "On Monday …", "the 2019 election"."""
        for trigger in self._triggers:
            if trigger.first > found.last:
                near = trigger.first - found.last <= REACH
                return trigger if near and self.open_between(found.last, trigger.first) else None
        return None

    def place_of(
        self, trigger: Trigger, entities: Mapping[int, LocalEntity], reach: int
    ) -> int | None:
        """The LocalEntity where a trigger's event takes place: linked ones before others."""
        found = list(self._behind(trigger, reach))
        if not found and (front := self._fronted(trigger)) is not None:
            found = [front]
        for entity in found:
            if entities[entity].authority is not None:
                return entity
        return found[0] if found else None

    def _behind(self, trigger: Trigger, reach: int) -> list[int]:
        found: list[int] = []
        last = trigger.last
        i = trigger.last + 1
        if trigger.entry.pos == "n" and (struck := self._struck(i)) is not None:
            return [struck]
        while reach == CLOSE and i < len(self.tokens) and in_class(self.tokens[i], "accord"):
            last, i = i, i + 1
        while i < len(self.tokens) and i - last <= reach and not self._bars[i]:
            if i in self._owner or self._is_aside(i):
                break
            allowed = {"on"} if trigger.entry.pos == "n" or found else set()
            if self._is_locative(i, allowed) and (place := self._place_at(i + 1)) is not None:
                position, entity = place
                found.append(entity)
                i = last = position
            i += 1
        return found

    def _is_aside(self, i: int) -> bool:
        """Whether a comma begins an apposition, whose places are its own."""
        if self.tokens[i].low != "," or i + 1 >= len(self.tokens):
            return False
        following = self.tokens[i + 1]
        return not (self._is_locative(i + 1, {"on"}) or following.low[:1].isdigit())

    def _struck(self, i: int) -> int | None:
        """The place that a disaster or blast is said to have struck."""
        while i < len(self.tokens) and self.tokens[i].low.endswith("ly"):
            i += 1
        if i >= len(self.tokens) or not in_class(self.tokens[i], "impact"):
            return None
        place = self._place_at(i + 1)
        return place[1] if place is not None else None

    def _is_locative(self, i: int, extra: set[str]) -> bool:
        token = self.tokens[i]
        return in_class(token, "locative") or (not token.is_mention and token.low in extra)

    def _place_at(self, i: int) -> tuple[int, int] | None:
        """The place that a preposition before position i names: (position, entity)."""
        for j in range(i, min(i + 6, len(self.tokens))):
            token = self.tokens[j]
            following = self.tokens[j + 1] if j + 1 < len(self.tokens) else None
            if token.is_mention:
                if following is not None and in_class(following, "place_head"):
                    if j + 2 < len(self.tokens) and self.tokens[j + 2].low == "of":
                        continue
                    if token.kind in ("Place", "Region", "Facility") and ends_phrase(
                        self.tokens, j + 2
                    ):
                        return j + 1, token.entity or 0
                    continue
                if token.kind in ("Place", "Region", "Facility") and self._is_head(j):
                    return j, token.entity or 0
                if token.kind not in ("Group", "Place"):
                    return None
                continue
            if token.low not in ("of", "the", "a", "an", "its", "'s") and not in_class(
                token, "place_head", "place_adjective"
            ):
                return None
        return None

    def _is_head(self, j: int) -> bool:
        return ends_phrase(self.tokens, j + 1)

    def _fronted(self, trigger: Trigger) -> int | None:
        """The place that leads the clause: "In Kabul, gunmen attacked …"."""
        begin = self.start(trigger.first)
        if begin and not in_class(self.tokens[begin - 1], "subordinator"):
            return None
        for i in range(begin, min(begin + 6, trigger.first)):
            if not self._is_locative(i, set()):
                continue
            if i > begin and self.tokens[i - 1].low not in (",", "and"):
                continue
            place = self._place_at(i + 1)
            if place is None or place[0] >= trigger.first:
                continue
            comma = place[0] + 1 < len(self.tokens) and self.tokens[place[0] + 1].low == ","
            if comma and self.open_between(place[0], trigger.first):
                return place[1]
        return None

    def factuality(self, trigger: Trigger) -> Factuality:
        """How the sentence puts the trigger's event: as reported, claimed, planned, …."""
        rules = words().factuality
        earlier = {t.low for t in self.tokens[: trigger.first] if not t.is_mention}
        if {"denied", "denies", "denying"} & earlier:
            return "denied"
        begin = self.start(trigger.first)
        near = self._auxiliaries(trigger) if trigger.is_verb else self._attributes(trigger)
        if begin and in_class(self.tokens[begin - 1], "subordinator"):
            near = {self.tokens[begin - 1].low, *near}
        if near & rules["denied"]:
            return "denied"
        if trigger.is_verb and "to" in near:
            return "planned" if near & rules["plan_verbs"] else "hypothetical"
        if not trigger.is_verb and near & rules["prevent"]:
            return "denied"
        if not trigger.is_verb and near & rules["wanted"]:
            return "hypothetical"
        if near & rules["hypothetical"] or self._is_feared(trigger):
            return "hypothetical"
        if near & rules["planned"]:
            return "planned"
        return "claimed" if self._is_claimed(trigger) else "reported"

    def _auxiliaries(self, trigger: Trigger) -> set[str]:
        """The auxiliaries, adverbs and negations right before a verb, and what "to" hangs on."""
        found: set[str] = set()
        i = trigger.first - 1
        while i >= 0 and not self.tokens[i].is_mention:
            token = self.tokens[i]
            known = in_class(token, "be", "have", "adverb", "modal", "negation")
            if token.low == "to":
                found |= {t.low for t in self.tokens[max(0, i - 3) : i] if not t.is_mention}
            elif not known and not token.low.endswith("ly"):
                break
            found.add(token.low)
            i -= 1
        return found

    def _attributes(self, trigger: Trigger) -> set[str]:
        """The words up to six tokens before a noun, with the verb that it is the object of."""
        found = set()
        for token in reversed(self.tokens[max(0, trigger.first - 6) : trigger.first]):
            if not token.is_mention:
                if token.low in _MARKS or token.low == "," or in_class(token, "subordinator"):
                    break
                found.add(token.low)
        return found

    def _is_feared(self, trigger: Trigger) -> bool:
        """Whether it is feared only: "threat of war", "risk of an attack"."""
        if trigger.is_verb:
            return False
        near = [t.low for t in self.tokens[max(0, trigger.first - 5) : trigger.first]]
        return bool(words().factuality["hypothetical_noun"] & set(near))

    def _is_claimed(self, trigger: Trigger) -> bool:
        for i in range(trigger.first):
            token = self.tokens[i]
            if not token.is_mention and token.low in words().factuality["claimed"]:
                following = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
                if (
                    following not in ("responsibility", "of", "lives", "the")
                    and i not in self._owner
                ):
                    return True
        return False
