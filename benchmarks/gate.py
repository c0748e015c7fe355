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
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg_builder import pipeline, reading, vocab
from kg_builder.config import load_settings
from kg_builder.gate import Gate, Result
from kg_builder.store import Snapshots

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.gate.generated import Seeded, disagreement, planted  # noqa: E402

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
        chosen = longer if number % 9 in (4, 8) else short
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
    chosen = [quads_of(v) for k, v in sorted(graphs.items()) if "/graph/article/" in k]
    long = [quads for quads in chosen if len(quads) > 250]
    groups = {"cut to 150 triples": [cut(quads, 150) for quads in long], "as built": long}
    groups["teasers and short ones"] = [quads for quads in chosen if len(quads) <= 250]
    for kind, members in groups.items():
        measured(kind, members, types, gate)


def measured(
    kind: str, members: list[list[ox.Quad]], types: dict[object, list[ox.Quad]], gate: Gate
) -> None:
    mine, theirs, results = [], [], 0
    for quads in members:
        beside = context_of(quads, types)
        mine.extend(timed(lambda q=quads, c=beside: gate.check(q, c), 60))
        theirs.extend(timed(lambda q=quads, c=beside: gate.reference_check(q, c), 3))
        results += len(gate.check(quads, beside).results)
    size = statistics.mean(len(quads) for quads in members)
    reference = statistics.median(theirs)
    print(
        f"{len(members)} articles {kind}, {size:.0f} triples on average, {results} results: "
        f"p50 {percentile(mine, 0.5):.2f} ms, p95 {percentile(mine, 0.95):.2f} ms; pySHACL p50 "
        f"{reference:.1f} ms, {reference / percentile(mine, 0.5):.0f} times"
    )


def whole(graphs: dict[str, list[str]], count: int) -> None:
    """Writes a file of so many articles and the shared graphs, for `one_file` to judge."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.nq"
        with path.open("w", encoding="utf-8") as file:
            for lines in many(graphs, count):
                file.write("\n".join(lines) + "\n")
            for name, lines in graphs.items():
                if "/graph/article/" not in name:
                    file.write("\n".join(lines) + "\n")
        print(f"{count} articles: ", end="", flush=True)
        # In a process of its own, so that its memory is its own.
        subprocess.run([sys.executable, __file__, "--file", str(path)], check=True)


def one_file(path: str) -> None:
    """CPU seconds and memory to parse, validate and report on a file, shapes compiled too."""
    before = time.process_time()
    report = Gate(shadowed=0).check_all(ox.parse(path=path, format=ox.RdfFormat.N_QUADS))
    spent = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with Path(path).open("rb") as file:
        size = sum(1 for _ in file)
    print(
        f"{size} triples, {spent:.2f} CPU s to parse, validate and report; "
        f"{len(report.results)} results; peak {peak:.0f} MB"
    )


def cut(quads: list[ox.Quad], size: int) -> list[ox.Quad]:
    """A graph without its last nodes and what points to them, so that it has `size` triples."""
    for subject in sorted({q.subject for q in quads}, key=str, reverse=True):
        if len(quads) <= size:
            break
        if "#" in str(subject):
            quads = [q for q in quads if subject not in (q.subject, q.object)]
    return quads


def cases(count: int) -> None:
    """Generated shapes and data, judged by both engines."""
    start = time.process_time()
    bad = 0
    for seed in range(count):
        told = disagreement(Seeded(seed))
        if told is not None:
            bad += 1
            print(f"seed {seed}:\n{told}\n", flush=True)
        if seed % 5000 == 4999:
            print(f"{seed + 1} cases, {bad} disagreements so far", flush=True)
    spent = time.process_time() - start
    print(f"{count} generated cases: {bad} disagreements outside the list; {spent:.0f} CPU s")


def spoilt(graphs: dict[str, list[str]], count: int) -> Iterator[list[ox.Quad]]:
    """Articles, every other one with a fault."""
    for number, lines in enumerate(many(graphs, count)):
        quads = quads_of(lines)
        yield planted(quads, number) if number % 2 else quads


def faults(graphs: dict[str, list[str]], count: int) -> None:
    """The findings on a whole store with planted faults against the sum of its articles'.

    Only on the articles' own nodes: an entity has statements in many graphs, so what one of
    them lacks another may have. The ontology stays out, as the gate does not look at it.
    """
    gate = Gate(shadowed=0)
    types: dict[object, list[ox.Quad]] = {}
    everything: list[ox.Quad] = []
    for name, lines in graphs.items():
        if "/graph/article/" not in name and "/graph/ontology" not in name:
            everything.extend(quads_of(lines))
    for quad in everything:
        if quad.predicate == TYPE:
            types.setdefault(quad.subject, []).append(quad)
    each: Counter[Result] = Counter()
    for quads in spoilt(graphs, count):
        found = gate.check(quads, context_of(quads, types)).results
        each.update(r for r in found if "/article/" in r.focus)
    stream = chain(everything, chain.from_iterable(spoilt(graphs, count)))
    whole = Counter(r for r in gate.check_all(stream).results if "/article/" in r.focus)
    print(
        f"{count} articles, every other with a fault: {each.total()} results by article, "
        f"{whole.total()} in the whole store; {(each - whole).total() + (whole - each).total()} "
        "differences"
    )
    for result in sorted([*(each - whole), *(whole - each)])[:5]:
        print(" ", result)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--planted", type=int, default=0)
    parser.add_argument("--file", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.file:
        one_file(options.file)
        return
    if options.cases:
        cases(options.cases)
        return
    graphs = sample_graphs()
    if options.planted:
        faults(graphs, options.planted)
        return
    articles(graphs)
    whole(graphs, options.articles)


if __name__ == "__main__":
    main()
