"""What `usecrate` offers on values and module handles, whatever the crate's own names are."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import enum
import types

from . import _native
from ._native import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .model import Manifest

buffers = _native.buffers
close = _native.close
is_closed = _native.is_closed
move = _native.move


def variant(value: object) -> str:
    """The name of the variant that an enum's value holds, whichever way the enum crosses.

    Raises
    ------
    TypeError
        The value is not of a Rust enum.
    """
    cls: Any = type(value)
    info = getattr(cls, "__usecrate__", None)
    if info is not None and info.model.get("variants"):
        if isinstance(value, enum.Enum):
            return value._name_
        variant_of = getattr(cls, "__usecrate_variant_of__", None)
        if variant_of is not None:
            return str(info.model["variants"][variant_of(value)]["name"])
        if cls is not info.cls:
            return str(cls.__name__)
    raise TypeError(f"`variant` takes a value of a Rust enum, not `{cls.__qualname__}`")


asdict = _native.asdict


def plain_data(value: object) -> Any:
    """What `asdict` gives for all but records, lists, dicts and what is plain data itself."""
    cls: Any = type(value)
    if isinstance(value, enum.Enum) and hasattr(cls, "__usecrate__"):
        return value._name_
    if isinstance(value, list | tuple | set | frozenset):
        return cls([asdict(part) for part in value])
    if isinstance(value, dict):
        return {asdict(key): asdict(part) for key, part in value.items()}
    if isinstance(value, types.BuiltinMethodType | types.MethodType) and isinstance(
        value.__self__, _native.Handle
    ):
        method = value

        def plainly(*args: Any, **kwargs: Any) -> Any:
            return asdict(method(*args, **kwargs))

        return plainly
    if isinstance(value, _native.Handle) or getattr(cls, "__usecrate_fields__", None) is None:
        return value
    names: tuple[str, ...] = cls.__match_args__
    fields = {name: asdict(getattr(value, name)) for name in names}
    if not cls.__usecrate__.model.get("variants"):
        return fields
    if not fields:
        return cls.__name__
    if names == tuple(f"_{at}" for at in range(len(names))):
        payload = list(fields.values())
        return {cls.__name__: payload[0] if len(payload) == 1 else payload}
    return {cls.__name__: fields}


def manifest(module: object) -> Manifest:
    """The manifest behind a module handle, a class or a value, as plain data. Do not change it.

    Raises
    ------
    TypeError
        It comes from no artifact.
    """
    for owner in (module, type(module)):
        if isinstance(module, Module):
            found: Manifest = module.__dict__["__usecrate__"].loaded.plain_manifest()
            return found
        info = owner.__dict__.get("__usecrate__") if isinstance(owner, type) else None
        if info is not None:
            owned: Manifest = info.loaded.plain_manifest()
            return owned
    raise TypeError(
        f"`manifest` takes a module handle, a class of one or a value, not `{type(module).__qualname__}`"
    )


__all__ = ["asdict", "buffers", "close", "is_closed", "manifest", "move", "variant"]
