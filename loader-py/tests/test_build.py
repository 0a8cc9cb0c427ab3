"""Finding and running the build tool: a script stands in for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: Any, part: Any) -> Any:
    """Makes a build tool that prints these lines and ends with this code."""

    def make(lines: list[Any], *, code: int = 0, version: str | None = None) -> Path:
        path = tmp_path / "bin" / "usecrate-build"
        path.parent.mkdir(exist_ok=True)
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        known = part("version").__version__ if version is None else version
        path.write_text(
            f"#!{sys.executable}\nimport sys\n"
            f"if sys.argv[1:] == ['version']:\n    print('usecrate-build {known}')\n    sys.exit()\n"
            f"open({str(tmp_path / 'asked')!r}, 'a').write(repr(sys.argv[1:]) + '\\n')\n"
            f"print({text!r})\nsys.exit({code})\n"
        )
        path.chmod(0o755)
        monkeypatch.setenv("USECRATE_BUILD", str(path))
        part("build")._checked.clear()
        return path

    return make


def test_missing_tool(uc: Any, part: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("USECRATE_BUILD", str(tmp_path / "none"))
    with pytest.raises(uc.BuildError, match="which is not a file"):
        part("build").program()
    monkeypatch.delenv("USECRATE_BUILD")
    monkeypatch.setattr("shutil.which", lambda *args, **kwargs: None)
    with pytest.raises(uc.BuildError, match="pip install usecrate-build=="):
        part("build").program()


def test_other_version_is_refused(uc: Any, part: Any, tool: Any) -> None:
    tool([], version="0.0.9")
    with pytest.raises(uc.BuildError, match=r"is version 0\.0\.9, and this is usecrate"):
        part("build").program()
    tool([], version="nothing")
    with pytest.raises(uc.BuildError, match="did not tell a version"):
        part("build").program()


def test_build_gives_the_artifact(part: Any, tool: Any, tmp_path: Path) -> None:
    tool([{"event": "stage", "stage": "scan"}, "noise", {"event": "done", "artifact": "/a/b"}])
    built = part("build").build("x@1", "/out", features=["f", "g"], default_features=False, config="c.toml")
    assert built == "/a/b"
    asked = (tmp_path / "asked").read_text()
    for word in (
        "'x@1'",
        "'--json'",
        "'--out', '/out'",
        "'--features', 'f,g'",
        "'--no-default-features'",
        "'c.toml'",
    ):
        assert word in asked


def test_failure_keeps_the_diagnostics(uc: Any, part: Any, tool: Any) -> None:
    error = {
        "event": "error",
        "code": "no-lib",
        "message": "no library",
        "hint": "add one",
        "details": "error[E0]",
    }
    tool([error], code=1)
    with pytest.raises(uc.BuildError) as caught:
        part("build").build("x", "/out")
    assert str(caught.value) == "no library [no-lib]\nerror[E0]\nhint: add one"
    assert caught.value.code == "no-lib"


def test_crash_of_the_tool(uc: Any, part: Any, tool: Any) -> None:
    tool(["it went wrong"], code=101)
    with pytest.raises(uc.BuildError, match="exit code 101") as caught:
        part("build").build("x", "/out")
    assert "it went wrong" in caught.value.details
    tool([])
    with pytest.raises(uc.BuildError, match="exit code 0"):
        part("build").build("x", "/out")


def test_import_builds_what_is_missing(
    uc: Any, part: Any, tool: Any, manifest: dict[str, Any], tmp_path: Path, monkeypatch: Any
) -> None:
    from samples import write

    monkeypatch.setenv("USECRATE_ARTIFACT_DIR", str(tmp_path / "cache"))
    folder = write(tmp_path / "made", manifest)
    tool([{"event": "done", "artifact": str(folder)}])
    with pytest.raises(uc.ArtifactNotFoundError, match="switched off"):
        uc.import_("demo-crate", build_if_missing=False)
    with pytest.raises(uc.ArtifactNotFoundError, match="Nothing is built where"):
        uc.import_("demo-crate", artifact_dir=tmp_path / "other")
    assert uc.import_("demo-crate", "1").add(1) == 1
    assert "'demo-crate@1'" in (tmp_path / "asked").read_text()


def test_folder_is_asked_for_each_time(
    uc: Any, tool: Any, manifest: dict[str, Any], tmp_path: Path, monkeypatch: Any
) -> None:
    from samples import write

    monkeypatch.setenv("USECRATE_ARTIFACT_DIR", str(tmp_path / "cache"))
    source = tmp_path / "source"
    source.mkdir()
    (source / "Cargo.toml").write_text("")
    folder = write(tmp_path / "made", manifest)
    tool([{"event": "done", "artifact": str(folder)}])
    first = uc.import_(source)
    assert uc.import_(str(source)) is first, "nothing changed"
    manifest["library"]["blake3"] = "1" * 64
    tool([{"event": "done", "artifact": str(write(tmp_path / "made", manifest, key="11"))}])
    second = uc.import_(source)
    assert second is not first, "rebuilt: a new module handle"
    assert second.Version is not first.Version
    assert first.add(1) == 1, "objects of the old one keep their library"
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        uc.import_(tmp_path / "none")
    with pytest.raises(uc.ArtifactNotFoundError, match="not known without building"):
        uc.import_(source, build_if_missing=False)


def _cli(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "usecrate", *words]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False
    )


def test_cli_passes_build_through(tool: Any, tmp_path: Path) -> None:
    tool(["/the/artifact"], code=3)
    done = _cli("build", "--module", "x@1", "--out", "o")
    assert (done.returncode, done.stdout) == (3, "/the/artifact\n")
    assert "['build', '--module', 'x@1', '--out', 'o']" in (tmp_path / "asked").read_text()


def test_cli(manifest: dict[str, Any], tmp_path: Path) -> None:
    from samples import write

    folder = write(tmp_path, manifest)
    done = _cli("inspect", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "demo-crate 1.2.3",
        "  28 of 30 public callables served (93 %), 2 items skipped",
        "module demo.kinds",
        "  class Version  # handle: the value stays in Rust; cloned where it is taken by value",
        "    static def parse(text: str) -> Version",
        "    major: int",
        "  class Pair  # record: crosses by value",
        "    variant Circle(_0: float)",
        "  def add(a: int, b: int | None = None) -> int",
        "  trait Twice",
        "  demo::walk (src/lib.rs:7)",
        "    it takes a callable; pass a list instead [closure]",
    ):
        assert line in done.stdout.splitlines(), line
    spec = _cli("inspect", "demo-crate@1", "--artifact-dir", str(tmp_path))
    assert spec.stdout == done.stdout
    assert json.loads(_cli("inspect", "--json", str(folder)).stdout) == json.loads(
        (folder / "manifest.json").read_text()
    )
    missing = _cli("inspect", "other", "--artifact-dir", str(tmp_path))
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: no artifact of `other`")


def test_cli_usage() -> None:
    assert _cli("version").stdout.startswith("usecrate 0.")
    assert "usage: usecrate" in _cli("--help").stdout
    assert _cli().returncode == 2
    wrong = _cli("biuld")
    assert wrong.returncode == 2
    assert "did you mean `build`" in wrong.stderr
    assert _cli("inspect").returncode == 2
    assert _cli("inspect", "--nope", "x").returncode == 2
    assert "SPEC" in _cli("inspect", "--help").stdout
