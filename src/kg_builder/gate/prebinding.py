"""A query of SHACL-SPARQL in, queries with its variables bound out.

Pre-binding puts a value for a variable wherever it stands, also where SPARQL's own scoping would
hide it; so it is done on the text, token by token. Where a query is so plain that its one group
sees all, the values of all focus nodes are joined instead: one query for the whole set.
Source: https://www.w3.org/TR/shacl/#pre-binding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pyoxigraph as ox

from kg_builder.gate.terms import Term

_TOKEN = re.compile(
    r"""(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<comment>\#[^\n\r]*)
    |(?P<var>[?$]\w+)
    |(?P<name>[A-Za-z_][\w.-]*:[\w.:%-]*|:[\w.:%-]+|@[A-Za-z-]+)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_WORDS = frozenset(
    """
    PREFIX BASE SELECT DISTINCT WHERE FILTER NOT EXISTS OPTIONAL BIND AS IN A TRUE FALSE
    STR LANG LANGMATCHES DATATYPE BOUND IRI URI ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE
    ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES
    SECONDS TIMEZONE TZ COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL
    ISNUMERIC REGEX SUBSTR REPLACE
    """.split()
)
_FORBIDDEN = ("MINUS", "VALUES", "SERVICE")

Token = tuple[str, str]


class ForbiddenQueryError(ValueError):
    """A query has what SHACL does not allow beside pre-bound variables."""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a query as (kind, text), comments left out."""
    found = ((str(m.lastgroup), m.group()) for m in _TOKEN.finditer(text))
    return [(kind, part) for kind, part in found if kind != "comment"]


class Query:
    """A SELECT or ASK query; `variables` may be pre-bound when it runs.

    Raises ForbiddenQueryError for what SHACL's section on pre-binding forbids.
    """

    def __init__(self, text: str, path: str | None, variables: Iterable[str]) -> None:
        self.variables = frozenset(variables)
        self.tokens = [
            ("path", path) if kind == "var" and part[1:] == "PATH" and path else (kind, part)
            for kind, part in tokens_of(text)
        ]
        if any(kind == "var" and part[1:] == "PATH" for kind, part in self.tokens):
            raise ForbiddenQueryError("$PATH stands in it, but the shape has no path")
        self.named = frozenset(part[1:] for kind, part in self.tokens if kind == "var")
        self._solid = [t for t in self.tokens if t[0] != "space"]
        self._refuse()
        self.plain = self._is_plain()

    def _refuse(self) -> None:
        words = [(i, p.upper()) for i, (k, p) in enumerate(self._solid) if k == "word"]
        for i, word in words:
            if word in _FORBIDDEN:
                raise ForbiddenQueryError(f"{word} is not allowed in it")
            following = self._solid[i + 1] if i + 1 < len(self._solid) else ("", "")
            if word == "AS" and following[0] == "var" and following[1][1:] in self.variables:
                raise ForbiddenQueryError(f"AS cannot bind {following[1]}, which is pre-bound")
        selects = [i for i, word in words if word == "SELECT"]
        outer = 0 if any(word == "ASK" for _, word in words) else 1
        for start in selects[outer:]:
            projected = set()
            for kind, part in self._solid[start + 1 :]:
                if part == "{" or part.upper() == "WHERE":
                    break
                if kind == "var":
                    projected.add(part[1:])
            # The shapes graph and shape are optional to support, so optional to pass on.
            must = (self.variables & self.named) - {"shapesGraph", "currentShape"}
            if missing := must - projected:
                name = min(missing)
                raise ForbiddenQueryError(f"a nested SELECT does not pass on ${name}")

    def _is_plain(self) -> bool:
        """Whether the outer group alone decides what `$this` is, so that a join binds it."""
        depth, inner = 0, ""
        head = True
        before = ""
        for kind, part in self._solid:
            word = part.upper() if kind == "word" else part
            if kind == "word" and word not in _PLAIN_WORDS:
                return False
            if word in ("*", "?") or (kind == "path" and re.search(r"[*?]", part)):
                return False  # paths of length zero start at nodes that a join does not know
            if word == "{":
                depth += 1
                if depth > 2 or (depth == 2 and before not in ("EXISTS", "OPTIONAL")):
                    return False
                inner, head = (before if depth == 2 else ""), False
            elif word == "}":
                depth -= 1
                inner = ""
            elif inner == "OPTIONAL" and word in ("FILTER", "BIND"):
                return False
            before = word
        selected = [p[1:] for k, p in self._head() if k == "var"]
        return not head and depth == 0 and "this" in selected

    @property
    def tells_blank_nodes(self) -> bool:
        """Whether the answer may depend on whether a node is blank or an IRI."""
        kinds = ("ISBLANK", "ISIRI", "ISURI", "STR", "BNODE")
        return any(k == "word" and p.upper() in kinds for k, p in self.tokens)

    def _head(self) -> list[Token]:
        """The tokens before the outer group."""
        head = []
        for token in self._solid:
            if token[1] == "{":
                break
            head.append(token)
        return head

    def joined(self, nodes: Sequence[ox.NamedNode], bound: Mapping[str, Term]) -> str:
        """The text with `$this` joined to all nodes; only for a plain query."""
        text = self.substituted(bound)
        start = text.index("{") + 1
        values = " ".join(str(node) for node in nodes)
        return f"{text[:start]} VALUES $this {{ {values} }} {text[start:]}"

    def substituted(self, bound: Mapping[str, Term]) -> str:
        """The text with values for variables, which are taken out of every projection."""
        out: list[str] = []
        tokens = self.tokens
        projecting, parens, kept = False, 0, 0
        for i, (kind, part) in enumerate(tokens):
            word = part.upper() if kind == "word" else part
            if word == "SELECT":
                projecting, parens, kept = True, 0, 0
            elif projecting and (word in ("{", "WHERE", "FROM")):
                if not kept:
                    out.append(f" (1 AS ?_none{i}) ")
                projecting = False
            elif projecting and word in ("(", ")"):
                parens += 1 if word == "(" else -1
            elif projecting and word == "*":
                kept += 1
            if kind != "var":
                out.append(part)
                continue
            value = bound.get(part[1:])
            if projecting and parens == 0 and value is not None:
                continue
            kept += projecting
            if value is None:
                out.append(part)
            elif self._is_asked(i):
                _drop_call(out)
                out.append("(true")
            else:
                out.append(f"({value})" if self._orders(i) else str(value))
        return "".join(out)

    def _is_asked(self, at: int) -> bool:
        """Whether the token is the argument of BOUND."""
        before = [t for t in self.tokens[:at] if t[0] != "space"][-2:]
        return len(before) == 2 and before[0][1].upper() == "BOUND" and before[1][1] == "("

    def _orders(self, at: int) -> bool:
        """Whether the token follows BY, where only an expression in brackets may stand."""
        before = [t for t in self.tokens[:at] if t[0] != "space"][-1:]
        return bool(before) and before[0][1].upper() == "BY"


def _drop_call(out: list[str]) -> None:
    """Takes `BOUND (` off the end of a text."""
    while out and out.pop().upper() != "BOUND":
        pass
