"""The order of the stages: analyse each document, resolve over all, publish each article.

The only package that knows the order; `cli` calls it and prints what it returns.
"""

from kg_builder.pipeline.analyse import Analyser, Analysis, analyse_document
from kg_builder.pipeline.build import build, drop, remove, retry
from kg_builder.pipeline.corpus import resolve_analyses
from kg_builder.pipeline.given import given
from kg_builder.pipeline.kept import kept_settings
from kg_builder.pipeline.report import BuildReport, Failure

__all__ = [
    "Analyser",
    "Analysis",
    "BuildReport",
    "Failure",
    "analyse_document",
    "build",
    "drop",
    "given",
    "kept_settings",
    "remove",
    "resolve_analyses",
    "retry",
]
