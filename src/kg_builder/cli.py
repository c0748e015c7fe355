"""Arguments in, text and an exit code out; the only module that prints.

Exit codes: 0 all well, 1 some inputs failed or findings were made, 2 wrong usage or
configuration, 3 two engines disagree, 4 could not run (nothing was changed), 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from kg_builder import __version__, pipeline, reading, validating, vocab
from kg_builder.config import PublicationRule, Settings, load_settings
from kg_builder.errors import KgBuilderError, UsageError
from kg_builder.store import SnapshotRef, Snapshots
from kg_builder.store.layout import storage_error, write_atomically
from kg_builder.telling import Progress, tell_build

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KgBuilderError as error:
        _say(f"kg-builder: {error}")
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _say("kg-builder: interrupted; what is done is kept, the same command goes on from there")
        return INTERRUPTED
    return code


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _emit(data: bytes, target: Path | None = None) -> None:
    if target is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        write_atomically(target, data)
    except OSError as error:
        raise storage_error(error, target) from error


# --- commands --------------------------------------------------------------------------


def _settings(options: argparse.Namespace, **flags: Any) -> Settings:
    settings = load_settings(getattr(options, "config", None), flags)
    name = getattr(options, "publication", None)
    if name:
        rule = PublicationRule(pattern="*", name=name)
        settings = settings.model_copy(update={"publication": (rule, *settings.publication)})
    return settings


def _kept(options: argparse.Namespace, settings: Settings) -> Settings:
    """Without a kg.toml, what shapes every analysis stays as the last build had it."""
    if options.config is not None:
        return settings
    return pipeline.kept_settings(options.store, settings)


def _build(options: argparse.Namespace) -> int:
    settings = _settings(options, workers=options.workers, base=options.base)
    if not options.fresh:
        settings = _kept(options, settings)
    chosen = {"model": options.model, "min_confidence": options.min_confidence}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if chosen:
        extractors = settings.extractors.model_copy(update=chosen)
        settings = settings.model_copy(update={"extractors": extractors})
    paths = pipeline.given(
        options.paths,
        options.store,
        sys.stdin.buffer,
        files_from=options.files_from,
        stdin_name=options.stdin_name,
    )
    return _change(
        options,
        lambda progress: pipeline.build(
            paths,
            options.store,
            settings,
            sync=options.sync,
            fresh=options.fresh,
            progress=progress,
        ),
    )


def _remove(options: argparse.Namespace) -> int:
    settings = _kept(options, _settings(options))
    return _change(
        options, lambda progress: pipeline.remove(options.target, options.store, settings, progress)
    )


def _change(options: argparse.Namespace, action: Callable[[Progress], pipeline.BuildReport]) -> int:
    """Runs what changes a store, and tells what came of it."""
    progress = Progress()
    try:
        report = action(progress)
    finally:
        progress.close()
    for problem in report.problems:
        word = "held back by the gate" if problem.kind == "quarantined" else "failed"
        _say(f"{word}: {problem.name}: {problem.reason}")
    for note in report.notes:
        _say(f"note: {note}")
    if options.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        tell_build(report, options.store)
    return 1 if report.errors or report.quarantined else 0


def _query(options: argparse.Namespace) -> int:
    text = options.query
    if text is None:
        if options.file is None:
            raise UsageError("give a query with -q 'SPARQL' or a file with one")
        try:
            text = options.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{options.file}: cannot be read: {error}") from error
    ref, lease = _snapshot(options.store)
    with lease:
        _emit(reading.query(ref.open(), text, options.format))
    return 0


def _snapshot(store: Path) -> tuple[SnapshotRef, Any]:
    snapshots = Snapshots(store)
    snapshots.require()
    held = snapshots.acquire()
    assert held is not None  # require() has just seen one
    return held


def _export(options: argparse.Namespace) -> int:
    ref, lease = _snapshot(options.store)
    with lease:
        _emit(reading.export(ref, options.format), options.output)
    _note_base(ref)
    return 0


def _note_base(ref: SnapshotRef) -> None:
    if ref.manifest["base"] == vocab.DEFAULT_BASE:
        _say(
            f"note: IRIs stand under the default base {vocab.DEFAULT_BASE}, which resolves on "
            "this machine only; set `base` in kg.toml before you publish"
        )


def _validate(options: argparse.Namespace) -> int:
    if options.store is None:
        outcome = validating.run(options, sys.stdin.buffer)
    else:
        ref, lease = _snapshot(options.store)
        with lease:
            quads = partial(reading.public_quads, ref)
            outcome = validating.run(options, sys.stdin.buffer, quads)
    for note in outcome.notes:
        _say(note)
    for target, data in outcome.written:
        _emit(data, target)
    return outcome.exit_code


def _quarantine(options: argparse.Namespace) -> int:
    if options.action == "retry":
        settings = _kept(options, _settings(options))
        return _change(
            options, lambda p: pipeline.retry(options.store, settings, p, options.article)
        )
    if options.action == "drop":
        if options.article is None:
            raise UsageError("name the article to drop; `quarantine list` names them")
        settings = _kept(options, _settings(options))
        return _change(
            options, lambda p: pipeline.drop(options.article, options.store, settings, p)
        )
    held = Snapshots(options.store).require().manifest.get("quarantined", [])
    if options.action == "list":
        if options.json:
            print(json.dumps(held, ensure_ascii=False))
            return 0
        for item in held:
            print(f"{item['article']}  {item['source']}: {item['headline'] or 'untitled'}")
        print(f"{len(held)} held back")
        return 0
    found = [item for item in held if options.article in (None, item["article"])]
    if options.article is not None and not found:
        raise UsageError(f"{options.article}: not in quarantine; see `quarantine list`")
    for item in found:
        print(f"{item['article']}  {item['source']}: {item['headline'] or 'untitled'}")
        for result in item["results"]:
            print(f"  {result['severity']}: {result['message']}")
            print(f"    at {result['focus']} {result['path']} {result['value']}".rstrip())
    return 0


def _explain(options: argparse.Namespace) -> int:
    ref, lease = _snapshot(options.store)
    with lease:
        _emit(reading.explain(ref.open(), options.iri).encode("utf-8"))
    return 0


def _info(options: argparse.Namespace) -> int:
    ref = Snapshots(options.store).require()
    manifest = ref.manifest
    facts = {
        "snapshot": ref.name,
        "version": manifest["version"],
        "base": manifest["base"],
        **manifest["counts"],
        "inputs": len(manifest["inputs"]),
        "quarantined": len(manifest["quarantined"]),
    }
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        for name, value in facts.items():
            print(f"{name:12} {value}")
    if options.inputs:
        for path, item in sorted(manifest["inputs"].items()):
            print(f"{item['source_name']}  {path}")
    _note_base(ref)
    return 0


def _serve(options: argparse.Namespace) -> int:
    # Imported here: the builder's other commands should not wait for the web framework.
    from kg_server.app import ServerOptions, serve  # noqa: PLC0415
    from kg_server.source import StoreSource, load_files  # noqa: PLC0415

    if bool(options.data) == bool(options.store):
        raise UsageError("give --store DIR, or --data FILES, but not both")
    server = _settings(
        options,
        **{
            "server.host": options.host,
            "server.port": options.port,
            "server.workers": options.workers,
            "server.default_graph": options.default_graph,
        },
    ).server
    limits = ServerOptions(
        host=server.host,
        port=server.port,
        workers=server.workers,
        timeout=server.timeout,
        max_timeout=max(server.timeout, server.max_timeout),
        memory=server.memory_mb << 20,
        queue=server.queue,
        default_graph=server.default_graph,
    )
    if options.store:
        Snapshots(options.store).require()
        serve(limits, StoreSource(options.store), _tell_where)
        return 0
    with tempfile.TemporaryDirectory(prefix="kg-builder-") as folder:
        serve(limits, load_files(options.data, Path(folder) / "data"), _tell_where)
    return 0


def _tell_where(url: str) -> None:
    _say(f"pages and workbench: {url}\nSPARQL endpoint:     {url}sparql\nCtrl-C stops the server")


# --- the parser ------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kg-builder",
        description="News articles in, a validated knowledge graph out.",
        epilog="example: kg-builder build articles/ --store graph && "
        "kg-builder serve --store graph",
    )
    parser.add_argument("--version", action="version", version=f"kg-builder {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    _add_build(commands)

    remove = _command(
        commands, "remove", _remove, "take an article, a document or an input out of a store",
        "kg-builder remove http://127.0.0.1:8000/id/article/blast-3f2a9c11d0 --store graph",
    )  # fmt: skip
    remove.add_argument("target", metavar="IRI|PATH", help="what to take out")
    _store(remove)
    _config_and_json(remove)

    query = _command(
        commands, "query", _query, "ask a store in SPARQL",
        "kg-builder query --store graph -q 'SELECT ?h { ?a kg:headline ?h }' --format csv",
    )  # fmt: skip
    query.add_argument("file", nargs="?", type=Path, metavar="FILE.rq", help="file with the query")
    query.add_argument("-q", "--query", metavar="SPARQL", help="the query itself")
    _store(query)
    forms = ("table", *reading.RESULT_FORMATS, *reading.GRAPH_FORMATS)
    query.add_argument("--format", choices=forms, help="default: table, or ttl for graphs")

    export = _command(
        commands, "export", _export, "write a store as RDF; N-Quads sorted is the canonical form",
        "kg-builder export --store graph --format nq -o graph.nq",
    )  # fmt: skip
    _store(export)
    export.add_argument("--format", choices=reading.EXPORT_FORMATS, default="nq")
    export.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: standard output"
    )

    validate = _command(
        commands, "validate", _validate, "check RDF files or a whole store against the shapes",
        "kg-builder validate data.ttl more.nq",
    )  # fmt: skip
    validating.add_options(validate)
    _store(validate, required=False)

    _more_commands(commands)
    return parser


def _probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text}: must be from 0 to 1")
    return value


def _add_build(commands: Any) -> None:
    build = _command(
        commands, "build", _build, "build files and folders into a store, on top of what it holds",
        'kg-builder build articles/ page.html --store graph --publication "The Daily Lantern"',
    )  # fmt: skip
    build.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="file or folder, - for standard input"
    )
    build.add_argument("--files-from", type=Path, metavar="LIST", help="a file with a path a line")
    build.add_argument("--stdin-name", default="stdin", metavar="NAME", help="what - is called")
    _store(build)
    build.add_argument("--publication", metavar="NAME", help="the outlet of all these inputs")
    build.add_argument("--base", metavar="IRI", help="base IRI of the data")
    build.add_argument(
        "--model",
        metavar="NAME",
        help="default, none, a spaCy pipeline's name or folder, gliner:NAME",
    )
    build.add_argument(
        "--min-confidence", type=_probability, metavar="X",
        help="leave out mentions less sure than X, from 0 to 1, and what rests on them",
    )  # fmt: skip
    build.add_argument("--workers", type=int, metavar="N", help="processes (default: the cores)")
    build.add_argument(
        "--sync", action="store_true", help="drop what has vanished from the folders"
    )
    build.add_argument("--fresh", action="store_true", help="forget all earlier inputs")
    _config_and_json(build)


def _more_commands(commands: Any) -> None:
    quarantine = _command(
        commands, "quarantine", _quarantine, "list, explain, retry or drop what the gate held back",
        "kg-builder quarantine explain --store graph",
    )  # fmt: skip
    quarantine.add_argument("action", choices=("list", "explain", "retry", "drop"))
    quarantine.add_argument("article", nargs="?", help="one article, as `list` names it")
    _store(quarantine)
    _config_and_json(quarantine)

    explain = _command(
        commands, "explain", _explain, "what is known of an IRI, why, and from which sentences",
        "kg-builder explain http://127.0.0.1:8000/id/entity/place/kunduz --store graph",
    )  # fmt: skip
    explain.add_argument("iri", metavar="IRI")
    _store(explain)

    serve = _command(
        commands, "serve", _serve, "serve a store, or any RDF files, with a SPARQL endpoint",
        "kg-builder serve --store graph --port 8000",
    )  # fmt: skip
    _store(serve, required=False)
    serve.add_argument("--data", nargs="+", type=Path, metavar="FILE", help="RDF files to serve")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    serve.add_argument("--workers", type=int, metavar="N", help="query workers (default: 2)")
    serve.add_argument("--default-graph", choices=("union", "empty"), help="default: union")
    serve.add_argument("--config", type=Path, metavar="kg.toml", help="settings")

    info = _command(
        commands, "info", _info, "what a store holds",
        "kg-builder info --store graph --inputs",
    )  # fmt: skip
    _store(info)
    info.add_argument("--inputs", action="store_true", help="list the inputs too")
    info.add_argument("--json", action="store_true", help="print one JSON object")


def _command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    example: str,
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=f"example: {example}"
    )
    command.set_defaults(run=run)
    return command


def _store(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    command.add_argument(
        "--store", type=Path, metavar="DIR", required=required, help="folder of the store"
    )


def _config_and_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, metavar="kg.toml", help="settings")
    command.add_argument("--json", action="store_true", help="print the report as one JSON object")


if __name__ == "__main__":
    sys.exit(main())
