"""Ontology and vocabulary name the same terms; the example queries answer what they ask."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from kg_builder import resources, vocab
from kg_builder.resources import ExampleQuery

CASE = Path(__file__).parents[1] / "cases" / "queries" / "graph.trig"
HERE = "http://example.org/id/"
PLOVER = set(
    """AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN
    PROTEST SANCTION MOBILIZE COERCE ASSAULT""".split()
)
UNMAPPED = set(
    """textHash textExtractor relativeTime metadataSource unknown source accepted sentenceRole
    mergeReason dateText dateSource killedMin killedMax killedApprox injuredMin injuredMax
    injuredApprox factuality past alliedWith adversaryOf pledgedAllegianceTo""".split()
)
"""Properties for which there is no standard term."""

MAPPINGS = (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.closeMatch, SKOS.relatedMatch)


@cache
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(resources.ontology_file())


@cache
def event_types() -> rdflib.Graph:
    return rdflib.Graph().parse(resources.event_types_file())


def term(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(vocab.KG + name)


def test_ontology_and_vocabulary_name_the_same_terms() -> None:
    graph = ontology()
    classes = {str(s) for s in graph.subjects(RDF.type, OWL.Class)}
    properties = {str(s) for s in graph.subjects(RDF.type, RDF.Property)}
    assert classes == {vocab.KG + name for name in vocab.CLASSES}
    assert properties == {vocab.KG + name for name in vocab.PROPERTIES}


@pytest.mark.parametrize("name", sorted(vocab.CLASSES | vocab.PROPERTIES))
def test_every_term_is_labelled_explained_and_mapped(name: str) -> None:
    graph, node = ontology(), term(name)
    assert len(list(graph.objects(node, RDFS.label))) == 1
    (comment,) = graph.objects(node, RDFS.comment)
    assert re.fullmatch(r"[A-Z][^.]*(\.[0-9][^.]*)?\.", str(comment)), "one plain sentence"
    assert list(graph.objects(node, RDFS.isDefinedBy)) == [rdflib.URIRef(vocab.KG.rstrip("#"))]
    mapped = any((node, p, None) in graph for p in MAPPINGS)
    assert mapped == (name not in UNMAPPED)


def test_the_ontology_has_no_blank_nodes() -> None:
    assert not [n for n in ontology().all_nodes() if isinstance(n, rdflib.BNode)]


def test_superclasses_are_those_that_the_data_writes_out() -> None:
    found: dict[str, tuple[str, ...]] = {}
    for sub, sup in ontology().subject_objects(RDFS.subClassOf):
        if str(sup).startswith(vocab.KG):
            found[str(sub).removeprefix(vocab.KG)] = (str(sup).removeprefix(vocab.KG),)
    assert found == vocab.SUPERCLASSES


def test_claim_predicates_link_entities() -> None:
    for name in vocab.CLAIM_PREDICATES:
        assert (term(name), RDF.type, OWL.ObjectProperty) in ontology(), name


def test_every_property_is_of_objects_or_of_data_and_not_both() -> None:
    graph = ontology()
    for name in vocab.PROPERTIES:
        types = set(graph.objects(term(name), RDF.type))
        assert len(types & {OWL.ObjectProperty, OWL.DatatypeProperty}) == 1, name
        literal = OWL.DatatypeProperty in types
        for value in graph.objects(term(name), RDFS.range):
            assert str(value).startswith(vocab.XSD) == literal, name


def test_own_terms_are_not_used_beyond_the_vocabulary() -> None:
    known = {vocab.KG + name for name in vocab.CLASSES | vocab.PROPERTIES}
    used = {str(n) for n in ontology().all_nodes() if str(n).startswith(vocab.KG)}
    assert used == known


def test_event_types_stand_under_the_codes_of_plover() -> None:
    graph = event_types()
    codes = {str(v) for v in graph.objects(None, SKOS.notation)}
    assert codes == PLOVER
    broader = {str(o).removeprefix(vocab.EVENT_TYPES) for o in graph.objects(None, SKOS.broader)}
    assert broader == PLOVER, "each code has a narrower type that the builder finds"
    for node in graph.subjects(RDF.type, SKOS.Concept):
        assert len(list(graph.objects(node, SKOS.prefLabel))) == 1, node
        assert len(list(graph.objects(node, SKOS.definition))) == 1, node


def test_each_trigger_names_one_type_and_its_part_of_speech() -> None:
    triggers = [str(o) for o in event_types().objects(None, SKOS.hiddenLabel)]
    assert len(triggers) == len(set(triggers))
    for trigger in triggers:
        assert re.fullmatch(r"[a-zé'-]+( [a-zé'-]+)*/[vn]", trigger), trigger


def queries() -> tuple[ExampleQuery, ...]:
    return resources.example_queries()


each = pytest.mark.parametrize("query", queries(), ids=lambda q: f"{q.number:02d}-{q.name}")


@cache
def store() -> ox.Store:
    found = ox.Store()
    found.load(path=str(CASE), format=ox.RdfFormat.TRIG)
    found.load(path=str(resources.event_types_file()), to_graph=ox.NamedNode(HERE + "ontology"))
    return found


def answers(query: ExampleQuery, data: ox.Store) -> list[dict[str, str]]:
    found = data.query(query.text, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = [v.value for v in found.variables]
    return [
        {n: str(row[n].value).removeprefix(HERE) for n in names if row[n] is not None}
        for row in found
    ]


EXPECTED: dict[int, list[dict[str, str]]] = {
    1: [{"article": "a1", "published": "2022-03-14", "publication": "The Daily Lantern"}],
    2: [{"author": "jane", "article": "a1", "affiliation": "University of Coimbra"}],
    3: [{"article": "a3"}, {"article": "a2"}],
    4: [
        {"author": "jane", "label": "Sahel Column", "articles": "1"},
        {"author": "jane", "label": "World Health Organization", "articles": "1"},
    ],
    5: [
        {"entity": "column", "mentions": "2", "articles": "2"},
        {"entity": "who", "mentions": "2", "articles": "2"},
        {"entity": "nino", "mentions": "1", "articles": "1"},
    ],
    6: [
        {"kind": "acronym", "name": "WHO", "uses": "1"},
        {"kind": "in the text", "name": "W.H.O.", "uses": "1"},
        {"kind": "other name", "name": "World Health Organisation", "uses": "0"},
        {"kind": "preferred name", "name": "World Health Organization", "uses": "0"},
    ],
    7: [{"entity": "who", "uses": "1"}],
    8: [{"entity": "column", "articles": "2"}, {"entity": "who", "articles": "2"}],
    9: [{"article": "a2", "start": "50", "end": "57", "surface": "Beridze"}],
    10: [
        {"region": "Central Asia", "country": "Kazakhstan", "code": "KZ", "articles": "1"},
        {"region": "Western Africa", "country": "Burkina Faso", "code": "BF", "articles": "1"},
    ],
    11: [{"article": "a2", "subject": "Kazakhstan"}],
    12: [{"event": "e-kaya", "where": "Kaya", "earliest": "2022-03-12"}],
    13: [{"event": "e-kaya", "type": "Attack"}, {"event": "e-talks", "type": "Meeting"}],
    14: [{"who": "column", "whom": "front", "article": "a2"}],
    15: [{"event": "e-kaya", "killed": "14"}],
    16: [{"report": "r1", "perpetrator": "Sahel Column", "victim": "traders"}],
    17: [{"claimant": "column", "event": "e-claim", "article": "a2"}],
    18: [{"person": "nino", "relation": "head of", "body": "coimbra", "past": "true"}],
    19: [
        {"one": "column", "other": "who", "sentences": "2"},
        {"one": "nino", "other": "who", "sentences": "1"},
        {"one": "column", "other": "nino", "sentences": "1"},
    ],
    20: [
        {"subject": "nino", "object": "coimbra", "source": "lantern"},
        {"subject": "nino", "object": "who", "source": "lantern"},
        {"subject": "column", "object": "front", "source": "a2"},
    ],
    21: [{"event": "e-kaya", "sources": "2"}],
    22: [
        {"hops": "1", "entity": "jane"},
        {"hops": "1", "entity": "nino"},
        {"hops": "2", "entity": "who", "through": "nino"},
    ],
    23: [{"event": "e-talks", "why": "planned"}, {"event": "e-quake", "why": "undated"}],
    24: [],
}
"""What each query finds in the case, in order; only the columns that tell it apart."""


@each
def test_a_query_finds_what_it_asks_for(query: ExampleQuery) -> None:
    expected = EXPECTED[query.number]
    found = answers(query, store())
    assert len(found) == len(expected), found
    told = [{k: row.get(k) for k in want} for row, want in zip(found, expected, strict=True)]
    assert told == expected


def test_there_are_24_queries_numbered_in_order() -> None:
    assert [q.number for q in queries()] == list(range(1, 25))
    assert len({q.title for q in queries()}) == 24


@each
def test_a_query_has_a_fixed_order_and_known_terms(query: ExampleQuery) -> None:
    assert "ORDER BY" in query.text
    if "containedIn*" in query.text:
        assert "SELECT DISTINCT" in query.text
    names = set(re.findall(r"\bkg:(\w+)", query.text))
    assert names <= vocab.CLASSES | vocab.PROPERTIES
    for prefix in set(re.findall(r"\b([a-z]+):\w", re.sub(r"<[^>]*>", "", query.text))):
        assert f"PREFIX {prefix}: <{vocab.PREFIXES[prefix]}>" in query.text


@pytest.mark.parametrize(
    ("taken_out", "problem", "node"),
    [
        ("m1 evidence", "mention without evidence", "m1"),
        ("r3 evidence", "event report without evidence", "r3"),
        ("c1 evidence", "claim without evidence", "c1"),
        ("p3 evidence", "role without evidence", "p3"),
        ("c3 predicate", "plain statement without a claim", "column"),
    ],
)
def test_the_audit_finds_what_lacks_evidence(taken_out: str, problem: str, node: str) -> None:
    subject, name = taken_out.split()
    predicate = ox.NamedNode((vocab.RDF if name == "predicate" else vocab.KG) + name)
    data = ox.Store()
    data.extend(store())
    for quad in list(data.quads_for_pattern(ox.NamedNode(HERE + subject), predicate, None)):
        data.remove(quad)
    found = answers(queries()[23], data)
    assert [(row["problem"], row["node"]) for row in found] == [(problem, node)]


def test_the_queries_as_rdf_keep_the_form_of_sib() -> None:
    turtle = resources.example_queries_turtle("http://127.0.0.1:8000/sparql")
    graph = rdflib.Graph().parse(data=turtle)
    sh, schema = rdflib.Namespace(vocab.SH), rdflib.Namespace(vocab.SCHEMA)
    nodes = set(graph.subjects(RDF.type, sh.SPARQLExecutable))
    assert len(nodes) == 24
    texts = {str(graph.value(node, sh.select)) for node in nodes}
    assert texts == {q.text for q in queries()}
    for node in nodes:
        assert graph.value(node, RDFS.comment)
        assert str(graph.value(node, schema.target)) == "http://127.0.0.1:8000/sparql"


def test_the_audit_of_the_samples_is_empty(sample_store: Path) -> None:
    current = (sample_store / "CURRENT").read_text(encoding="utf-8").strip()
    folders = [p.parent for p in (sample_store / "snapshots" / current).rglob("CURRENT")]
    assert len(folders) == 1
    assert answers(queries()[23], ox.Store.read_only(str(folders[0]))) == []
