"""`usecrate gen`: a Python module of a crate, kept beside one's own code."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import Any

CRATES = pathlib.Path(__file__).resolve().parents[1] / "crates"


def gen(*arguments: Any, cwd: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    command = [sys.executable, "-m", "usecrate", "gen", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_a_module_stands_by_itself(build: Any, tmp_path: pathlib.Path) -> None:
    artifact = build("strsim@0.11.1")
    done = gen(artifact, "--out", "strings.py", cwd=tmp_path)
    assert done.stdout.split() == ["strings.py", "strings.pyi"], done.stderr
    root = artifact.parents[2]
    code = (
        f"import strings; strings.load(artifact_dir={str(root)!r}); print(strings.hamming('ab', 'ac')); "
        "from strings import hamming, __version__; print(__version__, 'hamming' in dir(strings))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.stdout.split() == ["1", "0.11.1", "True"], ran.stderr
    types = (tmp_path / "strings.pyi").read_text(encoding="utf-8")
    assert "def hamming(" in types and "def load(" in types
    compile(types, "strings.pyi", "exec")
    again = gen(artifact, "--out", "strings.py", cwd=tmp_path)
    assert again.returncode == 1 and "is there already" in again.stderr
    assert gen(artifact, "--out", "strings.py", "--force", cwd=tmp_path).returncode == 0


def test_a_crate_with_modules_becomes_a_package(behaviours: Any, tmp_path: pathlib.Path) -> None:
    artifact = os.path.dirname(behaviours.__dict__["__usecrate__"].opened.path)
    refused = gen(artifact, "--out", "one.py", cwd=tmp_path)
    assert refused.returncode == 1 and "name a folder, `--out one`" in refused.stderr
    done = gen(artifact, "--out", "pack", cwd=tmp_path)
    assert "pack/records.pyi" in done.stdout.replace(os.sep, "/").split(), done.stderr
    assert (tmp_path / "pack" / "py.typed").is_file()
    code = (
        "import pack; from pack.records import moved, Point; assert pack.records.Point is Point; "
        f"pack.load(artifact_dir={os.path.dirname(os.path.dirname(os.path.dirname(artifact)))!r}); "
        "print(moved(pack.records.Point(1.0, 2.0), 2.0))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "Dot(x=3.0, y=2.0)", ran.stderr
