"""Any sequence of builds, removals and decisions gives the graph of building the end at once."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import settings as rules
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kg_builder import pipeline, reading, vocab
from kg_builder.config import load_settings
from kg_builder.store import Snapshots

TEXTS = (
    # Names that a later text completes, shares or contests: what resolution has to undo.
    "Flood in Kaya\n\nMr. Ilboudo said that 12 people were killed in Kaya on 3 May 2023.",
    "Relief for Kaya\n\nSalif Ilboudo of the Sahel Water Agency (SWA) came to Kaya.",
    "SWA opens office\n\nThe SWA is in Bamako now. Awa Traore thanked the Sahel Water Agency.",
    "Attack near Kaya\n\nAn attack killed 12 people in Kaya on 3 May 2023, Omar Traore said.",
    "Summit in Bamako\n\nThe Sudan Welfare Association (SWA) will meet in Bamako in June 2024.",
    # Other spellings, and names that every country has.
    """Court in Bamako

The Supreme Court freed Mrs. Awa Traoré in Bamako on 3 May 2023.

The Supreme Court said in Mali that Traoré had done nothing wrong. Mali was content.""",
    """Court in Niamey

In Niger the Supreme Court freed Mr. Awa Traore in Niamey on 4 May 2023.

The Supreme Court said so in Niger. The Sahel Water Agency was content.""",
)
DECISIONS = (
    "",
    "<entity/person/salif-ilboudo> kg:differentEntityFrom <entity/person/ilboudo> .",
    "<entity/organization/swa> kg:sameEntityAs <entity/organization/sahel-water-agency> .",
    """<entity/person/awa-traore> kg:sameEntityAs <entity/person/omar-traore> ;
        skos:prefLabel "Awa Omar Traore" .""",
    """<entity/organization/sahel-water-agency> kg:differentEntityFrom <entity/organization/swa> ;
        skos:prefLabel "Agency of Water" .""",
)
PREFIXES = f"@prefix kg: <{vocab.KG}> .\n@prefix skos: <{vocab.SKOS}> .\n"
SIDECARS = (
    None,
    {"publication": {"name": "Sahel Post", "country": "BF"}, "date": "2023-05-04"},
    {"publication": {"name": "Sahel Post", "language": "en"}, "url": "https://post.example/one"},
)
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
        self.decisions = self.home / "decisions.ttl"
        self.decisions.write_text(PREFIXES, encoding="utf-8")
        values = {"workers": 1, "decisions": str(self.decisions)}
        self.settings = load_settings(None, values, environment={})
        self.write("a.txt", TEXTS[0], None)

    def write(self, name: str, text: str, sidecar: object) -> None:
        """Puts a document, and its sidecar if it has one, into the folder."""
        (self.folder / name).write_text(text + "\n", encoding="utf-8")
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
        pipeline.remove(str(self.folder / name), self.store, self.settings)
        (self.folder / name).unlink()

    @precondition(lambda self: self.built)
    @rule(text=st.sampled_from(DECISIONS))
    def decide(self, text: str) -> None:
        self.decisions.write_text(PREFIXES + text + "\n", encoding="utf-8")
        self.build()

    def build(self) -> None:
        pipeline.build([self.folder], self.store, self.settings, sync=True)
        self.built = True

    @invariant()
    def equals_a_build_from_scratch(self) -> None:
        if self.built:
            with tempfile.TemporaryDirectory() as other:
                pipeline.build([self.folder], Path(other) / "s", self.settings)
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
