"""Models that find names: any spaCy pipeline, label mapping, merging with the patterns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy

from kg_builder import articles, weights
from kg_builder.authority import Authority
from kg_builder.errors import ConfigError
from kg_builder.mentions import Extractor, models
from kg_builder.mentions.loading import names_pipeline
from kg_builder.mentions.names import SpacyNames
from kg_builder.model import Document, Hints

AUTHORITY = Authority.load()


def pipeline(folder: Path, *names: tuple[str, str]) -> str:
    """A real pipeline whose component `ner` knows the given names only."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler", name="ner")
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in names])
    nlp.to_disk(folder)
    return str(folder)


def mentions(text: str, model: str, **labels: str) -> dict[str, tuple[str, str]]:
    document = Document("a.txt", "text/plain", "sha256:0", text)
    (article,) = articles.segment(document, Hints())
    finder = models.load(model, labels)  # type: ignore[arg-type]
    found, _ = Extractor(AUTHORITY, finder=finder).extract(article, text)
    return {text[m.span.start : m.span.end]: (m.kind, m.method) for m in found}


TEXT = (
    "A quiet day in the valley\n\n"
    "On Monday the farmers of Quarrydale met Bimbola Quill over the canal, and Quill agreed. "
    "The Water Council of France had sent Xanthe to listen to them all.\n"
)


def test_a_model_adds_what_no_pattern_knows(tmp_path: Path) -> None:
    model = pipeline(tmp_path / "m", ("Quarrydale", "GPE"), ("Xanthe", "PERSON"))
    assert "Xanthe" not in mentions(TEXT, models.NONE)
    found = mentions(TEXT, model)
    assert found["Xanthe"] == ("Person", "pipeline")
    assert found["Quarrydale"][0] == "Place"


def test_what_authority_and_patterns_are_sure_of_stays(tmp_path: Path) -> None:
    model = pipeline(tmp_path / "m", ("France", "ORG"), ("Water Council", "PERSON"))
    found = mentions(TEXT, model)
    assert all(kind != "Person" for name, (kind, _) in found.items() if "Council" in name)
    assert ("Organization", "pipeline") not in [v for n, v in found.items() if n == "France"]


def test_head_nouns_offices_and_opening_adverbs_are_no_names(tmp_path: Path) -> None:
    text = (
        "A quiet day in the valley\n\nFirstly, the Council met the President in a hall by the "
        "river. The Middle Ages were long over, said those who came to hear them speak.\n"
    )
    names = [(n, "ORG") for n in ("Firstly", "Council", "President", "Middle Ages")]
    assert mentions(text, pipeline(tmp_path / "m", *names)) == mentions(text, models.NONE) == {}


def test_labels_of_another_pipeline_are_mapped(tmp_path: Path) -> None:
    model = pipeline(tmp_path / "m", ("Xanthe", "HUMAN"))
    assert "Xanthe" not in mentions(TEXT, model)
    assert mentions(TEXT, model, HUMAN="Person")["Xanthe"][0] == "Person"


def test_a_model_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no installed spaCy pipeline and no folder"):
        models.load("en_none_such")
    with pytest.raises(ConfigError, match="GLiNER is not installed"):
        models.load("gliner:any")
    spacy.blank("en").to_disk(tmp_path / "bare")
    with pytest.raises(ConfigError, match="no component 'ner'"):
        models.load(str(tmp_path / "bare"))


def test_the_digest_follows_the_files(tmp_path: Path) -> None:
    one = pipeline(tmp_path / "a", ("Xanthe", "PERSON"))
    same = pipeline(tmp_path / "b", ("Xanthe", "PERSON"))
    other = pipeline(tmp_path / "c", ("Xanthe", "ORG"))
    assert models.digest(one) == models.digest(same) != models.digest(other)
    assert models.digest("none") != models.digest("en_none_such")


def net(folder: Path, architecture: str) -> str:
    """An untrained pipeline with a shared net and an `ner` that has its own, or listens."""
    own = {
        "@architectures": "spacy.HashEmbedCNN.v2", "width": 8, "depth": 1, "embed_size": 50,
        "window_size": 1, "maxout_pieces": 2, "subword_features": True, "pretrained_vectors": None,
    }  # fmt: skip
    listens = {"@architectures": "spacy.Tok2VecListener.v1", "width": 8}
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": own})
    chosen = own if architecture == "own" else listens
    ner = nlp.add_pipe("ner", config={"model": {"tok2vec": chosen}})
    ner.add_label("PERSON")  # type: ignore[attr-defined]
    nlp.add_pipe("tagger", config={"model": {"tok2vec": listens}}).add_label("X")  # type: ignore[attr-defined]
    nlp.initialize()
    nlp.to_disk(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("architecture", "loaded"), [("own", ["ner"]), ("listener", ["tok2vec", "ner"])]
)
def test_a_shared_net_is_run_only_where_names_need_it(
    tmp_path: Path, architecture: str, loaded: list[str]
) -> None:
    finder = models.load(net(tmp_path / "m", architecture))
    assert isinstance(finder, SpacyNames)
    assert finder.components == loaded
    document = Document("a.txt", "text/plain", "sha256:0", TEXT)
    (article,) = articles.segment(document, Hints())
    finder.names(article, TEXT)  # a net that is missing fails here


FRESH = """
import os, sys
from contextlib import contextmanager
from kg_builder.mentions import loading, models
if "other version" in sys.argv:
    stand_ins = loading._without_command_line
    @contextmanager
    def too_little():
        with stand_ins():
            del sys.modules["spacy.cli.info"].info
            yield
    loading._without_command_line = too_little
found = models.load("default")
print("typer" in sys.modules, *found.components, os.environ["OPENBLAS_NUM_THREADS"])
import spacy
print(spacy.info(silent=True)["spacy_version"] == spacy.__version__)
import spacy.cli
names = [e.text for e in found._nlp("The talks in Paris went on, said Angela Merkel.").ents]
print(callable(spacy.cli.setup_cli), "Paris" in names)
"""
"""Run in a process of its own, since this one has imported all of spaCy."""


@pytest.mark.parametrize(("version", "whole"), [("this", "False"), ("other version", "True")])
def test_spacy_is_imported_without_its_command_line_and_stays_whole(
    version: str, whole: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FRESH, version], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines == [f"{whole} ner 1", "True", "True True"]


def rules(nlp: Any) -> bytes:
    """All that says how a text becomes tokens."""
    found: bytes = nlp.tokenizer.to_bytes(exclude=["vocab"])
    return found


def test_a_folder_keeps_its_own_rules_of_tokens(tmp_path: Path) -> None:
    path = Path(pipeline(tmp_path / "m", ("Xanthe", "PERSON")))
    nlp = spacy.load(path)
    nlp.tokenizer.add_special_case("aintno", [{"ORTH": "aint"}, {"ORTH": "no"}])
    nlp.to_disk(path)
    ours = names_pipeline(path)
    assert [t.text for t in ours.make_doc("aintno, can't")] == ["aint", "no", ",", "ca", "n't"]
    assert rules(ours) == rules(spacy.load(path))
    assert rules(names_pipeline(weights.folder())) == rules(spacy.load(weights.folder()))
