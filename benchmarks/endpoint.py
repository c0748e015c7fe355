"""Speed of the endpoint against pyoxigraph in the same process: lookups, rows out, documents.

    python benchmarks/endpoint.py [--store DIR] [--triples 200000] [--lookups 3000]

Without --store, a graph of made-up articles is written to a temporary folder. Lookups are sent
one after another over one kept connection; CPU is that of the server and its workers. All
figures are of one run, printed as JSON beside the engine's own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

BASE = "http://127.0.0.1:8000/id/"
KG = "https://w3id.org/kg-builder/ontology#"
SERVE = """
import sys
from pathlib import Path
from kg_server.app import ServerOptions, serve
from kg_server.source import FolderSource, StoreSource
folder = Path(sys.argv[1])
source = StoreSource(folder) if (folder / "CURRENT").exists() and (folder / "snapshots").exists() \
    else FolderSource(folder)
serve(ServerOptions(port=0), source, lambda url: print(url, flush=True))
"""
TICKS = os.sysconf("SC_CLK_TCK")


def made_up(folder: Path, triples: int) -> None:
    """A store of about `triples` triples: one graph for each article, ten triples each."""

    def quads() -> Iterator[ox.Quad]:
        for number in range(triples // 10):
            article = ox.NamedNode(f"{BASE}article/a{number}")
            graph = ox.NamedNode(f"{BASE}graph/article/a{number % 500}")
            for at in range(9):
                place = ox.NamedNode(f"{BASE}entity/place/p{(number * 7 + at * 13) % 5000}")
                yield ox.Quad(article, ox.NamedNode(f"{KG}mentions"), place, graph)
            headline = ox.Literal(f"Headline number {number} of a made-up article")
            yield ox.Quad(article, ox.NamedNode(f"{KG}headline"), headline, graph)

    store = ox.Store(str(folder))
    store.bulk_extend(quads())
    store.flush()
    store.optimize()


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and its children have taken."""
    total, found = 0.0, [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(path.parent.name) in found or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, str]]:
    """A server of its own process: its id and its address."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.pid, process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(20)


def timed(calls: list[Callable[[], object]]) -> dict[str, float]:
    """Median, 95th percentile (ms) and calls per second of calls made in turn."""
    found, start = [], time.perf_counter()
    for call in calls:
        before = time.perf_counter()
        call()
        found.append((time.perf_counter() - before) * 1000)
    spent = time.perf_counter() - start
    return {
        "p50 ms": round(statistics.median(found), 3),
        "p95 ms": round(statistics.quantiles(found, n=20)[-1], 3),
        "per second": round(len(found) / spent),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--triples", type=int, default=200_000)
    parser.add_argument("--lookups", type=int, default=3000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.store or Path(scratch) / "store"
        if arguments.store is None:
            made_up(folder, arguments.triples)
        inner = folder
        if (folder / "snapshots").exists():
            inner = folder / "snapshots" / (folder / "CURRENT").read_text().strip() / "store"
        print(json.dumps(measured(folder, inner, arguments.lookups), indent=1))


def measured(folder: Path, inner: Path, lookups: int) -> dict[str, Any]:
    store = ox.Store.read_only(str(inner))
    subjects = sorted(
        row["s"].value
        for row in store.query(
            "SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) } LIMIT 20000",
            use_default_graph_as_union=True,
        )
    )
    asked = [subjects[i * 7919 % len(subjects)] for i in range(lookups)]
    queries = [f"SELECT ?p ?o {{ <{subject}> ?p ?o }}" for subject in asked]
    rows = "SELECT ?s ?p ?o { ?s ?p ?o }"

    def inside(query: str) -> bytes:
        found = store.query(query, use_default_graph_as_union=True)
        return found.serialize(format=ox.QueryResultsFormat.JSON) or b""

    figures: dict[str, Any] = {"quads": len(store)}
    started = time.process_time()
    figures["in process: lookup"] = timed([lambda q=q: inside(q) for q in queries])
    spent = time.process_time() - started
    figures["in process: lookup"]["cpu ms"] = round(spent / lookups * 1000, 3)
    figures["in process: all rows s"] = _seconds(lambda: inside(rows))
    with served(folder) as (pid, url):
        client = http.client.HTTPConnection(urlsplit(url).netloc)

        def get(path: str, **headers: str) -> tuple[int, bytes]:
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            return answer.status, answer.read()

        addresses = ["/sparql?query=" + quote(query) for query in queries]
        assert all(get(address)[0] == 200 for address in addresses[:100])
        before = cpu(pid)
        figures["server: lookup"] = timed([lambda a=a: get(a) for a in addresses])
        figures["server: lookup"]["cpu ms"] = round((cpu(pid) - before) / lookups * 1000, 3)
        for coding in ("identity", "zstd", "br", "gzip"):
            size = 0

            def everything(coding: str = coding) -> None:
                nonlocal size
                status, body = get("/sparql?query=" + quote(rows), **{"Accept-Encoding": coding})
                assert status == 200
                size = len(body)

            figures[f"server: all rows, {coding} s"] = _seconds(everything)
            figures[f"server: all rows, {coding} MB"] = round(size / 1e6, 2)
        turtle = {"Accept": "text/turtle"}
        for path in ("/sparql", "/.well-known/void"):
            if get(path, **turtle)[0] != 200:
                continue
            figures[f"server: {path} again"] = timed([lambda p=path: get(p, **turtle)] * 50)
    return figures


def _seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return round(time.perf_counter() - before, 3)


if __name__ == "__main__":
    main()
