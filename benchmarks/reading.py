"""Prints how fast records become documents, beside the bare library, in one run.

Run from the checkout: python benchmarks/reading.py [--records N]
The records are made here: paragraphs of our samples, in archives as crawlers write them. CPU
seconds of this program, medians of three.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fastwarc.warc import ArchiveIterator

from kg_builder.plugins import RawInput
from kg_builder.sources import documents, leaves

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def texts(count: int) -> list[str]:
    parts = [p for f in sorted(SAMPLES.glob("*.txt")) for p in f.read_text().split("\n\n") if p]
    return ["\n\n".join(parts[(n + k) % len(parts)] for k in range(12)) for n in range(count)]


def wet(bodies: list[str]) -> bytes:
    out = []
    for number, body in enumerate(bodies):
        data = f"{number}\n{body}".encode()
        head = (
            "WARC/1.0\r\nWARC-Type: conversion\r\n"
            f"WARC-Target-URI: https://paper{number % 50}.example/{number}\r\n"
            "WARC-Date: 2024-02-03T04:05:06Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        out.append(head.encode() + data + b"\r\n\r\n")
    return b"".join(out)


def read(path: Path) -> int:
    return sum(1 for leaf in leaves(RawInput(path.name, path)) for _ in documents(leaf))  # type: ignore[arg-type]


def raw(path: Path) -> int:
    opener = gzip.open if path.suffix == ".gz" else Path.open
    with opener(path, "rb") as handle:  # type: ignore[operator]
        return sum(len(r.reader.read()) > 0 for r in ArchiveIterator(handle, parse_http=False))


def rate(work: Callable[[Path], int], path: Path) -> float:
    rates = []
    for _ in range(3):
        start = time.process_time()
        count = work(path)
        rates.append(count / (time.process_time() - start))
    return statistics.median(rates)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    options = parser.parse_args()
    bodies = texts(options.records)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        plain = base / "a.wet"
        plain.write_bytes(wet(bodies))
        packed = base / "a.wet.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes(), 1))
        lines = base / "a.jsonl"
        rows = ({"title": f"Story {n}", "text": body} for n, body in enumerate(bodies))
        lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        size = sum(map(len, bodies)) // len(bodies)
        print(f"{len(bodies):,} records of {size:,} characters")
        print(f"fastwarc alone, WET       {rate(raw, plain):10,.0f} records per CPU second")
        print(f"WET to Document           {rate(read, plain):10,.0f}")
        print(f"WET, gzip, to Document    {rate(read, packed):10,.0f}")
        print(f"JSON Lines to Document    {rate(read, lines):10,.0f}")


if __name__ == "__main__":
    main()
