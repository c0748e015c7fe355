"""Pages of the graph: what they say, as what they are served, and that nothing breaks out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from kg_server import facts
from kg_server.source import load_files
from tests.server.running import BASE, Running, running

ARTICLE = "/id/article/blast-hits-mosque-3f2a9c11d0"
BARE = "/id/article/mourning-in-kunduz-77bc20aa19"
HOSTILE = "/id/article/hostile-headline-5e5e5e5e5e"
EVENT = "/id/event/attack-2021-10-08-kunduz-77aa01bc2d"
PAGES = [
    "/",
    "/workbench",
    "/ontology",
    "/browse/Article",
    "/browse/Teaser",
    "/browse/Event",
    "/browse/Person",
    "/browse/Place",
    ARTICLE,
    BARE,
    HOSTILE,
    EVENT,
    "/id/article/aid-convoy-leaves-20c9d1e8f7",
    "/id/entity/place/kunduz",
    "/id/entity/region/southern-asia",
    "/id/entity/organization/islamic-state-khorasan",
    "/id/entity/person/jane-doe",
    "/id/entity/person/script-alert-1",
    "/id/publication/the-daily-lantern",
    "/id/section/the-daily-lantern/world",
    "/id/document/blast-txt-0a1b2c3d4e",
    "/id/agent/gazetteer-0-1-0",
    "/id/geometry/place/kunduz",
    "/resource?iri=https%3A%2F%2Fw3id.org%2Fkg-builder%2Fevent-types%23attack",
    "/sparql?format=html&query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    "/sparql?format=html&query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    "/sparql?format=html&query=ASK%20%7B%7D",
]
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """The text of a page, its links, its elements; balanced tags are checked on the way."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], self._open
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.seen.append((tag, values))
        if tag not in VOID:
            self._open.append(tag)
        if href := values.get("href"):
            self.links.append(href)
        if found := values.get("id"):
            self.ids.append(found)

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            assert self._open.pop() == tag
        if tag in ("dt", "dd", "td"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(server: Running, path: str, status: int = 200) -> Page:
    answer = server.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_keeps_to_itself(server: Running, path: str) -> None:
    answer = server.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    found = Page(answer.text)
    assert len(found.ids) == len(set(found.ids)), "an id stands twice"
    for tag, values in found.seen:
        assert not any(name.startswith("on") or name == "style" for name in values), (tag, values)
        if tag in ("script", "img", "link", "form", "iframe", "object"):
            target = values.get("src") or values.get("href") or values.get("action") or ""
            assert target.startswith("/"), (tag, values)
        if tag == "script":
            assert values.get("src") == "/static/workbench.js"
    for link in found.links:
        assert link.startswith(("/", "#", "http://", "https://")), link
    assert found.seen[0][0] == "html"
    assert sum(tag == "h1" for tag, _ in found.seen) == 1


@pytest.mark.parametrize("path", PAGES[:12])
def test_links_lead_somewhere(server: Running, path: str) -> None:
    for link in sorted(set(page(server, path).links)):
        if link.startswith("/") and "alert" not in link:
            answer = server.client.get(link.split("#")[0])
            assert answer.status_code in (200, 303), link


def test_the_start_page_counts(server: Running) -> None:
    text = page(server, "/").text
    for words in ("3 Articles", "1 Teasers", "1 Events", "2 Event reports", "1 Claims"):
        assert words in text
    assert "1 Publications" in text
    assert "Articles in a section" in text  # the first example query


def test_an_article(server: Running) -> None:
    found = page(server, ARTICLE)
    assert "Author Jane Doe byline" in found.text
    assert "Published 9 October 2021 json-ld" in found.text
    assert "Publication The Daily Lantern" in found.text
    assert "A bomb killed at least 55 people in a mosque in Kunduz on Friday" in found.text
    assert "behind the blast 💥 in northern Afghanistan" in found.text
    assert "Looked for and not found: modifiedAt" in found.text
    assert "Newsroom meta 0.5 no: a better source won" in found.text
    assert "Jane Doe affiliated with University of Minho" in found.text
    assert "The mosque on Saturday" in found.text
    marks = [v for t, v in found.seen if t == "a" and "mark" in (v.get("class") or "")]
    assert {"mark place", "mark organization", "mark region", "mark person"} == {
        v["class"] for v in marks
    }
    assert "/id/entity/place/kunduz" in {v["href"] for v in marks}
    # the emoji counts as one code point, so what follows it is marked in its place
    assert "Afghanistan" in found.words
    sentences = [name for name in found.ids if name.startswith("sentence=")]
    assert len(sentences) == 7


def test_what_is_unknown_is_said(server: Running) -> None:
    text = page(server, BARE).text
    assert "Author unknown" in text
    assert "Publication unknown" in text
    assert "Published unknown" in text
    assert "Looked for and not found: author, datePublished, publication" in text


def test_a_teaser(server: Running) -> None:
    text = page(server, "/id/article/aid-convoy-leaves-20c9d1e8f7").text
    assert "Teaser" in text
    assert "Published unknown “6 hours ago”" in text
    assert "The first trucks left for Kunduz this morning." in text


def test_a_place(server: Running) -> None:
    found = page(server, "/id/entity/place/kunduz")
    assert "Also called Kondoz · Qunduz" in found.text
    assert "Within Afghanistan, Southern Asia, Asia" in found.text
    assert "POINT(68.857 36.729)" in found.text
    assert "https://sws.geonames.org/1135690/" in found.links
    assert "same name and class in 3 articles" in found.text
    assert "named 3 times" in found.text
    assert "ISK has struck Kunduz before." in found.text
    assert "at least 55 killed" in found.text


def test_a_region(server: Running) -> None:
    text = page(server, "/id/entity/region/southern-asia").text
    assert "Contains Afghanistan" in text
    assert "Blast hits mosque in Kunduz about this" in text
    assert "Articles about places in it 1 Mourning in Kunduz" in text
    above = page(server, "/id/entity/region/asia").text  # named nowhere, but not without articles
    assert "Articles about places in it 2" in above
    assert "No article" not in above


def test_an_event(server: Running) -> None:
    text = page(server, EVENT).text
    assert "Date 8 October 2021" in text
    assert "Perpetrator Islamic State Khorasan" in text
    assert "same type, day, place and actor in 2 articles" in text
    assert "Reports 2" in text
    assert "A bomb killed at least 55 people" in text
    assert "about 50 killed" in text


def test_a_publication_lists_its_articles(server: Running) -> None:
    text = page(server, "/id/publication/the-daily-lantern").text
    assert "Articles 2" in text
    assert "Sections World" in text
    assert "https://lantern.example/" in text


def test_hostile_strings_stay_text(server: Running) -> None:
    found = page(server, HOSTILE)
    assert '<script>alert(1)</script> "quoted" & <b>bold</b>' in found.text
    assert "<img src=x onerror=alert(2)>" in found.text
    assert "javascript:alert(3)" in found.text
    assert not any(link.startswith("javascript") for link in found.links)
    person = page(server, "/id/entity/person/script-alert-1")
    assert '"><img src=x onerror=alert(5)>' in person.text
    assert not any(link.startswith("javascript") for link in person.links)
    hostile = "</textarea><script>alert(7)</script>{{ 7 * 7 }}"
    for path in ("/workbench", "/sparql"):
        shown = server.client.get(path, params={"query": hostile, "format": "html"})
        assert "<script>alert" not in shown.text
        assert "{{ 7 * 7 }}" in Page(shown.text).text
    missing = page(server, "/%3Cscript%3Ealert(8)%3C/script%3E", 404)
    assert "<script>alert(8)</script>" in missing.text


@pytest.mark.parametrize(
    ("suffix", "media", "kind"),
    [
        ("ttl", "text/turtle", ox.RdfFormat.TURTLE),
        ("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("rdf", "application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
def test_nodes_as_data(server: Running, suffix: str, media: str, kind: ox.RdfFormat) -> None:
    for path in (ARTICLE, EVENT, "/id/entity/place/kunduz"):
        by_accept = server.client.get(path, headers={"Accept": media})
        by_suffix = server.client.get(f"{path}.{suffix}")
        assert by_accept.content == by_suffix.content
        assert by_accept.headers["content-type"].split(";")[0] == media
        assert by_accept.headers["vary"] == "Accept"
        subjects = {str(q.subject) for q in ox.parse(by_accept.content, format=kind)}
        assert f"<{BASE}{path.removeprefix('/id/')}>" in subjects


def test_an_article_as_data_is_its_whole_graph(server: Running) -> None:
    answer = server.client.get(f"{ARTICLE}.nt")
    key = ARTICLE.rsplit("/", 1)[1]
    rows = server.rows(
        f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}graph/article/{key}> {{ ?s ?p ?o }} }}"
    )
    assert len(answer.text.splitlines()) == int(rows[0]["n"])


def test_a_graph_is_sent_by_the_endpoint(server: Running) -> None:
    answer = server.client.get("/id/graph/events", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/turtle")
    assert len(list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))) == 17
    suffixed = server.client.get("/id/graph/events.nt")
    assert len(suffixed.text.splitlines()) == 17
    table = server.client.get("/id/graph/events", headers={"Accept": "text/html"})
    assert table.status_code == 303
    page = server.client.get(table.headers["location"], headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "<table" in page.text


def test_an_old_iri_leads_to_the_new_one(server: Running) -> None:
    answer = server.client.get("/id/entity/place/kondoz")
    assert answer.status_code == 301
    assert answer.headers["location"] == "/id/entity/place/kunduz"


def test_what_was_taken_out_is_gone_not_missing(server: Running) -> None:
    answer = server.client.get("/id/article/taken-out-0123456789")
    assert answer.status_code == 410
    assert "taken out" in answer.text
    assert server.client.get("/id/article/never-was-0123456789").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/id/entity/place/nowhere",
        "/id/",
        "/browse/Secret",
        "/id/%00",
        "/id/<>",
        "/x.ttl",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/resource",
        "/resource?iri=nonsense%20",
    ],
)
def test_an_unknown_path_is_404(server: Running, path: str) -> None:
    answer = server.client.get(path)
    assert answer.status_code == 404
    assert "traceback" not in answer.text.lower()


def test_a_wrong_method_is_405(server: Running) -> None:
    assert server.client.post("/").status_code == 405
    assert "Method Not Allowed" in server.client.delete(ARTICLE).text


def test_a_node_in_no_format_that_is_accepted_is_406(server: Running) -> None:
    answer = server.client.get(ARTICLE, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "Turtle" in answer.text


def test_a_page_that_has_not_changed_is_not_sent_again(server: Running) -> None:
    first = server.client.get(ARTICLE)
    again = server.client.get(ARTICLE, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert server.client.head(ARTICLE).headers["etag"] == first.headers["etag"]


def test_page_numbers_out_of_range_show_the_nearest(server: Running) -> None:
    for number in ("0", "-1", "99", "x", "²", "9" * 40):
        assert "Blast hits mosque" in page(server, f"/browse/Article?page={number}").text


def test_the_ontology_as_data(server: Running) -> None:
    turtle = server.client.get("/ontology", headers={"Accept": "text/turtle"})
    assert turtle.headers["content-type"].startswith("text/turtle")
    json = server.client.get("/ontology.jsonld")
    count = len(list(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)))
    assert len(list(ox.parse(json.content, format=ox.RdfFormat.JSON_LD))) == count > 100
    assert "kg:Article" in page(server, "/ontology").text


def test_a_table_shows_the_first_rows_only(server: Running) -> None:
    crossed = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    found = page(server, f"/sparql?format=html&query={quote(crossed)}")
    assert "500+ rows" in found.text
    assert sum(tag == "tr" for tag, _ in found.seen) == 501


def test_an_error_shows_its_line(server: Running) -> None:
    answer = server.client.get(
        "/sparql", params={"query": "SELECT * {\n ?s ?p ] }", "format": "html"}
    )
    assert answer.status_code == 400
    assert 'data-line="2" data-column="8"' in answer.text


def test_files_of_any_kind_can_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(
        "@prefix e: <http://data.example/set/> .\n"
        'e:a e:knows e:b , [ e:name "blank" ] ; e:says "<b>" , "hallo"@de , 5 .\n'
    )
    source = load_files([tmp_path / "x.ttl"], tmp_path / "s", base="http://data.example/set/")
    with running(source, workers=1) as server:
        assert "0 articles: the store is empty" in page(server, "/").text
        for path in ("/id/a", "/set/a", "/resource?iri=http%3A%2F%2Fdata.example%2Fset%2Fa"):
            assert "hallo" in page(server, path).text
        turtle = server.client.get("/set/a", headers={"Accept": "text/turtle"})
        assert len(list(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))) == 5
        assert "<b>" in page(server, "/id/a").text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2021-10-08", "8 October 2021"),
        ("2021-10", "October 2021"),
        ("2021", "2021"),
        ("--10-08", "8 October"),
        ("2021-10-08T08:00:00+00:00", "8 October 2021"),
        ("2021-13-08", "2021-13-08"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_dates_for_people(value: str | None, shown: str | None) -> None:
    assert facts.day(value) == shown


def test_spans_that_do_not_fit_are_left_unmarked() -> None:
    def span(start: int, end: int, exact: str) -> dict[str, object]:
        return {"start": start, "end": end, "exact": exact}

    spans = [
        span(10, 13, "abc"),
        span(11, 15, "bcde"),  # overlaps
        span(16, 17, "x"),  # is not there
        span(5, 12, "abcdefg"),  # begins before the sentence
        span(17, 99, "h"),  # ends after it
        span(15, 17, "💥g"),
    ]
    pieces = facts.marked("abcde💥gh", 10, spans)
    assert [(p["text"], "start" in p) for p in pieces] == [
        ("abc", True),
        ("de", False),
        ("💥g", True),
        ("h", False),
    ]
