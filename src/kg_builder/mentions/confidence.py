"""An article's decided candidates in, the probability that span and class are right out.

What rules and pipeline say of their own sureness are scores, not probabilities. The last step of
the stage turns them into probabilities by a logistic regression whose weights are data
(confidence.toml, fitted by training/calibrate.py). Ref.: Platt, Probabilistic Outputs for
Support Vector Machines, 1999.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kg_builder.mentions.candidates import Candidate
from kg_builder.mentions.names import Name, NameFinder
from kg_builder.model import Article, EntityKind

LOWEST, HIGHEST = 0.01, 0.99
"""Nothing is told as impossible or certain."""
_PLACES = ("Place", "Region", "Facility")
_MAIN = {"Person": "person", "Organization": "organization", "Group": "group"}
_RULES = ("authority", "gazetteer", "acronym", "pipeline", "coref", "shape")


class Heard:
    """A finder that remembers what it found in the article read last."""

    def __init__(self, finder: NameFinder) -> None:
        self._finder = finder
        self.last: Sequence[Name] = ()

    def names(self, article: Article, text: str) -> list[Name]:
        """The names in order of the text, as the finder gives them."""
        found = self._finder.names(article, text)
        self.last = tuple(found)
        return found


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of features, for mentions found with a pipeline and for those by patterns alone."""

    both: Mapping[str, float]
    patterns: Mapping[str, float]

    def probability(self, features: Mapping[str, float], *, heard: bool) -> float:
        """The probability that span and class are right, two digits, from LOWEST to HIGHEST."""
        weights = self.both if heard else self.patterns
        total = sum(weights.get(name, 0.0) * value for name, value in features.items())
        value = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
        return round(max(LOWEST, min(HIGHEST, value)), 2)

    def apply(self, found: Sequence[Candidate], names: Sequence[Name] | None) -> None:
        """Put its probability in each candidate; `names` is None where no pipeline was asked."""
        for candidate, told in zip(found, features(found, names), strict=True):
            candidate.confidence = self.probability(told, heard=names is not None)


@cache
def shipped() -> Calibration:
    """The calibration that ships with the package."""
    data = files("kg_builder.mentions").joinpath("confidence.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(data)
    return Calibration(tables["both"], tables["patterns"])


def features(found: Sequence[Candidate], names: Sequence[Name] | None) -> list[dict[str, float]]:
    """What the probability of each candidate is told by, in the order of `found`.

    A feature that is absent counts zero. `score` is what rules said of their sureness, less .8;
    `often` is the binary logarithm of how many mentions have the same words, at most 3.
    """
    opinions = ["unheard"] * len(found) if names is None else [_opinion(c, names) for c in found]
    often = Counter(c.surface for c in found)
    backed = {c.surface for c, told in zip(found, opinions, strict=True) if told == "agrees"}
    made = []
    for c, opinion in zip(found, opinions, strict=True):
        kind = "place" if c.kind in _PLACES else _MAIN.get(c.kind or "", "other")
        rule = c.method if c.method in _RULES else "pattern"
        told = {
            "always": 1.0,
            f"kind {kind}": 1.0,
            f"rule {rule}": 1.0,
            "score": round(c.confidence - 0.8, 2),
            "often": min(3.0, math.log2(often[c.surface])),
        }
        if opinion != "unheard":
            told[f"pipeline {opinion}"] = 1.0
            told[f"pipeline {opinion}, {kind}"] = 1.0
            if opinion != "agrees" and c.surface in backed:
                told["pipeline agrees elsewhere"] = 1.0
        if " " in c.surface:
            told["several words"] = 1.0
            told[f"several words, {kind}"] = 1.0
        if c.concept is not None:
            told["linked"] = 1.0
        made.append(told)
    return made


def _opinion(candidate: Candidate, names: Sequence[Name]) -> str:
    """What the pipeline says of a candidate's span: `agrees`, `differs` or `silent`."""
    touching = [n for n in names if n.start < candidate.end and candidate.start < n.end]
    if not touching:
        return "silent"
    same = any(_class(n.kind) == _class(candidate.kind) for n in touching)
    return "agrees" if len(touching) == 1 and same and _close(candidate, touching[0]) else "differs"


def _close(candidate: Candidate, name: Name) -> bool:
    """Whether the spans are one but for an article or a possessive."""
    before = candidate.start - name.start
    return before in (0, 4) and 0 <= name.end - candidate.end <= 2


def _class(kind: EntityKind | None) -> str | None:
    return "Place" if kind in _PLACES else kind
