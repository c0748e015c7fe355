"""Each class has a graph that the gate admits and graphs that it refuses for one named shape.

A case is `tests/cases/shapes/CLASS/{pass,fail,fail-WHAT}.ttl`; a failing one names in its
first line the shape that finds the fault (`# fails: kgs:NAME`).
`context.ttl` holds the types of what cases refer to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from kg_builder import resources, vocab
from kg_builder.gate import Gate

CASES = Path(__file__).parents[1] / "cases" / "shapes"
KGS = "https://w3id.org/kg-builder/shapes#"
FAILING = sorted(CASES.glob("*/fail*.ttl"))


@cache
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(resources.shapes_file())


def by_pyshacl(path: Path) -> list[tuple[str, str]]:
    """The (shape, severity) pairs that pySHACL finds in a case, context aside."""
    case = rdflib.Graph().parse(path)
    mine = set(case.subjects())
    _, report, _ = pyshacl.validate(
        case + rdflib.Graph().parse(CASES / "context.ttl"), shacl_graph=shapes()
    )
    assert isinstance(report, rdflib.Graph)
    return sorted(
        (str(report.value(r, SH.sourceShape)), str(report.value(r, SH.resultSeverity)))
        for r in report.objects(None, SH.result)
        if report.value(r, SH.focusNode) in mine
    )


@cache
def gate() -> Gate:
    return Gate()


def by_the_gate(path: Path) -> list[tuple[str, str]]:
    """The same from the gate, which looks at a case as at one article's graph."""
    case, context = (
        list(ox.parse(path=str(p), format=ox.RdfFormat.TURTLE))
        for p in (path, CASES / "context.ttl")
    )
    results = gate().check(case, context).results
    return sorted((r.shape.strip("<>"), f"{vocab.SH}{r.severity}") for r in results)


both = pytest.mark.parametrize("verdict", [by_pyshacl, by_the_gate])
Verdict = Callable[[Path], list[tuple[str, str]]]


def test_every_class_has_a_passing_and_a_failing_case() -> None:
    assert {p.parent.name for p in CASES.glob("*/pass.ttl")} == vocab.CLASSES
    assert {p.parent.name for p in CASES.glob("*/fail.ttl")} == vocab.CLASSES


@both
@pytest.mark.parametrize("name", sorted(vocab.CLASSES))
def test_a_sound_graph_passes(verdict: Verdict, name: str) -> None:
    assert verdict(CASES / name / "pass.ttl") == []


@both
@pytest.mark.parametrize("path", FAILING, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_fault_is_found_by_the_shape_that_the_case_names(verdict: Verdict, path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    expected = {KGS + name for name in re.findall(r"kgs:(\S+)", first)}
    assert first.startswith("# fails: kgs:"), "the first line names the shape"
    assert {shape for shape, _ in verdict(path)} == expected


def test_only_what_is_nice_to_have_is_a_warning() -> None:
    warnings = {s for s in shapes().subjects(SH.severity) if (s, SH.severity, SH.Warning)}
    assert {str(s) for s in warnings} == {KGS + "Article-headline-wanted"}
    assert by_pyshacl(CASES / "Article" / "fail-no-headline.ttl") == [
        (KGS + "Article-headline-wanted", str(SH.Warning))
    ]


def test_every_class_is_a_target() -> None:
    targets = {str(c) for c in shapes().objects(None, SH.targetClass)}
    assert {vocab.KG + name for name in vocab.CLASSES} <= targets


def test_shapes_name_the_terms_of_the_vocabulary_and_no_others() -> None:
    named = {str(n) for n in shapes().objects() if str(n).startswith(vocab.KG)}
    assert named == {vocab.KG + name for name in vocab.CLASSES | vocab.PROPERTIES}


def test_every_shape_that_can_fail_has_an_iri_and_a_message() -> None:
    graph = shapes()
    tops = set(graph.subjects(RDF.type, SH.PropertyShape))
    with_body = {
        s for s in graph.subjects(RDF.type, SH.NodeShape)
        if any((s, p, None) in graph for p in (SH["class"], SH["or"], SH.xone))
    }  # fmt: skip
    assert tops
    assert with_body
    for shape in tops | with_body:
        assert isinstance(shape, rdflib.URIRef)
        messages = list(graph.objects(shape, SH.message))
        assert len(messages) == 1, shape
        assert str(messages[0]).endswith("."), shape


def test_every_property_shape_is_used() -> None:
    graph = shapes()
    used = set(graph.objects(None, SH.property))
    assert set(graph.subjects(RDF.type, SH.PropertyShape)) <= used


def test_the_shapes_are_shacl_core_only() -> None:
    names = {
        str(p).rsplit("#", 1)[-1] for p in shapes().predicates() if str(p).startswith(vocab.SH)
    }
    assert names.isdisjoint({"sparql", "js", "rule", "target", "select", "ask", "expression"})
