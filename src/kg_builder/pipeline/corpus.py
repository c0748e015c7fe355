"""Heads of all analyses in, the corpus out: which articles count, who repeats whom, and what is
one entity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kg_builder.articles.duplicates import Copy, originals
from kg_builder.authority import Authority
from kg_builder.config import Settings
from kg_builder.entities import Decisions, resolve
from kg_builder.model import Resolution
from kg_builder.pipeline.analyse import Analysis, ArticleHead, DocumentHead, Head, record_of

_MAX_DOUBTS = 100
"""Values in doubt that a build's report tells one by one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An article with the document it stands in; `part` is the document's number in its input.

    `number` is the article's number in its document.
    """

    head: ArticleHead
    document: DocumentHead
    analysis_key: str
    part: int
    number: int


@dataclass(slots=True)
class Corpus:
    """The articles that count: one of each key, without those held back or taken out."""

    articles: dict[str, Placed] = field(default_factory=dict)
    held_back: dict[str, Placed] = field(default_factory=dict)
    documents: dict[tuple[str, str], DocumentHead] = field(default_factory=dict)
    duplicates: int = 0


def exclusion(article: str, document: DocumentHead) -> str:
    """How an article that was taken out is kept: it stays out until its document changes."""
    return f"{article}@{document.content_hash}"


def assemble(
    heads: Mapping[str, tuple[Head, ...]], excluded: Mapping[str, frozenset[str]]
) -> Corpus:
    """Puts the analyses together.

    `heads` are by analysis key, `excluded` what `exclusion` gives by analysis key. Where two
    documents hold the same article (same key), the one with the smaller name stands for both, so
    the order of reading does not matter.
    """
    corpus = Corpus()
    placed: list[Placed] = []
    for key, parts in heads.items():
        for part, head in enumerate(parts):
            document = head.document
            gone = excluded.get(key, frozenset())
            left = [
                Placed(article, document, key, part, number)
                for number, article in enumerate(head.articles)
                if exclusion(article.record.article, document) not in gone
            ]
            if left or not head.articles:
                corpus.documents[document.source_name, document.content_hash] = document
            placed += left
    placed.sort(key=lambda p: (p.document.source_name, p.document.content_hash, p.part, p.number))
    for item in placed:
        name = item.head.record.article
        if name in corpus.articles or name in corpus.held_back:
            corpus.duplicates += 1
        elif item.head.conforms:
            corpus.articles[name] = item
        else:
            corpus.held_back[name] = item
    return corpus


def resolve_corpus(corpus: Corpus, authority: Authority, decisions: Decisions) -> Resolution:
    """Resolution over the articles that count, with who repeats whom and notes for the report."""
    records = (corpus.articles[key].head.record for key in sorted(corpus.articles))
    resolution = resolve(records, authority, decisions)
    repeated = repeats(corpus)
    return replace(
        resolution,
        original_of=repeated,
        notes=(*resolution.notes, *_doubts(corpus, _today()), *_told(corpus, repeated)),
    )


def repeats(corpus: Corpus) -> dict[str, str]:
    """The original of each article that repeats another of the corpus, by key.

    A function of the articles that count alone: not of their order, nor of earlier builds.
    """
    return originals(
        Copy(key, placed.head.record.teaser, placed.head.sketch)
        for key, placed in corpus.articles.items()
    )


def _doubts(corpus: Corpus, today: str) -> list[str]:
    """What of the articles' metadata was refused, or kept in spite of a doubt.

    A date after `today` is told here alone: what day it is has no part in the graph.
    """
    notes = []
    for _, placed in sorted(corpus.articles.items()):
        day = placed.head.sketch.when[:10]
        ahead = [f"datePublished {day!r} kept: it is in the future"] if day > today else []
        name = f"{placed.document.source_name}: {placed.head.record.headline or 'untitled'}"
        notes += [f"{name}: {note}" for note in (*placed.head.notes, *ahead)]
    more = len(notes) - _MAX_DOUBTS
    rest = [f"and {more} more values in doubt; the graph has them as kg:accepted false"]
    return notes[:_MAX_DOUBTS] + (rest if more > 0 else [])


def _told(corpus: Corpus, repeated: Mapping[str, str]) -> list[str]:
    """How many articles repeat others, and how many are not in English."""
    notes = []
    if repeated:
        count = f"{len(repeated)} articles repeat" if len(repeated) > 1 else "1 article repeats"
        notes.append(f"{count} the text of another (kg:duplicateOf)")
    foreign = Counter(
        placed.head.foreign or "of unknown language"
        for placed in corpus.articles.values()
        if placed.head.foreign is not None
    )
    if foreign:
        many = ", ".join(f"{n} {name}" for name, n in sorted(foreign.items()))
        notes.append(f"not in English, so kept without names and events: {many}")
    return notes


def _today() -> str:
    # A day more, as it may be tomorrow already where the article was written.
    return (datetime.now(UTC).date() + timedelta(days=1)).isoformat()


def resolve_analyses(analyses: Iterable[Analysis], settings: Settings) -> Resolution:
    """Resolution over analyses that are in no store; for scoring and for users' scripts."""
    authority = Authority.load([Path(p) for p in settings.authority])
    return resolve((record_of(item) for a in analyses for item in a.articles), authority)
