"""A SPARQL text in, what the endpoint must know before it runs out: refusals, FROM clauses.

Oxigraph's parser has no tokenizer of its own: it tries the grammar character by character, so
`?a<?b)SERVICE#>` may be an IRI or a comparison and a keyword, and `trueSERVICE`,
`SERVICEex:a` and `SERVICESILENT` are keywords glued to something. This scanner therefore
follows every reading of `<` at once and looks for the shape of a SERVICE clause wherever
a reading leaves strings, comments and IRIs. It refuses too much (`GRAPH service:x {`)
rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# Possessive, since a comment could otherwise be cut in exponentially many ways.
_SPACE: Final = r"(?:[ \t\r\n]|#[^\r\n]*+)*+"
_NAME_CHAR: Final = r"[\w\-.·‿⁀]"
_SERVICE: Final = re.compile(
    rf"service{_SPACE}(?:silent{_SPACE})?"
    rf"(?:<[^>]*>|[?$]\w+|{_NAME_CHAR}*+:(?:{_NAME_CHAR}|[:%]|\\.)*+){_SPACE}\{{",
    re.IGNORECASE,
)
_IRI: Final = re.compile(r"<[^<>\"{}|^`\x00-\x20]*>")
_COMMENT: Final = re.compile(r"#[^\r\n]*")
_STRING: Final = re.compile(
    r'"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""'
    r"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\r\n]|\\.)*"'
    r"|'(?:[^'\\\r\n]|\\.)*'",
    re.DOTALL,
)
_WORD: Final = re.compile(rf"[?$@]?{_NAME_CHAR}+(?::(?:{_NAME_CHAR}|[:%]|\\.)*)?|:(?:\w|\\.)*")
_UPDATES: Final = frozenset("insert delete load clear create drop copy move add with".split())


def federates(query: str) -> bool:
    """Whether any reading of the query holds a SERVICE clause."""
    if "service" not in query.lower():
        return False
    reached = bytearray(len(query) + 1)
    reached[0] = 1
    for at in range(len(query)):
        if not reached[at]:
            continue
        char = query[at]
        if char in "sS" and _SERVICE.match(query, at):
            return True
        token = None
        if char == "#":
            token = _COMMENT.match(query, at)
        elif char in "\"'":
            token = _STRING.match(query, at)
        elif char == "\\":
            reached[min(at + 2, len(query))] = 1
            continue
        elif char == "<":
            reached[at + 1] = 1
            token = _IRI.match(query, at)
        reached[token.end() if token else at + 1] = 1
    return False


def tokens(query: str) -> Iterator[tuple[int, int]]:
    """Start and end of each token by the plainest reading; comments and space are left out."""
    at = 0
    while at < len(query):
        char = query[at]
        if char == "#":
            token = _COMMENT.match(query, at)
        elif char in "\"'":
            token = _STRING.match(query, at)
        elif char == "<":
            token = _IRI.match(query, at)
        else:
            token = _WORD.match(query, at)
        end = token.end() if token else at + 1
        if char not in "# \t\r\n":
            yield at, end
        at = end


def keywords(query: str) -> list[str]:
    """The bare words of the query in lower case, by its plainest reading."""
    words = (query[start:end] for start, end in tokens(query))
    return [word.lower() for word in words if word.isalpha()]


def is_update(query: str) -> bool:
    """Whether the text is an update: its first word after the prologue says so."""
    for word in keywords(query):
        if word not in ("prefix", "base"):
            return word in _UPDATES
    return False


def names_dataset(query: str) -> bool:
    """Whether the query has a FROM clause, which the union default graph would override."""
    return "from" in keywords(query)
