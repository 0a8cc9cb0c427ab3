"""A second copy of the package, `usecrate_fake`, over the stand-in `fake_native`."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def _package() -> Any:
    """Loads the package a second time, with the stand-in below it."""
    found = importlib.util.find_spec("usecrate")
    folder = Path(found.origin).parent if found and found.origin else HERE.parent / "python" / "usecrate"
    for name, path, inside in (
        ("usecrate_fake", folder / "__init__.py", [str(folder)]),
        ("usecrate_fake._native", HERE / "fake_native.py", None),
    ):
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=inside)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules["usecrate_fake"]


@pytest.fixture(scope="session")
def uc() -> Any:
    """The package with the stand-in below it."""
    return _package()


@pytest.fixture(autouse=True)
def _no_build_tool(monkeypatch: Any, tmp_path: Path) -> None:
    """None but the stand-in of a test: one that is there would build anew what these tests make up."""
    monkeypatch.setenv("USECRATE_BUILD", str(tmp_path / "no build tool"))


@pytest.fixture
def part(uc: Any) -> Any:
    """Gives a module of that package by name."""
    return lambda name: importlib.import_module(f"usecrate_fake.{name}")


@pytest.fixture
def manifest(uc: Any, part: Any) -> dict[str, Any]:
    """A manifest with one of everything, for this platform."""
    from samples import sample

    native = part("_native")
    made, table = sample(native.RustError, native.Made)
    native.TABLES["demo"] = table
    made["build"]["target"] = target(part)
    return copy.deepcopy(made)


def target(part: Any) -> str:
    """A target triple that this process can load."""
    platforms = part("platforms")
    system = {"linux": "unknown-linux-" + (platforms._libc() or "gnu"), "windows": "pc-windows-msvc"}
    return f"{platforms._machine()}-{system.get(platforms._system(), platforms._system())}"


@pytest.fixture
def demo(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> Any:
    """The module handle of the sample."""
    from samples import write

    return uc.load_artifact(write(tmp_path, manifest))
