"""RDF files or a store in, findings in the format of a person or a CI system out."""

from kg_builder.validating.command import Outcome, run, validate_quads
from kg_builder.validating.options import add_options

__all__ = ["Outcome", "add_options", "run", "validate_quads"]
