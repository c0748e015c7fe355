"""What HTTP adds to an answer: validators, compression, other origins, honest headers."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import brotli
import httpx
import pyoxigraph as ox
import pytest
import zstandard

from kg_server import encoding, negotiate
from kg_server.source import FolderSource, Snapshot
from tests.server.running import BASE, Running, running

ALL = "SELECT ?s ?p ?o { ?s ?p ?o }"
SMALL = "ASK { ?s ?p ?o }"
MANY = "SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f }"  # 200,000 rows: streamed


def plain(server: Running, query: str, method: str = "GET", **headers: str) -> httpx.Response:
    wanted = {"Accept-Encoding": "identity", **headers}
    return server.client.request(method, "/sparql", params={"query": query}, headers=wanted)


def raw(server: Running, query: str, coding: str, path: str = "/sparql") -> tuple[str, bytes]:
    """Content-Encoding and body as they came over the wire."""
    parameters = {"query": query} if query else None
    with server.client.stream(
        "GET", path, params=parameters, headers={"Accept-Encoding": coding}
    ) as answer:
        assert answer.status_code == 200
        return answer.headers.get("content-encoding", ""), b"".join(answer.iter_raw())


def _unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None),
        ("deflate", None),
        ("", None),
        (None, None),
        ("gzip;q=much", None),
    ],
)
def test_codings_by_header(accepted: str | None, coding: str | None) -> None:
    assert encoding.choose(accepted) == coding


@pytest.mark.parametrize("query", [ALL, MANY])
def test_compressed_answers_are_the_same(server: Running, query: str) -> None:
    whole = plain(server, query).content
    undo = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": _unzstd}
    for coding, decompress in undo.items():
        name, body = raw(server, query, coding)
        assert name == coding
        assert len(body) < len(whole) / 4
        assert decompress(body) == whole


def test_small_answers_stay_as_they_are(server: Running) -> None:
    name, body = raw(server, SMALL, "gzip, br, zstd")
    assert name == ""
    assert json.loads(body)["boolean"] is True


def test_answers_say_what_they_vary_by(server: Running) -> None:
    assert plain(server, ALL).headers["vary"] == "Accept, Accept-Encoding"


def test_an_answer_is_not_sent_twice(server: Running) -> None:
    first = plain(server, ALL)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = plain(server, ALL, **{"If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert again.headers["access-control-allow-origin"] == "*"
    assert plain(server, ALL, **{"If-None-Match": '"other"'}).status_code == 200
    assert plain(server, ALL, "HEAD", **{"If-None-Match": tag}).status_code == 304


def test_the_tag_tells_all_that_the_answer_depends_on(server: Running) -> None:
    events = f"{BASE}graph/events"
    requests: list[dict[str, str]] = [
        {"query": ALL},
        {"query": ALL + " "},
        {"query": ALL, "format": "csv"},
        {"query": ALL, "default-graph-uri": events},
        {"query": ALL, "named-graph-uri": events},
    ]
    tags = [server.client.get("/sparql", params=request).headers["etag"] for request in requests]
    assert len(set(tags)) == len(tags)
    xml = {"Accept": "application/sparql-results+xml"}
    assert plain(server, ALL, **xml).headers["etag"] not in tags
    assert plain(server, ALL).headers["etag"] == tags[0]


@pytest.mark.parametrize(
    "query",
    ["SELECT (NOW() AS ?x) {}", "SELECT (rand () AS ?x) {}", "SELECT (StrUUID#\n() AS ?x) {}"],
)
def test_answers_that_change_have_no_tag(server: Running, query: str) -> None:
    answer = plain(server, query)
    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_errors_are_not_kept(server: Running) -> None:
    answer = plain(server, "SELECT * {", **{"If-None-Match": "*"})
    assert answer.status_code == 400
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_another_store_of_the_same_name_has_another_tag(tmp_path: Path) -> None:
    for name in ("one", "two"):
        store = ox.Store(str(tmp_path / name))
        node = ox.NamedNode(f"http://e.example/{name}")
        store.add(ox.Quad(node, node, node))
        store.flush()
        del store
    os.utime(tmp_path / "one" / "IDENTITY", (1, 1))
    one, two = FolderSource(tmp_path / "one"), FolderSource(tmp_path / "two")
    assert one.acquire()[0].name == two.acquire()[0].name
    assert one.acquire()[0].identity != two.acquire()[0].identity
    before = Snapshot("data", tmp_path / "one").identity
    ox.Store.read_only(str(tmp_path / "one"))  # reading does not change it
    assert Snapshot("data", tmp_path / "one").identity == before


def test_head_tells_no_length_that_it_does_not_know(server: Running) -> None:
    get, head = plain(server, ALL), plain(server, ALL, "HEAD")
    assert head.content == b""
    assert dict(head.headers) | {"date": ""} == dict(get.headers) | {"date": ""}
    streamed = plain(server, MANY, "HEAD")
    assert streamed.status_code == 200
    assert "content-length" not in streamed.headers
    server.works()


@pytest.mark.parametrize(
    "path",
    ["/sparql", "/graphs", "/.well-known/void", "/.well-known/sparql-examples", "/id/graph/events"],
)
def test_a_browser_of_another_origin_may_ask(server: Running, path: str) -> None:
    answer = server.client.options(
        path,
        headers={
            "Origin": "http://other.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "if-none-match" in answer.headers["access-control-allow-headers"].lower()
    assert "GET" in answer.headers["allow"]


def test_406_tells_what_is_offered(server: Running) -> None:
    rows = server.get(ALL, accept="image/png")
    assert rows.status_code == 406
    assert "application/sparql-results+json" in rows.text
    assert "text/csv" in rows.text
    graph = server.get("CONSTRUCT WHERE { ?s ?p ?o }", accept="image/png")
    assert "text/turtle" in graph.text
    assert "application/trig" in graph.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("srj", "application/sparql-results+json"),
        ("sparql-results+xml", None),
        ("application/sparql-results xml", "application/sparql-results+xml"),  # + not escaped
    ],
)
def test_format_by_other_names(server: Running, name: str, kind: str | None) -> None:
    answer = server.get(SMALL, format=name)
    assert answer.status_code == (200 if kind else 400)
    if kind:
        assert answer.headers["content-type"] == kind


@pytest.mark.parametrize("name", ["json-ld", "rdf+xml", "n3", "n-triples", "turtle", "nquads"])
def test_format_names_of_clients(server: Running, name: str) -> None:
    answer = server.get("CONSTRUCT { <s> <p> 1 } {}", format=name)
    assert answer.status_code == 200
    assert f"{BASE}s" in answer.text  # relative IRIs are relative to the data's base


# RDF 1.2: triple terms and base directions pass unchanged; the version is told when asked for.
TERMS = 'SELECT (TRIPLE(<http://e/s>, <http://e/p>, 1) AS ?t) (STRLANGDIR("a","ar","rtl") AS ?d) {}'


@pytest.mark.parametrize("name", ["json", "xml", "tsv"])
def test_rows_of_rdf_1_2(server: Running, name: str) -> None:
    media = negotiate.MEDIA_TYPES[name].split(";")[0]
    answer = server.get(TERMS, accept=f"{media};version=1.2")
    assert answer.headers["content-type"].endswith("; version=1.2")
    kinds = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
    kind = kinds.get(name, ox.QueryResultsFormat.TSV)
    found = ox.parse_query_results(answer.content, kind)
    assert isinstance(found, ox.QuerySolutions)
    (row,) = found
    assert isinstance(row["t"], ox.Triple)
    assert row["d"] == ox.Literal("a", language="ar", direction=ox.BaseDirection.RTL)
    assert "version" not in server.get(TERMS, accept=media).headers["content-type"]


REIFIED = "CONSTRUCT { <r> <states> <<( <s> <p> 1 )>> } {}"


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "nq", "trig"])
def test_graphs_of_rdf_1_2(server: Running, name: str) -> None:
    media = negotiate.MEDIA_TYPES[name].split(";")[0]
    answer = server.get(REIFIED, accept=f'{media};version="1.2"')
    assert answer.headers["content-type"].endswith("; version=1.2")
    (quad,) = ox.parse(answer.content, format=ox.RdfFormat.from_media_type(media))
    assert isinstance(quad.object, ox.Triple)


def test_json_ld_cannot_say_rdf_1_2_and_says_so(source: FolderSource) -> None:
    late = (
        "CONSTRUCT { ?s ?p ?o . <r> <states> ?t } "
        "{ { ?s ?p ?o } UNION { BIND(TRIPLE(<s>, <p>, 1) AS ?t) } } ORDER BY BOUND(?t)"
    )
    with running(source, workers=1) as server:
        for query in (REIFIED, late):
            answer = server.get(query, format="jsonld")
            assert answer.status_code == 406
            assert "Turtle" in answer.text
            # Nothing of the broken answer gets into the next one of the same worker.
            after = server.get("SELECT (1 AS ?n) {}", format="csv")
            assert after.content == b"n\r\n1\r\n"
