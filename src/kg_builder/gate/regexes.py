r"""Regular expressions of XPath in, those of Python out, with the same meaning.

SPARQL's REGEX, which sh:pattern is defined by, takes XPath's syntax; Python's differs in what
`$`, `\s`, `\p{…}` and a class with something subtracted mean, and has much that XPath lacks.
Source: https://www.w3.org/TR/xpath-functions-31/#regex-syntax.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_SPACE = " \\t\\n\\r"
_NAME_START = (
    ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = _NAME_START + "\\-.0-9\xb7\u0300-\u036f\u203f-\u2040"
_ESCAPED = set("\\|.?*+(){}[]^$-nrt/\"'#<>=,:;@!%&~`_ ")


class UnsupportedPatternError(ValueError):
    """A pattern with syntax that XPath does not define, or that Python cannot express."""


def compile_pattern(pattern: str, flags: str = "") -> re.Pattern[str]:
    """The pattern for `search`. Raises UnsupportedPatternError for what it cannot translate."""
    if strange := set(flags) - set("imsxq"):
        raise UnsupportedPatternError(f"unknown flags {''.join(sorted(strange))}")
    options = re.RegexFlag(0)
    for flag in flags:
        options |= _FLAGS.get(flag, re.RegexFlag(0))
    if "q" in flags:
        return re.compile(re.escape(pattern), options)
    source = _Translation(pattern, spaced="x" in flags, multiline="m" in flags).all()
    try:
        return re.compile(source, options)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsupportedPatternError(str(error)) from error


class _Translation:
    """One pattern on its way, read from left to right."""

    def __init__(self, pattern: str, *, spaced: bool, multiline: bool) -> None:
        self.text = pattern
        self.at = 0
        self.spaced = spaced
        self.multiline = multiline

    def all(self) -> str:
        """The whole pattern in Python's syntax."""
        parts = []
        while self.at < len(self.text):
            parts.append(self._atom())
        return "".join(parts)

    def _take(self) -> str:
        char = self.text[self.at]
        self.at += 1
        return char

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _atom(self) -> str:
        char = self._take()
        if char == "\\":
            return self._escape(inside=False)
        if char == "[":
            return self._class()
        if self.spaced and char in " \t\n\r":
            return ""
        if char == "(" and self._next() == "?":
            if self.text[self.at + 1 : self.at + 2] != ":":
                raise UnsupportedPatternError("(? is followed by something that XPath lacks")
            return "("
        if char == "$":
            return r"(?=\n|\Z)" if self.multiline else r"\Z"
        if char in "*+?}" and self._next() == "+":
            raise UnsupportedPatternError("XPath has no possessive quantifiers")
        return char

    def _escape(self, *, inside: bool) -> str:
        if not self._next():
            raise UnsupportedPatternError("a backslash stands at the end")
        char = self._take()
        if char == "s":
            return _SPACE if inside else f"[{_SPACE}]"
        if char in "dw":
            return "\\" + char
        if char in "ic":
            names = _NAME_START if char == "i" else _NAME
            return names if inside else f"[{names}]"
        if char == "p":
            ranges = _category(self._braced(), negated=False)
            return ranges if inside else f"[{ranges}]"
        if char == "P":
            ranges = _category(self._braced(), negated=True)
            return ranges if inside else f"[{ranges}]"
        if char in "DW" or (char in "SIC" and not inside):
            return {
                "S": f"[^{_SPACE}]",
                "I": f"[^{_NAME_START}]",
                "C": f"[^{_NAME}]",
            }.get(char, "\\" + char)
        if char.isdigit() and char != "0" and not inside:
            return "\\" + char
        if char in _ESCAPED:
            return "\\" + char if char in "nrt" else re.escape(char)
        raise UnsupportedPatternError(f"\\{char} is no escape of XPath")

    def _braced(self) -> str:
        found = re.compile(r"\{([A-Za-z0-9-]+)\}").match(self.text, self.at)
        if found is None:
            raise UnsupportedPatternError("\\p is not followed by {…}")
        self.at = found.end()
        return found[1]

    def _class(self) -> str:
        """A class from behind its bracket; one that subtracts another becomes a look-ahead."""
        parts = ["[^"] if self._next() == "^" else ["["]
        self.at += len(parts[0]) - 1
        while True:
            if not self._next():
                raise UnsupportedPatternError("a [ is not closed")
            char = self._take()
            if char == "]":
                if len(parts) == 1:
                    raise UnsupportedPatternError("a class of characters is empty")
                return "".join([*parts, "]"])
            if char == "-" and self._next() == "[":
                self.at += 1
                minus = self._class()
                if self._next() != "]":
                    raise UnsupportedPatternError("a subtraction does not end its class")
                self.at += 1
                return f"(?:(?!{minus}){''.join(parts)}])"
            if char == "[":
                raise UnsupportedPatternError("a [ stands unescaped in a class")
            if char == "\\":
                parts.append(self._escape(inside=True))
            elif not (self.spaced and char in " \t\n\r"):
                parts.append("\\" + char if char in "&~|" else char)


@cache
def _category(name: str, *, negated: bool) -> str:
    """A Unicode category such as Lu or L as ranges of a class."""
    if re.fullmatch(r"[LMNPZSC][a-z]?", name) is None:
        raise UnsupportedPatternError(f"\\p{{{name}}} is no category of Unicode")
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(name) != negated:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    if not ranges:
        raise UnsupportedPatternError(f"\\p{{{name}}} has no members")
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
