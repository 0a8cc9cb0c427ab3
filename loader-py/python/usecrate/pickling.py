"""How things are pickled: by reference modules, classes and functions, by value records, variants and errors,
values that stay in Rust by what serde makes of them.

A reference names the artifact (its place, the crate, its version, the library's hash) and a path in it. On
the other side it leads to the artifact that has that hash: the one in the same place, else the one that
`import_` finds by the crate's name and version. Anything else is an error that names both. What is read is
code as much as any pickle is: read none that you do not trust.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os

from . import _native
from ._native import Module, module_and_name, registry
from .errors import CallError, LoadError, UsecrateError, _call_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ._native import Opened
    from .members import Info

    Place = tuple[str, str, str, str]

# ------------------------------------------------------------------------------------------------ artifacts


def place(opened: Opened) -> Place:
    """What names an artifact: where it is, the crate, its version, the library's hash."""
    crate = opened.manifest["crate"]
    return opened.path, crate["name"], crate["version"], opened.manifest["library"]["blake3"]


def opened_at(there: Place) -> Opened:
    """The artifact of that name in this process.

    Raises
    ------
    LoadError
        It is not here, or another one is in its place.
    """
    path, name, version, blake3 = there
    same = [
        opened
        for opened in registry.all()
        if opened.manifest["library"]["blake3"] == blake3 and opened.manifest["crate"]["name"] == name
    ]
    if same:  # copies of one artifact have classes of their own: those of its place first
        return next((opened for opened in same if opened.path == path), same[0])
    other: Opened | None = None
    why: Exception | None = None
    if os.path.isfile(path):
        try:
            other = _opened(registry.load_artifact(path))
        except LoadError as error:
            why = error
    if other is None or _is_other(other, blake3):
        from .importing import import_

        try:
            other = _opened(import_(name, f"={version}", build_if_missing=False))
        except UsecrateError as error:
            why = why or error
    if other is not None and not _is_other(other, blake3):
        return other
    wanted = f"`{name}` {version} of library {blake3[:12]}"
    if other is None:
        raise LoadError(
            f"a pickle refers to {wanted}, which was at `{path}` and is not here; build it here "
            f"(`usecrate build {name}@{version}`), or copy the artifact to that place"
        ) from why
    crate, library = other.manifest["crate"], other.manifest["library"]
    raise LoadError(
        f"a pickle refers to {wanted}, and here is {crate['version']} of library {library['blake3'][:12]} "
        f"(`{other.path}`): use the same artifact on both sides, or send plain data (`usecrate.asdict`)"
    )


def _is_other(opened: Opened, blake3: str) -> bool:
    return opened.manifest["library"]["blake3"] != blake3


def _opened(module: Module) -> Opened:
    opened: Opened = module.__dict__["__usecrate__"].opened
    return opened


# --------------------------------------------------------------------------------------------- by reference


def reduce_module(module: Module) -> tuple[Any, ...]:
    """What pickles a module handle."""
    info = module.__dict__["__usecrate__"]
    return module_of, (place(info.opened), info.module["path"])


def module_of(there: Place, path: str) -> Module:
    """The module handle that was pickled."""
    from .wrap import sub_module

    return sub_module(opened_at(there), path)


def reduce_class(cls: Any) -> Any:
    """What pickles the class of a type, of a variant, or a trait's namespace."""
    trait = cls.__dict__.get("__usecrate_trait__")
    if trait is not None:
        loaded, index = trait
        return trait_of, (place(loaded.opened), loaded.manifest["traits"][index]["path"])
    info: Info = cls.__usecrate__
    if cls is info.cls:
        return class_of, (place(info.loaded.opened), *_type(info), None)
    variant = next((one for one in cls.__mro__[1:] if one is info.cls), None)
    name = cls.__name__
    if variant is not None and getattr(variant, name, None) is cls:
        return class_of, (place(info.loaded.opened), *_type(info), name)
    return cls.__qualname__  # a class made in Python, below one of these: by its name


def _type(info: Info) -> tuple[int, str]:
    return info.index, info.model["path"]


def class_of(there: Place, index: int, path: str, variant: str | None) -> Any:
    """The class that was pickled."""
    opened = opened_at(there)
    types = opened.manifest["types"]
    if index >= len(types) or types[index]["path"] != path:
        raise LoadError(
            f"a pickle refers to type {index} of `{there[1]}`, `{path}`, which is not there: it was edited"
        )
    cls: Any = opened.class_of(index)
    return cls if variant is None else getattr(cls, variant)


def trait_of(there: Place, path: str) -> Any:
    """The namespace of a trait that was pickled."""
    from .wrap import trait_at

    opened = opened_at(there)
    for index, trait in enumerate(opened.manifest["traits"]):
        if trait["path"] == path:
            return trait_at(opened.loaded, index)
    raise LoadError(f"a pickle refers to the trait `{path}`, which `{there[1]}` does not have: it was edited")


def reduce_function(function: Any) -> Any:
    """What pickles a function: what it is found in, its name, and the subscript that leads to it, if any.

    Raises
    ------
    TypeError
        No name leads to it.
    """
    for owner in _owners(function.__module__, function.__qualname__):
        found: Any = getattr(owner, function.__name__, None)
        if found is function:
            return getattr, (owner, function.__name__)
        for key in getattr(found, "__subscripts__", ()):
            if found[key] is function:
                return instance_of, (found, key)
    raise TypeError(
        f"cannot pickle the function `{function.__module__}.{function.__qualname__}`: no public name leads "
        "to it; pickle what it was found in instead"
    )


def instance_of(function: Any, key: str) -> Any:
    """The instance of a function that was pickled."""
    return function[key]


def _owners(module: str, qualname: str) -> Iterator[Any]:
    """The modules, or the classes and traits, in which a function of that name may be."""
    crate = module.partition(".")[0]
    prefix, _, name = qualname.rpartition(".")
    for opened in registry.all():
        if opened.name != crate:
            continue
        manifest = opened.manifest
        if not prefix:
            for index, found in enumerate(manifest["modules"]):
                if found["entries"].named(name) is not None:
                    yield _native.module_at(opened, index)
            continue
        for index, ty in enumerate(manifest["types"]):
            if ty["name"] == prefix and (module_and_name(ty["path"])[0] or crate) == module:
                yield opened.class_of(index)
        from .wrap import trait_at

        for index, trait in enumerate(manifest["traits"]):
            if trait["name"] == prefix and (module_and_name(trait["path"])[0] or crate) == module:
                yield trait_at(opened.loaded, index)


# ------------------------------------------------------------------------------------------------- by value


def reduce_record(self: Any) -> tuple[Any, ...]:
    """What pickles a record, or a variant that crosses by value."""
    cls = type(self)
    names: Sequence[str] = cls.__match_args__
    return record_of, (cls, tuple(names), tuple(getattr(self, name) for name in names))


def record_of(cls: Any, names: Sequence[str], values: Sequence[Any]) -> Any:
    """The record that was pickled."""
    if tuple(names) != tuple(cls.__match_args__) or len(names) != len(values):
        raise ValueError(
            f"a pickle has a `{cls.__module__}.{cls.__qualname__}` with the fields "
            f"{', '.join(names) or 'none'}, which has {', '.join(cls.__match_args__) or 'none'} here: "
            "use the same version on both sides"
        )
    self = cls.__new__(cls)
    for name, value in zip(names, values, strict=True):
        setattr(self, name, value)
    return self


def reduce_handle(self: Any) -> tuple[Any, ...]:
    """What pickles a value that stays in Rust: its class, and the bytes that serde makes of it.

    Raises
    ------
    TypeError
        serde does not both write and read values of that type.
    """
    cls: Any = type(self)
    info: Info = cls.__usecrate__
    special = info.model.get("specials", {}).get("__serialize__")
    if special is not None:
        return handle_of, (info.cls, _serialized(info, self, special))
    copies = hasattr(cls, "__copy__")
    raise TypeError(
        f"cannot {'' if copies else 'copy or '}pickle `{_name(info)}`: the value stays in Rust, where "
        "`serde` does not both write and read it (if the crate has a feature for that, build it with "
        '`features=["serde"]`)'
        f"{'' if copies else ', and it has no `Clone`'}; say how another one is made, "
        f"`copyreg.pickle({cls.__qualname__}, lambda value: (function, arguments))`"
    )


def _serialized(info: Info, value: Any, special: Sequence[int]) -> bytes:
    try:
        data: bytes = _special(info, special, "__serialize__")(value)
    except CallError as error:
        from pickle import PicklingError

        raise PicklingError(f"a `{_name(info)}` cannot be pickled: {error}") from error
    return data


def handle_of(cls: Any, data: bytes) -> Any:
    """The value that was pickled, in Rust again.

    Raises
    ------
    ValueError
        The type refuses the data, or cannot be read any more.
    """
    info: Info | None = getattr(cls, "__usecrate__", None)
    special = info.model.get("specials", {}).get("__deserialize__") if info is not None else None
    if info is None or special is None:
        raise ValueError(f"a pickle has data for `{cls!r}`, of which no value is made: it was edited")
    try:
        return _special(info, special, "__deserialize__")(data)
    except CallError as error:
        raise ValueError(f"a pickle has data of which no `{_name(info)}` can be made: {error}") from error


def _special(info: Info, special: Sequence[int], name: str) -> Any:
    """The function of a special callable: made once, as functions stay for good."""
    made = info.loaded.pickling
    if special[0] not in made:
        cls = info.cls
        qualname = f"{cls.__qualname__}.{name}"
        made[special[0]] = info.loaded.function(special, name=name, qualname=qualname, module=cls.__module__)
    return made[special[0]]


def _name(info: Info) -> str:
    return f"{info.cls.__module__}.{info.cls.__qualname__}"


def reduce_error(error: Any) -> tuple[Any, ...]:
    """What pickles an error: its class, its fields and what it says. A value that is in Rust stays there."""
    from .exceptions import said

    cls: Any = type(error)
    named = reduce_class(cls)
    names: Sequence[str] = cls.__match_args__ if hasattr(cls, "__usecrate_fields__") else ()
    fields = {name: getattr(error, name) for name in names}
    if isinstance(named, str) or any(isinstance(value, _native.Handle) for value in fields.values()):
        return _call_error, said(error)
    return error_of, (named[1], fields, said(error))


def error_of(cls: tuple[Any, ...], fields: dict[str, Any], facts: tuple[Any, ...]) -> CallError:
    """The error that was pickled. Where its class is not, a `CallError` that says the same: an error that
    cannot be read would hide what went wrong, and break the pool of processes that it came from."""
    from .exceptions import restored

    try:
        found = class_of(*cls)
    except (UsecrateError, AttributeError, OSError):
        return _call_error(*facts)
    return restored(found, fields, *facts)
