"""One document in, everything found in it out: read, segment, mention, event, first gate.

A pure function of the document's bytes, sidecar, settings, authority files and this code;
its cache key is the hash of exactly these.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from kg_builder import articles, sources
from kg_builder.articles.about import about
from kg_builder.articles.duplicates import Sketch, sketch
from kg_builder.articles.metadata import refusals
from kg_builder.authority import Authority
from kg_builder.config import SIDECAR_SUFFIX, Settings, hints_for
from kg_builder.errors import InputError
from kg_builder.events import EventExtractor
from kg_builder.gate import Gate, Result
from kg_builder.mentions import Extractor, models
from kg_builder.mentions import authors as link_authors
from kg_builder.mentions.pruning import prune
from kg_builder.model import (
    Article,
    ArticleAnalysis,
    Document,
    EventCandidate,
    Hints,
    ResolveRecord,
)
from kg_builder.pipeline.files import look
from kg_builder.pipeline.report import InputRecord
from kg_builder.plugins import RawInput, ReadLimits
from kg_builder.resources import folder
from kg_builder.triples import DocumentFacts, Names, article_context, article_quads
from kg_builder.vocab import Minter, slug

_LIBRARIES = (
    "trafilatura", "htmldate", "lxml", "charset-normalizer", "markdown-it-py", "feedparser",
    "fastwarc", "pyarrow", "spacy", "py3langid", "rensa",
)  # fmt: skip


_MANY_SENTENCES = 2_000
_SHORTEST_MEAN = 12
"""Characters that sentences have at the least, on the mean of a long document."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A document and what was found in each of its articles."""

    document: Document
    articles: tuple[ArticleAnalysis, ...]


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """What the corpus steps need of a document, without its text."""

    source_name: str
    media_type: str
    content_hash: str
    text_hash: str
    extractor: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """What the corpus steps need of an article: numbers, names, and the first verdict.

    `notes` tell what of its metadata is in doubt; `foreign` is None for an article in English,
    else its language, "" where that is not known.
    """

    record: ResolveRecord
    digest: str
    section: str | None
    mentions: int
    claims: int
    methods: tuple[str, ...]
    results: tuple[Result, ...] = ()
    sketch: Sketch = Sketch(0)  # noqa: RUF009  (frozen)
    notes: tuple[str, ...] = ()
    foreign: str | None = None

    @property
    def conforms(self) -> bool:
        """Whether the article's own facts passed the gate."""
        return not any(r.severity == "Violation" for r in self.results)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a stored analysis of one document."""

    document: DocumentHead
    articles: tuple[ArticleHead, ...]


@dataclass(slots=True)
class Clock:
    """CPU seconds by stage; measured, never part of a result."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the CPU time of the block to a stage."""
        start = time.process_time()
        try:
            yield
        finally:
            spent = time.process_time() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent


@cache
def code_digest() -> str:
    """Hash of this package's code and data and of the libraries that shape its results."""
    digest = hashlib.sha256()
    package, data = Path(__file__).parents[1], folder("ontology")
    files = {f"code/{p.relative_to(package).as_posix()}": p for p in package.rglob("*")}
    files = {name: p for name, p in files.items() if not name.startswith("code/_data/")}
    files |= {f"data/{p.relative_to(data).as_posix()}": p for p in data.rglob("*")}
    for name, path in sorted(files.items()):
        if path.suffix in (".py", ".toml", ".ttl", ".csv", ".gz"):
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    for name in _LIBRARIES:
        try:
            digest.update(f"{name}={version(name)}\0".encode())
        except PackageNotFoundError:
            digest.update(f"{name}\0".encode())
    return digest.hexdigest()


class Analyser:
    """Analyses documents under one set of settings; made once per process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.authority = Authority.load([Path(p) for p in settings.authority])
        self.gate = Gate()
        self.events = EventExtractor() if settings.extractors.events else None
        self.model_digest = models.digest(settings.extractors.model)
        self.clock = Clock()

    @cached_property
    def extractor(self) -> Extractor:
        """What finds names; its model is loaded when the first document needs it."""
        chosen = self.settings.extractors
        finder = models.load(chosen.model, dict(chosen.labels))
        return Extractor(self.authority, finder=finder)

    def reading_key(self, item: InputRecord) -> str:
        """The cache key of a reading: what stands in a file, before anything is found in it."""
        limits = self.settings.limits.model_dump_json(exclude={"max_line", "max_articles"})
        parts = (
            item.content_hash.encode(),
            item.source_name.encode(),
            msgspec.json.encode(item.mapping),
            code_digest().encode(),
            limits.encode(),
        )
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def key(self, document_digest: str, hints: Hints) -> str:
        """The cache key of an analysis; the sidecar stands in it by the hints it gave."""
        parts = (
            document_digest.encode(),
            msgspec.json.encode(hints),
            code_digest().encode(),
            self.authority.digest.encode(),
            self.gate.digest.encode(),
            self.settings.analysis_digest().encode(),
            self.model_digest.encode(),
        )
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def hints(self, source_name: str, sidecar: bytes | None) -> Hints:
        """What kg.toml and the sidecar say of a document. Raises InputError."""
        return hints_for(source_name, self.settings, sidecar, source_name + SIDECAR_SUFFIX)

    def analyse(self, source_name: str, data: bytes, hints: Hints) -> list[Analysis]:
        """Everything found in the documents of one input. Raises InputError."""
        with self.clock.stage("sources"):
            raw = RawInput(source_name, data, ReadLimits(self.settings.limits.max_bytes))
            documents = sources.read(raw)
        hints = hints if len(documents) == 1 else for_many(hints)
        return [self.document(document, hints) for document in documents]

    def _check_lines(self, document: Document) -> None:
        limit = self.settings.limits.max_line
        if len(document.text) <= limit:
            return
        for number, line in enumerate(document.text.split("\n"), 1):
            if len(line) > limit:
                raise InputError(
                    f"{document.source_name}: line {number} has {len(line)} characters, more than "
                    f"limits.max_line ({limit}); raise it in kg.toml or break the line"
                )

    def _check_sentences(self, document: Document, found: tuple[Article, ...]) -> None:
        count = sum(len(article.sentences) for article in found)
        # Each sentence is a node in the graph: what is no prose must not make a million of them.
        if count > _MANY_SENTENCES and count * _SHORTEST_MEAN > len(document.text):
            raise InputError(
                f"{document.source_name}: {count} sentences in {len(document.text)} characters; "
                "this is no prose: leave it out, or keep only the text of its articles"
            )

    def document(self, document: Document, hints: Hints) -> Analysis:
        """Everything found in one document. Raises InputError."""
        self._check_lines(document)
        with self.clock.stage("articles"):
            found = articles.segment(document, hints)
        self._check_sentences(document, found)
        limit = self.settings.limits.max_articles
        if len(found) > limit:
            raise InputError(
                f"{document.source_name}: {len(found)} articles, more than limits.max_articles "
                f"({limit}); raise it in kg.toml or split the file"
            )
        return Analysis(document, tuple(self._article(a, document.text) for a in found))

    def _article(self, article: Article, text: str) -> ArticleAnalysis:
        if article.foreign:
            return _not_read(article, text)
        with self.clock.stage("mentions"):
            mentions, entities = self.extractor.extract(article, text)
            links = link_authors(article, text, mentions, entities)
        events: tuple[EventCandidate, ...] = ()
        claims = links.claims
        if self.events is not None:
            with self.clock.stage("events"):
                events, more = self.events.extract(article, text, links.mentions, links.entities)
            claims = (*claims, *more)
        with self.clock.stage("about"):
            subjects = about(article, links.mentions, links.entities)
        analysis = ArticleAnalysis(
            article=article,
            mentions=links.mentions,
            entities=links.entities,
            events=events,
            claims=claims,
            authors=links.authors,
            about=subjects,
        )
        return prune(analysis, text, self.settings.extractors.min_confidence)

    def heads(self, analysis: Analysis) -> Head:
        """The head of an analysis, with the gate's first verdict on each article."""
        document = analysis.document
        facts = facts_of(document)
        heads = tuple(self._head(item, facts) for item in analysis.articles)
        head = DocumentHead(
            document.source_name,
            document.media_type,
            document.content_hash,
            text_hash(document.text),
            document.extractor,
            document.notes,
        )
        return Head(head, heads)

    def _head(self, item: ArticleAnalysis, facts: DocumentFacts) -> ArticleHead:
        names = provisional_names(item)
        minter = Minter()
        with self.clock.stage("gate"):
            report = self.gate.check(
                article_quads(item, facts, names, minter),
                article_context(item, facts, names, minter),
            )
        digest = hashlib.sha256(msgspec.json.encode(item)).hexdigest()
        article = item.article
        return ArticleHead(
            record=record_of(item),
            digest=digest,
            section=article.section,
            mentions=len(item.mentions),
            claims=len(item.claims),
            methods=tuple(sorted({m.method for m in item.mentions})),
            results=report.results,
            sketch=sketch(article, facts.text),
            notes=refusals(article.metadata),
            foreign=(article.language or "") if article.foreign else None,
        )


def _not_read(article: Article, text: str) -> ArticleAnalysis:
    """An article in another language: the rules and the pipeline would make nonsense of it."""
    authors = tuple(replace(author, affiliations=()) for author in article.authors)
    links = link_authors(replace(article, authors=authors), text, (), ())
    return ArticleAnalysis(article, (), links.entities, (), (), links.authors, ())


def record_of(item: ArticleAnalysis) -> ResolveRecord:
    """The part of an article's analysis that resolution needs."""
    counts = [0] * len(item.entities)
    for mention in item.mentions:
        counts[mention.entity] += 1
    return ResolveRecord(
        article=item.article.key,
        teaser=item.article.teaser,
        headline=item.article.headline,
        publication=item.article.publication,
        entities=item.entities,
        events=item.events,
        about=item.about,
        counts=tuple(counts),
    )


def for_many(hints: Hints) -> Hints:
    """What hints of a file say of each of its documents, where it holds several."""
    return replace(hints, url=None, date=None, authors=())


def provisional_names(item: ArticleAnalysis) -> Names:
    """Names for the first gate, before the corpus is known: only their form matters."""
    types: dict[str, str] = {}
    entities = []
    for entity in item.entities:
        kind = "event" if entity.kind == "Event" else f"entity/{entity.kind.lower()}"
        key = f"{kind}/{slug(entity.name)}-{entity.id}"
        types[key] = entity.kind
        entities.append(key)
    events = [f"event/{e.type}-{number}" for number, e in enumerate(item.events)]
    types.update(dict.fromkeys(events, "Event"))
    return Names(entities, events, [entities[i] for i in item.about], types)


def text_hash(text: str) -> str:
    """The hash of a document's text, as the graph states it."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def facts_of(document: Document) -> DocumentFacts:
    """What an article's graph needs of its document."""
    return DocumentFacts(document.source_name, document.content_hash, document.text)


def analyse_document(path: Path, source_name: str, settings: Settings) -> Analysis:
    """Analyses one file on its own, without a store; for scoring and for users' scripts.

    Raises InputError; a file of several documents gives the first.
    """
    analyser = Analyser(settings)
    hints = analyser.hints(source_name, look(path, source_name).sidecar)
    return analyser.analyse(source_name, path.read_bytes(), hints)[0]
