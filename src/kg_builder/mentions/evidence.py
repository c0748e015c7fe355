"""A document's single capitals in, their class by all that is said of each name together out.

One mention of a bare name tells little: "Marlow made headlines" may be a firm. All mentions of
it together, with what the trained pipeline thinks of each, tell much more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kg_builder.mentions.candidates import Candidate, Sent
from kg_builder.mentions.context import Context
from kg_builder.mentions.gazetteer import Gazetteer
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.model import EntityKind

_STRONG: Final = 1.5
_ENOUGH: Final = 1.0
_ENOUGH_ALONE: Final = 0.5
"""What is enough where no pipeline has read the text."""
_AHEAD: Final = 1.4
"""How many times the second class the first must weigh."""
_OPINION: Final[Mapping[EntityKind, float]] = {
    "Person": 1.0, "Place": 0.6, "Organization": 0.5, "Facility": 0.3, "Region": 0.6,
}  # fmt: skip
_MOST_OPINIONS: Final = 3
_ARTICLES: Final = frozenset({"the", "The", "a", "an", "A", "An"})
_INSIDE: Final = frozenset(
    {"in", "near", "outside", "across", "throughout", "at", "around", "inside"}
)
_LOOSE: Final = frozenset({"from", "to", "of", "into", "through", "towards", "toward", "past"})
_CITY: Final = 1.0
"""What a city of the name counts; once, however often the name stands here."""
_OF_TOWNS: Final = frozenset({"government body", "facility", "subdivision"})
_LITTLE: Final = 0.4
"""Cues of a place up to this, as a loose preposition, speak for a person as well."""
_SOME_NAME: Final = 0.3
_PRONOUNS: Final = frozenset({"he", "she", "his", "her", "him"})
_INNER_CAPITAL: Final = re.compile(r"(?<!^Mc)(?<!^Mac)(?<!^De)(?<!^Le)(?<!^La)(?<=[a-z])[A-Z]")
_PLACES: Final = ("Place", "Region", "Facility")
_OPEN_METHODS: Final = frozenset({"pattern", "gazetteer", "pipeline", "shape"})

Weights = dict[EntityKind, float]


class Evidence:
    """Adds up cues and the pipeline's opinions by name, and decides."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._cues = lexicon.cues
        self._around = Context(lexicon)

    def decide(self, found: Iterable[Candidate], sents: Mapping[int, Sent], *, read: bool) -> None:
        """Sets the class of bare names in place; `read` tells that a pipeline has read too."""
        groups: dict[str, list[Candidate]] = {}
        shut: set[str] = set()
        towns: set[str] = set()  # as "Hexham" where there is a "Hexham Town Council"
        for c in found:
            if _is_open(c) and c.surface not in self._lexicon.heads_after:
                groups.setdefault(c.surface, []).append(c)
            elif c.fixed:
                shut.add(c.surface)
            if c.type in _OF_TOWNS and " " in c.surface:
                towns.add(c.surface.partition(" ")[0])
        for surface, members in groups.items():
            if surface not in shut:
                self._settle(members, sents, read=read, town=surface in towns)

    def _settle(
        self,
        members: Sequence[Candidate],
        sents: Mapping[int, Sent],
        *,
        read: bool,
        town: bool,
    ) -> None:
        cues: Weights = {"Place": _CITY} if town else {}
        opinions: dict[EntityKind, int] = {}
        strong = False
        for c in members:
            here = self._weights(sents[c.sentence], c)
            strong = strong or any(w >= _STRONG for w in here.values())
            for kind, weight in here.items():
                before = cues.get(kind, 0.0)
                loose = kind == "Place" and 0 < weight <= _LITTLE  # "of X" counts once
                cues[kind] = max(before, weight) if loose else before + weight
            if c.opinion is not None:
                kind = "Place" if c.opinion in _PLACES else c.opinion
                opinions[kind] = opinions.get(kind, 0) + 1
        total = self._total(members, cues, opinions)
        if is_product(members[0].surface):
            total = {k: w for k, w in total.items() if k not in ("Person", "Place")}
            _drop(c for c in members if c.kind in ("Person", "Place"))
        ranked = sorted(total, key=lambda k: (-total[k], k))
        if all(c.weak for c in members) and not (strong or opinions):
            return
        sure = bool(ranked) and total[ranked[0]] >= (_ENOUGH if read else _ENOUGH_ALONE)
        if len(ranked) > 1 and total[ranked[0]] < _AHEAD * total[ranked[1]]:
            sure = False
        if not sure:
            if read:
                _drop(members)
            return
        agreed = opinions.get(ranked[0], 0) > 0
        spoken = cues.get(ranked[0], 0.0) > 0
        _assign(members, ranked[0], total[ranked[0]], agreed=agreed, spoken=spoken)

    def _total(
        self, members: Sequence[Candidate], cues: Weights, opinions: Mapping[EntityKind, int]
    ) -> Weights:
        """Cues and opinions together, by class.

        The pipeline alone makes nobody a place, nor a person of a word that only ever opens
        sentences; but whatever it takes for a name, cues are worth more there.
        """
        total = {k: w for k, w in cues.items() if w > 0}
        if any(c.kind in _PLACES and c.method == "gazetteer" for c in members):
            total["Place"] = total.get("Place", 0.0) + _CITY
        surface = members[0].surface
        product = is_product(surface)
        for kind, count in opinions.items():
            spoken = kind in total and not (
                kind == "Place" and total[kind] <= _LITTLE and total.get("Person", 0.0) >= _STRONG
            )
            heard = spoken or (
                kind == "Person"
                and not product
                and cues.get("Place", 0.0) <= _LITTLE
                and any(not c.weak for c in members)
            )
            if heard and cues.get(kind, 0.0) >= 0:
                weight = _OPINION.get(kind, 0.0) * min(count, _MOST_OPINIONS)
                total[kind] = total.get(kind, 0.0) + weight
            elif total:
                best = max(sorted(total), key=lambda k: total[k])
                total[best] += _SOME_NAME
        return total

    def _weights(self, sent: Sent, c: Candidate) -> Weights:
        """What the words around one mention tell, by class; below 0 is against it."""
        found: Weights = {
            "Person": self._person(sent, c),
            "Place": self._place(sent, c),
            "Organization": self._organization(sent, c),
        }
        if (kind := self._of_kind(sent, c)) is not None:
            found[kind] = found.get(kind, 0.0) + _STRONG
        return {k: w for k, w in found.items() if w}

    def _of_kind(self, sent: Sent, c: Candidate) -> EntityKind | None:
        """As in "towns such as X", "X, a town on the coast": the noun that X is one of."""
        word = self._around.word
        k = c.a - 1
        while k > max(0, c.a - 8) and (
            word(sent, k) in (",", "and", "or") or sent.tokens[k].cap
        ):  # fmt: skip
            k -= 1  # over the names before it in the list
        if word(sent, k) in ("including", "like", ":", "of") or (
            word(sent, k) == "as" and word(sent, k - 1) == "such"
        ):
            k -= 2 if word(sent, k) == "as" else 1
            for at in range(k, max(-1, k - 4), -1):
                noun = word(sent, at).lower() if at in sent.initial else word(sent, at)
                if noun.endswith("s") and (kind := self._noun(noun[:-1])):
                    return kind
        if word(sent, c.b) == "," and word(sent, c.b + 1) in ("a", "an"):
            for at in range(c.b + 2, c.b + 7):
                if not word(sent, at)[:1].islower() or word(sent, at) in ("of", "in", "who"):
                    break
                if kind := self._noun(word(sent, at)):
                    return kind
        return None

    def _noun(self, word: str) -> EntityKind | None:
        """The class of what a common noun names."""
        if not word or word[0].isupper():
            return None
        if word in ("citie", "countie", "countrie", "companie", "ministrie", "partie"):
            word = word[:-2] + "y"
        head = self._cues.after.get(word) or self._cues.before.get(word)
        if head is not None and head.kind in ("Place", "Organization"):
            return head.kind
        return "Person" if self._around.role_before(word) else None

    def _person(self, sent: Sent, c: Candidate) -> float:
        word, lexicon = self._around.word, self._lexicon
        before, after, then = word(sent, c.a - 1), word(sent, c.b), word(sent, c.b + 1)
        weight = 0.0
        owned = then if after == "'s" else after
        further = word(sent, c.b + 2) if after == "'s" else ""
        if owned in self._cues.person_after or further in self._cues.person_after:
            weight += _STRONG
        elif before in _ARTICLES or before.isdigit():
            return -1.0
        if self._around.role_before(before) or (c.kind == "Person" and c.confidence >= 0.75):
            weight += _STRONG
        if before in self._cues.person_objects:
            weight += 0.7
        if (
            after == "," and (then in ("who", "whose") or (then.isdigit() and len(then) == 2))
        ) or after in ("who", "himself", "herself"):
            weight += _STRONG
        elif after in lexicon.saying_verbs:
            weight += 0.7
        elif self._around.person_after(sent, c.b):
            weight += 0.5
        if weight > 0 and any(t.text in _PRONOUNS for t in sent.tokens[c.b : c.b + 10]):
            weight += 0.3
        if c.surface in lexicon.first_names and c.surface not in lexicon.weak_first_names:
            weight += 0.8
        return weight

    def _place(self, sent: Sent, c: Candidate) -> float:
        word = self._around.word
        before = word(sent, c.a - 1).lower()
        after, then = word(sent, c.b), word(sent, c.b + 1)
        weight = 0.0
        if before in _INSIDE:
            weight += 0.9
        elif before in _LOOSE:
            weight += 0.4
            if before == "of" and word(sent, c.a - 2) in self._cues.place_of:
                weight += 0.7
        elif before in self._cues.place_before:
            weight += 0.7
        if after in self._cues.place_nouns:
            weight += 0.8
        if c.kind in _PLACES and c.method == "pattern" and c.confidence >= 0.7:
            weight += 1.0
        if (after == "," and self._gazetteer.authority.lookup(then)) or (
            after == "in" and then[:1].isupper() and self._gazetteer.authority.lookup(then)
        ):
            weight += 0.5
        return weight

    def _organization(self, sent: Sent, c: Candidate) -> float:
        word = self._around.word
        after, then = word(sent, c.b), word(sent, c.b + 1)
        weight = 0.0
        if c.kind == "Organization" and c.method == "pattern" and c.confidence >= 0.65:
            weight += 2.2 if c.confidence >= 0.75 else 1.0
        owned = then if after == "'s" else after
        if owned in self._cues.organization_nouns:
            weight += 0.8
        return weight


def _is_open(c: Candidate) -> bool:
    return (
        " " not in c.surface
        and not c.fixed
        and c.concept is None
        and c.method in _OPEN_METHODS
        and c.kind in (None, "Person", "Place", "Organization")
        and not (c.kind is None and c.confidence == 0.0 and c.opinion is None)
    )


def is_product(word: str) -> bool:
    """As in "iPhone", "PlayStation", "A380": no person's name, nor a place's."""
    return " " not in word and (
        word[0].islower()
        or _INNER_CAPITAL.search(word) is not None
        or any(x.isdigit() for x in word)
    )


def _drop(members: Iterable[Candidate]) -> None:
    """Names that nothing settles are none."""
    for c in members:
        c.kind = None


def _assign(
    members: Iterable[Candidate], kind: EntityKind, total: float, *, agreed: bool, spoken: bool
) -> None:
    confidence = round(min(0.9, 0.55 + 0.12 * total), 2)
    for c in members:
        if c.kind != kind:
            c.type = "city" if kind == "Place" and c.method == "gazetteer" else None
        if c.kind != kind or agreed:
            c.method = "pattern+pipeline" if agreed and spoken else c.method
            if agreed and not spoken:
                c.method = "pipeline"
        c.kind, c.weak = kind, False
        c.confidence = max(c.confidence, confidence) if agreed else confidence
