"""The gate: what fails is held back with its report, shapes nothing, and can be tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder import pipeline, reading, resources
from kg_builder.config import load_settings
from kg_builder.errors import UsageError
from kg_builder.store import Snapshots

STRICT = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kg: <https://w3id.org/kg-builder/ontology#> .
<urn:strict> a sh:NodeShape ; sh:targetClass kg:Article ; sh:property <urn:strict-headline> .
<urn:strict-headline> sh:path kg:headline ; sh:pattern "^[^Q]" ;
    sh:message "a headline must not begin with Q" .
"""

GOOD = (
    "Talks end in Astana\n\nBy Jane Roe\n\n"
    + (
        "Officials from Kazakhstan met in Astana on 3 May 2023 and agreed to share river data. "
        "The talks had lasted for two days and were hosted by the Ministry of Water.\n\n"
    )
    * 3
)
BAD = (
    "Quiet week in Kulob\n\nBy Jane Roe\n\n"
    + (
        "Farmers in Tajikistan said on 4 May 2023 that Quentin Quill of the Quarry Union called. "
        "The union had promised to mend the canal before the summer of that year.\n\n"
    )
    * 3
)


@pytest.fixture
def strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shapes that hold back what begins with Q, beside our own."""
    shapes = tmp_path / "shapes.ttl"
    own = resources.shapes_file().read_text(encoding="utf-8")
    shapes.write_text(own + STRICT, encoding="utf-8")
    monkeypatch.setattr(resources, "shapes_file", lambda: shapes)
    return shapes


def test_a_held_back_article_shapes_nothing_and_comes_in_on_retry(
    tmp_path: Path, strict: Path
) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    (inputs / "good.txt").write_text(GOOD, encoding="utf-8")
    settings = load_settings(None, {"workers": 1}, environment={})
    alone = tmp_path / "alone"
    pipeline.build([inputs], alone, settings)
    (inputs / "bad.txt").write_text(BAD, encoding="utf-8")
    store = tmp_path / "s"
    report = pipeline.build([inputs], store, settings)
    assert (report.quarantined, report.articles, report.errors) == (1, 1, 0)
    (problem,) = report.problems
    assert problem.kind == "quarantined"
    assert "bad.txt" in problem.name
    assert "must not begin with Q" in problem.reason
    ref = Snapshots(store).require()
    (held,) = ref.manifest["quarantined"]
    assert held["headline"] == "Quiet week in Kulob"
    kept = (store / "quarantine" / f"{held['article']}.ttl").read_text()
    assert "ValidationResult" in kept
    data = reading.export(ref, "nq")
    assert b"Quill" not in data
    # Only the document itself is known of; its article changed nothing else.
    without = reading.export(Snapshots(alone).require(), "nq")
    extra = set(data.splitlines()) - set(without.splitlines())
    assert all(b"/graph/provenance>" in line or b"/graph/void>" in line for line in extra)

    shapes = strict.read_text(encoding="utf-8").replace("^[^Q]", "^.")
    strict.write_text(shapes, encoding="utf-8")
    again = pipeline.retry(store, settings)
    assert (again.quarantined, again.articles) == (0, 2)
    assert list((store / "quarantine").iterdir()) == []
    assert b"Quill" in reading.export(Snapshots(store).require(), "nq")


@pytest.mark.usefixtures("strict")
def test_a_dropped_article_stays_out(tmp_path: Path) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    (inputs / "good.txt").write_text(GOOD, encoding="utf-8")
    (inputs / "bad.txt").write_text(BAD, encoding="utf-8")
    settings = load_settings(None, {"workers": 1, "extractors.model": "none"}, environment={})
    store = tmp_path / "s"
    pipeline.build([inputs], store, settings)
    (held,) = Snapshots(store).require().manifest["quarantined"]
    with pytest.raises(UsageError, match="not in quarantine"):
        pipeline.drop("nothing-of-the-kind", store, settings)
    report = pipeline.drop(held["article"], store, settings)
    assert (report.quarantined, report.articles, report.removed) == (0, 1, 1)
    assert list((store / "quarantine").iterdir()) == []
    again = pipeline.build([inputs], store, settings)
    assert (again.quarantined, again.articles) == (0, 1)


NO_ACRONYM = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kg: <https://w3id.org/kg-builder/ontology#> .
<urn:bare> a sh:NodeShape ; sh:targetClass kg:Organization ; sh:property <urn:bare-acronym> .
<urn:bare-acronym> sh:path kg:acronym ; sh:maxCount 0 ; sh:message "no acronyms here" .
"""


def test_an_entity_loses_the_fact_that_fails_and_does_not_get_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = tmp_path / "shapes.ttl"
    own = resources.shapes_file().read_text(encoding="utf-8")
    shapes.write_text(own + NO_ACRONYM, encoding="utf-8")
    inputs = tmp_path / "in"
    inputs.mkdir()
    (inputs / "good.txt").write_text(
        GOOD.replace("the Ministry of Water", "the International Crisis Group (ICG)"),
        encoding="utf-8",
    )
    settings = load_settings(None, {"workers": 1, "extractors.model": "none"}, environment={})
    free = tmp_path / "free"
    pipeline.build([inputs], free, settings)
    assert b'/ontology#acronym> "ICG"' in reading.export(Snapshots(free).require(), "nq")
    monkeypatch.setattr(resources, "shapes_file", lambda: shapes)
    store = tmp_path / "s"
    report = pipeline.build([inputs], store, settings)
    assert report.quarantined == 0
    assert any("acronym" in note for note in report.notes)
    (inputs / "bad.txt").write_text(BAD, encoding="utf-8")
    pipeline.build([inputs], store, settings)
    grown = reading.export(Snapshots(store).require(), "nq")
    assert b'/ontology#acronym> "ICG"' not in grown
    pipeline.build([inputs], tmp_path / "whole", settings)
    assert reading.export(Snapshots(tmp_path / "whole").require(), "nq") == grown
