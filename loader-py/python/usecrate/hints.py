"""Types as Python's own tools read them: records as dataclasses, annotations, signatures.

There is one set of classes. What is here is made when somebody asks for it: `dataclasses` and `typing` cost
more to import than a crate does.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import types
import typing
from typing import Any

from ._native import Module, type_text
from .errors import IoError
from .records import plain_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from .loaded import Loaded
    from .model import Callable, Field, TypeRef

_GENERIC: dict[str, Any] = {
    "list": list,
    "set": set,
    "dict": dict,
    "array": list,
    "iterable": collections.abc.Iterable,
    "items": collections.abc.Iterable,
    "iterator": collections.abc.Iterator,
}

ANYTHING = inspect.Signature(
    [
        inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
    ]
)


def typed(module: ModuleType) -> Module:
    """The same module, with annotations on all of its records and enums, for `typing.get_type_hints` and what
    reads annotations. It has no other classes than the module: what the stubs name is what `type(x)` says.

    Raises
    ------
    TypeError
        It is no module of a crate.
    """
    if not isinstance(module, Module):
        raise TypeError(f"`typed` takes a module handle, not `{type(module).__qualname__}`")
    loaded = module.__dict__["__usecrate__"].loaded
    for index, ty in enumerate(loaded.manifest["types"]):
        if "primary" in ty or ty["kind"] == "handle":
            continue
        cls = loaded.class_of(index)
        annotate(cls)
        for variant in ty.get("variants", ()):
            annotate(getattr(cls, variant["name"]))
    return module


def annotate(cls: Any) -> None:
    """Puts the types of a record's fields onto its class."""
    fields = getattr(cls, "__usecrate_fields__", None) if isinstance(cls, type) else None
    if fields is not None:
        cls.__annotations__ = hints(cls, fields)


def hints(cls: Any, fields: Sequence[Field]) -> dict[str, Any]:
    """The types of fields, by name."""
    loaded = cls.__usecrate__.loaded
    return {field["name"]: hint(loaded, field["type"]) for field in fields}


def hint(loaded: Loaded, ref: TypeRef) -> Any:
    """The type of a value, as an annotation."""
    if isinstance(ref, str):
        return _word(loaded, ref)
    head, *parts = ref
    if head in ("handle", "record", "enum"):
        return loaded.class_of(parts[0])
    if head == "option":
        inner: Any = hint(loaded, parts[0])
        # `None` twice says nothing: what is there is in a tuple, then.
        nested = type_text(loaded.manifest, ref).startswith("tuple[")
        held: Any = types.GenericAlias(tuple, (inner,)) if nested else inner
        return typing.Optional[held]  # noqa: UP045
    if head in ("result", "out"):
        return hint(loaded, parts[0])
    if head == "array" and parts[0] == "u8":
        return bytes
    if head in _GENERIC:
        count = 2 if head == "dict" else 1
        held = tuple(hint(loaded, part) for part in parts[:count])
        return _GENERIC[head][held if count > 1 else held[0]]
    if head == "tuple":
        return types.GenericAlias(tuple, tuple(hint(loaded, part) for part in parts))
    if head == "union":
        return typing.Union[tuple(hint(loaded, part) for part in parts)]  # noqa: UP007
    if head == "callable":
        callables: Any = collections.abc.Callable
        return callables[[hint(loaded, part) for part in parts[0]], hint(loaded, parts[1])]
    if head == "file":
        return typing.TextIO if parts[0] == "t" else typing.BinaryIO
    if head in ("range", "bounds"):
        return range if head == "range" else slice
    return _spelled(loaded, ref) if head == "class" else Any


def _word(loaded: Loaded, word: str) -> Any:
    if word == "unit":
        return None
    if word in ("any", "dynamic"):
        return Any
    if word == "io_error":
        return IoError
    if word == "never":
        return typing.NoReturn
    return _spelled(loaded, word)


def _spelled(loaded: Loaded, ref: TypeRef) -> Any:
    """A type of the standard library, by the words for it."""
    import datetime
    import decimal
    import fractions
    import ipaddress
    import pathlib
    import uuid

    modules = (datetime, decimal, fractions, ipaddress, pathlib, uuid, typing)
    names: dict[str, Any] = {module.__name__: module for module in modules}
    text = type_text(loaded.manifest, ref)
    if text.startswith("zoneinfo."):
        import zoneinfo

        names["zoneinfo"] = zoneinfo
    return eval(text, {**names, "Any": Any})


def dataclass_part(cls: Any, name: str) -> Any:
    """What `dataclasses` looks for on a record's class: its fields, or how it was made."""
    base = plain_class(cls)
    fields = base.__usecrate_fields__
    default = hasattr(base, "_default_")
    made: Any = dataclasses.make_dataclass(
        base.__name__,
        [
            (name, kind, dataclasses.field(default=None)) if default else (name, kind)
            for name, kind in hints(base, fields).items()
        ],
        eq=False,
        init=False,
        repr=False,
    )
    for part in ("__dataclass_fields__", "__dataclass_params__"):
        type.__setattr__(base, part, getattr(made, part))
    if default:
        # What a field is by default, Rust says when the class is called.
        for field in base.__dataclass_fields__.values():
            field.default, field.default_factory = dataclasses.MISSING, _of_rust(base, field.name)
    return getattr(base, name)


def _of_rust(cls: Any, name: str) -> Any:
    return lambda: getattr(cls._default_(), name)


def callable_signature(loaded: Loaded, found: Callable, *, skip_self: bool = False) -> inspect.Signature:
    """The signature of a callable, with types."""
    parameters: list[inspect.Parameter] = []
    named: list[inspect.Parameter] = []
    for at, param in enumerate(found["params"]):
        if at == 0 and skip_self:
            continue
        out = isinstance(param["type"], list) and param["type"][0] == "out" and param["type"][2]
        default = param.get("default", None if param.get("optional") else inspect.Parameter.empty)
        kind = inspect.Parameter.KEYWORD_ONLY if out else inspect.Parameter.POSITIONAL_OR_KEYWORD
        made = inspect.Parameter(param["name"], kind, default=default, annotation=hint(loaded, param["type"]))
        (named if out else parameters).append(made)
    return inspect.Signature([*parameters, *named], return_annotation=hint(loaded, found["result"]))


__all__ = ["typed"]
