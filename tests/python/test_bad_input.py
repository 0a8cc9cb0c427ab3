"""What bad input gets: each its own clear error with a next step, and nothing half-done."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import usecrate
from usecrate._native import blake3

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"
BEHAVIOURS = str(CRATES / "behaviours")


def failure(done: Any, exit_code: int = 1) -> dict[str, Any]:
    """The error event of a failed build, which says what happened and what to do next."""
    assert done.returncode == exit_code, (done.returncode, done.stdout, done.stderr)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    (error,) = [event for event in events if event["event"] == "error"]
    assert error["message"] and error["code"] and error["message"][0] == error["message"][0].lower()
    assert not any(event["event"] == "done" for event in events)
    return error


def leftovers(root: pathlib.Path) -> list[str]:
    """What a failed build left below an artifact root, the root's own index and locks aside."""
    return [
        str(path)
        for path in root.rglob("*")
        if path.name == "manifest.json" or path.suffix in (".so", ".tmp")
    ]


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        ("semver@99", "no-such-version", "1.0"),
        ("semver@1.0.9999", "no-such-version", "1.0"),
        ("this-crate-is-not-there-zzz", "no-such-crate", "this-crate-is-not-there-zzz"),
        ("semver@>=1,<<2", "bad-spec", "<<2"),
        ("", "bad-spec", ""),
        ("./no/such/folder", "no-folder", "no/such/folder"),
        (str(CRATES / "no_library"), "binary-only", "no_library"),
        (str(CRATES / "proc_macro_only"), "proc-macro", "proc_macro_only"),
        (str(CRATES / "member_of_a_workspace"), "several-packages", "workspace_member"),
    ],
)
def test_specs_that_lead_nowhere(tool: Any, tmp_path: pathlib.Path, spec: str, code: str, words: str) -> None:
    error = failure(tool("build", spec, "--json", "--out", tmp_path), 2 if code == "bad-spec" else 1)
    assert error["code"] == code, error
    assert words in json.dumps(error), error
    assert error.get("hint"), error
    assert leftovers(tmp_path) == []


def test_a_crate_that_does_not_compile_shows_why_and_how_to_see_it_again(
    tool: Any, tmp_path: pathlib.Path
) -> None:
    error = failure(tool("build", CRATES / "does_not_compile", "--json", "--out", tmp_path))
    assert error["code"] == "crate-does-not-compile", error
    told = json.dumps(error)
    assert "E0308" in told and "src/lib.rs" in told and "cargo" in told
    assert leftovers(tmp_path) == []
    with pytest.raises(usecrate.BuildError, match="E0308") as caught:
        usecrate.import_(str(CRATES / "does_not_compile"))
    assert caught.value.code == "crate-does-not-compile"


def test_features_that_are_not_there(tool: Any, tmp_path: pathlib.Path) -> None:
    error = failure(tool("build", BEHAVIOURS, "--features", "nonsense", "--json", "--out", tmp_path))
    assert error["code"] == "no-such-feature" and "extra" in json.dumps(error), error


def test_a_missing_toolchain(tool: Any, tmp_path: pathlib.Path) -> None:
    nothing = {"PATH": str(tmp_path), "CARGO_HOME": str(tmp_path), "RUSTUP_HOME": str(tmp_path), "CARGO": ""}
    done = tool("build", BEHAVIOURS, "--json", "--force", "--out", tmp_path, env=nothing)
    error = failure(done)
    assert error["code"] == "no-toolchain" and "rustup" in json.dumps(error), error


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for rustc is a shell script")
def test_a_toolchain_that_is_too_old(tool: Any, tmp_path: pathlib.Path) -> None:
    for name in ("rustc", "cargo", "rustdoc"):
        program = tmp_path / name
        version = f"{name} 1.70.0 (90c541806 2023-05-31)"
        told = f"{version}\nbinary: {name}\nhost: x86_64-unknown-linux-gnu\nrelease: 1.70.0"
        program.write_text(f"#!/bin/sh\n[ \"$1\" = --print ] && echo '{tmp_path}' && exit\necho '{told}'\n")
        program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    env = {"PATH": path, "CARGO": str(tmp_path / "cargo"), "RUSTC": str(tmp_path / "rustc")}
    error = failure(tool("build", BEHAVIOURS, "--json", "--force", "--out", tmp_path / "out", env=env))
    assert error["code"] == "toolchain-too-old" and "1.93" in json.dumps(error), error


def test_no_network(tool: Any, tmp_path: pathlib.Path) -> None:
    offline = tool(
        "build", "semver@0.9.0", "--json", "--offline", "--out", tmp_path, env={"CARGO_HOME": str(tmp_path)}
    )
    assert failure(offline)["code"] in ("offline", "no-network", "no-such-crate")
    nowhere = {
        "CARGO_HOME": str(tmp_path / "home"),
        "CARGO_NET_RETRY": "0",
        **dict.fromkeys(("https_proxy", "HTTPS_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:1"),
    }
    error = failure(tool("build", "semver@0.9.0", "--json", "--out", tmp_path, env=nowhere))
    assert error["code"] == "no-network", error
    assert leftovers(tmp_path) == []


def test_a_wrong_command_line(tool: Any) -> None:
    for words in (["build"], ["build", "semver", "--nonsense"], ["frobnicate"]):
        done = tool(*words)
        assert done.returncode == 2 and "Usage" in done.stderr and done.stdout == "", done


def test_a_build_tool_that_is_missing_or_of_another_version(tmp_path: pathlib.Path) -> None:
    program = "import usecrate; usecrate.import_('semver@1.0.1', build_if_missing=True)"
    env = {**os.environ, "USECRATE_CACHE_DIR": str(tmp_path), "PATH": str(tmp_path)}
    cases = {"no-build-tool": tmp_path / "nothing"}
    if os.name != "nt":
        other = tmp_path / "usecrate-build"
        other.write_text("#!/bin/sh\necho 'usecrate-build 99.0.0'\n")
        other.chmod(0o755)
        cases["99.0.0"] = other
    for words, path in cases.items():
        command = [sys.executable, "-c", program]
        done = subprocess.run(
            command,
            env={**env, "USECRATE_BUILD": str(path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1 and "BuildError" in done.stderr and words in done.stderr, done.stderr


@pytest.fixture(name="copied")
def copied_fixture(build: Callable[..., pathlib.Path], tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of an artifact, free to be spoilt."""
    return pathlib.Path(shutil.copytree(build(BEHAVIOURS), tmp_path / "artifact"))


def edit(artifact: pathlib.Path, change: Callable[[Any], None]) -> None:
    """Changes the manifest, and the hash that lies beside it: what is wrong with it is found all the same."""
    file = artifact / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.chmod(0o644)
    file.write_text(json.dumps(content), encoding="utf-8")
    sums = artifact / "BLAKE3SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines()
    others = [line for line in lines if not line.endswith(f"  {file.name}")]
    lines = [*others, f"{blake3(file.read_bytes())}  {file.name}"]
    sums.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_a_sound_copy_loads(copied: pathlib.Path) -> None:
    assert usecrate.load_artifact(copied).values.add(1, 2) == 3


def test_there_is_no_artifact(tmp_path: pathlib.Path) -> None:
    with pytest.raises(usecrate.LoadError, match="usecrate build"):
        usecrate.load_artifact(tmp_path)
    with pytest.raises(usecrate.ArtifactNotFoundError, match="usecrate build semver"):
        usecrate.import_("semver", artifact_dir=tmp_path)
    with pytest.raises(usecrate.ArtifactNotFoundError):
        usecrate.import_("semver", artifact_dir=tmp_path / "nowhere")


SPOILT: dict[str, Callable[[Any], None]] = {
    "another manifest version": lambda m: m.update(manifest_version=99),
    "another ABI version": lambda m: m.update(abi_version=99),
    "an unknown member": lambda m: m.update(surprise=1),
    "a missing member": lambda m: m.pop("callables"),
    "another platform": lambda m: m["build"].update(target="mips-unknown-none"),
    "a path upwards": lambda m: m["library"].update(path="../lib.so"),
    "an absolute path": lambda m: m["library"].update(path="/etc/passwd"),
    "another library": lambda m: m["library"].update(path="missing.so"),
    "a number that leads nowhere": lambda m: m["modules"][0]["entries"][0].update(module=10**6),
    "a type that is none": lambda m: m["callables"][0].update(result="u7"),
    "nesting without end": lambda m: m["callables"][0].update(result=nested(10_000)),
}


def nested(depth: int) -> Any:
    """A type in lists in lists."""
    type_: Any = "u8"
    for _ in range(min(depth, 400)):
        type_ = ["list", type_]
    return type_


@pytest.mark.parametrize("name", SPOILT)
def test_a_manifest_that_was_edited(copied: pathlib.Path, name: str) -> None:
    edit(copied, SPOILT[name])
    with pytest.raises(usecrate.LoadError) as caught:
        usecrate.load_artifact(copied)
    assert str(copied) in str(caught.value) or "manifest" in str(caught.value), caught.value


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":1}', b"[" * 100_000])
def test_a_manifest_that_is_truncated_or_none(copied: pathlib.Path, content: bytes) -> None:
    file = copied / "manifest.json"
    whole = file.read_bytes()
    file.chmod(0o644)
    for spoilt in (content, whole[: len(whole) // 2]):
        file.write_bytes(spoilt)
        with pytest.raises(usecrate.LoadError):
            usecrate.load_artifact(copied)


def test_a_library_that_was_swapped(copied: pathlib.Path) -> None:
    file = copied / json.loads((copied / "manifest.json").read_text())["library"]["path"]
    file.chmod(0o755)
    whole = file.read_bytes()
    changed = bytearray(whole)
    changed[len(changed) // 2] ^= 1
    for spoilt in (bytes(changed), whole[:-1], whole + b"\0", b""):
        file.write_bytes(spoilt)
        with pytest.raises(usecrate.IntegrityError, match=r"build"):
            usecrate.load_artifact(copied)


def test_two_versions(build: Callable[..., pathlib.Path], tmp_path: pathlib.Path) -> None:
    for version in ("1.0.27", "1.0.28"):
        build(f"semver@{version}", "--out", str(tmp_path))
    with pytest.raises(usecrate.AmbiguousArtifactError, match=r"1\.0\.27"):
        usecrate.import_("semver", artifact_dir=tmp_path)
    old = usecrate.import_("semver", "1.0.27", artifact_dir=tmp_path)
    assert old.__version__ == "1.0.27" and usecrate.import_("semver", artifact_dir=tmp_path) is old
    with pytest.raises(usecrate.VersionConflictError, match=r"1\.0\.27"):
        usecrate.import_("semver", "1.0.28", artifact_dir=tmp_path)


def test_handles_that_cannot_be_used(behaviours: Any) -> None:
    guard, ticket = behaviours.drops.Guard("x"), behaviours.moves.Ticket(1)
    for foreign in (ticket, object(), None, 3):
        with pytest.raises(TypeError, match="Ticket"):
            behaviours.moves.collect(behaviours.drops.Guard("y") if foreign is ticket else foreign)
    usecrate.close(guard)
    ticket.punch()
    for unusable in (guard.name, ticket.number):
        with pytest.raises(usecrate.ClosedError):
            unusable()
    with pytest.raises(TypeError):
        type(guard).__new__(type(guard))
    with pytest.raises(TypeError):
        usecrate.Handle()


def test_options_of_import_that_make_no_sense(tmp_path: pathlib.Path) -> None:
    with pytest.raises(TypeError, match="list"):
        usecrate.import_("semver", features="serde", artifact_dir=tmp_path)
    with pytest.raises((ValueError, usecrate.UsecrateError)):
        usecrate.import_("semver@not a version", artifact_dir=tmp_path)
    with pytest.raises((ValueError, usecrate.UsecrateError)):
        usecrate.import_("", artifact_dir=tmp_path)
