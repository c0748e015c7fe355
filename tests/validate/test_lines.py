"""The line of a subject in every syntax, and no line rather than a wrong one."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.validating.files import FORMATS
from kg_builder.validating.lines import subject_lines

E = "http://example.org/"
BASE = "file:///data.ttl"


def lines(text: str, form: str, *names: str) -> dict[str, int]:
    wanted = {n if n.startswith(("_:", "<")) else f"<{E}{n}>" for n in names}
    found = subject_lines(text, form, BASE, wanted)
    return {term.removeprefix(f"<{E}").rstrip(">"): line for term, line in found.items()}


TURTLE = '''\
@prefix ex: <http://example.org/> . # ex:a ex:p ex:o .
PREFIX e2: <http://example.org/sub/>
ex:b ex:p ex:a , "ex:a ex:p 1 . " , 'x\\' ex:a ' ; ex:q """
ex:a ex:p "three" .
""" , 1.5 , 2. ex:c ex:p 1.
[ ex:p ex:a ] ex:q [ ex:r ( ex:a 1.0e3 [ ex:s ex:d ] ) ] .
( ex:a ) ex:p true .
   ex:a ex:p "x"@en-GB , "1"^^ex:d .
e2:with\\,comma ex:p ex:x%20y .
<http://example.org/full> ex:p <http://example.org/a> .
@base <http://example.org/base/> .
<rel> ex:p <#a> . <#frag> ex:p _:n.o .
_:n.o ex:p ex:a .
ex:a.b ex:p ex:a . ex:\\u00e9 ex:p ex:a .
<http://example.org/\\u0041> ex:p ex:a .
'''


def test_turtle() -> None:
    names = ["a", "b", "c", "d", "sub/with,comma", "full", "base/rel", "base/#frag", "a.b", "A"]
    assert lines(TURTLE, "turtle", *names, "_:n.o", "x") == {
        "b": 3, "c": 5, "a": 8, "sub/with,comma": 9, "full": 10, "base/rel": 12,
        "base/#frag": 12, "_:n.o": 13, "a.b": 14, "A": 15,
    }  # fmt: skip


def test_trig_tells_graphs_from_subjects() -> None:
    text = """\
@prefix ex: <http://example.org/> .
ex:g { ex:s ex:p ex:a . ex:a ex:p 1 }
GRAPH ex:b
{ ex:c ex:p ex:g
}
{ ex:b ex:p 1 . }
ex:d ex:p 1 .
ex:g ex:p 1 .
"""
    assert lines(text, "trig", "g", "s", "a", "b", "c", "d") == {
        "s": 2, "a": 2, "c": 4, "b": 6, "d": 7, "g": 8,
    }  # fmt: skip


def test_line_formats() -> None:
    text = (
        f"# <{E}a>\n<{E}b> <{E}p> <{E}a> .\n"
        f'_:x <{E}p> "\u2028<{E}a> one line" .\n  <{E}a> <{E}p> "1" <{E}g> .\n'
        f'<{E}\\u00E9> <{E}p> "2" .\n'
    )
    expected = {"b": 2, "_:x": 3, "a": 4, "é": 5}
    assert lines(text, "nquads", "a", "b", "g", "_:x", "é") == expected


def test_rdfxml() -> None:
    text = f"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY ex "{E}"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="{E}"
  xml:base="{E}doc">
  <!-- <ex:T rdf:about="{E}a"/> -->
  <ex:T rdf:about="{E}b"><ex:p rdf:resource="{E}a"/></ex:T>
  <ex:T rdf:about="&ex;a"/>
  <ex:T rdf:ID="part"/>
  <ex:T rdf:nodeID="n"/>
  <ex:T rdf:about="{E}q?x=1&amp;y=2"/>
</rdf:RDF>
"""
    found = lines(text, "rdfxml", "a", "b", "doc#part", "_:n", "q?x=1&y=2")
    assert found == {"b": 6, "a": 7, "doc#part": 8, "_:n": 9, "q?x=1&y=2": 10}


def test_jsonld_prefers_the_description_to_a_reference() -> None:
    text = """\
{"@context": {"ex": "http://example.org/", "id": "@id", "p": {"@id": "ex:p"}},
 "@graph": [
  {"id": "ex:b", "p": {"@id": "ex:a"}},
  {"p": "http", "id": "ex:a"},
  {"id": "http://example.org/c", "p": {"id": "ex:d"}}
 ]}
"""
    assert lines(text, "jsonld", "a", "b", "c", "d") == {"a": 4, "b": 3, "c": 5, "d": 5}


@pytest.mark.parametrize(
    "text", ["<http://example.org/a", '"""never closed', "ex:a ex:p", "\\", ""]
)
def test_what_is_no_turtle_has_no_lines(text: str) -> None:
    assert lines(text, "turtle", "a") == {}


_TERMS = st.sampled_from([f"{E}s{n}" for n in range(4)] + [f"{E}ü-{n}/x.y" for n in range(3)])
_TEXT = st.text(alphabet="ab.;,#<>\"'\\{}[]()@^_: \n\r\té\U0001f600", max_size=12)
_VALUES = st.one_of(_TERMS.map(ox.NamedNode), _TEXT.map(ox.Literal), st.integers().map(ox.Literal))
_QUADS = st.lists(
    st.tuples(_TERMS.map(ox.NamedNode), _TERMS.map(ox.NamedNode), _VALUES), min_size=1, max_size=8
)


@given(_QUADS, st.sampled_from(["turtle", "trig", "ntriples", "nquads"]))
def test_every_subject_that_was_written_is_found(
    terms: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]], form: str
) -> None:
    """And none that was not, whatever the literals hold; on a line that has the subject."""
    graph = ox.NamedNode(f"{E}s3") if form in ("trig", "nquads") else ox.DefaultGraph()
    quads = [ox.Quad(s, p, o, graph) for s, p, o in terms]
    prefixes = {"ex": E} if form in ("turtle", "trig") else None
    made = ox.serialize(quads, format=FORMATS[form], prefixes=prefixes)
    assert made is not None
    text = made.decode("utf-8")
    subjects = {str(q.subject) for q in quads}
    wanted = subjects | {str(q.object) for q in quads} | {str(q.predicate) for q in quads}
    found = subject_lines(text, form, BASE, wanted)
    assert set(found) == subjects
    for term, line in found.items():
        here = text.split("\n")[line - 1].strip().replace("\\/", "/")
        short = term.replace(f"<{E}", "ex:").rstrip(">")
        assert here.startswith((term, short)), (term, here)
