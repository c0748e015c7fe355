"""words.toml in, frozen sets of folded strings out; read once per process."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def fold(text: str) -> str:
    """`text` in lower case with single spaces, for comparison."""
    return " ".join(text.split()).casefold()


@cache
def words(name: str) -> frozenset[str]:
    """The list of words.toml with that name, folded; raises KeyError when there is none."""
    return frozenset(fold(entry) for entry in _tables()[name])


@cache
def prefixes(name: str) -> tuple[str, ...]:
    """The same list in the file's order with its white space kept, for use in startswith."""
    return tuple(entry.casefold() for entry in _tables()[name])


@cache
def rows(name: str) -> tuple[str, ...]:
    """The same list as the file has it, in its order."""
    return tuple(_tables()[name])


@cache
def _tables() -> dict[str, list[str]]:
    source = files("kg_builder.articles").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)
