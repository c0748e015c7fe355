"""What document, byline and hints say of one article in, one value each with its record out.

Precedence: sidecar, then what the document states itself (JSON-LD, meta tags, byline, bio
line), then kg.toml. What loses and differs is kept as a MetaValue that is not accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kg_builder.articles.bylines import Name, Stamp, parse_names
from kg_builder.articles.dates import moment, parse_date
from kg_builder.articles.words import fold, words
from kg_builder.model import ArticleHint, Author, Hints, MetaSource, MetaValue, Publication, Span

_RANK: dict[MetaSource, int] = {
    "sidecar": 0,
    "front-matter": 1,
    "json-ld": 2,
    "record": 3,
    "feed": 4,
    "meta": 5,
    "byline": 6,
    "bio": 7,
    "text": 8,
    "warc": 9,
    "url": 10,
    "inferred": 11,
    "config": 12,
}


@dataclass(frozen=True, slots=True)
class Title:
    """A headline, section or other wording that stands in the text."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Stated:
    """What the text itself says of an article."""

    headline: Title | None = None
    section: Title | None = None
    relative_time: Title | None = None
    stamps: tuple[Stamp, ...] = ()
    bio: Author | None = None


@dataclass(slots=True)
class Settled:
    """The values an article gets, and the record of all that was said."""

    authors: tuple[Author, ...] = ()
    publication: Publication | None = None
    date_published: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    section: str | None = None
    record: list[MetaValue] = field(default_factory=list)

    def choose(self, values: list[MetaValue]) -> MetaValue | None:
        """The best of a property's values; all that differ from it are recorded as lost."""
        if not values:
            return None
        ranked = sorted(values, key=lambda v: (not v.accepted, _RANK[v.source]))
        ranked.sort(key=lambda v: _RANK[v.source])
        best = next((v for v in ranked if v.accepted), None)
        for value in ranked:
            if value is best or best is None or not _same(value, best):
                self.record.append(replace(value, accepted=value is best))
        return best


def settle(
    stated: Stated, found: tuple[MetaValue, ...], hints: Hints, own: ArticleHint | None
) -> Settled:
    """All metadata of one article.

    `found` is the document's metadata; `hints` are already cut to what holds for this article,
    `own` is the hint that names it by title.
    """
    out = Settled()
    _titles(out, stated, found)
    _authors(out, stated, found, own.authors if own else hints.authors)
    _dates(out, stated, found, own.date if own else hints.date)
    _publication(out, found, hints)
    url = own.url if own else hints.url
    urls = [MetaValue("canonicalUrl", url, "sidecar")] if url else []
    best = out.choose([*urls, *_of(found, "canonicalUrl")])
    out.canonical_url = best.value if best else None
    _language(out, found, hints)
    return out


def _of(found: tuple[MetaValue, ...], name: str) -> list[MetaValue]:
    return [value for value in found if value.property == name]


def _same(one: MetaValue, other: MetaValue) -> bool:
    return fold(one.value).rstrip("/") == fold(other.value).rstrip("/")


def _titles(out: Settled, stated: Stated, found: tuple[MetaValue, ...]) -> None:
    """Headline, section and relative time."""
    claimed = _of(found, "headline")
    if title := stated.headline:
        named = next((v for v in claimed if fold(v.value) == fold(title.value)), None)
        source: MetaSource = named.source if named else "text"
        out.record.append(MetaValue("headline", title.value, source, title.span))
        losers = [v for v in claimed if fold(v.value) != fold(title.value)]
        out.record.extend(replace(v, accepted=False) for v in losers)
    sections = _of(found, "section")
    if stated.section:
        sections.append(MetaValue("section", stated.section.value, "text", stated.section.span))
    best = out.choose(sections)
    out.section = best.value if best else None
    if time := stated.relative_time:
        out.record.append(MetaValue("relativeTime", time.value, "text", time.span))


def _authors(
    out: Settled, stated: Stated, found: tuple[MetaValue, ...], given: tuple[str, ...]
) -> None:
    """The authors of the best source that names any; a bio line adds affiliations."""
    sources: dict[MetaSource, list[Author]] = {}
    if given:
        sources["sidecar"] = [Author(name, "sidecar") for name in given]
    for value in _of(found, "author"):
        if author := _named(value):
            sources.setdefault(value.source, []).append(author)
        else:
            out.record.append(replace(value, accepted=False))
    for stamp in stated.stamps:
        sources.setdefault("byline", []).extend(_author(name) for name in stamp.names)
    if stated.bio:
        sources.setdefault("bio", []).append(stated.bio)
    accepted: dict[str, Author] = {}
    best: MetaSource | None = None
    for source in sorted(sources, key=_RANK.__getitem__):
        for author in _split(sources[source]):
            key = fold(author.name)
            if best in (None, source) and key not in accepted:
                accepted[key] = author
            elif key in accepted and author.affiliations:
                accepted[key] = replace(accepted[key], affiliations=author.affiliations)
            value = MetaValue(
                "author", author.name, source, author.span, author.confidence, key in accepted
            )
            if value not in out.record:
                out.record.append(value)
        best = best or (source if accepted else None)
    out.authors = tuple(accepted.values())


def _author(name: Name) -> Author:
    """The author that a byline names; a name all in capitals is written as names are."""
    text = name.text
    if name.organization:
        return Author(text, "byline", "Organization", name.span, name.confidence)
    text = text.title() if text.isupper() else text
    return Author(text, "byline", "Person", name.span, name.confidence)


def _named(value: MetaValue) -> Author | None:
    """The author that a metadata value names; None for an address, an account or nobody."""
    text = value.value.strip()
    text = text[3:].strip() if text[:3].casefold() == "by " else text
    low = fold(text)
    if low in words("nobody") or "://" in low or "@" in low or not any(c.isalpha() for c in low):
        return None
    organization = value.kind == "Organization" or low in words("agencies")
    if not organization and value.kind is None and not parse_names(text, 0):
        return None
    kind = "Organization" if organization else "Person"
    return Author(text.strip(" ,;"), value.source, kind)  # type: ignore[arg-type]


def _split(authors: list[Author]) -> list[Author]:
    """Authors one by one where one value names several ("Jane Doe and John Smith")."""
    single = []
    for author in authors:
        names = [] if author.span or author.source == "sidecar" else parse_names(author.name, 0)
        if author.kind == "Organization" or not names:
            single.append(author)
        for name in names if author.kind == "Person" else ():
            kind = "Organization" if name.organization else "Person"
            single.append(replace(author, name=name.text, kind=kind))  # type: ignore[arg-type]
    return single


def _dates(out: Settled, stated: Stated, found: tuple[MetaValue, ...], given: str | None) -> None:
    """Days and moments; a date that can be read in two ways is recorded and not taken."""
    raw = [MetaValue("datePublished", given, "sidecar")] if given else []
    raw += _of(found, "datePublished")
    changed = _of(found, "modifiedAt")
    for stamp in stated.stamps:
        for item in stamp.dates:
            name = "modifiedAt" if item.updated else "datePublished"
            value = MetaValue(name, item.text, "byline", item.span, 0.95)
            (changed if item.updated else raw).append(value)
    days, moments = [], []
    for value in raw:
        parsed = parse_date(value.value)
        if parsed is None or parsed.day is None:
            days.append(replace(value, accepted=False))
            continue
        days.append(replace(value, value=parsed.day))
        if parsed.moment:
            moments.append(replace(value, property="publishedAt", value=parsed.moment))
    best = out.choose(days)
    if best:
        out.date_published = best.value
        of_day = [m for m in moments if m.source == best.source and m.value[:10] == best.value]
        exact = out.choose(of_day[:1])
        out.published_at = exact.value if exact else None
    stamps = [replace(v, value=m) for v in changed if (m := moment(v.value))]
    out.record.extend(replace(v, accepted=False) for v in changed if not moment(v.value))
    last = out.choose(stamps)
    out.modified_at = last.value if last else None


def _publication(out: Settled, found: tuple[MetaValue, ...], hints: Hints) -> None:
    """The outlet: the sidecar's, the document's own, or kg.toml's."""
    values = _of(found, "publication")
    given = hints.publication
    if given:
        values.append(MetaValue("publication", given.name, hints.publication_source))
    best = out.choose(values)
    if best is None:
        return
    same = given is not None and fold(given.name) == fold(best.value)
    out.publication = given if same else Publication(best.value)


def _language(out: Settled, found: tuple[MetaValue, ...], hints: Hints) -> None:
    """The language: a hint's, the page's, or the publication's."""
    values = [MetaValue("language", hints.language, "sidecar")] if hints.language else []
    values += _of(found, "language")
    if out.publication and out.publication.language:
        values.append(MetaValue("language", out.publication.language, hints.publication_source))
    tags = [replace(v, value=v.value.replace("_", "-")) for v in values]
    best = out.choose(tags)
    out.language = best.value if best else None
