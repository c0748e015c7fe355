"""What the server says of itself: service description, VoID, DCAT, example queries."""

from __future__ import annotations

import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, VOID

from kg_builder import resources, vocab
from kg_server.catalog import count, service, void_document
from kg_server.reader import Reader
from kg_server.source import FolderSource
from tests.server.running import BASE, Running, make_store, running
from tests.server.test_snapshots import StoreSource, build

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SH = Namespace(vocab.SH)
PATHS = ("/sparql", "/.well-known/void", "/.well-known/sparql-examples", "/catalog")
DATASET = URIRef(BASE + "dataset")


def read(server: Running, path: str) -> Graph:
    answer = server.client.get(path, headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    return Graph().parse(data=answer.text, format="turtle")


def test_the_service_lists_its_graphs_with_their_sizes(server: Running) -> None:
    graph = read(server, "/sparql")
    endpoint = URIRef(server.url + "/sparql")
    found = {}
    for named in graph.subjects(RDF.type, SD.NamedGraph):
        size = graph.value(graph.value(named, SD.graph), VOID.triples)
        found[str(graph.value(named, SD.name))] = int(str(size))
    rows = server.rows("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert found == {row["g"]: int(row["n"]) for row in rows}
    default = graph.value(graph.value(endpoint, SD.defaultDataset), SD.defaultGraph)
    assert graph.value(default, VOID.triples) == Literal(450)
    assert SD.UnionDefaultGraph in set(graph.objects(endpoint, SD.feature))
    assert len(set(graph.objects(endpoint, SD.resultFormat))) == 11


def test_an_empty_default_graph_is_described_as_empty(source: FolderSource) -> None:
    with running(source, workers=1, default_graph="empty") as server:
        graph = read(server, "/sparql")
    default = next(graph.objects(None, SD.defaultGraph))
    assert graph.value(default, VOID.triples) == Literal(0)
    assert not list(graph.objects(None, SD.feature))


def partitions(graph: Graph, kind: str, amount: str) -> dict[str, int]:
    return {
        str(graph.value(part, VOID[kind])): int(str(graph.value(part, VOID[amount])))
        for part in graph.objects(DATASET, VOID[f"{kind}Partition"])
    }


def test_void_counts_classes_and_properties(server: Running) -> None:
    graph = read(server, "/.well-known/void")
    classes, properties = (
        partitions(graph, "class", "entities"),
        partitions(graph, "property", "triples"),
    )
    assert graph.value(DATASET, VOID.sparqlEndpoint) == URIRef(server.url + "/sparql")
    assert graph.value(DATASET, VOID.classes) == Literal(len(classes))
    assert graph.value(DATASET, VOID.properties) == Literal(len(properties))
    assert URIRef(vocab.KG) in set(graph.objects(DATASET, VOID.vocabulary))
    for name, number in classes.items():
        rows = server.rows(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{name}> }}")
        assert int(rows[0]["n"]) == number
    for name, number in properties.items():
        rows = server.rows(f"SELECT (COUNT(*) AS ?n) {{ ?s <{name}> ?o }}")
        assert int(rows[0]["n"]) == number
    assert int(str(graph.value(DATASET, VOID.triples))) == sum(properties.values()) == 450


def test_void_of_the_build_is_served_as_it_stands(tmp_path: Path) -> None:
    source = make_store(tmp_path / "store")
    snapshot, _ = source.acquire()
    store = ox.Store(str(snapshot.path))
    name = ox.NamedNode(BASE + "graph/void")
    counted = ox.NamedNode(str(VOID.triples))
    total = ox.Literal(12345)
    store.add(ox.Quad(ox.NamedNode(str(DATASET)), counted, total, name))
    store.flush()
    del store
    with running(source, workers=1) as server:
        graph = read(server, "/.well-known/void")
    assert list(graph.objects(DATASET, VOID.triples)) == [Literal(12345)]


def test_dcat_names_distributions_that_work(server: Running) -> None:
    graph = read(server, "/catalog")
    assert (DATASET, RDF.type, DCAT.Dataset) in graph
    assert graph.value(DATASET, DCTERMS.title)
    assert list(graph.objects(DATASET, DCTERMS.license)) == []  # unknown is not guessed
    downloads = [
        (str(graph.value(part, DCAT.downloadURL)), str(graph.value(part, DCAT.mediaType)))
        for part in graph.objects(DATASET, DCAT.distribution)
        if graph.value(part, DCAT.downloadURL)
    ]
    assert len(downloads) == 2
    for address, media in downloads:
        answer = server.client.get(address)
        assert answer.status_code == 200
        assert media.endswith(answer.headers["content-type"].split(";")[0])
    for found in graph.subjects(RDF.type, DCAT.DataService):
        assert (found, DCAT.servesDataset, DATASET) in graph
        assert (found, DCAT.endpointURL, found) in graph


def test_every_example_runs_here(server: Running) -> None:
    graph = read(server, "/.well-known/sparql-examples")
    queries = set(graph.subjects(RDF.type, SH.SPARQLExecutable))
    assert len(queries) == len(resources.example_queries()) > 20
    schema = Namespace("https://schema.org/")
    for query in queries:
        assert graph.value(query, schema.target) == URIRef(server.url + "/sparql")
        assert server.get(str(graph.value(query, SH.select))).status_code == 200
        assert graph.value(query, SH.prefixes)
    declared = {str(prefix) for prefix in graph.objects(None, SH.prefix)}
    assert {"kg", "skos"} <= declared


@pytest.mark.parametrize("path", PATHS)
def test_documents_are_negotiated_and_tagged(server: Running, path: str) -> None:
    kinds = {
        "text/turtle": ox.RdfFormat.TURTLE,
        "application/rdf+xml": ox.RdfFormat.RDF_XML,
        "application/ld+json": ox.RdfFormat.JSON_LD,
        "application/n-triples": ox.RdfFormat.N_TRIPLES,
    }
    sizes, tags = set(), set()
    for media, kind in kinds.items():
        answer = server.client.get(path, headers={"Accept": media})
        assert answer.headers["content-type"].split(";")[0] == media
        sizes.add(len(set(ox.parse(answer.content, format=kind))))
        tags.add(answer.headers["etag"])
    assert len(sizes) == 1
    assert len(tags) == len(kinds)
    tag = server.client.get(path, headers={"Accept": "text/turtle"}).headers["etag"]
    known = {"Accept": "text/turtle", "If-None-Match": tag}
    assert server.client.get(path, headers=known).status_code == 304
    head = server.client.head(path, headers={"Accept": "text/turtle"})
    assert (head.status_code, head.content) == (200, b"")
    refused = server.client.get(path, headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert "text/turtle" in refused.text
    assert server.client.put(path).status_code == (405 if path == "/sparql" else 403)


def test_documents_name_the_host_that_was_asked(server: Running) -> None:
    def endpoint(host: str) -> str:
        answer = server.client.get("/sparql", headers={"Accept": "text/turtle", "Host": host})
        graph = Graph().parse(data=answer.text, format="turtle")
        return str(graph.value(None, SD.endpoint) or next(graph.objects(None, SD.endpoint)))

    assert endpoint("data.example:8080") == "http://data.example:8080/sparql"
    assert "<" not in endpoint('a"><b')  # no host: not put into the document
    assert endpoint('a"><b').endswith("/sparql")


def test_a_public_base_names_the_server(tmp_path: Path) -> None:
    path = make_store(tmp_path / "store").acquire()[0].path
    source = FolderSource(path, "https://news.example/kg/id/")
    with running(source, workers=1) as server:
        graph = read(server, "/sparql")
    (endpoint,) = graph.objects(None, SD.endpoint)
    assert str(endpoint) == "https://news.example/kg/sparql"


def test_a_very_large_store_is_listed_without_counting(source: FolderSource) -> None:
    reader = Reader(source.acquire()[0])
    counted, listed = count(reader), count(reader, most=449)
    assert [name for name, _ in listed.graphs] == [name for name, _ in counted.graphs]
    assert {number for _, number in listed.graphs} == {None}
    assert not listed.void
    predicates = {t.predicate.value for t in service(reader, listed, "http://a.example", True)}
    assert str(SD.namedGraph) in predicates
    assert str(VOID.triples) not in predicates
    void = void_document(reader, listed, "http://a.example", True)
    assert not {str(VOID.triples), str(VOID.classes)} & {t.predicate.value for t in void}


def test_documents_follow_the_snapshot(tmp_path: Path) -> None:
    """Another snapshot is counted again, under another tag."""
    build(tmp_path, 3)
    with running(StoreSource(tmp_path)) as server:
        first = server.client.get("/sparql")
        assert "3" in {str(n) for n in read(server, "/sparql").objects(None, VOID.triples)}
        build(tmp_path, 5)
        tag = first.headers["etag"]
        end = time.monotonic() + 10
        while server.client.get("/sparql").headers["etag"] == tag:
            assert time.monotonic() < end
            time.sleep(0.02)
        sizes = {str(n) for n in read(server, "/sparql").objects(None, VOID.triples)}
        assert "5" in sizes
