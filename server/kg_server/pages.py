"""Addresses of pages in, HTML or RDF out: the linked-data side of the server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, unquote, urlsplit

import jinja2
import pyoxigraph as ox
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from kg_builder import resources, vocab
from kg_builder.errors import KgBuilderError
from kg_server import describe, details, negotiate, ontology
from kg_server.exchange import WRITES, Headers, names_tag
from kg_server.graphs import METHODS, REFUSAL, DirectGraph, GraphStoreApp
from kg_server.options import ServerOptions
from kg_server.reader import Reader, ReaderHolder
from kg_server.sparql import Page

_Handler = TypeVar("_Handler", bound=Callable[..., Response])
_HERE: Final = Path(__file__).parent
_CSP: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY: Final = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_OFFERS: Final = (*negotiate.PAGES, *negotiate.GRAPHS[:6])
_KEPT: Final = frozenset(("etag", "vary", "cache-control", "access-control-allow-origin"))
_SUFFIXES: Final = {".ttl": "ttl", ".jsonld": "jsonld", ".nt": "nt", ".rdf": "rdf"}
_CARDS: Final = (
    ("Article", "Articles"),
    ("Teaser", "Teasers"),
    ("Publication", "Publications"),
    ("Event", "Events"),
    ("EventReport", "Event reports"),
    ("Claim", "Claims"),
    ("Person", "People"),
    ("Organization", "Organisations"),
    ("Group", "Groups"),
    ("Place", "Places"),
    ("Region", "Regions"),
    ("Facility", "Facilities"),
    ("Topic", "Topics"),
    ("Mention", "Mentions"),
    ("Sentence", "Sentences"),
    ("Document", "Documents"),
)
BROWSABLE: Final = frozenset(
    {"Article", "Teaser", "Publication", "Section", "Document", "Event"}
    | {"Person", "Organization", "Group", "Place", "Region", "Facility", "Topic"}
)

_GONE = vocab.OWL + "deprecated"
"""A tombstone of the history graph."""


def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["number"] = lambda value: f"{value:,}"
    # Lookups end at 10,000: a page says so instead of giving a wrong number.
    found.filters["capped"] = lambda value: "10,000+" if value >= 10_000 else f"{value:,}"
    found.filters["query"] = lambda value: quote(value, safe="")
    return found


class Pages:
    """Renders all pages from the snapshots of one holder."""

    def __init__(self, holder: ReaderHolder, options: ServerOptions, graphs: GraphStoreApp) -> None:
        self._holder, self._options, self._graphs = holder, options, graphs
        self._environment = _environment()

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page as a response with an ETag of its content."""
        body = self._environment.get_template(template).render(
            examples=resources.example_queries(), **context
        )
        headers = SECURITY | {"Vary": "Accept", "Cache-Control": "no-cache"}
        return _tagged(body.encode(), "text/html; charset=utf-8", headers, status)

    def workbench(self, context: dict[str, Any]) -> Page:
        """The workbench with a result or an error, for the endpoint's browser clients."""
        request = context.get("request")
        query = request.query if request else ""
        with self._holder.use() as reader:
            answer = context.get("answer")
            if answer and "rows" in answer:
                answer["rows"] = [[_shown(reader, cell) for cell in row] for row in answer["rows"]]
            body = self._environment.get_template("workbench.html").render(
                examples=resources.example_queries(),
                query=query,
                answer=answer,
                form=context.get("form"),
                error=context.get("error"),
                timeout=self._options.timeout,
                active="workbench",
            )
        headers: Headers = [(b"content-type", b"text/html; charset=utf-8")]
        headers += [(k.lower().encode(), v.encode()) for k, v in SECURITY.items()]
        return Page(body, headers)

    def start(self) -> Response:
        """The start page."""
        with self._holder.use() as reader:
            counts = reader.counts()
            cards = [
                (label, counts[name], f"/browse/{name}" if name in BROWSABLE else None)
                for name, label in _CARDS
            ]
            # An Article may be a Teaser too: the start page tells them apart.
            cards[0] = ("Articles", counts["Article"] - counts["Teaser"], "/browse/Article")
            newest = details.browse(reader, "Article", 1)["articles"][:5]
            return self.render(
                "start.html", cards=cards, newest=newest, base=reader.base, active="start"
            )

    def browse(self, name: str, page: int) -> Response:
        """All nodes of a class."""
        if name not in BROWSABLE:
            return self.missing(f"/browse/{name}")
        with self._holder.use() as reader:
            context = details.browse(reader, name, page)
            title = dict(_CARDS).get(name, f"{name}s")
            return self.render(
                context.pop("template"), title=title, path=f"/browse/{name}", active="", **context
            )

    def node(self, candidates: list[str], accept: str | None, page: int, shown: str) -> Response:
        """The page or the RDF of the first candidate that the store knows."""
        with self._holder.use() as reader:
            for candidate, wanted in _with_suffixes(candidates):
                response = self._one(reader, candidate, wanted, accept, page)
                if response is not None:
                    return response
        return self.missing(shown)

    def _one(
        self, reader: Reader, iri: str, wanted: str | None, accept: str | None, page: int
    ) -> Response | None:
        if _is_graph(reader, iri):
            # Streamed by a worker: a graph may be larger than a page should be.
            return DirectGraph(self._graphs, iri, wanted)
        moved = next(reader.quads(iri, vocab.DCTERMS + "isReplacedBy", limit=1), None)
        if moved is not None and not reader.classes(iri):
            target = reader.href(str(moved.object.value)) or "/"
            return Response(status_code=301, headers={"Location": target})
        if not details.known(reader, iri):
            return None
        if not reader.classes(iri) and next(reader.quads(iri, _GONE, limit=1), None):
            return self.gone(iri)
        form = wanted or negotiate.choose(accept, _OFFERS)
        if form is None:
            raise HTTPException(406, "this node is served as HTML, Turtle, JSON-LD, N-Triples")
        if form != "html":
            data = describe.serialize(describe.description(reader, iri), form, reader.base)
            headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
            return _tagged(data, negotiate.MEDIA_TYPES[form], headers)
        context = details.page_of(reader, iri, page)
        links = _data_links(reader, iri)
        path = reader.href(iri) if iri.startswith(reader.base) else None
        path = path or f"/resource?iri={quote(iri, safe='')}"
        return self.render(context.pop("template"), links=links, path=path, active="", **context)

    def terms(self, suffix: str, accept: str | None) -> Response:
        """The ontology as a page or as data."""
        name = _SUFFIXES.get(f".{suffix}")
        try:
            data = resources.ontology_file().read_bytes()
        except FileNotFoundError:
            return self.missing("/ontology")
        if suffix and name is None:
            return self.missing(f"/ontology.{suffix}")
        name = name or negotiate.choose(accept, _OFFERS) or "html"
        if name == "html":
            return self.render("ontology.html", active="ontology", **ontology.terms(data))
        if name != "ttl":
            triples = (quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE))
            data = describe.serialize(triples, name)
        headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
        return _tagged(data, negotiate.MEDIA_TYPES[name], headers)

    def gone(self, iri: str) -> Response:
        """The 410 page of what was in the graph once and was taken out."""
        detail = "It was in an earlier snapshot of this graph and has been taken out since."
        return self.render(
            "error.html", 410, title="Taken out", detail=detail, shown=iri, active=""
        )

    def missing(self, shown: str) -> Response:
        """The 404 page."""
        return self.render(
            "error.html", 404, title="Nothing here", detail=None, shown=shown, active=""
        )


def _with_suffixes(candidates: list[str]) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for iri in dict.fromkeys(candidates):
        found.append((iri, None))
        for suffix, name in _SUFFIXES.items():
            if iri.endswith(suffix):
                found.append((iri.removesuffix(suffix), name))
    return found


def _is_graph(reader: Reader, iri: str) -> bool:
    try:
        return iri.startswith(reader.base + "graph/") and reader.store.contains_named_graph(
            ox.NamedNode(iri)
        )
    except ValueError:
        return False


def _data_links(reader: Reader, iri: str) -> list[tuple[str, str]]:
    """Where the same node is found as data."""
    names = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"))
    href = reader.href(iri)
    if iri.startswith(reader.base) and href:
        return [(label, f"{href}.{name}") for label, name in names]
    return [(label, f"/resource?iri={quote(iri, safe='')}&format={name}") for label, name in names]


def _shown(reader: Reader, cell: list[Any] | None) -> dict[str, Any] | None:
    """A cell of a result as the table shows it."""
    if cell is None:
        return None
    kind, text, extra = cell
    if kind != "uri":
        plain = extra in (None, vocab.XSD + "string")
        return {"text": text, "href": None, "extra": None if plain else _short(extra)}
    href = reader.href(text)
    if href == text:  # not ours: the store may still know something of it
        href = f"/resource?iri={quote(text, safe='')}"
    return {"text": _short(text, reader.base), "href": href, "extra": None, "title": text}


def _short(iri: str, base: str | None = None) -> str:
    if base and iri.startswith(base):
        return iri[len(base) :]
    for prefix, namespace in vocab.PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _tagged(body: bytes, kind: str, headers: dict[str, str], status: int = 200) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return Response(body, status, headers | {"ETag": tag, "Content-Type": kind})


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _finish(request: Request, response: Response) -> Response:
    """304 instead of the body when the client has it already."""
    tag = response.headers.get("etag")
    known = request.headers.get("if-none-match")
    if tag and response.status_code == 200 and names_tag(known, tag):
        kept = {k: v for k, v in response.headers.items() if k in _KEPT}
        return Response(status_code=304, headers=kept)
    return response


def router(pages: Pages, holder: ReaderHolder) -> APIRouter:
    """The routes of the pages; the last one takes every path that is left."""
    routes = APIRouter()

    def route(path: str) -> Callable[[_Handler], _Handler]:
        return routes.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    @route("/")
    def start(request: Request) -> Response:
        return _finish(request, pages.start())

    @route("/workbench")
    def workbench(request: Request) -> Response:
        page = pages.workbench({"request": _Query(request.query_params.get("query", ""))})
        return Response(page.body, headers={k.decode(): v.decode() for k, v in page.headers})

    @route("/browse/{name}")
    def browse(request: Request, name: str) -> Response:
        return _finish(request, pages.browse(name, _page_number(request)))

    @route("/resource")
    def resource(request: Request) -> Response:
        iri = request.query_params.get("iri", "")
        wanted = request.query_params.get("format")
        accept = negotiate.MEDIA_TYPES.get(wanted or "", request.headers.get("accept", ""))
        accept = accept.split(";")[0] if wanted else accept
        return _finish(request, pages.node([iri], accept, _page_number(request), iri))

    @route("/ontology")
    @route("/ontology.{suffix}")
    def terms(request: Request, suffix: str = "") -> Response:
        return _finish(request, pages.terms(suffix, request.headers.get("accept")))

    @route("/{path:path}")
    def node(request: Request) -> Response:
        with holder.use() as reader:
            candidates = _candidates(request, reader.base)
        accept, page = request.headers.get("accept"), _page_number(request)
        return _finish(request, pages.node(candidates, accept, page, request.url.path))

    @routes.api_route("/{path:path}", methods=sorted(WRITES), include_in_schema=False)
    def write(request: Request) -> Response:
        with holder.use() as reader:
            graphs = reader.base + "graph/"
            direct = any(iri.startswith(graphs) for iri in _candidates(request, reader.base))
        headers = {"Allow": METHODS, "Access-Control-Allow-Origin": "*"}
        if not direct:
            raise HTTPException(405, "Method Not Allowed", headers)
        return Response(f"{REFUSAL}\n", 403, headers, "text/plain")

    @routes.api_route("/{path:path}", methods=["OPTIONS"], include_in_schema=False)
    def options() -> Response:
        headers = {"Allow": METHODS, "Access-Control-Allow-Origin": "*"}
        headers["Access-Control-Allow-Methods"] = METHODS
        headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
        return Response(status_code=204, headers=headers)

    return routes


def _candidates(request: Request, base: str) -> list[str]:
    """The IRIs that a path may stand for: as it was sent, and with its escapes undone."""
    raw = request.scope.get("raw_path", b"").decode("ascii", "replace").split("?")[0]
    found = []
    for prefix in sorted({"/id/", urlsplit(base).path or "/"}):
        if raw.startswith(prefix):
            rest = raw[len(prefix) :]
            found += [base + rest, base + unquote(rest)]
    return found


class _Query:
    """Stands for a request of the endpoint when the workbench is opened with a query."""

    def __init__(self, query: str) -> None:
        self.query = query


def install(app: FastAPI, pages: Pages, holder: ReaderHolder) -> None:
    """Adds static files, pages and the handlers of errors to the application."""
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.include_router(router(pages, holder))

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return pages.missing(request.url.path)
        response = pages.render(
            "error.html", error.status_code, title="No answer", detail=error.detail, active=""
        )
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(KgBuilderError)
    def on_own_error(_: Request, error: KgBuilderError) -> Response:
        return Response(f"{error}\n", 503, {"Retry-After": "5"}, "text/plain")
