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
import enum
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
    reads annotations. It has no other classes than the module: what the stubs name is what `type(x)` says. As
    in the stubs, a field that holds an enum with data is of the union of that enum's variants.

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


def hints(cls: Any, fields: Sequence[Field], *, apart: bool = True) -> dict[str, Any]:
    """The types of fields, by name; enums with data as the union of their variants, or as their class."""
    read = _Types(cls.__usecrate__.loaded, apart=apart)
    alike = _alike(cls, fields)
    return {
        field["name"]: typing.Union[tuple(read.hint(one[at]["type"]) for one in alike)]  # noqa: UP007
        for at, field in enumerate(fields)
    }


def _alike(cls: Any, fields: Sequence[Field]) -> list[Sequence[Field]]:
    """The fields of all types that have a class: the instances of a generic record or enum have one."""
    info = cls.__usecrate__
    if info.model.get("error"):
        return [fields]
    shared = [ty for ty in info.loaded.manifest["types"] if ty.get("primary") == info.index]
    if info.cls is cls:
        return [fields, *(ty.get("fields", ()) for ty in shared)]
    variants = [variant for ty in shared for variant in ty.get("variants", ())]
    return [fields, *(one.get("fields", ()) for one in variants if one["name"] == cls.__name__)]


class _Types:
    """The types of values, as annotations.

    Parameters
    ----------
    loaded
        The crate.
    apart
        Whether an enum with data is the union of its variants' classes, as the stubs say of what Python gets,
        instead of its class, which says in short what may be passed.
    """

    def __init__(self, loaded: Loaded, *, apart: bool) -> None:
        self._loaded = loaded
        self._apart = apart

    def hint(self, ref: TypeRef) -> Any:
        """That of one."""
        if isinstance(ref, str):
            return _word(self._loaded, ref)
        head, *parts = ref
        if head in ("handle", "record", "enum"):
            return self._class(parts[0])
        if head == "option":
            inner: Any = self.hint(parts[0])
            # `None` twice says nothing: what is there is in a tuple, then.
            nested = type_text(self._loaded.manifest, ref).startswith("tuple[")
            held: Any = types.GenericAlias(tuple, (inner,)) if nested else inner
            return typing.Optional[held]  # noqa: UP045
        if head in ("result", "out"):
            return self.hint(parts[0])
        if head == "array" and parts[0] == "u8":
            return bytes
        if head in _GENERIC:
            count = 2 if head == "dict" else 1
            held = self._all(parts[:count])
            return _GENERIC[head][held if count > 1 else held[0]]
        if head == "tuple":
            return types.GenericAlias(tuple, self._all(parts))
        if head == "union":
            return typing.Union[self._all(parts)]  # noqa: UP007
        if head == "callable":
            callables: Any = collections.abc.Callable
            return callables[[*self._all(parts[0])], self.hint(parts[1])]
        if head == "file":
            return typing.TextIO if parts[0] == "t" else typing.BinaryIO
        if head in ("range", "bounds"):
            return range if head == "range" else slice
        return _spelled(self._loaded, ref) if head == "class" else Any

    def _all(self, refs: Sequence[TypeRef]) -> tuple[Any, ...]:
        return tuple(self.hint(ref) for ref in refs)

    def _class(self, index: int) -> Any:
        cls: Any = self._loaded.class_of(index)
        if not self._apart or isinstance(cls, enum.EnumMeta):
            return cls
        names = [variant["name"] for variant in self._loaded.variants_of(index)]
        ty = self._loaded.type_at(index)
        if not names or (ty["kind"] == "handle" and "variant_of" not in ty):
            return cls
        return typing.Union[tuple(getattr(cls, name) for name in names)]  # noqa: UP007


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
    read = _Types(loaded, apart=False)
    parameters: list[inspect.Parameter] = []
    named: list[inspect.Parameter] = []
    for at, param in enumerate(found["params"]):
        if at == 0 and skip_self:
            continue
        out = isinstance(param["type"], list) and param["type"][0] == "out" and param["type"][2]
        default = param.get("default", None if param.get("optional") else inspect.Parameter.empty)
        kind = inspect.Parameter.KEYWORD_ONLY if out else inspect.Parameter.POSITIONAL_OR_KEYWORD
        made = inspect.Parameter(param["name"], kind, default=default, annotation=read.hint(param["type"]))
        (named if out else parameters).append(made)
    return inspect.Signature([*parameters, *named], return_annotation=read.hint(found["result"]))


__all__ = ["typed"]
