"""Lines in, a page's text out, with the gold of what was written where."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from datetime import date

from kg_builder.model import Span


@dataclass(slots=True)
class Piece:
    """An article or teaser as it stands on the page; author and date only where stated."""

    title: str
    teaser: bool = False
    author: str | None = None
    date: date | None = None
    body: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """A page that is being written; offsets count code points of its text.

    `newline` ends lines, `gap` is how many blank lines part blocks, `width` wraps paragraphs.
    """

    newline: str = "\n"
    gap: int = 1
    width: int | None = None
    pieces: list[Piece] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _at: int = 0

    @property
    def text(self) -> str:
        """The page."""
        return "".join(self._parts)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._at += len(text)

    def line(self, text: str, gap: int | None = None) -> Span:
        """Write a block of one line, and the blank lines after it."""
        start = self._at
        self._put(text)
        span = Span(start, self._at)
        self._put(self.newline * (1 + (self.gap if gap is None else gap)))
        return span

    def lines(self, *texts: str) -> None:
        """Write blocks."""
        for text in texts:
            self.line(text)

    def blank(self, number: int = 1) -> None:
        """Write more blank lines."""
        self._put(self.newline * number)

    def paragraph(self, text: str) -> None:
        """Write a paragraph of the last piece's body."""
        wrapped = text
        if self.width:
            wrapped = self.newline.join(textwrap.wrap(text, self.width, break_on_hyphens=False))
        self.pieces[-1].body.append(self.line(wrapped))

    def begin(self, title: str, *, teaser: bool = False) -> Piece:
        """Open a piece; what `paragraph` writes from now on is its body."""
        self.pieces.append(Piece(title, teaser))
        return self.pieces[-1]

    def cut(self, characters: int) -> None:
        """Cut the end of the page off, within the last paragraph."""
        text = self.text.rstrip()[:-characters]
        self._parts, self._at = [text], len(text)
        for piece in self.pieces:
            kept = [s for s in piece.body if s.start < len(text)]
            piece.body = [Span(s.start, min(s.end, len(text))) for s in kept]
