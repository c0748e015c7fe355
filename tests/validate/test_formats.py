"""Each format against its schema or a consumer that others use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
import rdflib
from junitparser import Error, Failure, JUnitXml, Skipped
from rdflib.namespace import RDF, SH
from sarif_pydantic import Sarif

from tests.validate.conftest import DATA, SHAPES, Run

E = "http://example.org/"
NASTY = "50%, a:b\r\n::error::x <b>|`*_[l](u) \u0007 “ü” & ]]>"


@pytest.fixture
def nasty(folder: Path) -> Path:
    """Shapes with a message, and a file with a name, that every format must escape."""
    text = json.dumps(NASTY, ensure_ascii=False)
    shapes = SHAPES.replace('"A person has a name: 100%, always"', text)
    (folder / "nasty,50%:ü.ttl").write_text(shapes, encoding="utf-8")
    (folder / "d,50%:ü.ttl").write_text(DATA, encoding="utf-8")
    return folder


# --- SARIF -----------------------------------------------------------------------------


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


TEXT = {"type": "string"}
MESSAGE = closed(["text"], text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LOCATION = closed(
    ["physicalLocation"],
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=closed(
            ["uri"],
            uri={
                "type": "string",
                "pattern": r"^([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2}|://)+$",
            },
            uriBaseId=TEXT,
        ),
        region=closed(["startLine"], startLine={"type": "integer", "minimum": 1}),
    ),
)
RULE = closed(
    ["id"],
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=closed([], level=LEVEL),
    properties=closed([], tags={"type": "array", "items": TEXT, "uniqueItems": True}),
)
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=LEVEL,
    message=MESSAGE,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
)
INVOCATION = closed(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications={
        "type": "array",
        "items": closed(
            ["message"],
            level=LEVEL,
            message=MESSAGE,
            locations={"type": "array", "items": LOCATION},
        ),
    },
)
SARIF = closed(
    ["version", "runs"],
    **{
        "$schema": TEXT,
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": closed(
                ["tool"],
                tool=closed(
                    ["driver"],
                    driver=closed(
                        ["name"],
                        name=TEXT,
                        version=TEXT,
                        rules={"type": "array", "items": RULE, "uniqueItems": True},
                    ),
                ),
                invocations={"type": "array", "items": INVOCATION},
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                results={"type": "array", "items": RESULT},
            ),
        },
    },
)
"""What the schema of SARIF 2.1.0 says of the objects that we write, copied out by hand: closed,
so that a property which the schema does not have, or that is not looked at here, fails."""


def sarif(text: str) -> dict[str, Any]:
    data = json.loads(text)
    jsonschema.validate(data, SARIF)
    Sarif.model_validate(data)
    (log,) = data["runs"]
    assert isinstance(log, dict)
    for result in log["results"]:
        assert log["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return log


def test_sarif(run: Run, nasty: Path) -> None:
    name = "d,50%:ü.ttl"
    log = sarif(run(name, "--format=sarif", shapes="nasty,50%:ü.ttl").out)
    assert [r["level"] for r in log["results"]] == ["error", "error", "warning", "note"]
    places = [r["locations"][0]["physicalLocation"] for r in log["results"]]
    assert [p["region"]["startLine"] for p in places] == [5, 7, 5, 3]
    assert {unquote(p["artifactLocation"]["uri"]) for p in places} == {name}
    assert len({r["partialFingerprints"]["kgBuilderFinding/v1"] for r in log["results"]}) == 4
    assert [rule["id"] for rule in log["tool"]["driver"]["rules"]] == [
        f"ex:PersonShape/property-{path}" for path in ("name", "age", "nick")
    ]
    assert log["invocations"] == [{"executionSuccessful": True}]
    elsewhere = sarif(run(nasty / "bad.ttl", "--format=sarif").out)
    assert elsewhere["results"][0]["locations"] == sarif(
        run("bad.ttl", "--format=sarif").out)["results"][0]["locations"]  # fmt: skip


def test_sarif_of_faults_and_of_a_baseline(run: Run, folder: Path) -> None:
    (folder / "broken.ttl").write_text("\nnonsense", encoding="utf-8")
    log = sarif(run("broken.ttl", "--format=sarif").out)
    assert log["invocations"][0]["executionSuccessful"] is False
    (notice,) = log["invocations"][0]["toolExecutionNotifications"]
    assert notice["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    run("bad.ttl", "--write-baseline=base.json")
    (folder / "bad.ttl").write_text(DATA.replace("ex:bob", "ex:bert"), encoding="utf-8")
    log = sarif(run("bad.ttl", "--baseline=base.json", "--format=sarif").out)
    assert [r["baselineState"] for r in log["results"]] == ["new"] + ["unchanged"] * 3


# --- JUnit -----------------------------------------------------------------------------


def test_junit(run: Run, nasty: Path) -> None:
    run("d,50%:ü.ttl", "good.ttl", "--format=junit", "--output=j.xml", shapes="nasty,50%:ü.ttl")
    xml = JUnitXml.fromfile(str(nasty / "j.xml"))
    assert (xml.tests, xml.failures, xml.errors) == (5, 2, 0)
    bad, good = list(xml)
    assert (bad.name, bad.tests, bad.failures) == ("d,50%:ü.ttl", 4, 2)
    cases = list(bad)
    assert len({case.name for case in cases}) == 4
    first = cases[0].result[0]
    assert isinstance(first, Failure)
    assert first.type == "Violation"
    assert first.text.splitlines()[1:] == ["d,50%:ü.ttl:5", "ex:alice ex:name"]
    assert first.message == " ".join(NASTY.replace("\u0007", "\ufffd").split())
    assert [case.result for case in cases[2:]] == [[], []]
    assert [(case.name, case.result) for case in good] == [("conforms", [])]


def test_junit_of_known_findings_and_faults(run: Run, folder: Path) -> None:
    run("bad.ttl", "--write-baseline=base.json")
    run("bad.ttl", "--baseline=base.json", "--format=junit", "--output=j.xml")
    (suite,) = list(JUnitXml.fromfile("j.xml"))
    assert all(isinstance(case.result[0], Skipped) for case in suite)
    (folder / "broken.ttl").write_text("nonsense", encoding="utf-8")
    run("broken.ttl", "bad.ttl", "--format=junit", "--output=j.xml")
    faults, read = list(JUnitXml.fromfile("j.xml"))
    ((case,)) = list(faults)
    assert (faults.errors, isinstance(case.result[0], Error)) == (1, True)
    # What was read has its suite; what was not has none, which would look like a pass.
    assert (read.name, read.failures) == ("bad.ttl", 2)
    run("broken.ttl", "--format=junit", "--output=j.xml")
    assert len(list(JUnitXml.fromfile("j.xml"))) == 1


# --- GitHub ----------------------------------------------------------------------------

COMMAND = re.compile(r"^::(?P<name>error|warning|notice) (?P<properties>[^\r\n]*?)::(?P<text>.*)$")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What the runner of GitHub makes of a log: its own rules of escaping, the other way."""
    found = []
    for line in text.splitlines():
        if not line.startswith("::"):
            continue
        match = COMMAND.match(line)
        assert match is not None, line
        properties = {}
        for part in match["properties"].split(","):
            key, _, value = part.partition("=")
            for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
                value = value.replace(code, sign)
            properties[key] = value.replace("%25", "%")
        body = match["text"].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        found.append((match["name"], properties, body))
    return found


@pytest.mark.usefixtures("nasty")
def test_github(run: Run) -> None:
    done = run("d,50%:ü.ttl", "--format=github", shapes="nasty,50%:ü.ttl")
    found = commands(done.out)
    assert [name for name, _, _ in found] == ["error", "error", "warning", "notice"]
    assert {p["file"] for _, p, _ in found} == {"d,50%:ü.ttl"}
    assert [p["line"] for _, p, _ in found] == ["5", "7", "5", "3"]
    assert found[0][1]["title"] == "ex:PersonShape/property-name"
    assert found[0][2] == " ".join(NASTY.split()) + "\nex:alice ex:name"


def test_github_stops_where_github_does_and_says_so(run: Run, folder: Path) -> None:
    people = "".join(f"<{E}p{n}> a <{E}Person> .\n" for n in range(10, 35))
    (folder / "many.nt").write_text("", encoding="utf-8")
    (folder / "many.ttl").write_text(people, encoding="utf-8")
    done = run("many.ttl", "--format=github")
    assert len(commands(done.out)) == 10
    lines = done.out.splitlines()
    assert lines[10].startswith("15 more, beyond the 10 annotations")
    assert len([line for line in lines if line.startswith(" error: many.ttl:")]) == 15
    assert lines[-1] == "25 violations, 0 warnings, 0 notes in 1 file"


def test_github_of_faults(run: Run, folder: Path) -> None:
    (folder / "broken.ttl").write_text("\nnonsense", encoding="utf-8")
    done = run("broken.ttl", "--format=github")
    ((name, properties, _),) = commands(done.out)
    assert (name, properties["file"], properties["line"]) == ("error", "broken.ttl", "2")


# --- the others ------------------------------------------------------------------------


@pytest.mark.usefixtures("nasty")
def test_markdown(run: Run) -> None:
    """Read by the reader of Markdown that the package uses: nothing of the message is markup."""
    from markdown_it import MarkdownIt

    text = run("d,50%:ü.ttl", "--format=markdown", shapes="nasty,50%:ü.ttl").out
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<table>") == 3
    assert html.count("<tr>") == 3 + 4
    assert "<td>d,50%:ü.ttl:5</td>\n<td>ex:alice</td>\n<td>ex:name</td>" in html
    assert not re.search(r"<(a|b|code|em|strong)\b", html)
    passed = run("good.ttl", "--format=markdown").out
    assert passed == "### Shapes: conforms\n\n0 violations, 0 warnings, 0 notes in 1 file\n"


def test_markdown_stays_below_what_github_takes(run: Run, folder: Path) -> None:
    long = "x" * 2000
    people = "".join(f"<{E}{long}{n}> a <{E}Person> .\n" for n in range(600))
    (folder / "many.ttl").write_text(people, encoding="utf-8")
    text = run("many.ttl", "--format=markdown").out
    assert len(text.encode()) < 1 << 20
    assert re.search(r"\d+ more findings left out", text)


def test_human(run: Run) -> None:
    assert run("bad.ttl").out == (
        "Violation: A person has a name: 100%, always\n"
        "  ex:PersonShape/property-name (2)\n"
        "  bad.ttl:5: ex:alice ex:name\n"
        "  bad.ttl:7: ex:bob ex:name\n"
        "\n"
        "Warning: The value is not a valid <http://www.w3.org/2001/XMLSchema#integer>.\n"
        "  ex:PersonShape/property-age (1)\n"
        '  bad.ttl:5: ex:alice ex:age "old"\n'
        "\n"
        "Info: Two nicks\n"
        "  ex:PersonShape/property-nick (1)\n"
        "  bad.ttl:3: ex:carol ex:nick\n"
        "\n"
        "2 violations, 1 warning, 1 note in 1 file\n"
    )


def test_turtle_is_a_validation_report(run: Run) -> None:
    graph = rdflib.Graph().parse(data=run("bad.ttl", "--format=turtle").out, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms).toPython() is False  # type: ignore[union-attr]
    focus = sorted(str(n) for n in graph.objects(None, SH.focusNode))
    assert focus == [f"{E}{name}" for name in ("alice", "alice", "bob", "carol")]


def test_every_field_of_json_is_documented(run: Run) -> None:
    text = (Path(__file__).parents[2] / "docs" / "VALIDATE.md").read_text(encoding="utf-8")
    data = json.loads(run("bad.ttl", "--format=json").out)
    names = {*data, *data["counts"], *data["findings"][0], *data["targets"][0]}
    names |= {*data["engines"][0], *data["tool"], "file", "line"}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
