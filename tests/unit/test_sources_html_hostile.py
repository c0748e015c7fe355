"""Pages made to do harm: read in seconds with their text, or refused with the reason."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kg_builder.errors import DecodeError, InputError
from kg_builder.plugins import RawInput
from kg_builder.sources import read
from kg_builder.sources.html_guard import MAX_TAGS, flatten, strip

TEXT = "A bomb killed many people in Kunduz on Friday, said officials"
ARTICLE = "<article><h1>Blast hits mosque</h1>" + "".join(
    f"<p>{TEXT} number {n} of the province, who had seen it.</p>" for n in range(4)
)
SECONDS = 5.0


def around(before: str = "", after: str = "", head: str = "") -> bytes:
    return (
        f"<html><head><title>Blast hits mosque</title>{head}</head><body>{before}{ARTICLE}"
        f"</article>{after}</body></html>"
    ).encode("utf-8", "surrogatepass")


def script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


CASES: dict[str, Callable[[], bytes]] = {
    "100k attributes before": lambda: around(
        "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + "></div>"
    ),
    "200k nested after": lambda: around(after="<div>" * 200_000 + "x" + "</div>" * 200_000),
    "200k nested before": lambda: around("<div>" * 200_000 + "x" + "</div>" * 200_000),
    "nested around": lambda: b"<html><body>" + b"<div>" * 200_000 + around(),
    "deep tables": lambda: around("<table><tr><td>" * 5_000 + "x" + "</td></tr></table>" * 5_000),
    "20 MB line after": lambda: around(after="<p>" + "word " * 4_000_000 + "</p>"),
    "20 MB attribute": lambda: around('<p title="' + "x" * 20_000_000 + '">a</p>'),
    "unclosed scripts": lambda: around(after="<script>" * 100_000),
    "unclosed comments": lambda: around(after="<!--" * 100_000),
    "less-than signs": lambda: around(after="<" * 1_000_000),
    "deep JSON-LD": lambda: around(head=script("[" * 1_000_000)),
    "commas in JSON-LD": lambda: around(head=script("{" + " ," * 200_000)),
    "comments in JSON-LD": lambda: around(head=script("/*" * 200_000)),
    "spaces in JSON-LD": lambda: around(head=script("x" + " \n" * 200_000 + "x")),
    "many bylines": lambda: around('<p class="byline author">By Jane Doe</p>' * 10_000),
    "NUL and surrogates": lambda: around("<p>\0 &#0; &#xd800; \ud800</p>"),
    "UTF-16": lambda: around().decode().encode("utf-16"),
    "entity bomb": (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a0 "lol">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        + f"]><html><body>{ARTICLE}<p>&a11;</p></article></body></html>"
    ).encode,
    "outer entity": (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<html><body>{ARTICLE}<p>It says &x; here.</p></article></body></html>"
    ).encode,
}


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_read_in_seconds(name: str) -> None:
    data = CASES[name]()
    start = time.process_time()
    (found,) = read(RawInput("a.html", data))
    assert time.process_time() - start < SECONDS
    assert TEXT in found.text
    assert "root:" not in found.text


def test_a_page_of_too_many_tags_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match=f"tags are more than the {MAX_TAGS:,}"):
        read(RawInput("a.html", around("<p>a</p>" * 200_000)))


def test_a_body_of_one_line_of_13_mb_is_not_lost() -> None:
    text = "He said it was good. " * 620_000
    (found,) = read(RawInput("a.html", f"<html><body><p>{text}</p></body></html>".encode()))
    assert len(found.text) == len(text) - 1


def test_what_is_left_out_is_told() -> None:
    (found,) = read(RawInput("a.html", CASES["deep tables"]()))
    assert "tags that lie absurdly deep were left out" in found.notes


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(InputError, match="no article text"):
        read(RawInput("a.html", b"<html><body><div></div></body></html>"))


def test_encoding_that_lies() -> None:
    page = f"<html><head><meta charset=utf-8></head><body>{ARTICLE}<p>caf\xe9</p></body></html>"
    with pytest.raises(DecodeError, match="0xe9"):
        read(RawInput("a.html", page.encode("latin-1")))
    (found,) = read(RawInput("a.html", page.replace("utf-8", "iso-8859-1").encode("utf-8")))
    assert "encoding: utf-8" in found.notes


def test_latin_1_means_windows_1252_on_the_web() -> None:
    page = around("<p>He said “no” to it, they told us on Friday in the old town.</p>").decode()
    page = page.replace("<title>", "<meta charset=iso-8859-1><title>")
    (found,) = read(RawInput("a.html", page.encode("windows-1252")))
    assert "encoding: cp1252 (declared)" in found.notes
    assert "\x93" not in found.text


def test_a_container_s_charset_is_heeded() -> None:
    page = around("<p>Привет, сказал он им вчера вечером.</p>").decode().encode("koi8-r")
    (found,) = read(RawInput("a.html", page, charset="koi8-r"))
    assert "encoding: koi8-r (declared)" in found.notes


def test_a_few_broken_bytes_among_much_that_is_utf_8_are_replaced() -> None:
    page = around("<p>" + "Déjà vu à la côte, dit-il. " * 20 + "</p>") + b"\xff"
    (found,) = read(RawInput("a.html", page))
    assert any("1 broken sequences replaced" in note for note in found.notes)


def test_only_what_holds_no_text_is_stripped() -> None:
    markup = (
        "<p>a</p><script>x('</p>')</script><!-- <p>b</p> --><STYLE>c</STYLE ><svg><title>d</title>"
        '</svg><script type="application/ld+json">{}</script><scripture>e</scripture><p>f'
    )
    kept = '<script type="application/ld+json">{}</script>'
    assert strip(markup) == f"<p>a</p>{kept}<scripture>e</scripture><p>f"
    assert strip("a<script>b<style>c") == "a<script>b<style>c"


def test_flattening_keeps_the_text_and_shallow_tags() -> None:
    deep = "<div>" * 1_000 + "x" + "</div>" * 1_000 + "<p><b>y</b></p>"
    flat = flatten(deep)
    assert flat.count("<div>") == flat.count("</div>") < 256
    assert flat.endswith("<p><b>y</b></p>")
    assert "x" in flat
