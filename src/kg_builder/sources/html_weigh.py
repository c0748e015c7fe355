"""MetaValues from all parts of a page in, the same weighed against one another out.

Where sources contradict one another, two that agree outweigh one, and a note tells so. A
publication that nothing else in the page bears out is no publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Final

from kg_builder.model import MetaSource, MetaValue
from kg_builder.sources.html_byline import DATE
from kg_builder.sources.html_fields import fold, host_of, known

_HOST: Final = re.compile(r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+/?\Z")
_BAR: Final = re.compile(r"\s+[|»]\s+")
_PARTS: Final = re.compile(r"\s+[|»·•:—–-]+\s+|\s*[|»]\s*")
_BY: Final = re.compile(r"by\s+", re.IGNORECASE)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?")
_SECOND_LEVEL: Final = frozenset("co com org net gov ac edu or ne go".split())
_MAX_NAME_WORDS: Final = 4
_STAFF: Final = re.compile(
    r"\b(?:staff|admin\w*|newsroom|news ?desk|desk|editorial|web ?master|bureau|reports|services?|"
    r"correspondents|reporters|editors|team|\w+admin)\b",
    re.IGNORECASE,
)
_SMALL: Final = re.compile(r"\A(?:the|a|an)\s|\s(?:and|the|for|by)\s", re.IGNORECASE)


def weigh(
    values: list[MetaValue], title: str | None, heads: list[str], hosts: set[str]
) -> tuple[list[MetaValue], list[str]]:
    """The values, best first, those that lost not accepted; and notes on what was outweighed.

    `heads` are the contents of the page's title tag, `hosts` where it is known to come from.
    """
    outlets = {fold(v.value) for v in values if v.property == "publication"}
    values = _publications(values, title, heads, hosts)
    outlets.update(fold(v.value) for v in values if v.property == "publication")
    values, notes = _authors(values, outlets)
    return _rank(_local_time(values)), notes


# -- the publication -----------------------------------------------------------------------


def _publications(
    values: list[MetaValue], title: str | None, heads: list[str], hosts: set[str]
) -> list[MetaValue]:
    """Publications that are names and that the page bears out, the best borne out first."""
    hosts = hosts | {host_of(v.value) for v in values if v.property == "canonicalUrl"}
    parts = {fold(p) for head in heads for p in _PARTS.split(head)}
    named = []
    for value in values:
        name = _outlet(value.value, hosts) if value.property == "publication" else ""
        if name and fold(name) != fold(title or ""):
            named.append(replace(value, value=name))
    rows = []
    for value in named:
        others = [o for o in named if o.source != value.source]
        support = int(any(_alike(value.value, o.value) for o in others))
        # a long name that only the title repeats is a slogan
        support += fold(value.value) in parts and len(value.value.split()) <= _MAX_NAME_WORDS
        of_host = any(_of_host(value.value, host) for host in hosts)
        if (
            value.source == "meta"
            and not of_host
            and any(fold(value.value) in host.split(".")[:-1] for host in hosts)
        ):
            continue  # a mere part of the site's address ("hosted", "blog")
        support += of_host
        if support or value.source == "json-ld" or not any(hosts):
            rows.append((support, value))
    rows.sort(key=lambda row: -row[0])
    if len(rows) > 1 and _alike(rows[0][1].value, rows[1][1].value):
        rows.sort(key=lambda row: (-_fullness(row[1].value), row[1].source != "json-ld"))
    if rows and rows[0][1].source != "json-ld":
        # JSON-LD names an agency or an owner: what the page is borne out to be goes before
        rows = [row for row in rows if row[1].source != "json-ld"]
    rest = [v for v in values if v.property != "publication"]
    return [*rest, *(value for _, value in rows)]


def _fullness(name: str) -> int:
    """In how many words a name is written out; a host's name counts as one."""
    return 1 if is_host(name) else len(fold(name).split())


def _outlet(text: str, hosts: set[str]) -> str:
    """The name in what is given as one, without a slogan; "" for a host or a site's maker."""
    name = _BAR.split(text)[0].strip(" -–—|")
    low = name.casefold()
    if not fold(name) or low in known("page", "platforms"):
        return ""
    slug = low == name and " " not in name and any(h.split(".")[0] == low for h in hosts)
    address = is_host(name) and name == low and (low.startswith(("www.", "http")) or low in hosts)
    return "" if slug or address else name


def _alike(one: str, other: str) -> bool:
    """Whether one name holds the other, whatever their spaces, or is its initials."""
    short, long = sorted((fold(one), fold(other)), key=len)
    initials = "".join(token[0] for token in long.split())
    compact = short.replace(" ", "")
    return bool(short) and (compact in long.replace(" ", "") or compact == initials)


def _of_host(name: str, host: str) -> bool:
    """Whether a host is named after an outlet: its name, a word of it, or its initials."""
    labels = host.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    if not labels:
        return False
    label = labels[-1].replace("-", "")
    tokens = fold(name).split()
    compact = "".join(tokens)
    if label in known("page", "platforms") and len(labels) > 1:
        label = labels[-2].replace("-", "")
    initials = "".join(t[0] for t in tokens)
    significant = [t for t in tokens if len(t) >= 4 and t not in ("news", "blog", "the")]
    return (
        (len(compact) > 2 and compact in label)
        or (len(label) > 2 and label in compact)
        or (len(initials) > 1 and (label == initials or label == initials.removeprefix("t")))
        or any(t in label for t in significant)
    )


def is_host(text: str) -> bool:
    """Whether a text is nothing but a host's name or address."""
    return _HOST.match(text.strip()) is not None


# -- authors -------------------------------------------------------------------------------


def bare(value: MetaValue) -> str:
    """An author's wording without "By"."""
    by = _BY.match(value.value)
    return value.value[by.end() :] if by else value.value


def _authors(values: list[MetaValue], outlets: set[str]) -> tuple[list[MetaValue], list[str]]:
    """Authors as the sources together say; notes on what was outweighed."""
    sources: dict[MetaSource, list[MetaValue]] = {"json-ld": [], "meta": [], "byline": []}
    for value in values:
        if value.property == "author" and (author := _author(value, outlets)):
            sources.setdefault(author.source, []).append(author)
    shown = {fold(bare(v)) for v in sources["byline"]}
    notes = []
    for source in ("json-ld", "meta"):
        stated = sources[source]
        others = [v for v in stated if not _is_outlet(v.value, outlets) or v.kind == "Person"]
        if len(others) < len(stated) and not any(fold(bare(v)) in shown for v in stated):
            sources[source] = others
            if not others:
                notes.append(f"{source} gives the publication as the author, which names nobody")
    notes.extend(_outweigh(sources))
    rest = [v for v in values if v.property != "author"]
    return [*(v for found in sources.values() for v in found), *rest], notes


def _author(value: MetaValue, outlets: set[str]) -> MetaValue | None:
    """An author with what it is, as far as that is sure; None for a date or an outlet's desk."""
    text = bare(value)
    if len(text) < 2 or DATE.match(text):
        return None
    if value.kind != "Person" or len(text.split()) == 1:  # else a site bears its author's name
        first = _BAR.split(text)[0]
        if _is_outlet(first, outlets):
            return replace(value, value=first, kind="Organization")
        if _is_desk(first, outlets):
            return None
    if value.kind == "Person" and not _personal(text):
        return None if _STAFF.search(text) else replace(value, kind=None)
    return value


def _personal(text: str) -> bool:
    """Whether what a source calls a person can be one: no staff, no phrase."""
    return not (_STAFF.search(text) or _SMALL.search(text)) and len(text.split()) <= 8


def _is_outlet(text: str, outlets: set[str]) -> bool:
    """Whether an author is the publication itself."""
    name = fold(text).removeprefix("the ")
    return any(name == outlet.removeprefix("the ") for outlet in outlets)


def _is_desk(text: str, outlets: set[str]) -> bool:
    """Whether an author is a part of the publication ("CNN Business", "Detroit News staff")."""
    name = fold(text).removeprefix("the ")
    bare_outlets = (outlet.removeprefix("the ") for outlet in outlets)
    return any(len(o) > 2 and name.startswith(o + " ") for o in bare_outlets)


def _outweigh(sources: dict[MetaSource, list[MetaValue]]) -> Iterator[str]:
    """Drops JSON-LD's authors where meta tags name the same and more, or others with the page."""
    first = {fold(bare(v)) for v in sources["json-ld"]}
    second = {fold(bare(v)) for v in sources["meta"]}
    seen = " ".join(fold(bare(v)) for v in sources["byline"])
    if first and first < second:
        sources["json-ld"] = []
        yield "meta tags name more authors than JSON-LD and were followed"
        return
    borne_out = any(n in seen for n in second) and not any(n in seen for n in first)
    if first and borne_out and not first & second:
        sources["json-ld"] = []
        yield "meta tags and the visible byline name other authors than JSON-LD; followed"


# -- dates ---------------------------------------------------------------------------------


def _local_time(values: list[MetaValue]) -> list[MetaValue]:
    """Times in UTC with the offset of the page, where the page shows the same moment in its zone.

    The offset is the difference of the two clocks, so nothing is guessed: minutes and seconds
    agree, and the hours differ by no more than zones do.
    """
    shown = [
        v.value[:19].replace(" ", "T")
        for v in values
        if v.source == "byline" and v.property == "datePublished" and _INSTANT.match(v.value)
    ]
    out = []
    for value in values:
        if value.property == "datePublished" and value.source in ("json-ld", "meta"):
            out.append(replace(value, value=_in_zone(value.value, shown)))
        else:
            out.append(value)
    return out


def _in_zone(stamp: str, shown: list[str]) -> str:
    """`stamp`, when it is UTC, in the zone of a clock time among `shown` that fits it."""
    if not re.search(r"(?:Z|[+-]00:?00)\Z", stamp):
        return stamp
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    for clock in shown:
        try:
            local = datetime.fromisoformat(clock)
        except ValueError:
            continue
        offset = local.replace(tzinfo=None) - moment.replace(tzinfo=None, microsecond=0)
        quarters, rest = divmod(offset, timedelta(minutes=15))
        if offset and not rest and -48 <= quarters <= 56 and local.second == moment.second:
            return moment.astimezone(timezone(offset)).isoformat()
    return stamp


def _rank(found: list[MetaValue]) -> list[MetaValue]:
    """Drops repetitions, and marks what differs from a better source as not accepted."""
    best: dict[str, MetaSource] = {}
    seen: set[tuple[str, str]] = set()
    ranked = []
    for item in found:
        same = (item.property, _same(item))
        if same in seen:
            continue
        seen.add(same)
        first = item.property not in best
        source = best.setdefault(item.property, item.source)
        several = item.property == "author"
        accepted = first or (several and item.source == source)
        ranked.append(item if accepted else replace(item, accepted=False))
    return ranked


def _same(item: MetaValue) -> str:
    """A form in which two writings of one value are equal."""
    if item.property == "datePublished":
        return item.value[:10]
    if item.property == "language":
        return item.value[:2].lower()
    return item.value.rstrip("/").casefold()
