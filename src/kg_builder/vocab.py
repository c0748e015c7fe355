"""IRIs of the ontology, and how data IRIs are minted; a pure function of content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final
from urllib.parse import quote

KG: Final = "https://w3id.org/kg-builder/ontology#"
EVENT_TYPES: Final = "https://w3id.org/kg-builder/event-types#"
AUTHORITY: Final = "https://w3id.org/kg-builder/authority/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
PROV: Final = "http://www.w3.org/ns/prov#"
DCTERMS: Final = "http://purl.org/dc/terms/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
SCHEMA: Final = "https://schema.org/"
GEO: Final = "http://www.opengis.net/ont/geosparql#"
VOID: Final = "http://rdfs.org/ns/void#"
SH: Final = "http://www.w3.org/ns/shacl#"

PREFIXES: Final[dict[str, str]] = {
    "kg": KG,
    "kget": EVENT_TYPES,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "owl": OWL,
    "skos": SKOS,
    "prov": PROV,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "schema": SCHEMA,
    "geo": GEO,
    "void": VOID,
    "sh": SH,
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "org": "http://www.w3.org/ns/org#",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "oa": "http://www.w3.org/ns/oa#",
    "wd": "http://www.wikidata.org/entity/",
}

CLASSES: Final = frozenset(
    """Document Article Teaser Publication Section Person Organization Group Place Region
    Facility Topic EventReport Event Participation Mention Sentence Claim
    MetadataValue""".split()
)
"""Local names of the ontology's classes; a test holds that ontology and shapes agree."""

PROPERTIES: Final = frozenset(
    """sourceName mediaType contentHash textHash textExtractor
    headline snippet caption section author publication datePublished publishedAt modifiedAt
    canonicalUrl relativeTime language inDocument mentions reportsEvent duplicateOf about
    metadataSource property value source unknown accepted
    inArticle start end exact evidence confidence extractedBy refersTo sentenceRole
    acronym demonym orgType placeType iso3166 m49 containedIn linkConfidence mergeReason
    homepage country
    reportOf eventType place date dateText earliest latest dateSource participation agent role
    killedMin killedMax killedApprox injuredMin injuredMax injuredApprox factuality actor
    validFrom validUntil past
    memberOf leaderOf founderOf headOf affiliatedWith locatedIn partOf alliedWith adversaryOf
    pledgedAllegianceTo
    sameEntityAs differentEntityFrom""".split()
)
"""Local names of the ontology's properties; the last two stand in users' decisions alone."""

SUPERCLASSES: Final[dict[str, tuple[str, ...]]] = {
    "Teaser": ("Article",),
    "Region": ("Place",),
    "Facility": ("Place",),
}
"""Written out in the data, since neither SPARQL nor the gate infers."""

CLAIM_PREDICATES: Final = (
    "memberOf",
    "leaderOf",
    "founderOf",
    "headOf",
    "affiliatedWith",
    "locatedIn",
    "partOf",
    "alliedWith",
    "adversaryOf",
    "pledgedAllegianceTo",
)

GRAPHS: Final = ("entities", "events", "provenance", "ontology", "void", "history")
"""Names of the graphs beside the articles' own; `history` is left out of exports."""

DEFAULT_BASE: Final = "http://127.0.0.1:8000/id/"


def kg(name: str) -> str:
    """The IRI of a term of the ontology; raises KeyError for a name it does not have."""
    if name not in CLASSES and name not in PROPERTIES:
        raise KeyError(f"the ontology has no term kg:{name}")
    return KG + name


_FOLD = str.maketrans(
    dict(zip("łŁøØđĐıðÐ", "lLoOdDidD", strict=True))
    | {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}
)
"""Letters that Unicode does not decompose into an ASCII letter and marks."""


def slug(text: str, limit: int = 60) -> str:
    """A readable ASCII IRI segment: lower case, hyphens, at most `limit` characters.

    A text with no letter or digit that folds to ASCII gives "x-" and a hash of the text.
    """
    folded = unicodedata.normalize("NFKD", text.translate(_FOLD))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    plain = re.sub(r"[’'`´ʻʿʾ]", "", plain)
    plain = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()
    if not plain:
        return "x-" + short_hash(text)
    if len(plain) > limit:
        cut = plain[:limit].rsplit("-", 1)[0]
        plain = cut or plain[:limit]
    return plain


def short_hash(*parts: str, length: int = 10) -> str:
    """Hexadecimal SHA-256 of the parts, NUL-separated, cut to `length` digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:length]


def article_key(headline: str | None, url: str | None, publication: str | None, body: str) -> str:
    """`{slug}-{hash of canonical URL, else of publication, title and body}`."""
    digest = short_hash(url) if url else short_hash(publication or "", headline or "", body)
    return f"{slug(headline or 'untitled')}-{digest}"


class Minter:
    """Mints all IRIs of one graph under its base IRI (which ends with `/` or `#`)."""

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        self.base = base

    def article(self, key: str) -> str:
        """IRI of an article by its key."""
        return f"{self.base}article/{key}"

    def document(self, source_name: str, content_hash: str) -> str:
        """IRI of a document by its name and the hash of its bytes."""
        name = slug(source_name.rsplit("/", 1)[-1])
        return f"{self.base}document/{name}-{short_hash(source_name, content_hash)}"

    def graph(self, name: str) -> str:
        """IRI of one of the graphs beside the articles' own."""
        return f"{self.base}graph/{name}"

    def article_graph(self, key: str) -> str:
        """IRI of an article's named graph."""
        return f"{self.base}graph/article/{key}"

    def sentence(self, key: str, start: int, end: int) -> str:
        """IRI of a sentence."""
        return f"{self.article(key)}#sentence={start},{end}"

    def mention(self, key: str, start: int, end: int) -> str:
        """IRI of a mention."""
        return f"{self.article(key)}#mention={start},{end}"

    def report(self, key: str, start: int, end: int, event_type: str) -> str:
        """IRI of an event report; `start` and `end` are the trigger's."""
        return f"{self.article(key)}#event={start},{end}-{event_type}"

    def participation(self, event: str, role: str, entity_key: str) -> str:
        """IRI of a participation in the report or event with the IRI `event`."""
        return f"{event}/role/{role}/{entity_key.removeprefix('entity/')}"

    def claim(self, key: str, subject: str, predicate: str, obj: str, sentence: str) -> str:
        """IRI of a claim."""
        return f"{self.article(key)}#claim={short_hash(subject, predicate, obj, sentence)}"

    def metadata(self, key: str, name: str, number: int) -> str:
        """IRI of the node that tells where a metadata value came from."""
        return f"{self.article(key)}#metadata={name},{number}"

    def local(self, key: str) -> str:
        """IRI of an entity or event by its key (`entity/…`, `event/…`, `publication/…`)."""
        return self.base + quote(key, safe="/-._~,=")

    def agent(self, name: str, version: str) -> str:
        """IRI of a software agent."""
        return f"{self.base}agent/{slug(name)}-{slug(version)}"


def publication_key(name: str) -> str:
    """Key of a publication."""
    return f"publication/{slug(name)}"


def section_key(publication: str | None, document: str, label: str) -> str:
    """Key of a section: of its publication, or of the page where the outlet is unknown."""
    owner = slug(publication) if publication else f"unknown-{short_hash(document)}"
    return f"section/{owner}/{slug(label)}"
