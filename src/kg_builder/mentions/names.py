"""Sentences in, names with their class by a trained model out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kg_builder.model import Article, EntityKind, Sentence

LABELS: Mapping[str, EntityKind] = {
    "PERSON": "Person", "PER": "Person", "ORG": "Organization", "LOC": "Place", "GPE": "Place",
    "FAC": "Facility", "NORP": "Group",
}  # fmt: skip
"""Classes of usual spaCy pipelines; labels that are missing here are left alone."""

_MOST_SENTENCES = 8
"""Sentences read together: as many as the training documents have."""
_GLINER_LABELS: Mapping[str, EntityKind] = {
    "person": "Person", "organization": "Organization", "location": "Place",
}  # fmt: skip
_WORDS = re.compile(r"\w+|[^\w\s]")
"""At least as many as GLiNER counts."""


@dataclass(frozen=True, slots=True)
class Name:
    """A span of the document's text that a model takes for a name."""

    start: int
    end: int
    kind: EntityKind


class NameFinder(Protocol):
    """What finds names in an article's running sentences.

    A finder reads one article at a time, so that what is found in one never depends on its
    neighbours.
    """

    def names(self, article: Article, text: str) -> list[Name]:
        """The names in order of the text; `text` is the text of the article's document."""
        ...


class SpacyNames:
    """A spaCy pipeline with an `ner` component; `labels` maps its labels to classes."""

    def __init__(self, nlp: Any, labels: Mapping[str, EntityKind] = LABELS) -> None:
        self._nlp = nlp
        self._labels = labels

    @property
    def components(self) -> list[str]:
        """The names of the components that run, in order."""
        return list(self._nlp.pipe_names)

    def names(self, article: Article, text: str) -> list[Name]:
        """The names of an article's running sentences, in order of the text."""
        spans = list(stretches(article.sentences, text))
        documents = self._nlp.pipe((text[a:b] for a, b in spans), batch_size=32)
        found = []
        for (start, _), document in zip(spans, documents, strict=True):
            for entity in document.ents:
                kind = self._labels.get(entity.label_)
                if kind is not None:
                    found.append(Name(start + entity.start_char, start + entity.end_char, kind))
        return found


class GlinerNames:
    """A GLiNER model, asked for people, organisations, locations and the `labels` of users.

    `labels` maps words that the model is asked for to classes; a word may take another class.
    """

    def __init__(self, model: Any, labels: Mapping[str, EntityKind]) -> None:
        self._model = model
        self._labels = dict(_GLINER_LABELS) | dict(labels)
        self._most = int(getattr(model.config, "max_len", 384))

    def names(self, article: Article, text: str) -> list[Name]:
        """The names of an article's running sentences, in order of the text.

        What exceeds the model's length is read sentence by sentence, not cut off unseen.
        """
        found = []
        asked = sorted(self._labels)
        for start, end in self._fitting(article.sentences, text):
            for entity in self._model.predict_entities(text[start:end], asked):
                kind = self._labels[entity["label"]]
                found.append(Name(start + entity["start"], start + entity["end"], kind))
        return sorted(found, key=lambda n: (n.start, n.end))

    def _fitting(self, sentences: Sequence[Sentence], text: str) -> Iterator[tuple[int, int]]:
        for start, end in stretches(sentences, text):
            if len(_WORDS.findall(text, start, end)) <= self._most:
                yield start, end
                continue
            for s in sentences:
                if start <= s.span.start and s.span.end <= end:
                    yield s.span.start, s.span.end


def stretches(sentences: Sequence[Sentence], text: str) -> Iterator[tuple[int, int]]:
    """Runs of sentences of one paragraph that follow one another, as offsets."""
    start, last, count = -1, None, 0
    for sentence in sentences:
        if sentence.role in ("headline", "heading"):
            continue
        if (
            last is not None
            and sentence.paragraph == last.paragraph
            and count < _MOST_SENTENCES
            and not text[last.span.end : sentence.span.start].strip()
        ):
            last, count = sentence, count + 1
            continue
        if last is not None:
            yield start, last.span.end
        start, last, count = sentence.span.start, sentence, 1
    if last is not None:
        yield start, last.span.end
