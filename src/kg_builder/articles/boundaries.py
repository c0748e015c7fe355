"""Gaps between paragraphs in, which of them begin an article out: by the page's own pattern.

Each gap is weighed by what marks it (a date, a rule, a numbered title …), by whether a line in
it reads like the title of what follows, and by whether the words change there. What a mark is
worth depends on the page: one that stands mostly where the words do not change parts sections,
not articles. Where one mark explains the page, gaps without it need to be all the surer. In
doubt there is one article less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final

from kg_builder.articles.bylines import is_role
from kg_builder.articles.cohesion import shared, tie, window
from kg_builder.articles.lines import MARKERS, Kind, Line, count_words, doubled, has_caption_cue

LABEL_WORDS: Final = 3
_MAX_TITLE_WORDS: Final = 35
_LOOKED_AT: Final = 8
"""So many candidates at each end of a gap are weighed: menus can be long."""
_EDGE: Final = 200
_PROMOTED: Final = 140
_PARAGRAPHS: Final = 40
"""So many paragraphs at most make up a window of words."""
_DATELINE: Final = re.compile(
    r"[A-Z][A-ZÀ-Þ .'’/-]{2,30}(?:,\s[^\W\d_a-z][\w. ]{1,20})?(?:,\s[A-Z][a-z]{2,8}\.?\s\d{1,2}"
    r"(?:,\s\d{4})?)?(?:\s?\([\w/. -]{2,30}\))?\s*[—–-]{1,2}\s"
)
_WORTH: Final = {
    "byline": 5.0, "title:": 4.0, "#": 3.0, "=": 3.0, "stamp": 3.0, "end": 2.5, "teasers": 2.0,
    "list": 2.0, "dateline": 2.0, "rule": 2.0, "repeated": 2.0, "-": 1.5, "~": 1.5, "space": 1.0,
    "break": 1.0, "capitals": 0.5, "1.": 1.5, "##": 0.5,
}  # fmt: skip
"""What a mark is worth by itself; the rest of the evidence lies between -5 and 5."""
_NEWS: Final = 0.2
_PLACES: Final = 60
_LEAST_WORDS: Final = 60
_HEAD_WORDS: Final = 2
_BODY_WORDS: Final = 20
"""A title right above a byline begins an article of at least so many words."""
_BAR: Final = 5
_MOSTLY: Final = 0.6
_AGAINST: Final = -2.0
_STRONG: Final = 1.5
_NEEDED: Final = 2.0
_NEEDED_BARE: Final = 3.0
_NEEDED_AGAINST: Final = 4.5
_EXPLAINS: Final = 2


@dataclass(slots=True)
class Gap:
    """Lines before the paragraphs `body`; `title` is an index into `lines`."""

    lines: list[Line]
    body: list[Line] = field(default_factory=list)
    title: int | None = None
    boundary: bool = False
    marks: frozenset[str] = frozenset()
    able: list[int] = field(default_factory=list)


def gaps_of(lines: list[Line]) -> list[Gap]:
    """The page as gaps, each with the paragraphs after it; the last may have none."""
    gaps = [Gap([])]
    for line in _promoted(lines):
        if line.kind is Kind.PARAGRAPH:
            gaps[-1].body.append(line)
        else:
            if gaps[-1].body:
                gaps.append(Gap([]))
            gaps[-1].lines.append(line)
    for gap in gaps:
        gap.able = candidates(gap)
    return gaps


def _promoted(lines: list[Line]) -> list[Line]:
    """The lines, where some that end like sentences are titles by where they stand.

    Such a line has a date below it or a marker above it, and the words change there.
    """
    found = list(lines)
    for at in range(len(lines) - 1):
        line, below = lines[at], lines[at + 1].kind
        if line.kind is not Kind.PARAGRAPH or len(line.text) > _PROMOTED:
            continue
        if below is not Kind.STAMP and (below is not Kind.PARAGRAPH or not _open(found, at)):
            continue
        start, end = max(0, at - _PARAGRAPHS), at + _PARAGRAPHS
        earlier = window(x.text for x in lines[start:at][::-1] if x.kind is Kind.PARAGRAPH)
        later = window(x.text for x in lines[at + 1 : end] if x.kind is Kind.PARAGRAPH)
        alike = shared(earlier, later)
        points = _title_points(line.text, earlier, later)
        if (alike is not None and alike >= 0.13) or points < 2.0:
            continue
        above = found[at - 1] if at else None
        if above and above.kind is Kind.SHORT and _title_points(above.text, earlier, later) >= 0:
            continue  # that is the title, and this its lead
        found[at] = replace(line, kind=Kind.SHORT)
    return found


def _open(lines: list[Line], at: int) -> bool:
    """Whether a marker stands above a line, and no title that the marker belongs to."""
    above = at - 1
    while above >= 0 and lines[above].kind is Kind.STAMP:
        above -= 1
    if above >= 0 and lines[above].kind is Kind.SHORT:
        return False
    return at > 0 and lines[at - 1].kind in MARKERS


def candidates(gap: Gap) -> list[int]:
    """Indices of lines that can be a title."""
    found = []
    stamped = any(line.kind is Kind.STAMP for line in gap.lines)
    number = len(gap.lines)
    for i, line in enumerate(gap.lines):
        if _EDGE <= i < number - _EDGE:
            continue  # in the middle of a long menu
        if line.kind is not Kind.SHORT:
            continue
        size = count_words(line.text)
        label = line.times > 2 or (line.repeated and size <= LABEL_WORDS)
        label = label and (size <= LABEL_WORDS or not stamped) and not line.mark
        role = i and gap.lines[i - 1].kind is Kind.STAMP and is_role(line.text)
        if label or role or has_caption_cue(line.text) or doubled(line.text):
            continue
        if 0 < size <= _MAX_TITLE_WORDS:
            found.append(i)
    return found


def mark_boundaries(gaps: list[Gap]) -> None:
    """Says of each gap whether an article begins after it."""
    for gap in gaps:
        gap.marks = _marks(gap)
    _mark_spaces(gaps)
    _mark_capitals(gaps)
    worth = _worths(gaps)
    page = _Page(worth, _explaining(gaps, worth), _usual(gaps), _titled(gaps))
    headed = _headed_gaps(gaps)
    start = 0
    for number, gap in enumerate(gaps):
        if number == 0:
            gap.boundary = True
            continue
        if number in headed:
            gap.boundary = True
        elif not gap.able:
            gap.boundary = any(_is_bar(line) for line in gap.lines) and bool(gap.body)
        elif gap.body:
            gap.boundary = _begins(gaps, start, number, page)
        else:
            gap.boundary = bool(gap.marks)
        if gap.boundary:
            start = number
    _complete(gaps, page)


def _headed_gaps(gaps: list[Gap]) -> frozenset[int]:
    """Gaps with a title right above a byline, whatever its length and whatever the words say.

    A date alone below a title is enough only where the page's first article has such a head:
    in a chronicle dates stand below headings too.
    """
    heads = {number: head for number, gap in enumerate(gaps) if (head := _head(gap))}
    alike = bool(gaps) and 0 in heads
    return frozenset(
        number
        for number, head in heads.items()
        if (head == "byline" or alike)
        and _words_after(gaps, number) >= _BODY_WORDS
        and not (number and _only_lead(gaps[number - 1]))
    )


def _only_lead(gap: Gap) -> bool:
    """Whether a gap has a title, no date or byline, and one short paragraph after it."""
    if not gap.able or len(gap.body) != 1 or any(line.stamp for line in gap.lines):
        return False
    return count_words(gap.body[0].text) < _LEAST_WORDS


def _head(gap: Gap) -> str:
    """What stands at once below a title of a gap: "byline", "date" or nothing ("")."""
    for index in gap.able:
        title = gap.lines[index]
        below = gap.lines[index + 1] if index + 1 < len(gap.lines) else None
        if below is None or below.blank or below.stamp is None or title.repeated:
            continue
        if count_words(title.text) < _HEAD_WORDS or title.text.endswith((".", ":", ";", ",")):
            continue
        if has_caption_cue(below.text) or is_role(title.text):
            continue
        if below.stamp.names:
            return "byline"
        if below.stamp.dates:
            return "date"
    return ""


def _complete(gaps: list[Gap], page: _Page) -> None:
    """Accepts the few gaps left of a mark that mostly begins articles on this page."""
    able = [n for n, gap in enumerate(gaps) if n and gap.able and gap.body and gap.marks]
    asked = Counter(mark for n in able for mark in gaps[n].marks)
    given = Counter(mark for n in able if gaps[n].boundary for mark in gaps[n].marks)
    sure = {mark for mark, n in asked.items() if n > 1 and given[mark] >= _MOSTLY * n}
    start = 0
    for number in able:
        gap = gaps[number]
        if gap.boundary:
            start = number
        elif gap.marks & sure and soft(gaps, start, number, page.usual) > _AGAINST:
            gap.boundary = True
            start = number


def _is_bar(line: Line) -> bool:
    return line.kind is Kind.RULE and line.text.startswith("=" * _BAR)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of the page as a whole; `titled` tells that it begins with a bare title."""

    worth: dict[str, float]
    explained: frozenset[str]
    usual: float
    titled: bool


def _titled(gaps: list[Gap]) -> bool:
    """Whether the page's first paragraphs have a line above them that reads like their title."""
    first = next((number for number, gap in enumerate(gaps) if gap.body), 0)
    after = window(_after(gaps, first))
    return any(
        count_words(gaps[first].lines[i].text) > LABEL_WORDS
        and tie(gaps[first].lines[i].text, after) >= 0.3
        for i in gaps[first].able[-_LOOKED_AT:]
    )


def _begins(gaps: list[Gap], start: int, number: int, page: _Page) -> bool:
    """Whether the evidence for a gap is enough."""
    gap = gaps[number]
    known = sorted((page.worth[m] for m in gap.marks), reverse=True)
    points = sum(value * share for value, share in zip(known, (1.0, 0.5, 0.5), strict=False))
    points += soft(gaps, start, number, page.usual)
    if page.explained and not gap.marks & page.explained:
        return points >= _NEEDED_AGAINST
    if any(_WORTH[m] >= _STRONG for m in gap.marks) and known[0] >= _STRONG:
        return points >= _NEEDED
    if not page.titled or _words_after(gaps, number) < _LEAST_WORDS:
        return False
    asks = any(gap.lines[i].text.endswith(("?", "!")) for i in gap.able)
    return points >= _NEEDED_BARE + asks


def _words_after(gaps: list[Gap], number: int) -> int:
    """Words of the paragraphs from a gap to the next that could be a title, or more."""
    count = 0
    for at in range(number, min(len(gaps), number + _LOOKED_AT)):
        for line in gaps[at].body:
            count += count_words(line.text)
            if count >= _LEAST_WORDS:
                return count
        if at + 1 < len(gaps) and any(_long(gaps[at + 1].lines[i]) for i in gaps[at + 1].able):
            break
    return count


def _long(line: Line) -> bool:
    return count_words(line.text) > LABEL_WORDS


def _marks(gap: Gap) -> frozenset[str]:
    """What marks a gap by itself."""
    kinds = {
        Kind.STAMP: "stamp", Kind.END: "end", Kind.LIST: "list", Kind.RULE: "rule",
        Kind.TEASERS: "teasers",
    }  # fmt: skip
    found = {kinds[line.kind] for line in gap.lines if line.kind in kinds}
    if "rule" in found and all(len(x.text) < _BAR or " " in x.text for x in gap.lines
                               if x.kind is Kind.RULE):  # fmt: skip
        found = found - {"rule"} | {"break"}  # "* * *" parts sections as often as articles
    found.update(line.mark if len(line.mark) != 1 or line.mark in "#=-~" else "-"
                 for line in gap.lines if line.mark)  # fmt: skip
    if any(line.stamp and line.stamp.names for line in gap.lines):
        found.add("byline")
    if any(line.repeated and count_words(line.text) <= LABEL_WORDS for line in gap.lines):
        found.add("repeated")
    if gap.body and _DATELINE.match(gap.body[0].text):
        found.add("dateline")
    return frozenset(m for m in found if m in _WORTH)


def _mark_spaces(gaps: list[Gap]) -> None:
    """Marks gaps with more blank lines than the page mostly has, when there are some."""
    widest = [max((line.blank for line in g.lines), default=0) for g in gaps]
    inner = Counter(line.blank for g in gaps for line in g.body[1:])
    usual = max(inner, key=lambda n: (inner[n], -n)) if inner else 1
    for number, (gap, wide) in enumerate(zip(gaps, widest, strict=True)):
        if number and wide > usual:
            gap.marks |= {"space"}
    if all("space" in gap.marks for gap in gaps[1:] if gap.able):
        for gap in gaps:
            gap.marks -= {"space"}


def _mark_capitals(gaps: list[Gap]) -> None:
    """Marks gaps whose title is all in capitals, when the first is and not every short line."""
    first = next((gap for gap in gaps if gap.body), None)
    if first is None or not any(first.lines[i].text.isupper() for i in first.able):
        return
    for gap in gaps:
        if any(gap.lines[i].text.isupper() and count_words(gap.lines[i].text) > LABEL_WORDS
               for i in gap.able):  # fmt: skip
            gap.marks |= {"capitals"}
    if all("capitals" in gap.marks for gap in gaps[1:] if gap.able):
        for gap in gaps:
            gap.marks -= {"capitals"}


def _worths(gaps: list[Gap]) -> dict[str, float]:
    """What each mark is worth on this page: more where the words change with it, else less."""
    evidence: dict[str, list[float]] = {}
    for number, gap in enumerate(gaps):
        if number and gap.able and gap.body and gap.marks:
            points = soft(gaps, max(0, number - 1), number)
            for mark in gap.marks:
                evidence.setdefault(mark, []).append(points)
    worth = dict(_WORTH)
    for mark, seen in evidence.items():
        mean = sum(seen) / len(seen)
        if mean >= 1.5:
            worth[mark] += 1.0
        elif mean <= -1.0:
            worth[mark] -= 2.0
    return worth


def _explaining(gaps: list[Gap], worth: dict[str, float]) -> frozenset[str]:
    """The marks that explain the page: they stand before several articles, the first too."""
    able = [gap for gap in gaps if gap.able and gap.body]
    counts = Counter(mark for gap in able for mark in gap.marks if worth[mark] >= _NEEDED)
    good = {mark for mark, count in counts.items() if count >= _EXPLAINS}
    covered = sum(bool(gap.marks & good) for gap in able)
    most = max((counts[mark] for mark in good), default=0)
    if covered < _EXPLAINS:
        return frozenset()
    return frozenset(mark for mark in good if 2 * counts[mark] >= most)


def soft(gaps: list[Gap], start: int, number: int, usual: float = 1.0) -> float:
    """How much a gap is like an article's beginning by its words alone, about -5 to 5.

    The words before it are looked at no further back than the gap `start`. `usual` tells how
    much of its words this page repeats from paragraph to paragraph, 1 for as much as news does.
    """
    gap = gaps[number]
    before = window(_before(gaps, start, number))
    after = window(_after(gaps, number))
    looked = {*gap.able[:_LOOKED_AT], *gap.able[-_LOOKED_AT:]}
    best = -5.0
    for index in sorted(looked):
        text = gap.lines[index].text
        best = max(best, _title_points(text, before, after))
    alike = shared(before, after)
    if alike is None:
        return best
    if alike < 0.10 * usual:
        return best + 2.0
    if alike < 0.13 * usual:
        return best + 1.0
    return best if alike < 0.16 * usual else best - 2.0


def _usual(gaps: list[Gap]) -> float:
    """How much of its words the page repeats, as the median over places within it; at most 1.

    Lists of recipes or offers repeat few words anywhere, so that few in common tell nothing.
    """
    texts = [line.text for gap in gaps for line in gap.body]
    step = max(1, len(texts) // _PLACES)
    seen = []
    for at in range(2, len(texts) - 1, step):
        low, high = max(0, at - _PARAGRAPHS), at + _PARAGRAPHS
        alike = shared(window(texts[low:at][::-1]), window(texts[at:high]))
        if alike is not None:
            seen.append(alike)
    return min(1.0, median(seen) / _NEWS) if seen else 1.0


def _title_points(text: str, before: frozenset[str], after: frozenset[str]) -> float:
    """How much a line reads like the title of what follows and not of what came before."""
    size = count_words(text)
    points = -1.5 if size <= LABEL_WORDS else 0.0 if size == LABEL_WORDS + 1 else 1.0
    gain = tie(text, after) - tie(text, before)
    if gain >= 0.5:
        return points + 2.0
    if gain >= 0.3:
        return points + 1.0
    return points if gain >= 0.15 else points - 1.5


def _before(gaps: list[Gap], start: int, number: int) -> Iterator[str]:
    """The paragraphs before a gap, from it back to the gap `start`."""
    count = 0
    for at in range(number - 1, start - 1, -1):
        for line in reversed(gaps[at].body):
            yield line.text[-2000:]
            count += 1
            if count >= _PARAGRAPHS:
                return


def _after(gaps: list[Gap], number: int) -> Iterator[str]:
    """The paragraphs after a gap, up to where another mark may begin the next article."""
    count = 0
    for at in range(number, len(gaps)):
        if at > number and gaps[at].able and gaps[at].marks & {"stamp", "end", "title:", "#", "="}:
            return
        for line in gaps[at].body:
            yield line.text
            count += 1
            if count >= _PARAGRAPHS:
                return
