"""kg.toml, environment and sidecars in, frozen Settings and Hints out.

Precedence: defaults < kg.toml < environment (KG_…) < flags of the command line; for one
document the sidecar wins over kg.toml's publication patterns.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from kg_builder.errors import ConfigError, InputError
from kg_builder.model import ArticleHint, EntityKind, Hints, MetaSource, Publication
from kg_builder.vocab import DEFAULT_BASE

SIDECAR_SUFFIX = ".meta.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _web_address(value: str) -> str:
    try:
        host = urlsplit(value).hostname
    except ValueError:  # brackets that hold no IPv6 address
        host = None
    if not host or not re.fullmatch(r"https?://[^\s\x00-\x20\x7f<>\"{}|\\^`]+", value):
        raise ValueError("must be an http or https URL")
    return value


def _name(value: str) -> str:
    value = " ".join(value.split())
    if not value or any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise ValueError("must be a name: not empty, without control characters")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", value):
        raise ValueError("must be an ISO 639 code such as en or pt-BR")
    return value


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError("must be an ISO 3166-1 alpha-2 code such as GB")
    return value


def _iso_date(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be an ISO date such as 2024-05-31, with or without time") from error
    return value


Url = Annotated[str, AfterValidator(_web_address)]
Name = Annotated[str, AfterValidator(_name)]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
IsoDate = Annotated[str, AfterValidator(_iso_date)]


RecordField = Literal[
    "text", "title", "author", "published", "modified", "url", "publication", "section",
    "language", "summary",
]  # fmt: skip


class PublicationRule(_Frozen):
    """An outlet, and the documents that are its own, by a pattern over their source names."""

    pattern: str = Field(description="glob over the path relative to the folder given to build")
    name: Name = Field(description="the outlet's name")
    homepage: Url | None = Field(None, description="the outlet's home page, a URL")
    language: Language | None = Field(None, description="its language, an ISO 639-1 code")
    country: Country | None = Field(None, description="its country, an ISO 3166-1 alpha-2 code")


class RecordsRule(_Frozen):
    """Which fields hold what in JSON records and tables, by a pattern over source names."""

    pattern: str = Field("*", description="glob over the path relative to the folder given")
    preset: Literal["", "c4", "newsapi", "gdelt"] = Field(
        "", description="a ready mapping: c4, newsapi or gdelt"
    )
    fields: tuple[tuple[RecordField, str], ...] = Field(
        (), description='our names and the records\' fields: text = "body"'
    )

    @field_validator("fields", mode="before")
    @classmethod
    def _fields_as_pairs(cls, value: Any) -> Any:
        return tuple(sorted(value.items())) if isinstance(value, dict) else value


class Extractors(_Frozen):
    """Which extractors run."""

    events: bool = Field(True, description="find events and claims")
    model: str = Field(
        "default",
        description="model that finds names: default, none, a spaCy pipeline, gliner:NAME",
    )
    labels: tuple[tuple[str, EntityKind], ...] = Field(
        (), description="classes of that model's own labels"
    )
    min_confidence: float = Field(
        0.0, ge=0, le=1, description="mentions less sure, and what rests on them, are left out"
    )

    @field_validator("labels", mode="before")
    @classmethod
    def _labels_as_pairs(cls, value: Any) -> Any:
        # A table in kg.toml; pairs here, so that settings stay hashable.
        return tuple(sorted(value.items())) if isinstance(value, dict) else value


class Limits(_Frozen):
    """What one input may cost."""

    max_bytes: int = Field(200_000_000, gt=0, description="bytes of one document")
    max_unpacked: int = Field(
        20_000_000_000, gt=0, description="bytes that one archive may unpack to"
    )
    max_records: int = Field(1_000_000, gt=0, description="records of one archive, feed or table")
    max_nesting: int = Field(3, gt=0, description="archives in archives")
    cpu_seconds: float = Field(5.0, gt=0, description="CPU seconds to read one document")
    memory_mb: int = Field(1024, ge=256, description="memory of a process that reads, in MiB")
    max_line: int = Field(1_000_000, gt=0, description="characters of one line of text")
    max_articles: int = Field(100_000, gt=0, description="articles in one document")


class Server(_Frozen):
    """The endpoint."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    workers: int = Field(2, ge=1, le=64, description="query worker processes")
    timeout: float = Field(30.0, gt=0, description="seconds a query may take")
    max_timeout: float = Field(120.0, gt=0, description="most seconds that a client may ask for")
    memory_mb: int = Field(2048, ge=256, description="address space of one query worker, in MiB")
    queue: int = Field(32, ge=1, description="queries that may wait; more are answered 503")
    default_graph: Literal["union", "empty"] = Field(
        "union", description="what a query without GRAPH sees: all graphs, or none"
    )


class Settings(_Frozen):
    """Everything that can be set; a test holds that README documents each name."""

    base: str | None = Field(
        None, description="base IRI of the data; kept from the store's last build when not set"
    )
    authority: tuple[str, ...] = Field((), description="authority files of your own (Turtle)")
    decisions: str | None = Field(
        None, description="your decisions on which entities are one (Turtle)"
    )
    publication: tuple[PublicationRule, ...] = Field((), description="publications by path pattern")
    records: tuple[RecordsRule, ...] = Field((), description="fields of JSON records and tables")
    extractors: Extractors = Extractors()
    limits: Limits = Limits()
    server: Server = Server()
    workers: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 8),
        ge=1,
        le=256,
        description="processes that analyse documents",
    )
    keep_snapshots: int = Field(2, ge=1, description="snapshots kept after a build")

    @field_validator("base")
    @classmethod
    def _base_is_an_iri(cls, value: str | None) -> str | None:
        if value is not None and (
            not value.startswith(("http://", "https://", "urn:")) or value[-1] not in "/#:"
        ):
            raise ValueError(
                "must be an http, https or urn IRI that ends with '/', '#' or ':', "
                f"for example {DEFAULT_BASE}"
            )
        return value

    def analysis_digest(self) -> str:
        """Hash of the settings that shape what is found in a document."""
        relevant = self.model_dump_json(
            include={"extractors": True, "limits": {"max_line", "max_articles"}}
        )
        return hashlib.sha256(relevant.encode()).hexdigest()


_ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "KG_BASE": ("base",),
    "KG_WORKERS": ("workers",),
    "KG_HOST": ("server", "host"),
    "KG_PORT": ("server", "port"),
    "KG_TIMEOUT": ("server", "timeout"),
}
"""Environment variables and the settings they set."""

ENVIRONMENT_NAMES = tuple(_ENVIRONMENT)


def load_settings(
    path: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from a kg.toml (or none), the environment and flags.

    `flags` maps dotted names ("server.port") to values; None values are ignored. Raises
    ConfigError that names the file, the setting, what is wrong and what is accepted.
    """
    values: dict[str, Any] = {}
    if path is not None:
        values = _read_toml(path)
        if "authority" in values and isinstance(values["authority"], list):
            values["authority"] = [str(path.parent / str(p)) for p in values["authority"]]
        if isinstance(values.get("decisions"), str):
            values["decisions"] = str(path.parent / values["decisions"])
    environment = os.environ if environment is None else environment
    for variable, names in _ENVIRONMENT.items():
        if variable in environment:
            _put(values, names, environment[variable])
    for name, value in (flags or {}).items():
        if value is not None:
            _put(values, tuple(name.split(".")), value)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        where = str(path) if path else "the settings"
        raise ConfigError(f"{where}: {_explain(error)}") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def _put(values: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    for name in names[:-1]:
        values = values.setdefault(name, {})
        if not isinstance(values, dict):
            raise ConfigError(f"[{name}] must be a table")
    values[names[-1]] = value


def _explain(error: ValidationError) -> str:
    """One sentence for each wrong setting."""
    parts = []
    for detail in error.errors():
        # Where a value may have two forms, pydantic adds a name of its own for each.
        names = [n for n in map(str, detail["loc"]) if not n.startswith(("_", "function-"))]
        place = ".".join(names) or "the file"
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "there is no such setting"
        parts.append(f"{place}: {message}")
    return "; ".join(parts)


class _SidecarPublication(_Frozen):
    name: Name
    homepage: Url | None = None
    language: Language | None = None
    country: Country | None = None


class _SidecarArticle(_Frozen):
    title: Name
    url: Url | None = None
    date: IsoDate | None = None
    authors: tuple[Name, ...] = ()


class Sidecar(_Frozen):
    """What `<file>.meta.json` may hold; see README."""

    publication: _SidecarPublication | Name | None = None
    url: Url | None = None
    date: IsoDate | None = None
    language: Language | None = None
    authors: tuple[Name, ...] = ()
    retrieved: IsoDate | None = None
    articles: tuple[_SidecarArticle, ...] = ()


def hints_for(source_name: str, settings: Settings, sidecar: bytes | None, where: str) -> Hints:
    """What kg.toml's patterns and the sidecar say of one document.

    `where` names the sidecar in errors. Raises InputError for a broken sidecar.
    """
    publication: Publication | None = None
    source: MetaSource = "config"
    for rule in settings.publication:
        if fnmatchcase(source_name, rule.pattern):
            publication = Publication(rule.name, rule.homepage, rule.language, rule.country)
            break
    if sidecar is None:
        return Hints(publication=publication, publication_source=source)
    try:
        side = Sidecar.model_validate_json(sidecar)
    except ValidationError as error:
        raise InputError(f"sidecar {where}: {_explain(error)}; mend or remove it") from error
    if isinstance(side.publication, str):
        publication, source = Publication(side.publication), "sidecar"
    elif side.publication is not None:
        publication, source = Publication(**side.publication.model_dump()), "sidecar"
    return Hints(
        publication=publication,
        publication_source=source,
        url=side.url,
        date=side.date,
        language=side.language,
        authors=side.authors,
        retrieved=side.retrieved,
        articles=tuple(ArticleHint(a.title, a.url, a.date, a.authors) for a in side.articles),
    )
