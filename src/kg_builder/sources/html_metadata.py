"""A parsed HTML page in, MetaValues out: JSON-LD, meta tags, what is visible, the address.

Values are given as the page states them. Where sources contradict one another, two that agree
outweigh one; what was outweighed is told in a note. Nothing is inferred from the running text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from kg_builder.model import MetaSource, MetaValue
from kg_builder.sources.html_byline import visible
from kg_builder.sources.html_fields import MAX_VALUE, fold, known, line, meta_keys
from kg_builder.sources.html_jsonld import Page, linked_data
from kg_builder.sources.html_title import headline, site_part

_MAX_AUTHORS: Final = 10
_HOST: Final = re.compile(r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+/?\Z")
_ADDRESS_DATE: Final = re.compile(
    r"/((?:19|20)\d{2})[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/._-]|\Z)", re.IGNORECASE
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_BY: Final = re.compile(r"by\s+", re.IGNORECASE)
_LIST: Final = re.compile(r"\s*;\s*|\s*,\s*|\s+(?:and|&|with)\s+", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d_][\w’'.-]*(?:\s+[\w’'.-]+){1,4}\Z")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page says of itself: values, the best source first; its title; what was odd."""

    values: tuple[MetaValue, ...]
    title: str | None
    notes: tuple[str, ...] = ()
    listing: bool = False


def page_metadata(root: HtmlElement) -> Stated:
    """All values the page states and the title of its article.

    Of a property's values those of its best source are accepted, differing ones are not.
    """
    meta = list(_meta(root))
    stated = [m.value for m in meta if m.property == "headline"]
    tops = [line("".join(e.itertext())) for e in root.iter("h1")]
    heads = [line(e.text_content()) for e in root.xpath("//head/title")]
    links = list(_links(root))
    titles = {fold(t) for t in (*stated, *tops, *heads, *(site_part(h) for h in heads))} - {""}
    page = Page(tuple(sorted(titles)), tuple(link.value for link in links))
    data = linked_data(root, page)
    notes = list(data.notes)
    values = [*data.values, *meta, *links]
    values = [*values, *_address_date(values)]
    title = headline(root, tuple(values))
    values = [*values, *visible(root, title, _region(values))]
    values = _publications(values)
    values, more = _authors(values)
    values = _local_time(values)
    return Stated(_rank(values), title, (*notes, *more), data.listing)


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
    text = _BY.sub("", value.value, count=1) if _BY.match(value.value) else value.value
    if "://" in text or text.startswith(("@", "/")) or _HOST.match(text):
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
        if whole.startswith(("http://", "https://")) and " " not in whole and _host(whole):
            yield from _value("canonicalUrl", whole, "meta")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


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


def _region(values: list[MetaValue]) -> str:
    """The country in the page's language, in lower case; "" when pages do not agree on one."""
    tags = [v.value.replace("_", "-").lower() for v in values if v.property == "language"]
    regions = {t.split("-")[1] for t in tags if t.startswith("en-")}
    return regions.pop() if len(regions) == 1 else ""


# -- sources against one another -----------------------------------------------------------


def _publications(values: list[MetaValue]) -> list[MetaValue]:
    """Publications without host names and names of a site's maker; a slogan is cut off."""
    kept = []
    for value in values:
        if value.property != "publication":
            kept.append(value)
            continue
        name = re.split(r"\s+[|»]\s+", value.value)[0].strip(" -–—|")
        if fold(name) and name.casefold() not in known("page", "platforms") and not (
            _HOST.match(name) and fold(name).startswith("www")
        ):  # fmt: skip
            kept.append(replace(value, value=name))
    return kept


def _authors(values: list[MetaValue]) -> tuple[list[MetaValue], list[str]]:
    """Authors as the sources together say; notes on what was outweighed."""
    sources: dict[MetaSource, list[MetaValue]] = {}
    for value in values:
        if value.property == "author":
            sources.setdefault(value.source, []).append(value)
    shown = {fold(_BY.sub("", v.value)) for v in sources.get("byline", [])}
    outlets = {fold(v.value) for v in values if v.property == "publication"}
    notes = []
    for source in ("json-ld", "meta"):
        stated = sources.get(source, [])
        fillers = [v for v in stated if _is_outlet(v, outlets) and fold(v.value) not in shown]
        if fillers and len(fillers) == len(stated):
            notes.append(f"{source} gives the publication as the author, which names nobody")
            stated = []
        sources[source] = [
            replace(v, kind="Organization") if _is_outlet(v, outlets) else v for v in stated
        ]
    sources["byline"] = [
        replace(v, kind="Organization") if _is_outlet(v, outlets) else v
        for v in sources.get("byline", [])
    ]
    notes.extend(_outweigh(sources))
    others = [v for v in values if v.property != "author"]
    return [*sources["json-ld"], *sources["meta"], *sources["byline"], *others], notes


def _is_outlet(value: MetaValue, outlets: set[str]) -> bool:
    """Whether an author is the publication itself, with or without an article before it."""
    name = fold(_BY.sub("", value.value)).removeprefix("the ")
    return any(name == o.removeprefix("the ") for o in outlets)


def _outweigh(sources: dict[MetaSource, list[MetaValue]]) -> Iterator[str]:
    """Drops JSON-LD's authors where meta tags name the same and more, or others with the page."""
    first, second, third = (
        {fold(_BY.sub("", v.value)) for v in sources.get(s, [])}
        for s in ("json-ld", "meta", "byline")
    )  # type: set[str], set[str], set[str]
    seen = " ".join(sorted(third))
    if first and first < second:
        sources["json-ld"] = []
        yield "meta tags name more authors than JSON-LD and were followed"
    elif first and second and not first & second:
        if any(n in seen for n in second) and not any(n in seen for n in first):
            sources["json-ld"] = []
            yield "meta tags and the visible byline name other authors than JSON-LD; followed"


def _local_time(values: list[MetaValue]) -> list[MetaValue]:
    """Times in UTC with the offset of the page, where the page shows the same moment in its zone.

    The offset is the difference of the two clocks, so nothing is guessed: minutes and seconds
    agree, and the hours differ by no more than zones do.
    """
    shown = [
        v.value[:19].replace(" ", "T")
        for v in values
        if v.source == "byline" and v.property == "datePublished" and _INSTANT.match(v.value)
    ]
    out = []
    for value in values:
        if value.property == "datePublished" and value.source in ("json-ld", "meta"):
            out.append(replace(value, value=_in_zone(value.value, shown)))
        else:
            out.append(value)
    return out


def _in_zone(stamp: str, shown: list[str]) -> str:
    """`stamp`, when it is UTC, in the zone of a clock time among `shown` that fits it."""
    if not re.search(r"(?:Z|[+-]00:?00)\Z", stamp):
        return stamp
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    for clock in shown:
        try:
            local = datetime.fromisoformat(clock)
        except ValueError:
            continue
        offset = local.replace(tzinfo=None) - moment.replace(tzinfo=None, microsecond=0)
        quarters, rest = divmod(offset, timedelta(minutes=15))
        if offset and not rest and -48 <= quarters <= 56 and local.second == moment.second:
            return moment.astimezone(timezone(offset)).isoformat()
    return stamp


def _rank(found: list[MetaValue]) -> tuple[MetaValue, ...]:
    """Drops repetitions, and marks what differs from a better source as not accepted."""
    best: dict[str, MetaSource] = {}
    seen: set[tuple[str, str]] = set()
    ranked = []
    for item in found:
        same = (item.property, _same(item))
        if same in seen:
            continue
        seen.add(same)
        first = item.property not in best
        source = best.setdefault(item.property, item.source)
        several = item.property == "author"
        accepted = first or (several and item.source == source)
        ranked.append(item if accepted else replace(item, accepted=False))
    return tuple(ranked)


def _same(item: MetaValue) -> str:
    """A form in which two writings of one value are equal."""
    if item.property == "datePublished":
        return item.value[:10]
    if item.property == "language":
        return item.value[:2].lower()
    return item.value.rstrip("/").casefold()
