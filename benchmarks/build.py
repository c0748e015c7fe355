"""Builds 10, 100 and 1,000 real articles and prints what each stage costs.

    python benchmarks/build.py [--shared ../shared] [--sizes 10,100,1000] [--workers 1]

Texts: LGL, MUC-4 and GUM from the development data. Figures are CPU seconds of this program
and its workers, medians over the runs where there are several; the cost of adding one article is
compared with the full build of the same run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHILD = """
import json, resource, sys, time
from pathlib import Path
from typing import Any
from kg_builder import pipeline
from kg_builder.config import load_settings
if __name__ == "__main__":
    settings = load_settings(None, {"workers": int(sys.argv[3])}, environment={})
    report = pipeline.build([Path(sys.argv[1])], Path(sys.argv[2]), settings)
    own = resource.getrusage(resource.RUSAGE_SELF)
    kids = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + kids.ru_utime + kids.ru_stime
    rows = report.as_json()
    rows["problems"] = len(rows["problems"])
    rows |= {"cpu": cpu, "peak": max(own.ru_maxrss, kids.ru_maxrss)}
    print(json.dumps(rows))
"""


def lgl(shared: Path) -> Iterator[tuple[str, str]]:
    """The news texts of LGL."""
    with gzip.open(shared / "bench/linking/toponyms/lgl.xml.gz") as handle:
        for number, article in enumerate(ET.parse(handle).getroot().iter("article")):
            text = article.findtext("text") or ""
            title = article.findtext("title") or ""
            yield f"lgl-{number:04}", f"{title}\n\n{text}"


def muc(shared: Path) -> Iterator[tuple[str, str]]:
    """The texts of MUC-4 (lower case)."""
    for part in ("train", "dev"):
        with gzip.open(shared / f"bench/events/muc4/{part}.json.gz", "rt") as handle:
            raw = handle.read()
        try:
            rows = json.loads(raw)
        except ValueError:
            rows = [json.loads(line) for line in raw.splitlines()]
        for number, row in enumerate(rows):
            yield f"muc-{part}-{number:04}", row.get("doctext") or row.get("text") or ""


def gum(shared: Path) -> Iterator[tuple[str, str]]:
    """The texts of GUM, from their CoNLL-U."""
    for path in sorted((shared / "train/gum/dep").glob("*.conllu")):
        found = re.findall(r"^# text = (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        paragraphs = [" ".join(found[i : i + 4]) for i in range(0, len(found), 4)]
        yield path.stem, "\n\n".join(paragraphs)


def texts(shared: Path) -> list[tuple[str, str]]:
    """All texts in an order that mixes the sources."""
    found = [*lgl(shared), *gum(shared), *muc(shared)]
    return [item for _, item in sorted((hash_of(name), (name, t)) for name, t in found if t)]


def hash_of(name: str) -> str:
    """A number that does not depend on the machine."""
    return hashlib.sha256(name.encode()).hexdigest()


def run(folder: Path, store: Path, workers: int) -> dict[str, Any]:
    """One build in a process of its own."""
    script = store.with_suffix(".py")
    script.write_text(CHILD)
    done = subprocess.run(
        [sys.executable, str(script), str(folder), str(store), str(workers)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    return dict(json.loads(done.stdout))


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder, linked ones once."""
    seen = {(s.st_dev, s.st_ino): s.st_size for p in folder.rglob("*") for s in [p.stat()]}
    return sum(seen.values())


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    corpus = texts(options.shared)
    print(f"{len(corpus)} texts; workers {options.workers}")
    for size in map(int, options.sizes.split(",")):
        measure(corpus[: size + 1], options.workers)
    print(f"peak of this program {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def measure(corpus: list[tuple[str, str]], workers: int) -> None:
    """Builds all but the last text, then adds it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = root / "in"
        folder.mkdir()
        *first, late = corpus
        words = 0
        for title, text in first:
            (folder / f"{title}.txt").write_text(text, encoding="utf-8")
            words += len(text.split())
        full = run(folder, root / "store", workers)
        articles = full["articles"] + full["teasers"]
        snapshot = root / "store/snapshots" / str(full["snapshot"]) / "store"
        bytes_ = size_of(snapshot)
        (folder / f"{late[0]}.txt").write_text(late[1], encoding="utf-8")
        added = run(folder, root / "store", workers)
        again = run(folder, root / "store", workers)
        print(f"\n== {len(first)} documents, {articles} articles, {words} words")
        cpu = full["cpu"]
        print(f"CPU {cpu:.1f} s, wall {full['seconds']:.1f} s, peak {full['peak'] / 1024:.0f} MB")
        print(
            f"per article {1000 * cpu / articles:.1f} ms; {articles / cpu:.2f} articles/CPU s, "
            f"{words / cpu:.0f} words/CPU s"
        )
        for stage, seconds in sorted(full["stages"].items(), key=lambda s: -s[1]):
            rate = f"{words / seconds:12.0f} words/s" if seconds else ""
            print(f"  {stage:14} {seconds:8.2f} s {100 * seconds / cpu:5.1f} %  {rate}")
        print(f"gate {1000 * full['stages']['gate'] / articles:.1f} ms an article")
        print(
            f"{full['quads'] / articles:.0f} quads an article; "
            f"{bytes_ / full['quads'] * 1e6 / 2**20:.0f} MB a million quads; "
            f"held back {full['quarantined']}, failed {full['errors']}"
        )
        print(
            f"adding one: CPU {added['cpu']:.2f} s = {100 * added['cpu'] / cpu:.1f} % of the "
            f"full build, {added['republished']} graphs rewritten"
        )
        print(f"nothing new: CPU {again['cpu']:.2f} s, {again['analysed']} analysed again")
        shutil.rmtree(root / "store")


if __name__ == "__main__":
    main()
