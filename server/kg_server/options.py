"""Limits and addresses of the server, as one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server listens and what a query may cost.

    `timeout` and `max_timeout` are seconds (`max_timeout` bounds the request's own `timeout`
    parameter); `memory` is what a worker may
    take beyond an idle one, `max_body` and `first_part` too are bytes;
    `queue` is how many queries may wait for a worker before the next one gets a 503;
    `page_rows` bounds the rows of a result that is shown as a page; `poll` is the seconds
    between two looks for a new snapshot.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    timeout: float = 30.0
    max_timeout: float = 120.0
    memory: int = 2 * 1024**3
    queue: int = 32
    default_graph: Literal["union", "empty"] = "union"
    max_body: int = 1024**2
    first_part: int = 1024**2
    page_rows: int = 500
    poll: float = 0.5
