"""A tokenised sentence in, the same with other names, other case or other punctuation out.

A net that has seen each name in a few places learns the names; one that has seen many names in
each place learns the places. Names are drawn from GeoNames' cities, from a list of given names and
from the names of the corpora themselves.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rows import Row

FUNCTION = frozenset(
    """a an the of in on at by to for from with and or but nor as is are was were be its
    his her""".split()
)


HONORIFICS = (
    *("Mr", "Mr", "Mr.", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dr", "Dr.", "Sir", "Lord"),
    *("Lady", "King", "Queen", "Emperor", "Prince", "General", "Colonel", "Professor", "Judge"),
    *("Sheikh", "Senator", "President", "Chancellor", "Captain", "Bishop", "Secretary"),
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


def blend(first: str, second: str) -> str:
    """A name that nobody bears: the head of one and the tail of another."""
    if len(first) < 4 or len(second) < 5 or not (first + second).isalpha():
        return first
    return first[: (len(first) + 1) // 2] + second[-((len(second) + 1) // 2) :].lower()


class _Renamer:
    """Other names for those of one document, the same name always for the same other."""

    def __init__(self, pools: Pools, rng: random.Random) -> None:
        self.pools = pools
        self.rng = rng
        self.people: dict[str, str] = {}
        self.chosen: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def __call__(self, label: str, name: tuple[str, ...]) -> tuple[str, ...]:
        key = (label, name)
        if key not in self.chosen:
            keep = self.rng.random() < 0.2
            self.chosen[key] = name if keep else self._other(label, name)
        return self.chosen[key]

    def _surname(self) -> str:
        surname = self.rng.choice(self.pools.surnames)[0]
        if self.rng.random() < 0.5:
            return blend(surname, self.rng.choice(self.pools.surnames)[0])
        return surname

    def _given(self) -> tuple[str, ...]:
        given = self.rng.choice(self.pools.given)[0]
        chance = self.rng.random()
        if chance < 0.25:
            return (blend(given, self.rng.choice(self.pools.given)[0]),)
        if chance < 0.35:
            return (given, "-", self.rng.choice(self.pools.given)[0])
        if chance < 0.42:
            return (given, self.rng.choice(string.ascii_uppercase) + ".")
        return (given,)

    def _other(self, label: str, name: tuple[str, ...]) -> tuple[str, ...]:
        rng = self.rng
        if label == "PERSON":
            if name[-1] not in self.people:
                self.people[name[-1]] = self._surname()
            last = self.people[name[-1]]
            return (last,) if len(name) == 1 else (*self._given(), last)
        if label == "LOC" and len(name) <= 2:
            place = rng.choice(self.pools.places)
            return name if len(place) > len(name) and rng.random() < 0.7 else place
        if label == "ORG" and len(name) == 1 and name[0].isupper() and rng.random() < 0.7:
            return ("".join(rng.choices(string.ascii_uppercase, k=rng.randint(3, 5))),)
        if label == "ORG" and rng.random() < 0.5:
            return rng.choice(self.pools.organisations)
        return name


def rename(rows: Sequence[Row], pools: Pools, rng: random.Random) -> list[Row]:
    """The rows with most of their names exchanged, and with other titles before persons."""
    other = _Renamer(pools, rng)
    result = []
    for row in rows:
        words: list[str] = []
        spaces: list[bool] = []
        tags: list[str | None] = []
        at = 0
        for start, end, label in spans(row.tags):
            name = tuple(row.words[start:end])
            new = other(label, name)
            words += [*row.words[at:start], *new]
            if new == name:
                inner = row.spaces[start : end - 1]
            else:
                inner = [w != "-" and new[i + 1] != "-" for i, w in enumerate(new[:-1])]
            spaces += [*row.spaces[at:start], *inner, row.spaces[end - 1]]
            tags += [*row.tags[at:start], "B-" + label, *["I-" + label] * (len(new) - 1)]
            at = end
            before = len(words) - len(new) - 1
            if label == "PERSON" and before >= 0 and words[before] in {"Mr.", "Ms.", "Mr", "Ms"}:
                if rng.random() < 0.55:
                    # most papers write the bare surname, where the Groningen texts have "Mr."
                    del words[before], spaces[before], tags[before]
                else:
                    words[before] = rng.choice(HONORIFICS)
        words += row.words[at:]
        spaces += row.spaces[at:]
        tags += row.tags[at:]
        result.append(replace(row, words=words, spaces=spaces, tags=tags))
    return result


def broken(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """The rows with line ends after some of them, as paragraphs and headings have."""
    result = []
    for row in rows:
        if rng.random() < 0.5:
            end = rng.choice(("\n", "\n\n", "\n\n", " "))
            row = replace(  # noqa: PLW2901 - the row goes on with its line end
                row, words=[*row.words, end], spaces=[*row.spaces, False], tags=[*row.tags, "O"]
            )
        result.append(row)
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
