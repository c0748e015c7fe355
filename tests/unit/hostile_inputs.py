"""Files made to do harm, and a program that reads each under a limit of memory.

`python -m tests.unit.hostile_inputs` prints a line of JSON for each: CPU seconds, reasons, and the
number of documents and of characters in them.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

GIB = 1 << 30
PAGE = b"<html><p>A bomb killed many.</p>"
ROW = b'{"title": "A bomb", "text": "It killed many."}'


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def squeezed(data: bytes) -> bytes:
    return gzip.compress(data, 1)


def nested(depth: int) -> bytes:
    data = zipped({"a.html": PAGE})
    for number in range(depth):
        data = zipped({f"{number}.zip": data})
    return data


def zstd_bomb() -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(bytes(100_000_000)) * 50


def directory_bomb() -> bytes:
    """A ZIP whose end claims a list of members of 3 GB, and has one of 40 MB."""
    record = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", *[0] * 18) + b""
    listing = record * (40_000_000 // len(record))
    count = len(listing) // len(record) & 0xFFFF
    return (
        b"PK\3\4"
        + bytes(26)
        + listing
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listing), 0, 0)
    )


def warc(headers: str, body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = f"WARC/1.0\r\n{headers}WARC-Record-ID: <urn:uuid:1>\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


def response(body: bytes, *more: str) -> bytes:
    http = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + "".join(f"{m}\r\n" for m in more)
    kind = "WARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
    return warc(kind + "WARC-Target-URI: http://a.example/\r\n", http.encode() + b"\r\n" + body)


def parquet_bomb() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    out = io.BytesIO()
    table = pa.table({"title": ["x"] * 40, "text": ["y" * 20_000_000] * 40})
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


TEXTS = "WARC-Type: conversion\r\n"
RSS = b"<rss version='2.0'><channel><item><title>A bomb</title><description>%s</description>"
ENTITIES = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 12))

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # what: (its name, its bytes, what must stand in a reason; "" when it must be read)
    "gzip bomb": ("a.html.gz", lambda: squeezed(bytes(100_000_000)), "bombs"),
    "gzip bomb of a stream": ("a.jsonl.gz", lambda: squeezed(bytes(100_000_000)), "bombs|NUL"),
    "gzip bomb of lines": ("a.jsonl.gz", lambda: squeezed(b"\n" * 60_000_000), "empty lines"),
    "gzip bomb of a WARC": ("a.warc.gz", lambda: squeezed(bytes(100_000_000)), "WARC"),
    "zstd bomb": ("a.html.zst", zstd_bomb, "bombs"),
    "zip bomb": ("a.zip", lambda: zipped({"a.html": bytes(100_000_000)}), "bombs"),
    "zip bomb of many": (
        "a.zip",
        lambda: zipped({f"{i}.csv": bytes(20_000_000) for i in range(10)}),
        "bomb",
    ),
    "nested zips": ("a.zip", lambda: nested(20), "containers deep"),
    "long directory": ("a.zip", directory_bomb, "list of its members"),
    "traversal": ("a.zip", lambda: zipped({"../../x.html": PAGE}), "leads out"),
    "truncated gzip": ("a.html.gz", lambda: gzip.compress(PAGE * 9000)[:-9], "cut off"),
    "truncated gzip of lines": (
        "a.jsonl.gz",
        lambda: gzip.compress((ROW + b"\n") * 9)[:-9],
        "cut off",
    ),
    "deep array": ("a.json", lambda: b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
    "deep array, open": ("a.json", lambda: b"[" * 100_000, "nested deeper"),
    "deep object": ("a.json", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too deeply"),
    "deep line": ("a.jsonl", lambda: b'{"a":' * 100_000 + b"\n" + ROW, "too deeply"),
    "20 MB line": ("a.jsonl", lambda: b'{"text": "' + b"word " * 4_000_000 + b'"}', "too long"),
    "20 MB string": ("a.json", lambda: b'[{"text": "' + b"word " * 4_000_000, "ends in its list"),
    "quotes never closed": (
        "a.csv",
        lambda: b'title,text\na,"' + b"x y\n" * 4_000_000,
        "check its quotes",
    ),
    "NUL in JSON": ("a.jsonl", lambda: b'{"title": "A", "text": "a\\u0000b\\ud800c"}', ""),
    "NUL in a row": ("a.csv", lambda: b"title,text\nA,a\0b\n", ""),
    "NULs": ("a.csv", lambda: bytes(1000), "no text table"),
    "lying UTF-8": ("a.jsonl", lambda: b'{"title": "A", "text": "caf\xe9 a"}', "not UTF-8"),
    "JSON in UTF-16": ("a.json", lambda: ROW.decode().encode("utf-16"), "UTF-8"),
    "lying feed": ("a.rss", lambda: b'<?xml encoding="utf-8"?><rss>caf\xe9 a</rss>', "not UTF-8"),
    "empty record": ("a.warc", lambda: warc(TEXTS, b""), "empty"),
    "empty response": ("a.warc", lambda: response(b""), "empty"),
    "huge record": ("a.warc", lambda: warc(TEXTS, bytes(250_000_000)), "above the limit"),
    "lying length": ("a.warc", lambda: warc(TEXTS, b"some text", 10**14), "above the limit"),
    "cut record": ("a.warc", lambda: warc(TEXTS, b"some text", 100), "cut off"),
    "endless header": ("a.warc", lambda: b"WARC/1.0\r\nX: " + b"a" * 20_000_000, "header"),
    "bomb in a response": (
        "a.warc",
        lambda: response(squeezed(bytes(100_000_000)), "Content-Encoding: gzip"),
        "bombs",
    ),
    "entities": (
        "a.rss",
        lambda: b"<!DOCTYPE r [" + ENTITIES + b"]><rss>&e11;</rss>",
        "ENTITY|DOCT",
    ),
    "external entity": (
        "a.rss",
        lambda: b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
        "which no feed needs",
    ),
    "deep feed": ("a.rss", lambda: b"<rss version='2.0'><channel>" + b"<a>" * 200_000, "deep"),
    "20 MB snippet": (
        "a.rss",
        lambda: RSS % (b"&lt;" * 5_000_000) + b"</item></channel></rss>",
        "limit of a feed",
    ),
    "parquet bomb": ("a.parquet", parquet_bomb, "too long|realloc"),
    "broken parquet": ("a.parquet", lambda: b"PAR1" + b"\xff" * 5000 + b"PAR1", "no Parquet"),
}


def outcome(name: str, path: Path) -> dict[str, object]:
    """What reading gives."""
    from kg_builder.errors import InputError
    from kg_builder.plugins import RawInput, Unread
    from kg_builder.sources import documents, leaves

    reasons: list[str] = []
    lengths: list[int] = []
    start = time.process_time()
    try:
        for item in leaves(RawInput(name, path)):
            if isinstance(item, Unread):
                reasons.append(f"{item.name}: {item.reason}")
                continue
            try:
                lengths.extend(len(d.text.strip()) for d in documents(item))
            except InputError as error:
                reasons.append(str(error))
    except InputError as error:
        reasons.append(str(error))
    return {"cpu": time.process_time() - start, "reasons": reasons[:50], "lengths": lengths[:50]}


def write(path: Path, make: Callable[[], bytes]) -> None:
    """Writes an input in a process of its own, so that making it takes no memory here."""
    child = os.fork()
    if not child:
        path.write_bytes(make())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, path


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        inputs = {}
        for number, (what, (name, make, _)) in enumerate(HOSTILE.items()):
            inputs[what] = name, Path(folder) / f"{number}"
            write(inputs[what][1], make)
        resource.setrlimit(resource.RLIMIT_AS, (GIB, GIB))
        for what, (name, path) in inputs.items():
            print(json.dumps({"what": what, **outcome(name, path)}), flush=True)
