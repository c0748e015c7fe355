"""Decided candidates of one article in, mentions and the local entities they name out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.authority import Authority
from kg_builder.mentions.candidates import Candidate
from kg_builder.mentions.document import Decided
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.model import EntityKind, LocalEntity, Mention, Span

_PROVINCES = frozenset({"Province", "Governorate", "Oblast", "Prefecture", "Canton", "Emirate"})
_INITIAL = re.compile(r"[A-Z]\.")
_ROYAL = frozenset(
    {"King", "Queen", "Pope", "Prince", "Princess", "Emperor", "Empress", "Sultan", "Saint"}
)
_PLACES = ("Place", "Region", "Facility")


@dataclass(slots=True)
class Cluster:
    """Candidates that name one entity, and why."""

    kind: EntityKind
    members: list[Candidate] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)
    acronym: str | None = None


def link(
    decided: Decided, authority: Authority, lexicon: Lexicon
) -> tuple[tuple[Mention, ...], tuple[LocalEntity, ...]]:
    """Mentions in order of the text and entities in order of their first mention."""
    clusters = _Clusters(decided, authority, lexicon)
    numbers = clusters.assign()
    order: dict[int, int] = {}
    for number in numbers:
        order.setdefault(number, len(order))
    mentions = tuple(
        Mention(
            span=Span(c.start, c.end),
            kind=clusters.all[number].kind,
            sentence=c.sentence,
            entity=order[number],
            method=c.method,
            confidence=round(c.confidence, 2),
        )
        for c, number in zip(decided.candidates, numbers, strict=True)
    )
    entities = tuple(clusters.entity(number, new) for number, new in order.items())
    return mentions, entities


class _Clusters:
    """Puts candidates together by authority, surface, acronym, surname and short form."""

    def __init__(self, decided: Decided, authority: Authority, lexicon: Lexicon) -> None:
        self._candidates = decided.candidates
        self._long_forms = decided.long_forms
        self._places = {
            c.surface
            for c in decided.candidates
            if c.kind == "Place" and c.type in ("subdivision", "region", None)
        }
        self._authority = authority
        self._lexicon = lexicon
        self.all: list[Cluster] = []
        self._by_key: dict[tuple[str, str], int] = {}
        self._full_names: dict[str, list[int]] = {}
        self._persons: dict[tuple[str, str], list[int]] = {}
        self._middles: dict[int, list[tuple[str, ...]]] = {}
        self._first_seen: dict[int, int] = {}
        self._spelt: dict[int, list[tuple[str, ...]]] = {}
        self._skeletons: dict[tuple[str, str, int], list[int]] = {}
        self._opened: dict[tuple[str, str, int], list[int]] = {}

    def assign(self) -> list[int]:
        """The cluster number of each candidate, in the candidates' order."""
        numbers: dict[int, int] = {}
        shorter: list[int] = []
        bare: list[int] = []
        for i, c in enumerate(self._candidates):
            if c.kind != "Person":
                numbers[i] = self._thing(c)
            elif " " not in c.surface:
                bare.append(i)
            elif _INITIAL.match(c.surface) or self._particle(c):
                shorter.append(i)
            else:
                numbers[i] = self._person(c)
                self._first_seen.setdefault(numbers[i], c.start)
        for i in shorter:
            numbers[i] = self._initialled(self._candidates[i])
            self._first_seen.setdefault(numbers[i], self._candidates[i].start)
        for i in bare:
            numbers[i] = self._surname(self._candidates[i])
        self._short_names(numbers)
        for i, c in enumerate(self._candidates):
            self.all[numbers[i]].members.append(c)
        return [numbers[i] for i in range(len(self._candidates))]

    def _new(self, kind: EntityKind) -> int:
        self.all.append(Cluster(kind))
        return len(self.all) - 1

    def _keyed(self, kind: EntityKind, key: tuple[str, str]) -> int:
        if key not in self._by_key:
            self._by_key[key] = self._new(kind)
        return self._by_key[key]

    def _thing(self, c: Candidate) -> int:
        kind = c.kind or "Topic"
        if c.concept is not None and kind != "Group":
            number = self._keyed(c.concept.kind, ("authority", c.concept.iri))
            if c.surface != c.concept.name:
                self.all[number].reasons.setdefault("same entry of the authority files")
            if c.surface in c.concept.acronyms:
                self.all[number].acronym = self.all[number].acronym or c.surface
            if kind not in _PLACES:
                self._by_key.setdefault((kind, _norm(c.surface)), number)
            return number
        surface = c.surface
        plural = surface[:-1] if len(surface) > 3 and surface.endswith("s") else surface
        short = surface if surface in self._long_forms else plural
        if short in self._long_forms:
            long = self._long_forms[short]
            number = self._keyed(kind, (kind, _norm(long)))
            if not short.istitle():
                self.all[number].acronym = short
                self.all[number].reasons.setdefault(f"{short} is defined as {long}")
            else:
                self.all[number].reasons.setdefault(f"{short} is short for {long} here")
            return number
        if kind == "Group":
            return self._keyed(kind, (kind, _people(surface)))
        if c.reading is not None:
            return self._keyed(kind, (kind, f"{_norm(surface)} | {c.reading}"))
        if kind == "Place" and c.type == "subdivision":
            surface = self._province(surface)
        if kind == "Topic" and (disease := _disease(surface)):
            return self._keyed(kind, (kind, disease))
        return self._keyed(kind, (kind, _norm(surface)))

    def _province(self, surface: str) -> str:
        """The "Balkh" for "Balkh Province" where the article names both."""
        base, _, head = surface.rpartition(" ")
        return base if head in _PROVINCES and base in self._places else surface

    def _person(self, c: Candidate) -> int:
        """A full name: the same first and last word are one person unless initials clash."""
        words = [w for w in c.surface.split() if w not in self._lexicon.after_name and w != ","]
        if len(words) < 2:
            return self._surname(c)
        name = _norm(" ".join(words))
        key = ("Person", name)
        if key in self._by_key:
            return self._by_key[key]
        ends = (words[0].lower(), words[-1].lower())
        same = [n for n in self._persons.get(ends, []) if self._compatible(n, words)]
        if len(same) == 1:
            number = same[0]
            self.all[number].reasons.setdefault("same first and last name")
        else:
            doubled = (self._doubled(words) or self._respelt(words)) if not same else None
            number = self._new("Person") if doubled is None else doubled
            self._persons.setdefault(ends, []).append(number)
            named = [words[-1], words[0]]
            if len(words) == 3 and words[1][0].isupper() and len(words[1]) > 2:
                named.append(words[1])
            for word in dict.fromkeys(named):
                if number not in self._full_names.setdefault(word, []):
                    self._full_names[word].append(number)
        self._middles.setdefault(number, []).append(tuple(w[0] for w in words[1:-1]))
        self._spelt.setdefault(number, []).append(tuple(words))
        self._opened.setdefault((words[0], words[1], len(words)), []).append(number)
        skeleton = (_skeleton(words[0]), _skeleton(words[-1]), len(words))
        self._skeletons.setdefault(skeleton, []).append(number)
        self._by_key[key] = number
        return number

    def _particle(self, c: Candidate) -> bool:
        """As in "De Gaulle", "bin Laden": a surname with its particle and nothing before it."""
        return c.surface.split()[0].lower() in self._lexicon.particles

    def _respelt(self, words: Sequence[str]) -> int | None:
        """As in "Hekmatullah Rahimi": the only person whose name differs in vowels alone."""
        key = (_skeleton(words[0]), _skeleton(words[-1]), len(words))
        found = dict.fromkeys(self._skeletons.get(key, []))
        same = [n for n in found if any(_alike(words, w) for w in self._spelt.get(n, []))]
        if len(same) != 1:
            return None
        self.all[same[0]].reasons.setdefault("same name in another spelling")
        return same[0]

    def _doubled(self, words: Sequence[str]) -> int | None:
        """The only person whose name has one more surname, or one less, at its end."""
        other = 5 - len(words)
        found = dict.fromkeys(self._opened.get((words[0], words[1], other), []))
        if len(words) not in (2, 3) or len(found) != 1:
            return None
        number: int = next(iter(found))
        self.all[number].reasons.setdefault("same name with a second surname")
        return number

    def _compatible(self, number: int, words: Sequence[str]) -> bool:
        """Middle names do not contradict: one of the two has none, or initials agree."""
        middle = tuple(w[0] for w in words[1:-1])
        return all(not middle or not m or m == middle for m in self._middles[number])

    def _initialled(self, c: Candidate) -> int:
        """As in "F. Nazriev": the only person here of that surname whose name begins so."""
        words = [w for w in c.surface.split() if w not in self._lexicon.after_name and w != ","]
        if self._particle(c):
            return self._tailed(c, words)
        initials = [w[0] for w in words[:-1]]
        matches = [
            n
            for n in dict.fromkeys(self._full_names.get(words[-1], []))
            if any(
                name[-1] == words[-1] and [w[0] for w in name[: len(initials)]] == initials
                for name in self._spelt.get(n, [])
            )
        ]
        if len(matches) == 1:
            self.all[matches[0]].reasons.setdefault("surname and initial of only one person here")
            return matches[0]
        return self._person(c)

    def _tailed(self, c: Candidate, words: Sequence[str]) -> int:
        """As in "De Gaulle": the only person here whose name ends so."""
        tail = [w.lower() for w in words]
        matches = [
            n
            for n in dict.fromkeys(self._full_names.get(words[-1], []))
            if any([w.lower() for w in name[-len(tail) :]] == tail for name in self._spelt[n])
        ]
        if len(matches) != 1:
            return self._person(c)
        self.all[matches[0]].reasons.setdefault(f"{c.surface} names only this person here")
        return matches[0]

    def _surname(self, c: Candidate) -> int:
        """A bare surname goes to the only person of that name; else it stands by itself.

        Only those count whom the text has named by then, if there is one.
        """
        names = [c.surface]
        if "-" in c.surface:  # "Al-Masri", where a sentence starts with "al-Masri"
            names.append(c.surface[0].lower() + c.surface[1:])
        elif c.surface not in self._full_names:
            names += [f"{article}-{c.surface}" for article in ("al", "el", "Al", "El")]
        matches = list(dict.fromkeys(n for name in names for n in self._full_names.get(name, [])))
        if _ROYAL & {t.split()[-1] for t in c.titles}:  # kings bear first names
            matches = [n for n in matches if any(w[0] == c.surface for w in self._spelt[n])]
        before = [n for n in matches if self._first_seen.get(n, 0) <= c.start]
        matches = before or matches
        if len(matches) == 1:
            self.all[matches[0]].reasons.setdefault(f"{c.surface} names only this person here")
            return matches[0]
        return self._keyed("Person", ("Person", _norm(c.surface)))

    def _short_names(self, numbers: dict[int, int]) -> None:
        """As in "Artel" and "Artel Electronics LLC": the first word of one longer name only."""
        longer: dict[str, dict[int, None]] = {}
        for i, c in enumerate(self._candidates):
            if c.kind == "Organization" and c.type == "company" and " " in c.surface:
                longer.setdefault(c.surface.split()[0], {})[numbers[i]] = None
        for i, c in enumerate(self._candidates):
            targets = list(longer.get(c.surface, {}))
            if c.kind == "Organization" and c.concept is None and len(targets) == 1:
                if c.surface in self._long_forms or c.surface in self._lexicon.known:
                    continue
                numbers[i] = targets[0]
                self.all[targets[0]].reasons.setdefault(f"{c.surface} is its first word")

    def entity(self, number: int, new: int) -> LocalEntity:
        """The local entity of a cluster, under its number in the article."""
        cluster = self.all[number]
        members = cluster.members
        concept = next((c.concept for c in members if c.concept), None)
        if cluster.kind == "Group":
            concept = None
        surfaces = list(dict.fromkeys(c.surface for c in members))
        if len(surfaces) > 1 and not cluster.reasons:
            cluster.reasons.setdefault("same name but for case, number or spelling")
        name = concept.name if concept else self._fullest(cluster, surfaces)
        titles = dict.fromkeys(t for c in members for t in c.titles)
        type_ = next((c.type for c in members if c.type), None)
        acronym = cluster.acronym
        if acronym is None and concept is not None and concept.kind == "Organization":
            acronym = next((s for s in surfaces if s in concept.acronyms), None)
        return LocalEntity(
            id=new,
            kind=cluster.kind,
            name=name,
            aliases=tuple(s for s in surfaces if s != name),
            acronym=acronym if acronym != name else None,
            authority=concept.iri if concept else None,
            link_confidence=min((c.link_confidence for c in members if c.concept), default=1.0),
            org_type=type_ if cluster.kind == "Organization" else None,
            place_type=type_ if cluster.kind in _PLACES else None,
            titles=tuple(titles),
            same_because=tuple(cluster.reasons),
            confidence=round(max(c.confidence for c in members), 2),
        )

    def _fullest(self, cluster: Cluster, surfaces: list[str]) -> str:
        """The surface with most words; of equals the most frequent, then the first."""
        counts = Counter(c.surface for c in cluster.members)
        if cluster.kind == "Group":
            return max(surfaces, key=lambda s: (counts[s], -surfaces.index(s)))
        fullest = max(
            surfaces,
            key=lambda s: (s.count(" "), len(s), not s.isupper(), counts[s], -surfaces.index(s)),
        )
        return self._untitled(fullest) if cluster.kind == "Person" else fullest

    def _untitled(self, name: str) -> str:
        """A person's name without what stands before it as an office or form of address."""
        words, lexicon = name.split(), self._lexicon
        for k in range(len(words) - 1, 0, -1):
            before = words[:k]
            titles = [w in lexicon.roles or w in lexicon.honorifics for w in before]
            if titles[-1] and all(
                t or w in lexicon.role_modifiers for w, t in zip(before, titles, strict=True)
            ):
                return " ".join(words[k:])
        return name


def _skeleton(word: str) -> str:
    """A word without its vowels and doubled letters, as romanisations differ in these."""
    plain = word.lower().replace("kh", "h").replace("q", "k").replace("w", "v")
    kept = [x for x in plain if x.isalpha() and x not in "aeiouy"]
    return "".join(x for k, x in enumerate(kept) if not k or kept[k - 1] != x)


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names are so long and so near in letters that they may be one name.

    One word of the two is spelt the same, the other has six letters or more and at most two
    vowels differ; short names ("Ali", "Ala") differ for good.
    """
    if len(one) != len(other):
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a.lower() != b.lower()]
    if len(differing) != 1:
        return False
    a, b = (w.lower() for w in differing[0])
    if min(len(a), len(b)) < 6 or abs(len(a) - len(b)) > 1:
        return False
    return len(a) != len(b) or sum(x != y for x, y in zip(a, b, strict=True)) <= 2


def _norm(surface: str) -> str:
    return surface.replace(".", "").replace("-", " ").lower()


def _people(surface: str) -> str:
    word = _norm(surface)
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word


def _disease(surface: str) -> str | None:
    word = surface.lower()
    return "covid-19" if word.startswith("covid") else None
