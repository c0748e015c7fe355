"""One record of JSON or of a table in, a Document, an HTML page or what is wrong with it out.

Which field holds what is told by kg.toml's mapping, else by the usual names (records.toml).
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from kg_builder.errors import InputError
from kg_builder.model import Document, MetaValue
from kg_builder.plugins import FieldMapping, RawInput, Unread
from kg_builder.sources.composing import (
    article,
    as_page,
    is_markup,
    one_line,
    plain,
    teaser,
)

_SQUEEZE: Final = str.maketrans("", "", "_- ")
_HOST: Final = re.compile(
    r"(?:https?://)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/:]\S*)?\Z", re.IGNORECASE
)
_IDENTIFIER: Final = re.compile(r"[a-z0-9_-]+\Z")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})*\Z")
_NEWSAPI_CUT: Final = re.compile(r"\[\+\d+ chars\]\s*\Z")
_GDELT: Final = frozenset(("url", "title", "seendate", "domain"))
_PROPERTIES: Final = (
    ("author", "author"),
    ("datePublished", "published"),
    ("modifiedAt", "modified"),
    ("canonicalUrl", "url"),
    ("publication", "publication"),
    ("section", "section"),
    ("language", "language"),
)
_MAX_VALUE: Final = 1_000
_MAX_VALUES: Final = 50
_MAX_LAYOUTS: Final = 1_000
_MAX_TEXT: Final = 2_000_000
_MIN_PAGE: Final = 400
"""HTML with less text is no page whose body must be found: all of it is the text."""

Paths = dict[str, tuple[str, ...]]


@cache
def knowledge() -> dict[str, Any]:
    """records.toml as it is; read once per process."""
    text = files("kg_builder.sources").joinpath("records.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(slots=True)
class Mapper:
    """Records of one file as documents.

    `media_type` is that of the file. The fields' paths are found once for each set of fields.
    """

    raw: RawInput
    media_type: str
    _known: dict[tuple[str, ...], Paths] = field(default_factory=dict)

    def record(
        self, name: str, record: Mapping[str, Any], digest: str
    ) -> Document | RawInput | Unread:
        """What a record holds; `digest` is the SHA-256 of its own bytes, in hexadecimal."""
        paths = self.paths(record)
        body = _text(record, paths.get("text", ()))
        title = one_line(plain_if_markup(_text(record, paths.get("title", ()))))
        metadata = tuple(self._metadata(record, paths, title))
        summary = plain_if_markup(_text(record, paths.get("summary", ())))
        notes: tuple[str, ...] = ()
        if len(body) > _MAX_TEXT:
            return Unread(name, f"its text of {len(body):,} characters is too long for an article")
        if _NEWSAPI_CUT.search(body[-200:]):
            notes = ("the record holds the beginning of its article only; kept as a teaser",)
            summary, body = summary or _NEWSAPI_CUT.sub("", plain_if_markup(body)), ""
        if not body.strip():
            if not paths.get("text") and not self._teasers(record):
                return Unread(name, self._no_text(record))
            if not title or not (summary or self._teasers(record)):
                return Unread(name, "its text is empty")
            notes = notes or ("the record holds no article's text; kept as a teaser",)
            return teaser(name, title, summary, digest, self.media_type, metadata, notes)
        if is_markup(body):
            if len(text := plain(body)) >= _MIN_PAGE:
                page = as_page(title, body)
                return self.raw.part(name, page, "text/html", "utf-8", metadata)
            if not text:
                return Unread(name, "its text is HTML without words")
            body = text
        return article(name, title, body, digest, self.media_type, metadata, notes)

    def paths(self, record: Iterable[str]) -> Paths:
        """Where a record with these fields holds what, the best place first."""
        keys = tuple(record)
        known = self._known.get(keys)
        if known is None:
            known = _paths(keys, self.raw.mapping)
            if len(self._known) < _MAX_LAYOUTS:
                self._known[keys] = known
        return known

    def check_columns(self, columns: Iterable[str]) -> Paths:
        """The places in a table with these columns. Raises InputError when none holds text."""
        names = tuple(columns)
        paths = self.paths(names)
        if not paths.get("text") and not self._teasers(names):
            raise InputError(f"{self.raw.name}: {self._no_text(names)}")
        return paths

    def _teasers(self, record: Iterable[str]) -> bool:
        """Whether records without a text are to be expected: a list of articles by GDELT."""
        if self.raw.mapping.preset:
            return self.raw.mapping.preset == "gdelt"
        return not self.raw.mapping.fields and set(record) >= _GDELT

    def _no_text(self, record: Iterable[str]) -> str:
        names = [one_line(name)[:40] for name in record]
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        return (
            f"no text in fields {shown or '(none)'}: name the field in kg.toml, [[records]] fields"
        )

    def _metadata(self, record: Mapping[str, Any], paths: Paths, title: str) -> Iterator[MetaValue]:
        if title and len(title) <= _MAX_VALUE:
            yield MetaValue("headline", title, "record")
        told = bool(self.raw.mapping.preset or self.raw.mapping.fields)
        for name, ours in _PROPERTIES:
            for path in paths.get(ours, ()):
                found = [v for v in _strings(_get(record, path)) if v and len(v) <= _MAX_VALUE]
                if found:
                    yield from _values(name, found, told)
                    break


def plain_if_markup(text: str) -> str:
    """`text` without tags where it begins with one or has a closing one."""
    return plain(text) if is_markup(text) or "</" in text else text


def _paths(keys: tuple[str, ...], mapping: FieldMapping) -> Paths:
    """The paths of each of our names in records with these keys."""
    preset = mapping.preset
    if not preset and not mapping.fields and set(keys) >= _GDELT:
        preset = "gdelt"
    if preset or mapping.fields:
        stated = dict(knowledge()["presets"].get(preset, {}))
        stated.update(dict(mapping.fields))
        return {ours: (theirs,) for ours, theirs in stated.items()}
    folded: dict[str, str] = {}
    for key in keys:
        folded.setdefault(key.casefold().translate(_SQUEEZE), key)
    return {
        ours: tuple(folded[name] for name in names if name in folded)
        for ours, names in knowledge()["fields"].items()
    }


def _get(record: Mapping[str, Any], path: str) -> Any:
    """The value at a path; a key with dots in it comes before the steps."""
    if path in record:
        return record[path]
    value: Any = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def _text(record: Mapping[str, Any], paths: tuple[str, ...]) -> str:
    """The first place that holds words; paragraphs given as a list are put together."""
    for path in paths:
        value = _get(record, path)
        if isinstance(value, list):
            value = "\n\n".join(item for item in value if isinstance(item, str))
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _strings(value: Any) -> list[str]:
    """The strings in a field: itself, its items, or the names of the objects in it."""
    if isinstance(value, list):
        return [text for item in value[:_MAX_VALUES] for text in _strings(item)[:1]]
    if isinstance(value, Mapping):
        return _strings(value.get("name") or value.get("title"))[:1]
    if isinstance(value, datetime | date):
        return [value.isoformat()]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return []
    if isinstance(value, float):
        return [str(int(value))] if value.is_integer() else []
    text = str(value)
    if text[:1] == "[" and text.rstrip()[-1:] == "]" and len(text) <= _MAX_VALUE:
        return [one_line(item) for item in _listed(text)]
    return [one_line(text)]


def _listed(text: str) -> list[str]:
    """The strings of a list that a program wrote into one cell."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def _values(name: str, found: list[str], told: bool) -> Iterator[MetaValue]:
    """MetaValues of one property; `told` is whether the user named the field."""
    if name == "author":
        for text in found:
            parts = (part.strip() for part in re.split(r"[;|]", text))
            yield from (MetaValue("author", part, "record") for part in parts if part)
    elif name == "publication":
        yield from _publication(found[0], told)
    elif name == "canonicalUrl":
        if found[0].startswith(("http://", "https://")) and " " not in found[0]:
            yield MetaValue(name, found[0], "record")
    elif name == "language":
        if tag := language(found[0]):
            yield MetaValue(name, tag, "record")
    elif name != "section" or (len(found) == 1 and not found[0].lstrip("-").isdecimal()):
        yield MetaValue(name, found[0], "record")


def _publication(text: str, told: bool) -> Iterator[MetaValue]:
    """An outlet's name; one that may be a host or an identifier is only recorded."""
    low = text.casefold()
    if low in knowledge()["lists"]["no_publication"] or not any(c.isalpha() for c in text):
        return
    unsure = _HOST.match(text) or (not told and _IDENTIFIER.match(text))
    yield MetaValue("publication", text, "record", accepted=not unsure)


def language(text: str) -> str:
    """The language tag in a field: a tag itself, or a language's English name; else ""."""
    text = text.strip()
    if _LANGUAGE.match(text) and text.casefold() not in ("und", "unk", "mul", "zxx"):
        return text
    return str(knowledge()["languages"].get(text.casefold(), ""))
