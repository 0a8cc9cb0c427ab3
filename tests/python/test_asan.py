"""Real artifacts under AddressSanitizer: tests/crates/behaviours, driven by the ABI's client, and
tests/crates/hostile, driven by the loader.

The bridge that the build tool wrote is compiled once more, in debug and with the sanitizer, and loaded into a
Python that has its runtime loaded before anything else. tests/soundness switches rules off one by one.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

import pytest

from usecrate._native import blake3
from usecrate.manifests import SUMS

TESTS = pathlib.Path(__file__).resolve().parent.parent
BEHAVIOURS = TESTS / "crates" / "behaviours"
HOSTILE = TESTS / "crates" / "hostile"
# What is about this process, or about other artifacts.
LEFT_OUT = (
    "not semver and not uuid and not sha2 and not describe and not version and not fork and not random_bytes"
)


def sanitizer() -> str | None:
    """The sanitizer's runtime, as a library that can be preloaded; None where there is none."""
    compiler = shutil.which("gcc")
    if not compiler or not sys.platform.startswith("linux"):
        return None
    command = [compiler, "-print-file-name=libasan.so"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return os.path.realpath(found) if os.path.isabs(found) else None


RUNTIME = sanitizer()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(RUNTIME is None, reason="needs Linux, and gcc with its libasan"),
]


def sanitize(tool: Any, cache: pathlib.Path, crate: pathlib.Path, *options: Any) -> pathlib.Path:
    """The library of a crate, built with the sanitizer."""
    done = tool("build", crate, "--profile", "dev", *options, env={"USECRATE_CACHE_DIR": str(cache)})
    assert done.returncode == 0, done.stderr
    (bridge,) = (cache / "work").iterdir()
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = next(line.split()[1] for line in host.splitlines() if line.startswith("host:"))
    # The sanitizer works on a stable compiler, unlocked as rustdoc's JSON is. Naming the target keeps it away
    # from build scripts.
    env = {**os.environ, "RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": "-Zsanitizer=address -Copt-level=0"}
    command = ["cargo", "build", "--quiet", "--target", triple, "--target-dir", str(cache / "asan")]
    built = subprocess.run(command, cwd=bridge, env=env, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (library,) = (cache / "asan" / triple / "debug").glob("*.so")
    return library


@pytest.fixture(scope="module", name="sanitized")
def sanitized_fixture(tool: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The library of the behaviours, built with the sanitizer."""
    return str(sanitize(tool, tmp_path_factory.mktemp("cache"), BEHAVIOURS))


@pytest.fixture(scope="module", name="hostile")
def hostile_fixture(tool: Any, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An artifact of the hostile shapes with a library that was built with the sanitizer."""
    folder = tmp_path_factory.mktemp("artifact")
    library = sanitize(tool, tmp_path_factory.mktemp("cache"), HOSTILE, "--out", folder)
    (path,) = folder.rglob("manifest.json")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    shutil.copy(library, path.parent / manifest["library"]["path"])
    manifest["library"].pop("loaded", None)
    manifest["library"].update(size=library.stat().st_size, blake3=blake3(library.read_bytes()))
    path.write_text(json.dumps(manifest), encoding="utf-8")
    sums = path.parent / SUMS
    names = [line[66:] for line in sums.read_text(encoding="utf-8").splitlines()]
    lines = [f"{blake3((path.parent / name).read_bytes())}  {name}\n" for name in names]
    sums.write_text("".join(lines), encoding="utf-8")
    return folder


def under_sanitizer(
    library: str | pathlib.Path, *command: str | pathlib.Path
) -> subprocess.CompletedProcess[str]:
    """Runs Python with the sanitizer's runtime in front of everything."""
    env = {
        **os.environ,
        "LD_PRELOAD": str(RUNTIME),
        # Python's own memory is never freed at exit; a stack of 256 KiB is what the test asks for.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
        "PYTHONMALLOC": "malloc",
        "USECRATE_ASAN_LIBRARY": str(library),
        "USECRATE_HOSTILE": str(library),
    }
    words = [sys.executable, *map(str, command)]
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=600, check=False)


def test_the_sanitizer_is_awake(sanitized: str) -> None:
    """A read behind the end of what libc gave is noticed: else the tests below would prove nothing."""
    program = "import ctypes; c = ctypes.CDLL(None); c.malloc.restype = ctypes.c_void_p; p = c.malloc(8); c.strdup.argtypes = [ctypes.c_void_p]; ctypes.memset(p, 65, 8); c.strdup(p)"  # noqa: E501
    done = under_sanitizer(sanitized, "-c", program)
    assert done.returncode == 99 and "heap-buffer-overflow" in done.stderr, done


def test_the_abi_client_finds_nothing(sanitized: str) -> None:
    settings = ["-c", TESTS.parent / "pyproject.toml", "-p", "no:cacheprovider", "-q", "-k", LEFT_OUT]
    done = under_sanitizer(sanitized, "-m", "pytest", *settings, TESTS / "abi_client" / "test_client.py")
    assert done.returncode == 0 and "AddressSanitizer" not in done.stderr, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_random_requests_find_nothing(sanitized: str) -> None:
    done = under_sanitizer(
        sanitized, TESTS / "abi_client" / "fuzz.py", sanitized, "--seconds", "5", "--seed", "7"
    )
    assert done.returncode == 0 and "AddressSanitizer" not in done.stderr, done.stdout + done.stderr


def test_hostile_shapes_find_nothing(hostile: pathlib.Path) -> None:
    settings = ["-c", TESTS.parent / "pyproject.toml", "-p", "no:cacheprovider", "-q"]
    done = under_sanitizer(hostile, "-m", "pytest", *settings, TESTS / "python" / "test_hostile.py")
    assert done.returncode == 0 and "AddressSanitizer" not in done.stderr, done.stdout + done.stderr
    assert " passed" in done.stdout
