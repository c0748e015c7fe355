"""Nodes of the graph in, what the pages show of them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urldefrag

from kg_builder import vocab
from kg_server.reader import LABEL, PREF_LABEL, TYPE, Reader, Values, plain, text

KG: Final = vocab.KG
KINDS: Final = (
    "Person",
    "Organization",
    "Group",
    "Region",
    "Facility",
    "Place",
    "Topic",
    "Event",
    "Publication",
)
_MONTHS: Final = (
    "January February March April May June July August September October November December"
).split()


def kg(name: str) -> str:
    """The IRI of an ontology term."""
    return vocab.kg(name)


def day(value: str | None) -> str | None:
    """A date as people write it: "8 October 2021", "October 2021", "8 October"; else as it is."""
    if not value:
        return None
    parts = value.split("T")[0].lstrip("-").split("-")
    try:
        numbers = [int(part) for part in parts]
        if value.startswith("--"):
            return f"{numbers[1]} {_MONTHS[numbers[0] - 1]}"
        if len(parts) == 3:
            return f"{numbers[2]} {_MONTHS[numbers[1] - 1]} {numbers[0]}"
        if len(parts) == 2:
            return f"{_MONTHS[numbers[1] - 1]} {numbers[0]}"
    except (ValueError, IndexError):
        pass
    return value


@dataclass(frozen=True, slots=True)
class Link:
    """A node as a page names it: `kind` is the class that gives it its colour."""

    iri: str
    name: str
    href: str | None
    kind: str


def link(reader: Reader, iri: str) -> Link:
    """The link to any node."""
    classes = reader.classes(iri)
    kind = next((name for name in KINDS if name in classes), "")
    if not kind and iri.startswith(reader.base + "entity/"):
        kind = iri[len(reader.base) :].split("/")[1].capitalize()
    return Link(iri, reader.label(iri), reader.href(iri), kind.lower())


def links(reader: Reader, values: Values, predicate: str) -> list[Link]:
    """The links of one predicate, by name."""
    found = {
        term.value: link(reader, term.value)
        for term in values.get(predicate, ())
        if type(term).__name__ == "NamedNode"
    }
    return sorted(found.values(), key=lambda item: (item.name, item.iri))


def article_row(reader: Reader, iri: str) -> dict[str, Any]:
    """What a list shows of an article."""
    values = reader.node(iri)
    date = text(values, kg("datePublished"))
    return {
        "iri": iri,
        "href": reader.href(iri),
        "headline": text(values, kg("headline")) or reader.label(iri),
        "date": date or "",
        "day": day(date),
        "publication": next(iter(links(reader, values, kg("publication"))), None),
        "authors": links(reader, values, kg("author")),
        "teaser": any(t.value == kg("Teaser") for t in values.get(TYPE, ())),
        "snippet": text(values, kg("snippet")),
    }


def casualties(values: Values, what: str) -> str | None:
    """How many were killed or injured: "55", "at least 55", "30 to 55" or "about 30"."""
    low, high = text(values, kg(f"{what}Min")), text(values, kg(f"{what}Max"))
    approx = values.get(kg(f"{what}Approx"), [])
    if any(term.value == "true" for term in approx):
        return f"about {low or high}" if low or high else None
    if approx:
        return f"about {approx[0].value}"
    if low and high:
        return low if low == high else f"{low} to {high}"
    if low:
        return f"at least {low}"
    return f"up to {high}" if high else None


def event_facts(reader: Reader, iri: str, values: Values) -> dict[str, Any]:
    """What a page shows of an event or of one report of it."""
    date = text(values, kg("date"))
    earliest, latest = text(values, kg("earliest")), text(values, kg("latest"))
    span = None
    if not date and earliest and latest:
        span = day(earliest) if earliest == latest else f"{day(earliest)} to {day(latest)}"
    roles = []
    for term in values.get(kg("participation"), ()):
        part = reader.node(plain(term))
        role = text(part, kg("role")) or "participant"
        roles += [(role, agent) for agent in links(reader, part, kg("agent"))]
    roles = sorted(set(roles), key=lambda item: (item[0], item[1].name))
    if not roles:
        roles = [("participant", agent) for agent in links(reader, values, kg("actor"))]
    label = text(values, LABEL) or text(values, PREF_LABEL) or reader.label(iri)
    return {
        "iri": iri,
        "href": reader.href(iri),
        "label": label,
        "type": next(iter(links(reader, values, kg("eventType"))), None),
        "day": day(date) or span,
        "sort": earliest or date or "9999",
        "date_text": text(values, kg("dateText")),
        "date_source": text(values, kg("dateSource")),
        "places": links(reader, values, kg("place")),
        "roles": roles,
        "killed": casualties(values, "killed"),
        "injured": casualties(values, "injured"),
        "factuality": text(values, kg("factuality")),
        "confidence": text(values, kg("confidence")),
    }


def quote_of(reader: Reader, values: Values, graph: str | None = None) -> dict[str, Any] | None:
    """The sentence that bears the evidence of a node: its text, place and article."""
    for term in values.get(kg("evidence"), ()):
        sentence = reader.node(plain(term), graph)
        exact = text(sentence, kg("exact"))
        if exact is not None:
            start = int(text(sentence, kg("start")) or 0)
            return {
                "iri": term.value,
                "href": reader.href(term.value),
                "exact": exact,
                "start": start,
            }
    return None


def marked(sentence: str, start: int, spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A sentence cut into plain and marked pieces.

    `start` and the spans' `start` and `end` count code points in the same text; a span that
    is not where it says, or that overlaps an earlier one, is left unmarked.
    """
    pieces: list[dict[str, Any]] = []
    at = 0
    for span in sorted(spans, key=lambda s: (s["start"], -s["end"])):
        low, high = span["start"] - start, span["end"] - start
        if low < at or high > len(sentence) or sentence[low:high] != span["exact"]:
            continue
        if low > at:
            pieces.append({"text": sentence[at:low]})
        pieces.append({"text": sentence[low:high], **span})
        at = high
    if at < len(sentence):
        pieces.append({"text": sentence[at:]})
    return pieces


def span_of(values: Values) -> dict[str, Any] | None:
    """Start, end and exact text of a span node; None when it lacks one or they are no numbers."""
    start, end = text(values, kg("start")), text(values, kg("end"))
    exact = text(values, kg("exact"))
    if start is None or end is None or exact is None:
        return None
    try:
        return {"start": int(start), "end": int(end), "exact": exact}
    except ValueError:
        return None


def claim_facts(reader: Reader, values: Values, graph: str | None = None) -> dict[str, Any] | None:
    """A claim as subject, predicate, object with its quote."""
    ends = [links(reader, values, vocab.RDF + name) for name in ("subject", "predicate", "object")]
    if not all(ends):
        return None
    subject, predicate, value = (found[0] for found in ends)
    article = next(iter(links(reader, values, kg("inArticle"))), None)
    name = predicate.iri.removeprefix(KG)
    spoken = "".join(f" {c.lower()}" if c.isupper() else c for c in name)
    return {
        "subject": subject,
        "predicate": spoken,
        "href": predicate.href,
        "object": value,
        "factuality": text(values, kg("factuality")),
        "past": text(values, kg("past")) == "true" or text(values, kg("validUntil")),
        "quote": quote_of(reader, values, graph),
        "article": article,
    }


def anchor(iri: str) -> str:
    """The fragment of an IRI: the id of its element on the page."""
    return urldefrag(iri).fragment


def local_name(iri: str) -> str:
    """The end of an ontology IRI, or the whole IRI."""
    return iri.removeprefix(KG)
