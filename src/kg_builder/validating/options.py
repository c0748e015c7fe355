"""An argument parser in, the same with the options of `validate` out."""

from __future__ import annotations

import argparse
from pathlib import Path

from kg_builder.validating.engine import ENGINES
from kg_builder.validating.files import FORMATS as INPUT_FORMATS
from kg_builder.validating.formats import FORMATS


def add_options(command: argparse.ArgumentParser) -> None:
    """Adds what `validate` takes, but for --store, which other commands have too."""
    add = command.add_argument
    add("files", nargs="*", type=Path, metavar="FILE",
        help="RDF files, folders or globs, - for standard input")  # fmt: skip
    add("--shapes", action="append", type=Path, metavar="FILE",
        help="a shapes file or folder; may be repeated (default: our own)")  # fmt: skip
    add("--imports", type=Path, metavar="MAP",
        help="for owl:imports: TOML of \"IRI\" = \"file\", or a folder of ontologies")  # fmt: skip
    add("--input-format", choices=tuple(INPUT_FORMATS), help="of all data (default: by suffix)")
    add("--format", choices=tuple(FORMATS), default="human", help="default: human")
    add("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    add("--also", action="append", type=_also, default=[], metavar="FORMAT=FILE",
        help="write the same report in another format too; may be repeated")  # fmt: skip
    add("--fail-on", choices=("violation", "warning", "info"), default="violation",
        help="the least severity that makes the exit code 1 (default: violation)")  # fmt: skip
    add("--allow-no-targets", action="store_true",
        help="shapes that match nothing at all are no error")  # fmt: skip
    add("--baseline", type=Path, metavar="FILE", help="accept the findings of FILE, fail on new")
    add("--write-baseline", type=Path, metavar="FILE", help="accept today's findings in FILE")
    add("--changed-only", metavar="GIT_REF",
        help="only findings in files that git says have changed since")  # fmt: skip
    add("--engine", choices=ENGINES, default=ENGINES[0],
        help="both compares them: exit code 3 if they differ (default: fast)")  # fmt: skip
    add("--max-results", type=_positive, metavar="N", help="tell the first N findings only")
    add("--each", action="store_true",
        help="every file by itself, not all of them as one graph")  # fmt: skip
    add("--jobs", type=_positive, default=1, metavar="N",
        help="processes for --each (default: 1)")  # fmt: skip


def _also(text: str) -> tuple[str, Path]:
    form, equals, name = text.partition("=")
    if form not in FORMATS or not equals or not name:
        raise argparse.ArgumentTypeError(
            f"{text}: write FORMAT=FILE, FORMAT of {', '.join(FORMATS)}"
        )
    return form, Path(name)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be 1 or more")
    return value
