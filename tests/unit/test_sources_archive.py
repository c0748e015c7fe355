"""Archives: members for other readers, by name; what is refused and why."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from kg_builder.errors import InputError
from kg_builder.model import Document
from kg_builder.plugins import RawInput, ReadLimits, Unread
from kg_builder.sources import documents, leaves


def packed(data: bytes) -> bytes:
    """The same bytes at any time: they stand in names of tests."""
    return gzip.compress(data, mtime=0)


PAGE = (
    b"<html><h1>Blast in Kunduz</h1><p>A bomb killed many people in Kunduz on Friday, said one.</p>"
)
ROW = b'{"title": "Blast in Kunduz", "text": "A bomb killed many."}\n'


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.html")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def names(name: str, data: bytes, limits: ReadLimits | None = None) -> list[str]:
    found = []
    for item in leaves(RawInput(name, data, limits or ReadLimits())):
        if isinstance(item, Unread):
            found.append(f"! {item.name}: {item.reason}")
        else:
            found.append(item.source_name if isinstance(item, Document) else item.name)
    return found


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_is_named_without_its_suffix(pack: object) -> None:
    assert callable(pack)
    (leaf,) = leaves(RawInput("a.html.gz", pack(PAGE)))
    assert isinstance(leaf, RawInput)
    assert (leaf.name, leaf.source) == ("a.html.gz!/a.html", PAGE)
    (document,) = documents(leaf)
    assert "A bomb killed" in document.text


def test_a_packed_container_is_streamed_by_its_reader() -> None:
    assert names("n.jsonl.gz", packed(ROW * 2)) == [
        "n.jsonl.gz!/n.jsonl#1",
        "n.jsonl.gz!/n.jsonl#2",
    ]


def test_members_of_a_zip_come_by_name_and_hidden_ones_not_at_all() -> None:
    data = zipped(
        {
            "b/x.html": PAGE,
            "a.html": PAGE,
            "__MACOSX/a.html": PAGE,
            ".hidden/x.html": PAGE,
            "n.jsonl": ROW + b"nonsense\n" + ROW,
            "in.zip": zipped({"i.html": PAGE}),
            "b/": b"",
        }
    )
    assert [name.partition(": no JSON")[0] for name in names("o.zip", data)] == [
        "o.zip!/a.html",
        "o.zip!/b/x.html",
        "o.zip!/in.zip!/i.html",
        "o.zip!/n.jsonl#1",
        "! o.zip!/n.jsonl#2: line 2",
        "o.zip!/n.jsonl#3",
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x.html", "leads out"),
        ("a/../../x.html", "leads out"),
        ("..\\x.html", "leads out"),
        ("/etc/x.html", "absolute"),
        ("C:\\x.html", "absolute"),
        ("a\nb.html", "control characters"),
        ("a" * 600 + ".html", "too long"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = names("o.zip", zipped({name: PAGE}))
    assert found.startswith("! o.zip!/")
    assert reason in found
    assert not list(tmp_path.iterdir())


def test_an_encrypted_member_is_named() -> None:
    data = bytearray(zipped({"a.html": PAGE, "b.html": PAGE}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    data[6] |= 1
    assert names("o.zip", bytes(data)) == [
        "! o.zip!/a.html: it is encrypted; unpack it with its password",
        "o.zip!/b.html",
    ]


def test_a_broken_member_leaves_the_others() -> None:
    data = zipped({"a.html": PAGE, "b.html": PAGE}).replace(b"bomb", b"bong", 1)
    first, second = names("o.zip", data)
    assert "Bad CRC" in first
    assert second == "o.zip!/b.html"


def test_limits_hold_on_what_is_unpacked_not_on_what_headers_say() -> None:
    data = zipped({"a.html": PAGE * 100, "b.html": PAGE})
    first, second = names("o.zip", data, ReadLimits(max_bytes=1000))
    assert "more than 1,000 bytes" in first
    assert second == "o.zip!/b.html"
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        names("a.html.gz", packed(PAGE * 100), ReadLimits(max_bytes=1000))
    assert "more than 300 bytes" in names(
        "o.zip", zipped({f"{i}.html": PAGE for i in range(9)}), ReadLimits(max_unpacked=300)
    )[-2]  # fmt: skip


def test_a_large_member_lies_in_a_file_as_long_as_it_is_read() -> None:
    data = zipped({"a.html": PAGE * 300_000, "b.html": PAGE})
    kept = []
    for leaf in leaves(RawInput("o.zip", data)):
        assert isinstance(leaf, RawInput)
        if isinstance(leaf.source, Path):
            kept.append(leaf.source)
            assert leaf.source.stat().st_size == len(PAGE) * 300_000
    assert len(kept) == 1
    assert not kept[0].exists()


@pytest.mark.parametrize(("name", "pack"), [("t.tar", bytes), ("t.tar.gz", gzip.compress)])
def test_regular_files_of_a_tar(name: str, pack: object) -> None:
    assert callable(pack)
    data = pack(tarred({"b.html": PAGE, "../x.html": PAGE, "a.jsonl": ROW}))
    found = names(name, data)
    assert found[0] == f"{name}!/b.html"
    assert "leads out" in found[1]
    assert found[2:] == [f"{name}!/a.jsonl#1"]  # the symbolic link is passed over


@pytest.mark.parametrize(("name", "pack"), [("t.tar", tarred), ("t.zip", zipped)])
def test_many_faults_of_one_kind_are_summed_up(
    name: str, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    members = {f"{i:03}.bin": b"" for i in range(250)} | {"a.html": PAGE, "b.bin": bytes(99)}
    found = names(name, pack(members))
    empty = [line for line in found if ".bin: the file is empty" in line]
    assert empty == [line for line in found if line.startswith(f"! {name}!/0")]
    assert len(empty) == 100
    assert found[100] == f"{name}!/a.html"
    assert "no reader knows" in found[101]  # another kind is told still
    said = "further members were not read, 150 more: the file is empty; give a file with text"
    assert found[102:] == [f"! {name}: {said}, or remove it"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.zip", b"plain words", "no gzip, zstd, ZIP or tar"),
        ("a.gz", packed(b""), "nothing in it"),
        ("a.zip", zipped({"a.html": PAGE})[:-30], "broken ZIP"),
        ("a.bin.gz", packed(bytes(99)), "no reader knows"),
        ("a.html.gz", packed(PAGE)[:-4], "cut off"),
        ("a.html.gz", packed(PAGE) + b"junk", "broken"),
        ("a.html.zst", zstandard.compress(PAGE)[:-4], "cut off"),
    ],
)
def test_faults_of_the_file_itself(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^{name}.*: .*{message}"):
        names(name, data)


def test_an_office_document_is_no_archive() -> None:
    with pytest.raises(InputError, match="no reader knows"):
        names("a.docx", zipped({"[Content_Types].xml": b"<a/>"}))
