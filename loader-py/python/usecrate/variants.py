"""Classes for enums with data that cross by value: a class per variant."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from .classes import namespace
from .members import Info, Lazy, picklable
from .records import Record, record_body
from .specials import add_specials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .loaded import Loaded


@picklable
class DataEnum(Lazy):
    """Metaclass of an enum with data: the call takes a unit variant's name, or what Rust makes one from."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        info = cls.__usecrate__
        if len(args) == 1 and not kwargs and isinstance(args[0], str):
            for variant in info.model.get("variants", ()):
                if variant["name"] == args[0] and not variant.get("fields"):
                    return getattr(cls, args[0])()
        if info.model.get("constructors"):
            return info.construct(args, kwargs)
        names = ", ".join(
            f"{cls.__qualname__}.{variant['name']}" for variant in info.model.get("variants", ())
        )
        raise TypeError(f"`{cls.__qualname__}` is an enum: build one of its variants, {names}")


@picklable
class DataVariant(Record, DataEnum):
    """Metaclass of one variant of such an enum: a record below the enum's class."""


def data_enum_class(loaded: Loaded, index: int) -> type:
    """Makes and defines a base class with a subclass per variant, unit ones included."""
    ty = loaded.type_at(index)
    if "primary" in ty:
        return _share(loaded, index, loaded.class_of(ty["primary"]))
    info = Info(loaded, index)
    body = namespace(loaded, ty, info)
    body["__slots__"] = ()
    cls: Any = DataEnum(ty["name"], (), body)
    loaded.register(index, cls)
    variants = []
    for variant in loaded.variants_of(index):
        fields = variant.get("fields", [])
        part = record_body(fields)
        part["__module__"] = cls.__module__
        part["__qualname__"] = f"{cls.__qualname__}.{variant['name']}"
        part["__doc__"] = variant.get("docs") or f"Rust: `{ty['path']}::{variant['name']}`"
        if not variant.get("tuple") and not fields:
            part["__repr__"] = _unit_repr
        made: Any = DataVariant(variant["name"], (cls,), part)
        setattr(cls, variant["name"], made)
        variants.append((variant["name"], made, [(field["name"], field["type"]) for field in fields]))
    loaded.library.define_enum(index, cls, variants, data=True)
    own = ("__repr__", "__eq__", "__ne__", "__copy__", "__deepcopy__")
    add_specials(loaded, ty, index, cls, but=own)
    for _, made, _ in variants:
        if cls.__hash__ is not None and cls.__hash__ is not object.__hash__:
            made.__hash__ = cls.__hash__
    info.bind(cls)
    return cls  # type: ignore[no-any-return]


def _share(loaded: Loaded, index: int, cls: type) -> type:
    """Another instance of a generic type: its variants are those of the primary one."""
    loaded.register(index, cls)
    variants = [
        (
            one["name"],
            getattr(cls, one["name"]),
            [(field["name"], field["type"]) for field in one.get("fields", [])],
        )
        for one in loaded.variants_of(index)
    ]
    loaded.library.define_enum(index, cls, variants, data=True)
    return cls


def _unit_repr(self: Any) -> str:
    return str(type(self).__qualname__)
