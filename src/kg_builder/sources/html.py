"""HTML pages in, Documents out: knows a page when it sees one, and has it read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kg_builder.model import Document
from kg_builder.plugins import RawInput
from kg_builder.sources.encoding import looks_binary

_SNIFF: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


class HtmlReader:
    """Reads HTML pages: one page, one document with blocks and metadata."""

    name = "html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    media_types = frozenset({"text/html", "application/xhtml+xml"})

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins like a page: a doctype or an html, head or body tag."""
        return not looks_binary(head) and _SNIFF.match(head) is not None

    def read(self, raw: RawInput) -> Iterator[Document]:
        """The one document in the page. Raises InputError and DecodeError as `read_page` does."""
        # Imported here: a build without pages should not wait a quarter of a second for it.
        from kg_builder.sources.html_page import read_page  # noqa: PLC0415

        yield read_page(raw)
