"""A parsed page and its title in, authors and dates out that the page shows near the title.

Looked at are the lines from the title to the body's first paragraphs, the short ones just before
the title, and what the markup itself calls the author or the date of publication. Comments,
teasers, captions and footers are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from kg_builder.model import MetaValue
from kg_builder.sources.html_fields import fold, known, line
from kg_builder.sources.html_lines import (
    AUTHOR_MARK,
    FOREIGN,
    MAX_BYLINE,
    Line,
    mark_of,
    title_element,
    zone,
)

_MONTH: Final = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE: Final = re.compile(
    rf"(?<![\w/.-])(?:{_MONTH}\.?\s{{1,3}}\d{{1,2}}(?:st|nd|rd|th)?,?\s{{1,3}}\d{{4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?[\s-]{{1,3}}(?:of\s)?{_MONTH}\.?,?[\s-]{{1,3}}\d{{4}}|"
    r"\d{4}-\d{2}-\d{2}|(?P<first>\d{1,2})[/.](?P<second>\d{1,2})[/.](?P<year>\d{4}))(?![\w/])",
    re.IGNORECASE,
)
"""A day with its year as a page shows it."""
_UPDATED: Final = re.compile(r"updated?|modified|edited|revised|reviewed", re.IGNORECASE)
_PUBLISHED: Final = re.compile(
    r"publi(?:shed|cation)|posted|created|pubdate|entry-date", re.IGNORECASE
)
_BY: Final = re.compile(
    r"(?:(?:written|words|story|text|posted|published|reported|report|reporting|article|opinion|"
    r"analysis|review)\s+)?by\b(?=[\s:]|\Z)[\s:]*|authors?\s*:\s*",
    re.IGNORECASE,
)
_NOT_AUTHOR: Final = re.compile(
    r"bio\b|avatar|image|img|photo|social|follow|descript|count|related|more-|comment|twitter|"
    r"email|contact|recirc|teaser|about|title\b|role|position|job|-date|time|byline-wrapper-ad",
    re.IGNORECASE,
)
_AUTHOR_LINK: Final = re.compile(
    r"/(?:authors?|writers?|by|contributors?|people|profiles?|staff|journalists?|reporters?|"
    r"correspondents?|team|newsteam|columnists?|person|bio)/[^/?#]+",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"(?:\A|\s)fn(?:\s|\Z)|schema\.org/Person\b")  # hCard, schema.org
_NAME_START: Final = re.compile(rf"(?:{_BY.pattern})?(?-i:[^a-z\s])", re.IGNORECASE)
_AND: Final = re.compile(r"\s(?:and|&)\s", re.IGNORECASE)
_ACCOUNT: Final = re.compile(
    r"[(<\[]?(?:[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|(?<![\w@])@\w{2,30})[)>\]]?"
)
_ALL_POSTS: Final = re.compile(
    r"\A(?:view|see|read|more)\b[\w\s]{0,30}?\b(?:posts?|articles?|stories)(?:\s(?:by|from))?\b",
    re.IGNORECASE,
)
_MAX_LINES: Final = 60
_MAX_LABEL_WORDS: Final = 14
_MAX_AUTHORS: Final = 8


def visible(root: HtmlElement, title: str | None, region: str) -> list[MetaValue]:
    """Authors, date of publication and of change that the page shows; `region` is "gb", "us"…

    A date in figures alone counts only where the region tells the order of day and month.
    """
    start = title_element(root, title) if title else None
    lines = list(islice(zone(start), _MAX_LINES)) if start is not None else []
    authors = list(_authors(lines)) or list(_marked_authors(root, start))
    dates = list(_dates(lines, region))
    if not any(d.property == "datePublished" for d in dates):
        dates = [*_marked_dates(root), *dates]
    return [*authors, *dates]


# -- authors -------------------------------------------------------------------------------


def _authors(lines: list[Line]) -> Iterator[MetaValue]:
    """The authors of the first line that names some, and of the like lines after it."""
    taken: str | None = None
    seen: set[str] = set()
    pending = False
    for item in lines:
        text, by = _from_by(_ACCOUNT.sub("", item.text()))
        after_by, pending = pending, bool(by and _BY.fullmatch(text))
        if pending or len(text) > MAX_BYLINE or (taken is not None and taken != item.mark):
            continue
        marks = [e for e in item.elements if _is_author(e)]
        if not (marks or by or after_by or _ismark_of(_last(item.mark))):
            continue
        found = list(_names(text, marks))
        for value in found:
            if fold(value.value) not in seen and len(seen) < _MAX_AUTHORS:
                seen.add(fold(value.value))
                yield value
        if found and taken is None:
            taken = item.mark


def _from_by(text: str) -> tuple[str, bool]:
    """A line from its "By" on, where a bar or nothing stands before it; and whether it has one."""
    at = 0
    for _ in range(4):
        if _BY.match(text, at):
            return text[at:], True
        at = text.find("| ", at) + 2
        if at < 2:
            break
    return text, False


def _ismark_of(names: str) -> bool:
    return bool(AUTHOR_MARK.search(names)) and not _NOT_AUTHOR.search(names)


def _last(mark: str) -> str:
    return mark[-60:]


def _is_author(element: HtmlElement) -> bool:
    """Whether the markup calls an element the author, or a link to one."""
    if _ismark_of(mark_of(element)):
        return True
    return element.tag == "a" and bool(_AUTHOR_LINK.search(element.get("href") or ""))


def _names(text: str, marks: list[HtmlElement]) -> Iterator[MetaValue]:
    """One value for each element that is an author alone, else the line's text after "By"."""
    inside = {id(parent) for e in marks for parent in islice(e.iterancestors(), 8)}
    links = [e for e in marks if e.tag == "a" and _clean_name(e)]
    deepest = [e for e in marks if id(e) not in inside and e.tag not in known("page", "blocks")]
    alone = links or [e for e in deepest if _clean_name(e)]
    joined = _AND.search(text)
    if alone and not (joined and len(alone) == 1):
        for element in alone:
            yield _author(_clean_name(element), element)
    elif 2 < len(text) <= MAX_BYLINE and _NAME_START.match(text):
        yield MetaValue("author", text, "byline", confidence=0.9)


def _clean_name(element: HtmlElement) -> str:
    """The text of an element after "By"; "" for what is no name by its form."""
    text = line(" ".join("".join(element.itertext()).split()))
    if len(text) > MAX_BYLINE:
        return ""
    text = _ALL_POSTS.sub("", _ACCOUNT.sub("", text), count=1)
    by = _BY.match(text)
    return (text[by.end() :] if by else text).strip(" ,|")


def _author(text: str, element: HtmlElement) -> MetaValue:
    """The author; a person where the markup says so and the wording is a name by its length."""
    near = [element, *element, *islice(element.iterancestors(), 3)]
    person = len(text.split()) <= 4 and any(_PERSON.search(_kind(e)) for e in near)
    return MetaValue("author", text, "byline", confidence=0.9, kind="Person" if person else None)


def _kind(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('itemtype') or ''}"


def _own(element: HtmlElement) -> bool:
    """Whether an element is no part of a comment, a teaser, a menu or a footer."""
    for parent in islice(element.iterancestors(), 3):
        if parent.tag in ("body", "main", "article"):
            break
        if any(h.find(".//a[@href]") is not None for h in islice(parent.iter("h2", "h3", "h4"), 9)):
            return False
    for parent in element.iterancestors():
        if parent.tag in ("footer", "nav", "aside") and parent.get("role") != "contentinfo":
            return False
        own = mark_of(parent)
        if parent.tag not in ("body", "html") and own and FOREIGN.search(own):
            return False
    return True


def _marked_authors(root: HtmlElement, start: HtmlElement | None) -> Iterator[MetaValue]:
    """Authors that the markup alone names, anywhere in the page, when they are few."""
    for path in (
        '//*[@itemprop="author"]//*[@itemprop="name"]',
        '//*[@itemprop="author" and not(@content)]',
        '//*[contains(concat(" ", normalize-space(@rel), " "), " author ")]',
        '//*[contains(concat(" ", normalize-space(@class), " "), " fn ")]',
        '//*[contains(concat(" ", normalize-space(@class), " "), " byline ")]',
    ):
        elements = [e for e in root.xpath(path) if isinstance(e.tag, str) and _own(e)]
        names: dict[str, MetaValue] = {}
        for element in elements[:50]:
            if element.tag != "link" and (text := _clean_name(element)):
                names.setdefault(fold(text), _author(text, element))
        if names and len(names) <= (3 if start is not None else 1):
            yield from names.values()
            return


# -- dates ---------------------------------------------------------------------------------


def _dates(lines: list[Line], region: str) -> Iterator[MetaValue]:
    """The first date of each kind near the title."""
    have: set[str] = set()
    said = ""
    for item in lines:
        text = item.text()
        if len(text) > MAX_BYLINE + 100:
            said = ""
            continue
        for name, value in _line_dates(item, text, said, region):
            if name not in have:
                have.add(name)
                yield MetaValue(name, value, "byline", confidence=0.9)
        said = text if len(text) < 30 else ""


def _line_dates(item: Line, text: str, said: str, region: str) -> Iterator[tuple[str, str]]:
    """Property and wording of each date in a line; `said` is the line before, if a label."""
    timed = [e for e in item.elements if e.tag == "time" or e.get("datetime")]
    timed += [e for e in item.elements if e.tag == "abbr" and DATE.match(e.get("title") or "")]
    for element in timed:
        stamp = element.get("datetime") or element.get("title") or ""
        shown = line("".join(element.itertext()))
        before = text[: text.find(shown)] if shown and shown in text else said
        name = _property(f"{mark_of(element)} {shown} {(before or said)[-30:]}")
        if stamp := _readable(stamp, region) or _readable(shown, region):
            yield name, stamp
    if timed or _is_prose(text):
        return
    at = 0
    for match in DATE.finditer(text):
        label = f"{text[at : match.start()][-30:]}" if match.start() else said
        at = match.end()
        name = _property(f"{label} {_last(item.mark)}" if not at else label)
        if value := _ordered(match, region):
            yield name, value


def _is_prose(text: str) -> bool:
    """Whether a line is a sentence, whose date is that of what it tells."""
    words = DATE.sub("", text).split()
    ends = text.rstrip(' "”’)').endswith((".", "!", "?"))
    stops = ends and not text.rstrip(" .").lower().endswith(("a.m", "p.m"))
    return len(words) > _MAX_LABEL_WORDS or (stops and len(words) > 4)


def _property(label: str) -> str:
    changed = _UPDATED.search(label)
    return "modifiedAt" if changed and not _PUBLISHED.search(label) else "datePublished"


def _readable(text: str, region: str) -> str | None:
    """A date or date-time within `text`: as it stands when it begins with an ISO date."""
    text = text.strip()
    if re.match(r"\d{4}-\d{2}-\d{2}", text):
        return text[:40]
    match = DATE.search(text[:200])
    return _ordered(match, region) if match else None


def _ordered(match: re.Match[str], region: str) -> str | None:
    """A date's wording; one in figures as an ISO date where day and month can be told."""
    if not match["first"]:
        return match.group()
    first, second = int(match["first"]), int(match["second"])
    if first <= 12 and second <= 12 and region in known("page", "day_first"):
        return f"{match['year']}-{second:02}-{first:02}"
    return match.group()


def _marked_dates(root: HtmlElement) -> Iterator[MetaValue]:
    """A date that the markup itself calls that of publication, outside of comments."""
    for path in (
        '//*[@itemprop="datePublished"]',
        "//time[@pubdate]",
        '//time[contains(@class, "published") or contains(@class, "entry-date")]',
        '//abbr[contains(@class, "published")]',
    ):
        for element in root.xpath(path)[:5]:
            stamp = element.get("datetime") or element.get("content") or element.get("title") or ""
            value = _readable(stamp, "") or _readable("".join(element.itertext())[:200], "")
            if value and _own(element):
                yield MetaValue("datePublished", value, "byline", confidence=0.85)
                return
