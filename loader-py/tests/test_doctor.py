"""`usecrate doctor` and completion, with stand-ins for the tools: what lacks is said, with a fix."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-ins are scripts")

ABOUT = {
    "abi_version": 1,
    "manifest_version": 1,
    "oldest_rustc": "1.85.0",
    "rustdoc_formats": [{"format": 57, "rustc": "1.93"}],
    "commands": [
        {
            "name": "artifact",
            "about": "artifacts",
            "options": [],
            "takes": [],
            "commands": [
                {
                    "name": "rm",
                    "about": "remove",
                    "options": [{"names": ["--yes", "-y"], "about": "do it", "value": None}],
                    "takes": ["SPEC"],
                    "commands": [],
                }
            ],
        },
    ],
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: Any, part: Any) -> Any:
    """Makes programs of these names that print this and end so; nothing else is on `PATH`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("USECRATE_BUILD")
    monkeypatch.setenv("USECRATE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none" / "python"))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path / "none"))
    real = os.path.realpath(sys.base_prefix + "/bin/python3")

    def make(name: str, says: str, *, code: int = 0) -> None:
        path = folder / name
        path.write_text(f"#!{real}\nimport sys\nprint({says!r})\nsys.exit({code})\n")
        path.chmod(0o755)
        part("tool")._known.clear()

    return make


def examined(part: Any) -> dict[str, Any]:
    return {finding.check: finding for finding in part("doctor").examine(network=False)}


def test_without_tools_there_are_warnings(part: Any, programs: Any, capsys: Any) -> None:
    found = examined(part)
    assert (found["build tool"].verdict, found["toolchain"].verdict) == ("warn", "warn")
    assert "pip install usecrate-build==" in found["build tool"].fix
    assert "rustup.rs" in found["toolchain"].fix
    assert "linker" not in found
    assert part("cli").main(["doctor", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "warn"
    assert {"check", "verdict", "text", "fix"} == set(said["checks"][0])


def test_a_toolchain_that_is_too_old_or_does_not_work_fails(part: Any, programs: Any, capsys: Any) -> None:
    version = part("version").__version__
    programs("usecrate-build", json.dumps(ABOUT))
    part("tool")._known.clear()
    programs("usecrate-build", f"usecrate-build {version}")  # another make: it does not tell what it is
    assert examined(part)["build tool"].verdict == "fail"
    programs("cargo", "cargo 1.84.0 (x)")
    programs("rustc", "rustc 1.84.0 (x)\nrelease: 1.84.0\nhost: x86_64-unknown-linux-gnu")
    # What is the oldest, the build tool knows.
    rust = part("doctor")._rust(ABOUT)
    assert rust.verdict == "fail" and "1.85.0 or newer" in rust.text and "rustup update" in rust.fix
    programs("rustc", "rustc 1.95.0 (x)\nrelease: 1.95.0\nhost: sparc-sun-solaris")
    rust = part("doctor")._rust(ABOUT)
    assert rust.verdict == "fail" and "cannot load such code" in rust.text
    programs("rustc", "error: no default toolchain is set", code=1)
    assert "no default toolchain" in part("doctor")._rust(ABOUT).text
    assert part("cli").main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "\nfail  toolchain" in shown and "fix: install Rust" in shown and "\x1b" not in shown


def test_a_rustdoc_of_another_format_fails(part: Any, programs: Any, tmp_path: Path) -> None:
    (tmp_path / "doctor.json").write_text('{"format_version": 99}')
    programs("rustdoc", "")
    found = part("doctor")._rustdoc(ABOUT, str(tmp_path))
    assert found.verdict == "fail" and "99" in found.text and "57 (rustc 1.93)" in found.text
    (tmp_path / "doctor.json").unlink()
    programs("rustdoc", "error: it broke", code=1)
    assert "it broke" in part("doctor")._rustdoc(ABOUT, str(tmp_path)).text


def test_a_cache_that_cannot_be_written_is_a_warning(part: Any, programs: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("USECRATE_CACHE_DIR", "/proc/none")
    found = examined(part)
    assert found["cache"].verdict == "warn" and "USECRATE_CACHE_DIR" in found["cache"].fix
    monkeypatch.setattr(part("doctor"), "_free", lambda folder: 1 << 20)
    disk = examined(part)["disk"]
    assert disk.verdict == "fail" and "artifact rm --work" in disk.fix


def test_where_nothing_can_be_loaded_it_fails(part: Any, programs: Any, monkeypatch: Any) -> None:
    doctor = part("doctor")
    monkeypatch.setattr(doctor, "_unmappable", lambda descriptor: "no code can be run")
    assert examined(part)["temporary"].verdict == "fail"
    monkeypatch.setattr(doctor, "_no_memory_files", lambda: "")
    assert examined(part)["temporary"].verdict == "warn"


def test_colour_is_for_terminals_that_want_it(part: Any, monkeypatch: Any) -> None:
    class Stream:
        def isatty(self) -> bool:
            return True

    wanted = part("colour").wanted
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert wanted(Stream())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wanted(Stream())
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "dumb")
    assert not wanted(Stream())
    monkeypatch.setenv("TERM", "xterm")
    with open(os.devnull, "w") as plain:
        assert not wanted(plain)


def words(part: Any, *before: str) -> list[str]:
    return [line.partition("\t")[0] for line in part("complete").answers(before)]


def test_what_completes(part: Any, programs: Any, tmp_path: Path) -> None:
    assert words(part, "ins") == ["inspect"]
    assert {"build", "help"} < set(words(part, ""))
    assert words(part, "help", "insp") == ["inspect"]
    assert words(part, "completion", "") == ["bash", "fish", "zsh"]
    assert "--no-default-features" in words(part, "inspect", "--no")
    (tmp_path / "cache" / "artifacts" / "semver").mkdir(parents=True)
    assert words(part, "inspect", "") == words(part, "coverage", "regex", "s") == ["semver"]
    assert words(part, "inspect", "--module", "") == ["semver"]
    assert words(part, "inspect", "--artifact-dir", "") == []  # the shell offers files
    assert words(part, "nothing", "") == words(part, "artifact", "") == []  # no build tool
    (tmp_path / "bin" / "usecrate-build").write_text(
        f"#!{sys.base_prefix}/bin/python3\nimport sys\n"
        f"print('usecrate-build {part('version').__version__}' if sys.argv[1] == 'version' else"
        f" {json.dumps(ABOUT)!r})\n"
    )
    (tmp_path / "bin" / "usecrate-build").chmod(0o755)
    assert words(part, "artifact", "") == ["rm"]
    assert words(part, "artifact", "rm", "-") == ["--yes", "-y"]
    assert words(part, "artifact", "rm", "--yes", "") == ["semver"]
    shells = part("commands.completion")._SCRIPTS
    assert set(shells) == {"bash", "zsh", "fish"} and all("__complete" in text for text in shells.values())


@pytest.mark.skipif(not os.path.exists("/bin/bash"), reason="bash is not here")
def test_bash_completes(tmp_path: Path) -> None:
    import subprocess

    import usecrate

    program = tmp_path / "usecrate"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m usecrate "$@"\n')
    program.chmod(0o755)
    script = (
        f'source <("{program}" completion bash)\nCOMP_WORDS=("{program}" coverage --pr)\nCOMP_CWORD=2\n'
        "_usecrate\necho ${COMPREPLY[@]}\n"
    )
    env = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(usecrate.__file__))}
    done = subprocess.run(
        ["/bin/bash", "-c", script], capture_output=True, text=True, env=env, check=False, timeout=60
    )
    assert done.stdout == "--probe\n", done.stderr
