"""Markdown in, one Document out: its rendered text, with blocks where its structure is sure.

The document's text is the front matter as it stands in the file, then the text as it reads once
rendered: without marks of emphasis and links, which would break names and sentences. A heading
keeps its number signs in the text; the block's span is without them. A file with several
headings of the first level is a page of several articles, and gets no blocks.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kg_builder.errors import InputError
from kg_builder.model import Block, BlockRole, Document, Span
from kg_builder.plugins import RawInput
from kg_builder.sources.encoding import decode, looks_binary
from kg_builder.sources.front_matter import front_matter

_MARKUP: Final = re.compile(rb"\s*(?:<!doctype\b|<html\b|<\?xml\b)", re.IGNORECASE)
_SIGNS: Final = re.compile(rb"^#{1,6} \S|^```|\]\(https?://|^---\s*$", re.MULTILINE)
_DROPPED: Final = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^<>]{0,2000}>", re.DOTALL | re.IGNORECASE
)
_SPACE: Final = re.compile(r"\s+")
_MAX_CELLS: Final = 200


class MarkdownReader:
    """Reads Markdown: one file, one document."""

    name = "markdown"
    suffixes = frozenset({".md", ".markdown", ".mdown", ".mkd"})
    media_types = frozenset({"text/markdown", "text/x-markdown"})

    def sniff(self, head: bytes) -> bool:
        """Whether `head` has signs of Markdown and none of binary data or of HTML."""
        return not (looks_binary(head) or _MARKUP.match(head)) and bool(_SIGNS.search(head))

    def read(self, raw: RawInput) -> Iterator[Document]:
        """The one document in the input.

        Raises InputError for an empty, oversized or binary file and for one without any text,
        DecodeError for bytes in no sure encoding.
        """
        decoded = decode(raw)
        matter = front_matter(decoded.text)
        at = matter.span.end if matter else 0
        page = _Page(decoded.text[:at])
        page.write(MarkdownIt("commonmark").enable("table").parse(decoded.text[at:]))
        if not page.text[at:].strip():
            raise InputError(f"{raw.name}: no text in this Markdown file; remove it")
        yield Document(
            source_name=raw.name,
            media_type="text/markdown",
            content_hash="sha256:" + hashlib.sha256(raw.data).hexdigest(),
            text=page.text,
            metadata=matter.values if matter else (),
            blocks=() if page.titles > 1 else tuple(page.blocks),
            extractor=f"markdown-it-py {version('markdown-it-py')}",
            notes=decoded.notes,
            matter=matter.span if matter else None,
        )


class _Page:
    """Text that is being rendered, with its blocks; `titles` counts first-level headings."""

    def __init__(self, head: str) -> None:
        self._parts = [head]
        self._at = len(head)
        self.blocks: list[Block] = []
        self.titles = 0
        self._row: list[str] = []

    @property
    def text(self) -> str:
        """What has been rendered."""
        return "".join(self._parts)

    def write(self, tokens: Sequence[Token]) -> None:
        """Render the tokens of a document."""
        heading, cell = 0, False
        for token in tokens:
            if token.type == "heading_open":
                heading = int(token.tag[1:])
            elif token.type in ("th_open", "td_open", "th_close", "td_close"):
                cell = token.nesting == 1
            elif token.type == "tr_close":
                self._put("", " | ".join(self._row[:_MAX_CELLS]), None)
                self._row = []
            elif token.type == "inline" and cell:
                self._row.append(_plain(token.children or []))
            elif token.type == "inline":
                self._inline(token, heading)
                heading = 0
            elif token.type in ("fence", "code_block"):
                self._put("", token.content.strip("\n"), None)
            elif token.type == "html_block":
                words = html.unescape(_DROPPED.sub(" ", token.content))
                self._put("", _SPACE.sub(" ", words).strip(), "paragraph")
            elif token.type == "hr":
                self._put("", "---", None)

    def _inline(self, token: Token, heading: int) -> None:
        children = token.children or []
        words = _plain(children)
        pictures = bool(children) and all(
            c.type in ("image", "softbreak") or not c.content.strip() for c in children
        )
        if heading:
            self.titles += heading == 1
            title = heading == 1 and self.titles == 1
            self._put("#" * heading + " ", words, "headline" if title else "heading")
        else:
            self._put("", words, "caption" if pictures else "paragraph")

    def _put(self, mark: str, words: str, role: BlockRole | None) -> None:
        """Add a block of text and a blank line."""
        if not words:
            return
        start = self._at + len(mark)
        if role:
            self.blocks.append(Block(role, Span(start, start + len(words))))
        self._parts.append(mark + words + "\n\n")
        self._at = start + len(words) + 2


def _plain(children: Sequence[Token]) -> str:
    """Inline tokens as they read: text, code and the texts of pictures; breaks become spaces."""
    parts = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "html_inline":
            parts.append(" " if child.content.lower().startswith("<br") else "")
        else:
            parts.append(child.content)
    return _SPACE.sub(" ", "".join(parts)).strip()
