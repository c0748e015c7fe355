"""An Accept header or a format parameter in, the name of a format out (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

MEDIA_TYPES: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8; header=present",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "n3": "text/n3; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
"""What each format is sent as."""

Offers = Sequence[tuple[str, str]]
"""Pairs of a media type and the format's name, the server's favourite first."""

RESULTS: Final[Offers] = (
    ("application/sparql-results+json", "json"),
    ("application/json", "json"),
    ("application/sparql-results+xml", "xml"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("text/csv", "csv"),
    ("text/tab-separated-values", "tsv"),
)
GRAPHS: Final[Offers] = (
    ("text/turtle", "ttl"),
    ("application/x-turtle", "ttl"),
    ("application/n-triples", "nt"),
    ("application/ld+json", "jsonld"),
    ("application/json", "jsonld"),
    ("application/rdf+xml", "rdf"),
    ("application/xml", "rdf"),
    ("application/n-quads", "nq"),
    ("application/trig", "trig"),
    ("text/n3", "n3"),
    ("text/rdf+n3", "n3"),
    ("application/turtle", "ttl"),
    ("application/x-trig", "trig"),
    ("text/x-nquads", "nq"),
)
DATASETS: Final[Offers] = (
    ("application/n-quads", "nq"),
    ("application/trig", "trig"),
    ("application/ld+json", "jsonld"),
    ("application/json", "jsonld"),
    ("text/x-nquads", "nq"),
    ("application/x-trig", "trig"),
)
PAGES: Final[Offers] = (("text/html", "html"), ("application/xhtml+xml", "html"))

# What other endpoints and their clients call the same formats.
_RESULT_NAMES: Final = {"srj": "json", "srx": "xml"}
_GRAPH_NAMES: Final = {
    "json": "jsonld",
    "json-ld": "jsonld",
    "turtle": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
    "nquads": "nq",
    "n-quads": "nq",
    "xml": "rdf",
    "rdfxml": "rdf",
    "rdf+xml": "rdf",
}
_VERSIONED: Final = frozenset(("json", "xml", "tsv", "ttl", "nt", "rdf", "nq", "trig"))


def offered(offers: Offers) -> str:
    """The media types of an offer, each format once, for a message to the client."""
    return ", ".join(
        MEDIA_TYPES[name].split(";")[0] for name in dict.fromkeys(dict(offers).values())
    )


def version(accept: str | None) -> str | None:
    """The text 1.2 when an Accept header asks for that version of RDF or of SPARQL's results."""
    if not accept or "version" not in accept.lower():
        return None
    found = re.search(r";\s*version\s*=\s*\"?1\.2\"?\s*(?:[;,]|$)", accept, re.IGNORECASE)
    return "1.2" if found else None


def content_type(name: str, version: str | None = None) -> str:
    """What a format is sent as; says the version where the client asked for one."""
    media = MEDIA_TYPES[name]
    return f"{media}; version={version}" if version and name in _VERSIONED else media


def ranges(header: str) -> list[tuple[str, str, float]]:
    """The media ranges of an Accept header as type, subtype and q; broken ones are left out."""
    found = []
    for part in header.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        kind, slash, subtype = media.lower().partition("/")
        if not (kind and slash and subtype):
            continue
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        found.append((kind, subtype, quality))
    return found


def _quality(media: str, accepted: list[tuple[str, str, float]], wildcards: bool) -> float:
    """The q of the most specific range that covers the media type; 0 when none does."""
    kind, _, subtype = media.partition("/")
    best, specific = 0.0, -1
    for range_kind, range_subtype, quality in accepted:
        if (range_kind, range_subtype) == (kind, subtype):
            rank = 2
        elif wildcards and range_kind == kind and range_subtype == "*":
            rank = 1
        elif wildcards and range_kind == "*" and range_subtype == "*":
            rank = 0
        else:
            continue
        if rank > specific:
            best, specific = quality, rank
        elif rank == specific:  # the same type twice, with other parameters
            best = max(best, quality)
    return best


def choose(accept: str | None, offers: Offers, pages: bool = False) -> str | None:
    """The format to send, or None when the client accepts none of the offers.

    With `pages`, a page is offered too, but only to a client that names HTML: tools that
    send `*/*` get data.
    """
    if accept is None or not accept.strip():
        return offers[0][1]
    accepted = ranges(accept)
    candidates = [
        # A wildcard stands for what is sent, not for the other names it may be asked by.
        (_quality(media, accepted, MEDIA_TYPES[name].split(";")[0] == media), name)
        for media, name in offers
    ]
    if pages:
        named = [(_quality(media, accepted, False), name) for media, name in PAGES]
        candidates = named + candidates
    quality, name = max(candidates, key=lambda candidate: candidate[0])
    return name if quality > 0 else None


def by_names(names: Sequence[str]) -> tuple[str | None, str | None]:
    """The formats of the first name that is known: SPARQLWrapper sends several."""
    found = (by_name(name) for name in names)
    return next((pair for pair in found if pair != (None, None)), (None, None))


def by_name(name: str) -> tuple[str | None, str | None]:
    """The result and the graph format that a `format` parameter names, by name or media type."""
    name = name.strip().lower()
    if "/" in name:
        name = name.replace(" ", "+")  # an address where the plus was not escaped
    results, graphs = dict(RESULTS), dict(GRAPHS)
    if "/" in name:
        return results.get(name), graphs.get(name)
    if name == "html":
        return "html", "html"
    result, graph = _RESULT_NAMES.get(name, name), _GRAPH_NAMES.get(name, name)
    return (
        result if result in results.values() else None,
        graph if graph in graphs.values() else None,
    )
