"""A pipeline and the benchmarks in, F1 of names, syntax and lemmas and speed out.

    python training/evaluate.py PIPELINE --shared FOLDER [--half work|report]

FOLDER holds `bench/`, `gold/`, `corpus/`, `train/` and `tools/names.py`, whose rule scores names.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import spacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Token
from spacy.training import Example

from corpora import join, ud
from syntax import reference

CLASSES = {"PERSON": "PER", "ORG": "ORG", "LOC": "LOC", "GPE": "LOC", "FAC": "LOC"}


def scorer(shared: Path) -> ModuleType:
    """The module tools/names.py."""
    spec = importlib.util.spec_from_file_location("names_rule", shared / "tools" / "names.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def meantime(folder: Path, rule: ModuleType) -> list[dict[str, Any]]:
    """Names of MEANTIME's files, in the form of the other sets (development only)."""
    found = []
    for path in sorted(folder.glob("corpus_*/*.xml")):
        root = ET.parse(path).getroot()
        tokens = root.findall("token")
        text, at = join([t.text or "" for t in tokens])
        place = {t.get("t_id"): i for i, t in enumerate(tokens)}
        kinds = {e.get("m_id"): e.get("ent_type") for e in root.iter("ENTITY")}
        kind_of = {
            source.get("m_id"): kinds.get(target.get("m_id"))
            for link in root.iter("REFERS_TO")
            for target in link.findall("target")
            for source in link.findall("source")
        }
        spans = {}
        for mention in root.iter("ENTITY_MENTION"):
            where = [place[a.get("t_id")] for a in mention.findall("token_anchor")]
            kind = kind_of.get(mention.get("m_id"))
            if not where or not kind or "NAM" not in (mention.get("syntactic_type") or ""):
                continue
            low, high = rule.trim(text, at[min(where)][0], at[max(where)][1], kind == "PER")
            spans[low, high] = kind if kind in {"PER", "ORG", "LOC"} else "OTHER"
        rows = [[a, b, [k]] for (a, b), k in sorted(spans.items()) if a < b]
        # only the title, the date and four sentences are annotated
        end = max(at[i][1] for i, t in enumerate(tokens) if int(t.get("sentence") or 0) < 6)
        found.append({"id": path.stem, "text": text, "spans": rows, "within": [0, end]})
    return found


def gold_sets(shared: Path, rule: ModuleType) -> dict[str, list[dict[str, Any]]]:
    """The gold of every set of names."""
    sources = sorted(p for p in (shared / "bench/entities/re3d").iterdir() if p.is_dir())
    pud = next((shared / "bench/entities/uner_pud").glob("*.iob2"))
    gold = next((shared / "gold").glob("*.json"))
    text = next((shared / "corpus").glob("*.txt"))
    parts = {a["id"]: a for k in ("articles", "teasers") for a in json.loads(gold.read_text())[k]}
    page = list(rule.page(gold, text, [k for k in parts if k in {"a1", "a4"} or k[0] == "t"]))
    for item in page:
        teaser = parts[item["id"]]
        item["within"] = item["within"] or [teaser["titleSpan"][0], teaser["snippetSpan"][1]]
    return {
        "re3d": list(rule.re3d(sources)),
        "pud": list(rule.iob2(pud, 1, 2)),
        "page": page,
        "meantime": meantime(shared / "train/meantime", rule),
    }


def predictions(nlp: Language, gold: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The names a pipeline finds in the texts of gold; of a page, in each article by itself."""
    found = []
    ner_only = [n for n in nlp.pipe_names if n != "ner"]
    with nlp.select_pipes(disable=ner_only):
        for item in gold:
            low, high = item.get("within") or (0, len(item["text"]))
            doc = nlp(item["text"][low:high])
            spans = [
                [low + e.start_char, low + e.end_char, CLASSES[e.label_]]
                for e in doc.ents
                if e.label_ in CLASSES
            ]
            found.append({"id": item["id"], "text": item["text"], "spans": spans})
    return found


def f1(counts: list[int]) -> float:
    """F1 of right, extra and missed."""
    right, extra, missed = counts
    return 2 * right / max(1, 2 * right + extra + missed)


def names_report(nlp: Language, shared: Path, half: str | None) -> dict[str, float]:
    """F1 of names by set; the page is development data and has no halves."""
    rule = scorer(shared)
    result: dict[str, float] = {}
    for name, gold in gold_sets(shared, rule).items():
        counts = rule.score(
            gold, predictions(nlp, gold), None if name in {"page", "meantime"} else half
        )
        result[name] = f1(counts["ALL"])
        told = " ".join(
            f"{c} {f1(counts.get(c, [0, 0, 0])):.3f}" for c in ("PER", "ORG", "LOC", "SPAN")
        )
        right, extra, missed = counts["ALL"]
        precision, recall = right / max(1, right + extra), right / max(1, right + missed)
        print(
            f"  {name:8} {f1(counts['ALL']):.3f}  P {precision:.3f} R {recall:.3f}  {told}",
            flush=True,
        )
    return result


def speed(nlp: Language, shared: Path, rule: ModuleType) -> None:
    """Words a second of processor time, of `ner` alone and of everything."""
    texts = [item["text"] for item in gold_sets(shared, rule)["pud"]] * 3
    words = sum(len(nlp.make_doc(t)) for t in texts)
    others = [n for n in nlp.pipe_names if n != "ner"]
    for label, disabled in (("ner alone", others), ("everything", [])):
        with nlp.select_pipes(disable=disabled):
            list(nlp.pipe(texts[:64], batch_size=32))
            began = time.process_time()
            list(nlp.pipe(texts, batch_size=32))
            print(f"  {label}: {words / (time.process_time() - began):,.0f} words a CPU second")


def _attribute(token: Token, name: str) -> object:
    return token.dep_ if name == "dep" else getattr(token, name)


def syntax_report(nlp: Language, data: Path) -> dict[str, float]:
    """POS, tags, UAS, LAS and lemmas on EWT's test part, sentence by sentence."""
    examples = []
    for sentence in ud(data / "ud_ewt/en_ewt-ud-test.conllu.gz"):
        gold = reference(nlp.vocab, [sentence])
        examples.append(Example(nlp.make_doc(gold.text), gold))
    with nlp.select_pipes(disable=[n for n in nlp.pipe_names if n == "ner"]):
        for example, doc in zip(examples, nlp.pipe([e.predicted for e in examples]), strict=True):
            example.predicted = doc
    scores: dict[str, Any] = {}
    scores |= Scorer.score_token_attr(examples, "tag")
    scores |= Scorer.score_token_attr(examples, "pos")
    scores |= Scorer.score_token_attr(examples, "lemma")
    scores |= Scorer.score_deps(examples, "dep", ignore_labels=("punct",), getter=_attribute)
    kept = {k: v for k, v in scores.items() if isinstance(v, float)}
    print("  " + " ".join(f"{k} {v:.3f}" for k, v in kept.items()), flush=True)
    return kept


def main() -> None:
    """Read the arguments and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pipeline")
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--half")
    options = parser.parse_args()
    began = time.time()
    nlp = spacy.load(options.pipeline)
    print(f"loaded in {time.time() - began:.2f} s: {nlp.pipe_names}")
    names_report(nlp, options.shared, options.half)
    if "parser" in nlp.pipe_names:
        syntax_report(nlp, options.shared / "train")
    speed(nlp, options.shared, scorer(options.shared))


if __name__ == "__main__":
    main()
