"""How fast the gate is, and whether it agrees with pySHACL.

    python benchmarks/gate.py                        # articles, 1,000 articles, share of pySHACL
    python benchmarks/gate.py --articles 10000       # more copies of the samples' articles
    python benchmarks/gate.py --cases 100000         # generated shapes and data against pySHACL
    python benchmarks/gate.py --planted 10000        # the whole store against its articles

Articles are those of samples/, built first; many are made by copying the short ones and some of
the long under new names, so that they have 146 triples on average. pySHACL is timed in the same
run. Times are CPU seconds of this process.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg_builder import pipeline, reading, vocab
from kg_builder.config import load_settings
from kg_builder.gate import Gate
from kg_builder.store import Snapshots

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
TYPE = ox.NamedNode(vocab.RDF + "type")


def sample_graphs() -> dict[str, list[str]]:
    """The lines of the canonical export of the samples, by graph."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(SAMPLES / "kg.toml", {"workers": 1}, environment={})
        pipeline.build([SAMPLES], Path(folder), settings)
        lines = reading.export(Snapshots(Path(folder)).require(), "nq").decode().splitlines()
    graphs: dict[str, list[str]] = {}
    for line in lines:
        graphs.setdefault(line.rsplit(" ", 2)[1], []).append(line)
    return graphs


def quads_of(lines: list[str]) -> list[ox.Quad]:
    return list(ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS))


def context_of(quads: list[ox.Quad], types: dict[object, list[ox.Quad]]) -> list[ox.Quad]:
    """The types of what a graph refers to, as the pipeline hands them to the gate."""
    wanted = {q.object for q in quads if isinstance(q.object, ox.NamedNode)}
    return [quad for term in sorted(wanted, key=str) for quad in types.get(term, ())]


def many(graphs: dict[str, list[str]], count: int) -> Iterator[list[str]]:
    """`count` articles of 146 triples on average, each with a name of its own."""
    articles = sorted((len(v), k) for k, v in graphs.items() if "/graph/article/" in k)
    short = [k for n, k in articles if n < 150]
    longer = [k for n, k in articles if 250 < n < 340]
    for number in range(count):
        chosen = longer if number % 5 == 4 else short
        name = chosen[number % len(chosen)]
        key = name.rsplit("/", 1)[1].rstrip(">")
        yield [line.replace(key, f"{key}{number}") for line in graphs[name]]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def timed(call: object, rounds: int) -> list[float]:
    assert callable(call)
    call()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        found.append((time.perf_counter() - start) * 1000)
    return found


def articles(graphs: dict[str, list[str]]) -> None:
    """Milliseconds of one check, by article, beside pySHACL's."""
    types: dict[object, list[ox.Quad]] = {}
    for lines in graphs.values():
        for quad in quads_of([line for line in lines if str(TYPE) in line]):
            types.setdefault(quad.subject, []).append(quad)
    gate = Gate(shadowed=0)
    by_size: dict[str, list[tuple[list[float], list[float]]]] = {}
    sizes: dict[str, list[int]] = {}
    for name, lines in sorted(graphs.items()):
        if "/graph/article/" not in name:
            continue
        quads = quads_of(lines)
        beside = context_of(quads, types)
        mine = timed(lambda q=quads, c=beside: gate.check(q, c), 60)
        theirs = timed(lambda q=quads, c=beside: gate.reference_check(q, c), 2)
        kind = "short (about 107 triples)" if len(quads) < 150 else "real (295 to 537 triples)"
        by_size.setdefault(kind, []).append((mine, theirs))
        sizes.setdefault(kind, []).append(len(quads))
    for kind, pairs in by_size.items():
        mine = [t for m, _ in pairs for t in m]
        theirs = [t for _, r in pairs for t in r]
        ratio = statistics.median(theirs) / statistics.median(mine)
        print(
            f"{kind}, {statistics.mean(sizes[kind]):.0f} on average: "
            f"p50 {percentile(mine, 0.5):.2f} ms, p95 {percentile(mine, 0.95):.2f} ms; "
            f"pySHACL p50 {statistics.median(theirs):.1f} ms, {ratio:.0f} times"
        )


def whole(graphs: dict[str, list[str]], count: int) -> None:
    """CPU seconds to parse, validate and report on a whole file of articles."""
    shared = [line for name, lines in graphs.items() if "article" not in name for line in lines]
    body = ["\n".join(lines) for lines in many(graphs, count)]
    text = "\n".join([*body, *shared]).encode()
    size = sum(part.count("\n") + 1 for part in body) + len(shared)
    del body
    before = time.process_time()
    report = Gate(shadowed=0).check_all(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    spent = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count} articles, {size} triples: {spent:.2f} CPU s to parse, validate "
        f"and report; {len(report.results)} results; peak {peak:.0f} MB of this process"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--planted", type=int, default=0)
    options = parser.parse_args()
    graphs = sample_graphs()
    articles(graphs)
    whole(graphs, options.articles)


if __name__ == "__main__":
    main()
