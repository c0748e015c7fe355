"""A folder of corpora in, the pipeline folder that ships in the wheel out.

    python training/train.py --data ../shared/train --out src/kg_builder/weights/en_news

Seeds are fixed: one machine and one set of library versions give the same weights. `--quick`
trains on a twentieth of the words, to see that everything fits together. See README.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import spacy
import spacy_lookups_data
from spacy.language import Language

import names
import syntax
from augment import Pools, make_pools
from corpora import Sentence, read_all
from names import NetSettings, RunSettings
from rows import Row
from words import WordLists, make_vectors

HERE = Path(__file__).resolve().parent
TEACHER = RunSettings(words=900_000, batch=(300, 1200), headlines=0.0)
NAMES = RunSettings(words=3_600_000, renamed=0.4)
SYNTAX = RunSettings(words=2_300_000, batch=(300, 1500), longest=4)
NET = NetSettings(width=128)
WEIGHTS = {"gmb": 1.0, "wikigold": 2.0, "uner": 3.0, "gum": 3.0}


def pools_of(rows: dict[str, list[Row]], words: WordLists) -> Pools:
    """The names that training puts in place of others."""
    given = [g for g in words.given if g.isalpha()]
    cities = [tuple(c.split()) for c in words.all_cities]
    return make_pools([r for c in WEIGHTS for r in rows[c]], given, cities)


def train_names(
    blank: Language, corpora: dict[str, list[Sentence]], words: WordLists, scale: float
) -> Language:
    """A teacher fills the labels that corpora lack; then the net that ships is trained on all."""
    rows = {c: [names.tokenise(blank, s) for s in corpora[c]] for c in WEIGHTS}
    pools = pools_of(rows, words)
    teaching: list[tuple[list[Row], float]] = [(rows["gmb"], 1.0), (rows["wikigold"], 3.0)]
    settings = replace(TEACHER, words=int(TEACHER.words * scale))
    teacher = names.train_ner(blank, teaching, NetSettings(), settings)
    for corpus in ("uner", "gum"):
        tags = names.predict(teacher, rows[corpus])
        names.fill(rows[corpus], corpora[corpus][0].lacks, tags, words)
    weighted = [(rows[c], weight) for c, weight in WEIGHTS.items()]
    settings = replace(NAMES, words=int(NAMES.words * scale))
    return names.train_ner(blank, weighted, NET, settings, pools)


def train_syntax(blank: Language, corpora: dict[str, list[Sentence]], scale: float) -> Language:
    """The syntax, on EWT's train and dev parts and GUM; EWT's test part is held out."""
    sentences = [*corpora["ewt"], *corpora["ewt_dev"], *corpora["gum"]]
    return syntax.train_syntax(
        blank, sentences, NetSettings(), replace(SYNTAX, words=int(SYNTAX.words * scale))
    )


def assemble(blank: Language, tree: Language, ner: Language) -> Language:
    """One pipeline of the two, which share the vocabulary of `blank`."""
    whole = type(blank)(vocab=blank.vocab)
    for name in tree.pipe_names:
        whole.add_pipe(name, source=tree)
    whole.add_pipe("ner", source=ner)
    whole.meta.update(json.loads((HERE / "meta.json").read_text(encoding="utf-8")))
    whole.meta.pop("performance", None)
    return whole


def save(nlp: Language, out: Path) -> None:
    """Write the pipeline, without what a user does not need, and its card and licence."""
    if out.exists():
        shutil.rmtree(out)
    nlp.to_disk(out)
    # of the strings seen in training only those that name labels are needed
    needed = set(spacy.blank("en").vocab.strings)
    for name in nlp.pipe_names:
        labels = getattr(nlp.get_pipe(name), "labels", ())
        needed.update(labels)
        needed.update(part for label in labels for part in label.replace("=", "|").split("|"))
    strings = json.dumps(sorted(needed), ensure_ascii=False)
    (out / "vocab" / "strings.json").write_text(strings, encoding="utf-8")
    for name in ("MODEL_CARD.md", "LICENSE-weights.txt"):
        shutil.copyfile(HERE / name, out / name)
    tables = Path(spacy_lookups_data.__file__).parent / "data"
    shutil.copyfile(tables / "en_license.txt", out / "LICENSE-wordnet.txt")


def main() -> None:
    """Read the arguments, train, save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--out", type=Path, required=True, help="the pipeline folder to write")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the words")
    options = parser.parse_args()
    scale = 0.05 if options.quick else 1.0
    began = time.time()

    def tell(what: str) -> None:
        print(f"[{time.time() - began:5.0f} s] {what}", flush=True)

    words = WordLists()
    blank: Any = spacy.blank("en")
    blank.vocab.vectors = make_vectors(words, blank.vocab.strings)
    tell(f"{blank.vocab.vectors.n_keys:,} words with features")
    corpora = read_all(options.data, words)
    tell(", ".join(f"{name} {len(s):,}" for name, s in corpora.items()) + " sentences")
    ner = train_names(blank, corpora, words, scale)
    tell("names trained")
    tree = train_syntax(blank, corpora, scale)
    tell("syntax trained")
    save(assemble(blank, tree, ner), options.out)
    tell(f"saved to {options.out}")


if __name__ == "__main__":
    main()
