"""Metadata with its source and confidence: what is taken, what is refused, and why."""

from __future__ import annotations

import pytest

from kg_builder.articles import segment
from kg_builder.articles.metadata import refusals
from kg_builder.model import Article, ArticleHint, Block, Document, Hints, MetaValue, Span

BODY = (
    "The river rose by four metres on Friday night and flooded the old town. The mayor said that "
    "hundreds of people had left their homes, and that three of them were still missing on Sunday."
)


def read(*metadata: MetaValue, hints: Hints | None = None) -> Article:
    text = f"River floods town\n\n{BODY}"
    blocks = (Block("headline", Span(0, 17)), Block("paragraph", Span(19, len(text))))
    document = Document("a.html", "text/html", "sha256:0", text, metadata, blocks)
    (article,) = segment(document, hints or Hints())
    return article


def published(value: str, source: str = "json-ld") -> MetaValue:
    return MetaValue("datePublished", value, source)  # type: ignore[arg-type]


def record(article: Article, name: str) -> list[tuple[str, str, bool]]:
    return [(v.value, v.source, v.accepted) for v in article.metadata if v.property == name]


def test_the_better_source_is_kept_and_the_other_recorded() -> None:
    order = ("front-matter", "json-ld", "record", "feed", "meta", "byline", "warc", "url")
    values = [published(f"2021-10-{n + 1:02}", source) for n, source in enumerate(order)]
    for first in range(len(order)):
        article = read(*reversed(values[first:]))
        assert article.date_published == f"2021-10-{first + 1:02}"
        assert record(article, "datePublished") == [
            (f"2021-10-{n + 1:02}", order[n], n == first) for n in range(first, len(order))
        ]


def test_each_value_has_a_confidence_by_its_source_or_the_readers() -> None:
    said = MetaValue("section", "World", "byline", confidence=0.6)
    article = read(published("2021-10-09"), MetaValue("author", "Jane Doe", "meta"), said)
    sure = {v.property: v.confidence for v in article.metadata if v.accepted}
    assert (sure["datePublished"], sure["author"], sure["section"]) == (0.97, 0.9, 0.6)
    assert article.authors[0].confidence == 0.9
    assert all(0 < value <= 1 for value in sure.values())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1970-01-01", "before 1990"),
        ("2021-10-12", "later than the page was read, 2021-10-10"),
        ("2199-01-01", "later than the page was read, 2021-10-10"),
        ("04/05/2021", "day and month may be either way round"),
    ],
)
def test_an_impossible_date_is_recorded_and_reported(value: str, reason: str) -> None:
    article = read(published(value), hints=Hints(retrieved="2021-10-10"))
    assert (article.date_published, article.published_at) == (None, None)
    assert "datePublished" in article.unknown
    assert record(article, "datePublished") == [(value, "json-ld", False)]
    assert refusals(article.metadata) == (f"datePublished {value!r} (json-ld) refused: {reason}",)


def test_a_year_alone_is_recorded_and_not_taken() -> None:
    article = read(published("2021"))
    assert article.date_published is None
    assert record(article, "datePublished") == [("2021", "json-ld", False)]
    assert refusals(article.metadata) == ()


def test_the_next_source_stands_in_for_a_refused_date() -> None:
    article = read(published("1970-01-01T00:00:00Z"), published("2021-10-09", "meta"))
    assert article.date_published == "2021-10-09"
    assert article.published_at is None
    assert record(article, "datePublished")[0] == ("1970-01-01", "json-ld", False)


def test_the_day_after_reading_is_today_elsewhere() -> None:
    article = read(published("2021-10-11T00:30:00+14:00"), hints=Hints(retrieved="2021-10-10"))
    assert article.published_at == "2021-10-11T00:30:00+14:00"


def test_an_archive_tells_when_the_page_was_read() -> None:
    read_at = MetaValue("retrieved", "2021-10-10T08:00:00Z", "warc")
    article = read(published("2022-01-01"), read_at)
    assert article.date_published is None
    assert not record(article, "retrieved")


def test_without_a_day_of_reading_no_clock_decides() -> None:
    assert read(published("2099-12-31")).date_published == "2099-12-31"
    assert read(published("2100-01-01")).date_published is None


def test_a_change_in_the_future_is_refused() -> None:
    changed = MetaValue("modifiedAt", "2031-01-01T00:00:00Z", "json-ld")
    article = read(published("2021-10-09"), changed, hints=Hints(retrieved="2021-10-10"))
    assert article.modified_at is None
    assert "modifiedAt" in article.unknown
    assert record(article, "modifiedAt") == [("2031-01-01T00:00:00Z", "json-ld", False)]


def test_a_sidecar_may_date_an_old_article_and_is_told_so() -> None:
    article = read(hints=Hints(date="1969-07-21"))
    assert article.date_published == "1969-07-21"
    assert refusals(article.metadata) == ("datePublished '1969-07-21' (sidecar) kept: before 1990",)


@pytest.mark.parametrize(
    "value", ["/story/1", "example.org/x", "ftp://example.org/x", "https://a b"]
)
def test_a_canonical_url_is_an_address_on_the_web(value: str) -> None:
    good = MetaValue("canonicalUrl", "https://example.org/s?id=1", "meta")
    article = read(MetaValue("canonicalUrl", value, "json-ld"), good)
    assert article.canonical_url == "https://example.org/s?id=1"
    assert (value, "json-ld", False) in record(article, "canonicalUrl")


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("en_US", "en-US"),
        ("en-gb", "en-GB"),
        ("EN", "en"),
        ("English", "en"),
        ("x-default", "en"),
        ("und", "en"),
    ],
)
def test_a_language_is_a_tag(value: str, tag: str) -> None:
    article = read(MetaValue("language", value, "meta"))
    assert article.language == tag  # of the text, where the page's is none
    if value in ("x-default", "und"):
        assert record(article, "language") == [(value, "meta", False), ("en", "inferred", True)]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("JANE DOE", ["Jane Doe"]),
        ("Jane Doe and John Smith", ["Jane Doe", "John Smith"]),
        ("Jane Doe, John Smith and Al Roe", ["Jane Doe", "John Smith", "Al Roe"]),
        ("Jane Doe (jane.doe@example.org)", ["Jane Doe"]),
        ("jane.doe@example.org (Jane Doe)", ["Jane Doe"]),
        ("Jane Doe @janedoe", ["Jane Doe"]),
        ("Jane Doe, Senior Reporter", ["Jane Doe"]),
        ("Dr. Jane Doe, PhD", ["Jane Doe"]),
        ("Reuters", ["Reuters"]),
        ("admin", []),
        ("jane.doe@example.org", []),
        ("https://social.example/jane", []),
        (" ", []),
    ],
)
def test_authors_are_cleaned_and_split(value: str, names: list[str]) -> None:
    article = read(MetaValue("author", value, "meta"))
    assert [a.name for a in article.authors] == names
    assert ("author" in article.unknown) == (not names)
    if value == "Reuters":
        assert article.authors[0].kind == "Organization"


def test_an_organisation_that_json_ld_calls_one_is_kept_as_such() -> None:
    article = read(MetaValue("author", "The Lantern Data Team", "json-ld", kind="Organization"))
    assert [(a.name, a.kind) for a in article.authors] == [
        ("The Lantern Data Team", "Organization")
    ]


def test_what_nothing_states_is_unknown() -> None:
    assert read().unknown == (
        "author", "datePublished", "publication", "section", "modifiedAt", "canonicalUrl",
    )  # fmt: skip


def test_a_title_that_the_text_does_not_bear_is_recorded() -> None:
    article = read(MetaValue("headline", "Flood in the valley", "json-ld"))
    assert article.headline == "River floods town"
    assert record(article, "headline") == [
        ("River floods town", "text", True),
        ("Flood in the valley", "json-ld", False),
    ]


def test_a_hint_for_one_article_is_judged_like_a_page() -> None:
    own = ArticleHint("River floods town", "https://x.example/r", "2031-01-01")
    article = read(hints=Hints(retrieved="2021-10-10", articles=(own,)))
    assert article.date_published is None
    assert article.canonical_url == "https://x.example/r"


UNREADABLE = ["2021-02-31", "yesterday", "-9", "9999999999999999", "NaN", "Sat, 32 May 2021"]


@pytest.mark.parametrize("name", ["datePublished", "modifiedAt"])
@pytest.mark.parametrize("value", UNREADABLE)
def test_a_value_that_is_no_date_is_recorded_and_reported(name: str, value: str) -> None:
    article = read(MetaValue(name, value, "record"))
    assert name in article.unknown
    assert record(article, name) == [(value, "record", False)]
    told = f"{name} {value!r} (record) refused: no date that can be read"
    assert refusals(article.metadata) == (told,)


@pytest.mark.parametrize("name", ["datePublished", "modifiedAt"])
@pytest.mark.parametrize("value", ["2021", "2021-05"])
def test_a_date_that_is_less_than_a_day_is_not_reported(name: str, value: str) -> None:
    article = read(MetaValue(name, value, "record"))
    assert record(article, name) == [(value, "record", False)]
    assert refusals(article.metadata) == ()


HIDDEN = "has control or format characters in it"
ADDRESS = "https://example.org/"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("canonicalUrl", ADDRESS + "a\u202egpj.exe", HIDDEN),
        ("canonicalUrl", ADDRESS + "a\u200bb", HIDDEN),
        ("canonicalUrl", ADDRESS + "a\x07b", HIDDEN),
        ("canonicalUrl", ADDRESS + "a\ufffdb", HIDDEN),
        ("canonicalUrl", "javascript:alert(1)", "is no http or https address"),
        ("publication", "Daily <b>Mail</b>", "has markup or angle brackets in it"),
        ("publication", "Daily > Mail", "has markup or angle brackets in it"),
        ("publication", "Daily \u202eliaM", HIDDEN),
        ("author", "Jane\ufffd Doe", HIDDEN),
        ("author", "Jane \x1bDoe", HIDDEN),
    ],
)
def test_unsafe_values_are_recorded_and_reported(name: str, value: str, reason: str) -> None:
    article = read(MetaValue(name, value, "json-ld"))
    assert name in article.unknown
    assert record(article, name) == [(value, "json-ld", False)]
    assert refusals(article.metadata) == (f"{name} {value!r} (json-ld) refused: {reason}",)


def test_an_unsafe_author_of_a_sidecar_is_refused_and_the_pages_kept() -> None:
    article = read(MetaValue("author", "Al Roe", "meta"), hints=Hints(authors=("Jane\ufffdDoe",)))
    assert [a.name for a in article.authors] == ["Al Roe"]
    assert record(article, "author")[0] == ("Jane\ufffdDoe", "sidecar", False)


def test_joiners_in_names_are_no_fault() -> None:
    article = read(MetaValue("publication", "می\u200cخواهم", "meta"))
    assert article.publication is not None
    assert refusals(article.metadata) == ()
