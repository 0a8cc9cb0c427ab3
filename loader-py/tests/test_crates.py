"""`from usecrate.crates import …`, over the stand-in."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samples import write

CRATES = "usecrate_fake.crates"


@pytest.fixture
def crates(uc: Any, manifest: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> Iterator[Any]:
    """The package of crates, over a cache that holds one; what a test imports is forgotten after it."""
    monkeypatch.setenv("USECRATE_ARTIFACT_DIR", str(tmp_path))
    write(tmp_path, manifest)
    before = dict(sys.modules)
    package = importlib.import_module(CRATES)
    names = dict(vars(package))
    yield package
    for name in [name for name in sys.modules if name.startswith(f"{CRATES}.") and name not in before]:
        del sys.modules[name]
    for name in [name for name in vars(package) if name not in names]:
        delattr(package, name)


def test_an_import_statement_gives_the_module_handle(crates: Any, uc: Any) -> None:
    from usecrate_fake.crates import demo_crate  # type: ignore[import-not-found]

    assert demo_crate is uc.import_("demo-crate")
    assert crates.demo_crate is demo_crate
    assert demo_crate.__name__ == "demo"
    assert not hasattr(demo_crate, "__path__")
    assert demo_crate.__spec__.name == f"{CRATES}.demo_crate"
    assert demo_crate.__spec__.origin.endswith("manifest.json")


def test_modules_of_crates_are_imported_like_pythons(crates: Any, uc: Any) -> None:
    kinds = importlib.import_module(f"{CRATES}.demo_crate.kinds")
    assert kinds is uc.import_("demo-crate").kinds
    name = kinds.__all__[0]
    scope: dict[str, Any] = {}
    exec(f"from {CRATES}.demo_crate.kinds import {name} as found", scope)
    assert scope["found"] is getattr(kinds, name)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{CRATES}.demo_crate.none")


def test_looking_loads_nothing(crates: Any, uc: Any) -> None:
    assert "demo_crate" in dir(crates)
    assert not hasattr(crates, "demo_crate")
    with pytest.raises(AttributeError, match=r"from usecrate_fake.crates import demo_crate"):
        _ = crates.demo_crate
    assert importlib.util.find_spec(f"{CRATES}.demo_crate") is not None
    assert [found.name for found in pkgutil.walk_packages(crates.__path__)] == []
    assert f"{CRATES}.demo_crate" not in sys.modules


def test_what_cannot_be_imported_says_why(crates: Any, uc: Any) -> None:
    with pytest.raises(ImportError, match=r"cannot import the crate `nope`.*USECRATE_BUILD names") as caught:
        from usecrate_fake.crates import nope  # type: ignore[import-not-found]  # noqa: F401
    assert isinstance(caught.value.__cause__, uc.BuildError)
    assert caught.value.name == "nope"
    with pytest.raises(ImportError, match="cannot import name 'Nope' from 'demo'"):
        from usecrate_fake.crates.demo_crate import Nope  # type: ignore[import-not-found]  # noqa: F401


def test_a_crate_that_is_not_there_is_a_module_that_is_not_found(
    crates: Any, uc: Any, part: Any, monkeypatch: Any
) -> None:
    asked: list[str] = []

    def refuse(name: str) -> None:
        asked.append(name)
        raise uc.BuildError(f"there is no crate `{name}`", code="no-such-crate", hint="did you mean `x`?")

    monkeypatch.setattr(part("importing"), "import_", refuse)
    for statement in (f"from {CRATES} import no_such", f"import {CRATES}.no_such"):
        with pytest.raises(ModuleNotFoundError, match=r"there is no crate `no_such`.*did you mean `x`"):
            exec(statement)
    with pytest.raises(ModuleNotFoundError):
        exec(f"from {CRATES} import type_, async_")
    assert asked == ["no_such", "no-such"] * 2 + ["type_", "type-"]


def test_the_package_costs_little() -> None:
    code = "import sys; old = {*sys.modules}; import usecrate.crates; print(*sorted({*sys.modules} - old))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__future__", "usecrate", "usecrate.crates"]
