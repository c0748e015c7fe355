"""Clusters in the making in; joined where names, acronyms or aliases are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kg_builder.entities.classes import is_sure
from kg_builder.entities.generic import Homes, is_generic, word_key
from kg_builder.entities.names import acronym_form, is_partial, keeps_both_ends, normal
from kg_builder.entities.nodes import PLACES, Clusters, Node
from kg_builder.entities.variants import legal_core
from kg_builder.model import EntityKind

if TYPE_CHECKING:
    from kg_builder.authority import Authority

_HE: Final = frozenset("mr sir lord king prince sheikh shaikh father brother".split())
_SHE: Final = frozenset("mrs ms miss madam lady queen princess sister baroness".split())
GENDERED: Final = _HE | _SHE
"""Titles that tell nothing of an office."""


def genders(titles: set[str]) -> frozenset[str]:
    """The genders, "he" and "she", that folded titles tell."""
    told = (("he", _HE), ("she", _SHE))
    return frozenset(name for name, words in told if titles & words)


def folded_titles(node: Node) -> set[str]:
    """The titles of a node as compared."""
    return {title.casefold().rstrip(".") for title in node.local.titles}


def join_names(clusters: Clusters, authority: Authority, homes: Homes) -> list[list[int]]:
    """Join equal names of one class; the nodes of names that two people have, out.

    Bare surnames and untold places stay by themselves, names that every country has and their
    acronyms are one within a country, and an acronym of several names is none of them.
    """
    contested = []
    several, everybodys = _doubtful(clusters, authority)
    for (norm, kind), same in _blocks(clusters):
        nodes = clusters.nodes
        bare = [n for n in same if nodes[n].local.authority is None]
        bare = [n for n in bare if acronym_form(nodes[n].local.name) not in several]
        if not bare or nodes[bare[0]].is_bare_surname:
            continue
        name = min(nodes[n].local.name for n in same)
        if kind in PLACES and is_known_place(name, authority):
            continue
        reason = f"same name “{norm}” and class {kind}"
        if kind == "Person" and _of_two_genders(nodes[n] for n in same):
            contested.append(same)
            continue
        if nodes[bare[0]].home is not None or acronym_form(name) in everybodys:
            for home, members in _by_home(clusters, bare, homes):
                clusters.join_all(members, f"{reason}, in articles about {home}")
            continue
        linked = [n for n in same if nodes[n].local.authority is not None]
        concepts = {nodes[n].local.authority for n in linked}
        clusters.join_all(sorted(linked + bare) if len(concepts) == 1 else bare, reason)
    return contested


def _blocks(clusters: Clusters) -> Iterator[tuple[tuple[str, EntityKind], list[int]]]:
    blocks: dict[tuple[str, EntityKind], list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        blocks[node.norm, node.kind].append(number)
    yield from blocks.items()


def _by_home(
    clusters: Clusters, numbers: Sequence[int], homes: Homes
) -> list[tuple[str, list[int]]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        groups[homes.of(clusters.nodes[number].article)].append(number)
    return sorted(groups.items())


def _of_two_genders(nodes: Iterator[Node]) -> bool:
    told: set[str] = set()
    for node in nodes:
        if node.local.titles:
            told |= genders(folded_titles(node))
    return len(told) > 1


def join_national(clusters: Clusters, homes: Homes) -> None:
    """Join a country's body with and without the country in its name, in any order of words.

    "Supreme Court of Kenya", "Kenyan Supreme Court", and "Supreme Court" in articles about Kenya;
    where two entries of the authority files fit, none is taken.
    """
    found: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    told: set[tuple[str, str]] = set()
    known: dict[str, tuple[str, str] | None] = {}
    for number, node in enumerate(clusters.nodes):
        if node.kind != "Organization":
            continue
        name = node.local.name
        if node.home is None:
            if name not in known:
                known[name] = homes.national(name)
            key = known[name]
            told.update([key] if key is not None else [])
        else:
            words = word_key(node.norm)
            key = (node.home, words) if words is not None else None
        if key is not None:
            found[key][number] = name
    for key, members in sorted(found.items()):
        entries = {clusters.authority(number) for number in members} - {None}
        if key not in told and len({clusters.nodes[n].norm for n in members}) < 2:
            continue
        if len(entries) < 2 and not key[0].startswith("article/"):
            names = " and ".join(f"“{name}”" for name in sorted(set(members.values()))[:3])
            clusters.join_all(sorted(members), f"{names} are one body of one country ({key[0]})")


def is_known_place(name: str, authority: Authority) -> bool:
    """Whether the authority files or GeoNames know a place of this name.

    An article that left such a name without a link could not tell which place it means, or
    meant one that they do not know: the name alone then says nothing in another article.
    """
    forms = (name, name.title()) if name.isupper() else (name,)
    return any(
        authority.cities(form) or any(c.kind in PLACES for c in authority.lookup(form))
        for form in forms
    )


def _definitions(clusters: Clusters, authority: Authority) -> dict[str, dict[int, str]]:
    """For each acronym the nodes whose articles or authority entries give it, and their names."""
    defined: dict[str, dict[int, str]] = defaultdict(dict)
    known: dict[str, tuple[str, ...]] = {}
    for number, node in enumerate(clusters.nodes):
        own = acronym_form(node.local.name)
        surfaces = [node.local.acronym, *node.local.aliases]
        iri = node.local.authority
        if iri is not None and node.kind == "Organization":
            if iri not in known:
                concept = authority.get(iri)
                known[iri] = concept.acronyms if concept else ()
            surfaces += known[iri]
        for surface in surfaces:
            form = acronym_form(surface) if surface else None
            if form is not None and form != own:
                defined[form].setdefault(number, node.local.name)
    return defined


def _doubtful(clusters: Clusters, authority: Authority) -> tuple[frozenset[str], frozenset[str]]:
    """Acronyms of several names, which may yet turn out to be one, and of everybody's names."""
    several, everybodys = set(), set()
    for form, definers in _definitions(clusters, authority).items():
        nodes = [clusters.nodes[n] for n in definers]
        if len({n.local.authority or _core(n.norm) for n in nodes}) > 1:
            several.add(form)
        elif nodes[0].home is not None:
            everybodys.add(form)
    return frozenset(several), frozenset(everybodys)


def _core(norm: str) -> str:
    return legal_core(norm)[0] or norm


def _join_definers(clusters: Clusters, form: str, definers: Mapping[int, str]) -> None:
    """Join bodies with one acronym whose names differ by a legal form or by words left out."""
    by_core: dict[str, list[int]] = defaultdict(list)
    for number in sorted(definers):
        node = clusters.nodes[number]
        if node.home is None and node.kind == "Organization" and not is_generic(_core(node.norm)):
            by_core[_core(node.norm)].append(number)
    cores = sorted(by_core, key=lambda core: (len(core), core))
    for place, short in enumerate(cores):
        same = list(by_core[short])
        fuller = [c for c in cores[place + 1 :] if " " in short and is_partial(short, c)]
        if len(fuller) == 1:
            same += by_core[fuller[0]]
        names = {clusters.nodes[n].norm for n in same}
        if len(names) > 1:
            clusters.join_all(
                sorted(same), f"one name but for some words, and one acronym “{form}”"
            )


def join_acronyms(clusters: Clusters, authority: Authority, homes: Homes) -> None:
    """Join a bare acronym to the one name that articles give together with it."""
    bare: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        form = acronym_form(node.local.name)
        if form is not None:
            bare[form].append(number)
    for form, definers in sorted(_definitions(clusters, authority).items()):
        if len(definers) > 1:
            _join_definers(clusters, form, definers)
        for target in _targets(clusters, definers):
            reason = f"“{form}” is given with “{definers[target]}” and with no other name"
            _attach(clusters, target, bare[form], reason, homes)


def _targets(clusters: Clusters, definers: Mapping[int, str]) -> list[int]:
    """The body that an acronym stands for, or the one of each country; none where it is unclear."""
    first: dict[int, int] = {}
    for number in sorted(definers):
        first.setdefault(clusters.root(number), number)
    homes = {clusters.nodes[number].home for number in first.values()}
    told = None not in homes and len(homes) == len(first)
    return list(first.values()) if len(first) == 1 or told else []


def _attach(
    clusters: Clusters, target: int, numbers: Sequence[int], reason: str, homes: Homes
) -> None:
    """Join unlinked nodes of the target's class (or of no sure class) to the target.

    What has a name that every country has takes none from articles about another country.
    """
    home = clusters.nodes[target].home
    for number in numbers:
        node = clusters.nodes[number]
        linked = clusters.authority(number)
        if clusters.root(number) == clusters.root(target):
            continue
        if linked is not None and linked != clusters.authority(target):
            continue
        kind = clusters.nodes[clusters.root(target)].kind
        if node.kind != kind and is_sure(node):
            continue
        if home is not None and homes.of(node.article) != home:
            continue
        node.kind = kind
        if clusters.union(target, number):
            clusters.note(target, reason)


def join_aliases(clusters: Clusters, homes: Homes) -> None:
    """Join a name to the one entity that another article calls by it as well."""
    defined: dict[tuple[EntityKind, str], dict[int, str]] = defaultdict(dict)
    named: dict[tuple[EntityKind, str], list[int]] = defaultdict(list)
    for number, node in enumerate(clusters.nodes):
        if node.kind in PLACES:
            continue
        named[node.kind, node.norm].append(number)
        for alias in map(normal, node.local.aliases):
            if _proves(alias, node):
                defined[node.kind, alias].setdefault(clusters.root(number), node.local.name)
    for (kind, alias), definers in sorted(defined.items()):
        roots = {clusters.root(root) for root in definers}
        if len(roots) != 1 or (kind, alias) not in named:
            continue
        target = min(definers)
        reason = f"“{alias}” is another name of “{definers[target]}” and of nothing else"
        _attach(clusters, target, named[kind, alias], reason, homes)


def _proves(alias: str, node: Node) -> bool:
    """Whether an alias is full enough to mean the same thing in another article."""
    if " " not in alias or alias == node.norm or is_generic(alias):
        return False
    if node.kind == "Person" and keeps_both_ends(alias, node.norm):
        return True
    return not is_partial(alias, node.norm)
