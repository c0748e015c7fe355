"""Event types in Turtle and closed word classes in TOML in, trigger and word tables out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import pyoxigraph as ox

from kg_builder.errors import AuthorityError
from kg_builder.vocab import EVENT_TYPES, SKOS

Form = Literal["base", "s", "past", "participle", "pasts", "ing", "singular", "plural"]
"""Form of a trigger word; `pasts` is a past that may as well be the participle."""

_VOWELS: Final = "aeiou"
_DOUBLED: Final = frozenset(
    "stab ban gun rebut expel pin plot kidnap ship nab wed trap expel rob".split()
)


@dataclass(frozen=True, slots=True)
class Words:
    """The closed word classes, as sets and tables."""

    classes: dict[str, frozenset[str]]
    factuality: dict[str, frozenset[str]]
    counts: dict[str, frozenset[str]]
    named_heads: dict[str, str]
    roles: dict[tuple[str, ...], str]
    irregular: dict[str, tuple[str, str]]
    pasts: frozenset[str]


@cache
def words() -> Words:
    """The word classes that ship with the package."""
    data = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

    def sets(table: str) -> dict[str, frozenset[str]]:
        return {name: frozenset(text.split()) for name, text in data[table].items()}

    irregular = {
        lemma: (forms.split()[0], forms.split()[1]) for lemma, forms in data["irregular"].items()
    }
    roles = {
        tuple(role.split()): predicate
        for predicate, text in data["roles"].items()
        if predicate != "past"
        for line in text.strip().splitlines()
        for role in line.split("|")
        if role
    }
    return Words(
        classes=sets("classes"),
        factuality=sets("factuality"),
        counts=sets("counts"),
        named_heads={w: kind for kind, text in data["named_heads"].items() for w in text.split()},
        roles=roles,
        irregular=irregular,
        pasts=frozenset(past for past, _ in irregular.values()),
    )


@dataclass(frozen=True, slots=True)
class EventType:
    """One concept of the scheme; `broader` names all concepts above it."""

    name: str
    label: str
    broader: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a trigger's words mean: the type, part of speech and form."""

    type: str
    pos: Literal["v", "n"]
    form: Form


class Lexicon:
    """Trigger phrases by their first word.

    `types` maps local names to types. Raises AuthorityError for a file that is not valid
    Turtle or has a trigger without "/v" or "/n".
    """

    def __init__(self, path: Path) -> None:
        self.types, triggers = _read(path)
        self._entries: dict[tuple[str, ...], tuple[Entry, ...]] = {}
        for phrase, pos, kind in triggers:
            for tokens, form in _forms(phrase, pos):
                held = self._entries.get(tokens, ())
                entry = Entry(kind, pos, form)
                if not any(e.pos == pos for e in held):
                    self._entries[tokens] = (*held, entry)
        self._first: dict[str, int] = {}
        for tokens in self._entries:
            self._first[tokens[0]] = max(self._first.get(tokens[0], 0), len(tokens))

    def longest(self, first: str) -> int:
        """Number of words of the longest trigger that begins with a word; 0 for none."""
        return self._first.get(first, 0)

    def entries(self, tokens: tuple[str, ...]) -> tuple[Entry, ...]:
        """What exactly these lower-case words mean."""
        return self._entries.get(tokens, ())

    def is_violent(self, kind: str) -> bool:
        """Whether a type lies under PLOVER's ASSAULT."""
        return "ASSAULT" in self.types[kind].broader


def _read(path: Path) -> tuple[dict[str, EventType], list[tuple[str, Literal["v", "n"], str]]]:
    labels: dict[str, str] = {}
    broader: dict[str, set[str]] = {}
    triggers: list[tuple[str, Literal["v", "n"], str]] = []
    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(EVENT_TYPES):
                continue
            name = subject.value.removeprefix(EVENT_TYPES)
            text = "" if isinstance(value, (ox.BlankNode, ox.Triple)) else value.value
            if quad.predicate.value == SKOS + "prefLabel":
                labels[name] = text
            elif quad.predicate.value == SKOS + "broader":
                broader.setdefault(name, set()).add(text.removeprefix(EVENT_TYPES))
            elif quad.predicate.value == SKOS + "hiddenLabel":
                triggers.append((*_trigger(path, text), name))
    except SyntaxError as error:
        raise AuthorityError(
            f"{path.name}, line {error.lineno}: not valid Turtle ({error.msg}); mend that line"
        ) from error
    types = {n: EventType(n, label, _above(n, broader)) for n, label in sorted(labels.items())}
    return types, sorted(triggers)


def _trigger(path: Path, text: str) -> tuple[str, Literal["v", "n"]]:
    phrase, _, pos = text.rpartition("/")
    if phrase and pos == "v":
        return phrase, "v"
    if phrase and pos == "n":
        return phrase, "n"
    raise AuthorityError(f'{path.name}: the trigger {text!r} must end in "/v" or "/n"')


def _above(name: str, broader: dict[str, set[str]]) -> frozenset[str]:
    seen: set[str] = set()
    queue = [name]
    while queue:
        for parent in broader.get(queue.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    return frozenset(seen | {name})


def _forms(phrase: str, pos: Literal["v", "n"]) -> list[tuple[tuple[str, ...], Form]]:
    """All inflected forms of a trigger phrase, as lower-case words."""
    tokens = phrase.lower().split()
    if pos == "v":
        return [((form, *tokens[1:]), kind) for form, kind in verb_forms(tokens[0])]
    head = tokens.index("of") - 1 if "of" in tokens else len(tokens) - 1
    plural = (*tokens[:head], plural_form(tokens[head]), *tokens[head + 1 :])
    return [(tuple(tokens), "singular"), (plural, "plural")]


def verb_forms(lemma: str) -> list[tuple[str, Form]]:
    """The inflected forms of an English verb; irregular ones come from words.toml."""
    stem = lemma + lemma[-1] if _is_doubled(lemma) else lemma
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        third = lemma[:-1] + "ies"
    ing = (stem[:-1] if stem.endswith("e") and not stem.endswith("ee") else stem) + "ing"
    if lemma in ("die", "lie", "tie"):
        ing = lemma[:-2] + "ying"
    forms: list[tuple[str, Form]] = [(lemma, "base"), (third, "s"), (ing, "ing")]
    past, participle = words().irregular.get(lemma, ("", ""))
    if not past:
        past = participle = _regular_past(lemma, stem)
    if past == lemma:
        return forms
    if past == participle:
        return [*forms, (past, "pasts")]
    return [*forms, (past, "past"), (participle, "participle")]


def _is_doubled(lemma: str) -> bool:
    return lemma in _DOUBLED


def _regular_past(lemma: str, stem: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        return lemma[:-1] + "ied"
    return stem + "ed"


def plural_form(noun: str) -> str:
    """The plural of an English noun; one that ends in "s" is taken as it is."""
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    if noun.endswith(("ss", "sh", "ch", "x", "z")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"
