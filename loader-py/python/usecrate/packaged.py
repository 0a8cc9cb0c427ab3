"""Serves a crate's modules as modules of a Python package. What `usecrate package` generates calls it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def attach(
    name: str, package: str, crate: str, attributes: str = "", modules: Sequence[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of the module `name` of `package`, which is a module of a crate.

    Nothing is loaded before something is asked for. `attributes` lead from the crate's root to its module,
    with dots between them; `modules` are those of the Python package below this one.
    """

    def served() -> Any:
        from . import load_artifact

        root = os.path.dirname(str(sys.modules[package].__file__))
        found: Any = load_artifact(os.path.join(root, "_crates", crate))
        for attribute in filter(None, attributes.split(".")):
            found = getattr(found, attribute)
        return found

    def get(attribute: str) -> Any:
        if attribute in modules:
            __import__(f"{name}.{attribute}")
            return sys.modules[f"{name}.{attribute}"]
        # What Python asks every module for is no reason to load a library.
        if attribute.startswith("__") and attribute != "__version__":
            raise AttributeError(f"module `{name}` has no attribute `{attribute}`")
        value = getattr(served(), attribute)
        setattr(sys.modules[name], attribute, value)
        return value

    def names() -> list[str]:
        own = (found for found in dir(served()) if not found.startswith("__"))
        return sorted({*vars(sys.modules[name]), *own, *modules})

    return get, names
