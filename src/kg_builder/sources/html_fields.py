"""html.toml in, the names of pages' fields and parts out; read once per process."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from kg_builder.sources.encoding import clean

_NOT_WORD: Final = re.compile(r"[\W_]+")
MAX_VALUE: Final = 1_000
"""A longer value is no metadata."""


def line(text: str) -> str:
    """`text` on one line, its entities resolved and without what is no character."""
    if "&" in text:
        text = unescape(unescape(text))
    return " ".join(clean(text).split()).strip("\u200b\ufeff ")


def fold(text: str) -> str:
    """A form in which two writings of one name are equal: no case, no punctuation."""
    return _NOT_WORD.sub(" ", text).strip().casefold()


def host_of(url: str) -> str:
    """The host of an address without "www."; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@cache
def meta_keys() -> dict[str, tuple[str, ...]]:
    """Names of meta tags by our property, in the order of preference."""
    return {name: tuple(keys) for name, keys in _tables()["meta"].items()}


@cache
def known(table: str, name: str) -> frozenset[str]:
    """A list of html.toml; raises KeyError when there is none."""
    return frozenset(_tables()[table][name])


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    source = files("kg_builder.sources").joinpath("html.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)
