"""Any sequence of builds and removals gives the graph of building what remains at once."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import settings as rules
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kg_builder import pipeline, reading
from kg_builder.config import load_settings
from kg_builder.store import Snapshots

TEXTS = (
    # Names that a later text completes, shares or contests: what resolution has to undo.
    "Flood in Kaya\n\nMr. Ilboudo said that 12 people were killed in Kaya on 3 May 2023.",
    "Relief for Kaya\n\nSalif Ilboudo of the Sahel Water Agency (SWA) came to Kaya.",
    "SWA opens office\n\nThe SWA is in Bamako now. Awa Traore thanked the Sahel Water Agency.",
    "Attack near Kaya\n\nAn attack killed 12 people in Kaya on 3 May 2023, Omar Traore said.",
    "Summit in Bamako\n\nThe Sudan Welfare Association (SWA) will meet in Bamako in June 2024.",
)
SIDECARS = (
    None,
    {"publication": {"name": "Sahel Post", "country": "BF"}, "date": "2023-05-04"},
    {"publication": {"name": "Sahel Post", "language": "en"}, "url": "https://post.example/one"},
)
SETTINGS = load_settings(None, {"workers": 1}, environment={})
names = st.sampled_from(("a.txt", "sub/b.txt", "c.txt", "d.txt"))


def canonical(store: Path) -> bytes:
    return reading.export(Snapshots(store).require(), "nq")


class Life(RuleBasedStateMachine):
    """A folder and a store that live side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.folder, self.store = self.home / "in", self.home / "store"
        (self.folder / "sub").mkdir(parents=True)
        self.built = False
        self.write("a.txt", TEXTS[0], None)

    def write(self, name: str, text: str, sidecar: object) -> None:
        """Puts a document, and its sidecar if it has one, into the folder."""
        (self.folder / name).write_text(text + "\n")
        beside = self.folder / f"{name}.meta.json"
        beside.unlink(missing_ok=True)
        if sidecar is not None:
            beside.write_text(json.dumps(sidecar))

    def documents(self) -> list[str]:
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*.txt"))

    @rule(name=names, text=st.sampled_from(TEXTS), sidecar=st.sampled_from(SIDECARS))
    def add_or_change(self, name: str, text: str, sidecar: object) -> None:
        self.write(name, text, sidecar)
        self.build()

    @precondition(lambda self: self.built and len(self.documents()) > 1)
    @rule(data=st.data())
    def delete_and_sync(self, data: st.DataObject) -> None:
        (self.folder / data.draw(st.sampled_from(self.documents()))).unlink()
        self.build()

    @precondition(lambda self: self.built and len(self.documents()) > 1)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.documents()))
        pipeline.remove(str(self.folder / name), self.store, SETTINGS)
        (self.folder / name).unlink()

    def build(self) -> None:
        pipeline.build([self.folder], self.store, SETTINGS, sync=True)
        self.built = True

    @invariant()
    def equals_a_build_from_scratch(self) -> None:
        if self.built:
            with tempfile.TemporaryDirectory() as other:
                pipeline.build([self.folder], Path(other) / "s", SETTINGS)
                assert canonical(self.store) == canonical(Path(other) / "s")

    def teardown(self) -> None:
        shutil.rmtree(self.home)


TestLife = Life.TestCase
TestLife.settings = rules(
    max_examples=3,
    stateful_step_count=5,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
