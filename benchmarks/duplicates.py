"""Edited copies of articles and articles that only look alike in, precision and recall out.

    python benchmarks/duplicates.py SHARED [--half work|report] [--speed]

SHARED holds bench/linking/toponyms; without it the shipped samples are edited. Every edit is
made by a seeded generator, so two runs print the same.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import re
import time
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from kg_builder.articles.duplicates import Copy, Sketch, originals, sketch_of

MIN_WORDS = 60
Edit = Callable[[random.Random, list[str], list[list[str]]], list[str]]
"""Sentences of an article, and those of all articles, in; edited sentences out."""


def sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])", " ".join(text.split())) if s]


def byline(rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    name = rng.choice(["Jane Doe", "Al Roe", "Mina Park"])
    return [f"By {name}, Staff Writer.", *own, f"{name} can be reached at the newsroom."]


def cut(rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    return own[: max(round(len(own) * rng.uniform(0.5, 0.9)), 1)]


def insert(rng: random.Random, own: list[str], others: list[list[str]]) -> list[str]:
    at = rng.randrange(len(own) + 1)
    return [*own[:at], *rng.choice(others)[:2], *own[at:]]


def boilerplate(rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    return [
        *own,
        "Sign up for our newsletter and never miss a story.",
        (
            "Copyright 2021 The Associated Wire. All rights reserved. This material may not be "
            "published, broadcast, rewritten or redistributed without permission."
        ),
        rng.choice(["Read more: Ten photographs of the week.", "Support our journalism today."]),
    ]


def typos(rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    def mistype(word: str) -> str:
        if len(word) < 4 or rng.random() > 0.04:
            return word
        at = rng.randrange(len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return [" ".join(map(mistype, s.split())) for s in own]


def update(rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    def later(match: re.Match[str]) -> str:
        return str(int(match.group()) + rng.randrange(1, 9)) if rng.random() < 0.5 else match[0]

    told = [re.sub(r"\b\d{1,4}\b", later, s) for s in own]
    return ["The count was updated on Tuesday evening.", *told]


def reorder(rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    parts = [own[i : i + 3] for i in range(0, len(own), 3)]
    rng.shuffle(parts)
    return [s for part in parts for s in part]


def capitals(_rng: random.Random, own: list[str], _: list[list[str]]) -> list[str]:
    return [own[0].upper(), *own[1:]]


def all_of(rng: random.Random, own: list[str], others: list[list[str]]) -> list[str]:
    return boilerplate(rng, typos(rng, byline(rng, own, others), others), others)


COPIES: dict[str, Edit] = {
    "headline changed": lambda _r, own, _o: own,
    "byline added": byline,
    "cut at the end": cut,
    "sentences inserted": insert,
    "boilerplate appended": boilerplate,
    "typos": typos,
    "numbers updated": update,
    "paragraphs reordered": reorder,
    "first sentence in capitals": capitals,
    "byline, typos, boilerplate": all_of,
}


def agency(rng: random.Random, own: list[str], others: list[list[str]]) -> list[str]:
    """An article that is not in the corpus, with three tenths of its words from this one."""
    other = others[(others.index(own) + len(others) // 2) % len(others)]
    room = min(sum(len(s.split()) for s in other) * 3 / 7, sum(len(s.split()) for s in own) / 2)
    quoted: list[str] = []
    for sentence in own:
        if sum(len(s.split()) for s in quoted) + len(sentence.split()) > room:
            break
        quoted.append(sentence)
    at = rng.randrange(len(other) + 1)
    return [*other[:at], *quoted, *other[at:]]


def refilled(rng: random.Random, own: list[str], others: list[list[str]]) -> list[str]:
    """The same words with every name and number of another article in place of its own."""
    names = re.findall(r"(?<=[a-z,] )[A-Z][a-z]+|\d+", " ".join(rng.choice(others)))
    names = names if len(set(names)) > 10 else ["Ann", "Norland", "Westmark", "17", "23", "41"]
    mine: dict[str, str] = {}

    def fill(match: re.Match[str]) -> str:
        return mine.setdefault(match.group(), rng.choice(names))

    return [re.sub(r"(?<=[a-z,] )[A-Z][a-z]+|\d+", fill, s) for s in own]


OTHERS: dict[str, Edit] = {"three tenths of another": agency, "form filled anew": refilled}

FORMS = (
    (
        "Shares in {0} rose {1} percent on {2} to close at {3}, as investors welcomed results from "
        "{4}. The index gained {5} points. Analysts at {6} said that the company had done better "
        "than they expected, with revenue of {7} million. Volume was {8} shares, over the average "
        "of {9}. The stock has gained {10} percent since the beginning of the year. The company is "
        "expected to publish its next results in {11}. It employs {12} people, most in {13}."
    ),
    (
        "A man was arrested on {0} night in {1} after police officers found {2} grams of drugs in "
        "his car, the sheriff said. {3} {4}, {5}, of {6} was stopped on {7} Road as one light of "
        "his car was broken. He was taken to the county jail and is held in lieu of {8} dollars. "
        "He will appear before Judge {9} on {10}. Anyone with information is asked to call the "
        "office of the sheriff at {11}. The investigation goes on, a spokesman said on {12}."
    ),
    (
        "The health ministry of {0} reported {1} new cases and {2} deaths on {3}, which brings the "
        "totals to {4} and {5} since the outbreak began. In the capital {6} there were {7} cases, "
        "in {8} there were {9}. Hospitals treat {10} people, {11} of them in intensive care. "
        "Minister {12} asked people to keep their distance and to wash their hands. So far {13} "
        "people have been vaccinated in the country, according to the figures of the ministry."
    ),
)
NAMES = (
    "Aldan Borovia Carsten Delmar Eskil Farrow Galen Hesper Ilmar Jorund Kessel Lomond Marek "
    "Norland Orsova Pellin Quarn Rowan Selby Tarvis Ulster Varden Westmark Yarrow Zeller"
).split()


def form(rng: random.Random, text: str) -> str:
    def fill(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return str(rng.randrange(2, 9000)) if number in (1, 3, 5, 7, 8, 11) else rng.choice(NAMES)

    return re.sub(r"\{(\d+)\}", fill, text)


def texts(shared: Path, half: str) -> list[list[str]]:
    found = []
    files = sorted((shared / "bench/linking/toponyms").glob("*.xml.gz"))
    for path in files:
        with gzip.open(path) as handle:
            found += [a.findtext("text") or "" for a in ET.parse(handle).getroot().iter("article")]
    if not files:
        folder = Path(__file__).parents[1] / "samples"
        found = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]
        half = ""
    chosen = [t for t in found if not half or half_of(t) == half]
    return without_real_copies([sentences(t) for t in chosen if len(t.split()) >= MIN_WORDS])


def half_of(text: str) -> str:
    return "work" if hashlib.sha256(text.encode()).digest()[0] % 2 else "report"


def without_real_copies(found: list[list[str]]) -> list[list[str]]:
    """Without articles that share over a tenth of their word triples with an earlier one."""
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    kept = []
    for number, own in enumerate(found):
        words = " ".join(own).casefold().split()
        runs = {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
        shared = Counter(n for run in runs for n in where[run])
        if not any(count > len(runs) / 10 for count in shared.values()):
            kept.append(own)
            for run in runs:
                where[run].append(number)
    return kept


def quality(found: list[list[str]]) -> None:
    """Each kind by itself: all articles, and one edit of each, in one corpus."""
    print(f"{len(found)} articles; each kind is a corpus of these and one made of each")
    print(f"{'kind':28} {'expected':>8} {'found':>6} {'right':>6}  precision  recall")
    total: Counter[str] = Counter()
    for kind, edit in (COPIES | OTHERS).items():
        rng = random.Random(kind)
        mine = found[: len(found) // 2] if edit is agency else found
        corpus = [Copy(f"a{n:05}", False, made(f"A{n}", own)) for n, own in enumerate(mine)]
        for n, own in enumerate(mine):
            corpus.append(Copy(f"b{n:05}", False, made(f"B{n}", edit(rng, own, found))))
        pairs = originals(corpus)
        right = sum(copy[1:] == first[1:] for copy, first in pairs.items())
        right = right if kind in COPIES else 0
        tell(kind, len(found) if kind in COPIES else 0, len(pairs), right, total)
    rng = random.Random("forms")
    filled = [form(rng, FORMS[n % len(FORMS)]) for n in range(300)]
    corpus = [Copy(f"f{n:05}", False, sketch_of(f"F{n}", t)) for n, t in enumerate(filled)]
    tell("300 forms of three kinds", 0, len(originals(corpus)), 0, total)
    tell("all", total["expected"], total["found"], total["right"], Counter())


def made(headline: str, own: list[str]) -> Sketch:
    return sketch_of(headline, " ".join(own))


def tell(kind: str, expected: int, found: int, right: int, total: Counter[str]) -> None:
    total.update(expected=expected, found=found, right=right)
    precision = f"{right / found:9.3f}" if found else "        –"
    recall = f"{right / expected:7.3f}" if expected else "      –"
    print(f"{kind:28} {expected:8} {found:6} {right:6}  {precision} {recall}")


def speed(found: list[list[str]], size: int = 100_000) -> None:
    """Milliseconds of one sketch, and seconds to compare a large corpus, a tenth of it copies."""
    bodies = [" ".join(own) for own in found]
    start = time.process_time()
    for body in bodies:
        sketch_of("A headline", body)
    each = (time.process_time() - start) / len(bodies)
    words = sum(len(b.split()) for b in bodies) / len(bodies)
    print(f"sketch: {each * 1000:.2f} ms an article of {words:.0f} words")
    rng = random.Random("speed")
    many: list[Copy] = []
    for n in range(size):
        if n % 10 == 0 and many:
            values = bytearray(many[rng.randrange(len(many))].sketch.signature)
            for _ in range(30):
                at = rng.randrange(192)
                values[2 * at : 2 * at + 2] = rng.randbytes(2)
            signature = bytes(values)
        else:
            signature = rng.randbytes(384)
        many.append(
            Copy(f"k{n:06}", False, Sketch(400, 395, 0, signature, rng.randbytes(128), f"{n}"))
        )
    start = time.process_time()
    pairs = originals(many)
    spent = time.process_time() - start
    print(f"{size} signatures: {spent:.1f} s, {len(pairs)} copies of {size // 10 - 1}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, nargs="?", default=Path())
    parser.add_argument("--half", choices=("work", "report"), default="work")
    parser.add_argument("--speed", action="store_true", help="measure time instead of quality")
    options = parser.parse_args()
    found = texts(options.shared, options.half)
    if options.speed:
        speed(found)
    else:
        quality(found)


if __name__ == "__main__":
    main()
