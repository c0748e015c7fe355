"""A sentence and the name of a country in it in; whether the name stands for its team out."""

from __future__ import annotations

import re
from typing import Final

from kg_builder.mentions.candidates import Candidate, Sent

_PLAYERS: Final = frozenset(
    "captain skipper coach striker midfielder goalkeeper defender forward winger batsman batter "
    "bowler wicketkeeper wicket-keeper all-rounder opener spinner seamer quarterback fly-half "
    "scrum-half prop hooker flanker playmaker strokemaker international teammate teammates "
    "paceman selectors selector squad".split()
)
_GAMES: Final = frozenset(
    "qualifier qualifiers semifinal semi-final semifinals quarterfinal quarter-final innings "
    "wicket wickets cricket soccer rugby hockey tournament friendly scoreless halftime half-time "
    "touchdown touchdowns knockout underdogs strokemaker batsmen".split()
)
_INTO: Final = frozenset("in at from to near around across through throughout inside into".split())


def is_team(sent: Sent, c: Candidate) -> bool:
    """As in "the England captain" or "Chile beat Peru in the qualifier".

    After "in", "from" and the like the same name is the country, whatever the sentence tells.
    """
    words = [t.text for t in sent.tokens]
    if c.a and words[c.a - 1].lower() in _INTO:
        return False
    after = words[c.b : c.b + 4]
    if after and after[0] in _PLAYERS:
        return True
    if after[:1] == ["Test"] or (after[:1] == ["former"] and after[1:2] and after[1] in _PLAYERS):
        return True
    return any(w in _GAMES for w in words)


_SCORE: Final = re.compile(r"\d{1,3}[-–]\d{1,3}")
_BEAT: Final = frozenset(
    "beat beats defeated defeats edged routed blanked topped downed trounced thrashed outscored "
    "outlasted swept shut".split()
)
_OF_CLUB: Final = frozenset(
    "pitcher catcher shortstop outfielder baseman reliever quarterback linebacker receiver coach "
    "striker midfielder goalkeeper goalie skipper manager star".split()
)


def is_club(sent: Sent, c: Candidate) -> bool:
    """As in "Baltimore beat Boston 7-1": a town's name that stands for its club.

    A score in the sentence is needed where only a verb of winning or losing stands beside it;
    after "in", "from" and the like the name is the town.
    """
    words = [t.text for t in sent.tokens]
    before = words[c.a - 1].lower() if c.a else ""
    after = words[c.b : c.b + 1]
    if before in _INTO:
        return False
    if after and after[0] in _OF_CLUB and before != "the":
        return True
    won = bool(after and after[0] in _BEAT) or before in _BEAT or before in ("over", "against")
    return won and any(_SCORE.fullmatch(w) for w in _joined(words))


def _joined(words: list[str]) -> list[str]:
    """The words, and each three that a hyphen joins, since a score may be parted."""
    return words + ["".join(words[k : k + 3]) for k in range(len(words) - 2)]
