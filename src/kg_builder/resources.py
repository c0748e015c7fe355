"""Where ontology/ and shapes/ lie: inside the installed wheel, else in the checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def folder(name: str) -> Path:
    """The folder `ontology` or `shapes` as a path.

    Raises FileNotFoundError when neither the wheel nor a checkout has it.
    """
    package = Path(str(files("kg_builder")))
    for candidate in (package / "_data" / name, package.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"kg-builder's own folder {name!r} is missing from the installation")


def ontology_file() -> Path:
    """The Turtle file of the ontology."""
    return folder("ontology") / "kg.ttl"


def shapes_file() -> Path:
    """The Turtle file of the shapes."""
    return folder("shapes") / "kg.ttl"


def authority_files() -> list[Path]:
    """The authority files that ship with the package, sorted by name."""
    return sorted((folder("ontology") / "authority").glob("*.ttl"))


def event_types_file() -> Path:
    """The SKOS scheme of event types with their trigger lemmas."""
    return folder("ontology") / "authority" / "event-types.ttl"


def query_files() -> list[Path]:
    """The example queries, sorted by their numbers."""
    return sorted((folder("ontology") / "queries").glob("*.rq"))
