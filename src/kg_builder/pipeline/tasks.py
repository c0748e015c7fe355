"""What a worker does: analyse one input, or publish the articles of one analysis."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kg_builder import resources
from kg_builder.config import Settings
from kg_builder.errors import InputError
from kg_builder.gate import Gate, Result
from kg_builder.model import ArticleAnalysis, Hints
from kg_builder.pipeline.analyse import Analyser, Clock, DocumentHead
from kg_builder.pipeline.readings import Entry, Readings
from kg_builder.store import AnalysisCache, StoreDir, TextCache, sorted_nquads
from kg_builder.triples import DocumentFacts, Names, article_context, article_quads
from kg_builder.vocab import Minter

_BODY = msgspec.json.Decoder(tuple[tuple[ArticleAnalysis, ...], ...])
_ANALYSERS: dict[tuple[Settings, str], Analyser] = {}
_SETTLED: set[Analyser] = set()
_GATES: list[Gate] = []


def analyser_for(settings: Settings) -> Analyser:
    """The analyser of this process: loading authority files once is enough."""
    # A long-lived process may see its authority files and shapes change between two builds.
    digest = hashlib.sha256()
    for path in (resources.shapes_file(), *map(Path, settings.authority)):
        digest.update(path.read_bytes() if path.is_file() else b"")
    key = settings, digest.hexdigest()
    if key not in _ANALYSERS:
        _ANALYSERS.clear()
        _SETTLED.clear()
        _GATES.clear()
        gc.unfreeze()  # the last analyser's tables may go
        with _uncollected():
            _ANALYSERS[key] = Analyser(settings)
    return _ANALYSERS[key]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keeps the garbage collector from looking through tables while they are being read."""
    usual = gc.get_threshold()
    gc.set_threshold(0)  # not `gc.disable`: libraries turn it on again after their own loading
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _settling(analyser: Analyser) -> Iterator[None]:
    """Around an analysis: what the first one loads is kept out of every later collection.

    The model and the tables are a quarter of a million objects that live as long as the process;
    each look through them costs a tenth of a second.
    """
    if analyser in _SETTLED:
        yield
        return
    with _uncollected():
        yield
        gc.freeze()
    _SETTLED.add(analyser)


@dataclass(frozen=True, slots=True)
class AnalyseJob:
    """Some documents of one input to analyse into the store's cache, each under its key.

    `path` is the input's, `reading` the key of its reading.
    """

    store: str
    settings: Settings
    path: str
    reading: str
    hints: Hints
    items: tuple[tuple[Entry, str], ...]


@dataclass(frozen=True, slots=True)
class AnalyseOutcome:
    """What became of an AnalyseJob: the reasons why documents failed, by key."""

    job: AnalyseJob
    problems: dict[str, str]
    seconds: dict[str, float]
    died: bool = False


def analyse(job: AnalyseJob) -> AnalyseOutcome:
    """Analyses documents and stores what was found."""
    analyser = analyser_for(job.settings)
    analyser.clock.seconds.clear()
    directory = StoreDir(Path(job.store))
    cache = AnalysisCache(directory.analyses)
    readings = Readings(directory.readings, TextCache(directory.texts))
    problems = {}
    documents = readings.documents(job.reading, [entry for entry, _ in job.items])
    for (_, key), document in zip(job.items, documents, strict=True):
        try:
            with _settling(analyser):
                found = analyser.document(document, job.hints)
                heads = (analyser.heads(found),)
        except InputError as error:
            problems[key] = str(error)
            continue
        cache.put(key, msgspec.json.encode(heads), msgspec.json.encode((found.articles,)))
    return AnalyseOutcome(job, problems, dict(analyser.clock.seconds))


def analysis_died(job: AnalyseJob) -> AnalyseOutcome:
    """The outcome of documents whose worker died; of several, one may be at fault alone."""
    reason = "its analysis ended the worker process (out of memory, or a crash in a library)"
    return AnalyseOutcome(job, {key: reason for _, key in job.items}, {}, died=True)


@dataclass(frozen=True, slots=True)
class PublishItem:
    """One article of an analysis to publish under the names that resolution gave."""

    article: str
    part: int
    number: int
    document: DocumentHead
    names: Names


@dataclass(frozen=True, slots=True)
class PublishJob:
    """The articles of one analysis that have to be published."""

    store: str
    base: str
    key: str
    items: tuple[PublishItem, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """One article's graph on disk, or why the gate held it back."""

    article: str
    path: str
    quads: int
    results: tuple[Result, ...]
    conforms: bool


def graph_file(directory: StoreDir, article: str) -> Path:
    """Where a build keeps an article's new graph until it is loaded."""
    digest = hashlib.sha256(article.encode()).hexdigest()
    return directory.work / "graphs" / digest[:2] / f"{digest}.nq"


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """What became of a PublishJob, and the CPU seconds that it took by stage."""

    articles: tuple[Published, ...]
    seconds: dict[str, float]


def _gate() -> Gate:
    """The gate of this process: its shapes are parsed once."""
    if not _GATES:
        _GATES.append(next((a.gate for a in _ANALYSERS.values()), None) or Gate())
    return _GATES[0]


def publish(job: PublishJob) -> PublishOutcome:
    """Makes the graphs of one analysis's articles, and gates each."""
    gate = _gate()
    clock = Clock()
    directory = StoreDir(Path(job.store))
    minter = Minter(job.base)
    bodies = _BODY.decode(AnalysisCache(directory.analyses).body(job.key))
    texts = TextCache(directory.texts)
    done = []
    for item in job.items:
        head = item.document
        document = DocumentFacts(head.source_name, head.content_hash, texts.get(head.text_hash))
        analysis = bodies[item.part][item.number]
        with clock.stage("triples"):
            quads = article_quads(analysis, document, item.names, minter)
            context = article_context(analysis, document, item.names, minter)
            lines = sorted_nquads(quads)
        with clock.stage("gate"):
            report = gate.check(quads, context)
        path = graph_file(directory, item.article)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lines)
        count = lines.count(b"\n")
        done.append(Published(item.article, str(path), count, report.results, report.conforms))
    return PublishOutcome(tuple(done), clock.seconds)


def publish_died(job: PublishJob) -> PublishOutcome:
    """The outcome of a publication whose worker died: held back, with the reason."""
    message = "making its graph ended the worker process (out of memory, or a crash in a library)"
    result = Result("", "", "", "Violation", message, "", "")
    held = (Published(i.article, "", 0, (result,), conforms=False) for i in job.items)
    return PublishOutcome(tuple(held), {})
