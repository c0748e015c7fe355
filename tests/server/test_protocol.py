"""The SPARQL 1.1 Protocol over HTTP: methods, parameters, datasets, formats, errors."""

from __future__ import annotations

import io
import json

import pyoxigraph as ox
import pytest

from kg_server.source import FolderSource
from tests.server.running import BASE, Running, running

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ALL = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}


def graph(name: str) -> str:
    return f"{BASE}graph/{name}"


def test_get_and_both_posts_answer_the_same(server: Running) -> None:
    answers = [
        server.client.get("/sparql", params={"query": COUNT}),
        server.client.post("/sparql", data={"query": COUNT}),
        server.client.post("/sparql", content=COUNT, headers=QUERY),
        server.client.post(
            "/sparql",
            content=COUNT,
            headers={"Content-Type": 'application/sparql-query; charset="UTF-8"'},
        ),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/sparql-results+json"
    assert answers[0].headers["access-control-allow-origin"] == "*"
    # an answer to GET may be kept and asked for again by its ETag
    assert [a.headers["cache-control"] for a in answers] == ["no-cache"] + ["no-store"] * 3


def test_head_has_the_headers_only(server: Running) -> None:
    answer = server.client.head("/sparql", params={"query": COUNT})
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 0


def test_options_allow_other_origins(server: Running) -> None:
    answer = server.client.options("/sparql", headers={"Origin": "http://other.example"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("by_accept", [True, False])
def test_results_parse_back(server: Running, name: str, by_accept: bool) -> None:
    kinds = {
        "json": ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
        "xml": ("application/sparql-results+xml", ox.QueryResultsFormat.XML),
        "csv": ("text/csv", ox.QueryResultsFormat.CSV),
        "tsv": ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
    }
    media, parser = kinds[name]
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    answer = server.get(query, accept=media) if by_accept else server.get(query, format=name)
    assert answer.headers["content-type"].split(";")[0] == media
    if name == "csv":  # has no types, so it cannot be parsed into terms
        assert len(answer.text.splitlines()) >= 450
        return
    found = ox.parse_query_results(io.BytesIO(answer.content), parser)
    assert isinstance(found, ox.QuerySolutions)
    assert sum(1 for _ in found) == 450


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_ask_in_every_format(server: Running, name: str) -> None:
    answer = server.get("ASK { ?s ?p ?o }", format=name)
    assert answer.status_code == 200
    assert "true" in answer.text


@pytest.mark.parametrize(
    ("name", "media", "parser"),
    [
        ("ttl", "text/turtle", ox.RdfFormat.TURTLE),
        ("nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("rdf", "application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("nq", "application/n-quads", ox.RdfFormat.N_QUADS),
        ("trig", "application/trig", ox.RdfFormat.TRIG),
    ],
)
@pytest.mark.parametrize("by_accept", [True, False])
def test_graphs_parse_back(
    server: Running, name: str, media: str, parser: ox.RdfFormat, by_accept: bool
) -> None:
    answer = server.get(ALL, accept=media) if by_accept else server.get(ALL, format=name)
    assert answer.headers["content-type"].split(";")[0] == media
    lines = server.get(ALL, format="nt")
    expected = {quad.triple for quad in ox.parse(lines.content, format=ox.RdfFormat.N_TRIPLES)}
    assert {quad.triple for quad in ox.parse(answer.content, format=parser)} == expected
    assert len(expected) > 400


def test_describe_gives_a_graph(server: Running) -> None:
    answer = server.get(f"DESCRIBE <{BASE}entity/place/kunduz>", accept="text/turtle")
    assert "Kondoz" in answer.text


@pytest.mark.parametrize(
    ("query", "accept", "parameters"),
    [
        (COUNT, "image/png", {}),
        (COUNT, "text/turtle", {}),
        (ALL, "text/csv", {}),
        (COUNT, "*/*", {"format": "ttl"}),
        (ALL, "*/*", {"format": "csv"}),
    ],
)
def test_not_acceptable(
    server: Running, query: str, accept: str, parameters: dict[str, str]
) -> None:
    assert server.get(query, accept=accept, **parameters).status_code == 406


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("SELECT * WHERE {\n  ?s ?p ?o ]\n}", 2, 12, "]"),
        ("SELEC * { ?s ?p ?o }", 1, 1, "SELEC"),
        ("SELECT * { ?s nope:x ?o }", 1, 15, "prefix is not declared"),
        ("SELECT * {\n ?s ?p 'é", 2, 8, "'é"),
        ("SELECT * {\n ?s ?p ] }", 2, 8, "]"),
        ("SELECT * { ?s ?p ?o FILTER(?o == 1) }", 1, 32, "= 1"),
        ("SELECT * { ?s ?p ?o FILTER ?o > 3 }", 1, 28, "?o > 3"),
        ("SELECT * { ?s ?p ?o } ORDER ?s", 1, 29, "?s"),
        ("SELECT * { ?s ?p ?o }}", 1, 22, "}"),
        ("PREFIX a <http://x/> SELECT * { ?s ?p ?o }", 1, 8, "expected one of :"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", 1, 35, "unbound"),
        ("SELECT * { ?s ?p ?o", 1, 20, "end of the query"),
        ("", 1, 1, "end of the query"),
    ],
)
def test_a_malformed_query_gets_its_place(
    server: Running, query: str, line: int, column: int, words: str
) -> None:
    plain = server.get(query)
    assert plain.status_code == 400
    assert f"line {line}, column {column}" in plain.text
    assert words in plain.text
    error = server.get(query, accept="application/json").json()["error"]
    assert (error["code"], error["line"], error["column"]) == ("syntax", line, column)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ([("query", COUNT), ("query", COUNT)], 400),
        ([("format", "json")], 400),
        ([("query", COUNT), ("format", "word")], 400),
        ([("query", COUNT), ("timeout", "soon")], 400),
        ([("query", COUNT), ("timeout", "-1")], 400),
        ([("query", COUNT), ("timeout", "nan")], 400),
        ([("query", COUNT), ("default-graph-uri", "not an iri")], 400),
        ([("update", "CLEAR ALL")], 403),
    ],
)
def test_wrong_parameters(server: Running, parameters: list[tuple[str, str]], status: int) -> None:
    answer = server.client.get("/sparql", params=parameters)
    assert answer.status_code == status
    assert answer.text


# The W3C's protocol tests of this kind: rdf-tests, sparql11/data-sparql11/protocol.
@pytest.mark.parametrize(
    ("method", "content", "headers", "status"),
    [
        ("PUT", b"query=ASK%20%7B%7D", FORM, 405),  # bad_query_method
        ("DELETE", b"", {}, 405),
        ("POST", b"ASK {}", {}, 415),  # bad_query_missing_form_type
        ("POST", b"ASK {}", {"Content-Type": "text/plain"}, 415),  # bad_query_wrong_media_type
        ("POST", b"", FORM, 400),  # bad_query_missing_direct_type
        ("POST", b"query=ASK%20%7B%7D&query=ASK%20%7B%7D", FORM, 400),  # bad_multiple_queries
        ("POST", "ASK {}".encode("utf-16"), QUERY, 400),  # bad_query_non_utf8
        ("POST", b"query=%FF%FE", FORM, 400),
        ("POST", b"ASK {", QUERY, 400),  # bad_query_syntax
        ("POST", b"update=CLEAR%20ALL", FORM, 403),
        ("POST", b"CLEAR ALL", {"Content-Type": "application/sparql-update"}, 403),
        ("POST", b"query=" + b"a" * 2_000_000, FORM, 413),
    ],
)
def test_bad_requests(
    server: Running, method: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = server.client.request(method, "/sparql", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.text.strip()
    server.works()


def count(server: Running, query: str, **parameters: str | list[str]) -> int:
    answer = server.client.get("/sparql", params={"query": query, **parameters})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_the_default_graph_is_the_union(server: Running) -> None:
    assert count(server, COUNT) == 450


def test_datasets_of_the_request(server: Running) -> None:
    events, entities = graph("events"), graph("entities")
    in_graphs = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    one = count(server, COUNT, **{"default-graph-uri": events})
    other = count(server, COUNT, **{"default-graph-uri": entities})
    assert 0 < one < 450
    assert count(server, COUNT, **{"default-graph-uri": [events, entities]}) == one + other
    assert count(server, in_graphs, **{"default-graph-uri": events}) == 0
    assert count(server, COUNT, **{"named-graph-uri": events}) == 0
    assert count(server, in_graphs, **{"named-graph-uri": events}) == one


def test_datasets_of_the_query(server: Running) -> None:
    events, entities = graph("events"), graph("entities")
    one = count(server, COUNT, **{"default-graph-uri": events})
    assert count(server, f"SELECT (COUNT(*) AS ?n) FROM <{events}> {{ ?s ?p ?o }}") == one
    named = f"SELECT (COUNT(*) AS ?n) FROM NAMED <{events}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert count(server, named) == one
    # the request's dataset wins over the query's: SPARQL 1.1 Protocol 2.1.4
    both = f"SELECT (COUNT(*) AS ?n) FROM <{entities}> {{ ?s ?p ?o }}"
    assert count(server, both, **{"default-graph-uri": events}) == one


def test_the_default_graph_may_be_empty(source: FolderSource) -> None:
    with running(source, default_graph="empty", workers=1) as server:
        assert count(server, COUNT) == 0
        assert count(server, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 450


def test_without_a_query_the_endpoint_describes_itself(server: Running) -> None:
    answer = server.client.get("/sparql")
    assert answer.headers["content-type"].startswith("text/turtle")
    assert "SPARQL11Query" in answer.text
    assert "UnionDefaultGraph" in answer.text
    xml = server.client.get("/sparql", headers={"Accept": "application/rdf+xml"})
    assert next(iter(ox.parse(xml.content, format=ox.RdfFormat.RDF_XML)))
    page = server.client.get("/sparql", headers={"Accept": "text/html"})
    assert "<textarea" in page.text
    assert server.client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_health(server: Running) -> None:
    answer = server.client.get("/health")
    assert answer.status_code == 200
    assert json.loads(answer.text) == {
        "ok": True,
        "snapshot": "data",
        "quads": 450,
        "workers": 2,
    }
