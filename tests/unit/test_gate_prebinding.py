"""Pre-binding on the text: which queries are joined for all nodes, and what others become."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg_builder.gate.prebinding import ForbiddenQueryError, Query

A, B = ox.NamedNode("urn:a"), ox.NamedNode("urn:b")
PLAIN = [
    "SELECT $this ?v WHERE { $this <urn:p> ?v . FILTER (?v > 1) }",
    "SELECT $this WHERE { $this <urn:p> ?v . FILTER NOT EXISTS { $this <urn:q> ?x } }",
    "SELECT $this ?x WHERE { $this <urn:p> ?v . OPTIONAL { $this <urn:q> ?x } FILTER bound(?x) }",
    "PREFIX e: <urn:> SELECT DISTINCT $this { $this e:p ?v . BIND (str(?v) AS ?t) }",
]
INVOLVED = [
    "SELECT $this WHERE { { FILTER (bound($this)) } $this <urn:p> ?v }",
    "SELECT $this WHERE { { $this <urn:p> 1 } UNION { $this <urn:q> ?v } }",
    "SELECT $this (COUNT(?v) AS ?n) WHERE { $this <urn:p> ?v } GROUP BY $this",
    "SELECT $this WHERE { $this <urn:p> ?v } LIMIT 1",
    "SELECT ?v WHERE { $this <urn:p> ?v }",
    "SELECT $this ?v WHERE { $this <urn:p>* ?v }",
    "SELECT $this ?v WHERE { { SELECT $this ?v { $this <urn:p> ?v } } }",
    "SELECT $this WHERE { OPTIONAL { ?s <urn:p> ?v FILTER (?s = $this) } FILTER (!bound(?s)) }",
    "SELECT $this ?v WHERE { $this <urn:p> ?v } ORDER BY $this",
    'SELECT $this ?v WHERE { $this <urn:p> ?v . FILTER ("$this }" != ?v) } # $this',
]


def store() -> ox.Store:
    found = ox.Store()
    for node, value in ((A, 1), (A, 2), (B, 2), (B, 3)):
        found.add(ox.Quad(node, ox.NamedNode("urn:p"), ox.Literal(value)))
    found.add(ox.Quad(B, ox.NamedNode("urn:q"), ox.Literal("x")))
    return found


def rows(text: str) -> list[tuple[str, ...]]:
    solutions = store().query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [v.value for v in solutions.variables if v.value != "this" and v.value[0] != "_"]
    return sorted({tuple(str(s[name]) for name in sorted(names)) for s in solutions})


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_query_is_joined_and_says_what_one_by_one_says(text: str) -> None:
    query = Query(text, None, ["this"])
    assert query.plain
    found = store().query(query.joined([A, B], {}))
    assert isinstance(found, ox.QuerySolutions)
    names = [v.value for v in found.variables]
    everything = sorted(tuple(str(s[name]) for name in sorted(names)) for s in found)
    alone = []
    for node in (A, B):
        one = store().query(query.joined([node], {}))
        assert isinstance(one, ox.QuerySolutions)
        alone.extend(tuple(str(s[name]) for name in sorted(names)) for s in one)
        assert len(rows(query.substituted({"this": node}))) == len(
            {row for row in everything if str(node) in row}
        )
    assert everything == sorted(alone)
    assert everything


@pytest.mark.parametrize("text", INVOLVED[:-1])
def test_an_involved_query_is_asked_node_by_node(text: str) -> None:
    query = Query(text, None, ["this"])
    assert not query.plain
    assert isinstance(rows(query.substituted({"this": A})), list)


def test_texts_iris_and_comments_are_left_alone() -> None:
    text = Query(INVOLVED[-1], None, ["this"]).substituted({"this": A})
    assert '"$this }"' in text
    assert "#" not in text
    assert text.count("<urn:a>") == 1


def test_pre_binding_reaches_into_nested_groups() -> None:
    query = Query(INVOLVED[0], None, ["this"])
    assert len(rows(query.substituted({"this": A}))) == 1
    assert rows(query.substituted({"this": ox.NamedNode("urn:none")})) == []


def test_the_path_is_put_in() -> None:
    query = Query("SELECT $this ?value { $this $PATH ?value }", "^<urn:p>", ["this"])
    assert query.plain
    assert "^<urn:p>" in query.substituted({"this": A})
    assert not Query("SELECT $this ?v { $this $PATH ?v }", "<urn:p>*", ["this"]).plain


@pytest.mark.parametrize(
    "text",
    [
        "SELECT $this { $this ?p ?o MINUS { $this ?p 1 } }",
        "SELECT $this { VALUES ?x { 1 } }",
        "SELECT $this { SERVICE <urn:s> { $this ?p ?o } }",
        "SELECT $this { BIND (1 AS $this) }",
        "SELECT $this { { SELECT ?x { $this ?p ?x } } }",
        "SELECT $this { $this $PATH ?x }",
    ],
)
def test_what_shacl_forbids_is_refused(text: str) -> None:
    with pytest.raises(ForbiddenQueryError):
        Query(text, None, ["this"])
