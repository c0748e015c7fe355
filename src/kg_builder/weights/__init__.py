"""The trained pipeline that ships with kg-builder: where its folder lies.

The weights are CC BY-SA 4.0 (see en_news/LICENSE-weights.txt and en_news/MODEL_CARD.md); the code
of kg-builder keeps its own licence. Nothing here imports spaCy.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

NAME = "en_news"


def folder() -> Path:
    """The folder of the pipeline, for `spacy.load`. Raises FileNotFoundError when it is missing."""
    found = Path(str(files("kg_builder"))) / "weights" / NAME
    if not (found / "config.cfg").is_file():
        raise FileNotFoundError(f"kg-builder's own pipeline {NAME!r} is missing: {found.name}")
    return found
