"""An article as its metadata tell it in, the same article out with the language of its text.

What the text itself shows stands beside what the page states of it: where the page says nothing
the language is inferred, and where both are sure and differ, the text is believed over a page's
template and never over the user's sidecar.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from kg_builder.model import Article, MetaValue

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_ENOUGH: Final = 80
"""Letters from which the detector was never sure of a wrong language (GUM, local news)."""
_PLENTY: Final = 200
"""Letters from which a text may overrule what its page states."""
_SAMPLE: Final = 2000
"""Characters that are looked at; more tell nothing new."""
_SURE: Final = 0.9
_IMPOSSIBLE: Final = 0.001
"""Below this probability a language is ruled out; English texts, lists of foreign names
included, had at least 0.02 for English."""
_MOST: Final = 0.99
"""No detector is surer than this."""
_SMALL: Final = frozenset(
    "the of and to that with was were for from by has have had been this these which their they "
    "would will could not but who its are said".split()
)
"""Words that English texts are full of and no other language has all of."""
_LEAST: Final = 0.2
_ONE: Final = (
    {"no", "nb", "nn", "da"},
    {"hr", "sr", "bs", "sh"},
    {"id", "ms"},
    {"zh", "yue", "wuu", "cmn"},
    {"fa", "prs", "tg"},
    {"tl", "fil"},
    {"gl", "pt"},
)
"""Languages so near that telling one for the other contradicts nothing."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The probabilities of languages (ISO 639 codes) by the text; `letters` bear them."""

    likely: tuple[tuple[str, float], ...]
    letters: int

    @property
    def language(self) -> str | None:
        """The language, where one is sure."""
        return self.likely[0][0] if self.likely[0][1] >= _SURE else None

    @property
    def confidence(self) -> float:
        """The probability of the likeliest language."""
        return min(self.likely[0][1], _MOST)

    def excludes(self, tag: str) -> bool:
        """Whether the text cannot be in the language of a tag; False for unknown languages."""
        near = _near(tag)
        found = [p for language, p in self.likely if language in near]
        return bool(found) and sum(found) < _IMPOSSIBLE


def guess(text: str) -> Guess | None:
    """The languages that a text may be in; None for one with too few letters to tell."""
    sample = " ".join(text[: 2 * _SAMPLE].split())[:_SAMPLE]
    letters = sum(_weight(c) for c in sample)
    if letters < _ENOUGH:
        return None
    ranked = _identifier().rank(sample)
    return Guess(tuple((str(name), float(p)) for name, p in ranked), letters)


def identified(article: Article, text: str) -> Article:
    """The article with its language, where it can be told, and with what contradicts it.

    `text` is its document's. A language that was looked for and not found is stated unknown.
    """
    words = _words(article, text)
    stated = article.language
    found = _plain_english(words) if stated is None or _is_english(stated) else None
    found = found or guess(words)
    if found is None:
        return replace(article, foreign=stated is not None and not _is_english(stated))
    wrong = stated is not None and found.letters >= _PLENTY and found.excludes(stated)
    if stated is not None and not wrong:
        return replace(article, foreign=not _is_english(stated))
    inferred = _inferred(found)
    if stated is not None and any(v.source == "sidecar" for v in _accepted(article)):
        record = [replace(v, accepted=False) for v in inferred]
        return replace(
            article,
            foreign=not _is_english(stated),
            metadata=(*article.metadata, *(replace(v, reason=_doubt(stated)) for v in record)),
        )
    return _as_found(article, found, inferred)


def _plain_english(text: str) -> Guess | None:
    """That a text is English, where its small words leave no doubt; None where they do.

    Most texts are, and the detector's model takes half a second to load.
    """
    low = text[:_SAMPLE].lower().split()
    small = [word for word in low if word in _SMALL]
    if len(small) < _LEAST * len(low) or not {"the", "and", "of"} <= set(small):
        return None
    letters = sum(map(_weight, text[:_SAMPLE]))
    return Guess((("en", _MOST),), letters) if letters >= _PLENTY else None


def _as_found(article: Article, found: Guess, inferred: list[MetaValue]) -> Article:
    """The article in the language of its text; what its page states of it is refused."""
    reason = f"the text is in {found.language or 'another language'}"
    mine = set(map(id, _accepted(article)))
    record = [
        replace(v, accepted=False, reason=reason) if id(v) in mine else v for v in article.metadata
    ]
    return replace(
        article,
        language=found.language,
        foreign=found.excludes("en"),
        metadata=(*record, *inferred),
        unknown=article.unknown if found.language else (*article.unknown, "language"),
    )


def _inferred(found: Guess) -> list[MetaValue]:
    if found.language is None:
        return []
    return [MetaValue("language", found.language, "inferred", confidence=found.confidence)]


def _accepted(article: Article) -> list[MetaValue]:
    return [v for v in article.metadata if v.property == "language" and v.accepted]


def _doubt(stated: str) -> str:
    return f"the sidecar says {stated}"


def _is_english(tag: str) -> bool:
    return tag.partition("-")[0].lower() == "en"


def _near(tag: str) -> set[str]:
    primary = tag.partition("-")[0].lower()
    return next((group for group in _ONE if primary in group), {primary})


def _weight(character: str) -> int:
    """What a character counts as a letter: an ideograph says as much as some letters do."""
    if not character.isalpha():
        return 0
    return 3 if unicodedata.east_asian_width(character) == "W" else 1


def _words(article: Article, text: str) -> str:
    """Headline and body, or snippet, as far as the detector looks."""
    spans = [b.span for b in article.paragraphs] + ([article.snippet] if article.snippet else [])
    parts, room = [article.headline or ""], 2 * _SAMPLE
    for span in spans:
        parts.append(text[span.start : min(span.end, span.start + room)])
        room -= len(parts[-1])
        if room <= 0:
            break
    return "\n".join(parts)


@cache
def _identifier() -> LanguageIdentifier:
    """The detector; its model takes half a second, and is read when the first text needs it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
