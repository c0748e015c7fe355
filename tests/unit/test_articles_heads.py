"""A title right above a byline begins an article, however short; other short lines do not."""

from __future__ import annotations

import pytest

from kg_builder.articles import segment
from kg_builder.model import Document, Hints

STORY = (
    "The mayor of {0} said on Monday that a company will open a new factory near the river. "
    "Amy Miller of the World Food Programme visited {0} and praised the workers. The plant is "
    "expected to employ many people, officials said. Residents gathered outside the town hall."
)
FIRST = f"Storm hits coast\nBy Amy Lin\nMay 3, 2021\n\n{STORY.format('Lisbon')}\n\n"


def read(text: str) -> list[tuple[str | None, list[str], str | None]]:
    articles = segment(Document("a.txt", "text/plain", "sha256:0", text), Hints())
    return [(a.headline, [x.name for x in a.authors], a.date_published) for a in articles]


STORM = ("Storm hits coast", ["Amy Lin"], "2021-05-03")


@pytest.mark.parametrize("title", ["Bank raises", "Bank raises rates", "Bank Raises Rates Again"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_short_title_above_a_byline_begins_an_article(title: str, end: str) -> None:
    text = f"World news\n\n{FIRST}{STORY.format('Lisbon')}\n\n"
    text += f"{title}\nBy Tom Hall\nMay 4, 2021\n\n{STORY.format('Oslo')}\n\nMore stories\n"
    assert read(text.replace("\n", end)) == [STORM, (title, ["Tom Hall"], "2021-05-04")]


def test_a_byline_alone_is_enough_and_a_date_where_the_page_has_such_heads() -> None:
    body = STORY.format("Oslo")
    assert len(read(f"{FIRST}Bank raises rates\nBy Tom Hall\n\n{body}")) == 2
    assert len(read(f"{FIRST}Bank raises rates\nMay 4, 2021\n\n{body}")) == 2


@pytest.mark.parametrize(
    "lines",
    [
        "Analysis\nBy Tom Hall",
        "The square of Lisbon on Monday\nBy Tom Hall/Getty Images",
        "The square of Lisbon on Monday",
        "More on this.\nBy Tom Hall",
    ],
)
def test_a_label_a_credit_and_a_heading_begin_none(lines: str) -> None:
    assert read(f"{FIRST}{lines}\n\n{STORY.format('Lisbon')}")[1:] == []


def test_a_line_between_lead_and_byline_begins_none() -> None:
    text = (
        f"Storm hits coast\n\nThe coast was hit on Monday.\n\nOur reporter\nBy Amy Lin\n\n{STORY}"
    )
    assert len(read(text)) == 1
