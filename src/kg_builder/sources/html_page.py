"""One HTML page in, one Document out: headline and body as text with blocks, and metadata."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from kg_builder.errors import InputError
from kg_builder.model import Block, BlockRole, Document, Span
from kg_builder.plugins import RawInput
from kg_builder.sources.encoding import clean, decode
from kg_builder.sources.html_fields import host_of
from kg_builder.sources.html_guard import MAX_TAGS, count_tags, flatten, guard, strip
from kg_builder.sources.html_listing import as_text, is_listing, teasers
from kg_builder.sources.html_metadata import Stated, page_metadata

_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_XML_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_SPACE: Final = re.compile(r"[ \t\r\n\f\v]+")
_MIN_SNIPPETS: Final = 2
_NO_BODY: Final = (
    "nav", "footer", "iframe", "noscript", "button", "select", "input", "textarea", "link", "meta",
    "dialog", "template", "object", "embed", "video", "audio", "canvas", "map", "svg", "source",
)  # fmt: skip
_EXTRACTOR: Final = f"trafilatura {trafilatura.__version__}"


def read_page(raw: RawInput) -> Document:
    """The one document in the page.

    Raises InputError for an empty, oversized or binary file and for a page without an
    article's body, DecodeError for bytes in no sure encoding.
    """
    declared = _CHARSET.search(raw.data[:4096])
    decoded = decode(raw, raw.charset or (declared[1].decode("ascii") if declared else None))
    prolog = _XML_DECLARATION.match(decoded.text)
    markup, dropped = guard(strip(decoded.text[prolog.end() if prolog else 0 :]))
    notes = list(decoded.notes)
    if dropped:
        notes.append(f"the attributes of {dropped} oversized tags were left out")
    root, odd = _parse(raw.name, markup)
    notes.extend(odd)
    stated = page_metadata(root, raw.metadata)
    notes.extend(stated.notes)
    body = list(_body(root))
    text, blocks = _compose(stated.title, body)
    values = stated.values
    if not stated.article and (dump := _listing(root, raw.name, body, stated)):
        text, blocks = dump, ()
        values = tuple(v for v in values if v.property in ("publication", "language"))
        notes.append("the page lists articles: its teasers were read")
    elif not any(block.role == "paragraph" for block in blocks):
        raise InputError(
            f"{raw.name}: no article text was found in this HTML page; give a page with an "
            "article, or its text as .txt"
        )
    xhtml = raw.name.lower().endswith(".xhtml")
    return Document(
        source_name=raw.name,
        media_type="application/xhtml+xml" if xhtml else "text/html",
        content_hash="sha256:" + hashlib.sha256(raw.data).hexdigest(),
        text=text,
        metadata=values,
        blocks=blocks,
        extractor=_EXTRACTOR,
        notes=tuple(notes),
    )


def _listing(
    root: HtmlElement, name: str, body: list[tuple[BlockRole, str]], stated: Stated
) -> str:
    """The text of a page that lists articles; "" when it is none.

    Raises InputError for a list of titles alone.
    """
    values = stated.values
    hosts = frozenset(host_of(v.value) for v in values if v.property == "canonicalUrl")
    found = teasers(root, hosts)
    texts = (text for role, text in body if role == "paragraph")
    if not is_listing(texts, found, stated.listing, stated.title):
        return ""
    if sum(bool(item.snippet) for item in found) < _MIN_SNIPPETS:
        raise InputError(
            f"{name}: this HTML page only lists the titles of {len(found)} articles; give the "
            "articles' own pages"
        )
    return as_text(found)


def _parse(name: str, markup: str) -> tuple[HtmlElement, list[str]]:
    """The page's tree, and notes on what was left out of it; raises InputError for none.

    Where the parser's limits would cut the page off, it is parsed again without them, and
    without the tags that lie too deep.
    """
    given, notes = markup, []
    if count_tags(markup) > MAX_TAGS:
        markup = flatten(markup)
        if (tags := count_tags(markup)) > MAX_TAGS:
            raise InputError(
                f"{name}: {tags:,} tags are more than the {MAX_TAGS:,} that one page may have; "
                "give the article's own page, or its text as .txt"
            )
    for huge in (False, True):
        parser = HTMLParser(encoding="utf-8", huge_tree=huge, remove_comments=True, remove_pis=True)
        try:
            root = document_fromstring(markup, parser=parser)
        except (etree.LxmlError, ValueError, AssertionError):
            raise InputError(
                f"{name}: this is not an HTML page that can be parsed; check the file"
            ) from None
        if not any(error.level == etree.ErrorLevels.FATAL for error in parser.error_log):
            break
        if huge:
            notes.append("the parser gave up before the page's end")
        else:
            markup = flatten(markup)
    if len(markup) < len(given):
        notes.append("tags that lie absurdly deep were left out")
    return root, notes


def _body(root: HtmlElement) -> Iterator[tuple[BlockRole, str]]:
    """Roles and texts of the body's blocks, in order; nothing when there is no body."""
    etree.strip_elements(root, *_NO_BODY, with_tail=False)  # less to copy, again and again
    extracted = trafilatura.bare_extraction(
        root, fast=True, include_comments=False, include_tables=False, with_metadata=False
    )
    if extracted is None or isinstance(extracted, dict) or extracted.body is None:
        return
    for element in extracted.body.iterchildren():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "head":
            yield "heading", _inline("".join(element.itertext()))
        elif element.tag in ("list", "quote"):
            parts = element.xpath("./item|./p") or [element]
            for part in parts:
                yield from _paragraphs(part)
        else:
            yield from _paragraphs(element)


def _paragraphs(element: etree._Element) -> Iterator[tuple[BlockRole, str]]:
    """The text of one element, cut where two line breaks follow one another."""
    pieces = [""]
    broke = False
    for node in element.iter():
        if node.tag == "lb":
            pieces[-1] += "\x00\x00" if broke else "\x00"
            broke = True
        elif node.text:
            pieces[-1] += node.text
            broke = broke and not node.text.strip()
        if node is not element and node.tail:
            pieces[-1] += node.tail
            broke = broke and not node.tail.strip()
    for part in re.split("\x00[\x00\\s]*\x00", pieces[0]):
        yield "paragraph", _inline(part.replace("\x00", "\n"))


def _inline(text: str) -> str:
    """`text` on one line: runs of ASCII white space become one space; nbsp stays."""
    return _SPACE.sub(" ", clean(text)).strip()


def _compose(title: str | None, body: list[tuple[BlockRole, str]]) -> tuple[str, tuple[Block, ...]]:
    """The document's text, blocks parted by blank lines, and where each block stands in it."""
    parts: list[tuple[BlockRole, str]] = [("headline", title)] if title else []
    same = _fold(title or "")
    for number, (role, text) in enumerate(body):
        if text and not (number < 3 and _fold(text) == same):  # the body repeats the title
            parts.append((role, text))
    while parts and parts[-1][0] == "heading":  # a heading over nothing
        parts.pop()
    blocks = []
    offset = 0
    for role, text in parts:
        blocks.append(Block(role, Span(offset, offset + len(text))))
        offset += len(text) + 2
    return "\n\n".join(text for _, text in parts), tuple(blocks)


def _fold(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
