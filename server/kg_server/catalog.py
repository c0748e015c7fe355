"""A snapshot in, RDF documents about it out: service description, VoID, DCAT, examples.

What they count comes from the snapshot's own VoID graph, which the build writes, and from one
pass over the names of graphs. Both happen once for a snapshot, when a document is first asked
for; after that a document is bytes in memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kg_builder import resources, vocab
from kg_server.describe import RDF_FORMATS
from kg_server.exchange import tag_of
from kg_server.reader import TYPE, Reader, plain

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_SH: Final = vocab.SH
_KEPT: Final = 32
_GRAPHS: Final = 5000
"""Most graphs that a service description names one by one; the build's own come first."""
_COUNTED: Final = 20_000_000
"""Quads of a snapshot that is counted here (0.6 s for a million); larger ones are not."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a snapshot holds: triples by graph (None: not counted), and its VoID."""

    default: int | None
    graphs: tuple[tuple[str, int | None], ...]
    void: tuple[ox.Triple, ...]


class _Writer:
    """Collects triples; blank nodes are numbered, so that the same graph gives the same bytes."""

    def __init__(self) -> None:
        self.triples: list[ox.Triple] = []
        self._blank = 0

    def add(self, subject: Any, predicate: str, *values: Any) -> None:
        """Statements with IRIs (str) or terms as objects; integers become literals."""
        for value in values:
            term = ox.NamedNode(value) if isinstance(value, str) else value
            if isinstance(value, int):
                term = ox.Literal(str(value), datatype=ox.NamedNode(vocab.XSD + "integer"))
            node = ox.NamedNode(subject) if isinstance(subject, str) else subject
            self.triples.append(ox.Triple(node, ox.NamedNode(predicate), term))

    def blank(self, kind: str) -> ox.BlankNode:
        """A fresh node of a class."""
        self._blank += 1
        node = ox.BlankNode(f"n{self._blank}")
        self.add(node, TYPE, kind)
        return node


def count(reader: Reader, most: int = _COUNTED) -> Counts:
    """Counts a snapshot; reads the VoID graph of its build, or makes one where it has none.

    A snapshot of more than `most` quads is not counted; its VoID is what the build left.
    """
    stored = reader.quads(graph=reader.base + "graph/void", limit=100_000)
    void = tuple(quad.triple for quad in stored)
    own = {reader.base + "graph/" + name for name in vocab.GRAPHS}
    if reader.size() > most:
        names = sorted(map(plain, reader.store.named_graphs()), key=lambda n: (n not in own, n))
        return Counts(None, tuple((name, None) for name in names), void)
    rows: Any = reader.store.query(
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    )
    found = {plain(row["g"]): int(row["n"].value) for row in rows}
    graphs = sorted(found.items(), key=lambda item: (item[0] not in own, item[0]))
    (row,) = iter(_rows(reader, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", union=False))
    return Counts(int(row["n"].value), tuple(graphs), void or tuple(_void(reader)))


def _rows(reader: Reader, query: str, union: bool = True) -> Any:
    return reader.store.query(query, use_default_graph_as_union=union)


def _void(reader: Reader) -> list[ox.Triple]:
    """VoID's partitions by class and property (sections 4.5 and 4.6)."""
    out, dataset, void = _Writer(), reader.base + "dataset", vocab.VOID
    out.add(dataset, TYPE, void + "Dataset")
    classes = _rows(reader, "SELECT ?k (COUNT(DISTINCT ?s) AS ?n) { ?s a ?k } GROUP BY ?k")
    properties = _rows(reader, "SELECT ?k (COUNT(*) AS ?n) { ?s ?k ?o } GROUP BY ?k")
    total = 0
    for rows, kind, amount in ((classes, "class", "entities"), (properties, "property", "triples")):
        for row in sorted(rows, key=lambda row: plain(row["k"])):
            if not isinstance(row["k"], ox.NamedNode):
                continue
            part = out.blank(void + "Dataset")
            number = int(row["n"].value)
            total += number if kind == "property" else 0
            out.add(dataset, f"{void}{kind}Partition", part)
            out.add(part, void + kind, row["k"])
            out.add(part, void + amount, number)
    out.add(dataset, void + "triples", total)
    return out.triples


def service(reader: Reader, counts: Counts, root: str, union: bool) -> list[ox.Triple]:
    """SPARQL 1.1 Service Description: languages, formats, and the dataset with its graphs."""
    out, endpoint = _Writer(), root + "/sparql"
    out.add(endpoint, TYPE, SD + "Service", DCAT + "DataService")
    out.add(endpoint, SD + "endpoint", endpoint)
    out.add(endpoint, SD + "supportedLanguage", SD + "SPARQL10Query", SD + "SPARQL11Query")
    if union:
        out.add(endpoint, SD + "feature", SD + "UnionDefaultGraph")
    for name in ("JSON", "XML", "CSV", "TSV"):
        out.add(endpoint, SD + "resultFormat", f"{_FORMATS}SPARQL_Results_{name}")
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG", "N3"):
        out.add(endpoint, SD + "resultFormat", _FORMATS + name)
    dataset = out.blank(SD + "Dataset")
    out.add(endpoint, SD + "defaultDataset", dataset)
    out.add(dataset, vocab.RDFS + "seeAlso", reader.base + "dataset")
    default = out.blank(SD + "Graph")
    out.add(dataset, SD + "defaultGraph", default)
    if counts.default is not None:
        total = counts.default + sum(number or 0 for _, number in counts.graphs)
        out.add(default, vocab.VOID + "triples", total if union else counts.default)
    for name, number in counts.graphs[:_GRAPHS]:
        if ":" not in name:  # a graph that a blank node names cannot be asked for
            continue
        named, graph = out.blank(SD + "NamedGraph"), out.blank(SD + "Graph")
        out.add(dataset, SD + "namedGraph", named)
        out.add(named, SD + "name", name)
        out.add(named, SD + "graph", graph)
        if number is not None:
            out.add(graph, vocab.VOID + "triples", number)
    if len(counts.graphs) > _GRAPHS:
        text = f"{len(counts.graphs)} named graphs; the first {_GRAPHS} are listed"
        out.add(dataset, vocab.RDFS + "comment", ox.Literal(text, language="en"))
    return out.triples


def void_document(reader: Reader, counts: Counts, root: str, _: bool) -> list[ox.Triple]:
    """The VoID of the build, with where the data are to be had and which vocabularies it uses."""
    out, dataset, void = _Writer(), reader.base + "dataset", vocab.VOID
    out.triples.extend(counts.void)
    if not counts.void:
        out.add(dataset, TYPE, void + "Dataset")
    out.add(dataset, void + "sparqlEndpoint", root + "/sparql")
    out.add(dataset, void + "dataDump", root + "/graphs?format=nq", root + "/graphs?format=trig")
    names = (_MEDIA + media for media in ("text/turtle", "application/ld+json"))
    out.add(dataset, void + "feature", *(_FORMATS + n for n in ("Turtle", "N-Triples", "RDF_XML")))
    out.add(dataset, vocab.DCTERMS + "format", *names)
    asked = (void + "property", void + "class")
    used = [plain(t.object) for t in counts.void if t.predicate.value in asked]
    spaces = sorted(set(vocab.PREFIXES.values()))
    out.add(
        dataset, void + "vocabulary", *(s for s in spaces if any(u.startswith(s) for u in used))
    )
    for name, pointer in (("classes", "classPartition"), ("properties", "propertyPartition")):
        parts = sum(t.predicate.value == void + pointer for t in counts.void)
        if counts.void:  # else they are not known
            out.add(dataset, void + name, parts)
    out.add(root + "/.well-known/void", TYPE, void + "DatasetDescription")
    out.add(root + "/.well-known/void", vocab.FOAF + "primaryTopic", dataset)
    return out.triples


def catalog(reader: Reader, counts: Counts, root: str, _: bool) -> list[ox.Triple]:
    """DCAT 3: a catalogue of one dataset, its distributions and the services that give it.

    No licence, publisher or date is stated: the snapshot does not know them.
    """
    out, dataset, endpoint = _Writer(), reader.base + "dataset", root + "/sparql"
    store, title = root + "/graphs", vocab.DCTERMS + "title"
    out.add(root + "/catalog", TYPE, DCAT + "Catalog")
    out.add(root + "/catalog", title, ox.Literal("Catalogue of this server", language="en"))
    out.add(root + "/catalog", DCAT + "dataset", dataset)
    out.add(root + "/catalog", DCAT + "service", endpoint, store)
    out.add(dataset, TYPE, DCAT + "Dataset", vocab.VOID + "Dataset")
    named = [t for t in counts.void if t.predicate.value == title]
    out.triples.extend(named)
    if not named:
        out.add(dataset, title, ox.Literal("Dataset of this server", language="en"))
    out.add(dataset, DCAT + "version", ox.Literal(reader.snapshot.name))
    out.add(dataset, DCAT + "landingPage", root + "/")
    for kind, name, media in (
        ("nq", "All graphs as N-Quads", "application/n-quads"),
        ("trig", "All graphs as TriG", "application/trig"),
    ):
        part = out.blank(DCAT + "Distribution")
        out.add(dataset, DCAT + "distribution", part)
        out.add(part, title, ox.Literal(name, language="en"))
        out.add(part, DCAT + "accessURL", store)
        out.add(part, DCAT + "downloadURL", f"{store}?format={kind}")
        out.add(part, DCAT + "accessService", store)
        out.add(part, DCAT + "mediaType", _MEDIA + media)
    part = out.blank(DCAT + "Distribution")
    out.add(dataset, DCAT + "distribution", part)
    out.add(part, title, ox.Literal("SPARQL endpoint", language="en"))
    out.add(part, DCAT + "accessURL", endpoint)
    out.add(part, DCAT + "accessService", endpoint)
    for service_, name, standard in (
        (endpoint, "SPARQL endpoint", "sparql11-protocol"),
        (store, "Graph store, for reading", "sparql11-http-rdf-update"),
    ):
        out.add(service_, TYPE, DCAT + "DataService")
        out.add(service_, title, ox.Literal(name, language="en"))
        out.add(service_, DCAT + "endpointURL", service_)
        out.add(service_, DCAT + "servesDataset", dataset)
        out.add(service_, vocab.DCTERMS + "conformsTo", f"http://www.w3.org/TR/{standard}/")
    out.add(endpoint, DCAT + "endpointDescription", endpoint)
    return out.triples


def examples(_: Reader, __: Counts, root: str, ___: bool) -> list[ox.Triple]:
    """The example queries in SIB's form, with the prefixes that they use declared."""
    out = _Writer()
    text = resources.example_queries_turtle(root + "/sparql")
    out.triples.extend(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
    declared = f"{root}/.well-known/sparql-examples#prefixes"
    for query in dict.fromkeys(plain(t.subject) for t in out.triples):
        out.add(query, _SH + "prefixes", declared)
    texts = [plain(t.object) for t in out.triples if t.predicate.value == _SH + "select"]
    out.add(declared, TYPE, vocab.OWL + "Ontology")
    for prefix, namespace in sorted(vocab.PREFIXES.items()):
        if any(f"PREFIX {prefix}: " in text for text in texts):
            node = out.blank(_SH + "PrefixDeclaration")
            out.add(declared, _SH + "declare", node)
            out.add(node, _SH + "prefix", ox.Literal(prefix))
            kind = ox.NamedNode(vocab.XSD + "anyURI")
            out.add(node, _SH + "namespace", ox.Literal(namespace, datatype=kind))
    return out.triples


_KINDS: Final[dict[str, Callable[[Reader, Counts, str, bool], list[ox.Triple]]]] = {
    "service": service,
    "void": void_document,
    "catalog": catalog,
    "examples": examples,
}


class Catalog:
    """The documents about the snapshots served, each made once; safe in several threads."""

    def __init__(self, union: bool) -> None:
        self._union = union
        self._lock = threading.Lock()
        self._counts: tuple[str, Counts] | None = None
        self._made: OrderedDict[str, bytes] = OrderedDict()

    def tag(self, reader: Reader, kind: str, root: str, name: str) -> str:
        """The ETag of a document: known before it is made."""
        return tag_of(reader.snapshot.identity, kind, root, name, self._union)

    def document(self, reader: Reader, kind: str, root: str, name: str) -> bytes:
        """A document (service, void, catalog, examples) in a format of negotiate.py.

        `root` is the address under which the client knows the server, without a slash.
        """
        key = self.tag(reader, kind, root, name)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            identity = reader.snapshot.identity
            if self._counts is None or self._counts[0] != identity:
                self._counts = (identity, count(reader))
            triples = _KINDS[kind](reader, self._counts[1], root, self._union)
            prefixes = vocab.PREFIXES | {"id": reader.base, "sd": SD, "dcat": DCAT}
            made = ox.serialize(triples, format=RDF_FORMATS[name], prefixes=prefixes) or b""
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return made
