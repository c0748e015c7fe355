"""What tests share: where outside data and a browser are, and how a test skips without them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"


def required(what: str) -> bool:
    """Whether KG_REQUIRE names `what`, which turns its skips into failures."""
    return what in os.environ.get("KG_REQUIRE", "").split(",")


def shared(*parts: str) -> Path:
    """A path in the folder `shared` beside the checkout; skips the test when it is not there."""
    path = ROOT.parent.joinpath("shared", *parts)
    if not path.exists():
        reason = f"needs the development data {'/'.join(('shared', *parts))} beside the checkout"
        if required("shared"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def chromium() -> str:
    """The path of a Chromium; skips the test when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    reason = "needs a Chromium (Debian: apt-get install chromium)"
    if required("browser"):
        pytest.fail(reason)
    pytest.skip(reason)
