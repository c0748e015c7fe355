"""Names in, keys by which names that may mean the same meet out: initials, sounds, legal forms.

A key only brings names together; whether they are one is for context to say.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from kg_builder.entities.names import normal

_RUN_ON: Final = re.compile(r"(?<=\b[A-Z]\.)(?=\S)")
_LETTERS: Final = re.compile(r"[^a-z]")
_SOUNDS: Final = (
    (re.compile("ph"), "f"),
    (re.compile("tch|sch|sh|ch"), "1"),
    (re.compile("dzh|zh|dj"), "j"),
    (re.compile("kh|gh|q|g|ck|c"), "k"),
    (re.compile("([bdtkp])h"), r"\1"),
    (re.compile("x"), "ks"),
    (re.compile("[aeiouwy]+h?(?![aeiouwy])|[aeiouwy]+"), "a"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_VOWELS: Final = re.compile("[aeiouwy]+")
_SINGLE: Final = {"a": "a", "e": "ai", "i": "i", "y": "i", "o": "u", "u": "u", "w": "u"}
"""Corners of the vowel triangle; a run of vowels is near those of all its letters."""

_SMALL: Final = frozenset("of and the for in on at to de la & und et".split())
_LEGAL: Final = {
    "incorporated": "inc", "inc": "inc", "corporation": "corp", "corp": "corp", "ltd": "ltd",
    "limited": "ltd", "plc": "plc", "llc": "llc", "llp": "llp", "lp": "lp", "ag": "ag",
    "sa": "sa", "nv": "nv", "bv": "bv", "gmbh": "gmbh", "kg": "kg", "co": "co", "company": "co",
    "spa": "spa", "ab": "ab", "asa": "asa", "oyj": "oyj", "oy": "oy", "pty": "pty", "pjsc": "pjsc",
    "jsc": "jsc", "ooo": "ooo", "oao": "oao", "kk": "kk", "sarl": "sarl", "se": "se",
}  # fmt: skip
"""Legal forms of companies, as they stand at the end of a name, and one spelling for each."""


@lru_cache(maxsize=200_000)
def person_words(name: str) -> tuple[str, ...]:
    """The words of a person's name as compared; run-on initials come apart ("J.F." is j, f)."""
    return tuple(normal(_RUN_ON.sub(" ", name)).split())


def abbreviates(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether one form of a person's name leaves out or shortens given names of the other.

    Last words agree, first words agree or one is the other's initial; each middle word of the
    short form fits one of the full form's, in order. Equal forms are no abbreviations.
    """
    if len(short) < 2 or len(full) < 2 or short == full or short[-1] != full[-1]:
        return False
    if not _fits(short[0], full[0]):
        return False
    middle = iter(full[1:-1])
    return all(any(_fits(word, other) for other in middle) for word in short[1:-1])


def _fits(word: str, other: str) -> bool:
    return word == other or (len(word) == 1 and other.startswith(word))


def _plain(word: str) -> str:
    text = unicodedata.normalize("NFKD", word.casefold())
    return _LETTERS.sub("", "".join(c for c in text if not unicodedata.combining(c)))


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """How a word sounds in any transliteration: consonants, and a mark for each run of vowels."""
    text = _plain(word)
    for pattern, to in _SOUNDS:
        text = pattern.sub(to, text)
    return text


def sounds(norm: str) -> tuple[str, ...]:
    """The key under which spellings of one normalised name meet; numbers stay as they are."""
    return tuple(sound(word) if word.isalpha() else word for word in norm.split())


def spelled_alike(one: str, other: str, consonants: int) -> bool:
    """Whether two normalised names of one sound differ as transliterations of one name do.

    Each word that differs has at least `consonants` consonants and five letters, and its vowels
    are near one another ("i" and "e", "o" and "u"), but for one in a word of three or more: what
    sets Hassan apart from Hussein is vowels alone.
    """
    pairs = zip(one.split(), other.split(), strict=True)
    changed = [(a, b) for a, b in pairs if a != b]
    return bool(changed) and all(
        len(sound(a).replace("a", "")) >= consonants
        and min(len(a), len(b)) >= 5
        and sound(a) == sound(b)
        and _vowels_agree(a, b)
        for a, b in changed
    )


def _vowels_agree(one: str, other: str) -> bool:
    left, right = (_VOWELS.findall(_plain(word)) for word in (one, other))
    if len(left) != len(right):
        return False
    far = sum(_nearness(a).isdisjoint(_nearness(b)) for a, b in zip(left, right, strict=True))
    return far <= (1 if len(left) > 2 else 0)


def _nearness(vowels: str) -> frozenset[str]:
    """The corners of the vowel triangle that a run of vowels is near."""
    if vowels in _SINGLE:
        return frozenset(_SINGLE[vowels])
    found = {corner for vowel in vowels for corner in _SINGLE.get(vowel, vowel)}
    return frozenset(found - {"a"} if "a" not in vowels else found)


def initials(name: str) -> str | None:
    """The capitals that a name of three words or more would be shortened to; None for others."""
    words = [w for w in re.split(r"[\s\-]+", name) if w and w.casefold() not in _SMALL]
    if len(words) < 3 or not all(w[0].isupper() for w in words):
        return None
    return "".join(w[0] for w in words)


def legal_core(norm: str) -> tuple[str, tuple[str, ...]]:
    """A normalised company name without its legal form, and the form; ("", ()) if there is none.

    "group" and "holdings" are part of the form only before another.
    """
    words = norm.split()
    form: list[str] = []
    while len(words) > 1:
        last = words[-1]
        if last in _LEGAL:
            form.append(_LEGAL[last])
        elif not (form and last in ("group", "holding", "holdings")):
            break
        words.pop()
    return (" ".join(words), tuple(reversed(form))) if form else ("", ())
