"""One article's result never depends on its neighbours: not on order, seed or threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"

ANALYSE = """
import hashlib, sys
from pathlib import Path
import msgspec
from kg_builder.config import load_settings
from kg_builder.pipeline import Analyser
from kg_builder.pipeline.files import look
analyser = Analyser(load_settings(None, {}, environment={}))
for name in sys.argv[1:]:
    path = Path(name)
    data, sidecar = path.read_bytes(), look(path, path.name).sidecar
    for found in analyser.analyse(path.name, data, analyser.hints(path.name, sidecar)):
        heads = analyser.heads(found)
        result = msgspec.json.encode((found.articles, heads))
        methods = sorted({m for a in heads.articles for m in a.methods})
        print(path.name, hashlib.sha256(result).hexdigest(), *methods)
"""


def analyses(*runs: tuple[list[Path], dict[str, str]]) -> list[list[str]]:
    """The digests of the analyses of each run's files, each run in a process of its own."""
    bare = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ANALYSE, *map(str, files)],
            stdout=subprocess.PIPE,
            text=True,
            env=bare | environment,
        )
        for files, environment in runs
    ]
    lines = [run.communicate()[0].splitlines() for run in started]
    assert all(run.returncode == 0 for run in started)
    return lines


def test_order_hash_seed_and_threads_change_no_byte() -> None:
    files = sorted(p for p in SAMPLES.glob("*.txt") if p.name != "kg.toml")
    assert len(files) > 5
    last = files[-1:]
    one, other, alone = analyses(
        (files, {"PYTHONHASHSEED": "1"}),
        (files[::-1], {"PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "2"}),
        (last, {"PYTHONHASHSEED": "3", "OPENBLAS_NUM_THREADS": "4"}),
    )
    assert any("pipeline" in line.split() for line in one)  # or the net was not in it
    assert sorted(one) == sorted(other)
    assert [line for line in one if line.startswith(f"{last[0].name} ")] == alone
