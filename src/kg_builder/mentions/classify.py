"""Runs of capitals in, candidates with their class out: the decision list of the patterns."""

from __future__ import annotations

from collections.abc import Sequence

from kg_builder.mentions.candidates import LEAD_WORDS, Candidate, Grower, Sent, Unit, join_tokens
from kg_builder.mentions.gazetteer import Gazetteer, Known
from kg_builder.mentions.lexicon import Head, Lexicon
from kg_builder.model import EntityKind

_PLACE_WORDS = frozenset({"in", "near", "from", "at", "across", "outside", "around", "throughout",
                          "towards", "toward", "into", "inside", "within", "to", "leaving"})  # fmt: skip
_SURNAME_HEADS = frozenset(
    """Marsh Hill Hills Field Park Lane Law Bill Cross Church Hall Wall Post Mirror Gates Brooks Banks
    Cave Street Rivers Lake Bush Ford Castle Temple Abbey Day Spring Price Waters Rule House Guard
    Ward Chambers Force Page Falls Bell Glen Dale Pass Peak Plant Mine Gate Inn Tower Drive Range
    Beach Power Powers Court Trust Times Cape Pier Village Mountain Forest Alley Weekly Daily
    Guardian Herald Rock Bridge Bay Garden Temple Port Camp Fort Barry Mosque Office Open Cup Watch
    Hotspur Press Code Plain Plains Reef Team Act Agency Vision Deal Capital""".split()
)
_NOUN_CUES: dict[str, tuple[EntityKind, str]] = {
    **dict.fromkeys(
        ("district", "province", "governorate", "oblast", "county", "prefecture", "state"),
        ("Place", "subdivision"),
    ),
    **dict.fromkeys(("city", "town", "village", "suburb", "neighbourhood"), ("Place", "city")),
    **dict.fromkeys(
        ("river", "valley", "mountains", "mountain", "desert", "coast", "peninsula", "island", "islands",
         "lake", "plateau", "basin"),
        ("Place", "feature"),
    ),
    **dict.fromkeys(("region",), ("Region", "region")),
    **dict.fromkeys(("airport", "mosque", "airbase", "prison", "port"), ("Facility", "facility")),
    **dict.fromkeys(
        ("militants", "fighters", "insurgents", "movement", "militia", "group", "rebels", "insurgency",
         "guerrillas", "commander", "jihadists", "terrorists", "gunmen"),
        ("Organization", "armed group"),
    ),
    **dict.fromkeys(("newspaper", "magazine", "website", "broadcaster", "channel"), ("Organization", "media")),
    **dict.fromkeys(
        ("company", "firm", "shares", "subsidiary", "executives", "employees"), ("Organization", "company")
    ),
    **dict.fromkeys(("party", "lawmakers"), ("Organization", "party")),
    **dict.fromkeys(("pandemic", "virus", "vaccine", "vaccines", "outbreak", "epidemic"), ("Topic", "")),
    **dict.fromkeys(("agency", "ministry"), ("Organization", "government body")),
}  # fmt: skip


class Classifier:
    """Turns a sentence's runs into candidates by a fixed list of decisions."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._grower = Grower(gazetteer, lexicon)

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
                one = self._single(sent, unit)
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
            if unit.text in self._lexicon.calendar and not unit.known and not (
                k and run[k - 1].text in self._lexicon.first_names
            ):
                if self._head_of(run) and self._head_of(run).kind == "Event":  # type: ignore[union-attr]
                    break
                return self._resolve(sent, run[:k], lowered) + self._resolve(
                    sent, run[k + 1 :], lowered
                )
        if len(run) == 1:
            one = self._single(sent, run[0])
            return [one] if one else []
        titled = self._titled(sent, run, lowered)
        if titled is not None:
            return titled
        whole = self._whole(sent, run)
        if whole is not None:
            return [whole]
        return self._split(sent, run, lowered)

    def _trim(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Unit]:
        """Take off articles, ordinary words that start a sentence, and hanging connectors."""
        while run and not run[0].known:
            first = run[0]
            word = first.text.lower()
            initial = first.a in sent.initial
            if first.small or first.text in LEAD_WORDS:
                run = run[1:]
            elif initial and len(run) > 1 and not first.people and first.b - first.a == 1 and (
                word in self._lexicon.function_words
                and not (self._grower.head(run[-1].text) and word not in _NEVER)
                or word in lowered and (run[1].known or run[1].people or len(run) == 2)
                and not self._grower.head(run[-1].text)
                or word.endswith("ly") and first.text not in self._lexicon.first_names
            ):
                run = run[1:]
            elif word in _NEVER and len(run) >= 1 and (initial or len(run) == 1):
                run = run[1:]
            else:
                break
        while run and run[-1].small:
            run = run[:-1]
        return run

    def _titled(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Candidate] | None:
        """A run with an office or a form of address: what follows it is a person."""
        lexicon = self._lexicon
        for k, unit in enumerate(run):
            if unit.known or unit.people or not (
                unit.text in lexicon.roles or unit.text in lexicon.honorifics
            ):
                continue
            left = k
            while left and not run[left - 1].known and run[left - 1].text in lexicon.role_modifiers:
                left -= 1
            right = self._role_end(run, k)
            rest, before = run[right:], run[:left]
            if rest and not rest[0].small:
                head = self._head_of(rest) or self._head_of(run)
                person = self._looks_first(rest[0]) and len(rest) <= 3
                if head and not person and unit.text not in _STRICT:
                    return None
                if rest[0].known and len(rest) == 1 and rest[0].known.kind == "Organization":
                    return self._resolve(sent, before, lowered) + self._resolve(sent, rest, lowered)
                if any(u.known and u.b - u.a > 1 for u in rest):
                    return self._resolve(sent, before, lowered) + self._resolve(sent, rest, lowered)
                strong = unit.text in lexicon.honorifics or len(rest) > 1
                made = self._make(sent, rest, "Person", None, "pattern", 0.92 if strong else 0.8)
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

    def _role_end(self, run: Sequence[Unit], k: int) -> int:
        """The unit number after a role phrase that has its office word at `k`."""
        lexicon = self._lexicon
        right = k + 1
        words = [u.text for u in run]
        if right < len(run) and words[right] == "of":
            for complement in lexicon.role_complements:
                if tuple(words[right + 1 : right + 1 + len(complement)]) == complement:
                    right += 1 + len(complement)
                    break
        while right < len(run) and not run[right].known and (
            words[right] in lexicon.roles or words[right] in lexicon.honorifics
        ):
            if words[right] in lexicon.first_names and right + 1 < len(run):
                break
            right += 1
        return right

    # -- whole runs ------------------------------------------------------------------------

    def _whole(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        words = [u.text for u in run]
        last, first = words[-1], words[0]
        capitals = [u for u in run if not u.small]
        suffix = last.replace(", ", "")
        if suffix in self._lexicon.company_suffixes and len(capitals) > 1:
            return self._make(sent, run, "Organization", "company", "pattern", 0.92)
        if self._person_by_name(run):
            return self._make(sent, run, "Person", None, "pattern", self._person_score(run))
        head = self._head_of(run)
        if head is not None and len(capitals) > 1:
            kind, type_ = self._bodies(run, head)
            return self._make(sent, run, kind, type_, "pattern", 0.88)
        before = self._lexicon.heads_before.get(first)
        if before and len(capitals) <= 4 and not any(u.people for u in run):
            return self._make(sent, run, before.kind, before.type, "pattern", 0.82)
        if self._particle_name(run):
            return self._make(sent, run, "Person", None, "pattern", 0.75)
        if any(u.small for u in run) or run[0].known or any(u.people for u in run):
            return None
        return self._by_context(sent, run)

    def _bodies(self, run: list[Unit], head: Head) -> tuple[EntityKind, str | None]:
        """A programme or fund of an international body is an organisation itself."""
        first = run[0].known
        igo = first is not None and first.kind == "Organization"
        if head.kind == "Topic" and igo and run[-1].text in (
            "Programme", "Program", "Compact", "Mechanism"
        ):  # fmt: skip
            return "Organization", "igo"
        return head.kind, head.type

    def _head_of(self, run: Sequence[Unit]) -> Head | None:
        """The head noun's class: before the first "of", "for", "on", or the last word."""
        for k in range(1, len(run)):
            if run[k].small and run[k].text in ("of", "for", "on", "to", "against"):
                left = run[k - 1]
                if left.known is None and (found := self._grower.head(left.text)):
                    return self._lexicon.heads_before.get(left.text, found)
                return self._lexicon.heads_before.get(left.text)
        last = run[-1]
        return None if last.known or last.people else self._grower.head(last.text)

    def _person_by_name(self, run: list[Unit]) -> bool:
        """First name first, everything else a possible surname."""
        if not self._looks_first(run[0]) or any(
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
        return len(capitals) == 2 and not weak and run[-1].text in _SURNAME_HEADS

    def _looks_first(self, unit: Unit) -> bool:
        if unit.people or (unit.known and unit.b - unit.a > 1):
            return False
        word = unit.text
        return word in self._lexicon.first_names or (
            "-" in word and word.split("-")[0] in self._lexicon.first_names
        )

    def _person_score(self, run: list[Unit]) -> float:
        return 0.75 if run[0].text in self._lexicon.weak_first_names else 0.9

    def _particle_name(self, run: list[Unit]) -> bool:
        """A particle or initial inside: "Abu Bakr al-Baghdadi", "J. Doe", "Ludwig van Beethoven"."""
        if any(u.known or u.people for u in run) or len(run) > 5:
            return False
        inner = [u.text for u in run[1:]]
        if any(u.small and u.text in ("of", "for", "on", "and", "&", "the", "in") for u in run):
            return False
        if any(u.small for u in run):
            return any(u.text in ("bin", "ibn", "van", "von", "al", "el", "ul", "ur", "der", "bint") for u in run if u.small)
        initial = [len(w) == 2 and w[1] == "." for w in (u.text for u in run)]
        if any(initial[:-1]) and not all(initial):
            return True
        return any(w.startswith(("al-", "el-", "Al-", "El-", "ul-")) for w in inner) or run[-1].text in self._lexicon.after_name

    def _by_context(self, sent: Sent, run: list[Unit]) -> Candidate | None:
        """No cue inside: a city's exact name, the words around, or the shape of a person's name."""
        capitals = [u for u in run if not u.small]
        text = join_tokens(sent.tokens, run[0].a, run[-1].b)
        previous = self._word(sent, run[0].a - 1)
        city = self._gazetteer.city(text)
        if city is not None and (previous in _PLACE_WORDS or city.population > 200_000):
            made = self._make(sent, run, "Place", "city", "gazetteer", 0.85)
            made.concept = city
            return made
        cue = _NOUN_CUES.get(self._word(sent, run[-1].b))
        if cue and self._word(sent, run[-1].b - 0) and previous != "a":
            return self._make(sent, run, cue[0], cue[1] or None, "pattern", 0.7)
        plain = all(u.text[0].isupper() and not u.text.isupper() and u.text.isalpha() or "-" in u.text for u in capitals)
        fields = sum(u.text in self._lexicon.field_words or u.text.lower() in self._lexicon.function_words for u in capitals)
        if not plain or len(capitals) > 3 or fields:
            return self._make(sent, run, None, None, "pattern", 0.3)
        if self._role_before(previous) or self._word(sent, run[-1].b) in self._lexicon.saying_verbs:
            return self._make(sent, run, "Person", None, "pattern", 0.8)
        if previous in ("the", "a", "an", "this") or run[0].a in sent.initial and previous == "":
            return self._make(sent, run, None, None, "pattern", 0.3)
        if previous in ("in", "near", "at", "from"):
            return self._make(sent, run, "Place", None, "pattern", 0.5)
        return self._make(sent, run, "Person", None, "shape", 0.55)

    def _role_before(self, word: str) -> bool:
        return bool(word) and word[0].islower() and (
            word.capitalize() in self._lexicon.roles or word in _PERSON_NOUNS
        )

    def _split(self, sent: Sent, run: list[Unit], lowered: set[str]) -> list[Candidate]:
        """Nothing fits the whole: part at connectors, peoples and known names."""
        for k, unit in enumerate(run):
            if unit.small and unit.text in ("of", "for", "on", "and", "&", "in", "to", "against"):
                return self._resolve(sent, run[:k], lowered) + self._resolve(
                    sent, run[k + 1 :], lowered
                )
        for k, unit in enumerate(run):
            if unit.known or unit.people:
                left = self._resolve(sent, run[:k], lowered) if k else []
                mid = self._single(sent, unit)
                right = self._resolve(sent, run[k + 1 :], lowered)
                return [*left, *([mid] if mid else []), *right]
        return [self._make(sent, run, None, None, "pattern", 0.3)]

    # -- single units ----------------------------------------------------------------------

    def _single(self, sent: Sent, unit: Unit) -> Candidate | None:
        if unit.known:
            return self._from_known(sent, unit, unit.known)
        if unit.people:
            return self._group(sent, unit)
        word = unit.text
        lexicon = self._lexicon
        if len(word) < 2 or word in lexicon.calendar or word in lexicon.not_acronyms:
            return None
        if word in lexicon.roles or word in lexicon.honorifics or word.lower() in _NEVER:
            return None
        initial = unit.a in sent.initial
        if initial and word.lower() in lexicon.function_words:
            return None
        if word.upper().startswith("COVID"):
            return self._make(sent, [unit], "Topic", None, "pattern", 0.9)
        if word.isupper() and len(word) <= 6 and word.isalpha():
            return self._make(sent, [unit], "Organization", None, "acronym", 0.6)
        made = self._bare(sent, unit)
        made.weak = initial
        return made

    def _bare(self, sent: Sent, unit: Unit) -> Candidate:
        """A single unknown capital: decided by the words around it."""
        word, run = unit.text, [unit]
        previous, following = self._word(sent, unit.a - 1), self._word(sent, unit.b)
        heads = self._lexicon.heads_after.get(word)
        if heads or word in self._lexicon.field_words or word in self._lexicon.directions:
            return self._make(sent, run, None, None, "pattern", 0.1)
        if self._role_before(previous):
            return self._make(sent, run, "Person", None, "pattern", 0.75)
        cue = _NOUN_CUES.get(following)
        if cue and previous not in ("a", "an") and not sent.tokens[unit.b].cap:
            return self._make(sent, run, cue[0], cue[1] or None, "pattern", 0.7)
        city = self._gazetteer.city(word)
        comma = following == ","
        if city and word not in self._lexicon.first_names and (
            previous in _PLACE_WORDS
            or city.population > 150_000 and previous not in ("the", "a", "an")
            or comma and previous in ("of", "and", ",")
        ):
            made = self._make(sent, run, "Place", "city", "gazetteer", 0.8)
            made.concept = city
            return made
        if following in self._lexicon.saying_verbs and previous not in ("the", "a", "an"):
            return self._make(sent, run, "Person", None, "pattern", 0.6)
        if word in self._lexicon.first_names and word not in self._lexicon.weak_first_names:
            return self._make(sent, run, "Person", None, "pattern", 0.7)
        if previous in ("in", "near") and unit.a not in sent.initial:
            return self._make(sent, run, "Place", None, "pattern", 0.5)
        return self._make(sent, run, None, None, "pattern", 0.2)

    def _from_known(self, sent: Sent, unit: Unit, known: Known) -> Candidate | None:
        initial = unit.a in sent.initial
        if known.plain_word and initial:
            return None
        previous = self._word(sent, unit.a - 1)
        if unit.text in self._lexicon.first_names and previous in self._lexicon.first_names:
            return None
        authority = known.concept is not None
        made = self._make(
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
        made = self._make(sent, [unit], "Group", None, "gazetteer", 0.9)
        made.fixed = True
        return made

    # -- small things ----------------------------------------------------------------------

    def _word(self, sent: Sent, i: int) -> str:
        return sent.tokens[i].text if 0 <= i < len(sent.tokens) else ""

    def _make(
        self, sent: Sent, run: Sequence[Unit], kind: EntityKind | None, type_: str | None,
        method: str, confidence: float,
    ) -> Candidate:  # fmt: skip
        a, b = run[0].a, run[-1].b
        tokens = sent.tokens
        return Candidate(
            start=tokens[a].start, end=tokens[b - 1].end, surface=join_tokens(tokens, a, b),
            sentence=sent.index, kind=kind, type=type_, method=method, confidence=confidence,
            a=a, b=b,
        )  # fmt: skip


_NEVER = frozenset(
    """a an the this that these those there here he she it they we you i who whom whose which what when
    where why how his her its their our your my and or but nor so yet for if unless until although
    though while whereas because since as than whether of in on at by to from with without within into
    is are was were be been has have had do does did will would shall should can could may might must
    not no yes both all any some each every many much more most few several such other another only
    just even also too very now then however moreover furthermore meanwhile nevertheless therefore thus
    hence instead overall finally despite during except among between against about around across after
    before behind under over yesterday today tomorrow first second third one two three four five""".split()
)
_STRICT = frozenset({"Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Dr", "Dr."})
_PERSON_NOUNS = frozenset(
    """spokesman spokeswoman spokesperson leader chief founder emir commander president minister actor
    actress singer author writer lawyer journalist activist wife husband son daughter brother sister
    father mother dictator warlord preacher cleric militant colleague analyst sheikh mullah king queen
    prince princess emperor star boss rival predecessor successor detective scientist historian
    reporter correspondent striker midfielder goalkeeper defender coach captain comedian artist
    billionaire businessman businesswoman politician senator congressman tycoon mogul ruler""".split()
)
