"""One sentence's tokens in, candidate names with class and confidence out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.authority import Concept
from kg_builder.mentions.gazetteer import Gazetteer, Known
from kg_builder.mentions.lexicon import Head, Lexicon
from kg_builder.mentions.tokens import Token
from kg_builder.model import EntityKind

_CONNECTORS = frozenset({"of", "for", "on", "and", "&", "the", "in", "to", "against", "with", "at"})
_HEAD_CONNECTORS = frozenset({"of", "for", "on", "to", "against"})
PROGRAMME_NOUNS = frozenset({"project", "initiative", "programme", "program", "plan"})
_LONGEST_RUN = 24
"""Units after which a run of capitals is cut; no name is longer, and time stays linear."""
_OWNERS = frozenset({"People", "Women", "Children", "Men"})
"""Who owns a body by its name: "People's Party", "Women's League"."""
_EPITHETS = frozenset({"Great", "Elder", "Younger", "Terrible", "Magnificent", "Conqueror"})
_LEAD = frozenset({"The", "the", "A", "An"})


@dataclass(slots=True)
class Unit:
    """A known name or a single token within a run; `a` and `b` are token numbers."""

    a: int
    b: int
    text: str
    known: Known | None = None
    people: bool = False
    small: bool = False


@dataclass(slots=True)
class Candidate:
    """A possible name; `kind` is None until a cue in the document decides.

    `a` and `b` are token numbers in the sentence; `weak` marks a first word of a sentence
    that nothing but its place makes capital.
    """

    start: int
    end: int
    surface: str
    sentence: int
    kind: EntityKind | None
    type: str | None = None
    method: str = "pattern"
    confidence: float = 0.0
    concept: Concept | None = None
    titles: list[str] = field(default_factory=list)
    weak: bool = False
    a: int = 0
    b: int = 0
    fixed: bool = False
    """Whether the class is certain, so that the document's majority does not change it."""
    opinion: EntityKind | None = None
    """The class that the trained pipeline gives exactly this span."""
    link_confidence: float = 1.0
    """How sure it is that `concept` is meant, where this is a name."""
    reading: str | None = None
    """Sets a place apart from others of its name: what it lies in, "?" where nothing tells."""


@dataclass(slots=True)
class Sent:
    """A sentence ready to be parsed; `initial` holds the token numbers that start a clause."""

    index: int
    tokens: Sequence[Token]
    initial: frozenset[int]


class Grower:
    """Groups a sentence's tokens into runs of capitals and connectors."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon

    def runs(self, sent: Sent) -> list[list[Unit]]:
        """Runs of units, in order; each token is in at most one run."""
        found: list[list[Unit]] = []
        i, n = 0, len(sent.tokens)
        articles = self._lexicon.arabic_articles
        while i < n:
            token = sent.tokens[i]  # most are small words: no unit, told without a call
            if not (token.cap or token.text in articles or token.text[:5] == "covid"):
                i += 1
                continue
            unit = self.unit(sent, i)
            if unit is None:
                i += 1
                continue
            run = self._grow(sent, unit)
            found.append(run)
            i = run[-1].b
        return found

    def unit(self, sent: Sent, i: int) -> Unit | None:
        """The known name or capitalised token at `i`, or None."""
        tokens = sent.tokens
        token = tokens[i]
        if token.cap or token.text in self._lexicon.arabic_articles:
            hit = self._gazetteer.match(tokens, i)
            if hit and not (hit[1].plain_word and i in sent.initial):
                return Unit(i, i + hit[0], _join(tokens, i, i + hit[0]), known=hit[1])
            if not token.cap:
                follows = i + 1 < len(tokens) and tokens[i + 1].cap and tokens[i + 1].spaced
                if follows and token.text in ("al", "el") and token.spaced:
                    return Unit(i, i + 2, _join(tokens, i, i + 2))
                return None
            if i > 0 and tokens[i - 1].text in ("@", "#") and not token.spaced:
                return None
            if token.text.startswith(("http", "www", "WWW")):
                return None
            if token.text == "I" and self._pronoun(tokens, i):
                return None
            count = self._gazetteer.people(tokens, i)
            if count:
                return Unit(i, i + count, _join(tokens, i, i + count), people=True)
            return Unit(i, i + 1, token.text)
        if token.text.startswith("covid"):
            return Unit(i, i + 1, token.text)
        return None

    def _pronoun(self, tokens: Sequence[Token], i: int) -> bool:
        """Whether an "I" is the writer and not a number, as it is after a first name."""
        after = tokens[i + 1].text if i + 1 < len(tokens) else ""
        return after.islower() and not (
            i and (tokens[i - 1].text in self._lexicon.first_names or tokens[i - 1].text == "War")
        )

    def _grow(self, sent: Sent, first: Unit) -> list[Unit]:
        run = [first]
        while len(run) < _LONGEST_RUN:
            more = self._next(sent, run)
            if not more:
                break
            run += more
        return run

    def _next(self, sent: Sent, run: list[Unit]) -> list[Unit]:
        """The units that continue the run: a capital, or connectors and a capital."""
        tokens, j = sent.tokens, run[-1].b
        if j >= len(tokens):
            return []
        token = tokens[j]
        if not token.spaced:
            return self._unspaced(sent, run, j)
        unit = self.unit(sent, j)
        if unit is not None:
            return [unit]
        text = token.text
        if text in self._lexicon.particles and text != "and":
            return self._particle(sent, run, j)
        if text == "the" and run[-1].text.endswith("ing") and self._opened(run):
            unit = self.unit(sent, j + 1) if j + 1 < len(tokens) and tokens[j + 1].cap else None
            return [Unit(j, j + 1, text, small=True), unit] if unit else []
        if text == "the" and j + 1 < len(tokens) and tokens[j + 1].text in _EPITHETS:
            if run[-1].known is None and not run[-1].people and len(run) < 4:
                return [Unit(j, j + 2, f"the {tokens[j + 1].text}")]
            return []
        if text in _CONNECTORS:
            return self._connect(sent, run, j)
        return []

    def _unspaced(self, sent: Sent, run: list[Unit], j: int) -> list[Unit]:
        """The ", Inc." of a company or ", Jr." of a person; "'s Hospital" after a saint."""
        tokens = sent.tokens
        if tokens[j].text == "," and j + 1 < len(tokens):
            after = tokens[j + 1]
            if after.text.rstrip(".") in ("Inc", "Ltd", "LLC", "Corp", "Co", "Jr", "Sr"):
                return [Unit(j, j + 2, ", " + after.text)]
            return self._fields(sent, run, j)
        owner = run[0].text in ("St.", "Saint", "St") or run[-1].text in _OWNERS
        if tokens[j].text == "'s" and owner and j + 1 < len(tokens):
            head = self.head(tokens[j + 1].text)
            if head is not None and head.kind in ("Facility", "Organization"):
                return [Unit(j, j + 1, "'s", small=True), Unit(j + 1, j + 2, tokens[j + 1].text)]
        return []

    def _fields(self, sent: Sent, run: list[Unit], j: int) -> list[Unit]:
        """The ", Media and Sport" of "Department for Culture, Media and Sport"."""
        fields = self._lexicon.field_words
        if not self._opened(run) or run[-1].text not in fields:
            return []
        tokens, made, k = sent.tokens, [], j
        while k + 1 < len(tokens) and tokens[k].text == "," and tokens[k + 1].text in fields:
            made += [
                Unit(k, k + 1, ",", small=True), Unit(k + 1, k + 2, tokens[k + 1].text)
            ]  # fmt: skip
            k += 2
        k += k < len(tokens) and tokens[k].text == ","
        ends = made and k + 1 < len(tokens) and tokens[k].text in ("and", "&")
        if ends and tokens[k + 1].text in fields:
            and_ = Unit(made[-1].b, k + 1, "and", small=True)
            return [*made, and_, Unit(k + 1, k + 2, tokens[k + 1].text)]
        return []

    def _particle(self, sent: Sent, run: list[Unit], j: int) -> list[Unit]:
        """As in "de", "bin", "van der" between two capitals of a name."""
        tokens, k = sent.tokens, j
        while k < len(tokens) and tokens[k].text in self._lexicon.particles and k < j + 3:
            k += 1
        if k >= len(tokens) or not tokens[k].cap or run[-1].known or run[-1].people:
            if tokens[j].text in _CONNECTORS:
                return self._connect(sent, run, j)
            return []
        word = tokens[j].text
        if word in ("as", "at", "i", "e", "y", "to", "am", "an", "des"):
            return self._connect(sent, run, j) if word in _CONNECTORS else []
        small = [Unit(m, m + 1, tokens[m].text, small=True) for m in range(j, k)]
        unit = self.unit(sent, k) or Unit(k, k + 1, tokens[k].text)
        return [*small, unit]

    def _connect(self, sent: Sent, run: list[Unit], j: int) -> list[Unit]:
        """Connectors and the unit after them, where the run so far calls for them."""
        tokens, k = sent.tokens, j + 1
        word = tokens[j].text
        if word == "the":
            return []
        if word in _HEAD_CONNECTORS and k < len(tokens) and tokens[k].text == "the":
            k += 1
        if k >= len(tokens) or not tokens[k].spaced:
            return []
        unit = self.unit(sent, k)
        if unit is None or tokens[k].text.lower() in ("i", "the"):
            return []
        if not self._wanted(sent, run, word, unit):
            return []
        small = [Unit(m, m + 1, tokens[m].text, small=True) for m in range(j, k)]
        return [*small, unit]

    def _wanted(self, sent: Sent, run: list[Unit], word: str, unit: Unit) -> bool:
        last = run[-1]
        head = self.head(last.text) if not last.known and not last.people else None
        opened = self._opened(run)
        if word == "of":
            if opened and unit.known is not None and unit.known.kind in ("Place", "Region"):
                return True
            if last.text in self._lexicon.roles or last.text in self._lexicon.honorifics:
                return self._complement(sent, unit.a)
            if head is None and not last.known:
                before = self._lexicon.heads_before.get(last.text)
                return (before is not None and before.type != "city") or last.text == "City"
            if last.known:
                return self._body_of(last, last.known, unit)
            return head is not None and self._takes_of(last.text, head)
        if word in ("for", "on", "to", "against"):
            return (
                head is not None
                and head.kind in ("Organization", "Event", "Topic")
                and (
                    word in ("for", "on")
                    or last.text in ("Treaty", "Convention", "Coalition", "War")
                )
                and unit.text not in self._lexicon.calendar
                and unit.known is None
            )
        if word in ("and", "&"):
            return self._joined(sent, run, word, unit)
        if word == "in":
            region = unit.known is not None and unit.known.kind == "Region"
            return region and opened and any(u.text in ("on", "and") for u in run)
        return False

    def _body_of(self, last: Unit, known: Known, unit: Unit) -> bool:
        """As in "Supreme Court of India": a kind of body that many countries have."""
        if known.concept is not None or known.kind != "Organization":
            return False
        if last.text in ("Parliament", "Senate"):
            return True
        head = self.head(last.text.rsplit(" ", 1)[-1])
        return head is not None and unit.known is not None and unit.known.kind == "Place"

    def _complement(self, sent: Sent, k: int) -> bool:
        """Whether what follows "Secretary of" belongs to the office."""
        words = tuple(t.text for t in sent.tokens[k : k + 3])
        return any(words[: len(c)] == c for c in self._lexicon.role_complements)

    def _takes_of(self, text: str, head: Head) -> bool:
        if head.kind in ("Organization", "Event", "Topic"):
            return head.type != "media" and text not in self._lexicon.company_suffixes
        return text in self._lexicon.heads_before or text in (
            "Republic", "Kingdom", "Straits", "Islands", "Isles", "Temple", "Church", "Hall",
            "Museum", "Library", "Palace", "Tower", "Wall", "Emirates", "Peninsula", "Valley",
        )  # fmt: skip

    def _opened(self, run: list[Unit]) -> bool:
        """Whether "Ministry of", "Conference on" or the like began earlier in the run."""
        for left, right in itertools.pairwise(run):
            if right.small and right.text in _HEAD_CONNECTORS and self.head(left.text):
                return True
        return False

    def _joined(self, sent: Sent, run: list[Unit], word: str, unit: Unit) -> bool:
        """Whether "and" stands within one name ("Food and Agriculture Organization")."""
        fields, opened = self._lexicon.field_words, self._opened(run)
        last = run[-1]
        if last.known or last.people or unit.known or unit.people:
            return False
        if last.text in fields and unit.text in fields:
            return True
        if opened and any(u.small and u.text in ("on", "for") for u in run):
            return unit.text not in self._lexicon.first_names and self.head(unit.text) is None
        if opened:
            return unit.text in fields and self.head(unit.text) is None
        leading = run[1:] if run[0].text in _LEAD else run
        return word == "&" or (len(leading) == 1 and self._programme(sent, last, unit))

    def _programme(self, sent: Sent, last: Unit, unit: Unit) -> bool:
        """As in "the Rivers and Valleys Programme" or "… project": what follows tells."""
        before = sent.tokens[last.a - 1].text if last.a else ""
        after = sent.tokens[unit.b].text if unit.b < len(sent.tokens) else ""
        head = self.head(after)
        return before in ("the", "The") and (
            after in PROGRAMME_NOUNS or (head is not None and head.kind == "Topic")
        )

    def head(self, text: str) -> Head | None:
        """The head noun class of a word; "Univers…" is a university in many languages."""
        found = self._lexicon.heads_after.get(text)
        if found is None and text.startswith("Universi") and len(text) > 8:
            return Head("Organization", "university")
        return found


def _join(tokens: Sequence[Token], a: int, b: int) -> str:
    parts: list[str] = []
    for k in range(a, b):
        if k > a and tokens[k].spaced:
            parts.append(" ")
        parts.append(tokens[k].text)
    return "".join(parts)


def make(
    sent: Sent, run: Sequence[Unit], kind: EntityKind | None, type_: str | None,
    method: str, confidence: float,
) -> Candidate:  # fmt: skip
    """A candidate of a run's tokens."""
    a, b = run[0].a, run[-1].b
    tokens = sent.tokens
    return Candidate(
        start=tokens[a].start, end=tokens[b - 1].end, surface=_join(tokens, a, b),
        sentence=sent.index, kind=kind, type=type_, method=method, confidence=confidence,
        a=a, b=b,
    )  # fmt: skip


join_tokens = _join
LEAD_WORDS = _LEAD
