"""What a command has done in, lines and progress for people out."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from kg_builder.pipeline import BuildReport


class Progress:
    """Progress bars on stderr, one a stage; silent when stderr is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Shows how many of a stage are done."""
        if stage != self._stage:
            self.close()
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, disable=None, leave=False)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def tell_build(report: BuildReport, store: Path) -> None:
    """What a build came to."""
    print(
        f"{report.documents} documents: {report.articles} articles, {report.teasers} teasers, "
        f"{report.mentions} mentions of {report.entities} entities, {report.events} events, "
        f"{report.claims} claims; {report.quads} quads in snapshot {report.snapshot}"
    )
    parts = [f"{report.analysed} analysed", f"{report.unchanged} unchanged"]
    for number, word in (
        (report.removed, "removed"),
        (report.duplicates, "repeated articles counted once"),
        (report.skipped, "files of other kinds skipped"),
        (report.quarantined, "held back by the gate"),
        (report.errors, "failed"),
    ):
        if number:
            parts.append(f"{number} {word}")
    print(f"{', '.join(parts)}; {report.seconds:.1f} s")
    if report.quarantined:
        print(f"see `kg-builder quarantine list --store {store}`")
