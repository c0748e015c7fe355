"""Local entities of kind Event in, named events of the corpus out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg_builder.entities.describe import canonical_name
from kg_builder.entities.merging import Report, event_key, merged
from kg_builder.entities.names import is_numbered
from kg_builder.entities.nodes import Node
from kg_builder.model import Event, EventCandidate, ResolveRecord

LASTING: Final = frozenset({"war", "epidemic"})
"""Types of events that go on for years, so that two dates within one do not split it."""
UNKNOWN_TYPE: Final = "event"
"""Type of a named event that no candidate gives a type to."""


@dataclass(slots=True)
class NamedEvent:
    """One named event: its nodes, and the candidates that they name, as (article, index)."""

    nodes: list[Node]
    reports: list[tuple[str, int]]
    reason: str | None = None


def named_events(nodes: Sequence[Node], records: Iterable[ResolveRecord]) -> list[NamedEvent]:
    """Named events by name; names without a number come apart unless their years agree."""
    by_entity: dict[tuple[str, int], list[int]] = defaultdict(list)
    candidates: dict[tuple[str, int], EventCandidate] = {}
    for record in records:
        for index, candidate in enumerate(record.events):
            candidates[record.article, index] = candidate
            if candidate.named is not None:
                by_entity[record.article, candidate.named].append(index)
    blocks: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        linked = node.local.authority
        blocks[f"= {linked}" if linked else node.norm].append(node)
    found = []
    for _, block in sorted(blocks.items()):
        reports = {
            (n.article, n.index): [(n.article, i) for i in by_entity[n.article, n.index]]
            for n in block
        }
        found.extend(_split(block, reports, candidates))
    return found


def _split(
    block: Sequence[Node],
    reports: Mapping[tuple[str, int], Sequence[tuple[str, int]]],
    candidates: Mapping[tuple[str, int], EventCandidate],
) -> list[NamedEvent]:
    """One name's nodes as one event, or as several where their years differ."""
    years: dict[int | None, list[Node]] = defaultdict(list)
    lasting = False
    for node in block:
        own = [candidates[report] for report in reports[node.article, node.index]]
        lasting = lasting or any(c.type in LASTING for c in own)
        years[_year(own)].append(node)
    sure = lasting or is_numbered(block[0].norm) or block[0].local.authority is not None
    if sure and (lasting or len(years.keys() - {None}) < 2):
        groups = [list(block)]
    else:
        undated = years.pop(None, [])
        groups = [years[year] for year in sorted(y for y in years if y is not None)]
        groups += [[node] for node in undated]
    result = []
    for group in groups:
        own_reports = sorted({r for n in group for r in reports[n.article, n.index]})
        result.append(NamedEvent(group, own_reports, _reason(group)))
    return result


def _year(candidates: Iterable[EventCandidate]) -> int | None:
    """The one year that a node's candidates state."""
    years = {int(c.date.earliest[:4]) for c in candidates if c.date and c.date.earliest}
    return years.pop() if len(years) == 1 else None


def _reason(nodes: Sequence[Node]) -> str | None:
    if len({node.article for node in nodes}) < 2:
        return None
    return f"same name “{nodes[0].norm}” and no other year"


def named_event(
    item: NamedEvent, reports: Sequence[Report], above: Mapping[str, frozenset[str]]
) -> Event:
    """The event with the values of its reports; its name is its label."""
    name = canonical_name(item.nodes)
    surfaces = {s for n in item.nodes for s in (n.local.name, *n.local.aliases)}
    first = min((n.article, n.local.name) for n in item.nodes)
    reasons = {why for node in item.nodes for why in node.local.same_because}
    if item.reason:
        reasons.add(item.reason)
    confidence = round(max(node.local.confidence for node in item.nodes), 2)
    if reports:
        event = merged(reports, above)
    else:
        event = Event(key="", type=UNKNOWN_TYPE, label=name, reports=())
    return replace(
        event,
        key=event_key(event.type, event.date, event.place, *first),
        label=name,
        aliases=tuple(sorted(surfaces - {name})),
        reasons=tuple(sorted(reasons)),
        confidence=max(event.confidence if reports else 0.0, confidence),
    )
