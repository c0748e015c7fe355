"""A plain text in, its classified lines out: what each is by its form alone, on any site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from kg_builder.articles.bio import looks_like_bio
from kg_builder.articles.bylines import MAX_LINE, Stamp, is_name, parse_stamp
from kg_builder.articles.sentences import trim
from kg_builder.articles.words import fold, prefixes, words
from kg_builder.model import Span


class Kind(Enum):
    """What a line is."""

    PARAGRAPH = "paragraph"
    SHORT = "short line"
    STAMP = "date or byline"
    END = "end marker"
    LIST = "list header"
    NOISE = "noise"
    RULE = "rule"
    TEASERS = "teasers were here"


MARKERS: Final = frozenset({Kind.STAMP, Kind.END, Kind.LIST, Kind.RULE, Kind.TEASERS})
"""Kinds that make a gap a boundary."""


@dataclass(frozen=True, slots=True)
class Line:
    """One trimmed, non-empty line, or several that hard wrapping made of one paragraph."""

    kind: Kind
    span: Span
    text: str
    stamp: Stamp | None = None
    repeated: bool = False


_LINE: Final = re.compile(r"[^\r\n\u2028\u2029]+")
_RULE: Final = re.compile(r"(?:=+|-{5,}|_{5,}|\*{5,}|~{5,}|#{5,}|—{3,})")
_WORD: Final = re.compile(r"\w+")
_FINISHED: Final = re.compile(r"[.!?:;][\"'”’»)\]]{0,3}\Z")
_BULLET: Final = re.compile(r"(?:[•‣▪◦*–—-]|\d{1,2}[.)])\s+\S")
_LONG: Final = 100
_MIN_RULE: Final = 5
_WRAP_MIN: Final = 45
_WRAP_MAX: Final = 120


def classify(text: str) -> list[Line]:
    """All lines of a text in order, hard-wrapped ones joined, repetitions marked."""
    found = [_line(text, span) for span in _unwrap(text, list(_spans(text)))]
    counts = Counter(fold(line.text) for line in found if line.kind is Kind.SHORT)
    marked = []
    for line in found:
        again = line.kind is Kind.SHORT and counts[fold(line.text)] > 1
        marked.append(replace(line, repeated=True) if again else line)
    return _after_by(marked)


def finished(text: str) -> bool:
    """Whether a line ends like a sentence: not with an ellipsis."""
    return bool(_FINISHED.search(text[-6:])) and not cut_off(text)


def cut_off(text: str) -> bool:
    """Whether a line ends in an ellipsis, as a snippet does."""
    return text.rstrip("])» ").endswith(("...", "…"))


def count_words(text: str) -> int:
    """Number of words, at most 1,000: no more is ever asked."""
    count = 0
    for _ in _WORD.finditer(text):
        count += 1
        if count >= 1000:
            break
    return count


def title_case(text: str) -> bool:
    """Whether no word but the small ones of a title is written small."""
    content = re.findall(r"[^\W\d_][\w’']*", text)
    return all(w[0].isupper() or w.casefold() in words("small_words") for w in content)


def has_caption_cue(text: str) -> bool:
    """Whether a line names a photographer, an agency's picture or the like."""
    low = text.casefold()
    return any(cue in low for cue in prefixes("caption_cues"))


def doubled(text: str) -> bool:
    """Whether a line says the same twice, as image alt text does ("x y x y")."""
    tokens = text.casefold().split()
    half = len(tokens) // 2
    return len(tokens) >= 2 and len(tokens) % 2 == 0 and tokens[:half] == tokens[half:]


def _spans(text: str) -> Iterator[tuple[Span, bool]]:
    """Trimmed lines, and whether a blank line or the text's start stands before each."""
    blank_before, end = True, 0
    for match in _LINE.finditer(text):
        span = trim(text, match.start(), match.end())
        between = text[end : match.start()]
        if span.start == span.end:
            blank_before = True
            continue
        if between.replace("\r\n", "\n").count("\n") > 1:
            blank_before = True
        yield span, blank_before
        blank_before, end = False, match.end()


def _unwrap(text: str, spans: list[tuple[Span, bool]]) -> Iterator[Span]:
    """Joins the lines of paragraphs that were wrapped at a fixed width."""
    lengths = [s.end - s.start for s, _ in spans]
    width = max(lengths, default=0)
    inner = [
        lengths[i]
        for i in range(len(spans) - 1)
        if not spans[i + 1][1] and not _fixed(text, spans[i][0])
    ]
    full = [n for n in inner if n >= max(_WRAP_MIN, 0.75 * width)]
    if width > _WRAP_MAX or len(full) < 2 or 2 * len(full) < len(inner):
        yield from (span for span, _ in spans)
        return
    current: Span | None = None
    for i, (span, blank) in enumerate(spans):
        previous = lengths[i - 1] if i else 0
        joins = current is not None and not blank and previous >= 0.7 * width
        if joins and current is not None and not _fixed(text, span):
            current = Span(current.start, span.end)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _fixed(text: str, span: Span) -> bool:
    """Whether a line stands for itself whatever its length: a rule or a bullet."""
    line = text[span.start : min(span.end, span.start + MAX_LINE)]
    return bool(_RULE.fullmatch(line) or _BULLET.match(line))


def _line(text: str, span: Span) -> Line:
    """The line at a span with its kind."""
    line = text[span.start : span.end]
    stamp = parse_stamp(line, span.start)
    return Line(Kind.STAMP if stamp else _kind(line), span, line, stamp)


def _kind(line: str) -> Kind:
    """The kind of a line that is no date or byline."""
    if len(line) <= MAX_LINE:
        low = fold(line).strip(" :»›→>.") if len(line) > 3 else fold(line)
        for name, kind in (
            ("end_markers", Kind.END),
            ("list_headers", Kind.LIST),
            ("noise", Kind.NOISE),
        ):
            if low in words(name) or fold(line) in words(name):
                return kind
        if _RULE.fullmatch(line):
            return Kind.RULE if len(line) >= _MIN_RULE else Kind.NOISE
        if not any(c.isalnum() for c in line):
            return Kind.NOISE
    if len(line) < 600 and line.casefold().startswith(prefixes("footers")):
        return Kind.END
    if cut_off(line):
        return Kind.PARAGRAPH if count_words(line) >= 8 else Kind.SHORT
    if _BULLET.match(line) and count_words(line) > 4:
        return Kind.PARAGRAPH
    if len(line) >= _LONG and count_words(line) >= 15:
        return Kind.PARAGRAPH
    if looks_like_bio(line):
        return Kind.PARAGRAPH
    return Kind.PARAGRAPH if _sentence_like(line) else Kind.SHORT


def _sentence_like(line: str) -> bool:
    """Whether a line of less than a paragraph's length is prose and no title."""
    if not finished(line) or count_words(line) < 2:
        return False
    if line[-1] in "?!":
        inner = re.search(r"[.!?][\"”’]?\s+\S", line)
        return inner is not None or count_words(line) > 14
    if line[-1] in ":;":
        return count_words(line) >= 6
    return line[0] in "“\"‘'" or count_words(line) >= 4 or line[-1] == "."


def _after_by(lines: list[Line]) -> list[Line]:
    """Makes the name after a line that is only "By" a byline."""
    result: list[Line] = []
    for line in lines:
        last = result[-1].stamp if result else None
        opened = last is not None and last.open_by and line.kind is Kind.SHORT
        if opened and is_name(line.text):
            stamp = parse_stamp("By " + line.text, line.span.start - 3)
            result.append(replace(line, kind=Kind.STAMP, stamp=stamp, repeated=False))
        else:
            result.append(line)
    return result
