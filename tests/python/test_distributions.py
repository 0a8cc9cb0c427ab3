"""The two distributions as a user has them: installed from wheels that were made of source distributions,
with no clone in reach."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = ("build-tools", "loader-py")
WINDOWS = os.name == "nt"

CRATE = {
    "Cargo.toml": """
        [package]
        name = "greeter"
        version = "0.3.0"
        edition = "2021"
        """,
    "src/lib.rs": """
        //! Greets.

        /// Greets somebody.
        pub fn greet(name: &str) -> String {
            format!("hello, {name}")
        }
        """,
}

CALL = """
import os, sys, usecrate
greeter = usecrate.import_(sys.argv[1])
os.chdir(os.pardir)  # where `greeter` is a name, not a folder
assert usecrate.import_("greeter", build_if_missing=False) is greeter
assert greeter.__version__ == "0.3.0", greeter.__version__
print(greeter.greet("world"))
"""


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def scripts(venv: Path) -> Path:
    return venv / ("Scripts" if WINDOWS else "bin")


def wheel(project: str, folder: Path) -> Path:
    """The wheel of a project, built from its source distribution alone."""
    maturin = shutil.which("maturin", path=os.path.dirname(sys.executable)) or shutil.which("maturin")
    assert maturin, "maturin is not installed: run `python3 dev.py test`"
    # Compiled dependencies are kept for the next run; sources never are.
    env = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / ".dev" / "target-distributions" / project)}
    manifest = ROOT / project / "Cargo.toml"
    sdists, wheels, sources = folder / "sdist", folder / "wheels", folder / "sources"
    run(maturin, "sdist", "-m", manifest, "--out", sdists / project, cwd=folder, env=env)
    (sdist,) = (sdists / project).glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(sources, filter="data")
        else:
            archive.extractall(sources)
    # All its files have the same old time, by which cargo would take what was compiled before for theirs.
    for file in sources.rglob("*"):
        os.utime(file)
    (unpacked,) = sources.iterdir()
    build = (maturin, "build", "--profile", "dev", "--out", wheels / project)
    run(*build, "--interpreter", sys.executable, cwd=unpacked, env=env)
    shutil.rmtree(sources)
    (found,) = (wheels / project).glob("*.whl")
    return found


@pytest.mark.slow
def test_installed_from_wheels_a_crate_is_built_and_called(tmp_path: Path) -> None:
    wheels = [wheel(project, tmp_path) for project in PROJECTS]
    venv, work, cache = tmp_path / "venv", tmp_path / "work", tmp_path / "cache"
    run(sys.executable, "-m", "venv", venv, cwd=tmp_path)
    python = scripts(venv) / ("python.exe" if WINDOWS else "python")
    links = [word for file in wheels for word in ("--find-links", str(file.parent))]
    run(python, "-m", "pip", "install", "-q", "--no-index", *links, "usecrate[build]", cwd=tmp_path)
    for name, text in CRATE.items():
        file = work / "greeter" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))

    ours = ("USECRATE_", "PYTHON", "VIRTUAL_ENV", "CARGO_TARGET_DIR")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env["USECRATE_CACHE_DIR"] = str(cache)
    built = run(python, "-m", "usecrate", "build", "./greeter", "--offline", cwd=work, env=env)
    artifact = Path(built.strip())
    assert artifact.is_relative_to(cache)
    assert run(python, "-c", CALL, "./greeter", cwd=work, env=env) == "hello, world\n"
    # The bridge was built on the carried sources, not on the clone's.
    (bridge,) = (cache / "work").glob("greeter-*/Cargo.toml")
    assert str(cache / "runtime") in bridge.read_text().replace("\\\\", "\\")
    assert str(ROOT) not in bridge.read_text()
    listing = run(python, "-m", "usecrate", "inspect", artifact, cwd=work, env=env)
    assert "def greet(" in listing


def test_all_versions_are_one() -> None:
    found = {
        f"{project}/pyproject.toml": re.search(
            r'^version = "(.+)"$', (ROOT / project / "pyproject.toml").read_text(), re.MULTILINE
        )
        for project in PROJECTS
    }
    root = (ROOT / "Cargo.toml").read_text()
    found["Cargo.toml"] = re.search(r'^version = "(.+)"$', root, re.MULTILINE)
    found["loader-py/Cargo.toml"] = re.search(
        r'^version = "(.+)"$', (ROOT / "loader-py/Cargo.toml").read_text(), re.MULTILINE
    )
    found["usecrate[build]"] = re.search(
        r"usecrate-build==([^\"]+)", (ROOT / "loader-py/pyproject.toml").read_text()
    )
    found["version.py"] = re.search(
        r'^__version__.*= "(.+)"$', (ROOT / "loader-py/python/usecrate/version.py").read_text(), re.MULTILINE
    )
    for name in ("usecrate-manifest", "usecrate-runtime"):
        found[name] = re.search(rf'^{name} = .*version = "=(.+?)"', root, re.MULTILINE)
    versions = {place: match and match.group(1) for place, match in found.items()}
    assert None not in versions.values() and len(set(versions.values())) == 1, versions
