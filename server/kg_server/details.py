"""An IRI in, everything that its page shows out: one function for each kind of page."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from kg_builder import vocab
from kg_server.facts import (
    anchor,
    article_row,
    claim_facts,
    day,
    event_facts,
    kg,
    link,
    links,
    local_name,
    marked,
    quote_of,
    span_of,
)
from kg_server.reader import LABEL, TYPE, Reader, Values, graph_of, plain, text, texts

PAGE_SIZE: Final = 20
_QUOTES: Final = 3
_LIST: Final = 200


def article(reader: Reader, iri: str, _page: int) -> dict[str, Any]:
    """An article: metadata and where it came from, its text with mentions, events, claims."""
    name = next((graph_of(q) for q in reader.quads(iri, TYPE)), None)
    graph = reader.graph(name) if name else {iri: reader.node(iri)}
    values = graph.get(iri, {})
    mentions = _spans(reader, graph, "Mention")
    triggers = _spans(reader, graph, "EventReport")
    events = [
        event_facts(reader, node, graph[node])
        | {"anchor": anchor(node), "quote": quote_of(reader, graph[node], name)}
        | {"event": next(iter(links(reader, graph[node], kg("reportOf"))), None)}
        for node in _typed(graph, "EventReport")
    ]
    claims = [
        facts | {"anchor": anchor(node)}
        for node in _typed(graph, "Claim")
        if (facts := claim_facts(reader, graph[node], name))
    ]
    document = next(iter(links(reader, values, kg("inDocument"))), None)
    blocks = _blocks(graph, mentions, triggers)
    title = _title(blocks, text(values, kg("headline")))
    return article_row(reader, iri) | {
        "template": "article.html",
        "section": next(iter(links(reader, values, kg("section"))), None),
        "url": next(iter(_hrefs(values, "canonicalUrl")), None),
        "language": text(values, kg("language")),
        "published_at": text(values, kg("publishedAt")),
        "modified": day(text(values, kg("modifiedAt"))),
        "relative_time": text(values, kg("relativeTime")),
        "captions": texts(values, kg("caption")),
        "document": document,
        "duplicate_of": links(reader, values, kg("duplicateOf")),
        "about": links(reader, values, kg("about")),
        "mentioned": _mentioned(reader, values),
        "unknown": [local_name(t) for t in texts(values, kg("unknown"))],
        "metadata": _metadata(graph),
        "blocks": blocks,
        "title": title,
        "events": sorted(events, key=lambda e: (e["sort"], e["iri"])),
        "claims": claims,
        "sources": {m["property"]: m["source"] for m in _metadata(graph) if m["accepted"]},
    }


def _typed(graph: dict[str, Values], name: str) -> list[str]:
    wanted = kg(name)
    return sorted(n for n, v in graph.items() if any(t.value == wanted for t in v.get(TYPE, ())))


def _hrefs(values: Values, name: str) -> list[dict[str, Any]]:
    return [
        {"text": value, "href": value if value.startswith(("http://", "https://")) else None}
        for value in texts(values, kg(name))
    ]


def _spans(reader: Reader, graph: dict[str, Values], name: str) -> list[dict[str, Any]]:
    found = []
    for node in _typed(graph, name):
        span = span_of(graph[node])
        if span is None:
            continue
        target = next(iter(links(reader, graph[node], kg("refersTo"))), None)
        trigger = name == "EventReport"
        found.append(
            span
            | {"link": target, "trigger": trigger, "anchor": anchor(node)}
            | {"title": text(graph[node], LABEL) if trigger else None}
        )
    return found


def _mentioned(reader: Reader, values: Values) -> list[tuple[str, list[Any]]]:
    found = sorted(links(reader, values, kg("mentions")), key=lambda item: (item.kind, item.name))
    return [(kind or "other", list(items)) for kind, items in groupby(found, lambda i: i.kind)]


def _metadata(graph: dict[str, Values]) -> list[dict[str, Any]]:
    rows = []
    for node in _typed(graph, "MetadataValue"):
        values = graph[node]
        rows.append(
            {
                "property": local_name(text(values, kg("property")) or ""),
                "value": text(values, kg("value")),
                "source": text(values, kg("source")),
                "confidence": text(values, kg("confidence")),
                "accepted": text(values, kg("accepted")) != "false",
                "exact": text(values, kg("exact")),
                "anchor": anchor(node),
            }
        )
    return sorted(rows, key=lambda r: (r["property"], not r["accepted"], r["anchor"]))


def _blocks(
    graph: dict[str, Values], mentions: list[dict[str, Any]], triggers: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The sentences in order, by paragraph and role, each cut into marked pieces."""
    sentences = []
    for node in _typed(graph, "Sentence"):
        if span := span_of(graph[node]):
            role = text(graph[node], kg("sentenceRole")) or "body"
            sentences.append(span | {"role": role, "anchor": anchor(node)})
    sentences.sort(key=lambda s: (s["start"], s["end"]))
    # Mentions first: a trigger inside a name must not hide the name.
    spans = mentions + [t for t in triggers if not any(_overlap(t, m) for m in mentions)]
    for sentence in sentences:
        low, high = sentence["start"], sentence["end"]
        inside = [s for s in spans if low <= s["start"] and s["end"] <= high]
        sentence["pieces"] = marked(sentence["exact"], low, inside)
    blocks: list[dict[str, Any]] = []
    for sentence in sentences:
        # More than a space between two sentences: a new paragraph.
        last = blocks[-1]["sentences"][-1] if blocks else None
        if last and last["role"] == sentence["role"] and sentence["start"] - last["end"] < 2:
            blocks[-1]["sentences"].append(sentence)
        else:
            blocks.append({"role": sentence["role"], "sentences": [sentence]})
    return blocks


def _title(blocks: list[dict[str, Any]], headline: str | None) -> dict[str, Any] | None:
    """Takes the sentence that is the headline out of the text: it stands above it."""
    for block in blocks:
        for sentence in block["sentences"]:
            if block["role"] == "headline" and sentence["exact"] == headline:
                block["sentences"].remove(sentence)
                blocks[:] = [kept for kept in blocks if kept["sentences"]]
                return dict(sentence)
    return None


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def entity(reader: Reader, iri: str, page: int) -> dict[str, Any]:
    """An entity: names, facts, what contains it, where it is named, its events and claims."""
    values = reader.node(iri)
    geometry = [
        text(reader.node(term.value), vocab.GEO + "asWKT")
        for term in values.get(vocab.GEO + "hasGeometry", ())
    ]
    about = set(reader.subjects(kg("about"), iri))
    named = {plain(q.subject): graph_of(q) for q in reader.quads(None, kg("mentions"), iri)}
    listed = sorted(about | named.keys())
    inside = reader.subjects(kg("containedIn"), iri, _LIST)
    return {
        "template": "entity.html",
        **_names(reader, iri, values),
        "facts": [
            (label, texts(values, kg(name)))
            for label, name in (
                ("Kind of place", "placeType"),
                ("Kind of organisation", "orgType"),
                ("ISO 3166", "iso3166"),
                ("UN M49", "m49"),
            )
            if values.get(kg(name))
        ],
        "wkt": [wkt for wkt in geometry if wkt],
        "matches": links(reader, values, vocab.SKOS + "exactMatch")
        + links(reader, values, vocab.OWL + "sameAs"),
        "within": _within(reader, iri),
        "contains": _by_name(reader, inside),
        "merge_reasons": texts(values, kg("mergeReason")),
        "events": _events_with(reader, iri, inside),
        "claims": _claims_with(reader, iri),
        "deeper": _about_inside(reader, inside, set(listed)),
        **_articles(reader, listed, page, lambda a: _quotes(reader, iri, a, named, about)),
    }


def _names(reader: Reader, iri: str, values: Values) -> dict[str, Any]:
    classes = reader.classes(iri)
    label = reader.label(iri)
    alt = [name for name in texts(values, vocab.SKOS + "altLabel") if name != label]
    return {
        "iri": iri,
        "label": label,
        "link": link(reader, iri),
        "classes": classes,
        "aliases": alt,
        "acronyms": texts(values, kg("acronym")),
    }


def _within(reader: Reader, iri: str) -> list[Any]:
    """The containing places, nearest first; a place in two regions shows both chains' nodes."""
    chain: list[Any] = []
    seen, level = {iri}, [iri]
    while level and len(chain) < 12:
        above = [
            plain(quad.object)
            for place in level
            for quad in reader.quads(place, kg("containedIn"), limit=10)
        ]
        level = sorted({place for place in above if place not in seen})
        seen.update(level)
        chain.extend(link(reader, place) for place in level)
    return chain


def _about_inside(reader: Reader, inside: list[str], known: set[str]) -> dict[str, Any]:
    """The newest articles about a place inside, at any depth, that are not listed already."""
    seen, level = set(inside), inside
    while level and len(seen) < 2000:
        below = {p for place in level for p in reader.subjects(kg("containedIn"), place, _LIST)}
        level = sorted(below - seen)
        seen |= below
    articles = {a for place in sorted(seen) for a in reader.subjects(kg("about"), place, 1000)}
    return _articles(reader, sorted(articles - known), 1)


def _by_name(reader: Reader, iris: list[str]) -> list[Any]:
    return sorted((link(reader, iri) for iri in iris), key=lambda item: (item.name, item.iri))


def _articles(reader: Reader, iris: list[str], page: int, extra: Any = None) -> dict[str, Any]:
    """One page of a list of articles, newest first."""
    iris = sorted(sorted(iris), key=reader.date, reverse=True)
    pages = max(1, -(-len(iris) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = iris[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    rows = [article_row(reader, i) | (extra(i) if extra else {}) for i in shown]
    return {"articles": rows, "article_count": len(iris), "page": page, "pages": pages}


def _quotes(
    reader: Reader, iri: str, article: str, named: dict[str, str | None], about: set[str]
) -> dict[str, Any]:
    """The sentences of an article that name an entity, each with its names marked."""
    sentences: dict[str, dict[str, Any]] = {}
    found = 0
    graph = named.get(article)
    for quad in reader.quads(None, kg("refersTo"), iri, graph) if article in named else ():
        values = reader.node(plain(quad.subject), graph)
        if article not in texts(values, kg("inArticle")):
            continue
        quote, span = quote_of(reader, values, graph), span_of(values)
        if quote and span:
            found += 1
            entry = sentences.setdefault(quote["iri"], quote | {"spans": []})
            entry["spans"].append(span | {"link": None, "trigger": False, "anchor": ""})
    ordered = sorted(sentences.values(), key=lambda s: s["start"])
    for sentence in ordered[:_QUOTES]:
        sentence["pieces"] = marked(sentence["exact"], sentence["start"], sentence["spans"])
    more = max(0, len(ordered) - _QUOTES)
    return {
        "quotes": ordered[:_QUOTES],
        "more_quotes": more,
        "times": found,
        "is_about": article in about,
    }


def _events_with(reader: Reader, iri: str, inside: list[str]) -> list[dict[str, Any]]:
    """Events that a node takes part in, or that happened in it or in a place right inside it."""
    graph = reader.base + "graph/events"
    patterns = [("place", place) for place in (iri, *inside)] + [("actor", iri)]
    found = {
        plain(quad.subject)
        for predicate, value in patterns
        for quad in reader.quads(None, kg(predicate), value, graph, _LIST)
    }
    for quad in reader.quads(None, kg("agent"), iri, graph, _LIST):
        found.update(reader.subjects(kg("participation"), plain(quad.subject), 5))
    events = [e for e in sorted(found) if "Event" in reader.classes(e)]
    facts = [event_facts(reader, event, reader.node(event)) for event in events[:_LIST]]
    return sorted(facts, key=lambda e: (e["sort"], e["iri"]))


def _claims_with(reader: Reader, iri: str) -> list[dict[str, Any]]:
    found = {
        (plain(quad.subject), graph_of(quad))
        for end in ("subject", "object")
        for quad in reader.quads(None, vocab.RDF + end, iri, None, _LIST)
    }
    claims = [claim_facts(reader, reader.node(n, g), g) for n, g in sorted(found, key=str)]
    return [claim for claim in claims if claim]


def event(reader: Reader, iri: str, page: int) -> dict[str, Any]:
    """An event: merged values, why they were merged, and every report with its quote."""
    values = reader.node(iri)
    reports = []
    for quad in reader.quads(None, kg("reportOf"), iri, None, _LIST):
        graph = graph_of(quad)
        report = reader.node(plain(quad.subject), graph)
        where = next(iter(texts(report, kg("inArticle"))), None)
        if where is None:
            continue
        span = span_of(report)
        quote = quote_of(reader, report, graph)
        if quote:
            trigger = {"link": None, "trigger": True, "anchor": "", "title": None}
            spans = [span | trigger] if span else []
            quote["pieces"] = marked(quote["exact"], quote["start"], spans)
        reports.append(
            event_facts(reader, plain(quad.subject), report)
            | {"article": article_row(reader, where), "quote": quote}
        )
    reports.sort(key=lambda r: (r["article"]["date"] or "9999", r["iri"]))
    named = {plain(q.subject): graph_of(q) for q in reader.quads(None, kg("mentions"), iri)}
    return {
        "template": "event.html",
        **_names(reader, iri, values),
        **event_facts(reader, iri, values),
        "label": reader.label(iri),
        "merge_reasons": texts(values, kg("mergeReason")),
        "reports": reports,
        **_articles(reader, sorted(named), page, lambda a: _quotes(reader, iri, a, named, set())),
    }


def listing(reader: Reader, iri: str, page: int) -> dict[str, Any]:
    """A publication, section or document: what is known of it, and its articles."""
    values = reader.node(iri)
    classes = reader.classes(iri)
    predicate = {"Publication": "publication", "Section": "section", "Document": "inDocument"}
    name = next(predicate[c] for c in classes if c in predicate)
    sections = (
        [s for s in reader.subjects(kg("publication"), iri) if "Section" in reader.classes(s)]
        if name == "publication"
        else []
    )
    articles = [a for a in reader.subjects(kg(name), iri) if a not in sections]
    return {
        "template": "listing.html",
        **_names(reader, iri, values),
        "facts": [
            (label, texts(values, kg(fact)))
            for label, fact in (
                ("Language", "language"),
                ("Country", "country"),
                ("Media type", "mediaType"),
                ("Hash of the content", "contentHash"),
                ("Hash of the text", "textHash"),
            )
            if values.get(kg(fact))
        ],
        "homepage": _hrefs(values, "homepage"),
        "publication": links(reader, values, kg("publication")),
        "sections": _by_name(reader, sections[:_LIST]),
        **_articles(reader, articles, page),
    }


def resource(reader: Reader, iri: str, _page: int) -> dict[str, Any]:
    """Any other node: its statements, and those that point to it."""
    out = [
        (_term(reader, quad.predicate), _term(reader, quad.object))
        for quad in reader.quads(iri, limit=_LIST)
    ]
    incoming = [
        (_term(reader, quad.subject), _term(reader, quad.predicate))
        for quad in reader.quads(value=iri, limit=_LIST)
    ]
    return {
        "template": "resource.html",
        **_names(reader, iri, reader.node(iri)),
        "statements": _unique(out),
        "incoming": _unique(incoming),
        "limit": _LIST,
    }


def _unique(pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return sorted(dict.fromkeys(pairs), key=lambda p: (p[0][0], p[1][0]))


def _term(reader: Reader, term: Any) -> tuple[str, str | None]:
    """A term as text and, for an IRI that has a place to go to, where it leads."""
    if type(term).__name__ != "NamedNode":
        return str(getattr(term, "value", term)), None
    iri = term.value
    for prefix, namespace in vocab.PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}", reader.href(iri)
    return reader.label(iri) if iri.startswith(reader.base) else iri, reader.href(iri)


def browse(reader: Reader, name: str, page: int) -> dict[str, Any]:
    """One page of all nodes of a class, by IRI (which starts with the name)."""
    size = 100
    found = reader.instances(name)
    if name == "Article":
        teasers = set(reader.instances("Teaser"))
        found = [iri for iri in found if iri not in teasers]
    if name in ("Article", "Teaser"):
        return {"template": "browse.html", "class": name} | _articles(reader, found, page)
    pages = max(1, -(-len(found) // size))
    page = min(max(page, 1), pages)
    shown = [link(reader, iri) for iri in found[(page - 1) * size : page * size]]
    return {
        "template": "browse.html",
        "class": name,
        "items": shown,
        "count": len(found),
        "page": page,
        "pages": pages,
    }


_KINDS: Final = (
    ("Article", article),
    ("Event", event),
    ("Publication", listing),
    ("Section", listing),
    ("Document", listing),
    ("Person", entity),
    ("Organization", entity),
    ("Group", entity),
    ("Place", entity),
    ("Topic", entity),
)


def known(reader: Reader, iri: str) -> bool:
    """Whether the store says anything of an IRI, or points to it."""
    found = next(reader.quads(iri, limit=1), None) or next(reader.quads(value=iri, limit=1), None)
    return found is not None


def page_of(reader: Reader, iri: str, page: int) -> dict[str, Any]:
    """What the page of a node shows, with the name of its template."""
    classes = reader.classes(iri)
    for name, function in _KINDS:
        if name in classes:
            return function(reader, iri, page)
    return resource(reader, iri, page)
