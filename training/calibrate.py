"""Development data in, the weights of src/kg_builder/mentions/confidence.toml out.

    python training/calibrate.py --data ../shared/train [--folds FOLDER] [--scale 0.25]

The texts of Wikigold, Universal NER and GUM taught the pipeline that ships, which is surer of them
than of others. So each half of their documents is read with a pipeline that was trained
on the other half (with a share of the words, `--scale`); FOLDER keeps the two, which are made
anew where they are not there. MEANTIME is read with the pipeline that ships. All are read by
patterns alone too. The weights are fitted by penalised logistic regression. The same pipelines
and rules give the same file.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import spacy

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from benchmarks import crossdoc  # noqa: E402
from tests.quality.scoring import trim  # noqa: E402

from corpora import GUM_GENRES, Sentence, read_all  # noqa: E402
from kg_builder import articles  # noqa: E402
from kg_builder.authority import Authority  # noqa: E402
from kg_builder.mentions import confidence, models  # noqa: E402
from kg_builder.mentions.document import DocumentReader  # noqa: E402
from kg_builder.mentions.gazetteer import Gazetteer  # noqa: E402
from kg_builder.mentions.lexicon import lexicon  # noqa: E402
from kg_builder.mentions.names import NameFinder, SpacyNames  # noqa: E402
from kg_builder.model import Document, Hints  # noqa: E402
from words import WordLists  # noqa: E402

TAUGHT: Final = ("wikigold", "uner", "gum")
"""Corpora with names by hand that the pipeline that ships was trained on."""
LABEL: Final = {
    "Person": "PERSON", "Organization": "ORG", "Place": "LOC", "Region": "LOC",
    "Facility": "LOC", "Group": "NORP", "Topic": "MISC", "Event": "MISC",
}  # fmt: skip
LIKE_NEWS: Final = ("interview", "news")
"""Genres of GUM that count; those of courts and scholars are too far from news."""
WEIGHTS: Final = {"meantime": 2.0, "gum": 2.0, "wikigold": 1.0, "uner": 0.5}
"""How much a corpus counts in all: news most, letters and reviews of the web least."""
PHRASES: Final = ("meantime", "gum")
"""Corpora whose spans may be whole phrases: a name inside of one is neither right nor wrong."""
PENALTY: Final = 10.0
PARAGRAPH: Final = 5
TARGET: Final = ROOT / "src/kg_builder/mentions/confidence.toml"


@dataclass(frozen=True, slots=True)
class Text:
    """A document with its gold names; what overlaps `unknown` or has a label lacking is left out.

    `until` is where the annotation ends.
    """

    corpus: str
    fold: int
    text: str
    gold: frozenset[tuple[int, int, str]]
    lacks: frozenset[str]
    unknown: tuple[tuple[int, int], ...] = ()
    until: int = sys.maxsize


@dataclass(frozen=True, slots=True)
class Case:
    """One mention: its words and class, its features, and whether it is right."""

    corpus: str
    name: tuple[str, str]
    features: dict[str, float]
    right: bool


# -- the texts -----------------------------------------------------------------------------


def documents(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    """The sentences of each document."""
    held: list[Sentence] = []
    for sentence in sentences:
        if sentence.starts_document and held:
            yield held
            held = []
        held.append(sentence)
    if held:
        yield held


def as_text(corpus: str, number: int, sentences: Sequence[Sentence]) -> Text:
    """One document's text, in paragraphs of some sentences."""
    text, gold, unknown = "", set(), []
    for i, s in enumerate(sentences):
        if text:
            text += " " if i % PARAGRAPH else "\n\n"
        at = len(text)
        text += s.text
        for start, end, label in s.spans:
            a, b = trim(text, at + start, at + end, label == "PERSON")
            gold.add((a, b, label))
        unknown += [(at + a, at + b) for a, b in s.unknown]
    return Text(corpus, number % 2, text, frozenset(gold), sentences[0].lacks, tuple(unknown))


def meantime(data: Path) -> Iterator[Text]:
    """MEANTIME's two topics; only title, date and four sentences are annotated."""
    names = {"Person": "PERSON", "Organization": "ORG", "Place": "LOC"}
    lacks = frozenset({"NORP", "MISC"})
    for topic in crossdoc.TOPICS:
        for path in sorted((data / "meantime" / topic).iterdir()):
            read = crossdoc.read(path, topic)
            gold = frozenset((g.start, g.end, names[g.kind]) for g in read.gold)
            until = max((g.end for g in read.gold), default=0)
            yield Text("meantime", -1, read.text, gold, lacks, (), until)


# -- cross-fitting -------------------------------------------------------------------------


def folds(
    corpora: dict[str, list[Sentence]], words: WordLists, folder: Path, scale: float
) -> list[Any]:
    """Two pipelines: the first has not seen documents with an even number, the second the others.

    Loaded from `folder`, or trained as training/train.py does and kept there.
    """
    made = []
    for fold in (0, 1):
        path = folder / f"fold-{fold}"
        if not path.is_dir():
            # Only training needs the tables of words; a second run does without.
            import train  # noqa: PLC0415
            from words import make_vectors  # noqa: PLC0415

            blank: Any = spacy.blank("en")
            blank.vocab.vectors = make_vectors(words, blank.vocab.strings)
            part = {"gmb": corpora["gmb"]}
            for corpus in TAUGHT:
                numbered = enumerate(documents(corpora[corpus]))
                part[corpus] = [s for n, doc in numbered if n % 2 != fold for s in doc]
            train.train_names(blank, part, words, scale).to_disk(path)
        made.append(spacy.load(path))
    return made


# -- cases ---------------------------------------------------------------------------------


def cases(texts: Iterable[Text], finder: NameFinder | None) -> Iterator[Case]:
    """A case for each mention of which the annotation can tell whether it is right."""
    words = lexicon()
    heard = None if finder is None else confidence.Heard(finder)
    reader = DocumentReader(Gazetteer(Authority.load(), words), words, heard)
    for item in texts:
        document = Document(item.corpus, "text/plain", "sha256:0", item.text)
        for article in articles.segment(document, Hints()):
            found = reader.read(article, item.text).candidates
            told = confidence.features(found, heard.last if heard else None)
            for c, features in zip(found, told, strict=True):
                right = judged(item, c.start, c.end, c.kind or "Topic")
                if right is not None:
                    yield Case(item.corpus, (c.surface, c.kind or ""), features, right)


def judged(item: Text, start: int, end: int, kind: str) -> bool | None:
    """Whether a mention is right; None where the annotation does not tell."""
    label = LABEL[kind]
    start, end = trim(item.text, start, end, kind == "Person")
    if end > item.until or any(start < b and a < end for a, b in item.unknown):
        return None
    if label in item.lacks:
        return None
    if (start, end, label) in item.gold:
        return True
    # Wikigold has one class for nationalities and other names.
    if label in ("NORP", "MISC") and {(start, end, "NORP"), (start, end, "MISC")} & item.gold:
        return True
    inside = any(a <= start and end <= b and b - a > end - start for a, b, _ in item.gold)
    return None if inside and item.corpus in PHRASES else False


# -- fitting -------------------------------------------------------------------------------


def fit(found: Sequence[Case]) -> dict[str, float]:
    """The weights of features by Newton's method; a penalty draws all but `always` to zero."""
    names = sorted({name for case in found for name in case.features})
    column = {name: i for i, name in enumerate(names)}
    rows = np.zeros((len(found), len(names)))
    for i, case in enumerate(found):
        for name, value in case.features.items():
            rows[i, column[name]] = value
    right = np.array([case.right for case in found], dtype=float)
    # A name that a corpus has fifty times is right or wrong fifty times: it counts once.
    often = Counter((case.corpus, case.name) for case in found)
    sizes = Counter(corpus for corpus, _ in often)
    share = len(often) / sum(WEIGHTS[corpus] for corpus in sizes)
    weight = np.array(
        [share * WEIGHTS[c.corpus] / sizes[c.corpus] / often[c.corpus, c.name] for c in found]
    )
    penalty = np.full(len(names), PENALTY)
    penalty[column["always"]] = 1e-6
    beta = np.zeros(len(names))
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ beta))
        gradient = rows.T @ (weight * (right - p)) - penalty * beta
        hessian = (rows * (weight * p * (1 - p))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return {name: round(float(beta[column[name]]), 2) for name in names}


HEADER = """\
# Weights of the logistic regression that tells how probably a mention's span and class are right.
# Origin: fitted by training/calibrate.py on {counts} mentions of {corpora}
# (development data; the corpora that taught the pipeline are read with pipelines that have not
# seen the document). Licence: Apache-2.0 (figures; no text of the corpora is in them).
# Features: src/kg_builder/mentions/confidence.py. [both] is for rules with a pipeline, [patterns]
# for rules alone.
"""


def write(tables: dict[str, dict[str, float]], header: str, target: Path) -> None:
    """The data file."""
    out = header
    for name, weights in tables.items():
        out += f"\n[{name}]\n"
        out += "".join(f'"{k}" = {v:.2f}\n' for k, v in sorted(weights.items()) if v)
    target.write_text(out, encoding="utf-8")


def main() -> None:
    """Read the arguments, read the texts, fit, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--folds", type=Path, default=ROOT / "build/folds", help="kept pipelines")
    parser.add_argument("--scale", type=float, default=0.25, help="share of the training's words")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    words = WordLists()
    corpora = read_all(options.data, words)
    paths = sorted((options.data / "gum/dep").glob("GUM_*.conllu"))
    genres = [g for path in paths if (g := path.stem.split("_")[1]) in GUM_GENRES]
    halves = folds(corpora, words, options.folds, options.scale)
    texts = [
        as_text(corpus, number, doc)
        for corpus in TAUGHT
        for number, doc in enumerate(documents(corpora[corpus]))
        if corpus != "gum" or genres[number] in LIKE_NEWS
    ]
    held = list(meantime(options.data))
    both = list(cases(held, models.load(models.DEFAULT)))
    for fold in (0, 1):
        both += cases([t for t in texts if t.fold == fold], SpacyNames(halves[fold]))
    alone = list(cases([*held, *texts], None))
    for corpus in ("meantime", *TAUGHT):
        for title, some in (("both", both), ("patterns", alone)):
            own = [case for case in some if case.corpus == corpus]
            share = sum(case.right for case in own) / max(1, len(own))
            print(f"{corpus:10} {title:9} {len(own):5} mentions, {share:.3f} right")
    header = HEADER.format(counts=len(both), corpora="MEANTIME, Wikigold, Universal NER EWT, GUM")
    write({"both": fit(both), "patterns": fit(alone)}, header, options.out)
    print(f"written to {options.out.name}")


if __name__ == "__main__":
    main()
