"""Candidates of a document in, its short forms out: "the Commission", "Air Force", "De Gaulle"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg_builder.mentions.candidates import Candidate, Sent, join_tokens
from kg_builder.mentions.lexicon import Lexicon

_NOT_AFTER = frozenset({"of", "for", "on", "-", "'s", "&"})
_BODIES = ("Organization", "Facility")


def bare_heads(
    sents: Iterable[Sent], found: Sequence[Candidate], lexicon: Lexicon
) -> list[tuple[Candidate, str]]:
    """As in "the Commission" after "European Commission": (new candidate, surface it is short for).

    Only where the article names one body with that head noun, and names it before.
    """
    bodies: dict[str, dict[str, Candidate]] = {}
    for c in found:
        if c.kind in _BODIES and " " in c.surface and c.confidence >= 0.75:
            for word in {c.surface.split()[-1], c.surface.partition(" of ")[0].split()[-1]}:
                bodies.setdefault(word, {}).setdefault(c.surface, c)
    made = []
    for sent in sents if bodies else ():
        for i, token in enumerate(sent.tokens[1:], 1):
            named = bodies.get(token.text)
            if named is None or len(named) != 1 or sent.tokens[i - 1].text not in ("the", "The"):
                continue
            (long,) = named.values()
            head = lexicon.heads_after.get(token.text)
            after = sent.tokens[i + 1] if i + 1 < len(sent.tokens) else None
            if head is None or head.kind != long.kind or long.start > token.start:
                continue
            if after is not None and (after.text in _NOT_AFTER - {"'s"} or after.cap):
                continue
            made.append((_like(long, sent, i, i + 1, 0.8), long.surface))
    return made


def tails(found: Sequence[Candidate]) -> dict[str, str]:
    """As in "Air Force" after "US Air Force": short surface to the only longer one of its type."""
    longer: dict[str, dict[str, Candidate]] = {}
    for c in found:
        words = c.surface.split()
        if c.kind == "Organization" and len(words) > 2:
            for k in range(1, len(words) - 1):
                longer.setdefault(" ".join(words[k:]), {}).setdefault(c.surface, c)
    made: dict[str, str] = {}
    for c in found:
        known = longer.get(c.surface, {})
        if c.kind == "Organization" and c.concept is None and len(known) == 1:
            (long,) = known.values()
            if long.type == c.type and long.start < c.start:
                made.setdefault(c.surface, long.surface)
    return made


def particles(
    sents: Iterable[Sent], found: Sequence[Candidate], lexicon: Lexicon
) -> list[Candidate]:
    """As in "De Gaulle" where the article has "Charles de Gaulle"."""
    names: dict[str, list[tuple[tuple[str, ...], Candidate]]] = {}
    for c in found:
        words = c.surface.split()
        if c.kind != "Person" or len(words) < 3:
            continue
        for k in range(1, len(words) - 1):
            if words[k] in lexicon.particles:
                tail = (words[k], *words[k + 1 :])
                for first in (tail[0], tail[0].capitalize()):
                    names.setdefault(first, []).append(((first, *tail[1:]), c))
                break
    if not names:
        return []
    made = []
    for sent in sents:
        texts = [t.text for t in sent.tokens]
        for i, text in enumerate(texts):
            for tail, long in names.get(text, ()):
                before = texts[i - 1] if i else ""
                within = before[:1].isupper() or before in lexicon.particles
                if tuple(texts[i : i + len(tail)]) == tail and not within:
                    made.append(_like(long, sent, i, i + len(tail), 0.85))
                    break
    return made


def _like(long: Candidate, sent: Sent, a: int, b: int, confidence: float) -> Candidate:
    tokens = sent.tokens
    return Candidate(
        start=tokens[a].start, end=tokens[b - 1].end, surface=join_tokens(tokens, a, b),
        sentence=sent.index, kind=long.kind, type=long.type, method="coref",
        confidence=confidence, concept=long.concept, a=a, b=b, fixed=True,
    )  # fmt: skip


def stands_as_place(sent: Sent, c: Candidate, states: Mapping[str, str]) -> bool:
    """As in "in Washington", "Washington, D.C.": the words around make it a place here."""
    before = sent.tokens[c.a - 1].text if c.a else ""
    rest = [t.text for t in sent.tokens[c.b : c.b + 2]]
    return before in ("in", "near", "outside", "across") or (
        len(rest) == 2 and rest[0] == "," and (rest[1] in states or rest[1].startswith("D.C"))
    )
