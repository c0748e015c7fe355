"""HTML pages: text with blocks, metadata as stated, and pages made to do harm."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kg_builder.model import Document
from kg_builder.plugins import RawInput
from kg_builder.sources import read

BODY = (
    "<p>A bomb killed many people in Kunduz on Friday, said officials of the province.</p>"
    "<h2>Aftermath</h2><p>It was the first attack in the town for a long time, they said.</p>"
)


def page(head: str = "", body: str = BODY, title: str = "Blast hits mosque") -> Document:
    markup = (
        f'<html lang="en"><head><title>{title} | Site</title>{head}</head><body>'
        f"<nav><a href=/>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    )
    (found,) = read(RawInput("a.html", markup.encode()))
    return found


def ld(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def values(document: Document, name: str) -> list[tuple[str, str, bool]]:
    return [(m.value, m.source, m.accepted) for m in document.metadata if m.property == name]


def test_text_is_headline_and_blocks_parted_by_blank_lines() -> None:
    found = page()
    texts = [(b.role, found.text[b.span.start : b.span.end]) for b in found.blocks]
    assert [role for role, _ in texts] == ["headline", "paragraph", "heading", "paragraph"]
    assert texts[0][1] == "Blast hits mosque"
    assert found.text == "\n\n".join(text for _, text in texts)
    assert found.extractor.startswith("trafilatura 2.")
    assert found.media_type == "text/html"


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Blast hits mosque",
    "datePublished": "2021-10-09T08:00:00Z",
    "author": [{"@type": "Person", "name": "Jane Doe"}, {"@type": "Organization", "name": "AFP"}],
    "publisher": {"@type": "Organization", "name": "The Daily Lantern"},
    "mainEntityOfPage": {"@id": "https://lantern.example/blast"},
}


@pytest.mark.parametrize(
    "data",
    [ARTICLE, [{"@type": "WebSite", "name": "x"}, ARTICLE], {"@graph": [{"@type": "Person"}, ARTICLE]},  # noqa: E501
     ARTICLE | {"@type": ["Thing", "schema:/NewsArticle"]}],
)  # fmt: skip
def test_json_ld_in_all_its_shapes(data: Any) -> None:
    found = page(ld(data))
    assert values(found, "author") == [("Jane Doe", "json-ld", True), ("AFP", "json-ld", True)]
    assert [m.kind for m in found.metadata if m.property == "author"] == ["Person", "Organization"]
    assert values(found, "datePublished") == [("2021-10-09T08:00:00Z", "json-ld", True)]
    assert values(found, "publication") == [("The Daily Lantern", "json-ld", True)]
    assert values(found, "canonicalUrl") == [("https://lantern.example/blast", "json-ld", True)]


def test_json_ld_follows_references() -> None:
    graph = [
        ARTICLE | {"author": {"@id": "#me"}},
        {"@id": "#me", "@type": "Person", "name": "J. Doe"},
    ]
    assert values(page(ld({"@graph": graph})), "author") == [("J. Doe", "json-ld", True)]


def test_poorer_sources_are_recorded_when_they_differ() -> None:
    found = page(
        ld(ARTICLE)
        + '<meta name="author" content="John Smith"><meta property="og:site_name" content="Lantern">'  # noqa: E501
        + '<meta property="article:published_time" content="2021-10-09T08:00:01Z">'
        + '<link rel="canonical" href="https://lantern.example/blast/">'
    )
    assert values(found, "author")[-1] == ("John Smith", "meta", False)
    assert values(found, "publication")[-1] == ("Lantern", "meta", False)
    assert len(values(found, "datePublished")) == 1
    assert len(values(found, "canonicalUrl")) == 1


def test_nothing_is_made_up() -> None:
    found = page()
    assert {m.property for m in found.metadata} == {"language"}
    assert values(page('<script type="application/ld+json">{broken</script>'), "author") == []


def test_broken_json_ld_is_noted() -> None:
    assert any(
        "not JSON" in n for n in page('<script type="application/ld+json">{"a"</script>').notes
    )


def test_marked_up_byline() -> None:
    found = page(body='<p class="byline">By Jane Doe</p>' + BODY)
    assert values(found, "author") == [("By Jane Doe", "byline", True)]


@pytest.mark.parametrize(
    "hostile",
    [
        "<div " + " ".join(f"a{i}=1" for i in range(100_000)) + "></div>",
        "<div/" + 'a="1"' * 50_000 + "></div>",
        "<p>\0 &#0; &#xd800; a paragraph with what is no character in it.</p>",
        "<b>" * 200 + "deep" + "</b>" * 200,
        "<" * 100_000,
        ld([[[[]]]]) + '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
    ],
)
def test_hostile_pages_still_give_their_text(hostile: str) -> None:
    found = page(body=BODY + hostile)
    assert "A bomb killed many people" in found.text
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff]", found.text)


def test_same_bytes_give_the_same_document() -> None:
    assert page(ld(ARTICLE)) == page(ld(ARTICLE))
