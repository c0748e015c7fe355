"""HTML pages: body, title, authors, date and publication, ours beside two peers in one run.

    python benchmarks/pages.py [--shared ../shared] [--half work|report] [--errors]
                               [--newspaper PYTHON]

Ours is what the article of the graph has (`sources.read`, then `articles.segment`); trafilatura
is called as it is documented, with metadata; newspaper4k runs in another environment, whose
Python is given. Nobody is given a page's address. Body: 4-token shingles (shared/README.md).
Title: exact without case and punctuation. Author and date: precision and recall over pages;
authors of a page are compared as a set of names, each name counted. CPU seconds of one core,
reading and metadata together. `--errors` names the faults, of the working half alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import trafilatura

from kg_builder import articles, sources
from kg_builder.errors import InputError
from kg_builder.model import Hints
from kg_builder.plugins import RawInput

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.halves import half  # noqa: E402

_WORD = re.compile(r"\w+")
_SPLIT = re.compile(r"\s*;\s*|\s*,\s*|\s+(?:and|&)\s+")


@dataclass(frozen=True)
class Page:
    """A page with its gold; None where the gold says nothing of it."""

    name: str
    markup: bytes
    body: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass
class Found:
    """What a system says of a page."""

    body: str = ""
    title: str = ""
    authors: list[str] = field(default_factory=list)
    date: str = ""
    publication: str = ""
    error: str = ""


def gold(shared: Path, which: str | None) -> tuple[list[Page], list[Page]]:
    """The pages with a gold body, and those with gold metadata."""
    folder = shared / "bench/metadata"
    bodies = json.loads((folder / "scrapinghub/ground-truth.json").read_text("utf-8"))
    texts = [
        Page(key, gzip.decompress((folder / f"scrapinghub/html/{key}.html.gz").read_bytes()),
             body=row["articleBody"])
        for key, row in sorted(bodies.items())
        if which in (None, half(key))
    ]  # fmt: skip
    rows = json.loads((folder / "pages/gold.json").read_text("utf-8"))
    pages = [
        Page(row["file"], gzip.decompress((folder / "pages" / row["file"]).read_bytes()),
             title=row["title"], author=_joined(row["author"]), date=row["date"],
             present=tuple(row["with"]), absent=tuple(row["without"]))
        for row in rows
        if which in (None, half(row["file"]))
    ]  # fmt: skip
    return texts, pages


def _joined(author: str | list[str]) -> str:
    return author if isinstance(author, str) else "; ".join(author)


def ours(page: Page) -> Found:
    """The first article of the page."""
    try:
        (document,) = sources.read(RawInput("page.html", page.markup))
        found = [a for a in articles.segment(document, Hints()) if not a.teaser]
    except InputError as error:
        return Found(error=str(error))
    if not found:
        return Found(error="a listing")
    article = found[0]
    text = document.text
    return Found(
        body="\n".join(text[b.span.start : b.span.end] for b in article.paragraphs),
        title=article.headline or "",
        authors=[a.name for a in article.authors],
        date=article.date_published or "",
        publication=article.publication.name if article.publication else "",
    )


def theirs(page: Page) -> Found:
    """What trafilatura says, metadata by its own rules."""
    markup = page.markup
    out = trafilatura.bare_extraction(markup, fast=True, include_comments=False,
                                      include_tables=False, with_metadata=True)  # fmt: skip
    if out is None or isinstance(out, dict):
        return Found(error="nothing")
    authors = [a.strip() for a in (out.author or "").split(";") if a.strip()]
    return Found(out.text or "", out.title or "", authors, out.date or "", out.sitename or "")


_NEWSPAPER = """
import base64, json, logging, sys, time
logging.disable(logging.CRITICAL)
import newspaper
from newspaper.article import Article
for line in sys.stdin:
    data = base64.b64decode(line)
    start = time.process_time()
    out = {}
    try:
        a = Article("https://page.invalid/", language="en", fetch_images=False)
        a.download(input_html=data.decode("utf-8", "replace")); a.parse()
        out = {"body": a.text or "", "title": a.title or "", "authors": list(a.authors or []),
               "date": a.publish_date.date().isoformat() if a.publish_date else ""}
    except Exception as error:
        out = {"error": str(error)}
    print(json.dumps([out, time.process_time() - start]), flush=True)
"""


def newspaper(python: Path, pages: list[Page]) -> tuple[list[Found], float]:
    """What newspaper4k says, in an environment of its own."""
    import base64

    lines = "\n".join(base64.b64encode(p.markup).decode() for p in pages) + "\n"
    done = subprocess.run([python, "-c", _NEWSPAPER], input=lines, capture_output=True, text=True,
                          check=True)  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [Found(**row) for row, _ in rows], sum(seconds for _, seconds in rows)


def run(system: Callable[[Page], Found], pages: list[Page]) -> tuple[list[Found], float]:
    """What a system says of each page, and the CPU seconds it took."""
    system(pages[0])
    start = time.process_time()
    found = [system(page) for page in pages]
    return found, time.process_time() - start


# -- scores ----------------------------------------------------------------------------------


def fold(text: str) -> str:
    """A text without case and punctuation."""
    return " ".join(_WORD.findall(text.casefold()))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The multiset of 4-token windows; the whole where there are fewer tokens."""
    tokens = _WORD.findall(text)
    if len(tokens) < 4:
        return Counter([tuple(tokens)]) if tokens else Counter()
    return Counter(tuple(tokens[i : i + 4]) for i in range(len(tokens) - 3))


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def body_score(pages: list[Page], found: list[Found]) -> tuple[float, float, list[float]]:
    """Mean precision and recall, and the F1 of each page."""
    sums, each = [0.0, 0.0], []
    for page, out in zip(pages, found, strict=True):
        true, said = shingles(page.body or ""), shingles(out.body)
        hits = sum((true & said).values())
        precision = hits / said.total() if said else 0.0 if true else 1.0
        recall = hits / true.total() if true else 0.0 if said else 1.0
        sums[0] += precision
        sums[1] += recall
        each.append(f1(precision, recall))
    return sums[0] / len(pages), sums[1] / len(pages), each


def names(text: str) -> set[str]:
    return {fold(part) for part in _SPLIT.split(text)} - {""}


@dataclass
class Count:
    """True and false positives, false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def add(self, true: set[str], said: set[str]) -> None:
        """Counts one page."""
        self.tp += len(true & said)
        self.fp += len(said - true)
        self.fn += len(true - said)

    def __str__(self) -> str:
        p = self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0
        r = self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0
        return f"P {p:.3f} R {r:.3f} F1 {f1(p, r):.3f}"


def metadata_score(pages: list[Page], found: list[Found]) -> Iterator[str]:
    """One line a property."""
    author, joint, date = Count(), Count(), Count()
    exact = part = kept = out_of = dropped = noise = 0
    for page, out in zip(pages, found, strict=True):
        true, said = fold(page.title or ""), fold(out.title)
        exact += true == said
        part += bool(said) and (true in said or said in true)
        author.add(names(page.author or ""), set().union(*(names(a) for a in out.authors)))
        whole = {" ".join(sorted(names(page.author or "")))} - {""}
        joint.add(whole, {" ".join(sorted({fold(a) for a in out.authors}))} - {""})
        date.add({page.date or ""} - {""}, {out.date} - {""})
        text = fold(out.body)
        kept += sum(fold(s) in text for s in page.present)
        out_of += len(page.present)
        noise += sum(fold(s) not in text for s in page.absent)
        dropped += len(page.absent)
    n = len(pages)
    yield f"title    exact {exact / n:.3f}, one within the other {part / n:.3f}"
    yield f"author   {author} (names); {joint} (pages)"
    yield f"date     {date}"
    yield f"body     sentences kept {kept / out_of:.3f}, left out {noise / dropped:.3f}"


def faults(pages: list[Page], found: list[Found]) -> Iterator[str]:
    """What differs from gold, page by page."""
    for page, out in zip(pages, found, strict=True):
        wrong = {}
        if fold(page.title or "") != fold(out.title):
            wrong["title"] = (page.title, out.title)
        if names(page.author or "") != set().union(*(names(a) for a in out.authors)):
            wrong["author"] = (page.author, "; ".join(out.authors))
        if (page.date or "") != out.date:
            wrong["date"] = (page.date, out.date)
        text = fold(out.body)
        if missing := [s for s in page.present if fold(s) not in text]:
            wrong["missing"] = ("", str(missing))
        if noise := [s for s in page.absent if fold(s) in text]:
            wrong["noise"] = ("", str(noise))
        yield f"{page.name}   [{out.publication}] {out.error}"
        for name, (true, said) in wrong.items():
            yield f"    {name}: {true!r} <> {said!r}"


def report(args: argparse.Namespace) -> None:
    """Prints the scores of each system."""
    texts, pages = gold(args.shared, args.half)
    systems: dict[str, Callable[[list[Page]], tuple[list[Found], float]]] = {
        "ours": lambda p: run(ours, p),
    }
    if not args.errors:
        systems["trafilatura " + trafilatura.__version__] = lambda p: run(theirs, p)
        if args.newspaper:
            systems["newspaper4k"] = lambda p: newspaper(args.newspaper, p)
    kept: dict[str, Any] = {}
    for name, system in systems.items():
        bodies, seconds = system(texts)
        precision, recall, each = body_score(texts, bodies)
        print(f"{name}\n  scrapinghub ({len(texts)} pages)\n    body     P {precision:.3f} "
              f"R {recall:.3f} F1 {f1(precision, recall):.4f}; "
              f"{sum(bool(b.error) for b in bodies)} not read; "
              f"{len(texts) / seconds:.0f} pages per CPU second")  # fmt: skip
        found, more = system(pages)
        print(f"  pages ({len(pages)})")
        for line in metadata_score(pages, found):
            print(f"    {line}")
        unread = sum(bool(b.error) for b in found)
        both = (len(texts) + len(pages)) / (seconds + more)
        print(f"    {unread} not read; {len(pages) / more:.0f} pages per CPU second; "
              f"both sets {both:.0f}")  # fmt: skip
        kept[name] = found
        if args.errors:
            print("\n".join(faults(pages, found)))
            for page, out, score in sorted(zip(texts, bodies, each, strict=True),
                                           key=lambda row: row[2])[:25]:  # fmt: skip
                print(f"{score:.3f} {page.name} {out.error} gold {len(page.body or '')} "
                      f"said {len(out.body)} [{out.publication}] {out.title} "
                      f"{out.authors} {out.date}")  # fmt: skip
    if args.keep:
        rows = {name: [asdict(f) for f in found] for name, found in kept.items()}
        args.keep.write_text(json.dumps(rows), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--half", choices=("work", "report"))
    parser.add_argument("--errors", action="store_true", help="ours alone, working half, faults")
    parser.add_argument("--newspaper", type=Path, help="Python of an environment with newspaper4k")
    parser.add_argument("--keep", type=Path, help="file for what the systems said, as JSON")
    args = parser.parse_args()
    if args.errors:
        args.half = "work"
    logging.disable(logging.CRITICAL)
    report(args)


if __name__ == "__main__":
    main()
