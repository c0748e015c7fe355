"""The compiled engine against pySHACL: by chance, on our own shapes, and in the gate itself."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder import reading, vocab
from kg_builder.errors import GateDisagreementError
from kg_builder.gate import Gate, GateReport, Result, components
from kg_builder.gate.agreement import key_of
from kg_builder.gate.validators import Constraint
from kg_builder.store import Snapshots
from tests.gate.generated import PREFIXES, disagreement, planted

TYPE = ox.NamedNode(vocab.RDF + "type")


class Drawn:
    """Chance from Hypothesis, so that a disagreement shrinks to a small case."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def number(self, low: int, high: int) -> int:
        return self._data.draw(st.integers(low, high))


@settings(
    max_examples=int(os.environ.get("KG_GATE_CASES", "200")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_generated_shapes_and_data_have_the_same_results(data: st.DataObject) -> None:
    assert disagreement(Drawn(data)) is None


@cache
def graphs(store: Path) -> dict[str, list[ox.Quad]]:
    found: dict[str, list[ox.Quad]] = {}
    for quad in reading.public_quads(Snapshots(store).require()):
        found.setdefault(str(quad.graph_name), []).append(quad)
    return found


def context(mine: list[ox.Quad], everything: dict[str, list[ox.Quad]]) -> list[ox.Quad]:
    """The types of what a graph refers to."""
    wanted = {q.object for q in mine}
    return [
        q
        for quads in everything.values()
        for q in quads
        if q.predicate == TYPE and q.subject in wanted
    ]


def articles(store: Path) -> dict[str, list[ox.Quad]]:
    return {name: quads for name, quads in graphs(store).items() if "/graph/article/" in name}


def test_our_shapes_find_the_same_in_articles_with_faults(sample_store: Path) -> None:
    gate = Gate(shadowed=0)
    everything = graphs(sample_store)
    kinds: Counter[str] = Counter()
    for number, (_, quads) in enumerate(sorted(articles(sample_store).items()) * 3):
        spoilt = planted(quads, number)
        beside = context(spoilt, everything)
        mine = gate.check_both(spoilt, beside)
        assert mine.disagreements == (), number
        kinds.update(r.component for r in mine.results)
    assert sum(kinds.values()) > 20
    assert len(kinds) > 4


def test_the_whole_store_has_what_its_articles_have(sample_store: Path) -> None:
    gate = Gate(shadowed=0)
    whole: list[ox.Quad] = []
    each: list[Result] = []
    spoilt = {
        name: planted(quads, number) if number % 2 else quads
        for number, (name, quads) in enumerate(sorted(articles(sample_store).items()))
    }
    # The gate of one article does not look at the ontology; the data write superclasses out.
    shared = {
        name: quads
        for name, quads in graphs(sample_store).items()
        if name not in spoilt and "/graph/ontology" not in name
    }
    everything = {**shared, **spoilt}
    for quads in spoilt.values():
        each.extend(gate.check(quads, context(quads, everything)).results)
        whole.extend(quads)
    for quads in shared.values():
        whole.extend(quads)
    subjects = {str(q.subject) for quads in spoilt.values() for q in quads}
    own = [r for r in gate.check_all(whole).results if r.focus in subjects]
    entities = {str(q.subject) for quads in shared.values() for q in quads}
    assert Counter(r for r in own if r.focus not in entities) == Counter(
        r for r in each if r.focus not in entities
    )
    assert len(each) > 3


def test_a_store_and_its_quads_are_judged_alike(sample_store: Path) -> None:
    ref = Snapshots(sample_store).require()
    everything = [q for quads in graphs(sample_store).values() for q in quads]
    store = ox.Store()
    store.extend(everything)
    gate = Gate()
    assert gate.check_all(store) == gate.check_all(everything)
    assert gate.check_all(reading.public_quads(ref)) == gate.check_all(everything)


def test_the_shadow_is_drawn_by_the_graph_and_tells_a_difference(
    sample_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = articles(sample_store)
    quads = next(iter(everything.values()))
    headline = ox.NamedNode(vocab.KG + "headline")
    bad = [*(q for q in quads if q.predicate != headline)]
    article = next(q.subject for q in quads if q.predicate == headline)
    bad.append(ox.Quad(article, headline, ox.Literal(""), quads[0].graph_name))
    beside = context(bad, graphs(sample_store))
    assert not Gate(shadowed=1).check(bad, beside).conforms
    monkeypatch.setitem(
        components._BUILDERS, ox.NamedNode(vocab.SH + "minLength"),
        lambda *_: Constraint(lambda *_: None),
    )  # fmt: skip
    mutant = Gate(shadowed=1)
    with pytest.raises(GateDisagreementError, match="minLength") as caught:
        mutant.check(bad, beside)
    assert str(bad[0].graph_name) in str(caught.value)
    assert Gate(shadowed=0).check(bad, beside).conforms
    drawn = Gate(shadowed=4)
    chosen = [name for name, q in everything.items() if drawn._is_shadowed(q)]
    assert 0 < len(chosen) < len(everything)
    assert chosen == [n for n, q in everything.items() if drawn._is_shadowed([q[0], *q[:0:-1]])]


def test_both_engines_agree_on_a_report_and_name_themselves(sample_store: Path) -> None:
    quads = next(iter(articles(sample_store).values()))
    report = Gate().check_all(quads, engine="both")
    assert isinstance(report, GateReport)
    assert report.disagreements == ()
    assert {engine for _, engine in report.engines} == {"fast"}
    assert dict(report.targets)["<https://w3id.org/kg-builder/shapes#Article>"] == 1
    only = Gate().check_all(quads, engine="reference")
    assert {engine for _, engine in only.engines} == {"pyshacl"}
    assert Counter(map(key_of, only.results)) == Counter(map(key_of, report.results))


KNOWN = [
    ("sh:datatype xsd:integer", '"1_000"^^xsd:integer', "fast"),
    ("sh:datatype xsd:integer", '" 5 "^^xsd:integer', "fast"),
    ("sh:datatype xsd:decimal", '"1e3"^^xsd:decimal', "fast"),
    ("sh:datatype xsd:dateTime", '"12020-01-01T00:00:00"^^xsd:dateTime', "pySHACL"),
    ("sh:maxExclusive 2.5", '"2020-13-01"^^xsd:date', "fast"),
    ('sh:minInclusive "a"', '"b"@en', "fast"),
    ('sh:maxExclusive "2020-06-01"^^xsd:date', "true", "fast"),
    ("sh:lessThan ex:q", "ex:a", "fast"),
    ('sh:maxInclusive "2020-01-03T00:00:00Z"^^xsd:dateTime',
     '"2020-01-01T00:00:00"^^xsd:dateTime', "pySHACL"),
    ('sh:pattern "^b$"', '"b\\n"', "fast"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "value", "who"), KNOWN, ids=[f"{b} {v}" for b, v, _ in KNOWN])
def test_a_known_difference_is_one_and_is_let_pass(
    body: str, value: str, who: str, tmp_path: Path
) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        f"{PREFIXES} ex:S a sh:NodeShape ; sh:targetNode ex:it ; "
        f"sh:property [ sh:path ex:p ; {body} ] .",
        encoding="utf-8",
    )
    facts = f"{PREFIXES} ex:it ex:p {value} ; ex:q ex:b ."
    quads = [
        ox.Quad(t.subject, t.predicate, t.object)
        for t in ox.parse(facts, format=ox.RdfFormat.TURTLE)
    ]
    report = Gate([path]).check_all(quads, engine="both")
    assert report.disagreements == ()
    theirs = Gate([path]).check_all(quads, engine="reference")
    mine = Counter(map(key_of, report.results))
    only = mine - Counter(map(key_of, theirs.results))
    other = Counter(map(key_of, theirs.results)) - mine
    assert ("fast" if only else "pySHACL" if other else "neither") == who


def test_known_differences_are_published() -> None:
    text = (Path(components.__file__).parent / "KNOWN_DIFFERENCES.md").read_text("utf-8")
    assert len(re.findall(r"^## ", text, re.MULTILINE)) >= 3
