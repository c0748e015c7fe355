"""Holds that the scorer counts as its rules say, on analyses made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.model import (
    Article,
    ArticleAnalysis,
    Block,
    Count,
    DateValue,
    Entity,
    EventCandidate,
    LocalEntity,
    Mention,
    Resolution,
    Sentence,
    Span,
)
from tests.quality.gold import GoldArticle, GoldDocument, GoldEvent, GoldMention
from tests.quality.scoring import (
    Counts,
    Pair,
    align,
    b_cubed,
    gold_ids,
    mention_clusters,
    score_about,
    score_mentions,
    score_metadata,
    score_segmentation,
    trim,
)
from tests.quality.scoring_events import bounds, date_agrees, event_clusters, score_events

TEXT = "Blast in Kaya\n\nA bomb hit Kaya. Gov. Tate mourned the dead of Kaya’s market."
NAMES = {"kaya": "Kaya", "tate": "Caroline Tate"}


def gold_article(**changes: object) -> GoldArticle:
    """The gold of TEXT: one article with its names and one attack."""
    values: dict[str, object] = {
        "id": "a1",
        "teaser": False,
        "title": "Blast in Kaya",
        "title_span": (0, 13),
        "body_span": (15, len(TEXT)),
        "mentions": (
            GoldMention(9, 13, "Place", "kaya"),
            GoldMention(26, 30, "Place", "kaya"),
            GoldMention(32, 41, "Person", "tate"),
            GoldMention(62, 66, "Place", "kaya"),
        ),
        "events": (GoldEvent(22, 25, ("attack", "bombing"), ("2022-03-12",), "kaya", killed=3),),
    }
    return GoldArticle(**{**values, **changes})  # type: ignore[arg-type]


def analysis(events: tuple[EventCandidate, ...] = (), **article: object) -> ArticleAnalysis:
    """What a builder found in TEXT: it takes Tate for a place and misses the headline's Kaya."""
    values: dict[str, object] = {
        "key": "blast",
        "teaser": False,
        "headline": "Blast in Kaya",
        "headline_span": Span(0, 13),
        "paragraphs": (Block("paragraph", Span(15, len(TEXT))),),
        "sentences": (
            Sentence(0, Span(0, 13), "headline", 0),
            Sentence(1, Span(15, 31), "body", 1),
            Sentence(2, Span(32, len(TEXT)), "body", 1),
        ),
        "unknown": ("author",),
    }
    return ArticleAnalysis(
        Article(**{**values, **article}),  # type: ignore[arg-type]
        mentions=(
            Mention(Span(26, 30), "Place", 1, 0, "gazetteer", 0.9),
            Mention(Span(37, 41), "Place", 2, 1, "gazetteer", 0.9),
            Mention(Span(58, 68), "Region", 2, 0, "gazetteer", 0.9),
        ),
        entities=(LocalEntity(0, "Place", "Kaya"), LocalEntity(1, "Place", "Tate")),
        events=events,
    )


def candidate(**changes: object) -> EventCandidate:
    """A right report of the attack, with changes."""
    values: dict[str, object] = {
        "span": Span(22, 25),
        "sentence": 1,
        "type": "bombing",
        "label": "Bombing",
        "factuality": "reported",
        "confidence": 0.8,
        "place": 0,
        "killed": Count(minimum=3),
    }
    return EventCandidate(**{**values, **changes})  # type: ignore[arg-type]


def document(article: GoldArticle) -> GoldDocument:
    """A gold document of one article."""
    return GoldDocument("x.txt", (article,), NAMES, ((0, 3),))


def test_titles_articles_and_possessives_are_taken_off() -> None:
    """Both sides are trimmed in the same way before spans are compared."""
    for text, person, wanted in (
        ("the African Union's", False, "African Union"),
        ("Prime Minister Albertine Zongo", True, "Albertine Zongo"),
        ("Lt. Col. Chiara Orsini", True, "Chiara Orsini"),
        ("General Motors", False, "General Motors"),
        ("Major", True, "Major"),
    ):
        start, end = trim(text, 0, len(text), person)
        assert text[start:end] == wanted


def test_mentions_count_by_exact_span_and_class() -> None:
    """A wrong class is one extra and one missed; a span too long is both as well."""
    gold = document(gold_article())
    tally = score_mentions(gold, [Pair(gold.articles[0], analysis())], TEXT)
    assert tally.counts["mentions.LOC"] == Counts(right=1, extra=2, missed=2)
    assert tally.counts["mentions.PER"] == Counts(missed=1)
    assert tally.confusion["PER", "LOC"] == 1
    assert tally.counts["mentions.span"] == Counts(right=2, extra=1, missed=2)


def test_b_cubed_of_the_textbook_example() -> None:
    """Bagga and Baldwin (1998): {1..5} {6,7} {8..C} against the last two joined."""
    truth = [1] * 5 + [2] * 2 + [3] * 5
    said = [1] * 5 + [2] * 2 + [2] * 5
    precision, recall, _ = b_cubed(list(zip(truth, said, strict=True)))
    assert precision == pytest.approx(9.14 / 12, abs=0.001)
    assert recall == 1.0


def test_mentions_that_were_not_found_stand_alone() -> None:
    """A missed name is a cluster of its own, so it costs recall and not precision."""
    rows = mention_clusters([Pair(gold_article(), analysis())], TEXT)
    assert b_cubed(rows)[0] == 1.0
    assert b_cubed(rows)[1] < 1.0


def test_segments_titles_bodies_and_stray_lines() -> None:
    """Title, body span and lines that belong to no article."""
    gold = document(gold_article())
    tally = score_segmentation(gold, [analysis()], TEXT)
    assert tally.counts["segments.title"].f1 == 1.0
    assert tally.counts["segments.body"].f1 == 1.0
    assert tally.counts["segments.stray"].extra == 1
    short = analysis(paragraphs=(Block("paragraph", Span(15, 31)),))
    assert score_segmentation(gold, [short], TEXT).counts["segments.body"].f1 == 0.0


def test_an_article_without_its_title_is_found_by_its_body() -> None:
    """Alignment falls back to the body; what is left over is told."""
    other = analysis(headline="Something else")
    nothing = analysis(headline="Weather", paragraphs=())
    pairs, left = align(document(gold_article()), [nothing, other])
    assert pairs[0].found is other
    assert left == 1


def test_false_metadata_is_told_apart_from_missing() -> None:
    """An invented date is `extra`, a date not found is `missed`, unknown is right if stated."""
    invented = analysis(date_published="2022-01-01", unknown=("author",))
    tally = score_metadata([Pair(gold_article(), invented)])
    assert tally.counts["metadata.datePublished"] == Counts(extra=1)
    assert tally.counts["metadata.unknown author"] == Counts(right=1)
    assert tally.counts["metadata.unknown datePublished"] == Counts(missed=1)
    dated = gold_article(date="2022-03-13")
    tally = score_metadata([Pair(dated, analysis())])
    assert tally.counts["metadata.datePublished"] == Counts(missed=1)


def test_entities_get_the_gold_id_of_their_mentions_or_names() -> None:
    """By votes of mentions, else by name, else their own name with a question mark."""
    gold = document(gold_article())
    assert gold_ids(gold, Pair(gold.articles[0], analysis()), TEXT) == {0: "kaya", 1: "tate"}


def test_an_event_is_found_by_sentence_type_and_place() -> None:
    """An accepted type and an agreeing place; the missing date costs the date's recall only."""
    gold = document(gold_article())
    tally = score_events(gold, [Pair(gold.articles[0], analysis((candidate(),)))], TEXT)
    assert tally.counts["events"] == Counts(right=1)
    assert tally.counts["events.date"] == Counts(missed=1)
    assert tally.counts["events.killed"] == Counts(right=1)


@pytest.mark.parametrize(
    "changes",
    [{"type": "meeting"}, {"sentence": 2}, {"place": 1}, {"factuality": "denied", "type": "aid"}],
)
def test_an_event_is_not_found_elsewhere_or_of_another_type(changes: dict[str, object]) -> None:
    """Another sentence, type or place does not count as found."""
    gold = document(gold_article())
    found = analysis((candidate(**changes),))
    tally = score_events(gold, [Pair(gold.articles[0], found)], TEXT)
    assert tally.counts["events"].missed == 1


def test_the_same_event_again_is_a_repeat_and_no_error() -> None:
    """A second report that contradicts nothing is counted apart; another date is an error."""
    gold = document(gold_article())
    again = candidate(sentence=2, span=Span(42, 49))
    tally = score_events(gold, [Pair(gold.articles[0], analysis((candidate(), again)))], TEXT)
    assert tally.counts["events"] == Counts(right=1)
    assert tally.counts["events.repeats"].right == 1
    day = DateValue(Span(15, 16), "2020-01-01", "date", "2020-01-01", "2020-01-01")
    other = candidate(sentence=2, date=day)
    tally = score_events(gold, [Pair(gold.articles[0], analysis((candidate(), other)))], TEXT)
    assert tally.counts["events"] == Counts(right=1, extra=1)


def test_dates_agree_by_value_by_bounds_and_by_day_without_a_year() -> None:
    """A stated month equals its bounds; a day without a year agrees with the same day."""
    month = GoldEvent(0, 1, ("attack",), ("2022-03",))
    assert bounds("2024-02") == ("2024-02-01", "2024-02-29")
    assert date_agrees(month, DateValue(Span(0, 1), None, None, "2022-03-01", "2022-03-31")) == 2
    assert date_agrees(month, None) == 1
    assert date_agrees(month, DateValue(Span(0, 1), "2021-03", "gYearMonth")) == 0
    day = GoldEvent(0, 1, ("attack",), ("2022-03-12",))
    assert date_agrees(day, DateValue(Span(0, 1), "--03-12", "gMonthDay")) == 2


def test_a_range_without_a_year_says_nothing_to_compare() -> None:
    """It neither agrees nor contradicts, so the place decides."""
    day = GoldEvent(0, 1, ("meeting",), ("2021-10-11/2021-10-12", "--10-11"))
    assert date_agrees(day, DateValue(Span(0, 1), None, None)) == 1


def test_an_event_of_several_articles_has_its_merged_key_or_stands_alone() -> None:
    """What was found has the key it was merged under; what was missed has one of its own."""
    event = GoldEvent(22, 25, ("bombing",), (), "kaya", same="blast")
    gold = document(gold_article(events=(event,)))
    keys = {"blast": ("event/bombing-1",)}
    found = Pair(gold.articles[0], analysis((candidate(),)))
    assert event_clusters(gold, [found], TEXT, keys) == [("blast", "event/bombing-1")]
    missed = Pair(gold.articles[0], analysis())
    assert event_clusters(gold, [missed], TEXT, keys) == [("blast", ("Blast in Kaya", 22))]


def test_what_an_article_is_about_is_taken_from_the_resolution() -> None:
    """A right subject, an extra one, and a missed region."""
    gold = document(gold_article(about=("kaya",), regions=("africa",)))
    both = replace(analysis(), about=(0, 1))
    entities = (
        Entity("entity/place/kaya", "Place", "Kaya"),
        Entity("entity/place/tate", "Place", "T"),
    )
    resolution = Resolution(entities=entities, entity_of={"blast": tuple(e.key for e in entities)})
    tally = score_about(gold, [Pair(gold.articles[0], both)], TEXT, resolution)
    assert tally.counts["about"] == Counts(right=1, extra=1)
    assert tally.counts["regions"] == Counts(missed=1)
