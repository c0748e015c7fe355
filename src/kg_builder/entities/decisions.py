"""A user's `decisions.ttl` in, Decisions out: what is one entity, what is not, what it is called.

The file is Turtle with three kinds of statements, whose IRIs may be relative to the data's base:

    @prefix kg: <https://w3id.org/kg-builder/ontology#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <entity/person/j-doe> kg:sameEntityAs <entity/person/jane-doe> .
    <entity/organization/wfp> kg:differentEntityFrom <entity/organization/world-food-programme> .
    <entity/person/jane-doe> skos:prefLabel "Jane A. Doe" .
    <article/blast-3f2a9c11d0#entity=person/john-smith>
        kg:differentEntityFrom <entity/person/john-smith> .

An entity's IRI stands for the mentions that give it this IRI: those of its authority entry, or
those of its class and name (of its first article, where the IRI ends in a hash; of one country,
where the name is every country's and the IRI ends in its code). It does not depend on what the
rules or other decisions put together, so a decision holds when a later article would merge, split
or rename its entities, and every IRI that was ever seen in the graph may be used.
`article/KEY#entity=CLASS/NAME` stands for what one article calls so; it wins over the entity's
IRI, which then stands for the rest. Where the rest is not told apart, nothing is guessed: a
mention that could be either stays by itself.

A decision always wins over the rules; "different" wins over what "same" says further on. A new
name is the entity's label, the old one stays as an alias, and the IRI stays. A statement about
what is not in the corpus, or names several things, does nothing and is told in
`Resolution.notes`: taking an article out must not stop a build.

The terms are not owl:sameAs and owl:differentFrom: those speak of things, and these of what a
build takes for one thing, which may be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg_builder.errors import ConfigError
from kg_builder.vocab import SKOS, Minter, kg

SAME: Final = kg("sameEntityAs")
DIFFERENT: Final = kg("differentEntityFrom")
NAME: Final = SKOS + "prefLabel"

_CLASS: Final = "(?:person|organization|group|place|region|facility|topic)"
_ENTITY: Final = re.compile(rf"entity/{_CLASS}/[a-z0-9-]+")
_HANDLE: Final = re.compile(rf"article/[^#/?\s]+#entity={_CLASS}/[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a user decided; false when empty. Keys are IRIs without the base.

    `same` and `different` are sorted pairs of keys, `names` pairs of a key and a label; `file` is
    the file's name without its folder.
    """

    same: tuple[tuple[str, str], ...] = ()
    different: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    file: str = "decisions.ttl"

    def __bool__(self) -> bool:
        return bool(self.same or self.different or self.names)


def load(path: Path, minter: Minter) -> Decisions:
    """The decisions of one Turtle file, for data under the minter's base.

    Raises ConfigError with the file, and the line or the IRI, for a file that is missing or is
    not Turtle, for a statement of another kind, for an IRI that cannot be an entity's, and for
    decisions that contradict one another.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: the decisions cannot be read ({error.strerror}); check `decisions`"
        ) from error
    same: set[tuple[str, str]] = set()
    different: set[tuple[str, str]] = set()
    names: dict[str, str] = {}
    # a relative IRI needs a base that it can be resolved against
    base = minter.base if minter.base.endswith("/") and "://" in minter.base else None
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=base):
            subject = _key(path, quad.subject, minter)
            predicate = quad.predicate.value
            if predicate == NAME:
                _add_name(path, names, subject, quad.object)
            elif predicate in (SAME, DIFFERENT):
                pair = sorted((subject, _key(path, quad.object, minter)))
                (same if predicate == SAME else different).add((pair[0], pair[1]))
            else:
                raise ConfigError(
                    f"{path}: <{predicate}> is no decision; use kg:sameEntityAs, "
                    "kg:differentEntityFrom or skos:prefLabel"
                )
    except SyntaxError as error:
        raise ConfigError(
            f"{path}, line {error.lineno}: not valid Turtle ({error.msg}); mend that line"
        ) from error
    _check(path, same, different, names)
    return Decisions(
        tuple(sorted(same)), tuple(sorted(different)), tuple(sorted(names.items())), path.name
    )


def _key(path: Path, term: object, minter: Minter) -> str:
    """The key of an IRI that can be an entity's or an article's entity."""
    if not isinstance(term, ox.NamedNode):
        raise ConfigError(f"{path}: {term} is no IRI; name an entity by its IRI")
    if not term.value.startswith(minter.base):
        raise ConfigError(
            f"{path}: <{term.value}> does not stand under the data's base <{minter.base}>"
        )
    key = term.value.removeprefix(minter.base)
    if not _ENTITY.fullmatch(key) and not _HANDLE.fullmatch(key):
        raise ConfigError(
            f"{path}: <{term.value}> is no entity; use entity/CLASS/NAME or "
            "article/KEY#entity=CLASS/NAME, as in entity/person/jane-doe"
        )
    return key


def _add_name(path: Path, names: dict[str, str], key: str, term: object) -> None:
    name = " ".join(term.value.split()) if isinstance(term, ox.Literal) else ""
    if not name:
        raise ConfigError(f"{path}: <{key}> has a skos:prefLabel that is no text; write a name")
    if names.setdefault(key, name) != name:
        raise ConfigError(f"{path}: <{key}> has more than one skos:prefLabel; keep one")


def groups(same: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first key of its group for every key of the pairs, transitively."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for pair in same:
        one, other = sorted(map(root, pair))
        parent[other] = one
    return {key: root(key) for key in list(parent)}


def _check(
    path: Path,
    same: set[tuple[str, str]],
    different: set[tuple[str, str]],
    names: dict[str, str],
) -> None:
    """Raise ConfigError where decisions contradict one another."""
    first = groups(sorted(same))
    for one, other in sorted(different):
        if first.get(one, one) == first.get(other, other):
            raise ConfigError(
                f"{path}: <{one}> and <{other}> are decided to be different and the same; "
                "take one of the two out"
            )
    chosen: dict[str, tuple[str, str]] = {}
    for key, name in sorted(names.items()):
        known, given = chosen.setdefault(first.get(key, key), (key, name))
        if given != name:
            raise ConfigError(
                f"{path}: <{known}> and <{key}> are decided to be the same and have two names; "
                "keep one"
            )
