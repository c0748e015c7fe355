"""An article's authors with its mentions and entities in, the same with the authors linked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg_builder.model import (
    Affiliation,
    Article,
    Author,
    ClaimCandidate,
    EntityKind,
    LocalEntity,
    Mention,
    Span,
)

_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class AuthorLinks:
    """Mentions and entities of an article with its authors among them.

    `authors` holds the number of a LocalEntity for each author, in the article's order;
    `claims` are affiliatedWith and locatedIn as the bio states them.
    """

    mentions: tuple[Mention, ...]
    entities: tuple[LocalEntity, ...]
    authors: tuple[int, ...]
    claims: tuple[ClaimCandidate, ...]


def authors(
    article: Article, text: str, mentions: Sequence[Mention], entities: Sequence[LocalEntity]
) -> AuthorLinks:
    """Link each author to a local entity, an existing one of the same name or a new one.

    Organisations and places of the affiliations become entities too; an organisation's name
    that the patterns missed becomes a mention. What no sentence bears makes no claim.
    """
    work = _Work(article, text, list(mentions), list(entities))
    numbers: list[int] = []
    claims: dict[tuple[int, str, int], ClaimCandidate] = {}
    for author in article.authors:
        number = work.author(author)
        numbers.append(number)
        for affiliation in author.affiliations:
            for claim in work.affiliation(number, affiliation):
                claims.setdefault((claim.subject, claim.predicate, claim.object), claim)
    return work.finished(tuple(numbers), tuple(claims.values()))


class _Work:
    """The growing lists; entity numbers stay valid until `finished`."""

    def __init__(
        self, article: Article, text: str, mentions: list[Mention], entities: list[LocalEntity]
    ) -> None:
        self._article = article
        self._text = text
        self._mentions = mentions
        self._entities = entities
        self._named = {m.entity for m in mentions}

    def author(self, author: Author) -> int:
        """The number of the author's entity."""
        found = self._at(author.span, author.kind) if author.span else None
        if found is None:
            found = self._by_name(author.name, author.kind)
        if found is None:
            return self._add(author.kind, author.name, author.confidence)
        return found

    def affiliation(self, author: int, affiliation: Affiliation) -> list[ClaimCandidate]:
        """Claims of one affiliation; its organisation and place become entities."""
        organization = self._thing(affiliation.span, affiliation.organization, "Organization")
        claims = []
        if affiliation.role:
            person = self._entities[author]
            titles = dict.fromkeys((*person.titles, affiliation.role))
            self._entities[author] = replace(person, titles=tuple(titles))
        past = (affiliation.role or "").lower().startswith(("former", "ex-"))
        sentence = self._sentence(affiliation.span)
        if sentence is not None and author != organization:
            claims.append(
                ClaimCandidate(
                    author,
                    "affiliatedWith",
                    organization,
                    sentence,
                    confidence=_CONFIDENCE,
                    past=past,
                )
            )
        if affiliation.place and affiliation.place_span:
            place = self._thing(affiliation.place_span, affiliation.place, "Place")
            sentence = self._sentence(affiliation.place_span)
            if sentence is not None and place != organization:
                claims.append(
                    ClaimCandidate(
                        organization, "locatedIn", place, sentence, confidence=_CONFIDENCE
                    )
                )
        return claims

    def finished(self, numbers: tuple[int, ...], claims: tuple[ClaimCandidate, ...]) -> AuthorLinks:
        """Drop entities that lost their last mention, and number the rest anew."""
        used = {m.entity for m in self._mentions} | set(numbers)
        used |= {c.subject for c in claims} | {c.object for c in claims}
        kept = [e for e in self._entities if e.id in used or e.id not in self._named]
        new = {e.id: i for i, e in enumerate(kept)}
        ordered = sorted(self._mentions, key=lambda m: m.span.start)
        return AuthorLinks(
            mentions=tuple(replace(m, entity=new[m.entity]) for m in ordered),
            entities=tuple(replace(e, id=new[e.id]) for e in kept),
            authors=tuple(new[n] for n in numbers),
            claims=tuple(replace(c, subject=new[c.subject], object=new[c.object]) for c in claims),
        )

    def _thing(self, span: Span, name: str, kind: EntityKind) -> int:
        """The entity that the text names at `span`, made where there is none."""
        found = self._at(span, kind)
        if found is not None:
            return found
        found = self._by_name(name, kind)
        if found is None:
            found = self._add(kind, name, _CONFIDENCE)
        sentence = self._sentence(span)
        if sentence is not None and self._clear(span):
            self._mentions.append(Mention(span, kind, sentence, found, "bio", _CONFIDENCE))
            self._named.add(found)
        return found

    def _clear(self, span: Span) -> bool:
        """Take out mentions inside the span; False where one reaches beyond it."""
        inside = [m for m in self._mentions if _overlap(m.span, span)]
        if any(m.span.start < span.start or m.span.end > span.end for m in inside):
            return False
        self._mentions = [m for m in self._mentions if m not in inside]
        return True

    def _at(self, span: Span, kind: EntityKind) -> int | None:
        """The entity of the mention at `span` that is of a fitting class, if there is one."""
        for mention in self._mentions:
            if mention.span == span and _fits(mention.kind, kind):
                return mention.entity
        return None

    def _by_name(self, name: str, kind: EntityKind) -> int | None:
        wanted = _norm(name)
        for entity in self._entities:
            if _fits(entity.kind, kind) and wanted in map(_norm, (entity.name, *entity.aliases)):
                return entity.id
        return None

    def _add(self, kind: EntityKind, name: str, confidence: float) -> int:
        number = len(self._entities)
        self._entities.append(
            LocalEntity(id=number, kind=kind, name=name, confidence=round(confidence, 2))
        )
        return number

    def _sentence(self, span: Span) -> int | None:
        for sentence in self._article.sentences:
            if sentence.span.start <= span.start and span.end <= sentence.span.end:
                return sentence.index
        return None


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _fits(kind: EntityKind, wanted: EntityKind) -> bool:
    return kind == wanted or (wanted == "Place" and kind in ("Region", "Facility"))


def _norm(name: str) -> str:
    return " ".join(name.split()).casefold()
