"""A parsed HTML page in, MetaValues out: JSON-LD, then meta tags, then marked-up bylines.

Values are given as the page states them; nothing is inferred from the text or the URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any, Final, Literal

from lxml.html import HtmlElement

from kg_builder.model import MetaSource, MetaValue
from kg_builder.sources.encoding import clean

_ARTICLE_TYPES: Final = frozenset(
    """NewsArticle Article ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle
    BackgroundNewsArticle ReviewNewsArticle AskPublicNewsArticle LiveBlogPosting BlogPosting
    AdvertiserContentArticle SatiricalArticle ScholarlyArticle TechArticle Report
    SocialMediaPosting""".split()
)
_META: Final[dict[str, tuple[str, ...]]] = {
    "headline": ("og:title", "twitter:title"),
    "author": ("author", "article:author", "parsely-author", "dc.creator", "sailthru.author"),
    "datePublished": (
        "article:published_time",
        "datepublished",
        "parsely-pub-date",
        "dc.date",
        "dc.date.issued",
        "sailthru.date",
    ),
    "modifiedAt": ("article:modified_time", "og:updated_time", "datemodified"),
    "publication": ("og:site_name",),
    "section": ("article:section",),
    "language": ("og:locale",),
}
_MAX_VALUE: Final = 1_000
_MAX_AUTHORS: Final = 10
_MAX_NODES: Final = 20_000
_SPACE: Final = re.compile(r"\s+")

Kind = Literal["Person", "Organization"] | None


def page_metadata(root: HtmlElement) -> tuple[tuple[MetaValue, ...], tuple[str, ...]]:
    """All values the page states, best source first, and notes on what could not be read.

    Of a property's values those of its best source are accepted, differing ones are not.
    """
    notes: list[str] = []
    found = [*_json_ld(root, notes), *_meta(root), *_links(root), *_byline(root)]
    return _rank(found), tuple(notes)


def _rank(found: list[MetaValue]) -> tuple[MetaValue, ...]:
    """Drops repetitions, and marks what differs from a better source as not accepted."""
    best: dict[str, MetaSource] = {}
    seen: set[tuple[str, str]] = set()
    ranked = []
    for item in found:
        same = (item.property, _fold(item))
        if same in seen:
            continue
        seen.add(same)
        first = item.property not in best
        source = best.setdefault(item.property, item.source)
        several = item.property == "author"
        accepted = first or (several and item.source == source)
        ranked.append(item if accepted else replace(item, accepted=False))
    return tuple(ranked)


def _fold(item: MetaValue) -> str:
    """A form in which two writings of one value are equal."""
    if item.property == "datePublished":
        return item.value[:10]
    if item.property == "language":
        return item.value[:2].lower()
    return _SPACE.sub(" ", item.value).strip().rstrip("/").casefold()


def _value(name: str, raw: object, source: MetaSource, kind: Kind = None) -> Iterator[MetaValue]:
    """A MetaValue when `raw` is a usable string."""
    if isinstance(raw, str):
        text = _SPACE.sub(" ", clean(unescape(raw))).strip()
        if text and len(text) <= _MAX_VALUE:
            yield MetaValue(name, text, source, kind=kind)


def _json_ld(root: HtmlElement, notes: list[str]) -> Iterator[MetaValue]:
    """Values of the first article-like node in the page's JSON-LD scripts."""
    for script in root.xpath('//script[contains(@type, "ld+json")]'):
        source = (script.text or "").strip().removeprefix("<!--").removesuffix("-->")
        if not source.strip():
            continue
        try:
            data = json.loads(source, strict=False)
        except (ValueError, RecursionError):
            notes.append("a JSON-LD block is not JSON and was left out")
            continue
        nodes = list(_nodes(data))
        by_id = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
        for node in nodes:
            if _types(node) & _ARTICLE_TYPES and ("headline" in node or "datePublished" in node):
                yield from _article(node, by_id)
                return


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """All objects in the JSON, outer ones first, in order, without recursion."""
    queue = [data]
    for _ in range(_MAX_NODES):
        if not queue:
            return
        item = queue.pop(0)
        if isinstance(item, dict):
            yield item
            queue.extend(v for v in item.values() if isinstance(v, dict | list))
        elif isinstance(item, list):
            queue.extend(v for v in item if isinstance(v, dict | list))


def _types(node: dict[str, Any]) -> set[str]:
    raw = node.get("@type")
    names = raw if isinstance(raw, list) else [raw]
    return {n.rsplit("/", 1)[-1] for n in names if isinstance(n, str)}


def _article(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Iterator[MetaValue]:
    """The values of one article node; references by @id are followed once."""
    yield from _value("headline", node.get("headline") or node.get("name"), "json-ld")
    for author in _listed(node.get("author") or node.get("creator")):
        yield from _agent("author", author, by_id)
    for publisher in _listed(node.get("publisher"))[:1]:
        yield from _agent("publication", publisher, by_id)
    yield from _value("datePublished", node.get("datePublished"), "json-ld")
    yield from _value("modifiedAt", node.get("dateModified"), "json-ld")
    for section in _listed(node.get("articleSection"))[:1]:
        yield from _value("section", section, "json-ld")
    for language in _listed(node.get("inLanguage"))[:1]:
        name = language.get("alternateName") if isinstance(language, dict) else language
        yield from _value("language", name, "json-ld")
    page = node.get("mainEntityOfPage")
    url = page.get("@id") if isinstance(page, dict) else page
    for candidate in (url, node.get("url")):
        if isinstance(candidate, str) and candidate.startswith(("http://", "https://")):
            yield from _value("canonicalUrl", candidate, "json-ld")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _agent(name: str, agent: Any, by_id: dict[str, dict[str, Any]]) -> Iterator[MetaValue]:
    """The name of a person or organisation, which may be a string, an object or a reference."""
    kind: Kind = None
    if isinstance(agent, dict):
        full = agent if agent.get("name") else by_id.get(str(agent.get("@id")), agent)
        types = _types(full)
        if "Person" in types:
            kind = "Person"
        elif any(t.endswith("Organization") for t in types):
            kind = "Organization"
        for text in _listed(full.get("name")):
            yield from _value(name, text, "json-ld", kind if name == "author" else None)
    else:
        yield from _value(name, agent, "json-ld")


def _meta(root: HtmlElement) -> Iterator[MetaValue]:
    """Values of meta tags, in the order of preference, then of the page."""
    tags: dict[str, list[str]] = {}
    for tag in root.xpath("//meta[@content]"):
        key = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        tags.setdefault(key.strip().lower(), []).append(tag.get("content"))
    for name, keys in _META.items():
        for key in keys:
            contents = tags.get(key, [])
            if name == "author" and len(contents) > _MAX_AUTHORS:
                continue  # those of a bibliography
            for content in contents:
                yield from _value(name, content, "meta")
            if contents and name == "author":
                break  # several tags often say one author in several ways
    yield from _language(root)


def _language(root: HtmlElement) -> Iterator[MetaValue]:
    yield from _value("language", root.get("lang") or root.get("xml:lang"), "meta")


def _links(root: HtmlElement) -> Iterator[MetaValue]:
    """The page's own address as it states it."""
    stated = root.xpath('//link[@rel="canonical"]/@href')
    stated += root.xpath('//meta[@property="og:url"]/@content')
    for url in stated:
        if str(url).startswith(("http://", "https://")):
            yield from _value("canonicalUrl", str(url), "meta")


def _byline(root: HtmlElement) -> Iterator[MetaValue]:
    """Author and date where the page's own markup names them as such, in the first place."""
    for path in (
        '//*[@itemprop="author"]//*[@itemprop="name"]',
        '//*[@itemprop="author" and not(@content)]',
        '//a[@rel="author"]',
        '//*[contains(concat(" ", normalize-space(@class), " "), " byline ")]',
    ):
        texts = dict.fromkeys(_SPACE.sub(" ", e.text_content()).strip() for e in root.xpath(path))
        names = [t for t in texts if t]
        if names and len(names) <= _MAX_AUTHORS:
            for text in names:
                if len(text) <= 100:
                    yield from _value("author", text, "byline")
            break
    for stamp in root.xpath('//*[@itemprop="datePublished"]/@datetime')[:1]:
        yield from _value("datePublished", str(stamp), "byline")
