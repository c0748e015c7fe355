"""The text of an RDF file and subjects in, the first line where each stands as subject out.

Terms are in N-Triples syntax. Turtle and TriG are read by a lexer that knows strings, comments,
prefixes and nesting; N-Triples and N-Quads line by line; RDF/XML and JSON-LD by the attributes
that name subjects. What is not found is left out: no line is better than a wrong one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Final
from urllib.parse import urljoin

_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL_ESCAPE: Final = re.compile(r"\\(.)")
_TOKEN: Final = re.compile(
    r"""
      (?P<skip>  [ \t\r\n]+ | \#[^\r\n]* )
    | (?P<string> \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
                | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
    | (?P<iri>   <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
    | (?P<mark>  <<\(? | \)?>> | \^\^ | \{\| | \|\} | [\[\](){};,~] )
    | (?P<at>    @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<number> [+-]?(?:\d+\.\d*[eE][+-]?\d+|\.?\d+[eE][+-]?\d+|\d*\.\d+|\d+) )
    | (?P<blank> _:[\w](?:[\w.·-]*[\w·-])? )
    | (?P<name>  (?:[^\W\d_](?:[\w.·-]*[\w·-])?)?:
                 (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:(?:[\w.:·-]|%[0-9A-Fa-f]{2}|\\.)*
                 (?:[\w:·-]|%[0-9A-Fa-f]{2}|\\.))?)? )
    | (?P<word>  [A-Za-z]+ )
    | (?P<dot>   \. )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN: Final = ("[", "(", "<<", "<<(", "{|")
_CLOSE: Final = ("]", ")", ">>", ")>>", "|}")
_BRACE: Final = ("{",)
_BRACES: Final = ("{", "}")
_NTRIPLES: Final = re.compile(r"^[ \t]*(<[^>\n]*>|_:[^\s<]+)", re.MULTILINE)
_XML_SUBJECT: Final = re.compile(r"""\brdf:(about|ID|nodeID)\s*=\s*("[^"]*"|'[^']*')""")
_XML_ENTITY: Final = re.compile(r"""<!ENTITY\s+([\w.-]+)\s+("[^"]*"|'[^']*')""")
_XML_BASE: Final = re.compile(r"""\bxml:base\s*=\s*("[^"]*"|'[^']*')""")


def subject_lines(text: str, form: str, base: str, wanted: set[str]) -> dict[str, int]:
    """1-based lines of those of the `wanted` subjects that `text` has.

    `form` is a key of FORMATS, `base` the IRI that relative ones are resolved against.
    """
    readers: dict[str, Callable[[str, str], Iterator[tuple[str, int]]]] = {
        "turtle": _turtle,
        "trig": _turtle,
        "ntriples": _ntriples,
        "nquads": _ntriples,
        "rdfxml": _rdfxml,
        "jsonld": _jsonld,
    }
    found: dict[str, int] = {}
    for term, place in readers[form](text, base):
        if term in wanted and term not in found:
            found[term] = place
            if len(found) == len(wanted):
                break
    # Readers tell offsets; lines are counted once, in the order of the text.
    lines, line, last = {}, 1, 0
    for term, offset in sorted(found.items(), key=lambda item: item[1]):
        line += text.count("\n", last, offset)
        last = offset
        lines[term] = line
    return lines


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), text)


def _ntriples(text: str, _base: str) -> Iterator[tuple[str, int]]:
    # Not str.splitlines: that also splits within literals, at U+2028 and others.
    for found in _NTRIPLES.finditer(text):
        yield _unescaped(found[1]), found.start(1)


class _Turtle:
    """Resolves the terms of one document as its prefixes stand at each place."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.prefixes: dict[str, str] = {}

    def iri(self, token: str) -> str:
        return _join(self.base, _unescaped(token[1:-1]))

    def term(self, kind: str, token: str) -> str | None:
        if kind == "iri":
            return f"<{self.iri(token)}>"
        if kind == "blank":
            return token
        prefix, _, name = token.partition(":")
        space = self.prefixes.get(prefix)
        name = _LOCAL_ESCAPE.sub(r"\1", name)
        return None if space is None else f"<{space}{name}>"


def _join(base: str, iri: str) -> str:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
        return iri
    return urljoin(base, iri) if iri else base.partition("#")[0]


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    offset, size = 0, len(text)
    while offset < size:
        found = _TOKEN.match(text, offset)
        if found is None:
            return  # not Turtle as we know it: stop rather than misread the rest
        kind = str(found.lastgroup)
        if kind != "skip":
            yield kind, found[0], offset
        offset = found.end()


def _turtle(text: str, base: str) -> Iterator[tuple[str, int]]:
    scope = _Turtle(base)
    tokens = _tokens(text)
    depth, at_subject = 0, True
    pending: tuple[str, int] | None = None  # a term that may yet prove to be a graph's name
    for kind, token, offset in tokens:
        if pending is not None:
            if token not in _BRACE:
                yield pending
            pending = None
        if depth == 0 and at_subject and _directive(kind, token, tokens, scope):
            continue
        if token in _OPEN:
            depth, at_subject = depth + 1, False
        elif token in _CLOSE:
            depth -= 1
        elif depth == 0 and (kind == "dot" or token in _BRACES):
            at_subject = True
        elif depth == 0 and at_subject and kind in ("iri", "blank", "name"):
            term = scope.term(kind, token)
            pending = (term, offset) if term else None
            at_subject = False


def _directive(
    kind: str, token: str, tokens: Iterator[tuple[str, str, int]], scope: _Turtle
) -> bool:
    """Takes in `@prefix`, `@base`, `PREFIX`, `BASE`, `VERSION` and `GRAPH` with what follows."""
    word = token.lower().lstrip("@")
    if kind not in ("at", "word") or word not in ("prefix", "base", "version", "graph"):
        return False
    if word == "prefix":
        _, name, _ = next(tokens, ("", ":", 0))
        _, iri, _ = next(tokens, ("", "<>", 0))
        scope.prefixes[name.rstrip(":")] = scope.iri(iri)
    elif word == "base":
        _, iri, _ = next(tokens, ("", "<>", 0))
        scope.base = scope.iri(iri)
    elif word == "version":
        next(tokens, None)
    return True  # the dot after an @ directive leaves the place where a subject may stand


def _rdfxml(text: str, base: str) -> Iterator[tuple[str, int]]:
    entities = {name: value[1:-1] for name, value in _XML_ENTITY.findall(text)}
    stated = _XML_BASE.search(text)
    if stated:
        base = _join(base, _xml_text(stated[1][1:-1], entities))
    hidden = re.sub(r"<!--.*?-->", lambda m: " " * len(m[0]), text, flags=re.DOTALL)
    for found in _XML_SUBJECT.finditer(hidden):
        value = _xml_text(found[2][1:-1], entities)
        if found[1] == "nodeID":
            yield f"_:{value}", found.start()
        else:
            yield f"<{_join(base, '#' + value if found[1] == 'ID' else value)}>", found.start()


def _xml_text(text: str, entities: Mapping[str, str]) -> str:
    return unescape(re.sub(r"&([\w.-]+);", lambda m: entities.get(m[1], m[0]), text))


def _jsonld(text: str, base: str) -> Iterator[tuple[str, int]]:
    prefixes, keys, base = _contexts(json.loads(text), base)
    names = "|".join(re.escape(json.dumps(key)) for key in keys)
    pattern = re.compile(rf'(?P<open>\{{\s*)?(?:{names})\s*:\s*(?P<id>"(?:[^"\\]|\\.)*")')
    references = []
    for found in pattern.finditer(text):
        value = json.loads(found["id"])
        prefix, colon, rest = value.partition(":")
        if colon and prefix in prefixes and not rest.startswith("//"):
            value = prefixes[prefix] + rest
        term = value if value.startswith("_:") else f"<{_join(base, value)}>"
        # An object with @id alone refers to a node; one with more describes it.
        if found["open"] is not None and text[found.end() :].lstrip()[:1] == "}":
            references.append((term, found.start("id")))
        else:
            yield term, found.start("id")
    yield from references


def _contexts(document: object, base: str) -> tuple[dict[str, str], list[str], str]:
    """The prefixes, the keys that mean @id, and the base that a document's contexts state."""
    prefixes: dict[str, str] = {}
    keys = ["@id"]
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            contexts = value.get("@context", [])
            for context in contexts if isinstance(contexts, list) else [contexts]:
                for name, meaning in context.items() if isinstance(context, dict) else ():
                    if name == "@base" and isinstance(meaning, str):
                        base = _join(base, meaning)
                    elif meaning == "@id":
                        keys.append(name)
                    elif isinstance(meaning, str):
                        prefixes[name] = meaning
            waiting += [item for name, item in value.items() if name != "@context"]
    return prefixes, list(dict.fromkeys(keys)), base
