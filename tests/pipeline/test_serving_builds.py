"""A server beside builds: it follows each new snapshot, and no request fails meanwhile."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg_builder import pipeline
from kg_builder.config import load_settings
from tests.support import SAMPLES

COUNT = "SELECT (COUNT(DISTINCT ?a) AS ?n) WHERE { ?a a kg:Article }"
PREFIX = "PREFIX kg: <https://w3id.org/kg-builder/ontology#> "


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(SAMPLES / "sahel-bulletin-kaya.txt", folder)
    return folder


def build(folder: Path, store: Path) -> pipeline.BuildReport:
    return pipeline.build([folder], store, load_settings(None, {"workers": 1}, environment={}))


@pytest.fixture
def server(inputs: Path, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    build(inputs, tmp_path / "store")
    command = [sys.executable, "-m", "kg_builder.cli", "serve", "--store", str(tmp_path / "store")]
    child = subprocess.Popen([*command, "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    found = re.search(r"http://\S+", child.stderr.readline())
    assert found is not None
    yield found.group(), child
    if child.poll() is None:
        child.kill()
    child.wait()
    child.stderr.close()


def count(client: httpx.Client) -> int:
    answer = client.get("sparql", params={"query": PREFIX + COUNT, "format": "json"})
    answer.raise_for_status()
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_new_snapshots_are_served_and_no_request_fails(
    server: tuple[str, subprocess.Popen[str]], inputs: Path, tmp_path: Path
) -> None:
    url, child = server
    failures: list[str] = []
    answered = 0
    stop = threading.Event()

    def ask() -> None:
        nonlocal answered
        with httpx.Client(base_url=url, timeout=30) as client:
            while not stop.is_set():
                try:
                    count(client)
                    client.get("").raise_for_status()
                    answered += 1
                except httpx.HTTPError as error:
                    failures.append(repr(error))

    asking = threading.Thread(target=ask)
    asking.start()
    with httpx.Client(base_url=url, timeout=30) as client:
        assert count(client) == 1
        names = ("mekong-star-flood.txt", "levant-observer-tripoli-protest.txt")
        for number, name in enumerate(names, 2):
            shutil.copy(SAMPLES / name, inputs)
            assert build(inputs, tmp_path / "store").articles == number
            deadline = time.monotonic() + 20
            while count(client) != number:
                assert time.monotonic() < deadline, "the new snapshot was not picked up"
                time.sleep(0.1)
    stop.set()
    asking.join()
    assert failures == []
    assert answered > 5
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=20) == 0
