"""Runs of capitals in, candidates with their class out: the decision list of the patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg_builder.mentions.candidates import (
    LEAD_WORDS,
    Candidate,
    Grower,
    Sent,
    Unit,
    join_tokens,
    make,
)
from kg_builder.mentions.context import Context
from kg_builder.mentions.extend import Extender
from kg_builder.mentions.gazetteer import Gazetteer
from kg_builder.mentions.lexicon import Head, Lexicon
from kg_builder.mentions.singles import Singles
from kg_builder.model import EntityKind

_OF_WORDS = frozenset(
    {"of", "for", "on", "to", "against", "de", "da", "do", "di", "del", "des", "du", "der", "e"}
)
_CONTINENTS = frozenset(
    {"Europe", "Asia", "Africa", "America", "North America", "South America", "Latin America",
     "Middle East", "Asia Pacific", "Asia-Pacific"}
)  # fmt: skip
_ROMAN = re.compile(r"[IVX]+")
_SURNAMES_TOO = frozenset({"King", "Prince", "Pope", "Bishop", "Judge", "Marshal", "Dean", "Baron"})
_STREETS = frozenset(
    {"Lane", "Street", "Drive", "Road", "Avenue", "Court", "Park", "Hall", "Bridge"}
)
_STRICT = frozenset({"Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Dr", "Dr."})


class Classifier:
    """Turns a sentence's runs into candidates by a fixed list of decisions."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._cues = lexicon.cues
        self._around = Context(lexicon)
        self._grower = Grower(gazetteer, lexicon)
        self._singles = Singles(gazetteer, lexicon)
        self._extender = Extender(lexicon)

    def candidates(self, sent: Sent, lowered: set[str]) -> list[Candidate]:
        """Candidates of one sentence in order; `lowered` are words the text has in lower case."""
        found: list[Candidate] = []
        for run in self._grower.runs(sent):
            found += self._resolve(sent, run, lowered)
        return found

    def known_only(self, sent: Sent) -> list[Candidate]:
        """For title-case lines: names of the gazetteer and peoples only."""
        found = []
        i = 0
        while i < len(sent.tokens):
            unit = self._grower.unit(sent, i)
            if unit is not None and (unit.known or unit.people):
                one = self._singles.read(sent, unit)
                if one is not None:
                    found.append(one)
                i = unit.b
            else:
                i += 1
        return found

    # -- runs ------------------------------------------------------------------------------

    def _resolve(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Candidate]:
        run = self._trim(sent, run, lowered)
        if not run:
            return []
        for k, unit in enumerate(run):
            if (
                unit.text in self._lexicon.calendar
                and not unit.known
                and not (k and run[k - 1].text in self._lexicon.first_names)
            ):
                head = self._head_of(run)
                if head is not None and head.kind == "Event":
                    break
                return self._resolve(sent, run[:k], lowered) + self._resolve(
                    sent, run[k + 1 :], lowered
                )
        if len(run) == 1:
            one = self._singles.read(sent, run[0])
            if one is not None and one.kind != "Group":
                self._extender.extend(sent, one)
            return [one] if one else []
        possessive = any(u.text == "'s" for u in run)  # "Saint Mary's Hospital"
        titled = None if possessive else self._titled(sent, run, lowered)
        if titled is not None:
            return titled
        whole = (
            self._named_body(sent, run)
            or self._city_with_particle(sent, run)
            or self._whole(sent, run)
        )
        if whole is not None:
            self._extender.extend(sent, whole)
            return [whole]
        return self._split(sent, run, lowered)

    def _trim(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Unit]:
        """Take off articles, ordinary words that start a sentence, and hanging connectors."""
        while run and not run[0].known:
            first = run[0]
            word = first.text.lower()
            initial = first.a in sent.initial
            if (
                first.small
                or first.text in LEAD_WORDS
                or (
                    initial
                    and len(run) > 1
                    and not first.people
                    and first.b - first.a == 1
                    and (
                        (
                            word in self._lexicon.function_words
                            and not (self._head_of(run) and word not in self._cues.never)
                            and not self._office(run)
                            and not self._city_of_two(sent, run)
                        )
                        or (
                            word in lowered
                            and (run[1].known or run[1].people or len(run) == 2)
                            and not self._grower.head(run[-1].text)
                        )
                        or self._calling(run)
                        or (
                            word.endswith(("ly", "ing"))
                            and first.text not in self._lexicon.first_names
                            and first.text not in self._lexicon.honorifics  # "King"
                            and not self._grower.head(run[-1].text)
                        )
                    )
                )
                or (word in self._cues.never and len(run) >= 1 and (initial or len(run) == 1))
            ):
                run = run[1:]
            else:
                break
        while run and run[-1].small:
            run = run[:-1]
        return run

    def _city_of_two(self, sent: Sent, run: Sequence[Unit]) -> bool:
        """As in "New Delhi": a first word of a sentence that belongs to a city's name."""
        city = self._gazetteer.city(join_tokens(sent.tokens, run[0].a, run[1].b))
        return city is not None and city.name.startswith(run[0].text)

    def _city_with_particle(self, sent: Sent, run: Sequence[Unit]) -> Candidate | None:
        """As in "Dar es Salaam", "Rio de Janeiro": a city of just this name."""
        if not any(u.small and u.text in self._lexicon.particles for u in run):
            return None
        city = self._gazetteer.city(join_tokens(sent.tokens, run[0].a, run[-1].b))
        return make(sent, run, "Place", "city", "gazetteer", 0.85) if city else None

    def _calling(self, run: Sequence[Unit]) -> bool:
        """As in "Botanist Lucía …": what someone does, a capital only as the sentence's first."""
        return (
            len(run) > 2
            and run[0].text.endswith(("ist", "man", "woman", "ician", "ologist", "eer"))
            and not self._around.looks_first(run[0])
            and self._around.looks_first(run[1])
        )

    def _office(self, run: Sequence[Unit]) -> bool:
        """As in "Foreign Secretary …": an ordinary word that belongs to the office after it."""
        return (
            run[0].text in self._lexicon.role_modifiers
            and run[0].text.lower() not in self._cues.never
            and run[1].text in self._lexicon.roles
        )

    def _surname_too(self, run: Sequence[Unit], k: int) -> bool:
        """As in "Martin Luther King, Jr.": a form of address that ends a full name."""
        rest = [u.text.removeprefix(", ") for u in run[k + 1 :]]
        return (
            k > 1
            and run[k].text in _SURNAMES_TOO
            and self._around.looks_first(run[0])
            and not any(u.known or u.small for u in run[:k])
            and all(w in self._lexicon.after_name for w in rest)
        )

    def _titled(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Candidate] | None:
        """A run with an office or a form of address: what follows it is a person."""
        lexicon = self._lexicon
        for k, unit in enumerate(run):
            if (
                unit.known
                or unit.people
                or not (unit.text in lexicon.roles or unit.text in lexicon.honorifics)
            ):
                continue
            named = k and run[k - 1].text not in lexicon.role_modifiers
            if named and self._around.looks_first(run[k - 1]) and unit.text not in lexicon.roles:
                continue
            if self._surname_too(run, k):
                continue
            left = k
            while left and not run[left - 1].known and run[left - 1].text in lexicon.role_modifiers:
                left -= 1
            right = self._around.role_end(run, k)
            rest, before = run[right:], run[:left]
            if rest and not rest[0].small:
                head = self._head_of(rest) or self._head_of(run)
                person = self._around.looks_first(rest[0]) and len(rest) <= 3
                opens = not rest[0].known and self._grower.head(rest[0].text) and len(rest) > 1
                if (head or opens) and not person and unit.text not in _STRICT:
                    return None
                if rest[0].known and len(rest) == 1 and rest[0].known.kind == "Organization":
                    return self._resolve(sent, before, lowered) + self._resolve(sent, rest, lowered)
                if any(u.known and u.b - u.a > 1 for u in rest):
                    return self._resolve(sent, before, lowered) + self._resolve(sent, rest, lowered)
                strong = unit.text in lexicon.honorifics or len(rest) > 1
                made = make(sent, rest, "Person", None, "pattern", 0.92 if strong else 0.8)
                made.titles.append(join_tokens(sent.tokens, run[left].a, run[right - 1].b))
                made.fixed = True
                return [*self._resolve(sent, before, lowered), made]
            if self._head_of(run) and rest and rest[0].small:
                return None
            found = self._resolve(sent, before, lowered) if before else []
            if rest:
                found += self._resolve(sent, rest, lowered)
            return found
        return None

    def _named_body(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        """As in "the party Green Hills": the noun before a name says what bears it."""
        cue = self._cues.before.get(self._around.word(sent, run[0].a - 1))
        if cue is None or any(u.small or u.people or u.known for u in run[1:]):
            return None
        if (run[0].known and run[0].b - run[0].a > 1) or self._person_by_name(run):
            return None
        return make(sent, run, cue.kind, cue.type, "pattern", 0.8)

    # -- whole runs ------------------------------------------------------------------------

    def _whole(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        words = [u.text for u in run]
        last, first = words[-1], words[0]
        capitals = [u for u in run if not u.small]
        suffix = last.replace(", ", "")
        if suffix in self._lexicon.company_suffixes and len(capitals) > 1:
            return make(sent, run, "Organization", "company", "pattern", 0.92)
        if (branch := self._branch(sent, run)) is not None:
            return branch
        if self._person_by_name(run):
            return self._person_or_city(sent, run)
        opened = self._lexicon.organization_first.get(first.split("-")[0])
        if opened and not run[0].known and (len(capitals) > 1 or "-" in first):
            return make(sent, run, opened.kind, opened.type, "pattern", 0.85)
        head = self._head_of(run)
        if head is not None and len(capitals) > 1:
            kind, type_ = self._bodies(sent, run, head)
            return make(sent, run, kind, type_, "pattern", 0.88)
        if (
            len(run) == 2
            and first in self._lexicon.directions
            and run[1].known
            and (run[1].known.kind in ("Place", "Region"))
        ):
            return make(sent, run, "Region", "region", "pattern", 0.85)
        before = self._lexicon.heads_before.get(first)
        if before and len(capitals) <= 4 and not any(u.people for u in run):
            return make(sent, run, before.kind, before.type, "pattern", 0.82)
        if self._around.at_work(sent, run):
            return make(sent, run, "Organization", None, "pattern", 0.75)
        if self._around.particle_name(run):
            if self._around.word(sent, run[0].a - 1) in ("in", "near", "from", "at"):
                return make(sent, run, "Place", None, "pattern", 0.6)
            return make(sent, run, "Person", None, "pattern", 0.75)
        if any(u.small or u.known or u.people for u in run):
            return None
        return self._by_context(sent, run)

    def _branch(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        """As in "Air Canada", "Adam Air", "EADS North America": companies by what they join."""
        if len(run) != 2 or run[1].people:
            return None
        first, second = run
        if first.known and second.known:
            joined = first.known.type in ("company", "armed group", "ngo") and (
                second.known.type == "country" or second.text in _CONTINENTS
            )
            kind = first.known.type
            return make(sent, run, "Organization", kind, "pattern", 0.7) if joined else None
        place = second.known is not None and second.known.kind in ("Place", "Region")
        named = first.known is None and not first.people and first.b - first.a == 1
        if (
            (first.text == "Air" and place)
            or (
                second.text == "Air"
                and named
                and (first.a not in sent.initial or first.text in self._lexicon.first_names)
            )
            or (named and first.text.isupper() and second.text in _CONTINENTS)
        ):
            return make(sent, run, "Organization", "company", "pattern", 0.85)
        return None

    def _person_or_city(self, sent: Sent, run: list[Unit]) -> Candidate:
        """A person, but for "Beverly Hills": a city of this very name that ends like one."""
        head = self._grower.head(run[-1].text)
        if len(run) == 2 and head is not None and head.kind == "Place":
            text = join_tokens(sent.tokens, run[0].a, run[-1].b)
            if self._gazetteer.city(text) is not None:
                return make(sent, run, "Place", "city", "gazetteer", 0.85)
        before = self._around.word(sent, run[0].a - 1)
        if head is not None and run[-1].text in _STREETS and before in ("of", "on", "along", "at"):
            return make(sent, run, "Facility", "facility", "pattern", 0.8)
        return make(sent, run, "Person", None, "pattern", self._person_score(run))

    def _bodies(self, sent: Sent, run: list[Unit], head: Head) -> tuple[EntityKind, str | None]:
        """A programme or fund of an international body is an organisation itself."""
        first = run[0].known
        if run[-1].text == "Court" and self._around.word(sent, run[0].a - 1) == "on":
            return "Facility", "facility"
        igo = first is not None and first.kind == "Organization"
        if head.kind == "Topic" and igo and run[-1].text in (
            "Programme", "Program", "Compact", "Mechanism"
        ):  # fmt: skip
            return "Organization", "igo"
        return head.kind, head.type

    def _head_of(self, run: Sequence[Unit]) -> Head | None:
        """The head noun's class: before the first "of", "for", "on", or the last word."""
        for k in range(1, len(run)):
            if run[k].small and run[k].text in _OF_WORDS:
                left = run[k - 1]
                if left.known and left.known.concept is None and k > 0:
                    return self._grower.head(left.text.rsplit(" ", 1)[-1])
                if left.known is None and (found := self._grower.head(left.text)):
                    return self._lexicon.heads_before.get(left.text, found)
                return self._lexicon.heads_before.get(left.text)
        last = run[-1]
        if len(run) > 1 and _ROMAN.fullmatch(last.text):
            last = run[-2]
        if (
            last.known
            and len(run) > 1
            and last.known.kind == "Organization"
            and last.b - last.a > 1
        ):
            inner = self._grower.head(last.text.rsplit(" ", 1)[-1])
            return inner if inner and inner.kind == "Organization" else None
        return None if last.known or last.people else self._grower.head(last.text)

    def _person_by_name(self, run: list[Unit]) -> bool:
        """First name first, everything else a possible surname."""
        if not self._around.looks_first(run[0]) or any(
            u.small and u.text in ("of", "for", "on", "and", "&", "the", "in") for u in run
        ):
            return False
        capitals = [u for u in run if not u.small]
        if not 2 <= len(capitals) <= 5 or any(u.known and u.b - u.a > 1 for u in run[1:]):
            return False
        head = self._head_of(run)
        if head is None:
            return not (run[0].text in self._lexicon.weak_first_names and capitals[-1].people)
        weak = run[0].text in self._lexicon.weak_first_names
        return len(capitals) == 2 and not weak and run[-1].text in self._cues.surname_heads

    def _person_score(self, run: list[Unit]) -> float:
        return 0.75 if run[0].text in self._lexicon.weak_first_names else 0.9

    def _by_context(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        """No cue inside: a city's exact name, the words around, or the shape of a person's name."""
        capitals = [u for u in run if not u.small]
        text = join_tokens(sent.tokens, run[0].a, run[-1].b)
        previous = self._around.word(sent, run[0].a - 1)
        city = self._gazetteer.city(text)
        if city is not None and (previous in self._cues.place_before or city.population > 200_000):
            return make(sent, run, "Place", "city", "gazetteer", 0.85)
        cue = self._cues.after.get(self._around.word(sent, run[-1].b))
        if cue and previous != "a":
            return make(sent, run, cue.kind, cue.type, "pattern", 0.7)
        plain = all(
            (u.text[0].isupper() and not u.text.isupper() and u.text.isalpha()) or "-" in u.text
            for u in capitals
        )
        fields = sum(
            u.text in self._lexicon.field_words or u.text.lower() in self._lexicon.function_words
            for u in capitals
        )
        if not plain or len(capitals) > 3 or fields:
            return make(sent, run, None, None, "pattern", 0.3)
        if capitals[0].text in self._lexicon.directions:
            return make(sent, run, None, None, "pattern", 0.3)
        if self._around.role_before(previous) or self._around.person_after(sent, run[-1].b):
            return make(sent, run, "Person", None, "pattern", 0.8)
        office = self._around.word(sent, run[0].a - 2)
        if previous == self._around.word(sent, run[-1].b) == "," and (
            self._around.role_before(office)
        ):
            return make(sent, run, "Person", None, "pattern", 0.75)
        if previous in ("the", "a", "an", "this", "in", "near", "at", "from") or any(
            u.text.endswith(self._cues.abstract_endings) for u in capitals
        ):
            return make(sent, run, None, None, "pattern", 0.3)
        if previous in self._cues.person_before:
            return make(sent, run, "Person", None, "shape", 0.6)
        return make(sent, run, None, None, "shape", 0.3)

    def _split(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Candidate]:
        """Nothing fits the whole: part at connectors, peoples and known names."""
        for k, unit in enumerate(run):
            if unit.small and unit.text in ("of", "for", "on", "and", "&", "in", "to", "against"):
                return self._resolve(sent, run[:k], lowered) + self._resolve(
                    sent, run[k + 1 :], lowered
                )
        if (whole := self._longer_name(sent, run)) is not None:
            return [whole]
        for k, unit in enumerate(run):
            if unit.known or unit.people:
                left = self._resolve(sent, run[:k], lowered) if k else []
                mid = self._singles.read(sent, unit)
                right = self._resolve(sent, run[k + 1 :], lowered)
                return [*left, *([mid] if mid else []), *right]
        return [make(sent, run, None, None, "pattern", 0.3)]

    def _longer_name(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        """A place with other capitals beside it is part of a name, not a place that is meant.

        What the name is, only the words around can tell: "told the …", or "the" and three words.
        """
        places = [k for k, u in enumerate(run) if u.known and u.known.kind in ("Place", "Region")]
        if len(places) != 1 or any(u.people or (u.known and k not in places)
                                   for k, u in enumerate(run)):  # fmt: skip
            return None
        beside = run[1] if places[0] == 0 else run[places[0] - 1]
        if places[0] and (run[0].a in sent.initial or run[0].text in self._lexicon.directions):
            return None
        if beside.text in self._lexicon.calendar or beside.text.isupper():
            return None
        first = run[0].a
        if self._around.word(sent, first - 1) in ("the", "The"):
            if self._around.word(sent, first - 2) == "told":
                return make(sent, run, "Organization", "media", "pattern", 0.75)
            if len(run) > 2:
                return make(sent, run, "Organization", None, "pattern", 0.65)
        return make(sent, run, None, None, "pattern", 0.3)
