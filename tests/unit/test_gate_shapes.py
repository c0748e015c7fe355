"""Shapes that are ill-formed are refused by name; what the compiler leaves goes to pySHACL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg_builder.errors import ShapesError
from kg_builder.gate import Gate, report_turtle, sparql

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <urn:ex:> .
"""

Maker = Callable[[str], Gate]


def quads(text: str) -> list[ox.Quad]:
    triples = ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)
    return [ox.Quad(t.subject, t.predicate, t.object) for t in triples]


@pytest.fixture
def gate(tmp_path: Path) -> Maker:
    def make(text: str) -> Gate:
        path = tmp_path / "shapes.ttl"
        path.write_text(PREFIXES + text, encoding="utf-8")
        return Gate([path])

    return make


ILL = [
    ("sh:property [ sh:path ex:p ; sh:minCount 1 , 2 ]", "sh:minCount has more than one"),
    ('sh:property [ sh:path ex:p ; sh:minCount "x" ]', "sh:minCount must be a whole number"),
    ("sh:property [ sh:path ex:p ; sh:maxCount -1 ]", "sh:maxCount must be a whole number"),
    ("sh:property [ sh:path ex:p , ex:q ]", "sh:path has more than one"),
    ("sh:property [ sh:class ex:C ]", "has no sh:path"),
    ("sh:property [ sh:path ( ex:p ) ]", "needs two members"),
    ("sh:property [ sh:path ( ex:p ( ex:q ) ) ]", "needs two members"),
    ("sh:property [ sh:path [ sh:inversePath 1 ] ]", "a path cannot be"),
    ("sh:property [ sh:path [ ex:q ex:p ] ]", "no well-formed property path"),
    ("sh:property ex:nowhere", "nothing says what it is"),
    ("sh:node [ sh:path ex:p ]", "is a property shape"),
    ("sh:nodeKind ex:IRI", "sh:nodeKind cannot be"),
    ("sh:datatype 1", "sh:datatype must be an IRI"),
    ("sh:in ex:nolist", "not a well-formed list"),
    ("sh:or ()", "needs a list with a member"),
    ("sh:minCount 1", "is for property shapes"),
    ("sh:lessThan ex:p", "is for property shapes"),
    ('sh:closed "maybe"', "sh:closed must be true or false"),
    ("sh:minCuont 1", "sh:minCuont is no property of shapes"),
    ("sh:js [ ]", "needs JavaScript"),
    ("sh:severity 1", "sh:severity must be one IRI"),
    ("sh:message ex:m", "sh:message must be a text"),
    ("sh:targetClass ex:C ; sh:deactivated ex:no", "sh:deactivated must be one boolean"),
    ("sh:not ex:S", "is recursive"),
    ("sh:property [ sh:path ex:p ; sh:node ex:S ]", "is recursive"),
    ("sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:C ] ]", "qualified"),
    ('sh:sparql [ sh:select "SELECT nonsense" ]', "SPARQL query is malformed"),
    ('sh:sparql [ sh:ask "ASK {}" ]', "needs one sh:select"),
    ('sh:sparql [ sh:select "SELECT $this { $this $PATH ?x }" ]', "has no path"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "why"), ILL, ids=[why for _, why in ILL])
def test_an_ill_formed_shape_is_refused_by_name(gate: Maker, body: str, why: str) -> None:
    judge = gate(f"ex:S a sh:NodeShape ; sh:targetNode ex:a ; {body} .")
    with pytest.raises(ShapesError, match=why) as caught:
        judge.check_all([])
    assert "shape " in str(caught.value)


def test_a_file_that_is_missing_or_no_turtle_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShapesError, match=r"none\.ttl"):
        Gate([tmp_path / "none.ttl"])
    (tmp_path / "bad.ttl").write_text("<urn:a> nonsense", encoding="utf-8")
    with pytest.raises(ShapesError, match=r"bad\.ttl: not valid Turtle"):
        Gate([tmp_path / "bad.ttl"]).check([])


def test_shapes_that_are_deep_but_not_recursive_are_judged(gate: Maker) -> None:
    body = "sh:class ex:C"
    for _ in range(60):
        body = f"sh:node [ {body} ]"
    judge = gate(f"ex:S a sh:NodeShape ; sh:targetNode ex:a , ex:b ; {body} .")
    report = judge.check_all(quads("ex:a a ex:C . ex:b a ex:D ."))
    assert [r.focus for r in report.results] == ["<urn:ex:b>"]


LEFT = """
ex:Look a sh:NodeShape ; sh:targetNode ex:a , ex:b ;
    sh:property [ sh:path ex:p ; sh:pattern "^(?!no)" ; sh:message "never no" ] .
ex:Plain a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .
ex:Picked a sh:NodeShape ; sh:nodeKind sh:BlankNode ;
    sh:target [ a sh:SPARQLTarget ; sh:select "SELECT ?this WHERE { ?this <urn:ex:q> 1 }" ] .
"""


def test_what_the_compiler_lacks_goes_to_pyshacl_and_is_named(gate: Maker) -> None:
    judge = gate(LEFT)
    report = judge.check_all(quads('ex:a ex:p "no" . ex:b ex:p "yes" . ex:c a ex:C ; ex:q 1 .'))
    assert dict(report.engines) == {
        "<urn:ex:Look>": "pyshacl",
        "<urn:ex:Picked>": "pyshacl",
        "<urn:ex:Plain>": "fast",
    }
    found = sorted((r.focus, r.component.rsplit("#", 1)[1], r.message) for r in report.results)
    assert [(focus, name) for focus, name, _ in found] == [
        ("<urn:ex:a>", "PatternConstraintComponent>"),
        ("<urn:ex:c>", "MinCountConstraintComponent>"),
        ("<urn:ex:c>", "NodeKindConstraintComponent>"),
    ]
    assert found[0][2] == "never no"


def test_targets_tell_shapes_that_match_nothing(gate: Maker) -> None:
    judge = gate(
        "ex:S a sh:NodeShape ; sh:targetClass ex:C . ex:T a sh:NodeShape ; sh:targetClass ex:D ."
    )
    report = judge.check_all(quads("ex:Sub rdfs:subClassOf ex:C . ex:a a ex:Sub . ex:b a ex:C ."))
    assert report.targets == (("<urn:ex:S>", 2), ("<urn:ex:T>", 0))


def test_context_is_looked_at_and_never_judged(gate: Maker) -> None:
    judge = gate(
        "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property "
        "[ sh:path ex:p ; sh:class ex:C ] , [ sh:path ex:name ; sh:minCount 1 ] ."
    )
    mine = quads('ex:a a ex:C ; ex:name "a" ; ex:p ex:b .')
    assert judge.check(mine, quads("ex:b a ex:C .")).conforms
    assert not judge.check(mine).conforms
    assert judge.check([*mine, *quads("ex:b a ex:C .")]).count("Violation") == 1


def test_severities_messages_and_languages_are_in_the_report(gate: Maker) -> None:
    judge = gate(
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property ex:P . ex:P sh:path "
        '[ sh:inversePath ex:p ] ; sh:minCount 1 ; sh:severity sh:Info ; sh:message "one"@en , '
        '"eins"@de .'
    )
    report = judge.check_all([])
    (result,) = report.results
    assert (result.severity, result.message) == ("Info", "eins; one")
    assert result.messages == (("eins", "de"), ("one", "en"))
    assert report.conforms
    text = report_turtle(report)
    assert '"one"@en' in text
    assert "sh:inversePath <urn:ex:p>" in text
    assert "sh:conforms false" in text
    assert text == report_turtle(judge.check_all([]))


def test_a_severity_of_one_s_own_keeps_a_graph_out(gate: Maker) -> None:
    judge = gate(
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:nodeKind sh:Literal ; sh:severity ex:Dire ."
    )
    report = judge.check_all([])
    assert not report.conforms
    assert "sh:resultSeverity <urn:ex:Dire>" in report_turtle(report)


def test_named_graphs_are_one_graph_and_a_triple_counts_once(gate: Maker) -> None:
    judge = gate(
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:maxCount 1 ] ."
    )
    (one,) = quads("ex:a ex:p 1 .")
    again = ox.Quad(one.subject, one.predicate, one.object, ox.NamedNode("urn:g"))
    assert judge.check_all([one, again]).conforms
    many = [ox.Quad(one.subject, one.predicate, ox.Literal(n % 60)) for n in range(240)]
    (result,) = judge.check_all(many).results
    assert result.path == "<urn:ex:p>"


def test_blank_nodes_are_judged_by_queries_too(gate: Maker) -> None:
    judge = gate(
        'ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:message "{?value} is one" ; '
        'sh:select "SELECT $this ?value '
        '{ { SELECT $this ?value { $this <urn:ex:p> ?value } } }" ] .'
    )
    report = judge.check_all(quads("_:x a ex:C ; ex:p 1.0 . ex:b a ex:C ; ex:p 2 . ex:c ex:p 3 ."))
    found = [(r.focus.startswith("_:"), r.value.split('"')[1], r.message) for r in report.results]
    assert sorted(found) == [(False, "2", "2 is one"), (True, "1.0", "1 is one")]


def test_neither_pyshacl_nor_rdflib_is_loaded_for_a_check() -> None:
    code = (
        "import sys; from kg_builder.gate import Gate; Gate().check([]); "
        "print([m for m in ('rdflib', 'pyshacl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_languages_are_compared_whatever_their_case(gate: Maker) -> None:
    judge = gate(
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property "
        '[ sh:path ex:p ; sh:languageIn ( "EN" ) ; sh:maxLength 1 ; sh:uniqueLang true ] .'
    )
    report = judge.check_all(quads('ex:a ex:p "ab"@en-US , "c"@en-us .'), engine="both")
    assert report.disagreements == ()
    assert len(report.results) == 2


def test_shapes_that_are_nested_without_measure_are_an_error(gate: Maker) -> None:
    body = "sh:class ex:C"
    for _ in range(3000):
        body = f"sh:node [ {body} ]"
    with pytest.raises(ShapesError, match="nested too deeply"):
        gate(f"ex:S a sh:NodeShape ; sh:targetNode ex:a ; {body} .").check_all([])


@pytest.mark.parametrize(
    ("select", "queries"),
    [
        ("SELECT $this ?value { $this <urn:ex:p> ?value FILTER (?value > 9) }", 1),
        ("SELECT $this ?value { { $this <urn:ex:p> ?value } FILTER (?value > 9) }", 20),
    ],
)
def test_a_plain_query_is_asked_once_for_all_nodes(
    gate: Maker, select: str, queries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = gate(
        f'ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:select "{select}" ] .'
    )
    asked = []
    run = sparql._Asked._run

    def counted(self: sparql._Asked, *args: Any, **more: Any) -> Any:
        asked.append(self)
        return run(self, *args, **more)

    monkeypatch.setattr(sparql._Asked, "_run", counted)
    facts = quads(" ".join(f"ex:n{i} a ex:C ; ex:p {i} ." for i in range(20)))
    report = judge.check_all(facts, engine="both")
    assert len(report.results) == 10
    assert report.disagreements == ()
    assert len(asked) == queries
