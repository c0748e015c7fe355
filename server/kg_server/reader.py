"""A snapshot in, labels and nodes out: the bounded, indexed lookups that pages are made of.

Pages never run a user's query, so they may read the store inside the server's own process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, unquote

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import KgBuilderError, StoreDamagedError
from kg_server.source import Lease, Snapshot, SnapshotSource

TYPE: Final = vocab.RDF + "type"
LABEL: Final = vocab.RDFS + "label"
PREF_LABEL: Final = vocab.SKOS + "prefLabel"
_NAMES: Final = (PREF_LABEL, LABEL, vocab.KG + "headline", vocab.KG + "sourceName")

Values = dict[str, list[Any]]
"""The objects of one node by predicate IRI, in the store's order."""


def plain(term: Any) -> str:
    """The text of a literal, the IRI of a node; a triple term as it is written."""
    return str(getattr(term, "value", term))


def graph_of(quad: ox.Quad) -> str | None:
    """The name of a quad's graph, None for the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None


def text(values: Values, predicate: str) -> str | None:
    """The first object of a predicate as text."""
    found = values.get(predicate)
    return plain(found[0]) if found else None


def texts(values: Values, predicate: str) -> list[str]:
    """All objects of a predicate as text, sorted, each once."""
    return sorted({plain(term) for term in values.get(predicate, ())})


def nodes(quads: Iterable[ox.Quad]) -> dict[str, Values]:
    """Quads by subject and predicate."""
    found: dict[str, Values] = {}
    for quad in quads:
        values = found.setdefault(plain(quad.subject), {})
        values.setdefault(quad.predicate.value, []).append(quad.object)
    return found


class Reader:
    """Lookups in one snapshot; safe to use from several threads.

    Raises StoreDamagedError when the snapshot cannot be opened.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.base = snapshot.base
        try:
            self.store = ox.Store.read_only(str(snapshot.path))
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreDamagedError(
                f"snapshot {snapshot.name} cannot be opened: {error}; rebuild it with "
                "`kg-builder build … --fresh`"
            ) from error
        self._labels: dict[str, str] = {}
        self._counts: dict[str, int] | None = None
        self._size: int | None = None
        self._dates: dict[str, str] = {}
        self._instances: dict[str, list[str]] = {}

    def quads(
        self,
        subject: str | None = None,
        predicate: str | None = None,
        value: str | None = None,
        graph: str | None = None,
        limit: int = 10_000,
    ) -> Iterator[Any]:
        """At most `limit` quads of a pattern of IRIs; an invalid IRI matches nothing."""
        try:
            terms = [
                None if term is None else ox.NamedNode(term)
                for term in (subject, predicate, value, graph)
            ]
        except ValueError:
            return iter(())
        find: Any = self.store.quads_for_pattern
        return islice(find(*terms), limit)

    def node(self, iri: str, graph: str | None = None) -> Values:
        """What is said of a node, in one graph or in all."""
        return nodes(self.quads(iri, graph=graph)).get(iri, {})

    def graph(self, name: str) -> dict[str, Values]:
        """All nodes of one named graph."""
        return nodes(self.quads(graph=name, limit=100_000))

    def subjects(self, predicate: str, value: str, limit: int = 10_000) -> list[str]:
        """The subjects of a statement, sorted, each once."""
        return sorted({plain(q.subject) for q in self.quads(None, predicate, value, None, limit)})

    def label(self, iri: str) -> str:
        """The name of a node; the end of its IRI when it has none."""
        if iri not in self._labels:
            if len(self._labels) > 50_000:
                self._labels.clear()
            self._labels[iri] = self._find_label(iri)
        return self._labels[iri]

    def _find_label(self, iri: str) -> str:
        for predicate in _NAMES:
            found = [quad.object for quad in self.quads(iri, predicate, limit=50)]
            if found:
                english = [t for t in found if getattr(t, "language", None) in (None, "en")]
                return plain((english or found)[0])
        tail = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        return unquote(tail) or iri

    def counts(self) -> dict[str, int]:
        """How many nodes each class of the ontology has; counted once for a snapshot."""
        if self._counts is None:
            rows: Any = self.store.query(
                "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c",
                use_default_graph_as_union=True,
            )
            found = {row["c"].value: int(row["n"].value) for row in rows}
            self._counts = {name: found.get(vocab.kg(name), 0) for name in vocab.CLASSES}
        return self._counts

    def size(self) -> int:
        """How many quads the snapshot holds."""
        if self._size is None:
            quads = self.snapshot.manifest.get("quads")
            self._size = quads if isinstance(quads, int) else len(self.store)
        return self._size

    def date(self, iri: str) -> str:
        """The day an article was published, empty when it is unknown."""
        if iri not in self._dates:
            if len(self._dates) > 50_000:
                self._dates.clear()
            found = next(self.quads(iri, vocab.kg("datePublished"), limit=1), None)
            self._dates[iri] = plain(found.object) if found else ""
        return self._dates[iri]

    def instances(self, name: str) -> list[str]:
        """The nodes of a class by IRI, 50,000 at most; looked up once for a snapshot."""
        if name not in self._instances:
            self._instances[name] = self.subjects(TYPE, vocab.kg(name), 50_000)
        return self._instances[name]

    def classes(self, iri: str) -> list[str]:
        """Local names of a node's classes in the ontology."""
        found = {plain(quad.object) for quad in self.quads(iri, TYPE, limit=50)}
        return sorted(c.removeprefix(vocab.KG) for c in found if c.startswith(vocab.KG))

    def href(self, iri: str) -> str | None:
        """Where this server shows a node, or where its IRI leads; None for unsafe schemes."""
        if iri.startswith(self.base):
            return "/id/" + quote(iri[len(self.base) :], safe="/-._~,=#%:@!$&'()*+;")
        if iri.startswith(vocab.KG):
            return "/ontology#" + quote(iri[len(vocab.KG) :])
        if iri.startswith(vocab.EVENT_TYPES):
            return "/resource?iri=" + quote(iri, safe="")
        return iri if iri.startswith(("http://", "https://")) else None


class ReaderHolder:
    """The reader of the newest snapshot; older ones close when their last page is done."""

    def __init__(self, source: SnapshotSource, poll: float) -> None:
        self._source, self._poll = source, poll
        self._lock = threading.Lock()
        self._users: dict[int, int] = {}
        self._leases: dict[int, Lease] = {}
        self._current: Reader | None = None
        self._checked = 0.0

    @contextmanager
    def use(self) -> Iterator[Reader]:
        """The reader to make one page with. Raises KgBuilderError when there is no snapshot."""
        with self._lock:
            reader = self._newest()
            self._users[id(reader)] = self._users.get(id(reader), 0) + 1
        try:
            yield reader
        finally:
            with self._lock:
                self._users[id(reader)] -= 1
                self._close_unused(reader)

    def open(self) -> None:
        """Opens the newest snapshot before the first page asks for it."""
        with self.use():
            pass

    def close(self) -> None:
        """Gives all snapshots back."""
        with self._lock:
            for lease in self._leases.values():
                lease.release()
            self._leases.clear()
            self._current = None

    def _newest(self) -> Reader:
        now = time.monotonic()
        if self._current is not None and now - self._checked < self._poll:
            return self._current
        self._checked = now
        old = self._current
        try:
            if old is None or self._source.current_name() not in (None, old.snapshot.name):
                snapshot, lease = self._source.acquire()
                try:
                    self._current = Reader(snapshot)
                except KgBuilderError:
                    lease.release()
                    raise
                self._leases[id(self._current)] = lease
        except (KgBuilderError, OSError):
            if old is None:
                raise
            return old  # the last good snapshot goes on being shown
        if old is not None and old is not self._current:
            self._close_unused(old)
        assert self._current is not None
        return self._current

    def _close_unused(self, reader: Reader) -> None:
        if reader is not self._current and not self._users.get(id(reader)):
            self._users.pop(id(reader), None)
            if lease := self._leases.pop(id(reader), None):
                lease.release()
