"""Terms in N-Triples syntax in, the short forms that people read out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kg_builder import vocab
from kg_builder.gate import Result
from kg_builder.validating.shapes import SKOLEM

_LOCAL: Final = re.compile(r"[\w-]+(?:[\w./-]*[\w-])?")
_IRI: Final = re.compile(r"<[^>]*>")
_ANONYMOUS: Final = re.compile(f"<{SKOLEM}([^>]*)>")


class Names:
    """Shortens IRIs by the prefixes that files declare; earlier maps win over later ones."""

    def __init__(self, *prefixes: Mapping[str, str]) -> None:
        spaces: dict[str, str] = {}
        for known in (*prefixes, vocab.PREFIXES):
            for prefix, space in known.items():
                spaces.setdefault(space, prefix)
        self.prefixes = {prefix: space for space, prefix in spaces.items()}
        # The longest namespace first, so that a name is as short as it can be.
        self._spaces = sorted(spaces.items(), key=lambda item: (-len(item[0]), item))

    def short(self, term: str) -> str:
        """A term with its prefix if it has one; what holds an anonymous shape, for its IRI."""
        if not term.endswith(">"):
            return term
        if not term.startswith("<"):  # a literal with its datatype
            text, caret, datatype = term.rpartition("^^")
            return text + caret + self.short(datatype) if caret else term
        iri = term[1:-1]
        for space, prefix in self._spaces:
            if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space)):
                return f"{prefix}:{iri[len(space) :]}"
        return term

    def path(self, path: str) -> str:
        """A property path in SPARQL's syntax, its IRIs with their prefixes."""
        return _IRI.sub(lambda found: self.short(found[0]), path)

    def rule(self, result: Result) -> str:
        """A name for the shape of a result that stays the same over runs."""
        if result.shape.startswith("<"):
            return self.short(_ANONYMOUS.sub(_holder, result.shape))
        component = self.short(result.component).removesuffix("ConstraintComponent")
        return f"{component}({self.path(result.path)})" if result.path else component

    def message(self, text: str) -> str:
        """A message without the IRIs that anonymous shapes were lent."""
        return _ANONYMOUS.sub(lambda found: self.short(_holder(found)), text)


def _holder(found: re.Match[str]) -> str:
    # A shape that nothing named holds has no IRI to be a part of.
    return f"<{found[1]}>" if ":" in found[1] else found[1]
