"""A page's gold and the articles found in it in; counts of right and wrong out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from kg_builder.articles import segment
from kg_builder.model import Article, Hints, Span
from kg_builder.plugins import RawInput
from kg_builder.sources import read
from tests.layouts.sheet import Piece, Sheet

_WORD: Final = re.compile(r"\w+")


@dataclass(slots=True)
class Score:
    """Counts over pages; `errors` says in words what went wrong."""

    titles: Counter[str] = field(default_factory=Counter)
    teasers: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    merges: int = 0
    splits: int = 0
    authors: Counter[str] = field(default_factory=Counter)
    dates: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    errors: list[str] = field(default_factory=list)

    def __iadd__(self, other: Score) -> Self:
        for name in ("titles", "teasers", "tokens", "authors", "dates"):
            getattr(self, name).update(getattr(other, name))
        self.merges += other.merges
        self.splits += other.splits
        self.lost += other.lost
        self.errors += other.errors
        return self


def f1(counts: Counter[str]) -> float:
    """F1 of right, extra and missed; 1 where there is nothing to find and nothing was found."""
    total = 2 * counts["right"] + counts["extra"] + counts["missed"]
    return 2 * counts["right"] / total if total else 1.0


def plain(text: str) -> str:
    """A title for comparison: without case, punctuation and spacing."""
    return " ".join(_WORD.findall(text.casefold()))


def score(sheet: Sheet) -> Score:
    """Read and segment a page as a text file, and compare with what was written on it."""
    (document,) = read(RawInput("page.txt", sheet.text.encode()))
    assert document.text == sheet.text
    found = segment(document, Hints())
    result = Score()
    for teaser, counts in ((False, result.titles), (True, result.teasers)):
        wanted = Counter(plain(p.title) for p in sheet.pieces if p.teaser is teaser)
        named = Counter(plain(a.headline) for a in found if a.teaser is teaser and a.headline)
        right = (wanted & named).total()
        counts["right"] = right
        counts["extra"] = named.total() - right
        counts["missed"] = wanted.total() - right
        kind = "teaser" if teaser else "title"
        result.errors += [f"extra {kind}: {t}" for t in sorted((named - wanted).elements())]
        result.errors += [f"missed {kind}: {t}" for t in sorted((wanted - named).elements())]
    full = [a for a in found if not a.teaser]
    _bodies(result, sheet, [p for p in sheet.pieces if not p.teaser], full)
    return result


def _bodies(result: Score, sheet: Sheet, gold: list[Piece], found: list[Article]) -> None:
    """Compare bodies token by token, and what is said of the articles that belong together."""
    text = sheet.text
    said = [_tokens(text, [b.span for b in a.paragraphs]) for a in found]
    want = [_tokens(text, p.body) for p in gold]
    shares = sorted(
        ((len(w & s), -i, -j) for i, w in enumerate(want) for j, s in enumerate(said)),
        reverse=True,
    )
    pair: dict[int, int] = {}
    for common, i, j in shares:
        if common and -i not in pair and -j not in pair.values():
            pair[-i] = -j
    right = sum(len(want[i] & said[j]) for i, j in pair.items())
    result.tokens["right"] = right
    result.tokens["extra"] = sum(map(len, said)) - right
    result.tokens["missed"] = sum(map(len, want)) - right
    aside = [s for a in found for s in (*a.captions, a.snippet, a.headline_span)]
    aside += [s.span for a in found for s in a.authors]
    kept = set().union(*said, _tokens(text, aside))
    result.lost = len(set().union(*want) - kept) if want else 0
    for j in range(len(found)):
        held = [i for i, w in enumerate(want) if w and 2 * len(w & said[j]) > len(w)]
        result.merges += max(0, len(held) - 1)
    for w in want:
        parts = [s for s in said if len(s & w) >= 20]
        result.splits += max(0, len(parts) - 1)
    for i, piece in enumerate(gold):
        article = found[pair[i]] if i in pair else None
        _stated(result, piece, article)
    for j in set(range(len(found))) - set(pair.values()):
        _stated(result, Piece(""), found[j])


def _tokens(text: str, spans: Sequence[Span | None]) -> set[int]:
    return {
        m.start() for s in spans if s for m in _WORD.finditer(text, s.start, s.end)
    }  # offsets of words


def _stated(result: Score, piece: Piece, article: Article | None) -> None:
    """Count authors and dates that are stated, and those that are wrong."""
    names = {a.name for a in article.authors} if article else set()
    wanted = {piece.author} if piece.author else set()
    result.authors.update(
        right=len(names & wanted), extra=len(names - wanted), missed=len(wanted - names)
    )
    result.errors += [f"false author: {n} ({piece.title})" for n in sorted(names - wanted)]
    date = article.date_published if article else None
    stated = piece.date.isoformat() if piece.date else None
    if date and date != stated:
        result.errors.append(f"false date: {date} for {stated} ({piece.title})")
    result.dates.update(
        right=bool(date and date == stated),
        extra=bool(date and date != stated),
        missed=bool(stated and date != stated),
    )
