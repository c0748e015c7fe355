"""SPARQL 1.1 Graph Store Protocol requests in, graphs out; reading only.

A graph is named by `?graph=IRI` or `?default` (indirect), or by the request's own address
(direct: see `DirectGraph`). Without a name, all of the store is sent as quads: the protocol
leaves that open, and a dump is what most people come for.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from kg_server import negotiate
from kg_server.delivery import deliver, failure, seconds
from kg_server.exchange import (
    WRITES,
    GoneError,
    Receive,
    RejectedError,
    Scope,
    Send,
    Wishes,
    form,
    one,
    send_body,
    send_error,
    send_options,
)
from kg_server.options import ServerOptions
from kg_server.workers import DEFAULT_GRAPH, WHOLE_DATASET, Job, QueryFailedError, WorkerPool

METHODS = "GET, HEAD, OPTIONS"
REFUSAL = "this graph store is read-only: graphs change by a build, never over HTTP"


class GraphStoreApp:
    """The graph store at one address, for graphs named by a parameter."""

    def __init__(self, pool: WorkerPool, options: ServerOptions) -> None:
        self._pool, self._options = pool, options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        await self.answer(scope, receive, send)

    async def answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        direct: str | None = None,
        wanted: str | None = None,
    ) -> None:
        """Answers a request; `direct` is the graph where the address is its IRI.

        `wanted` is the format where the address ends in one.
        """
        wishes = Wishes.of(scope)
        try:
            if wishes.method == "OPTIONS":
                await send_options(send, wishes, METHODS)
            else:
                await self._respond(scope, receive, send, wishes, (direct, wanted))
        except RejectedError as rejected:
            body = {"code": "request", "message": rejected.message}
            await send_error(send, wishes, rejected.status, body, rejected.headers)
        except QueryFailedError as failed:
            status, body, headers = failure(failed)
            await send_error(send, wishes, status, body, headers)
        except GoneError:
            return

    async def _respond(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        wishes: Wishes,
        address: tuple[str | None, str | None],
    ) -> None:
        allow = [(b"allow", METHODS.encode())]
        if wishes.method in WRITES:
            raise RejectedError(403, REFUSAL, allow)
        if wishes.method not in ("GET", "HEAD"):
            raise RejectedError(405, f"{wishes.method} is not a method of a graph store", allow)
        fields = form(scope["query_string"], "the address")
        graph = address[0] or _named(fields)
        page = graph not in (DEFAULT_GRAPH, WHOLE_DATASET)
        name = address[1] or _format(fields, wishes.accept, graph == WHOLE_DATASET, page)
        if name == "html":
            # A browser sees the same graph as a table, by a query.
            target = _table(graph, scope.get("root_path", ""))
            headers = [(b"location", target.encode()), (b"vary", b"Accept, Accept-Encoding")]
            await send_body(send, wishes, 303, headers)
            return
        job = Job(
            query="",
            result_format=None,
            graph_format=name,
            union=self._options.default_graph == "union",
            graph=graph,
            version=negotiate.version(wishes.accept),
        )
        timeout = seconds(fields, self._options)
        await deliver(self._pool, job, timeout, wishes, receive, send)


class DirectGraph(Response):
    """A response of the pages that hands a request for a graph's IRI to the graph store."""

    def __init__(self, store: GraphStoreApp, graph: str, wanted: str | None = None) -> None:
        super().__init__()
        self._store, self._graph, self._wanted = store, graph, wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request."""
        await self._store.answer(scope, receive, send, self._graph, self._wanted)


def _named(fields: list[tuple[str, str]]) -> str:
    """The graph that the parameters name; raises RejectedError."""
    graph, default = one(fields, "graph"), one(fields, "default")
    if graph is not None and default is not None:
        raise RejectedError(400, "give either 'graph' or 'default', not both")
    if default is not None:
        return DEFAULT_GRAPH
    if graph is None:
        return WHOLE_DATASET
    if ":" not in graph:
        raise RejectedError(400, f"the parameter 'graph' must be an absolute IRI, not {graph!r}")
    return graph


def _format(fields: list[tuple[str, str]], accept: str | None, dataset: bool, page: bool) -> str:
    """The format to send; raises RejectedError when none is accepted."""
    offers = negotiate.DATASETS if dataset else negotiate.GRAPHS
    wanted = one(fields, "format")
    if not wanted:
        found = negotiate.choose(accept, offers, pages=page)
    else:
        found = negotiate.by_name(wanted)[1]
        if found not in dict(offers).values() and not (page and found == "html"):
            found = None
    if found is None:
        what = "all graphs are" if dataset else "a graph is"
        raise RejectedError(406, f"{what} sent as one of: {negotiate.offered(offers)}")
    return found


def _table(graph: str, root: str) -> str:
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    return f"{root}/sparql?query={quote(query, safe='')}&format=html"
