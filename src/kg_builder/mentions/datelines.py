"""A paragraph's first sentence in, the place in capitals that its dateline names out."""

from __future__ import annotations

from typing import Final

from kg_builder.mentions.candidates import Candidate, Sent, join_tokens
from kg_builder.mentions.places import Places

_DASHES: Final = frozenset({"—", "–", "-", "―"})
_LONGEST: Final = 4
_REACH: Final = 22


def dateline(sent: Sent, places: Places) -> Candidate | None:
    """As in "TRIPOLI, Lebanon (AP) — …": the capitals before the dash, if they name a place.

    Capitals that no known place bears count only where a place stands after their comma.
    """
    tokens = sent.tokens
    b = 0
    while b < min(_LONGEST, len(tokens)) and _shouts(tokens[b].text):
        b += 1
    if not b or b >= len(tokens):
        return None
    dash = next((k for k in range(b, min(_REACH, len(tokens))) if _dash(sent, k)), None)
    if dash is None or (dash > b and tokens[b].text not in (",", "(")):
        return None
    surface = join_tokens(tokens, 0, b)
    found = places.readings(surface) or places.readings(surface.title())
    if not found:
        inside = places.state(sent, b + 1) if tokens[b].text == "," else None
        follows = (
            b + 1 < dash
            and tokens[b].text == ","
            and any(
                r.place_type in ("country", "territory", "subdivision")
                for n in (1, 2)
                for r in places.readings(join_tokens(tokens, b + 1, min(b + 1 + n, len(tokens))))
            )
        )
        if inside is None and not follows:
            return None
    return Candidate(
        start=tokens[0].start, end=tokens[b - 1].end, surface=surface, sentence=sent.index,
        kind="Place", type="city", method="dateline", confidence=0.9, a=0, b=b, fixed=True,
    )  # fmt: skip


def _shouts(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace(".", "")
    return len(letters) > 1 and letters.isalpha() and letters.isupper()


def _dash(sent: Sent, k: int) -> bool:
    """A dash with white space on both sides, or two hyphens."""
    token = sent.tokens[k]
    if token.text not in _DASHES:
        return False
    after = sent.tokens[k + 1] if k + 1 < len(sent.tokens) else None
    return token.spaced and (after is None or after.spaced or after.text == "-")
