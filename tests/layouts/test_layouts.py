"""Section pages of every layout are cut into their articles; four layouts nobody tuned for."""

from __future__ import annotations

import time
from functools import cache

import pytest

from kg_builder.articles import segment
from kg_builder.model import Document, Hints
from tests.layouts.layouts import LAYOUTS, Layout, pages
from tests.layouts.scoring import Score, f1, plain, score
from tests.layouts.stories import Story, of_samples, of_shared
from tests.support import shared

MARKED = [item for item in LAYOUTS if item.marked]
KEPT_OUT = {item.name for item in LAYOUTS if item.kept_out}


def measure(layouts: list[Layout], stories: list[Story], number: int = 4) -> Score:
    total = Score()
    for item in layouts:
        for sheet in pages(item, stories, number):
            total += score(sheet)
    return total


@cache
def gold(half: str) -> list[Story]:
    return [s for s in of_shared(shared("bench", "metadata")) if s.half == half]


def test_two_layouts_with_markers_and_two_bare_ones_are_kept_out() -> None:
    assert len(LAYOUTS) >= 16
    assert sorted(item.marked for item in LAYOUTS if item.kept_out) == [False, False, True, True]


@pytest.mark.parametrize("item", LAYOUTS, ids=lambda item: item.name)
def test_pages_are_the_same_each_time_and_hold_what_their_gold_says(item: Layout) -> None:
    stories = of_samples()
    first, again = list(pages(item, stories, 2)), list(pages(item, stories, 2))
    assert [s.text for s in first] == [s.text for s in again]
    for sheet in first:
        for piece in sheet.pieces:
            assert plain(piece.title) in plain(sheet.text)
            bodies = [sheet.text[s.start : s.end] for s in piece.body]
            assert all(bodies)
            assert all(b == b.strip() for b in bodies)


@pytest.mark.parametrize("item", MARKED, ids=lambda item: item.name)
def test_marked_pages_of_samples(item: Layout) -> None:
    found = measure([item], of_samples())
    assert f1(found.titles) >= 0.9, found.errors
    assert f1(found.tokens) >= 0.95
    assert found.authors["extra"] == found.dates["extra"] == 0, found.errors


def test_bare_pages_of_samples() -> None:
    found = measure([item for item in LAYOUTS if not item.marked], of_samples())
    assert f1(found.titles) >= 0.75
    assert found.splits == 0
    assert found.authors["extra"] == found.dates["extra"] == 0


def test_pages_of_gold_articles() -> None:
    stories = gold("work")
    marked = measure([i for i in MARKED if not i.kept_out], stories)
    bare = measure([i for i in LAYOUTS if not i.marked and not i.kept_out], stories)
    assert f1(marked.titles) >= 0.95
    assert f1(marked.tokens) >= 0.98
    assert f1(bare.titles) >= 0.85
    for found in (marked, bare):
        assert found.authors["extra"] == found.dates["extra"] == 0
        assert found.lost <= 0.01 * found.tokens["right"]


def test_pages_of_layouts_kept_out() -> None:
    stories = gold("report")
    for marked, floor in ((True, 0.9), (False, 0.75)):
        found = measure([i for i in LAYOUTS if i.kept_out and i.marked is marked], stories)
        assert f1(found.titles) >= floor
        assert found.authors["extra"] == found.dates["extra"] == 0


def test_a_page_of_navigation_alone_has_no_title() -> None:
    (item,) = (item for item in LAYOUTS if item.name == "navigation-only")
    assert measure([item], []).titles.total() == 0


SIZE = 300_000
HOSTILE = {
    "short lines": "Budget passes\n",
    "blank lines": "\n",
    "lines of spaces": " \n",
    "rules": "=====\n",
    "breaks": "* * *\n",
    "underlined": "Some title here\n===============\n",
    "bylines": "By Jane Doe\n",
    "dates": "3 May 2021\n",
    "numbered": "1. Some title here\nAnd a sentence goes here, said all.\n",
    "articles": "River floods town again\n\nThe river rose by two metres, officials said.\n\n",
    "snippets": "A title of it\n\nThe river rose by two metres overnight and...\n\n",
    "bars": "a | b | c | d | e\n",
    "one line": "word ",
    "one rule": "=",
    "stars": "*a* ",
    "signs": "# ",
    "crumbs": "a > ",
    "brackets": "(1) ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_costs_more_than_its_size(name: str) -> None:
    text = "Up here.\n" + HOSTILE[name] * (SIZE // len(HOSTILE[name])) + "Down there."
    start = time.process_time()
    assert segment(Document("a.txt", "text/plain", "sha256:0", text), Hints())
    assert time.process_time() - start < 3  # linear: about 0.3 s; quadratic: minutes
