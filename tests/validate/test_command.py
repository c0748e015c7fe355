"""Exit codes, inputs, shapes, imports, baselines and changes, through the command line."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.gate import GateReport
from kg_builder.validating import add_options, command
from kg_builder.validating.engine import run_gate
from kg_builder.validating.files import DataFile
from kg_builder.validating.findings import findings
from kg_builder.validating.names import Names
from kg_builder.validating.shapes import Shapes, named
from tests.support import ROOT
from tests.validate.conftest import DATA, GOOD, SHAPES, Run

E = "http://example.org/"
TRIPLE = f"<{E}zed> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{E}Person> .\n"


def report(run: Run, *arguments: str | Path, **more: Any) -> dict[str, Any]:
    done = run(*arguments, "--format=json", **more)
    data = json.loads(done.out)
    assert data["exit_code"] == done.code
    assert isinstance(data, dict)
    return data


# --- exit codes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.ttl"], 0),
        (["bad.ttl"], 1),
        (["bad.ttl", "good.ttl"], 1),
        (["nothing.ttl"], 2),
        (["*.nothing"], 2),
        (["s.ttl", "--format=xml"], 2),
        ([], 2),
        (["good.ttl", "--baseline=nothing.json"], 2),
        (["good.ttl", "--imports=nothing.toml"], 2),
        (["--store=nothing"], 4),
        (["good.ttl", "--output=nothing/out.txt"], 4),
    ],
)
def test_exit_codes(run: Run, arguments: list[str], code: int) -> None:
    assert run(*arguments).code == code


@pytest.mark.parametrize(
    ("name", "severity"), [("violation", "Violation"), ("warning", "Warning"), ("info", "Info")]
)
def test_fail_on(run: Run, folder: Path, name: str, severity: str) -> None:
    shapes = SHAPES.replace("sh:minCount 1 ;", f"sh:minCount 1 ; sh:severity sh:{severity} ;")
    (folder / "one.ttl").write_text(shapes, encoding="utf-8")
    (folder / "d.ttl").write_text(f"<{E}x> a <{E}Person> .", encoding="utf-8")
    codes = [run("d.ttl", f"--fail-on={on}", shapes="one.ttl").code
             for on in ("violation", "warning", "info")]  # fmt: skip
    rank = ["violation", "warning", "info"].index(name)
    assert codes == [int(on >= rank) for on in range(3)]


def test_every_broken_file_is_told_with_its_line(run: Run, folder: Path) -> None:
    (folder / "one.ttl").write_text("<a:b> <a:c> 1 .\n\n<a:b> <a:c> .\n", encoding="utf-8")
    (folder / "two.nt").write_text("<a:b> <a:c> <a:d> .\nnonsense\n", encoding="utf-8")
    (folder / "three.jsonld").write_text('{"@id": "a:b",\n nonsense}', encoding="utf-8")
    (folder / "four.txt").write_text("", encoding="utf-8")
    (folder / "five.jsonld").write_text(
        '{"@context": "https://schema.org/", "@id": "a:b"}', encoding="utf-8"
    )
    data = report(run, "one.ttl", "two.nt", "good.ttl", "three.jsonld", "four.txt", "five.jsonld")
    assert data["exit_code"] == 2
    places = {(f["file"], f["line"]) for f in data["faults"]}
    assert places == {
        ("one.ttl", 3), ("two.nt", 2), ("three.jsonld", 2), ("four.txt", None),
        ("five.jsonld", None),
    }  # fmt: skip
    assert "not fetched" in next(f["message"] for f in data["faults"] if f["file"] == "five.jsonld")


@pytest.mark.parametrize("arguments", [[], ["--each"], ["--each", "--jobs=2"]])
def test_files_beside_a_broken_one_are_judged(run: Run, folder: Path, arguments: list[str]) -> None:
    """The broken file begins with a person that lacks a name: no finding is made of it."""
    (folder / "a.ttl").write_text(TRIPLE + "nonsense", encoding="utf-8")
    alone = report(run, "bad.ttl", *arguments)
    data = report(run, "a.ttl", "bad.ttl", "gone.ttl", *arguments)
    assert data["exit_code"] == 2
    assert data["findings"] == alone["findings"]
    assert [(f["file"], f["line"]) for f in data["faults"]] == [("a.ttl", 2), ("gone.ttl", None)]
    assert data["files"] == ["a.ttl", "bad.ttl"]
    assert data["notes"][0].startswith("not validated: a.ttl, gone.ttl")
    human = run("a.ttl", "bad.ttl", *arguments).out
    assert "bad.ttl:5: ex:alice ex:name" in human
    assert "in 1 file; 1 fault, so not all was validated" in human


def test_nothing_is_judged_without_a_whole_file_or_import(run: Run, folder: Path) -> None:
    (folder / "a.ttl").write_text(TRIPLE + "nonsense", encoding="utf-8")
    assert run("a.ttl").out == "nothing validated: 1 fault in data or shapes\n"
    owl = "http://www.w3.org/2002/07/owl#"
    (folder / "map.toml").write_text(f'"{E}base" = "a.ttl"\n', encoding="utf-8")
    (folder / "i.ttl").write_text(f"<{E}o> <{owl}imports> <{E}base> .", encoding="utf-8")
    done = run("i.ttl", "bad.ttl", "--imports=map.toml")
    assert (done.code, done.out) == (2, "nothing validated: 1 fault in data or shapes\n")
    assert done.err.count("a.ttl:2: ") == 1


def test_imports_are_read_beside_a_broken_file(run: Run, folder: Path) -> None:
    """Blank nodes of the import and of the last file stay two, whatever file is left out."""
    owl = "http://www.w3.org/2002/07/owl#"
    person = f"[] a <{E}Person> ; <{E}name> 'x' ; <{E}nick> "
    (folder / "a.ttl").write_text("nonsense", encoding="utf-8")
    (folder / "b.ttl").write_text(f"{person}'b' . <{E}o> <{owl}imports> <{E}base> .", "utf-8")
    (folder / "base.ttl").write_text(f"{person}'i' .", encoding="utf-8")
    (folder / "map.toml").write_text(f'"{E}base" = "base.ttl"\n', encoding="utf-8")
    data = report(run, "a.ttl", "b.ttl", "--imports=map.toml")
    assert (data["findings"], data["targets"][0]["focus_nodes"]) == ([], 2)


def test_a_broken_file_makes_no_finding_of_a_baseline_resolved(run: Run, folder: Path) -> None:
    assert run("bad.ttl", "good.ttl", "--write-baseline=base.json").code == 0
    (folder / "bad.ttl").write_text("nonsense", encoding="utf-8")
    data = report(run, "bad.ttl", "good.ttl", "--baseline=base.json")
    assert (data["exit_code"], data["resolved"]) == (2, [])
    before = (folder / "base.json").read_bytes()
    assert run("bad.ttl", "good.ttl", "--write-baseline=base.json").code == 2
    assert (folder / "base.json").read_bytes() == before


def test_shapes_before_data(run: Run, folder: Path) -> None:
    """--shapes takes one value, so that what follows is data; more shapes take it again."""
    more = SHAPES.replace("ex:PersonShape", "ex:Again")
    (folder / "more.ttl").write_text(more, encoding="utf-8")
    assert run("--shapes", "s.ttl", "good.ttl", shapes=None).code == 0
    done = run("--shapes", "s.ttl", "--shapes", "more.ttl", "bad.ttl", shapes=None)
    assert done.code == 1
    assert done.out.splitlines()[-1] == "4 violations, 2 warnings, 2 notes in 1 file"


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_data_without_triples_is_named_as_the_cause(run: Run, folder: Path, text: str) -> None:
    (folder / "empty.ttl").write_text(text, encoding="utf-8")
    (folder / "void.nt").write_text("", encoding="utf-8")
    tail = "so nothing was checked; --allow-no-targets lets that pass\n"
    for shapes in ("s.ttl", None):
        done = run("empty.ttl", shapes=shapes)
        assert (done.code, done.err) == (2, f"empty.ttl: holds no triples, {tail}")
        done = run("empty.ttl", "void.nt", "--each", shapes=shapes)
        said = f"the data files hold no triples (empty.ttl, void.nt), {tail}"
        assert (done.code, done.err) == (2, said)
    assert run("empty.ttl", "--allow-no-targets").code == 0
    assert run("empty.ttl", "good.ttl").code == 0


def test_broken_shapes_are_no_findings(run: Run, folder: Path) -> None:
    (folder / "broken.ttl").write_text("nonsense", encoding="utf-8")
    done = run("bad.ttl", shapes="broken.ttl")
    assert done.code == 2
    assert "broken.ttl:1: " in done.err
    (folder / "wrong.ttl").write_text(
        SHAPES.replace("sh:minCount 1", 'sh:minCount "many"'), encoding="utf-8"
    )
    for form in ("human", "json", "junit", "sarif", "github", "markdown"):
        done = run("bad.ttl", f"--format={form}", shapes="wrong.ttl")
        assert (done.code, "sh:minCount must be a whole number" in done.err) == (2, True)
        if form != "human":
            assert "sh:minCount must be a whole number" in done.out.replace("\\:", ":")


@pytest.mark.parametrize("engine", ["fast", "reference", "both"])
def test_shapes_that_match_nothing_are_an_error(run: Run, folder: Path, engine: str) -> None:
    (folder / "other.ttl").write_text(f"<{E}x> a <{E}Thing> .", encoding="utf-8")
    done = run("other.ttl", f"--engine={engine}")
    assert done.code == 2
    assert "match nothing in the data (ex:PersonShape)" in done.err
    assert run("other.ttl", "--allow-no-targets").code == 0
    assert run("other.ttl", shapes=None).code == 2  # our own shapes, the ontology beside them
    (folder / "none.ttl").write_text("<a:b> <a:c> <a:d> .", encoding="utf-8")
    assert "no shape has a target" in run("good.ttl", shapes="none.ttl").err


def test_one_shape_without_a_target_is_a_note(run: Run, folder: Path) -> None:
    more = SHAPES + "ex:Lonely a sh:NodeShape ; sh:targetClass ex:Nothing .\n"
    (folder / "more.ttl").write_text(more, encoding="utf-8")
    done = run("good.ttl", shapes="more.ttl")
    assert done.code == 0
    assert "note: shapes without a focus node in the data: ex:Lonely" in done.err


@pytest.mark.parametrize(
    "target",
    ["sh:targetNode ex:dora", "sh:targetSubjectsOf ex:name", "sh:targetObjectsOf ex:name",
     "sh:targetClass ex:Top", "a rdfs:Class"],
)  # fmt: skip
def test_every_kind_of_target_counts(run: Run, folder: Path, target: str) -> None:
    shapes = SHAPES.replace("sh:targetClass ex:Person", target)
    if target.startswith("a "):
        shapes = shapes.replace("ex:PersonShape", "ex:Person")
    shapes = "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n" + shapes
    (folder / "t.ttl").write_text(shapes, encoding="utf-8")
    (folder / "c.ttl").write_text(
        GOOD + "ex:Person <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:Top .",
        encoding="utf-8",
    )
    data = report(run, "c.ttl", shapes="t.ttl")
    assert [t["focus_nodes"] for t in data["targets"]] == [1]


def test_both_engines_say_the_same(run: Run) -> None:
    found = [report(run, "bad.ttl", f"--engine={engine}")
             for engine in ("fast", "reference", "both")]  # fmt: skip
    prints = [[f["fingerprint"] for f in data["findings"]] for data in found]
    assert prints[0] == prints[1] == prints[2]
    assert [{e["engine"] for e in data["engines"]} for data in found] == [
        {"fast"}, {"pyshacl"}, {"fast"},
    ]  # fmt: skip


def test_engines_that_disagree_give_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engines agree, as far as we know: so the difference is made up here."""

    def differs(*arguments: Any) -> GateReport:
        real = run_gate(*arguments)
        return replace(real, disagreements=("only pySHACL finds: x",))

    monkeypatch.setattr(command, "run_gate", differs)
    done = run("bad.ttl", "--engine=both")
    assert (done.code, "only pySHACL finds: x" in done.out) == (3, True)
    for form in ("json", "sarif", "junit", "github", "markdown"):
        done = run("good.ttl", "--engine=both", f"--format={form}")
        assert (done.code, "only pySHACL finds: x" in done.out) == (3, True)


def test_findings_of_a_path_name_the_path(run: Run, folder: Path) -> None:
    path = "sh:path ( [ sh:inversePath ex:knows ] ex:name ) ; sh:minCount 1"
    (folder / "p.ttl").write_text(SHAPES.replace("sh:path ex:name ; sh:minCount 1", path))
    (finding,) = report(run, "good.ttl", shapes="p.ttl")["findings"]
    assert finding["path"] == f"(^<{E}knows>/<{E}name>)"
    assert "ex:dora (^ex:knows/ex:name)" in run("good.ttl", shapes="p.ttl").out


# --- input -----------------------------------------------------------------------------


def test_folders_globs_and_suffixes(run: Run, folder: Path) -> None:
    data = folder / "data"
    (data / "deep" / ".hidden").mkdir(parents=True)
    (data / "a.ttl").write_text(DATA, encoding="utf-8")
    (data / "deep" / "b.nt").write_text(TRIPLE, encoding="utf-8")
    (data / "deep" / ".hidden" / "c.nt").write_text("nonsense", encoding="utf-8")
    (data / "notes.txt").write_text("nonsense", encoding="utf-8")
    assert report(run, "data")["files"] == ["data/a.ttl", "data/deep/b.nt"]
    assert report(run, "data/**/*.nt")["files"] == ["data/deep/b.nt"]
    once = report(run, "data", "data/a.ttl", data / "a.ttl")
    assert once["files"] == ["data/a.ttl", "data/deep/b.nt"]
    (folder / "empty").mkdir()
    assert run("empty").code == 2


@pytest.mark.parametrize("form", ["ttl", "trig", "nt", "nq", "rdf", "jsonld"])
def test_every_format_gives_the_same_findings_with_lines(run: Run, folder: Path, form: str) -> None:
    quads = list(ox.parse(DATA, format=ox.RdfFormat.TURTLE))
    chosen = ox.RdfFormat.from_extension(form)
    assert chosen is not None
    (folder / f"d.{form}").write_bytes(ox.serialize(quads, format=chosen) or b"")
    found = report(run, f"d.{form}")["findings"]
    assert [(f["severity"], f["focus"].removeprefix(f"<{E}")) for f in found] == [
        ("Violation", "alice>"), ("Violation", "bob>"), ("Warning", "alice>"), ("Info", "carol>"),
    ]  # fmt: skip
    text = (folder / f"d.{form}").read_text(encoding="utf-8").splitlines()
    for finding in found:
        assert finding["focus"].strip("<>").removeprefix(E) in text[finding["line"] - 1]


def test_standard_input_and_input_format(run: Run, folder: Path) -> None:
    done = run("-", "--input-format=turtle", stdin=DATA.encode())
    assert done.code == 1
    assert "stdin:5: ex:alice" in done.out
    assert run("-", stdin=DATA.encode()).code == 2
    (folder / "data.txt").write_text(DATA, encoding="utf-8")
    assert run("data.txt", "--input-format=turtle").code == 1


def test_blank_nodes_of_two_files_are_two(run: Run, folder: Path) -> None:
    for number in (1, 2):
        text = f"_:x a <{E}Person> ; <{E}nick> 'n{number}' ; <{E}name> 'x' ."
        (folder / f"{number}.ttl").write_text(text, encoding="utf-8")
    assert report(run, "1.ttl", "2.ttl", "--fail-on=info")["exit_code"] == 0


def test_relative_iris_do_not_depend_on_the_place_of_the_checkout(run: Run, folder: Path) -> None:
    (folder / "r.ttl").write_text(f"\n<> a <{E}Person> .", encoding="utf-8")
    (finding,) = report(run, "r.ttl")["findings"]
    assert (finding["focus"], finding["line"]) == ("<file:///r.ttl>", 2)


def test_shapes_in_other_formats_and_folders(run: Run, folder: Path) -> None:
    (folder / "shapes").mkdir()
    quads = list(ox.parse(SHAPES, format=ox.RdfFormat.TURTLE))
    made = ox.serialize(quads, format=ox.RdfFormat.JSON_LD)
    (folder / "shapes" / "s.jsonld").write_bytes(made or b"")
    assert report(run, "bad.ttl", shapes="shapes")["counts"] == report(run, "bad.ttl")["counts"]


def test_every_file_by_itself(run: Run, folder: Path) -> None:
    """A name in another file helps a person as part of one graph, and not alone."""
    (folder / "help.ttl").write_text(
        f"<{E}bob> <{E}name> 'Bob' . <{E}alice> <{E}name> 'Alice' .", encoding="utf-8"
    )
    assert run("bad.ttl", "help.ttl").code == 0
    alone = [run("bad.ttl", "help.ttl", "--each", f"--jobs={jobs}") for jobs in (1, 2)]
    assert [done.code for done in alone] == [1, 1]
    assert alone[0] == alone[1]


# --- owl:imports -----------------------------------------------------------------------


def test_imports_come_from_a_local_map_only(run: Run, folder: Path) -> None:
    owl = "http://www.w3.org/2002/07/owl#"
    head = f"<{E}more> a <{owl}Ontology> ; <{owl}imports> <{E}base#> .\n"
    (folder / "main.ttl").write_text(head, encoding="utf-8")
    maps = folder / "maps"
    maps.mkdir()
    (maps / "base.ttl").write_text(SHAPES + f"<{E}base> a <{owl}Ontology> .", encoding="utf-8")
    done = run("bad.ttl", shapes="main.ttl")
    assert done.code == 2
    assert f"main.ttl: owl:imports <{E}base#>, which --imports maps to no file" in done.err
    (folder / "map.toml").write_text(f'"{E}base" = "maps/base.ttl"\n', encoding="utf-8")
    for known in ("map.toml", "maps"):
        assert run("bad.ttl", f"--imports={known}", shapes="main.ttl").code == 1
    (folder / "map.toml").write_text(f'"{E}base" = "gone.ttl"\n', encoding="utf-8")
    assert run("bad.ttl", "--imports=map.toml").code == 2
    # Our own ontology needs no map.
    own = "https://w3id.org/kg-builder/ontology"
    (folder / "own.ttl").write_text(SHAPES + f"<{E}o> <{owl}imports> <{own}> .", encoding="utf-8")
    assert run("good.ttl", shapes="own.ttl").code == 0
    # Of data a missing import is a warning, and a mapped one is part of the data.
    (folder / "data.ttl").write_text(head + GOOD, encoding="utf-8")
    done = run("data.ttl")
    assert (done.code, f"owl:imports <{E}base#>" in done.err) == (0, True)
    (maps / "base.ttl").write_text(DATA + f"<{E}base> a <{owl}Ontology> .", encoding="utf-8")
    found = report(run, "data.ttl", "--imports=maps")["findings"]
    assert {(f["file"], f["line"]) for f in found} == {
        ("maps/base.ttl", line) for line in (3, 5, 7)
    }


# --- what is told ----------------------------------------------------------------------


def test_max_results_says_that_it_cuts(run: Run) -> None:
    data = report(run, "bad.ttl", "--max-results=1")
    assert (len(data["findings"]), data["counts"]["not_shown"]) == (1, 3)
    for form in ("human", "github", "markdown", "junit", "sarif"):
        done = run("bad.ttl", "--max-results=1", f"--format={form}")
        assert done.code == 1
        assert "3 more finding" in done.out

    assert "3 more findings are not in" in run("bad.ttl", "--max-results=1", "--format=turtle").err


def test_blank_nodes_are_told_by_the_way_to_them_or_their_own_line(run: Run, folder: Path) -> None:
    text = """@prefix ex: <http://example.org/> .
ex:house ex:owner [ a ex:Person ] ;
  ex:guest _:g .
_:g a ex:Person .
_:alone a ex:Person .
"""
    (folder / "first.ttl").write_text("_:alone a <http://example.org/Thing> .", encoding="utf-8")
    (folder / "b.ttl").write_text(text.replace("\n", "\r\n"), encoding="utf-8")
    lines = run("first.ttl", "b.ttl").out.splitlines()
    assert lines[2:5] == [
        "  b.ttl:2: ex:house/ex:owner ex:name",
        "  b.ttl:4: ex:house/ex:guest ex:name",
        "  b.ttl:5: [] ex:name",
    ]


def test_a_store_has_no_lines_but_quotes(run: Run, sample_store: Path, folder: Path) -> None:
    kg = "https://w3id.org/kg-builder/ontology#"
    (folder / "none.ttl").write_text(f"""@prefix sh: <http://www.w3.org/ns/shacl#> .
<{E}No> a sh:NodeShape ; sh:targetClass <{kg}Mention> ;
  sh:property [ sh:path <{kg}exact> ; sh:maxCount 0 ] .""", encoding="utf-8")  # fmt: skip
    data = report(run, f"--store={sample_store}", shapes="none.ttl")
    assert (data["exit_code"], data["files"]) == (1, [])
    for finding in data["findings"]:
        assert (finding["file"], finding["line"]) == (None, None)
        assert finding["quote"]
    for form in ("human", "sarif", "junit", "github", "markdown", "turtle"):
        assert run(f"--store={sample_store}", f"--format={form}", shapes="none.ttl").code == 1
    assert run(f"--store={sample_store}", shapes=None).out.endswith("in the store\n")


def test_every_option_is_documented() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    text = (ROOT / "docs" / "VALIDATE.md").read_text(encoding="utf-8")
    names = [option for action in parser._actions for option in action.option_strings]
    assert len(names) > 15
    assert [n for n in names if n.startswith("--") and n != "--help" and n not in text
            and n != "--output"] == []  # fmt: skip


def test_several_formats_of_one_run(run: Run, folder: Path) -> None:
    done = run("bad.ttl", "--also=json=a.json", "--also=markdown=a.md", "--output=a.txt")
    assert (done.code, done.out) == (1, "")
    assert json.loads((folder / "a.json").read_bytes())["exit_code"] == 1
    assert (folder / "a.md").read_text(encoding="utf-8").startswith("### Shapes: does not conform")
    assert run("bad.ttl", "--also=nonsense=a").code == 2


def test_the_quote_of_article_data(run: Run, folder: Path) -> None:
    kg = "https://w3id.org/kg-builder/ontology#"
    text = f"""@prefix kg: <{kg}> . @prefix ex: <{E}> .
ex:s a kg:Sentence ; kg:exact "A bomb killed ten." .
ex:m a kg:Mention ; kg:exact "bomb" ; kg:evidence ex:s .
ex:p a kg:Participation ; kg:evidence ex:s .
"""
    (folder / "article.ttl").write_text(text, encoding="utf-8")
    found = report(run, "article.ttl", shapes=None)["findings"]
    quotes = {f["focus"].removeprefix(f"<{E}"): f["quote"] for f in found}
    assert quotes == {"s>": "A bomb killed ten.", "m>": "bomb", "p>": "A bomb killed ten."}


# --- baseline --------------------------------------------------------------------------


def test_a_baseline_accepts_the_known_and_tells_the_new_and_the_resolved(
    run: Run, folder: Path
) -> None:
    done = run("bad.ttl", "--write-baseline=base.json", "--fail-on=info")
    assert (done.code, done.out, done.err) == (0, "4 findings written to base.json\n", "")
    assert report(run, "bad.ttl", "--write-baseline=base.json")["notes"] == [
        "4 findings written to base.json"
    ]
    same = report(run, "bad.ttl", "--baseline=base.json", "--fail-on=info")
    assert (same["exit_code"], same["counts"]["known"], same["counts"]["violation"]) == (0, 4, 0)
    # Other lines, another order: the same findings.
    body = DATA.replace("\n", "\n\n\n", 2)
    (folder / "bad.ttl").write_text(body, encoding="utf-8")
    assert report(run, "bad.ttl", "--baseline=base.json")["counts"]["known"] == 4
    changed = body.replace("ex:bob", "ex:bert")
    (folder / "bad.ttl").write_text(changed, encoding="utf-8")
    new = report(run, "bad.ttl", "--baseline=base.json", "--max-results=1")
    assert new["exit_code"] == 1
    assert [f["focus"] for f in new["findings"]] == [f"<{E}bert>"]
    assert new["resolved"] == [
        "ex:PersonShape/property-name: ex:bob ex:name: A person has a name: 100%, always"
    ]
    assert "ex:bob" in run("bad.ttl", "--baseline=base.json").out


def test_a_baseline_counts(run: Run, folder: Path) -> None:
    """Two findings that are alike are two: one known of them does not excuse the other."""
    one = f"<{E}x> a <{E}Person> ; <{E}name> 'x' ; <{E}p> [ a <{E}Person> ] .\n"
    (folder / "d.ttl").write_text(one, encoding="utf-8")
    assert run("d.ttl", "--write-baseline=base.json").code == 0
    assert run("d.ttl", "--baseline=base.json").code == 0
    (folder / "d.ttl").write_text(one + f"<{E}x> <{E}p> [ a <{E}Person> ] .", encoding="utf-8")
    assert report(run, "d.ttl", "--baseline=base.json")["counts"]["violation"] == 1


_NAMES = st.sampled_from(["_:a", "_:b", "_:c", "ex:x", "ex:y"])
_FACTS = st.lists(
    st.tuples(_NAMES, st.sampled_from(["a", "ex:p", "ex:q", "ex:age"]),
              st.one_of(_NAMES, st.sampled_from(["ex:Person", '"old"']))),
    max_size=12,
).map(lambda facts: [("ex:x", "a", "ex:Person"), ("_:a", "a", "ex:Person"), *facts])  # fmt: skip


@given(_FACTS, st.randoms(use_true_random=False))
def test_fingerprints_depend_on_no_order_label_or_line(
    facts: list[tuple[str, str, str]], random: Random
) -> None:
    def prints(lines: list[str]) -> list[str]:
        quads = list(ox.parse("\n".join(lines), format=ox.RdfFormat.TURTLE))
        found = run_gate(shapes, quads, "fast")
        file = DataFile("d.ttl", Path("not there"), "turtle", source=lambda: quads)
        return sorted(f.fingerprint for f in findings(found.results, [file], Names()))

    shapes = Shapes(named(ox.parse(SHAPES, format=ox.RdfFormat.TURTLE)))
    head = f"@prefix ex: <{E}> ."
    lines = [f"{s} {p} {o} ." for s, p, o in facts if p != "a" or o == "ex:Person"]
    labels = dict(zip("abc", random.sample(["k", "l", "m", "a"], 3), strict=True))
    other = [re.sub(r"_:([abc])", lambda m: f"_:{labels[m[1]]}", line) for line in lines]
    random.shuffle(other)
    assert prints([head, *lines]) == prints([head, "", *other])


def test_a_baseline_is_not_written_of_what_was_not_validated(run: Run, folder: Path) -> None:
    (folder / "other.ttl").write_text(f"<{E}x> a <{E}Thing> .", encoding="utf-8")
    assert run("other.ttl", "--write-baseline=base.json").code == 2
    assert not (folder / "base.json").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1}', '{"findings": 1}'])
def test_what_is_no_baseline(run: Run, folder: Path, text: str) -> None:
    (folder / "base.json").write_text(text, encoding="utf-8")
    assert run("bad.ttl", "--baseline=base.json").code == 2


def test_two_runs_are_alike(run: Run) -> None:
    for form in ("human", "json", "sarif", "junit", "github", "markdown"):
        assert run("bad.ttl", f"--format={form}") == run("bad.ttl", f"--format={form}")


# --- changes ---------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_changed_only(run: Run, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "ü x.ttl").write_text(DATA.replace("ex:bob", "ex:bill"), encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    every = ("bad.ttl", "sub", "good.ttl", "--changed-only=HEAD")
    assert report(run, *every)["findings"] == []
    (folder / "sub" / "ü x.ttl").write_text(
        DATA.replace("ex:bob", "ex:bill") + "# seen\n", encoding="utf-8"
    )
    found = report(run, *every)["findings"]
    # alice and carol stand in both files, bob only in the one that has not changed
    assert {f["focus"] for f in found} == {f"<{E}{n}>" for n in ("alice", "bill", "carol")}
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "second")
    assert report(run, *every)["findings"] == []
    assert len(report(run, *every, "--changed-only=HEAD~1")["findings"]) == len(found)
    (folder / "new.nt").write_text(TRIPLE, encoding="utf-8")  # git does not know it yet
    assert len(report(run, "new.nt", *every)["findings"]) == 1
    assert run("bad.ttl", "--changed-only=nonsense").code == 4
    assert run("bad.ttl", "--changed-only=--output=x").code == 2
    (folder / "s.ttl").write_text(SHAPES + "\n", encoding="utf-8")
    assert "the shapes have changed since HEAD too" in run(*every).err


def test_changed_only_without_a_repository(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    assert run("bad.ttl", "--changed-only=HEAD").code == 4
    monkeypatch.setenv("PATH", str(folder))
    assert "git, which is not installed" in run("bad.ttl", "--changed-only=HEAD").err
