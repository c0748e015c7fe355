"""Sentences with name spans in, a trained `ner` component out; missing labels are filled."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed
from thinc.api import Adam, warmup_linear

import augment
from augment import Pools
from corpora import DATE_WORDS, LABELS, Sentence, spell
from rows import Row
from words import WordLists


@dataclass(frozen=True, slots=True)
class NetSettings:
    """The size of the network."""

    width: int = 96
    depth: int = 4
    rows: tuple[int, int, int, int] = (5000, 400, 2500, 800)
    hidden: int = 64


@dataclass(frozen=True, slots=True)
class RunSettings:
    """One run of training: its length in words and everything that makes it repeatable."""

    words: int
    seed: int = 1
    rate: float = 1e-3
    dropout: float = 0.15
    batch: tuple[int, int] = (300, 1600)
    lowercased: float = 0.02
    headlines: float = 0.02
    renamed: float = 0.0
    broken: float = 0.15
    longest: int = 8  # sentences of a training document, at most
    average: bool = True


def tok2vec_config(net: NetSettings) -> dict[str, object]:
    """The embedding and encoding layers, the static vectors holding the word features."""
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": net.width,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": list(net.rows),
            "include_static_vectors": True,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": net.width,
            "depth": net.depth,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }


def ner_config(net: NetSettings) -> dict[str, object]:
    """The settings of the `ner` component with layers of its own."""
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": net.hidden,
            "maxout_pieces": 2,
            "use_upper": True,
            "tok2vec": tok2vec_config(net),
        }
    }


def tokenise(nlp: Language, sentence: Sentence) -> Row:
    """The sentence in spaCy's tokens; a span that cuts a token takes the whole of it."""
    doc = nlp.make_doc(sentence.text)
    tags: list[str | None] = ["O"] * len(doc)
    for start, end in sentence.unknown:
        span = doc.char_span(start, end, alignment_mode="expand")
        for token in span or ():
            tags[token.i] = None
    taken: set[int] = set()
    for start, end, label in sentence.spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is None or not len(span) or taken & set(range(span.start, span.end)):
            continue
        for i in range(span.start, span.end):
            taken.add(i)
            tags[i] = ("B-" if i == span.start else "I-") + label
    words = [t.text for t in doc]
    return Row(sentence.corpus, words, [bool(t.whitespace_) for t in doc], tags)


def _tag_strings(tags: Sequence[str | None]) -> list[str | None]:
    """Tags that spaCy takes: an I- after an unknown token cannot stand."""
    fixed: list[str | None] = []
    for given in tags:
        tag, before = given, fixed[-1] if fixed else "O"
        if tag and tag[0] == "I" and (before is None or before == "O" or before[2:] != tag[2:]):
            tag = "B" + tag[1:]
        fixed.append(tag)
    return fixed


def document(nlp: Language, rows: Sequence[Row]) -> Example:
    """A training example of some sentences."""
    words = [w for row in rows for w in row.words]
    spaces = [s for row in rows for s in [*row.spaces[:-1], not row.words[-1].isspace()]]
    tags = _tag_strings([t for row in rows for t in row.tags])
    reference = Doc(nlp.vocab, words=words, spaces=spaces, ents=tags)
    return Example(Doc(nlp.vocab, words=words, spaces=spaces), reference)


def stream(
    nlp: Language,
    corpora: Sequence[tuple[list[Row], float]],
    run: RunSettings,
    pools: Pools | None = None,
) -> Iterator[Example]:
    """Examples without end: each pass takes a corpus as often as its weight says, in new groups."""
    rng = random.Random(run.seed)
    while True:
        groups: list[list[Row]] = []
        for rows, weight in corpora:
            passes, share = int(weight), weight - int(weight)
            for _ in range(passes):
                groups += _groups(rows, run.longest, rng)
            if share:
                part = [g for g in _groups(rows, run.longest, rng) if rng.random() < share]
                groups += part
        rng.shuffle(groups)
        for group in groups:
            yield document(nlp, _changed(group, run, pools, rng))


def _changed(
    rows: list[Row], run: RunSettings, pools: Pools | None, rng: random.Random
) -> list[Row]:
    if pools and rng.random() < run.renamed:
        rows = augment.rename(rows, pools, rng)
    if rng.random() < 0.3:
        rows = [augment.british(row) for row in rows]
    if rng.random() < run.broken:
        rows = augment.broken(rows, rng)
    if rng.random() < run.lowercased:
        return [augment.lower(row) for row in rows]
    if rng.random() < run.headlines:
        return [augment.headline(row) for row in rows]
    return rows


def _groups(rows: list[Row], longest: int, rng: random.Random) -> list[list[Row]]:
    groups, i = [], 0
    while i < len(rows):
        size = rng.randint(1, longest)
        groups.append(rows[i : i + size])
        i += size
    return groups


def train_ner(
    nlp: Language,
    corpora: Sequence[tuple[list[Row], float]],
    net: NetSettings,
    run: RunSettings,
    pools: Pools | None = None,
) -> Language:
    """A pipeline with `ner` alone, trained for `run.words` words, on the vocabulary of `nlp`."""
    fix_random_seed(run.seed)
    trained = type(nlp)(vocab=nlp.vocab)
    ner = trained.add_pipe("ner", config=ner_config(net))
    for label in LABELS:
        ner.add_label(label)  # type: ignore[attr-defined]
    examples = stream(trained, corpora, run, pools)
    sample = [next(examples) for _ in range(100)]
    trained.initialize(lambda: sample)
    fit(trained, examples, run)
    return trained


def fit(nlp: Language, examples: Iterator[Example], run: RunSettings) -> None:
    """Train the components of `nlp` on `run.words` words; the averaged weights stay in place."""
    steps, seen = 0, 0
    while seen < run.words:
        seen += int(_batch_size(run, seen))
        steps += 1
    rate = warmup_linear(run.rate, min(200, steps // 10), int(steps * 1.02) + 1)
    optimizer = Adam(
        rate, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=run.average
    )
    seen, step, began = 0, 0, time.time()
    losses: dict[str, float] = {}
    while seen < run.words:
        batch: list[Example] = []
        count, wanted = 0, _batch_size(run, seen)
        while count < wanted:
            example = next(examples)
            batch.append(example)
            count += len(example.predicted)
        nlp.update(batch, sgd=optimizer, drop=run.dropout, losses=losses)
        optimizer.step_schedules()
        seen += count
        step += 1
        if step % 200 == 0:
            told = " ".join(f"{k} {v / 200:.1f}" for k, v in losses.items())
            speed = seen / (time.time() - began)
            print(
                f"  step {step}/{steps}, {seen:,} words, {speed:,.0f} a second, loss {told}",
                flush=True,
            )
            losses = {}
    if run.average:
        with nlp.use_params(optimizer.averages):
            copies = {name: pipe.model.to_bytes() for name, pipe in nlp.pipeline}  # type: ignore[attr-defined]
        for name, pipe in nlp.pipeline:
            pipe.model.from_bytes(copies[name])  # type: ignore[attr-defined]


def _batch_size(run: RunSettings, seen: int) -> float:
    """Batches grow with the run, from the first size to the second at half of it."""
    low, high = run.batch
    return low + (high - low) * min(1.0, 2 * seen / run.words)


def predict(nlp: Language, rows: Sequence[Row]) -> list[list[str]]:
    """The tags of rows by a trained pipeline, eight sentences at a time."""
    found: list[list[str]] = []
    groups = [rows[i : i + 8] for i in range(0, len(rows), 8)]
    docs = (document(nlp, group).predicted for group in groups)
    ner = nlp.get_pipe("ner")
    for group, doc in zip(groups, ner.pipe(docs, batch_size=64), strict=True):  # type: ignore[attr-defined]
        tags = [f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in doc]
        at = 0
        for row in group:
            found.append(list(_tag_strings(tags[at : at + len(row.words)])))  # type: ignore[arg-type]
            at += len(row.words)
    return found


def silver(blank: Language, teacher: Language, sentences: Sequence[Sentence]) -> list[Row]:
    """Treebank sentences with a teacher's names, held against the treebank's proper nouns.

    A name without a proper noun is dropped (nationalities may be adjectives), and a proper noun
    outside every name is unknown.
    """
    rows = [tokenise(blank, sentence) for sentence in sentences]
    for sentence, row, guessed in zip(sentences, rows, predict(teacher, rows), strict=True):
        _, at = spell(sentence.tokens)
        proper = {
            i
            for token, (start, end) in zip(sentence.tokens, at, strict=True)
            if token.upos == "PROPN"
            for i in range(start, end)
        }
        tags: list[str | None] = list(guessed)
        offsets, position = [], 0
        for word, space in zip(row.words, row.spaces, strict=True):
            offsets.append((position, position + len(word)))
            position += len(word) + space
        named = [any(i in proper for i in range(*o)) for o in offsets]
        for start, end, label in augment.spans(guessed):
            if label != "NORP" and not any(named[start:end]):
                tags[start:end] = ["O"] * (end - start)
        for i, word in enumerate(row.words):
            if named[i] and tags[i] == "O" and word not in DATE_WORDS:
                tags[i] = None
        row.tags = tags
    return rows


def fill(
    rows: Sequence[Row], lacks: frozenset[str], tags: Sequence[list[str]], words: WordLists
) -> None:
    """Put a teacher's spans of the labels a corpus lacks where the corpus says nothing."""
    for row, guessed in zip(rows, tags, strict=True):
        for i, word in enumerate(row.words):
            if "NORP" in lacks and row.tags[i] in {"O", None} and words.is_people(word):
                row.tags[i] = "B-NORP"
        i = 0
        while i < len(guessed):
            end = i + 1
            if guessed[i].startswith("B-"):
                while end < len(guessed) and guessed[end] == "I-" + guessed[i][2:]:
                    end += 1
                free = all(row.tags[k] in {"O", None} for k in range(i, end))
                if guessed[i][2:] in lacks and free:
                    row.tags[i:end] = guessed[i:end]
            i = end
