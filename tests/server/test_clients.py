"""Clients that nobody here wrote: what they send by default gets an answer they can read."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from kg_builder import vocab
from tests.server.running import BASE, Running

PLACE = f"{BASE}entity/place/kunduz"
ROWS = f"SELECT ?o {{ <{PLACE}> a ?o }}"


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_rows_and_graphs(server: Running, form: str, method: str) -> None:
    store = SPARQLStore(server.url + "/sparql", returnFormat=form, method=method)
    graph = Graph(store)
    assert {str(row[0]) for row in graph.query(ROWS)} == {row["o"] for row in server.rows(ROWS)}
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True
    assert len(Graph(store, URIRef(f"{BASE}graph/events"))) == 17
    described = Graph(SPARQLStore(server.url + "/sparql", returnFormat="xml", method=method))
    assert len(described.query(f"DESCRIBE <{PLACE}>").graph) > 2


def test_rdflib_reads_documents_by_address(server: Running) -> None:
    for path in ("/graphs?default", "/sparql", "/.well-known/void", "/id/graph/events"):
        assert len(Graph().parse(server.url + path)) > 10


def test_curl(server: Running) -> None:
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("needs curl")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [curl, "-sSf", "--compressed", *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout

    endpoint = server.url + "/sparql"
    assert json.loads(run("--data-urlencode", f"query={ROWS}", endpoint))["results"]["bindings"]
    assert run("-G", "--data-urlencode", f"query={ROWS}", "-H", "Accept: text/csv", endpoint)
    everything = run("-H", "Accept: application/n-quads", server.url + "/graphs")
    assert len(everything.splitlines()) == 450
    refused = subprocess.run(
        [curl, "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-T", "-", server.url + "/graphs"],
        input="",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert refused.stdout == "403"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own use of rdflib
@pytest.mark.parametrize("post", ["postdirectly", "urlencoded"])
def test_sparqlwrapper(server: Running, method: str, post: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper", reason="needs SPARQLWrapper")
    client = wrapper.SPARQLWrapper(server.url + "/sparql")
    client.setMethod(method)
    client.setRequestMethod(post)
    for form in (wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV):
        client.setQuery(ROWS)
        client.setReturnFormat(form)
        answer = client.query().convert()
        text = answer if isinstance(answer, bytes) else str(getattr(answer, "toxml", str)())
        if form == wrapper.JSON:
            text = json.dumps(answer)
        assert vocab.KG.encode() in (text if isinstance(text, bytes) else text.encode())
    for form in (wrapper.TURTLE, wrapper.N3, wrapper.RDFXML, wrapper.JSONLD, wrapper.XML):
        client.setQuery(f"DESCRIBE <{PLACE}>")
        client.setReturnFormat(form)
        answer = client.query().convert()
        graph = answer if isinstance(answer, Graph) else Graph().parse(data=answer, format="n3")
        assert len(graph) > 2
