"""A parsed page and its title in, the visible lines around the title out.

A line is what a reader sees as one: the text of a block that holds no other block, with the
names that its markup bears. Comments, related articles, menus, captions and forms are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from kg_builder.sources.html_fields import fold, known, line

AUTHOR_MARK: Final = re.compile(
    r"(?:\A|[\s_-])(?:[a-z]*byline|authors?|writers?|contributors?|reporters?|vcard|"
    r"auth[_-]?name|author_?name|authorname)(?:[\s_-]|\Z)|byline|author-?(?:name|link|list|txt)",
    re.IGNORECASE,
)
"""Names that markup gives to an author or a byline."""
FOREIGN: Final = re.compile(
    r"(?:\A|[\s_-])(?:comments?|commentlist|respond|related|recirc\w*|recommend\w*|newsletter|"
    r"promo|trending|popular|mostread|most-read|sidebar|teasers?|subscribe|breadcrumbs?|menu|nav|"
    r"navbar|footer|cookie|advert\w*|caption|gallery|carousel|upsell|paywall|share|sharing|"
    r"social|widget)(?:[\s_-]|\Z)",
    re.IGNORECASE,
)
"""Names that markup gives to what is not the article itself."""
_JOINED: Final = re.compile(r"(?:\bby:?|\band|&|,|\bwith)\Z", re.IGNORECASE)
_JOINING: Final = re.compile(r"(?:and\b|&|,|\.)", re.IGNORECASE)
MAX_BYLINE: Final = 200
"""A byline is no longer than this, in characters."""
_MAX_STEPS: Final = 600
_MAX_NAMED: Final = 200
_LONG: Final = 160
_MAX_PROSE: Final = 3
_HEADINGS: Final = ("h2", "h3", "h4")


@dataclass(slots=True)
class Line:
    """One visible line: its pieces of text, the elements in it, and what its markup says."""

    pieces: list[str] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)
    mark: str = ""

    def text(self) -> str:
        """The pieces on one line, with a bar between those that no word joins."""
        out = ""
        for piece in self.pieces:
            joins = not out or _JOINED.search(out) or _JOINING.match(piece)
            out += piece if not out else (" " if joins else " | ") + piece
        return out

    def is_teaser(self) -> bool:
        """Whether the line is a heading that is wholly a link to something else."""
        if not any(e.tag in _HEADINGS for e in self.elements):
            return False
        whole = fold(" ".join(self.pieces))
        links = (e for e in self.elements if e.tag == "a" and e.get("href"))
        return len(whole.split()) > 3 and any(fold("".join(e.itertext())) == whole for e in links)


def title_element(root: HtmlElement, title: str) -> HtmlElement | None:
    """The first of the highest headings that hold the title, else what is named a title."""
    wanted = fold(title)
    near: HtmlElement | None = None
    for tag in ("h1", "h2", "h3", "h4"):
        for element in root.iter(tag):
            text = fold("".join(element.itertext()))
            if text == wanted:
                return element
            if near is None and wanted in text and len(text) < 2 * len(wanted) + 40:
                near = element  # with a label or an edit link beside it
    if near is not None:
        return near
    tops = list(islice(root.iter("h1"), 2))
    if len(tops) == 1:
        return tops[0]
    named = root.xpath('//*[contains(@class, "title") or contains(@class, "headline")]')
    for element in islice(named, _MAX_NAMED):
        if fold("".join(element.itertext())[: 2 * len(title) + 100]) == wanted:
            return element
    return None


def zone(start: HtmlElement) -> Iterator[Line]:
    """Lines just before the title, then those after it up to the body's third paragraph."""
    for node in _before(start):
        yield from _Walk(node).lines()
    prose = 0
    for node in _after(start):
        for found in _Walk(node).lines():
            if found.is_teaser():
                return
            yield found
            prose += sum(map(len, found.pieces)) > _LONG
            if prose >= _MAX_PROSE:
                return


def _before(start: HtmlElement) -> list[HtmlElement]:
    """Short siblings before the title and before what holds it."""
    found: list[HtmlElement] = []
    node = start
    for _ in range(2):
        found.extend(
            sibling
            for sibling in islice(node.itersiblings(preceding=True), 4)
            if isinstance(sibling.tag, str) and len("".join(sibling.itertext())) < MAX_BYLINE
        )
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "main", "article"):
            break
        node = parent
    return found[::-1]


def _after(start: HtmlElement) -> Iterator[HtmlElement]:
    """All that follows an element, as the largest pieces, in order."""
    node = start
    for _ in range(_MAX_STEPS):
        following = node.getnext()
        while following is None:
            node = node.getparent()
            if node is None or node.tag in ("body", "html"):
                return
            following = node.getnext()
        node = following
        yield node


def mark_of(element: HtmlElement) -> str:
    """What an element's attributes call it."""
    names = [
        value[:100]
        for key, value in element.attrib.items()
        if key in ("class", "id", "itemprop", "rel", "data-testid", "property", "data-component")
    ]
    return " ".join(names)


class _Walk:
    """Goes through an element in the order of the page, without recursion."""

    def __init__(self, node: HtmlElement) -> None:
        self._node = node
        self._line = Line()
        self._todo: list[tuple[HtmlElement | str | None, str]] = [(node, "")]

    def lines(self) -> Iterator[Line]:
        """The visible lines, also empty ones that hold an element (a time, say)."""
        for _ in range(_MAX_STEPS):
            if not self._todo:
                break
            item, mark = self._todo.pop()
            if isinstance(item, str):
                if text := line(item[:2_000]):
                    self._line.pieces.append(text)
            elif item is None or self._enter(item, mark):
                if self._line.pieces or self._line.elements:
                    yield self._line
                self._line = Line(mark=mark if item is None else self._inner(item, mark))
                if item is not None:
                    self._line.elements.append(item)
        if self._line.pieces or self._line.elements:
            yield self._line

    def _inner(self, item: HtmlElement, mark: str) -> str:
        return f"{mark} {mark_of(item)}".strip()

    def _enter(self, item: HtmlElement, mark: str) -> bool:
        """Puts what an element holds on the list; whether a line begins with it."""
        if item is not self._node and item.tail and item.tail.strip():
            self._todo.append((item.tail, mark))
        if not isinstance(item.tag, str) or item.tag in known("page", "skipped"):
            return False
        own = mark_of(item)
        if own and FOREIGN.search(own) and not AUTHOR_MARK.search(own):
            return False
        block = item.tag in known("page", "blocks")
        if block or item.tag == "br":
            self._todo.append((None, mark))
        inner = f"{mark} {own}".strip()
        self._todo.extend((child, inner) for child in reversed(item))
        if item.text and item.text.strip():
            self._todo.append((item.text, inner))
        if not block:
            self._line.elements.append(item)
        return block
