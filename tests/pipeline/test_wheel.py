"""The wheel holds everything: unpacked away from the checkout it builds and serves pages."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import ROOT, SAMPLES


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_builds_away_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    script = (
        "import kg_builder, kg_server, sys; "
        f"assert kg_builder.__file__.startswith({str(unpacked)!r}), kg_builder.__file__; "
        f"assert kg_server.__file__.startswith({str(unpacked)!r}), kg_server.__file__; "
        "from kg_builder.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    sample = SAMPLES / "sahel-bulletin-kaya.txt"
    done = subprocess.run(
        [sys.executable, "-c", script, "build", str(sample), "--store", str(tmp_path / "s")],
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_pages_data_and_licences(unpacked: Path) -> None:
    files = {p.relative_to(unpacked).as_posix() for p in unpacked.rglob("*") if p.is_file()}
    for folder, data in (("ontology", "_data/ontology"), ("shapes", "_data/shapes")):
        for path in (ROOT / folder).rglob("*.*"):
            assert f"kg_builder/{data}/{path.relative_to(ROOT / folder).as_posix()}" in files
    for source, package in (("src/kg_builder", "kg_builder"), ("server/kg_server", "kg_server")):
        for path in (ROOT / source).rglob("*.*"):
            name = path.relative_to(ROOT / source).as_posix()
            if "__pycache__" not in name and path.is_file():
                assert f"{package}/{name}" in files
    assert any(f.endswith("licenses/LICENSE") for f in files)
