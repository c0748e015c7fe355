"""The W3C's protocol, graph store and service description tests against a running server.

The endpoint only reads. A test's writes are sent and must be refused with 403; for the graph
store what they would have done is served from a store of the test's own, so that its reads
are answered as the W3C expects. Nothing of a manifest is left out: what a read-only endpoint
cannot show is listed by name in REFUSED and checked for its refusal.
"""

from __future__ import annotations

import email
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic

from kg_server.source import FolderSource, Lease, Snapshot
from tests.server.running import BASE, Running, running
from tests.support import ROOT, shared

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
WRITES = ("PUT", "POST", "DELETE", "PATCH")
FOLDER = ROOT.parent / "shared" / "w3c" / "rdf-tests" / "sparql" / "sparql11"
STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


@dataclass(frozen=True)
class Request:
    """One request of a test and what its response must be."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: tuple[str, ...]
    boolean: bool | None
    format: str | None
    graph: str | None
    kind: str | None


@dataclass(frozen=True)
class Case:
    """A test: its requests in order, and the graphs it starts with."""

    name: str
    requests: tuple[Request, ...]
    data: tuple[tuple[str, Path], ...]


def _manifest(*path: str) -> Graph:
    return Graph().parse(FOLDER.joinpath(*path), format="turtle")


def _headers(graph: Graph, node: Any) -> dict[str, str]:
    found = graph.value(node, HT.headers)
    if found is None:
        return {}
    pairs = (
        (graph.value(h, HT.fieldName), graph.value(h, HT.fieldValue))
        for h in Collection(graph, found)
    )
    return {str(name).lower(): str(value) for name, value in pairs}


def _request(graph: Graph, node: Any) -> Request:
    response, body = graph.value(node, HT.resp), graph.value(node, HT.body)
    content = b""
    if body is not None:
        coding = str(graph.value(body, CNT.characterEncoding))
        content = str(graph.value(body, CNT.chars)).encode(coding)
    boolean, answered = graph.value(response, MF.expectedBoolean), graph.value(response, HT.body)
    return Request(
        method=str(graph.value(node, HT.methodName)),
        path=str(graph.value(node, HT.absolutePath)),
        headers=_headers(graph, node),
        body=content,
        statuses=tuple(
            sorted(s.rsplit("#", 1)[1] for s in graph.objects(response, MF.expectedStatus))
        ),
        boolean=None if boolean is None else bool(boolean.toPython()),
        format=str(graph.value(response, MF.expectedFormat) or "") or None,
        graph=None if answered is None else str(graph.value(answered, CNT.chars)),
        kind=_headers(graph, response).get("content-type"),
    )


def _cases(*path: str) -> list[Case]:
    """The cases of a manifest; none where the W3C's files are missing (a test tells that)."""
    if not FOLDER.exists():
        return []
    graph, found = _manifest(*path), []
    entries = list(Collection(graph, next(graph.objects(None, MF.entries))))
    # One direct test is described but missing from its manifest's list.
    entries += sorted(set(graph.subjects(MF.action)) - set(entries))
    for entry in entries:
        action = graph.value(entry, MF.action)
        requests = Collection(graph, graph.value(action, HT.requests))
        data = tuple(
            (str(graph.value(d, RDFS.label)), Path(str(graph.value(d, UT.graph))[len("file://") :]))
            for d in graph.objects(entry, UT.graphData)
        )
        steps = tuple(_request(graph, r) for r in requests)
        found.append(Case(str(entry).rsplit("#", 1)[1], steps, data))
    return found


PROTOCOL = _cases("protocol", "manifest.ttl")
STORE = [
    case
    for name in ("manifest-direct.ttl", "manifest-indirect.ttl")
    for case in _cases("graph-store-protocol", name)
]
REFUSED = {  # updates that must succeed elsewhere
    "update_dataset_default_graph",
    "update_dataset_default_graphs",
    "update_dataset_named_graphs",
    "update_dataset_full",
    "update_post_form",
    "update_post_direct",
    "update_base_uri",
}


def _meets(status: int, expected: tuple[str, ...]) -> bool:
    ranges = {f"StatusCode{n}xx": range(n * 100, n * 100 + 100) for n in (2, 3, 4, 5)}
    return any(status in ranges.get(name, (STATUS.get(name),)) for name in expected)


def test_the_files_are_there_and_all_is_run() -> None:
    shared("w3c", "rdf-tests", "sparql", "sparql11")
    assert (len(PROTOCOL), len(STORE)) == (34, 14)
    assert {case.name for case in PROTOCOL} >= REFUSED


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("protocol") / "store"
    store = ox.Store(str(folder))
    for name, path in sorted({pair for case in PROTOCOL for pair in case.data}):
        store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(name))
    store.flush()
    del store
    with running(FolderSource(folder)) as found:
        yield found


def _send(server: Running, request: Request, path: str) -> httpx.Response:
    return server.client.request(
        request.method, server.url + path, content=request.body, headers=request.headers
    )


FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}


@pytest.mark.parametrize("case", PROTOCOL, ids=lambda case: case.name)
def test_protocol(protocol: Running, case: Case) -> None:
    for request in case.requests:
        answer = _send(protocol, request, request.path)
        if case.name in REFUSED:
            assert answer.status_code == 403
            assert "read-only" in answer.text
            return  # what follows asks for the update's effect
        assert _meets(answer.status_code, request.statuses), answer.text
        kind = answer.headers["content-type"].split(";")[0]
        if request.format:
            assert kind in FORMATS[request.format]
        if request.boolean is not None:
            assert answer.json()["boolean"] is request.boolean


class _Mirror:
    """A source of snapshots that a test writes, where the server refuses to."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self.data = ox.Store()
        self.publish()

    def publish(self) -> None:
        """Makes what stands in `data` the newest snapshot."""
        self._number += 1
        path = self._folder / str(self._number)
        shutil.rmtree(path, ignore_errors=True)
        store = ox.Store(str(path))
        store.extend(self.data)
        store.flush()
        del store
        self._snapshot = Snapshot(str(self._number), path)

    def current_name(self) -> str:
        return self._snapshot.name

    def acquire(self) -> tuple[Snapshot, Lease]:
        class Nothing:
            def release(self) -> None:
                return

        return self._snapshot, Nothing()

    def write(self, graph: str | None, request: Request) -> None:
        """Does what a write asks for; None is the default graph."""
        name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        if request.method in ("PUT", "DELETE"):
            self.data.remove_graph(name)
        kind = request.headers.get("content-type", "")
        parts = [request.body] if request.body else []
        if kind.startswith("multipart/"):
            head = f"Content-Type: {kind}\r\n\r\n".encode()
            message = email.message_from_bytes(head + request.body)
            parts = [part.get_payload(decode=True) for part in message.get_payload()]
        for part in parts:
            self.data.load(part, format=ox.RdfFormat.TURTLE, to_graph=name)
        self.publish()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, _Mirror]]:
    mirror = _Mirror(tmp_path_factory.mktemp("graphs"))
    with running(mirror, workers=1, default_graph="empty") as found:
        yield found, mirror


def _caught_up(server: Running, name: str) -> None:
    end = time.monotonic() + 10
    while (
        server.pool.snapshots != [name] or server.client.get("/health").json()["snapshot"] != name
    ):
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("case", STORE, ids=lambda case: case.name)
def test_graph_store(store: tuple[Running, _Mirror], case: Case) -> None:
    server, mirror = store
    mirror.data.clear()
    mirror.publish()
    for request in case.requests:
        path = request.path.replace("$LOCATION$", "")
        if path.startswith("/gsp/"):  # the data's own IRIs are what is identified directly here
            path = "/id/graph/" + path.removeprefix("/gsp/")
            graph: str | None = BASE + path.removeprefix("/id/")
        else:
            path = path.replace("/gsp", "/graphs", 1)
            graph = httpx.URL(path).params.get("graph")
        if request.method in WRITES:
            answer = _send(server, request, path)
            assert answer.status_code == 403
            assert "read-only" in answer.text
            if path == "/graphs":
                assert case.name == "post_get_new_graph"
                return  # no graph is made, so there is none to read
            mirror.write(graph, request)
            continue
        _caught_up(server, mirror.current_name())
        answer = _send(server, request, path)
        assert _meets(answer.status_code, request.statuses), answer.text
        if request.kind:
            assert answer.headers["content-type"] == request.kind
        if request.graph:
            expected = Graph().parse(data=request.graph, format="turtle")
            assert isomorphic(Graph().parse(data=answer.text, format="turtle"), expected)
        if request.method == "HEAD":
            assert answer.content == b""


@pytest.fixture(scope="module")
def described(server: Running) -> Graph:
    shared("w3c", "rdf-tests", "sparql", "sparql11", "service-description")
    names = [str(e) for e in _manifest("service-description", "manifest.ttl").subjects(RDF.type)]
    assert len([name for name in names if "#" in name]) == 3
    answer = server.client.get("/sparql", headers={"Accept": "application/rdf+xml"})
    assert answer.headers["content-type"] == "application/rdf+xml"
    return Graph().parse(data=answer.text, format="xml")  # returns-rdf


def test_has_endpoint_triple(server: Running, described: Graph) -> None:
    assert set(described.objects(None, SD.endpoint)) == {URIRef(server.url + "/sparql")}


RANGES = {  # https://www.w3.org/TR/sparql11-service-description/#vocab
    "endpoint": ("Service", None),
    "feature": ("Service", None),
    "supportedLanguage": ("Service", None),
    "resultFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}


def test_conforms_to_schema(described: Graph) -> None:
    for subject, predicate, value in described:
        if predicate not in SD:
            continue
        domain, target = RANGES[predicate.removeprefix(SD)]
        assert (subject, RDF.type, SD[domain]) in described
        if target:
            assert (value, RDF.type, SD[target]) in described
        else:
            assert isinstance(value, URIRef)
    for named in described.subjects(RDF.type, SD.NamedGraph):
        assert len(list(described.objects(named, SD.name))) == 1
        assert len(list(described.objects(named, SD.graph))) == 1
