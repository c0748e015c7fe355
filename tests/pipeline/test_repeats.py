"""Copies, other languages and doubtful dates in a whole build."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder import resources
from kg_builder.config import PublicationRule, Settings
from kg_builder.pipeline import BuildReport, build, remove
from kg_builder.store import Snapshots

STORY = (
    "Jon Falk, the prime minister of Norway, flew to Bergen on Saturday after the flood. Mayor Ann "
    "Berg said that 1,200 people had left their homes and that three were missing. Soldiers came "
    "with boats and brought old people from the upper floors of the hospital. Farmers in Voss said "
    "that the harvest was lost. A bomb killed 12 people in Bergen on October 8, 2021. "
    "The weather service expects more rain until Tuesday."
)
GERMAN = (
    "Der Finanzminister Karl Maier sagte am Montag in Berlin, die Regierung werde die Steuer auf "
    "eingeführte Autos erhöhen; die Opposition nannte das leichtsinnig. Das Geld ist für Bahnen "
    "und Schulen in Bayern gedacht, wie das Ministerium mitteilte."
)
SETTINGS = Settings(
    publication=(
        PublicationRule(pattern="lantern/*", name="The Lantern"),
        PublicationRule(pattern="courier/*", name="The Courier"),
    ),
    workers=1,
)
FILES = {
    "lantern/flood.txt": f"Flood in Bergen\n\nBy Jane Doe\n\nOctober 9, 2021\n\n{STORY}\n",
    "courier/bergen.txt": f"Bergen under water\n\nOctober 10, 2021\n\n{STORY} He will return.\n",
    "lantern/again.txt": f"Flood in Bergen: what we know\n\n{STORY} More soon.\n",
    "steuer.txt": f"Neue Steuer für Autos\n\n{GERMAN}\n",
    "old.txt": "A town remembers\n\nJanuary 1, 1970\n\nThe town of Voss in Norway remembers the "
    "day on which its church burnt down, and those who built it again in the years after.\n",
}


def written(folder: Path, *names: str) -> Path:
    for name in names or FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[name], encoding="utf-8")
    return folder


def graph(store: Path) -> str:
    snapshot = Snapshots(store).current()
    assert snapshot is not None
    quads = (q for q in snapshot.open() if "graph/history" not in str(q.graph_name))
    return "\n".join(sorted(map(str, quads)))


def ask(store: Path, query: str) -> list[tuple[str, ...]]:
    snapshot = Snapshots(store).current()
    assert snapshot is not None
    prefix = "PREFIX kg: <https://w3id.org/kg-builder/ontology#> "
    rows = snapshot.open().query(prefix + query, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return sorted(tuple("" if v is None else v.value for v in row) for row in rows)


COPIES = (
    "SELECT ?copy ?first WHERE { ?a kg:duplicateOf ?b ; kg:headline ?copy . ?b kg:headline ?first }"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, BuildReport]:
    folder = tmp_path_factory.mktemp("repeats")
    paths = [written(folder / "in")]
    return folder, folder / "store", build(paths, folder / "store", SETTINGS)


def test_copies_point_to_the_earliest(built: tuple[Path, Path, BuildReport]) -> None:
    _, store, report = built
    assert ask(store, COPIES) == [
        ("Bergen under water", "Flood in Bergen"),
        ("Flood in Bergen: what we know", "Flood in Bergen"),
    ]
    assert "2 articles repeat the text of another (kg:duplicateOf)" in report.notes


def test_a_syndicated_story_has_two_sources_and_its_copy_none(
    built: tuple[Path, Path, BuildReport],
) -> None:
    _, store, _ = built
    folder = resources.folder("ontology") / "queries"
    query = next(folder.glob("21-*.rq")).read_text(encoding="utf-8")
    rows = ask(store, query)
    assert rows
    assert {row[3] for row in rows} == {"2"}


def test_a_text_in_another_language_is_kept_and_not_read(
    built: tuple[Path, Path, BuildReport],
) -> None:
    _, store, report = built
    found = "?a kg:headline 'Neue Steuer für Autos' ; kg:language ?language"
    assert ask(store, f"SELECT ?language WHERE {{ {found} }}") == [("de",)]
    for name in ("mentions", "about", "reportsEvent"):
        assert ask(store, f"SELECT ?x WHERE {{ {found} . ?a kg:{name} ?x }}") == []
    assert ask(store, f"SELECT ?x WHERE {{ {found} . ?x kg:inArticle ?a ; a kg:Sentence }}")
    assert "not in English, so kept without names and events: 1 de" in report.notes


def test_an_impossible_date_is_in_the_graph_and_the_report(
    built: tuple[Path, Path, BuildReport],
) -> None:
    _, store, report = built
    rows = ask(store, "SELECT ?value WHERE { ?m kg:property kg:datePublished ; kg:value ?value ; "
                      "kg:accepted false }")  # fmt: skip
    assert rows == [("1970-01-01",)]
    assert any("before 1990" in note and note.startswith("old.txt") for note in report.notes)


def test_in_steps_and_after_a_removal_it_is_as_from_scratch(
    built: tuple[Path, Path, BuildReport], tmp_path: Path
) -> None:
    _, store, _ = built
    folder = tmp_path / "in"
    for name in reversed(FILES):
        written(folder, name)
        build([folder], tmp_path / "store", SETTINGS)
    assert graph(tmp_path / "store") == graph(store)
    (key,) = ask(store, "SELECT ?a WHERE { ?a kg:headline 'Flood in Bergen' }")[0]
    remove(key, tmp_path / "store", SETTINGS)
    assert ask(tmp_path / "store", COPIES) == [
        ("Flood in Bergen: what we know", "Bergen under water")
    ]
