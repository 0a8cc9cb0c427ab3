"""The package's surface: exported names, cost of the import, the exception tree, durations."""

from __future__ import annotations

import copy
import datetime
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from samples import write


def test_all_names_exist(uc: Any) -> None:
    assert list(uc.__all__) == sorted(uc.__all__)
    for name in uc.__all__:
        assert getattr(uc, name) is not None
    assert set(uc.__all__) <= set(dir(uc))
    with pytest.raises(AttributeError, match="no attribute `nope`"):
        _ = uc.nope


def test_no_public_name_is_a_submodule(uc: Any, part: Any) -> None:
    """A submodule of the same name would take the place of a function when it is imported."""
    import types

    for name in (
        "importing",
        "values",
        "wrap",
        "artifact",
        "manifests",
        "cli",
        "exceptions",
        "enums",
        "listing",
    ):
        part(name)
    for name in uc.__all__:
        assert not isinstance(getattr(uc, name), types.ModuleType), name


def test_import_is_cheap() -> None:
    code = "import sys; old = set(sys.modules); import usecrate; print(*sorted(set(sys.modules) - old))"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env=_env(), check=True
    )
    assert loaded.stdout.split() == ["usecrate"]


def test_a_first_call_is_cheap(manifest: dict[str, Any], tmp_path: Path) -> None:
    """Each module that is imported costs a tenth of a millisecond."""
    folder = write(tmp_path, manifest)
    code = (
        "import sys, conftest, samples, inspect, pathlib\n"
        "uc = conftest._package()\n"
        "native = sys.modules['usecrate_fake._native']\n"
        "native.TABLES['demo'] = samples.sample(native.RustError, native.Made)[1]\n"
        f"assert uc.load_artifact({str(folder)!r}).add(1) == 1\n"
        "print(*sorted(name for name in sys.modules if name.startswith('usecrate_fake')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**_env(), "PYTHONPATH": os.pathsep.join([_env()["PYTHONPATH"], str(Path(__file__).parent)])},
        check=True,
    )
    assert done.stdout.split() == ["usecrate_fake", "usecrate_fake._native"]


def _env() -> dict[str, str]:
    import usecrate

    return {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(usecrate.__file__))}


def test_exception_tree(uc: Any, part: Any) -> None:
    errors = part("errors")
    for name in errors.__dict__:
        cls = getattr(errors, name)
        if isinstance(cls, type) and issubclass(cls, Exception):
            assert issubclass(cls, uc.UsecrateError), name
            assert cls.__doc__
    assert issubclass(uc.IntegrityError, uc.LoadError)
    assert issubclass(uc.UnsupportedSignatureError, AttributeError)
    assert issubclass(uc.CallError, RuntimeError)
    assert not issubclass(uc.PanicError, uc.CallError)
    assert issubclass(uc.ClosedError, uc.HandleError)
    assert issubclass(uc.IoError, OSError)


@pytest.mark.parametrize(
    "base",
    [
        cls
        for cls in vars(__import__("builtins")).values()
        if isinstance(cls, type) and issubclass(cls, OSError)
    ],
)
def test_each_os_error_has_its_io_error(uc: Any, part: Any, base: type) -> None:
    subclasses = [
        cls for cls in vars(part("errors")).values() if isinstance(cls, type) and issubclass(cls, uc.IoError)
    ]
    assert any(base in cls.__mro__ for cls in subclasses)


@pytest.mark.parametrize(
    ("kind", "errno", "base"), [("NotFound", 2, FileNotFoundError), ("Other", 13, PermissionError)]
)
def test_io_error_classes(part: Any, kind: str, errno: int, base: type) -> None:
    error = part("errors").io_error(kind, errno, "it failed")
    assert isinstance(error, base)
    assert (error.errno, error.kind, str(error)) == (errno, kind, "it failed")
    assert isinstance(part("errors").io_error("TimedOut", None, "late"), TimeoutError)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.errno, str(again)) == (errno, "it failed")


def test_errors_survive_pickling(uc: Any) -> None:
    panic = pickle.loads(pickle.dumps(uc.PanicError("boom", "src/lib.rs:1:2", "trace")))
    assert (str(panic), panic.location, panic.backtrace) == (
        "boom (at src/lib.rs:1:2)",
        "src/lib.rs:1:2",
        "trace",
    )
    build = pickle.loads(pickle.dumps(uc.BuildError("no", code="c", details="d", hint="h")))
    assert str(build) == "no [c]\nd\nhint: h"
    call = pickle.loads(pickle.dumps(uc.CallError("no", rust_type="T", sources=["a"])))
    assert (str(call), call.rust_type, list(call.sources)) == ("no", "T", ["a"])


def test_duration(uc: Any) -> None:
    one = uc.Duration(1, 1_000_000_001)
    assert one.total_nanoseconds == 2_000_000_001
    assert one.subsec_nanoseconds == 1
    assert one == uc.Duration(2, 1) != uc.Duration(2)
    assert uc.Duration(2) == datetime.timedelta(seconds=2)
    assert hash(uc.Duration(2)) == hash(datetime.timedelta(seconds=2))
    assert uc.Duration(2) < one <= one
    assert one > datetime.timedelta(seconds=2)
    assert one + uc.Duration(1) == datetime.timedelta(seconds=3)
    assert uc.Duration.of(datetime.timedelta(days=1, microseconds=3)).total_nanoseconds == 86_400_000_003_000
    for twin in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), eval(repr(one), {"usecrate": uc})):
        assert twin == one
        assert twin.total_nanoseconds == one.total_nanoseconds
    with pytest.raises(TypeError):
        _ = one < 3
    with pytest.raises(OverflowError, match="more than a timedelta can hold"):
        uc.Duration(2**64 - 1, 999_999_999)
