"""Decided candidates of one article in, the place that each place name means there out.

A name that several places bear is linked only where the document tells which one is meant: by
the place named right after it, by other places around it, or, where nothing speaks against
it, by being far larger than all others of the name. Otherwise it stays without a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.authority import Authority, Concept
from kg_builder.mentions.candidates import Candidate, Sent, join_tokens
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.mentions.teams import is_club, is_team
from kg_builder.mentions.weighing import (
    AREAS,
    LARGE,
    LIKELY,
    RANK,
    STATES,
    SURE,
    Chosen,
    Evidence,
    Weigher,
)

_KINDS: Final = ("Place", "Region", "Facility")
_TEAMS: Final = (*STATES, "region", "subdivision")
"""Kinds of places whose name is their national team's too."""
_CACHED: Final = 20_000
_METROPOLIS: Final = 1_000_000
"""People in a city that no smaller one rivals by another name."""
_HEADS: Final = frozenset({"state", "province", "governorate", "oblast", "region", "prefecture"})
"""Nouns before "of" or after a name that say it is a subdivision."""
UNTOLD: Final = "?"
"""Reading of a name that known places bear, where the document does not tell which one."""


@dataclass(slots=True)
class _Told:
    """What the words after a name say: the place itself, or only what it lies in."""

    place: Concept | None
    inside: str


class Places:
    """Decides places for a document at a time; keeps only readings of names between them."""

    def __init__(self, authority: Authority, lexicon: Lexicon) -> None:
        self._authority = authority
        self._lexicon = lexicon
        self._weigher = Weigher(authority)
        self._readings: dict[str, tuple[Concept, ...]] = {}
        self._towns: dict[str, tuple[Concept, ...]] = {}
        self._states = {
            short: found[0]
            for short, full in lexicon.state_forms.items()
            if (found := [c for c in authority.lookup(full) if c.place_type == "subdivision"])
        }

    def state(self, sent: Sent, at: int) -> tuple[int, Concept | None] | None:
        """A state's short form at token `at` ("Ga.") with its number of tokens, or None."""
        if at >= len(sent.tokens):
            return None
        word = sent.tokens[at].text
        if word not in self._lexicon.state_forms:
            return None
        if word.endswith(".") or (len(word) == 2 and word.isupper()):
            return 1, self._states.get(word)
        dotted = at + 1 < len(sent.tokens) and sent.tokens[at + 1].text == "."
        glued = dotted and not sent.tokens[at + 1].spaced
        return (2, self._states.get(word)) if glued else None

    def readings(self, surface: str) -> tuple[Concept, ...]:
        """Everything of the authority files and GeoNames that a name can mean, areas first.

        Cities by their own name, largest first; by another name only where none has it.
        """
        if surface not in self._readings:
            if len(self._readings) >= _CACHED:
                self._readings.clear()
            self._readings[surface] = self._look_up(surface) or self._look_up(_plain(surface))
        return self._readings[surface]

    def _look_up(self, surface: str) -> tuple[Concept, ...]:
        areas = [c for c in self._authority.lookup(surface) if c.kind in _KINDS]
        if not areas:
            areas = [*self._authority.subdivisions(surface), *self._authority.counties(surface)]
        cities = self._authority.cities(surface)
        own = [c for c in cities if c.name == surface]
        if len(surface) > 4:  # another name of a city not far smaller counts against the namesake
            size = max((c.population for c in own), default=0)
            size = size if size >= _METROPOLIS else size // 3
            home = own[0].contained_in if own else ()
            own = [
                c for c in cities
                if c in own or (c.population > size and c.contained_in != home)
            ]  # fmt: skip
        known = {c.iri for c in areas}
        return (*areas, *(c for c in own if c.iri not in known))

    def _rivals(self, surface: str) -> tuple[Concept, ...]:
        """All that a name can mean with the towns that only a document can tell, areas first."""
        plain = _plain(surface)
        if len(plain) < 4:
            return self.readings(surface)
        if plain not in self._towns:
            if len(self._towns) >= _CACHED:
                self._towns.clear()
            self._towns[plain] = (*self.readings(surface), *self._authority.towns(plain))
        return self._towns[plain]

    def settle(self, candidates: Sequence[Candidate], sents: Mapping[int, Sent]) -> None:
        """Give each place among the candidates its concept, or none, and its reading."""
        named = [c for c in candidates if c.kind in _KINDS and c.method != "state"]
        called = {c.start: self._called(c, sents[c.sentence]) for c in named}
        if not any(self.readings(name) for name in called.values()):
            return
        told = self._told(candidates, sents)
        evidence = self._evidence(candidates, called, told, sents)
        senses: dict[str, dict[tuple[str | None, str], _Told]] = {}
        home: dict[str, _Told] = {}
        for c in named:
            if one := told.get(c.start):
                place = one.place.iri if one.place else None
                senses.setdefault(called[c.start], {})[place, one.inside] = one
                if c.method == "dateline":
                    home.setdefault(called[c.start], one)
        self._learn({called[c.start] for c in named if c.start not in told}, evidence)
        untold: dict[str, tuple[Chosen, str | None]] = {}
        people = {(c.sentence, c.b) for c in candidates if c.kind == "Person"}
        for c in named:
            one, name = told.get(c.start), called[c.start]
            if one is None and self._another_sense(c, sents[c.sentence], people):
                self._set(c, (None, 0.0), UNTOLD)
                continue
            if one is None and name in home:
                one = home[name]
            if one is None and len(senses.get(name, ())) == 1:
                one = next(iter(senses[name].values()))
            if one is not None:
                self._set(c, (one.place, SURE), None if one.place else one.inside)
                continue
            if name not in untold:
                several = [s.place for s in senses.get(name, {}).values() if s.place]
                untold[name] = self._untold(c, name, several, evidence)
            self._set(c, *untold[name])

    def _another_sense(self, c: Candidate, sent: Sent, people: set[tuple[int, int]]) -> bool:
        """Whether a name is a team's here, or the end of a longer name ("Workers of America").

        `people` tells where people's names end: "John Ames of Kansas" is no longer name. Nor is
        a town's: it says where the club or firm before it sits ("Northern Metals of Toronto").
        """
        if c.type in _TEAMS and is_team(sent, c):
            return True
        if c.type not in STATES and is_club(sent, c):
            return True
        if (c.sentence, c.a - 1) in people:
            return False
        area = any(r.place_type in AREAS for r in self.readings(c.surface))
        return area and self._ends_a_name(c, sent)

    def _ends_a_name(self, c: Candidate, sent: Sent) -> bool:
        """As in "Workers of America" or "Blue Shield of Alabama", but not "Governor of Texas"."""
        words = [t.text for t in sent.tokens[max(0, c.a - 3) : c.a]]
        if len(words) < 2 or words[-1] != "of" or not words[-2][0].isupper():
            return False
        noun, lexicon = words[-2], self._lexicon
        if noun in lexicon.roles or noun in lexicon.honorifics or noun in lexicon.calendar:
            return False
        if noun.lower() in _HEADS or noun in lexicon.heads_before or noun[-1] == ".":
            return False
        several = len(words) > 2 and words[0][0].isupper() and c.a - 3 not in sent.initial
        return several or (noun[-1] == "s" and c.a - 2 not in sent.initial)

    def _learn(self, names: set[str], evidence: Evidence) -> None:
        """Let names that their neighbours decide speak for their subdivision in turn."""
        for name in sorted(names):
            if self._certain(name) is None:
                place, sure = self._weigher.choose(name, self._rivals(name), evidence)
                if place is not None and sure == LIKELY and place.place_type not in STATES:
                    evidence.add(place, self._weigher.above(place), name)

    def _set(self, c: Candidate, chosen: Chosen, reading: str | None) -> None:
        concept, sure = chosen
        if concept is None:
            if c.concept is not None and c.concept.kind in _KINDS:
                c.concept, c.method = None, "gazetteer"
                c.confidence = min(c.confidence, 0.8)
            c.reading = reading
            return
        c.concept, c.reading = concept, None
        c.kind, c.type = concept.kind, concept.place_type
        c.link_confidence = sure

    def _called(self, c: Candidate, sent: Sent) -> str:
        """A candidate's name, with the noun of a county that stands after it or its list."""
        name = _plain(c.surface)
        words = [t.text for t in sent.tokens[c.b : c.b + 12]]
        if words[:1] in (["County"], ["Parish"]) and self.readings(f"{name} {words[0]}"):
            return f"{name} {words[0]}"
        for k, word in enumerate(words):
            if word in ("counties", "Counties") and k:
                return f"{name} County" if self.readings(f"{name} County") else name
            if not (word in (",", "and") or sent.tokens[c.b + k].cap):
                break
        return name

    # -- what the words after a name tell --------------------------------------------------

    def _told(self, candidates: Sequence[Candidate], sents: Mapping[int, Sent]) -> dict[int, _Told]:
        """By the start of a name: what the place right after it ("Lyon, France") tells."""
        told: dict[int, _Told] = {}
        for k, c in enumerate(candidates):
            if c.kind not in _KINDS or c.method == "state":
                continue
            sent = sents[c.sentence]
            if c.start not in told and (
                one := self._cued(c, sent) or self._listed(candidates, k, sent)
            ):
                told[c.start] = one
            after = candidates[k + 1] if k + 1 < len(candidates) else None
            if after is None or after.sentence != c.sentence or after.kind not in _KINDS:
                continue
            firm = self._joint(sents[c.sentence], c, after)
            if firm is None:
                continue
            pair = self._pair(c, after)
            if pair is not None:
                told[c.start] = _Told(pair[0], pair[1].iri)
                if len(self.readings(after.surface)) > 1 and after.start not in told:
                    told[after.start] = _Told(pair[1], pair[1].iri)
            elif firm and (area := self._holder(c, after)) is not None:
                told[c.start] = _Told(None, area)
        return told

    def _cued(self, c: Candidate, sent: Sent) -> _Told | None:
        """As in "the state of Georgia": of several areas, the one that is a subdivision."""
        before = [t.text.lower() for t in sent.tokens[max(0, c.a - 2) : c.a]]
        after = sent.tokens[c.b].text if c.b < len(sent.tokens) else ""
        nouns = [after] if after in _HEADS else []
        nouns += before[:1] if before[1:] == ["of"] and before[0] in _HEADS else []
        for noun in nouns:
            found = self._authority.subdivisions(f"{_plain(c.surface)} {noun}")
            if len(found) != 1:
                found = tuple(r for r in found if not r.minor) or tuple(
                    r for r in self.readings(c.surface) if r.place_type == "subdivision"
                )
            if len(found) == 1:
                return _Told(found[0], found[0].iri)
        return None

    def _listed(self, candidates: Sequence[Candidate], k: int, sent: Sent) -> _Told | None:
        """As in "Oregon and Washington": what stands in a list with states is a state."""
        c = candidates[k]
        name = _plain(c.surface)
        found = [
            r
            for r in (*self.readings(name), *self._authority.lookup(f"{name} State"),
                      *self._authority.lookup(f"{name} state"))
            if r.place_type == "subdivision"
        ]  # fmt: skip
        if not found or (len(self.readings(name)) == 1 and self.readings(name) == tuple(found)):
            return None
        for other in (*candidates[max(0, k - 1) : k], *candidates[k + 1 : k + 2]):
            if other.sentence != c.sentence or other.method == "state":
                continue
            first, second = (c, other) if c.start < other.start else (other, c)
            between = [t.text for t in sent.tokens[first.b : second.a]]
            if between not in ([","], ["and"], ["or"], [",", "and"], [",", "or"]):
                continue
            listed = [r for r in self.readings(other.surface) if r.place_type in AREAS]
            if between == [","] and first is c:
                closing = sent.tokens[second.b].text if second.b < len(sent.tokens) else "."
                if closing in (",", "."):  # "Washington, Oregon," may tell where it lies
                    continue
            same = [r for r in found if listed and r.contained_in == listed[0].contained_in]
            if same and not listed[0].minor and listed[0].place_type == "subdivision":
                return _Told(same[0], same[0].iri)
        return None

    def _joint(self, sent: Sent, c: Candidate, after: Candidate) -> bool | None:
        """Whether what stands between two places makes the second hold the first.

        True for a bare comma that closes again, False where only a fitting pair counts, None
        for anything else.
        """
        between = [t.text for t in sent.tokens[c.b : after.a]]
        if after.method == "state":
            return True
        if between == [","]:
            closing = sent.tokens[after.b].text if after.b < len(sent.tokens) else "."
            return closing in (",", ".", "—", "–", "-", "(", ")", ";")
        if between == ["("]:
            return False
        if not between or len(between) > 7 or between[0] not in (",", "in"):
            return None
        return False if {"in", "of"} & set(between[-2:]) and _lower(between[1:]) else None

    def _areas(self, c: Candidate) -> list[Concept]:
        if c.method == "state":
            return [c.concept] if c.concept else []
        return [r for r in self.readings(c.surface) if r.place_type in AREAS]

    def _pair(self, c: Candidate, after: Candidate) -> tuple[Concept, Concept] | None:
        """The largest reading of `c` within a reading of `after`, with that reading."""
        areas = {a.iri: a for a in self._areas(after)}
        found = list(self.readings(c.surface))
        if len(c.surface) > 3:
            found += [r for r in self._authority.cities(_plain(c.surface)) if r not in found]
            found += [r for r in self._rivals(c.surface) if r not in found]
        for reading in found:
            for above in self._authority.ancestors(reading.iri):
                if above in areas and reading.iri not in areas:
                    return reading, areas[above]
        return None

    def _holder(self, c: Candidate, after: Candidate) -> str | None:
        """The area that must hold an unknown namesake; None where the two are a mere list."""
        if after.method == "state":
            return after.concept.iri if after.concept else f"state:{after.surface}"
        areas = self._areas(after)
        own = [r for r in self.readings(c.surface) if r.place_type in AREAS]
        lists = any(
            RANK[mine.place_type or ""] >= RANK[area.place_type or ""]
            for mine in own
            for area in areas
        )
        if not areas or lists or not self.readings(c.surface):
            return None
        return areas[0].iri

    # -- what the rest of the document tells -----------------------------------------------

    def _evidence(
        self, candidates: Sequence[Candidate], called: Mapping[int, str],
        told: Mapping[int, _Told], sents: Mapping[int, Sent],
    ) -> Evidence:  # fmt: skip
        evidence = Evidence()
        for start, one in told.items():
            concept = one.place or self._authority.get(one.inside)
            if concept is not None:
                evidence.add(concept, self._weigher.above(concept), f"@{start}")
            if one.place is not None and start in called:
                evidence.nearby.add(called[start], (one.place,))
        seen: set[str] = set()
        for c in candidates:
            if c.method == "state" and c.concept:
                evidence.add(c.concept, self._weigher.above(c.concept), c.surface)
            elif c.kind in ("Group", "Organization") and c.surface not in seen:
                self._words(evidence, c.surface)
            seen.add(c.surface)
        names = [name for start, name in called.items() if start not in told]
        for name in dict.fromkeys((*names, *self._counties(sents))):
            if (concept := self._certain(name)) is not None:
                evidence.add(concept, self._weigher.above(concept), name)
            found = self._rivals(name)
            evidence.nearby.add(name, found)
            for place in found:
                if place.place_type not in RANK and (above := self._weigher.above(place)):
                    evidence.likely.setdefault(above[0], set()).add(name)
        return evidence

    def _counties(self, sents: Mapping[int, Sent]) -> list[str]:
        """Counties that any sentence names, within the names of courts and offices too."""
        found = []
        for sent in sents.values():
            for k, token in enumerate(sent.tokens):
                if token.text not in ("County", "Parish"):
                    continue
                for n in (1, 2, 3):
                    name = join_tokens(sent.tokens, k - n, k + 1) if n <= k else ""
                    if self._authority.counties(name):
                        found.append(name)
                        break
        return found

    def _words(self, evidence: Evidence, surface: str) -> None:
        """Peoples and places in the name of a body or group speak for the country."""
        words = surface.split()
        for word in dict.fromkeys((surface, *words)):
            concept = self._authority.demonym(word) or self._certain(word)
            if concept is not None and concept.place_type in AREAS:
                evidence.add(concept, self._weigher.above(concept), word)
        for n in (3, 2, 1):  # as in "Fort Worth Police Department"
            first = " ".join(words[:n])
            if n < len(words) and len(first) > 3 and (found := self._rivals(first)):
                evidence.nearby.add(first, found, 0.5)
                break

    def _certain(self, surface: str) -> Concept | None:
        """What a name means whatever is around it, or the one area that all its readings share."""
        found = self.readings(surface)
        areas = [r for r in found if r.place_type in RANK]
        if len(areas) == 1 and areas[0].place_type in AREAS:
            return areas[0] if self._within(found[1:], areas[0].iri) else None
        if areas or not found:
            return None
        if len(found) == 1:
            return found[0] if found[0].population >= LARGE else None
        shared = [iri for iri in self._weigher.above(found[0]) if self._within(found, iri)]
        return self._authority.get(shared[0]) if shared else None

    def _within(self, found: Sequence[Concept], iri: str) -> bool:
        return all(iri in self._authority.ancestors(r.iri) for r in found)

    # -- the decision ----------------------------------------------------------------------

    def _untold(
        self,
        c: Candidate,
        name: str,
        told: Sequence[Concept],
        evidence: Evidence,
    ) -> tuple[Chosen, str | None]:
        """Concept and reading of a name; `told` are those that it has elsewhere in the text."""
        found = self._rivals(name)
        if not found:
            return (c.concept if c.method == "authority" else None, SURE), None
        if told:
            chosen: Chosen = (self._weigher.best(told, name, evidence), LIKELY)
        else:
            chosen = self._weigher.choose(name, found, evidence)
        return chosen, UNTOLD if chosen[0] is None and self.readings(name) else None


def _plain(surface: str) -> str:
    """A name in capitals as it stands elsewhere; short ones are acronyms."""
    return surface.title() if len(surface) > 3 and surface.isupper() else surface


def _lower(words: Sequence[str]) -> bool:
    return all(w.islower() for w in words)
