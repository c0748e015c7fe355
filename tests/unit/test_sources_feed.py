"""Feeds: articles where the feed holds them, else teasers; outlets where the address agrees."""

from __future__ import annotations

import pytest

from kg_builder.articles import segment
from kg_builder.errors import InputError
from kg_builder.model import Document, Hints
from kg_builder.plugins import RawInput, Unread
from kg_builder.sources import documents, leaves

ITEM = """<item><title>Blast &amp; fire in Kunduz</title><link>https://www.thepaper.example/a</link>
<dc:creator>Jane Doe</dc:creator><pubDate>Fri, 08 Oct 2021 14:30:00 +0430</pubDate>
<category>Asia</category><description>A bomb killed &lt;b&gt;many&lt;/b&gt; people […]</description>
</item>"""
BODY = "<p>A bomb killed many people in the town of Kunduz on Friday, said officials.</p>" * 9


def rss(*items: str, title: str = "The Paper - World", language: str = "en-gb") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{title}</title><link>https://www.thepaper.example/</link>"
        f"<language>{language}</language>{''.join(items)}</channel></rss>"
    ).encode()


def found(data: bytes, name: str = "f.rss") -> list[Document | RawInput | Unread]:
    return list(leaves(RawInput(name, data)))


def values(item: Document | RawInput | Unread) -> dict[str, str]:
    assert not isinstance(item, Unread)
    return {m.property: m.value for m in item.metadata if m.accepted and m.source == "feed"}


@pytest.mark.parametrize("name", ["f.rss", "f.xml", "noname"])
def test_an_entry_without_its_text_is_a_teaser(name: str) -> None:
    (document,) = found(rss(ITEM), name)
    assert isinstance(document, Document)
    assert document.source_name == f"{name}#1"
    assert document.text == "Blast & fire in Kunduz\n\nA bomb killed many people […]"
    assert [b.role for b in document.blocks] == ["headline", "snippet"]
    assert values(document) == {
        "headline": "Blast & fire in Kunduz",
        "author": "Jane Doe",
        "datePublished": "Fri, 08 Oct 2021 14:30:00 +0430",
        "canonicalUrl": "https://www.thepaper.example/a",
        "publication": "The Paper",
        "language": "en-gb",
        "section": "Asia",
    }
    (article,) = segment(document, Hints())
    assert article.teaser
    assert article.snippet is not None
    assert (article.headline, article.date_published) == ("Blast & fire in Kunduz", "2021-10-08")


def test_full_content_goes_to_the_html_reader_with_what_the_feed_says() -> None:
    full = ITEM.replace("</item>", f"<content:encoded><![CDATA[{BODY}]]></content:encoded></item>")
    (leaf,) = found(rss(full))
    assert isinstance(leaf, RawInput)
    assert (leaf.name, leaf.media_type) == ("f.rss#1", "text/html")
    (document,) = documents(leaf)
    assert document.text.startswith("Blast & fire in Kunduz\n\nA bomb killed many people in the")
    (article,) = segment(document, Hints())
    assert not article.teaser
    assert [a.name for a in article.authors] == ["Jane Doe"]


def test_atom_with_short_content_is_an_article() -> None:
    data = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry>
    <title type="html">A &lt;i&gt;bomb&lt;/i&gt;</title><updated>2024-01-01T00:00:00Z</updated>
    <author><name>Jane Doe</name></author><content type="xhtml">
    <div xmlns="http://www.w3.org/1999/xhtml"><p>It killed many.</p><p>So they said.</p></div>
    </content></entry></feed>"""
    (document,) = found(data, "f.atom")
    assert isinstance(document, Document)
    assert document.media_type == "application/atom+xml"
    assert document.text == "A bomb\n\nIt killed many.\n\nSo they said."
    assert values(document) == {
        "headline": "A bomb",
        "author": "Jane Doe",
        "modifiedAt": "2024-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("title", "publication"),
    [
        ("The Paper", "The Paper"),
        ("World | The Paper", "The Paper"),
        ("Paper: Latest", None),
        ("World", None),
        ("Latest headlines", None),
    ],
)
def test_an_outlet_is_stated_only_where_the_address_bears_it_out(
    title: str, publication: str | None
) -> None:
    (document,) = found(rss(ITEM, title=title))
    assert values(document).get("publication") == publication


def test_one_of_several_categories_is_no_section() -> None:
    item = ITEM.replace("<category>", "<category>Bombs</category><category>")
    (document,) = found(rss(item))
    assert "section" not in values(document)


def test_faults_are_told_and_the_rest_is_read() -> None:
    first, bad, end = found(rss(ITEM, "<item><title>x</title></item>")[:-20])
    assert isinstance(first, Document)
    assert bad == Unread("f.rss#2", "an entry without a text; there is nothing to read")
    assert isinstance(end, Unread)
    assert "broken XML" in end.reason


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rss(), "without entries"),
        (b"<rss", "no RSS or Atom feed"),
        (b"http://localhost:9/feed.rss", "no RSS or Atom feed"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "attacks use"),
        ('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><rss/>'.encode("utf-16"), "attacks"),
        (rss("<a>" * 300), "deep"),
    ],
)
def test_what_is_no_feed(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^f\.rss: .*{message}"):
        found(data)


def test_a_doctype_without_declarations_is_harmless() -> None:
    data = rss(ITEM).replace(
        b"?>", b'?><!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://x/">', 1
    )
    assert len(found(data)) == 1
