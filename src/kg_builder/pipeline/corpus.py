"""Heads of all analyses in, the corpus out: which articles count, and what is one entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.authority import Authority
from kg_builder.config import Settings
from kg_builder.entities import Decisions, resolve
from kg_builder.model import Resolution
from kg_builder.pipeline.analyse import Analysis, ArticleHead, DocumentHead, Head, record_of


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


def assemble(
    heads: Mapping[str, tuple[Head, ...]], excluded: Mapping[str, frozenset[str]]
) -> Corpus:
    """Puts the analyses together.

    `heads` are by analysis key, `excluded` article keys by analysis key. Where two documents
    hold the same article (same key), the one with the smaller name stands for both, so the
    order of reading does not matter.
    """
    corpus = Corpus()
    placed: list[Placed] = []
    for key, parts in heads.items():
        for part, head in enumerate(parts):
            document = head.document
            corpus.documents[document.source_name, document.content_hash] = document
            gone = excluded.get(key, frozenset())
            placed.extend(
                Placed(article, document, key, part, number)
                for number, article in enumerate(head.articles)
                if article.record.article not in gone
            )
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
    """Resolution over the articles that count."""
    records = (corpus.articles[key].head.record for key in sorted(corpus.articles))
    return resolve(records, authority, decisions)


def resolve_analyses(analyses: Iterable[Analysis], settings: Settings) -> Resolution:
    """Resolution over analyses that are in no store; for scoring and for users' scripts."""
    authority = Authority.load([Path(p) for p in settings.authority])
    return resolve((record_of(item) for a in analyses for item in a.articles), authority)
