"""A malformed query and Oxigraph's message in, a message for people with the place out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg_server.guard import tokens

_POSITION: Final = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
# An item of the parser's list: a character class, a token in quotes, or words.
_ITEM: Final = re.compile(
    r"(?:\[(?:'[^']*'|[^\]'])*\])|\"(?P<token>(?:[^\"\\]|\\.)*)\"|(?P<words>[A-Z][^,\[]*)"
)
_PADDING: Final = "\n" + " " * 60
_PREFIXED: Final = re.compile(r"[\w.-]*:[\w.-]*$")
_STORE: Final = ox.Store()


@dataclass(frozen=True, slots=True)
class Explained:
    """What is wrong with a query; line and column are 1-based, None where not known."""

    message: str
    line: int | None = None
    column: int | None = None


def explain(query: str, raw: str, base: str | None = None) -> Explained:
    """Says where a query that Oxigraph refused is wrong, and what it expected there.

    Oxigraph names the furthest place it looked at, which a keyword that it only tried may put
    behind or before the cause. The cause is the first token with which no query can begin.
    """
    found = _POSITION.match(raw)
    if not found:
        return Explained(f"syntax error: {raw}")
    words = [item["words"].strip() for item in _ITEM.finditer(found[3]) if item["words"]]
    if "Prefix not found" in words:
        at = _offset(query, found)
        name = _PREFIXED.search(query[:at])
        place = name.start() if name else at
        return _placed(query, place, "this prefix is not declared; add a PREFIX line")
    if sentences := [word for word in words if " " in word]:
        return _placed(query, _offset(query, found), "; ".join(dict.fromkeys(sentences)))
    at = _first_wrong(query, base)
    return _placed(query, at, _expected(query[:at], base))


def _offset(query: str, found: re.Match[str]) -> int:
    before = query.split("\n")[: int(found[1]) - 1]
    return sum(len(line) + 1 for line in before) + int(found[2]) - 1


def _furthest(start: str, base: str | None) -> re.Match[str] | None:
    """The parser's error on a text that goes on with nothing but space; None if it has none."""
    try:
        _STORE.query(start + _PADDING, base_iri=base)
    except SyntaxError as error:
        return _POSITION.match(str(error.msg))
    except (OSError, RuntimeError, ValueError):
        pass
    return None


def _begins(start: str, base: str | None) -> bool:
    """Whether some query begins like this: the parser then looks through all of the padding."""
    found = _furthest(start, base)
    return found is None or _offset(start + _PADDING, found) >= len(start + _PADDING)


def _first_wrong(query: str, base: str | None) -> int:
    """Where the first token starts that no query can have there; the end if there is none."""
    spans = list(tokens(query))
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if _begins(query[: spans[middle][1]], base):
            low = middle + 1
        else:
            high = middle
    return spans[low][0] if low < len(spans) else len(query.rstrip())


def _expected(start: str, base: str | None) -> str | None:
    """The signs that could go on from here; the list of words is too long to help."""
    found = _furthest(start, base)
    if found is None:
        return None
    items = [item["token"] for item in _ITEM.finditer(found[3]) if item["token"]]
    signs = list(dict.fromkeys(i for i in items if "\\" not in i and i not in ("'", "'''")))
    return f"expected one of {' '.join(signs[:12])}" if 0 < len(signs) <= 12 else None


def _placed(query: str, at: int, what: str | None) -> Explained:
    line = query.count("\n", 0, at) + 1
    column = at - (query.rfind("\n", 0, at) + 1) + 1
    rest = query[at:].split("\n", maxsplit=1)[0].strip()
    end = "line" if query[at:].strip() else "query"
    near = f"at “{rest[:40]}”" if rest else f"at the end of the {end}"
    detail = f": {what}" if what else ""
    return Explained(f"syntax error in line {line}, column {column}, {near}{detail}", line, column)
