"""Web archives: pages for the HTML reader, texts as documents, and where an archive breaks off."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

from kg_builder.errors import InputError
from kg_builder.model import Document
from kg_builder.plugins import RawInput, Unread
from kg_builder.sources import documents, leaves

TEXT = b"A bomb killed many people in Kunduz on Friday."
PAGE = (
    b"<html><title>Blast hits mosque</title><h1>Blast hits mosque</h1>"
    b"<p>A bomb killed many people in a caf\xe9 in Kunduz on Friday, said officials.</p>"
)


def record(kind: str, body: bytes, url: str = "https://a.example/1") -> bytes:
    media = "application/http; msgtype=response" if kind == "response" else "text/plain"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2024-02-03T04:05:06Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def response(body: bytes, *headers: str, media: str = "text/html", status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media}", *headers, "", ""]
    return record("response", "\r\n".join(lines).encode() + body)


def found(name: str, data: bytes) -> list[Document | RawInput | Unread]:
    return list(leaves(RawInput(name, data)))


@pytest.mark.parametrize("name", ["c.warc", "c.wet", "c.wet.gz", "c.warc.wet.gz", "c.warc.zst"])
def test_texts_of_a_wet_file_are_documents(name: str) -> None:
    pack = {".gz": gzip.compress, ".zst": zstandard.compress}.get(name[name.rindex(".") :], bytes)
    parts = [record("warcinfo", b"software: x"), record("conversion", TEXT)]
    first, second = found(name, b"".join(map(pack, [*parts, record("conversion", TEXT)])))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.source_name, first.media_type) == (f"{name}#2", "text/plain")
    assert (first.text, first.blocks) == (TEXT.decode(), ())
    assert second.source_name == f"{name}#3"
    values = {m.property: (m.value, m.source) for m in first.metadata}
    assert values["canonicalUrl"] == ("https://a.example/1", "warc")
    assert "datePublished" not in values


def test_a_page_is_read_as_html_in_its_declared_charset() -> None:
    (leaf,) = found("c.warc.gz", gzip.compress(response(PAGE, media="text/html; charset=latin1")))
    assert isinstance(leaf, RawInput)
    assert (leaf.name, leaf.media_type) == ("c.warc.gz#1", "text/html")
    (document,) = documents(leaf)
    assert "in a café in Kunduz" in document.text
    assert [m.value for m in document.metadata if m.source == "warc" and m.confidence < 1] == [
        "https://a.example/1"
    ]


def test_what_is_no_page_is_passed_over_in_silence() -> None:
    data = b"".join(
        [
            record("request", b"GET / HTTP/1.1\r\n\r\n"),
            response(b"moved", status="301 Moved"),
            response(b"gone", status="404 Not Found"),
            response(b"\x89PNG", media="image/png"),
            response(PAGE),
            record("metadata", b"a: b"),
        ]
    )
    (leaf,) = found("c.warc", data)
    assert isinstance(leaf, RawInput)
    assert leaf.name == "c.warc#5"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(PAGE), ["Content-Encoding: gzip"]),
        (zlib.compress(PAGE), ["Content-Encoding: deflate"]),
        (brotli.compress(PAGE), ["Content-Encoding: br"]),
        (b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (PAGE[:5], len(PAGE) - 5, PAGE[5:]),
         ["Transfer-Encoding: chunked"]),
        (PAGE, ["Content-Encoding: gzip", "Transfer-Encoding: chunked"]),
    ],
)  # fmt: skip
def test_encodings_of_http_are_undone_once(body: bytes, headers: list[str]) -> None:
    (leaf,) = found("c.warc", response(body, *headers))
    assert isinstance(leaf, RawInput)
    assert leaf.source == PAGE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (record("conversion", b" \n"), "empty"),
        (response(b""), "empty"),
        (record("response", b"no http at all"), "without an HTTP status"),
        (response(gzip.compress(PAGE)[:-9], "Content-Encoding: gzip"), "cut off"),
        (response(b"\x81\x82", "Content-Encoding: br"), "br is broken"),
        (response(b"\x81\x82", "Content-Encoding: odd"), "'odd' cannot be undone"),
    ],
)
def test_a_record_at_fault_is_named_and_the_next_is_read(data: bytes, reason: str) -> None:
    bad, good = found("c.warc", data + record("conversion", TEXT))
    assert isinstance(bad, Unread)
    assert bad.name == "c.warc#1"
    assert reason in bad.reason
    assert isinstance(good, Document)


@pytest.mark.parametrize("cut", [30, 60, 100, 150])
def test_what_came_before_a_cut_is_kept_and_the_cut_is_told(cut: int, tmp_path: Path) -> None:
    whole = [gzip.compress(record("conversion", b"%d %s" % (n, TEXT))) for n in range(200)]
    path = tmp_path / "c.warc.gz"
    path.write_bytes(b"".join(whole)[:-cut])
    out = list(leaves(RawInput("c.warc.gz", path)))
    assert [o.source_name for o in out if isinstance(o, Document)] == [
        f"c.warc.gz#{n}" for n in range(1, 200)
    ]
    *records, last = [o for o in out if isinstance(o, Unread)]
    assert all("cut off" in o.reason for o in records)
    assert last.name == "c.warc.gz"
    assert last.reason.startswith("after record ")
    assert "the gzip data ends too soon" in last.reason


def test_a_record_cut_in_its_body_is_no_document() -> None:
    first, cut = found("c.warc", record("conversion", TEXT) + record("conversion", TEXT)[:-20])
    assert isinstance(first, Document)
    assert isinstance(cut, Unread)
    assert "cut off: 30 of the 46 bytes" in cut.reason


def test_what_is_no_archive() -> None:
    with pytest.raises(InputError, match=r"^c\.warc: no WARC that can be read"):
        found("c.warc", b"words and words\r\n\r\n" * 9)
