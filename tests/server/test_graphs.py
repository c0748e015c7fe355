"""Reading the graph store: by parameter, by address, whole; and how writes are refused."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg_server.source import FolderSource
from tests.server.running import BASE, DATA, Running, running

EVENTS = f"{BASE}graph/events"


def stored(graph: str | None = None) -> set[ox.Triple]:
    return {q.triple for q in quads() if graph in (None, getattr(q.graph_name, "value", ""))}


def quads() -> set[ox.Quad]:
    store = ox.Store()  # writes numbers in their shortest form, as any store does
    store.bulk_load(path=str(DATA), format=ox.RdfFormat.TRIG)
    return set(store)


def triples(content: bytes, kind: ox.RdfFormat) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(content, format=kind)}


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/n-quads", ox.RdfFormat.N_QUADS),
        ("application/trig", ox.RdfFormat.TRIG),
        ("text/n3", ox.RdfFormat.N3),
    ],
)
def test_a_graph_by_parameter_and_by_address(
    server: Running, media: str, kind: ox.RdfFormat
) -> None:
    headers = {"Accept": media}
    indirect = server.client.get("/graphs", params={"graph": EVENTS}, headers=headers)
    direct = server.client.get("/id/graph/events", headers=headers)
    for answer in (indirect, direct):
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media
        assert answer.headers["access-control-allow-origin"] == "*"
        assert triples(answer.content, kind) == stored(EVENTS)
    head = server.client.head("/graphs", params={"graph": EVENTS}, headers=headers)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == indirect.headers["content-type"]


def test_the_default_graph_is_what_queries_see(server: Running, source: FolderSource) -> None:
    union = server.client.get("/graphs?default", headers={"Accept": "application/n-triples"})
    assert triples(union.content, ox.RdfFormat.N_TRIPLES) == stored()
    with running(source, workers=1, default_graph="empty") as other:
        answer = other.client.get("/graphs?default=", headers={"Accept": "application/n-triples"})
        assert answer.status_code == 200
        assert answer.content == b""


@pytest.mark.parametrize(
    ("name", "kind"), [("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG)]
)
def test_all_graphs_are_sent_as_quads(server: Running, name: str, kind: ox.RdfFormat) -> None:
    found = set(ox.parse(server.client.get(f"/graphs?format={name}").content, format=kind))
    assert found == quads()
    plain = server.client.get("/graphs", headers={"Accept": "*/*"})
    assert plain.headers["content-type"] == "application/n-quads"


def test_a_graph_is_tagged(server: Running) -> None:
    for path in ("/id/graph/events", f"/graphs?graph={EVENTS}"):
        tag = server.client.get(path).headers["etag"]
        assert server.client.get(path, headers={"If-None-Match": tag}).status_code == 304
    other = server.client.get("/graphs", params={"graph": f"{BASE}graph/entities"})
    assert other.headers["etag"] != tag


def test_a_node_is_tagged_too(server: Running) -> None:
    answer = server.client.get("/id/entity/place/kunduz.ttl")
    known = {"If-None-Match": f'"another", W/{answer.headers["etag"]}'}
    again = server.client.get("/id/entity/place/kunduz.ttl", headers=known)
    assert again.status_code == 304
    assert again.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_graph_that_is_not_there(server: Running, method: str) -> None:
    for path in (f"/graphs?graph={BASE}graph/nothing", "/id/graph/nothing"):
        assert server.client.request(method, path).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"graph={EVENTS}&default", 400),
        (f"graph={EVENTS}&graph={EVENTS}", 400),
        ("graph=events", 400),
        ("graph=", 400),
        ("graph=http://a.example/%20b", 400),
        ("default&timeout=never", 400),
        (f"graph={EVENTS}&format=csv", 406),
        ("format=ttl", 406),  # all graphs do not fit into one
    ],
)
def test_wrong_parameters(server: Running, query: str, status: int) -> None:
    answer = server.client.get(f"/graphs?{query}")
    assert answer.status_code == status
    assert answer.text.strip()


def test_not_acceptable_tells_the_formats(server: Running) -> None:
    answer = server.client.get(f"/graphs?graph={EVENTS}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", ["/graphs", "/graphs?default", f"/graphs?graph={EVENTS}", "/id/graph/events"]
)
def test_writes_are_refused(server: Running, method: str, path: str) -> None:
    answer = server.client.request(
        method, path, content=b"<a:a> <a:b> <a:c> .", headers={"Content-Type": "text/turtle"}
    )
    assert answer.status_code == 403
    assert "read-only" in answer.text
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert server.client.get("/health").json()["quads"] == 450
