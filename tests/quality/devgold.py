"""The development gold of a real section page in, the same records as our own gold out.

The gold is data outside the project (see tests/support.py); its README maps its words to the
ontology's names, and so does this module.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.quality.gold import GoldArticle, GoldDocument, GoldEvent, GoldMention

SOURCE = "moderndiplomacy-central-asia.txt"
_KINDS = {"EventName": "Event", "Initiative": "Topic"}
_TYPES: dict[str, tuple[str, ...]] = {
    "order": ("appeal", "statement"),
    "proposal": ("appeal", "agreement", "statement"),
    "pledge-of-aid": ("agreement", "aid"),
    "joining": ("joining", "cooperation", "agreement"),
    "tenure": ("leadership-change",),
    "state/tenure": ("leadership-change",),
    "organisation-founding": ("founding",),
    "speech": ("statement", "conference"),
    "war-end": ("war",),
}
_ROLES = {"created": "recipient", "organisation": "recipient"}
_NO_ROLE = frozenset({"venue", "topic"})
_VIOLENT = frozenset({"attack", "killing", "bombing"})


def load(path: Path, text: str) -> GoldDocument:
    """The development gold; `text` is the page that its offsets count in.

    Articles whose mentions were not annotated come with `marked` False.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    names = {e["id"]: e["name"] for e in data["entities"]}
    articles = []
    for row in [*data["articles"], *data["teasers"]]:
        for entity in row.get("entities", []):
            names.setdefault(entity["entity"], entity["name"])
        articles.append(_article(row, text))
    outside = []
    for row in data["articles"]:
        for caption in row.get("captions", []):
            at = text.find(caption)
            if at >= 0:
                outside.append((at, at + len(caption)))
    return GoldDocument(SOURCE, tuple(articles), names, tuple(outside))


def _article(row: dict[str, Any], text: str) -> GoldArticle:
    authors = row.get("authors", [])
    affiliations = [
        (a["name"], _affiliation_name(x, row)) for a in authors for x in a["affiliations"]
    ]
    title = row["titleSpan"]
    return GoldArticle(
        id=row["id"],
        teaser=row["kind"] == "teaser",
        title=row["title"],
        title_span=(title[0], title[1]),
        body_span=_body(row, text),
        section=row["section"],
        relative_time=row.get("relativeTime"),
        snippet=row.get("snippet"),
        authors=tuple(a["name"] for a in authors),
        affiliations=tuple(affiliations),
        about=tuple(row["about"]) if "about" in row else None,
        regions=tuple(row["regions"]) if "regions" in row else None,
        mentions=tuple(
            GoldMention(start, end, _KINDS.get(e["type"], e["type"]), e["entity"])
            for e in row.get("entities", [])
            for start, end in e["mentions"]
        ),
        events=tuple(_event(e) for e in row.get("events", [])),
        marked="entities" in row,
    )


def _body(row: dict[str, Any], text: str) -> tuple[int, int] | None:
    """The body's span without the captions it starts with and the white space it ends with."""
    if "bodySpan" not in row:
        return None
    start, end = row["bodySpan"]
    for caption in row.get("captions", []):
        if text.startswith(caption, start):
            start += len(caption)
            start += len(text[start:end]) - len(text[start:end].lstrip())
    return start, start + len(text[start:end].rstrip())


def _affiliation_name(tie: dict[str, Any], row: dict[str, Any]) -> str:
    """The organisation as the text writes it, since that is what a builder can say."""
    for entity in row["entities"]:
        if entity["entity"] == tie["org"]:
            return str(next(iter(entity["surfaces"])))
    return str(tie["org"])


def _event(row: dict[str, Any]) -> GoldEvent:
    kind = row["type"]
    types = _TYPES.get(kind, (kind,))
    dates: tuple[str, ...]
    if "date" in row:
        dates = (row["date"],) if row["date"] else ()
    elif "start" in row and "end" in row:
        dates = (f"{_day(row['start'], '01-01')}/{_day(row['end'], '12-31')}",)
        if "dateInferred" in row:  # the year is not in the text, so the day alone is right too
            dates += (f"-{row['start'][4:]}", f"-{row['end'][4:]}")
    else:
        dates = (row["end"],) if row.get("end") else ()
    actor = "perpetrator" if types[0] in _VIOLENT else "participant"
    roles = tuple(
        ({"actor": actor, **_ROLES}.get(p["role"], p["role"]), p["e"])
        for p in row["participants"]
        if p["role"] not in _NO_ROLE
    )
    evidence = row["evidence"]
    return GoldEvent(
        start=evidence["start"],
        end=evidence["end"],
        types=types,
        dates=dates,
        place=row["place"][0] if row.get("place") else None,
        factuality="planned" if str(row.get("modality", "")).startswith("future") else "reported",
        roles=roles,
    )


def _day(date: str, rest: str) -> str:
    return f"{date}-{rest}" if len(date) == 4 else date
