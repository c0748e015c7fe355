"""Plain text in, one Document out; its text is the file decoded, so offsets hold in the file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from kg_builder.errors import InputError
from kg_builder.model import Document
from kg_builder.plugins import RawInput
from kg_builder.sources.encoding import decode, looks_binary
from kg_builder.sources.front_matter import front_matter

_MARKUP: Final = re.compile(
    rb"\s*(?:<!doctype\b|<html\b|<\?xml\b|<[a-zA-Z][\w:.-]*[\s>/])|\s*[\[{]\s*[\"\[{\]}]|%PDF-",
    re.IGNORECASE,
)
_HTML: Final = re.compile(r"\s*(?:<!doctype html\b|<html[\s>])", re.IGNORECASE)
_MARKDOWN: Final = re.compile(rb"^#{1,6} \S|^```|\]\(https?://|^---\s*$", re.MULTILINE)


class TextReader:
    """Reads plain text, with front matter or without: one file, one document without blocks."""

    name = "text"
    quick = True
    suffixes = frozenset({".txt", ".text"})

    def sniff(self, head: bytes) -> bool:
        """Whether `head` reads as prose: no controls, no markup, JSON or Markdown."""
        if looks_binary(head) or _MARKUP.match(head) or _MARKDOWN.search(head):
            return False
        return b" " in head.strip()

    def read(self, raw: RawInput) -> Iterator[Document]:
        """The one document in the input.

        Raises InputError for an empty, oversized or binary file and for one that is HTML,
        DecodeError for bytes in no sure encoding.
        """
        decoded = decode(raw)
        if _HTML.match(decoded.text):
            raise InputError(
                f"{raw.name}: named as plain text, but it is an HTML page; rename it to .html"
            )
        matter = front_matter(decoded.text)
        yield Document(
            source_name=raw.name,
            media_type="text/plain",
            content_hash="sha256:" + hashlib.sha256(raw.data).hexdigest(),
            text=decoded.text,
            metadata=matter.values if matter else (),
            notes=decoded.notes,
            matter=matter.span if matter else None,
        )
