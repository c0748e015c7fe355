"""Options and a source of snapshots in, a running server out."""

from __future__ import annotations

import asyncio
import errno
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from kg_builder.errors import CannotRunError, PortInUseError
from kg_server.documents import ADDRESSES, Documents
from kg_server.graphs import GraphStoreApp
from kg_server.options import ServerOptions
from kg_server.pages import Pages, install
from kg_server.reader import ReaderHolder
from kg_server.source import SnapshotSource
from kg_server.sparql import SparqlApp
from kg_server.workers import WorkerPool

__all__ = ["ServerOptions", "create_app", "serve"]


def create_app(options: ServerOptions, source: SnapshotSource) -> FastAPI:
    """The application; its workers start and end with its lifespan."""
    pool = WorkerPool(source, options)
    holder = ReaderHolder(source, options.poll)
    graphs = GraphStoreApp(pool, options)
    pages = Pages(holder, options, graphs)
    documents = Documents(holder, options)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await pool.start()
        try:
            await asyncio.to_thread(holder.open)
            yield
        finally:
            await pool.stop()
            holder.close()

    app = FastAPI(
        title="kg-builder", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.pool = pool

    routes: dict[str, ASGIApp] = {
        "/sparql": SparqlApp(pool, options, pages.workbench, documents.describe),
        "/graphs": graphs,
        **dict.fromkeys(ADDRESSES, documents),
    }
    for path, endpoint in routes.items():
        for address in (path, f"{path}/"):
            app.router.routes.append(Route(address, endpoint=endpoint, include_in_schema=False))

    @app.api_route("/health", methods=["GET", "HEAD"], include_in_schema=False)
    def health() -> Response:
        with holder.use() as reader:
            body = {
                "ok": len(pool.pids) > 0,
                "snapshot": reader.snapshot.name,
                "quads": reader.size(),
                "workers": len(pool.pids),
            }
        headers = {"Cache-Control": "no-store"}
        status = 200 if body["ok"] else 503
        return Response(json.dumps(body), status, headers, "application/json")

    install(app, pages, holder)
    return app


def listen(options: ServerOptions) -> socket.socket:
    """The bound socket of the server.

    Raises PortInUseError when the port is taken, CannotRunError when the address is no
    address of this machine or may not be used.
    """
    try:
        found = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        server = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotRunError(f"cannot listen on {options.host}: {error.strerror}") from error
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(256)
    except OSError as error:
        server.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"port {options.port} on {options.host} is taken by another program; "
                "end it or name another port with --port (0 takes a free one)"
            ) from error
        raise CannotRunError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}"
        ) from error
    return server


def serve(
    options: ServerOptions,
    source: SnapshotSource,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM; open answers are finished first, for 10 s at most.

    `ready` gets the server's address once it answers. Raises PortInUseError, and
    StoreMissingError when there is nothing to serve.
    """
    _, lease = source.acquire()  # fails here, with its own message, not inside uvicorn
    lease.release()
    with listen(options) as bound:
        host, port = bound.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        app = create_app(options, source)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            http="httptools",
            loop="asyncio",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        server = _Server(config, lambda: ready and ready(f"http://{shown}:{port}/"))
        asyncio.run(server.serve(sockets=[bound]))
        if not server.started:
            raise CannotRunError("the server could not start; the reason stands above")


class _Server(uvicorn.Server):
    """Tells when it answers, and takes a signal as the wish to stop, not as a failure."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stops gracefully; a second Ctrl-C at once. The signal is not raised again after."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then calls back."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()
