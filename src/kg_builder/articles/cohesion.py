"""Paragraphs in, how much the words on both sides of a place have in common out.

After TextTiling (Hearst 1997): where the subject changes, the words do. Two articles share few
words that are not common to all; the halves of one article share a fifth and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from kg_builder.articles.words import words

_WORD: Final = re.compile(r"[^\W\d_]{4,24}")
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_STEM: Final = 6
_WINDOW: Final = 120
_ENOUGH: Final = 25
_LOOKED_AT: Final = 2_000


@lru_cache(maxsize=4096)
def stems(text: str) -> tuple[str, ...]:
    """The beginnings of a text's telling words, in order; none of scripts without spaces."""
    if _UNSPACED.search(text, 0, 200):
        return ()
    common = words("common")
    found = (word.casefold() for word in _WORD.findall(text[:_LOOKED_AT]))
    return tuple(word[:_STEM] for word in found if word not in common)


def window(texts: Iterable[str]) -> frozenset[str]:
    """The telling words of as many texts as make a window, from the first on."""
    found: set[str] = set()
    count = 0
    for text in texts:
        more = stems(text)
        found.update(more)
        count += len(more)
        if count >= _WINDOW:
            break
    return frozenset(found)


def shared(one: frozenset[str], other: frozenset[str]) -> float | None:
    """The share of the smaller window that the other has too; None when there is too little."""
    least = min(len(one), len(other))
    return len(one & other) / least if least >= _ENOUGH else None


def tie(title: str, texts: Sequence[str] | frozenset[str]) -> float:
    """The share of a title's telling words that a text has; 0 for a title without any."""
    asked = frozenset(stems(title))
    if not asked:
        return 0.0
    had = texts if isinstance(texts, frozenset) else window(texts)
    return len(asked & had) / len(asked)
