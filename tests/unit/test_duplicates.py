"""Which articles are found to repeat others, and which of a group is the original."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.articles import segment
from kg_builder.articles.duplicates import Copy, Sketch, alike, originals, sketch, sketch_of
from kg_builder.model import Document, Hints, MetaValue

STORY = (
    "The river Oder rose by four metres on Friday night and flooded the old town of Westmark. "
    "Mayor Ann Berg said that 1,200 people had left their homes and that three were missing. "
    "Soldiers from Norland came with boats and brought old people from the upper floors of the "
    "hospital. The prime minister, Jon Falk, flew over the valley on Saturday and promised help. "
    "Farmers in Eastmark said that the harvest was lost and that no one had warned them in time. "
    "The weather service expects more rain until Tuesday, above all in the hills near Galen. "
    "Schools in the region stay closed. The railway to Carsten will not run before Thursday."
)
OTHER = (
    "The parliament in Borovia passed the budget after a debate of eleven hours. Finance minister "
    "Mina Park won 61 of 120 votes. The opposition called it a gift to the banks of Selby and "
    "walked out before the last reading. Taxes on fuel rise in January, those on bread fall. A "
    "union of teachers said that it would strike in Tarvis and Ulster, as their pay stays as it "
    "was. The central bank under Al Roe had asked for a smaller deficit. Markets hardly moved."
)
FORM = (
    "A man was arrested on {0} night in {1} after police officers found {2} grams of drugs in his "
    "car, the sheriff said. Mister {3} was stopped on {4} Road because a light of his car was "
    "broken. He was taken to the county jail and is held in lieu of {5} dollars. He will appear "
    "before Judge {6} on {7}. Anyone with information is asked to call the office of the sheriff "
    "at {8}. The investigation goes on, a spokesman said."
)


def copy(key: str, body: str, when: str = "", *, headline: str = "", teaser: bool = False) -> Copy:
    return Copy(key, teaser, sketch_of(headline or key, body, when))


def halves(text: str) -> list[str]:
    return text.split(". ")


EDITS = {
    "same": STORY,
    "case and quotes": STORY.upper().replace(",", " —"),
    "byline": f"By Jane Doe, Staff Writer. {STORY} Jane Doe reported from Westmark.",
    "cut": ". ".join(halves(STORY)[:5]),
    "inserted": STORY.replace("Schools in", "No one had seen such a flood in years. Schools in"),
    "boilerplate": f"{STORY} Sign up for our newsletter. Copyright 2021. All rights reserved.",
    "typos": STORY.replace("people", "poeple").replace("harvest", "havrest"),
    "later count": STORY.replace("three were missing", "five were missing").replace(
        "1,200", "1,450"
    ),
    "order": ". ".join(halves(STORY)[4:] + halves(STORY)[:4]),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_copy_is_found(name: str) -> None:
    found = originals([copy("b", EDITS[name]), copy("a", STORY, "2021-10-09"), copy("c", OTHER)])
    assert found == {"b": "a"}


DIFFERENT = {
    "another story": OTHER,
    "quotes of it": OTHER + " " + ". ".join(halves(STORY)[:2]),
    "a short part": ". ".join(halves(STORY)[:2]),
    "same words, other names and numbers": STORY.replace("Oder", "Elbe")
    .replace("Westmark", "Delmar").replace("Ann Berg", "Ida Lund").replace("1,200", "900")
    .replace("Norland", "Suderland").replace("Jon Falk", "Per Voss").replace("Eastmark", "Quarn")
    .replace("Galen", "Kessel").replace("Carsten", "Rowan").replace("Friday", "Sunday")
    .replace("Saturday", "Monday").replace("Tuesday", "Wednesday").replace("Thursday", "Friday"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_only_looks_alike_is_no_copy(name: str) -> None:
    assert originals([copy("a", STORY), copy("b", DIFFERENT[name])]) == {}


def test_forms_filled_in_anew_are_no_copies() -> None:
    one = FORM.format("Friday", "Selby", 40, "Roe", "Mill", 5000, "Park", "Monday", "555-1234")
    two = FORM.format("Sunday", "Galen", 12, "Voss", "Hill", 900, "Lund", "Tuesday", "555-9876")
    assert originals([copy("a", one), copy("b", two)]) == {}
    assert originals([copy("a", one), copy("b", one.replace("said", "told us"))]) == {"b": "a"}


def test_the_earliest_is_the_original_and_a_stated_date_comes_first() -> None:
    undated, late = copy("a", STORY), copy("b", STORY, "2021-10-10")
    early = copy("c", STORY, "2021-10-09T22:00:00Z")
    assert originals([undated, late, early]) == {"a": "c", "b": "c"}
    assert originals([undated, copy("d", STORY)]) == {"d": "a"}


def test_a_teaser_is_never_the_original_of_an_article() -> None:
    teaser = copy("a", STORY, "2020-01-01", teaser=True)
    assert originals([teaser, copy("b", STORY)]) == {"a": "b"}


def test_short_texts_are_copies_only_when_equal_with_their_headline() -> None:
    snippet = "The first trucks left for Kunduz this morning with food for ten thousand people."
    one, two = copy("a", snippet, headline="Aid leaves"), copy("b", snippet, headline="AID LEAVES")
    assert originals([one, two]) == {"b": "a"}
    assert originals([one, copy("c", snippet, headline="Trucks on the road")]) == {}
    assert originals([one, copy("d", snippet + " Slowly.", headline="Aid leaves")]) == {}
    assert (
        originals([copy("e", "Read more", headline="x"), copy("f", "Read more", headline="x")])
        == {}
    )
    assert originals([copy("g", "", headline=STORY), copy("h", "", headline=STORY)]) == {}


def test_an_original_repeats_nothing_and_was_compared_with_each_copy() -> None:
    parts = halves(STORY + " " + OTHER + " " + FORM)
    chain = [copy(f"k{n}", ". ".join(parts[n : n + 9])) for n in range(12)]
    found = originals(chain)
    sketches = {c.key: c.sketch for c in chain}
    assert found
    for key, original in found.items():
        assert original not in found
        assert alike(sketches[key], sketches[original])


def test_a_crowd_of_near_copies_has_one_original() -> None:
    crowd = [copy(f"k{n:03}", f"{STORY} Page {n} of the archive.") for n in range(200)]
    assert originals(crowd) == {f"k{n:03}": "k000" for n in range(1, 200)}


def test_texts_without_spaces_or_capitals_are_compared() -> None:
    chinese = (
        "财政部长周一表示，政府将提高进口汽车的税收，反对党称此举鲁莽。"
        "他说新税将从明年一月开始征收，用于修建铁路和学校。"
    )
    other = (
        "气象局预计山区星期二以前还会下雨。"
        "河水在星期五夜里上涨了四米，淹没了老城。士兵们用小船把老人从医院的楼上接了出来。"
    )
    assert originals([copy("a", chinese), copy("b", chinese + "报道完。"), copy("c", other)]) == {
        "b": "a"
    }


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_articles_plays_no_part(rng: random.Random) -> None:
    all_of = [copy(f"k{n}", body, f"2021-10-{n + 1:02}" if n % 2 else "")
              for n, body in enumerate([*EDITS.values(), *DIFFERENT.values()])]  # fmt: skip
    mixed = list(all_of)
    rng.shuffle(mixed)
    assert originals(mixed) == originals(all_of)


def test_a_sketch_is_of_the_body_with_the_stated_moment_in_utc() -> None:
    stamp = MetaValue("datePublished", "2021-10-09T01:30:00+02:00", "json-ld")
    document = Document("a.txt", "text/plain", "sha256:0", f"Flood\n\n{STORY}", (stamp,))
    (article,) = segment(document, Hints())
    made = sketch(article, document.text)
    assert made == sketch_of("Flood", STORY, "2021-10-08T23:30:00Z")
    assert msgspec.json.decode(msgspec.json.encode(made), type=Sketch) == made
    assert len(msgspec.json.encode(made)) < 900


def test_signatures_are_what_they_were() -> None:
    """A store keeps them: were they to change without the code, copies would go unseen."""
    assert sketch_of("x", STORY).signature[:8].hex() == SIGNATURE


SIGNATURE = "2cbf57508d2982e8"
