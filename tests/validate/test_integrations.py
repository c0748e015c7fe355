"""The Action, the pre-commit hook and the GitLab template, each run as far as it runs here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from tests.support import ROOT
from tests.validate.conftest import SHAPES
from tests.validate.test_formats import commands

BIN = Path(sys.executable).parent
BASH = shutil.which("bash")
PATH = f"{BIN}{os.pathsep}{os.environ['PATH']}"

pytestmark = pytest.mark.skipif(BASH is None, reason="bash is not installed")


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As GitHub runs a step of `shell: bash`."""
    return subprocess.run(
        [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder, env={"PATH": PATH} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def schema_says(name: str, file: str) -> None:
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", name, ROOT / file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


# --- GitHub ----------------------------------------------------------------------------


def test_the_action_is_as_its_schema_wants() -> None:
    schema_says("vendor.github-actions", "action.yml")
    action = load("action.yml")
    text = (ROOT / "docs" / "VALIDATE.md").read_text(encoding="utf-8")
    assert [name for name in action["inputs"] if f"`{name}`" not in text] == []
    used = " ".join(str(step["env"]) for step in action["runs"]["steps"])
    assert [name for name in action["inputs"] if f"inputs.{name} " not in used] == []


@pytest.fixture
def runner(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the runner gives every step; kg-builder is where the first step would put it."""
    temp = tmp_path_factory.mktemp("runner")
    (temp / "kg-builder").mkdir()
    (temp / "kg-builder" / "bin").symlink_to(BIN)
    return {"RUNNER_TEMP": str(temp), "GITHUB_STEP_SUMMARY": str(temp / "summary.md")}


def validate_step(
    folder: Path, runner: Mapping[str, str], **inputs: str
) -> subprocess.CompletedProcess[str]:
    action = load("action.yml")
    step = action["runs"]["steps"][1]
    assert step["shell"] == "bash"
    values = {name: item.get("default", "") for name, item in action["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    environment = {
        key: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for key, text in step["env"].items()
    }
    return bash(step["run"], folder, **environment, **runner)


def test_the_action_annotates_and_sums_up(folder: Path, runner: dict[str, str]) -> None:
    shutil.copy(folder / "bad.ttl", folder / "bad copy.ttl")
    summary = Path(runner["GITHUB_STEP_SUMMARY"])
    summary.write_text("before\n", encoding="utf-8")
    done = validate_step(folder, runner, files="good.ttl\n\n  \nbad c*.ttl\n", shapes="s.ttl\r\n")
    assert done.returncode == 1, done.stderr
    found = commands(done.stdout)
    assert [name for name, _, _ in found] == ["error", "error", "warning", "notice"]
    assert {properties["file"] for _, properties, _ in found} == {"bad copy.ttl"}
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n### Shapes: does not conform\n")


def test_the_actions_inputs_reach_the_command(folder: Path, runner: dict[str, str]) -> None:
    (folder / "map.toml").write_text("", encoding="utf-8")
    more = "--engine=both\n--max-results\n5"
    good = validate_step(folder, runner, files="good.ttl", shapes="s.ttl", fail_on="info",
                         imports="map.toml", arguments=more)  # fmt: skip
    assert good.returncode == 0, good.stderr
    assert "conforms" in Path(runner["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
    for wrong in ({"fail_on": "x"}, {"baseline": "none.json"}, {"imports": "none.toml"}):
        done = validate_step(folder, runner, files="good.ttl", shapes="s.ttl", **wrong)
        assert done.returncode == 2, done.stderr
    done = validate_step(folder, runner, files="good.ttl", shapes="s.ttl", changed_only="HEAD")
    assert done.returncode == 4, done.stderr
    # What a pull request may name is data, never script.
    done = validate_step(folder, runner, files='$(touch "harm")\n`touch harm`', shapes="s.ttl")
    assert (done.returncode, (folder / "harm").exists()) == (2, False)


def test_the_action_installs(folder: Path, tmp_path: Path) -> None:
    """The first step as it stands, with what pip would fetch already there."""
    site = find_spec("hatchling")
    assert site is not None
    assert site.origin is not None
    step = load("action.yml")["runs"]["steps"][0]
    assert step["env"] == {"ACTION_PATH": "${{ github.action_path }}"}
    environment = {
        "ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(tmp_path / "runner"),
        "PYTHONPATH": str(Path(site.origin).parents[1]),
        # pip's own reading of this name: "false" means without isolation
        "PIP_NO_BUILD_ISOLATION": "false", "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1",
        "PIP_FORCE_REINSTALL": "1",
    }  # fmt: skip
    (tmp_path / "runner").mkdir()
    done = bash(step["run"], folder, **environment)
    assert done.returncode == 0, done.stderr
    program = tmp_path / "runner" / "kg-builder" / "bin" / "kg-builder"
    ran = subprocess.run(
        [program, "validate", "bad.ttl", "--shapes=s.ttl"], cwd=folder, check=False,
        env={"PATH": PATH, "PYTHONPATH": environment["PYTHONPATH"]}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr


# --- pre-commit ------------------------------------------------------------------------


def test_the_hook_runs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """By pre-commit itself, which checks the manifest; with the package that is installed,

    for `language: python` would fetch all it needs.
    """
    done = subprocess.run(
        [BIN / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        capture_output=True, text=True, check=False,
        env={"PATH": PATH, "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("home"))},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    (hook,) = load(".pre-commit-hooks.yaml")
    hook |= {"language": "system", "args": ["--shapes=s.ttl", "--format=human"]}
    hook["exclude"] = "^s[.]ttl$"
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "notes.txt").write_text("nonsense", encoding="utf-8")
    environment = {
        "PATH": PATH, "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("cache")), "HOME": str(folder),
    }  # fmt: skip

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*arguments], cwd=folder, env=environment, capture_output=True,
                              text=True, check=False)  # fmt: skip

    call("git", "init", "-q")
    call("git", "add", ".")
    failed = call(BIN / "pre-commit", "run", "--all-files", "--color=never")
    assert failed.returncode == 1, failed.stderr
    assert "bad.ttl:5: ex:alice ex:name" in failed.stdout
    assert "in 2 files" in failed.stdout
    passed = call(BIN / "pre-commit", "run", "--files", "good.ttl", "--color=never")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stdout


# --- GitLab ----------------------------------------------------------------------------


def test_the_template_writes_junit(folder: Path) -> None:
    schema_says("vendor.gitlab-ci", "ci/gitlab.yml")
    job = load("ci/gitlab.yml")[".kg-builder-validate"]
    report = job["artifacts"]["reports"]["junit"]
    install, *script = job["script"]
    assert install.startswith("python -m pip install ")
    variables = job["variables"] | {"KG_FILES": "*.ttl"}
    for shapes, arguments, code, failures in (
        ("s.ttl", "", 1, 2), ("s.ttl", "--fail-on warning", 1, 3), ("", "", 2, 0),
    ):  # fmt: skip
        given = variables | {"KG_SHAPES": shapes, "KG_ARGUMENTS": arguments}
        done = bash("\n".join(script), folder, **given)
        assert done.returncode == code, done.stderr
        xml = JUnitXml.fromfile(str(folder / report))
        assert (xml.failures, xml.errors) == (failures, int(code == 2))
    given = variables | {"KG_SHAPES": "s.ttl more.ttl", "KG_FILES": "bad.ttl"}
    (folder / "more.ttl").write_text(SHAPES.replace("ex:PersonShape", "ex:Again"), "utf-8")
    done = bash("\n".join(script), folder, **given)
    assert done.returncode == 1, done.stderr
    assert JUnitXml.fromfile(str(folder / report)).failures == 4
