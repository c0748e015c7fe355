"""A tokenised sentence in, the same with other names, other case or other punctuation out.

A net that has seen each name in a few places learns the names; one that has seen many names in
each place learns the places. Names are drawn from GeoNames' cities, from a list of given names and
from the names of the corpora themselves.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rows import Row

FUNCTION = frozenset(
    """a an the of in on at by to for from with and or but nor as is are was were be its
    his her""".split()
)


@dataclass(frozen=True, slots=True)
class Pools:
    """Names to draw from, each as its tokens."""

    given: tuple[tuple[str, ...], ...]
    surnames: tuple[tuple[str, ...], ...]
    places: tuple[tuple[str, ...], ...]
    organisations: tuple[tuple[str, ...], ...]


def spans(tags: Sequence[str | None]) -> Iterator[tuple[int, int, str]]:
    """(start, end, label) of the names of a row."""
    i = 0
    while i < len(tags):
        tag = tags[i]
        end = i + 1
        if tag and tag != "O":
            while end < len(tags) and tags[end] == "I-" + tag[2:]:
                end += 1
            yield i, end, tag[2:]
        i = end


def make_pools(
    rows: Sequence[Row], given: Sequence[str], cities: Sequence[tuple[str, ...]]
) -> Pools:
    """Pools from the names of the rows and from lists."""
    surnames: set[tuple[str, ...]] = set()
    organisations: set[tuple[str, ...]] = set()
    for row in rows:
        for start, end, label in spans(row.tags):
            name = tuple(row.words[start:end])
            if (
                label == "PERSON"
                and end - start > 1
                and name[-1][0].isupper()
                and len(name[-1]) > 2
            ):
                surnames.add(name[-1:])
            elif label == "ORG" and end - start <= 6 and name[0][0].isupper():
                organisations.add(name)
    return Pools(
        tuple((g,) for g in sorted(given)), tuple(sorted(surnames)), tuple(sorted(cities)),
        tuple(sorted(organisations)),
    )  # fmt: skip


def rename(rows: Sequence[Row], pools: Pools, rng: random.Random) -> list[Row]:
    """The rows with most of their names exchanged, the same name always for the same other."""
    chosen: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    people: dict[str, str] = {}

    def other(label: str, name: tuple[str, ...]) -> tuple[str, ...]:
        if label == "PERSON":
            last = people.setdefault(name[-1], rng.choice(pools.surnames)[0])
            return (last,) if len(name) == 1 else (*rng.choice(pools.given), last)
        if label == "LOC" and len(name) <= 2:
            return rng.choice(pools.places)
        if label == "ORG" and rng.random() < 0.5:
            return rng.choice(pools.organisations)
        return name

    result = []
    for row in rows:
        words, spaces, tags, at = [], [], [], 0
        for start, end, label in spans(row.tags):
            name = tuple(row.words[start:end])
            key = (label, name)
            if key not in chosen:
                chosen[key] = other(label, name) if rng.random() < 0.8 else name
            new = chosen[key]
            words += [*row.words[at:start], *new]
            kept = new == name
            inner = row.spaces[start : end - 1] if kept else [w not in "-'’" for w in new[:-1]]
            spaces += [*row.spaces[at:start], *inner, row.spaces[end - 1]]
            tags += [*row.tags[at:start], "B-" + label, *["I-" + label] * (len(new) - 1)]
            at = end
        words += row.words[at:]
        spaces += row.spaces[at:]
        tags += row.tags[at:]
        result.append(replace(row, words=words, spaces=spaces, tags=tags))
    return result


def headline(row: Row) -> Row:
    """The row with the capitals of a headline."""
    words = [w if w in FUNCTION or not w.isalpha() else w[0].upper() + w[1:] for w in row.words]
    return replace(row, words=words)


def lower(row: Row) -> Row:
    """The row in lower case."""
    return replace(row, words=[w.lower() for w in row.words])


def british(row: Row) -> Row:
    """The row with titles without a stop: Mr, Mrs, Dr."""
    short = {"Mr.": "Mr", "Mrs.": "Mrs", "Ms.": "Ms", "Dr.": "Dr"}
    return replace(row, words=[short.get(w, w) for w in row.words])
