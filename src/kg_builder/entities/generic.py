"""Names and articles in, whether a name is every country's and which country is meant out."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from kg_builder.entities.names import normal
from kg_builder.model import EntityKind

if TYPE_CHECKING:
    from kg_builder.authority import Authority, Concept
    from kg_builder.entities.nodes import Node

KINDS: Final[frozenset[EntityKind]] = frozenset(("Organization", "Facility"))
"""Classes whose names can be every country's."""

_SMALL: Final = frozenset("of and the for in on at to 's".split())
_STATES: Final = frozenset({"country", "territory"})


@cache
def _words() -> frozenset[str]:
    source = files("kg_builder.entities").joinpath("generic.toml").read_text(encoding="utf-8")
    return frozenset(word for row in tomllib.loads(source).values() for word in row)


@lru_cache(maxsize=200_000)
def is_generic(norm: str) -> bool:
    """Whether a normalised name says what a body is and not whose ("supreme court")."""
    words = [w for w in norm.replace("'s", "").split() if w not in _SMALL]
    known = _words()
    return bool(words) and all(
        w in known or w.removesuffix("s") in known or w.removesuffix("ies") + "y" in known
        for w in words
    )


def word_key(norm: str) -> str | None:
    """The words of a name that every country has, sorted; None for others and for one word."""
    words = sorted(word for word in norm.split() if word not in _SMALL)
    return " ".join(words) if len(words) > 1 and is_generic(norm) else None


class Homes:
    """Whose the bodies are that an article names without saying whose.

    That is the country that an article's places, peoples and bodies ("Kenyan Red Cross") are of
    or lie in, by more than half of their mentions, or else that of its outlet: an ISO code.
    Where neither is known it is the article's own key, so that what it names is nobody else's.
    """

    def __init__(
        self, nodes: Sequence[Node], authority: Authority, outlets: Mapping[str, str]
    ) -> None:
        """`outlets` are the countries of the articles' outlets, where they are known.

        Tells each unlinked node with a generic name its home.
        """
        self._authority = authority
        self._outlets = outlets
        self._members: dict[str, list[Node]] = defaultdict(list)
        self._homes: dict[str, str] = {}
        self._known: dict[tuple[str, str], str | None] = {}
        for node in nodes:
            self._members[node.article].append(node)
        for node in nodes:
            if node.kind in KINDS and node.local.authority is None and is_generic(node.norm):
                node.home = self.of(node.article)

    def of(self, article: str) -> str:
        """The home of an article."""
        if article not in self._homes:
            country = self._most_named(self._members[article]) or self._outlets.get(article)
            self._homes[article] = country or f"article/{article}"
        return self._homes[article]

    def national(self, name: str) -> tuple[str, str] | None:
        """The country that a body's name tells and the rest, if that is every country's name.

        "Kenyan Supreme Court" and "Supreme Court of Kenya" are ("KE", "court supreme"): the words
        in one order, at least two of them.
        """
        words = name.removeprefix("The ").removeprefix("the ").split()
        splits = [(words[:n], words[n:]) for n in range(min(3, len(words) - 2), 0, -1)]
        if "of" in words[1:-1]:
            at = len(words) - 1 - words[::-1].index("of")
            tail = words[at + 1 :]
            splits.append((tail[1:] if tail[0] in ("the", "The") else tail, words[:at]))
        for whose, what in splits:
            key = word_key(normal(" ".join(what)))
            if whose and key is not None and (code := self._code_of_name(" ".join(whose))):
                return code, key
        return None

    def _code_of_name(self, name: str) -> str | None:
        key = ("", name)
        if key not in self._known:
            self._known[key] = self._country(self._of_name(name))
        whole = self._authority.demonym(name) or next(iter(self._authority.lookup(name)), None)
        return self._known[key] if whole is not None else None

    def _most_named(self, nodes: Sequence[Node]) -> str | None:
        weights: Counter[str] = Counter()
        for node in nodes:
            code = self._code(node)
            if code is not None:
                weights[code] += node.count
        if not weights:
            return None
        code, most = max(weights.items(), key=lambda item: (item[1], item[0]))
        return code if 2 * most > weights.total() else None

    def _code(self, node: Node) -> str | None:
        if node.kind in ("Group", "Organization"):
            key = ("", node.local.name)
        elif node.kind in ("Place", "Facility") and node.local.authority is not None:
            key = (node.local.authority, "")
        else:
            return None
        if key not in self._known:
            iri, name = key
            concept = self._authority.get(iri) if iri else self._of_name(name)
            self._known[key] = self._country(concept)
        return self._known[key]

    def _of_name(self, name: str) -> Concept | None:
        """The country or people that a people is, or that opens a body's name."""
        words = name.removeprefix("The ").removeprefix("the ").split()
        for length in range(min(3, len(words)), 0, -1):
            opening = " ".join(words[:length])
            people = self._authority.demonym(opening)
            if people is not None:
                return people
            for concept in self._authority.lookup(opening)[:1]:
                if concept.place_type in _STATES:
                    return concept
        return None

    def _country(self, concept: Concept | None) -> str | None:
        """The ISO code of the one country that a place is or lies in."""
        if concept is None:
            return None
        above = [concept, *map(self._authority.get, self._authority.ancestors(concept.iri))]
        codes = {c.iso3166 for c in above if c is not None and c.place_type in _STATES} - {None}
        return codes.pop() if len(codes) == 1 else None
