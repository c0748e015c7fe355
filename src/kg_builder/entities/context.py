"""Clusters in the making in; joined where names fit, nothing else does, and articles agree.

Names that only may mean the same (a surname, initials, another transliteration, an acronym whose
name is given elsewhere) meet by a key. They are joined when the corpus has one candidate alone and
their articles name other things in common. Two that one article tells apart are never joined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from kg_builder.entities.names import acronym_form
from kg_builder.entities.nodes import PLACES, Clusters, Node
from kg_builder.entities.same_name import GENDERED, folded_titles, genders
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

    def telling(self, root: int) -> set[int]:
        """The other telling entities of a cluster's articles."""
        articles = sorted(self.articles[root])[:_READ]
        return {other for article in articles for other in self._telling[article]} - {root}

    def titles(self, root: int) -> set[str]:
        """The titles that articles give a cluster's person, folded."""
        return {
            title
            for number in self.members[root]
            for title in folded_titles(self.clusters.nodes[number])
        }


def join_by_context(clusters: Clusters, contested: Sequence[list[int]]) -> None:
    """Join what the module says, in steps from the surest key to the least sure one.

    Each step finds all its pairs before it joins one, so no order matters. `contested` are the
    nodes of each full name that two people have.
    """
    context = Context(clusters)
    for numbers in contested:
        _part_people(context, numbers)
    for step in _STEPS:
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
    told = genders(context.titles(one)) | genders(context.titles(other))
    return len(told) > 1 or context.together(one, other)


def _support(context: Context, one: int, other: int) -> tuple[int, str]:
    """How much speaks for two people being one, and that in words."""
    shared = context.shared(one, other)
    titles = (context.titles(one) & context.titles(other)) - GENDERED
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
        by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for words in block:
            by_first[words[0]].append(words)
        for short, owners in block.items():
            # An initial fits all names of the block, a full first name only its like.
            near = block if len(short[0]) == 1 else by_first[short[0]]
            fuller = {r for words in near if abbreviates(short, words) for r in block[words]}
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


def _part_people(context: Context, numbers: Sequence[int]) -> None:
    """Two people of one full name, a man and a woman as their titles tell.

    What tells neither goes to the one with which alone its article has something in common.
    """
    clusters = context.clusters
    sides: dict[frozenset[str], list[int]] = defaultdict(list)
    for number in numbers:
        sides[genders(folded_titles(clusters.nodes[number]))].append(number)
    told = {side: members for side, members in sides.items() if len(side) == 1}
    common = {
        side: {found for number in members for found in context.telling(clusters.root(number))}
        for side, members in told.items()
    }
    name = clusters.nodes[numbers[0]].norm
    for side, members in sorted(told.items(), key=lambda item: sorted(item[0])):
        own = [
            n
            for n in sides[frozenset()]
            if (there := context.telling(clusters.root(n))) & common[side]
            and all(there.isdisjoint(common[other]) for other in told if other != side)
        ]
        group = sorted(members + own)
        clusters.join_all(group, f"same name “{name}” and class Person, not the other of that name")


def _with_common(
    context: Context, roots: Iterable[int], least: int
) -> Iterator[tuple[int, int, int]]:
    """Pairs of clusters whose articles have so many telling entities in common, and how many.

    An entity tells something only where few articles name it, so there are few pairs.
    """
    by_thing: dict[int, list[int]] = defaultdict(list)
    for root in sorted(roots):
        for thing in context.telling(root):
            by_thing[thing].append(root)
    points = Counter(pair for members in by_thing.values() for pair in combinations(members, 2))
    for (one, other), count in sorted(points.items()):
        if count >= least and not context.together(one, other):
            yield one, other, count


def _single_names(context: Context) -> list[Pair]:
    """A person known by one word, whom no article names in full, with two things in common.

    Three, where the word is spelled in two ways.
    """
    full: set[str] = set()
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for root, node in _heads(context, ("Person",)):
        if node.is_bare_surname:
            blocks[sounds(node.norm)].append(root)
        full.update(w for norm in _norms(context, root) if " " in norm for w in norm.split())
    found = []
    for roots in blocks.values():
        nodes = context.clusters.nodes
        alone = [root for root in roots if nodes[root].norm not in full]
        for one, other, count in _with_common(context, alone, 2):
            left, right = nodes[one].norm, nodes[other].norm
            if _against(context, one, other):
                continue
            words = f"{_because(context.shared(one, other))}; no article names more of it"
            if left == right:
                found.append((one, other, f"same single name “{left}”{words}"))
            elif count > 2 and spelled_alike(left, right, 3):
                reason = f"“{left}” and “{right}” are spellings of one name{words}"
                found.append((one, other, reason))
    return found


def _common_names(context: Context) -> list[Pair]:
    """Bodies of a name that every country has, where two things tie their articles together.

    One whose country is not told joins those of one country only.
    """
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    homes: dict[int, set[str]] = {}
    for root, node in _heads(context, ("Organization", "Facility")):
        if node.home is not None:
            blocks[node.norm, node.kind].append(root)
            told = {context.clusters.nodes[n].home or "" for n in context.members[root]}
            homes[root] = {home for home in told if not home.startswith("article/")}
    found = []
    for (norm, _), roots in blocks.items():
        if len(roots) < 2:
            continue
        pairs = list(_with_common(context, roots, 1))
        around: dict[int, set[str]] = defaultdict(set)
        for one, other, _ in pairs:
            for root in (one, other):
                around[root] |= homes[one] | homes[other]
        for one, other, _ in pairs:
            if len(around[one] | around[other]) < 2:
                words = _because(context.shared(one, other))
                found.append((one, other, f"same name “{norm}”{words}"))
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


_STEPS: Final = (
    _legal_forms, _common_names, _initials, _spellings, _expansions, _surnames, _single_names
)  # fmt: skip
"""From the surest key to the least sure one."""
