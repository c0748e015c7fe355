"""The ontology's Turtle in, what its page shows out."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from kg_builder import vocab
from kg_server.reader import LABEL, TYPE, Values, nodes, text, texts

_CLASS_TYPES = {vocab.OWL + "Class", vocab.RDFS + "Class"}


def terms(data: bytes) -> dict[str, Any]:
    """Classes, properties and event types, each with label, comment and its relations."""
    found = nodes(ox.parse(data, format=ox.RdfFormat.TURTLE))
    classes, properties, events = [], [], []
    for iri in sorted(found):
        values = found[iri]
        types = set(texts(values, TYPE))
        if iri.startswith(vocab.EVENT_TYPES):
            events.append(_term(iri, vocab.EVENT_TYPES, values))
        elif iri.startswith(vocab.KG) and types & _CLASS_TYPES:
            classes.append(_term(iri, vocab.KG, values))
        elif iri.startswith(vocab.KG) and any(t.endswith("Property") for t in types):
            properties.append(_term(iri, vocab.KG, values))
    return {
        "groups": [
            ("Classes", "kg", classes),
            ("Properties", "kg", properties),
            ("Event types", "kget", events),
        ],
        "namespace": vocab.KG,
    }


def _term(iri: str, namespace: str, values: Values) -> dict[str, Any]:
    relations = (
        ("Subclass of", vocab.RDFS + "subClassOf"),
        ("Subproperty of", vocab.RDFS + "subPropertyOf"),
        ("Same as", vocab.OWL + "equivalentClass"),
        ("Close to", vocab.SKOS + "closeMatch"),
        ("Domain", vocab.RDFS + "domain"),
        ("Range", vocab.RDFS + "range"),
        ("Broader", vocab.SKOS + "broader"),
    )
    name = iri.removeprefix(namespace)
    return {
        "iri": iri,
        "name": name,
        "label": text(values, LABEL) or text(values, vocab.SKOS + "prefLabel") or name,
        "comment": text(values, vocab.RDFS + "comment")
        or text(values, vocab.SKOS + "definition")
        or "",
        "relations": [
            (label, [_shown(value) for value in texts(values, predicate)])
            for label, predicate in relations
            if values.get(predicate)
        ],
    }


def _shown(iri: str) -> tuple[str, str | None]:
    if iri.startswith(vocab.KG):
        name = iri.removeprefix(vocab.KG)
        return f"kg:{name}", f"#{name}"
    for prefix, namespace in vocab.PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}", iri
    return iri, iri if iri.startswith(("http://", "https://")) else None
