"""A parsed HTML page in, MetaValues out: JSON-LD, meta tags, what is visible, the address.

Values are given as the page states them, then weighed; nothing is inferred from running text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement

from kg_builder.model import MetaSource, MetaValue
from kg_builder.sources.html_byline import visible
from kg_builder.sources.html_fields import MAX_VALUE, fold, host_of, line, meta_keys
from kg_builder.sources.html_jsonld import Page, linked_data
from kg_builder.sources.html_lines import FOREIGN, mark_of
from kg_builder.sources.html_title import headline, site_part
from kg_builder.sources.html_weigh import bare, is_host, weigh

_HEAD: Final = ("json-ld", "meta")
_UNDATED: Final = ("script", "footer", "nav", "aside", "form", "blockquote", "table", "iframe")
_MAX_DATED: Final = 150
_MAX_AUTHORS: Final = 10
_ADDRESS_DATE: Final = re.compile(
    r"/((?:19|20)\d{2})[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/._-]|\Z)", re.IGNORECASE
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LIST: Final = re.compile(r"\s*;\s*|\s*,\s*|\s+(?:and|&|with)\s+", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d_][\w’'.-]*(?:\s+[\w’'.-]+){1,4}\Z")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page says of itself: values, the best source first; its title; what was odd."""

    values: tuple[MetaValue, ...]
    title: str | None
    notes: tuple[str, ...] = ()
    listing: bool = False
    article: bool = False
    """Whether the page's head calls it an article, or tells when it was published."""


def page_metadata(root: HtmlElement, given: tuple[MetaValue, ...] = ()) -> Stated:
    """All values the page states and the title of its article.

    Of a property's values those of its best source are accepted, differing ones are not. `given`
    is what a container knows of the page; its address helps, and is not among the values.
    """
    outside = [v for v in given if v.property == "canonicalUrl"]
    meta = list(_meta(root))
    stated = [m.value for m in meta if m.property == "headline"]
    tops = [line("".join(e.itertext())) for e in root.iter("h1")]
    heads = [line(e.text_content()) for e in root.xpath("//head/title")]
    links = list(_links(root))
    titles = {fold(t) for t in (*stated, *tops, *heads, *(site_part(h) for h in heads))} - {""}
    page = Page(tuple(sorted(titles)), tuple(v.value for v in (*links, *outside)))
    data = linked_data(root, page)
    notes = list(data.notes)
    values = [*data.values, *meta, *links]
    values = [*values, *_address_date([*values, *outside])]
    title = headline(root, tuple(values))
    values = [*values, *visible(root, title, _region(values))]
    if not any(v.property in ("datePublished", "modifiedAt") for v in values):
        values = [*values, *_searched_date(root)]
    values, more = weigh(values, title, heads, {host_of(v.value) for v in outside})
    dated = any(v.property == "datePublished" and v.source in _HEAD for v in values)
    dated = dated or "article" in root.xpath('//meta[@property="og:type"]/@content')
    return Stated(tuple(values), title, (*notes, *more), data.listing, dated and not data.listing)


# -- what stands in the head ---------------------------------------------------------------


def _value(name: str, raw: str | None, source: MetaSource) -> Iterator[MetaValue]:
    """A MetaValue when `raw` is a usable string."""
    if raw and len(raw) <= MAX_VALUE and (text := line(raw)):
        yield MetaValue(name, text, source)


def _meta(root: HtmlElement) -> Iterator[MetaValue]:
    """Values of meta tags, in the order of preference, then of the page."""
    tags: dict[str, list[str]] = {}
    for tag in root.iter("meta"):
        get = tag.get
        key = get("property") or get("name") or get("itemprop") or get("http-equiv")
        if key and (content := get("content")) and _is_own(tag):
            tags.setdefault(key.strip().lower(), []).append(content)
    for name, keys in meta_keys().items():
        for key in keys:
            contents = tags.get(key, [])
            if name == "author" and len(contents) > _MAX_AUTHORS:
                continue  # those of a bibliography
            usable = [v for c in contents for v in _value(name, c, "meta")]
            if name == "author":
                usable = [v for u in usable for v in _listed(u)]
            yield from usable
            if usable and name == "author":
                break  # several tags often say one author in several ways
    yield from _labelled(tags)
    yield from _value("language", root.get("lang") or root.get("xml:lang"), "meta")


def _is_own(tag: HtmlElement) -> bool:
    """Whether a meta tag in the body tells of the page, and not of a comment or teaser."""
    if not tag.get("itemprop"):
        return True
    parent = tag.getparent()
    for _ in range(4):
        if parent is None or parent.tag in ("head", "body"):
            return True
        if (kind := parent.get("itemtype")) is not None:
            return "Article" in kind or "Posting" in kind or "WebPage" in kind
        parent = parent.getparent()
    return True


def _labelled(tags: dict[str, list[str]]) -> Iterator[MetaValue]:
    """The author in Twitter's card, whose value stands beside a label."""
    for number in ("1", "2"):
        label = tags.get(f"twitter:label{number}", [""])[0].strip().casefold()
        if label in ("written by", "by", "author"):
            for content in tags.get(f"twitter:data{number}", [])[:1]:
                for value in _value("author", content, "meta"):
                    yield from _listed(value)


def _listed(value: MetaValue) -> Iterator[MetaValue]:
    """Each author of a tag that lists several names, and nothing of an address or account."""
    text = bare(value)
    if "://" in text or text.startswith(("@", "/")) or is_host(text):
        return
    parts = [p for p in _LIST.split(text) if p]
    if len(parts) > 1 and all(_NAME.match(p) and p[0].isupper() for p in parts):
        yield from (replace(value, value=part) for part in parts)
    elif len(parts) == 2 and "," in text and all(" " not in p for p in parts):
        yield replace(value, value=f"{parts[1]} {parts[0]}")  # family name first
    else:
        yield replace(value, value=text)


def _links(root: HtmlElement) -> Iterator[MetaValue]:
    """The page's own address as it states it, absolute."""
    stated = root.xpath('//link[translate(@rel, "CANOIL", "canoil")="canonical"]/@href')
    stated += root.xpath('//meta[@property="og:url" or @name="og:url"]/@content')
    base = next((str(u) for u in stated if str(u).startswith(("http://", "https://"))), "")
    for url in stated:
        text = str(url).strip()
        whole = urljoin(base, text) if base and text.startswith("/") else text
        if whole.startswith(("http://", "https://")) and " " not in whole and host_of(whole):
            yield from _value("canonicalUrl", whole, "meta")


def _address_date(values: list[MetaValue]) -> Iterator[MetaValue]:
    """The day in the page's address."""
    for value in values:
        if value.property != "canonicalUrl":
            continue
        match = _ADDRESS_DATE.search(value.value)
        if match and match[2].isalpha() and match[2].lower() not in _MONTHS:
            continue
        if match:
            month = _MONTHS.index(match[2].lower()) + 1 if match[2].isalpha() else int(match[2])
            if 1 <= month <= 12 and 1 <= int(match[3]) <= 31:
                day = f"{match[1]}-{month:02}-{int(match[3]):02}"
                yield MetaValue("datePublished", day, "url", confidence=0.9)
                return


def _searched_date(root: HtmlElement) -> Iterator[MetaValue]:
    """What htmldate finds by markup, in a copy without prose, comments, scripts and footers."""
    copy = deepcopy(root)
    etree.strip_elements(copy, *_UNDATED, with_tail=False)
    for element in list(copy.iter("p", "div", "section", "ul", "ol", "li", "figcaption")):
        prose = element.tag in ("p", "li") and len(element.text_content()) > _MAX_DATED
        names = mark_of(element)
        if element.getparent() is not None and (prose or (names and FOREIGN.search(names))):
            element.drop_tree()
    try:
        day = find_date(copy, extensive_search=False, original_date=True)
    except (ValueError, TypeError, AttributeError, OverflowError):  # of odd markup
        return
    if day:
        yield MetaValue("datePublished", day, "inferred", confidence=0.6)


def _region(values: list[MetaValue]) -> str:
    """The country in the page's language, in lower case; "" when pages do not agree on one."""
    tags = [v.value.replace("_", "-").lower() for v in values if v.property == "language"]
    regions = {t.split("-")[1] for t in tags if t.startswith("en-")}
    return regions.pop() if len(regions) == 1 else ""
