"""What document, byline and hints say of one article in, one value each with its record out.

Precedence: sidecar, then what the document states itself (JSON-LD, meta tags, byline, bio
line), then kg.toml. What loses and differs is kept as a MetaValue that is not accepted; so is
what cannot be true, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from unicodedata import category

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


_CONFIDENCE: dict[MetaSource, float] = {
    "sidecar": 1.0,
    "front-matter": 0.98,
    "json-ld": 0.97,
    "record": 0.95,
    "feed": 0.95,
    "config": 0.95,
    "meta": 0.9,
    "byline": 0.9,
    "text": 0.9,
    "bio": 0.85,
    "warc": 0.85,
    "url": 0.8,
    "inferred": 0.8,
}
"""How sure a value is by its source, where its reader does not say less."""

_EARLIEST: Final = "1990-01-01"
"""Before it there was no news on the web; an earlier date is mostly a default (1970-01-01)."""
_LATEST: Final = "2100-01-01"
"""No date may be later, even where it is not known when the page was read."""
_ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+|(?<!\w)@\w{2,30}")
"""An e-mail address or the name of an account."""
_COARSE: Final = re.compile(r"(?:1\d|20)\d\d(?:-(?:0[1-9]|1[0-2]))?")
"""A year, or a year and month."""
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_HIDDEN: Final = "has control or format characters in it"
_JOINERS: Final = re.compile("[\t\n\r\u00ad\u200b-\u200d\ufeff]")
"""White space, joiners and soft hyphens: names may have them, and they reverse nothing."""
_NO_LANGUAGE: Final = frozenset({"und", "mul", "zxx", "mis"})


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
    `own` is the hint that names it by title. Which day it is plays no part: a date is in the
    future when it is later than the day on which the page was read, where that is given
    (`retrieved` of the sidecar or of the container).
    """
    found = tuple(_weighed(value) for value in found if value.value.strip())
    out = Settled(record=[v for v in found if not v.accepted and v.reason])
    found = tuple(v for v in found if v.accepted or not v.reason)  # the rest its reader refused
    _titles(out, stated, found)
    _authors(out, stated, found, own.authors if own else hints.authors)
    read = [hints.retrieved, *(v.value for v in _of(found, "retrieved"))]
    days = [parsed.day for text in read if text and (parsed := parse_date(text)) and parsed.day]
    _dates(out, stated, found, own.date if own else hints.date, max(days, default=None))
    _publication(out, found, hints)
    url = own.url if own else hints.url
    urls = [MetaValue("canonicalUrl", url, "sidecar")] if url else []
    best = out.choose([_web(value) for value in (*urls, *_of(found, "canonicalUrl"))])
    out.canonical_url = best.value if best else None
    _language(out, found, hints)
    return out


def refusals(record: tuple[MetaValue, ...]) -> tuple[str, ...]:
    """What the build's report tells of an article's metadata: the values in doubt, and why."""
    notes = (
        f"{v.property} {v.value!r} ({v.source}) {'kept' if v.accepted else 'refused'}: {v.reason}"
        for v in record
        if v.reason is not None
    )
    return tuple(dict.fromkeys(notes))


def _weighed(value: MetaValue) -> MetaValue:
    return replace(value, confidence=min(value.confidence, _CONFIDENCE[value.source]))


def _web(value: MetaValue) -> MetaValue:
    """A canonical URL; refused where it is no address on the web."""
    text = value.value.strip()
    if _hidden(text) or _JOINERS.search(text):
        return replace(value, accepted=False, reason=_HIDDEN)
    if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", text):
        return replace(value, value=text)
    return replace(value, accepted=False, reason="is no http or https address")


def _hidden(text: str) -> bool:
    """Whether a text has characters that are not shown or turn others round, or lost ones."""
    return any(c == "\ufffd" or category(c) in ("Cc", "Cf") for c in _JOINERS.sub("", text))


def _named_well(value: MetaValue) -> MetaValue:
    """A publication's name; refused where it has markup or characters that are not shown."""
    text = value.value.strip()
    if "<" in text or ">" in text:
        return replace(value, accepted=False, reason="has markup or angle brackets in it")
    return replace(value, accepted=False, reason=_HIDDEN) if _hidden(text) else value


def _of(found: tuple[MetaValue, ...], name: str) -> list[MetaValue]:
    return [value for value in found if value.property == name]


def _same(one: MetaValue, other: MetaValue) -> bool:
    return fold(one.value).rstrip("/") == fold(other.value).rstrip("/")


def _titles(out: Settled, stated: Stated, found: tuple[MetaValue, ...]) -> None:
    """Headline, section and relative time."""
    claimed = _of(found, "headline")
    if stated.headline is None:
        out.record.extend(replace(v, accepted=False) for v in claimed)
    if title := stated.headline:
        named = next((v for v in claimed if fold(v.value) == fold(title.value)), None)
        source: MetaSource = named.source if named else "text"
        sure = named.confidence if named else _CONFIDENCE["text"]
        out.record.append(MetaValue("headline", title.value, source, title.span, sure))
        losers = [v for v in claimed if fold(v.value) != fold(title.value)]
        out.record.extend(replace(v, accepted=False) for v in losers)
    sections = _of(found, "section")
    if stated.section:
        value, sure = stated.section, _CONFIDENCE["text"]
        sections.append(MetaValue("section", value.value, "text", value.span, sure))
    best = out.choose(sections)
    out.section = best.value if best else None
    if time := stated.relative_time:
        sure = _CONFIDENCE["text"]
        out.record.append(MetaValue("relativeTime", time.value, "text", time.span, sure))


def _authors(
    out: Settled, stated: Stated, found: tuple[MetaValue, ...], given: tuple[str, ...]
) -> None:
    """The authors of the best source that names any; a bio line adds affiliations."""
    sources: dict[MetaSource, list[Author]] = {}
    if given:
        bad = [MetaValue("author", name, "sidecar") for name in given if _hidden(name)]
        out.record.extend(replace(v, accepted=False, reason=_HIDDEN) for v in bad)
        sources["sidecar"] = [Author(name, "sidecar") for name in given if not _hidden(name)]
    for value in _of(found, "author"):
        if _hidden(value.value):
            out.record.append(replace(value, accepted=False, reason=_HIDDEN))
        elif author := _named(value):
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
    if "@" in text:
        text = _ADDRESS.sub(" ", text).strip(" ,;|-–()<>[]")
    text = text[3:].strip() if text[:3].casefold() == "by " else text
    low = fold(text)
    if low in words("nobody") or "://" in low or "@" in low or not any(c.isalpha() for c in low):
        return None
    organization = value.kind == "Organization" or low in words("agencies")
    if not organization and value.kind is None and not parse_names(text, 0):
        return None
    kind = "Organization" if organization else "Person"
    text = text.strip(" ,;")
    text = text.title() if text.isupper() and not organization else text
    return Author(text, value.source, kind, value.span, value.confidence)  # type: ignore[arg-type]


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


def _dates(
    out: Settled,
    stated: Stated,
    found: tuple[MetaValue, ...],
    given: str | None,
    read: str | None,
) -> None:
    """Days and moments; one that can be read in two ways or cannot be true is not taken.

    `read` is the ISO day on which the page was read, where that is known.
    """
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
            days.append(replace(value, accepted=False, reason=_unread(value)))
            continue
        day = _possible(replace(value, value=parsed.day), read)
        days.append(day)
        if parsed.moment and day.accepted:
            moments.append(replace(value, property="publishedAt", value=parsed.moment))
    best = out.choose(days)
    if best:
        out.date_published = best.value
        of_day = [m for m in moments if m.source == best.source and m.value[:10] == best.value]
        exact = out.choose(of_day[:1])
        out.published_at = exact.value if exact else None
    stamps = [_possible(replace(v, value=m), read) for v in changed if (m := moment(v.value))]
    unread = [v for v in changed if not moment(v.value)]
    out.record.extend(replace(v, accepted=False, reason=_unread(v)) for v in unread)
    last = out.choose(stamps)
    out.modified_at = last.value if last else None


def _unread(value: MetaValue) -> str | None:
    """Why a day or moment is not taken; None for what is exact to the year, month or day only.

    These are common and no fault of the source's: they are recorded and not reported.
    """
    parsed = parse_date(value.value)
    if _COARSE.fullmatch(value.value.strip()) or (parsed and parsed.day):
        return None
    if parsed:
        return "day and month may be either way round"
    return "no date that can be read"


def _possible(value: MetaValue, read: str | None) -> MetaValue:
    """A day or moment; refused when it lies in the future or before there was such news.

    A sidecar may say so of an old article; a day more is left for the zones of the world.
    """
    day = value.value[:10]
    if day < _EARLIEST:
        return replace(value, accepted=value.source == "sidecar", reason="before 1990")
    if read is not None and day > (date.fromisoformat(read) + timedelta(days=1)).isoformat():
        return replace(value, accepted=False, reason=f"later than the page was read, {read}")
    if day >= _LATEST:
        return replace(value, accepted=False, reason="after 2099")
    return value


def _publication(out: Settled, found: tuple[MetaValue, ...], hints: Hints) -> None:
    """The outlet: the sidecar's, the document's own, or kg.toml's."""
    values = _of(found, "publication")
    given = hints.publication
    if given:
        values.append(MetaValue("publication", given.name, hints.publication_source))
    best = out.choose([_named_well(value) for value in values])
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
    best = out.choose([_tag(value) for value in values])
    out.language = best.value if best else None


def _tag(value: MetaValue) -> MetaValue:
    """A language's tag in its usual form ("en-GB"); refused where it is none (BCP 47)."""
    primary, dash, rest = value.value.strip().replace("_", "-").partition("-")
    rest = "-".join(part.upper() if len(part) == 2 else part for part in rest.split("-"))
    primary = "en" if primary.lower() == "english" else primary.lower()
    if primary in _NO_LANGUAGE or not _TAG.fullmatch(primary + dash + rest):
        return replace(value, accepted=False, reason="is no language's tag")
    return replace(value, value=primary + dash + rest)
