"""The language of a text: found where it is sure, and weighed against what the page states."""

from __future__ import annotations

import pytest

from kg_builder.articles import segment
from kg_builder.articles.languages import guess
from kg_builder.model import Article, Block, Document, Hints, MetaValue, Publication, Span

TEXTS = {
    "en": "The finance minister said on Monday the government would raise the tax on imported "
    "cars, a step that the opposition called reckless. The money is for railways and schools.",
    "de": "Der Finanzminister sagte am Montag, die Regierung werde die Autosteuer "
    "erhöhen; die Opposition nannte das leichtsinnig. Das Geld ist für Bahnen und Schulen gedacht.",
    "fr": "Le ministre des Finances a déclaré lundi que le gouvernement augmenterait la taxe des "
    "voitures importées, une mesure que l'opposition juge imprudente. L'argent ira aux écoles.",
    "es": "El ministro de Hacienda dijo el lunes que el gobierno subirá el impuesto a los coches "
    "importados, una medida que la oposición llamó temeraria. El dinero será para las escuelas.",
    "tr": "Maliye bakanı pazartesi günü hükümetin ithal otomobillerden alınan vergiyi artıracağını "
    "söyledi; muhalefet bunu düşüncesizce buldu. Para demiryolları ve okullar için harcanacak.",
    "ru": "Министр финансов заявил в понедельник, что правительство повысит налог на ввозимые "
    "автомобили; оппозиция назвала это безрассудством. Деньги пойдут на железные дороги и школы.",
    "ar": "قال وزير المالية يوم الاثنين إن الحكومة سترفع الضريبة على السيارات المستوردة، وهي خطوة "
    "وصفتها المعارضة بأنها متهورة. وستنفق الأموال على السكك الحديدية والمدارس في البلاد كلها.",
    "zh": "财政部长星期一说，政府将提高进口汽车的税，反对党说这一步太鲁莽。"
    "这笔钱将用来修建铁路和学校，新的税从明年一月开始征收，各省的代表下个星期将在首都讨论怎样分配这些钱。",
}
NAMES = (
    "Volodymyr Zelenskyy met Recep Tayyip Erdogan, Giorgia Meloni and Emmanuel Macron in Istanbul; "
    "Kassym-Jomart Tokayev, Shavkat Mirziyoyev and Sadyr Japarov joined them at Dolmabahce later."
)


def read(text: str, *metadata: MetaValue, hints: Hints | None = None) -> Article:
    blocks = (Block("paragraph", Span(0, len(text))),)
    document = Document("a.html", "text/html", "sha256:0", text, metadata, blocks)
    (article,) = segment(document, hints or Hints())
    return article


def records(article: Article) -> list[tuple[str, str, bool]]:
    return [(v.value, v.source, v.accepted) for v in article.metadata if v.property == "language"]


def lang(value: str) -> MetaValue:
    return MetaValue("language", value, "meta")


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_tells_its_language(name: str) -> None:
    article = read(TEXTS[name])
    assert article.language == name
    assert records(article) == [(name, "inferred", True)]
    assert article.metadata[-1].confidence >= 0.9
    assert article.foreign == (name != "en")
    assert "language" not in article.unknown


def test_many_foreign_names_do_not_make_a_text_foreign() -> None:
    article = read(NAMES)
    assert not article.foreign
    assert article.language in (None, "en")


@pytest.mark.parametrize("text", ["Blast hits mosque", "Kabul, Herat, Kunduz.", TEXTS["de"][:60]])
def test_a_short_text_tells_nothing(text: str) -> None:
    article = read(text)
    assert guess(text) is None
    assert (article.language, article.foreign) == (None, False)
    assert "language" not in article.unknown  # it was not looked for


def test_what_is_surely_foreign_may_be_of_unknown_language() -> None:
    croatian = (
        "Ministar financija rekao je u ponedjeljak da će vlada povećati poreze na uvezene "
        "automobile, što je oporba nazvala nepromišljenim."
    )
    article = read(croatian)
    assert (article.language, article.foreign) == (None, True)
    assert "language" in article.unknown


def test_the_page_is_believed_unless_the_text_rules_it_out() -> None:
    assert read(TEXTS["en"], lang("en-GB")).language == "en-GB"
    assert records(read(TEXTS["en"], lang("en-GB"))) == [("en-GB", "meta", True)]
    assert read(TEXTS["de"][:90], lang("en")).language == "en"  # too short to overrule
    assert read("Blast hits mosque", lang("fr")).foreign
    long = TEXTS["de"] + " " + TEXTS["de"].upper()
    article = read(long, lang("en"))
    assert (article.language, article.foreign) == ("de", True)
    assert records(article) == [("en", "meta", False), ("de", "inferred", True)]
    assert article.metadata[0].reason == "the text is in de"


def test_near_languages_contradict_nothing() -> None:
    norwegian = (
        "Finansministeren sa mandag at regjeringen vil øke skattene på importerte biler, et skritt "
        "som opposisjonen kalte uansvarlig. Pengene skal brukes til jernbaner og skoler over hele "
        "landet, og de nye reglene gjelder fra januar neste år."
    )
    assert read(norwegian, lang("nb")).language == "nb"


def test_a_sidecar_is_believed_and_the_text_recorded() -> None:
    long = TEXTS["de"] + " " + TEXTS["de"]
    article = read(long, hints=Hints(language="en"))
    assert (article.language, article.foreign) == ("en", False)
    assert records(article) == [("en", "sidecar", True), ("de", "inferred", False)]


def test_settings_of_a_publication_give_way_to_the_text() -> None:
    long = TEXTS["fr"] + " " + TEXTS["fr"]
    article = read(long, hints=Hints(Publication("Le Jour", language="en")))
    assert (article.language, article.foreign) == ("fr", True)
