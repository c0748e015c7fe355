"""JSON, JSON Lines and tables: fields found by name or as told, records that are at fault."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from kg_builder.errors import InputError
from kg_builder.model import Document
from kg_builder.plugins import FieldMapping, RawInput, ReadLimits, Unread
from kg_builder.sources import leaves
from kg_builder.sources.jsonl import JsonReader

ARTICLE = {
    "title": "Blast in Kunduz",
    "text": "A bomb killed many.\nOfficials said so.",
    "authors": ["Jane Doe", {"name": "John Roe"}],
    "publishedAt": "2021-10-08T10:00:00Z",
    "url": "https://a.example/1",
    "source": {"id": None, "name": "The Paper"},
    "category": "Asia",
    "lang": "en",
}


def found(name: str, data: bytes, mapping: FieldMapping | None = None) -> list[Any]:
    return list(leaves(RawInput(name, data, mapping=mapping or FieldMapping())))


def lines(*records: Any) -> bytes:
    return b"\n".join(json.dumps(r).encode() for r in records)


def values(document: Document) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for value in document.metadata:
        assert value.source == "record"
        if value.accepted:
            out.setdefault(value.property, []).append(value.value)
    return out


def test_a_record_becomes_a_document_with_what_it_states() -> None:
    line = lines(ARTICLE)
    (document,) = found("n.jsonl", line)
    assert document.source_name == "n.jsonl#1"
    assert document.content_hash == "sha256:" + hashlib.sha256(line).hexdigest()
    assert document.text == "Blast in Kunduz\n\nA bomb killed many.\n\nOfficials said so."
    assert [b.role for b in document.blocks] == ["headline", "paragraph", "paragraph"]
    assert values(document) == {
        "headline": ["Blast in Kunduz"],
        "author": ["Jane Doe", "John Roe"],
        "datePublished": ["2021-10-08T10:00:00Z"],
        "canonicalUrl": ["https://a.example/1"],
        "publication": ["The Paper"],
        "section": ["Asia"],
        "language": ["en"],
    }


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ([ARTICLE] * 3, 3),
        ({"status": "ok", "totalResults": 2, "articles": [ARTICLE] * 2}, 2),
        ({"response": {"docs": [ARTICLE]}}, 1),
        ({"hits": {"total": 1, "hits": [{"_id": "a", "_source": ARTICLE}]}}, 1),
        (ARTICLE, 1),
        ({**ARTICLE, "items": [{"a": 1}]}, 1),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_shapes_of_json(shape: Any, count: int, indent: int | None) -> None:
    out = found("n.json", json.dumps(shape, indent=indent).encode())
    assert [d.text[:15] for d in out] == ["Blast in Kunduz"] * count


def test_json_lines_named_json() -> None:
    assert [d.source_name for d in found("n.json", lines(ARTICLE, ARTICLE))] == [
        "n.json#1",
        "n.json#2",
    ]


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=9)), min_size=1, max_size=5),
    st.integers(1, 40),
)
def test_records_are_the_same_wherever_the_stream_is_cut(
    records: list[dict[str, str]], chunk: int
) -> None:
    from kg_builder.sources import json_split

    raw = RawInput("n.json", json.dumps({"data": records}, indent=1).encode())
    before = json_split._CHUNK
    json_split._CHUNK = chunk
    try:
        with raw.open() as handle:
            pieces = list(json_split.split(raw, handle, ("data",)))
    finally:
        json_split._CHUNK = before
    assert [json.loads(p.data) for p in pieces] == records
    assert [p.number for p in pieces] == list(range(1, len(records) + 1))


def test_bad_lines_are_named_and_the_rest_is_read() -> None:
    data = b"\n".join(
        [
            lines(ARTICLE),
            b"",
            b"{nonsense",
            b"[1]",
            lines({"title": "x", "words": "y"}),
            lines(ARTICLE),
        ]
    )
    out = found("n.jsonl", data)
    assert [o.source_name for o in out if isinstance(o, Document)] == ["n.jsonl#1", "n.jsonl#6"]
    reasons = {o.name: o.reason for o in out if isinstance(o, Unread)}
    assert reasons["n.jsonl#3"].startswith("line 3: no JSON")
    assert reasons["n.jsonl#4"] == "line 4: a JSON object is expected, not a list"
    assert reasons["n.jsonl#5"] == (
        "line 5: no text in fields title, words: name the field in kg.toml, [[records]] fields"
    )


def test_a_line_above_the_limit_is_passed_over() -> None:
    raw = RawInput(
        "n.jsonl", b'{"text": "' + b"x" * 999 + b'"}\n' + b'{"text": "a b"}', ReadLimits(100)
    )
    first, second = leaves(raw)
    assert isinstance(first, Unread)
    assert "limits.max_bytes" in first.reason
    assert isinstance(second, Document)


def test_what_came_before_a_cut_is_kept() -> None:
    packed = gzip.compress(lines(*[ARTICLE] * 50))[:-10]
    out = found("n.jsonl.gz", packed)
    assert len(out) >= 49
    assert "cut off" in out[-1].reason


def test_a_mapping_says_which_fields() -> None:
    mapping = FieldMapping(fields=(("text", "a.b"), ("title", "t"), ("publication", "p")))
    (document,) = found(
        "n.jsonl", lines({"t": "T", "a": {"b": "A word."}, "p": "bbc", "date": "2020"}), mapping
    )
    assert document.text == "T\n\nA word."
    assert values(document) == {"headline": ["T"], "publication": ["bbc"]}


def test_newsapi_cut_short_is_a_teaser() -> None:
    record = {
        "source": {"id": "cnn", "name": "CNN"}, "author": "Jane Doe", "title": "Blast",
        "description": "A bomb killed many.", "content": "A bomb killed… [+123 chars]",
        "url": "https://a.example/1", "publishedAt": "2021-10-08T10:00:00Z",
    }  # fmt: skip
    for mapping in (FieldMapping("newsapi"), FieldMapping()):
        (document,) = found("n.json", json.dumps({"articles": [record]}).encode(), mapping)
        assert [b.role for b in document.blocks] == ["headline", "snippet"]
        assert document.text == "Blast\n\nA bomb killed many."
        assert "teaser" in document.notes[0]
        assert values(document)["publication"] == ["CNN"]


def test_gdelt_lists_titles_and_neither_dates_nor_outlets() -> None:
    record = {
        "url": "https://a.example/1", "title": "Blast", "seendate": "20211008T100000Z",
        "domain": "a.example", "language": "English",
    }  # fmt: skip
    for mapping in (FieldMapping("gdelt"), FieldMapping()):
        (document,) = found("n.json", json.dumps({"articles": [record]}).encode(), mapping)
        assert values(document) == {
            "headline": ["Blast"],
            "canonicalUrl": ["https://a.example/1"],
            "language": ["en"],
        }


def test_the_crawl_time_of_c4_is_no_date() -> None:
    record = {"text": "A word.", "url": "https://a.example/1", "timestamp": "2019-04-25T12:57:54Z"}
    for mapping in (FieldMapping("c4"), FieldMapping()):
        (document,) = found("n.jsonl", lines(record), mapping)
        assert values(document) == {"canonicalUrl": ["https://a.example/1"]}


@pytest.mark.parametrize("source", ["a.example", "cnn", "https://a.example/", "cc-news"])
def test_a_host_or_an_identifier_is_no_outlet(source: str) -> None:
    (document,) = found("n.jsonl", lines({**ARTICLE, "source": source}))
    assert "publication" not in values(document)


def test_html_in_a_field_goes_to_the_html_reader() -> None:
    body = "<p>A bomb killed many people in the town of Kunduz on Friday.</p>" * 9
    (part,) = found("n.jsonl", lines({**ARTICLE, "text": body}))
    assert isinstance(part, RawInput)
    assert (part.name, part.media_type) == ("n.jsonl#1", "text/html")
    (document,) = found("n.jsonl", lines({**ARTICLE, "text": "<p>One &amp; two.</p>"}))
    assert document.text == "Blast in Kunduz\n\nOne & two."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1}', "expected are an array of articles"),
        (b"[]", "no objects"),
        (b"words", "no JSON"),
        (b'{"title": "x", "text": ', "no JSON"),
    ],
)
def test_json_without_articles(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^n\.json: .*{message}"):
        list(JsonReader().read(RawInput("n.json", data)))


def test_a_table_by_its_delimiter_and_header() -> None:
    data = (
        "title;text;author;date\n"
        '"Blast; many";"A bomb, it\nkilled.";"[\'Jane Doe\', \'John Roe\']";2021-10-08\n'
        "ragged;row\n\n"
        "Next;Words here.;;\n"
    )
    first, ragged, last = found("t.csv", data.encode())
    assert first.source_name == "t.csv#1"
    assert first.text.startswith("Blast; many\n\nA bomb")
    assert values(first)["author"] == ["Jane Doe", "John Roe"]
    assert ragged == Unread(
        "t.csv#2",
        "line 4: has 2 fields where the header names 4; check its quotes and delimiters",
    )
    assert (last.source_name, last.text) == ("t.csv#3", "Next\n\nWords here.")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marked_encodings_of_tables(encoding: str) -> None:
    (document,) = found("t.tsv", "title\ttext\nÄrger\tGroße Worte.\n".encode(encoding))
    assert document.text == "Ärger\n\nGroße Worte."


def test_a_row_in_another_encoding_is_unread() -> None:
    good = b"a,b c\n" * 60_000
    *_, bad, last = found("t.csv", b"title,text\n" + good + b"x,caf\xe9 a\nok,fine words\n")
    assert "not UTF-8" in bad.reason
    assert last.text == "ok\n\nfine words"


@pytest.mark.parametrize("header", ["a,b", "title,title,text", "1"])
def test_a_table_without_a_usable_header(header: str) -> None:
    with pytest.raises(InputError, match=r"^t\.csv: "):
        found("t.csv", f"{header}\n1,2,3\n".encode())


def test_parquet_by_its_needed_columns() -> None:
    table = pa.table(
        {
            "title": ["Blast", "Next"],
            "text": ["A bomb killed.", None],
            "blob": [b"\0", b"\0"],
            "date": [dt.datetime(2021, 10, 8)] * 2,  # noqa: DTZ001
            "source": [{"name": "The Paper"}] * 2,
        }
    )
    out = io.BytesIO()
    parquet.write_table(table, out)
    first, second = found("t.parquet", out.getvalue())
    assert (first.source_name, first.text) == ("t.parquet#1", "Blast\n\nA bomb killed.")
    assert values(first)["datePublished"] == ["2021-10-08T00:00:00"]
    assert values(first)["publication"] == ["The Paper"]
    assert second == Unread("t.parquet#2", "row 2: its text is empty")
