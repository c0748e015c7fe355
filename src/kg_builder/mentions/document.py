"""An article's sentences in, its decided candidates out: what only the whole document tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kg_builder.mentions.acronyms import Definition, bracketed, definitions
from kg_builder.mentions.candidates import Candidate, Sent, join_tokens
from kg_builder.mentions.classify import Classifier
from kg_builder.mentions.datelines import dateline
from kg_builder.mentions.evidence import Evidence, is_product
from kg_builder.mentions.gazetteer import Gazetteer
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.mentions.lines import joints, lowered_words, paragraph_starts, sentence, title_case
from kg_builder.mentions.merge import Merger
from kg_builder.mentions.names import NameFinder
from kg_builder.mentions.places import Places
from kg_builder.mentions.shorts import bare_heads, particles, stands_as_place, tails
from kg_builder.mentions.titles import Titles
from kg_builder.mentions.tokens import Token
from kg_builder.model import Article, EntityKind


@dataclass(slots=True)
class Decided:
    """The candidates that are names, in order of the text, and the acronyms' definitions.

    `long_forms` maps an acronym to the surface of its long form.
    """

    candidates: list[Candidate] = field(default_factory=list)
    long_forms: dict[str, str] = field(default_factory=dict)


class DocumentReader:
    """Runs the sentence patterns and then lets the document decide what they left open."""

    def __init__(
        self, gazetteer: Gazetteer, lexicon: Lexicon, finder: NameFinder | None = None
    ) -> None:
        self._finder = finder
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._classifier = Classifier(gazetteer, lexicon)
        self._evidence = Evidence(gazetteer, lexicon)
        self._places = Places(gazetteer.authority, lexicon)
        self._titles = Titles(gazetteer, lexicon, self._classifier)
        self._decided = Decided()
        self._between: dict[int, int] = {}

    def read(self, article: Article, text: str) -> Decided:
        """All names of an article; linear in the length of its sentences."""
        sents = [
            sentence(s.index, self._gazetteer.tokenizer.tokens(text, s.span.start, s.span.end))
            for s in article.sentences
        ]
        lowered = lowered_words(sents)
        roles = {s.index: s.role for s in article.sentences}
        running: list[Sent] = []
        titles: list[Sent] = []
        for sent in sents:
            (titles if title_case(sent, roles[sent.index]) else running).append(sent)
        found = [c for s in running for c in self._classifier.candidates(s, lowered)]
        decided = self._decided = Decided()
        self._between = {a: b for s in running for a, b in joints(s).items()}
        found = self._define(running, found, decided)
        starts = paragraph_starts(article)
        found = self._datelines([s for s in sents if s.index in starts], found)
        found = self._state_forms(running, found)
        found = self._outlet(article, running, found)
        if self._finder is not None:
            found = Merger(self._lexicon).merge(
                found, self._finder.names(article, text), running, lowered
            )
        self._propagate(found, lowered, {s.index: s for s in running})
        found = self._shortened([c for c in found if c.kind is not None], running)
        known: dict[str, Candidate] = {}
        for c in found:
            if c.kind != "Group" and c.confidence >= 0.6:
                known.setdefault(c.surface, c)
                if c.kind == "Person" and c.surface.split()[-1] not in self._lexicon.after_name:
                    known.setdefault(c.surface.split()[-1], c)
        found += [c for sent in titles for c in self._titles.read(sent, known, lowered)]
        decided.candidates = _without_overlap(found)
        self._places.settle(decided.candidates, {s.index: s for s in sents})
        return decided

    # -- places in capitals and short forms --------------------------------------------------

    def _datelines(self, starts: Sequence[Sent], found: list[Candidate]) -> list[Candidate]:
        """Add the place of each dateline; it goes before what the patterns made of it."""
        made = [c for s in starts if s.tokens and (c := dateline(s, self._places))]
        return _instead(found, made)

    def _state_forms(self, sents: Sequence[Sent], found: list[Candidate]) -> list[Candidate]:
        """Add each short form of a state after a comma; what stands before it is a town."""
        before = {(c.sentence, c.b): c for c in found}
        made = []
        for sent in sents:
            for i, token in enumerate(sent.tokens):
                if token.text != ",":
                    continue
                town = before.get((sent.index, i))
                if town is None or town.kind not in (None, "Place", "Person"):
                    continue
                hit = self._places.state(sent, i + 1)
                if hit is None or (town.kind == "Person" and town.confidence > 0.7):
                    continue
                one = _candidate(sent, i + 1, i + 1 + hit[0])
                one.kind, one.type, one.method = "Place", "subdivision", "state"
                one.confidence, one.fixed, one.concept = 0.9, True, hit[1]
                made.append(one)
                if town.kind != "Place":
                    town.kind, town.type, town.method = "Place", "city", "pattern"
                town.confidence, town.fixed, town.weak = max(town.confidence, 0.85), True, False
        return _instead(found, made)

    def _outlet(
        self, article: Article, sents: Sequence[Sent], found: list[Candidate]
    ) -> list[Candidate]:
        """Add the article's outlet: its name, and its last word in "told the …"."""
        name = article.publication.name if article.publication else ""
        words = [t.text for t in self._gazetteer.tokenizer.tokens(name, 0, len(name))]
        words = words[1:] if words[:1] == ["The"] else words
        if len(words) < 2 or not all(w[0].isupper() for w in words):
            return found
        made = []
        for sent in sents:
            texts = [t.text for t in sent.tokens]
            for i in range(len(texts)):
                if texts[i : i + len(words)] == words:
                    made.append(_candidate(sent, i, i + len(words)))
                elif texts[max(0, i - 2) : i + 1] == ["told", "the", words[-1]] and not (
                    i + 1 < len(texts) and sent.tokens[i + 1].cap
                ):
                    made.append(_candidate(sent, i, i + 1))
                    self._decided.long_forms[words[-1]] = " ".join(words)
        for c in made:
            c.kind, c.type, c.confidence, c.fixed = "Organization", "media", 0.9, True
            c.concept = None
        return _instead(found, made)

    def _shortened(self, found: list[Candidate], sents: Sequence[Sent]) -> list[Candidate]:
        """Add what names something already named by a part of its name."""
        found = _instead(found, particles(sents, found, self._lexicon))
        heads = bare_heads(sents, found, self._lexicon)
        taken = {c.start for c in found}
        heads = [(c, long) for c, long in heads if c.start not in taken]
        for short, long in [*((c.surface, long) for c, long in heads), *tails(found).items()]:
            self._decided.long_forms.setdefault(short, long)
        return _instead(found, [c for c, _ in heads])

    # -- acronyms --------------------------------------------------------------------------

    def _define(
        self, sents: Sequence[Sent], found: list[Candidate], decided: Decided
    ) -> list[Candidate]:
        """Apply definitions: the long form is one candidate, the acronym another of its class."""
        by_sentence: dict[int, list[Candidate]] = {}
        for c in found:
            by_sentence.setdefault(c.sentence, []).append(c)
        common: set[str] = set()
        for sent in sents:
            if not any(t.text == "(" for t in sent.tokens):
                continue
            spelt = definitions(sent)
            here = by_sentence.setdefault(sent.index, [])
            by_sentence[sent.index], foreign = self._bracketed(sent, here, spelt)
            for definition in (*spelt, *foreign):
                if not definition.named:
                    common.add(definition.acronym)
                    continue
                here = by_sentence.setdefault(sent.index, [])
                by_sentence[sent.index] = self._defined(sent, here, definition, decided)
        merged = [c for sent in sents for c in by_sentence.get(sent.index, [])]
        return [c for c in merged if c.surface.rstrip("s") not in common or c.fixed]

    def _bracketed(
        self, sent: Sent, here: list[Candidate], spelt: Sequence[Definition]
    ) -> tuple[list[Candidate], list[Definition]]:
        """Capitals in brackets that spell nothing: a body's acronym in its own language.

        As in "National Electoral Council (CNE)". After a country they are dropped: "Iran (IRI)".
        """
        done = {d.short[0] for d in spelt}
        made: list[Definition] = []
        for at in bracketed(sent):
            word = sent.tokens[at].text
            before = next((c for c in here if c.b == at - 1), None)
            if before is None or at in done or self._gazetteer.match(sent.tokens, at):
                continue
            if before.type in ("country", "territory"):
                here = [c for c in here if c.a != at]
            elif (
                before.kind == "Organization" and before.type not in ("sports", "company")
                and " " in before.surface and before.confidence >= 0.8
                and word not in self._lexicon.not_acronyms
                and word not in self._lexicon.state_forms
            ):  # fmt: skip
                made.append(Definition(sent.index, (before.a, before.b), (at, at + 1), word, True))
        return here, made

    def _defined(
        self, sent: Sent, here: list[Candidate], definition: Definition, decided: Decided
    ) -> list[Candidate]:
        a, b = definition.long
        tokens = sent.tokens
        same = next((c for c in here if c.a == a and c.b == b), None)
        if same is None:
            wider = next((c for c in here if c.a < a and c.b == b and c.kind), None)
            same = wider or _candidate(sent, a, b)
            rest = [c for c in here if c.b <= same.a or c.a >= same.b]
            if same.kind is None:
                same.kind, same.type = self._kind_of_long(tokens[a:b])
            here = sorted([*rest, same], key=lambda c: c.a)
        if same.kind in (None, "Person") or (same.kind == "Place" and same.method == "pattern"):
            same.kind, same.type = self._kind_of_long(tokens[a:b])
        same.method, same.confidence, same.fixed, same.weak = (
            "acronym" if same.method != "authority" else same.method,
            max(same.confidence, 0.9), True, False,
        )  # fmt: skip
        decided.long_forms.setdefault(definition.acronym, same.surface)
        short = next((c for c in here if c.a == definition.short[0]), None)
        if short is None:
            short = _candidate(sent, *definition.short)
            here = sorted([*here, short], key=lambda c: c.a)
        if short.method != "authority":
            short.kind, short.type, short.method = same.kind, same.type, "acronym"
            short.confidence, short.fixed, short.weak = 0.92, True, False
        return here

    def _kind_of_long(self, words: Sequence[Token]) -> tuple[EntityKind, str | None]:
        """What has an acronym is an organisation, unless its head noun says otherwise."""
        for at in range(len(words)):
            hit = self._gazetteer.match(words, at)
            if hit and hit[0] < len(words) and hit[1].type in ("armed group", "party"):
                return "Organization", hit[1].type
        for word in reversed(words):
            if head := self._lexicon.heads_after.get(word.text):
                if head.kind in ("Place", "Region") and head.type != "feature":
                    continue
                return head.kind, head.type
        last = words[-1].text
        return ("Region", "region") if last in ("Republics", "States") else ("Organization", None)

    # -- the document's vote ---------------------------------------------------------------

    def _propagate(
        self, found: list[Candidate], lowered: set[str], sents: Mapping[int, Sent]
    ) -> None:
        acronyms = {c.surface: c for c in found if c.method == "acronym" and c.fixed}
        for c in found:
            if (defined := acronyms.get(c.surface)) and c.method != "authority":
                c.kind, c.type, c.method = defined.kind, defined.type, "acronym"
                c.confidence, c.fixed, c.weak = max(c.confidence, 0.88), True, False
        for c in found:
            if c.weak and c.surface.lower() in lowered:
                c.kind, c.confidence, c.opinion = None, 0.0, None
        if self._finder is not None:
            _doubt_acronyms(found)
        self._evidence.decide(found, sents, read=self._finder is not None)
        self._doubt_initials(found, lowered)
        _shapes(found)
        self._listed(found)
        self._initials(found)
        surnames = _person_words(found, self._lexicon)
        shorts = _short_forms(found)
        for c in found:
            if " " in c.surface or c.method == "acronym":
                continue
            place = c.kind in ("Place", "Region", "Facility")
            if c.surface in surnames and (
                not c.fixed or (place and (c.concept is None or c.type in ("city", "subdivision")))
            ) and not (
                place and stands_as_place(sents[c.sentence], c, self._lexicon.state_forms)
            ):  # fmt: skip
                c.kind, c.type, c.method, c.concept = "Person", None, "coref", None
                c.confidence, c.fixed = max(c.confidence, 0.85), True
            elif (c.kind is None or (not c.fixed and "pipeline" in c.method)) and (
                long := shorts.get(c.surface)
            ):
                c.kind, c.type, c.method, c.confidence = long.kind, long.type, "coref", 0.75
        self._vote(found)

    def _doubt_initials(self, found: list[Candidate], lowered: set[str]) -> None:
        """A first word of a sentence is a name only where the rest of the document says so."""
        sure = {w for c in found if not c.weak for w in c.surface.split()}
        for c in found:
            if c.method == "acronym" and not c.fixed and c.surface.lower() in lowered:
                c.kind, c.confidence = None, 0.0
            if not c.weak:
                continue
            word = c.surface.lower()
            if word in lowered or (c.surface not in sure and c.confidence < 0.75):
                c.kind, c.confidence = None, 0.0

    def _listed(self, found: list[Candidate]) -> None:
        """In "X, Y and Z": what stands in a list with people is a person, with places a place."""
        for first, second in (*pairwise(found), *pairwise(list(reversed(found)))):
            a, b = (first, second) if first.start < second.start else (second, first)
            if a.sentence != b.sentence or second.kind is not None or second.weak:
                continue
            if first.kind not in ("Person", "Place") or self._between.get(b.start) != a.end:
                continue
            if first.kind == "Person" and second.method == "shape" and first.confidence >= 0.6:
                second.kind, second.confidence = "Person", 0.65
            elif first.kind == "Place" and " " not in second.surface and second.confidence >= 0.2:
                second.kind, second.confidence = "Place", 0.6
                second.type = "city" if self._places.readings(second.surface) else None

    def _initials(self, found: list[Candidate]) -> None:
        """An acronym never defined: the one long name in the document with these initials."""
        longer = [c for c in found if c.surface.count(" ") > 2 and c.kind in _BODIES]
        names = dict.fromkeys(c.surface for c in longer)
        tried: dict[str, list[str]] = {}
        for c in found:
            if c.method == "acronym" and len(c.surface) > 2 and not c.fixed:
                if c.surface not in tried:
                    tried[c.surface] = [n for n in names if _initialled(c.surface, n)]
                spelt = tried[c.surface]
                if len(spelt) != 1:
                    continue
                for long in longer:
                    if long.surface in spelt and not long.fixed:
                        long.kind, long.type = "Organization", None
                c.kind, c.confidence, c.fixed = "Organization", 0.85, True
                self._decided.long_forms.setdefault(c.surface, spelt[0])

    def _vote(self, found: list[Candidate]) -> None:
        votes: dict[str, Counter[EntityKind]] = {}
        best: dict[tuple[str, EntityKind], Candidate] = {}
        for c in found:
            if c.kind in ("Person", "Place") and not c.fixed and is_product(c.surface):
                c.kind = None
            if c.kind is None or c.kind == "Group":
                continue
            weight = 50 if c.method == "pipeline" and c.kind != "Person" else 100
            votes.setdefault(c.surface, Counter())[c.kind] += round(c.confidence * weight)
            key = (c.surface, c.kind)
            if key not in best or best[key].confidence < c.confidence:
                best[key] = c
        for c in found:
            if c.fixed or c.surface not in votes:
                continue
            kind = max(sorted(votes[c.surface]), key=lambda k: votes[c.surface][k])
            model = best[c.surface, kind]
            if c.kind is None and (c.confidence == 0.0 and model.confidence < 0.7):
                continue
            if c.kind != kind:
                c.kind, c.type, c.concept = kind, model.type, model.concept
                c.method, c.confidence = "coref", round(model.confidence * 0.9, 2)
            elif model.confidence > c.confidence and not c.concept:
                c.type, c.concept = model.type, model.concept


def _candidate(sent: Sent, a: int, b: int) -> Candidate:
    tokens = sent.tokens
    return Candidate(
        start=tokens[a].start, end=tokens[b - 1].end, surface=join_tokens(tokens, a, b),
        sentence=sent.index, kind=None, a=a, b=b,
    )  # fmt: skip


def _person_words(found: Iterable[Candidate], lexicon: Lexicon) -> frozenset[str]:
    """Surnames, and first words of names, of the people whom the document names in full."""
    words = set()
    for c in found:
        if c.kind != "Person" or " " not in c.surface or c.confidence < 0.5:
            continue
        parts = [p for p in c.surface.split() if p not in lexicon.after_name and p != ","]
        if len(parts) > 1:
            words.add(parts[-1])
            words.update(_article_capital(parts[-1]))
            if len(parts) == 3 and parts[1][0].isupper() and len(parts[1]) > 2:
                words.add(parts[1])  # of two surnames the first is the one that stands alone
            if len(parts[0]) > 1 and parts[0][-1] != ".":
                words.add(parts[0])
    return frozenset(words)


def _article_capital(surname: str) -> tuple[str, ...]:
    """As in "Al-Masri" for "al-Masri" where a sentence starts with it."""
    return (surname[0].upper() + surname[1:],) if surname[0].islower() else ()


def _doubt_acronyms(found: Iterable[Candidate]) -> None:
    """Capitals that nothing defines and the pipeline never takes for a name are none."""
    named = {c.surface for c in found if c.opinion is not None or c.fixed}
    for c in found:
        if c.method == "acronym" and not c.fixed and c.surface not in named:
            c.kind, c.confidence = None, 0.0


_BODIES = ("Organization", "Event", "Topic")


def _initialled(acronym: str, name: str) -> bool:
    """Whether the acronym's letters are initials of the name's words, in order, most of them."""
    initials = [w[0].upper() for w in name.split() if w[0].isupper()]
    at = 0
    for letter in initials:
        if at < len(acronym) and letter == acronym[at]:
            at += 1
    return at == len(acronym) and initials[:1] == [acronym[0]] and 2 * at > len(initials)


def _shapes(found: Iterable[Candidate]) -> None:
    """Two capitals that look like a person's name are one where the surname recurs alone."""
    alone = {c.surface for c in found if " " not in c.surface and c.kind in (None, "Person")}
    for c in found:
        if c.method == "shape" and c.kind is None and c.surface.split()[-1] in alone:
            c.kind, c.confidence = "Person", 0.7


def _instead(found: list[Candidate], made: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in order of the text, `made` in the place of those that they overlap."""
    if not made:
        return found
    by_sentence: dict[int, list[Candidate]] = {}
    for c in made:
        by_sentence.setdefault(c.sentence, []).append(c)
    kept = [
        c for c in found
        if not any(m.start < c.end and c.start < m.end for m in by_sentence.get(c.sentence, ()))
    ]  # fmt: skip
    return sorted([*kept, *made], key=lambda c: c.start)


def _short_forms(found: Iterable[Candidate]) -> dict[str, Candidate]:
    """First words of company and organisation names, where only one name starts so."""
    shorts: dict[str, Candidate] = {}
    names: dict[str, set[str]] = {}
    for c in found:
        if c.kind == "Organization" and c.type == "company" and " " in c.surface:
            first = c.surface.split()[0]
            names.setdefault(first, set()).add(c.surface)
            shorts.setdefault(first, c)
    return {w: c for w, c in shorts.items() if len(names[w]) == 1}


def _without_overlap(found: list[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for c in sorted(found, key=lambda c: (c.start, -c.end)):
        if c.start < c.end and (not kept or c.start >= kept[-1].end):
            kept.append(c)
    return kept
