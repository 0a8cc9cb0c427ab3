"""The stubs of artifacts: mypy and pyright find nothing wrong, stubtest no difference from what is loaded."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"
FIXTURES = ("any_value", "behaviours", "generics", "keeps", "mappings", "traits")
SPECS = {**{name: str(CRATES / name) for name in FIXTURES}, "semver": "semver@1.0.28"}
# A fixture crate is no crate that can be imported by its name.
STUBTEST = """
import sys
import usecrate, usecrate.crates
from mypy.stubtest import main

name = f"usecrate.crates.{sys.argv.pop(1)}"
sys.modules[name] = module = usecrate.load_artifact(sys.argv.pop(1))
for path, inner in usecrate.crates._inner(module, name, ()):
    sys.modules.setdefault(path, inner)
sys.argv.append(name)
sys.exit(main())
"""


def run(folder: pathlib.Path, *words: str) -> str:
    """What a program that finds stubs in the folder's `typings` says; empty if it fails not."""
    env = {**os.environ, "MYPYPATH": "typings", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module", name="folder")
def folder_fixture(
    build: Callable[..., pathlib.Path], tmp_path_factory: pytest.TempPathFactory
) -> pathlib.Path:
    """A project with the stubs of all of them in its `typings`."""
    folder = tmp_path_factory.mktemp("stubs")
    assert run(folder, "-m", "usecrate", "stubs", *(str(build(spec)) for spec in SPECS.values())) == ""
    settings = {"typeCheckingMode": "strict", "include": ["typings", "use.py"], "pythonVersion": "3.10"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    return folder


USE = """
from typing import TYPE_CHECKING

from usecrate.crates import generics, semver

if TYPE_CHECKING:
    from typing_extensions import assert_type

    version = semver.Version.parse("1.2.3")
    assert_type(version.major, int)
    assert_type(version < semver.Version(2, 0, 0), bool)
    assert_type(semver.Op("Exact"), semver.Op)
    assert_type(generics.parse["u32"]("5"), int)
    assert_type(generics.parse["String"]("5"), str)
    try:
        semver.Version.parse("x")
    except semver.Error as error:
        assert_type(error.message, str)
    with version as same:
        assert_type(same, semver.Version)
"""
WRONG = {
    "semver.Version.parse(5)": "arg-type",
    "semver.Version('1', 2)": "call-overload",
    "semver.Versio": "attr-defined",
    "generics.parse['no such type']('5')": "call-overload",
    "semver.Version.parse('1.2.3').nothing": "attr-defined",
}


def test_mypy_finds_nothing(folder: pathlib.Path) -> None:
    packages = [word for name in SPECS for word in ("-p", f"usecrate.crates.{name}")]
    assert run(folder, "-m", "mypy", "--strict", "--python-version", "3.10", *packages) == ""


def test_pyright_finds_nothing(folder: pathlib.Path) -> None:
    (folder / "use.py").write_text(USE)
    assert run(folder, "-m", "pyright", "--pythonpath", sys.executable) == ""


def test_what_is_used_has_these_types(folder: pathlib.Path) -> None:
    (folder / "use.py").write_text(USE)
    assert run(folder, "-m", "mypy", "--strict", "use.py") == ""
    lines = [f"{line}\n" for line in WRONG]
    (folder / "wrong.py").write_text("from usecrate.crates import generics, semver\n" + "".join(lines))
    said = run(folder, "-m", "mypy", "wrong.py")
    for number, code in enumerate(WRONG.values(), start=2):
        assert f"wrong.py:{number}: error:" in said and f"[{code}]" in said, said


@pytest.mark.parametrize("name", SPECS)
def test_stubtest_finds_no_difference(
    name: str, folder: pathlib.Path, build: Callable[..., pathlib.Path]
) -> None:
    assert run(folder, "-c", STUBTEST, name, str(build(SPECS[name])), "--concise") == ""


def test_an_artifact_without_stubs_and_one_with_others_are_refused(
    build: Callable[..., pathlib.Path], tmp_path: pathlib.Path
) -> None:
    artifact = tmp_path / "artifact"
    shutil.copytree(build(SPECS["semver"]), artifact)
    stub = artifact / "stubs" / "semver" / "__init__.pyi"
    stub.write_text("edited = 1\n")
    assert "is not what was built" in run(tmp_path, "-m", "usecrate", "stubs", str(artifact))
    sums = artifact / "BLAKE3SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(True) if "stubs/" not in line))
    assert "has no stubs" in run(tmp_path, "-m", "usecrate", "stubs", str(artifact))
    assert not (tmp_path / "typings").exists()


def test_they_are_installed_and_removed(build: Callable[..., pathlib.Path], tmp_path: pathlib.Path) -> None:
    program = f"""
        import sys
        from usecrate.stubs import Stubs, record
        print(Stubs({str(build(SPECS["semver"]) / "manifest.json")!r}).write("usecrate-stubs/crates"))
        record(".")
    """
    assert run(tmp_path, "-c", textwrap.dedent(program)) == ""
    assert (tmp_path / "usecrate-stubs" / "py.typed").read_text() == "partial\n"
    (info,) = tmp_path.glob("usecrate_stubs-*.dist-info")
    listed = [line.split(",")[0] for line in (info / "RECORD").read_text().splitlines()]
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(listed) == sorted(found)
