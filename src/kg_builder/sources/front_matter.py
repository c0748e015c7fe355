"""A text in, what stands above its first line of prose out: metadata with spans, and where it ends.

Two forms are read: a block between `---` lines (YAML) or `+++` lines (TOML), of which single
values and lists of values are taken, and a block of "Key: value" lines that a blank line ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from kg_builder.model import MetaValue, Span

_KEYS: Final = {
    "title": "headline", "headline": "headline", "titre": "headline", "titel": "headline",
    "título": "headline", "titolo": "headline",
    "author": "author", "authors": "author", "byline": "author", "by": "author",
    "auteur": "author", "autor": "author", "autore": "author", "creator": "author",
    "date": "datePublished", "published": "datePublished", "publication date": "datePublished",
    "date published": "datePublished", "pubdate": "datePublished", "publishdate": "datePublished",
    "datepublished": "datePublished", "date_published": "datePublished",
    "publish_date": "datePublished", "published_at": "datePublished", "datum": "datePublished",
    "fecha": "datePublished",
    "updated": "modifiedAt", "modified": "modifiedAt", "lastmod": "modifiedAt",
    "last modified": "modifiedAt", "last updated": "modifiedAt", "datemodified": "modifiedAt",
    "publication": "publication", "publisher": "publication", "source": "publication",
    "outlet": "publication", "newspaper": "publication", "site_name": "publication",
    "url": "canonicalUrl", "link": "canonicalUrl", "canonical": "canonicalUrl",
    "canonical_url": "canonicalUrl", "canonicalurl": "canonicalUrl", "source_url": "canonicalUrl",
    "section": "section", "category": "section", "categories": "section", "rubrik": "section",
    "language": "language", "lang": "language", "locale": "language",
}  # fmt: skip
_LEADING: Final = frozenset({"headline", "author", "datePublished"})
_FENCE: Final = re.compile(r"(?P<fence>---|\+\+\+)[ \t]*(?:\r\n|\r|\n)")
_LINE: Final = re.compile(r"(?P<text>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_PAIR: Final = re.compile(r"(?P<key>[^\W\d_][\w -]{0,24}?)[ \t]*[:=][ \t]+(?=\S)")
_KEY: Final = re.compile(r"(?P<key>[^\W\d_][\w -]{0,24}?)[ \t]*:[ \t]*\Z")
_ITEM: Final = re.compile(r"[ \t]*-[ \t]+(?:name:[ \t]+)?(?=\S)")
_URL: Final = re.compile(r"https?://\S+\Z")
_YAML_ONLY: Final = re.compile(r"[!&*]")
"""A tag, an anchor or an alias begins so: what it stands for, a single value does not tell."""
_NOT_READ: Final = "YAML that is not read here"
_BLOCK: Final = re.compile(r"[|>][\d+-]{0,2}|null|~")
"""The sign of a text on the lines below, or of no value."""
_MAX_LINES: Final = 200
_MAX_VALUE: Final = 500
_HEADER_LINES: Final = 30
_HEADER_KNOWN: Final = 2


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands above a text; `span` is from the text's start to the block's end."""

    values: tuple[MetaValue, ...]
    span: Span


def front_matter(text: str) -> FrontMatter | None:
    """The front matter of a text, or None when it has none that is sure."""
    start = len(text) - len(text[:1000].lstrip()) - len(text[1000:])
    fence = _FENCE.match(text, start)
    if fence:
        return _fenced(text, fence.end(), fence.group("fence"))
    return _header(text, start)


def _fenced(text: str, start: int, fence: str) -> FrontMatter | None:
    """The block from `start` to a line that closes it; each line must be of a block's form."""
    values: list[MetaValue] = []
    key, at, pairs, yaml = "", start, 0, fence == "---"
    for _ in range(_MAX_LINES):
        match = _LINE.match(text, at)
        if match is None or match.end() == at:
            return None
        line, end = match.group("text"), match.end()
        if line.rstrip() in (fence, "..." if fence == "---" else fence):
            return FrontMatter(tuple(values), Span(0, end)) if pairs else None
        if pair := _PAIR.match(line):
            key, pairs = pair.group("key").casefold(), pairs + 1
            values += _values(text, key, Span(at + pair.end(), at + len(line)), yaml)
        elif opened := _KEY.match(line):
            key, pairs = opened.group("key").casefold(), pairs + 1
        elif item := _ITEM.match(line):
            values += _values(text, key, Span(at + item.end(), at + len(line)), yaml)
        elif line[:1] not in (" ", "\t", "#", "]", "[", "}", "") or (not line and not pairs):
            return None
        at = end
    return None


def _header(text: str, start: int) -> FrontMatter | None:
    """The block of "Key: value" lines at `start`, all of a known key or like one."""
    values: list[MetaValue] = []
    at = start
    known: set[str] = set()
    for _ in range(_HEADER_LINES):
        match = _LINE.match(text, at)
        if match is None or not match.group("text").strip():
            break
        line = match.group("text")
        pair = _PAIR.match(line)
        if pair is None or "=" in pair.group() or len(line) > _MAX_VALUE:
            return None
        name = _KEYS.get(pair.group("key").casefold())
        if name is None and not known:
            return None
        if name:
            known.add(name)
            values += _values(text, pair.group("key").casefold(),
                              Span(at + pair.end(), at + len(line)))  # fmt: skip
        at = match.end()
    else:
        return None
    if len(known) < _HEADER_KNOWN or not known & _LEADING:
        return None
    return FrontMatter(tuple(values), Span(0, at))


def _values(text: str, key: str, span: Span, yaml: bool = False) -> list[MetaValue]:
    """The values at a span, one for each item of an inline list.

    Of YAML those with a tag, an anchor or an alias are refused.
    """
    name = _KEYS.get(key)
    if name is None:
        return []
    said = text[span.start : span.end]
    if said.startswith("[") and said.rstrip().endswith("]"):
        inner = said.rstrip()[1:-1]
        pieces = list(re.finditer(r"\"[^\"]*\"|'[^']*'|[^,]+", inner))
        spans = [Span(span.start + 1 + p.start(), span.start + 1 + p.end()) for p in pieces]
    else:
        spans = [span]
    found = []
    for piece in (_bare(text, s) for s in spans):
        value = text[piece.start : piece.end]
        if not 0 < len(value) <= _MAX_VALUE or _BLOCK.fullmatch(value):
            continue
        given = MetaValue(name, value, "front-matter", piece)
        quoted = piece.start > span.start and text[piece.start - 1] in "\"'"
        if yaml and not quoted and _YAML_ONLY.match(value):
            given = replace(given, accepted=False, reason=_NOT_READ)
        elif name == "publication" and _URL.match(value):
            given = replace(given, property="canonicalUrl")
        found.append(given)
    return found[:1] if name == "section" else found


def _bare(text: str, span: Span) -> Span:
    """A span without white space and without quotes around it."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start > 1 and text[start] == text[end - 1] and text[start] in "\"'":
        return replace(span, start=start + 1, end=end - 1)
    return Span(start, end)
