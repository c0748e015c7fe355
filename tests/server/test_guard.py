"""SERVICE is found in every spelling that Oxigraph runs, and nowhere else."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg_server import guard
from tests.server.running import Running

REFUSED = [
    "SELECT * { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://192.0.2.1/> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE<http://192.0.2.1/>{} }",
    "SELECT * { SERVICE\n# a comment > { \n<http://192.0.2.1/> # another\n { } }",
    "SELECT * { SERVICE#c\r<http://192.0.2.1/>{} }",
    "SELECT * { VALUES ?x { <http://192.0.2.1/> } SERVICE ?x { } }",
    "SELECT * { VALUES ?x { <http://192.0.2.1/> } SERVICE SILENT $x { } }",
    "PREFIX e: <http://192.0.2.1/> SELECT * { SERVICE e:sparql { } }",
    "PREFIX : <http://192.0.2.1/> SELECT * { SERVICE : { } }",
    # glued to what stands before or after it
    "SELECT * { ?s ?p trueSERVICE<http://192.0.2.1/>{} }",
    "SELECT * { ?s ?p 1e5SERVICE<http://192.0.2.1/>{} }",
    "SELECT * { ?s ?p 1.SERVICE<http://192.0.2.1/>{} }",
    "SELECT * { {}SERVICESILENT<http://192.0.2.1/>{} }",
    "PREFIX e: <http://192.0.2.1/> SELECT * { SERVICEe:sparql{} }",
    "PREFIX e: <http://192.0.2.1/> SELECT * { ?s ?p trueSERVICEe:sparql{} }",
    "PREFIX service: <http://x/> PREFIX : <http://192.0.2.1/> SELECT * { ?s ?p 1 service:x{} }",
    # what looks like an IRI, a string or a comment and is none
    "SELECT * { ?s ?p ?a,?b FILTER(?a<?b)SERVICE#>\n<http://192.0.2.1/>{} }",
    "SELECT * { ?s ?p ?a,?b FILTER(?a<?b&&?b>'#')SERVICE<http://192.0.2.1/>{} }",
    "SELECT * { ?s <http://x/#> ?o SERVICE <http://192.0.2.1/> { } }",
    "SELECT * { ?s ?p 'it\\'s' SERVICE <http://192.0.2.1/> { } }",
    "SELECT * { ?s ?p '''a'b''' SERVICE <http://192.0.2.1/> { } }",
    'SELECT * { ?s ?p """a\n"b\\"""" SERVICE <http://192.0.2.1/> { } }',
    "PREFIX e: <http://x/> SELECT * { ?s e:a\\#b ?o SERVICE <http://192.0.2.1/> { } }",
    "PREFIX e: <http://x/> SELECT * { ?s e:a\\'b ?o SERVICE <http://192.0.2.1/> { } }",
    # deep inside
    "SELECT * { { SELECT * { OPTIONAL { SERVICE <http://192.0.2.1/> { } } } } }",
    "SELECT * { FILTER EXISTS { SERVICE <http://192.0.2.1/> { } } }",
    "ASK { MINUS { SERVICE <http://192.0.2.1/> { } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }",
]
ALLOWED = [
    "SELECT ?service { ?service ?p ?o }",
    "SELECT * { ?s a <https://schema.org/Service> }",
    "PREFIX service: <http://x/service#> SELECT * { ?s a service:Service }",
    "PREFIX s: <http://x/service#>\nSELECT ?x { ?x a s:y }",
    "SELECT * { ?s ?p 'SERVICE <http://x/> { }' }",
    'SELECT * { ?s ?p """\nSERVICE <http://x/> { }""" }',
    "SELECT * { ?s ?p ?o } # SERVICE <http://x/> { }",
    "SELECT * { ?s ?p 'x'@service }",
    "SELECT * { ?s ?p ?o FILTER(REGEX(?o, 'secret service')) }",
    "PREFIX e: <http://x/> SELECT * { GRAPH e:service { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o FILTER(?o < 5 && ?o > 3) }",
]


@pytest.mark.parametrize("query", REFUSED)
def test_service_is_refused(query: str) -> None:
    assert guard.federates(query)


@pytest.mark.parametrize("query", ALLOWED)
def test_words_that_are_no_clause_are_let_through(query: str) -> None:
    ox.Store().query(query)  # the case itself is valid
    assert not guard.federates(query)


@pytest.mark.parametrize("query", [*REFUSED[:3], REFUSED[16]])
def test_the_endpoint_says_why(server: Running, query: str) -> None:
    response = server.get(query)
    assert response.status_code == 403
    assert "SERVICE is refused" in response.text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "<#" * 50_000 + " service",
        "service" + "#a" * 50_000,
        "SELECT * { " + "service <a> " * 10_000,
        "'" * 100_001 + "service",
        '"""' + "service\\" * 20_000,
        "service " + "<'>" * 30_000,
    ],
)
def test_a_hostile_text_is_scanned_to_its_end(query: str) -> None:
    assert isinstance(guard.federates(query), bool)
    assert guard.keywords(query) is not None


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:b> <a:c> <a:d> }",
        "# comment\nPREFIX a: <http://x/> delete where { ?s ?p ?o }",
        "LOAD <http://192.0.2.1/x.ttl>",
        "BASE <http://x/> LOAD SILENT <y>",
        "CLEAR ALL",
        "WITH <http://x/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_as_such(server: Running, update: str) -> None:
    assert guard.is_update(update)
    response = server.get(update)
    assert response.status_code == 403
    assert "read-only" in response.text


def test_a_query_about_updates_is_no_update() -> None:
    assert not guard.is_update("PREFIX insert: <http://x/> SELECT ?delete { ?delete a 'LOAD' }")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT * FROM <http://x/> { ?s ?p ?o }", True),
        ("SELECT *\nfrom#c\nNAMED<http://x/>{ ?s ?p ?o }", True),
        ("SELECT ?from { ?from <http://x/from> 'FROM <x>' } # FROM", False),
        ("PREFIX from: <http://x/> SELECT * { ?s from:from ?o }", False),
    ],
)
def test_a_dataset_clause_is_seen(query: str, named: bool) -> None:
    assert guard.names_dataset(query) is named
