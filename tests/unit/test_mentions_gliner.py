"""GLiNER behind its extra: a model with random weights, made here, read by the real library."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any

import pytest

from kg_builder.errors import ConfigError
from kg_builder.mentions import models
from kg_builder.model import Article, Sentence, Span

TEXT = "The minister, Jane Doe, met members of Green Hills. They left “Kabul” on Monday."
ARTICLE = Article(
    "x", False, None, None, (),
    (Sentence(0, Span(0, 51), "body", 0), Sentence(1, Span(52, 80), "body", 0)),
)  # fmt: skip


def library(name: str) -> Any:
    """A library of the extra, or the test is skipped."""
    if importlib.util.find_spec("gliner") is None:
        pytest.skip("GLiNER is not installed (pip install 'kg-builder[gliner]')")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GLiNER model of letters, with random weights."""
    gliner, transformers, torch = map(library, ("gliner", "transformers", "torch"))
    tokenizers = library("tokenizers")
    place = tmp_path_factory.mktemp("gliner")
    letters = [chr(c) for c in range(33, 127)]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*special, *letters, *("##" + c for c in letters)]
    made = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]")
    )
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    backbone = str(place / "backbone")
    shape = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transformers.BertModel(shape).save_pretrained(backbone)
        transformers.PreTrainedTokenizerFast(
            tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
            sep_token="[SEP]", mask_token="[MASK]",
        ).save_pretrained(backbone)  # fmt: skip
        settings = {
            "model_name": backbone, "hidden_size": 32, "max_width": 4, "max_len": 30,
            "span_mode": "markerV0", "dropout": 0.4,
        }  # fmt: skip
        for seed in range(20):  # until one takes something for a name
            torch.manual_seed(seed)
            model = gliner.GLiNER.from_config(settings).eval()
            if model.predict_entities(TEXT[52:], ["person", "organization", "location"]):
                break
        model.save_pretrained(str(place / "model"))
    return place / "model"


def test_names_are_spans_of_the_text_and_two_runs_agree(folder: Path) -> None:
    found = [models.load(f"gliner:{folder}") for _ in range(2)]
    one, two = (f.names(ARTICLE, TEXT) for f in found if f)
    assert one == two
    assert one
    for name in one:
        assert TEXT[name.start : name.end].strip() == TEXT[name.start : name.end] != ""
        assert name.kind in ("Person", "Organization", "Place")
    assert any(name.start >= 52 for name in one)


def test_labels_of_ones_own_are_asked_for(folder: Path) -> None:
    asked = {"person": "Group", "organization": "Group", "location": "Group", "Ship": "Topic"}
    finder = models.load(f"gliner:{folder}", asked)  # type: ignore[arg-type]
    assert finder is not None
    assert {name.kind for name in finder.names(ARTICLE, TEXT)} <= {"Group", "Topic"}


def test_long_stretches_are_read_by_sentences(folder: Path) -> None:
    """The model takes 30 words; nothing is cut off, and no library warns of it."""
    long = TEXT + " " + TEXT
    spans = (Span(0, 51), Span(52, 80), Span(81, 132), Span(133, 161))
    article = Article(
        "x", False, None, None, (), tuple(Sentence(i, s, "body", 0) for i, s in enumerate(spans))
    )
    finder = models.load(f"gliner:{folder}")
    assert finder is not None
    found = finder.names(article, long)
    shifted = [(n.start - 81, n.end - 81, n.kind) for n in found if n.start >= 81]
    assert shifted == [(n.start, n.end, n.kind) for n in found if n.end <= 80]


def test_the_digest_follows_the_files(folder: Path) -> None:
    before = models.digest(f"gliner:{folder}")
    extra = folder / "note.txt"
    extra.write_text("another model", encoding="utf-8")
    assert models.digest(f"gliner:{folder}") != before
    extra.unlink()
    assert models.digest(f"gliner:{folder}") == before


def test_what_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    library("gliner")
    with pytest.raises(ConfigError, match="builds never download: fetch it once"):
        models.load("gliner:someone/unknown")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        models.load(f"gliner:{tmp_path}")
