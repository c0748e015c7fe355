"""An RSS or Atom feed in, each entry out: its article where the feed has it, else its teaser."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from kg_builder.errors import InputError
from kg_builder.model import MetaValue
from kg_builder.plugins import RawInput, Record, Unread
from kg_builder.sources.composing import (
    MAX_FRAGMENT,
    article,
    as_page,
    is_cut,
    is_markup,
    one_line,
    plain,
    teaser,
)
from kg_builder.sources.encoding import clean, decode, looks_binary
from kg_builder.sources.packed import opened
from kg_builder.sources.records import language

_SNIFF: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<(?:!--.{0,1000}?--|\?[^>]{0,500}\?|"
    rb"!DOCTYPE[^>\[]{0,300}(?:\[[^\]]{0,4000}\]\s{0,100})?)>\s*)*"
    rb"<(?:!DOCTYPE\s{1,100})?(?:rss|feed|rdf:RDF)[\s>\[]",
    re.IGNORECASE | re.DOTALL,
)
"""Also with declarations, which are refused: so that this is told, not an unknown format."""
_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})")
_PROLOG: Final = re.compile(r"\ufeff?\s*<\?xml[^>]{0,200}\?>")
_DOCTYPE: Final = re.compile(r"<!DOCTYPE[^>\[]{0,1000}>", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"<!(?:ENTITY|DOCTYPE|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_NOT_XML: Final = re.compile("[\ufffd\ufffe\uffff]")
_TITLE_PARTS: Final = re.compile(r"\s+[|»>«:·–—-]+\s+|:\s+")
_TAG: Final = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<(?P<end>/?)[A-Za-z][^<>]*?(?P<alone>/?)>",
    re.DOTALL,
)
_MAX_DEPTH: Final = 200
_MAX_BYTES: Final = 16_000_000
_MAX_VALUE: Final = 1_000
_MAX_AUTHORS: Final = 20
_MIN_PAGE: Final = 400
_WHOLE: Final = 1_500
"""A description of so many characters that is not cut off is the article itself."""
_NO_SECTION: Final = ("uncategorized", "uncategorised", "general", "all", "news", "featured")


class FeedReader:
    """Reads RSS and Atom feeds from files; never from the network."""

    name = "feed"
    suffixes = frozenset({".rss", ".atom"})
    perhaps = frozenset({".xml"})
    media_types = frozenset({
        "application/rss+xml", "application/atom+xml", "application/rdf+xml",
    })  # fmt: skip
    container = True
    packed = True

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins with a feed's first tag."""
        return not looks_binary(head) and _SNIFF.match(head) is not None

    def read(self, raw: RawInput) -> Iterator[Record]:
        """What each entry holds.

        Raises InputError for what is no feed, has no entries, is above 16 MB or declares
        entities, DecodeError for bytes in no sure encoding.
        """
        import feedparser  # noqa: PLC0415  # a tenth of a second

        found = feedparser.parse(
            io.BytesIO(_guarded(raw)), sanitize_html=False, resolve_relative_uris=False
        )
        fault = found.get("bozo_exception") if found.get("bozo") else None
        if not found.entries:
            if found.version and not fault:
                raise InputError(f"{raw.name}: a feed without entries; there is nothing to read")
            raise InputError(
                f"{raw.name}: no RSS or Atom feed that can be read: {fault or 'it has no entries'}"
            )
        atom = found.version.startswith("atom")
        media_type = "application/atom+xml" if atom else "application/rss+xml"
        extractor = f"feedparser {feedparser.__version__}"
        for number, entry in enumerate(found.entries, 1):
            name = f"{raw.name}#{number}"
            yield _entry(raw, name, entry, found.feed, (media_type, extractor))
        if _is_cut_off(fault):
            yield Unread(raw.name, f"after entry {len(found.entries)}: broken XML: {fault}")


def _is_cut_off(fault: object) -> bool:
    return any(
        word in str(fault)
        for word in ("not well-formed", "no element found", "mismatched tag", "unclosed")
    )


def _guarded(raw: RawInput) -> bytes:
    """The feed in UTF-8 without a declaration. Raises InputError where it declares entities."""
    limit = min(raw.max_bytes, _MAX_BYTES)
    with opened(raw) as handle:
        data = handle.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"{raw.name}: more than {limit:,} bytes, the limit of a feed; split it")
    declared = _DECLARED.search(data[:400])
    text = decode(RawInput(raw.name, data, raw.limits), declared and declared[1].decode()).text
    text = _NOT_XML.sub(" ", _DOCTYPE.sub("", _PROLOG.sub("", text, count=1), count=1))
    if match := _FORBIDDEN.search(text):
        raise InputError(
            f"{raw.name}: declares entities or the like ({match[0]}, character {match.start()}), "
            "which no feed needs and attacks use; remove it"
        )
    _check_depth(raw, text)
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()


def _check_depth(raw: RawInput, text: str) -> None:
    """Raises InputError for tags in tags in tags, whose square a parser takes."""
    depth = 0
    for match in _TAG.finditer(text):
        if match["end"] is None or match["alone"]:
            continue
        depth = max(0, depth - 1) if match["end"] else depth + 1
        if depth > _MAX_DEPTH:
            raise InputError(
                f"{raw.name}: its tags lie more than {_MAX_DEPTH} deep at character "
                f"{match.start()}; this is no feed"
            )


def _entry(raw: RawInput, name: str, entry: Any, feed: Any, how: tuple[str, str]) -> Record:
    """One entry: an article, a page with it, or a teaser."""
    media_type, extractor = how
    title = one_line(plain(_string(entry.get("title"))))
    metadata = tuple(_metadata(entry, feed, title))
    body, summary = _content(entry), _string(entry.get("summary"))
    if max(len(title), len(body), len(summary)) > MAX_FRAGMENT:
        return Unread(name, f"an entry above {MAX_FRAGMENT:,} characters is too long")
    text = plain(body) if "<" in body or "&" in body else body
    digest = hashlib.sha256(f"{title}\0{body}\0{summary}".encode()).hexdigest()
    if text.strip() and not is_cut(text):
        if is_markup(body) and len(text) >= _MIN_PAGE:
            return raw.part(name, as_page(title, body), "text/html", "utf-8", metadata)
        return article(name, title, text, digest, media_type, metadata, (), extractor)
    snippet = plain(summary) or text
    if not title or not snippet.strip():
        what = "text" if title else "title"
        return Unread(name, f"an entry without a {what}; there is nothing to read")
    notes = ("the feed holds the entry's teaser only",)
    return teaser(name, title, snippet, digest, media_type, metadata, notes, extractor)


def _content(entry: Any) -> str:
    """The longest full content, or a description that is as long as an article; else ""."""
    contents = [_string(item.get("value")) for item in entry.get("content", ())]
    best = max(contents, key=len, default="")
    if best.strip():
        return best
    summary = _string(entry.get("summary"))
    return summary if len(plain(summary)) >= _WHOLE else ""


def _string(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _metadata(entry: Any, feed: Any, title: str) -> Iterator[MetaValue]:
    """What the feed says of an entry."""
    if title and len(title) <= _MAX_VALUE:
        yield MetaValue("headline", title, "feed")
    names = [one_line(plain(_string(a.get("name")))) for a in entry.get("authors", ())]
    for name in dict.fromkeys(names[:_MAX_AUTHORS]):
        if name and len(name) <= _MAX_VALUE:
            yield MetaValue("author", name, "feed")
    for name, key in (("datePublished", "published"), ("modifiedAt", "updated")):
        if key in entry.keys() and (value := one_line(_string(entry.get(key)))):  # noqa: SIM118
            yield MetaValue(name, value[:100], "feed")  # `in entry` also tells other keys
    link = _string(entry.get("link")).strip()
    if link.startswith(("http://", "https://")) and " " not in link and len(link) <= _MAX_VALUE:
        yield MetaValue("canonicalUrl", link, "feed")
    yield from _publication(entry, feed, link)
    if tag := language(_string(entry.get("language") or feed.get("language"))):
        yield MetaValue("language", tag, "feed")
    terms = [
        one_line(_string(tag.get("label") or tag.get("term"))) for tag in entry.get("tags", ())
    ]
    if len(terms) == 1 and 0 < len(terms[0]) <= 60 and terms[0].casefold() not in _NO_SECTION:
        yield MetaValue("section", terms[0], "feed", confidence=0.8)


def _publication(entry: Any, feed: Any, link: str) -> Iterator[MetaValue]:
    """The outlet: the feed's title, or a part of it, where the site's address bears it out.

    Titles of feeds name sections, searches and programs as often as outlets, so that any other
    is recorded and not accepted.
    """
    source = entry.get("source") or {}
    stated = [
        (source.get("title"), source.get("href") or source.get("link") or ""),
        (feed.get("title"), feed.get("link") or link),
    ]
    for raw_title, address in stated:
        title = one_line(plain(_string(raw_title)))
        if not title or len(title) > 200:
            continue
        host = _label(_string(address) or link)
        own = next((p for p in [title, *_TITLE_PARTS.split(title)] if _named(p, host)), None)
        yield MetaValue("publication", own or title, "feed", accepted=own is not None)
        return


def _label(address: str) -> str:
    """The part of an address that names the site ("moderndiplomacy")."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    steps = [step for step in host.split(".") if step not in ("www", "rss", "feeds", "feed")]
    if len(steps) > 2 and steps[-2] in ("co", "com", "org", "net", "gov", "ac"):
        steps = steps[:-1]
    return re.sub(r"[\W_]", "", steps[-2]) if len(steps) > 1 else ""


def _named(part: str, host: str) -> bool:
    """Whether a site's label is this name, with or without an article before it."""
    words = re.sub(r"[^\w\s]", "", part.casefold()).split()
    whole = "".join(words)
    bare = "".join(words[1:]) if words[:1] == ["the"] else whole
    return len(host) > 2 and host in (whole, bare)
