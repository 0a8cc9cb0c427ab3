"""Finding and running the build tool: a script stands in for it."""

from __future__ import annotations

import copy
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
            f"import os, shutil\nconfig = dict(zip(sys.argv, sys.argv[1:])).get('--config', '')\n"
            f"if os.path.isfile(config):\n    shutil.copy(config, {str(tmp_path / 'configured')!r})\n"
            f"print({text!r})\nsys.exit({code})\n"
        )
        path.chmod(0o755)
        monkeypatch.setenv("USECRATE_BUILD", str(path))
        monkeypatch.setenv("USECRATE_CACHE_DIR", str(tmp_path / "cache root"))
        part("tool")._known.clear()
        return path

    return make


def test_missing_tool(uc: Any, part: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("USECRATE_BUILD", str(tmp_path / "none"))
    with pytest.raises(uc.BuildError, match="which is not a file"):
        part("tool").program()
    monkeypatch.delenv("USECRATE_BUILD")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(uc.BuildError, match="pip install usecrate-build=="):
        part("tool").program()


def test_the_tool_is_looked_for_beside_the_interpreter_and_on_the_path(
    part: Any, tool: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    made = tool([])
    monkeypatch.delenv("USECRATE_BUILD")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none" / "python"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "none"), str(made.parent)]))
    assert part("tool").program() == str(made)
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "usecrate-build").write_text("not a program")
    assert part("tool").find() == str(made)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert part("tool").find() == str(made)


def test_what_the_tool_is_is_asked_once(part: Any, tool: Any, monkeypatch: Any, tmp_path: Path) -> None:
    version = part("version").__version__
    made = tool([], version=f"{version}+aa")
    assert part("tool").generator() == f"{version}+aa"

    def refuse(*_args: Any, **_more: Any) -> None:
        raise AssertionError("a process was started")

    with monkeypatch.context() as patch:
        patch.setattr("subprocess.Popen", refuse)
        part("tool")._known.clear()  # as in another process
        assert part("tool").generator() == f"{version}+aa"
    record = tmp_path / "cache root" / "build-tools.json"
    for damage in ("", "[]", "{", json.dumps({str(made): 3}), json.dumps({str(made): [1, 2, 3]})):
        record.write_text(damage)
        part("tool")._known.clear()
        assert part("tool").generator() == f"{version}+aa", damage
    tool([], version=f"{version}+another")
    assert part("tool").generator() == f"{version}+another", "another program by the same name"
    tool([], version="0.0.9+a")
    assert part("tool").generator() is None, "it is none that could be used"
    for at in range(40):
        part("tool")._record(f"/{at}", [1, 2, "x"])
    assert len(json.loads(record.read_text())) == part("tool")._REMEMBERED
    assert [path.name for path in record.parent.iterdir()] == [record.name]
    record.unlink()
    record.parent.rmdir()
    record.parent.write_text("no folder")  # a cache that cannot be written costs time and nothing else
    tool([], version=f"{version}+b")
    assert part("tool").generator() == f"{version}+b"


def test_other_version_is_refused(uc: Any, part: Any, tool: Any) -> None:
    tool([], version="0.0.9")
    with pytest.raises(uc.BuildError, match=r"is version 0\.0\.9, and this is usecrate"):
        part("tool").program()
    tool([], version="nothing")
    with pytest.raises(uc.BuildError, match="did not tell a version"):
        part("tool").program()


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


@pytest.fixture
def old(manifest: dict[str, Any], tmp_path: Path, monkeypatch: Any, part: Any) -> Any:
    """Puts an artifact into the cache, or elsewhere, by whichever usecrate built it."""
    from samples import write

    monkeypatch.setenv("USECRATE_ARTIFACT_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(part("importing"), "registry", part("_native").Registry("usecrate_fake"))

    def put(
        *, key: str, root: str = "cache", docs: str, generator: str, config: str | None = None, **crate: Any
    ) -> Path:
        made = copy.deepcopy(manifest)
        made["generator"] = generator
        if config is not None:
            made["build"]["config"] = config
        made["crate"].update(docs=docs, **crate)
        return write(tmp_path / root, made, key=key)

    return put


def test_what_another_generator_built_is_built_again(
    uc: Any, part: Any, tool: Any, old: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    made_by = f"{part('version').__version__}+new"
    old(key="11", docs="old", generator="0.0.1", features=["fast"])
    new = old(key="22", root="made", docs="new", generator=made_by, features=["fast"])
    tool([{"event": "done", "artifact": str(new)}], version=made_by)
    assert uc.import_("demo-crate", build_if_missing=False).__doc__ == "old", "nothing may be built"
    monkeypatch.setattr(part("importing"), "registry", part("_native").Registry("usecrate_fake"))
    assert uc.import_("demo-crate").__doc__ == "new"
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 1
    assert "'demo-crate@1.2.3'" in asked[0]
    assert "'--features', 'fast'" in asked[0]


def test_what_is_built_again_has_the_configuration_that_was_named_for_it(
    uc: Any, part: Any, tool: Any, old: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    made_by = f"{part('version').__version__}+new"
    old(key="11", docs="old", generator="0.0.1", config='quick = ["é"]\n')
    plain = old(key="22", docs="plain", generator=made_by)
    os.utime(plain / "manifest.json", (1, 1))
    new = old(key="33", root="made", docs="new", generator=made_by)
    tool([{"event": "done", "artifact": str(new)}], version=made_by)
    assert uc.import_("demo-crate").__doc__ == "new", "one without it is not the same"
    assert (tmp_path / "configured").read_text("utf-8") == 'quick = ["é"]\n'
    (tmp_path / "configured").unlink()
    # What is named wins.
    monkeypatch.setattr(part("importing"), "registry", part("_native").Registry("usecrate_fake"))
    (tmp_path / "other.toml").write_text("quick = []\n")
    assert uc.import_("demo-crate", config=tmp_path / "other.toml").__doc__ == "new"
    assert (tmp_path / "configured").read_text() == "quick = []\n"


def test_what_this_generator_built_is_taken_and_nothing_started(
    uc: Any, part: Any, tool: Any, old: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    made_by = f"{part('version').__version__}+new"
    current = old(key="11", docs="current", generator=made_by)
    os.utime(current / "manifest.json", (1, 1))
    old(key="22", docs="another's, built later", generator="0.0.1")
    old(key="33", docs="with features", generator=made_by, features=["fast"])
    tool([], code=3, version=made_by)
    assert part("tool").generator() == made_by
    part("tool")._known.clear()

    def refuse(*_args: Any, **_more: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("subprocess.Popen", refuse)
    assert uc.import_("demo-crate").__doc__ == "current"


def test_what_another_generator_built_is_taken_where_it_cannot_be_built(
    uc: Any, part: Any, tool: Any, old: Any, monkeypatch: Any, tmp_path: Path, caplog: Any
) -> None:
    def fresh() -> None:
        monkeypatch.setattr(part("importing"), "registry", part("_native").Registry("usecrate_fake"))

    old(key="11", docs="old", generator="0.0.1")
    error = {
        "event": "error",
        "code": "no-toolchain",
        "message": "there is no Rust",
        "hint": "",
        "details": "",
    }
    tool([error], code=1)
    assert uc.import_("demo-crate").__doc__ == "old"
    assert "demo-crate 1.2.3 that usecrate 0.0.1 built is taken as it is: there is no Rust" in caplog.text
    fresh()
    tool([{**error, "code": "crate-does-not-compile"}], code=1)
    with pytest.raises(
        uc.BuildError, match=r"`build_if_missing=False` takes the artifact of demo-crate 1\.2\.3"
    ):
        uc.import_("demo-crate")
    caplog.clear()
    monkeypatch.setenv("USECRATE_BUILD", str(tmp_path / "none"))
    assert uc.import_("demo-crate").__doc__ == "old"
    fresh()
    tool([], version="0.0.9")
    assert uc.import_("demo-crate").__doc__ == "old", "a build tool of another version cannot be used"
    assert caplog.text == ""


def test_what_was_built_from_a_folder_is_taken_by_name_as_it_is(
    uc: Any, tool: Any, old: Any, tmp_path: Path
) -> None:
    old(key="11", docs="old", generator="0.0.1", source="path", origin="somewhere")
    tool([])
    assert uc.import_("demo-crate").__doc__ == "old"
    assert not (tmp_path / "asked").exists()


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
    # Of constructors that take the same, a call reaches the first alone.
    twice = copy.deepcopy(manifest)
    constructors = next(ty for ty in twice["types"] if ty["name"] == "Version")["constructors"]
    constructors.append(constructors[0])
    (tmp_path / "twice").mkdir()
    assert _cli("inspect", str(write(tmp_path / "twice", twice))).stdout == done.stdout
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
