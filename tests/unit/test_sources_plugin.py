"""A reader from outside the package: installed by pip, found by its entry point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[1] / "plugins" / "eml_reader"
MAIL = """\
From: Jane Doe <jane@example.org>
Subject: Blast hits mosque in Kunduz
Date: Fri, 08 Oct 2021 14:30:00 +0430
Content-Type: text/plain; charset=utf-8

A bomb killed many people in Kunduz on Friday.

It was the first attack there for a long time.
"""
LOOK = """
import sys
from pathlib import Path
from kg_builder.plugins import RawInput
from kg_builder.sources import leaves, documents, suffixes
assert ".eml" in suffixes()
for item in leaves(RawInput("mails.zip", Path(sys.argv[1]))):
    for document in documents(item):
        print(document.source_name, document.media_type, document.text, sep="|")
        print(*(f"{m.property}={m.value}" for m in document.metadata), sep="|")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example reader installed."""
    target = tmp_path_factory.mktemp("plugin")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target)]
    done = subprocess.run([*command, str(PLUGIN)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def test_an_installed_reader_reads_its_format_also_inside_an_archive(
    installed: Path, tmp_path: Path
) -> None:
    import zipfile

    path = tmp_path / "mails.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.eml", MAIL)
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first == "mails.zip!/a.eml|message/rfc822|Blast hits mosque in Kunduz"
    assert last == (
        "headline=Blast hits mosque in Kunduz|author=Jane Doe"
        "|datePublished=2021-10-08T14:30:00+04:30"
    )


def test_without_it_the_format_is_unknown() -> None:
    from kg_builder.sources import suffixes

    assert ".eml" not in suffixes()
