"""A store and settings in, the same settings with what the store keeps of its last build out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg_builder.config import Settings
from kg_builder.store import Snapshots

_KEPT = {"authority", "decisions", "extractors", "limits"}
"""What shapes the whole graph; publications belong to the inputs of one build."""


def shaping(settings: Settings) -> dict[str, Any]:
    """The settings that shape the whole graph, as a snapshot's manifest keeps them."""
    kept = settings.model_dump(mode="json", include=_KEPT)
    # The next build may be started in another folder.
    kept["authority"] = [str(Path(name).absolute()) for name in kept["authority"]]
    if kept.get("decisions") is not None:
        kept["decisions"] = str(Path(kept["decisions"]).absolute())
    return kept


def kept_settings(store: Path, settings: Settings) -> Settings:
    """`settings` with those of the store's last build that shape the whole graph.

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
