"""Bytes in, clean text out: finds the encoding without guessing and tames controls."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

from kg_builder.errors import DecodeError, InputError
from kg_builder.plugins import RawInput

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose BOM it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MAGIC: Final = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive (or a .docx, .odt or .epub)"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office file"),
    (b"SQLite format 3\x00", "an SQLite database"),
)

_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_CONTROL_BYTES: Final = bytes(b for b in range(32) if b not in b"\t\n\r\x0c")

_WEB: Final = dict.fromkeys(
    ("iso-8859-1", "latin1", "latin-1", "iso8859-1", "us-ascii"), "windows-1252"
)
"""What pages that declare these mean (WHATWG Encoding)."""

_RIGHT_TO_BROKEN: Final = 20
_SAMPLE: Final = 1 << 18
_MAX_CHAOS: Final = 0.1
_MIN_COHERENCE: Final = 0.5
_BINARY_SHARE: Final = 0.1
_BINARY_MIN: Final = 8


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with what was done to get it; offset 0 is the first character after a BOM."""

    text: str
    notes: tuple[str, ...]


def check_size(raw: RawInput) -> None:
    """Raises InputError when the input is empty or above the configured limit."""
    if not raw.data:
        raise InputError(f"{raw.name}: the file is empty; give a file with text, or remove it")
    if len(raw.data) > raw.max_bytes:
        raise InputError(
            f"{raw.name}: {len(raw.data):,} bytes are above the limit of {raw.max_bytes:,}; "
            "split the file, or raise `limits.max_bytes` in kg.toml"
        )


def decode(raw: RawInput, declared: str | None = None) -> Decoded:
    """The text of an input: by BOM, as UTF-8, as declared, else when detection is confident.

    `declared` is an encoding that the bytes themselves name (an HTML meta tag).
    Raises DecodeError when no encoding is sure, InputError when the bytes are not text.
    """
    check_size(raw)
    _refuse_magic(raw)
    text, label = _to_text(raw, declared)
    unfit = len(_UNFIT.findall(text)) if _may_be_unfit(raw.data, label) else 0
    if unfit >= _BINARY_MIN and unfit > _BINARY_SHARE * len(text):
        raise InputError(
            f"{raw.name}: a binary file: {unfit:,} of {len(text):,} characters are NUL or other "
            "control characters; give the text in it as .txt or .html"
        )
    notes = [f"encoding: {label}"]
    if unfit:
        text = clean(text)
        notes.append(f"{unfit} control characters or lone surrogates replaced by U+FFFD")
    if not text.strip().strip("\ufffd"):
        raise InputError(f"{raw.name}: the file holds no text, only white space or controls")
    return Decoded(text, tuple(notes))


def _may_be_unfit(data: bytes, label: str) -> bool:
    """Whether text decoded from `data` can hold controls: a look at the bytes is quicker."""
    return label != "utf-8" or len(data.translate(None, _CONTROL_BYTES)) < len(data)


def clean(text: str) -> str:
    """`text` with every C0 control but tab, LF and CR, and lone surrogates, as U+FFFD."""
    return _UNFIT.sub("\ufffd", text)


def looks_binary(head: bytes) -> bool:
    """Whether bytes that begin with `head` are certainly no text."""
    if any(head.startswith(bom) for bom, _ in _BOMS):
        return False
    if any(head.startswith(magic) for magic, _ in _MAGIC):
        return True
    return len(head) - len(head.translate(None, _CONTROL_BYTES)) > _BINARY_SHARE * len(head)


def _refuse_magic(raw: RawInput) -> None:
    for magic, what in _MAGIC:
        if raw.data.startswith(magic):
            raise InputError(
                f"{raw.name}: the file is {what}, not text; convert it to .txt or .html"
            )


def _to_text(raw: RawInput, declared: str | None) -> tuple[str, str]:
    """The decoded text and a label of the encoding; controls are not yet replaced."""
    data = raw.data
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(name, "surrogatepass"), f"{name} (byte order mark)"
            except UnicodeDecodeError as err:
                raise DecodeError(
                    f"{raw.name}: begins with the byte order mark of {name}, but byte "
                    f"{err.start + len(bom)} is not; save it again as UTF-8"
                ) from None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as err:
        at = err.start
    try:
        return data.decode("utf-8", "surrogatepass"), "utf-8 (with lone surrogates)"
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise InputError(
            f"{raw.name}: a binary file, or UTF-16 without a byte order mark: NUL at byte "
            f"{data.index(0)}; convert it to UTF-8 text"
        )
    declared = _WEB.get((declared or "").strip().lower(), declared)
    if declared and (found := _try(data, declared)) is not None:
        return found, f"{codecs.lookup(declared).name} (declared)"
    if (mended := _nearly_utf8(data)) is not None:
        return mended
    return _detect(raw, at)


def _nearly_utf8(data: bytes) -> tuple[str, str] | None:
    """UTF-8 with a few broken bytes: far more of what is not ASCII is right than wrong."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    right = len(text) - len(text.encode("ascii", "ignore")) - broken
    if not broken or right < _RIGHT_TO_BROKEN * broken:
        return None
    return text, f"utf-8 ({broken} broken sequences replaced by U+FFFD)"


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _detect(raw: RawInput, at: int) -> tuple[str, str]:
    """What charset-normalizer says, if it is sure; `at` is the byte that is not UTF-8."""
    start = max(0, at - _SAMPLE // 2)  # the sample must hold the bytes that are in doubt
    matches = from_bytes(raw.data[start : start + _SAMPLE])
    best = matches.best()
    if best is not None and best.chaos <= _MAX_CHAOS and best.coherence >= _MIN_COHERENCE:
        rivals = [m for m in matches if m.coherence >= best.coherence and str(m) != str(best)]
        text = _try(raw.data, best.encoding)
        if not rivals and text is not None:
            return text, f"{best.encoding} (detected by charset-normalizer)"
    raise DecodeError(
        f"{raw.name}: byte {at} (0x{raw.data[at]:02x}) is not UTF-8, and no other encoding is "
        "sure; convert it, for example `iconv -f WINDOWS-1252 -t UTF-8`"
    )
