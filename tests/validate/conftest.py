"""A folder with shapes and data, and the command run in it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg_builder import cli

SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:PersonShape a sh:NodeShape ; sh:targetClass ex:Person ;
  sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:message "A person has a name: 100%, always" ] ;
  sh:property [ sh:path ex:age ; sh:datatype xsd:integer ; sh:severity sh:Warning ] ;
  sh:property [ sh:path ex:nick ; sh:maxCount 1 ; sh:severity sh:Info ; sh:message "Two nicks" ] .
"""
DATA = """\
@prefix ex: <http://example.org/> .
# ex:alice is named here, and in a string
ex:carol a ex:Person ; ex:name "ex:alice a ex:Person . " ; ex:nick "c", "k" .

ex:alice a ex:Person ;
  ex:age "old" .
ex:bob a ex:Person .
"""
GOOD = '@prefix ex: <http://example.org/> .\nex:dora a ex:Person ; ex:name "Dora" .\n'


@dataclass(frozen=True)
class Done:
    """What a run left."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: s.ttl, bad.ttl with four findings, good.ttl with none."""
    (tmp_path / "s.ttl").write_text(SHAPES, encoding="utf-8")
    (tmp_path / "bad.ttl").write_text(DATA, encoding="utf-8")
    (tmp_path / "good.ttl").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `kg-builder validate` in the folder; `shapes` None leaves the package's own."""
    assert folder.is_dir()

    def call(*arguments: str | Path, shapes: str | None = "s.ttl", stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        given = [] if shapes is None else [f"--shapes={shapes}"]
        try:
            code = cli.main(["validate", *given, *map(str, arguments)])
        except SystemExit as stopped:  # argparse
            code = int(str(stopped.code))
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return call
