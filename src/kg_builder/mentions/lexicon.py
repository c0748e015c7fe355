"""The TOML word lists of ontology/authority in, one frozen `Lexicon` of word classes out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kg_builder.model import EntityKind
from kg_builder.resources import folder


@dataclass(frozen=True, slots=True)
class Head:
    """A head noun: the class it gives a name, and the orgType or placeType with it."""

    kind: EntityKind
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Cues:
    """Words around or inside a name that tell its class; lower case but `surname_heads`."""

    place_before: frozenset[str]
    place_of: frozenset[str]
    person_before: frozenset[str]
    person_nouns: frozenset[str]
    person_after: frozenset[str]
    person_verbs: frozenset[str]
    person_objects: frozenset[str]
    place_nouns: frozenset[str]
    organization_nouns: frozenset[str]
    surname_heads: frozenset[str]
    abstract_endings: tuple[str, ...]
    never: frozenset[str]
    after: Mapping[str, Head]
    before: Mapping[str, Head]  # nouns of bodies, right before their names


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word classes of general knowledge; lower case where the field's comment says so.

    `heads_after` are head nouns that close a name or stand before "of", `heads_before` those
    that open one ("Lake Geneva"). `known` maps whole names to their class and type.
    """

    function_words: frozenset[str]  # lower case
    calendar: frozenset[str]
    not_acronyms: frozenset[str]
    honorifics: frozenset[str]
    roles: frozenset[str]
    role_modifiers: frozenset[str]
    role_complements: tuple[tuple[str, ...], ...]  # longest first
    after_name: frozenset[str]
    particles: frozenset[str]
    arabic_articles: frozenset[str]
    saying_verbs: frozenset[str]
    hyphen_tails: frozenset[str]
    hyphen_heads: frozenset[str]  # lower case
    field_words: frozenset[str]
    heads_after: Mapping[str, Head]
    heads_before: Mapping[str, Head]
    organization_first: Mapping[str, Head]
    company_suffixes: frozenset[str]
    peoples: frozenset[str]
    faiths: frozenset[str]
    adjectives_only: frozenset[str]
    directions: frozenset[str]
    first_names: frozenset[str]
    weak_first_names: frozenset[str]
    known: Mapping[str, Head]
    cues: Cues
    state_forms: Mapping[str, str]  # "Ga" to "Georgia"


def entries(text: str) -> tuple[str, ...]:
    """The entries of a list: separated by commas or line ends, in their order, each once."""
    parts = (" ".join(p.split()) for p in re.split(r"[,\n]", text))
    return tuple(dict.fromkeys(p for p in parts if p))


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the package; read once per process."""
    words, heads, peoples = _read("words"), _read("heads"), _read("peoples")
    names = _read("firstnames")
    after, before = _heads(heads)
    return Lexicon(
        function_words=frozenset(w.lower() for w in entries(words["function_words"])),
        calendar=frozenset(entries(words["weekdays_months"])),
        not_acronyms=frozenset(entries(words["not_acronyms"])),
        honorifics=frozenset(entries(words["honorifics"])),
        roles=frozenset(entries(words["roles"])),
        role_modifiers=frozenset(entries(words["role_modifiers"])),
        role_complements=tuple(
            sorted((tuple(e.split()) for e in entries(words["role_complements"])), key=_longest)
        ),
        after_name=frozenset(entries(words["after_name"])),
        particles=frozenset(entries(words["particles"])),
        arabic_articles=frozenset(entries(words["arabic_articles"])),
        saying_verbs=frozenset(entries(words["saying_verbs"])),
        hyphen_tails=frozenset(entries(words["hyphen_tails"])),
        hyphen_heads=frozenset(entries(words["hyphen_heads"])),
        field_words=frozenset(entries(words["field_words"])),
        heads_after=after,
        heads_before=before,
        organization_first={
            word: Head("Organization", kind)
            for kind, listed in heads["organization_first"].items()
            for word in entries(listed)
        },
        company_suffixes=frozenset(entries(heads["company_suffixes"])),
        peoples=_plurals(entries(peoples["ethnonyms"]) + entries(peoples["areas"])),
        faiths=_plurals(entries(peoples["faiths"])),
        adjectives_only=frozenset(entries(peoples["adjectives_only"])),
        directions=frozenset(entries(peoples["directions"])),
        first_names=frozenset(entries(names["names"])),
        weak_first_names=frozenset(entries(names["weak"])),
        known=_known(_read("organizations"), _read("places")),
        cues=_cues(_read("cues")),
        state_forms={
            short: full
            for full, listed in _read("states")["short"].items()
            for short in entries(listed)
        },
    )


def _read(name: str) -> dict[str, Any]:
    path = folder("ontology") / "authority" / f"lexicon-{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _longest(words: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return (-len(words), words)


def _plurals(words: tuple[str, ...]) -> frozenset[str]:
    plural = [w + "s" for w in words if not w.endswith(("s", "sh", "ch", "ese"))]
    return frozenset(words) | frozenset(plural)


def _heads(data: dict[str, Any]) -> tuple[dict[str, Head], dict[str, Head]]:
    after: dict[str, Head] = {}
    for word in entries(data["topic"]["words"]):
        after.setdefault(word, Head("Topic"))
    for word in entries(data["event"]["words"]):
        after.setdefault(word, Head("Event"))
    for org_type, words in data["organization"].items():
        for word in entries(words):
            after.setdefault(word, Head("Organization", org_type))
    for word in entries(data["facility"]["words"]):
        after.setdefault(word, Head("Facility", "facility"))
    for place_type in ("feature", "subdivision", "city", "region"):
        for word in entries(data["place"][place_type]):
            kind: EntityKind = "Region" if place_type == "region" else "Place"
            after.setdefault(word, Head(kind, place_type))
    before = {}
    for place_type in ("feature", "subdivision", "city", "facility"):
        for word in entries(data["place_before"].get(place_type, "")):
            opened: EntityKind = "Facility" if place_type == "facility" else "Place"
            before[word] = Head(opened, place_type)
    return after, before


def _known(organizations: dict[str, Any], places: dict[str, Any]) -> dict[str, Head]:
    found: dict[str, Head] = {}
    kinds: dict[str, EntityKind] = {"region": "Region", "facility": "Facility"}
    for place_type, names in places.items():
        for name in entries(names):
            found.setdefault(name, Head(kinds.get(place_type, "Place"), place_type))
    for org_type, table in organizations.items():
        for name in entries(table["names"]):
            found.setdefault(name, Head("Organization", org_type))
    return found


def _cues(data: dict[str, Any]) -> Cues:
    words = {k: frozenset(entries(v)) for k, v in data.items() if isinstance(v, str)}
    after = {
        word: Head(kind, None if kind == "Topic" else type_)
        for kind, lists in data["after"].items()
        for type_, listed in lists.items()
        for word in entries(listed)
    }
    return Cues(
        place_before=words["place_before"],
        place_of=words["place_of"],
        person_before=words["person_before"],
        person_nouns=words["person_nouns"],
        person_after=words["person_after"],
        person_verbs=words["person_verbs"],
        person_objects=words["person_objects"],
        place_nouns=words["place_nouns"],
        organization_nouns=words["organization_nouns"],
        surname_heads=words["surname_heads"],
        abstract_endings=entries(data["abstract_endings"]),
        never=words["never"],
        after=after,
        before={
            word: Head("Organization", type_)
            for type_, listed in data["before"].items()
            for word in entries(listed)
        },
    )
