"""Gold and what the builder found, for one document, in; counts of right and wrong out.

Pure functions. A mention is right when start, end and class agree after articles, titles and
a closing possessive are taken off both sides; Place, Region and Facility are one class. A
prediction of a person, organisation or place that coincides with a gold name of another class
(Group, Topic, Event) counts neither way, as in the rule of the development gold.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from kg_builder.entities.about import about as subjects
from kg_builder.entities.about import entity
from kg_builder.model import Article, ArticleAnalysis, Resolution
from kg_builder.pipeline.analyse import record_of
from tests.quality.gold import GoldArticle, GoldDocument

CLASSES = {
    "Person": "PER",
    "Organization": "ORG",
    "Place": "LOC",
    "Region": "LOC",
    "Facility": "LOC",
    "Group": "GROUP",
    "Topic": "TOPIC",
    "Event": "EVENT",
}
NAMES = ("PER", "ORG", "LOC")
_TITLES = frozenset(
    """president mr mrs ms dr prime minister vice general senator secretary king queen pope
    chancellor mayor ayatollah governor colonel lieutenant major captain admiral sheikh shaikh
    justice judge ambassador representative sen gen gov rep lt col maj capt prof professor
    archbishop cardinal bishop reverend rev prince princess sir lord speaker chairman commander
    premier emperor brigadier sergeant sgt brig adm former""".split()
)
_LEADS = ("the ", "a ", "an ", "its ", "his ", "her ", "our ", "their ")
_TAILS = ("'s", "’s", "'", "’", ",")


@dataclass(slots=True)
class Counts:
    """Right, extra and missed; precision, recall and F1 are 1 where there was nothing to do."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def __iadd__(self, other: Counts) -> Self:
        """Add the counts of another document."""
        self.right += other.right
        self.extra += other.extra
        self.missed += other.missed
        return self

    @property
    def precision(self) -> float:
        """Share of what was said that is right."""
        said = self.right + self.extra
        return self.right / said if said else float(self.missed == 0)

    @property
    def recall(self) -> float:
        """Share of what is in the gold that was said."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.right + self.extra + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(slots=True)
class Tally:
    """Counts by name, and errors by kind and words, of one or more documents."""

    counts: defaultdict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, name: str, gold: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """Count two sets against one another, and list what differs."""
        wanted, said = set(gold), set(found)
        self.counts[name] += Counts(len(wanted & said), len(said - wanted), len(wanted - said))
        self.errors.update((f"{name}: extra", str(x)) for x in said - wanted)
        self.errors.update((f"{name}: missed", str(x)) for x in wanted - said)

    def merge(self, other: Tally) -> None:
        """Add the tally of another document."""
        for name, counts in other.counts.items():
            self.counts[name] += counts
        self.errors.update(other.errors)
        self.confusion.update(other.confusion)


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold article and the analysis that stands for it, None where there is none."""

    gold: GoldArticle
    found: ArticleAnalysis | None


def trim(text: str, start: int, end: int, person: bool) -> tuple[int, int]:
    """The span without article, possessive and, for a person, titles."""
    moved = True
    while moved and start < end:
        moved = False
        words = text[start:end]
        for lead in _LEADS:
            if words.lower().startswith(lead):
                start, moved = start + len(lead), True
                break
        words = text[start:end]
        for tail in _TAILS:
            if words.endswith(tail):
                end, moved = end - len(tail), True
                break
        words = text[start:end]
        first = re.match(r"(\S+)\s+(?=\S)", words)
        if person and first and first[1].rstrip(".").lower() in _TITLES:
            start, moved = start + first.end(), True
    return start, end


def same_words(one: str, other: str) -> bool:
    """Whether two strings have the same words, whatever the white space and case."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def align(gold: GoldDocument, found: Iterable[ArticleAnalysis]) -> tuple[list[Pair], int]:
    """Each gold article with its analysis, by title, else by the body; and how many are left."""
    left = list(found)
    pairs = []
    for article in gold.articles:
        best = next((a for a in left if same_words(a.article.headline or "", article.title)), None)
        if best is None:
            best = max(left, key=lambda a: _overlap(article, a.article), default=None)
            if best is not None and _overlap(article, best.article) == 0:
                best = None
        if best is not None:
            left.remove(best)
        pairs.append(Pair(article, best))
    return pairs, len(left)


def body_span(article: Article) -> tuple[int, int] | None:
    """From the first paragraph or heading to the last; None for a teaser."""
    spans = [b.span for b in article.paragraphs if b.role in ("paragraph", "heading")]
    return (min(s.start for s in spans), max(s.end for s in spans)) if spans else None


def _overlap(gold: GoldArticle, article: Article) -> int:
    span = body_span(article)
    if span is None or gold.body_span is None:
        return 0
    return max(0, min(span[1], gold.body_span[1]) - max(span[0], gold.body_span[0]))


def score_segmentation(gold: GoldDocument, found: Iterable[ArticleAnalysis], text: str) -> Tally:
    """Titles, kinds, sections, relative times, snippets, body spans, and stray lines in bodies."""
    tally = Tally()
    rows = [a.article for a in found]
    tally.add(
        "segments.title",
        [(g.teaser, " ".join(g.title.split())) for g in gold.articles],
        [(a.teaser, " ".join((a.headline or "").split())) for a in rows],
    )
    tally.add(
        "segments.body",
        [g.body_span for g in gold.articles if g.body_span],
        [s for a in rows if not a.teaser and (s := body_span(a))],
    )
    wanted = {
        "section": [(g.title, g.section) for g in gold.articles],
        "time": [(g.title, g.relative_time) for g in gold.articles],
        "snippet": [(g.title, g.snippet) for g in gold.articles],
    }
    said = {
        "section": [(a.headline, a.section) for a in rows],
        "time": [(a.headline, a.relative_time) for a in rows],
        "snippet": [(a.headline, _snippet(a, text)) for a in rows],
    }
    for name, values in wanted.items():
        found_values = [row for row in said[name] if row[1]]
        tally.add(f"segments.{name}", [row for row in values if row[1]], found_values)
    stray = sum(
        start < s.span.end and s.span.start < end
        for start, end in gold.outside
        for a in rows
        for s in a.sentences
    )
    tally.counts["segments.stray"] += Counts(extra=stray)
    return tally


def _snippet(article: Article, text: str) -> str | None:
    return text[article.snippet.start : article.snippet.end] if article.snippet else None


def score_metadata(pairs: Iterable[Pair]) -> Tally:
    """Authors, affiliations, dates, publications; a false statement counts as `extra`.

    `metadata.unknown` counts what the gold says is unknown: right when it is stated as unknown.
    """
    tally = Tally()
    for pair in pairs:
        if pair.found is None or pair.gold.teaser:
            continue
        gold, article = pair.gold, pair.found.article
        said: dict[str, set[str | None]] = {
            "author": {a.name for a in article.authors},
            "datePublished": {article.date_published} - {None},
            "publication": {article.publication.name} if article.publication else set(),
        }
        wanted: dict[str, set[str | None]] = {
            "author": set(gold.authors),
            "datePublished": {gold.date} - {None},
            "publication": {gold.publication} - {None},
        }
        for name, values in wanted.items():
            tally.add(f"metadata.{name}", values, said[name])
            if not values:
                tally.add(f"metadata.unknown {name}", [name], {name} & set(article.unknown))
        tally.add("metadata.canonicalUrl", {gold.url} - {None}, {article.canonical_url} - {None})
        ties = {(a.name, x.organization) for a in article.authors for x in a.affiliations}
        tally.add("metadata.affiliation", gold.affiliations, ties)
    return tally


def score_mentions(gold: GoldDocument, pairs: Iterable[Pair], text: str) -> Tally:
    """Exact spans by class, and which class was taken for which."""
    tally = Tally()
    for pair in pairs:
        if not pair.gold.marked:
            continue
        wanted = {
            trim(text, m.start, m.end, m.kind == "Person") if m.start >= 0 else (m.start, m.end): (
                CLASSES[m.kind],
                gold.names[m.entity],
            )
            for m in pair.gold.mentions
        }
        said = found_spans(pair, text, gold.outside)
        _count_mentions(tally, wanted, said, text)
    return tally


def found_spans(
    pair: Pair, text: str, outside: tuple[tuple[int, int], ...] = ()
) -> dict[tuple[int, int], tuple[str, int]]:
    """Class and local entity of each trimmed span that was found, without those `outside`."""
    if pair.found is None:
        return {}
    spans = {}
    for m in pair.found.mentions:
        if any(start <= m.span.start < end for start, end in outside):
            continue
        span = trim(text, m.span.start, m.span.end, m.kind == "Person")
        spans[span] = (CLASSES[m.kind], m.entity)
    return spans


def _count_mentions(
    tally: Tally,
    wanted: Mapping[tuple[int, int], tuple[str, str]],
    said: Mapping[tuple[int, int], tuple[str, int]],
    text: str,
) -> None:
    for span, (kind, _) in said.items():
        words = text[slice(*span)]
        gold_kind = wanted.get(span, ("", ""))[0]
        tally.confusion[gold_kind or "nothing", kind] += 1
        if gold_kind == kind:
            tally.counts[f"mentions.{kind}"].right += 1
        elif kind in NAMES and gold_kind and gold_kind not in NAMES:
            tally.errors["mentions: other class", f"{words} {gold_kind} as {kind}"] += 1
        else:
            tally.counts[f"mentions.{kind}"].extra += 1
            why = f"taken for {kind}" + (f", is {gold_kind}" if gold_kind else "")
            tally.errors[f"mentions: extra {kind}", f"{words} ({why})"] += 1
        tally.counts["mentions.span"].right += bool(gold_kind)
        tally.counts["mentions.span"].extra += not gold_kind
    for span, (kind, name) in wanted.items():
        words = text[slice(*span)] if span[0] >= 0 else f"(line lost) {name}"
        if span not in said:
            tally.confusion[kind, "nothing"] += 1
            tally.counts["mentions.span"].missed += 1
            tally.errors[f"mentions: missed {kind}", words] += 1
        if span not in said or said[span][0] != kind:
            tally.counts[f"mentions.{kind}"].missed += 1


def score_about(
    gold: GoldDocument, pairs: Iterable[Pair], text: str, resolution: Resolution
) -> Tally:
    """What an article is about over the corpus, regions apart.

    A region that the gold lists as a subject, or the other way round, is no error.
    """
    tally = Tally()
    for pair in pairs:
        if pair.found is None or pair.gold.about is None or pair.gold.regions is None:
            continue
        ids = gold_ids(gold, pair, text)
        record = record_of(pair.found)
        own = dict(zip(resolution.entity_of[record.article], ids.values(), strict=True))
        about: set[str] = set()
        regions: set[str] = set()
        for key in subjects(record, resolution):
            found = entity(resolution, key)
            names = (found.name, *found.aliases) if found else (key,)
            name = own.get(key) or _id_of_name(gold, names)
            (regions if found and found.kind == "Region" else about).add(name)
        subject, region = set(pair.gold.about), set(pair.gold.regions)
        tally.add("about", subject - regions, about - (region - subject))
        tally.add("regions", region - about, regions - (subject - region))
    return tally


def _id_of_name(gold: GoldDocument, names: Sequence[str]) -> str:
    """The gold id of the first name that has one, else the name with a question mark."""
    for name in names:
        for known in sorted(gold.names):
            if same_words(gold.names[known], name):
                return known
    return f"{names[0]}?"


def gold_ids(gold: GoldDocument, pair: Pair, text: str) -> dict[int, str]:
    """The gold id of each local entity: that of most of its mentions, else of its name.

    An entity that is not in the gold gets its own name with a question mark.
    """
    if pair.found is None:
        return {}
    at = {
        trim(text, m.start, m.end, m.kind == "Person"): m.entity
        for m in pair.gold.mentions
        if m.start >= 0
    }
    votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for m in pair.found.mentions:
        span = trim(text, m.span.start, m.span.end, m.kind == "Person")
        if span in at:
            votes[m.entity][at[span]] += 1
    mentioned = {m.entity for m in pair.gold.mentions}
    ids = {}
    for local in pair.found.entities:
        if votes[local.id]:
            top = max(votes[local.id].values())
            ids[local.id] = min(k for k, n in votes[local.id].items() if n == top)
        else:
            names = [local.name, *local.aliases]
            known = [k for k, v in gold.names.items() if any(same_words(v, n) for n in names)]
            known.sort(key=lambda k: (k not in mentioned, k))
            ids[local.id] = known[0] if known else f"{local.name}?"
    return ids


def b_cubed(clusters: Iterable[tuple[Hashable, Hashable]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of B³ (Bagga and Baldwin 1998) over (gold, found) of each mention.

    1, 1, 1 where there is no mention.
    """
    rows = list(clusters)
    if not rows:
        return 1.0, 1.0, 1.0
    gold = Counter(g for g, _ in rows)
    found = Counter(f for _, f in rows)
    both = Counter(rows)
    precision = sum(n * n / found[f] for (_, f), n in both.items()) / len(rows)
    recall = sum(n * n / gold[g] for (g, _), n in both.items()) / len(rows)
    return precision, recall, 2 * precision * recall / (precision + recall)


def mention_clusters(
    pairs: Iterable[Pair], text: str, entity_of: Mapping[str, tuple[str, ...]] | None = None
) -> list[tuple[Hashable, Hashable]]:
    """(gold entity, found entity) of each gold mention; what was not found stands alone.

    Within an article without `entity_of`; over the corpus with it (article key to entity keys).
    """
    rows: list[tuple[Hashable, Hashable]] = []
    for pair in pairs:
        if not pair.gold.marked:
            continue
        said = found_spans(pair, text)
        key = pair.found.article.key if pair.found else ""
        for m in pair.gold.mentions:
            span = trim(text, m.start, m.end, m.kind == "Person") if m.start >= 0 else (0, 0)
            local = said.get(span)
            if local is None:
                cluster: Hashable = f"not found at {m.start} in {pair.gold.title[:20]}"
            elif entity_of is None:
                cluster = (key, local[1])
            else:
                cluster = entity_of.get(key, ())[local[1]]
            gold_cluster = (pair.gold.title, m.entity) if entity_of is None else m.entity
            rows.append((gold_cluster, cluster))
    return rows
