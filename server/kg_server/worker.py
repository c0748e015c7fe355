"""Queries in on stdin, result frames out on stdout: the process that may be killed.

A request is a length and a JSON object (see `Job` in workers.py). A frame is a letter, a
length and that many bytes: `R` ready, `H` head (JSON), `D` data, `E` end, `X` error (JSON).
Run as `python -m kg_server.worker FOLDER MEMORY BASE`.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
from collections.abc import Iterable
from itertools import islice
from typing import Any, BinaryIO, Final

import pyoxigraph as ox

from kg_builder.vocab import PREFIXES
from kg_server import guard, negotiate, sandbox
from kg_server.syntax import explain

_FRAME: Final = struct.Struct(">cI")
_CHUNK: Final = 64 * 1024
_CELL: Final = 2000
RESULT_FORMATS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "n3": ox.RdfFormat.N3,
}
_NO_TRIPLE_TERMS: Final = "does not support RDF 1.2"


class RefusedError(Exception):
    """The query will not be answered; `code` says why, position is 1-based where known."""

    def __init__(
        self, code: str, message: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message, "line": line, "column": column}


class _Frames:
    """A file to write to for pyoxigraph; cuts what it gets into frames."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._parts: list[bytes] = []
        self._size = 0
        self._head = b""

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Writes one frame at once, with what waits before it."""
        waiting, self._head = self._head, b""
        self._out.write(waiting + _FRAME.pack(kind, len(payload)) + payload)
        self._out.flush()

    def begin(self, head: bytes) -> None:
        """Starts an answer; its head goes out with the next frame, in one write."""
        self._head = _FRAME.pack(b"H", len(head)) + head

    def end(self) -> None:
        """Sends what is waiting, and the end."""
        if self._size:
            data = b"".join(self._parts)
            self._head += _FRAME.pack(b"D", len(data)) + data
            self.drop()
        self.send(b"E")

    def write(self, data: bytes) -> int:
        """Takes bytes of the result."""
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size >= _CHUNK:
            self.flush()
        return len(data)

    def drop(self) -> None:
        """Forgets what an answer that failed has left behind."""
        self._parts.clear()
        self._size = 0

    def flush(self) -> None:
        """Sends what is waiting."""
        if self._size:
            self.send(b"D", b"".join(self._parts))
            self._parts.clear()
            self._size = 0


def _named(graph: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(graph)
    except ValueError as error:
        raise RefusedError("parameter", f"a graph is not named by an IRI: {error}") from error


def _graphs(values: Iterable[str] | None) -> list[ox.NamedNode | ox.BlankNode] | None:
    return None if values is None else [_named(value) for value in values]


def _evaluate(store: ox.Store, job: dict[str, Any], base: str) -> Any:
    query = job["query"]
    if guard.is_update(query):
        raise RefusedError("update", "this endpoint is read-only: updates are refused")
    if guard.federates(query):
        raise RefusedError("service", "SERVICE is refused: this endpoint asks no other endpoint")
    default, named = _graphs(job["default_graphs"]), _graphs(job["named_graphs"])
    if default is not None or named is not None:
        # SPARQL 1.1 Protocol 2.1.4: a dataset named in the request replaces the whole one.
        dataset: dict[str, Any] = {"default_graph": default or [], "named_graphs": named or []}
    else:
        union = job["union"] and not guard.names_dataset(query)
        dataset = {"use_default_graph_as_union": union}
    try:
        return store.query(query, base_iri=base, **dataset)
    except SyntaxError as error:
        found = explain(query, str(error.msg), base)
        raise RefusedError("syntax", found.message, found.line, found.column) from error


def _cell(term: Any) -> list[str | None] | None:
    """Kind, text (cut: a page is read by eye), and language or datatype of a term."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return ["uri", term.value[:_CELL], None]
    if isinstance(term, ox.Literal):
        kind = None if term.language else term.datatype.value
        return ["literal", term.value[:_CELL], (term.language and f"@{term.language}") or kind]
    return ["other", str(term)[:_CELL], None]


def _rows(result: Any, limit: int) -> bytes:
    """The first `limit` rows as JSON: what a page shows."""
    if isinstance(result, ox.QuerySolutions):
        names = [variable.value for variable in result.variables]
        found = [[_cell(row[name]) for name in names] for row in islice(result, limit + 1)]
    else:
        names = ["subject", "predicate", "object"]
        found = [[_cell(term) for term in triple] for triple in islice(result, limit + 1)]
    body = {"vars": names, "rows": found[:limit], "more": len(found) > limit}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _answer(store: ox.Store, job: dict[str, Any], frames: _Frames, base: str) -> None:
    if job["graph"] is not None:
        _graph(store, job, frames, base)
        return
    result = _evaluate(store, job, base)
    graph = isinstance(result, ox.QueryTriples)
    boolean = isinstance(result, ox.QueryBoolean)
    form = "graph" if graph else "boolean" if boolean else "bindings"
    name = job["graph_format"] if graph else job["result_format"]
    if name is None:
        offers = negotiate.GRAPHS if graph else negotiate.RESULTS
        raise RefusedError(
            "format",
            f"this query gives {form}, in none of the formats asked for; "
            f"offered: {negotiate.offered(offers)}",
        )
    frames.begin(json.dumps({"form": form, "format": name}).encode())
    if name == "html":
        if boolean:
            frames.write(json.dumps({"boolean": bool(result)}).encode())
        else:
            frames.write(_rows(result, job["page_rows"]))
    elif graph:
        result.serialize(frames, GRAPH_FORMATS[name])
    else:
        result.serialize(frames, RESULT_FORMATS[name])
    frames.end()


def _graph(store: ox.Store, job: dict[str, Any], frames: _Frames, base: str) -> None:
    """Writes one graph of the store out, or all of them."""
    wanted, name = job["graph"], job["graph_format"]
    prefixes = PREFIXES | {"id": base}
    source: ox.NamedNode | ox.DefaultGraph = ox.DefaultGraph()
    if wanted not in ("default", "dataset"):
        source = _named(wanted)
        if not store.contains_named_graph(source):
            raise RefusedError("missing", f"there is no graph <{wanted}> in the store")
    frames.begin(json.dumps({"form": "graph", "format": name}).encode())
    output: Any = frames
    if wanted == "dataset":
        store.dump(output, GRAPH_FORMATS[name], prefixes=prefixes)
    elif wanted == "default" and job["union"]:
        # As queries see it: the triples of all graphs, in no more memory than one of them takes.
        everything = store.quads_for_pattern(None, None, None, None)
        triples = (quad.triple for quad in everything)
        ox.serialize(triples, output, GRAPH_FORMATS[name], prefixes=prefixes)
    else:
        store.dump(output, GRAPH_FORMATS[name], from_graph=source, prefixes=prefixes)
    frames.end()


def _serve(store: ox.Store, jobs: queue.SimpleQueue[bytes], frames: _Frames, base: str) -> None:
    while True:
        job = json.loads(jobs.get())
        try:
            _answer(store, job, frames, base)
        except RefusedError as refusal:
            frames.send(b"X", json.dumps(refusal.body).encode())
        except MemoryError:
            os._exit(70)  # nothing is sure any more; the parent starts another worker
        except (OSError, RuntimeError, ValueError) as error:
            if isinstance(error, BrokenPipeError):
                os._exit(0)
            code, message = "evaluation", f"the query failed: {error}"
            if _NO_TRIPLE_TERMS in str(error):
                code, message = "format", f"{error}; Turtle, N-Triples and RDF/XML do"
            body = {"code": code, "message": message}
            frames.drop()
            frames.send(b"X", json.dumps(body).encode())


def _listen(source: BinaryIO, jobs: queue.SimpleQueue[bytes]) -> None:
    """Hands requests on; ends the process with its parent, even in the midst of a query."""
    while True:
        head = source.read(4)
        if len(head) < 4:
            os._exit(0)
        (size,) = struct.unpack(">I", head)
        jobs.put(source.read(size))


def main(folder: str, memory: int, base: str) -> None:
    """Opens the snapshot read-only, says so, and answers until stdin ends."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a stray print must not get between the frames
    frames = _Frames(out)
    sandbox.forbid_network()
    try:
        store = ox.Store.read_only(folder)
    except (OSError, RuntimeError, ValueError) as error:
        body = {"code": "store", "message": f"the snapshot cannot be opened: {error}"}
        frames.send(b"X", json.dumps(body).encode())
        return
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    source = os.fdopen(os.dup(0), "rb")
    threading.Thread(target=_listen, args=(source, jobs), daemon=True).start()
    sandbox.limit_memory(memory)
    frames.send(b"R")
    _serve(store, jobs, frames, base)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
