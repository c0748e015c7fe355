"""Title, authors, dates and publication of HTML pages: from JSON-LD to what is only visible."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kg_builder.articles import segment
from kg_builder.articles.bylines import parse_names
from kg_builder.articles.dates import parse_date
from kg_builder.model import Article, Document, Hints, MetaValue
from kg_builder.plugins import RawInput
from kg_builder.sources import read

TITLE = "Ferry service to the outer islands resumes"
BODY = "".join(
    f"<p>The ferry left the harbour of Port Amity for the {n} time since the storm, and the "
    "passengers on deck cheered as it passed the lighthouse, said the harbour master.</p>"
    for n in ("first", "second", "third", "fourth")
)
URL = "https://www.islandherald.example/news/ferry"


def page(head: str = "", byline: str = "", after: str = "", title: str = TITLE) -> bytes:
    return (
        f'<html lang="en"><head><title>{title} - Island Herald</title>'
        f'<link rel="canonical" href="{URL}">{head}</head><body><header><a href="/">Home</a>'
        f"</header><main><article><h1>{title}</h1>{byline}{BODY}</article>{after}</main>"
        "<footer>Copyright 2011 Island Herald, 1 May 2011</footer></body></html>"
    ).encode()


def document(markup: bytes, **more: Any) -> Document:
    (found,) = read(RawInput("a.html", markup, **more))
    return found


def article(markup: bytes) -> Article:
    (found,) = segment(document(markup), Hints())
    return found


def ld(*nodes: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(n)}</script>' for n in nodes)


NEWS = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2021-10-09T08:00:00+02:00"}


# -- authors -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ('<p class="byline">By Jane Doe</p>', ["Jane Doe"]),
        ("<p>By Jane Doe and Ali Khan</p>", ["Jane Doe", "Ali Khan"]),
        (('<div class="byline">By <a href="/authors/jane-doe">Jane Doe</a>, '
         '<a href="/authors/ali-khan">Ali Khan</a></div>'), ["Jane Doe", "Ali Khan"]),
        (('<div class="author-box"><span>By</span><span class="author-name">Jane Doe</span>'
         '<span class="author-title">Staff Writer</span></div>'), ["Jane Doe"]),
        (('<p class="meta">Posted by <span class="author vcard"><a class="url fn n" '
         'href="/author/jd">JayDee</a></span> on <time datetime="2021-10-09">9 October 2021</time>'
         "</p>"), ["JayDee"]),
        ('<p class="byline">By Jane Doe, Senior Correspondent</p>', ["Jane Doe"]),
        ('<p class="byline">By Jane Doe Senior Political Correspondent</p>', ["Jane Doe"]),
        ('<p class="byline">By Jane Doe | Reuters</p>', ["Jane Doe"]),
        ('<p class="byline">By Jane Doe for the Island Herald</p>', ["Jane Doe"]),
        ('<p class="byline">By Jane Doe jane@islandherald.example @janedoe</p>', ["Jane Doe"]),
        ('<p class="byline">Reuters</p>', ["Reuters"]),
        ('<div class="by">By</div><div class="name">Jane Doe</div>', ["Jane Doe"]),
        ('<p class="byline"><a rel="author" href="/x">View all posts by Jane Doe</a></p>',
         ["Jane Doe"]),
        ('<div class="byline">By Jane Doe</div><div class="byline">By Ali Khan</div>',
         ["Jane Doe", "Ali Khan"]),
        (('<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
         '<span itemprop="name">Jane Doe</span></span>'), ["Jane Doe"]),
        ('<p class="byline">By admin</p>', []),
        ('<p class="byline">By Staff Writer</p>', []),
        ('<p class="byline">Island Herald Staff</p>', []),
        ("<p>By the time the ferry left, the quay was full of people with flags.</p>", []),
        ("<p>By Friday the ferry was full.</p>", []),
        ('<figure><img><figcaption class="caption">Photo by Ali Khan</figcaption></figure>', []),
        ('<div class="comments"><p class="author">By Ali Khan</p></div>', []),
        (('<aside class="related"><h3><a href="/b">Another story of the islands</a></h3>'
         '<p class="byline">By Ali Khan</p></aside>'), []),
    ],
)  # fmt: skip
def test_visible_byline(byline: str, names: list[str]) -> None:
    assert [a.name for a in article(page(byline=byline)).authors] == names


def test_byline_of_a_teaser_after_the_article_is_not_its_author() -> None:
    teasers = "".join(
        f'<div class="card"><h3><a href="/{n}">Another story of the outer islands {n}</a></h3>'
        f'<p class="byline">By Ali Khan</p></div>'
        for n in range(4)
    )
    assert article(page(after=teasers)).authors == ()


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ('<meta name="author" content="Jane Doe, Ali Khan">', ["Jane Doe", "Ali Khan"]),
        ('<meta name="author" content="By Jane Doe and Ali Khan">', ["Jane Doe", "Ali Khan"]),
        (('<meta name="parsely-author" content="Jane Doe">'
         '<meta name="parsely-author" content="Ali Khan">'), ["Jane Doe", "Ali Khan"]),
        ('<meta name="citation_author" content="Doe, Jane">', ["Jane Doe"]),
        ('<meta property="article:author" content="https://facebook.com/janedoe">', []),
        ('<meta name="author" content="@janedoe">', []),
        (('<meta name="twitter:label1" content="Written by">'
         '<meta name="twitter:data1" content="Jane Doe">'), ["Jane Doe"]),
        (('<meta property="og:site_name" content="Island Herald">'
         '<meta name="author" content="Island Herald">'), []),
        (('<meta name="author" content="Island Herald Sport">'
         '<meta property="og:site_name" content="Island Herald">'), []),
    ],
)  # fmt: skip
def test_authors_of_meta_tags(head: str, names: list[str]) -> None:
    assert [a.name for a in article(page(head)).authors] == names


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Jane Doe", [("Jane Doe", "Person")]),
        ({"@type": "Person", "name": "Bebs"}, [("Bebs", "Person")]),
        ([{"@type": "Person", "name": "Jane Doe"}, {"name": "Ali Khan"}],
         [("Jane Doe", "Person"), ("Ali Khan", "Person")]),
        ({"@type": "Person", "name": "Jane Doe | Island Media"}, [("Jane Doe", "Person")]),
        ({"@type": "Person", "name": "Associated Press"}, [("Associated Press", "Organization")]),
        ({"@type": "Organization", "name": "Ocean Trust"}, [("Ocean Trust", "Organization")]),
        ({"@type": "Person", "name": "Staff and news service reports"}, []),
        ({"@type": "Person", "name": "The ministries of trade"}, []),
        ({"@type": "Person", "name": "admin"}, []),
        ({"@type": "Person", "name": "https://x.example/jane"}, []),
        ({"@id": "#nobody"}, []),
    ],
)  # fmt: skip
def test_authors_of_json_ld(author: Any, names: list[tuple[str, str]]) -> None:
    found = article(page(ld(NEWS | {"author": author}))).authors
    assert [(a.name, a.kind) for a in found] == names


def test_fuller_meta_tags_outweigh_one_author_of_json_ld() -> None:
    head = ld(NEWS | {"author": "Jane Doe"}) + '<meta name="author" content="Ali Khan, Jane Doe">'
    assert [a.name for a in article(page(head)).authors] == ["Ali Khan", "Jane Doe"]


def test_meta_tags_and_the_visible_byline_together_outweigh_json_ld() -> None:
    head = ld(NEWS | {"author": "Kim Poster"}) + '<meta name="author" content="Jane Doe">'
    markup = page(head, '<p class="byline">By Jane Doe</p>')
    assert [a.name for a in article(markup).authors] == ["Jane Doe"]
    assert any("followed" in note for note in document(markup).notes)


def test_the_outlet_as_author_counts_only_where_the_page_shows_it() -> None:
    head = ld(
        NEWS
        | {"author": {"@type": "Organization", "name": "Island Herald"}}
        | {"publisher": {"name": "Island Herald"}}
    )
    assert article(page(head)).authors == ()
    (author,) = article(page(head, '<p class="byline">By Island Herald</p>')).authors
    assert (author.name, author.kind) == ("Island Herald", "Organization")


# -- JSON-LD -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"%s","author":"Jane Doe",}',
        '<!-- {"@type":"NewsArticle","headline":"%s","author":"Jane Doe"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"%s","author":"Jane Doe"}\n//]]>',
        '/* <![CDATA[ */ {"@type":"NewsArticle","headline":"%s","author":["Jane Doe",]} /* ]]> */',
        '{"@type":"WebSite"}{"@type":"NewsArticle","headline":"%s","author":"Jane Doe"};',
        '{"@type":"NewsArticle",\n// a remark\n"headline":"%s","author":"Jane Doe"}',
        '{"@type":"NewsArticle","headline":"%s","description":"two\nlines","author":"Jane Doe"}',
        '{"@type":"LiveBlogPosting","headline":"%s","author":{"name":"Jane &amp; Doe Jane Doe"}}',
    ],
)
def test_broken_json_ld_is_mended(script: str) -> None:
    script = script.replace("Jane &amp; Doe Jane Doe", "Jane Doe")
    head = f'<script type="application/ld+json">{script % TITLE}</script>'
    assert [a.name for a in article(page(head)).authors] == ["Jane Doe"]


def test_of_several_articles_the_page_s_own_is_taken() -> None:
    others = [
        NEWS
        | {"headline": f"Another story {n}", "author": "Ali Khan"}
        | {"datePublished": "2020-01-01"}
        for n in range(3)
    ]
    found = article(page(ld([*others, NEWS | {"author": "Jane Doe"}])))
    assert ([a.name for a in found.authors], found.date_published) == (["Jane Doe"], "2021-10-09")


def test_of_several_articles_none_is_taken_when_none_is_the_page_s() -> None:
    others = [NEWS | {"headline": f"Another story {n}", "author": "Ali Khan"} for n in range(3)]
    found = article(page(ld({"@type": "ItemList", "itemListElement": others})))
    assert (found.authors, found.date_published) == ((), None)


def test_the_article_is_told_by_its_address_too() -> None:
    other = NEWS | {"headline": "x", "url": URL + "-2", "author": "Ali Khan"}
    own = NEWS | {"headline": "Ferries", "mainEntityOfPage": URL + "/", "author": "Jane Doe"}
    assert [a.name for a in article(page(ld([other, own]))).authors] == ["Jane Doe"]


# -- dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("byline", "day", "modified"),
    [
        ("<p>Published 9 October 2021</p>", "2021-10-09", None),
        ('<time datetime="2021-10-09T10:00:00Z">Saturday</time>', "2021-10-09", None),
        ("<p>October 9, 2021 5:04 pm | By Jane Doe</p>", "2021-10-09", None),
        (('<p>Published: <time datetime="2021-10-09">Oct 9</time> Updated: '
         '<time datetime="2021-10-11T08:00:00Z">Oct 11</time></p>'), "2021-10-09",
         "2021-10-11T08:00:00Z"),
        ("<p>Last updated: 11 October 2021</p>", None, None),
        ('<abbr class="published" title="2021-10-09">October 9</abbr>', "2021-10-09", None),
        ("<p>10/9/2021</p>", None, None),
        ("<p>The storm of 9 October 2021 had closed the port for good, they said.</p>", None, None),
        ('<div class="comments"><time datetime="2021-10-12">12 Oct</time></div>', None, None),
    ],
)  # fmt: skip
def test_visible_date(byline: str, day: str | None, modified: str | None) -> None:
    found = article(page(byline=byline))
    assert (found.date_published, found.modified_at) == (day, modified)


def test_figures_are_a_date_where_the_page_s_region_tells_their_order() -> None:
    markup = page(byline="<p>10/9/2021</p>").replace(b'lang="en"', b'lang="en-GB"')
    assert article(markup).date_published == "2021-09-10"


def test_date_of_the_address_comes_last_and_never_from_the_footer() -> None:
    dated = page().replace(URL.encode(), b"https://islandherald.example/2021/10/09/ferry")
    found = article(dated)
    assert found.date_published == "2021-10-09"
    assert [m.source for m in found.metadata if m.property == "datePublished"] == ["url"]
    assert article(page()).date_published is None


def test_the_address_a_container_knows_tells_the_date() -> None:
    given = MetaValue("canonicalUrl", "https://islandherald.example/2021/oct/09/ferry", "warc")
    found = document(page(), metadata=(given,))
    assert [m.value for m in found.metadata if m.property == "datePublished"] == ["2021-10-09"]
    assert [m.source for m in found.metadata if m.property == "canonicalUrl"] == ["meta", "warc"]


def test_a_time_in_utc_gets_the_zone_in_which_the_page_shows_it() -> None:
    head = ld(NEWS | {"datePublished": "2023-11-09T05:30:59Z"})
    found = article(page(head, '<time datetime="2023-11-08 23:30:59">November 8, 2023</time>'))
    assert found.date_published == "2023-11-08"
    assert found.published_at == "2023-11-08T23:30:59-06:00"


@pytest.mark.parametrize(
    ("text", "day", "moment"),
    [
        ("20191119", "2019-11-19", None),
        ("20191119T120000Z", "2019-11-19", "2019-11-19T12:00:00Z"),
        ("2019/11/9", "2019-11-09", None),
        ("1579622400000", "2020-01-21", "2020-01-21T16:00:00Z"),
        ("01:38:07 PM IST Nov 20, 2019", "2019-11-20", None),
        ("Tue Nov 19 2019 03:05:46 GMT+0530", "2019-11-19", "2019-11-19T03:05:46+05:30"),
        ("Tue, 08 Oct 2019 18:21:00 GMT", "2019-10-08", "2019-10-08T18:21:00Z"),
        ("2018-12-04T10:16:25+0100", "2018-12-04", "2018-12-04T10:16:25+01:00"),
        ("20191319", None, None),
        ("12345678", None, None),
        ("May 2020", None, None),
        ("1 May 2020 or 2 May 2020", None, None),
    ],
)
def test_dates_as_metadata_write_them(text: str, day: str | None, moment: str | None) -> None:
    found = parse_date(text)
    assert (found and found.day, found and found.moment) == (day, moment)


# -- title and publication -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (("<title>Ferry sails again | Island Herald</title>"
         '<meta property="og:site_name" content="Island Herald">'), "", "Ferry sails again"),
        (("<title>Ferry sails again - a story</title>"
         '<meta property="og:title" content="Ferry sails again - a story">'), "",
         "Ferry sails again - a story"),
        (('<meta property="og:title" content="Ferry sails again | Island Herald">'
         '<meta property="og:site_name" content="Island Herald">'), "", "Ferry sails again"),
        ("<title>Ferry sails again - Herald</title>", "<h1>Herald</h1><h1>Ferry sails again</h1>",
         "Ferry sails again"),
        ("<title>Ferry sails again - Herald</title>", "<h2>Ferry sails again</h2>",
         "Ferry sails again"),
        ("", "<div>Menu</div><h2>Ferry sails again</h2>", "Ferry sails again"),
        ("", "<h2>News</h2>", None),
    ],
)  # fmt: skip
def test_headline(head: str, body: str, title: str | None) -> None:
    markup = f"<html><head>{head}</head><body>{body}{BODY}</body></html>".encode()
    assert article(markup).headline == title


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<meta property="og:site_name" content="Island Herald">', "Island Herald"),
        ('<meta property="og:site_name" content="Island Herald | News of the sea">',
         "Island Herald"),
        ('<meta property="og:site_name" content="www.islandherald.example">', None),
        ('<meta property="og:site_name" content="islandherald">', None),
        ('<meta property="og:site_name" content="Blogger">', None),
        (f'<meta property="og:site_name" content="{TITLE}">', None),
        ('<meta property="og:site_name" content="Expert advice for sailors of the sea">', None),
        (ld(NEWS | {"publisher": {"name": "Island Herald"}}), "Island Herald"),
        (ld(NEWS | {"publisher": {"name": "Associated Press"}})
         + '<meta property="og:site_name" content="Island Herald">', "Island Herald"),
        ("", None),
    ],
)  # fmt: skip
def test_publication_is_stated_and_borne_out_or_unknown(head: str, name: str | None) -> None:
    found = article(page(head)).publication
    assert (found and found.name) == name


def test_address_must_be_absolute_and_may_be_completed() -> None:
    def addresses(head: str) -> list[str]:
        markup = page(head).replace(f'<link rel="canonical" href="{URL}">'.encode(), b"")
        return [m.value for m in document(markup).metadata if m.property == "canonicalUrl"]

    assert addresses('<link rel="canonical" href="/news/ferry">') == []
    assert addresses('<link rel="canonical" href="javascript:void(0)">') == []
    both = '<link rel="canonical" href="/news/ferry"><meta property="og:url" content="%s">'
    assert addresses(both % "https://a.example/b") == [
        "https://a.example/news/ferry",
        "https://a.example/b",
    ]


def test_section_of_the_breadcrumb() -> None:
    trail = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"name": n} for n in ("Home", "Islands", TITLE)],
    }
    assert article(page(ld(trail, NEWS))).section == "Islands"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Jane Doe | Island Media", ["Jane Doe"]),
        ("Jane Doe Staff Writer", ["Jane Doe"]),
        ("Jane Doe for Reuters", ["Jane Doe"]),
        ("Jane Doe @jane", ["Jane Doe"]),
        ("U.S. Customs and Border Protection", []),
        ("Island Herald Staff", []),
        ("News Desk", []),
    ],
)
def test_names_of_a_byline(text: str, names: list[str]) -> None:
    assert [name.text for name in parse_names(text, 0)] == names
