"""What keeps a server from starting is said before it starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder.errors import (
    CannotRunError,
    InputError,
    PortInUseError,
    StoreMissingError,
    UnsupportedFormatError,
)
from kg_server.app import ServerOptions, listen, serve
from kg_server.source import FolderSource, StoreSource, load_files


def test_a_port_in_use(source: FolderSource) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} .* --port"):
            serve(ServerOptions(port=port), source)


def test_an_address_of_another_machine() -> None:
    with pytest.raises(CannotRunError, match=r"cannot listen on 192\.0\.2\.1"):
        listen(ServerOptions(host="192.0.2.1", port=0))


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError):
        serve(ServerOptions(port=0), StoreSource(tmp_path))


def test_files_of_every_kind_are_loaded(tmp_path: Path) -> None:
    triple = ox.Triple(ox.NamedNode("http://x/s"), ox.NamedNode("http://x/p"), ox.Literal("o"))
    formats = {
        "a.ttl": ox.RdfFormat.TURTLE,
        "b.nt": ox.RdfFormat.N_TRIPLES,
        "c.rdf": ox.RdfFormat.RDF_XML,
        "d.jsonld": ox.RdfFormat.JSON_LD,
    }
    for name, kind in formats.items():
        ox.serialize([triple], str(tmp_path / name), kind)
    (tmp_path / "e.NQ").write_text('<http://x/s> <http://x/p> "o" <http://x/g> .\n')
    source = load_files([tmp_path / name for name in (*formats, "e.NQ")], tmp_path / "store")
    assert len(ox.Store.read_only(str(source.acquire()[0].path))) == 2


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<a:b> <a:c> <a:d> .\n<a:b> oops\n")
    with pytest.raises(InputError, match=r"x\.ttl.*2"):
        load_files([tmp_path / "x.ttl"], tmp_path / "store")


def test_a_missing_file_and_an_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.ttl"):
        load_files([tmp_path / "gone.ttl"], tmp_path / "one")
    with pytest.raises(UnsupportedFormatError, match=r"x\.docx"):
        load_files([tmp_path / "x.docx"], tmp_path / "two")
