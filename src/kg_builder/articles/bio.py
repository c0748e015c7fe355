"""A closing bio line in, its author with affiliations out: "X Y is a professor at …"."""

from __future__ import annotations

import re
from typing import Final

from kg_builder.articles.bylines import is_name
from kg_builder.articles.words import words
from kg_builder.model import Affiliation, Author, Span

_SUBJECT: Final = re.compile(
    r"(?P<lead>(?:About the author:\s*|The (?:author|writer),?\s+)?(?:Dr|Prof|Professor)?\.?\s*)"
    r"(?P<name>[^\W\d_][^,.;:()]{2,60}?(?:\s[^\W\d_]\.\s[^,.;:()]{2,40}?)?)"
    r"(?:,?\s+(?:PhD|Ph\.D\.?|MD),?)?\s*,?\s+"
    r"(?P<verb>is|was|works as|serves as|has been)\s+(?:currently\s+|also\s+)?"
)
_ITEM: Final = re.compile(
    r"(?:(?:an?|the|also|currently|is|was|works as|serves as)\s+)*"
    r"(?P<role>[^\s,;.][^,;.]{1,80}?)\s+(?P<link>at|with|for|in|of)\s+(?:the\s+)?"
)
_CAPITALISED: Final = r"[^\W\d_a-z][\w’'&.-]*"
_ORGANIZATION: Final = re.compile(
    rf"{_CAPITALISED}(?:\s+(?:(?:of|for|and|the|on|in|at|de|da|do|dos|das|di|del|della|du|des|la|le|"
    rf"und|für|y|e|&)\s+){{0,3}}{_CAPITALISED})*"
)
_PLACE: Final = re.compile(rf",\s+(?P<place>{_CAPITALISED}(?:\s+{_CAPITALISED}){{0,2}})")
_SPLIT: Final = re.compile(
    r"(?:,?\s+and\s+(?:also\s+)?|;\s+|,\s+)(?=(?:an?|the)\s|(?:is|was)\s+an?\s)"
)
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s|\Z)")
MAX_BIO: Final = 1_000
"""Longer paragraphs are not looked at as bio lines."""


def looks_like_bio(text: str) -> bool:
    """Whether a line begins like a bio: a person's name, "is", and a role."""
    return _head(text) is not None


def parse_bio(text: str, start: int, body: str) -> Author | None:
    """The author that a bio line names, or None when it is not surely one.

    `text` begins at offset `start`; `body` is the article's text before it, in which an
    author is not named: who is named there is written about.
    """
    match = _head(text)
    if match is None:
        return None
    name = match.group("name").strip()
    if name.split()[-1] in body or name in body:
        return None
    span = Span(start + match.start("name"), start + match.start("name") + len(name))
    ending = _SENTENCE_END.search(text, match.end())
    said = text[match.end() : ending.start() if ending else len(text)]
    return Author(
        name=name,
        source="bio",
        span=span,
        confidence=0.9,
        affiliations=tuple(_affiliations(said, start + match.end())),
    )


def _head(text: str) -> re.Match[str] | None:
    """The match of name and verb when a role follows within the first sentence."""
    if len(text) > MAX_BIO:
        return None
    match = _SUBJECT.match(text)
    if match is None or not is_name(match.group("name").strip()):
        return None
    said = re.findall(r"[\w-]+", text[match.end() : match.end() + 120].casefold())
    return match if any(w in words("role_words") for w in said) else None


def _affiliations(said: str, start: int) -> list[Affiliation]:
    """Role, organisation and place of each item of "a R at O and a R2 at O2, P"."""
    found = []
    at = 0
    cuts = list(_SPLIT.finditer(said))
    for end, following in [*((m.start(), m.end()) for m in cuts), (len(said), len(said))]:
        if item := _affiliation(said[at:end], start + at):
            found.append(item)
        at = following
    return found


def _affiliation(said: str, start: int) -> Affiliation | None:
    """One item, when its role holds a role word and a capitalised name follows the link."""
    for match in _ITEM.finditer(said):
        tokens = [t.casefold() for t in re.findall(r"[\w-]+", match.group("role"))]
        if not any(t in words("role_words") for t in tokens):
            return None
        if match.group("link") in ("of", "in") and tokens[-1] not in words("of_roles"):
            longer = re.search(r"\s(?:at|with)\s+(?:the\s+)?(?=[^\W\d_a-z])", said[match.end() :])
            if longer is None:
                return None
            at = match.end() + longer.end()
            role = said[match.start("role") : match.end() + longer.start()]
        else:
            at, role = match.end(), match.group("role")
        name = _ORGANIZATION.match(said, at)
        if name is None:
            return None
        text = name.group().rstrip(".")
        place = _PLACE.match(said, name.end())
        return Affiliation(
            organization=text,
            span=Span(start + name.start(), start + name.start() + len(text)),
            role=role.strip(),
            place=place.group("place").rstrip(".") if place else None,
            place_span=_place_span(place, start) if place else None,
        )
    return None


def _place_span(match: re.Match[str], start: int) -> Span:
    text = match.group("place").rstrip(".")
    return Span(start + match.start("place"), start + match.start("place") + len(text))
