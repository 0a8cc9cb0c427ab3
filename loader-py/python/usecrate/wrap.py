"""From a loaded artifact to what `import_` returns: modules whose names are made when they are first used."""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import os

from . import _native
from .loaded import Loaded, unsupported
from .names import module_and_name, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ._native import Library
    from .model import Entries, Entry, Manifest
    from .model import Module as ModuleModel
else:
    ModuleType = type(os)  # `types` would cost more than the rest of this module


def wrap(manifest: Manifest, library: Library) -> Loaded:
    """Makes what serves the module handles of one artifact; `root_module` gives the first."""
    _once()
    return Loaded(manifest, library, make_class)


_ready = False


def _once() -> None:
    """Tells the native extension, once in a process, how errors become exceptions and what a fork is."""
    global _ready
    if not _ready:
        _native.set_error_hook(_first_error)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_native.after_fork_child)
        _ready = True


def _first_error(*facts: Any) -> BaseException:
    """The error hook until the first error: most processes see none, and need not load what makes them."""
    from .exceptions import hook

    _native.set_error_hook(hook)
    return hook(*facts)


def make_class(loaded: Loaded, index: int) -> type:
    """Makes the class of type `index`, of whichever kind."""
    ty = loaded.type_at(index)
    if ty.get("error"):
        from .exceptions import error_class

        return error_class(loaded, index)
    if ty["kind"] == "record":
        from .records import record_class

        return record_class(loaded, index)
    if ty["kind"] == "enum" and any(variant.get("fields") for variant in ty.get("variants", ())):
        from .variants import data_enum_class

        return data_enum_class(loaded, index)
    if ty["kind"] == "enum":
        from .enums import plain_enum_class

        return plain_enum_class(loaded, index)
    from .classes import handle_class

    return handle_class(loaded, index)


class Module(ModuleType):
    """A module of a Rust crate. Its names are the crate's public ones; each is made when it is first used."""

    __version__: str
    __all__: list[str]

    def __init__(self, loaded: Loaded, index: int) -> None:
        found: ModuleModel = loaded.manifest["modules"][index]
        crate = loaded.manifest["crate"]
        docs = found.get("docs") or (crate["docs"] if index == 0 else "")
        super().__init__(found["path"].replace("::", "."), docs or None)
        self.__dict__.update(
            __version__=crate["version"], __usecrate__=ModuleInfo(loaded, index, found["entries"])
        )

    def __getattr__(self, name: str) -> Any:
        info: ModuleInfo | None = self.__dict__.get("__usecrate__")
        if info is None:
            raise AttributeError(name)
        entry = info.entries.named(name)
        if entry is None:
            if name == "__all__":
                self.__all__ = info.names()
                return self.__all__
            raise info.missing(name)
        value, lasting = info.make(entry)
        if lasting:
            self.__dict__[name] = value
        return value

    def __dir__(self) -> list[str]:
        own = [name for name in self.__dict__ if name.startswith("__")]
        return sorted({*self.__all__, *own, "__all__"})

    def __repr__(self) -> str:
        info: ModuleInfo = self.__dict__["__usecrate__"]
        crate = info.loaded.manifest["crate"]
        return f"<usecrate module '{self.__name__}' of {crate['name']} {crate['version']}>"

    def __reduce__(self) -> tuple[Any, ...]:
        info: ModuleInfo = self.__dict__["__usecrate__"]
        return _reopen, (info.loaded.path, info.module["path"])


def _reopen(path: str, module: str) -> Module:
    """Loads the artifact that a pickled module handle came from."""
    from .importing import load_artifact

    return sub_module(load_artifact(path).__dict__["__usecrate__"].loaded, module)


class ModuleInfo:
    """What a module handle knows of itself."""

    __slots__ = ("_kept", "entries", "index", "loaded")

    def __init__(self, loaded: Loaded, index: int, entries: Entries) -> None:
        self.loaded = loaded
        self.index = index
        self.entries = entries
        self._kept: dict[int, Any] = {}

    def names(self) -> list[str]:
        """The public names, each once."""
        return list(dict.fromkeys(self.entries.names()))

    @property
    def module(self) -> ModuleModel:
        """The manifest's module."""
        return self.loaded.manifest["modules"][self.index]

    def make(self, entry: Entry) -> tuple[Any, bool]:
        """What a name leads to, and whether it stays the same."""
        loaded = self.loaded
        if "type" in entry:
            return loaded.class_of(entry["type"]), True
        if "module" in entry:
            return module_at(loaded, entry["module"]), True
        if "function" in entry:
            return self._function(entry["name"], entry["function"]["callables"]), True
        if "trait" in entry:
            return trait_at(loaded, entry["trait"]), True
        if "variant" in entry:
            ty, variant = entry["variant"]
            return getattr(loaded.class_of(ty), loaded.variants_of(ty)[variant]["name"]), True
        if "constant" in entry:
            return self._constant(entry["constant"])
        raise AttributeError(entry["name"])  # the checked manifest rules it out

    def _function(self, public: str, indexes: list[int]) -> Any:
        key = (public, tuple(indexes))
        made = self.loaded.functions.get(key)
        if made is None:
            module, _ = module_and_name(self.loaded.callable(indexes[0])["id"])
            made = self.loaded.function(
                indexes,
                name=public,
                qualname=public,
                module=module or self.module["path"].replace("::", "."),
            )
            made = self.loaded.functions.setdefault(key, made)
        return made

    def _constant(self, index: int) -> tuple[Any, bool]:
        """A constant's value. A handle stays out of the module's names: once closed, it is read again."""
        kept = self._kept.get(index)
        if kept is not None and not _native.is_closed(kept):
            return kept, False
        value = self.loaded.read_constant(index)
        lasting = self.loaded.is_lasting(value, self.loaded.callable(index)["result"])
        if lasting and isinstance(value, _native.Handle):
            self._kept[index] = value
            return value, False
        return value, lasting

    def missing(self, name: str) -> Exception:
        """The exception for a name that the module does not have."""
        path = self.module["path"]
        for skip in () if name.startswith("__") else self.loaded.manifest["skipped"]:
            if skip["name"] == name and "owners" not in skip and path in skip.get("modules", ()):
                return unsupported(skip)
        crate = self.loaded.manifest["crate"]
        error = AttributeError(
            f"module `{path}` of {crate['name']} {crate['version']} has no public item `{name}`"
            f"{nearest(name, self.names())}"
        )
        error.name = name
        return error


def module_at(loaded: Loaded, index: int) -> Module:
    """The one handle of a module."""
    module: Module = loaded.modules.get(index) or loaded.modules.setdefault(index, Module(loaded, index))
    return module


def trait_at(loaded: Loaded, index: int) -> type:
    """The one namespace of a trait."""
    made = loaded.traits.get(index)
    if made is None:
        from .classes import trait_class

        made = loaded.traits.setdefault(index, trait_class(loaded, index))
    return made


def sub_module(loaded: Loaded, path: str) -> Module:
    """The module with that Rust path (the crate's name in front or not).

    Raises
    ------
    ModuleNotFoundError
        There is none; the message names the nearest.
    """
    root = loaded.manifest["modules"][0]["path"]
    wanted = path if path == root or path.startswith(f"{root}::") else f"{root}::{path}"
    for index, module in enumerate(loaded.manifest["modules"]):
        if module["path"] == wanted:
            return module_at(loaded, index)
    current = module_at(loaded, 0)
    for name in wanted.split("::")[1:]:  # a re-exported module has several paths
        entry = current.__dict__["__usecrate__"].entries.named(name)
        if entry is None or "module" not in entry:
            known = [module["path"] for module in loaded.manifest["modules"]]
            crate = loaded.manifest["crate"]
            raise ModuleNotFoundError(
                f"{crate['name']} {crate['version']} has no public module `{wanted}`{nearest(wanted, known)}",
                name=wanted,
            )
        current = module_at(loaded, entry["module"])
    return current
