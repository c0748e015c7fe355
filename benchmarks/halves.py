"""A document's name in, the half that it belongs to out: one split for all benchmarks."""

from __future__ import annotations

import hashlib


def half(document: str) -> str:
    """`work` (errors are read) or `report` (only scored), as the shared scorer of names splits."""
    return "work" if hashlib.sha256(document.encode()).digest()[0] < 128 else "report"
