"""Builds the library that answers by hand, and loads it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from native_echo import Echo

HERE = Path(__file__).parent
NAMES = {"linux": "libecho_lib.so", "darwin": "libecho_lib.dylib", "win32": "echo_lib.dll"}


@pytest.fixture(scope="session")
def echo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to build the test library")
    target = Path(os.environ.get("USECRATE_TEST_TARGET") or tmp_path_factory.mktemp("echo"))
    subprocess.run(
        ["cargo", "build", "-q", "--offline", "--manifest-path", str(HERE / "echo_lib/Cargo.toml")],
        check=True,
        env={**os.environ, "CARGO_TARGET_DIR": str(target)},
    )
    return target / "debug" / NAMES[sys.platform]


@pytest.fixture
def echo(echo_path: Path) -> Echo:
    return Echo(echo_path)
