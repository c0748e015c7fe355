"""Speed of the analysis against its bare pipeline, the first result, a worker's memory, the wheel.

    python benchmarks/speed.py [--shared ../shared] [--words 30000] [--runs 3]

Texts: LGL and GUM from the development data, or the samples that ship where it is missing.
Figures are medians over the runs, taken in turn so that a busy moment hits all alike; speeds are
words per CPU second on one core, each system warm.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from build import gum, hash_of, lgl
from kg_builder import articles
from kg_builder.config import load_settings
from kg_builder.mentions.loading import names_pipeline
from kg_builder.mentions.names import stretches
from kg_builder.model import Document, Hints
from kg_builder.pipeline import Analyser
from kg_builder.weights import folder

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples/baltic-sentinel-riga-talks.txt"
NO_PARSE = ["morphologizer", "lemmatizer", "tagger", "attribute_ruler"]
"""What a parse does without."""

FIRST = """
import json, sys, time
from pathlib import Path
born = float(sys.argv[3])
from kg_builder import pipeline
from kg_builder.config import load_settings
done = {}
def progress(stage, number, total):
    if stage == "analysing" and number == total:
        done.setdefault("wall", time.time() - born)
        done.setdefault("cpu", time.process_time())
settings = load_settings(None, {}, environment={})
pipeline.build([Path(sys.argv[1])], Path(sys.argv[2]), settings, progress=progress)
print(json.dumps(done | {"all wall": time.time() - born, "all cpu": time.process_time()}))
"""
WORKER = """
import json, re, sys
from pathlib import Path
from kg_builder.config import load_settings
from kg_builder.pipeline import Analyser
analyser = Analyser(load_settings(None, {}, environment={}))
for path in sorted(Path(sys.argv[1]).glob("*.txt")):
    for found in analyser.analyse(path.name, path.read_bytes(), analyser.hints(path.name, None)):
        analyser.heads(found)
# Not ru_maxrss: a started process inherits that of the one that started it.
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps({"peak": int(peak) / 1024}))
"""


def corpus(shared: Path, words: int) -> tuple[str, list[tuple[str, str]]]:
    """What the texts are, and texts by name up to a number of words."""
    if (shared / "train/gum").is_dir():
        label, found = "LGL and GUM", [*lgl(shared), *gum(shared)]
    else:
        paths = sorted((ROOT / "samples").glob("*.txt"))
        label, found = "the samples", [(p.stem, p.read_text(encoding="utf-8")) for p in paths]
    chosen, count = [], 0
    for _, (name, text) in sorted((hash_of(n), (n, t)) for n, t in found if t):
        if count < words:
            chosen.append((name, text))
            count += len(text.split())
    return label, chosen


def systems(texts: list[tuple[str, str]]) -> dict[str, Callable[[], object]]:
    """What is timed, by name; each reads all texts once."""
    hints = Hints()
    running = []
    for name, text in texts:
        for article in articles.segment(Document(name, "text/plain", "sha256:0", text), hints):
            running += [text[a:b] for a, b in stretches(article.sentences, text)]
    bare = names_pipeline(folder())
    import spacy  # as a build has imported it in the line above

    parse = spacy.load(folder(), exclude=NO_PARSE)
    patterns, shipped = analyser("none"), analyser("default")
    return {
        "bare NER": lambda: list(bare.pipe(running, batch_size=32)),
        "NER and parse": lambda: list(parse.pipe(running, batch_size=32)),
        "analysis by patterns alone": lambda: analyse(patterns, texts),
        "analysis as shipped, without events": lambda: analyse(shipped, texts),
    }


def analyser(model: str) -> Analyser:
    """An analyser without events."""
    chosen = {"extractors.model": model, "extractors.events": False}
    return Analyser(load_settings(None, chosen, environment={}))


def analyse(one: Analyser, texts: list[tuple[str, str]]) -> None:
    """Reads, segments and finds the names of all texts."""
    for name, text in texts:
        one.analyse(f"{name}.txt", text.encode(), Hints())


def speeds(texts: list[tuple[str, str]], runs: int) -> None:
    """Prints the words per CPU second of each system."""
    words = sum(len(text.split()) for _, text in texts)
    timed = systems(texts)
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for run in range(runs + 1):
        for name, system in timed.items():
            start = time.process_time()
            system()
            if run:  # the first one warms up
                seconds[name].append(time.process_time() - start)
    median = {name: statistics.median(found) for name, found in seconds.items()}
    for name, spent in median.items():
        print(f"{name:36} {words / spent:10,.0f} words per CPU second")
    *_, shipped = timed
    print(f"{'of the speed of bare NER':36} {median['bare NER'] / median[shipped]:10.2f}")


def child(script: str, *arguments: object) -> dict[str, Any]:
    """What a script prints as JSON, run in a process of its own as a user's would be."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")},
    )
    return dict(json.loads(done.stdout))


def first_result(runs: int) -> None:
    """Prints the time of building one article into an empty store, imports included."""
    found = []
    for _ in range(runs + 1):
        with tempfile.TemporaryDirectory() as name:
            found.append(child(FIRST, SAMPLE, Path(name) / "store", time.time()))
    for key, label in (("", "first article analysed"), ("all ", "its whole build")):
        wall, cpu = (statistics.median(f[key + k] for f in found[1:]) for k in ("wall", "cpu"))
        print(f"{label:36} {wall:10.2f} s, of which CPU {cpu:.2f} s")


def memory(texts: list[tuple[str, str]]) -> None:
    """Prints the peak memory of a process that analyses and gates all texts, as a worker does."""
    with tempfile.TemporaryDirectory() as name:
        for title, text in texts:
            (Path(name) / f"{title}.txt").write_text(text, encoding="utf-8")
        print(f"{'peak memory of a worker':36} {child(WORKER, name)['peak']:10.0f} MB")


def wheel() -> None:
    """Prints the size of the wheel."""
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
             "--wheel-dir", name, str(ROOT)],
            check=True,
        )  # fmt: skip
        (found,) = Path(name).glob("*.whl")
        print(f"{'wheel':36} {found.stat().st_size / 2**20:10.1f} MB")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--words", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    label, texts = corpus(options.shared, options.words)
    words = sum(len(text.split()) for _, text in texts)
    print(f"{len(texts)} texts with {words:,} words of {label}; medians of {options.runs}")
    speeds(texts, options.runs)
    first_result(options.runs)
    memory(texts)
    wheel()


if __name__ == "__main__":
    main()
