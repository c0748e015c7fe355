"""The example queries that ship with the ontology in, as the pages show them out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kg_builder import resources


@dataclass(frozen=True, slots=True)
class Example:
    """One example query; `name` is the file's name without number and suffix."""

    number: str
    name: str
    title: str
    comment: str
    text: str


@cache
def examples() -> tuple[Example, ...]:
    """All example queries by number; none when the installation lacks the folder.

    A file starts with lines `#+ title: …` and `#+ comment: …`.
    """
    try:
        files = resources.query_files()
    except FileNotFoundError:
        return ()
    found = []
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        head = {}
        while lines and lines[0].startswith("#+"):
            name, _, value = lines.pop(0)[2:].partition(":")
            head[name.strip()] = value.strip()
        number, _, name = path.stem.partition("-")
        title = head.get("title", name.replace("-", " "))
        body = "\n".join(lines).strip() + "\n"
        found.append(Example(number, name, title, head.get("comment", ""), body))
    return tuple(found)
