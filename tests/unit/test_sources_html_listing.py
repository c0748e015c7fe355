"""Section pages: read as their teasers, never as one article; and articles beside teasers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg_builder.articles import segment
from kg_builder.errors import InputError
from kg_builder.model import Article, Document, Hints
from kg_builder.plugins import RawInput
from kg_builder.sources import read

Item = tuple[str, str, str, str]
ITEMS: list[Item] = [
    (
        "Parliament votes to close the last coal mine",
        (
            "Lawmakers voted late on Tuesday to shut the "
            "mine within three years, a decision that ends a century of digging"
        ),
        "3 hours ago",
        "Politics",
    ),
    (
        "Floods cut the northern road for a third day",
        (
            "Heavy rain washed away two bridges near the "
            "border and left several villages without power or drinking water"
        ),
        "5 hours ago",
        "Weather",
    ),
    (
        "Central bank keeps its main rate at six percent",
        (
            "The governor said that inflation remained "
            "above the target, although prices of food had begun to fall."
        ),
        "yesterday",
        "Economy",
    ),
    (
        "Club signs goalkeeper after a long summer of talks",
        (
            "The player arrives from the second "
            "division for a fee that neither side would disclose, said the club…"
        ),
        "2 days ago",
        "Sport",
    ),
    (
        "New museum of the sea opens in the old harbour",
        (
            "Visitors queued round the block for a look "
            "at the skeleton of a whale and at maps drawn by sailors"
        ),
        "2 days ago",
        "Culture",
    ),
]
PROSE = (
    "The harbour master said that the ferry had left on time and that nobody was hurt when it "
    "touched the pier, although number {n} of the passengers had to wait for a bus. "
)


def article_cards(title: str, snippet: str, time: str, section: str) -> str:
    return (
        f'<article class="post"><span class="cat"><a href="/c">{section}</a></span><h2><a '
        f'href="/{title[:6]}">{title}</a></h2><time>{time}</time><p>{snippet}</p></article>'
    )


def linked_cards(title: str, snippet: str, time: str, section: str) -> str:
    return (
        f'<div class="item"><a href="/{title[:6]}"><img src="x"><h3>{title}</h3></a>'
        f'<p class="meta">{section} | {time}</p><div>{snippet} '
        '<a href="/m">Read more</a></div></div>'
    )


def rows(title: str, snippet: str, time: str, section: str) -> str:
    del section
    return (
        f'<div class="row"><div><h4><a href="/{title[:6]}">{title}</a></h4></div>'
        f'<div><span class="date">{time}</span><p>{snippet}</p></div></div>'
    )


def list_items(title: str, snippet: str, time: str, section: str) -> str:
    del time, section
    return f'<li><a class="headline" href="/{title[:6]}">{title}</a><p>{snippet}</p></li>'


def titles_only(title: str, snippet: str, time: str, section: str) -> str:
    del snippet, time, section
    return f'<li><a href="/{title[:6]}">{title}</a></li>'


def listing(layout: Callable[[str, str, str, str], str], body: str = "", head: str = "") -> bytes:
    cards = "".join(layout(*item) for item in ITEMS)
    return (
        '<html lang="en"><head><title>News - The Valley Herald</title>'
        f'<meta property="og:site_name" content="The Valley Herald">{head}</head><body>'
        f"<nav><a href=/>Home</a></nav><h1>News</h1><main>{body}{cards}</main>"
        "<footer>Copyright 2024 The Valley Herald. All rights reserved.</footer></body></html>"
    ).encode()


def parts(markup: bytes) -> tuple[Document, tuple[Article, ...]]:
    (document,) = read(RawInput("news.html", markup))
    return document, segment(document, Hints())


@pytest.mark.parametrize("layout", [article_cards, linked_cards, rows, list_items])
def test_every_teaser_is_one_and_there_is_no_article(
    layout: Callable[[str, str, str, str], str],
) -> None:
    document, found = parts(listing(layout))
    assert [a.headline for a in found] == [title for title, *_ in ITEMS]
    assert all(a.teaser for a in found)
    for teaser, (_, snippet, _, _) in zip(found, ITEMS, strict=True):
        assert teaser.snippet is not None
        text = document.text[teaser.snippet.start : teaser.snippet.end]
        assert text.rstrip(" .…") == snippet.rstrip(" .…")
    assert any("lists articles" in note for note in document.notes)
    assert {m.property for m in document.metadata} == {"publication", "language"}


@pytest.mark.parametrize("layout", [article_cards, linked_cards])
def test_teasers_keep_section_and_time(layout: Callable[[str, str, str, str], str]) -> None:
    _, found = parts(listing(layout))
    assert [a.relative_time for a in found] == [time for _, _, time, _ in ITEMS]
    assert [a.section for a in found] == [section for *_, section in ITEMS]


def test_titles_alone_are_an_error_that_says_so() -> None:
    with pytest.raises(InputError, match="only lists the titles of 5 articles"):
        parts(listing(titles_only))


def test_an_article_with_teasers_under_it_stays_one() -> None:
    body = "<article><h1>Ferry touches the pier</h1>" + "".join(
        f"<p>{PROSE.format(n=n)}</p>" for n in range(3)
    )
    document, (found,) = parts(listing(article_cards, body + "</article>"))
    assert not found.teaser
    assert PROSE.format(n=2).strip() in document.text


def test_a_dated_article_is_one_however_short() -> None:
    head = '<meta property="article:published_time" content="2024-05-01T08:00:00Z">'
    body = f"<article><h1>Ferry touches the pier</h1><p>{PROSE.format(n=1) * 2}</p></article>"
    _, found = parts(listing(article_cards, body, head))
    assert [a.teaser for a in found] == [False]


def test_a_list_of_things_elsewhere_is_an_article() -> None:
    items = "".join(
        f'<h3><a href="https://shop.example/{n}">Lantern number {n} for sailors</a></h3>'
        f"<p>{PROSE.format(n=n)}</p>"
        for n in range(6)
    )
    markup = (
        '<html><head><title>Six lanterns</title><link rel="canonical" '
        f'href="https://herald.example/lanterns"></head><body><h1>Six lanterns</h1>{items}</body>'
    )
    _, (found,) = parts(markup.encode())
    assert not found.teaser


def test_a_short_article_under_a_headline_is_no_list() -> None:
    title = "Ferry touches the pier in Port Amity"
    body = f"<article><h1>{title}</h1><p>{PROSE.format(n=1) * 2}</p></article>"
    markup = listing(article_cards, body).replace(b"<h1>News</h1>", b"")
    markup = markup.replace(b"<title>News", f"<title>{title}".encode())
    _, found = parts(markup)
    assert [a.teaser for a in found] == [False]
