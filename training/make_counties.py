"""Makes the table of counties: us-atlas's map in, ontology/authority/counties.csv.gz out.

    python training/make_counties.py COUNTIES.json [OUT]

COUNTIES.json is `counties-10m.json` of the npm package us-atlas. A county's point is the middle
of its largest part. Independent cities, which are called as a town, Alaska, which has no
counties, and the islands are left out. Same input, same bytes.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from kg_builder.places import subdivision_rows

OUT: Final = Path(__file__).resolve().parents[1] / "ontology" / "authority" / "counties.csv.gz"
HEADER: Final = """# Counties of the United States, and Louisiana's parishes.
# Origin: boundaries of the U.S. Census Bureau (public domain) as packed by the npm package
# us-atlas 3.0.1 (ISC licence); middles computed for kg-builder.
# FIPS code, name, state, latitude, longitude; sorted by name, then code.
# Made by training/make_counties.py; change its inputs rather than this file.
"""
CITIES: Final = frozenset({"11001", "24510", "29510", "32510"})
"""Codes beside Virginia's (51510 and above) that are cities rather than counties."""
Point = tuple[float, float]


def points(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs of a topology in degrees: longitude, latitude."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append((x * kx + dx, y * ky + dy))
        found.append(line)
    return found


def ring(arcs: Sequence[Sequence[Point]], numbers: Iterable[int]) -> list[Point]:
    """One closed line of several arcs; ~n is arc n backwards."""
    line: list[Point] = []
    for n in numbers:
        part = arcs[n] if n >= 0 else list(reversed(arcs[~n]))
        line += part if not line else part[1:]
    return line


def middle(line: Sequence[Point]) -> tuple[float, Point]:
    """Area (square degrees) and centre of gravity of a closed line."""
    area = east = north = 0.0
    for (ax, ay), (bx, by) in zip(line, [*line[1:], line[0]], strict=True):
        cross = ax * by - bx * ay
        area, east, north = area + cross, east + (ax + bx) * cross, north + (ay + by) * cross
    if not area:
        return 0.0, line[0]
    return abs(area) / 2, (east / (3 * area), north / (3 * area))


def rows(topology: dict[str, Any], states: dict[str, str]) -> list[tuple[str, str, str, str, str]]:
    """Name, code, state, latitude and longitude of each county."""
    arcs = points(topology)
    objects = topology["objects"]
    names = {s["id"]: s["properties"]["name"] for s in objects["states"]["geometries"]}
    found = []
    for shape in objects["counties"]["geometries"]:
        code, name = shape["id"], shape["properties"]["name"]
        state = states.get(names.get(code[:2], ""))
        city = code in CITIES or "51510" <= code < "52"
        if state is None or state == "US-AK" or city or code > "57":
            continue
        parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        _, (east, north) = max(middle(ring(arcs, part[0])) for part in parts)
        found.append((name, code, state, f"{north:.2f}", f"{east:.2f}"))
    return sorted(found)


def main(arguments: list[str]) -> None:
    """Write the table."""
    if len(arguments) not in (1, 2):
        sys.exit("usage: make_counties.py COUNTIES.json [OUT]")
    topology = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    states = {
        row.name: row.iri.rsplit("/", 1)[-1]
        for row in subdivision_rows() if row.iri.rsplit("/", 1)[-1].startswith("US-")
    }  # fmt: skip
    lines = [f"{code},{name},{state[3:]},{north},{east}\n"
             for name, code, state, north, east in rows(topology, states)]  # fmt: skip
    out = Path(arguments[1]) if len(arguments) == 2 else OUT
    out.write_bytes(gzip.compress((HEADER + "".join(lines)).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
