"""The tokenised sentence that the training of names works on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Row:
    """One tokenised sentence; a tag of None says that nothing is known of the token."""

    corpus: str
    words: list[str]
    spaces: list[bool]
    tags: list[str | None]
