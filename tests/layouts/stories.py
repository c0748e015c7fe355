"""Gold articles of the shared data, or our samples, in; stories to lay out on pages out.

A story's title and body belong together; authors and dates are gold ones of other pages, dealt
out in order, since the pages with a gold body have none. Titles stand in the page's own meta tag.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.support import SAMPLES

_OG_TITLE: Final = re.compile(
    r"<meta[^>]+og:title[\"'][^>]*content=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE
)
_SITE: Final = re.compile(r"\s+(?:[|–—-]|::?)\s+[^|]{2,40}\Z")
_NAME: Final = re.compile(r"[A-Z][a-z]+(?: [A-Z]\.)? [A-Z][a-z]+(?:-[A-Z][a-z]+)?\Z")
_COMMON: Final = frozenset("the of and to in a is that for was".split())
_SHORT = 80


@dataclass(frozen=True, slots=True)
class Story:
    """An article as its gold states it; `half` is the half of the data it lies in."""

    title: str
    paragraphs: tuple[str, ...]
    author: str
    date: date
    half: str


def half_of(key: str) -> str:
    """Which half of the data a document belongs to, by its hash: `work` or `report`."""
    return "report" if int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2 else "work"


def of_shared(folder: Path) -> list[Story]:
    """English news stories of `bench/metadata`: title and gold body of one page each."""
    people, days = _people_and_days(folder / "pages" / "gold.json")
    truth = json.loads((folder / "scrapinghub" / "ground-truth.json").read_text("utf-8"))
    found: list[Story] = []
    for key in sorted(truth):
        page = folder / "scrapinghub" / "html" / f"{key}.html.gz"
        title = _title(gzip.decompress(page.read_bytes()).decode("utf-8", "replace"))
        paragraphs = _paragraphs(truth[key]["articleBody"])
        if title is None or not _is_news(paragraphs):
            continue
        number = len(found)
        author, day = people[number % len(people)], days[number % len(days)]
        found.append(Story(title, paragraphs[:18], author, day, half_of(key)))
    return found


def of_samples() -> list[Story]:
    """Our own sample articles of plain text: title and paragraphs, with made-up bylines."""
    people = ["Jane Doe", "John Smith", "Mary Ash", "Tom Reed", "Ann Berg", "Paul Crane"]
    found = []
    for number, path in enumerate(sorted(SAMPLES.glob("*.txt"))):
        pieces = [p.strip() for p in path.read_text("utf-8").split("\n\n")]
        long = tuple(p for p in pieces if len(p) > 120)
        title = next((p for p in pieces if 25 < len(p) < 110), "")
        if title and len(long) >= 3:
            day = date(2020 + number % 4, 1 + number % 12, 3 + number)
            found.append(Story(title, long[:8], people[number % 6], day, "work"))
    return found


def _people_and_days(path: Path) -> tuple[list[str], list[date]]:
    gold: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    names = [g["author"] for g in gold if isinstance(g["author"], str)]
    people = sorted({name for name in names if _NAME.match(name)})
    days = [date.fromisoformat(g["date"]) for g in gold if isinstance(g["date"], str) and g["date"]]
    return people, days


def _title(page: str) -> str | None:
    match = _OG_TITLE.search(page)
    if match is None:
        return None
    title = re.sub(r"\s+", " ", html.unescape(match.group(1) or match.group(2) or "")).strip()
    while (shorter := _SITE.sub("", title)) != title and len(shorter.split()) > 3:
        title = shorter
    return title if 3 < len(title.split()) <= 22 else None


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\s+", " ", p).strip() for p in body.split("\n") if p.strip())


def _is_news(paragraphs: tuple[str, ...]) -> bool:
    """Whether a body is English prose of some length, with few short lines (lists, tables)."""
    words = " ".join(paragraphs).casefold().split()
    common = sum(w in _COMMON for w in words)
    short = sum(len(p) < _SHORT for p in paragraphs)
    enough = len(paragraphs) >= 4 and len(words) >= 150
    return enough and common > 0.12 * len(words) and 4 * short <= len(paragraphs)
