"""Reading in processes that may die: what a record costs, and what is kept when it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kg_builder.store import Snapshots

READER = '''
import os, signal, time
from kg_builder.errors import InputError
from kg_builder.plugins import Unread

class Reader:
    """A line is a record: a text, or what a hostile one does to the process that reads it."""
    name = "lines"
    suffixes = frozenset({".lines"})
    container = True
    def sniff(self, head): return False
    def read(self, raw):
        for number, line in enumerate(raw.data.decode().splitlines(), 1):
            if line == "stop":
                raise InputError(f"{raw.name}: line {number} ends it")
            yield raw.part(f"{raw.name}#{number}", line.encode(), "text/line")

class Line:
    name = "line"
    suffixes = frozenset({".line"})
    media_types = frozenset({"text/line"})
    def sniff(self, head): return False
    def read(self, raw):
        from kg_builder.model import Document
        text = raw.data.decode()
        log = os.environ.get("READ_LOG")
        if log:
            with open(log, "a") as handle:
                handle.write(f"{raw.name}@{os.getpid()}\\n")
        match text.split()[0]:
            case "spin":
                while True: pass
            case "die":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "eat":
                data = [bytes(1 << 28) for _ in range(40)]
            case "fault":
                raise KeyError("no such thing")
            case "wait":
                time.sleep(30)
        import hashlib
        digest = "sha256:" + hashlib.sha256(raw.data).hexdigest()
        yield Document(raw.name, "text/plain", digest, text.replace("|", "\\n"))
'''

GOOD = "Talks end in Astana||Officials from Kazakhstan met on 3 May 2023 about the river {}."


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which an outside package's readers are installed."""
    site = tmp_path / "site"
    info = site / "lines-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "lines_reader.py").write_text(READER, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lines\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[kg_builder.readers]\nlines = lines_reader:Reader\nline = lines_reader:Line\n"
    )
    return {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}


def build(environment: dict[str, str], folder: Path, *flags: str) -> tuple[int, dict[str, Any]]:
    settings = folder.parent / "kg.toml"
    settings.write_text(
        "workers = 2\n[extractors]\nmodel = 'none'\nevents = false\n[limits]\ncpu_seconds = 1.0\n"
    )
    places = ["--config", str(settings), "--store", str(folder.parent / "store")]
    done = subprocess.run(
        [sys.executable, "-m", "kg_builder.cli", "build", str(folder), "--json", *flags, *places],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def write(folder: Path, name: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines), encoding="utf-8")


def test_one_records_fault_is_told_and_the_rest_goes_on(
    environment: dict[str, str], tmp_path: Path
) -> None:
    lines = [GOOD.format(1), "spin", GOOD.format(2), "die", "eat", "fault", GOOD.format(3)]
    write(tmp_path / "in", "a.lines", *lines)
    write(tmp_path / "in", "b.lines", GOOD.format(4))
    code, report = build(environment, tmp_path / "in")
    told = {p["name"]: p["reason"] for p in report["problems"]}
    assert code == 1
    assert report["documents"] == 4
    assert sorted(told) == ["a.lines#2", "a.lines#4", "a.lines#5", "a.lines#6"]
    assert "limits.cpu_seconds (1)" in told["a.lines#2"]
    assert "SIGSEGV" in told["a.lines#4"]
    assert "limits.memory_mb" in told["a.lines#5"]
    assert "KeyError: 'no such thing'" in told["a.lines#6"]


def test_a_container_that_ends_early_keeps_what_came_before(
    environment: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "in", "a.lines", GOOD.format(1), "stop", GOOD.format(2))
    code, report = build(environment, tmp_path / "in")
    assert (code, report["documents"]) == (1, 1)
    assert "line 2 ends it" in report["problems"][0]["reason"]


def test_a_record_that_fails_now_keeps_its_earlier_version(
    environment: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "in", "a.lines", GOOD.format(1), GOOD.format(2))
    build(environment, tmp_path / "in")
    write(tmp_path / "in", "a.lines", GOOD.format(3), "fault")
    code, report = build(environment, tmp_path / "in")
    assert (code, report["documents"]) == (1, 2)
    stored = Snapshots(tmp_path / "store").require().manifest["articles"]
    assert {a["source"] for a in stored.values()} == {"a.lines#1", "a.lines#2"}


def test_only_a_changed_record_is_analysed_again(
    environment: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "in", "a.lines", *(GOOD.format(n) for n in range(30)))
    build(environment, tmp_path / "in")
    analyses = tmp_path / "store" / "analyses"
    before = set(analyses.rglob("*.json"))
    write(tmp_path / "in", "a.lines", *(GOOD.format(n) for n in range(29)), GOOD.format("new"))
    build(environment, tmp_path / "in")
    assert len(before) == 30
    assert len(set(analyses.rglob("*.json")) - before) == 1


def test_one_process_reads_many_files(environment: dict[str, str], tmp_path: Path) -> None:
    for number in range(9):
        write(tmp_path / "in", f"{number}.lines", GOOD.format(number))
    environment["READ_LOG"] = str(tmp_path / "log")
    assert build(environment, tmp_path / "in")[1]["documents"] == 9
    read = [line.split("@") for line in (tmp_path / "log").read_text().split()]
    assert len({name for name, _ in read}) == 9
    assert len({process for _, process in read}) <= 2  # as many as there are workers


def test_reading_goes_on_where_it_was_interrupted(
    environment: dict[str, str], tmp_path: Path
) -> None:
    lines = [GOOD.format(n) for n in range(5)]
    write(tmp_path / "in", "a.lines", *lines, "wait", GOOD.format(6))
    log = tmp_path / "log"
    environment["READ_LOG"] = str(log)
    store = tmp_path / "store"
    command = [sys.executable, "-m", "kg_builder.cli", "build", str(tmp_path / "in")]
    flags = ["--store", str(store), "--model", "none", "--json"]
    with subprocess.Popen([*command, *flags], env=environment, stdout=subprocess.PIPE) as running:
        deadline = time.monotonic() + 60
        while not log.exists() or len(log.read_text().split()) < 6:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
    assert len(log.read_text().split()) == 6
    log.write_text("")
    with subprocess.Popen([*command, *flags], env=environment, stdout=subprocess.PIPE) as running:
        while not log.read_text():
            time.sleep(0.05)
        first = log.read_text().split()[0]
        running.send_signal(signal.SIGKILL)
    assert first.split("@")[0] in {"a.lines#5", "a.lines#6"}  # the last one written is read again


def test_a_feed_in_a_folder_is_known_by_what_it_begins_with(tmp_path: Path) -> None:
    feed = (
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Ex Wire</title>"
        "<item><title>Strike ends in Lima after talks</title>"
        "<description>Workers in Lima went back to work on Tuesday.</description></item>"
        "</channel></rss>"
    )
    write(tmp_path / "in", "feed.xml", feed)
    write(tmp_path / "in", "other.xml", "<settings/>")
    code, report = build(dict(os.environ), tmp_path / "in")
    assert (code, report["documents"], report["skipped"]) == (0, 1, 1)


def test_standard_input_and_a_list_of_paths(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.txt", *GOOD.format(1).split("|"))
    write(tmp_path / "in", "b.txt", *GOOD.format(2).split("|"))
    store = ["--store", str(tmp_path / "store"), "--model", "none", "--json"]
    program = [sys.executable, "-m", "kg_builder.cli", "build"]

    def run(data: str, *flags: str) -> dict[str, Any]:
        done = subprocess.run(
            [*program, *flags, *store], input=data, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr
        return dict(json.loads(done.stdout))

    assert run(GOOD.format(3).replace("|", "\n"), "-", "--stdin-name", "c.txt")["documents"] == 1
    listed = f"{tmp_path / 'in' / 'a.txt'}\n{tmp_path / 'missing.txt'}\n"
    report = run(listed, "--files-from", "-")
    assert (report["documents"], report["errors"]) == (2, 1)
    report = run(str(tmp_path / "in" / "b.txt"), "-", "--stdin-name", "list.txt")
    assert report["documents"] == 3  # a path given as a text is a text


def records(folder: Path, *towns: str) -> None:
    texts = (f"The mayor of {town} opened a bridge over the river on Monday." for town in towns)
    rows = ({"title": f"A bridge for {t}", "text": x} for t, x in zip(towns, texts, strict=True))
    write(folder, "n.jsonl", *map(json.dumps, rows))


def test_a_record_that_was_taken_out_stays_out_when_another_changes(tmp_path: Path) -> None:
    folder, store = tmp_path / "in", ["--store", str(tmp_path / "store"), "--json"]
    records(folder, "Oslo", "Paris", "Rome")
    build(dict(os.environ), folder)
    stored = Snapshots(tmp_path / "store").require().manifest["articles"]
    (paris,) = (key for key in stored if "paris" in key)
    base = Snapshots(tmp_path / "store").require().manifest["base"]
    program = [sys.executable, "-m", "kg_builder.cli"]
    out = [*program, "remove", f"{base}article/{paris}", *store]
    subprocess.run(out, check=True, capture_output=True)
    records(folder, "Cork", "Oslo", "Paris", "Lima")
    _, report = build(dict(os.environ), folder)
    assert (report["documents"], report["articles"]) == (3, 3)
    assert paris not in Snapshots(tmp_path / "store").require().manifest["articles"]
    subprocess.run([*program, "remove", "n.jsonl#1", *store], check=True, capture_output=True)
    _, report = build(dict(os.environ), folder)
    assert (report["documents"], report["articles"]) == (2, 2)


def test_what_is_no_prose_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.txt", "By " + "A. " * 30_000, "", "The mayor spoke. " * 5)
    code, report = build(dict(os.environ), tmp_path / "in")
    assert (code, report["documents"]) == (1, 0)
    assert "no prose" in report["problems"][0]["reason"]
