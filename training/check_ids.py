"""Wikidata ids written by hand in, those that no packaged source bears out printed.

    python training/check_ids.py WIKIDATA.json [--drop]

WIKIDATA.json is `dist/wikidata/wikidata.json` of the npm package name-suggestion-index (BSD-3-
Clause): labels of the items that its brands and operators name. An id of news_names.toml holds
where the item's label is one of the line's names but for case, marks and legal form. With --drop
the others are taken out of the file: an organisation without an id keeps its names.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Final

NAMES: Final = Path(__file__).parent / "news_names.toml"
_ID: Final = re.compile(r" \| (Q\d+)$")
_FORMS: Final = {
    "the",
    "inc",
    "corporation",
    "corp",
    "company",
    "co",
    "plc",
    "group",
    "international",
}


def plain(name: str) -> str:
    """A name without case, marks, accents, articles and legal forms."""
    bare = unicodedata.normalize("NFKD", name.removesuffix(".com")).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", bare.decode().lower())
    return " ".join(w for w in words if w not in _FORMS) or " ".join(words)


def holds(line: str, labels: dict[str, str]) -> bool | None:
    """Whether a line's id bears one of its names; None for a line without an id."""
    found = _ID.search(line)
    if found is None:
        return None
    names = {plain(n.strip(" =")) for n in line[: found.start()].split("|")}
    return plain(labels.get(found[1], "")) in names


def main(arguments: list[str]) -> None:
    """Print the lines whose ids nothing bears out; with --drop write the file without them."""
    items = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))["wikidata"]
    labels = {q: item.get("label", "") for q, item in items.items()}
    kept = []
    for line in NAMES.read_text(encoding="utf-8").split("\n"):
        good = holds(line, labels)
        if good is False:
            print(line, "|", labels.get(_ID.search(line)[1], "-"))  # type: ignore[index]
            line = _ID.sub("", line)  # noqa: PLW2901
        kept.append(line)
    if "--drop" in arguments:
        NAMES.write_text("\n".join(kept), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
