"""A model's name or path in, a pipeline that finds names out.

`default` is the pipeline that ships with the package, `none` works by patterns alone,
`gliner:NAME` takes a GLiNER model, anything else is an installed spaCy pipeline or a folder.
"""

from __future__ import annotations

import hashlib
import importlib
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kg_builder import weights
from kg_builder.errors import ConfigError
from kg_builder.mentions.loading import names_pipeline
from kg_builder.mentions.names import LABELS, GlinerNames, NameFinder, SpacyNames
from kg_builder.model import EntityKind

DEFAULT = "default"
NONE = "none"
_GLINER = "gliner:"


def load(name: str, labels: Mapping[str, EntityKind] | None = None) -> NameFinder | None:
    """The finder of a model, None for `none`. Raises ConfigError when it cannot be had."""
    if name == NONE:
        return None
    wanted = dict(LABELS) | dict(labels or {})
    if name.startswith(_GLINER):
        return GlinerNames(_gliner(name.removeprefix(_GLINER)), wanted)
    nlp = _spacy(name)
    if "ner" not in nlp.pipe_names:
        raise ConfigError(
            f"model {name!r} has no component 'ner', so it finds no names; it has "
            f"{', '.join(nlp.pipe_names) or 'nothing'}"
        )
    return SpacyNames(nlp, wanted)


def digest(name: str) -> str:
    """Hash of what a model is: its files for a folder, its name and version for a package."""
    path = weights.folder() if name == DEFAULT else Path(name)
    if name == NONE or not path.is_dir():
        spec = find_spec(name) if name.isidentifier() else None
        version = getattr(importlib.import_module(name), "__version__", "") if spec else ""
        return f"{name}={version}"
    found = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        found.update(file.relative_to(path).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


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


def _gliner(name: str) -> Any:
    try:
        module = importlib.import_module("gliner")
    except ImportError as error:
        raise ConfigError(
            "GLiNER is not installed: pip install 'kg-builder[gliner]', or leave the model out"
        ) from error
    try:
        return module.GLiNER.from_pretrained(name, local_files_only=Path(name).exists())
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"GLiNER model {name!r} cannot be loaded: {error}") from error
