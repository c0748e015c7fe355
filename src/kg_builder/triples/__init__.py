"""Everything about one article, entity, event or document in, its quads out.

docs/GRAPH.md shows what stands in each graph.
"""

from kg_builder.triples.article import DocumentFacts, Names, article_context, article_quads
from kg_builder.triples.corpus import (
    document_quads,
    entity_quads,
    event_quads,
    provenance_quads,
    publication_quads,
    section_quads,
)
from kg_builder.triples.dataset import history_quads, ontology_quads, void_quads
from kg_builder.triples.terms import Builder

__all__ = [
    "Builder",
    "DocumentFacts",
    "Names",
    "article_context",
    "article_quads",
    "document_quads",
    "entity_quads",
    "event_quads",
    "history_quads",
    "ontology_quads",
    "provenance_quads",
    "publication_quads",
    "section_quads",
    "void_quads",
]
