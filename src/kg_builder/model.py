"""The frozen records that the stages hand to one another; nothing here does any work.

All offsets count Unicode code points in the document's text, 0-based, end exclusive.
Every record is a plain dataclass of plain values, so that msgspec can write and read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

MetaSource = Literal[
    "json-ld",
    "meta",
    "byline",
    "bio",
    "url",
    "config",
    "sidecar",
    "text",
    "inferred",
    "front-matter",
    "feed",
    "record",
    "warc",
]
"""Where a metadata value came from.

`text` is a title, section or time line of the page, `record` a field of a JSON or table
record, `warc` the header of a web archive's record.
"""

EntityKind = Literal[
    "Person", "Organization", "Group", "Place", "Region", "Facility", "Topic", "Event"
]
"""Classes a mention can have; `Event` is a named event ("Eighth Ministerial Conference")."""

SentenceRole = Literal["headline", "heading", "body", "bio", "snippet"]
BlockRole = Literal["headline", "heading", "paragraph", "caption", "bio", "byline", "snippet"]
Factuality = Literal["reported", "claimed", "planned", "hypothetical", "denied"]
Role = Literal[
    "perpetrator",
    "victim",
    "claimant",
    "participant",
    "organizer",
    "host",
    "speaker",
    "recipient",
    "predecessor",
    "source",
    "target",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MetaValue:
    """One metadata value with its source.

    `property` is the local name of a kg: property ("author", "datePublished", …).
    `accepted` is False for a value that lost to a better source and is kept for the record.
    """

    property: str
    value: str
    source: MetaSource
    span: Span | None = None
    confidence: float = 1.0
    accepted: bool = True
    kind: Literal["Person", "Organization"] | None = None
    """For an author: what the source says it is, where it says so (JSON-LD's @type)."""
    reason: str | None = None
    """Why a value was refused, or taken in spite of a doubt; told in the build's report."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-like piece of a document whose role the reader already knows."""

    role: BlockRole
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """One input as it was read; `text` is what all offsets count in.

    `source_name` is relative to the folder given, or a URL; never an absolute path.
    `blocks` is empty where the reader knows nothing of structure (plain text).
    `extractor` names the program and version that made the text ("" for plain text).
    `matter` is where front matter stands in the text; its words are in no article's body.
    """

    source_name: str
    media_type: str
    content_hash: str
    text: str
    metadata: tuple[MetaValue, ...] = ()
    blocks: tuple[Block, ...] = ()
    extractor: str = ""
    notes: tuple[str, ...] = ()
    matter: Span | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """The outlet that publishes an article."""

    name: str
    homepage: str | None = None
    language: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleHint:
    """What a sidecar says of one article of a document, found by its title."""

    title: str
    url: str | None = None
    date: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What kg.toml and the sidecar say of a document, before it is segmented.

    `publication_source` tells which of the two named the publication.
    `url`, `date` and `authors` hold for a document with a single article only.
    """

    publication: Publication | None = None
    publication_source: MetaSource = "config"
    url: str | None = None
    date: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    retrieved: str | None = None
    articles: tuple[ArticleHint, ...] = ()


@dataclass(frozen=True, slots=True)
class Affiliation:
    """An author's tie to an organisation, as a bio line states it."""

    organization: str
    span: Span
    role: str | None = None
    place: str | None = None
    place_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote an article; `span` is the name in the text, None for JSON-LD and the like."""

    name: str
    source: MetaSource
    kind: Literal["Person", "Organization"] = "Person"
    span: Span | None = None
    confidence: float = 1.0
    affiliations: tuple[Affiliation, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that can bear evidence, with its number within the article."""

    index: int
    span: Span
    role: SentenceRole
    paragraph: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article or teaser found in a document.

    `key` is the local part of the article's IRI, `{slug}-{hash}`.
    `paragraphs` are the body's paragraphs and headings in order of the text.
    `date_published` is an ISO date, `published_at` and `modified_at` ISO date-times.
    `unknown` lists local names of properties that were looked for and not found.
    `foreign` tells that the text is not in English, even where its language is not known; such
    an article is kept and nothing is extracted from it.
    """

    key: str
    teaser: bool
    headline: str | None
    headline_span: Span | None
    paragraphs: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    captions: tuple[Span, ...] = ()
    snippet: Span | None = None
    section: str | None = None
    section_span: Span | None = None
    relative_time: str | None = None
    authors: tuple[Author, ...] = ()
    publication: Publication | None = None
    date_published: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    metadata: tuple[MetaValue, ...] = ()
    unknown: tuple[str, ...] = ()
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A span that names an entity; `entity` is the number of a LocalEntity of the article.

    `method` tells the evidence: "authority", "gazetteer", "pattern" (words around or inside),
    "shape" (capitals that look like a person's name), "acronym" (defined or spelt in the text),
    "dateline", "state" (a short form after a town), "coref" (other mentions in the article),
    "pipeline" (the trained pipeline alone), "pattern+pipeline" (both, for bare names).
    """

    span: Span
    kind: EntityKind
    sentence: int
    entity: int
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LocalEntity:
    """One entity as one article names it: all its mentions, names and hints together.

    `authority` is the IRI of a concept in an authority file, or `geonames:ID`, or None.
    `link_confidence` (0 to 1) is how sure that entry is meant: less where only the document's
    other places tell. `same_because` says why its surface forms were put together.
    """

    id: int
    kind: EntityKind
    name: str
    aliases: tuple[str, ...] = ()
    acronym: str | None = None
    authority: str | None = None
    org_type: str | None = None
    place_type: str | None = None
    titles: tuple[str, ...] = ()
    same_because: tuple[str, ...] = ()
    confidence: float = 1.0
    link_confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date as the text states it.

    `lexical` with `datatype` (a local name of XSD) is the stated value, None for a range;
    `earliest` and `latest` are ISO dates, None where the year is not known.
    """

    span: Span
    lexical: str | None
    datatype: Literal["date", "gYearMonth", "gYear", "gMonthDay"] | None
    earliest: str | None = None
    latest: str | None = None
    source: Literal["stated", "inferred", "relative"] = "stated"


@dataclass(frozen=True, slots=True)
class Count:
    """Casualties as stated: at least `minimum`, at most `maximum`, or about `approx`."""

    minimum: int | None = None
    maximum: int | None = None
    approx: int | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """One actor's part in an event; `entity` is the number of a LocalEntity."""

    entity: int
    role: Role
    confidence: float = 0.8


@dataclass(frozen=True, slots=True)
class EventCandidate:
    """One event as one sentence reports it; `span` is the trigger, `type` its local name."""

    span: Span
    sentence: int
    type: str
    label: str
    factuality: Factuality
    confidence: float
    date: DateValue | None = None
    place: int | None = None
    participants: tuple[Participant, ...] = ()
    killed: Count | None = None
    injured: Count | None = None
    named: int | None = None
    """The LocalEntity of kind Event that names this event, if one does."""


@dataclass(frozen=True, slots=True)
class ClaimCandidate:
    """A binary statement that one sentence makes; `predicate` is a local name of kg:."""

    subject: int
    predicate: str
    object: int
    sentence: int
    factuality: Factuality = "reported"
    confidence: float = 0.8
    past: bool = False
    valid_from: str | None = None
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleAnalysis:
    """Everything that was found in one article.

    `authors` maps each author of the article, in order, to a LocalEntity.
    `about` lists the LocalEntities that title, lead and frequency make the subject.
    """

    article: Article
    mentions: tuple[Mention, ...] = ()
    entities: tuple[LocalEntity, ...] = ()
    events: tuple[EventCandidate, ...] = ()
    claims: tuple[ClaimCandidate, ...] = ()
    authors: tuple[int, ...] = ()
    about: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of the whole corpus.

    `key` is the local part of its IRI, `entity/{class}/{slug}`.
    `contained_in` holds keys of other entities; `links` are IRIs in other data sets,
    `link_confidence` how sure they are meant, None where there are none.
    """

    key: str
    kind: EntityKind
    name: str
    aliases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    org_type: str | None = None
    place_type: str | None = None
    iso3166: str | None = None
    m49: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    contained_in: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    authority: str | None = None
    link_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event merged over its reports; `reports` are (article key, number) pairs.

    `participants` are (entity key, role) pairs. `aliases` are other names of a named event;
    `confidence` is that of its surest report (of its surest mention where it has no report).
    """

    key: str
    type: str
    label: str
    reports: tuple[tuple[str, int], ...]
    date: DateValue | None = None
    place: str | None = None
    participants: tuple[tuple[str, Role], ...] = ()
    killed: Count | None = None
    injured: Count | None = None
    factuality: Factuality = "reported"
    reasons: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class ResolveRecord:
    """The part of an ArticleAnalysis that resolution over the corpus needs, and no more."""

    article: str
    teaser: bool
    headline: str | None
    publication: Publication | None
    entities: tuple[LocalEntity, ...] = ()
    events: tuple[EventCandidate, ...] = ()
    about: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    """Mentions per LocalEntity, in the order of `entities`."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolution over the corpus decided.

    `entity_of[article][i]` is the entity key of LocalEntity i (an event key for kind Event);
    `event_of[article][i]` is the event key of EventCandidate i. `notes` tells which of the
    user's decisions did nothing, and why. `states` has the country of each people of one, by key.
    `original_of` has the article that another repeats, by the other's key.
    """

    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    entity_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    event_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    states: dict[str, str] = field(default_factory=dict)
    original_of: dict[str, str] = field(default_factory=dict)
