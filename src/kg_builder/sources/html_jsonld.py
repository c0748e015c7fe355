"""A page's JSON-LD scripts in, the MetaValues of the article the page is about out.

Broken JSON is mended where that cannot change what it says: comments, CDATA, commas too many,
several objects in a row. Of several articles the one is taken whose title or address is the
page's own; when that cannot be told, none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from kg_builder.model import MetaSource, MetaValue
from kg_builder.sources.html_fields import MAX_VALUE, fold, known, line

Kind = Literal["Person", "Organization"] | None
Node = dict[str, Any]

_MAX_NODES: Final = 20_000
_MAX_SCRIPT: Final = 2_000_000
_MAX_MENDED: Final = 500_000
_OPENERS: Final = (
    "<!--",
    "<![CDATA[",
    "//<![CDATA[",
    "// <![CDATA[",
    "/*<![CDATA[*/",
    "/* <![CDATA[ */",
    "/*",
    "*/",
)
_CLOSERS: Final = ("-->", "]]>", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "//", ";", "/*", "*/")
_COMMA: Final = re.compile(r",(?=\s{0,200}[}\]])")
_COMMENT: Final = re.compile(r"^[ \t]*//[^\n]*$|/\*[^*]*(?:\*(?!/)[^*]*)*\*/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself outside of JSON-LD: folded titles, and its addresses."""

    titles: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The article's values; `listing` tells that JSON-LD calls the page a list of articles."""

    values: tuple[MetaValue, ...] = ()
    notes: tuple[str, ...] = ()
    listing: bool = False


def linked_data(root: HtmlElement, page: Page) -> Found:
    """What the page's JSON-LD says of its article."""
    notes: list[str] = []
    nodes: list[tuple[Node, bool]] = []
    for script in root.xpath('//script[contains(@type, "ld+json")]'):
        source = script.text or ""
        if len(source) > _MAX_SCRIPT:
            notes.append("a JSON-LD block of more than 2 MB was left out")
        elif source.strip():
            data = _parse(source)
            if data is None:
                notes.append("a JSON-LD block is not JSON and was left out")
            else:
                nodes.extend(_nodes(data))
    by_id: dict[str, Node] = {}
    for node, _ in nodes:
        if isinstance(node.get("@id"), str) and len(node) > len(by_id.get(node["@id"], ())):
            by_id[node["@id"]] = node
    values: list[MetaValue] = []
    for chosen in _choose(nodes, page):  # each property from the best node that has it
        have = {v.property for v in values}
        values.extend(v for v in _article(chosen, by_id) if v.property not in have)
    if not any(v.property == "section" for v in values):
        values.extend(_breadcrumb(nodes, page))
    if not any(v.property == "publication" for v in values):
        values.extend(_site(nodes))
    lists = any("collectionpage" in _types(n) or "searchresultspage" in _types(n) for n, _ in nodes)
    return Found(tuple(values), tuple(dict.fromkeys(notes)), lists)


def _parse(source: str) -> Any:
    """The data of a script, mended where need be; None when it is no JSON."""
    try:
        return json.loads(source, strict=False)
    except (ValueError, RecursionError):
        pass
    if len(source) > _MAX_MENDED:
        return None
    text = source
    for _ in range(4):
        for opener in _OPENERS:
            text = text.strip().removeprefix(opener)
        for closer in _CLOSERS:
            text = text.strip().removesuffix(closer)
    for mended in (text, _COMMA.sub("", text), _COMMA.sub("", _COMMENT.sub("", text))):
        found, at = [], 0
        decoder = json.JSONDecoder(strict=False)
        try:
            while at < len(mended):
                item, at = decoder.raw_decode(mended, at)
                found.append(item)
                while at < len(mended) and mended[at] in " \t\r\n,;":
                    at += 1
        except (ValueError, RecursionError):
            continue
        return found
    return None


def _nodes(data: Any) -> Iterator[tuple[Node, bool]]:
    """All objects, outer ones first, and whether each is another page's; no recursion."""
    queue: list[tuple[Any, bool]] = [(data, False)]
    for item, foreign in queue:  # grows as it goes
        if isinstance(item, dict):
            yield item, foreign
            strange = known("jsonld", "foreign")
            more = [
                (v, foreign or k.lower() in strange)
                for k, v in item.items()
                if isinstance(v, dict | list)
            ]
        else:
            values = item if isinstance(item, list) else ()
            more = [(v, foreign) for v in values if isinstance(v, dict | list)]
        queue.extend(more[: max(0, _MAX_NODES - len(queue))])


def _types(node: Node) -> set[str]:
    raw = node.get("@type")
    names = raw if isinstance(raw, list) else [raw]
    return {re.split(r"[/:#]", n)[-1].lower() for n in names if isinstance(n, str)}


def _choose(nodes: list[tuple[Node, bool]], page: Page) -> list[Node]:
    """The nodes that tell of the page's article, the best first."""
    articles = []
    others = []
    for number, (node, foreign) in enumerate(nodes):
        types = _types(node)
        if not ({"headline", "datePublished", "author", "name"} & node.keys()):
            continue
        rank = _agreement(node, page)
        if types & known("jsonld", "articles"):
            articles.append((-rank, foreign, number, node))
        elif types & known("jsonld", "pages") and not foreign and rank > 0:
            others.append((-rank, foreign, number, node))
    articles.sort(key=lambda row: row[:3])
    others.sort(key=lambda row: row[:3])
    own = [row for row in articles if row[0] < 0]
    if own:  # several nodes may describe the one article, each in part
        return [row[3] for row in own]
    first = [row for row in articles if not row[1]]
    if len(first) == 1 and not (page.titles and first[0][3].get("headline") and len(nodes) > 40):
        return [first[0][3]]
    return [row[3] for row in others[:1]]


def _agreement(node: Node, page: Page) -> int:
    """How surely a node tells of the page: by its title, and by its address."""
    score = 0
    title = node.get("headline") or node.get("name")
    if isinstance(title, str) and (folded := fold(line(title[:MAX_VALUE]))):
        score += 2 * any(t == folded or _begins(t, folded) for t in page.titles)
    ids = [node.get("url"), node.get("@id")]
    main = node.get("mainEntityOfPage")
    ids.append(main.get("@id") or main.get("url") if isinstance(main, dict) else main)
    urls = {_address(u) for u in ids if isinstance(u, str) and u.startswith("http")}
    score += 2 * any(_address(u) in urls for u in page.urls)
    return score


def _begins(one: str, other: str) -> bool:
    """Whether one title is the beginning of the other, and no mere word of it."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 15 and long.startswith(short)


def _address(url: str) -> str:
    """An address without scheme, fragment and closing slash, for comparison."""
    return urldefrag(url)[0].split("?")[0].partition("://")[2].rstrip("/").removeprefix("www.")


def _value(name: str, raw: object, kind: Kind = None) -> Iterator[MetaValue]:
    """A MetaValue when `raw` is a usable string."""
    source: MetaSource = "json-ld"
    if isinstance(raw, str) and len(raw) <= MAX_VALUE and (text := line(raw)):
        yield MetaValue(name, text, source, kind=kind)


def _article(node: Node, by_id: dict[str, Node]) -> Iterator[MetaValue]:
    """The values of one article node; references by @id are followed once."""
    types = _types(node)
    article = bool(types & known("jsonld", "articles"))
    yield from _value("headline", node.get("headline") or (article and node.get("name")))
    for author in _listed(node.get("author") or node.get("creator")):
        yield from _agent("author", author, by_id)
    for publisher in _listed(node.get("publisher"))[:1]:
        yield from _agent("publication", publisher, by_id)
    yield from _value("datePublished", node.get("datePublished"))
    yield from _value("modifiedAt", node.get("dateModified"))
    sections = [s for s in _listed(node.get("articleSection")) if isinstance(s, str)]
    for section in sections[:1]:
        yield from _value("section", section)
    for language in _listed(node.get("inLanguage"))[:1]:
        name = language.get("alternateName") if isinstance(language, dict) else language
        yield from _value("language", name)
    page = node.get("mainEntityOfPage")
    url = page.get("@id") if isinstance(page, dict) else page
    for candidate in (url, node.get("url")):
        if isinstance(candidate, str) and candidate.startswith(("http://", "https://")):
            yield from _value("canonicalUrl", urldefrag(candidate)[0])


def _breadcrumb(nodes: list[tuple[Node, bool]], page: Page) -> Iterator[MetaValue]:
    """The section, when the trail to the page has one step between the site and the article."""
    for node, _ in nodes:
        if "breadcrumblist" not in _types(node):
            continue
        names = []
        for item in _listed(node.get("itemListElement")):
            if isinstance(item, dict):
                inner = item.get("item")
                name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
                names.append(line(name) if isinstance(name, str) else "")
        steps = [n for n in names if n and fold(n) not in page.titles and fold(n) != "home"]
        if len(names) >= 2 and steps and len(steps[0]) <= 40:
            yield from _value("section", steps[0] if fold(names[0]) == "home" else "")
        return


def _site(nodes: list[tuple[Node, bool]]) -> Iterator[MetaValue]:
    """The name of the news organisation or site, when just one is described."""
    for wanted in ("newsmediaorganization", "website"):
        names = {
            line(node["name"])
            for node, foreign in nodes
            if not foreign and wanted in _types(node) and isinstance(node.get("name"), str)
        }
        if len(names) == 1:
            yield from _value("publication", names.pop())
            return


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _agent(name: str, agent: Any, by_id: dict[str, Node]) -> Iterator[MetaValue]:
    """The name of a person or organisation, which may be a string, an object or a reference."""
    if not isinstance(agent, dict):
        yield from _value(name, agent)
        return
    full = agent if agent.get("name") else by_id.get(str(agent.get("@id")), agent)
    types = _types(full)
    kind: Kind = None
    if "person" in types:
        kind = "Person"
    elif any(t.endswith("organization") for t in types):
        kind = "Organization"
    for text in _listed(full.get("name")):
        yield from _value(name, text, kind if name == "author" else None)
