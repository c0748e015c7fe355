"""An article's analysis and a least confidence in, the same without what is less sure out.

Everything is found first and left out afterwards, so that a higher value never states anything
that a lower one does not: a town that is not sure enough must not hand its attack to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kg_builder.model import (
    ArticleAnalysis,
    ClaimCandidate,
    EventCandidate,
    LocalEntity,
    Mention,
)


def prune(analysis: ArticleAnalysis, text: str, least: float) -> ArticleAnalysis:
    """Leave out mentions under `least`, and what rests on them.

    `text` is that of the document. An entity goes with its last mention, unless it is an author;
    a name goes with the last mention that has it. An event goes with its place, its own name, or
    the last of its participants; a participation and a claim go with either end. What rests on a
    mention is what its sentence says of the entity.
    """
    kept = tuple(m for m in analysis.mentions if m.confidence >= least)
    if len(kept) == len(analysis.mentions):
        return analysis
    lost = _Lost.between(analysis.mentions, kept)
    events = tuple(e for old in analysis.events if (e := lost.event(old)) is not None)
    claims = tuple(c for c in analysis.claims if not lost.claim(c))
    gone = lost.entities - set(analysis.authors)
    gone -= {number for claim in claims for number in (claim.subject, claim.object)}
    new: dict[int, int] = {}
    for entity in analysis.entities:
        if entity.id not in gone:
            new[entity.id] = len(new)
    surfaces: dict[int, dict[str, float]] = {}
    for m in kept:
        words = " ".join(text[m.span.start : m.span.end].split())
        held = surfaces.setdefault(m.entity, {})
        held[words] = max(held.get(words, 0.0), m.confidence)
    fewer = {m.entity for m in analysis.mentions if m.confidence < least}
    entities = {
        e.id: _renamed(e, surfaces.get(e.id, {})) if e.id in fewer else e
        for e in analysis.entities
        if e.id in new
    }
    names = {e.id: (e.name, entities[e.id].name) for e in analysis.entities if e.id in new}
    return replace(
        analysis,
        mentions=tuple(replace(m, entity=new[m.entity]) for m in kept),
        entities=tuple(replace(e, id=new[number]) for number, e in entities.items()),
        events=tuple(_renumbered(e, new, names) for e in events),
        claims=tuple(replace(c, subject=new[c.subject], object=new[c.object]) for c in claims),
        authors=tuple(new[n] for n in analysis.authors),
        about=tuple(new[n] for n in analysis.about if n not in lost.entities),
    )


@dataclass(frozen=True, slots=True)
class _Lost:
    """Entities without a mention left, and (entity, sentence) pairs without one."""

    entities: frozenset[int]
    places: frozenset[tuple[int, int]]

    @classmethod
    def between(cls, before: Sequence[Mention], after: Sequence[Mention]) -> _Lost:
        """What `before` has and `after` has not."""
        entities = {m.entity for m in before} - {m.entity for m in after}
        places = {(m.entity, m.sentence) for m in before} - {(m.entity, m.sentence) for m in after}
        return cls(frozenset(entities), frozenset(places))

    def _is(self, entity: int | None, sentence: int) -> bool:
        return entity is not None and (entity in self.entities or (entity, sentence) in self.places)

    def event(self, event: EventCandidate) -> EventCandidate | None:
        """The event without the participations that were lost, None if it goes itself."""
        if self._is(event.place, event.sentence) or self._is(event.named, event.sentence):
            return None
        left = tuple(p for p in event.participants if not self._is(p.entity, event.sentence))
        if event.participants and not left:
            return None
        return replace(event, participants=left)

    def claim(self, claim: ClaimCandidate) -> bool:
        """Whether one of the claim's ends was lost."""
        return any(self._is(number, claim.sentence) for number in (claim.subject, claim.object))


def _renamed(entity: LocalEntity, surfaces: Mapping[str, float]) -> LocalEntity:
    """The entity with the names that its mentions have left; an authority's name stands."""
    if not surfaces:
        return entity  # an author, named by the byline
    known = (entity.name, *entity.aliases)
    left = tuple(a for a in entity.aliases if a in surfaces)
    name = entity.name
    held = entity.authority is not None or any(name in words for words in surfaces)
    if not held and left:
        name = max(left, key=lambda s: (s.count(" "), len(s), -known.index(s)))
        left = tuple(a for a in left if a != name)
    acronym = entity.acronym if entity.acronym in (None, name, *left) else None
    return replace(
        entity, name=name, aliases=left, acronym=acronym, confidence=max(surfaces.values())
    )


def _renumbered(
    event: EventCandidate, new: Mapping[int, int], names: Mapping[int, tuple[str, str]]
) -> EventCandidate:
    label = event.label
    for number in (event.place, event.named):
        if number is not None:
            label = label.replace(*names[number])
    return replace(
        event,
        label=label,
        place=None if event.place is None else new[event.place],
        named=None if event.named is None else new[event.named],
        participants=tuple(replace(p, entity=new[p.entity]) for p in event.participants),
    )
