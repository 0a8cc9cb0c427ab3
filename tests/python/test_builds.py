"""Builds: what crates bring along that must not matter, reuse, and what the command line says."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

import usecrate

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"
BEHAVIOURS = str(CRATES / "behaviours")


def test_a_pinned_toolchain_that_is_not_there() -> None:
    assert usecrate.import_(str(CRATES / "pins_a_toolchain")).three() == 3


def test_panic_abort_does_not_reach_the_artifact() -> None:
    with pytest.raises(usecrate.PanicError, match="it fell"):
        usecrate.import_(str(CRATES / "panic_abort")).fall()


def test_a_workspace_member_with_what_it_inherits() -> None:
    module = usecrate.import_(str(CRATES / "member_of_a_workspace" / "member"))
    assert module.helped() == "helped" and module.__version__ == "0.7.0"


def test_a_sub_folder_of_a_crate(build: Callable[..., pathlib.Path]) -> None:
    assert build(str(CRATES / "behaviours" / "src")) == build(BEHAVIOURS)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the symbols with `nm`")
def test_only_our_symbol_leaves_the_library(library: Callable[..., str]) -> None:
    path = library(str(CRATES / "exports_a_symbol"))
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[-1] for line in listed.splitlines()] == ["usecrate_call"]
    assert usecrate.import_(str(CRATES / "exports_a_symbol")).seven() == 7


def test_nothing_to_do_is_quick_and_changes_nothing(tool: Any, build: Callable[..., pathlib.Path]) -> None:
    artifact = build("semver@1.0.28")
    before = {path.name: path.stat().st_mtime_ns for path in artifact.iterdir()}
    best = 99.0
    for _ in range(5):
        start = time.monotonic()
        done = tool("build", "semver@1.0.28", "--json")
        best = min(best, time.monotonic() - start)
        event = json.loads(done.stdout.splitlines()[-1])
        assert event["event"] == "done" and event["reused"] is True and event["artifact"] == str(artifact)
    assert {path.name: path.stat().st_mtime_ns for path in artifact.iterdir()} == before
    assert best < 0.3, f"{best:.2f} s to find that nothing is to be done"


def test_the_answer_is_the_folder_and_one_line_sums_up(tool: Any, tmp_path: pathlib.Path) -> None:
    done = tool("build", "--module", str(CRATES / "pins_a_toolchain"), "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    artifact = pathlib.Path(done.stdout.strip())
    assert artifact.is_absolute() and artifact.parent.parent.parent == tmp_path.resolve()
    assert "pins_a_toolchain 0.1.0" in done.stderr and "1 callable" in done.stderr
    assert (artifact / "manifest.json").is_file()


def test_a_changed_source_is_another_artifact(tool: Any, tmp_path: pathlib.Path) -> None:
    crate = tmp_path / "changing"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text(
        '[package]\nname = "changing"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n'
    )
    source = crate / "src" / "lib.rs"
    source.write_text("/// One.\npub fn number() -> u8 {\n    1\n}\n")
    first = usecrate.import_(str(crate))
    assert first.number() == 1 and usecrate.import_(str(crate)) is first
    source.write_text("/// Two.\npub fn number() -> u8 {\n    2\n}\n")
    second = usecrate.import_(str(crate))
    assert second is not first and second.number() == 2 and first.number() == 1


def test_import_without_a_toolchain(build: Callable[..., pathlib.Path], tmp_path: pathlib.Path) -> None:
    """An artifact needs neither the build tool nor Rust."""
    artifact = build("semver@1.0.28")
    program = "import sys, usecrate; print(usecrate.load_artifact(sys.argv[1]).Version(1, 2, 3))"
    env = {k: v for k, v in os.environ.items() if k not in ("USECRATE_BUILD", "USECRATE_CACHE_DIR")}
    env.update(PATH=str(tmp_path), HOME=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program, str(artifact)],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("1.2.3", "")


def test_the_command_line_of_the_loader(build: Callable[..., pathlib.Path]) -> None:
    def usecrate_program(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "usecrate", *words],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    assert usecrate.__version__ in usecrate_program("version").stdout
    for words in (["--help"], ["build", "--help"], ["inspect", "--help"]):
        done = usecrate_program(*words)
        assert done.returncode == 0 and "SPEC" in done.stdout.upper(), done
    artifact = build(BEHAVIOURS)
    listed = usecrate_program("inspect", str(artifact))
    assert listed.returncode == 0, listed.stderr
    for expected in ("Account", "deposit", "record", "handle", "add(", "peek", "unsafe"):
        assert expected in listed.stdout, expected
    again = usecrate_program("build", BEHAVIOURS)
    assert again.returncode == 0 and again.stdout.strip() == str(artifact)


def test_the_manifest_fits_its_schema(build: Callable[..., pathlib.Path]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema_file = CRATES.parent.parent / "manifest" / "manifest.schema.json"
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for spec in (BEHAVIOURS, "semver@1.0.28"):
        manifest = json.loads((build(spec) / "manifest.json").read_text(encoding="utf-8"))
        validator.validate(manifest)
        for path, part in manifest["schemas"].items():
            assert isinstance(part, dict), path
            jsonschema.Draft202012Validator.check_schema(part)
        for part in manifest.get("parameters", {}).values():
            jsonschema.Draft202012Validator.check_schema(part)


def test_no_path_of_the_machine_is_in_the_manifest(build: Callable[..., pathlib.Path]) -> None:
    text = (build("semver@1.0.28") / "manifest.json").read_text(encoding="utf-8")
    assert str(pathlib.Path.home()) not in text and str(CRATES.parent.parent) not in text


def test_schemas_of_parameters_tell_good_arguments_from_bad(build: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    manifest = json.loads((build(CRATES / "behaviours") / "manifest.json").read_text(encoding="utf-8"))
    taking = {callable_["id"] for callable_ in manifest["callables"] if callable_["params"]}
    assert set(manifest["parameters"]) == taking
    add = jsonschema.Draft202012Validator(manifest["parameters"]["behaviours::add"])
    assert add.is_valid({"left": 1, "right": -2})
    for wrong in (
        {"left": 1},
        {"left": 1, "right": 2**31},
        {"left": 1, "right": "2"},
        {"left": 1, "right": 2, "x": 3},
    ):
        assert not add.is_valid(wrong)
