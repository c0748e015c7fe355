"""Oxigraph's message about a malformed query in, a message for people with the place out."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

_POSITION: Final = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
# An item of the parser's list: a character class, a token in quotes, or words.
_ITEM: Final = re.compile(
    r"(?P<set>\[(?:'[^']*'|[^\]'])*\])|\"(?P<token>(?:[^\"\\]|\\.)*)\"|(?P<words>[A-Z][^,\[]*)"
)
_PADDING: Final = "\n" + " " * 40
_PREFIXED: Final = re.compile(r"[\w.-]*:[\w.-]*$")


@dataclass(frozen=True, slots=True)
class Explained:
    """What is wrong with a query; line and column are 1-based, None where not known."""

    message: str
    line: int | None = None
    column: int | None = None


def explain(query: str, raw: str) -> Explained:
    """Says where a query that Oxigraph refused is wrong, and what it expected there.

    Oxigraph reads a keyword's length before it compares, so an error lies that far behind
    its cause, or at the end of the text; parsing again with padding makes it countable.
    """
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        try:
            ox.Store().query(query + _PADDING)
        except SyntaxError as error:
            raw = str(error.msg)
    found = _POSITION.match(raw)
    if not found:
        return Explained(f"syntax error: {raw}")
    lines = (query + _PADDING).split("\n")
    at = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
    items = list(_ITEM.finditer(found[3]))
    words = [str(item["words"]).strip() for item in items if item["words"]]
    tokens = [str(item["token"]) for item in items if item["token"]]
    if "Prefix not found" in words:
        name = _PREFIXED.search(query[:at])
        at = name.start() if name else at
        return _placed(query, at, "this prefix is not declared; add a PREFIX line")
    if sentences := [word for word in words if " " in word]:
        return _placed(query, at, "; ".join(dict.fromkeys(sentences)))
    if words and len(words) == len(items):
        at -= min(len(word) for word in words)
        return _placed(query, at, None if len(words) == 1 else _expected(words))
    return _placed(query, at, _expected([*words, *(t for t in tokens if "\\" not in t)]))


def _expected(items: list[str]) -> str | None:
    unique = list(dict.fromkeys(items))
    return f"expected {' '.join(unique[:12])}{' …' if len(unique) > 12 else ''}" if unique else None


def _placed(query: str, at: int, what: str | None) -> Explained:
    at = min(max(at, 0), len(query.rstrip()))
    while at < len(query.rstrip()) and query[at] in " \t\r":
        at += 1
    line = query.count("\n", 0, at) + 1
    column = at - (query.rfind("\n", 0, at) + 1) + 1
    rest = query[at:].split("\n", maxsplit=1)[0].strip()
    end = "line" if query[at:].strip() else "query"
    near = f"at “{rest[:40]}”" if rest else f"at the end of the {end}"
    detail = f": {what}" if what else ""
    return Explained(f"syntax error in line {line}, column {column}, {near}{detail}", line, column)
