"""A plain text in, its classified lines out: what each is by its form alone, on any site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, lru_cache
from typing import Final

from kg_builder.articles.bio import looks_like_bio
from kg_builder.articles.bylines import MAX_LINE, Stamp, is_name, parse_stamp
from kg_builder.articles.sentences import trim
from kg_builder.articles.stamps import read_stamp
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
    """One trimmed, non-empty line, or several that hard wrapping made of one paragraph.

    `mark` says how the line is written as a title, if it is ("#", "##", "=", "-", "title:",
    "1."); `span` and `text` are then without that. `times` is how often the page has the line,
    `blank` how many blank lines stand before it; `free` are the words in a date's line that may
    be a section or a person.
    """

    kind: Kind
    span: Span
    text: str
    stamp: Stamp | None = None
    times: int = 1
    blank: int = 0
    mark: str = ""
    free: tuple[Span, ...] = ()

    @property
    def repeated(self) -> bool:
        """Whether the page has the line more than once."""
        return self.times > 1


_LINE: Final = re.compile(r"[^\r\n\u2028\u2029]+")
_RULE: Final = re.compile(
    r"={3,}|-{3,}|_{3,}|\*{3,}|~{3,}|\+{3,}|#{5,}|—{2,}|(?:[*_=~•-] +){2,}[*_=~•-]"
)
_HASHES: Final = re.compile(r"(?P<mark>#{1,6})\s+(?P<text>\S.*?)(?:\s+#+)?\Z")
_FIELD: Final = re.compile(r"[^\W\d_]{3,12}(?: [^\W\d_]{3,12})?\s?:\s+(?=\S)")
_NUMBER: Final = re.compile(r"\(?(?P<number>\d{1,3})[.)]\s+(?=\S)")
_EMPHASIS: Final = re.compile(r"(?P<mark>\*{1,3}|_{1,3})(?P<text>[^*_]*[^*_\W][^*_]*)(?P=mark)\Z")
_INNER: Final = re.compile(r"(?<!\.[A-Z])[.!?][\"”’]?\s+[^\sa-z]")
_CRUMBS: Final = re.compile(r"\S\s+[>»›→]\s+\S")
_WORD: Final = re.compile(r"\w+")
_FINISHED: Final = re.compile(r"[.!?:;][\"'”’»)\]]{0,3}\Z")
_BULLET: Final = re.compile(r"(?:[•‣▪◦*–—-]|\d{1,2}[.)])\s+\S")
_LONG: Final = 140
_COUNTED: Final = 3
_TITLE: Final = 200
"""No title is longer."""
_WRAP_MIN: Final = 45
_WRAP_MAX: Final = 120


def classify(text: str) -> list[Line]:
    """All lines of a text in order, hard-wrapped ones joined, repetitions marked."""
    found = [_line(text, span, blank) for span, blank in _unwrap(text, list(_spans(text)))]
    found = _numbered(_underlined(found))
    folded = [fold(line.text) if line.kind is Kind.SHORT else "" for line in found]
    counts = Counter(folded)
    marked = []
    for plain, low in zip(found, folded, strict=True):
        line, times = plain, counts[low] if low else 1
        if times > 1:
            line = Line(  # faster than replace
                line.kind, line.span, line.text, None, times, line.blank, line.mark, line.free
            )
        marked.append(line)
    return _after_by(marked)


def _underlined(lines: list[Line]) -> list[Line]:
    """Makes lines with a rule of their own length right under them titles, without the rule."""
    found: list[Line] = []
    for line in lines:
        if line.kind is Kind.RULE and not line.blank and found and _underlines(line, found[-1]):
            found[-1] = replace(found[-1], kind=Kind.SHORT, mark=line.text[0])
        else:
            found.append(line)
    return found


def _underlines(rule: Line, line: Line) -> bool:
    if line.mark or line.kind not in (Kind.SHORT, Kind.PARAGRAPH):
        return False
    width, wide = len(line.text), len(rule.text)
    near = 0.6 * width <= wide <= 1.4 * width
    if line.kind is Kind.PARAGRAPH:
        near = abs(wide - width) <= 2
    return near and width <= _TITLE and any(c.isalnum() for c in line.text)


def _numbered(lines: list[Line]) -> list[Line]:
    """Makes "1. Words" before paragraphs title-like lines where they count up from one."""
    due, places = 1, []
    for at, line in enumerate(lines[:-1]):
        match = _NUMBER.match(line.text) if len(line.text) <= _TITLE else None
        if not match or not 0 <= int(match.group("number")) - due <= 2:
            continue
        if _sentence_like(line.text[match.end() :]):
            continue
        if lines[at + 1].kind is Kind.PARAGRAPH and not _NUMBER.match(lines[at + 1].text):
            places.append(at)
            due = int(match.group("number")) + 1
    if len(places) < _COUNTED:
        return lines
    found = list(lines)
    for at in places:
        line = lines[at]
        skip = _NUMBER.match(line.text).end()  # type: ignore[union-attr]
        span = Span(line.span.start + skip, line.span.end)
        found[at] = replace(
            line, kind=Kind.SHORT, span=span, text=line.text[skip:], mark="1.", stamp=None
        )
    return found


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
    return _cues().search(text.casefold()) is not None


@cache
def _cues() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(cue) for cue in prefixes("caption_cues")))


def doubled(text: str) -> bool:
    """Whether a line says the same twice, as image alt text does ("x y x y")."""
    tokens = text.casefold().split()
    half = len(tokens) // 2
    return len(tokens) >= 2 and len(tokens) % 2 == 0 and tokens[:half] == tokens[half:]


def _spans(text: str) -> Iterator[tuple[Span, int]]:
    """Trimmed lines, and how many blank lines stand before each (one before the first)."""
    blank, end, last = 1, 0, ""
    for match in _LINE.finditer(text):
        if match.start() - end > 1 and end:
            blank += len(text[end : match.start()].replace("\r\n", "\n")) - 1
        span = trim(text, match.start(), match.end())
        end = match.end()
        if span.start == span.end:
            blank += 1
            continue
        line = text[span.start : min(span.end, span.start + MAX_LINE)]
        if line == last and not line[0].isalnum() and _RULE.fullmatch(line):
            continue  # rule below rule says nothing more
        last = line
        yield span, blank
        blank = 0


def _unwrap(text: str, spans: list[tuple[Span, int]]) -> Iterator[tuple[Span, int]]:
    """Joins the lines of paragraphs that were wrapped at a fixed width."""
    lengths = [s.end - s.start for s, _ in spans]
    inner = [
        lengths[i]
        for i in range(len(spans) - 1)
        if not spans[i + 1][1] and not _fixed(text, spans[i][0])
    ]
    width = sorted(inner)[int(0.97 * len(inner))] if inner else 0
    full = [n for n in inner if n >= max(_WRAP_MIN, 0.75 * width)]
    longer = sum(n > 1.2 * width for n in lengths)
    if width > _WRAP_MAX or len(full) < 2 or 2 * len(full) < len(inner) or 8 * longer > len(full):
        yield from spans
        return
    current: tuple[Span, int] | None = None
    for i, (span, blank) in enumerate(spans):
        previous = lengths[i - 1] if i else 0
        joins = current is not None and not blank and previous >= 0.7 * width
        if joins and current is not None and not _fixed(text, span):
            current = Span(current[0].start, span.end), current[1]
            continue
        if current is not None:
            yield current
        current = span, blank
    if current is not None:
        yield current


def _fixed(text: str, span: Span) -> bool:
    """Whether a line stands for itself whatever its length: a rule or a bullet."""
    if text[span.start].isalpha():
        return False
    line = text[span.start : min(span.end, span.start + MAX_LINE)]
    return bool(_RULE.fullmatch(line) or _BULLET.match(line))


def _line(text: str, span: Span, blank: int) -> Line:
    """The line at a span with its kind."""
    line = text[span.start : span.end]
    if len(line) > MAX_LINE:
        return Line(_kind(line), span, line, blank=blank)
    mark = ""
    if line[0] in "*_" and (match := _EMPHASIS.match(line)):
        span = trim(text, span.start + match.start("text"), span.start + match.end("text"))
    elif line[0] == "#" and (match := _HASHES.match(line)):
        mark = match.group("mark")
        span = Span(span.start + match.start("text"), span.start + match.end("text"))
    elif (match := _FIELD.match(line)) and fold(match.group()) in words("title_fields"):
        mark = "title:"
        span = Span(span.start + match.end(), span.end)
    line = text[span.start : span.end]
    if mark:
        return Line(Kind.SHORT, span, line, blank=blank, mark=mark)
    kind = _form(line)
    stamp, free = read_stamp(line, span.start) if kind is Kind.STAMP else (None, ())
    return Line(kind, span, line, stamp, blank=blank, free=free)


@lru_cache(maxsize=8192)
def _form(line: str) -> Kind:
    """The kind of a line of no more than `MAX_LINE` characters; pages repeat many lines."""
    if not line[0].isalnum() and _RULE.fullmatch(line):
        return _kind(line)
    stamp, _ = read_stamp(line, 0)
    return Kind.STAMP if stamp else _kind(line)


def _kind(line: str) -> Kind:
    """The kind of a line that is no date or byline."""
    if len(line) <= MAX_LINE:
        low = fold(line)
        known = _known().get(low) or (len(low) > 3 and _known().get(low.strip(" :»›→>.…")))
        if known:
            return known
        if _RULE.fullmatch(line):
            return Kind.RULE
        if not any(c.isalnum() for c in line) or _CRUMBS.search(line):
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


@cache
def _known() -> dict[str, Kind]:
    """The lines that are known by their words."""
    kinds = (("noise", Kind.NOISE), ("list_headers", Kind.LIST), ("end_markers", Kind.END))
    return {entry: kind for name, kind in kinds for entry in words(name)}


def _sentence_like(line: str) -> bool:
    """Whether a line of less than a paragraph's length is prose and no title."""
    if not finished(line) or count_words(line) < 2:
        return False
    if count_words(line) > 4 and title_case(line):
        return False  # a title may end in a full stop
    if line[-1] in "?!":
        inner = _INNER.search(line)
        return inner is not None or count_words(line) > 18
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
            result.append(replace(line, kind=Kind.STAMP, stamp=stamp, times=1))
        else:
            result.append(line)
    return result
