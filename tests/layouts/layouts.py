"""Stories in, pages out: one function for each layout, with how a newsroom would set it.

Four layouts are kept out of development: two with markers, two bare. Their errors are not
looked at; only their scores are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.layouts.sheet import Sheet
from tests.layouts.stories import Story

Render = Callable[[Sequence[Story], random.Random], Sheet]

NAVIGATION: Final = (
    "The Harbour Gazette", "Home", "Politics", "World", "Business", "Culture", "Weather",
    "Puzzles", "Jobs", "Sign in", "Search", "Subscribe from £1 a week", "Today's paper",
)  # fmt: skip
FOOTER: Final = (
    "About us", "Contact the newsroom", "Careers", "Terms and Conditions", "Privacy Policy",
    "© 2023 The Harbour Gazette. All rights reserved.",
)  # fmt: skip
SECTIONS: Final = ("Politics", "World", "Business", "Culture", "Science", "Opinion", "Sport")
HEADINGS: Final = (
    "What happens next", "A long road", "Background", "Why it matters", "The numbers",
    "‘Nobody told us’", "Reaction",
)  # fmt: skip
MONTHS: Final = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: whether lines mark its articles, and whether it is kept out of development."""

    name: str
    marked: bool
    kept_out: bool
    render: Render
    stories: tuple[int, int] = (3, 6)


LAYOUTS: list[Layout] = []


def layout(
    *, marked: bool, kept_out: bool = False, stories: tuple[int, int] = (3, 6)
) -> Callable[[Render], Render]:
    """Register a layout under its function's name."""

    def register(render: Render) -> Render:
        name = render.__name__.replace("_", "-")
        LAYOUTS.append(Layout(name, marked, kept_out, render, stories))
        return render

    return register


def pages(chosen: Layout, stories: Sequence[Story], number: int = 6) -> Iterator[Sheet]:
    """The pages of a layout: always the same for the same stories."""
    dice = random.Random(chosen.name)
    pool = list(stories)
    dice.shuffle(pool)
    low, high = chosen.stories
    at = 0
    for _ in range(number):
        count = min(dice.randint(low, high), len(pool))
        taken = [pool[(at + i) % len(pool)] for i in range(count)]
        at += count
        yield chosen.render(taken, dice)


def english(story: Story) -> str:
    """The story's date as American papers write it."""
    return f"{story.date:%B} {story.date.day}, {story.date.year}"


def british(story: Story) -> str:
    """The story's date as British papers write it."""
    return f"{story.date.day} {story.date:%B} {story.date.year}"


def foreign(story: Story, language: str) -> str:
    """The story's date with a month's name of another language."""
    month = MONTHS[language].split()[story.date.month - 1]
    form = {"fr": "{d} {m} {y}", "de": "{d}. {m} {y}", "es": "{d} de {m} de {y}"}[language]
    return form.format(d=story.date.day, m=month, y=story.date.year)


def snippet(story: Story, sign: str = "...") -> str:
    """The story's beginning, cut off as teasers cut it."""
    return " ".join(story.paragraphs[0].split()[:22]) + sign


def body(sheet: Sheet, story: Story) -> None:
    """Write the story's paragraphs."""
    for text in story.paragraphs:
        sheet.paragraph(text)


def with_headings(sheet: Sheet, story: Story, dice: random.Random) -> None:
    """Write the paragraphs with a heading or two among them."""
    places = sorted(dice.sample(range(2, max(4, len(story.paragraphs))), 2))
    for number, text in enumerate(story.paragraphs):
        if number in places:
            sheet.line(dice.choice(HEADINGS))
        sheet.paragraph(text)


@layout(marked=True)
def byline_date(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines(*NAVIGATION)
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(story.title, f"By {story.author}", english(story))
        piece.author, piece.date = story.author, story.date
        with_headings(sheet, story, dice)
    sheet.lines(*FOOTER)
    return sheet


@layout(marked=True)
def date_before_title(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines("Harbour Gazette", "Archive")
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(british(story), story.title)
        piece.date = story.date
        with_headings(sheet, story, dice)
    return sheet


@layout(marked=True, kept_out=True)
def section_date_comments(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines(*dice.sample(NAVIGATION, 6))
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.line(story.title)
        said = f"{dice.choice(SECTIONS)} | {english(story)} | {dice.randint(0, 90)} comments"
        sheet.line(said)
        piece.date = story.date
        with_headings(sheet, story, dice)
    sheet.lines(*FOOTER)
    return sheet


@layout(marked=True)
def rules_of_equals(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet(gap=0)
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines("=" * 40, story.title, f"{story.author} | {british(story)}", "=" * 40)
        piece.author, piece.date = story.author, story.date
        sheet.blank()
        sheet.gap = 1
        body(sheet, story)
        sheet.gap = 0
    return sheet


@layout(marked=True)
def rules_of_dashes(stories: Sequence[Story], dice: random.Random) -> Sheet:
    rule = dice.choice(["---", "* * *", "-----", "***"])
    sheet = Sheet()
    sheet.line("Morning digest")
    for number, story in enumerate(stories):
        sheet.begin(story.title)
        if number:
            sheet.line(rule)
        sheet.line(story.title)
        body(sheet, story)
    return sheet


@layout(marked=True)
def underlined(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    mark = dice.choice("=-~")
    for story in stories:
        sheet.begin(story.title)
        sheet.line(story.title, gap=0)
        sheet.line(mark * len(story.title))
        with_headings(sheet, story, dice)
        sheet.blank()
    return sheet


@layout(marked=True)
def hash_titles(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(f"# {story.title}", f"*By {story.author}*")
        piece.author = story.author
        for number, text in enumerate(story.paragraphs):
            if number == 3:
                sheet.line(f"## {dice.choice(HEADINGS)}")
            sheet.paragraph(text)
    return sheet


@layout(marked=True)
def header_blocks(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.line(f"Title: {story.title}", gap=0)
        sheet.line(f"Author: {story.author}", gap=0)
        sheet.line(f"Date: {story.date.isoformat()}")
        piece.author, piece.date = story.author, story.date
        body(sheet, story)
        sheet.blank()
    return sheet


@layout(marked=True)
def wire(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        sheet.begin(story.title)
        sheet.line(story.title)
        place = dice.choice(["GENEVA", "WASHINGTON", "NAIROBI", "MEXICO CITY", "PARIS"])
        agency = dice.choice(["AP", "Reuters", "AFP"])
        lead = f"{place}, {story.date:%B} {story.date.day} ({agency}) — {story.paragraphs[0]}"
        sheet.paragraph(lead)
        for text in story.paragraphs[1:]:
            sheet.paragraph(text)
    return sheet


@layout(marked=True)
def french(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines("Accueil", "Politique", "Économie", "Culture", "Se connecter")
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(story.title, f"Par {story.author}", f"Publié le {foreign(story, 'fr')}")
        piece.author, piece.date = story.author, story.date
        body(sheet, story)
        sheet.line("Lire la suite")
    sheet.lines("Mentions légales", "Nous contacter")
    return sheet


@layout(marked=True)
def german(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines("Startseite", "Politik", "Wirtschaft", "Anmelden")
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(foreign(story, "de"), story.title, f"Von {story.author}")
        piece.author, piece.date = story.author, story.date
        body(sheet, story)
        sheet.line("Weiterlesen")
    sheet.lines("Impressum", "Datenschutz")
    return sheet


@layout(marked=True)
def spanish(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines("Inicio", "Política", "Deportes")
    for story in stories:
        sheet.begin(story.title)
        sheet.lines(story.title, f"hace {dice.randint(2, 20)} horas")
        body(sheet, story)
        sheet.line("Leer más")
    return sheet


@layout(marked=True)
def times(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines(*dice.sample(NAVIGATION, 7))
    for story in stories:
        sheet.begin(story.title)
        hour = f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}"
        said = dice.choice([f"{dice.randint(2, 20)} hours ago", f"Updated {hour} GMT", f"{hour}"])
        sheet.lines(story.title, said)
        with_headings(sheet, story, dice)
    sheet.lines(*FOOTER)
    return sheet


@layout(marked=True)
def continue_reading(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    full, rest = stories[:-2], stories[-2:]
    sheet.lines(*dice.sample(NAVIGATION, 5))
    for story in full:
        sheet.begin(story.title)
        sheet.line(story.title)
        with_headings(sheet, story, dice)
        sheet.line(dice.choice(["Continue reading →", "Read more »", "Read more"]))
    sheet.line("More stories")
    for story in rest:
        sheet.begin(story.title, teaser=True)
        sheet.lines(f"{dice.choice(SECTIONS)} {dice.randint(2, 9)} hours ago", story.title)
        sheet.paragraph(snippet(story))
    sheet.lines(*FOOTER)
    return sheet


@layout(marked=True)
def numbered(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.line("This week's reading list")
    sign = dice.choice(["{}. ", "{}) ", "({}) "])
    for number, story in enumerate(stories, 1):
        sheet.begin(story.title)
        sheet.line(sign.format(number) + story.title)
        body(sheet, story)
    return sheet


@layout(marked=True)
def teasers_repeat(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines(*dice.sample(NAVIGATION, 5))
    sheet.line("Latest news")
    for story in stories:
        sheet.begin(story.title, teaser=True)
        sheet.lines(story.title, f"{dice.randint(2, 9)} hours ago")
        sheet.paragraph(snippet(story, "…"))
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(story.title, f"By {story.author}")
        piece.author = story.author
        body(sheet, story)
    return sheet


@layout(marked=True, kept_out=True)
def breadcrumbs_repeat(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        piece = sheet.begin(story.title)
        section = dice.choice(SECTIONS)
        sheet.lines(f"Home > {section} > {story.title}", story.title)
        if dice.random() < 0.5:
            sheet.line(f"{section} correspondent")
        sheet.line(f"Last updated: {british(story)}")
        piece.date = None  # when it was changed, not when it was published
        with_headings(sheet, story, dice)
        sheet.lines("Share", "Back to top")
    return sheet


@layout(marked=True)
def wrapped(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet(width=72)
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(story.title, f"By {story.author}, {english(story)}")
        piece.author, piece.date = story.author, story.date
        body(sheet, story)
    return sheet


@layout(marked=True)
def crlf_dense(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet(newline="\r\n", gap=0)
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(story.title, f"{english(story)} by {story.author}")
        piece.author, piece.date = story.author, story.date
        with_headings(sheet, story, dice)
    return sheet


@layout(marked=True)
def truncated(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        piece = sheet.begin(story.title)
        sheet.lines(f"{story.date:%d.%m.%Y}", story.title, f"Author: {story.author}")
        piece.author = story.author
        piece.date = story.date if story.date.day > 12 else None
        body(sheet, story)
    sheet.cut(40)
    return sheet


@layout(marked=True, stories=(1, 1))
def single(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet(newline="\r\n")
    (story,) = stories
    sheet.lines(*dice.sample(NAVIGATION, 4))
    piece = sheet.begin(story.title)
    sheet.lines(story.title, f"By {story.author} – {british(story)}")
    piece.author, piece.date = story.author, story.date
    with_headings(sheet, story, dice)
    sheet.lines(*FOOTER)
    return sheet


@layout(marked=False, stories=(1, 1))
def single_bare(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    (story,) = stories
    sheet.begin(story.title)
    sheet.line(story.title)
    with_headings(sheet, story, dice)
    return sheet


@layout(marked=False, stories=(0, 0))
def navigation_only(_stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet(gap=dice.choice([0, 1]))
    shown = list(NAVIGATION)
    dice.shuffle(shown)
    sheet.lines(*shown, *FOOTER)
    return sheet


@layout(marked=False)
def bare(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        sheet.begin(story.title)
        sheet.line(story.title)
        body(sheet, story)
    return sheet


@layout(marked=False)
def bare_capitals(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    for story in stories:
        sheet.begin(story.title.upper())
        sheet.line(story.title.upper())
        with_headings(sheet, story, dice)
    return sheet


@layout(marked=False)
def bare_spaced(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines(*dice.sample(NAVIGATION, 4))
    for story in stories:
        sheet.blank(2)
        sheet.begin(story.title)
        sheet.line(story.title)
        with_headings(sheet, story, dice)
    return sheet


@layout(marked=False)
def bare_wrapped(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet(width=72)
    for story in stories:
        sheet.begin(story.title)
        sheet.line(story.title)
        body(sheet, story)
    return sheet


@layout(marked=False, kept_out=True)
def bare_quotes_and_questions(stories: Sequence[Story], dice: random.Random) -> Sheet:
    sheet = Sheet()
    sheet.lines(*dice.sample(NAVIGATION, 3))
    for number, story in enumerate(stories):
        plain = story.title.strip("“”‘’\"'?!. ")
        title = (story.title, f"Why {plain}?", f"‘{plain}’", f"{plain}?")[number % 4]
        sheet.begin(title)
        sheet.line(title)
        with_headings(sheet, story, dice)
    return sheet


@layout(marked=False, kept_out=True)
def bare_dense(stories: Sequence[Story], _dice: random.Random) -> Sheet:
    sheet = Sheet(gap=0)
    for story in stories:
        sheet.begin(story.title)
        sheet.line(story.title)
        body(sheet, story)
    return sheet
