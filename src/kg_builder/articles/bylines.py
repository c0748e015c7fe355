"""Byline and date lines and bio lines in, authors, affiliations and dates with spans out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kg_builder.articles.dates import DATE, RELATIVE, ParsedDate, read_match
from kg_builder.articles.words import fold, words
from kg_builder.model import Span

_LABEL: Final = re.compile(
    r"(?:(?P<updated>(?:last\s+)?(?:updated|modified|edited))|first\s+published|published|posted|"
    r"written|publication\s+date|date)(?:\s+(?:on|at))?\s*:?(?=[\s\d]|\Z)|on\b|at\b|in\b",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"(?:(?:written|words|story|text|posted|published|reported|reporting|analysis|report|opinion)"
    r"\s+)?by\b:?\s*|authors?\s*:\s*",
    re.IGNORECASE,
)
_READING: Final = re.compile(
    r"\d{1,3}\s?-?min(?:ute)?s?(?:\s+read)?\b|\d+\s+(?:comments?|views|shares)\b", re.IGNORECASE
)
_SEPARATOR: Final = re.compile(r"[\s|•·,;/–—-]+")
_CUT: Final = re.compile(
    r"\s*(?:[|•·;]|\s[–—-]\s|\b(?:published|updated|posted|on)\b)", re.IGNORECASE
)
_EMAIL: Final = re.compile(r"[<(\[]?\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+[>)\]]?")
_HANDLE: Final = re.compile(r"(?<![\w@])@\w{2,30}")
_BAR: Final = re.compile(r"\s*[|•·]\s*|\s+[–—-]\s+")
_FOR: Final = re.compile(r",?\s+(?:in|for|at|via|from|on)\s+(?:the\s+)?(?=[A-Z])")
_ROLE_BEFORE: Final = re.compile(
    r"(?:(?:senior|staff|chief|contributing|guest|special|political|foreign|deputy|managing|"
    r"executive|lead|assistant|associate|national|international|regional|business|sports|news|"
    r"freelance|diplomatic|security|defence|defense|health|science|technology|features|opinion|"
    r"city|crime|education|environment|economics|breaking)\s+)*\Z",
    re.IGNORECASE,
)
_DESK: Final = re.compile(
    r"\b(?:staff|team|desk|bureau|reporters|reports|services?|correspondents|editors|newsroom|"
    r"editorial|customs|police|department|committee|ministry|government)\b|\Au\.?[skn]\.?\s",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\s+(?:and|with)\s+|\s*[&;]\s*", re.IGNORECASE)
_HONORIFIC: Final = re.compile(r"(?:Dr|Prof|Professor|Mr|Mrs|Ms|Sir|Dame)\.?\s+")
_POSTNOMINAL: Final = re.compile(r",?\s+(?:PhD|Ph\.D\.?|MD|M\.D\.?|MA|MSc|MBA|Esq\.?)\Z")
_NAME_TOKEN: Final = re.compile(r"[^\W\d_]+(?:[’'`.-][^\W\d_]*)*\Z")
_ORG_WORD: Final = re.compile(
    r"\b(?:news|times|post|press|agency|magazine|media|tv|radio|daily|herald|tribune|journal|"
    r"university|institute|centre|center|council|foundation|group|ministry|network|online|today)\b",
    re.IGNORECASE,
)
MAX_NAME: Final = 60
"""A bare name is no longer than this."""
MAX_LINE: Final = 200
"""Longer lines are not looked at as bylines or dates."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name within a line: an author's, or an agency's that stands in an author's place."""

    text: str
    span: Span
    organization: bool = False
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date in a line; `updated` tells that it is when the article was changed."""

    value: ParsedDate
    text: str
    span: Span
    updated: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a date or byline line says; both parts may be empty ("Published")."""

    names: tuple[Name, ...] = ()
    dates: tuple[StatedDate, ...] = ()
    open_by: bool = False
    relative: str | None = None


def is_name(text: str) -> bool:
    """Whether `text` has the shape of a person's full name: 2 to 6 capitalised words."""
    tokens = text.split()
    if not 2 <= len(tokens) <= 6 or fold(text) in words("nobody"):
        return False
    for token in tokens:
        bare = token.rstrip(".").casefold()
        if not _NAME_TOKEN.match(token) or bare in words("role_words") or bare == "the":
            return False
        if not token[0].isupper() and token.casefold() not in words("particles"):
            return False
    return (
        tokens[0][0].isupper()
        and tokens[-1][0].isupper()
        and not (_ORG_WORD.search(text) or _DESK.search(text))
    )


def parse_names(text: str, start: int) -> tuple[Name, ...]:
    """The authors that the part of a byline after "By" names; `start` is its offset.

    With no "and", what follows a comma is a role, an outlet or a place, never a second author.
    """
    for pattern in (_EMAIL, _HANDLE):
        text = pattern.sub(lambda m: " " * len(m.group()), text)
    text = _FOR.split(_BAR.split(text, maxsplit=1)[0], maxsplit=1)[0]
    found: list[Name] = []
    pieces = _pieces(text, _AND)
    several = len(pieces) > 1
    for piece_start, piece in pieces:
        parts = _pieces(piece, re.compile(r"\s*,\s*|\s*[(\[]"))
        for number, (offset, part) in enumerate(parts):
            if number and not several:
                break
            name = _one_name(part, start + piece_start + offset)
            if name:
                found.append(name)
            elif number == 0 and not found:
                return ()
    return tuple(found)


def _pieces(text: str, separator: re.Pattern[str]) -> list[tuple[int, str]]:
    """The parts of `text` between separators, with their offsets."""
    pieces, at = [], 0
    for match in separator.finditer(text):
        pieces.append((at, text[at : match.start()]))
        at = match.end()
    pieces.append((at, text[at:]))
    return pieces


def _one_name(part: str, start: int) -> Name | None:
    """The name that `part` wholly is, without honorific and letters after it."""
    lead = len(part) - len(part.lstrip())
    text = part.strip()
    if honorific := _HONORIFIC.match(text):
        lead += honorific.end()
        text = text[honorific.end() :]
    text = _POSTNOMINAL.sub("", text).rstrip(" .,:") if not text.endswith("Jr.") else text
    text = _without_role(text)
    span = Span(start + lead, start + lead + len(text))
    bare = fold(text)
    if bare in words("agencies") or bare.removesuffix(" staff") in words("agencies"):
        short = text[: -len(" staff")] if bare.endswith(" staff") else text
        return Name(short, Span(span.start, span.start + len(short)), organization=True)
    return Name(text, span) if is_name(text) else None


def _without_role(text: str) -> str:
    """A name without the role that follows it ("Jane Doe Senior Correspondent")."""
    tokens = text.split()
    if len(tokens) < 3 or tokens[-1].casefold() not in words("role_words"):
        return text
    before = " ".join(tokens[:-1]) + " "
    found = _ROLE_BEFORE.search(before)
    name = before[: found.start()].strip() if found else text
    return name if len(name.split()) > 1 and text.startswith(name) else text


def parse_stamp(line: str, start: int) -> Stamp | None:
    """What a line says that is nothing but dates, times, names after "By" and labels.

    `start` is the line's offset in the text. None when there is anything else in the line.
    """
    if len(line) > MAX_LINE or not line:
        return None
    if fold(line) in words("stamps"):
        return Stamp(open_by=fold(line).rstrip(":").endswith(("by", "author")))
    if not _BY.match(line) and (signed := _signed(line, start)):
        return signed
    at, updated, said = 0, False, False
    names: list[Name] = []
    dates: list[StatedDate] = []
    relative = None
    while at < len(line):
        if match := _SEPARATOR.match(line, at):
            pass
        elif (match := DATE.match(line, at)) and (value := read_match(match)):
            span = Span(start + match.start(), start + match.end())
            dates.append(StatedDate(value, match.group(), span, updated))
            updated, said = False, True
        elif match := RELATIVE.match(line, at):
            relative, said = match.group(), True
        elif match := _READING.match(line, at) or _EMAIL.match(line, at):
            said = True
        elif match := _BY.match(line, at):
            end = _names_end(line, match.end())
            more = parse_names(line[match.end() : end], start + match.end())
            rest = fold(line[match.end() : end]).strip(" .,:")
            if not more and rest not in words("nobody"):
                return None
            names.extend(more)
            at, said = max(end, match.end()), True
            continue
        elif match := _LABEL.match(line, at):
            updated = match.group("updated") is not None
        else:
            return None
        at = match.end()
    return Stamp(tuple(names), tuple(dates), relative=relative) if said else None


def _names_end(line: str, at: int) -> int:
    """Where the names after "By" end: at a bar, a dash, a date or the line's end."""
    ends = [len(line)]
    for pattern in (_CUT, DATE, RELATIVE):
        found = pattern.search(line, at)
        ends.append(found.start() if found else len(line))
    return min(ends)


def _signed(line: str, start: int) -> Stamp | None:
    """A byline without "By": "Jane Doe, Reuters", "Jane Doe, Kabul correspondent"."""
    name, comma, rest = line.partition(",")
    if not comma:
        name, comma, rest = line.partition("(")
    rest = rest.strip(" .)")
    if not comma or not is_name(name.strip()) or len(rest.split()) > 6:
        return None
    role = any(w.strip(".,").casefold() in words("role_words") for w in rest.split())
    if fold(rest) in words("agencies") or role or _EMAIL.fullmatch(rest):
        one = _one_name(name, start)
        return Stamp((one,)) if one else None
    return None


def bare_byline(line: str, start: int, body: str) -> Stamp | None:
    """The byline that a line with a name and no "By" is; the caller saw where it stands.

    None when the name, or any word of it in lower case, is in `body`: then it is more likely
    a place or a section than the author.
    """
    if len(line) > MAX_NAME or len(line.split()) > 4 or not is_name(line) or line in body:
        return None
    tokens = line.split()
    if any(t.casefold() in words("label_words") for t in tokens):
        return None
    if any(re.search(rf"\b{re.escape(t.casefold())}\b", body) for t in tokens):
        return None
    return Stamp((Name(line, Span(start, start + len(line)), confidence=0.75),))


def is_role(line: str) -> bool:
    """Whether a short line under a byline only tells the author's role."""
    tokens = [w.strip(".,").casefold() for w in line.split()]
    return len(tokens) <= 5 and any(t in words("role_words") for t in tokens)
