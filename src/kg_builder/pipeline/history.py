"""The last snapshot and the new names in, redirects and tombstones out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.store import GraphChange, SnapshotRef, sorted_nquads
from kg_builder.triples import history_quads
from kg_builder.vocab import Minter

_REFERS = ox.NamedNode(vocab.KG + "refersTo")
_REPORT = ox.NamedNode(vocab.KG + "reportOf")


def history(
    previous: SnapshotRef | None,
    vanished: Iterable[str],
    live: frozenset[str],
    new_graph: Callable[[str], bytes | None],
    minter: Minter,
) -> GraphChange | None:
    """The history graph after a build, or None where there is none.

    `vanished` are IRIs that the last snapshot had and the new one has not, `live` those that
    the new one has; `new_graph` gives the N-Quads of a changed article graph by its IRI.
    """
    if previous is None:
        return None
    store = previous.open()
    replaced, removed = _earlier(store, minter)
    for old in vanished:
        new = _successor(store, old, new_graph)
        if new is not None and new in live:
            replaced[old] = new
        else:
            removed.add(old)
    # An IRI that is used again needs neither; a redirect leads to where its target went.
    chains = {o: _follow(n, replaced, live) for o, n in replaced.items() if o not in live}
    redirects = {o: n for o, n in chains.items() if n in live}
    removed |= set(chains) - set(redirects)
    removed -= live
    quads = history_quads(sorted(redirects.items()), sorted(removed), minter)
    return GraphChange(minter.graph("history"), sorted_nquads(quads), patch=True)


def _earlier(store: ox.Store, minter: Minter) -> tuple[dict[str, str], set[str]]:
    replaced: dict[str, str] = {}
    removed: set[str] = set()
    graph = ox.NamedNode(minter.graph("history"))
    for quad in store.quads_for_pattern(None, None, None, graph):
        assert isinstance(quad.subject, ox.NamedNode)
        if isinstance(quad.object, ox.NamedNode):
            replaced[quad.subject.value] = quad.object.value
        else:
            removed.add(quad.subject.value)
    return replaced, removed


def _successor(store: ox.Store, old: str, new_graph: Callable[[str], bytes | None]) -> str | None:
    """What most of the old IRI's mentions and reports refer to now."""
    votes: Counter[str] = Counter()
    for predicate in (_REFERS, _REPORT):
        for quad in store.quads_for_pattern(None, predicate, ox.NamedNode(old), None):
            data = new_graph(getattr(quad.graph_name, "value", ""))
            if data is not None:
                start = data.find(f"{quad.subject} {predicate} <".encode())
                if start >= 0:
                    line = data[start : data.index(b"\n", start)].decode()
                    votes[line.split("> <")[2].split(">")[0]] += 1
    if not votes:
        return None
    return min(votes.items(), key=lambda v: (-v[1], v[0]))[0]


def _follow(iri: str, replaced: Mapping[str, str], live: frozenset[str]) -> str:
    seen = {iri}
    while iri not in live and iri in replaced and replaced[iri] not in seen:
        iri = replaced[iri]
        seen.add(iri)
    return iri
