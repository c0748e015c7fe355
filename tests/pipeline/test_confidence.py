"""`build --min-confidence`: what is left out, and that a rebuild equals a build from scratch."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder.cli import main
from kg_builder.store import Snapshots
from tests.support import SAMPLES

INPUTS = [str(SAMPLES / name) for name in ("mekong-star-flood.txt", "sahel-bulletin-kaya.txt")]
LEAST = "0.8"


def build(store: Path, *flags: str) -> bytes:
    """The canonical export of a store after a build; patterns alone, which is quick."""
    assert main(["build", *INPUTS, "--store", str(store), "--model", "none", *flags]) == 0
    target = store.parent / "out.nq"
    assert main(["export", "--store", str(store), "-o", str(target)]) == 0
    return target.read_bytes()


def confidences(store: Path) -> list[float]:
    """The confidence of every mention, by the query that docs/GRAPH.md gives."""
    ref = Snapshots(store).require()
    rows = ref.open().query(
        "PREFIX kg: <https://w3id.org/kg-builder/ontology#> "
        "SELECT ?c { ?m a kg:Mention ; kg:confidence ?c }",
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, ox.QuerySolutions)
    return [float(row["c"].value) for row in rows]  # type: ignore[union-attr]


def test_another_value_gives_the_bytes_of_a_build_from_scratch(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    all_of_it = build(tmp_path / "a" / "store")
    assert min(confidences(tmp_path / "a" / "store")) < float(LEAST)
    less = build(tmp_path / "a" / "store", "--min-confidence", LEAST)
    assert less == build(tmp_path / "b" / "store", "--min-confidence", LEAST) != all_of_it
    assert min(confidences(tmp_path / "a" / "store")) >= float(LEAST)
    assert build(tmp_path / "a" / "store") == less  # kept as long as nothing else is said
    assert build(tmp_path / "a" / "store", "--min-confidence", "0") == all_of_it


@pytest.mark.parametrize("value", ["1.5", "-1", "much"])
def test_a_value_that_is_no_probability_is_refused(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["build", *INPUTS, "--store", str(tmp_path), f"--min-confidence={value}"])
    assert stop.value.code == 2
    assert "--min-confidence" in capsys.readouterr().err
