"""`explain` tells all that stands behind an IRI, follows those that gave way, and names neighbours.

The corpus is built twice: the second build brings the article that ties two entities together.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg_builder import pipeline, reading, vocab
from kg_builder.config import load_settings
from kg_builder.errors import UsageError
from kg_builder.store import Snapshots

BASE = "http://127.0.0.1:8000/id/"
TEXTS = {
    "one.txt": (
        "Wells for Kaya\n\nBy Awa Traore\n\nThe SWA dug forty wells near Kaya, Burkina Faso, in "
        "May 2023.\n\nA spokesman said that the wells were deep and that the water was clean."
    ),
    "two.txt": (
        "Attack near Kaya\n\nGunmen killed 12 people in Kaya on 3 May 2023, and the army said that "
        "it had arrested two men.\n\nThe army said on Friday that the road was open again."
    ),
}
LATER = (
    "Agency opens office\n\nThe Sahel Water Agency (SWA) opened an office in Bamako, Mali, on "
    "4 June 2023.\n\nThe Sahel Water Agency said that it would dig a hundred wells more."
)
SETTINGS = load_settings(None, {"workers": 1, "extractors.model": "none"}, environment={})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """The second snapshot, in which an acronym has found its name."""
    home = tmp_path_factory.mktemp("explain")
    folder = home / "in"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    (folder / "gone.txt").write_text("Canal news\n\nOslo thanked Sven Holt on 2 May 2023.\n")
    pipeline.build([folder], home / "s", SETTINGS)
    (folder / "later.txt").write_text(LATER + "\n", encoding="utf-8")
    (folder / "gone.txt").unlink()
    pipeline.build([folder], home / "s", SETTINGS, sync=True)
    return Snapshots(home / "s").require().open()


def first(store: ox.Store, pattern: str) -> str:
    rows = store.query(
        f"SELECT ?x WHERE {{ {pattern} }} ORDER BY ?x LIMIT 1",
        use_default_graph_as_union=True,
        prefixes=vocab.PREFIXES,
    )
    assert isinstance(rows, ox.QuerySolutions)
    found = next(iter(rows))["x"]
    assert isinstance(found, ox.NamedNode)
    return found.value


def test_organisation_tells_why_where_and_from_what(store: ox.Store) -> None:
    told = reading.explain(store, f"{BASE}entity/organization/sahel-water-agency")
    assert "skos:prefLabel  Sahel Water Agency" in told
    assert "“SWA” is given with “Sahel Water Agency” and with no other name" in told
    assert f"Earlier IRIs that lead here:\n  <{BASE}entity/organization/swa>" in told
    assert "one.txt “Wells for Kaya”: “SWA” 1" in told
    assert "later.txt “Agency opens office”: “SWA” 1, “Sahel Water Agency” 2" in told
    assert "The SWA dug forty wells near Kaya, Burkina Faso, in May 2023." in told


def test_merged_iri_says_where_it_went_and_explains_that(store: ox.Store) -> None:
    old = f"{BASE}entity/organization/swa"
    told = reading.explain(store, old)
    new = f"{BASE}entity/organization/sahel-water-agency"
    assert told.startswith(f"{old}\ngave way to <{new}>")
    assert told.partition("\n\n")[2] == reading.explain(store, new)


def test_iri_of_what_was_taken_out_says_so(store: ox.Store) -> None:
    told = reading.explain(store, f"{BASE}entity/person/sven-holt")
    assert "no article that is left names it" in told


def test_place_event_article_author_and_mention(store: ox.Store) -> None:
    place = reading.explain(store, f"{BASE}entity/place/kaya")
    assert "same entry of the authority files (geonames:" in place
    assert "“killed”" in place
    assert "as place" in place
    event = reading.explain(store, first(store, "?x a kg:Event"))
    assert "Gunmen killed 12 people in Kaya on 3 May 2023" in event
    article = reading.explain(store, first(store, "?x kg:headline 'Wells for Kaya'"))
    assert "author “Awa Traore” from byline" in article
    assert f"<{BASE}entity/place/kaya> “Kaya”" in article
    author = reading.explain(store, f"{BASE}entity/person/awa-traore")
    assert "Awa Traore" in author
    mention = reading.explain(store, first(store, "?x a kg:Mention ; kg:exact 'SWA'"))
    assert "Evidence:" in mention


def test_sentences_stop_at_the_limit_and_are_counted(store: ox.Store) -> None:
    told = reading.explain(store, f"{BASE}entity/place/kaya", limit=1)
    assert "… and " in told
    assert told.count("(kg-builder") < reading.explain(store, f"{BASE}entity/place/kaya").count(
        "(kg-builder"
    )


@pytest.mark.parametrize(
    ("iri", "said"),
    [
        (f"{BASE}entity/organization/sahel-waters", "like it are .*sahel-water-agency"),
        (f"{BASE}entity/place/qqqq", "says nothing of this IRI$"),
        ("entity/place/kaya", "write it in full"),
        ("no iri", "not an IRI"),
    ],
)
def test_unknown_iri_is_told_with_its_neighbours(store: ox.Store, iri: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        reading.explain(store, iri)
