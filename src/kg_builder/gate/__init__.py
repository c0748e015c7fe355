"""One named graph in, a verdict with its report out: whole, or not at all.

The engine is pySHACL over rdflib's memory graph (on an Oxigraph-backed one it reports false
violations of plain literals).
"""

from kg_builder.gate.report import GateReport, Result, report_turtle
from kg_builder.gate.shacl import Gate, to_rdflib

__all__ = ["Gate", "GateReport", "Result", "report_turtle", "to_rdflib"]
