"""Short ways to make functions of the library that answers by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from usecrate import _native
from usecrate.errors import IntegrityError


def blake3_of(path: Path) -> str:
    """The BLAKE3 hash that the loader wants; taken from its own refusal, so that no package is needed."""
    with pytest.raises(IntegrityError) as refusal:
        _native.Library(str(path), blake3="00", size=path.stat().st_size, name="echo")
    found = re.search(r"hash ([0-9a-f]{64})", str(refusal.value))
    assert found
    return found[1]


class Echo:
    """A loaded library and short ways to make functions of it."""

    def __init__(self, path: Path) -> None:
        self.native = _native
        self.path = path
        self.library = _native.Library(
            str(path), blake3=blake3_of(path), size=path.stat().st_size, name="echo"
        )
        self.Counter = type("Counter", (_native.Handle,), {"__slots__": (), "__module__": "echo"})
        self.library.define_handle(0, self.Counter)
        self.new = self.function(3, "new", [("start", "i64", False)], ["handle", 0, "new"])

    def function(self, index: int, name: str, params: list[Any], result: Any, **more: Any) -> Any:
        more = {"qualname": name, "module": "echo", "doc": f"Docs of {name}.", **more}
        return self.library.function(index, name=name, params=params, result=result, **more)

    def method(self, index: int, name: str, params: list[Any], result: Any, **more: Any) -> Any:
        more = {"qualname": f"Counter.{name}", "module": "echo", "doc": f"Docs of {name}.", **more}
        made = self.library.method(self.Counter, index, name=name, params=params, result=result, **more)
        setattr(self.Counter, name, made)
        return made

    def echo(self, ref: Any, result: Any = None) -> Any:
        """A function that gives back its argument, sent as `ref` and read as `result`."""
        return self.function(0, "echo", [("value", ref, False)], ref if result is None else result)
