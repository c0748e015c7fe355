"""What a build tells of the corpus: doubts on metadata, copies, other languages."""

from __future__ import annotations

from kg_builder.articles.duplicates import sketch_of
from kg_builder.authority import Authority
from kg_builder.entities import Decisions
from kg_builder.model import ResolveRecord
from kg_builder.pipeline.analyse import ArticleHead, DocumentHead
from kg_builder.pipeline.corpus import Corpus, Placed, repeats, resolve_corpus

DOCUMENT = DocumentHead("news/a.txt", "text/plain", "sha256:0", "sha256:1", "")
BODY = " ".join(f"word{n}" for n in range(60))


def placed(
    key: str,
    body: str = "",
    when: str = "",
    foreign: str | None = None,
    notes: tuple[str, ...] = (),
) -> Placed:
    record = ResolveRecord(key, teaser=False, headline=key.upper(), publication=None)
    head = ArticleHead(
        record, "d", None, 0, 0, (), sketch=sketch_of(key, body, when), notes=notes, foreign=foreign
    )
    return Placed(head, DOCUMENT, "k", 0, 0)


def notes(*articles: Placed) -> tuple[str, ...]:
    corpus = Corpus({a.head.record.article: a for a in articles})
    return resolve_corpus(corpus, Authority.load([]), Decisions()).notes


def test_nothing_is_told_where_all_is_well() -> None:
    assert notes(placed("a", BODY, "2021-10-09"), placed("b")) == ()


def test_a_date_in_the_future_is_kept_and_told() -> None:
    assert notes(placed("a", when="2098-05-01")) == (
        "news/a.txt: A: datePublished '2098-05-01' kept: it is in the future",
    )


def test_doubts_are_told_with_their_article_and_not_by_the_thousand() -> None:
    assert notes(placed("a", notes=("x refused: y",))) == ("news/a.txt: A: x refused: y",)
    many = notes(*(placed(f"k{n:03}", notes=("x refused: y",)) for n in range(130)))
    assert len(many) == 101
    assert many[-1].startswith("and 30 more values in doubt")


def test_copies_and_languages_are_counted() -> None:
    told = notes(
        placed("a", BODY), placed("b", BODY), placed("c", foreign="de"), placed("d", foreign="")
    )
    assert told == (
        "1 article repeats the text of another (kg:duplicateOf)",
        "not in English, so kept without names and events: 1 de, 1 of unknown language",
    )


def test_what_is_held_back_is_no_original() -> None:
    both = {key: placed(key, BODY) for key in "ab"}
    assert repeats(Corpus(dict(both))) == {"b": "a"}
    assert repeats(Corpus({"b": both["b"]}, held_back={"a": both["a"]})) == {}
