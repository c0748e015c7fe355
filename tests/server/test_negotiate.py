"""Formats by Accept header and by name."""

from __future__ import annotations

import pytest

from kg_server import negotiate

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("application/xml", "xml"),
        ("text/*", "csv"),  # what is sent as XML is no text/xml
        ("application/*", "json"),
        ("application/sparql-results+xml;q=0.5, application/sparql-results+json;q=0.4", "xml"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "xml"),
        ("application/json;q=0, application/sparql-results+json;q=0, */*", "xml"),
        ("text/csv;q=0.9, text/tab-separated-values", "tsv"),
        ("text/csv ; q = 0.3 , text/tab-separated-values; q=0.2", "csv"),
        ("text/csv;q=nonsense, text/tab-separated-values;q=0.1", "tsv"),
        ("image/png", None),
        ("text/turtle", None),
        ("text/csv;q=0", None),
        ("nonsense", None),
        (BROWSER, "html"),
        ("text/html;q=0.1, text/csv", "csv"),
    ],
)
def test_results_by_accept(accept: str | None, expected: str | None) -> None:
    assert negotiate.choose(accept, negotiate.RESULTS, pages=True) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "ttl"),
        ("*/*", "ttl"),
        ("application/*", "nt"),
        ("text/*", "ttl"),
        ("application/x-turtle", "ttl"),
        ("text/turtle;q=0.2, application/*;q=0.8", "nt"),
        ("application/*, application/n-triples;q=0", "jsonld"),
        ("text/turtle;version=1.2;q=0.9, application/trig;q=0.5, text/turtle;q=0.1", "ttl"),
        ("application/sparql-results+json", None),
    ],
)
def test_graphs_by_accept(accept: str | None, expected: str | None) -> None:
    assert negotiate.choose(accept, negotiate.GRAPHS) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, None),
        ("text/turtle", None),
        ("text/turtle;version=1.2", "1.2"),
        ('text/turtle; VERSION = "1.2" ;q=0.5, */*', "1.2"),
        ("text/turtle;version=1.1", None),
        ("text/turtle;version=1.20", None),
    ],
)
def test_version_by_accept(accept: str | None, expected: str | None) -> None:
    assert negotiate.version(accept) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("json", ("json", "jsonld")),
        ("XML", ("xml", "rdf")),
        ("csv", ("csv", None)),
        ("ttl", (None, "ttl")),
        ("turtle", (None, "ttl")),
        ("text/turtle", (None, "ttl")),
        ("application/json", ("json", "jsonld")),
        ("html", ("html", "html")),
        ("word", (None, None)),
    ],
)
def test_formats_by_name(name: str, expected: tuple[str | None, str | None]) -> None:
    assert negotiate.by_name(name) == expected
