"""Surface forms in, comparable names out; nothing here knows of articles."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_QUOTES: Final = re.compile("[\u2018\u2019\u02bc\u02bb`\u00b4']")
_FOLDED: Final = re.compile(r"[\s\-\u2010-\u2015\u2212_/,]+")
_ORDINAL: Final = frozenset(
    """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
    thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth""".split()
)
_LETTERS: Final = str.maketrans({
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h",
    "&": " and ",
})  # fmt: skip
_SPELLED: Final = (
    (re.compile(r"isation(s?)\b"), r"ization\1"),
    (re.compile(r"\b(de|of)fence\b"), r"\1fense"),
    (re.compile(r"\b(cent|theat)re\b"), r"\1er"),
    (re.compile(r"\b(lab|harb)our\b"), r"\1or"),
    (re.compile(r"\bprogramme\b"), "program"),
)
"""British spellings in names of bodies, and the other ones."""
_NUMBERED: Final = re.compile(r"\d|\b[ivx]{2,}\b")


@lru_cache(maxsize=200_000)
def normal(name: str) -> str:
    """A name as it is compared: folded case, no dots, hyphen as space, no leading "the".

    Diacritics, "&" and British spellings make no other name ("Erdoğan", "Defence").
    """
    text = unicodedata.normalize("NFKC", name).casefold().replace(".", "")
    text = _FOLDED.sub(" ", _QUOTES.sub("'", text.translate(_LETTERS))).strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    for pattern, to in _SPELLED:
        text = pattern.sub(to, text)
    text = text.removesuffix("'s").removesuffix("'").strip()
    return text.removeprefix("the ") or text


@lru_cache(maxsize=200_000)
def acronym_form(name: str) -> str | None:
    """The acronym that a surface form is ("U.N." gives "UN"), or None; case is kept.

    An acronym is one word of 2 to 12 letters or digits with at least two capitals and more
    capitals than other letters.
    """
    text = unicodedata.normalize("NFKC", name).replace(".", "").strip()
    if not 2 <= len(text) <= 12 or not text.replace("-", "").isalnum():
        return None
    capitals = sum(c.isupper() for c in text)
    small = sum(c.islower() for c in text)
    return text if capitals >= 2 and capitals > small else None


def is_partial(alias: str, name: str) -> bool:
    """Whether a normalised alias only leaves out words of the normalised name.

    Such a form ("defence ministry") fits other bearers as well and proves nothing elsewhere.
    """
    words = iter(name.split())
    return all(word in words for word in alias.split())


def keeps_both_ends(alias: str, name: str) -> bool:
    """Whether first and last word agree and both forms have at least two words."""
    left, right = alias.split(), name.split()
    return len(left) > 1 and len(right) > 1 and left[0] == right[0] and left[-1] == right[-1]


def is_numbered(name: str) -> bool:
    """Whether a normalised name carries a number, year or ordinal that sets it apart."""
    return bool(_NUMBERED.search(name)) or any(word in _ORDINAL for word in name.split())
