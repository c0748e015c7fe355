"""One analysed article and the names of its entities in, the quads of its graph out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder import __version__, vocab
from kg_builder.model import (
    Article,
    ArticleAnalysis,
    ClaimCandidate,
    Count,
    DateValue,
    EventCandidate,
    Sentence,
)
from kg_builder.triples.terms import (
    LABEL,
    A,
    Builder,
    boolean,
    decimal,
    integer,
    iri,
    kg,
    string,
    typed,
)

_AS_FACT = ("reported", "claimed")
"""Factualities that may have the shortcut kg:actor."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What an article's graph says of the document it stands in."""

    source_name: str
    content_hash: str
    text: str


@dataclass(frozen=True, slots=True)
class Names:
    """Keys that resolution gave to an article's entities, events and subjects.

    All are in the order of the analysis; `about` may hold keys of regions that are no
    LocalEntity of the article. `types` maps each key to its class. `original` is the key of the
    article whose text this one repeats.
    """

    entities: Sequence[str]
    events: Sequence[str]
    about: Sequence[str]
    types: dict[str, str]
    original: str | None = None


class _Article:
    """Builds one article's graph."""

    def __init__(
        self, analysis: ArticleAnalysis, document: DocumentFacts, names: Names, minter: vocab.Minter
    ) -> None:
        self.analysis = analysis
        self.article = analysis.article
        self.names = names
        self.minter = minter
        self.text = document.text
        self.key = self.article.key
        self.node = iri(minter.article(self.key))
        self.document = document
        self.out = Builder(minter.article_graph(self.key), minter)
        self.entities = [iri(minter.local(k)) for k in names.entities]
        self.sentences = [
            iri(minter.sentence(self.key, s.span.start, s.span.end)) for s in self.article.sentences
        ]

    def build(self) -> list[ox.Quad]:
        self._article()
        self._metadata()
        for node, sentence in zip(self.sentences, self.article.sentences, strict=True):
            self._sentence(node, sentence)
        self._mentions()
        for event, key in zip(self.analysis.events, self.names.events, strict=True):
            self._report(event, key)
        for claim in self.analysis.claims:
            self._claim(claim)
        return self.out.quads

    def _article(self) -> None:
        art, out, node = self.article, self.out, self.node
        out.types(node, "Teaser" if art.teaser else "Article")
        out.text(node, "headline", art.headline)
        out.text(node, "relativeTime", art.relative_time)
        out.text(node, "language", art.language)
        if art.snippet is not None:
            out.text(node, "snippet", self.text[art.snippet.start : art.snippet.end])
        for span in art.captions:
            out.text(node, "caption", self.text[span.start : span.end])
        for name, value, datatype in (
            ("datePublished", art.date_published, "date"),
            ("publishedAt", art.published_at, "dateTime"),
            ("modifiedAt", art.modified_at, "dateTime"),
            ("canonicalUrl", art.canonical_url, "anyURI"),
        ):
            if value is not None:
                out.add(node, kg(name), typed(value, datatype))
        document = self.minter.document(self.document.source_name, self.document.content_hash)
        out.add(node, kg("inDocument"), iri(document))
        if art.publication is not None:
            publication = vocab.publication_key(art.publication.name)
            out.add(node, kg("publication"), iri(self.minter.local(publication)))
        if art.section is not None:
            out.add(node, kg("section"), iri(self.minter.local(section_of(art, document))))
        for name in art.unknown:
            out.add(node, kg("unknown"), kg(name))
        self._resolved()

    def _resolved(self) -> None:
        """What the corpus decided of the article: whose text it repeats, what it names."""
        out, node = self.out, self.node
        if self.names.original is not None:
            out.add(node, kg("duplicateOf"), iri(self.minter.article(self.names.original)))
        for entity in self.analysis.authors:
            out.add(node, kg("author"), self.entities[entity])
        for number in sorted({m.entity for m in self.analysis.mentions}):
            out.add(node, kg("mentions"), self.entities[number])
        for key in self.names.about:
            out.add(node, kg("about"), iri(self.minter.local(key)))
        for key in sorted(set(self.names.events)):
            out.add(node, kg("reportsEvent"), iri(self.minter.local(key)))

    def _metadata(self) -> None:
        counts: dict[str, int] = {}
        for value in self.article.metadata:
            number = counts.get(value.property, 0)
            counts[value.property] = number + 1
            node = iri(self.minter.metadata(self.key, value.property, number))
            out = self.out
            out.types(node, "MetadataValue")
            out.add(self.node, kg("metadataSource"), node)
            out.add(node, kg("inArticle"), self.node)
            out.add(node, kg("property"), kg(value.property))
            out.add(node, kg("value"), string(value.value))
            out.add(node, kg("source"), string(value.source))
            out.add(node, kg("confidence"), decimal(value.confidence))
            out.add(node, kg("accepted"), boolean(value.accepted))
            if value.span is not None:
                start, end = value.span.start, value.span.end
                out.span(node, start, end, self.text[start:end])

    def _sentence(self, node: ox.NamedNode, sentence: Sentence) -> None:
        self.out.types(node, "Sentence")
        self.out.add(node, kg("inArticle"), self.node)
        start, end = sentence.span.start, sentence.span.end
        self.out.span(node, start, end, self.text[start:end])
        self.out.text(node, "sentenceRole", sentence.role)

    def _mentions(self) -> None:
        out = self.out
        for mention in self.analysis.mentions:
            start, end = mention.span.start, mention.span.end
            node = iri(self.minter.mention(self.key, start, end))
            out.types(node, "Mention")
            out.add(node, kg("inArticle"), self.node)
            out.span(node, start, end, self.text[start:end])
            out.add(node, kg("refersTo"), self.entities[mention.entity])
            self._evidence(node, mention.sentence, mention.confidence, mention.method)

    def _evidence(self, node: ox.NamedNode, sentence: int, confidence: float, method: str) -> None:
        self.out.add(node, kg("evidence"), self.sentences[sentence])
        self.out.add(node, kg("confidence"), decimal(confidence))
        self.out.add(node, kg("extractedBy"), iri(self.minter.agent(method, __version__)))

    def _report(self, event: EventCandidate, key: str) -> None:
        out = self.out
        name = self.minter.report(self.key, event.span.start, event.span.end, event.type)
        node = iri(name)
        out.types(node, "EventReport")
        out.add(node, kg("inArticle"), self.node)
        out.span(
            node, event.span.start, event.span.end, self.text[event.span.start : event.span.end]
        )
        self._evidence(node, event.sentence, event.confidence, "events")
        out.add(node, kg("eventType"), iri(vocab.EVENT_TYPES + event.type))
        out.add(node, LABEL, string(event.label))
        out.text(node, "factuality", event.factuality)
        out.add(node, kg("reportOf"), iri(self.minter.local(key)))
        if event.place is not None:
            out.add(node, kg("place"), self.entities[event.place])
        if event.date is not None:
            words = self.text[event.date.span.start : event.date.span.end]
            date_values(out, node, event.date, words)
        for participant in event.participants:
            role = iri(
                self.minter.participation(
                    name, participant.role, self.names.entities[participant.entity]
                )
            )
            out.types(role, "Participation")
            out.add(node, kg("participation"), role)
            out.add(role, kg("agent"), self.entities[participant.entity])
            out.text(role, "role", participant.role)
            out.add(role, kg("evidence"), self.sentences[event.sentence])
            out.add(role, kg("confidence"), decimal(participant.confidence))
            if event.factuality in _AS_FACT:
                out.add(node, kg("actor"), self.entities[participant.entity])
        count_values(out, node, "killed", event.killed)
        count_values(out, node, "injured", event.injured)

    def _claim(self, claim: ClaimCandidate) -> None:
        out = self.out
        subject, obj = self.entities[claim.subject], self.entities[claim.object]
        predicate = kg(claim.predicate)
        sentence = self.sentences[claim.sentence]
        node = iri(
            self.minter.claim(self.key, subject.value, predicate.value, obj.value, sentence.value)
        )
        out.types(node, "Claim")
        out.add(node, kg("inArticle"), self.node)
        span = self.article.sentences[claim.sentence].span
        out.span(node, span.start, span.end, self.text[span.start : span.end])
        out.add(node, _SUBJECT, subject)
        out.add(node, _PREDICATE, predicate)
        out.add(node, _OBJECT, obj)
        out.text(node, "factuality", claim.factuality)
        self._evidence(node, claim.sentence, claim.confidence, "claims")
        if claim.past:
            out.add(node, kg("past"), boolean(True))
        for name, value in (("validFrom", claim.valid_from), ("validUntil", claim.valid_until)):
            if value is not None:
                out.add(node, kg(name), typed(value, _date_type(value)))
        if claim.factuality == "reported" and not claim.past and claim.valid_until is None:
            out.add(subject, predicate, obj)


_SUBJECT = ox.NamedNode(vocab.RDF + "subject")
_PREDICATE = ox.NamedNode(vocab.RDF + "predicate")
_OBJECT = ox.NamedNode(vocab.RDF + "object")


def _date_type(value: str) -> str:
    return {4: "gYear", 7: "gYearMonth"}.get(len(value), "date")


def section_of(article: Article, document: str) -> str:
    """The key of an article's section; `document` is the IRI of the page it stands on."""
    assert article.section is not None
    owner = article.publication.name if article.publication else None
    return vocab.section_key(owner, document, article.section)


def date_values(out: Builder, node: ox.NamedNode, date: DateValue, words: str | None) -> None:
    """Adds an event's date: as stated, its words, its bounds and where it came from."""
    if date.lexical is not None and date.datatype is not None:
        out.add(node, kg("date"), typed(date.lexical, date.datatype))
    out.text(node, "dateText", words)
    if date.earliest is not None and date.latest is not None:
        out.add(node, kg("earliest"), typed(date.earliest, "date"))
        out.add(node, kg("latest"), typed(date.latest, "date"))
    out.text(node, "dateSource", date.source)


def count_values(out: Builder, node: ox.NamedNode, what: str, count: Count | None) -> None:
    """Adds the numbers of killed or injured that are stated."""
    if count is None:
        return
    for suffix, value in (
        ("Min", count.minimum),
        ("Max", count.maximum),
        ("Approx", count.approx),
    ):
        if value is not None:
            out.add(node, kg(what + suffix), integer(value))


def article_quads(
    analysis: ArticleAnalysis, document: DocumentFacts, names: Names, minter: vocab.Minter
) -> list[ox.Quad]:
    """The quads of one article's named graph, in a fixed order."""
    return _Article(analysis, document, names, minter).build()


def article_context(
    analysis: ArticleAnalysis, document: DocumentFacts, names: Names, minter: vocab.Minter
) -> list[ox.Quad]:
    """Types of what an article's graph refers to, which the gate needs beside it."""
    out = Builder(minter.graph("context"), minter)
    article = analysis.article
    page = minter.document(document.source_name, document.content_hash)
    out.types(iri(page), "Document")
    if article.publication is not None:
        out.types(iri(minter.local(vocab.publication_key(article.publication.name))), "Publication")
    if article.section is not None:
        out.types(iri(minter.local(section_of(article, page))), "Section")
    for key in sorted({*names.entities, *names.events, *names.about}):
        out.types(iri(minter.local(key)), names.types[key])
    for name in sorted({m.method for m in analysis.mentions} | {"events", "claims"}):
        agent = iri(minter.agent(name, __version__))
        out.add(agent, A, iri(vocab.PROV + "SoftwareAgent"))
    return out.quads
