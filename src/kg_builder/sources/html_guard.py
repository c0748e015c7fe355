"""HTML text in, HTML text out that no parser chokes on: no programs, tags of a bounded size."""

from __future__ import annotations

import re
from typing import Final

_TAG_START: Final = re.compile(r"<[A-Za-z][A-Za-z0-9:-]{0,63}(?=[\s/])")
_CLOSING: Final = re.compile(r"</[A-Za-z][A-Za-z0-9]{0,63}\s{0,9}\Z")
_SEPARATORS: Final = re.compile(r"[\s/=\"']+")
MAX_TAGS: Final = 30_000
"""A page with more tags than this is none that people read; some steps take its square."""
_LONG_TAG: Final = 4_000
_MAX_SEPARATORS: Final = 2_000


_START: Final = re.compile(r"<(?:!--|(script|style|svg)(?=[\s>/]))", re.IGNORECASE)
_END: Final = {
    name: re.compile(rf"</{name}[^>]{{0,1000}}>", re.IGNORECASE)
    for name in ("script", "style", "svg")
}
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,30})(?=[\s/>])[^<>]*>")
_OPENING: Final = re.compile(r"<[A-Za-z]")
_CLOSED_BY_ITSELF: Final = frozenset(
    """area base br col embed hr img input link meta param source track wbr p li dt dd option
    tr td th tbody thead tfoot colgroup html head body""".split()
)
_MAX_DEPTH: Final = 150
_DATA: Final = re.compile(r"<script[^>]{0,1000}ld\+json", re.IGNORECASE)


def strip(markup: str) -> str:
    """`markup` without scripts (but JSON-LD), styles, drawings and comments.

    They hold no text, and are most of many pages. What is opened and never closed stays for the
    parser to judge. Linear: each end is looked for once from each start, and no more when a kind
    has none.
    """
    kept: list[str] = []
    at = begin = 0
    unclosed: set[str] = set()
    while match := _START.search(markup, at):
        name = (match[1] or "").lower()
        if not name:
            end = markup.find("-->", match.end() - 2) if "" not in unclosed else -1
            stop = end + 3 if end >= 0 else -1
        else:
            found = _END[name].search(markup, match.end()) if name not in unclosed else None
            stop = found.end() if found else -1
        if stop < 0:
            unclosed.add(name)
            at = match.end()
            continue
        if name != "script" or not _DATA.match(markup, match.start()):
            kept.append(markup[begin : match.start()])
            begin = stop
        at = stop
    kept.append(markup[begin:])
    return "".join(kept)


def count_tags(markup: str) -> int:
    """How many tags open in `markup`, at the least: 0 when there are certainly few."""
    if markup.count("<") <= MAX_TAGS:
        return 0
    return sum(1 for _ in _OPENING.finditer(markup))


def flatten(markup: str) -> str:
    """`markup` without the tags that lie absurdly deep; their text stays."""
    kept: list[str] = []
    begin = depth = dropped = 0
    for match in _TAG.finditer(markup):
        if match[2].lower() in _CLOSED_BY_ITSELF:
            continue
        if not match[1]:
            if depth < _MAX_DEPTH:
                depth += 1
                continue
            dropped += 1
        elif dropped:
            dropped -= 1
        else:
            depth = max(0, depth - 1)
            continue
        kept.append(markup[begin : match.start()])
        begin = match.end()
    kept.append(markup[begin:])
    return "".join(kept)


def guard(markup: str) -> tuple[str, int]:
    """`markup` with the attributes of absurd tags dropped, and how many tags that were.

    A tag with 100,000 attributes takes libxml2 minutes, as it compares each with all others.
    Linear in the length of the text: the text is cut at every `>` once.
    """
    pieces = markup.split(">")
    dropped = 0
    for number, piece in enumerate(pieces):
        if len(piece) < _LONG_TAG:
            continue
        start = _TAG_START.search(piece)
        if start is None:
            continue
        if sum(1 for _ in _SEPARATORS.finditer(piece, start.end())) > _MAX_SEPARATORS:
            closing = _CLOSING.search(piece[-80:])  # a script's end must not be lost
            pieces[number] = piece[: start.end()] + (closing.group() if closing else "")
            dropped += 1
    return ">".join(pieces), dropped
