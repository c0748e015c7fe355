"""Settings: precedence, clear errors, and every name documented in README."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from kg_builder.config import ENVIRONMENT_NAMES, Settings, Sidecar, hints_for, load_settings
from kg_builder.errors import ConfigError, InputError
from tests.support import ROOT


def names(model: type[BaseModel], prefix: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += names(inner, f"{prefix}{name}.")
        elif name == "publication" and not prefix:
            found += [f"publication.{n}" for n in ("pattern", "name", "homepage", "language")]
            found.append("publication.country")
        else:
            found.append(prefix + name)
    return found


@pytest.mark.parametrize("name", [*names(Settings), *ENVIRONMENT_NAMES, *Sidecar.model_fields])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_environment_wins_over_file_and_flags_over_both(tmp_path: Path) -> None:
    path = tmp_path / "kg.toml"
    path.write_text('base = "https://a.example/"\nworkers = 3\n[server]\nport = 1\n')
    from_file = load_settings(path, environment={})
    assert (from_file.base, from_file.workers, from_file.server.port) == (
        "https://a.example/",
        3,
        1,
    )
    both = load_settings(path, {"workers": 5}, {"KG_WORKERS": "4", "KG_PORT": "2"})
    assert (both.workers, both.server.port) == (5, 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("base = ", "not valid TOML"),
        ('bse = "x"', "bse: there is no such setting"),
        ('base = "example.org"', "base: must be an http"),
        ("workers = 0", "workers: Input should be greater"),
        ('[server]\nport = "many"', "server.port: Input should be a valid integer"),
        ("[[publication]]\npattern = '*'", "publication.0.name: Field required"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "kg.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"kg\.toml") as caught:
        load_settings(path, environment={})
    assert told in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "none.toml")


def test_authority_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text('authority = ["mine.ttl"]')
    assert load_settings(tmp_path / "kg.toml", environment={}).authority == (
        str(tmp_path / "mine.ttl"),
    )


def test_the_sidecar_wins_over_patterns() -> None:
    settings = Settings.model_validate(
        {"publication": [{"pattern": "a/*", "name": "A"}, {"pattern": "*", "name": "Rest"}]}
    )
    assert hints_for("a/x.txt", settings, None, "s").publication.name == "A"  # type: ignore[union-attr]
    assert hints_for("b/x.txt", settings, None, "s").publication.name == "Rest"  # type: ignore[union-attr]
    hints = hints_for(
        "a/x.txt",
        settings,
        b'{"publication": {"name": "S", "country": "KZ"}, "date": "2024-01-02",'
        b' "articles": [{"title": "T", "authors": ["J"]}]}',
        "s",
    )
    assert hints.publication is not None
    assert (hints.publication.name, hints.publication_source) == ("S", "sidecar")
    assert hints.articles[0].authors == ("J",)


@pytest.mark.parametrize(
    "side", [b"{", b'{"publisher": "x"}', b"\xff", b'{"url": "javascript:x"}', b'{"date": "soon"}']
)
def test_a_broken_sidecar_is_an_error_of_its_document(side: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.meta\.json"):
        hints_for("x", Settings(), side, "x.meta.json")
