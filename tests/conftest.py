"""What every end-to-end test shares: the build tool, one cache, and artifacts built once.

Crates are built in one target folder, so that what they share is compiled once.
"""

from __future__ import annotations

import functools
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CRATES = ROOT / "tests" / "crates"

# The suite is short and the same each time; `pytest --hypothesis-profile=thorough` looks further.
hypothesis.settings.register_profile("suite", max_examples=25, deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("thorough", max_examples=5000, deadline=None)
hypothesis.settings.load_profile("suite")


def build_tool() -> str:
    """The program, as `dev.py` says, else as it lies on `PATH`."""
    found = os.environ.get("USECRATE_BUILD") or shutil.which("usecrate-build")
    if not found:
        raise pytest.UsageError(
            "no `usecrate-build`: run the tests by `python3 dev.py test`, or set USECRATE_BUILD"
        )
    return found


def run_build(*arguments: str | os.PathLike[str], env: dict[str, str] | None = None, cwd: Any = None) -> Any:
    """Runs the build tool and gives what it did, whatever the exit code."""
    return subprocess.run(
        [build_tool(), *map(str, arguments)],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=1200,
        check=False,
    )


def events(output: str) -> list[dict[str, Any]]:
    """The events of `--json`."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


@functools.cache
def built(spec: str, *options: str) -> pathlib.Path:
    """The artifact's folder of a spec, built once in this run."""
    done = run_build("build", spec, "--json", *options)
    said = events(done.stdout)
    if done.returncode != 0:
        failure = next((event for event in said if event["event"] == "error"), {"message": done.stderr})
        pytest.fail(f"building {spec}: {failure.get('message')}\n{failure.get('details') or done.stderr}")
    return pathlib.Path(next(event["artifact"] for event in said if event["event"] == "done"))


def library_of(artifact: pathlib.Path) -> str:
    """The shared library of an artifact."""
    manifest = json.loads((artifact / "manifest.json").read_text(encoding="utf-8"))
    return str(artifact / manifest["library"]["path"])


@pytest.fixture(scope="session", name="build")
def build_fixture() -> Callable[..., pathlib.Path]:
    """`build(spec, *options)`: the artifact of a spec, built once."""
    return built


@pytest.fixture(scope="session", name="library")
def library_fixture() -> Callable[..., str]:
    """`library(spec, *options)`: the shared library of a spec, built once."""
    return lambda spec, *options: library_of(built(spec, *options))


@pytest.fixture(scope="session", name="tool")
def tool_fixture() -> Callable[..., Any]:
    """`tool(*arguments)`: runs the build tool and gives exit code and output."""
    return run_build


@pytest.fixture(scope="session")
def behaviours() -> Any:
    """The module of the crate with one module per behaviour."""
    import usecrate

    return usecrate.import_(str(CRATES / "behaviours"))
