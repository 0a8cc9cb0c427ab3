"""`usecrate doctor` on this machine: all is well, but what the test takes away."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest


def doctor(**environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-m", "usecrate", "doctor", "--json"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
        check=False,
    )
    said = json.loads(done.stdout)
    return done.returncode, {entry["check"]: entry for entry in said["checks"]}


def test_all_is_well() -> None:
    code, found = doctor()
    assert code == 0, found
    for check in ("python", "temporary", "cache", "build tool", "toolchain", "rustdoc", "linker", "network"):
        assert found[check]["verdict"] == "ok", found[check]


@pytest.mark.skipif(os.name != "posix", reason="links are made")
def test_without_linker_and_network(tmp_path: pathlib.Path) -> None:
    for name in ("cargo", "rustc", "rustdoc"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    code, found = doctor(PATH=str(tmp_path), CARGO_HTTP_PROXY="http://127.0.0.1:9")
    assert code == 1
    assert found["rustdoc"]["verdict"] == "ok"
    assert found["linker"]["verdict"] == "fail" and "`cc`" in found["linker"]["text"]
    assert "apt install gcc" in found["linker"]["fix"]
    assert found["network"]["verdict"] == "warn" and "proxy" in found["network"]["fix"]
