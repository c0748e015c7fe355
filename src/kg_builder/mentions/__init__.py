"""Article in, mentions of people, organisations, places, groups, topics and events out."""

from __future__ import annotations

from kg_builder.authority import Authority
from kg_builder.mentions import confidence
from kg_builder.mentions.authors import AuthorLinks, authors
from kg_builder.mentions.coref import link
from kg_builder.mentions.document import DocumentReader
from kg_builder.mentions.gazetteer import Gazetteer
from kg_builder.mentions.lexicon import Lexicon, lexicon
from kg_builder.mentions.names import NameFinder
from kg_builder.model import Article, LocalEntity, Mention

__all__ = ["AuthorLinks", "Extractor", "authors"]


class Extractor:
    """Finds names by rules: capitals, head nouns, titles, authority names and acronyms.

    Precision goes before recall: a capital that no cue explains is not a mention. Spans never
    overlap, lie within one sentence, and come in order of the text.
    """

    def __init__(
        self,
        authority: Authority,
        words: Lexicon | None = None,
        finder: NameFinder | None = None,
    ) -> None:
        """`words` replaces the lexicon that ships; without `finder` patterns work alone."""
        self._heard = None if finder is None else confidence.Heard(finder)
        self._authority = authority
        self._words = words
        self._reader: DocumentReader | None = None

    def extract(
        self, article: Article, text: str
    ) -> tuple[tuple[Mention, ...], tuple[LocalEntity, ...]]:
        """Mentions and the entities they name; `text` is the text of the article's document."""
        words = self._words or lexicon()
        if self._reader is None:
            self._reader = DocumentReader(Gazetteer(self._authority, words), words, self._heard)
        decided = self._reader.read(article, text)
        names = None if self._heard is None else self._heard.last
        confidence.shipped().apply(decided.candidates, names)
        return link(decided, self._authority, words)
