"""Authors: existing and new entities, affiliations, and the claims a bio states."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from kg_builder.authority import Authority
from kg_builder.mentions import AuthorLinks, Extractor, authors
from kg_builder.model import Affiliation, Article, Author, Sentence, Span

BODY = "Relations with China matter."
BIO = "Zuza Brdarić is a Professor at the Skola Zapadna and a former fellow at Rand Hill, Portugal"
TEXT = f"{BODY}\n{BIO}"


@cache
def extractor() -> Extractor:
    return Extractor(Authority.load())


def span(exact: str) -> Span:
    start = TEXT.index(exact)
    return Span(start, start + len(exact))


def linked(*people: Author, bio: bool = True) -> AuthorLinks:
    sentences = [Sentence(0, Span(0, len(BODY)), "body", 0)]
    if bio:
        sentences.append(Sentence(1, Span(len(BODY) + 1, len(TEXT)), "bio", 1))
    piece = Article("x", False, None, None, (), tuple(sentences), authors=people)
    return authors(piece, TEXT, *extractor().extract(piece, TEXT))


def professor() -> Author:
    return Author(
        "Zuza Brdarić",
        "bio",
        span=span("Zuza Brdarić"),
        affiliations=(
            Affiliation("Skola Zapadna", span("Skola Zapadna"), role="Professor"),
            Affiliation(
                "Rand Hill", span("Rand Hill"), "former fellow", "Portugal", span("Portugal")
            ),
        ),
    )


def test_affiliations_become_entities_mentions_and_claims() -> None:
    found = linked(professor())
    (author,) = found.authors
    by_id = {e.id: e for e in found.entities}
    assert by_id[author].name == "Zuza Brdarić"
    assert by_id[author].titles == ("Professor", "former fellow")
    assert [
        (by_id[c.subject].name, c.predicate, by_id[c.object].name, c.sentence, c.past)
        for c in found.claims
    ] == [
        ("Zuza Brdarić", "affiliatedWith", "Skola Zapadna", 1, False),
        ("Zuza Brdarić", "affiliatedWith", "Rand Hill", 1, True),
        ("Rand Hill", "locatedIn", "Portugal", 1, False),
    ]
    assert all(c.confidence == 0.9 for c in found.claims)
    mentioned = {TEXT[m.span.start : m.span.end] for m in found.mentions}
    assert {"Skola Zapadna", "Rand Hill", "Portugal", "China"} <= mentioned


def test_numbers_agree_and_spans_do_not_overlap() -> None:
    found = linked(professor())
    assert [e.id for e in found.entities] == list(range(len(found.entities)))
    spans = [m.span for m in found.mentions]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(m.kind == found.entities[m.entity].kind for m in found.mentions)


def test_an_author_outside_the_text_is_an_entity_without_a_mention() -> None:
    found = linked(Author("Ola Nyberg", "json-ld", confidence=0.8))
    (author,) = found.authors
    assert found.entities[author].name == "Ola Nyberg"
    assert found.entities[author].confidence == 0.8
    assert author not in {m.entity for m in found.mentions}
    assert found.claims == ()


def test_an_organization_can_be_an_author() -> None:
    found = linked(Author("Lantern Newsroom", "byline", kind="Organization"))
    assert found.entities[found.authors[0]].kind == "Organization"


def test_no_sentence_no_claim() -> None:
    assert linked(professor(), bio=False).claims == ()


def test_one_person_written_twice_is_one_entity() -> None:
    found = linked(professor(), Author("Zuza Brdarić", "json-ld"))
    assert len(set(found.authors)) == 1
