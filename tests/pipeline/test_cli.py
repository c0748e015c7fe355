"""The command line as a user meets it: help, exit codes, clear words for bad input."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder import reading
from kg_builder.store import Snapshots
from tests.support import SAMPLES

ARTICLE = (
    "Talks end in Astana\n\n"
    + (
        "Officials from Kazakhstan met in Astana on 3 May 2023 and agreed to share river data. "
        "The talks had lasted for two days and were hosted by the Ministry of Water.\n\n"
    )
    * 3
)


def run(
    *arguments: str | Path, before: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg_builder.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        preexec_fn=before,
        timeout=120,
    )


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(ARTICLE, encoding="utf-8")
    return folder


@pytest.fixture
def store(articles: Path, tmp_path: Path) -> Path:
    done = run("build", articles, "--store", tmp_path / "store", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return tmp_path / "store"


def current(store: Path) -> bytes:
    return reading.export(Snapshots(store).require(), "nq")


COMMANDS = "build remove query export validate quarantine explain serve info".split()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"example: kg-builder {command}" in " ".join(done.stdout.split())


def test_readme_names_every_command() -> None:
    readme = (SAMPLES.parent / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"`{command} " in readme


def test_json_report_has_every_number(articles: Path, tmp_path: Path) -> None:
    done = run("build", articles, "--store", tmp_path / "s", "--json", "--workers", "1")
    report = json.loads(done.stdout)
    names = "documents articles teasers mentions entities events claims quads unchanged "
    names += "quarantined errors seconds snapshot"
    assert set(names.split()) <= set(report)
    assert (report["documents"], report["articles"], report["errors"]) == (1, 1, 0)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.txt", b"", "empty"),
        ("binary.txt", bytes(range(256)) * 64, "binary"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 400, "png image"),
        ("bare.html", b"<html><body></body></html>", "no "),
        ("broken.txt.meta.json", b"{", "sidecar"),
    ],
)
def test_a_bad_file_is_named_and_the_rest_is_in(
    articles: Path, tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    (articles / name).write_bytes(data)
    if name.endswith(".meta.json"):
        (articles / "broken.txt").write_text(ARTICLE.replace("Astana", "Almaty"))
    done = run("build", articles, "--store", tmp_path / "s", "--json", "--workers", "1")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["articles"], report["errors"]) == (1, 1)
    assert name.removesuffix(".meta.json") in done.stderr
    assert told in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_nul_bytes_and_windows_line_ends_keep_their_offsets(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    odd = ARTICLE.replace("\n", "\r\n").replace("share river", "share\u00a0\U0001f30d river")
    path.write_bytes(b"\xef\xbb\xbf" + odd.encode() + b"A NUL\0 stands here in Astana, Kazakhstan.")
    done = run("build", path, "--store", tmp_path / "s", "--workers", "1")
    assert done.returncode == 0, done.stderr
    asked = run("query", "--store", tmp_path / "s", "--format", "json", "-q",
                "SELECT ?e WHERE { ?s a kg:Sentence ; kg:exact ?e }")  # fmt: skip
    exact = [b["e"]["value"] for b in json.loads(asked.stdout)["results"]["bindings"]]
    assert any("A NUL\ufffd stands" in e for e in exact)
    assert any("share\u00a0\U0001f30d river" in e for e in exact)


def test_latin_1_is_read_or_refused_never_garbled(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    text = ARTICLE + "Le café de la Liberté à Genève a été fermé près de l'hôtel de ville. " * 6
    path.write_bytes(text.encode("latin-1"))
    done = run("build", path, "--store", tmp_path / "s", "--workers", "1")
    if done.returncode == 0:
        question = "ASK { ?s kg:exact ?e FILTER(CONTAINS(?e, 'café de la Liberté à')) }"
        asked = run("query", "--store", tmp_path / "s", "-q", question)
        assert asked.stdout == "true\n"
    else:
        assert "UTF-8" in done.stderr


def test_a_line_of_a_hundred_megabytes_is_told(articles: Path, tmp_path: Path) -> None:
    with (articles / "long.txt").open("wb") as handle:
        for _ in range(100):
            handle.write(b"lorem ipsum dolor sit amet, consectetur adipiscing elit " * 18725)
    done = run("build", articles, "--store", tmp_path / "s", "--json", "--workers", "1")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["articles"] == 1
    assert "long.txt: line 1 has 104860000 characters" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_named(articles: Path, tmp_path: Path) -> None:
    (articles / "secret.txt").write_text("x")
    (articles / "secret.txt").chmod(0)
    done = run("build", articles, "--store", tmp_path / "s", "--workers", "1")
    assert done.returncode == 1
    assert "secret.txt: cannot be read: Permission denied" in done.stderr


def test_a_file_name_that_is_no_utf8_is_read_and_removed(articles: Path, tmp_path: Path) -> None:
    odd = os.fsencode(articles) + b"/odd \xff name.txt"
    with open(odd, "wb") as handle:  # noqa: PTH123 - pathlib would do, bytes show the case
        handle.write(ARTICLE.replace("Astana", "Almaty").encode())
    done = run("build", articles, "--store", tmp_path / "s", "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["articles"] == 2
    again = run("build", articles, "--store", tmp_path / "s", "--workers", "1", "--json")
    assert json.loads(again.stdout)["unchanged"] == 2
    gone = run("remove", os.fsdecode(odd), "--store", tmp_path / "s", "--json")
    assert json.loads(gone.stdout)["articles"] == 1, gone.stderr


def test_a_dangling_link_is_named(articles: Path, tmp_path: Path) -> None:
    (articles / "gone.txt").symlink_to(articles / "nowhere.txt")
    done = run("build", articles, "--store", tmp_path / "s", "--workers", "1")
    assert done.returncode == 1
    assert "gone.txt: cannot be read: No such file" in done.stderr


def test_a_folder_with_nothing_to_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "photo.jpg").write_bytes(b"x")
    done = run("build", tmp_path / "in", tmp_path / "none", "--store", tmp_path / "s")
    assert done.returncode == 1
    assert "nothing to read in this folder; known kinds of files are" in done.stderr
    assert "there is no such file or folder" in done.stderr


def test_wrong_usage_and_configuration_exit_2(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text("base = 3")
    cases: list[tuple[str | Path, ...]] = [
        ("build", articles, "--store", tmp_path / "s", "--config", tmp_path / "kg.toml"),
        ("build", articles, "--store", tmp_path / "s", "--workers", "0"),
        ("build", articles, "--store", tmp_path / "s", "--workers", "many"),
        ("build", articles, "--store", tmp_path / "s", "--base", "here"),
        ("export", "--store", tmp_path / "s", "--format", "pdf"),
        ("validate",),
        ("serve",),
        ("frobnicate",),
    ]
    for case in cases:
        done = run(*case)
        assert done.returncode == 2, case
        assert done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "s").exists()


def test_a_malformed_query_is_told_with_its_position(store: Path) -> None:
    done = run("query", "--store", store, "-q", "SELECT ?x WHERE {\n  ?x nonsense }")
    assert done.returncode == 2
    assert "line 2, column" in done.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv", "tsv", "xml"])
def test_rows_in_every_format(store: Path, form: str) -> None:
    text = "SELECT ?h WHERE { ?a kg:headline ?h }"
    done = run("query", "--store", store, "-q", text, "--format", form)
    assert done.returncode == 0, done.stderr
    assert "Talks end in Astana" in done.stdout


def test_graphs_in_both_formats_and_a_file(store: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("CONSTRUCT { ?a kg:headline ?h } WHERE { ?a kg:headline ?h }")
    for form, name in (("ttl", ox.RdfFormat.TURTLE), ("nt", ox.RdfFormat.N_TRIPLES)):
        done = run("query", "--store", store, tmp_path / "q.rq", "--format", form)
        assert [t.object.value for t in ox.parse(done.stdout, format=name)] == [
            "Talks end in Astana"
        ]
    assert run("query", "--store", store, tmp_path / "q.rq", "--format", "csv").returncode == 2


def test_every_export_holds_the_same_triples(store: Path, tmp_path: Path) -> None:
    wanted = {q.triple for q in ox.parse(current(store), format=ox.RdfFormat.N_QUADS)}
    for form, parser in (
        ("nq", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
        ("ttl", ox.RdfFormat.TURTLE),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        target = tmp_path / f"out.{form}"
        done = run("export", "--store", store, "--format", form, "-o", target)
        assert done.returncode == 0
        assert "default base" in done.stderr
        assert {q.triple for q in ox.parse(target.read_bytes(), format=parser)} == wanted


def test_validate_tells_findings_and_broken_files(store: Path, tmp_path: Path) -> None:
    assert run("validate", "--store", store).returncode == 0
    bad = tmp_path / "bad.ttl"
    bad.write_text("<urn:x> a <https://w3id.org/kg-builder/ontology#Mention> .")
    done = run("validate", bad)
    assert done.returncode == 1
    assert "bad.ttl:1: <urn:x> kg:start" in done.stdout
    (tmp_path / "broken.ttl").write_text("<urn:x> a")
    done = run("validate", tmp_path / "broken.ttl")
    assert done.returncode == 2
    assert "broken.ttl" in done.stderr
    assert run("validate", tmp_path / "none.ttl").returncode == 2


def test_info_and_explain_and_quarantine_answer(store: Path) -> None:
    info = json.loads(run("info", "--store", store, "--json").stdout)
    assert info["articles"] == 1
    assert "a.txt" in run("info", "--store", store, "--inputs").stdout
    iri = "http://127.0.0.1:8000/id/entity/place/kazakhstan"
    told = run("explain", iri, "--store", store)
    assert "Kazakhstan" in told.stdout
    assert "Officials from Kazakhstan met" in told.stdout
    assert run("explain", iri + "-none", "--store", store).returncode == 2
    assert run("quarantine", "list", "--store", store).stdout == "0 held back\n"


def test_a_newer_store_and_none_exit_4(store: Path, articles: Path, tmp_path: Path) -> None:
    done = run("info", "--store", tmp_path / "none")
    assert done.returncode == 4
    assert "kg-builder build" in done.stderr
    (store / "FORMAT").write_text("7\n")
    done = run("build", articles, "--store", store)
    assert done.returncode == 4
    assert "newer kg-builder" in done.stderr


def test_a_port_in_use_exits_4(store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--store", store, "--port", str(port))
    assert done.returncode == 4
    assert str(port) in done.stderr


def test_too_little_room_keeps_the_last_snapshot(store: Path) -> None:
    before = current(store)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = run("build", SAMPLES, "--store", store, "--workers", "1", before=small_files)
    assert done.returncode == 4, done.stderr
    assert "no space left" in done.stderr
    assert current(store) == before
    assert run("build", SAMPLES, "--store", store, "--workers", "1").returncode == 0


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"), reason="only root can make a small disk"
)
def test_a_full_disk_exits_4_and_loses_nothing(articles: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this system does not let root mount a small disk")
    try:
        first = run("build", articles, "--store", disk / "s", "--workers", "1")
        assert first.returncode == 0, first.stderr
        before = current(disk / "s")
        done = run("build", SAMPLES, "--store", disk / "s", "--workers", "1")
        assert done.returncode == 4, done.stderr
        assert "no space left" in done.stderr
        assert current(disk / "s") == before
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_interrupted_exits_130_and_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg_builder.cli", "build", str(SAMPLES)]
    command += ["--store", str(tmp_path / "s"), "--workers", "1"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    marker = tmp_path / "s" / "analyses"
    while child.poll() is None and not any(marker.glob("*/*.json")):
        pass
    child.terminate()
    _, told = child.communicate(timeout=60)
    if child.returncode == 0:
        pytest.skip("the build ended before the signal")
    assert child.returncode == 130
    assert "interrupted" in told
    done = run("build", SAMPLES, "--store", tmp_path / "s", "--workers", "1", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["unchanged"] >= 1
