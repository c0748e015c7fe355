"""kg-builder: news articles in, a validated knowledge graph out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("kg-builder")
except PackageNotFoundError:  # imported from a source tree that was never installed
    __version__ = "0.0.0"

__all__ = ["__version__"]
