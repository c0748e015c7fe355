"""A Document with hints in, its Articles and teasers out, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from kg_builder.articles.bio import MAX_BIO, parse_bio
from kg_builder.articles.bylines import Stamp, parse_stamp
from kg_builder.articles.languages import identified
from kg_builder.articles.lines import Kind, classify, doubled, has_caption_cue
from kg_builder.articles.metadata import Settled, Stated, Title, settle
from kg_builder.articles.page import Draft, drafts
from kg_builder.articles.sentences import sentences
from kg_builder.articles.teasers import Teaser, take_teasers
from kg_builder.articles.words import fold, prefixes, words
from kg_builder.model import (
    Article,
    ArticleHint,
    Author,
    Block,
    Document,
    Hints,
    Sentence,
    SentenceRole,
    Span,
)
from kg_builder.vocab import article_key

_LOOKED_FOR: Final = (
    "headline", "author", "datePublished", "publication", "section", "modifiedAt", "canonicalUrl",
)  # fmt: skip
_OF_TEASERS: Final = 4
"""As many of these are looked for in a teaser; its article's page has the others."""
_NOT_WORD: Final = re.compile(r"\W+")
_SPACE: Final = re.compile(r"\s+")
_MAX_STAMPS: Final = 20
"""More lines of dates and bylines than these are no article's head."""
_BYLINE_WITHIN: Final = 4
"""A byline in a page's body stands among its first blocks."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """An article's pieces in the text, before its metadata are settled."""

    headline: Span | None
    paragraphs: tuple[Block, ...] = ()
    captions: tuple[Span, ...] = ()
    snippet: Span | None = None
    section: Span | None = None
    time: Span | None = None
    stamps: tuple[Stamp, ...] = ()
    teaser: bool = False

    def start(self) -> int:
        """Offset of the first piece."""
        spans = [self.headline, self.section, self.snippet]
        starts = [s.start for s in spans if s] + [b.span.start for b in self.paragraphs]
        return min(starts, default=0)


def segment(document: Document, hints: Hints) -> tuple[Article, ...]:
    """All articles and teasers of a document; at least one when it has any text.

    Metadata that hints give for a single article are used when there is just one that is no
    teaser; of articles and teasers with the same key only the first is kept.
    """
    parts = [_of_blocks(document)] if document.blocks else _of_text(document)
    parts.sort(key=_Parts.start)
    single = sum(not p.teaser for p in parts) == 1 or bool(document.blocks)
    if single and document.matter:
        parts = [p if p.teaser else _with_matter(document, p) for p in parts]
    articles: dict[str, Article] = {}
    for part in parts:
        alone = single and (not part.teaser or bool(document.blocks))
        article = _article(document, part, _narrow(hints, alone), alone)
        articles.setdefault(article.key, identified(article, document.text))
    return tuple(articles.values())


def _narrow(hints: Hints, alone: bool) -> Hints:
    """The hints that hold for one article of several: no address, date or author."""
    return hints if alone else replace(hints, url=None, date=None, authors=())


def _with_matter(document: Document, part: _Parts) -> _Parts:
    """The one article of a document with the title that its front matter gives.

    A line of the text that was taken for the title and says something else is a heading.
    """
    titles = (v for v in document.metadata if v.property == "headline" and v.span and v.accepted)
    stated = next(titles, None)
    said = _text(document.text, part.headline)
    if stated is None or (said is not None and fold(said) == fold(stated.value)):
        return part
    blocks = part.paragraphs
    if part.headline:
        blocks = (Block("heading", part.headline), *blocks)
    end = document.matter.end if document.matter else 0
    blocks = tuple(b for b in blocks if b.span.start >= end)
    title = fold(stated.value)
    blocks = tuple(b for b in blocks if fold(_text(document.text, b.span) or "") != title)
    return replace(part, headline=stated.span, paragraphs=blocks)


def _of_text(document: Document) -> list[_Parts]:
    """The articles and teasers of a plain text."""
    lines = classify(document.text)
    if document.matter:
        below = [line for line in lines if line.span.start >= document.matter.end]
        if below and not any(line.mark == "title:" for line in below):
            lines = below  # else it is the first of several blocks, one for each article
    teasers, lines = take_teasers(lines)
    found = [_of_draft(draft) for draft in drafts(lines)]
    found.extend(_of_teaser(teaser) for teaser in teasers)
    if not found:  # nothing but short lines: they are all there is
        kept = [line for line in lines if line.kind in (Kind.SHORT, Kind.STAMP)] or lines
        found.append(_Parts(None, tuple(Block("paragraph", line.span) for line in kept)))
    return found


def _of_draft(draft: Draft) -> _Parts:
    return _Parts(
        headline=draft.title.span if draft.title else None,
        paragraphs=tuple(draft.blocks),
        captions=tuple(draft.captions),
        section=draft.section.span if draft.section else None,
        stamps=tuple(line.stamp for line in draft.head[:_MAX_STAMPS] if line.stamp),
    )


def _of_teaser(teaser: Teaser) -> _Parts:
    return _Parts(
        headline=teaser.title,
        snippet=teaser.snippet,
        section=teaser.section,
        time=teaser.time,
        teaser=teaser.snippet is not None,
    )


def _of_blocks(document: Document) -> _Parts:
    """The one article of a document whose reader knows its structure."""
    headline: Span | None = None
    kept: list[Block] = []
    captions: list[Span] = []
    stamps: list[Stamp] = []
    for number, block in enumerate(document.blocks):
        line = document.text[block.span.start : block.span.end]
        if block.role == "headline" and headline is None:
            headline = block.span
        elif block.role == "caption" or (len(line) < 300 and _is_credit(line)):
            captions.append(block.span)
        elif number < _BYLINE_WITHIN and (stamp := parse_stamp(line, block.span.start)):
            stamps.append(stamp)
        elif not _is_boilerplate(line):
            kept.append(block)
    snippet = next((b.span for b in document.blocks if b.role == "snippet"), None)
    if headline and (snippet or len(document.blocks) == 1):
        return _Parts(headline, snippet=snippet, teaser=True)
    if not any(block.role == "paragraph" for block in kept):  # better too much than nothing
        kept = [block for block in document.blocks if block.role in ("paragraph", "heading")]
    return _Parts(headline, tuple(kept), tuple(captions), stamps=tuple(stamps))


def _is_credit(line: str) -> bool:
    return has_caption_cue(line[:40]) and not line.rstrip().endswith(".")


def _is_boilerplate(line: str) -> bool:
    """Whether a block of a page is a marker or notice and no part of the article."""
    if len(line) > MAX_BIO:
        return False
    low = fold(line)
    bare = low.strip(" :»›>.")
    lists = ("end_markers", "list_headers", "noise", "stamps")
    if any(low in words(name) or bare in words(name) for name in lists) or doubled(line):
        return True
    return low.startswith(prefixes("footers"))


def _article(document: Document, parts: _Parts, hints: Hints, alone: bool) -> Article:
    """The article with its metadata settled, its sentences split and its key made."""
    text = document.text
    headline = _text(text, parts.headline)
    bio, paragraphs = _take_bio(text, parts)
    stated = Stated(
        headline=_title(text, parts.headline),
        section=_title(text, parts.section),
        relative_time=_title(text, parts.time),
        stamps=parts.stamps,
        bio=bio,
    )
    own = _own_hint(hints, headline)
    found = tuple(v for v in document.metadata if alone or v.property == "retrieved")
    settled = settle(stated, found, hints, own)
    publication = settled.publication.name if settled.publication else None
    return Article(
        key=article_key(
            headline, settled.canonical_url, publication, _body(text, paragraphs, parts.snippet)
        ),
        teaser=parts.teaser,
        headline=headline,
        headline_span=parts.headline,
        paragraphs=paragraphs,
        sentences=_sentences(text, parts, paragraphs),
        captions=parts.captions,
        snippet=parts.snippet,
        section=settled.section,
        section_span=parts.section,
        relative_time=_text(text, parts.time),
        authors=settled.authors,
        publication=settled.publication,
        date_published=settled.date_published,
        published_at=settled.published_at,
        modified_at=settled.modified_at,
        canonical_url=settled.canonical_url,
        language=settled.language,
        metadata=tuple(settled.record),
        unknown=_unknown(headline, settled, teaser=parts.teaser),
    )


def _own_hint(hints: Hints, headline: str | None) -> ArticleHint | None:
    """The hint that names this article by its title, whatever case and punctuation."""
    if headline is None:
        return None
    same = _NOT_WORD.sub(" ", headline).strip().casefold()
    for hint in hints.articles:
        if _NOT_WORD.sub(" ", hint.title).strip().casefold() == same:
            return hint
    return None


def _unknown(headline: str | None, settled: Settled, *, teaser: bool) -> tuple[str, ...]:
    """Of the properties that are always looked for, those not found."""
    values = (
        headline, settled.authors, settled.date_published, settled.publication,
        settled.section, settled.modified_at, settled.canonical_url,
    )  # fmt: skip
    pairs = tuple(zip(_LOOKED_FOR, values, strict=True))[: _OF_TEASERS if teaser else None]
    return tuple(name for name, value in pairs if not value)


def _text(text: str, span: Span | None) -> str | None:
    return text[span.start : span.end] if span else None


def _title(text: str, span: Span | None) -> Title | None:
    return Title(text[span.start : span.end], span) if span else None


def _take_bio(text: str, parts: _Parts) -> tuple[Author | None, tuple[Block, ...]]:
    """The author of a closing bio line, and the blocks with that line's role set.

    With a byline that names others, the closing line is a paragraph like all.
    """
    blocks = parts.paragraphs
    if len(blocks) < 2 or blocks[-1].role != "paragraph":
        return None, blocks
    last = blocks[-1].span
    if last.end - last.start > MAX_BIO:
        return None, blocks
    body = " ".join(_body_of(text, blocks[:-1]))
    author = parse_bio(text[last.start : last.end], last.start, body)
    named = [fold(name.text) for stamp in parts.stamps for name in stamp.names]
    if author is None or (named and fold(author.name) not in named):
        return None, blocks
    return author, (*blocks[:-1], Block("bio", last))


def _body_of(text: str, blocks: Iterable[Block]) -> list[str]:
    return [text[b.span.start : b.span.end] for b in blocks if b.role != "bio"]


def _body(text: str, blocks: tuple[Block, ...], snippet: Span | None) -> str:
    """The text that goes into the key: of the paragraphs, or of the snippet."""
    whole = text[snippet.start : snippet.end] if snippet else " ".join(_body_of(text, blocks))
    return _SPACE.sub(" ", whole).strip()


def _sentences(text: str, parts: _Parts, blocks: tuple[Block, ...]) -> tuple[Sentence, ...]:
    """All sentences; `paragraph` counts the article's paragraphs, -1 outside of them."""
    found: list[tuple[Span, SentenceRole, int]] = []
    if parts.headline:
        found.append((parts.headline, "headline", -1))
    for number, block in enumerate(blocks):
        if block.role == "heading":
            found.append((block.span, "heading", number))
            continue
        role: SentenceRole = "bio" if block.role == "bio" else "body"
        found.extend((span, role, number) for span in sentences(text, block.span))
    if parts.snippet:
        found.extend((span, "snippet", -1) for span in sentences(text, parts.snippet))
    return tuple(
        Sentence(index, span, role, paragraph)
        for index, (span, role, paragraph) in enumerate(found)
    )
