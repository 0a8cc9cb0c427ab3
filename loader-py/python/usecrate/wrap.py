"""What a module handle gives beside functions: classes, modules, traits, constants; and what it has not."""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from . import _native
from ._native import module_at
from .loaded import Loaded, unsupported
from .names import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._native import Module, ModuleInfo, Opened
    from .model import Entry


def whole(opened: Opened) -> Loaded:
    """All of an artifact, for one that is open."""
    return Loaded(opened, make_class)


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


def attribute(module: Module, info: ModuleInfo, name: str, entry: Entry | None) -> Any:
    """What a module's name leads to, where that is no function."""
    if entry is None:
        if name == "__all__":
            module.__all__ = info.names()
            return module.__all__
        error = missing(info, name)
        short = _SHORT_FORMS.get(name)
        if short is None or hasattr(error, "code"):  # it is skipped
            raise error
        return lambda: short(module)
    value, lasting = _make(info, entry)
    if lasting:
        module.__dict__[name] = value
    return value


def _typed(module: Module) -> Module:
    from .hints import typed

    return typed(module)


def _html(module: Module) -> str:
    from .rich import module_html

    return module_html(module)


# What the loader offers on modules, where the crate has no such name.
_SHORT_FORMS: dict[str, Callable[[Module], Any]] = {"typed": _typed, "_repr_html_": _html}


def _make(info: ModuleInfo, entry: Entry) -> tuple[Any, bool]:
    """What an entry leads to, and whether it stays the same."""
    loaded = info.loaded
    if "type" in entry:
        return loaded.class_of(entry["type"]), True
    if "module" in entry:
        return module_at(info.opened, entry["module"]), True
    if "trait" in entry:
        return trait_at(loaded, entry["trait"]), True
    if "variant" in entry:
        ty, variant = entry["variant"]
        return getattr(loaded.class_of(ty), loaded.variants_of(ty)[variant]["name"]), True
    if "constant" in entry:
        return _constant(info, entry["constant"])
    raise AttributeError(entry["name"])  # the checked manifest rules it out


def _constant(info: ModuleInfo, index: int) -> tuple[Any, bool]:
    """A constant's value. A handle stays out of the module's names: once closed, it is read again."""
    kept = info.kept.get(index)
    if kept is not None and not _native.is_closed(kept):
        return kept, False
    value = info.loaded.read_constant(index)
    lasting = info.loaded.is_lasting(value, info.loaded.callable(index)["result"])
    if lasting and isinstance(value, _native.Handle):
        info.kept[index] = value
        return value, False
    return value, lasting


def missing(info: ModuleInfo, name: str) -> Exception:
    """The exception for a name that the module does not have."""
    path = info.module["path"]
    for skip in () if name.startswith("__") else info.opened.manifest["skipped"]:
        if skip["name"] == name and "owners" not in skip and path in skip.get("modules", ()):
            return unsupported(skip)
    crate = info.opened.manifest["crate"]
    error = AttributeError(
        f"module `{path}` of {crate['name']} {crate['version']} has no public item `{name}`"
        f"{nearest(name, info.names())}"
    )
    error.name = name
    return error


def module_dir(module: Module) -> list[str]:
    """`dir(module)`."""
    own = [name for name in module.__dict__ if name.startswith("__")]
    return sorted({*module.__all__, *own, "__all__"})


def module_repr(module: Module) -> str:
    """`repr(module)`."""
    info: ModuleInfo = module.__dict__["__usecrate__"]
    crate = info.opened.manifest["crate"]
    from .rich import counts

    held = ", ".join(
        f"{count} {kind if count == 1 else f'{kind}es' if kind == 'class' else f'{kind}s'}"
        for kind, count in counts(module).items()
    )
    return f"<usecrate module '{module.__name__}' of {crate['name']} {crate['version']}: {held or 'empty'}>"


def module_reduce(module: Module) -> tuple[Any, ...]:
    """What pickles a module handle."""
    from .pickling import reduce_module

    return reduce_module(module)


def trait_at(loaded: Loaded, index: int) -> type:
    """The one namespace of a trait."""
    made = loaded.traits.get(index)
    if made is None:
        from .classes import trait_class

        made = loaded.traits.setdefault(index, trait_class(loaded, index))
    return made


def sub_module(opened: Opened, path: str) -> Module:
    """The module with that Rust path (the crate's name in front or not).

    Raises
    ------
    ModuleNotFoundError
        There is none; the message names the nearest.
    """
    root = opened.manifest["modules"][0]["path"]
    wanted = path if path == root or path.startswith(f"{root}::") else f"{root}::{path}"
    for index, module in enumerate(opened.manifest["modules"]):
        if module["path"] == wanted:
            return module_at(opened, index)
    current = module_at(opened, 0)
    for name in wanted.split("::")[1:]:  # a re-exported module has several paths
        entry = current.__dict__["__usecrate__"].entries.named(name)
        if entry is None or "module" not in entry:
            known = [module["path"] for module in opened.manifest["modules"]]
            crate = opened.manifest["crate"]
            raise ModuleNotFoundError(
                f"{crate['name']} {crate['version']} has no public module `{wanted}`{nearest(wanted, known)}",
                name=wanted,
            )
        current = module_at(opened, entry["module"])
    return current
