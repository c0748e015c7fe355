"""Decided candidates of one article in, the place that each place name means there out.

A name that several places bear is linked only where the document tells which one is meant: by
the place named right after it, by other places around it, or, where nothing speaks against
it, by being far larger than all others of the name. Otherwise it stays without a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg_builder.authority import Authority, Concept
from kg_builder.mentions.candidates import Candidate, Sent
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.mentions.teams import is_team
from kg_builder.places import KNOWN_CITY
from kg_builder.vocab import AUTHORITY

_KINDS: Final = ("Place", "Region", "Facility")
_STATES: Final = ("country", "territory")
_TEAMS: Final = (*_STATES, "region", "subdivision")
"""Kinds of places whose name is their national team's too."""
_AREAS: Final = (*_STATES, "subdivision")
_RANK: Final = {"country": 0, "territory": 1, "region": 2, "feature": 4, "subdivision": 5}
_DOMINANT: Final = 10
"""How many times as large as any other of its name a place must be to be meant untold."""
_LARGE: Final = 100_000
_WORLD: Final = 500_000
"""People in a city that readers know from afar, so that a namesake needs more than context."""
_CACHED: Final = 20_000
_HEADS: Final = frozenset({"state", "province", "governorate", "oblast", "region", "prefecture"})
"""Nouns before "of" or after a name that say it is a subdivision."""
_FAMOUS: Final = 350_000
"""People in a city that is known beyond its state, within its country."""
_WITH_STATES: Final = frozenset({f"{AUTHORITY}country/US"})
"""Countries whose cities come with their subdivision: the country alone supports none."""
_TOGETHER: Final = 3
"""Names of one document that could all lie in one subdivision, so that they are meant there."""
_TRANSPLANTED: Final = frozenset(f"{AUTHORITY}country/{c}" for c in ("US", "CA", "AU", "NZ"))
"""Countries whose small towns bear the names of famous places."""
UNTOLD: Final = "?"
"""Reading of a name that known places bear, where the document does not tell which one."""


@dataclass(slots=True)
class _Told:
    """What the words after a name say: the place itself, or only what it lies in."""

    place: Concept | None
    inside: str


@dataclass(slots=True)
class _Evidence:
    """The names in a document that speak for a country or subdivision, by its IRI."""

    sources: dict[str, set[str]] = field(default_factory=dict)
    likely: dict[str, set[str]] = field(default_factory=dict)
    """Names that could lie in a subdivision or small country, by its IRI."""

    def together(self, iri: str) -> int:
        """How many names of the document could lie in one subdivision."""
        return len(self.likely.get(iri, ()))

    def add(self, concept: Concept, above: Sequence[str], source: str) -> None:
        """Let the name `source` speak for a concept and what lies around it."""
        for iri in (concept.iri, *above):
            self.sources.setdefault(iri, set()).add(source)

    def count(self, iri: str, without: str) -> int:
        """How many names other than `without` speak for a concept."""
        found = self.sources.get(iri, set())
        return len(found) - (without in found)


class Places:
    """Decides places for a document at a time; keeps only readings of names between them."""

    def __init__(self, authority: Authority, lexicon: Lexicon) -> None:
        self._authority = authority
        self._lexicon = lexicon
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
            areas = list(self._authority.subdivisions(surface))
        cities = self._authority.cities(surface)
        own = [c for c in cities if c.name == surface]
        if len(surface) > 4:  # another name of a larger city counts against the namesake
            size = max((c.population for c in own), default=0)
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
        if not any(self.readings(c.surface) for c in named):
            return
        told = self._told(candidates, sents)
        evidence = self._evidence(candidates, named, told)
        senses: dict[str, dict[tuple[str | None, str], _Told]] = {}
        home: dict[str, _Told] = {}
        for c in named:
            if one := told.get(c.start):
                place = one.place.iri if one.place else None
                senses.setdefault(_plain(c.surface), {})[place, one.inside] = one
                if c.method == "dateline":
                    home.setdefault(_plain(c.surface), one)
        untold: dict[str, tuple[Concept | None, str | None]] = {}
        for c in named:
            one, name = told.get(c.start), _plain(c.surface)
            if one is None and c.type in _TEAMS and is_team(sents[c.sentence], c):
                self._set(c, None, UNTOLD)
                continue
            if one is None and name in home:
                one = home[name]
            if one is None and len(senses.get(name, ())) == 1:
                one = next(iter(senses[name].values()))
            if one is not None:
                self._set(c, one.place, None if one.place else one.inside)
                continue
            if name not in untold:
                several = [s.place for s in senses.get(name, {}).values() if s.place]
                untold[name] = self._untold(c, several, evidence)
            self._set(c, *untold[name])

    def _set(self, c: Candidate, concept: Concept | None, reading: str | None) -> None:
        if concept is None:
            if c.concept is not None and c.concept.kind in _KINDS:
                c.concept, c.method = None, "gazetteer"
                c.confidence = min(c.confidence, 0.8)
            c.reading = reading
            return
        c.concept, c.reading = concept, None
        c.kind, c.type = concept.kind, concept.place_type

    # -- what the words after a name tell --------------------------------------------------

    def _told(self, candidates: Sequence[Candidate], sents: Mapping[int, Sent]) -> dict[int, _Told]:
        """By the start of a name: what the place right after it ("Lyon, France") tells."""
        told: dict[int, _Told] = {}
        for k, c in enumerate(candidates):
            if c.kind not in _KINDS or c.method == "state":
                continue
            if c.start not in told and (one := self._cued(c, sents[c.sentence])):
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
        return [r for r in self.readings(c.surface) if r.place_type in _AREAS]

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
        own = [r for r in self.readings(c.surface) if r.place_type in _AREAS]
        lists = any(
            _RANK[mine.place_type or ""] >= _RANK[area.place_type or ""]
            for mine in own
            for area in areas
        )
        if not areas or lists or not self.readings(c.surface):
            return None
        return areas[0].iri

    # -- what the rest of the document tells -----------------------------------------------

    def _evidence(
        self, candidates: Sequence[Candidate], named: Sequence[Candidate],
        told: Mapping[int, _Told],
    ) -> _Evidence:  # fmt: skip
        evidence = _Evidence()
        for start, one in told.items():
            concept = one.place or self._authority.get(one.inside)
            if concept is not None:
                evidence.add(concept, self._above(concept), f"@{start}")
        seen: set[str] = set()
        for c in candidates:
            if c.method == "state" and c.concept:
                evidence.add(c.concept, self._above(c.concept), c.surface)
            elif c.kind in ("Group", "Organization") and c.surface not in seen:
                self._words(evidence, c.surface)
            seen.add(c.surface)
        for c in named:
            if c.start in told:
                continue
            if (concept := self._certain(c.surface)) is not None:
                evidence.add(concept, self._above(concept), c.surface)
        for surface in dict.fromkeys(_plain(c.surface) for c in named):
            for place in self._rivals(surface):
                if place.place_type not in _RANK and (above := self._above(place)):
                    evidence.likely.setdefault(above[0], set()).add(surface)
        return evidence

    def _words(self, evidence: _Evidence, surface: str) -> None:
        """Peoples and countries in the name of a body or group speak for the country."""
        for word in dict.fromkeys((surface, *surface.split())):
            concept = self._authority.demonym(word) or self._certain(word)
            if concept is not None and concept.place_type in _AREAS:
                evidence.add(concept, self._above(concept), word)

    def _certain(self, surface: str) -> Concept | None:
        """What a name means whatever is around it, or the one area that all its readings share."""
        found = self.readings(surface)
        areas = [r for r in found if r.place_type in _RANK]
        if len(areas) == 1 and areas[0].place_type in _AREAS:
            return areas[0] if self._within(found[1:], areas[0].iri) else None
        if areas or not found:
            return None
        if len(found) == 1:
            return found[0] if found[0].population >= _LARGE else None
        shared = [iri for iri in self._above(found[0]) if self._within(found, iri)]
        return self._authority.get(shared[0]) if shared else None

    def _within(self, found: Sequence[Concept], iri: str) -> bool:
        return all(iri in self._authority.ancestors(r.iri) for r in found)

    def _above(self, concept: Concept) -> list[str]:
        """Subdivision and country around a concept, the nearest first."""
        found = []
        for iri in self._authority.ancestors(concept.iri):
            around = self._authority.get(iri)
            if around is not None and around.place_type in _AREAS:
                found.append((_RANK[around.place_type or ""], iri))
        return [iri for _, iri in sorted(found, key=lambda x: -x[0])]

    # -- the decision ----------------------------------------------------------------------

    def _untold(
        self, c: Candidate, told: Sequence[Concept], evidence: _Evidence
    ) -> tuple[Concept | None, str | None]:
        """Concept and reading of a name; `told` are those that it has elsewhere in the text."""
        found = self._rivals(c.surface)
        if not found:
            return (c.concept if c.method == "authority" else None), None
        if told:
            concept = self._best(told, c.surface, evidence, margin=2)
        else:
            concept = self._choose(_plain(c.surface), found, evidence)
        return concept, UNTOLD if concept is None and self.readings(c.surface) else None

    def _choose(
        self, surface: str, found: Sequence[Concept], evidence: _Evidence
    ) -> Concept | None:
        areas = [r for r in found if r.place_type in _RANK and not r.minor]
        others = [r for r in found if r not in areas]
        if not areas:
            return self._among(surface, others, evidence)
        ranks = [_RANK[r.place_type or ""] for r in areas]
        if ranks[0] > min(ranks):
            return areas[0]  # the user's own entry, which stands before its rank
        if len(areas) > 1:
            return self._best(areas, surface, evidence, margin=2)
        area = areas[0]
        namesakes = [
            r for r in others
            if r.population >= KNOWN_CITY and area.iri not in self._authority.ancestors(r.iri)
        ]  # fmt: skip
        if not namesakes or self._support(area, surface, evidence):
            return area
        near = [r for r in others if self._near(r, surface, evidence) > 1]
        if near:
            return self._among(surface, near, evidence)
        elsewhere = any(self._support(r, surface, evidence) for r in namesakes)
        foreign = self._foreign(area, evidence, surface)
        return None if elsewhere or foreign else area

    def _among(self, surface: str, found: Sequence[Concept], evidence: _Evidence) -> Concept | None:
        """One of several cities, towns and little known subdivisions, or None."""
        found = sorted(found, key=lambda r: (-r.population, r.iri))
        largest = found[0]
        near = {r.iri: self._near(r, surface, evidence) for r in found}
        likely = [r for r in found if near[r.iri]] or [
            r for r in found if self._support(r, surface, evidence)
        ]
        if likely:
            best = max(likely, key=lambda r: near[r.iri])
            clear = all(
                near[best.iri] >= 2 * max(near[r.iri], 1) or
                best.population >= _DOMINANT * r.population
                for r in likely if r is not best
            )  # fmt: skip
            overshadowed = (
                (near[best.iri] < 3 or largest.contained_in[:1] == best.contained_in[:1])
                and best is not largest
                and largest.population >= max(_WORLD, _DOMINANT * best.population)
            )
            return best if clear and not overshadowed else None
        if (one := self._shared(found, evidence)) is not None:
            return one
        others = max((r.population for r in found[1:]), default=0)
        namesake = largest.name != surface and any(r.name == surface for r in found)
        if largest.population < _LARGE or largest.population < _DOMINANT * others or namesake:
            return None
        return None if self._foreign(largest, evidence, surface) else largest

    def _shared(self, found: Sequence[Concept], evidence: _Evidence) -> Concept | None:
        """The reading in the one subdivision where by far most names of the document could lie."""
        counts: dict[str, int] = {}
        for r in found:
            if above := self._above(r):
                counts[above[0]] = evidence.together(above[0])
        ranked = sorted(counts.items(), key=lambda x: (-x[1], x[0]))
        if not ranked or ranked[0][1] < _TOGETHER:
            return None
        if len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]:
            return None
        return next(r for r in found if self._above(r)[:1] == [ranked[0][0]])

    def _near(self, concept: Concept, surface: str, evidence: _Evidence) -> int:
        """How many other names speak for the subdivision of a place, or its small country."""
        if concept.place_type in _AREAS:
            return evidence.count(concept.iri, surface)
        above = self._above(concept)
        return evidence.count(above[0], surface) if above else 0

    def _support(self, concept: Concept, surface: str, evidence: _Evidence) -> int:
        """How many other names speak for a place: for its state where the country is large."""
        if concept.place_type in _AREAS and not concept.minor:
            return evidence.count(concept.iri, surface)
        above = self._above(concept)
        if not above:
            return 0
        if above[-1] in _WITH_STATES:
            return evidence.count(above[0], surface) if len(above) > 1 else 0
        return evidence.count(above[-1], surface)

    def _foreign(self, concept: Concept, evidence: _Evidence, surface: str) -> bool:
        """Whether the document is at home among subdivisions that do not hold the place.

        There a famous name is often a small town's, which GeoNames does not list.
        """
        own = [concept.iri, *self._above(concept)]
        if concept.place_type == "city" and concept.population < _FAMOUS:
            own = own[:-1] if own[-1] in _WITH_STATES else own
        if any(evidence.count(iri, surface) for iri in own):
            return False
        for iri, sources in evidence.sources.items():
            if "/subdivision/" not in iri or not sources - {surface}:
                continue
            if any(p in _TRANSPLANTED for p in self._authority.ancestors(iri)):
                return True
        return False

    def _best(
        self, found: Sequence[Concept], surface: str, evidence: _Evidence, margin: int
    ) -> Concept | None:
        """The reading that clearly more names speak for than for any other, or None."""
        scored = [(self._support(r, surface, evidence), r) for r in found]
        scored.sort(key=lambda pair: (-pair[0], pair[1].iri))
        if not scored or not scored[0][0]:
            return None
        if len(scored) > 1 and scored[0][0] < margin * max(1, scored[1][0]) and scored[1][0]:
            return None
        return scored[0][1]


def _plain(surface: str) -> str:
    """A name in capitals as it stands elsewhere; short ones are acronyms."""
    return surface.title() if len(surface) > 3 and surface.isupper() else surface


def _lower(words: Sequence[str]) -> bool:
    return all(w.islower() for w in words)
