"""HTML text in, HTML text out that no parser chokes on: tags have a bounded size."""

from __future__ import annotations

import re
from typing import Final

_TAG_START: Final = re.compile(r"<[A-Za-z][A-Za-z0-9:-]{0,63}(?=[\s/])")
_CLOSING: Final = re.compile(r"</[A-Za-z][A-Za-z0-9]{0,63}\s{0,9}\Z")
_SEPARATORS: Final = re.compile(r"[\s/=\"']+")
_LONG_TAG: Final = 4_000
_MAX_SEPARATORS: Final = 2_000


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
