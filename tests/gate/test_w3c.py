"""The W3C's test suite for SHACL, as its manifests list it, against the compiled engine.

Every test compares the whole report: results as multisets, with messages where the suite has any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder import vocab
from kg_builder.errors import ShapesError
from kg_builder.gate import Gate, GateReport, Result, report_turtle
from kg_builder.gate.paths import read_path
from kg_builder.gate.terms import Out, items
from tests.support import ROOT, shared

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
SUITE = ROOT.parent / "shared" / "w3c" / "data-shapes" / "data-shapes-test-suite" / "tests"
EXPECTED = {"core": 98, "sparql": 23}


def node(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)


def load(path: Path) -> Out:
    out: Out = {}
    for t in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()):
        out.setdefault(t.subject, {}).setdefault(t.predicate, []).append(t.object)
    return out


def entries(manifest: Path) -> Iterator[tuple[Path, ox.NamedNode]]:
    """All tests of a manifest and of those that it includes."""
    out = load(manifest)
    about = out.get(node(manifest.as_uri()), {})
    for other in about.get(node(MF + "include"), []):
        yield from entries(Path(other.value.removeprefix("file://")))
    for head in about.get(node(MF + "entries"), []):
        for entry in items(out, head, manifest, "mf:entries"):
            yield manifest, entry


def cases(part: str) -> list[object]:
    manifest = SUITE / part / "manifest.ttl"
    if not manifest.exists():
        return [pytest.param(None, None, id=f"{part}-absent")]
    return [
        pytest.param(path, name, id=f"{path.parent.name}-{name.value.rsplit('/', 1)[-1]}")
        for path, name in every(part)
    ]


def every(part: str) -> list[tuple[Path, ox.NamedNode]]:
    """The manifest's tests, and the one that lies beside them with the status "proposed"."""
    found = list(entries(SUITE / part / "manifest.ttl"))
    if part == "sparql":
        found.extend(entries(SUITE / "sparql" / "component" / "nodeValidator-001.ttl"))
    return found


def expected_results(out: Out, report: object) -> list[tuple[str, ...]]:
    found = []
    for result in out[report].get(node(vocab.SH + "result"), []):
        facts = out[result]

        def one(name: str, facts: dict = facts) -> str:
            values = facts.get(node(vocab.SH + name), [])
            assert len(values) <= 1
            return str(values[0]) if values else ""

        paths = facts.get(node(vocab.SH + "resultPath"), [])
        path = str(read_path(out, paths[0], "a result")) if paths else ""
        shape = one("sourceShape")
        found.append(
            (
                "_:" if one("focusNode").startswith("_:") else one("focusNode"),
                path,
                "_:" if one("value").startswith("_:") else one("value"),
                one("resultSeverity"),
                "_:" if shape.startswith("_:") else shape,
                one("sourceConstraintComponent"),
            )
        )
    return found


def as_key(result: Result) -> tuple[str, ...]:
    severity = result.severity if ":" in result.severity else vocab.SH + result.severity
    return (
        "_:" if result.focus.startswith("_:") else result.focus,
        result.path,
        "_:" if result.value.startswith("_:") else result.value,
        f"<{severity}>",
        "_:" if result.shape.startswith("_:") else result.shape,
        result.component,
    )


def messages_of(out: Out, report: object) -> list[object]:
    return sorted(
        str(m)
        for result in out[report].get(node(vocab.SH + "result"), [])
        for m in out[result].get(node(vocab.SH + "resultMessage"), [])
    )


def graph(path: Path) -> list[ox.Quad]:
    text = path.read_bytes()
    triples = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    return [ox.Quad(t.subject, t.predicate, t.object) for t in triples]


def with_base(path: Path, folder: Path) -> Path:
    """The shapes with absolute IRIs: a gate's files are read without a base."""
    copy = folder / "shapes.ttl"
    triples = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    copy.write_bytes(ox.serialize(list(triples), format=ox.RdfFormat.N_TRIPLES) or b"")
    return copy


def run(path: Path, name: ox.NamedNode, folder: Path) -> None:
    out = load(path)
    action = out[out[name][node(MF + "action")][0]]
    data, shapes = (
        Path(action[node(SHT + which)][0].value.removeprefix("file://"))
        for which in ("dataGraph", "shapesGraph")
    )
    gate = Gate([with_base(shapes, folder)])
    wanted = out[name][node(MF + "result")][0]
    if wanted == node(SHT + "Failure"):
        with pytest.raises(ShapesError):
            gate.check_all(graph(data))
        return
    report = gate.check_all(graph(data))
    assert Counter(map(as_key, report.results)) == Counter(expected_results(out, wanted))
    assert {engine for _, engine in report.engines} <= {"fast"}
    turtle_says_the_same(report, messages_of(out, wanted))


def turtle_says_the_same(report: GateReport, messages: list[object]) -> None:
    out: Out = {}
    for t in ox.parse(report_turtle(report), format=ox.RdfFormat.TURTLE):
        out.setdefault(t.subject, {}).setdefault(t.predicate, []).append(t.object)
    root = next(s for s, facts in out.items() if node(vocab.SH + "conforms") in facts)
    conforms = out[root][node(vocab.SH + "conforms")]
    assert [c.value for c in conforms] == ["false" if report.results else "true"]
    assert Counter(expected_results(out, root)) == Counter(map(as_key, report.results))
    if messages:
        assert messages_of(out, root) == messages


@pytest.mark.parametrize(("path", "name"), cases("core"))
def test_core(path: Path | None, name: ox.NamedNode, tmp_path: Path) -> None:
    shared("w3c", "data-shapes")
    assert path is not None
    run(path, name, tmp_path)


@pytest.mark.parametrize(("path", "name"), cases("sparql"))
def test_sparql(path: Path | None, name: ox.NamedNode, tmp_path: Path) -> None:
    shared("w3c", "data-shapes")
    assert path is not None
    run(path, name, tmp_path)


@pytest.mark.parametrize("part", ["core", "sparql"])
def test_the_manifests_list_as_many_tests_as_the_suite_has(part: str) -> None:
    shared("w3c", "data-shapes")
    assert len(every(part)) == EXPECTED[part]
