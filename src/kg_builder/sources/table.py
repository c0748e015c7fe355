"""A CSV or Parquet table in, a Document for each row out; rows are read as they are needed."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import Any, Final

from kg_builder.errors import InputError
from kg_builder.plugins import RawInput, Record, Unread
from kg_builder.sources.encoding import decode, looks_binary
from kg_builder.sources.packed import first_bytes, opened
from kg_builder.sources.records import Mapper

_DELIMITERS: Final = ",\t;|"
_SAMPLE: Final = 1 << 18
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MAX_COLUMNS: Final = 2_000
_MAX_FIELD: Final = 8_000_000
"""Characters; a quote that is never closed swallows no more of the table."""
_BATCH: Final = 16
_MAX_BLANK: Final = 1_000_000
_PARQUET: Final = "application/vnd.apache.parquet"


class CsvReader:
    """Reads CSV and TSV with a header: an article in each row."""

    name = "csv"
    suffixes = frozenset({".csv", ".tsv"})
    media_types = frozenset({"text/csv", "text/tab-separated-values"})
    container = True
    packed = True

    def sniff(self, head: bytes) -> bool:  # noqa: ARG002
        """False: a line with commas may be prose, so a table says by its suffix what it is."""
        return False

    def read(self, raw: RawInput) -> Iterator[Record]:
        """What each row holds.

        Raises InputError for a table without a header that names a text, DecodeError for bytes
        in no sure encoding.
        """
        encoding = _encoding(raw)
        csv.field_size_limit(min(raw.max_bytes, _MAX_FIELD))
        with opened(raw) as handle:
            text = io.TextIOWrapper(handle, encoding, "surrogateescape", newline="")
            first = text.readline(_SAMPLE)
            if "\0" in first or len(first) == _SAMPLE:
                raise InputError(f"{raw.name}: its first line is no header of a table")
            delimiter = _delimiter(first)
            header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
            _check_header(raw, header)
            mapper = Mapper(raw, "text/csv")
            mapper.check_columns(header)
            yield from _rows(mapper, header, csv.reader(text, delimiter=delimiter))


def _encoding(raw: RawInput) -> str:
    """The table's encoding, told by its first part. Raises DecodeError when none is sure."""
    with opened(raw) as handle:
        sample = first_bytes(handle, _SAMPLE)
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    if looks_binary(sample[:4096]):
        raise InputError(f"{raw.name}: this is no text table; check the file")
    if len(sample) == _SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    label = decode(RawInput(raw.name, sample, raw.limits)).notes[0].removeprefix("encoding: ")
    return label.partition(" (")[0]


def _delimiter(header: str) -> str:
    """The delimiter that parts the header most often."""
    return max(
        _DELIMITERS, key=lambda d: (len(next(csv.reader([header], delimiter=d), [])), d == ",")
    )


def _check_header(raw: RawInput, header: list[str]) -> None:
    if len(set(header)) < len(header) or len(header) > _MAX_COLUMNS:
        raise InputError(
            f"{raw.name}: its first line is no header: it must name each column, each by a name of "
            f"its own, and at most {_MAX_COLUMNS:,}"
        )


def _rows(mapper: Mapper, header: list[str], rows: Any) -> Iterator[Record]:
    """What each row holds; a row that does not fit the header is Unread."""
    raw, number, blank = mapper.raw, 0, 0
    while blank <= _MAX_BLANK:
        line = rows.line_num + 2  # after the header, counted from 1
        number += 1
        name = f"{raw.name}#{number}"
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Unread(name, f"line {line}: {error}; check its quotes")
            continue
        except (InputError, OSError, UnicodeDecodeError) as error:
            yield Unread(raw.name, f"line {line}: {str(error).removeprefix(f'{raw.name}: ')}")
            return
        if row is None:
            return
        if not any(row):
            number, blank = number - 1, blank + 1
        elif len(row) != len(header):
            yield Unread(
                name,
                f"line {line}: has {len(row)} fields where the header names {len(header)}; check "
                "its quotes and delimiters",
            )
        else:
            yield _placed(_row(mapper, name, header, row), f"line {line}: ")
    yield Unread(raw.name, f"more than {_MAX_BLANK:,} empty lines; the rest was not read")


def _row(mapper: Mapper, name: str, header: list[str], row: list[str]) -> Record:
    """One row's record; bytes that are not of the table's encoding must be sure by themselves."""
    data = "\x1f".join(row).encode("utf-8", "surrogateescape")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            row = decode(RawInput(name, data.replace(b"\x1f", b"\n\n\n"))).text.split("\n\n\n")
        except InputError as error:
            return Unread(name, str(error).removeprefix(f"{name}: "))
        if len(row) != len(header):
            return Unread(name, "its bytes are not of the table's encoding")
    digest = hashlib.sha256(data).hexdigest()
    return mapper.record(name, dict(zip(header, row, strict=True)), digest)


class ParquetReader:
    """Reads Parquet: an article in each row, only the columns that are needed."""

    name = "parquet"
    suffixes = frozenset({".parquet", ".pq"})
    media_types = frozenset({_PARQUET, "application/x-parquet"})
    container = True

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins with Parquet's mark."""
        return head.startswith(b"PAR1")

    def read(self, raw: RawInput) -> Iterator[Record]:
        """What each row holds.

        Raises InputError for what is no Parquet, or a table without a column of texts.
        """
        import pyarrow as pa  # noqa: PLC0415  # takes a quarter of a second
        from pyarrow import parquet  # noqa: PLC0415

        number = 0
        with raw.open() as handle:
            try:
                table = parquet.ParquetFile(handle, memory_map=False, pre_buffer=False)
                names = table.schema_arrow.names
                columns = _needed(Mapper(raw, _PARQUET), names)
                mapper = Mapper(raw, _PARQUET)
                for batch in table.iter_batches(_BATCH, columns=columns, use_threads=False):
                    for row in batch.to_pylist():
                        number += 1
                        yield _parquet_row(mapper, f"{raw.name}#{number}", row)
            except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
                reason = f"no Parquet that can be read: {str(error).splitlines()[0][:200]}"
                if not number:
                    raise InputError(f"{raw.name}: {reason}") from None
                yield Unread(raw.name, f"after row {number}: {reason}")


def _needed(mapper: Mapper, names: list[str]) -> list[str]:
    """The columns that hold anything of use. Raises InputError when none holds text."""
    if len(set(names)) < len(names):
        raise InputError(f"{mapper.raw.name}: two of its columns have one name")
    wanted = {path for paths in mapper.check_columns(names).values() for path in paths}
    steps = wanted | {path.partition(".")[0] for path in wanted}
    gdelt = {"url", "title", "seendate", "domain"}
    return [name for name in names if name in steps or name in gdelt]


def _parquet_row(mapper: Mapper, name: str, row: dict[str, Any]) -> Record:
    data = repr(sorted(row.items())).encode("utf-8", "surrogatepass")
    found = mapper.record(name, row, hashlib.sha256(data).hexdigest())
    return _placed(found, f"row {name.rpartition('#')[2]}: ")


def _placed(found: Record, where: str) -> Record:
    """The same, with the place before the reason of an Unread."""
    return Unread(found.name, where + found.reason) if isinstance(found, Unread) else found
