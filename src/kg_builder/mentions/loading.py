"""The folder or the name of a spaCy pipeline in, the part of it that finds names out, quickly.

A build of one article waits mostly for imports and tables, and a build of many for nets, so
nothing is loaded or run that names do not need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_NEEDLESS = ("tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler", "senter")
_SHARED_NETS = ("tok2vec", "transformer")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_TOKENIZER = "spacy.Tokenizer.v1"
_UNFILLED = "kg_builder.UnfilledTokenizer.v1"


def names_pipeline(source: Path | str) -> Any:
    """The pipeline without what finds no names.

    `source` is a folder or the name of an installed package. Raises ImportError without spaCy,
    and OSError, ValueError or KeyError when there is no such pipeline.
    """
    _one_thread()
    spacy = _spacy()
    found = _folder(source)
    needless = list(_NEEDLESS)
    config: dict[str, Any] = {}
    if found is not None:
        stated = spacy.util.load_config(found / "config.cfg")
        needless += _unheard_nets(stated["components"])
        if (
            stated["nlp"]["tokenizer"] == {"@tokenizers": _TOKENIZER}
            and (found / "tokenizer").is_file()
        ):
            config["nlp.tokenizer"] = {"@tokenizers": _unfilled(spacy)}
    return spacy.load(source, exclude=needless, config=config)


def _one_thread() -> None:
    """Keeps BLAS to one thread: workers share the cores, and sums keep their order."""
    if "numpy" not in sys.modules:  # BLAS reads them once, when it is loaded
        os.environ.update(dict.fromkeys(_THREADS, "1"))


def _spacy() -> Any:
    """The module spaCy, without its command line when nobody has imported it yet.

    The command line (with its web client and downloader) is a third of the import's time and
    is wanted for one function, `spacy.info`, which still works.
    """
    if "spacy" not in sys.modules and find_spec("spacy") is not None:
        try:
            with _without_command_line():
                return import_module("spacy")
        except (ImportError, AttributeError):  # a version that wants more of it
            for name in [n for n in sys.modules if n.partition(".")[0] == "spacy"]:
                del sys.modules[name]
    return import_module("spacy")


@contextmanager
def _without_command_line() -> Iterator[None]:
    package, info = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    info.info = _info  # type: ignore[attr-defined]
    stand_ins = {"spacy.cli": package, "spacy.cli.info": info}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            sys.modules.pop(name, None)


def _info(*arguments: Any, **options: Any) -> Any:
    """What `spacy.info` is: facts of the installation and of pipelines."""
    return import_module("spacy.cli.info").info(*arguments, **options)


def _folder(source: Path | str) -> Path | None:
    """The folder with a pipeline's config: the path itself, or the one inside a package."""
    if isinstance(source, Path):
        return source
    spec = find_spec(source) if source.isidentifier() else None
    places = spec.submodule_search_locations if spec else None
    found = sorted(c for place in places or () for c in Path(place).glob("*/config.cfg"))
    return found[0].parent if len(found) == 1 else None


def _unheard_nets(components: Mapping[str, Any]) -> list[str]:
    """The shared nets that no component we keep listens to: a third of a document's time."""
    nets = [n for n, c in components.items() if c.get("factory") in _SHARED_NETS]
    others = {n: c for n, c in components.items() if n not in nets and n not in _NEEDLESS}
    heard = set(_heard(others))
    return [] if "*" in heard else [n for n in nets if n not in heard]


def _heard(tree: Mapping[str, Any]) -> Iterator[str]:
    """The nets that the listeners below a configuration hear; "*" is whichever there is."""
    if "Listener" in str(tree.get("@architectures")):
        yield str(tree.get("upstream", "*"))
    for value in tree.values():
        if isinstance(value, Mapping):
            yield from _heard(value)


def _unfilled(spacy: Any) -> str:
    """The registered name of a tokenizer without rules, which the folder's own then fill.

    The language's usual rules would be made first and thrown away.
    """
    if _UNFILLED not in spacy.registry.tokenizers:
        make = import_module("spacy.tokenizer").Tokenizer
        spacy.registry.tokenizers.register(_UNFILLED, func=lambda: lambda nlp: make(nlp.vocab))
    return _UNFILLED
