"""Every folder of tests/cases/segment: a plain text, and the articles that must come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg_builder.articles import segment
from kg_builder.model import Article, Document, Hints, Span
from kg_builder.plugins import RawInput
from kg_builder.sources import read
from tests.support import ROOT, shared

CASES = ROOT / "tests" / "cases" / "segment"
NAMES = sorted(p.name for p in CASES.iterdir())


def load(path: Path) -> Document:
    return read(RawInput(path.name, path.read_bytes()))[0]


def cut(text: str, span: Span | None) -> str | None:
    return text[span.start : span.end] if span else None


def shown(text: str, article: Article) -> dict[str, Any]:
    """What a case states of an article: words, not offsets, and only what there is."""
    values = {
        "kind": "teaser" if article.teaser else "article",
        "headline": article.headline,
        "section": article.section,
        "relativeTime": article.relative_time,
        "authors": [a.name for a in article.authors],
        "affiliations": [
            [f.role, f.organization, f.place] for a in article.authors for f in a.affiliations
        ],
        "date": article.date_published,
        "snippet": cut(text, article.snippet),
        "captions": [cut(text, s) for s in article.captions],
        "blocks": [f"{b.role}: {(cut(text, b.span) or '')[:50]}" for b in article.paragraphs],
        "unknown": list(article.unknown),
    }
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str) -> None:
    document = load(CASES / name / "input.txt")
    found = [shown(document.text, a) for a in segment(document, Hints())]
    expected = json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))
    assert found == expected
    for article in segment(document, Hints()):
        check_spans(document.text, article)


def check_spans(text: str, article: Article) -> None:
    assert cut(text, article.headline_span) == article.headline
    for author in article.authors:
        if author.span:
            assert (cut(text, author.span) or "").casefold() == author.name.casefold()
        for tie in author.affiliations:
            assert cut(text, tie.span) == tie.organization
            assert cut(text, tie.place_span) == tie.place
    for value in article.metadata:
        if value.span and value.source == "text":
            assert cut(text, value.span) == value.value
    last = -1
    for number, sentence in enumerate(article.sentences):
        words = cut(text, sentence.span)
        assert words
        assert words == words.strip()
        assert sentence.index == number
        assert sentence.span.start >= last
        last = sentence.span.end


@pytest.fixture(scope="module")
def page() -> tuple[dict[str, Any], str, tuple[Article, ...]]:
    gold = json.loads(shared("gold", "moderndiplomacy-central-asia.json").read_text("utf-8"))
    document = load(shared("corpus", "moderndiplomacy-central-asia.txt"))
    return gold, document.text, segment(document, Hints())


def test_page_has_exactly_the_articles_of_the_gold(page: Any) -> None:
    gold, text, articles = page
    full = [a for a in articles if not a.teaser]
    assert len(full) == len(gold["articles"])
    for expected, article in zip(gold["articles"], full, strict=True):
        check_spans(text, article)
        assert article.headline == expected["title"]
        assert article.headline_span == Span(*expected["titleSpan"])
        assert article.section == expected["section"]
        body = [b for b in article.paragraphs if b.role != "bio"]
        captions = [text[s.start : s.end] for s in article.captions]
        assert captions == expected.get("captions", [])
        headings = [text[b.span.start : b.span.end] for b in body if b.role == "heading"]
        assert headings == expected.get("subheadings", [])
        start, end = expected["bodySpan"]
        inside = text[start:end].removeprefix(captions[0] if captions else "")
        assert text[body[0].span.start : end].strip() == inside.strip()
        assert body[-1].span.end == len(text[:end].rstrip())
        assert {"datePublished", "publication"} <= set(article.unknown)
        assert "headline" not in article.unknown


def test_page_has_exactly_the_teasers_of_the_gold(page: Any) -> None:
    gold, _, articles = page
    teasers = [a for a in articles if a.teaser]
    found = [
        (a.headline, a.headline_span, a.section, a.relative_time, a.snippet, a.paragraphs)
        for a in teasers
    ]
    assert found == [
        (t["title"], Span(*t["titleSpan"]), t["section"], t["relativeTime"],
         Span(*t["snippetSpan"]), ())
        for t in gold["teasers"]
    ]  # fmt: skip
    assert all(set(a.unknown) == {"author", "datePublished", "publication"} for a in teasers)


def test_page_has_no_boilerplate_in_any_sentence(page: Any) -> None:
    gold, text, articles = page
    junk = {line.casefold() for line in gold["source"]["boilerplate"]}
    for article in articles:
        for sentence in article.sentences:
            said = text[sentence.span.start : sentence.span.end]
            assert said.casefold() not in junk
            assert "Continue Reading" not in said
        spoken = [s.span for s in article.sentences]
        for caption in article.captions:
            assert not any(s.start < caption.end and caption.start < s.end for s in spoken)


def test_page_names_one_author_with_two_affiliations(page: Any) -> None:
    gold, text, articles = page
    full = [a for a in articles if not a.teaser]
    assert [len(a.authors) for a in full] == [1, 0, 0, 0]
    expected, author = gold["articles"][0]["authors"][0], full[0].authors[0]
    assert (author.name, author.source) == (expected["name"], "bio")
    assert author.span is not None
    assert text[author.span.start : author.span.end] == author.name
    ties = [(t.role, t.organization, t.place) for t in author.affiliations]
    names = {e["id"]: e["name"] for e in gold["entities"]}
    assert [(r, p) for r, _, p in ties] == [
        ("Professor", None),
        ("visiting Assistant Professor", "Portugal"),
    ]
    assert ties[1][1] == names["uminho"]
    assert all(text[t.span.start : t.span.end] == t.organization for t in author.affiliations)
    assert [s.role for s in full[0].sentences][-1] == "bio"
