"""A parsed page and its title in, authors and dates out that the page shows near the title.

Looked at are the lines from the title to the body's first paragraphs, the short ones just before
the title, and what the markup itself calls the author or the date of publication. Comments,
teasers, captions and footers are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from kg_builder.model import MetaValue
from kg_builder.sources.html_fields import fold, known, line

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
_PUBLISHED: Final = re.compile(r"publi(?:shed|cation)|posted|created|pubdate|entry-date", re.I)
_BY: Final = re.compile(
    r"(?:(?:written|words|story|text|posted|published|reported|report|reporting|article|opinion|"
    r"analysis|review)\s+)?by\b(?=[\s:]|\Z)[\s:]*|authors?\s*:\s*",
    re.IGNORECASE,
)
_AUTHOR_MARK: Final = re.compile(
    r"(?:\A|[\s_-])(?:[a-z]*byline|authors?|writers?|contributors?|reporters?|vcard|"
    r"auth[_-]?name|author_?name|authorname)(?:[\s_-]|\Z)|byline|author-?(?:name|link|list|txt)",
    re.IGNORECASE,
)
_NOT_AUTHOR: Final = re.compile(
    r"bio\b|avatar|image|img|photo|social|follow|descript|count|related|more-|comment|twitter|"
    r"email|contact|recirc|teaser|about|title\b|role|position|job|-date|time|byline-wrapper-ad",
    re.IGNORECASE,
)
_FOREIGN: Final = re.compile(
    r"(?:\A|[\s_-])(?:comments?|commentlist|respond|related|recirc\w*|recommend\w*|newsletter|"
    r"promo|trending|popular|mostread|most-read|sidebar|teasers?|subscribe|breadcrumbs?|menu|nav|"
    r"navbar|footer|cookie|advert\w*|caption|gallery|carousel|upsell|paywall|share|sharing|"
    r"social|widget)(?:[\s_-]|\Z)",
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
_ALL_POSTS: Final = re.compile(
    r"\A(?:view|see|read|more)\b[\w\s]{0,30}?\b(?:posts?|articles?|stories)(?:\s(?:by|from))?\b",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"(?:\bby:?|\band|&|,|\bwith)\Z", re.IGNORECASE)
_JOINING: Final = re.compile(r"(?:and\b|&|,|\.)", re.IGNORECASE)
_MAX_LINES: Final = 60
_MAX_STEPS: Final = 600
_LONG: Final = 160
_MAX_PROSE: Final = 3
_MAX_BYLINE: Final = 200
_MAX_AUTHORS: Final = 8


@dataclass(slots=True)
class _Line:
    """One visible line: its pieces of text, the elements in it, and what its markup says."""

    pieces: list[str] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)
    mark: str = ""

    def text(self) -> str:
        """The pieces on one line, with a bar between those that no word joins."""
        out = ""
        for piece in self.pieces:
            joins = not out or _JOINED.search(out) or _JOINING.match(piece)
            out += piece if not out else (" " if joins else " | ") + piece
        return out


def visible(root: HtmlElement, title: str | None, region: str) -> list[MetaValue]:
    """Authors, date of publication and of change that the page shows; `region` is "gb", "us"…

    A date in figures alone counts only where the region tells the order of day and month.
    """
    start = _title_element(root, title) if title else None
    lines = list(islice(_zone(start), _MAX_LINES)) if start is not None else []
    authors = list(_authors(lines)) or list(_marked_authors(root, start))
    dates = list(_dates(lines, region))
    if not any(d.property == "datePublished" for d in dates):
        dates = [*_marked_dates(root), *dates]
    return [*authors, *dates]


# -- lines around the title ----------------------------------------------------------------


def _title_element(root: HtmlElement, title: str) -> HtmlElement | None:
    """The heading that holds the title: the last of the page's, as the first may be a menu's."""
    wanted = fold(title)
    for tag in ("h1", "h2", "h3"):
        same = [e for e in root.iter(tag) if fold("".join(e.itertext())) == wanted]
        if same:
            return same[0]
    tops = list(root.iter("h1"))
    return tops[0] if len(tops) == 1 else None


def _zone(start: HtmlElement) -> Iterator[_Line]:
    """Lines just before the title, then those after it up to the body's third paragraph."""
    for node in _before(start):
        yield from _lines(node, "")
    prose = 0
    for node in _after(start):
        for found in _lines(node, ""):
            yield found
            long = sum(map(len, found.pieces)) > _LONG
            prose += long
            if prose >= _MAX_PROSE:
                return
        if _is_teaser(node):
            return


def _before(start: HtmlElement) -> list[HtmlElement]:
    """Short siblings before the title and before what holds it."""
    found: list[HtmlElement] = []
    node = start
    for _ in range(2):
        for sibling in islice(node.itersiblings(preceding=True), 4):
            if isinstance(sibling.tag, str) and len("".join(sibling.itertext())) < _MAX_BYLINE:
                found.append(sibling)
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "main", "article"):
            break
        node = parent
    return found[::-1]


def _after(start: HtmlElement) -> Iterator[HtmlElement]:
    """All that follows an element, as the largest pieces, in order."""
    node = start
    for _ in range(_MAX_STEPS):
        following = node.getnext()
        while following is None:
            node = node.getparent()
            if node is None or node.tag in ("body", "html"):
                return
            following = node.getnext()
        node = following
        yield node


def _is_teaser(node: HtmlElement) -> bool:
    """Whether a piece of the page begins with a heading that leads elsewhere."""
    if not isinstance(node.tag, str):
        return False
    return node.tag in ("h2", "h3", "h4") and node.find(".//a[@href]") is not None


def _mark(element: HtmlElement) -> str:
    """What an element's attributes call it."""
    get = element.get
    names = (get("class"), get("id"), get("itemprop"), get("rel"), get("data-testid"),
             get("property"), get("data-component"))  # fmt: skip
    return " ".join(n for n in names if n)[:300]


def _lines(node: HtmlElement, outer: str) -> Iterator[_Line]:
    """The visible lines within an element; `outer` is what its ancestors are called."""
    current = _Line(mark=outer)
    todo: list[tuple[str, HtmlElement | str, str]] = [("open", node, outer)]
    blocks, skipped = known("page", "blocks"), known("page", "skipped")
    for _ in range(_MAX_STEPS):
        if not todo:
            break
        what, item, mark = todo.pop()
        if what == "text":
            if text := line(str(item)[:2_000]):
                current.pieces.append(text)
            continue
        if what == "close":
            if current.pieces or current.elements:
                yield current
            current = _Line(mark=mark)
            continue
        assert not isinstance(item, str)
        tail = item.tail if item is not node else None
        if tail and tail.strip():
            todo.append(("text", tail, mark))
        if not isinstance(item.tag, str) or item.tag in skipped:
            continue
        own = _mark(item)
        if own and _FOREIGN.search(own) and not _AUTHOR_MARK.search(own):
            continue
        inner = f"{mark} {own}".strip()
        block = item.tag in blocks
        if block:
            if current.pieces or current.elements:
                yield current
            current = _Line(mark=inner)
            todo.append(("close", item, mark))
        elif item.tag == "br":
            todo.append(("close", item, mark))
        current.elements.append(item)
        todo.extend(("open", child, inner) for child in reversed(item))
        if item.text and item.text.strip():
            todo.append(("text", item.text, inner))
    if current.pieces or current.elements:
        yield current


# -- authors -------------------------------------------------------------------------------


def _authors(lines: list[_Line]) -> Iterator[MetaValue]:
    """The authors of the first line that names some, and of the like lines after it."""
    taken: str | None = None
    seen: set[str] = set()
    pending = False
    for item in lines:
        text, by = _from_by(item.text())
        after_by, pending = pending, bool(by and _BY.fullmatch(text))
        if pending or len(text) > _MAX_BYLINE or (taken is not None and taken != item.mark):
            continue
        marks = [e for e in item.elements if _is_author(e)]
        if not (marks or by or after_by or _is_mark(_last(item.mark))):
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


def _is_mark(names: str) -> bool:
    return bool(_AUTHOR_MARK.search(names)) and not _NOT_AUTHOR.search(names)


def _last(mark: str) -> str:
    return mark[-60:]


def _is_author(element: HtmlElement) -> bool:
    """Whether the markup calls an element the author, or a link to one."""
    if _is_mark(_mark(element)):
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
    elif 2 < len(text) <= _MAX_BYLINE and _NAME_START.match(text):
        yield MetaValue("author", text, "byline", confidence=0.9)


def _clean_name(element: HtmlElement) -> str:
    """The text of an element after "By"; "" for what is no name by its form."""
    text = line(" ".join("".join(element.itertext()).split()))
    if len(text) > _MAX_BYLINE:
        return ""
    text = _ALL_POSTS.sub("", text, count=1)
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
    for parent in element.iterancestors():
        if parent.tag in ("footer", "nav", "aside") and parent.get("role") != "contentinfo":
            return False
        own = _mark(parent)
        if parent.tag not in ("body", "html") and own and _FOREIGN.search(own):
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


def _dates(lines: list[_Line], region: str) -> Iterator[MetaValue]:
    """The first date of each kind near the title."""
    have: set[str] = set()
    said = ""
    for item in lines:
        text = item.text()
        if len(text) > _MAX_BYLINE + 100:
            said = ""
            continue
        for name, value in _line_dates(item, text, said, region):
            if name not in have:
                have.add(name)
                yield MetaValue(name, value, "byline", confidence=0.9)
        said = text if len(text) < 30 else ""


def _line_dates(item: _Line, text: str, said: str, region: str) -> Iterator[tuple[str, str]]:
    """Property and wording of each date in a line; `said` is the line before, if a label."""
    timed = [e for e in item.elements if e.tag == "time" or e.get("datetime")]
    timed += [e for e in item.elements if e.tag == "abbr" and DATE.match(e.get("title") or "")]
    for element in timed:
        stamp = element.get("datetime") or element.get("title") or ""
        shown = line("".join(element.itertext()))
        before = text[: text.find(shown)] if shown and shown in text else said
        name = _property(f"{_mark(element)} {shown} {(before or said)[-30:]}")
        if stamp := _readable(stamp, region) or _readable(shown, region):
            yield name, stamp
    if timed:
        return
    at = 0
    for match in DATE.finditer(text):
        label = f"{text[at : match.start()][-30:]}" if match.start() else said
        at = match.end()
        name = _property(f"{label} {_last(item.mark)}" if not at else label)
        if value := _ordered(match, region):
            yield name, value


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
