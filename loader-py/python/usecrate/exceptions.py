"""Exception classes for a crate's error types, and the hook that makes the exception for a Rust ``Err``."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from . import _native
from .classes import LazyVariant, add_variants, namespace
from .errors import CallError, IoError
from .members import Info, Lazy
from .records import Record, equal_fields, init_fields, make_default
from .specials import add_specials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .loaded import Loaded
    from .model import Field, Type

# Exceptions show their message; values are never copied behind an exception's back.
_OWN = ("__str__", "__repr__", "__format__", "__copy__", "__deepcopy__", "__bytes__", "__len__", "__bool__")


def error_class(loaded: Loaded, index: int) -> type:
    """Makes and defines the exception class of an error type."""
    ty = loaded.type_at(index)
    if ty["kind"] == "record":
        return _record_error(loaded, index, ty)
    if ty["kind"] == "enum":
        return _enum_error(loaded, index, ty)
    return _handle_error(loaded, index, ty)


def _body(loaded: Loaded, ty: Type, info: Info) -> dict[str, Any]:
    body = namespace(loaded, ty, info)
    body["__str__"] = _str
    body["__repr__"] = _repr
    body["__dir__"] = _dir
    if "value" not in info.names:
        body["value"] = property(_self, doc="The error itself.")
    return body


def _self(self: Any) -> Any:
    return self


def _dir(self: Any) -> list[str]:
    type(self).__usecrate__.fill()
    return sorted(BaseException.__dir__(self))


def _str(self: Any) -> str:
    message = self.__dict__.get("_message")
    if message is None:
        message = type(self).__usecrate_display__(self)
        self.__dict__["_message"] = message
    return str(message)


def _describe(self: Any) -> str:
    names: Sequence[str] = getattr(type(self), "__match_args__", ())
    return f"{type(self).__name__}({', '.join(repr(getattr(self, name, None)) for name in names)})"


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({str(self)!r})"


def _finish(loaded: Loaded, ty: Type, index: int, cls: Any, info: Info, but: Sequence[str] = ()) -> None:
    """Special methods, text and members of an exception class."""
    add_specials(loaded, ty, index, cls, but=(*_OWN, *but))
    specials = ty.get("specials", {})
    shown = specials.get("__str__") or specials.get("__repr__")
    if shown:
        display = loaded.function(
            shown, name="__str__", qualname=f"{cls.__qualname__}.__str__", module=cls.__module__
        )
        cls.__usecrate_display__ = staticmethod(display)
    else:
        cls.__usecrate_display__ = staticmethod(_describe)
    info.bind(cls)
    if any("set" in prop for prop in ty.get("properties", ())):
        info.fill()  # an exception takes any attribute: the property must be there first


def _handle_error(loaded: Loaded, index: int, ty: Type) -> type:
    info = Info(loaded, index)
    base = _primary(loaded, ty)
    cls = Lazy(ty["name"], (base or CallError,), _body(loaded, ty, info))
    held = type(ty["name"], (_native.Handle,), {"__slots__": (), "__module__": cls.__module__})
    loaded.register(index, cls)
    loaded.library.define_handle(index, held, exception=cls, trivial_drop=ty["trivial_drop"])
    if ty.get("variants"):
        add_variants(loaded, ty, cls)
    _finish(loaded, ty, index, cls, info)
    if base:
        info.fill()  # or the base's members would be found first
    return cls


def _primary(loaded: Loaded, ty: Type) -> type | None:
    """The class of the instance to which a generic error type's public name leads: the base of the others."""
    if "primary" not in ty or "primary" in loaded.type_at(ty["primary"]):
        return None
    return loaded.class_of(ty["primary"])


def _fields_body(fields: Sequence[Field], *, equal: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "__match_args__": tuple(field["name"] for field in fields),
        "__usecrate_fields__": fields,
        "__init__": init_fields,
    }
    if any(field["name"] == "value" for field in fields):
        body["value"] = None  # in place of the property of that name, which cannot be set
    if equal:
        body["__eq__"] = equal_fields
        body["__hash__"] = None
    return body


def _record_error(loaded: Loaded, index: int, ty: Type) -> type:
    info = Info(loaded, index)
    fields = ty.get("fields", [])
    body = {**_body(loaded, ty, info), **_fields_body(fields, equal="__eq__" in ty.get("specials", {}))}
    cls = Record(ty["name"], (CallError,), body)
    loaded.register(index, cls)
    pairs = [(field["name"], field["type"]) for field in fields]
    loaded.library.define_record(index, cls, pairs, exception=True)
    if "default" in ty:
        make_default(loaded, cls, ty["default"])
    _finish(loaded, ty, index, cls, info, but=("__eq__", "__ne__"))
    return cls


def _enum_error(loaded: Loaded, index: int, ty: Type) -> type:
    from .variants import DataEnum, DataVariant

    info = Info(loaded, index)
    cls: Any = DataEnum(ty["name"], (CallError,), _body(loaded, ty, info))
    loaded.register(index, cls)
    equal = "__eq__" in ty.get("specials", {})
    variants = []
    for variant in ty.get("variants", ()):
        fields = variant.get("fields", [])
        part = _fields_body(fields, equal=equal)
        part["__module__"] = cls.__module__
        part["__qualname__"] = f"{cls.__qualname__}.{variant['name']}"
        part["__doc__"] = variant.get("docs") or f"Rust: `{ty['path']}::{variant['name']}`"
        made: Any = DataVariant(variant["name"], (cls,), part)
        setattr(cls, variant["name"], made)
        variants.append((variant["name"], made, [(field["name"], field["type"]) for field in fields]))
    # "With data" even where no variant has any: each error is an object of its own, with its own traceback.
    loaded.library.define_enum(index, cls, variants, data=True, exception=True)
    _finish(loaded, ty, index, cls, info, but=("__eq__", "__ne__"))
    for _, made, _ in variants:
        if equal and "__hash__" in ty.get("specials", {}):
            made.__hash__ = cls.__hash__
    return cls  # type: ignore[no-any-return]


def hook(
    library: Any, value: Any, rust_type: str, message: str, debug: str | None, sources: list[str]
) -> BaseException:
    """The exception for a Rust ``Err``: of the error's own class, an `IoError`, or a plain `CallError`."""
    known = _KNOWN.get(type(value))
    if known is not None:
        _complete(value, known, rust_type, message, debug, sources)
        error: CallError = value
    elif isinstance(value, IoError):
        error = value
        error.debug = debug
        error.sources = sources
    elif isinstance(value, CallError):
        error = value
        _complete(error, _known(type(value)), rust_type, message, debug, sources)
    else:
        error = CallError(message, value=value, rust_type=rust_type, debug=debug, sources=sources)
    if sources:
        _chain(error, sources)
    return error


if TYPE_CHECKING:
    # What to do with a raised error of a class: whether it is one of a crate's own and has none of the
    # names of `CallError`; the names that the Rust type has itself, None for a class that is no crate's;
    # what gives the number of an error's variant, where the raised error is to be of its variant's class;
    # the variants' classes.
    Known = tuple[bool, frozenset[str] | None, Callable[[Any], int] | None, Sequence[type]]

_FACTS = ("message", "rust_type", "debug", "sources")
# Asked of a class once, because asking it for what it lacks takes long. Kept as long as the process:
# libraries are never unloaded, and neither are the classes of their types.
_KNOWN: dict[type, Known] = {}


def _known(cls: Any) -> Known:
    info: Info | None = getattr(cls, "__usecrate__", None)
    if info is None:
        known: Known = (False, None, None, ())
    else:
        own = frozenset((*info.names, *getattr(cls, "__match_args__", ())))
        variant_of = getattr(cls, "__usecrate_variant_of__", None)
        variants: Sequence[type] = ()
        if variant_of is None or isinstance(cls, LazyVariant):
            variant_of = None
        else:
            # `except` asks for the class itself, so a raised error is of its variant's class.
            variants = [getattr(info.cls, variant["name"]) for variant in info.loaded.variants_of(info.index)]
        known = (own.isdisjoint(_FACTS), own, variant_of, variants)
        handle = cls is info.cls and info.loaded.type_at(info.index)["kind"] == "handle"
        if handle and variant_of is None and own.isdisjoint((*_FACTS, "args")):
            info.loaded.library.plain_error(info.index)
    _KNOWN[cls] = known
    return known


def _complete(
    error: Any, known: Known, rust_type: str, message: str, debug: str | None, sources: list[str]
) -> None:
    """What was said beside the value; the Rust type's own names come first."""
    plain, own, variant_of, variants = known
    facts = error.__dict__
    facts["_message"] = message
    if plain:
        facts["message"] = message
        facts["rust_type"] = rust_type
        facts["debug"] = debug
        facts["sources"] = sources
    elif own is None:
        return
    else:
        for name, fact in zip(_FACTS, (message, rust_type, debug, sources), strict=True):
            if name not in own:
                facts[name] = fact
    error.args = (message,)
    if variant_of is not None:
        error.__class__ = variants[variant_of(error)]


def _chain(error: BaseException, sources: Sequence[str]) -> None:
    for source in sources:
        cause = _field_that_says(error, source) or CallError(source)
        error.__cause__ = cause
        error = cause


def _field_that_says(error: BaseException, message: str) -> BaseException | None:
    """The field of an error that is its source: an exception with that message."""
    for name in getattr(type(error), "__match_args__", ()):
        value = getattr(error, name, None)
        if isinstance(value, CallError) and value is not error and str(value) == message:
            return value
    return None
