"""Classified lines of a plain text in, drafts of its articles out: where each begins and ends.

Runs of lines that are no paragraphs are gaps. A gap is a boundary only when it holds a marker
or a repeated line, and a title; the title line is told by its neighbours over the whole page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from kg_builder.articles.boundaries import LABEL_WORDS, Gap, gaps_of, mark_boundaries
from kg_builder.articles.bylines import bare_byline, is_name, is_role
from kg_builder.articles.lines import (
    Kind,
    Line,
    count_words,
    doubled,
    has_caption_cue,
    title_case,
)
from kg_builder.model import Block, Span

_DEK_WORDS: Final = 60
_CAPTION_WORDS: Final = 12
_LIST_RUN: Final = 3


@dataclass(slots=True)
class Draft:
    """One article as lines of the page; `head` are the lines about its date and byline."""

    title: Line | None
    section: Line | None = None
    head: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    captions: list[Span] = field(default_factory=list)


def drafts(lines: list[Line]) -> list[Draft]:
    """The articles on a page, in order; one that has no title where none is found."""
    gaps = gaps_of(lines)
    mark_boundaries(gaps)
    _join_leads(gaps)
    _choose_titles(gaps)
    groups: list[list[Gap]] = []
    for gap in gaps:
        if not gap.body:
            continue
        if gap.boundary or not groups:
            groups.append([])
        groups[-1].append(gap)
    labels = _labels(gaps)
    plain = _title_case_page(groups)
    found = [_draft(group, labels, plain, len(groups) == 1) for group in groups]
    _share_stamps(gaps, groups, found)
    return found


def _join_leads(gaps: list[Gap]) -> None:
    """Takes back a title that one paragraph, a lead, parts from its byline."""
    for before, gap in pairwise(gaps):
        stamped = any(line.kind is Kind.STAMP for line in gap.lines)
        only_stamps = all(line.kind in (Kind.STAMP, Kind.NOISE) for line in gap.lines)
        lead = len(before.body) == 1 and count_words(before.body[0].text) <= _DEK_WORDS
        if stamped and only_stamps and lead and before.able:
            before.boundary = True


def _label_of(gap: Gap, index: int) -> str:
    """What stands at an index of a gap, as a context: its kind, or its text if repeated."""
    if not 0 <= index < len(gap.lines):
        return "edge"
    line = gap.lines[index]
    label = line.repeated and (line.times > 2 or count_words(line.text) <= LABEL_WORDS)
    return f"repeated {line.text}" if label else line.kind.value


def _choose_titles(gaps: list[Gap]) -> None:
    """Sets the title of each boundary gap: the candidate whose neighbours are commonest."""
    bounds = [gap for gap in gaps if gap.boundary and gap.body and gap.able]
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for gap in bounds:
        found = gap.able
        before.update({_label_of(gap, i - 1) for i in found})
        after.update({_label_of(gap, i + 1) for i in found})
    for gap in bounds:
        gap.title = max(gap.able, key=lambda i, g=gap: _score(g, i, before, after))  # type: ignore[misc]
    runs = [_run(gap) for gap in bounds]
    if runs and 2 * sum(len(run) > 1 for run in runs) > len(runs):
        for gap, run in zip(bounds, runs, strict=True):
            gap.title = run[0]


def _score(
    gap: Gap, index: int, before: Counter[str], after: Counter[str]
) -> tuple[bool, float, bool, int]:
    """How much a line stands like a title: first by context, then by length and order."""
    previous, following = _label_of(gap, index - 1), _label_of(gap, index + 1)
    score = before[previous] * _weight(previous, 1.0) + after[following] * _weight(following, 2.0)
    if count_words(gap.lines[index].text) <= LABEL_WORDS:
        score /= 2
    return (
        bool(gap.lines[index].mark),
        score,
        count_words(gap.lines[index].text) > LABEL_WORDS,
        -index,
    )


def _weight(label: str, stamped: float) -> float:
    """How much a neighbour tells: a byline below most, another short line least."""
    if label == Kind.STAMP.value:
        return stamped
    return 0.5 if label == Kind.SHORT.value else 1.0


def _run(gap: Gap) -> list[int]:
    """The title's run of short lines up to itself: a title with a subtitle under it."""
    assert gap.title is not None
    able = set(gap.able)
    run = [gap.title]
    while run[0] - 1 in able and count_words(gap.lines[run[0] - 1].text) > LABEL_WORDS:
        run.insert(0, run[0] - 1)
    if run[0] and gap.lines[run[0] - 1].kind is Kind.LIST:
        return [gap.title]
    return run


def _labels(gaps: list[Gap]) -> bool:
    """Whether every title on the page has a short label before it, which is then its section."""
    titled = [g for g in gaps if g.title is not None]
    return len(titled) > 1 and all(_label_before(g) is not None for g in titled)


def _label_before(gap: Gap) -> Line | None:
    """The short line right before the title, if it is like a section's name."""
    if not gap.title:
        return None
    line = gap.lines[gap.title - 1]
    short = line.kind is Kind.SHORT and count_words(line.text) <= LABEL_WORDS + 1
    return line if short and title_case(line.text) and not doubled(line.text) else None


def _title_case_page(groups: list[list[Gap]]) -> bool:
    """Whether the headings within bodies on this page are mostly written in title case."""
    inner = [
        line.text
        for group in groups
        for gap in group[1:]
        for line in gap.lines
        if line.kind is Kind.SHORT and not has_caption_cue(line.text)
    ]
    return 2 * sum(title_case(text) for text in inner) >= len(inner) > 1


def _draft(group: list[Gap], labels: bool, title_case_page: bool, single: bool) -> Draft:
    """The article of a boundary gap and the gaps that follow it."""
    first = group[0]
    title = first.title
    draft = Draft(first.lines[title] if title is not None else None)
    if title is not None:
        label = _label_before(first)
        draft.section = label if label and (label.repeated or labels) else None
    body = " ".join(line.text for line in first.body)
    for line in _named_lines(first):
        if line.kind is Kind.STAMP:
            draft.head.append(_with_free(draft, line, body))
        elif title is not None and line.kind is Kind.SHORT:
            after_stamp = bool(draft.head) and is_role(line.text)
            if not after_stamp:
                _place_short(draft, line, title_case_page, lead=True)
    draft.blocks.extend(Block("paragraph", line.span) for line in first.body)
    for number, gap in enumerate(group[1:]):
        led = number == 0 and len(first.body) == 1 and not draft.head
        _inner(draft, gap, title_case_page, single, led)
    return draft


def _with_free(draft: Draft, line: Line, body: str) -> Line:
    """A date's line with the name that stands in it as byline, or its section in the draft."""
    assert line.stamp is not None
    stamp = line.stamp
    for span in line.free:
        text = line.text[span.start - line.span.start : span.end - line.span.start]
        if stamp.names or not (named := bare_byline(text, span.start, body)):
            if draft.section is None and len(line.free) == 1 and not is_name(text):
                draft.section = Line(Kind.SHORT, span, text)
        else:
            stamp = replace(stamp, names=named.names)
    return replace(line, stamp=stamp)


def _named_lines(gap: Gap) -> list[Line]:
    """The lines below the title, where a bare name between it and a date is made a byline."""
    if gap.title is None:
        return gap.lines
    lines = gap.lines[gap.title + 1 :]
    if len(lines) > 1 and lines[0].kind is Kind.SHORT and not lines[0].repeated:
        following = lines[1].stamp
        body = " ".join(line.text for line in gap.body)
        if following and following.dates and not following.names:
            stamp = bare_byline(lines[0].text, lines[0].span.start, body)
            if stamp:
                lines[0] = replace(lines[0], kind=Kind.STAMP, stamp=stamp)
    return lines


def _share_stamps(gaps: list[Gap], groups: list[list[Gap]], found: list[Draft]) -> None:
    """Gives dates and bylines that stand before a title to the article they belong to.

    Where the page begins with them they stand above their titles; where it ends with them,
    below their articles; on a page that does neither nobody knows, and they are left out.
    """
    above = bool(groups) and bool(_stamps(groups[0][0], above=True))
    closing = gaps[-1] if gaps and not gaps[-1].body else None
    below = not above and closing is not None and bool(_stamps(closing, above=False))
    for number, (group, draft) in enumerate(zip(groups, found, strict=True)):
        if above:
            draft.head[:0] = _stamps(group[0], above=True)
        if below:
            after = groups[number + 1][0] if number + 1 < len(groups) else closing
            assert after is not None
            draft.head.extend(_stamps(after, above=False))


def _stamps(gap: Gap, *, above: bool) -> list[Line]:
    """The stamps between a gap's last marker and its title, or from its edge to a marker."""
    end = gap.title if gap.title is not None else len(gap.lines)
    found: list[Line] = []
    for line in reversed(gap.lines[:end]) if above else gap.lines[:end]:
        if line.kind in (Kind.END, Kind.RULE, Kind.LIST, Kind.TEASERS):
            break
        if line.kind is Kind.STAMP:
            found.append(line)
    return found[::-1] if above else found


def _inner(draft: Draft, gap: Gap, title_case_page: bool, single: bool, led: bool) -> None:
    """Adds a gap within an article and the paragraphs after it."""
    shorts = [line for line in gap.lines if line.kind is Kind.SHORT and not doubled(line.text)]
    listed = len(shorts) >= _LIST_RUN
    kept = single or (bool(gap.body) and not gap.marks & {"end", "list", "teasers", "rule"})
    for line in gap.lines:
        if line.kind is Kind.STAMP and led:
            draft.head.append(line)
        elif line.kind is Kind.SHORT and listed and not has_caption_cue(line.text):
            if kept and (single or not line.repeated):
                draft.blocks.append(Block("paragraph", line.span))
        elif line.kind is Kind.SHORT:
            _place_short(draft, line, title_case_page, lead=False)
        elif line.kind is Kind.STAMP and single and line.stamp and line.stamp.dates:
            draft.blocks.append(Block("heading", line.span))
    draft.blocks.extend(Block("paragraph", line.span) for line in gap.body)


def _place_short(draft: Draft, line: Line, title_case_page: bool, *, lead: bool) -> None:
    """Adds a short line of a body as heading or caption, or leaves it out."""
    cased = title_case(line.text)
    if doubled(line.text) or line.repeated:
        return
    if has_caption_cue(line.text):
        draft.captions.append(line.span)
    elif lead and not draft.head and not cased:
        return  # above the byline it is a subtitle, without one it may be that or a caption
    elif count_words(line.text) > _CAPTION_WORDS:
        draft.captions.append(line.span)
    elif lead and is_name(line.text):
        return  # it may be a byline without "By", or not: it says nothing for sure
    elif (title_case_page or lead) and not cased:
        draft.captions.append(line.span)
    else:
        draft.blocks.append(Block("heading", line.span))
