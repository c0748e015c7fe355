"""A user's decisions win over the rules, are told as reasons, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder import pipeline, reading, vocab
from kg_builder.config import load_settings
from kg_builder.errors import ConfigError
from kg_builder.store import Snapshots

TEXT = (
    "{title}\n\n{name}, head of the Quarry Council, met farmers in Astana, Kazakhstan, on "
    "3 May 2023. {name} said that the canal would be mended before the summer of that year.\n\n"
    "The farmers of the valley had asked for it for many years, and they were glad of the news.\n"
)
PREFIXES = f"@prefix kg: <{vocab.KG}> .\n@prefix skos: <{vocab.SKOS}> .\n"
BASE = "http://127.0.0.1:8000/id/"
KEYS = ("entity/person/dana-omarova", "entity/person/danara-omar")
ONE, OTHER = "<entity/person/dana-omarova>", "<entity/person/danara-omar>"


def export(store: Path) -> bytes:
    return reading.export(Snapshots(store).require(), "nq")


def people(store: Path) -> dict[str, set[str]]:
    ref = Snapshots(store).require()
    rows = ref.open().query(
        "SELECT ?name ?why { GRAPH ?g { ?p a kg:Person ; skos:prefLabel ?name "
        "OPTIONAL { ?p kg:mergeReason ?why } } }",
        prefixes=vocab.PREFIXES,
    )
    assert isinstance(rows, ox.QuerySolutions)
    found: dict[str, set[str]] = {}
    for row in rows:
        reason = row["why"].value if row["why"] is not None else ""  # type: ignore[union-attr]
        found.setdefault(row["name"].value, set()).add(reason)  # type: ignore[union-attr]
    return found


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for title, name in (("Canal news", "Dana Omarova"), ("More of the canal", "Danara Omar")):
        (folder / f"{title}.txt").write_text(TEXT.format(title=title, name=name))
    return folder


def build(inputs: Path, store: Path, decisions: str | None) -> pipeline.BuildReport:
    values: dict[str, object] = {"workers": 1, "extractors.model": "none"}
    if decisions is not None:
        path = inputs.parent / "decisions.ttl"
        path.write_text(PREFIXES + decisions, encoding="utf-8")
        values["decisions"] = str(path)
    return pipeline.build([inputs], store, load_settings(None, values, environment={}))


def test_same_and_rename_win_and_are_told(inputs: Path, tmp_path: Path) -> None:
    store = tmp_path / "s"
    build(inputs, store, None)
    assert set(people(store)) == {"Dana Omarova", "Danara Omar"}
    build(inputs, store, f'{ONE} kg:sameEntityAs {OTHER} ; skos:prefLabel "Dana O." .')
    ((name, reasons),) = people(store).items()
    assert name == "Dana O."
    assert any("decision" in reason for reason in reasons)
    before = reading.export(Snapshots(store).require(), "nq")
    build(inputs, tmp_path / "t", f'{ONE} kg:sameEntityAs {OTHER} ; skos:prefLabel "Dana O." .')
    assert reading.export(Snapshots(tmp_path / "t").require(), "nq") == before
    build(inputs, store, None)
    assert set(people(store)) == {"Dana Omarova", "Danara Omar"}


def test_a_decision_about_nothing_is_a_note(inputs: Path, tmp_path: Path) -> None:
    report = build(inputs, tmp_path / "s", f"{ONE} kg:sameEntityAs <entity/person/nobody-here> .")
    assert any("nobody-here" in note for note in report.notes)
    assert report.errors == 0


@pytest.mark.parametrize("text", [f"{ONE} kg:sameEntityAs", f"{ONE} kg:likes {OTHER} ."])
def test_a_broken_file_changes_nothing(inputs: Path, tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"decisions\.ttl"):
        build(inputs, tmp_path / "s", text)
    assert Snapshots(tmp_path / "s").current() is None


def test_a_decision_outlives_later_articles_and_removals(inputs: Path, tmp_path: Path) -> None:
    """A later article that would join two, and its removal, change nothing; old IRIs redirect."""
    store = tmp_path / "s"
    decision = f"{ONE} kg:differentEntityFrom {OTHER} ."
    build(inputs, store, decision)
    apart = set(people(store))
    late = inputs / "Both names.txt"
    late.write_text(TEXT.format(title="Both names", name="Dana Omarova (Danara Omar)"))
    build(inputs, store, decision)
    assert apart <= set(people(store))
    build(inputs, tmp_path / "t", decision)
    assert export(store) == export(tmp_path / "t")
    settings = load_settings(
        None,
        {
            "workers": 1,
            "extractors.model": "none",
            "decisions": str(inputs.parent / "decisions.ttl"),
        },
        environment={},
    )
    pipeline.remove(str(late), store, settings)
    late.unlink()
    assert set(people(store)) == apart
    build(inputs, tmp_path / "u", decision)
    assert export(store) == export(tmp_path / "u")
    build(inputs, store, f"{ONE} kg:sameEntityAs {OTHER} .")
    ((_, reasons),) = people(store).items()
    assert any("is the same as" in reason for reason in reasons)
    told = [reading.explain(Snapshots(store).require().open(), f"{BASE}{key}") for key in KEYS]
    assert sorted("gave way to" in text for text in told) == [False, True]
    assert all("user decision: " in text for text in told)
