"""Markdown and front matter: what is stated comes out with its place, and nothing else does."""

from __future__ import annotations

import pytest

from kg_builder.articles import segment
from kg_builder.articles.metadata import refusals
from kg_builder.errors import InputError
from kg_builder.model import Article, Document, Hints
from kg_builder.plugins import RawInput
from kg_builder.sources import read, reader_for
from kg_builder.sources.front_matter import front_matter

BODY = (
    "The river rose by two metres overnight and flooded the lower town, officials said on Monday. "
    "**Some 300** families left [their homes](https://x.example/h).\n\n"
    "Rescue teams with boats reached the last houses in the afternoon.\n"
)
YAML = """---
title: "Flood drives families out"
authors:
  - Jane Doe
  - Al Roe
date: 2021-03-04 10:00:00 +0200
tags: [a, b]
publication: Westmark Daily
lang: en
section: World
url: https://x.example/a
---

"""


def doc(name: str, text: str) -> Document:
    (document,) = read(RawInput(name, text.encode()))
    for value in document.metadata:
        assert value.source == "front-matter"
        assert value.span is not None
        assert document.text[value.span.start : value.span.end] == value.value
    return document


def only(document: Document) -> Article:
    (article,) = segment(document, Hints())
    return article


def blocks(document: Document, article: Article) -> list[tuple[str, str]]:
    return [(b.role, document.text[b.span.start : b.span.end]) for b in article.paragraphs]


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("title", ["", "# Flood drives families out\n\n"])
def test_front_matter_is_taken_and_is_no_text(name: str, title: str) -> None:
    document = doc(name, YAML + title + BODY)
    article = only(document)
    assert article.headline == "Flood drives families out"
    assert [a.name for a in article.authors] == ["Jane Doe", "Al Roe"]
    assert (article.date_published, article.published_at) == (
        "2021-03-04",
        "2021-03-04T10:00:00+02:00",
    )
    assert article.publication is not None
    assert article.publication.name == "Westmark Daily"
    assert (article.section, article.language) == ("World", "en")
    assert article.canonical_url == "https://x.example/a"
    assert article.unknown == ("modifiedAt",)
    assert [text[:9] for _, text in blocks(document, article)] == ["The river", "Rescue te"]


def test_header_block() -> None:
    text = "Title: Flood drives families\nAuthor: Jane Doe\nDate: 4 March 2021\nKeywords: x\n\n"
    article = only(doc("a.txt", text + BODY))
    assert article.headline == "Flood drives families"
    assert [a.name for a in article.authors] == ["Jane Doe"]
    assert article.date_published == "2021-03-04"


def test_header_blocks_of_several_articles_are_theirs() -> None:
    one = "Title: Flood drives families\nAuthor: Jane Doe\nDate: 2021-03-04\n\n" + BODY + "\n"
    two = "Title: Parliament passes the budget\nAuthor: Al Roe\nDate: 2021-03-05\n\n" + BODY
    first, second = segment(doc("a.txt", one + two), Hints())
    assert (first.headline, first.date_published) == ("Flood drives families", "2021-03-04")
    assert [a.name for a in first.authors] == ["Jane Doe"]
    assert (second.headline, second.date_published) == (
        "Parliament passes the budget",
        "2021-03-05",
    )


@pytest.mark.parametrize(
    "text",
    [
        "---\nFlood drives families\n---\n\n" + BODY,
        "---\ntitle: never closed\n\n" + BODY,
        "Note: this is prose, and nothing else.\n\n" + BODY,
        "Title: alone\n\n" + BODY,
        "Date: 4 March 2021\nThe river rose: two metres.\n\n" + BODY,
        BODY,
        "",
        "---\n---\n",
        "Title:\nAuthor:\n",
    ],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert front_matter(text) is None


def test_other_forms_of_values() -> None:
    text = "+++\ntitle = 'It’s here'\nauthor = [\"Jane Doe\", 'Al Roe']\ndate = 2021-03-04\n+++\n"
    found = front_matter(text)
    assert found is not None
    assert [(v.property, v.value) for v in found.values] == [
        ("headline", "It’s here"),
        ("author", "Jane Doe"),
        ("author", "Al Roe"),
        ("datePublished", "2021-03-04"),
    ]
    assert found.span.end == len(text)


def test_markup_breaks_neither_sentences_nor_names() -> None:
    source = (
        "# Title of it here\n\n## What comes now\n\n"
        + BODY
        + "\n- one item\n- another\n\n![a boat](b.png)\n"
    )
    document = doc("a.md", source)
    article = only(document)
    assert article.headline == "Title of it here"
    shown = blocks(document, article)
    assert shown[0] == ("heading", "What comes now")
    assert shown[1][1].endswith("Some 300 families left their homes.")
    assert [text for _, text in shown[3:]] == ["one item", "another"]
    assert [document.text[s.start : s.end] for s in article.captions] == ["a boat"]
    assert document.extractor.startswith("markdown-it-py ")


def test_several_titles_are_several_articles() -> None:
    other = "Parliament voted on the budget after nine hours, with 61 members in favour of it.\n"
    text = (
        f"# Flood drives families\n\n*By Jane Doe*\n\n{BODY}\n# Parliament passes budget\n\n{other}"
    )
    first, second = segment(doc("a.md", text), Hints())
    assert (first.headline, second.headline) == (
        "Flood drives families",
        "Parliament passes budget",
    )
    assert [a.name for a in first.authors] == ["Jane Doe"]
    assert second.authors == ()


def test_html_tables_and_code_do_not_become_articles() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    text = f"Some words first.\n\n{table}<div>Bold <b>words</b></div>\n\n```\nx = 1\n```\n"
    document = doc("a.md", text)
    assert "a | b" in document.text
    assert "x = 1" in document.text
    assert [text for _, text in blocks(document, only(document))] == [
        "Some words first.",
        "Bold words",
    ]


@pytest.mark.parametrize("sign", ["> ", "- ", "[", "*", "`", "<b>", "![](", "_a", "|a"])
def test_hostile_markdown_is_read(sign: str) -> None:
    assert doc("a.md", "Words. " + sign * 5_000 + " end").text


def test_sniffs_and_refuses() -> None:
    assert reader_for(RawInput("noname", b"# A title\n\nSome text.")).name == "markdown"
    assert reader_for(RawInput("noname", b"Just prose here.")).name == "text"
    with pytest.raises(InputError, match=r"^a\.md: no text"):
        doc("a.md", "---\ntitle: x\ndate: y\n---\n")


@pytest.mark.parametrize(
    "value", ['!!python/object/apply:os.system ["x"]', "&a Some title", "*a", "&a [x, y]"]
)
def test_tags_anchors_and_aliases_of_yaml_are_refused(value: str) -> None:
    document = doc("a.md", f"---\ntitle: {value}\nauthor: Jane Doe\n---\n\n{BODY}")
    article = only(document)
    assert article.headline is None
    assert "headline" in article.unknown
    assert [a.name for a in article.authors] == ["Jane Doe"]
    (told,) = refusals(article.metadata)
    assert told == f"headline {value!r} (front-matter) refused: YAML that is not read here"


def test_other_values_of_such_yaml_are_refused_even_where_they_hold_a_date() -> None:
    lines = "date: &d 2021-05-03\nauthors:\n  - *a\n  - Al Roe\nsection: [*b, c]\n"
    article = only(doc("a.md", f"---\ntitle: '*Flood*'\n{lines}---\n\n{BODY}"))
    assert article.headline == "*Flood*"
    assert (article.date_published, article.section) == (None, None)
    assert [a.name for a in article.authors] == ["Al Roe"]
    assert len(refusals(article.metadata)) == 3


def test_a_sign_for_lines_below_is_no_value() -> None:
    for sign in ("|", ">-", "|2+"):
        found = front_matter(f"---\ntitle: {sign}\n  Words\ndate: 2021-05-03\n---\n")
        assert found is not None
        assert [v.property for v in found.values] == ["datePublished"]


def test_an_address_that_is_none_is_refused_with_a_reason() -> None:
    article = only(doc("a.md", f"---\ntitle: Flood\nurl: javascript:alert(1)\n---\n\n{BODY}"))
    assert article.canonical_url is None
    (told,) = refusals(article.metadata)
    assert told.endswith("refused: is no http or https address")
