"""Holds that the gold of the samples is sound: same text, known entities, nothing missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality import gold
from tests.support import SAMPLES


@pytest.mark.parametrize("path", gold.files(), ids=lambda p: p.stem)
def test_gold_is_the_text_of_its_sample(path: Path) -> None:
    """Unmarked gold of a plain text is the sample itself; of HTML each line stands in it."""
    sample = SAMPLES / gold.header(path)["source"]
    text = sample.read_bytes().decode("utf-8")
    if sample.suffix == ".txt":
        assert gold.plain_text(path) == text
    document = gold.load(path, text)
    assert sum(article.lost for article in document.articles) == 0
    for article in document.articles:
        known = gold.entities()
        assert all(who in known for who in (*(article.about or ()), *(article.regions or ())))
        for mention in article.mentions:
            assert text[mention.start : mention.end].strip()


def test_enough_articles_have_gold() -> None:
    """Every sample document has gold, and at least eight articles do."""
    sources = {gold.header(path)["source"] for path in gold.files()}
    assert sources == {p.name for p in SAMPLES.iterdir() if p.suffix in (".txt", ".html")}
    assert sum(len(gold.header(path)["articles"]) for path in gold.files()) >= 8


def test_marks_become_offsets() -> None:
    """A marked line gives its plain words and where the marks stand in them."""
    line = gold._line("P: [[Kaya|kaya]] was {{attacked|attack;place=kaya;killed=3}}.")
    assert line.text == "Kaya was attacked."
    assert [(m.start, m.end, m.kind) for m in line.mentions] == [(0, 4, "Place")]
    assert [(e.start, e.end, e.types, e.killed) for e in line.events] == [(9, 17, ("attack",), 3)]


@pytest.mark.parametrize(
    "row", ["P: [[Kaya|nobody-knows]]", "Q: a tag", "P: [[open", "P: {{x|a;by=kaya2}}"]
)
def test_a_broken_mark_is_refused(row: str) -> None:
    """A slip in the gold is an error and never a lost mention."""
    with pytest.raises((KeyError, ValueError)):
        gold._line(row)


def test_a_line_is_found_whatever_its_white_space() -> None:
    """Extracted text may hold other white space than the gold, of the same length."""
    assert gold._find("x\na\u00a0b", "a b", 0) == (2, 5)
    assert gold._find_line("upon\non", "on", 0) == (5, 7)
