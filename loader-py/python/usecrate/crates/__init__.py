"""Rust crates as Python modules: ``from usecrate.crates import semver``.

The import is `usecrate.import_("semver")`: it builds what is missing, and gives the same module handle.
Modules of crates are imported like Python's: ``from usecrate.crates.base64.engine import general_purpose``. A
`-` in a crate's name is a `_` here. Nothing but an import statement loads or builds anything: `dir` lists
what is built.
"""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from .._native import Module


class _Finder:
    """Finds what is below this package by name alone; what the name means is seen when it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a crate. Modules inside of crates are there as soon as the crate is."""
        package, _, crate = name.rpartition(".")
        if package != __name__ or crate.startswith("_"):
            return None
        from importlib.machinery import ModuleSpec

        loader: Any = self  # one by its methods; the base class would have to be imported
        return ModuleSpec(name, loader)

    def create_module(self, spec: ModuleSpec) -> Module:
        """The module handle of the crate."""
        from ..errors import UsecrateError

        crate = spec.name.rpartition(".")[2]
        try:
            module = _import(_crate_name(crate))
        except (UsecrateError, ValueError) as error:
            raise _import_error(crate, error) from error
        spec.origin = module.__dict__["__usecrate__"].opened.path
        return module

    def exec_module(self, module: Module) -> None:
        """Makes the modules of the crate importable."""
        assert module.__spec__ is not None
        for name, inner in _inner(module, module.__spec__.name, ()):
            sys.modules.setdefault(name, inner)


def _import(crate: str) -> Module:
    """The crate of that name. An artifact is found whichever of `-` and `_` is in its name, a crate in the
    registry is not; there is no second one that differs in them alone."""
    from ..errors import BuildError
    from ..importing import import_

    try:
        return import_(crate)
    except BuildError as error:
        if error.code != "no-such-crate" or "_" not in crate:
            raise
        try:
            return import_(crate.replace("_", "-"))
        except BuildError as second:
            raise (error if second.code == error.code else second) from None


def _crate_name(name: str) -> str:
    """What a crate is called: one that is called like a keyword has a `_` behind it in Python."""
    import keyword

    return name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name


def _import_error(crate: str, error: Exception) -> ImportError:
    """What an import statement raises: its message is the error's, in one line."""
    text = " ".join(str(error).split("\n", 1)[0].split())
    if getattr(error, "code", None) == "no-such-crate":
        hint = getattr(error, "hint", "")
        text += f"; {hint}" if hint else ""
        # With the whole name Python would take `from … import …` for one of an attribute, and say less.
        return ModuleNotFoundError(text, name=crate)
    return ImportError(f"cannot import the crate `{crate}`: {text}", name=crate)


def _inner(module: Module, name: str, above: tuple[Module, ...]) -> Iterator[tuple[str, Module]]:
    """The public modules in one, by each of their paths; a module that is in itself again is not followed."""
    from .._native import module_at

    info = module.__dict__["__usecrate__"]
    above = (*above, module)
    for entry in info.entries:
        if "module" in entry:
            inner = module_at(info.opened, entry["module"])
            if not any(inner is one for one in above):
                path = f"{name}.{entry['name']}"
                yield path, inner
                yield from _inner(inner, path, above)


sys.meta_path.append(_Finder())


def __getattr__(name: str) -> Module:
    raise AttributeError(
        f"module `{__name__}` has no attribute `{name}`: a crate is there once it is imported, by "
        f"`from {__name__} import {name}`"
    )


def __dir__() -> list[str]:
    """What is loaded, and what lies in the cache."""
    from ..artifact import _folders
    from ..platforms import artifact_root

    try:
        built = [name.replace("-", "_") for name in _folders(artifact_root())]
    except RuntimeError:  # no place for a cache
        built = []
    names = {*built, *globals()} - {"TYPE_CHECKING", "annotations", "sys"}
    return sorted(name for name in names if not name.startswith("_") or name.startswith("__"))
