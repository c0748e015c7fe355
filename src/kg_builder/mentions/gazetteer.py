"""Authority names and lexicon names in, the longest known name at a token out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.authority import Authority, Concept
from kg_builder.mentions.lexicon import Lexicon
from kg_builder.mentions.tokens import Token, Tokenizer
from kg_builder.model import EntityKind

_DOTTED = re.compile(r"(?:[A-Z]\.){2,}")


@dataclass(frozen=True, slots=True)
class Known:
    """What a known name stands for; `concept` is None for names of the word lists."""

    kind: EntityKind
    type: str | None
    concept: Concept | None
    plain_word: bool = False
    """Whether the name, in capitals or not, is an ordinary word too ("Reading", "IS")."""


class Gazetteer:
    """Known names by their tokens, peoples and cities."""

    def __init__(self, authority: Authority, lexicon: Lexicon) -> None:
        self.authority = authority
        self._lexicon = lexicon
        self._singles = self._single_names()
        self.tokenizer = Tokenizer(lexicon, self._singles.__contains__)
        self._names: dict[str, list[tuple[tuple[str, ...], Known]]] = {}
        self._load()

    def match(self, tokens: Sequence[Token], at: int) -> tuple[int, Known] | None:
        """The longest known name that starts at token `at`, with its number of tokens."""
        entries = self._names.get(tokens[at].text)
        if entries is None:
            return None
        for words, known in entries:
            n = len(words)
            if n == 1:
                return 1, known
            if at + n <= len(tokens) and all(tokens[at + k].text == words[k] for k in range(1, n)):
                return n, known
        return None

    def people(self, tokens: Sequence[Token], at: int) -> int:
        """Number of tokens from `at` that name a people, faith or nationality; 0 for none."""
        if at + 1 < len(tokens) and tokens[at + 1].cap:
            pair = f"{tokens[at].text} {tokens[at + 1].text}"
            if self.is_people(pair):
                return 2
            if tokens[at].text in self._lexicon.directions and self.is_people(tokens[at + 1].text):
                return 2
        return 1 if self.is_people(tokens[at].text) else 0

    def is_people(self, word: str) -> bool:
        """Whether a word or phrase names a people, faith or nationality."""
        lexicon = self._lexicon
        return (
            word in lexicon.peoples
            or word in lexicon.faiths
            or self.authority.demonym(word) is not None
        )

    def city(self, surface: str) -> Concept | None:
        """The largest GeoNames city of this very name; of another name if it is long; a town."""
        found = self.authority.cities(surface)
        own = next((c for c in found if c.name == surface), None)
        towns = () if found or len(surface) < 5 else self.authority.towns(surface)
        return own or next(iter((*found, *towns) if len(surface) > 4 else ()), None)

    def _single_names(self) -> dict[str, None]:
        names: dict[str, None] = {}
        for name, _ in self.authority.names():
            names[name] = None
        for name in self._lexicon.known:
            names[name] = None
        for name in sorted(self._lexicon.peoples | self._lexicon.faiths):
            names[name] = None
        for name, _ in self.authority.demonyms():
            names[name] = None
        return names

    def _load(self) -> None:
        best: dict[str, Known] = {}
        for name, concept in self.authority.names():
            if _usable(name, self._lexicon) and name not in best:
                best[name] = _of(concept, self._lexicon)
        for name, head in sorted(self._lexicon.known.items()):
            best.setdefault(name, Known(head.kind, head.type, None, _plain(name, self._lexicon)))
        for name, known in list(best.items()):
            if name.isupper() and len(name) == 2 and name.isalpha():
                best.setdefault(f"{name[0]}.{name[1]}.", known)
        for name, known in best.items():
            words = self._words(name)
            if words and words[0].lower() == "the":
                words = words[1:]
            if words:
                self._names.setdefault(words[0], []).append((words, known))
        for entries in self._names.values():
            entries.sort(key=lambda e: (-len(e[0]), e[0]))

    def _words(self, name: str) -> tuple[str, ...]:
        """A name's tokens; most names are words of plain letters, which spaces part."""
        if name.isascii() and name.replace(" ", "").isalpha():
            return tuple(name.split())
        return tuple(t.text for t in self.tokenizer.tokens(name, 0, len(name)))


def _usable(name: str, lexicon: Lexicon) -> bool:
    """Whether a name of the authority files can be looked for in running text."""
    if name.lower() in lexicon.function_words and not name.isupper():
        return False
    if _DOTTED.fullmatch(name):
        return True
    if name.startswith(("al-", "al ")):
        return True
    return name[:1].isupper() and (len(name) > 2 or name in {"US", "UK", "UN", "EU", "AU"})


def _of(concept: Concept, lexicon: Lexicon) -> Known:
    kind = concept.kind
    type_ = concept.org_type if kind == "Organization" else concept.place_type
    return Known(kind, type_, concept, _plain(concept.name, lexicon))


def _plain(name: str, lexicon: Lexicon) -> bool:
    return name.lower() in lexicon.function_words or name in lexicon.calendar
