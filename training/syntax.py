"""Sentences with syntax in, trained tagger, morphologizer, parser and lemmatizer out.

The labels are Universal Dependencies'. The lemmatiser is by rule and table: WordNet's rules and
exceptions (spacy-lookups-data, MIT) and the forms of the treebanks that have one lemma only.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.lookups import Lookups, load_lookups
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed
from spacy.vocab import Vocab

from corpora import Sentence
from names import NetSettings, RunSettings, fit, tok2vec_config


def reference(vocab: Vocab, sentences: Sequence[Sentence]) -> Doc:
    """The gold document of some sentences, in the treebank's tokens."""
    columns: dict[str, list[object]] = defaultdict(list)
    base = 0
    for sentence in sentences:
        for i, token in enumerate(sentence.tokens):
            last = i == len(sentence.tokens) - 1
            columns["words"].append(token.form)
            columns["spaces"].append(True if last else token.space)
            columns["tags"].append(token.xpos)
            columns["pos"].append(token.upos)
            columns["morphs"].append(token.feats)
            columns["lemmas"].append(token.lemma)
            columns["heads"].append(base + token.head)
            columns["deps"].append("ROOT" if token.head == i else token.dep)
            columns["sent_starts"].append(i == 0)
        base += len(sentence.tokens)
    columns["spaces"][-1] = False
    return Doc(vocab, **columns)  # type: ignore[arg-type]


def usable(sentence: Sentence) -> bool:
    """Whether spaCy can hold the sentence: known tags, no blank inside a token, one root."""
    return all(
        t.form.strip() and " " not in t.form and t.upos not in {"_", ""} and t.dep != "_"
        for t in sentence.tokens
    )


def _listener(width: int) -> dict[str, object]:
    return {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "tok2vec"}


def stream(nlp: Language, sentences: Sequence[Sentence], run: RunSettings) -> Iterator[Example]:
    """Examples without end: mostly single sentences, some of up to `run.longest` in a row."""
    rng = random.Random(run.seed)
    while True:
        groups, i = [], 0
        while i < len(sentences):
            size = 1 if rng.random() < 0.7 else rng.randint(2, run.longest)
            group = sentences[i : i + size]
            i += size
            # a document of several sentences never crosses texts
            cut = next((k for k in range(1, len(group)) if group[k].starts_document), len(group))
            groups += [group[:cut], group[cut:]] if cut < len(group) else [group]
        rng.shuffle(groups)
        for group in groups:
            gold = reference(nlp.vocab, group)
            yield Example(nlp.make_doc(gold.text), gold)


def lemma_tables(sentences: Sequence[Sentence]) -> Lookups:
    """Rules, index and exceptions, with the treebanks' forms of a single lemma as exceptions."""
    lookups = load_lookups("en", ["lemma_rules", "lemma_index", "lemma_exc"])
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for token in sentence.tokens:
            seen[token.upos.lower(), token.form.lower()][token.lemma] += 1
    # a table's keys are hashes: ask for each part of speech by name
    table, listed = lookups.get_table("lemma_exc"), lookups.get_table("lemma_index")
    exceptions = {pos: dict(table.get(pos, {})) for pos in ("adj", "adv", "noun", "verb")}
    index = {pos: set(listed.get(pos, ())) for pos in ("adj", "adv", "noun", "verb")}
    rules = lookups.get_table("lemma_rules")
    uses: Counter[tuple[str, str]] = Counter()
    for (pos, _), lemmas in seen.items():
        uses.update({(pos, lemma): count for lemma, count in lemmas.items()})
    for (pos, form), lemmas in sorted(seen.items()):
        lemma, count = lemmas.most_common(1)[0]
        open_class = pos in {"noun", "verb", "adj"}
        sure = count >= 0.8 * sum(lemmas.values()) and (count >= 2 or not open_class)
        if not sure or pos in {"propn", "punct", "sym", "x", "num", "_"} or not form.isascii():
            continue
        exceptions.setdefault(pos, {})[form] = [lemma]
        # spaCy never lets an exception overrule a rule that gives the same lemma later: "hoping"
        # would be "hop"; the rarer lemma leaves the index
        for old, new in rules.get(pos, ()):
            other = form.removesuffix(old) + new
            rarer = other != lemma and uses[pos, other] < uses[pos, lemma]
            if rarer and form.endswith(old) and {other, lemma} <= index.get(pos, set()):
                index[pos].discard(other)
    for name, content in (
        ("lemma_exc", exceptions),
        ("lemma_index", {pos: sorted(lemmas) for pos, lemmas in index.items()}),
    ):
        lookups.remove_table(name)
        lookups.add_table(name, content)
    return lookups


def train_syntax(
    nlp: Language, sentences: Sequence[Sentence], net: NetSettings, run: RunSettings
) -> Language:
    """A pipeline of syntax that shares the vocabulary of `nlp`."""
    fix_random_seed(run.seed)
    good = [s for s in sentences if usable(s)]
    trained = type(nlp)(vocab=nlp.vocab)
    trained.add_pipe("tok2vec", config={"model": tok2vec_config(net)})
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": _listener(net.width)}
    trained.add_pipe("tagger", config={"model": tagger})
    trained.add_pipe("morphologizer", config={"model": tagger})
    parser = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": net.hidden,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": _listener(net.width),
    }
    trained.add_pipe("parser", config={"model": parser})
    sample = []
    for sentence in good:
        gold = reference(trained.vocab, [sentence])
        sample.append(Example(trained.make_doc(gold.text), gold))
    trained.initialize(lambda: sample)
    fit(trained, stream(trained, good, run), run)
    lemmatizer = trained.add_pipe("lemmatizer", config={"mode": "rule"})
    lemmatizer.initialize(lookups=lemma_tables(good))  # type: ignore[attr-defined]
    return trained
