"""One named graph in, a verdict with its report out: whole, or not at all.

Shapes are compiled once and judge by lookups in the graph's own dictionaries; pySHACL is the
reference, for what the compiler leaves to it, for one in a hundred decisions, and on request.
"""

from kg_builder.gate.reference import to_rdflib
from kg_builder.gate.report import GateReport, Result, report_turtle
from kg_builder.gate.shacl import Engine, Gate

__all__ = ["Engine", "Gate", "GateReport", "Result", "report_turtle", "to_rdflib"]
