"""An article's text in, a sketch of it out; sketches of a corpus in, who repeats whom out.

A sketch is a MinHash signature (Broder 1997) of the body's runs of three words, and a second
one of its particulars: names and numbers. Two texts are near-duplicates when they share most
of their runs, or one lies almost whole in the other, and they name the same particulars: a
form letter filled in anew is no copy, a story with a later count of victims is one.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Final

import rensa

from kg_builder.model import Article

_RUN: Final = 3
_VALUES: Final = 192
_ROWS: Final = 3
"""64 bands of three values find pairs of Jaccard .4 with .985, of .5 with .9998."""
_PARTICULARS: Final = 64
_SEED: Final = 20
_MIN_WORDS: Final = 40
"""Shorter texts are duplicates only when they are equal."""
_EQUAL_WORDS: Final = 8
"""Equal texts of fewer words, headline included, may be so by chance ("Read more here")."""
_JACCARD: Final = 0.6
_CONTAINED: Final = 0.8
_PORTION: Final = 0.35
"""The least part that the shorter text is of the longer, where it lies in it."""
_SAME_NAMES: Final = 0.6
_FEW: Final = 3
"""Fewer particulars tell nothing."""
_CROWD: Final = 64
"""In a band that more articles share, only neighbours by signature are compared."""

_TOKEN: Final = re.compile(
    # Scripts without spaces between words are read character by character.
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|"
    r"[^\W_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
_OPENS: Final = frozenset('.!?:"“”»«‘\n\r')


@dataclass(frozen=True, slots=True)
class Sketch:
    """What near-duplicates are found by, small enough to keep for every article.

    `words` counts the body's words, `runs` its different runs of three, `names` its different
    particulars. `signature` and `named` are MinHash signatures, the low 16 bits of each value
    in little-endian order; both are empty below 40 words. `equal` is the hash of the folded
    words: of the body, for short texts of headline and body; empty where too few to tell.
    `when` is the stated date of publication, with time in UTC where known, or empty.
    """

    words: int
    runs: int = 0
    names: int = 0
    signature: bytes = b""
    named: bytes = b""
    equal: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """One article's text as the search for duplicates sees it; `key` is the article's."""

    key: str
    teaser: bool
    sketch: Sketch


def sketch(article: Article, text: str) -> Sketch:
    """The sketch of an article; `text` is its document's."""
    spans = [b.span for b in article.paragraphs if b.role != "bio"]
    if article.snippet is not None:
        spans.append(article.snippet)
    body = "\n".join(text[s.start : s.end] for s in spans)
    return sketch_of(article.headline or "", body, _when(article))


def sketch_of(headline: str, body: str, when: str = "") -> Sketch:
    """The sketch of a headline and a body."""
    words = [match.group().casefold() for match in _TOKEN.finditer(body)]
    if len(words) < _MIN_WORDS:
        title = [match.group().casefold() for match in _TOKEN.finditer(headline)]
        told = bool(words) and len(title) + len(words) >= _EQUAL_WORDS
        equal = _hash([*title, "\n", *words]) if told else ""
        return Sketch(len(words), equal=equal, when=when)
    runs = {" ".join(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}
    names = particulars(body)
    return Sketch(
        words=len(words),
        runs=len(runs),
        names=len(names),
        signature=_signature(runs, _VALUES),
        named=_signature(names, _PARTICULARS),
        equal=_hash(words),
        when=when,
    )


def particulars(body: str) -> set[str]:
    """What a text names: words with a capital that open no sentence, and all with a digit."""
    found = set()
    for match in _TOKEN.finditer(body):
        word = match.group()
        if any(c.isdigit() for c in word):
            found.add(word)
        elif word[0].isupper():
            before = body[max(match.start() - 3, 0) : match.start()].rstrip(" \t")
            if before and before[-1] not in _OPENS:
                found.add(word)
    return found


def originals(copies: Iterable[Copy]) -> dict[str, str]:
    """The original of each article that repeats another, by key.

    An original is no teaser where any of its copies is a full article; then it is the one
    stated to be earliest, then the one with the smallest key. It repeats nothing itself, and
    each of its copies was compared with it. The result depends on the set of articles alone.
    """
    ordered = sorted(copies, key=lambda c: (c.teaser, not c.sketch.when, c.sketch.when, c.key))
    first: dict[str, Copy] = {}
    equal: dict[str, str] = {}
    single: list[Copy] = []
    for copy in ordered:
        before = first.setdefault(copy.sketch.equal, copy) if copy.sketch.equal else copy
        if before is copy:
            single.append(copy)
        else:
            equal[copy.key] = before.key
    found: dict[str, str] = {}
    for number, others in sorted(_near(single).items()):
        if single[number].key not in found:
            for other in others:
                found.setdefault(single[other].key, single[number].key)
    found |= {key: found.get(before, before) for key, before in equal.items()}
    return dict(sorted(found.items()))


def alike(one: Sketch, other: Sketch) -> bool:
    """Whether two texts are equal or near-duplicates."""
    if one.equal and one.equal == other.equal:
        return True
    if not one.signature or not other.signature:
        return False
    small, large = sorted((one.runs, other.runs))
    jaccard = _agreement(one.signature, other.signature)
    shared = jaccard / (1 + jaccard) * (small + large)
    contained = shared / small >= _CONTAINED and small >= _PORTION * large
    return (jaccard >= _JACCARD or contained) and _same_particulars(one, other)


def _same_particulars(one: Sketch, other: Sketch) -> bool:
    """Whether the text with fewer particulars names mostly those of the other."""
    fewer = min(one.names, other.names)
    if fewer < _FEW:
        return True
    jaccard = _agreement(one.named, other.named)
    return jaccard / (1 + jaccard) * (one.names + other.names) >= _SAME_NAMES * fewer


def _near(ordered: Sequence[Copy]) -> Mapping[int, list[int]]:
    """The near-duplicates that come after each article, by number, in order."""
    long = [number for number, c in enumerate(ordered) if c.sketch.signature]
    if len(long) < 2:
        return {}
    import numpy as np  # noqa: PLC0415  # most runs of the program compare nothing

    joined = b"".join(ordered[number].sketch.signature for number in long)
    values = np.frombuffer(joined, dtype="<u2").reshape(len(long), _VALUES)
    pairs: set[tuple[int, int]] = set()
    for start in range(0, _VALUES, _ROWS):
        band = np.zeros(len(long), dtype=np.uint64)
        for column in range(start, start + _ROWS):
            band = (band << np.uint64(16)) | values[:, column].astype(np.uint64)
        order = np.argsort(band, kind="stable")
        edges = np.flatnonzero(np.diff(band[order])) + 1
        starts, ends = [0, *edges.tolist()], [*edges.tolist(), len(long)]
        for low, high in zip(starts, ends, strict=True):
            if high - low > 1:
                pairs.update(_to_compare(order[low:high].tolist(), joined))
    near: dict[int, list[int]] = defaultdict(list)
    for one, other in sorted(pairs):
        if alike(ordered[long[one]].sketch, ordered[long[other]].sketch):
            near[long[one]].append(long[other])
    return near


def _to_compare(members: list[int], joined: bytes) -> Iterator[tuple[int, int]]:
    """The pairs of a band: all, or of a crowd each with the first and with its neighbours.

    `members` are in order; neighbours are those whose signatures in `joined` sort beside it.
    """
    if len(members) <= _CROWD:
        yield from combinations(members, 2)
        return
    for first in members[: _CROWD // 4]:
        yield from ((first, other) for other in members if other > first)
    size = 2 * _VALUES
    crowd = sorted(members, key=lambda n: (joined[n * size : (n + 1) * size], n))
    for at, one in enumerate(crowd):
        for other in crowd[at + 1 : at + 1 + _CROWD // 4]:
            yield (one, other) if one < other else (other, one)


def _agreement(one: bytes, other: bytes) -> float:
    """The part of the values that agree, an estimate of the Jaccard similarity."""
    left, right = memoryview(one).cast("H"), memoryview(other).cast("H")
    return sum(map(int.__eq__, left, right)) / len(left)


def _signature(items: set[str], size: int) -> bytes:
    if not items:
        return b"\0" * (2 * size)
    made = rensa.RMinHash(num_perm=size, seed=_SEED)
    made.update(sorted(items))
    return b"".join((value & 0xFFFF).to_bytes(2, "little") for value in made.digest())


def _hash(words: list[str]) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _when(article: Article) -> str:
    """The stated moment in UTC where one is known, else the day, else nothing."""
    if article.published_at is None:
        return article.date_published or ""
    moment = datetime.fromisoformat(article.published_at)
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the first or the last hours of the calendar
        return article.date_published or ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
