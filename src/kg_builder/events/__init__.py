"""An article with its mentions in; event and claim candidates, each from one sentence, out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from kg_builder.events.claims import Claims
from kg_builder.events.clauses import CLOSE, NEAR, Clauses
from kg_builder.events.counts import Casualties, find_casualties
from kg_builder.events.dates import Found, complete, find_dates
from kg_builder.events.lexicon import Entry, Lexicon, words
from kg_builder.events.roles import Roles, label
from kg_builder.events.tokens import Token, tokenize
from kg_builder.events.triggers import Trigger, find_triggers
from kg_builder.model import (
    Article,
    ClaimCandidate,
    Count,
    DateValue,
    EventCandidate,
    LocalEntity,
    Mention,
    Sentence,
    Span,
)
from kg_builder.resources import folder

__all__ = ["EventExtractor"]

_SPEECH_ACTS: Final = frozenset(
    """AGREE SUPPORT CONCEDE REQUEST ACCUSE REJECT THREATEN SANCTION COOPERATE AID MOBILIZE RETREAT
    statement leadership-change founding joining report claim-of-responsibility""".split()
)
"""Types whose objects have places of their own, so that a place must stand close by."""
_HARMFUL: Final = frozenset({"ASSAULT", "PROTEST", "disaster", "epidemic", "war", "death"})
_CASUALTY_TYPES: Final = frozenset({"killing", "death"})
_CASUALTY_LINKS: Final = frozenset("when after as in during by".split())
_CASUALTY_REACH: Final = 12
_BASE_CONFIDENCE: Final = 0.6
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()
)


class EventExtractor:
    """Finds dated, placed or counted events by trigger words, and a few kinds of claims.

    `path` is the Turtle file of event types; without it the one that ships is read. Raises
    AuthorityError when the file is broken.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lexicon = Lexicon(path or folder("ontology") / "authority" / "event-types.ttl")

    def extract(
        self,
        article: Article,
        text: str,
        mentions: Sequence[Mention],
        entities: Sequence[LocalEntity],
    ) -> tuple[tuple[EventCandidate, ...], tuple[ClaimCandidate, ...]]:
        """Candidates of an article in order of the text; `text` is the whole document's.

        Headings and bios give no events; a headline gives only those told by a verb.
        """
        by_sentence: dict[int, list[Mention]] = defaultdict(list)
        for mention in mentions:
            by_sentence[mention.sentence].append(mention)
        by_id = {entity.id: entity for entity in entities}
        published = _day(article.date_published)
        events: list[EventCandidate] = []
        claims: list[ClaimCandidate] = []
        for sentence in article.sentences:
            if sentence.role in ("heading", "bio"):
                continue
            tokens = tokenize(text, sentence, by_sentence[sentence.index])
            reader = _SentenceReader(text, sentence, tokens, by_id, self._lexicon, published)
            events.extend(reader.events())
            claims.extend(Claims(tokens, by_id).find(sentence.index))
        return _one_per_name(events), tuple(claims)


def _day(iso: str | None) -> date | None:
    try:
        return date.fromisoformat(iso[:10]) if iso else None
    except ValueError:
        return None


def _one_per_name(events: Sequence[EventCandidate]) -> tuple[EventCandidate, ...]:
    """One candidate for each named event: the first that tells a date or place, else the first."""
    best: dict[int, int] = {}
    for number, event in enumerate(events):
        if event.named is not None:
            held = best.setdefault(event.named, number)
            if not _is_told(events[held]) and _is_told(event):
                best[event.named] = number
    return tuple(e for n, e in enumerate(events) if e.named is None or best[e.named] == n)


def _is_told(event: EventCandidate) -> bool:
    return event.date is not None or event.place is not None


class _SentenceReader:
    """Puts the findings of one sentence together."""

    def __init__(
        self,
        text: str,
        sentence: Sentence,
        tokens: Sequence[Token],
        entities: Mapping[int, LocalEntity],
        lexicon: Lexicon,
        published: date | None,
    ) -> None:
        self._text = text
        self._sentence = sentence
        self._tokens = tokens
        self._entities = entities
        self._lexicon = lexicon
        self._published = published

    def events(self) -> list[EventCandidate]:
        """The candidates of the sentence, in order."""
        headline = self._sentence.role == "headline"
        triggers = find_triggers(self._tokens, self._lexicon, headline)
        if headline:
            triggers = [trigger for trigger in triggers if trigger.is_verb]
        triggers = sorted([*triggers, *self._named()], key=lambda t: t.first)
        if not triggers:
            return []
        harm = self._casualties(triggers)
        verbs = {f.verb for figures in harm.values() for f in figures}
        clauses = Clauses(self._tokens, triggers, verbs)
        dates = clauses.date_of(find_dates(self._tokens, self._published))
        roles = Roles(self._tokens, self._entities, self._lexicon)
        found = []
        for trigger in triggers:
            if trigger.folded:
                continue
            candidate = self._candidate(trigger, clauses, dates, harm, roles)
            if candidate is not None:
                found.append(candidate)
        return found

    def _named(self) -> list[Trigger]:
        """Mentions of named events whose type their words tell."""
        found = []
        for i, token in enumerate(self._tokens):
            if token.kind == "Event" and (kind := self._type_of_name(token.low)) is not None:
                entry = Entry(kind, "n", "singular")
                found.append(Trigger(i, i, entry, named=token.entity))
        return found

    def _type_of_name(self, name: str) -> str | None:
        """The type of the last word of a name that tells one; words behind "of" come last."""
        head, _, tail = name.partition(" of ")
        for part in (head, tail):
            for word in reversed(part.split()):
                nouns = [e for e in self._lexicon.entries((word,)) if e.pos == "n"]
                kind = nouns[0].type if nouns else words().named_heads.get(word)
                if kind in self._lexicon.types:
                    return kind
        return None

    def _casualties(self, triggers: Sequence[Trigger]) -> dict[int, list[Casualties]]:
        """Figures by the first token of the trigger they belong to; folds verbs of harm."""
        given: dict[int, list[Casualties]] = defaultdict(list)
        for figure in find_casualties(self._tokens):
            own = next((t for t in triggers if t.first <= figure.verb <= t.last), None)
            hosts = [
                t for t in triggers
                if t is not own and not t.folded and self._is_harmful(t)
                and t.first < max(figure.verb, figure.first)
                and not (own is None and t.first > figure.verb)
            ]  # fmt: skip
            host = hosts[-1] if hosts else own
            if host is None:
                continue
            given[host.first].append(figure)
            if own is not None and host is not own and own.entry.type in _CASUALTY_TYPES:
                own.folded = True
                given[host.first].extend(given.pop(own.first, []))
        for own, host in pairwise(triggers):
            if own.entry.type in _CASUALTY_TYPES and self._is_told_by(own, host):
                own.folded = True
                given[host.first].extend(given.pop(own.first, []))
        return given

    def _is_told_by(self, own: Trigger, host: Trigger) -> bool:
        """Whether a death is part of the next trigger's event: "killed when gunmen attacked"."""
        if not own.is_verb or host.entry.type in _CASUALTY_TYPES or not self._is_harmful(host):
            return False
        between = self._tokens[own.last + 1 : host.first]
        return len(between) <= _CASUALTY_REACH and any(
            not token.is_mention and token.low in _CASUALTY_LINKS for token in between
        )

    def _is_harmful(self, trigger: Trigger) -> bool:
        return bool(self._lexicon.types[trigger.entry.type].broader & _HARMFUL)

    def _candidate(
        self,
        trigger: Trigger,
        clauses: Clauses,
        dates: Mapping[int, Found],
        harm: Mapping[int, Sequence[Casualties]],
        roles: Roles,
    ) -> EventCandidate | None:
        factuality = clauses.factuality(trigger)
        when = self._when(dates.get(trigger.first), factuality == "planned")
        close = bool(self._lexicon.types[trigger.entry.type].broader & _SPEECH_ACTS)
        place = clauses.place_of(trigger, self._entities, CLOSE if close else NEAR)
        figures = harm.get(trigger.first, ())
        if when is None and place is None and not figures and trigger.named is None:
            return None
        if trigger.entry.form == "plural" and self._is_generic(trigger, when):
            return None
        participants = tuple(p for p in roles.of(trigger) if p.entity != trigger.named)
        return EventCandidate(
            span=Span(self._tokens[trigger.first].start, self._tokens[trigger.last].end),
            sentence=self._sentence.index,
            type=trigger.entry.type,
            label=self._label(trigger, place, when),
            factuality=factuality,
            confidence=self._confidence(trigger, when, place, bool(figures)),
            date=when,
            place=place,
            participants=participants,
            killed=_total(figures, "killed"),
            injured=_total(figures, "injured"),
            named=trigger.named,
        )

    def _is_generic(self, trigger: Trigger, when: DateValue | None) -> bool:
        """Whether a plural means many events of a kind ("attacks in Kabul")."""
        return when is None or self._lexicon.is_violent(trigger.entry.type)

    def _when(self, found: Found | None, planned: bool) -> DateValue | None:
        if found is None:
            return None
        return complete(found, self._published, planned, self._tokens)

    def _label(self, trigger: Trigger, place: int | None, when: DateValue | None) -> str:
        if trigger.named is not None:
            return self._entities[trigger.named].name
        where = None
        if place is not None:
            local = self._entities[place]
            where = f"{'at' if local.kind == 'Facility' else 'in'} {local.name}"
        kind = self._lexicon.types[trigger.entry.type].label
        return label(kind, where, None if when is None else self._date_words(when))

    def _date_words(self, when: DateValue) -> str:
        """The date as labels write it; a range in the text's own words."""
        parts = (when.lexical or "").removeprefix("--").split("-")
        if when.datatype == "date":
            return f"{int(parts[2])} {_MONTHS[int(parts[1]) - 1]} {parts[0]}"
        if when.datatype == "gYearMonth":
            return f"{_MONTHS[int(parts[1]) - 1]} {parts[0]}"
        if when.datatype == "gMonthDay":
            return f"{int(parts[1])} {_MONTHS[int(parts[0]) - 1]}"
        return when.lexical or " ".join(self._text[when.span.start : when.span.end].split())

    def _confidence(
        self, trigger: Trigger, when: DateValue | None, place: int | None, counted: bool
    ) -> float:
        """0.6 and a tenth for each of date, place and figures, at most as sure as its name."""
        value = _BASE_CONFIDENCE + 0.1 * ((when is not None) + (place is not None) + counted)
        if trigger.named is not None:
            value = min(value, self._tokens[trigger.first].confidence)
        return round(value, 2)


def _total(figures: Sequence[Casualties], harm: str) -> Count | None:
    """The one figure of a harm; of several none, since they may add up or repeat."""
    counts = {figure.count for figure in figures if figure.harm == harm}
    return replace(counts.pop()) if len(counts) == 1 else None
