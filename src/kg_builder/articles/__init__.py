"""A Document with hints in, its Articles out; and what an article is about."""

from __future__ import annotations

from kg_builder.articles.about import about
from kg_builder.articles.segmentation import segment

__all__ = ["about", "segment"]
