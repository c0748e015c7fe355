"""A git revision in, the files that changed since out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from kg_builder.errors import CannotRunError, UsageError


def changed_since(revision: str) -> frozenset[Path]:
    """The files of the working folder's repository that differ from `revision`, resolved.

    New files that git does not know yet count as changed. `A...B` compares two revisions as git
    does. Raises CannotRunError without git, a repository or such a revision.
    """
    if revision.startswith("-"):
        raise UsageError(f"--changed-only {revision}: give a revision, such as origin/main")
    top = Path(_git("rev-parse", "--show-toplevel").removesuffix("\n"))
    names = _git("diff", "--name-only", "-z", "--no-ext-diff", revision, "--", cwd=top)
    new = _git("ls-files", "--others", "--exclude-standard", "-z", cwd=top)
    return frozenset((top / name).resolve() for name in (names + new).split("\0") if name)


def _git(*arguments: str, cwd: Path | None = None) -> str:
    program = shutil.which("git")
    if program is None:
        raise CannotRunError("--changed-only needs git, which is not installed")
    done = subprocess.run(  # noqa: S603 - a fixed program; the revision cannot be an option
        [program, *arguments], cwd=cwd, capture_output=True, check=False
    )
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise CannotRunError(f"--changed-only: git {arguments[0]} failed: {words[0]}")
    return done.stdout.decode("utf-8", "surrogateescape")


def touches(files: Sequence[Path], changed: frozenset[Path]) -> bool:
    """Whether any of `files` has changed."""
    return any(path.resolve() in changed for path in files)
