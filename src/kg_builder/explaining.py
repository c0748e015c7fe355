"""A snapshot and an IRI in, what is known of it and from which sentences out, as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kg_builder import vocab
from kg_builder.errors import UsageError

_REPLACED: Final = ox.NamedNode(vocab.DCTERMS + "isReplacedBy")
_DEPRECATED: Final = ox.NamedNode(vocab.OWL + "deprecated")
_TYPE: Final = ox.NamedNode(vocab.RDF + "type")
_REASON: Final = ox.NamedNode(vocab.kg("mergeReason"))
_NAMES: Final = tuple(
    ox.NamedNode(iri) for iri in (vocab.SKOS + "prefLabel", vocab.RDFS + "label",
                                  vocab.kg("headline"), vocab.kg("exact"))
)  # fmt: skip
_LIKE: Final = 3
"""IRIs that are offered in place of an unknown one."""

_SOURCE: Final = """
  ?node kg:inArticle ?article ; kg:start ?start ; kg:exact ?exact ; kg:evidence/kg:exact ?sentence ;
        kg:confidence ?confidence ; kg:extractedBy/rdfs:label ?method .
  ?article kg:inDocument/kg:sourceName ?source .
"""
_MENTIONS: Final = """
SELECT DISTINCT ?article ?source ?headline ?start ?exact ?sentence ?confidence ?method WHERE {{
  ?node kg:refersTo <{iri}> . {source} OPTIONAL {{ ?article kg:headline ?headline }}
}} ORDER BY ?source ?article ?start
"""
_REPORTS: Final = """
SELECT DISTINCT ?source ?start ?exact ?sentence ?confidence ?method ?label ?factuality ?role
WHERE {{
  {which} {source} ?node a kg:EventReport ; rdfs:label ?label ; kg:factuality ?factuality .
}} ORDER BY ?source ?start ?label ?role
"""
_OF_EVENT: Final = "?node kg:reportOf <{iri}> ."
_OF_ACTOR: Final = """
  {{ ?node kg:participation ?part . ?part kg:agent <{iri}> ; kg:role ?role }}
  UNION {{ ?node kg:place <{iri}> BIND("place" AS ?role) }}"""
_OF_ARTICLE: Final = "?node kg:inArticle <{iri}> ."
_CLAIMS: Final = """
SELECT DISTINCT ?source ?start ?exact ?sentence ?confidence ?method ?s ?p ?o ?factuality WHERE {{
  {which} {source} ?node a kg:Claim ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ;
    kg:factuality ?factuality .
}} ORDER BY ?source ?start ?s ?p ?o
"""
_OF_SIDE: Final = "{{ ?node rdf:subject <{iri}> }} UNION {{ ?node rdf:object <{iri}> }}"
_METADATA: Final = """
SELECT ?property ?value ?from ?accepted ?start WHERE {{
  <{iri}> kg:metadataSource ?m . ?m kg:property ?property ; kg:value ?value ; kg:source ?from .
  OPTIONAL {{ ?m kg:accepted ?accepted }} OPTIONAL {{ ?m kg:start ?start }}
}} ORDER BY ?property ?from ?value
"""
_OWN_EVIDENCE: Final = """
SELECT DISTINCT ?sentence ?source ?start WHERE {{
  {{ <{iri}> kg:evidence ?s }} UNION {{ ?r kg:participation <{iri}> ; kg:evidence ?s }}
  ?s kg:exact ?sentence ; kg:start ?start ; kg:inArticle/kg:inDocument/kg:sourceName ?source .
}} ORDER BY ?source ?start
"""
_EARLIER: Final = "SELECT ?old WHERE {{ ?old dcterms:isReplacedBy <{iri}> }} ORDER BY ?old"
_SIMILAR: Final = """
SELECT DISTINCT ?s WHERE {{ ?s skos:prefLabel|rdfs:label|kg:headline ?name
  FILTER(STRSTARTS(STR(?s), "{folder}") && CONTAINS(STR(?s), "{part}")) }}
ORDER BY STRLEN(STR(?s)) ?s LIMIT {limit}
"""

_Row = Mapping[str, object]


def short(term: object) -> str:
    """A term as people read it: with a known prefix, on one line."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        for prefix, iri in vocab.PREFIXES.items():
            local = term.value.removeprefix(iri)
            if local != term.value and re.fullmatch(r"[\w-]+", local):
                return f"{prefix}:{local}"
        return f"<{term.value}>"
    if isinstance(term, ox.Literal):
        return " ".join(term.value.split())
    return str(term)


def explain(store: ox.Store, iri: str, limit: int = 50) -> str:
    """What the graph says of an IRI, why things were merged, and the sentences behind it.

    An IRI that gave way to another is followed there; one whose articles were taken out says so.
    Each list of sentences stops at `limit` lines and tells how many there are. Raises UsageError
    when the graph does not have the IRI, with IRIs like it.
    """
    try:
        node = ox.NamedNode(iri)
    except ValueError as error:
        raise UsageError(f"{iri}: not an IRI: {error}; write it in full, as http://…") from error
    out = [iri]
    seen = {node}
    while (new := _one(store, node, _REPLACED)) is not None and new not in seen:
        assert isinstance(new, ox.NamedNode)
        out += [f"gave way to {short(new)}, which now stands for what it named", "", new.value]
        seen.add(new)
        node = new
    facts = sorted({(q.predicate, q.object) for q in store.quads_for_pattern(node, None, None)},
                   key=lambda fact: (short(fact[0]), short(fact[1])))  # fmt: skip
    if not facts:
        raise UsageError(f"{iri}: the graph says nothing of this IRI{_similar(store, iri)}")
    if {predicate for predicate, _ in facts} <= {_DEPRECATED, _REPLACED}:
        out.append("was in an earlier snapshot; no article that is left names it")
        return "\n".join(out) + "\n"
    out += [f"  {short(p)}  {_named(store, o)}" for p, o in facts if p not in (_REASON, _REPLACED)]
    reasons = [short(o) for p, o in facts if p == _REASON]
    out += _section("Why this is one thing:", [f"  {reason}" for reason in reasons], limit)
    for title, lines in _sections(store, node):
        out += _section(title, lines, limit)
    return "\n".join(out) + "\n"


def _sections(store: ox.Store, node: ox.NamedNode) -> Iterator[tuple[str, list[str]]]:
    """Titles and lines of all that stands elsewhere in the graph and bears on a node."""
    iri = node.value

    def ask(text: str, which: str = "") -> list[_Row]:
        query = text.format(iri=iri, source=_SOURCE, which=which.format(iri=iri))
        rows = store.query(query, use_default_graph_as_union=True, prefixes=vocab.PREFIXES)
        assert isinstance(rows, ox.QuerySolutions)
        names = [str(v).removeprefix("?") for v in rows.variables]
        return [{name: row[name] for name in names} for row in rows]

    yield "Earlier IRIs that lead here:", [f"  {short(row['old'])}" for row in ask(_EARLIER)]
    yield "Where its values came from:", [_metadata(row) for row in ask(_METADATA)]
    mentions = ask(_MENTIONS)
    yield "Articles that name it, and how:", _by_article(mentions)
    yield "Evidence:", [_quote(row, f"“{short(row['exact'])}”") for row in mentions]
    reports = ask(_REPORTS, _OF_EVENT) or ask(_REPORTS, _OF_ACTOR) or ask(_REPORTS, _OF_ARTICLE)
    yield "Reports of events:", [_quote(row, _report(row)) for row in reports]
    claims = ask(_CLAIMS, _OF_SIDE) or ask(_CLAIMS, _OF_ARTICLE)
    yield "Claims:", [_quote(row, _claim(store, row)) for row in claims]
    own = ask(_OWN_EVIDENCE)
    yield (
        "Evidence:",
        [f"  {short(r['source'])}:{short(r['start'])}: {short(r['sentence'])}" for r in own],
    )


def _section(title: str, lines: list[str], limit: int) -> list[str]:
    if not lines:
        return []
    more = [f"  … and {len(lines) - limit} more"] if len(lines) > limit else []
    return ["", title, *lines[:limit], *more]


def _quote(row: _Row, what: str) -> str:
    return (
        f"  {short(row['source'])}:{short(row['start'])} {what} "
        f"({short(row['method'])}, {short(row['confidence'])}): {short(row['sentence'])}"
    )


def _report(row: _Row) -> str:
    role = f" as {short(row['role'])}" if row.get("role") is not None else ""
    return f"“{short(row['exact'])}”, {short(row['label'])}, {short(row['factuality'])}{role}"


def _claim(store: ox.Store, row: _Row) -> str:
    subject, other = (_label(store, row[name]) or short(row[name]) for name in "so")
    return f"“{subject}” {short(row['p'])} “{other}”, {short(row['factuality'])}"


def _metadata(row: _Row) -> str:
    lost = "" if short(row["accepted"]) != "false" else ", not taken"
    at = f" at {short(row['start'])}" if row["start"] is not None else ""
    return f"  {short(row['property'])} “{short(row['value'])}” from {short(row['from'])}{at}{lost}"


def _by_article(rows: list[_Row]) -> list[str]:
    """One line for each article with the names that it uses and how often."""
    forms: dict[str, Counter[str]] = {}
    heads: dict[str, str] = {}
    for row in rows:
        key = short(row["article"])
        heads[key] = f"{short(row['source'])} “{short(row['headline'])}”"
        forms.setdefault(key, Counter())[short(row["exact"])] += 1
    return [
        f"  {head}: " + ", ".join(f"“{name}” {n}" for name, n in sorted(forms[key].items()))
        for key, head in heads.items()
    ]


def _one(store: ox.Store, node: ox.NamedNode, predicate: ox.NamedNode) -> object:
    return next((q.object for q in store.quads_for_pattern(node, predicate, None)), None)


def _label(store: ox.Store, term: object) -> str:
    if not isinstance(term, ox.NamedNode):
        return ""
    return next((short(n) for p in _NAMES if (n := _one(store, term, p)) is not None), "")


def _named(store: ox.Store, term: object) -> str:
    """A term with the name of what it stands for, where the graph has one."""
    own = isinstance(term, ox.NamedNode) and not term.value.startswith(vocab.KG)
    name = _label(store, term) if own else ""
    return f"{short(term)} “{name}”" if name else short(term)


def _similar(store: ox.Store, iri: str) -> str:
    """Words that offer IRIs of the same folder whose last part is like an unknown one's."""
    folder, _, name = iri.rstrip("/").rpartition("/")
    last = re.sub(r"[^a-z0-9-]", "", name.casefold())
    words = sorted(last.split("-"), key=lambda w: (-len(w), w))
    for part in dict.fromkeys(p for p in (last, *words, last[:4]) if len(p) > 2):
        rows = store.query(
            _SIMILAR.format(folder=folder, part=part, limit=_LIKE),
            use_default_graph_as_union=True,
            prefixes=vocab.PREFIXES,
        )
        assert isinstance(rows, ox.QuerySolutions)
        found = [short(row["s"]) for row in rows]
        if found:
            return f"; like it are {', '.join(found)}"
    return ""
