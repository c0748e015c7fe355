"""A snapshot in, query results and exports out as bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import QueryError, UsageError
from kg_builder.explaining import explain, short
from kg_builder.store import SnapshotRef, sorted_nquads

__all__ = [
    "EXPORT_FORMATS", "GRAPH_FORMATS", "RESULT_FORMATS", "explain", "export", "public_quads",
    "query",
]  # fmt: skip

RESULT_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "xml": ox.QueryResultsFormat.XML,
}
GRAPH_FORMATS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES}
EXPORT_FORMATS = ("nq", "trig", "ttl", "jsonld")
_HIDDEN = ("history",)
_POSITION = re.compile(r"at (\d+):(\d+)")


def query(store: ox.Store, text: str, form: str | None) -> bytes:
    """A query's result in a format of `table`, RESULT_FORMATS or GRAPH_FORMATS.

    None takes `table` for rows and `ttl` for graphs. The ontology's usual prefixes need no
    declaration. Raises QueryError with line and column for a malformed query, UsageError for
    a format that does not fit the kind of query.
    """
    try:
        results = store.query(text, use_default_graph_as_union=True, prefixes=vocab.PREFIXES)
        if isinstance(results, ox.QueryTriples):
            return _graph(results, form)
        if form in GRAPH_FORMATS:
            raise UsageError(
                f"--format {form} is for CONSTRUCT and DESCRIBE; this query gives rows"
            )
        if form in RESULT_FORMATS:
            return results.serialize(format=RESULT_FORMATS[form]) or b""
        return _table(results).encode("utf-8")
    except SyntaxError as error:
        raise _malformed(str(error)) from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(f"the query failed: {error}") from error


def _malformed(message: str) -> QueryError:
    found = _POSITION.search(message)
    if found is None:
        return QueryError(f"malformed query: {message}")
    line, column = (int(g) for g in found.groups())
    return QueryError(f"malformed query at line {line}, column {column}: {message}", line, column)


def _graph(triples: ox.QueryTriples, form: str | None) -> bytes:
    if form in RESULT_FORMATS or form == "table":
        raise UsageError(f"--format {form} is for SELECT and ASK; this query gives a graph")
    ordered = sorted(triples, key=str)
    chosen = GRAPH_FORMATS[form or "ttl"]
    return ox.serialize(ordered, format=chosen, prefixes=vocab.PREFIXES) or b""


def _table(results: ox.QuerySolutions | ox.QueryBoolean) -> str:
    """Rows as aligned columns with short IRIs."""
    if isinstance(results, ox.QueryBoolean):
        return "true\n" if results else "false\n"
    names = [str(v).removeprefix("?") for v in results.variables]
    rows = [[short(value) for value in solution] for solution in results]
    widths = [
        min(60, max([len(name), *(len(row[i]) for row in rows)])) for i, name in enumerate(names)
    ]
    out = io.StringIO()
    for row in [names, ["-" * w for w in widths], *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.write("  ".join(cells).rstrip() + "\n")
    out.write(f"({len(rows)} row{'' if len(rows) == 1 else 's'})\n")
    return out.getvalue()


def public_quads(ref: SnapshotRef) -> Iterator[ox.Quad]:
    """The quads of a snapshot that its canonical export holds."""
    base = ref.manifest["base"]
    hidden = {vocab.Minter(base).graph(name) for name in _HIDDEN}
    for quad in ref.open().quads_for_pattern(None, None, None, None):
        if getattr(quad.graph_name, "value", "") not in hidden:
            yield quad


def export(ref: SnapshotRef, form: str) -> bytes:
    """A snapshot as one RDF file; `nq` is the canonical form: sorted, byte-identical."""
    lines = sorted_nquads(public_quads(ref))
    if form == "nq":
        return lines
    quads = ox.parse(lines, format=ox.RdfFormat.N_QUADS)
    if form == "ttl":
        triples = sorted({q.triple for q in quads}, key=str)
        return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=vocab.PREFIXES) or b""
    chosen = ox.RdfFormat.TRIG if form == "trig" else ox.RdfFormat.JSON_LD
    return ox.serialize(quads, format=chosen, prefixes=vocab.PREFIXES) or b""
