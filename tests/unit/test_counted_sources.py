"""How many sources say so: publications, without copies, by the shipped queries themselves."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg_builder import resources

PREFIXES = """
@prefix : <http://example.org/> .
@prefix kg: <https://w3id.org/kg-builder/ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
CASES = {
    "two of unknown publications": ({"a": "", "b": ""}, {}, 2),
    "two of one publication": ({"a": "P", "b": "P"}, {}, 1),
    "a copy in the same publication": ({"a": "P", "b": "P"}, {"b": "a"}, 1),
    "a copy in another publication": ({"a": "P", "b": "Q"}, {"b": "a"}, 2),
    "a copy of unknown publication": ({"a": "P", "b": ""}, {"b": "a"}, 1),
    "a copy of an article of unknown publication": ({"a": "", "b": "P"}, {"b": "a"}, 1),
    "nothing known of either": ({"a": "", "b": ""}, {"b": "a"}, 1),
    "an unknown copy beside a known one": ({"a": "", "b": "P", "c": ""}, {"b": "a", "c": "a"}, 1),
    "two known copies": ({"a": "", "b": "P", "c": "Q"}, {"b": "a", "c": "a"}, 2),
    "a copy and another article": ({"a": "P", "b": "", "c": "Q"}, {"b": "a"}, 2),
}


def store(publications: dict[str, str], copies: dict[str, str]) -> ox.Store:
    lines = [":e a kg:Event ; rdfs:label 'x' ."]
    for article, publication in publications.items():
        lines.append(f":r{article} kg:reportOf :e ; kg:inArticle :{article} .")
        lines.append(
            f":c{article} rdf:subject :s ; rdf:predicate :p ; rdf:object :o ; "
            f"kg:inArticle :{article} ."
        )
        if publication:
            lines.append(f":{article} kg:publication :{publication} .")
    lines += [f":{copy} kg:duplicateOf :{original} ." for copy, original in copies.items()]
    made = ox.Store()
    made.load((PREFIXES + "\n".join(lines)).encode(), format=ox.RdfFormat.TURTLE)
    return made


def rows(found: ox.Store, number: str) -> list[ox.QuerySolution]:
    path = next((resources.folder("ontology") / "queries").glob(f"{number}-*.rq"))
    result = found.query(path.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(result, ox.QuerySolutions)
    return list(result)


@pytest.mark.parametrize("name", CASES)
def test_sources_are_publications_without_copies(name: str) -> None:
    publications, copies, sources = CASES[name]
    found = store(publications, copies)
    events = [int(row["sources"].value) for row in rows(found, "21")]  # type: ignore[union-attr]
    assert events == ([sources] if sources >= 2 else [])
    assert len(rows(found, "20")) == (sources == 1)
