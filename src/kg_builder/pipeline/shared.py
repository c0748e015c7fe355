"""The corpus and its resolution in, the graphs beside the articles' own out, gated by node.

A node that fails loses the optional fact that fails; where that does not mend it, the build
stops and nothing is switched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import CannotRunError
from kg_builder.gate import Gate, GateReport, Result
from kg_builder.model import Publication, Resolution
from kg_builder.pipeline.corpus import Corpus
from kg_builder.store import GraphChange, sorted_nquads
from kg_builder.triples import (
    document_quads,
    entity_quads,
    event_quads,
    ontology_quads,
    provenance_quads,
    publication_quads,
    section_quads,
    void_quads,
)
from kg_builder.vocab import Minter

_NEEDED = {
    vocab.RDF + "type",
    vocab.SKOS + "prefLabel",
    vocab.RDFS + "label",
    vocab.KG + "eventType",
    vocab.KG + "factuality",
    vocab.KG + "sourceName",
    vocab.KG + "contentHash",
}
"""Without these a node is nothing; a fault in one of them stops the build."""


_BATCH = 100
"""Nodes that are gated in one call."""


@dataclass(slots=True)
class SharedGraphs:
    """The shared graphs, ready to write.

    `digests` are by node key, so the next build gates only what changed; `dropped` says which
    optional facts the gate took out.
    """

    changes: list[GraphChange] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def types_of(resolution: Resolution) -> dict[str, str]:
    """The class of every entity and event, by key."""
    types: dict[str, str] = {e.key: e.kind for e in resolution.entities}
    types.update({e.key: "Event" for e in resolution.events})
    return types


def shared_graphs(
    corpus: Corpus,
    resolution: Resolution,
    minter: Minter,
    gate: Gate,
    known: Mapping[str, str],
) -> SharedGraphs:
    """Entities, events, provenance and ontology graphs; `known` are digests that passed."""
    result = SharedGraphs()
    blocks = dict(_blocks(corpus, resolution, minter))
    context = _context(resolution, corpus, minter)
    changed: dict[str, list[ox.Quad]] = {}
    for key, quads in blocks.items():
        digest = hashlib.sha256(sorted_nquads(quads) + gate.digest.encode()).hexdigest()[:20]
        result.digests[key] = digest
        if known.get(key) != digest:
            changed[key] = quads
    if changed:
        blocks.update(_gated(changed, context, gate, result))
    by_graph: dict[str, list[ox.Quad]] = {
        minter.graph(name): [] for name in ("entities", "events", "provenance")
    }
    for quads in blocks.values():
        for quad in quads:
            by_graph[getattr(quad.graph_name, "value", "")].append(quad)
    methods = {m for p in corpus.articles.values() for m in p.head.methods} | {"events", "claims"}
    by_graph[minter.graph("provenance")] += provenance_quads(methods, minter)
    by_graph[minter.graph("ontology")] = ontology_quads(minter)
    result.changes = [
        GraphChange(graph, sorted_nquads(quads), patch=True)
        for graph, quads in sorted(by_graph.items())
    ]
    return result


def _blocks(
    corpus: Corpus, resolution: Resolution, minter: Minter
) -> Iterator[tuple[str, list[ox.Quad]]]:
    """The quads of each node of the shared graphs, by key."""
    for entity in resolution.entities:
        yield entity.key, entity_quads(entity, minter)
    for event in resolution.events:
        yield event.key, event_quads(event, minter)
    for publication in _publications(corpus):
        yield vocab.publication_key(publication.name), publication_quads(publication, minter)
    sections: dict[str, tuple[str, str | None]] = {}
    for item in corpus.articles.values():
        if item.head.section is not None:
            outlet = item.head.record.publication
            name = outlet.name if outlet else None
            page = minter.document(item.document.source_name, item.document.content_hash)
            key = vocab.section_key(name, page, item.head.section)
            sections[key] = min(
                sections.get(key, (item.head.section, name)), (item.head.section, name)
            )
    for key, (label, name) in sorted(sections.items()):
        yield key, section_quads(key, label, name, minter)
    for (name, digest), head in sorted(corpus.documents.items()):
        page = minter.document(name, digest)
        quads = document_quads(
            name, head.media_type, digest, head.text_hash, head.extractor, minter
        )
        yield page.removeprefix(minter.base), quads


def _publications(corpus: Corpus) -> list[Publication]:
    """One record for each outlet; where articles differ, the fullest facts that agree."""
    found: dict[str, list[Publication]] = {}
    for item in corpus.articles.values():
        outlet = item.head.record.publication
        if outlet is not None:
            found.setdefault(vocab.publication_key(outlet.name), []).append(outlet)

    def agreed(values: Iterable[str | None]) -> str | None:
        stated = {v for v in values if v is not None}
        return stated.pop() if len(stated) == 1 else None

    return [
        Publication(
            name=min(p.name for p in group),
            homepage=agreed(p.homepage for p in group),
            language=agreed(p.language for p in group),
            country=agreed(p.country for p in group),
        )
        for _, group in sorted(found.items())
    ]


def _context(resolution: Resolution, corpus: Corpus, minter: Minter) -> dict[str, list[ox.Quad]]:
    """Type quads of every node that another may refer to, by IRI."""
    graph = ox.NamedNode(minter.graph("context"))
    rdf_type = ox.NamedNode(vocab.RDF + "type")
    context: dict[str, list[ox.Quad]] = {}

    def put(iri: str, cls: str) -> None:
        node = ox.NamedNode(iri)
        context[iri] = [
            ox.Quad(node, rdf_type, ox.NamedNode(vocab.kg(name)), graph)
            for name in (cls, *vocab.SUPERCLASSES.get(cls, ()))
        ]

    for key, cls in types_of(resolution).items():
        put(minter.local(key), cls)
    for publication in _publications(corpus):
        put(minter.local(vocab.publication_key(publication.name)), "Publication")
    return context


def _gated(
    changed: dict[str, list[ox.Quad]],
    context: Mapping[str, list[ox.Quad]],
    gate: Gate,
    result: SharedGraphs,
) -> dict[str, list[ox.Quad]]:
    """The changed nodes without the optional facts that failed. Raises CannotRunError."""
    report = _check(changed, context, gate)
    if report.conforms:
        return changed
    bad = [r for r in report.results if r.severity == "Violation"]
    mended: dict[str, list[ox.Quad]] = {}
    for key, quads in changed.items():
        keep = []
        for quad in quads:
            if any(_is_about(r.focus, r.path, r.value, quad) for r in bad):
                result.dropped.append(f"{quad.subject} {quad.predicate} {quad.object}")
            else:
                keep.append(quad)
        mended[key] = keep
        if len(keep) < len(quads):
            # Not the digest of what passed: the next build has to gate the node again.
            result.digests[key] = "mended-" + result.digests[key]
    again = _check(mended, context, gate)
    if not again.conforms:
        worst = next(r for r in again.results if r.severity == "Violation")
        raise CannotRunError(
            f"the entities or events graph does not conform: {worst.focus}: {worst.message}; "
            "nothing was switched. Please report this with the store's `info`"
        )
    return mended


def _check(
    blocks: Mapping[str, list[ox.Quad]], context: Mapping[str, list[ox.Quad]], gate: Gate
) -> GateReport:
    # Node by node in batches: the engine's cost grows with the square of the focus nodes.
    keys = sorted(blocks)
    results: list[Result] = []
    for start in range(0, len(keys), _BATCH):
        quads = [quad for key in keys[start : start + _BATCH] for quad in blocks[key]]
        wanted = sorted({q.object.value for q in quads if isinstance(q.object, ox.NamedNode)})
        beside = [quad for iri in wanted for quad in context.get(iri, ())]
        results.extend(gate.check(quads, beside).results)
    return GateReport(tuple(results))


def _is_about(focus: str, path: str, value: str, quad: ox.Quad) -> bool:
    """Whether a quad is the optional fact that a result names."""
    if str(quad.subject) != focus or quad.predicate.value in _NEEDED:
        return False
    return path == str(quad.predicate) and value in ("", str(quad.object))


def counting_graph(store: ox.Store, minter: Minter) -> GraphChange:
    """The VoID graph: what the other graphs of a store hold."""
    mine = ", ".join(f"<{minter.graph(name)}>" for name in ("void", "history"))
    classes = _counts(
        store,
        "SELECT ?k (COUNT(DISTINCT ?s) AS ?n) WHERE { GRAPH ?g { ?s a ?k } "
        f"FILTER(?g NOT IN ({mine})) }} GROUP BY ?k",
    )
    properties = _counts(
        store,
        "SELECT ?k (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?k ?o } "
        f"FILTER(?g NOT IN ({mine})) }} GROUP BY ?k",
    )
    quads = void_quads(classes, properties, minter)
    return GraphChange(minter.graph("void"), sorted_nquads(quads))


def _counts(store: ox.Store, query: str) -> dict[str, int]:
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    counts = {}
    for row in rows:
        name, number = row["k"], row["n"]
        assert isinstance(name, ox.NamedNode)
        assert isinstance(number, ox.Literal)
        counts[name.value] = int(number.value)
    return counts
