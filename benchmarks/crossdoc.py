"""Prints how well entities are put together over the articles of MEANTIME's two topics.

    python benchmarks/crossdoc.py [--shared ../shared] [--errors]

The texts are made from MEANTIME's tokens (CC BY 4.0), analysed and resolved as a build does it.
A mention counts where a gold name of a person, organisation or place has exactly its span, after
articles, titles and a closing 's are taken off both. B³ is over these mentions; "same string"
takes equal spans of text as one entity, for the same mentions. Both are also given over all gold
names, where a name that was not found stands alone. Documents are split by a hash of their ids:
errors are printed of the working half alone. The same files give the same figures.
"""

from __future__ import annotations

import argparse
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.halves import half  # noqa: E402
from tests.quality.scoring import b_cubed, trim  # noqa: E402

from kg_builder.config import load_settings  # noqa: E402
from kg_builder.model import Hints, Resolution  # noqa: E402
from kg_builder.pipeline import Analyser, Analysis, resolve_analyses  # noqa: E402

TOPICS: Final = ("corpus_airbus", "corpus_apple")
CLASSES: Final = {"PER": "Person", "ORG": "Organization", "LOC": "Place"}
_CLOSE: Final = frozenset(". , ; : ! ? ) ] } % 's 're 've 'll 'd 'm n't ’s".split())
_OPEN: Final = frozenset("( [ { $ # US$ £ €".split())


@dataclass(frozen=True, slots=True)
class Gold:
    """One gold name: its trimmed span, its class and its instance over the corpus."""

    start: int
    end: int
    kind: str
    instance: str


@dataclass(frozen=True, slots=True)
class Text:
    """One document of the corpus."""

    id: str
    topic: str
    text: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One gold name with what was said of it; `found` is None where it was not found."""

    half: str
    topic: str
    document: str
    words: str
    gold: Gold
    found: str | None


# -- the corpus ----------------------------------------------------------------------------


def read(path: Path, topic: str) -> Text:
    """One annotated file: headline, then the other sentences, then the gold names."""
    root = ET.parse(path).getroot()
    text, spans = _join(root.iter("token"))
    instances = _instances(root)
    gold: dict[tuple[int, int], Gold] = {}
    for mention in root.iter("ENTITY_MENTION"):
        found = instances.get(mention.get("m_id") or "")
        if found is None or mention.get("syntactic_type") not in ("NAM", "PRE.NAM"):
            continue
        kind, instance = found
        ids = [anchor.get("t_id") or "" for anchor in mention.iter("token_anchor")]
        start = min(spans[i][0] for i in ids)
        end = max(spans[i][1] for i in ids)
        start, end = trim(text, start, end, kind == "Person")
        if start < end:
            gold[start, end] = Gold(start, end, kind, instance)
    return Text(root.get("doc_id") or path.stem, topic, text, tuple(gold[k] for k in sorted(gold)))


def _join(tokens: Iterable[ET.Element]) -> tuple[str, dict[str, tuple[int, int]]]:
    """The text as a reader sees it, and each token's span by its id.

    The headline and the date line are paragraphs; where the others end is not in the corpus, so
    the body is one.
    """
    text, spans = "", {}
    last, sentence, quotes = "", "0", 0
    for token in tokens:
        word = token.text or ""
        here = token.get("sentence") or "0"
        if here != sentence:
            text += "\n\n" if sentence in ("0", "1") else " "
            sentence, last, quotes = here, "", 0
        elif word == '"':
            quotes += 1
            text += " " if quotes % 2 and last not in _OPEN else ""
        elif not _glued(last, word, quotes):
            text += " "
        spans[token.get("t_id") or ""] = (len(text), len(text) + len(word))
        text += word
        last = word
    return text, spans


def _glued(last: str, word: str, quotes: int) -> bool:
    if not last or word in _CLOSE or last in _OPEN:
        return True
    return last == '"' and quotes % 2 == 1


def _instances(root: ET.Element) -> dict[str, tuple[str, str]]:
    """(class, instance) by mention, of people, organisations and places."""
    entities = {
        e.get("m_id"): (CLASSES[e.get("ent_type") or ""], e.get("instance_id") or "")
        for e in root.iter("ENTITY")
        if e.get("ent_type") in CLASSES and e.get("instance_id")
    }
    found = {}
    for relation in root.iter("REFERS_TO"):
        target = relation.find("target")
        entity = entities.get(target.get("m_id")) if target is not None else None
        if entity is not None:
            found.update({source.get("m_id") or "": entity for source in relation.iter("source")})
    return found


# -- scores --------------------------------------------------------------------------------


def compare(text: Text, analyses: Sequence[Analysis], resolution: Resolution) -> list[Row]:
    """A row for each gold name of a document."""
    said: dict[tuple[int, int], str] = {}
    for analysis in analyses:
        for item in analysis.articles:
            keys = resolution.entity_of[item.article.key]
            for m in item.mentions:
                span = trim(analysis.document.text, m.span.start, m.span.end, m.kind == "Person")
                said[span] = keys[m.entity]
    return [
        Row(half(text.id), text.topic, text.id, text.text[g.start : g.end], g,
            said.get((g.start, g.end)))
        for g in text.gold
    ]  # fmt: skip


def clusters(rows: Iterable[Row], how: str) -> list[tuple[Hashable, Hashable]]:
    """(gold, found) of each row: of the matched ones, of all, or by equal strings."""
    pairs: list[tuple[Hashable, Hashable]] = []
    for row in rows:
        if row.found is None and "all" not in how:
            continue
        gold = row.gold.instance
        if row.found is None:
            pairs.append((gold, (row.document, row.gold.start)))
        else:
            pairs.append((gold, re.sub(r"\s+", " ", row.words) if "string" in how else row.found))
    return pairs


def print_scores(name: str, rows: Sequence[Row]) -> None:
    matched = sum(row.found is not None for row in rows)
    print(f"{name:22} gold names {len(rows):4}, matched {matched:4}", end="")
    for title, how in (
        ("resolved", "matched"),
        ("same string", "matched string"),
        ("resolved, all", "all"),
        ("same string, all", "all string"),
    ):
        p, r, f = b_cubed(clusters(rows, how))
        print(f"   {title}: P {p:.3f} R {r:.3f} F1 {f:.3f}", end="")
    print()


def print_errors(rows: Sequence[Row]) -> None:
    """Gold instances that came apart, and entities that hold several instances."""
    for title, one, other in (("split", 0, 1), ("joined", 1, 0)):
        groups: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for row in rows:
            if row.found is not None:
                pair = (f"{row.gold.kind} {row.gold.instance}", row.found)
                groups[pair[one]][pair[other]][row.words] += 1
        for key, members in sorted(groups.items()):
            if len(members) > 1:
                shown = "; ".join(f"{m}: {dict(c)}" for m, c in sorted(members.items()))
                print(f"    {title}: {key} = {shown}")
    lost = Counter(f"{row.gold.kind} {row.words}" for row in rows if row.found is None)
    print("    not found:", ", ".join(f"{w} {n}" for w, n in sorted(lost.items())))


def measure(folder: Path) -> list[Row]:
    """All rows of the two topics in MEANTIME's folder, analysed and resolved together."""
    settings = load_settings()
    analyser = Analyser(settings)
    texts = [read(path, topic) for topic in TOPICS for path in sorted((folder / topic).iterdir())]
    found = {t.id: analyser.analyse(f"{t.id}.txt", t.text.encode(), Hints()) for t in texts}
    resolution = resolve_analyses([a for t in texts for a in found[t.id]], settings)
    return [row for t in texts for row in compare(t, found[t.id], resolution)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--errors", action="store_true", help="print errors of the working half")
    options = parser.parse_args()
    folder = options.shared / "train" / "meantime"
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; --shared names the folder of the development data")
    rows = measure(folder)
    for topic in TOPICS:
        print_scores(topic, [row for row in rows if row.topic == topic])
    for part in ("work", "report"):
        print_scores(f"both, {part} half", [row for row in rows if row.half == part])
    print_scores("both", rows)
    if options.errors:
        print_errors([row for row in rows if row.half == "work"])


if __name__ == "__main__":
    main()
