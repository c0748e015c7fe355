"""Target declarations and data in, focus nodes out.

Source: https://www.w3.org/TR/shacl/#targets.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet

from kg_builder.gate.data import Data
from kg_builder.gate.parse import Targets
from kg_builder.gate.terms import Term


def focus_nodes(targets: Targets, data: Data, own: AbstractSet[Term] | None) -> Collection[Term]:
    """The focus nodes of a shape, each once; of `own` alone where it is given."""
    if len(targets.classes) == 1 and not (
        targets.nodes or targets.subjects_of or targets.objects_of
    ):
        instances = data.instances(targets.classes[0])
        return [n for n in instances if n in own] if own is not None else instances
    found: dict[Term, None] = dict.fromkeys(targets.nodes)
    for cls in targets.classes:
        found.update(dict.fromkeys(data.instances(cls)))
    for predicate in targets.subjects_of:
        found.update(dict.fromkeys(data.having(predicate)))
    for predicate in targets.objects_of:
        found.update(dict.fromkeys(data.subjects(predicate)))
    if own is None:
        return found
    return [node for node in found if node in own]
