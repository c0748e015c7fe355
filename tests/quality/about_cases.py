"""Short articles with what they are about in, scores and errors of `kg:about` and regions out.

    python -m tests.quality.about_cases

The gold is in gold/about.toml and gold/about-more.toml. All articles of a file are resolved as
one corpus, without configuration. A subject is right when one of its names is a gold name,
whatever the case.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.config import load_settings
from kg_builder.entities.about import about, entity
from kg_builder.model import Hints, Resolution
from kg_builder.pipeline import Analyser, resolve_analyses
from kg_builder.pipeline.analyse import record_of
from tests.quality.scoring import Counts

GOLD = Path(__file__).parent / "gold" / "about.toml"
MORE = Path(__file__).parent / "gold" / "about-more.toml"


@dataclass(slots=True)
class Scores:
    """Counts of subjects and of regions, and the errors in words."""

    about: Counts = field(default_factory=Counts)
    regions: Counts = field(default_factory=Counts)
    errors: list[str] = field(default_factory=list)


def measure(path: Path = GOLD) -> Scores:
    """The scores of all articles of a file."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["article"]
    settings = load_settings(None, {}, environment={})
    analyser = Analyser(settings)
    analyses = [
        analyser.analyse(f"{row['id']}.txt", row["text"].lstrip().encode(), Hints())[0]
        for row in rows
    ]
    resolution = resolve_analyses(analyses, settings)
    scores = Scores()
    for row, analysis in zip(rows, analyses, strict=True):
        (item,) = analysis.articles
        subjects: list[set[str]] = []
        regions: list[set[str]] = []
        for key in about(record_of(item), resolution):
            kind, names = _names(key, resolution)
            (regions if kind == "Region" else subjects).append(names)
        for title, gold, found in (("about", "about", subjects), ("regions", "regions", regions)):
            counts = scores.about if title == "about" else scores.regions
            _count(row, title, row[gold], found, counts, scores.errors)
    return scores


def _names(key: str, resolution: Resolution) -> tuple[str, set[str]]:
    """The class of an entity or event, and all its names, folded."""
    found = entity(resolution, key)
    if found is not None:
        names = (found.name, *found.aliases, *found.acronyms)
        return found.kind, {name.casefold() for name in names}
    event = next(e for e in resolution.events if e.key == key)
    return "Event", {name.casefold() for name in (event.label, *event.aliases)}


def _count(
    row: dict[str, object],
    title: str,
    gold: list[str],
    found: list[set[str]],
    counts: Counts,
    errors: list[str],
) -> None:
    wanted = {name.casefold() for name in gold}
    may = row.get("may", [])
    assert isinstance(may, list)
    open_to_doubt = {name.casefold() for name in may}
    met: set[str] = set()
    for names in found:
        hit = wanted & names
        met |= hit
        if not hit and not open_to_doubt & names:
            counts.extra += 1
            errors.append(f"{row['id']}: {title}: extra {min(names)}")
    counts.right += len(met)
    counts.missed += len(wanted - met)
    errors += [f"{row['id']}: {title}: missed {name}" for name in sorted(wanted - met)]


def main() -> None:
    """Print scores and errors."""
    for path in (GOLD, MORE):
        scores = measure(path)
        for title, counts in (("about", scores.about), ("regions", scores.regions)):
            figures = f"F1 {counts.f1:.3f} (P {counts.precision:.3f} R {counts.recall:.3f})"
            print(f"{path.name:16} {title:8} {figures}")
        print(*scores.errors, sep="\n")


if __name__ == "__main__":
    main()
