"""Marked-up gold files in, frozen gold records with offsets in a document's text out.

The form of the files is told in gold/README.md. A gold line is looked for in the text of the
document in order, so the same file serves plain text (where the unmarked lines are the file)
and HTML (where the text is what was extracted).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent / "gold"
_MARK = re.compile(r"\[\[([^|\]]+)\|([^\]]+)\]\]|\{\{([^|}]+)\|([^}]+)\}\}")
_NOT_ROLES = frozenset({"date", "place", "killed", "injured", "fact", "also", "again", "same"})
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A name: offsets, class and the id of its entity."""

    start: int
    end: int
    kind: str
    entity: str


@dataclass(frozen=True, slots=True)
class GoldEvent:
    """An event by its trigger; the first of `types` is the annotator's own choice.

    An `optional` one is told again elsewhere in the article: finding it is neither right nor
    wrong, and missing it is no loss. `same` names an event that several articles report.
    """

    start: int
    end: int
    types: tuple[str, ...]
    dates: tuple[str, ...] = ()
    place: str | None = None
    killed: int | None = None
    injured: int | None = None
    factuality: str = "reported"
    roles: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    same: str | None = None


_Mark = TypeVar("_Mark", GoldMention, GoldEvent)


@dataclass(frozen=True, slots=True)
class GoldLine:
    """One line of a gold file: its tag, its unmarked text and its marks, offsets within it."""

    tag: str
    text: str
    mentions: tuple[GoldMention, ...] = ()
    events: tuple[GoldEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One article or teaser of the gold, offsets in the document's text.

    `about` and `regions` are None where they were not annotated, `marked` is False where only
    title and body were. `kept` and `lost` count lines that the document's text
    holds and does not hold.
    """

    id: str
    teaser: bool
    title: str
    title_span: tuple[int, int] | None
    body_span: tuple[int, int] | None
    section: str | None = None
    relative_time: str | None = None
    snippet: str | None = None
    authors: tuple[str, ...] = ()
    affiliations: tuple[tuple[str, str], ...] = ()
    publication: str | None = None
    date: str | None = None
    url: str | None = None
    about: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    mentions: tuple[GoldMention, ...] = ()
    events: tuple[GoldEvent, ...] = ()
    marked: bool = True
    kept: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """All gold of one document; `outside` are spans that belong in no body."""

    source: str
    articles: tuple[GoldArticle, ...]
    names: dict[str, str]
    outside: tuple[tuple[int, int], ...] = ()


@dataclass
class _Part:
    id: str
    teaser: bool
    lines: list[GoldLine] = field(default_factory=list)


@cache
def entities(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """Class and full name of each gold entity, by id."""
    table = tomllib.loads((folder / "entities.toml").read_text(encoding="utf-8"))
    return {key: (kind, name) for kind, rows in table.items() for key, name in rows.items()}


def files(folder: Path = FOLDER) -> list[Path]:
    """The gold files, sorted by name."""
    return sorted(folder.glob("*.ann"))


def header(path: Path) -> dict[str, Any]:
    """The TOML header of a gold file."""
    return tomllib.loads(path.read_text(encoding="utf-8").split("+++\n")[1])


def plain_text(path: Path) -> str:
    """The text of a gold file without its marks: what a plain text sample must be."""
    rows = [line.text for line in _lines(path) if line.tag != "A"]
    return "\n".join(rows) + "\n"


def load(path: Path, text: str) -> GoldDocument:
    """The gold of one document, with offsets in `text`, the text that was read from it."""
    head = header(path)
    parts, outside = _parts(path)
    cursor = 0
    placed: dict[int, tuple[int, int] | None] = {}
    for line in _lines(path):
        if line.tag in "A " or not line.text:
            continue
        span = (_find_line if line.tag in "NC" else _find)(text, line.text, cursor)
        placed[id_of(line)] = span
        if span is not None:
            cursor = span[1]
    articles = tuple(_article(part, head["articles"][part.id], placed) for part in parts)
    stray = tuple(span for line in outside if (span := placed.get(id_of(line))) is not None)
    names = {key: name for key, (_, name) in entities().items()}
    return GoldDocument(head["source"], articles, names, stray)


def id_of(line: GoldLine) -> int:
    """A number for a line that two equal lines share only if they are the same object."""
    return id(line)


@cache
def _lines(path: Path) -> tuple[GoldLine, ...]:
    body = path.read_text(encoding="utf-8").split("+++\n", 2)[2]
    return tuple(_line(row) for row in body.rstrip("\n").split("\n"))


def _line(row: str) -> GoldLine:
    if not row:
        return GoldLine(" ", "")
    tag, _, marked = row.partition(": ")
    if tag not in set("ASTBDPHCRLXN"):
        raise ValueError(f"unknown tag in gold line {row[:60]!r}")
    text, mentions, events, last = "", [], [], 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        words = mark[1] or mark[3]
        start, end = len(text), len(text) + len(words)
        if mark[1]:
            mentions.append(GoldMention(start, end, entities()[mark[2]][0], mark[2]))
        else:
            events.append(_event(start, end, mark[4]))
        text += words
        last = mark.end()
    text += marked[last:]
    if "[[" in text or "{{" in text:
        raise ValueError(f"a mark is not closed in gold line {row[:60]!r}")
    return GoldLine(tag, text, tuple(mentions), tuple(events))


def _event(start: int, end: int, spec: str) -> GoldEvent:
    kind, *rest = spec.split(";")
    values = dict(item.split("=", 1) for item in rest)
    known = entities()
    roles = tuple(
        (role, who)
        for role, ids in values.items()
        if role not in _NOT_ROLES
        for who in ids.split(",")
    )
    for who in [*(who for _, who in roles), *([values["place"]] if "place" in values else [])]:
        if who not in known:
            raise ValueError(f"gold event {spec!r} names an unknown entity {who!r}")
    return GoldEvent(
        start,
        end,
        (kind, *(values["also"].split(",") if "also" in values else ())),
        tuple(values["date"].split(",")) if "date" in values else (),
        values.get("place"),
        int(values["killed"]) if "killed" in values else None,
        int(values["injured"]) if "injured" in values else None,
        values.get("fact", "reported"),
        roles,
        "again" in values,
        values.get("same"),
    )


def _parts(path: Path) -> tuple[list[_Part], list[GoldLine]]:
    parts: list[_Part] = []
    outside: list[GoldLine] = []
    for line in _lines(path):
        if line.tag == "A":
            name, _, kind = line.text.partition(" ")
            parts.append(_Part(name, kind == "teaser"))
        elif line.tag in "NC":
            outside.append(line)
        elif line.text and parts:
            parts[-1].lines.append(line)
    return parts, outside


def _article(
    part: _Part, head: dict[str, Any], placed: dict[int, tuple[int, int] | None]
) -> GoldArticle:
    spans = {id_of(line): placed[id_of(line)] for line in part.lines}
    bodies = [s for line in part.lines if line.tag in "PH" and (s := spans[id_of(line)])]
    title = next(line for line in part.lines if line.tag == "T")
    snippet = next((line.text for line in part.lines if line.tag == "X"), None)
    mentions: list[GoldMention] = []
    events: list[GoldEvent] = []
    for line in part.lines:
        mentions += _shift(line.mentions, spans[id_of(line)])
        again = line.tag == "T" and not part.teaser
        events += [
            replace(event, optional=event.optional or again)
            for event in _shift(line.events, spans[id_of(line)])
        ]
    held = [spans[id_of(line)] is not None for line in part.lines if line.tag in "TPHRX"]
    return GoldArticle(
        id=part.id,
        teaser=part.teaser,
        title=title.text,
        title_span=spans[id_of(title)],
        body_span=(bodies[0][0], bodies[-1][1]) if bodies else None,
        section=head.get("section"),
        relative_time=head.get("relative_time"),
        snippet=snippet,
        authors=tuple(head.get("authors", ())),
        affiliations=tuple((a, b) for a, b in head.get("affiliations", ())),
        publication=head.get("publication") or None,
        date=head.get("date"),
        url=head.get("url"),
        about=tuple(head["about"]),
        regions=tuple(head["regions"]),
        mentions=tuple(mentions),
        events=tuple(events),
        kept=sum(held),
        lost=len(held) - sum(held),
    )


def _shift(marks: tuple[_Mark, ...], span: tuple[int, int] | None) -> Iterator[_Mark]:
    """Marks of a line moved to where it stands; of a lost line they stay, before the text."""
    for mark in marks:
        by = span[0] if span is not None else -(10**9)
        yield replace(mark, start=mark.start + by, end=mark.end + by)


def _find(text: str, line: str, start: int) -> tuple[int, int] | None:
    """The first place of `line` at or after `start`, whatever the white space."""
    at = text.find(line, start)
    if at >= 0:
        return at, at + len(line)
    pattern = r"\s+".join(re.escape(word) for word in _SPACES.split(line))
    found = re.compile(pattern).search(text, start)
    return (found.start(), found.end()) if found and len(found[0]) == len(line) else None


def _find_line(text: str, line: str, start: int) -> tuple[int, int] | None:
    """The first whole line at or after `start` that is `line`."""
    found = re.compile(rf"^{re.escape(line)}$", re.MULTILINE).search(text, start)
    return (found.start(), found.end()) if found else None
