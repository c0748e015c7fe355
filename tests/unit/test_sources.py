"""Reading inputs: the right reader, exact text, sure encodings, clear refusals."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import DecodeError, InputError, UnsupportedFormatError
from kg_builder.model import Document
from kg_builder.plugins import RawInput, Reader, ReadLimits
from kg_builder.sources import leaves, read, reader_for, suffixes
from kg_builder.sources.html import HtmlReader
from kg_builder.sources.text import TextReader

LIMIT = 200_000_000


def doc(name: str, data: bytes, limit: int = LIMIT) -> Document:
    (found,) = read(RawInput(name, data, ReadLimits(limit)))
    return found


def test_readers_follow_the_protocol() -> None:
    assert isinstance(TextReader(), Reader)
    assert isinstance(HtmlReader(), Reader)
    assert {".txt", ".text", ".html", ".htm", ".xhtml"} <= suffixes()


@pytest.mark.parametrize(
    ("name", "data", "reader"),
    [
        ("a.TXT", b"x", "text"),
        ("a.htm", b"x", "html"),
        ("a.xhtml", b"x", "html"),
        ("noname", b"Just a line of prose.", "text"),
        ("noname", b"\xef\xbb\xbf<!-- c --><!DOCTYPE html><p>x", "html"),
        ("page.php", b"<html><body>x", "html"),
    ],
)
def test_picks_the_reader(name: str, data: bytes, reader: str) -> None:
    assert reader_for(RawInput(name, data)).name == reader


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7 x"),
        ("a.bin", b"\x00\x01\x02\x03" * 9),
        ("a.xml", b"<?xml version='1.0'?><book> a b"),
    ],
)
def test_unknown_formats_are_refused_with_what_to_do(name: str, data: bytes) -> None:
    with pytest.raises(UnsupportedFormatError, match=rf"^{name}: .*\.txt.*install a reader"):
        doc(name, data)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<rss version="2.0">&x;</rss>',
        '<?xml version="1.0"?>\n<!DOCTYPE lolz [\n<!ENTITY a "b">\n ] >\n<feed>&a;</feed>',
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS//EN" "r.dtd"><!DOCTYPE r [<!ENTITY a "b">]><rss>',
        "<!DOCTYPE rss [" + '<!ENTITY a "b">' * 900 + "]><rss>&a;</rss>",
    ],
)
def test_a_feed_that_declares_entities_is_refused_for_that(head: str) -> None:
    with pytest.raises(InputError, match=r"^a.xml: declares entities"):
        list(leaves(RawInput("a.xml", head.encode())))


@pytest.mark.parametrize("root", ["book", "rssx"])
def test_other_xml_that_declares_entities_is_no_feed(root: str) -> None:
    data = f'<!DOCTYPE {root} [<!ENTITY a "b">]><{root}>&a;</{root}>'.encode()
    with pytest.raises(UnsupportedFormatError):
        reader_for(RawInput("a.xml", data))


def test_text_is_kept_and_hashed() -> None:
    data = "\ufeffA\u00a0line\r\nand 𝔸 more\r\n".encode()
    found = doc("world/a.txt", data)
    assert found.text == "A\u00a0line\r\nand 𝔸 more\r\n"
    assert found.content_hash == "sha256:" + hashlib.sha256(data).hexdigest()
    assert (found.source_name, found.media_type, found.blocks) == ("world/a.txt", "text/plain", ())
    assert found.notes == ("encoding: utf-8 (byte order mark)",)


def test_controls_and_surrogates_become_replacement_characters_one_for_one() -> None:
    found = doc("a.txt", b"One\x00two\x1bthree\tfour\xed\xa0\x80five and so on.")
    assert found.text == "One\ufffdtwo\ufffdthree\tfour\ufffdfive and so on."
    assert any("3 control" in note for note in found.notes)


CHARS = st.characters(exclude_categories=["Cs"])


@given(st.text(CHARS | st.sampled_from("\u00a0\r\n\0\u2028𝔸e\u0301"), min_size=1), st.booleans())
def test_text_has_one_character_for_each_of_the_file(text: str, bom: bool) -> None:
    body = "Some words first, so that it is text. " * 9 + text
    found = doc("a.txt", (b"\xef\xbb\xbf" if bom else b"") + body.encode())
    assert len(found.text) == len(body)
    for kept, given_ in zip(found.text, body, strict=True):
        assert kept == given_ or (kept == "\ufffd" and given_ < " ")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_marked_encodings(encoding: str) -> None:
    assert doc("a.txt", "Schöne Worte".encode(encoding)).text == "Schöne Worte"


def test_other_encodings_only_when_sure() -> None:
    russian = "Президент заявил, что реформы будут продолжены в стране, сообщает агентство."
    found = doc("a.txt", russian.encode("koi8-r"))
    assert found.text == russian
    assert found.notes == ("encoding: koi8_r (detected by charset-normalizer)",)
    with pytest.raises(DecodeError, match=r"byte 4 \(0xe9\) is not UTF-8.*iconv"):
        doc("a.txt", b"Caf\x65\xe9 x")


def test_html_may_declare_its_encoding() -> None:
    page = '<html><head><meta charset="windows-1252"></head><body><p>The café was open, said all of them.'  # noqa: E501
    assert "café" in doc("a.html", page.encode("cp1252")).text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "empty"),
        ("a.html", b"", "empty"),
        ("a.txt", b" \r\n\xc2\xa0", "no text"),
        ("a.txt", b"\x00\x01\x02\x03 ab" * 20, "binary file: .* control"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "a PNG image"),
        ("a.txt", b"PK\x03\x04abc", "ZIP"),
        ("a.txt", b"\xff\x00\xfe\x00 x", "NUL at byte 1"),
        ("a.txt", b"\xff\xfeab\x00", "byte order mark of utf-16-le"),
        ("a.txt", b"<!DOCTYPE html><p>x", "rename it to .html"),
        ("a.html", b"<html><body></body></html>", "no article text"),
        ("a.html", b"<p></p>" * 50, "no article text"),
    ],
)
def test_bad_input_is_named_with_its_reason(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)^{name}: .*{message}"):
        doc(name, data)


def test_limit_names_the_setting() -> None:
    with pytest.raises(InputError, match=r"11 bytes .* 10; .*limits\.max_bytes"):
        doc("a.txt", b"hello world", limit=10)


def test_a_line_of_100_megabytes_is_read() -> None:
    assert len(doc("a.txt", b"abcdefghi " * 10_000_000).text) == 100_000_000
