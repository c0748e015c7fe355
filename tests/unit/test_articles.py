"""Bylines, bio lines, dates, precedence, sentences and aboutness, as examples and properties."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.articles import about, segment
from kg_builder.articles.bio import parse_bio
from kg_builder.articles.bylines import parse_stamp
from kg_builder.articles.dates import parse_date
from kg_builder.articles.sentences import sentences
from kg_builder.model import (
    Article,
    ArticleHint,
    Block,
    Document,
    EntityKind,
    Hints,
    LocalEntity,
    Mention,
    MetaValue,
    Publication,
    Span,
)

BODY = "The river rose by two metres overnight and flooded the lower town, officials said."


def plain(text: str) -> Document:
    return Document("a.txt", "text/plain", "sha256:0", text)


def page(*metadata: MetaValue, text: str = BODY) -> Document:
    whole = f"River floods town\n\n{text}"
    blocks = (Block("headline", Span(0, 17)), Block("paragraph", Span(19, len(whole))))
    return Document("a.html", "text/html", "sha256:0", whole, metadata, blocks)


def only(document: Document, hints: Hints | None = None) -> Article:
    (article,) = segment(document, hints or Hints())
    return article


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("By Jane Doe, Reuters", ["Jane Doe"]),
        ("Jane Doe, Reuters", ["Jane Doe"]),
        ("Jane Doe, senior correspondent", ["Jane Doe"]),
        ("By Jane Doe jane.doe@paper.example", ["Jane Doe"]),
        ("By Dr. Jane Doe, PhD", ["Jane Doe"]),
        ("By Jane Doe in Kabul", ["Jane Doe"]),
        ("Written by Jane van der Doe | October 9, 2021", ["Jane van der Doe"]),
        ("By Jane Doe, John Smith and Ann Lee", ["Jane Doe", "John Smith", "Ann Lee"]),
        ("By Jane Doe, New York", ["Jane Doe"]),
        ("By Reuters Staff", ["Reuters"]),
        ("By Staff Writer", []),
        ("Published on October 9, 2021 By Jane Doe", ["Jane Doe"]),
    ],
)
def test_bylines(line: str, names: list[str]) -> None:
    stamp = parse_stamp(line, 10)
    assert stamp is not None
    assert [n.text for n in stamp.names] == names
    assert all(line[n.span.start - 10 : n.span.end - 10] == n.text for n in stamp.names)


@pytest.mark.parametrize(
    "line",
    ["By the numbers", "Kabul, Afghanistan", "On Friday", "By contrast it fell", "May Day", ""],
)
def test_lines_that_are_no_byline(line: str) -> None:
    assert parse_stamp(line, 0) is None


@pytest.mark.parametrize(
    ("text", "day", "moment"),
    [
        ("2021-10-09", "2021-10-09", None),
        ("2021-10-09T08:00Z", "2021-10-09", "2021-10-09T08:00:00Z"),
        ("2021-10-09T08:00:00.123+0500", "2021-10-09", "2021-10-09T08:00:00+05:00"),
        ("October 9, 2021", "2021-10-09", None),
        ("9 Oct 2021", "2021-10-09", None),
        ("Saturday, 9th October 2021, 10:30 GMT", "2021-10-09", None),
        ("13/11/2021", "2021-11-13", None),
        ("05/05/2021", "2021-05-05", None),
        ("04/05/2021", None, None),
    ],
)
def test_dates(text: str, day: str | None, moment: str | None) -> None:
    parsed = parse_date(text)
    assert parsed is not None
    assert (parsed.day, parsed.moment, parsed.ambiguous) == (day, moment, day is None)


@pytest.mark.parametrize(
    "text", ["2021-13-09", "February 30, 2021", "October 2021", "soon", "1/2/21"]
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_bio_with_affiliations() -> None:
    line = (
        "Jane A. Doe is a Professor of History at the University of Minho, Portugal, and "
        "director of the Centre for Asian Studies. She lives in Braga."
    )
    author = parse_bio(line, 0, BODY)
    assert author is not None
    assert author.name == "Jane A. Doe"
    ties = [(a.role, a.organization, a.place) for a in author.affiliations]
    assert ties[0] == ("Professor of History", "University of Minho", "Portugal")


@pytest.mark.parametrize(
    "line",
    ["The town is a place at the sea", "Ann Berg is tired of it all", "Kabul is a city of X"],
)
def test_what_is_no_bio(line: str) -> None:
    assert parse_bio(line, 0, BODY) is None


def test_who_is_written_about_is_no_author() -> None:
    line = "Ann Berg is a professor at the University of Minho."
    assert parse_bio(line, 0, "The mayor thanked Berg for her work.") is None
    text = f"Title of it\n\nBy Jane Doe\n\n{BODY}\n\n{line}"
    article = only(plain(text))
    assert [a.name for a in article.authors] == ["Jane Doe"]
    assert article.paragraphs[-1].role == "paragraph"


SPLIT = [
    "Gen. Kenneth F. McKenzie Jr. spoke to the U.S. Senate at 3 p.m. on Monday.|He left.",
    "It fell by 2.5 percent.|“We saw it,” she said.|“No.”|Then they went… and came back.",
    "He met No. 7 and Dr. Lee in the U.S.|The talks failed.",
    "Who did it?|Nobody knows!|“Why?” he asked.|It ended in 2021.|55 people came.",
    "all was small, said dr. lee.|nobody wrote a capital letter here.|why?",
    "They stayed until 5 a.m.|The police came.|Prof. J. R. Smith of St. Andrews agreed.",
    "Governance of the pandemic .|The rest followed...|More came.",
]


@pytest.mark.parametrize("marked", SPLIT)
def test_sentences(marked: str) -> None:
    parts = marked.split("|")
    text = " ".join(parts).replace(" .  The", " . The")
    assert [text[s.start : s.end] for s in sentences(text, Span(0, len(text)))] == parts


PIECES = st.sampled_from(
    ["\u00a0", "\r\n", "\n\n", "\ufeff", "\ufffd", "𝔸𝔹", "e\u0301", ". ", "…", "“Yes.” ", " U.S. ", "By Jane Doe",  # noqa: E501
     "Published", "on", "October 9, 2021", "Central Asia", "Continue Reading", "2 hours ago", "=====",  # noqa: E501
     "X is a professor at Y", "Latest", BODY, "A title that is long enough", "and so on..."]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=20), max_size=30).map("".join))
def test_every_span_is_a_stretch_of_the_text(text: str) -> None:
    for article in segment(plain(text), Hints()):
        spans = [s.span for s in article.sentences] + [b.span for b in article.paragraphs]
        spans += list(article.captions) + [m.span for m in article.metadata if m.span]
        for span in spans:
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end].strip() == text[span.start : span.end]
        ordered = [s.span for s in article.sentences]
        assert all(a.end <= b.start for a, b in pairwise(ordered))
        if article.headline_span:
            assert text[article.headline_span.start : article.headline_span.end] == article.headline


@given(st.text(alphabet=st.sampled_from("ab.!? \u00a0\n”“)A1U…")))
def test_sentences_lose_nothing_but_space(text: str) -> None:
    found = list(sentences(text, Span(0, len(text))))
    said = "".join("".join(text[s.start : s.end].split()) for s in found)
    assert said == "".join(text.split())


@pytest.mark.parametrize(
    "line", ["a" * 3_000_000, "x. " * 300_000, "." * 3_000_000, "By " * 500_000]
)
def test_long_lines_end(line: str) -> None:
    assert segment(plain(line), Hints())


def test_sidecar_wins_over_the_page_and_the_page_over_settings() -> None:
    stated = (
        MetaValue("author", "Jane Doe", "json-ld", kind="Person"),
        MetaValue("datePublished", "2021-10-09T08:00:00Z", "json-ld"),
        MetaValue("publication", "The Lantern", "json-ld"),
        MetaValue("author", "https://social.example/jane", "meta", accepted=False),
    )
    by_config = only(page(*stated), Hints(publication=Publication("Daily X")))
    assert by_config.publication == Publication("The Lantern")
    assert by_config.published_at == "2021-10-09T08:00:00Z"
    lost = [(m.value, m.source) for m in by_config.metadata if not m.accepted]
    assert ("Daily X", "config") in lost
    hints = Hints(Publication("Daily X"), "sidecar", "https://x.example/1", "2021-10-10",
                  authors=("Ann Lee",))  # fmt: skip
    article = only(page(*stated), hints)
    assert [a.name for a in article.authors] == ["Ann Lee"]
    assert article.publication == Publication("Daily X")
    assert (article.date_published, article.published_at) == ("2021-10-10", None)
    assert article.canonical_url == "https://x.example/1"
    lost = [(m.value, m.source) for m in article.metadata if not m.accepted]
    assert {("Jane Doe", "json-ld"), ("2021-10-09", "json-ld"), ("The Lantern", "json-ld")} <= set(
        lost
    )
    assert article.unknown == ("section", "modifiedAt")


def test_same_outlet_keeps_what_settings_know_of_it() -> None:
    known = Publication("The Lantern", "https://lantern.example/", "en", "GB")
    article = only(page(MetaValue("publication", "the lantern", "meta")), Hints(publication=known))
    assert article.publication == known
    assert article.language == "en"


def test_ambiguous_date_is_unknown_and_recorded() -> None:
    article = only(plain(f"River floods town\n\n04/05/2021\n\n{BODY}"))
    assert "datePublished" in article.unknown
    (record,) = [m for m in article.metadata if m.property == "datePublished"]
    assert (record.value, record.accepted) == ("04/05/2021", False)


def test_of_several_articles_hints_name_each_by_title() -> None:
    text = "\n\n".join(
        [
            "River floods town",
            "By Jane Doe",
            BODY,
            "Budget passes at last",
            "By Al Roe",
            BODY + " Yes.",
        ]
    )
    own = ArticleHint("RIVER floods  town!", "https://x.example/r", "2021-10-09", ("Ann Lee",))
    hints = Hints(Publication("Daily X"), url="https://x.example/page", date="2020-01-01",
                  authors=("No One",), articles=(own,))  # fmt: skip
    first, second = segment(plain(text), hints)
    assert (first.canonical_url, first.date_published) == ("https://x.example/r", "2021-10-09")
    assert [a.name for a in first.authors] == ["Ann Lee"]
    assert (second.canonical_url, second.date_published) == (None, None)
    assert [a.name for a in second.authors] == ["Al Roe"]
    assert first.publication == second.publication == Publication("Daily X")


def test_byline_in_a_pages_body_is_taken_out() -> None:
    whole = f"River floods town\n\nBy Jane Doe\n\n{BODY}\n\nAdvertisement"
    ends = [(0, 17), (19, 30), (32, 32 + len(BODY)), (len(whole) - 13, len(whole))]
    roles = ["headline", "paragraph", "paragraph", "paragraph"]
    blocks = tuple(Block(r, Span(*s)) for r, s in zip(roles, ends, strict=True))  # type: ignore[arg-type]
    article = only(Document("a.html", "text/html", "sha256:0", whole, (), blocks))
    assert [a.name for a in article.authors] == ["Jane Doe"]
    assert [b.span for b in article.paragraphs] == [Span(*ends[2])]


def test_key_depends_on_content_not_on_the_file() -> None:
    one = only(plain(f"River floods town\n\n{BODY}"))
    other = only(
        Document("b.txt", "text/plain", "sha256:1", f"River floods town\r\n\r\n {BODY}\r\n")
    )
    assert one.key == other.key
    assert one.key.startswith("river-floods-town-")
    assert only(plain(f"River floods town\n\n{BODY} More.")).key != one.key


def subjects(text: str, names: dict[str, EntityKind]) -> list[str]:
    article = segment(plain(text), Hints())[0]
    entities = [LocalEntity(i, kind, name) for i, (name, kind) in enumerate(names.items())]
    found = [
        Mention(Span(at, at + len(e.name)), e.kind, s.index, e.id, "test", 1.0)
        for s in article.sentences
        for e in entities
        for at in [text.find(e.name, s.span.start, s.span.end)]
        if at >= 0
    ]
    assert about(article, found, entities) == about(article, found[::-1], entities)
    return [entities[i].name for i in about(article, found, entities)]


def test_about_is_what_title_and_frequency_name() -> None:
    rest = "Ann Berg spoke.\n\nAnn Berg left with a friend from Norland for the day.\n\nIn Westmark all was calm."  # noqa: E501
    text = (
        f"Flood in Westmark\n\nIn Westmark the river rose, and Ann Berg called for help.\n\n{rest}"
    )
    names: dict[str, EntityKind] = {
        "Norland": "Place", "Ann Berg": "Person", "Westmark": "Place", "friend": "Group"}  # fmt: skip  # noqa: E501
    assert subjects(text, names) == ["Westmark", "Ann Berg"]


def test_teaser_is_about_its_title_and_who_its_snippet_names() -> None:
    text = f"Africa2 hours ago\n\nChina sends help\n\nPresident Xi of China and Africa said, with many others in the hall, that all of it...\n\n{BODY}"  # noqa: E501
    names: dict[str, EntityKind] = {"Africa": "Region", "China": "Place", "Xi": "Person"}
    assert subjects(text, names) == ["China", "Xi"]


@pytest.mark.parametrize("snippet", ["Workers in Lima went back to work on Tuesday.", ""])
def test_a_document_of_title_and_snippet_is_a_teaser(snippet: str) -> None:
    text = f"Strike ends in Lima\n\n{snippet}".strip()
    blocks = [Block("headline", Span(0, 19))]
    if snippet:
        blocks.append(Block("snippet", Span(21, len(text))))
    date = MetaValue("datePublished", "2023-05-02", "feed")
    document = Document("f.rss#1", "text/plain", "sha256:0", text, (date,), tuple(blocks))
    (teaser,) = segment(document, Hints())
    assert teaser.teaser
    assert (teaser.headline, teaser.date_published) == ("Strike ends in Lima", "2023-05-02")
    assert [s.role for s in teaser.sentences] == ["headline", "snippet"][: len(blocks)]
