"""A sentence's tokens in, binary statements between two of its mentions out.

A few patterns of apposition and copula, each anchored on both sides; what is not put so
plainly is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.events.lexicon import words
from kg_builder.events.tokens import Token, ends_phrase, in_class
from kg_builder.model import ClaimCandidate, Factuality, LocalEntity

_GOVERNED: Final = frozenset({"Organization", "Place"})
_PAST: Final = frozenset("former late ex ex-".split())
_MODIFIERS: Final = frozenset("current acting interim deputy longtime long-time then".split())
_PLEDGES: Final = frozenset("pledged swore sworn declared made pledges".split())
_LOYALTY: Final = frozenset("allegiance loyalty fealty bay'at bay`at bayat bay'ah".split())
_ROLE_LENGTH: Final = 3
CONFIDENCE: Final = 0.8


@dataclass(frozen=True, slots=True)
class _Office:
    """A noun of office at tokens ..last, with its predicate; `past` for "former" and "late"."""

    predicate: str
    last: int
    past: bool


class Claims:
    """Finds the claims of one sentence."""

    def __init__(self, tokens: Sequence[Token], entities: Mapping[int, LocalEntity]) -> None:
        self._tokens = tokens
        self._entities = entities

    def find(self, sentence: int) -> list[ClaimCandidate]:
        """All claims, in order of the text, each once."""
        found: dict[tuple[int, str, int], ClaimCandidate] = {}
        for i, token in enumerate(self._tokens):
            if not token.is_mention or token.quoted:
                continue
            for claim in (
                self._office_of(i), self._office_before(i), self._attribute(i), self._pledge(i)
            ):  # fmt: skip
                if claim is None or claim[0] == claim[2]:
                    continue
                subject, predicate, obj, past = claim
                found.setdefault(
                    (subject, predicate, obj),
                    ClaimCandidate(
                        subject, predicate, obj, sentence, self._factuality(i), CONFIDENCE, past
                    ),
                )
        return list(found.values())

    def _low(self, i: int) -> str:
        inside = 0 <= i < len(self._tokens) and not self._tokens[i].is_mention
        return self._tokens[i].low if inside else ""

    def _factuality(self, i: int) -> Factuality:
        claimed = words().factuality["claimed"]
        earlier = {self._low(j) for j in range(i)}
        return "claimed" if claimed & earlier else "reported"

    def _mention(self, i: int, kinds: frozenset[str]) -> int | None:
        """The entity of a mention of one of the kinds; a place must be a country or wider."""
        if not 0 <= i < len(self._tokens):
            return None
        entity = self._tokens[i].entity
        if entity is None or self._entities[entity].kind not in kinds:
            return None
        return entity

    def _office(self, i: int) -> _Office | None:
        """An office at position i: "a former member", "the TTP's" not included."""
        past = False
        if self._low(i) in ("the", "a", "an"):
            i += 1
        while self._low(i) in _PAST | _MODIFIERS or self._low(i) == "-":
            if self._low(i) == "deputy":
                return None
            past = past or self._low(i) in _PAST
            i += 1
        for length in range(_ROLE_LENGTH, 0, -1):
            role = tuple(self._low(j) for j in range(i, i + length))
            predicate = words().roles.get(role)
            if predicate is not None:
                return _Office(predicate, i + length - 1, past)
        return None

    def _body(self, i: int) -> tuple[int, int] | None:
        """The body of an office behind "of": (entity, position), when the phrase ends there."""
        if self._low(i) not in ("of", "for", "at", "in"):
            return None
        i += 1
        if self._low(i) in ("the", "its"):
            i += 1
        entity = self._mention(i, _GOVERNED)
        if entity is None or not ends_phrase(self._tokens, i + 1):
            return None
        return entity, i

    def _fits(self, predicate: str, entity: int) -> bool:
        """Whether a body can have such an officer: places have heads and leaders only."""
        place = self._entities[entity].kind == "Place"
        return not place or predicate in ("headOf", "leaderOf")

    def _office_of(self, i: int) -> tuple[int, str, int, bool] | None:
        """An office behind a person: "X, the leader of Y", "X was a member of Y"."""
        kinds = frozenset({"Person", "Organization", "Group", "Place"})
        subject = self._mention(i, kinds)
        if subject is None:
            return None
        past = False
        j = i + 1
        if self._low(j) in ("is", "was"):
            if not self._is_free(i):
                return None
            past = self._low(j) == "was"
            j += 1
            while in_class(self._tokens[j], "adverb") if j < len(self._tokens) else False:
                j += 1
            if self._low(j) not in ("the", "a", "an"):
                return None
        elif self._low(j) == ",":
            j += 1
        else:
            return None
        office = self._office(j)
        if office is None:
            return None
        body = self._body(office.last + 1)
        if body is None or not self._fits(office.predicate, body[0]):
            return None
        if self._entities[subject].kind != "Person" and office.predicate != "memberOf":
            return None
        return subject, office.predicate, body[0], past or office.past

    def _is_free(self, i: int) -> bool:
        """Whether the mention hangs on no preposition or possessor before it."""
        j = i - 1 - in_class(self._tokens[i - 1], "determiner") if i else -1
        if j < 0:
            return True
        return not (in_class(self._tokens[j], "preposition") or self._low(j) in ("'s", "and", "or"))

    def _office_before(self, i: int) -> tuple[int, str, int, bool] | None:
        """An office ahead, "the president of Y, X": the body's mention is at i."""
        body = self._mention(i, _GOVERNED)
        person = self._mention(i + 2, frozenset({"Person"}))
        if body is None or person is None or self._low(i + 1) != ",":
            return None
        if not ends_phrase(self._tokens, i + 3):
            return None
        j = i - 1 - (self._low(i - 1) == "the")
        if self._low(j) != "of":
            return None
        for length in range(_ROLE_LENGTH, 0, -1):
            office = self._office(j - length)
            if office is not None and office.last == j - 1:
                before = self._low(j - length - 1)
                if before not in ("the", "a", "former", "late", "current", ""):
                    return None  # "the first president", "the deputy head" say something else
                if not self._fits(office.predicate, body):
                    return None
                return person, office.predicate, body, before in _PAST or office.past
        return None

    def _attribute(self, i: int) -> tuple[int, str, int, bool] | None:
        """An attribute: "the TTP founder X", "JA's leader X", "Kazakhstan's former president X"."""
        body = self._mention(i, _GOVERNED)
        if body is None:
            return None
        j = i + 1 + (self._low(i + 1) == "'s")
        if self._low(j) in ("the", "a", "an"):
            return None
        office = self._office(j)
        if office is None or office.predicate not in ("headOf", "leaderOf", "founderOf"):
            return None
        k = office.last + 1 + (self._low(office.last + 1) == ",")
        person = self._mention(k, frozenset({"Person"}))
        if person is None or not self._fits(office.predicate, body):
            return None
        past = office.past or self._low(i - 1) in _PAST
        return person, office.predicate, body, past

    def _pledge(self, i: int) -> tuple[int, str, int, bool] | None:
        """A pledge: "X pledged allegiance to Y"; of "IS leader Z" the person is meant."""
        subject = self._mention(i, frozenset({"Person", "Organization", "Group"}))
        j = i + 1
        while j < len(self._tokens) and (
            in_class(self._tokens[j], "have", "adverb") or self._low(j).endswith("ly")
        ):
            j += 1
        if subject is None or self._low(j) not in _PLEDGES or not self._is_free(i):
            return None
        j += 1
        while self._low(j) in ("an", "a", "oath", "of", "their", "his", "its", "and", "formal"):
            j += 1
        if self._low(j) not in _LOYALTY or self._low(j + 1) != "to":
            return None
        j += 2
        if self._low(j) == "the":
            j += 1
        office = self._office(j + 1) if j < len(self._tokens) else None
        if office is not None and self._tokens[j].is_mention:
            target = self._mention(office.last + 1, frozenset({"Person"}))
        else:
            target = self._mention(j, frozenset({"Person", "Organization", "Group"}))
            target = target if ends_phrase(self._tokens, j + 1) else None
        return None if target is None else (subject, "pledgedAllegianceTo", target, False)
