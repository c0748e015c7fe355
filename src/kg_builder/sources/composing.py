"""Title, body and metadata of one article in, a Document or an HTML page to be read out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from kg_builder.model import Block, BlockRole, Document, MetaValue, Span
from kg_builder.sources.encoding import clean

_MARKUP: Final = re.compile(
    r"\s*<(?:!doctype\b|!--|\?xml\b|/?[a-z][a-z0-9-]*(?:\s|/?>))", re.IGNORECASE
)
_PAGE: Final = re.compile(r"<(?:!doctype\s+html|html|body)\b", re.IGNORECASE)
_BLANK: Final = re.compile(r"\n[^\S\n]*\n")
_ENDED: Final = re.compile(r"[.!?…:;][\"'”’»)\]]*\Z")
_CUT: Final = re.compile(
    r"\s*(?:(?:…|\.\.\.)?\s*\[\+\d+ chars\]|\[(?:…|\.\.\.)\]|(?:…|\.\.\.)"
    r"|(?:continue reading|read more|read the full (?:story|article))\b.{0,80})\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPED: Final = range(50, 101)
_HEADING_WORDS: Final = 12
MAX_FRAGMENT: Final = 400_000
"""Characters of HTML that are read as text here; longer ones are no teaser."""
_BREAKING: Final = frozenset(
    "address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li"
    " main ol p pre section table td th tr ul".split()
)
_SILENT: Final = frozenset(("script", "style", "template", "noscript", "iframe", "svg"))


def is_markup(text: str) -> bool:
    """Whether a text begins with a tag."""
    return _MARKUP.match(text) is not None


def is_cut(text: str) -> bool:
    """Whether a text says at its end that it goes on elsewhere."""
    return _CUT.search(text[-200:]) is not None


def as_page(title: str, markup: str) -> bytes:
    """A fragment of HTML as a page in UTF-8 with its title; a whole page as it is."""
    if _PAGE.search(markup[:2000]):
        return clean(markup).encode()
    name = html.escape(title)
    head = f"<title>{name}</title>" if name else ""
    top = f"<h1>{name}</h1>" if name else ""
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head>'
        f"<body><article>{top}{markup}</article></body></html>"
    )
    return clean(page).encode()


def article(
    name: str,
    title: str,
    body: str,
    digest: str,
    media_type: str,
    metadata: tuple[MetaValue, ...],
    notes: tuple[str, ...] = (),
    extractor: str = "",
) -> Document:
    """A Document of one article: its title, then its paragraphs, each with its block."""
    pieces = list(_paragraphs(body))
    if title and pieces and _fold(pieces[0][1]) == _fold(title):
        pieces = pieces[1:]
    parts: list[tuple[BlockRole, str]] = [("headline", title)] if title else []
    return _document(name, [*parts, *pieces], digest, media_type, metadata, notes, extractor)


def teaser(
    name: str,
    title: str,
    snippet: str,
    digest: str,
    media_type: str,
    metadata: tuple[MetaValue, ...],
    notes: tuple[str, ...] = (),
    extractor: str = "",
) -> Document:
    """A Document of one teaser: its title and, where there is one, its snippet on one line."""
    parts: list[tuple[BlockRole, str]] = [("headline", title)] if title else []
    if line := one_line(snippet):
        parts.append(("snippet", line))
    return _document(name, parts, digest, media_type, metadata, notes, extractor)


def one_line(text: str) -> str:
    """`text` with runs of white space as one space."""
    return " ".join(clean(text).split())


def plain(markup: str) -> str:
    """The text in a fragment of HTML, a blank line between its paragraphs."""
    reader = _Text()
    reader.feed(markup[:MAX_FRAGMENT])
    reader.close()
    lines = (one_line(line) for line in "".join(reader.pieces).split("\n"))
    return "\n\n".join(line for line in lines if line)


class _Text(HTMLParser):
    """Collects text; what begins a new line in a browser begins one here."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent = self._silent or tag
        if tag in _BREAKING:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        if tag in _BREAKING:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))


def _document(
    name: str,
    parts: list[tuple[BlockRole, str]],
    digest: str,
    media_type: str,
    metadata: tuple[MetaValue, ...],
    notes: tuple[str, ...],
    extractor: str,
) -> Document:
    blocks, offset = [], 0
    for role, text in parts:
        blocks.append(Block(role, Span(offset, offset + len(text))))
        offset += len(text) + 2
    return Document(
        source_name=name,
        media_type=media_type,
        content_hash="sha256:" + digest,
        text="\n\n".join(text for _, text in parts),
        metadata=metadata,
        blocks=tuple(blocks),
        extractor=extractor,
        notes=notes,
    )


def _paragraphs(body: str) -> Iterator[tuple[BlockRole, str]]:
    """The body's paragraphs, each on one line; short lines that end nothing are headings."""
    lines = list(_unwrapped(clean(body).replace("\r\n", "\n").replace("\r", "\n")))
    for number, text in enumerate(lines):
        last = number == len(lines) - 1
        short = len(text.split()) <= _HEADING_WORDS and not _ENDED.search(text)
        yield ("heading" if short and not last else "paragraph"), text


def _unwrapped(body: str) -> Iterator[str]:
    """Lines as paragraphs; a line that a program broke is joined with the next."""
    for piece in _BLANK.split(body):
        held = ""
        for line in piece.split("\n"):
            text = one_line(line)
            if not text:
                continue
            held = f"{held} {text}" if held else text
            if len(text) not in _WRAPPED or _ENDED.search(text):
                yield held
                held = ""
        if held:
            yield held


def _fold(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
