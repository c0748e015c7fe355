"""Clusters in the making in; joined where names fit, nothing else does, and articles agree.

Names that only may mean the same (a surname, initials, another transliteration, an acronym whose
name is given elsewhere) meet by a key. They are joined when the corpus has one candidate alone and
their articles name other things in common. Two that one article tells apart are never joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from kg_builder.entities.names import acronym_form
from kg_builder.entities.nodes import PLACES, Clusters, Node
from kg_builder.entities.variants import (
    abbreviates,
    initials,
    legal_core,
    person_words,
    sounds,
    spelled_alike,
)

_COMMON_SHARE: Final = 10
_COMMON: Final = (5, 50)
"""An entity tells nothing of its article's subject when a tenth of all articles, but at least the
first and at most the second number of them, name it."""

_READ: Final = 50
"""Articles of a cluster whose entities are compared, in order of their keys: bounds the work."""

_CROWD: Final = 8
"""More candidates than this under one key say that the key tells nothing."""

_VAGUE: Final = frozenset({"Region", "Group"})
"""Classes whose members tie no two stories together: "American" stands everywhere."""

_STATES: Final = frozenset({"country", "territory", "region"})
_HE: Final = frozenset("mr sir lord king prince sheikh shaikh father brother".split())
_SHE: Final = frozenset("mrs ms miss madam lady queen princess sister baroness".split())


class Context:
    """What articles name, as it stood before the first join by context."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters
        self.roots: dict[str, list[int]] = defaultdict(list)
        self.articles: dict[int, set[str]] = defaultdict(set)
        self.members: dict[int, list[int]] = defaultdict(list)
        for number, node in enumerate(clusters.nodes):
            root = clusters.root(number)
            self.members[root].append(number)
            if node.article not in self.articles[root]:
                self.articles[root].add(node.article)
                self.roots[node.article].append(root)
        low, high = _COMMON
        limit = min(high, max(low, len(self.roots) // _COMMON_SHARE))
        self._telling: dict[str, list[int]] = {
            article: [root for root in roots if self._tells(root, limit)]
            for article, roots in self.roots.items()
        }

    def _tells(self, root: int, limit: int) -> bool:
        if not 1 < len(self.articles[root]) <= limit:
            return False
        node = self.clusters.nodes[root]
        return node.kind not in _VAGUE and node.local.place_type not in _STATES

    def together(self, one: int, other: int) -> bool:
        """Whether an article names both as two things."""
        return not self.articles[one].isdisjoint(self.articles[other])

    def shared(self, one: int, other: int) -> list[str]:
        """Names of telling entities that articles of both clusters have in common, sorted."""
        small, large = sorted((one, other), key=lambda r: (len(self.articles[r]), r))
        there = self.articles[large]
        found = set()
        for article in sorted(self.articles[small])[:_READ]:
            elsewhere = there - {article} if article in there else there
            for root in self._telling[article]:
                if root not in (one, other) and not elsewhere.isdisjoint(self.articles[root]):
                    found.add(self.clusters.nodes[root].local.name)
        return sorted(found)

    def titles(self, root: int) -> set[str]:
        """The titles that articles give a cluster's person, folded."""
        return {
            title.casefold().rstrip(".")
            for number in self.members[root]
            for title in self.clusters.nodes[number].local.titles
        }


def join_by_context(clusters: Clusters) -> None:
    """Join what the module says, in steps from the surest key to the least sure one.

    Each step finds all its pairs before it joins one, so no order matters.
    """
    context = Context(clusters)
    for step in (_legal_forms, _initials, _spellings, _expansions, _surnames):
        for one, other, reason in sorted(step(context)):
            if clusters.union(one, other):
                clusters.note(one, reason)


Pair = tuple[int, int, str]


def _heads(context: Context, kinds: Iterable[str]) -> list[tuple[int, Node]]:
    """The first node of each cluster of some classes as it stood, in order."""
    wanted = frozenset(kinds)
    nodes = context.clusters.nodes
    return [(root, nodes[root]) for root in context.members if nodes[root].kind in wanted]


def _norms(context: Context, root: int) -> list[str]:
    """The names that a cluster's articles give it, normalised, in order."""
    return sorted({context.clusters.nodes[n].norm for n in context.members[root]})


def _distinct(context: Context, roots: Iterable[int]) -> list[int]:
    """The roots that are still different clusters, the smallest of each."""
    first: dict[int, int] = {}
    for root in sorted(set(roots)):
        first.setdefault(context.clusters.root(root), root)
    return list(first.values())


def _because(shared: Sequence[str]) -> str:
    shown = " and ".join(f"“{name}”" for name in shared[:2])
    return f"; their articles both name {shown}" if shown else ""


def _legal_forms(context: Context) -> list[Pair]:
    """A company with and without its legal form, where the corpus has no other form of it.

    A single word is joined only where an article of each names a third thing, or one names both.
    """
    forms: dict[str, dict[tuple[str, ...], list[int]]] = defaultdict(lambda: defaultdict(list))
    plain: dict[str, list[int]] = defaultdict(list)
    for root, _ in _heads(context, ("Organization",)):
        for norm in _norms(context, root):
            core, form = legal_core(norm)
            if core:
                forms[core][form].append(root)
            else:
                plain[norm].append(root)
    found = []
    for core, by_form in forms.items():
        if len(by_form) > 1:
            continue
        roots = [r for form in by_form.values() for r in form]
        first, *others = _distinct(context, (*roots, *plain.get(core, ())))
        for other in others:
            shared = context.shared(first, other)
            if " " in core or shared or context.together(first, other):
                name = min(context.clusters.nodes[r].local.name for r in roots)
                reason = f"“{name}” is “{core}” with its legal form{_because(shared)}"
                found.append((first, other, reason))
    return found


def _against(context: Context, one: int, other: int) -> bool:
    """Whether two people are told apart by one article, or by titles of two genders."""
    left, right = context.titles(one), context.titles(other)
    genders = (left & _HE and right & _SHE) or (left & _SHE and right & _HE)
    return bool(genders) or context.together(one, other)


def _support(context: Context, one: int, other: int) -> tuple[int, str]:
    """How much speaks for two people being one, and that in words."""
    shared = context.shared(one, other)
    titles = (context.titles(one) & context.titles(other)) - _HE - _SHE
    words = _because(shared)
    if titles:
        words += f"; both are “{min(titles)}”"
    return len(shared) + bool(titles), words


def _initials(context: Context) -> list[Pair]:
    """A person with initials or without a middle name, where one fuller name alone fits."""
    blocks: dict[tuple[str, str], dict[tuple[str, ...], list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for root, _ in _heads(context, ("Person",)):
        for number in context.members[root]:
            words = person_words(context.clusters.nodes[number].local.name)
            if len(words) > 1 and root not in blocks[words[-1], words[0][0]][words]:
                blocks[words[-1], words[0][0]][words].append(root)
    found = []
    for block in blocks.values():
        for short, owners in block.items():
            fuller = {r for words, rs in block.items() if abbreviates(short, words) for r in rs}
            for one in _distinct(context, owners):
                fits = _distinct(context, fuller - set(owners))
                if len(fits) != 1 or _against(context, one, fits[0]):
                    continue
                points, why = _support(context, one, fits[0])
                if points:
                    nodes = context.clusters.nodes
                    found.append((one, fits[0], _only(nodes[one], nodes[fits[0]], why)))
    return found


def _only(short: Node, full: Node, words: str) -> str:
    return f"“{short.local.name}” fits “{full.local.name}” and no other name{words}"


def _surnames(context: Context) -> list[Pair]:
    """A bare surname, where one person of the corpus has it and two things speak for it."""
    bearers: dict[str, set[int]] = defaultdict(set)
    bare: list[int] = []
    for root, node in _heads(context, ("Person",)):
        if node.is_bare_surname:
            bare.append(root)
        for norm in _norms(context, root):
            if " " in norm:
                bearers[norm.rsplit(" ", 1)[-1]].add(root)
    found = []
    for root in bare:
        node = context.clusters.nodes[root]
        fits = _distinct(context, bearers.get(node.norm, ()))
        if len(fits) != 1 or root in fits or _against(context, root, fits[0]):
            continue
        points, words = _support(context, root, fits[0])
        if points > 1:
            found.append((root, fits[0], _only(node, context.clusters.nodes[fits[0]], words)))
    return found


def _spellings(context: Context) -> list[Pair]:
    """Transliterations of one name, where two other things tie their articles together."""
    blocks: dict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    kinds = ("Person", "Organization", "Facility", "Place")
    for root, node in _heads(context, kinds):
        family = "Place" if node.kind in PLACES else node.kind
        if not node.is_bare_surname:
            for norm in _norms(context, root):
                if acronym_form(node.local.name) is None:
                    blocks[(family, *sounds(norm))].setdefault(norm, root)
    found = []
    for block in blocks.values():
        if not 1 < len(block) <= _CROWD:
            continue
        names = sorted(block)
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                long = " " in one
                pair = (block[one], block[other])
                if len(_distinct(context, pair)) < 2 or context.together(*pair):
                    continue
                if not spelled_alike(one, other, 2 if long else 3):
                    continue
                shared = context.shared(*pair)
                if len(shared) >= (2 if long else 3):
                    reason = f"“{one}” and “{other}” are spellings of one name{_because(shared)}"
                    found.append((*pair, reason))
    return found


def _expansions(context: Context) -> list[Pair]:
    """A bare acronym that fits the initials of one organisation, with two things in common."""
    names: dict[str, set[int]] = defaultdict(set)
    bare: list[tuple[str, int]] = []
    for root, node in _heads(context, ("Organization",)):
        surfaces = sorted({context.clusters.nodes[n].local.name for n in context.members[root]})
        forms = {acronym_form(name) for name in surfaces}
        if None in forms:
            for name in surfaces:
                if (short := initials(name)) is not None:
                    names[short].add(root)
        elif node.local.authority is None and len(forms) == 1:
            bare += [(form, root) for form in forms if form is not None and len(form) > 2]
    found = []
    for form, root in bare:
        fits = _distinct(context, names.get(form, ()))
        if len(fits) != 1 or context.together(root, fits[0]):
            continue
        shared = context.shared(root, fits[0])
        if len(shared) > 1:
            name = context.clusters.nodes[fits[0]].local.name
            reason = f"“{form}” are the initials of “{name}” and of no other name{_because(shared)}"
            found.append((root, fits[0], reason))
    return found
