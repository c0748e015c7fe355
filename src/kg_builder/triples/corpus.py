"""Entities, events, publications, sections and documents in, the shared graphs' quads out."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg_builder import __version__, vocab
from kg_builder.model import Entity, Event, Publication
from kg_builder.triples.article import count_values, date_values
from kg_builder.triples.terms import (
    ALT_LABEL,
    EXACT_MATCH,
    LABEL,
    PREF_LABEL,
    A,
    Builder,
    decimal,
    iri,
    kg,
    string,
    typed,
)

_HAS_GEOMETRY = ox.NamedNode(vocab.GEO + "hasGeometry")
_GEOMETRY = ox.NamedNode(vocab.GEO + "Geometry")
_AS_WKT = ox.NamedNode(vocab.GEO + "asWKT")
_WKT = ox.NamedNode(vocab.GEO + "wktLiteral")
_AGENT = ox.NamedNode(vocab.PROV + "SoftwareAgent")
_VERSION = ox.NamedNode(vocab.SCHEMA + "softwareVersion")


def entity_quads(entity: Entity, minter: vocab.Minter) -> list[ox.Quad]:
    """What the entities graph says of one entity."""
    out = Builder(minter.graph("entities"), minter)
    node = iri(minter.local(entity.key))
    out.types(node, entity.kind)
    out.add(node, PREF_LABEL, string(entity.name))
    for alias in entity.aliases:
        out.add(node, ALT_LABEL, string(alias))
    for acronym in entity.acronyms:
        out.text(node, "acronym", acronym)
    for link in entity.links:
        out.add(node, EXACT_MATCH, iri(link))
    if entity.link_confidence is not None:
        out.add(node, kg("linkConfidence"), decimal(entity.link_confidence))
    out.text(node, "orgType", entity.org_type)
    out.text(node, "placeType", entity.place_type)
    out.text(node, "iso3166", entity.iso3166)
    out.text(node, "m49", entity.m49)
    for key in entity.contained_in:
        out.add(node, kg("containedIn"), iri(minter.local(key)))
    for reason in entity.reasons:
        out.text(node, "mergeReason", reason)
    if entity.latitude is not None and entity.longitude is not None:
        point = iri(minter.local("geometry/" + entity.key.removeprefix("entity/")))
        out.add(node, _HAS_GEOMETRY, point)
        out.add(point, A, _GEOMETRY)
        # WKT puts longitude first (OGC 06-103r4, CRS84).
        wkt = f"POINT({entity.longitude:g} {entity.latitude:g})"
        out.add(point, _AS_WKT, ox.Literal(wkt, datatype=_WKT))
    return out.quads


def event_quads(event: Event, minter: vocab.Minter) -> list[ox.Quad]:
    """What the events graph says of one merged event."""
    out = Builder(minter.graph("events"), minter)
    name = minter.local(event.key)
    node = iri(name)
    out.types(node, "Event")
    out.add(node, LABEL, string(event.label))
    for alias in event.aliases:
        out.add(node, ALT_LABEL, string(alias))
    out.add(node, kg("eventType"), iri(vocab.EVENT_TYPES + event.type))
    out.text(node, "factuality", event.factuality)
    out.add(node, kg("confidence"), decimal(event.confidence))
    if event.place is not None:
        out.add(node, kg("place"), iri(minter.local(event.place)))
    if event.date is not None:
        date_values(out, node, event.date, None)
    for key, role in event.participants:
        part = iri(minter.participation(name, role, key))
        agent = iri(minter.local(key))
        out.types(part, "Participation")
        out.add(node, kg("participation"), part)
        out.add(part, kg("agent"), agent)
        out.text(part, "role", role)
        if event.factuality in ("reported", "claimed"):
            out.add(node, kg("actor"), agent)
    count_values(out, node, "killed", event.killed)
    count_values(out, node, "injured", event.injured)
    for reason in event.reasons:
        out.text(node, "mergeReason", reason)
    return out.quads


def publication_quads(publication: Publication, minter: vocab.Minter) -> list[ox.Quad]:
    """What the entities graph says of one outlet."""
    out = Builder(minter.graph("entities"), minter)
    node = iri(minter.local(vocab.publication_key(publication.name)))
    out.types(node, "Publication")
    out.add(node, PREF_LABEL, string(publication.name))
    if publication.homepage is not None:
        out.add(node, kg("homepage"), typed(publication.homepage, "anyURI"))
    out.text(node, "language", publication.language)
    out.text(node, "country", publication.country)
    return out.quads


def section_quads(
    key: str, label: str, publication: str | None, minter: vocab.Minter
) -> list[ox.Quad]:
    """What the entities graph says of one section; `publication` is a name."""
    out = Builder(minter.graph("entities"), minter)
    node = iri(minter.local(key))
    out.types(node, "Section")
    out.add(node, PREF_LABEL, string(label))
    if publication is not None:
        out.add(node, kg("publication"), iri(minter.local(vocab.publication_key(publication))))
    return out.quads


def document_quads(
    source_name: str,
    media_type: str,
    content_hash: str,
    text_hash: str,
    extractor: str,
    minter: vocab.Minter,
) -> list[ox.Quad]:
    """What the provenance graph says of one document."""
    out = Builder(minter.graph("provenance"), minter)
    node = iri(minter.document(source_name, content_hash))
    out.types(node, "Document")
    for name, value in (
        ("sourceName", source_name),
        ("mediaType", media_type),
        ("contentHash", content_hash),
        ("textHash", text_hash),
        ("textExtractor", extractor or None),
    ):
        out.text(node, name, value)
    return out.quads


def provenance_quads(methods: Iterable[str], minter: vocab.Minter) -> list[ox.Quad]:
    """The software agents that extracted what the graph says."""
    out = Builder(minter.graph("provenance"), minter)
    for name in sorted(set(methods)):
        node = iri(minter.agent(name, __version__))
        out.add(node, A, _AGENT)
        out.add(node, LABEL, string(f"kg-builder {name}"))
        out.add(node, _VERSION, string(__version__))
    return out.quads
