"""Prints how often recognised places are the right ones, and how often stated links are wrong.

    python benchmarks/linking.py [--shared ../shared] [--errors N] [--only toponyms|wikidata]

Places: LGL and GeoVirus, where a place is right within 161 km of the gold's coordinates. Links:
MSNBC-updated and RSS-500, where the Wikidata ids of a link (skos:exactMatch) are compared with the
gold's. Each set is split by a hash of its documents' ids: errors are printed of the working half
alone. The baseline links the same recognised names to the country or region of the name, or
else to the most populous city of it. The same files give the same figures.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from kg_builder import articles
from kg_builder.authority import GEONAMES, Authority, Concept
from kg_builder.mentions import Extractor
from kg_builder.model import Document, Hints

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.halves import half  # noqa: E402

NEAR_KM = 161.0
WIKIDATA = "http://www.wikidata.org/entity/"
_KINDS = ("Place", "Region", "Facility")


@dataclass(frozen=True, slots=True)
class Gold:
    """One annotated span: coordinates in degrees, and the ids that the set gives it."""

    start: int
    end: int
    ids: frozenset[str]
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One document of a set."""

    id: str
    text: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One of our mentions: its words and its concept, or None where it has no link."""

    start: int
    end: int
    surface: str
    place: bool
    concept: Concept | None


@dataclass(slots=True)
class Score:
    """Counts of one half of a set, with the errors of it."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


# -- the sets ------------------------------------------------------------------------------


def lgl(folder: Path) -> Iterator[Text]:
    with gzip.open(folder / "lgl.xml.gz") as handle:
        for article in ET.parse(handle).getroot().iter("article"):
            spans = []
            for top in article.iter("toponym"):
                tag = top.find("gaztag")
                where: tuple[float, float] | tuple[None, None] = (None, None)
                ids: frozenset[str] = frozenset()
                if tag is not None and tag.findtext("lat"):
                    where = (float(tag.findtext("lat") or 0), float(tag.findtext("lon") or 0))
                    ids = frozenset({f"{GEONAMES}{tag.get('geonameid')}/"})
                start, end = int(top.findtext("start") or 0), int(top.findtext("end") or 0)
                spans.append(Gold(start, end, ids, *where))
            yield Text(f"lgl/{article.get('docid')}", article.findtext("text") or "", tuple(spans))


def geovirus(folder: Path) -> Iterator[Text]:
    with gzip.open(folder / "GeoVirus.xml.gz") as handle:
        for number, article in enumerate(ET.parse(handle).getroot().iter("article")):
            text = article.findtext("text") or ""
            spans = []
            for place in article.iter("location"):
                start, name = int(place.findtext("start") or 0) - 1, place.findtext("name") or ""
                page = unquote((place.findtext("page") or "").rsplit("/", 1)[-1]).replace("_", " ")
                start = next((s for s in (start, start + 1) if text.startswith(name, s)), start)
                spans.append(
                    Gold(start, start + len(name), frozenset({page}),
                         float(place.findtext("lat") or 0), float(place.findtext("lon") or 0))
                )  # fmt: skip
            yield Text(f"geovirus/{number}", text, tuple(spans))


def elevant(path: Path) -> Iterator[Text]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = tuple(
            Gold(label["span"][0], label["span"][1], frozenset({label["entity_id"]}))
            for label in row["labels"]
            if "parent" not in label or label["parent"] is None
        )
        yield Text(f"{path.name.partition('.')[0]}/{row['id']}", row["text"], spans)


# -- ours ----------------------------------------------------------------------------------


def ours(extractor: Extractor, authority: Authority, text: str, name: str) -> list[Found]:
    """Mentions with their concepts, as the pipeline finds them without its events."""
    found = []
    document = Document(name, "text/plain", "", text)
    for article in articles.segment(document, Hints()):
        mentions, entities = extractor.extract(article, text)
        for m in mentions:
            link = entities[m.entity].authority
            found.append(
                Found(m.span.start, m.span.end, text[m.span.start : m.span.end],
                      m.kind in _KINDS, authority.get(link) if link else None)
            )  # fmt: skip
    return found


def overlapping(gold: Sequence[Gold], start: int, end: int) -> Gold | None:
    """The gold span that shares most characters with a span, the first of equals."""
    best, most = None, 0
    for g in gold:
        shared = min(end, g.end) - max(start, g.start)
        if shared > most:
            best, most = g, shared
    return best


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points given as latitude and longitude in degrees."""
    (p, x), (q, y) = ((math.radians(v[0]), math.radians(v[1])) for v in (a, b))
    h = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin((y - x) / 2) ** 2
    return 12742 * math.asin(math.sqrt(min(1.0, h)))


def right(concept: Concept, gold: Gold) -> bool:
    """Whether a concept has an id of the gold, its page's name, or lies within 161 km of it."""
    if gold.ids.intersection((*concept.links, concept.name)):
        return True
    if concept.latitude is None or concept.longitude is None:
        return False
    assert gold.latitude is not None
    assert gold.longitude is not None
    here = (concept.latitude, concept.longitude)
    return distance(here, (gold.latitude, gold.longitude)) <= NEAR_KM


def baseline(authority: Authority, surface: str) -> Concept | None:
    """The country, region or subdivision of a name, or the most populous city of it."""
    for form in (surface, surface.title()) if surface.isupper() else (surface,):
        areas = [c for c in authority.lookup(form) if c.kind in _KINDS]
        found = areas or authority.cities(form)
        if found:
            return found[0]
    return None


# -- scores --------------------------------------------------------------------------------


def score_places(
    text: Text, found: Sequence[Found], links: Sequence[Concept | None], score: Score
) -> None:
    """Add a text's counts; a place that the gold leaves without coordinates counts neither way."""
    counts = score.counts
    counts["gold"] += sum(g.latitude is not None for g in text.gold)
    seen: set[Gold] = set()
    for f, concept in zip(found, links, strict=True):
        if not f.place:
            continue
        gold = overlapping(text.gold, f.start, f.end)
        if gold is not None and (gold.latitude is None or gold in seen):
            continue
        stated = concept is not None
        if gold is None:
            counts["beside"] += stated
            if stated:
                score.errors[f"beside gold: {f.surface} → {shown(concept)}"] += 1
            continue
        seen.add(gold)
        same = (f.start, f.end) == (gold.start, gold.end)
        near = concept is not None and right(concept, gold)
        counts["recognised"] += 1
        counts["same span"] += same
        counts["near, same span"] += same and near
        counts["stated"] += stated
        if near:
            counts["near"] += 1
        elif concept is not None:
            there = f"({gold.latitude:.1f}, {gold.longitude:.1f})"
            score.errors[f"wrong: {f.surface} → {shown(concept)}, gold {there}"] += 1
        else:
            score.errors[f"no link: {f.surface} ({gold.latitude:.1f}, {gold.longitude:.1f})"] += 1
    for g in text.gold:
        if g.latitude is not None and g not in seen:
            score.errors[f"not recognised: {text.text[g.start : g.end]}"] += 1


def shown(concept: Concept | None) -> str:
    if concept is None:
        return "nothing"
    return f"{concept.name} [{concept.iri.rsplit('/', 2)[-1]} {concept.place_type or ''}]"


def score_links(text: Text, found: Sequence[Found], score: Score) -> None:
    """Add a text's counts of stated Wikidata links whose span overlaps a gold span.

    A link is wrong where the gold span that shares most characters with it has another id or
    says that there is no entity. Those of the very span are counted apart from those where gold
    has a longer or shorter name. What the gold leaves without annotation counts neither way.
    """
    for f in found:
        gold = overlapping(text.gold, f.start, f.end)
        if gold is None:
            continue
        counts = score.counts
        counts["overlapping"] += 1
        if f.concept is None:
            continue
        counts["linked"] += 1
        stated = {x.removeprefix(WIKIDATA) for x in f.concept.links if x.startswith(WIKIDATA)}
        if not stated:
            continue
        same = (f.start, f.end) == (gold.start, gold.end)
        counts["stated"] += 1
        counts["same span"] += same
        if stated & gold.ids:
            continue
        counts["wrong"] += 1
        nothing = min(gold.ids).startswith("<")
        counts["wrong: same span, another id"] += same and not nothing
        counts["wrong: same span, gold says no entity"] += same and nothing
        counts["wrong: gold has another span"] += not same
        words = text.text[gold.start : gold.end]
        score.errors[f"{f.surface} → {shown(f.concept)}, gold {words} {min(gold.ids)}"] += 1


def ratio(a: int, b: int) -> float:
    return a / b if b else math.nan


def print_places(name: str, who: str, score: Score) -> None:
    c = score.counts
    precision = ratio(c["near"], c["stated"] + c["beside"])
    recall = ratio(c["near"], c["gold"])
    f1 = ratio(2 * c["near"], c["stated"] + c["beside"] + c["gold"])
    print(
        f"{name:18} {who:9} gold {c['gold']:5} recognised {c['recognised']:5}  "
        f"within 161 km: of recognised {ratio(c['near'], c['recognised']):.3f}, "
        f"of the {c['same span']} with gold's span "
        f"{ratio(c['near, same span'], c['same span']):.3f}, "
        f"of linked {ratio(c['near'], c['stated']):.3f}   "
        f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"
    )


def print_links(name: str, score: Score) -> None:
    c = score.counts
    other = c["wrong: same span, another id"]
    none = c["wrong: same span, gold says no entity"]
    print(
        f"{name:22} over gold spans {c['overlapping']:4}, with a link {c['linked']:4}, to Wikidata "
        f"{c['stated']:4}, wrong {c['wrong']:3} = {100 * ratio(c['wrong'], c['stated']):.1f} %; "
        f"of the very span {c['same span']:4}, wrong {other + none:3} = "
        f"{100 * ratio(other + none, c['same span']):.1f} % ({other} another id, {none} where gold "
        f"has no entity)"
    )


def print_errors(title: str, part: str, score: Score, most: int) -> None:
    """The most frequent errors; none of a reporting half."""
    if part == "report":
        return
    for words, n in sorted(score.errors.items(), key=lambda x: (-x[1], x[0]))[:most]:
        print(f"    {title} {n:3} {words}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--errors", type=int, default=0, help="errors shown of each working half")
    parser.add_argument("--half", choices=("work", "report"), default="work")
    parser.add_argument("--only", choices=("toponyms", "wikidata"))
    parser.add_argument("--model", default="none", help="a model of names; none: patterns alone")
    options = parser.parse_args()
    folder = options.shared / "bench" / "linking"
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; --shared names the folder of the development data")
    authority = Authority.load()
    if options.model == "none":
        extractor = Extractor(authority)
    else:
        from kg_builder.mentions import models

        extractor = Extractor(authority, finder=models.load(options.model))
    if options.only != "wikidata":
        for name, texts in (("LGL", lgl), ("GeoVirus", geovirus)):
            part = [t for t in texts(folder / "toponyms") if half(t.id) == options.half]
            toponyms(name, options.half, part, extractor, authority, options.errors)
    if options.only != "toponyms":
        for name in ("msnbc-updated", "rss-500"):
            rows = elevant(folder / "elevant" / f"{name}.benchmark.jsonl")
            part = [t for t in rows if half(t.id) == options.half]
            wikidata(name, options.half, part, extractor, authority, options.errors)


def toponyms(
    name: str, part: str, texts: list[Text], extractor: Extractor, authority: Authority,
    errors: int,
) -> None:  # fmt: skip
    """Score and print one half of a set with coordinates, ours and the baseline."""
    mine, simple = Score(), Score()
    for text in texts:
        found = ours(extractor, authority, text.text, text.id)
        score_places(text, found, [f.concept for f in found], mine)
        plain = [baseline(authority, f.surface) if f.place else None for f in found]
        score_places(text, found, plain, simple)
    print_places(f"{name} {part}", "ours", mine)
    print_places(f"{name} {part}", "baseline", simple)
    print_errors(name, part, mine, errors)


def wikidata(
    name: str, part: str, texts: list[Text], extractor: Extractor, authority: Authority,
    errors: int,
) -> None:  # fmt: skip
    """Score and print one half of a set with Wikidata ids."""
    score = Score()
    for text in texts:
        score_links(text, ours(extractor, authority, text.text, text.id), score)
    print_links(f"{name} {part}", score)
    print_errors(name, part, score, errors)


if __name__ == "__main__":
    main()
