"""A parsed page and its stated titles in, the article's headline out, without the outlet's name."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from kg_builder.model import MetaValue
from kg_builder.sources.html_fields import fold, line

_PARTS: Final = re.compile(r"\s+[|»·•:—–-]+\s+|\s*[|»]\s*")
_TITLE_WORDS: Final = (4, 40)
_MAX_HEADINGS: Final = 50


def site_part(title: str) -> str:
    """The longest part of a title between bars or dashes."""
    return max(_PARTS.split(title), key=len)


def headline(root: HtmlElement, metadata: tuple[MetaValue, ...]) -> str | None:
    """The heading that a stated title begins with, else the best stated title; None if none.

    Titles in meta tags often carry the outlet's name behind a dash or a bar: it is cut off only
    where the page names its outlet so, or where a heading is what is left.
    """
    titles = [m.value for m in metadata if m.property == "headline"]
    outlets = {fold(m.value) for m in metadata if m.property == "publication"}
    heads = [line(e.text_content()) for e in islice(root.xpath("//head/title"), 3)]
    stated = [t for t in (*titles, *heads) if t]
    tops = _headings(root, ("h1",))
    for top in sorted(tops, key=len, reverse=True):
        if any(_agree(top, title, outlets) for title in stated):
            return top
    if not tops:
        for top in _headings(root, ("h2",)):
            if any(_agree(top, title, outlets) and len(top.split()) > 2 for title in stated):
                return top
        if not stated and (first := _over_body(root)):
            return first
    if len(tops) == 1 and _speaks_of(tops[0], stated, outlets):
        return tops[0]
    if titles:
        return _without_outlet(titles[0], outlets)
    if len(tops) == 1:
        return tops[0]
    if heads and heads[0] and (cut := _without_outlet(heads[0], outlets)) != heads[0]:
        return cut
    return None


def _speaks_of(top: str, stated: list[str], outlets: set[str]) -> bool:
    """Whether the only h1 is a title in other words than the stated ones (made for searches)."""
    folded = fold(top)
    words = set(folded.split())
    if not _TITLE_WORDS[0] <= len(words) <= _TITLE_WORDS[1]:
        return False
    if any(o and (folded.startswith(o) or o.startswith(folded)) for o in outlets):
        return False
    if any(fold(title) in folded for title in stated):
        return False  # the title with a label before it
    return any(len(w) > 3 and w in words for title in stated for w in fold(title).split())


def _over_body(root: HtmlElement) -> str | None:
    """The page's first heading, an h2 directly over a paragraph, where nothing else is a title."""
    heading = next(root.iter("h1", "h2", "h3"), None)
    if heading is None or heading.tag != "h2":
        return None
    text = line("".join(heading.itertext()))
    following = heading.getnext()
    if following is None or following.tag != "p" or len(text.split()) < 3:
        return None
    return text


def _headings(root: HtmlElement, tags: tuple[str, ...]) -> list[str]:
    found = islice(root.iter(*tags), _MAX_HEADINGS)
    return [t for t in dict.fromkeys(line("".join(e.itertext())) for e in found) if t]


def _agree(top: str, title: str, outlets: set[str]) -> bool:
    """Whether a stated title is a heading, or the heading and then something else."""
    one, other = fold(top), fold(title)
    return bool(one) and one not in outlets and (other == one or other.startswith(one + " "))


def _without_outlet(title: str, outlets: set[str]) -> str:
    """`title` without a first or last part that is the outlet's name."""
    parts = list(_PARTS.finditer(title))
    if parts:
        if fold(title[parts[-1].end() :]) in outlets:
            return title[: parts[-1].start()].strip()
        if fold(title[: parts[0].start()]) in outlets:
            return title[parts[0].end() :].strip()
    return title
