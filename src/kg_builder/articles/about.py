"""An article with its mentions and entities in, the few entities it is about out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from kg_builder.model import Article, EntityKind, LocalEntity, Mention

_KINDS: Final[frozenset[EntityKind]] = frozenset(
    ("Person", "Organization", "Place", "Region", "Facility", "Topic", "Event")
)
_ACTING: Final[frozenset[EntityKind]] = frozenset(("Person", "Topic", "Event"))
_MAX: Final = 5
_LEAD_PARAGRAPHS: Final = 2
_MIN_SHARE: Final = 0.2
_MIN_COUNT: Final = 3
_ARTICLE: Final = len("The ")


@dataclass(slots=True)
class _Tally:
    """Where one entity is named."""

    total: int = 0
    title: bool = False
    lead: bool = False
    opens: bool = False
    paragraphs: int = 0


def about(
    article: Article, mentions: Sequence[Mention], entities: Sequence[LocalEntity]
) -> tuple[int, ...]:
    """Ids of the entities that title, lead and frequency make the subject, best first.

    Of a teaser those of the title, and the first person, topic or event of its snippet or the
    organisation that opens it. An article is about an entity of its title that its body takes
    up, and about one that is named in several paragraphs and not much more rarely than the
    foremost. A bio line counts nothing.
    """
    kinds = {e.id: e.kind for e in entities}
    tallies = _tally(article, [m for m in mentions if kinds.get(m.entity) in _KINDS])
    if not tallies:
        return ()
    if article.teaser:
        chosen = [e for e, t in tallies.items() if t.title]
        subjects = (
            e for e, t in tallies.items() if not t.title and (kinds[e] in _ACTING or t.opens)
        )
        chosen.extend(islice(subjects, 1))
    else:
        top = max(t.total for t in tallies.values())
        chosen = [e for e, t in tallies.items() if _is_subject(t, top)]
    chosen.sort(key=lambda e: (-_score(tallies[e]), e))
    return tuple(chosen[:_MAX])


def _tally(article: Article, mentions: list[Mention]) -> dict[int, _Tally]:
    """Counts per entity over headline, headings, body and snippet, without the bio line."""
    sentences = {s.index: s for s in article.sentences}
    tallies: dict[int, _Tally] = {}
    spread: Counter[int] = Counter()
    seen: set[tuple[int, int]] = set()
    lead = [i for i, b in enumerate(article.paragraphs) if b.role == "paragraph"]
    leading = set(lead[:_LEAD_PARAGRAPHS])
    for mention in sorted(mentions, key=lambda m: (m.span.start, m.span.end, m.entity)):
        sentence = sentences.get(mention.sentence)
        if sentence is None or sentence.role == "bio":
            continue
        tally = tallies.setdefault(mention.entity, _Tally())
        tally.total += 1
        tally.title = tally.title or sentence.role == "headline"
        at_start = mention.span.start - sentence.span.start <= _ARTICLE
        if at_start and sentence.role == "snippet" and mention.kind == "Organization":
            tally.opens = True
        tally.lead = tally.lead or sentence.paragraph in leading
        place = (mention.entity, sentence.paragraph)
        if place not in seen:
            seen.add(place)
            spread[mention.entity] += 1
    for entity, tally in tallies.items():
        tally.paragraphs = spread[entity]
    return tallies


def _is_subject(tally: _Tally, top: int) -> bool:
    """Whether an entity is a subject, where the most named one has `top` mentions."""
    if tally.title and (tally.total > 1 or top <= _MIN_COUNT):
        return True
    return tally.total >= _MIN_COUNT and tally.paragraphs >= 2 and tally.total >= _MIN_SHARE * top


def _score(tally: _Tally) -> float:
    """Weight of an entity: the title counts most, the lead next."""
    return tally.total + (5.0 if tally.title else 0.0) + (1.0 if tally.lead else 0.0)
