"""A store and settings in, the same settings with what the store keeps of its last build out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg_builder.config import Settings
from kg_builder.store import Snapshots

_KEPT = {"authority", "extractors", "limits"}
"""What shapes the analysis of every document; publications belong to the inputs of one build."""


def shaping(settings: Settings) -> dict[str, Any]:
    """The settings that shape every analysis, as a snapshot's manifest keeps them."""
    return settings.model_dump(mode="json", include=_KEPT)


def kept_settings(store: Path, settings: Settings) -> Settings:
    """`settings` with those of the store's last build that shape every analysis.

    For commands that were given no kg.toml: without this, taking one article out would
    analyse all others again under the defaults, and lose the user's own authority files.
    """
    if not (store / "FORMAT").exists():
        return settings
    last = Snapshots(store).current()
    kept = last.manifest.get("settings") if last is not None else None
    if kept is None:
        return settings
    return Settings.model_validate({**settings.model_dump(), **kept})
