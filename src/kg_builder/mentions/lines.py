"""Tokens and sentences in, what their capitals and commas are worth out."""

from __future__ import annotations

from collections.abc import Iterable

from kg_builder.mentions.candidates import Sent
from kg_builder.mentions.tokens import Token
from kg_builder.model import Article

_QUOTES = frozenset({'"', "“", "'", "‘", "(", "[", "•", "*", "-", "–", "—"})


def sentence(index: int, tokens: list[Token]) -> Sent:
    """A sentence of these tokens, with the numbers of those that open a clause."""
    initial = set()
    fresh = True
    for i, token in enumerate(tokens):
        if token.text in _QUOTES:
            if not token.spaced and token.text in ("-", "'"):
                continue
            fresh = fresh or token.text in ('"', "“")
        elif token.text in (".", "!", "?", ":", "…"):
            fresh = True
        else:
            if fresh:
                initial.add(i)
            fresh = False
    return Sent(index, tokens, frozenset(initial))


def lowered_words(sents: Iterable[Sent]) -> set[str]:
    """The words that sentences have in lower case."""
    return {t.text for s in sents for t in s.tokens if t.text.islower()}


def title_case(sent: Sent, role: str) -> bool:
    """Whether nearly all words of a line are capitals, so that capitals tell nothing."""
    words = [t for t in sent.tokens if t.text[0].isalpha() and len(t.text) > 3]
    if not words:
        return False
    if len(words) >= 5 and sum(t.text.isupper() for t in words) >= 0.8 * len(words):
        return True
    capital = sum(t.cap for t in words) if role in ("headline", "heading") else 0
    if role in ("headline", "heading"):
        return capital == len(words) or (len(words) >= 4 and capital >= 0.75 * len(words))
    if sent.tokens[-1].text == ".":
        return False
    every = [t for t in sent.tokens if t.text[0].isalpha()]
    return len(every) >= 6 and sum(t.cap for t in every) >= 0.75 * len(every)


def joints(sent: Sent) -> dict[int, int]:
    """Start of a token to the end of the one before, where only "," or "and" is between."""
    found = {}
    for i, token in enumerate(sent.tokens):
        if token.text in (",", "and", "or", "&") and 0 < i < len(sent.tokens) - 1:
            k = i + 1
            if (
                token.text == ","
                and sent.tokens[k].text in ("and", "or")
                and k + 1 < len(sent.tokens)
            ):
                k += 1
            found[sent.tokens[k].start] = sent.tokens[i - 1].end
    return found


def paragraph_starts(article: Article) -> set[int]:
    """Numbers of the sentences that open a paragraph of the text, the headline apart."""
    first: dict[int, int] = {}
    for sentence in article.sentences:
        if sentence.role not in ("headline", "heading"):
            first.setdefault(sentence.paragraph, sentence.index)
    return set(first.values())
