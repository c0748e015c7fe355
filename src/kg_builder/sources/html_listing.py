"""A parsed page in, its teasers out when it lists articles instead of being one.

Teasers are repeated blocks, each with a linked title of a headline's length. A page is a list
when it has such blocks and no body beside them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from kg_builder.sources.html_fields import fold, host_of, known, line

_TIME: Final = re.compile(
    r"(?:(?:\d{1,3}|an?|one|two|three|few)\s?(?:s|m|h|d|w|sec|second|min|minute|hr|hour|day|week|"
    r"month|mo|year|yr)s?\.?\s+ago|yesterday|just now)",
    re.IGNORECASE,
)
_MIN_TEASERS: Final = 4
_MAX_TEASERS: Final = 500
_MAX_TITLES: Final = 3_000
_MIN_SNIPPET: Final = 40
_MAX_SNIPPET: Final = 1_500
_MIN_BODY: Final = 60
_INLINE: Final = ("time", "span", "a")
_MAX_PARAGRAPHS: Final = 300
_MIN_HEADED: Final = 200
_MIN_OWN: Final = 1_000
_MORE: Final = re.compile(
    r"\s*\[?(?:(?:continue|keep)\sreading|read\s(?:more|on|the\s(?:full|whole)\s\w+)|full\sstory|"
    r"more)[\s\]»›→.…>]*\Z",
    re.IGNORECASE,
)
_MAX_CLIMB: Final = 6
_TITLE_WORDS: Final = range(4, 31)


@dataclass(frozen=True, slots=True)
class Teaser:
    """A title with what stands beside it; "" where nothing does. `time` counts back from now."""

    title: str
    snippet: str = ""
    section: str = ""
    time: str = ""


def teasers(root: HtmlElement, hosts: frozenset[str]) -> tuple[Teaser, ...]:
    """The page's teasers in order; none when there are no repeated blocks with titles.

    `hosts` are the page's own, as far as it names one: what leads elsewhere is no teaser of it.
    """
    groups: dict[tuple[str, ...], dict[str, HtmlElement]] = defaultdict(dict)
    for heading in islice(root.iter("h1", "h2", "h3", "h4", "h5", "a"), _MAX_TITLES):
        link = _link(heading)
        if link is None or _leads_away(link, hosts):
            continue
        text = line("".join(heading.itertext()))
        if len(text.split()) in _TITLE_WORDS and len(text) <= 250:
            groups[_signature(heading)].setdefault(link, heading)
    found: dict[str, Teaser] = {}
    for group in groups.values():
        if len(group) < _MIN_TEASERS:
            continue
        best = list(islice(group.values(), _MAX_TEASERS))
        numbers = {id(e) for e in best}
        for heading in best:
            teaser = _teaser(heading, numbers)
            old = found.get(fold(teaser.title))
            if old is None or len(old.snippet) < len(teaser.snippet):
                found[fold(teaser.title)] = teaser
    return tuple(found.values())


def is_listing(
    paragraphs: Iterable[str], found: tuple[Teaser, ...], said: bool, title: str | None
) -> bool:
    """Whether a page with these teasers is a list: few paragraphs are no teaser's own.

    `said` tells that the page calls itself a list; `title` is its headline.
    """
    if len(found) < _MIN_TEASERS:
        return False
    plainly, said = said, said or sum(bool(t.snippet) for t in found) >= _MIN_TEASERS
    titles = [fold(t.title) for t in found]
    texts = " | ".join(f"{fold(t.title)} | {fold(t.snippet)}" for t in found)
    starts = [fold(t.snippet)[:80] for t in found if t.snippet]
    own = []
    for paragraph in islice(paragraphs, _MAX_PARAGRAPHS):
        low = fold(paragraph[:2_000])
        foreign = low[:200] in texts or any(s in low for s in starts)
        if len(paragraph) >= _MIN_BODY and not foreign and sum(t in low for t in titles) < 2:
            own.append(paragraph)
            if len(own) >= 3:
                return False
    size = sum(map(len, own))
    headed = len((title or "").split()) >= _TITLE_WORDS[1] and fold(title or "") not in titles
    if headed and not plainly and size >= _MIN_HEADED:
        return False  # a section's name is shorter than a headline
    if said:
        return size < _MIN_OWN
    return not own


def as_text(found: tuple[Teaser, ...]) -> str:
    """The teasers with texts as a page's text dump has them: section and time, title, snippet."""
    parts = []
    for item in found:
        if not item.snippet:
            continue
        above = " ".join(word for word in (item.section, item.time) if word)
        cut = item.snippet if item.snippet.endswith(("…", "...")) else f"{item.snippet} …"
        lines = [above, item.title, cut] if item.time else [item.title, cut]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _leads_away(link: str, hosts: frozenset[str]) -> bool:
    """Whether a link leads to another site: to neither of the hosts, nor above or below them."""
    host = host_of(link)
    if not host or not hosts:
        return False
    return not any(f".{a}".endswith(f".{b}") for h in hosts for a, b in ((host, h), (h, host)))


def _link(element: HtmlElement) -> str | None:
    """Where a title leads: the link in it or around it."""
    found: HtmlElement | None = element.find(".//a[@href]")
    if element.tag == "a":
        parent = element.getparent()
        headed = parent is not None and parent.tag in ("h1", "h2", "h3", "h4", "h5")
        found = None if headed else element  # the heading counts
    elif found is None:
        found = next((p for p in islice(element.iterancestors(), 2) if p.tag == "a"), None)
    return None if found is None else str(found.get("href") or "") or None


def _signature(element: HtmlElement) -> tuple[str, ...]:
    """By what repeated blocks are told: names of an element and of what holds it."""
    parent = element.getparent()
    names = [str(element.tag), element.get("class") or ""]
    if parent is not None:
        names += [str(parent.tag), (parent.get("class") or "").split(" ")[0]]
    return tuple(names)


def _teaser(heading: HtmlElement, others: set[int]) -> Teaser:
    """The teaser of a title: what stands in the largest block without another title."""
    block = heading
    for parent in islice(heading.iterancestors(), _MAX_CLIMB):
        inside = sum(id(e) in others for e in islice(parent.iter(heading.tag), 50))
        if inside > 1 or parent.tag in ("body", "html", "main"):
            break
        block = parent
    title = line("".join(heading.itertext()))
    snippet = section = time = ""
    before = True
    for text in _texts(block):
        if fold(text) == fold(title):
            before = False
        elif (match := _TIME.search(text)) and len(text) < 80:
            time = time or match.group()
            left = text[: match.start()].strip(" |•·,–-")
            section = section or (left if 0 < len(left) <= 40 else "")
        elif before and len(text) <= 40 and not section and len(text.split()) <= 4:
            section = text
        elif _MIN_SNIPPET <= len(text) <= _MAX_SNIPPET and len(text) > len(snippet):
            snippet = _MORE.sub("", text)
    return Teaser(title, snippet, section, time)


def _texts(block: HtmlElement) -> list[str]:
    """The lines in a block: texts of the elements that hold no other block."""
    blocks, skipped = known("page", "blocks"), known("page", "skipped")
    found: list[str] = []
    for element in islice(block.iter(), 300):
        if not isinstance(element.tag, str) or element.tag in skipped:
            continue
        parent = element.getparent()
        if not (element.tag in blocks or element.tag in _INLINE) or _holds_block(element):
            continue
        inner = element.tag not in blocks and parent is not None and parent is not block
        if inner and not _holds_block(parent):
            continue  # the parent is the line
        if text := line("".join(element.itertext())):
            found.append(text)
    return found


def _holds_block(element: HtmlElement) -> bool:
    blocks = known("page", "blocks")
    return any(e.tag in blocks for e in islice(element.iterdescendants(), 60))
