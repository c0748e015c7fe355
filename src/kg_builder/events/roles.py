"""A trigger in its sentence in, the actors right beside it out, with their roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kg_builder.events.counts import count_at
from kg_builder.events.lexicon import Lexicon, words
from kg_builder.events.tokens import MONTHS, WEEKDAYS, Token, ends_phrase, in_class, in_class_at
from kg_builder.events.triggers import Trigger
from kg_builder.model import LocalEntity, Participant, Role

_ACTORS: Final = frozenset({"Person", "Organization", "Group"})
_COUNTRY: Final = frozenset({"country", "territory"})
_SUBJECT_ROLE: Final[dict[str, Role]] = {
    "claim-of-responsibility": "claimant",
    "statement": "speaker",
}
_MUTUAL: Final = frozenset({"meeting", "agreement", "fighting", "visit", "conference"})
CONFIDENCE: Final = 0.7


class Roles:
    """Finds participants by their place next to the trigger; whoever stands further is left."""

    def __init__(
        self, tokens: Sequence[Token], entities: Mapping[int, LocalEntity], lexicon: Lexicon
    ) -> None:
        self._tokens = tokens
        self._entities = entities
        self._lexicon = lexicon

    def of(self, trigger: Trigger) -> tuple[Participant, ...]:
        """The participants of a trigger's event, each entity once, in order of the text."""
        violent = self._lexicon.is_violent(trigger.entry.type)
        doer: Role = "perpetrator" if violent else "participant"
        doer = _SUBJECT_ROLE.get(trigger.entry.type, doer)
        sufferer: Role = "victim" if violent else "participant"
        if trigger.entry.type == "founding":
            sufferer = "recipient"
        if trigger.entry.type == "fighting":
            doer = sufferer = "participant"
        if trigger.is_verb:
            found = self._of_verb(trigger, doer, sufferer, violent)
        else:
            found = self._of_noun(trigger, doer, sufferer)
        unique: dict[int, Role] = {}
        for entity, role in found:
            unique.setdefault(entity, role)
        return tuple(Participant(e, role, CONFIDENCE) for e, role in unique.items())

    def _of_verb(
        self, trigger: Trigger, doer: Role, sufferer: Role, violent: bool
    ) -> list[tuple[int, Role]]:
        before = self._subject(trigger.first)
        behind = self._object(trigger.last + 1)
        if trigger.passive:
            agent = self._agent(trigger.last + 1)
            return [(e, sufferer) for e in before] + [(e, doer) for e in agent]
        if violent and not behind and not self._has_object(trigger.last + 1):
            return []
        if doer in ("speaker", "claimant"):
            return [(e, doer) for e in before]
        if not violent and trigger.entry.type not in _MUTUAL:
            behind = [e for e in behind if self._is_actor(e)]
        return [(e, doer) for e in before] + [(e, sufferer) for e in behind]

    def _has_object(self, i: int) -> bool:
        """Whether a verb takes an object, so that it is active: "killed nine", "killed in"."""
        if i >= len(self._tokens):
            return False
        token = self._tokens[i]
        if token.is_mention or in_class(token, "determiner") or token.low[:1].isdigit():
            return True
        if count_at(self._tokens, i):
            return True
        plural = token.low.endswith("s") and token.low not in words().counts["units"]
        return plural and not ends_phrase(self._tokens, i)

    def _of_noun(self, trigger: Trigger, doer: Role, sufferer: Role) -> list[tuple[int, Role]]:
        found: list[tuple[int, Role]] = []
        owner = trigger.first - 2
        if owner >= 0 and self._tokens[owner].is_mention and self._low(owner + 1) in ("'s", "'"):
            entity = self._tokens[owner].entity
            if entity is not None and self._is_actor(entity):
                found.append((entity, doer))
        after = trigger.last + 1
        if self._low(after) == "by":
            found += [(e, doer) for e in self._object(after + 1)]
        elif self._low(after) in ("on", "against") or (
            self._low(after) == "of" and self._lexicon.is_violent(trigger.entry.type)
        ):
            victims = self._object(after + 1)
            found += [(e, sufferer) for e in victims if not self._is_place(e)]
        elif self._low(after) in ("with", "between") and trigger.entry.type in _MUTUAL:
            found += [(e, "participant") for e in self._object(after + 1)]
        return found

    def _low(self, i: int) -> str:
        inside = 0 <= i < len(self._tokens) and not self._tokens[i].is_mention
        return self._tokens[i].low if inside else ""

    def _is_place(self, entity: int) -> bool:
        return self._entities[entity].kind in ("Place", "Region", "Facility")

    def _is_actor(self, entity: int) -> bool:
        """People, bodies, groups, and countries, which act through their governments."""
        local = self._entities[entity]
        return local.kind in _ACTORS or (local.kind == "Place" and local.place_type in _COUNTRY)

    def _subject(self, first: int) -> list[int]:
        """The subject that ends right before a verb and its auxiliaries."""
        i = first - 1
        while i >= 0 and not self._tokens[i].is_mention and (
            in_class(self._tokens[i], "be", "have", "adverb")
            or self._tokens[i].low in ("to", "will", "not", "never")
            or self._is_day(i)
            or self._tokens[i].low.endswith("ly")
        ):  # fmt: skip
            i -= 1
        if i < 0 or not self._tokens[i].is_mention:
            return []
        entity = self._tokens[i].entity
        if entity is None or not self._is_actor(entity) or not self._starts_clause(i):
            return []
        found = [entity]
        if self._low(i - 1) == "and" and i >= 2 and self._tokens[i - 2].is_mention:
            other = self._tokens[i - 2].entity
            if other is not None and self._is_actor(other) and self._starts_clause(i - 2):
                found.insert(0, other)
            else:
                return []
        return found

    def _is_day(self, i: int) -> bool:
        """Whether a token is of a date between subject and verb: "on Thursday"."""
        low = self._low(i)
        if low == "on":
            after = self._low(i + 1)
            return after in WEEKDAYS or after in MONTHS or after[:1].isdigit()
        return low in WEEKDAYS or low in MONTHS or low[:1].isdigit()

    def _starts_clause(self, i: int) -> bool:
        """Whether the phrase that ends in the mention at i hangs on nothing before it."""
        j = i - 1
        if j >= 0 and in_class(self._tokens[j], "determiner"):
            j -= 1
        if j < 0:
            return True
        token = self._tokens[j]
        if token.is_mention:
            return j < i - 1 or self._tokens[i].kind == "Person"
        if token.low in MONTHS or token.low[:1].isdigit():
            return True
        return not (token.low == "'s" or in_class(token, "preposition"))

    def _object(self, i: int) -> list[int]:
        """The object that begins at position i, with a second one behind "and"."""
        found: list[int] = []
        for _ in range(2):
            while in_class_at(self._tokens, i, "determiner") and self._low(i) != "that":
                i += 1
            if i >= len(self._tokens) or not self._tokens[i].is_mention:
                break
            entity = self._tokens[i].entity
            if entity is None or not (self._is_actor(entity) and ends_phrase(self._tokens, i + 1)):
                break
            found.append(entity)
            if self._low(i + 1) != "and":
                break
            i += 2
        return found

    def _agent(self, i: int) -> list[int]:
        """Who stands behind "by", up to three words further."""
        for j in range(i, min(i + 4, len(self._tokens))):
            if self._low(j) == "by":
                return self._object(j + 1)
            if self._tokens[j].is_mention:
                return []
        return []


def label(kind: str, place: str | None, when: str | None) -> str:
    """A short name of an event: "Attack in Kunduz, 8 October 2021"; `place` has its "in"."""
    text = f"{kind} {place}" if place else kind
    return f"{text}, {when}" if when else text
