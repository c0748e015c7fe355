"""A sentence and a place in it in, what the words around say of a name out."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

from kg_builder.mentions.candidates import Sent, Unit
from kg_builder.mentions.lexicon import Lexicon

_NOT_BEFORE_PERSONS = frozenset({"the", "The", "a", "an", "this", "of", "in"})


@cache
def _unaccented(word: str) -> str:
    """As in "Lucia" for "Lucía"."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


class Context:
    """Looks at the words before and after a run, and for a person's name in it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._cues = lexicon.cues

    def word(self, sent: Sent, i: int) -> str:
        """The text of token `i`, or "" outside the sentence."""
        return sent.tokens[i].text if 0 <= i < len(sent.tokens) else ""

    def role_before(self, word: str) -> bool:
        """Whether a lower-case word is an office or another noun for a person."""
        return (
            bool(word)
            and word[0].islower()
            and (word.capitalize() in self._lexicon.roles or word in self._cues.person_nouns)
        )

    def role_end(self, run: Sequence[Unit], k: int) -> int:
        """The unit number after a role phrase that has its office word at `k`."""
        lexicon = self._lexicon
        right = k + 1
        words = [u.text for u in run]
        if right < len(run) and words[right] == "of":
            for complement in lexicon.role_complements:
                if tuple(words[right + 1 : right + 1 + len(complement)]) == complement:
                    right += 1 + len(complement)
                    break
        while (
            right < len(run)
            and not run[right].known
            and (words[right] in lexicon.roles or words[right] in lexicon.honorifics)
        ):
            if words[right] in lexicon.first_names and right + 1 < len(run):
                break
            right += 1
        ahead = right
        while ahead < len(run) and not run[ahead].known and words[ahead] in lexicon.role_modifiers:
            ahead += 1
        if right < ahead < len(run) and words[ahead] in lexicon.roles:
            return self.role_end(run, ahead)  # "Deputy" is an office, and so is what follows
        return right

    def person_after(self, sent: Sent, at: int) -> bool:
        """What follows a person's name: a verb of saying, an age, "who", "is a" and an office."""
        word, following = self.word(sent, at), self.word(sent, at + 1)
        if word in self._lexicon.saying_verbs or word == "who":
            return True
        acted = word.islower() and len(word) > 4 and word.endswith("ed")
        if (acted or word in self._cues.person_verbs) and following != "by":
            return True
        if word == "," and (following == "who" or (following.isdigit() and len(following) == 2)):
            return True
        if word in (",", "is", "was") and following in ("a", "an", "the", "who", "former"):
            words = [self.word(sent, k) for k in range(at + 2, at + 7)]
            if word == "," and "who" in words[:4] and all(w.islower() for w in words[:2]):
                return True
            return any(self.role_before(w.lower()) for w in words if w)
        return False

    def at_work(self, sent: Sent, run: list[Unit]) -> bool:
        """As in "a Professor at the X": where someone works or studies is an organisation."""
        at = run[0].a - 1
        if self.word(sent, at) == "the":
            at -= 1
        if self.word(sent, at) not in ("at", "with", "for") or at < 1:
            return False
        role = self.word(sent, at - 1)
        return role in self._lexicon.roles or role.capitalize() in self._lexicon.roles

    def shouted(self, sent: Sent, unit: Unit) -> bool:
        """Whether the neighbours are all capitals too, so that capitals mean loudness."""
        near = (self.word(sent, unit.a - 1), self.word(sent, unit.b))
        return any(len(w) > 3 and w.isupper() and w.isalpha() for w in near)

    def looks_first(self, unit: Unit) -> bool:
        """Whether the unit is a common first name."""
        if unit.people or (unit.known and unit.b - unit.a > 1):
            return False
        word, known = unit.text, self._lexicon.first_names
        return (
            word in known
            or ("-" in word and word.split("-")[0] in known)
            or (not word.isascii() and _unaccented(word) in known)
        )

    def particle_name(self, run: list[Unit]) -> bool:
        """A particle or initial inside: "J. Doe", "Ludwig van Beethoven"; "X the Elder"."""
        if run[-1].text.startswith("the "):
            return True
        if any(u.known or u.people for u in run) or len(run) > 5:
            return False
        inner = [u.text for u in run[1:]]
        if any(u.small and u.text in ("of", "for", "on", "and", "&", "the", "in") for u in run):
            return False
        if any(u.small for u in run):
            return any(
                u.text in ("bin", "ibn", "van", "von", "al", "el", "ul", "ur", "der", "bint")
                for u in run
                if u.small
            )
        initial = [len(w) == 2 and w[1] == "." for w in (u.text for u in run)]
        if any(initial[:-1]) and not all(initial):
            return True
        return (
            any(w.startswith(("al-", "el-", "Al-", "El-", "ul-")) for w in inner)
            or run[-1].text in self._lexicon.after_name
        )

    def bare_person(self, sent: Sent, unit: Unit) -> float:
        """The confidence that a single capital is a person, by its verbs and belongings."""
        word, lexicon = unit.text, self._lexicon
        previous, following = self.word(sent, unit.a - 1), self.word(sent, unit.b)
        if following in lexicon.saying_verbs and previous not in ("the", "a", "an"):
            return 0.6
        if word in lexicon.first_names and word not in lexicon.weak_first_names:
            return 0.7
        free = unit.a not in sent.initial and previous not in _NOT_BEFORE_PERSONS
        if free and self.person_after(sent, unit.b):
            return 0.55
        owned = [following]
        if following == "'s":
            owned = [self.word(sent, unit.b + k) for k in (1, 2)]
        return 0.65 if any(w in self._cues.person_after for w in owned) else 0.0
