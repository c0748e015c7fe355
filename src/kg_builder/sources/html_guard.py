"""HTML text in, HTML text out that no parser chokes on: no programs, tags of a bounded size."""

from __future__ import annotations

import re
from typing import Final

_TAG_START: Final = re.compile(r"<[A-Za-z][A-Za-z0-9:-]{0,63}(?=[\s/])")
_CLOSING: Final = re.compile(r"</[A-Za-z][A-Za-z0-9]{0,63}\s{0,9}\Z")
_SEPARATORS: Final = re.compile(r"[\s/=\"']+")
_LONG_TAG: Final = 4_000
_MAX_SEPARATORS: Final = 2_000


_START: Final = re.compile(r"<(?:!--|(script|style|svg)(?=[\s>/]))", re.IGNORECASE)
_END: Final = {
    name: re.compile(rf"</{name}[^>]{{0,1000}}>", re.IGNORECASE)
    for name in ("script", "style", "svg")
}
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
