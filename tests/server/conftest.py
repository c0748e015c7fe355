"""Fixtures: one server for the tests that only ask, and a store for those that do more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg_server.source import FolderSource
from tests.server.running import Running, make_store, running


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> FolderSource:
    return make_store(tmp_path_factory.mktemp("served") / "store")


@pytest.fixture(scope="session")
def server(source: FolderSource) -> Iterator[Running]:
    with running(source) as found:
        yield found
