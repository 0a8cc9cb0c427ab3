"""`usecrate build`, end to end: where a crate may come from, what each option does, what is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import usecrate

LIBRARY = """
//! Numbers.

/// One.
pub fn one() -> u8 { 1 }

/// Counts with the default feature.
#[cfg(feature = "std")]
pub fn standard() -> u8 { 2 }

/// Counts when asked to.
#[cfg(feature = "extra")]
pub fn extra() -> u8 { 3 }

/// Never gives.
pub fn explode() -> u8 { panic!("boom") }
"""

# A workspace whose profile would end the process at a panic, and whose toolchain nobody has.
WORKSPACE = {
    "Cargo.toml": """
[workspace]
members = ["numbers", "sums"]
resolver = "2"

[profile.release]
panic = "abort"

[profile.dev]
panic = "abort"
""",
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.86.3"\n',
    "numbers/Cargo.toml": """
[package]
name = "numbers"
version = "0.3.1"
edition = "2021"

[features]
default = ["std"]
std = []
extra = []
""",
    "numbers/src/lib.rs": LIBRARY,
    "sums/Cargo.toml": """
[package]
name = "sums"
version = "1.0.0"
edition = "2021"

[dependencies]
numbers = { path = "../numbers" }
""",
    "sums/src/lib.rs": "//! Sums.\n\n/// Two.\npub fn two() -> u8 { numbers::one() + 1 }\n",
}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    write(folder, WORKSPACE)
    return folder


def usecrate_build(
    *arguments: str | Path, cwd: Path, code: int = 0, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m usecrate build`; nothing is optimised, to be quick."""
    words = [sys.executable, "-m", "usecrate", "build", *map(str, arguments)]
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def artifact(done: subprocess.CompletedProcess[str]) -> Path:
    """The one line on standard output: the artifact's folder."""
    (line,) = done.stdout.splitlines()
    return Path(line)


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


def functions(folder: Path) -> set[str]:
    root = manifest(folder)["modules"][0]
    return {entry["name"] for entry in root["entries"] if "function" in entry}


def git(folder: Path, *arguments: str) -> str:
    words = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_member_of_a_workspace(workspace: Path, tmp_path: Path) -> None:
    # A sub-folder is the package around it; neither pinned toolchain nor profile reaches the artifact.
    done = usecrate_build("./numbers/src", "--profile", "dev", "--out", tmp_path / "out", cwd=workspace)
    found = artifact(done)
    assert found.is_relative_to(tmp_path / "out" / "numbers" / "0.3.1")
    assert manifest(found)["build"]["profile"] == "dev"
    numbers = usecrate.load_artifact(found)
    assert numbers.one() == 1
    with pytest.raises(usecrate.PanicError, match="boom"):
        numbers.explode()
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"built numbers 0.3.1 in {found}: "), last
    stages = ["resolve", "scan", "plan", "generate", "prove", "build", "describe", "seal"]
    assert all(f"{stage} " in last for stage in stages), last
    # What it depends on beside it is built too, and what it holds is found by its name.
    sums = artifact(
        usecrate_build("../workspace", "-p", "sums", "--profile", "dev", "--out", tmp_path, cwd=workspace)
    )
    assert usecrate.load_artifact(sums).two() == 2


def test_features(workspace: Path, tmp_path: Path) -> None:
    always = {"one", "explode"}
    for options, more in {
        (): {"standard"},
        ("--no-default-features",): set(),
        ("--no-default-features", "--features", "extra"): {"extra"},
        ("--all-features",): {"standard", "extra"},
    }.items():
        done = usecrate_build(
            "./numbers", "--profile", "dev", "--out", tmp_path / "out", *options, cwd=workspace
        )
        assert functions(artifact(done)) == always | more, options
    assert len(list((tmp_path / "out" / "numbers" / "0.3.1").iterdir())) == 4


def test_a_git_repository(workspace: Path, tmp_path: Path) -> None:
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "one")
    git(workspace, "tag", "v1")
    commit = git(workspace, "rev-parse", "HEAD")
    write(workspace, {"sums/src/lib.rs": "//! Sums.\n"})
    git(workspace, "commit", "-q", "-a", "-m", "two")
    url = f"git+{workspace.as_uri()}"
    options = ("-p", "sums", "--profile", "dev", "--out", tmp_path / "out")
    found = artifact(usecrate_build(f"{url}#{commit}", *options, cwd=tmp_path))
    assert usecrate.load_artifact(found).two() == 2
    assert manifest(found)["crate"]["source"] == "git"
    # A commit never changes: nothing is asked the second time. A tag leads to the same artifact.
    again = usecrate_build(f"{url}#{commit}", *options, cwd=tmp_path)
    assert artifact(again) == found
    assert again.stderr.splitlines() == [
        f"sums 1.0.0 is in {found}: 1 callable served, 0 skipped; nothing to do"
    ]
    assert artifact(usecrate_build(f"{url}#v1", *options, cwd=tmp_path)) == found
    assert functions(artifact(usecrate_build(url, *options, cwd=tmp_path))) == set()


def test_what_is_printed(workspace: Path, tmp_path: Path) -> None:
    options = ("--profile", "dev", "--out", tmp_path / "out", "--target-dir", tmp_path / "target")
    done = usecrate_build("--module", "./numbers", "--json", *options, cwd=workspace)
    assert done.stderr == ""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    stages = [event["stage"] for event in events if event["event"] == "stage"]
    assert stages == ["resolve", "scan", "plan", "generate", "prove", "build", "describe", "seal"]
    assert {event["event"] for event in events} >= {"stage", "command", "compiling", "proof", "done"}
    last = events[-1]
    assert (last["package"], last["version"], last["reused"]) == ("numbers", "0.3.1", False)
    assert last["served"] == len(manifest(Path(last["artifact"]))["callables"]) == 3
    assert set(last["stages"]) == set(stages)
    assert (tmp_path / "target" / "CACHEDIR.TAG").is_file()

    # Forced, it is built again, and `-v` shows each command as one would type it.
    done = usecrate_build("./numbers", "--force", "-v", *options, cwd=workspace)
    assert str(artifact(done)) == last["artifact"]
    commands = [line for line in done.stderr.splitlines() if line.startswith("  $ ")]
    last = [" check " in commands[-3], " rustc " in commands[-2], " metadata " in commands[-1]]
    assert all(last), commands


def test_a_lock_file_is_obeyed(workspace: Path, tmp_path: Path) -> None:
    options = ("--profile", "dev", "--out", tmp_path, "--locked", "--offline")
    lock = 'version = 4\n\n[[package]]\nname = "numbers"\nversion = "0.3.1"\n'
    write(workspace, {"Cargo.lock": lock})
    assert functions(artifact(usecrate_build("./numbers", *options, cwd=workspace))) >= {"one"}
    write(workspace, {"Cargo.lock": lock.replace("numbers", "others")})
    failed = usecrate_build("./sums", *options, cwd=workspace, code=1)
    assert (
        "error: the lock file of `sums` would have to change: numbers 0.3.1 [lock-out-of-date]"
        in failed.stderr
    )
    assert "hint: run `cargo update` for the crate, or leave --locked out" in failed.stderr


def test_a_changed_source_is_built_again(workspace: Path, tmp_path: Path) -> None:
    options = ("--profile", "dev", "--out", tmp_path / "out")
    first = artifact(usecrate_build("./sums", *options, cwd=workspace))
    assert artifact(usecrate_build("./sums", *options, cwd=workspace)) == first
    changed = LIBRARY.replace("-> u8 { 1 }", "-> u8 { 41 }")
    write(workspace, {"numbers/src/lib.rs": changed})
    second = artifact(usecrate_build("./sums", *options, cwd=workspace))
    assert second != first
    assert usecrate.load_artifact(second).two() == 42


def test_the_registry_says_what_exists(tmp_path: Path) -> None:
    failed = usecrate_build("semver@99", cwd=tmp_path, code=1)
    assert "error: `semver` has no version that meets `99.*` [no-such-version]" in failed.stderr
    assert "hint: versions that exist: 1." in failed.stderr
    failed = usecrate_build("Semver", cwd=tmp_path, code=1)
    assert "error: there is no crate `Semver` [no-such-crate]\nhint: did you mean `semver`?" in failed.stderr
    failed = usecrate_build("semver@1", "--features", "nope", cwd=tmp_path, code=1)
    assert "error: `semver` has no feature `nope` [no-such-feature]\nhint: its features: " in failed.stderr


def test_with_nothing_to_do_a_build_takes_no_time(tmp_path: Path) -> None:
    usecrate_build("semver@1", cwd=tmp_path)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        done = usecrate_build("semver@1", cwd=tmp_path)
        times.append(time.perf_counter() - start)
        assert done.stderr.rstrip().endswith("; nothing to do")
    assert min(times) < 0.3, times


def test_what_fails_only_in_code_generation_is_skipped(tmp_path: Path) -> None:
    source = """
//! Sizes.

pub struct Sized<T>(pub T);

impl<T> Sized<T> {
    const LARGE: () = assert!(std::mem::size_of::<T>() > 4, "too small");
    pub fn checked() -> u8 { Self::LARGE; 1 }
    pub fn checked_below() -> u8 { below::<T>() }
    pub fn unchecked() -> u8 { 2 }
}

fn below<T>() -> u8 { Sized::<T>::checked() }

pub type Small = Sized<u8>;
pub type Large = Sized<u64>;

pub fn take(small: Small, large: Large) -> u64 { u64::from(small.0) + large.0 }
"""
    package = '[package]\nname = "sizes"\nversion = "0.1.0"\nedition = "2021"\n'
    write(tmp_path, {"Cargo.toml": package, "src/lib.rs": source})
    done = usecrate_build(".", "--profile", "dev", "--out", tmp_path / "out", cwd=tmp_path)
    skipped = {skip["path"]: skip for skip in manifest(artifact(done))["skipped"]}
    for name in ("checked", "checked_below"):
        (path,) = (path for path in skipped if path.endswith(f"<u8>::{name}"))
        assert "too small" in skipped[path]["message"], skipped[path]
    sizes = usecrate.load_artifact(artifact(done))
    assert (sizes.Large.checked(), sizes.Large.checked_below()) == (1, 1)
    assert sizes.Small.unchecked() == 2


def test_inspect_takes_a_spec(workspace: Path, tmp_path: Path) -> None:
    # What it has to build goes where builds go.
    env = {**os.environ, "USECRATE_ARTIFACT_DIR": str(tmp_path / "out")}
    command = [sys.executable, "-m", "usecrate", "inspect", "./sums"]
    listed = subprocess.run(command, cwd=workspace, env=env, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.startswith("sums 1.0.0 from ") and "  def two() -> int" in listed.stdout, (
        listed.stdout
    )
    (found,) = (tmp_path / "out" / "sums" / "1.0.0").iterdir()
    again = subprocess.run([*command[:-1], found], capture_output=True, text=True, check=True)
    assert again.stdout == listed.stdout
