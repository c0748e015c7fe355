"""A model's name or path in, a pipeline that finds names out.

`default` is the pipeline that ships with the package, `none` works by patterns alone,
`gliner:NAME` takes a GLiNER model, anything else is an installed spaCy pipeline or a folder.
"""

from __future__ import annotations

import hashlib
import importlib
import warnings
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from kg_builder import weights
from kg_builder.errors import ConfigError
from kg_builder.mentions.loading import names_pipeline
from kg_builder.mentions.names import LABELS, GlinerNames, NameFinder, SpacyNames
from kg_builder.model import EntityKind

DEFAULT = "default"
NONE = "none"
_GLINER = "gliner:"
_GLINER_LIBRARIES = ("gliner", "torch", "transformers")


def load(name: str, labels: Mapping[str, EntityKind] | None = None) -> NameFinder | None:
    """The finder of a model, None for `none`. Raises ConfigError when it cannot be had."""
    if name == NONE:
        return None
    if name.startswith(_GLINER):
        return GlinerNames(_gliner(name.removeprefix(_GLINER)), labels or {})
    nlp = _spacy(name)
    if "ner" not in nlp.pipe_names:
        raise ConfigError(
            f"model {name!r} has no component 'ner', so it finds no names; it has "
            f"{', '.join(nlp.pipe_names) or 'nothing'}"
        )
    return SpacyNames(nlp, dict(LABELS) | dict(labels or {}))


def digest(name: str) -> str:
    """Hash of what a model is: its files for a folder, its name and version for a package."""
    told = ""
    if name.startswith(_GLINER):
        path = _gliner_folder(name.removeprefix(_GLINER))
        told = " ".join(f"{library}={_version(library)}" for library in _GLINER_LIBRARIES)
    else:
        path = weights.folder() if name == DEFAULT else Path(name)
    if name == NONE or path is None or not path.is_dir():
        spec = find_spec(name) if name.isidentifier() else None
        own = getattr(importlib.import_module(name), "__version__", "") if spec else ""
        return f"{name}={own}{told}"
    found = hashlib.sha256(told.encode())
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        found.update(file.relative_to(path).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _spacy(name: str) -> Any:
    path = weights.folder() if name == DEFAULT else Path(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions that differ in the last place
            return names_pipeline(path if path.is_dir() else name)
    except ImportError as error:
        raise ConfigError(
            "spaCy is not installed, which the model needs: pip install spacy, or set "
            "extractors.model = 'none' to work by patterns alone"
        ) from error
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"model {name!r} cannot be loaded: it is no installed spaCy pipeline and no folder "
            f"with one ({error}); install it, or take the one that ships (extractors.model = "
            "'default')"
        ) from error


def _gliner_folder(name: str) -> Path | None:
    """The folder of a GLiNER model: itself, or where the hub's own tool has put it before."""
    if Path(name).is_dir():
        return Path(name)
    try:
        hub = importlib.import_module("huggingface_hub")
        return Path(hub.snapshot_download(name, local_files_only=True))
    except (ImportError, OSError, ValueError):
        return None


def _gliner(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its libraries' own matters
            module = importlib.import_module("gliner")
    except ImportError as error:
        raise ConfigError(
            "GLiNER is not installed: pip install 'kg-builder[gliner]', or leave the model out"
        ) from error
    folder = _gliner_folder(name)
    if folder is None:
        raise ConfigError(
            f"GLiNER model {name!r} is no folder and not on this machine, and builds never "
            f"download: fetch it once with `hf download {name}`, or give its folder"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Sums in another order would round otherwise: one thread, as everywhere else.
            importlib.import_module("torch").set_num_threads(1)
            model = module.GLiNER.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, UnpicklingError) as error:
        raise ConfigError(f"GLiNER model {name!r} cannot be loaded: {error}") from error
    return model.eval()
