"""Corpus folders in, sentences out: text, name spans by character, and syntax where there is any.

Every reader gives sentences in the order of the texts, detokenised, with the one set of labels
PERSON, ORG, LOC, NORP (nationalities, peoples, faiths, parties' followers) and MISC (other names).
`Sentence.lacks` tells the labels that its corpus does not annotate: nothing is known of them there.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from words import WordLists

LABELS = ("LOC", "MISC", "NORP", "ORG", "PERSON")

# Words of a person's title that some corpora count as part of the name.
TITLES = frozenset(
    """president mr mrs ms dr prime minister vice general senator secretary king queen pope
    chancellor mayor ayatollah governor colonel lieutenant major captain admiral sheikh justice
    judge ambassador congressman congresswoman representative sen gen gov rep lt col maj capt prof
    professor archbishop cardinal bishop reverend rev prince princess sir lord speaker chairman
    commander premier emperor brigadier sergeant sgt brig adm former chief foreign deputy defense
    defence interior presidential assistant spokesman spokeswoman envoy lawyer pontiff crown first
    lady""".split()
)
DATE_WORDS = frozenset(
    """January February March April May June July August September October November December
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday""".split()
)
OPEN, CLOSE = frozenset("([{“‘$£€#"), frozenset(",.:;!?)]}%”’")
SMALL = frozenset(("of", "the", "and", "for", "&", "-", "'s", "’s", "de", "al", "bin", "von", "/"))


@dataclass(slots=True)
class Token:
    """One token of a corpus: its form, whether a blank follows, its tag, and its syntax."""

    form: str
    space: bool = True
    lemma: str = ""
    upos: str = ""
    xpos: str = ""
    feats: str = ""
    head: int = -1  # index in the sentence; its own index for the root
    dep: str = ""
    misc: str = ""


@dataclass(slots=True)
class Sentence:
    """One sentence; `spans` and `unknown` are (start, end[, label]) in characters of `text`."""

    corpus: str
    text: str
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    lacks: frozenset[str] = frozenset()
    unknown: list[tuple[int, int]] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    starts_document: bool = False


def join(forms: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The plain text of tokens without spacing, and the character offsets of each token."""
    text, at, quoted, glue_next = "", [], False, True
    for form in forms:
        glue = (
            glue_next
            or form in CLOSE
            or form in {"'s", "n't", "'", "'re", "'ve", "'ll", "'d", "'m"}
        )
        glue_next = form in OPEN
        if form in {'"', "``", "''"}:
            quoted = not quoted if form == '"' else form == "``"
            glue, glue_next = (glue_next or not text) if quoted else True, quoted
        if not glue:
            text += " "
        written = '"' if form in {"``", "''"} else form
        at.append((len(text), len(text) + len(written)))
        text += written
    return text, at


def spell(tokens: Sequence[Token]) -> tuple[str, list[tuple[int, int]]]:
    """The text of tokens whose spacing is known, and the character offsets of each."""
    text, at = "", []
    for token in tokens:
        at.append((len(text), len(text) + len(token.form)))
        text += token.form + (" " if token.space else "")
    return text.rstrip(), at


def chunks(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, label) in tokens of a sequence in IOB or IOB2."""
    start, label = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        if label and (kind in {"B", "O"} or name != label):
            yield start, i, label
            label = ""
        if kind in {"B", "I"} and not label:
            start, label = i, name


def without_title(forms: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """A person's span in tokens without the words of a title before it."""
    while end - start > 1 and forms[start].rstrip(".").lower() in TITLES:
        start += 1
    return start, end


def gmb(path: Path, words: WordLists) -> Iterator[Sentence]:
    """Groningen Meaning Bank: a table of tokens with machine-made labels."""
    rows: list[list[str]] = []
    with gzip.open(path, "rt", encoding="cp1252", errors="replace", newline="") as file:
        for row in csv.reader(file):
            if row[0].startswith("Sentence:") and rows:
                yield _gmb_sentence(rows, words)
                rows = []
            if not row[0].startswith("Sentence #"):
                rows.append(row)
    if rows:
        yield _gmb_sentence(rows, words)


def _gmb_label(kind: str, rows: list[list[str]], words: WordLists) -> str:
    """Our label of a GMB span; what lists know for certain overrules the machine's label."""
    phrase = " ".join(row[1] for row in rows)
    if phrase in words.countries and phrase not in words.given:
        return "LOC"
    if words.is_people(phrase):
        return "NORP"
    if phrase in words.organisations and not words.is_place(phrase):
        return "ORG"
    if kind == "gpe":
        # countries acting are "gpe" as their adjectives are; the tagger told them apart
        return "LOC" if all(row[2].startswith("NNP") for row in rows) else "NORP"
    return {"geo": "LOC", "org": "ORG", "per": "PERSON"}.get(kind, "MISC")


def _hyphenated(form: str, start: int, label: str, words: WordLists) -> list[tuple[int, int, str]]:
    """The spans of one token with hyphens: "Iran-Iraq" names two, "Iraqi-led" only its first."""
    parts = form.split("-")
    known = ["NORP" if words.is_people(p) else "LOC" if words.is_place(p) else "" for p in parts]
    if not any(known) or (all(p[:1].isupper() for p in parts) and not all(known)):
        return [(start, start + len(form), label)]
    spans = []
    for part, kind in zip(parts, known, strict=True):
        if kind:
            spans.append((start, start + len(part), kind))
        start += len(part) + 1
    return spans


def _gmb_sentence(rows: list[list[str]], words: WordLists) -> Sentence:
    forms = [row[1] or "?" for row in rows]
    text, at = join(forms)
    spans: list[tuple[int, int, str]] = []
    covered: set[int] = set()
    for start, end, kind in chunks([row[3] for row in rows]):
        covered.update(range(start, end))
        if kind == "tim":
            continue
        first, last = start, end
        while last - first > 1 and forms[first].islower() and not forms[first].startswith("al"):
            first += 1  # "southern Iraq" names Iraq
        if not any(c.isupper() for form in forms[first:last] for c in form):
            continue
        label = _gmb_label(kind, rows[first:last], words)
        if label == "PERSON":
            first, last = without_title(forms, first, last)
            if forms[first].rstrip(".").lower() in TITLES:
                continue
        if last - first == 1 and "-" in forms[first]:
            spans += _hyphenated(forms[first], at[first][0], label, words)
        else:
            spans.append((at[first][0], at[last - 1][1], label))
    unknown = []
    for i, row in enumerate(rows):
        if i in covered or forms[i].rstrip(".").lower() in TITLES or forms[i] in DATE_WORDS:
            continue
        if words.is_people(forms[i]):
            spans.append((*at[i], "NORP"))
        elif row[2].startswith("NNP"):
            unknown.append(at[i])  # the machine passed over it, which says little
    return Sentence("gmb", text, sorted(spans), unknown=unknown)


def iob_file(
    path: Path, corpus: str, columns: tuple[int, int]
) -> Iterator[tuple[list[str], list[str], str, bool]]:
    """Forms, tags, the text if the file tells it, and whether a document starts, by sentence."""
    forms: list[str] = []
    tags: list[str] = []
    text, starts = "", True
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("# text = "):
            text = line[9:]
        elif line.startswith(("# newdoc", "-DOCSTART-")):
            starts = True
        elif not line.strip():
            if forms:
                yield forms, tags, text, starts
                forms, tags, text, starts = [], [], "", False
        elif not line.startswith("#"):
            cells = line.split("\t") if "\t" in line else line.split()
            if "-" not in cells[0] or corpus == "wikigold":
                forms.append(cells[columns[0]])
                tags.append(cells[columns[1]])
    return


def locate(forms: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """The character offsets of tokens in the text they come from; None if they do not fit."""
    at, position = [], 0
    for form in forms:
        found = text.find(form, position)
        if found < 0 or found - position > 3:
            return None
        at.append((found, found + len(form)))
        position = found + len(form)
    return at


def uner(path: Path) -> Iterator[Sentence]:
    """Universal NER: PER, ORG, LOC by hand; nationalities and other names are not annotated."""
    for forms, tags, told, starts in iob_file(path, "uner", (1, 2)):
        at = locate(forms, told) if told else None
        text = told
        if at is None:
            text, at = join(forms)
        spans = []
        for start, end, label in chunks(tags):
            name = {"PER": "PERSON", "ORG": "ORG", "LOC": "LOC"}.get(label, "MISC")
            first, last = without_title(forms, start, end) if name == "PERSON" else (start, end)
            spans.append((at[first][0], at[last - 1][1], name))
        yield Sentence("uner", text, spans, frozenset(("NORP", "MISC")), starts_document=starts)


def wikigold(path: Path, words: WordLists) -> Iterator[Sentence]:
    """Wikigold: PER, ORG, LOC and MISC by hand; MISC holds nationalities too."""
    for forms, tags, _, starts in iob_file(path, "wikigold", (0, 1)):
        text, at = join(forms)
        spans = []
        for start, end, label in chunks(tags):
            name = {"PER": "PERSON"}.get(label, label)
            if name == "MISC" and words.is_people(" ".join(forms[start:end])):
                name = "NORP"
            first, last = without_title(forms, start, end) if name == "PERSON" else (start, end)
            spans.append((at[first][0], at[last - 1][1], name))
        yield Sentence("wikigold", text, spans, starts_document=starts)


def conllu(lines: Iterable[str]) -> Iterator[tuple[list[Token], bool]]:
    """Tokens with syntax by sentence of a CoNLL-U file, and whether a document starts."""
    tokens: list[Token] = []
    heads: list[int] = []
    starts, joined_until, joined = True, 0, ""
    for raw in [*lines, ""]:
        line = raw.rstrip("\n")
        if line.startswith("# newdoc"):
            starts = True
        elif line.startswith("#"):
            continue
        elif not line:
            if tokens and sum(head == 0 for head in heads) == 1:
                for i, (token, head) in enumerate(zip(tokens, heads, strict=True)):
                    token.head = head - 1 if head else i
                yield tokens, starts
                starts = False
            tokens, heads, joined_until = [], [], 0
        else:
            cells = line.split("\t")
            if "." in cells[0]:
                continue
            space = "SpaceAfter=No" not in cells[9]
            if "-" in cells[0]:
                joined_until, joined = int(cells[0].split("-")[1]), " " if space else ""
                continue
            number = int(cells[0])
            if number < joined_until:
                space = False
            elif number == joined_until:
                space = bool(joined)
            heads.append(int(cells[6]) if cells[6].isdigit() else 0)
            feats = "" if cells[5] == "_" else cells[5]
            tokens.append(
                Token(cells[1], space, cells[2], cells[3], cells[4], feats, -1, cells[7], cells[9])
            )


def ud(path: Path) -> Iterator[Sentence]:
    """Universal Dependencies English EWT: syntax by hand, no names."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for tokens, starts in conllu(file):
            text, _ = spell(tokens)
            lacks = frozenset(LABELS)
            yield Sentence("ewt", text, [], lacks, tokens=tokens, starts_document=starts)


# GUM's other genres have texts for non-commercial use only
GUM_GENRES = ("academic", "court", "interview", "news")
GUM_LABELS = {"person": "PERSON", "organization": "ORG", "place": "LOC"}


def gum(path: Path, words: WordLists) -> Iterator[Sentence]:
    """GUM: syntax and mentions by hand; a mention whose head is a proper noun holds a name."""
    with path.open(encoding="utf-8") as file:
        open_mentions: dict[str, list[tuple[int, str]]] = {}
        for tokens, starts in conllu(file):
            if starts:
                open_mentions = {}
            text, at = spell(tokens)
            mentions = list(_gum_mentions(tokens, open_mentions))
            spans = _gum_names(tokens, mentions, words)
            covered = {i for start, end, _ in spans for i in range(start, end)}
            unknown = [
                at[i]
                for i, t in enumerate(tokens)
                if t.xpos.startswith("NNP") and i not in covered and t.form not in DATE_WORDS
            ]
            named = [(at[s][0], at[e - 1][1], label) for s, e, label in spans]
            yield Sentence("gum", text, named, frozenset(("NORP",)), unknown, tokens, starts)


def _gum_mentions(
    tokens: Sequence[Token], opened: dict[str, list[tuple[int, str]]]
) -> Iterator[tuple[int, int, str]]:
    """(start, end, type) of the mentions that end in this sentence."""
    for entries in opened.values():
        entries.clear()
    for i, token in enumerate(tokens):
        found = re.search(r"Entity=([^|]*)", token.misc)
        if not found:
            continue
        for mark in re.findall(r"\([^()]*\)?|[^()]*\)", found.group(1)):
            parts = mark.strip("()").split("-")
            name = parts[0]
            if mark.startswith("("):
                opened.setdefault(name, []).append((i, parts[1] if len(parts) > 1 else ""))
            if mark.endswith(")") and opened.get(name):
                start, kind = opened[name].pop()
                yield start, i + 1, kind


def _gum_names(
    tokens: Sequence[Token], mentions: Sequence[tuple[int, int, str]], words: WordLists
) -> list[tuple[int, int, str]]:
    """The names among mentions, in tokens, the longest of those that overlap."""
    found = []
    for start, end, kind in mentions:
        heads = [
            i for i in range(start, end) if not start <= tokens[i].head < end or tokens[i].head == i
        ]
        if not heads or not tokens[heads[0]].xpos.startswith("NNP") or kind == "time":
            continue
        first, last = _name_around(tokens, heads[0], start, end)
        label = GUM_LABELS.get(kind, "MISC")
        forms = [t.form for t in tokens]
        if label == "PERSON":
            first, last = without_title(forms, first, last)
        phrase = " ".join(forms[first:last])
        if not phrase[0].isupper() or (label == "PERSON" and phrase.rstrip(".").lower() in TITLES):
            continue
        if words.is_people(phrase):
            label = "NORP"
        elif label == "ORG" and words.is_place(phrase):
            label = "LOC"
        found.append((first, last, label))
    kept: list[tuple[int, int, str]] = []
    for first, last, label in sorted(found, key=lambda x: (x[0] - x[1], x[0], x[2])):
        if not any(first < e and s < last for s, e, _ in kept):
            kept.append((first, last, label))
    return sorted(kept)


def _name_around(tokens: Sequence[Token], head: int, start: int, end: int) -> tuple[int, int]:
    """The run of name words around `head` within a mention, from its determiner to its clause."""

    def joins(i: int) -> bool:
        token = tokens[i]
        if token.dep == "conj" and token.head == head:
            return False
        return (
            token.xpos.startswith("NNP")
            or token.form.lower() in SMALL
            or token.xpos == "HYPH"
            or (token.form[:1].isupper() and token.xpos[:2] in {"JJ", "NN", "VB"})
        )

    first, last = head, head + 1
    while first > start and joins(first - 1):
        first -= 1
    while (
        last < end
        and joins(last)
        and not (
            tokens[last].form.lower() in {"and", "&"}
            and any(t.dep == "conj" and t.head == head for t in tokens[last:end])
        )
    ):
        last += 1
    while first < head and not tokens[first].form[:1].isupper():
        first += 1
    while last > head + 1 and not tokens[last - 1].xpos.startswith(("NNP", "CD")):
        last -= 1
    while first < head and tokens[first].xpos == "DT":
        first += 1
    return first, last


def read_all(data: Path, words: WordLists) -> dict[str, list[Sentence]]:
    """Every training corpus of the folder `data`, by name. Raises FileNotFoundError."""
    return {
        "gmb": list(gmb(data / "gmb-ner_dataset.csv.gz", words)),
        "wikigold": list(wikigold(data / "wikigold/data/wikigold.conll.txt", words)),
        "uner": [
            sentence
            for part in ("dev", "test")
            for sentence in uner(data / f"uner_ewt/en_ewt-ud-{part}.iob2")
        ],
        "gum": [
            sentence
            for path in sorted((data / "gum/dep").glob("GUM_*.conllu"))
            if path.stem.split("_")[1] in GUM_GENRES
            for sentence in gum(path, words)
        ],
        "ewt": list(ud(data / "ud_ewt/en_ewt-ud-train.rebuilt.conllu.gz")),
        "ewt_dev": list(ud(data / "ud_ewt/en_ewt-ud-dev.conllu.gz")),
        "ewt_test": list(ud(data / "ud_ewt/en_ewt-ud-test.conllu.gz")),
    }
