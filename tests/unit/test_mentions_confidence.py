"""Confidence as a probability, and what goes with a mention that is not sure enough."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.config import Extractors, Settings
from kg_builder.mentions.candidates import Candidate
from kg_builder.mentions.confidence import HIGHEST, LOWEST, Calibration, features, shipped
from kg_builder.mentions.names import Name
from kg_builder.mentions.pruning import prune
from kg_builder.model import (
    Article,
    ArticleAnalysis,
    ClaimCandidate,
    EventCandidate,
    Hints,
    LocalEntity,
    Mention,
    Participant,
    Sentence,
    Span,
)
from kg_builder.pipeline import Analyser
from tests.support import ROOT, SAMPLES

TEXT = "In Kabul, John Tarvo met Amina Oruz. Tarvo left Kabul."
ARTICLE = Article(
    "x", False, None, None, (),
    (Sentence(0, Span(0, 36), "body", 0), Sentence(1, Span(37, 54), "body", 0)),
)  # fmt: skip


def found(surface: str, kind: str, at: int = 0, **more: object) -> Candidate:
    start = [i for i in range(len(TEXT)) if TEXT.startswith(surface, i)][at]
    sentence = int(start > 36)
    return Candidate(start, start + len(surface), surface, sentence, kind, **more)  # type: ignore[arg-type]


# -- features and probabilities --------------------------------------------------------------


def test_the_pipeline_agrees_differs_or_says_nothing() -> None:
    candidates = [
        found("Kabul", "Place"), found("John Tarvo", "Person"), found("Amina Oruz", "Person"),
        found("Tarvo", "Person", 1), found("Kabul", "Place", 1),
    ]  # fmt: skip
    names = [Name(3, 8, "Place"), Name(15, 20, "Person"), Name(25, 35, "Organization")]
    told = features(candidates, names)
    opinions = [
        next(k.removeprefix("pipeline ") for k in t if k in _OPINIONS) for t in told
    ]  # fmt: skip
    assert opinions == ["agrees", "differs", "differs", "silent", "silent"]
    assert ["pipeline agrees elsewhere" in t for t in told] == [False] * 4 + [True]
    assert [t["often"] for t in told] == [1, 0, 0, 0, 1]


_OPINIONS = {"pipeline agrees", "pipeline differs", "pipeline silent"}


def test_an_article_or_possessive_more_is_the_same_span() -> None:
    candidates = [found("John Tarvo", "Person")]
    wider = features(candidates, [Name(6, 21, "Person")])[0]
    assert "pipeline agrees" in wider
    assert "pipeline differs" in features(candidates, [Name(3, 20, "Person")])[0]


def test_without_a_pipeline_nothing_is_told_of_one() -> None:
    told = features([found("Kabul", "Place")], None)[0]
    assert not [name for name in told if name.startswith("pipeline")]


def test_probabilities_have_two_digits_and_bounds() -> None:
    some = Calibration({"always": 100.0}, {"always": -100.0, "score": 1.0})
    assert some.probability({"always": 1.0}, heard=True) == HIGHEST
    assert some.probability({"always": 1.0, "unknown feature": 9.0}, heard=False) == LOWEST
    half = Calibration({"always": 0.1234}, {})
    assert half.probability({"always": 1.0}, heard=True) == 0.53


def test_what_ships_goes_the_right_way() -> None:
    """A surer rule and the pipeline's support never make a mention less sure."""
    calibration = shipped()
    for table in (calibration.both, calibration.patterns):
        assert table["score"] >= 0
    for kind in ("person", "organization", "place"):
        base = {"always": 1.0, f"kind {kind}": 1.0, "rule pattern": 1.0, "score": 0.0}
        chances = [
            calibration.probability(
                {**base, f"pipeline {o}": 1.0, f"pipeline {o}, {kind}": 1.0}, heard=True
            )
            for o in ("agrees", "silent", "differs")
        ]
        assert chances[0] == max(chances)


def test_the_data_tell_their_origin_and_only_known_features() -> None:
    path = ROOT / "src/kg_builder/mentions/confidence.toml"
    text = path.read_text(encoding="utf-8")
    assert "Origin:" in text
    assert "Licence:" in text
    tables = tomllib.loads(text)
    assert tables.keys() == {"both", "patterns"}
    assert not [name for name in tables["patterns"] if name.startswith("pipeline")]


# -- what is not sure enough -----------------------------------------------------------------

PEOPLE = (
    LocalEntity(0, "Place", "Kabul", confidence=0.9),
    LocalEntity(1, "Person", "John Tarvo", ("Tarvo",), confidence=0.6),
    LocalEntity(2, "Person", "Amina Oruz", confidence=0.8),
)
MENTIONS = (
    Mention(Span(3, 8), "Place", 0, 0, "authority", 0.9),
    Mention(Span(10, 20), "Person", 0, 1, "pattern", 0.4),
    Mention(Span(25, 35), "Person", 0, 2, "pattern", 0.8),
    Mention(Span(37, 42), "Person", 1, 1, "coref", 0.6),
    Mention(Span(48, 53), "Place", 1, 0, "authority", 0.7),
)
MEETING = EventCandidate(
    Span(21, 24), 0, "meeting", "Meeting in Kabul", "reported", 0.7, place=0,
    participants=(Participant(1, "participant"), Participant(2, "participant")),
)  # fmt: skip
LEAVING = EventCandidate(
    Span(43, 47), 1, "movement", "Movement in Kabul", "reported", 0.7, place=0,
    participants=(Participant(1, "participant"),),
)  # fmt: skip
ANALYSIS = ArticleAnalysis(
    ARTICLE, MENTIONS, PEOPLE, (MEETING, LEAVING), (ClaimCandidate(1, "alliedWith", 2, 0),),
    authors=(2,), about=(0, 1),
)  # fmt: skip


def test_nothing_goes_where_all_are_sure() -> None:
    assert prune(ANALYSIS, TEXT, 0.0) is ANALYSIS
    assert prune(ANALYSIS, TEXT, 0.4) is ANALYSIS


def test_a_name_a_participation_and_a_claim_go_with_their_mention() -> None:
    left = prune(ANALYSIS, TEXT, 0.5)
    assert len(left.mentions) == 4
    assert [(e.name, e.aliases) for e in left.entities] == [
        ("Kabul", ()), ("Tarvo", ()), ("Amina Oruz", ()),
    ]  # fmt: skip
    assert [p.entity for p in left.events[0].participants] == [2]
    assert left.events[1] == LEAVING
    assert left.claims == ()
    assert left.about == (0, 1)


def test_an_event_goes_with_its_place_or_last_participant() -> None:
    assert [e.type for e in prune(ANALYSIS, TEXT, 0.65).events] == ["meeting"]
    assert [e.type for e in prune(ANALYSIS, TEXT, 0.75).events] == ["meeting"]
    only = replace(ANALYSIS, events=(replace(MEETING, participants=MEETING.participants[:1]),))
    assert prune(only, TEXT, 0.5).events == ()


def test_an_author_stays_without_mentions() -> None:
    left = prune(ANALYSIS, TEXT, 0.85)
    assert [e.name for e in left.entities] == ["Kabul", "Amina Oruz"]
    assert left.authors == (1,)
    assert left.about == (0,)
    assert prune(ANALYSIS, TEXT, 1.0).mentions == ()


@cache
def sample() -> tuple[str, ArticleAnalysis]:
    path = min(SAMPLES.rglob("*.txt"))
    analysis = Analyser(Settings()).analyse(path.name, path.read_bytes(), Hints())[0]
    best = max(analysis.articles, key=lambda a: len(a.mentions))
    return analysis.document.text, best


def stated(analysis: ArticleAnalysis) -> set[tuple[object, ...]]:
    """What an analysis says, by spans and not by numbers."""
    where: dict[int, set[Span]] = {}
    for m in analysis.mentions:
        where.setdefault(m.entity, set()).add(m.span)
    first = {n: min(spans, key=lambda s: s.start) for n, spans in where.items()}
    said: set[tuple[object, ...]] = {("mention", m.span, m.kind) for m in analysis.mentions}
    said |= {("event", e.span, e.type, e.place is None) for e in analysis.events}
    said |= {("role", e.span, p.role) for e in analysis.events for p in e.participants}
    said |= {("claim", c.sentence, c.predicate) for c in analysis.claims}
    return said | {("about", len(first) > 0) for _ in analysis.about}


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_more_sureness_never_says_more(a: float, b: float) -> None:
    text, analysis = sample()
    low, high = prune(analysis, text, min(a, b)), prune(analysis, text, max(a, b))
    assert stated(high) <= stated(low)
    assert prune(low, text, max(a, b)) == high
    for left in (low, high):
        numbers = {e.id for e in left.entities}
        assert numbers == set(range(len(left.entities)))
        assert {m.entity for m in left.mentions} <= numbers
        assert {e.place for e in left.events} - {None} <= numbers
        assert {p.entity for e in left.events for p in e.participants} <= numbers
        assert {n for c in left.claims for n in (c.subject, c.object)} <= numbers


def test_the_least_confidence_is_part_of_the_cache_key() -> None:
    strict = Settings(extractors=Extractors(min_confidence=0.5))
    assert strict.analysis_digest() != Settings().analysis_digest()


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_least_confidence_beyond_the_bounds_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="min_confidence"):
        Extractors(min_confidence=value)
