"""A .gz, .zst, .zip or .tar file in, what lies in it out for other readers; nothing is unpacked
to a place that a name in the archive chooses.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from kg_builder.errors import InputError
from kg_builder.plugins import RawInput, Reader, Record, Unread
from kg_builder.sources import reader_for
from kg_builder.sources.encoding import clean
from kg_builder.sources.packed import Growth, opened, packing

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE: Final = (b"[Content_Types].xml", b"mimetypeapplication/", b"META-INF/", b"_rels/.rels")
_TAR_AT: Final = 257
_HEAD: Final = 4096
_COPY: Final = 1 << 18
_IN_MEMORY: Final = 16_000_000
_MAX_DIRECTORY: Final = 32_000_000
"""Bytes of a ZIP's list of members: some 300,000 of them."""
_END: Final = struct.Struct("<4s4H2LH")
_ENCRYPTED: Final = 0x1
_MAX_NAME: Final = 500
_MAX_ALIKE: Final = 100
"""Faults of one kind that are told one by one."""
_PACKED_SUFFIXES: Final = frozenset({".gz", ".zst", ".gzip", ".zstd"})


class ArchiveReader:
    """Reads .gz and .zst files, and .zip, .tar and .tar.gz archives, without unpacking them."""

    name = "archive"
    suffixes = frozenset({*_PACKED_SUFFIXES, ".zip", ".tar", ".tgz"})
    media_types = frozenset({
        "application/zip", "application/gzip", "application/x-gzip", "application/zstd",
        "application/x-tar",
    })  # fmt: skip
    container = True

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins like a packed file or an archive, and like no office document."""
        return bool(_kind(head)) and not any(mark in head[:2048] for mark in _OFFICE)

    def read(self, raw: RawInput) -> Iterator[Record]:
        """Each member, in the order of the names (of the file, in a .tar).

        Raises InputError for what is no archive, or so broken that nothing can be read.
        """
        kind = _kind(raw.head())
        if kind == "zip":
            yield from _summed_up(raw, _zip(raw))
        elif kind == "tar":
            yield from _summed_up(raw, _tar(raw))
        elif kind:
            yield from _stream(raw)
        else:
            raise InputError(
                f"{raw.name}: named as an archive, but it is no gzip, zstd, ZIP or tar file; "
                "rename it after what it is"
            )


def _kind(head: bytes) -> str:
    """What begins with `head`: "zip", "tar", "gzip", "zstd" or ""."""
    if head.startswith(_ZIP):
        return "zip"
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "tar"
    return packing(head)


def _summed_up(raw: RawInput, records: Iterator[Record]) -> Iterator[Record]:
    """The records, of faults of one kind the first and then how many more there were."""
    counts: Counter[str] = Counter()
    for record in records:
        if isinstance(record, Unread):
            kind = record.reason.partition(":")[0]
            counts[kind] += 1
            if counts[kind] > _MAX_ALIKE:
                continue
        yield record
    more = [f"{n - _MAX_ALIKE:,} more: {kind}" for kind, n in counts.items() if n > _MAX_ALIKE]
    if more:
        yield Unread(raw.name, f"further members were not read, {'; '.join(more)}")


# -- one packed file -----------------------------------------------------------------------


def _stream(raw: RawInput) -> Iterator[Record]:
    """The one file that is packed; a reader that unpacks for itself gets it as it is."""
    with opened(raw) as handle:
        head = handle.peek(_HEAD)[:_HEAD]  # type: ignore[attr-defined]
        if not head:
            raise InputError(f"{raw.name}: there is nothing in it")
        if _kind(head) == "tar":
            yield from _summed_up(raw, _tar(raw))
            return
        inner = PurePosixPath(raw.name.rpartition("!/")[2]).name
        if PurePosixPath(inner).suffix.lower() in _PACKED_SUFFIXES:
            inner = PurePosixPath(inner).stem
        name = f"{raw.name}!/{inner}"
        reader = reader_for(raw.part(name, head, raw.media_type if not raw.name else ""))
        if getattr(reader, "packed", False):
            kept = raw.name if getattr(reader, "packed_name", False) else name
            declared = min(getattr(reader, "media_types", ()), default="")
            yield raw.part(kept, raw.source, declared, metadata=raw.metadata)
            return
        growth = Growth(name, _limit(raw, reader))
        with _spooled(handle, growth) as source:
            yield raw.part(name, source, metadata=raw.metadata)


def _limit(raw: RawInput, reader: Reader) -> int:
    """The most bytes that a member for this reader may have."""
    whole = getattr(reader, "container", False)
    return raw.limits.max_unpacked if whole else raw.limits.max_bytes


@contextmanager
def _spooled(handle: BinaryIO, growth: Growth) -> Iterator[bytes | Path]:
    """All bytes of a stream: themselves, or a file that is deleted in the end.

    Raises InputError when they are too many, or the stream is at fault.
    """
    parts: list[bytes] = []
    while growth.given <= _IN_MEMORY and (data := handle.read(_COPY)):
        _count(growth, len(data))
        parts.append(data)
    if growth.given <= _IN_MEMORY:
        yield b"".join(parts)
        return
    with TemporaryDirectory(prefix="kg-builder-") as folder:
        path = Path(folder) / "unpacked"
        try:
            with path.open("wb") as target:
                target.writelines(parts)
                parts.clear()
                while data := handle.read(_COPY):
                    _count(growth, len(data))
                    target.write(data)
        except OSError as error:
            raise InputError(
                f"{growth.name}: cannot be unpacked for reading: {error.strerror}"
            ) from None
        yield path


def _count(growth: Growth, size: int) -> None:
    """Counts against the limit alone where what went in is not known."""
    if not growth.read:
        growth.given += size
        if growth.given > growth.limit:
            raise InputError(
                f"{growth.name}: unpacks to more than {growth.limit:,} bytes; raise "
                "limits.max_bytes (limits.max_unpacked for archives) in kg.toml if it is no bomb"
            )
    else:
        growth.check(size)


# -- ZIP -----------------------------------------------------------------------------------


def _zip(raw: RawInput) -> Iterator[Record]:
    """The members of a ZIP archive by name."""
    with raw.open() as handle:
        size = _check_directory(raw, handle)
        try:
            archive = zipfile.ZipFile(handle)
            members = sorted(archive.infolist(), key=lambda m: (m.filename, m.header_offset))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise InputError(f"{raw.name}: a broken ZIP archive: {error}; get it again") from None
        total = Growth(raw.name, raw.limits.max_unpacked, read=size)
        seen = ""
        for member in members:
            if member.is_dir() or _is_passed_over(member.filename):
                continue
            name = _member_name(raw, member.filename)
            if member.filename == seen:
                yield Unread(name, "a second member of this name")
                continue
            seen = member.filename
            if reason := _refused(member.filename) or _locked(member):
                yield Unread(name, reason)
                continue
            try:
                yield from _zip_member(raw, archive, member, name, total)
            except InputError as error:
                yield Unread(
                    name, str(error).removeprefix(f"{name}: ").removeprefix(f"{raw.name}: ")
                )
                if total.given > total.limit or _is_bomb(total):
                    yield Unread(raw.name, "unpacks like a bomb; the rest of it was not read")
                    return


def _is_bomb(total: Growth) -> bool:
    try:
        total.check(0)
    except InputError:
        return True
    return False


def _check_directory(raw: RawInput, handle: BinaryIO) -> int:
    """The archive's size. Raises InputError when its list of members is absurdly long."""
    size = handle.seek(0, 2)
    handle.seek(max(0, size - (1 << 16) - _END.size))
    tail = handle.read()
    at = tail.rfind(b"PK\x05\x06")
    handle.seek(0)
    if at >= 0 and len(tail) - at >= _END.size:
        length = _END.unpack_from(tail, at)[5]
        wide = tail.rfind(b"PK\x06\x06", 0, at)
        if length == 0xFFFFFFFF and wide >= 0 and len(tail) - wide >= 48:
            (length,) = struct.unpack_from("<Q", tail, wide + 40)
        if min(length, size) > _MAX_DIRECTORY:
            raise InputError(
                f"{raw.name}: the list of its members is {length:,} bytes long, of which "
                f"{_MAX_DIRECTORY:,} are allowed; make several archives of it"
            )
    return size


def _zip_member(
    raw: RawInput, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, total: Growth
) -> Iterator[Record]:
    """One member, unpacked. Raises InputError for one that cannot be."""
    try:
        with archive.open(member) as stream:
            head = stream.peek(_HEAD)[:_HEAD]  # type: ignore[attr-defined]
            if not head:
                yield Unread(name, "the file is empty; give a file with text, or remove it")
                return
            reader = reader_for(raw.part(name, head))
            growth = Growth(name, _limit(raw, reader), read=max(1, member.compress_size))
            with _spooled(stream, growth) as source:  # type: ignore[arg-type]  # it reads
                total.check(growth.given)
                left = max(1, total.limit - total.given)
                part = raw.part(name, source, metadata=raw.metadata)
                yield replace(part, limits=replace(raw.limits, max_unpacked=left))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise InputError(f"{name}: a broken member: {error or 'it ends too soon'}") from None
    except (RuntimeError, NotImplementedError) as error:
        raise InputError(f"{name}: cannot be unpacked: {error}") from None


def _locked(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted; unpack it with its password"
    if (member.external_attr >> 28) == 0o12:
        return "it is a symbolic link, which is not followed"
    return ""


# -- names of members ----------------------------------------------------------------------


def _is_passed_over(name: str) -> bool:
    """Whether a member is hidden, or what macOS puts beside files."""
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    return any(step == "__MACOSX" or step.startswith(".") for step in steps)


def _refused(name: str) -> str:
    """Why a member of this name is not read; "" when it may be."""
    path = name.replace("\\", "/")
    if ".." in path.split("/"):
        return "its name leads out of the archive (..); nothing was read of it"
    if path.startswith("/") or path[1:2] == ":":
        return "its name is an absolute path; nothing was read of it"
    if len(name) > _MAX_NAME or clean(name) != name or "\n" in name:
        return "its name is too long or holds control characters"
    return ""


def _member_name(raw: RawInput, name: str) -> str:
    return f"{raw.name}!/{clean(name)[:_MAX_NAME]}"


# -- tar -----------------------------------------------------------------------------------


def _tar(raw: RawInput) -> Iterator[Record]:
    """The regular files of a tar archive, packed or not, in the order in which they lie there."""
    with opened(raw) as handle:
        growth = Growth(raw.name, raw.limits.max_unpacked)
        try:
            with tarfile.open(fileobj=handle, mode="r|", errorlevel=1) as archive:
                for member in archive:
                    archive.members = []  # type: ignore[attr-defined]  # it would hold them all
                    # What a symbolic link leads to is read by its own name, if it is there.
                    if member.isdir() or member.issym() or _is_passed_over(member.name):
                        continue
                    yield from _tar_member(raw, archive, member, growth)
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            yield Unread(raw.name, f"a broken tar archive: {error}; what came before it was read")
        except InputError as error:
            yield Unread(raw.name, str(error).removeprefix(f"{raw.name}: "))


def _tar_member(
    raw: RawInput, archive: tarfile.TarFile, member: tarfile.TarInfo, total: Growth
) -> Iterator[Record]:
    name = _member_name(raw, member.name)
    reason = _refused(member.name)
    if not member.isreg():
        reason = reason or "it is a link or device, which is not followed"
    stream = None if reason else archive.extractfile(member)
    if stream is None:
        yield Unread(name, reason or "it cannot be unpacked")
        return
    head = stream.read(_HEAD)
    if not head:
        yield Unread(name, "the file is empty; give a file with text, or remove it")
        return
    try:
        reader = reader_for(raw.part(name, head))
        growth = Growth(name, _limit(raw, reader))
        with _spooled(_Again(head, stream), growth) as source:  # type: ignore[arg-type]
            total.given += growth.given
            _check_total(name, total)
            yield raw.part(name, source, metadata=raw.metadata)
    except InputError as error:
        if not str(error).startswith(f"{name}: "):
            raise  # the stream itself broke off
        yield Unread(name, str(error).removeprefix(f"{name}: "))


def _check_total(name: str, total: Growth) -> None:
    if total.given > total.limit:
        raise InputError(f"{name}: the archive unpacks to more than {total.limit:,} bytes")


class _Again:
    """A stream with the bytes that were read from it put back before it."""

    def __init__(self, head: bytes, stream: object) -> None:
        self._head = head
        self._stream: BinaryIO = stream  # type: ignore[assignment]

    def read(self, size: int) -> bytes:
        """The next bytes."""
        head, self._head = self._head, b""
        return head or self._stream.read(size)
