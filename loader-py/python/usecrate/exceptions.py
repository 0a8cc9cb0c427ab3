"""Exception classes for a crate's error types, and the hook that makes the exception for a Rust ``Err``."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from . import _native
from .classes import add_variants, namespace
from .errors import CallError, IoError, whole
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


class _Fact:
    """What an error says besides its message: made when it is asked for, and set like any attribute."""

    def __init__(self, read: Callable[[Any], Any], doc: str) -> None:
        self._read = read
        self.__doc__ = doc

    def __get__(self, error: Any, owner: type | None = None) -> Any:
        return self if error is None else self._read(error)


def _rust_type(error: Any) -> str:
    return error._rust_type or ""


def _debug(error: Any) -> str | None:
    facts = error.__dict__
    if "_debug" not in facts:
        if error._rust_type is None:  # made in Python, or no more than a value
            return None
        facts["_debug"] = _ask_debug(error)
    found: str | None = facts["_debug"]
    return found


def _ask_debug(error: Any) -> str | None:
    """What `Debug` says: the answer holds it only where the value cannot be asked."""
    try:
        return type(error).__usecrate_debug__(error)  # type: ignore[no-any-return]
    except Exception:
        return None  # the value was closed or moved, or belongs to another thread


def _sources(error: Any) -> Sequence[str]:
    if error._rust_type is None:
        return ()
    found: Sequence[str] = error.__dict__.setdefault("_sources", [])
    return found


class RustError(_native.Raised, CallError):  # pyright: ignore[reportIncompatibleVariableOverride]
    """Base of the exception classes of a crate's own error types.

    What Rust gave is in the native object; all else is made when it is asked for. Methods and fields of the
    Rust type come before what is here.
    """

    __usecrate__: Info
    __usecrate_display__: Callable[[Any], str]

    message: Any = _Fact(str, "What it says.")
    rust_type: Any = _Fact(_rust_type, "The Rust type of the error.")
    debug: Any = _Fact(_debug, "What Rust's ``Debug`` says, or None.")
    sources: Any = _Fact(_sources, "The messages of the errors behind it, outermost first.")
    value: Any = property(whole, doc="The error itself, or the tuple that it came in.")

    def __str__(self) -> str:
        message = self._message
        if message is None:
            message = self._message = type(self).__usecrate_display__(self)
        return str(message)

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({str(self)!r})"

    def __dir__(self) -> list[str]:
        type(self).__usecrate__.fill()
        return sorted(BaseException.__dir__(self))

    def __reduce__(self) -> tuple[Any, ...]:
        from .pickling import reduce_error

        return reduce_error(self)

    @staticmethod
    def __usecrate_debug__(error: Any) -> str | None:
        return None


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
    del body["__dir__"]
    return body


def _describe(self: Any) -> str:
    names: Sequence[str] = getattr(type(self), "__match_args__", ())
    return f"{type(self).__name__}({', '.join(repr(getattr(self, name, None)) for name in names)})"


def _finish(loaded: Loaded, ty: Type, index: int, cls: Any, info: Info, but: Sequence[str] = ()) -> None:
    """Special methods, text and members of an exception class."""
    add_specials(loaded, ty, index, cls, but=(*_OWN, *but))
    specials = ty.get("specials", {})

    def special(name: str) -> Any:
        return staticmethod(
            loaded.function(
                specials[name], name=name, qualname=f"{cls.__qualname__}.{name}", module=cls.__module__
            )
        )

    debug = special("__repr__") if "__repr__" in specials else None
    if debug:
        cls.__usecrate_debug__ = debug
    cls.__usecrate_display__ = (
        special("__str__") if "__str__" in specials else debug or staticmethod(_describe)
    )
    info.bind(cls)
    if any("set" in prop for prop in ty.get("properties", ())):
        info.fill()  # an exception takes any attribute: the property must be there first


def _handle_error(loaded: Loaded, index: int, ty: Type) -> type:
    info = Info(loaded, index)
    base = _primary(loaded, ty)
    cls: Any = Lazy(ty["name"], (base or RustError,), _body(loaded, ty, info))
    held = type(ty["name"], (_native.Handle,), {"__slots__": (), "__module__": cls.__module__})
    loaded.register(index, cls)
    trivial = ty["trivial_drop"]
    loaded.library.define_handle(
        index, held, exception=cls, trivial_drop=trivial, late_drop=trivial and not ty["borrows"]
    )
    if ty.get("variants"):
        add_variants(loaded, ty, cls)
    if "variant_of" in ty:
        # `except` asks for the class itself, so a raised error is of its variant's class.
        variants = [getattr(cls, variant["name"]) for variant in loaded.variants_of(index)]
        loaded.library.define_error_variants(index, cls.__usecrate_variant_of__, variants)
    _finish(loaded, ty, index, cls, info)
    if base:
        info.fill()  # or the base's members would be found first
    return cls  # type: ignore[no-any-return]


def _primary(loaded: Loaded, ty: Type) -> type | None:
    """The class of the instance to which a generic error type's public name leads: the base of the others."""
    if "primary" not in ty or "primary" in loaded.type_at(ty["primary"]):
        return None
    return loaded.class_of(ty["primary"])


def _fields_body(fields: Sequence[Field], *, equal: bool) -> dict[str, Any]:
    names = tuple(field["name"] for field in fields)
    body: dict[str, Any] = {
        "__slots__": names,
        "__match_args__": names,
        "__usecrate_fields__": fields,
        "__init__": init_fields,
    }
    if equal:
        body["__eq__"] = equal_fields
        body["__hash__"] = None
    return body


def _record_error(loaded: Loaded, index: int, ty: Type) -> type:
    info = Info(loaded, index)
    fields = ty.get("fields", [])
    body = {**_body(loaded, ty, info), **_fields_body(fields, equal="__eq__" in ty.get("specials", {}))}
    cls = Record(ty["name"], (RustError,), body)
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
    cls: Any = DataEnum(ty["name"], (RustError,), _body(loaded, ty, info))
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
    """The exception for a Rust ``Err``: the error itself, an `IoError`, or a plain `CallError`."""
    error: CallError
    inside = _only_error(value)
    if inside is not None:
        return _from_tuple(inside, value, rust_type)
    if isinstance(value, RustError):
        error = value
        error.__dict__["_sources"] = sources
    elif isinstance(value, IoError):
        error = value
        error.debug = debug
        error.sources = sources
    elif isinstance(value, CallError):
        error = value
    else:
        error = CallError(
            message or repr(value), value=value, rust_type=rust_type, debug=debug, sources=sources
        )
    if sources:
        _chain(error, sources)
    return error


def _only_error(value: Any) -> CallError | None:
    """The error in a tuple that has one."""
    if not isinstance(value, tuple):
        return None
    errors = [part for part in value if isinstance(part, CallError)]
    return errors[0] if len(errors) == 1 else None


def _from_tuple(error: CallError, parts: tuple[Any, ...], rust_type: str) -> CallError:
    """An error that came with other values, which stay with it: the error itself is none of them, or each
    would keep the other alive."""
    at = next(at for at, part in enumerate(parts) if part is error)
    facts = error.__dict__
    facts["_beside"] = parts[:at], parts[at + 1 :]
    facts["rust_type"] = rust_type
    if isinstance(error, RustError):
        facts["_debug"] = _ask_debug(error)
    return error


def _chain(error: BaseException, sources: Sequence[str]) -> None:
    for source in sources:
        cause = _field_that_says(error, source) or CallError(source)
        error.__cause__ = cause
        error = cause


def said(error: Any) -> tuple[str, str, str | None, tuple[str, ...]]:
    """All that an error says: its message, its Rust type, what `Debug` says, its sources."""
    facts = error.__dict__
    rust_type = facts.get("rust_type") or _rust_type(error)
    return (
        str(error),
        rust_type,
        facts.get("debug") or _debug(error),
        tuple(facts.get("sources") or _sources(error)),
    )


def restored(
    cls: Any, fields: dict[str, Any], message: str, rust_type: str, debug: str | None, sources: Sequence[str]
) -> CallError:
    """An error of that class that says this, with nothing in Rust."""
    error: Any = cls.__new__(cls)
    for name, value in fields.items():
        setattr(error, name, value)
    if not hasattr(cls, "__usecrate_fields__"):  # else it is made of the fields
        error._message = message
    error.args = (message,)
    error.__dict__.update(rust_type=rust_type, debug=debug, sources=list(sources))
    link: BaseException = error
    for source in sources:
        link.__cause__ = (_field_that_says(error, source) if fields else None) or CallError(source)
        link = link.__cause__
    return error  # type: ignore[no-any-return]


def _field_that_says(error: BaseException, message: str) -> BaseException | None:
    """The field of an error that is its source: an exception with that message."""
    for name in getattr(type(error), "__match_args__", ()):
        value = getattr(error, name, None)
        if isinstance(value, CallError) and value is not error and str(value) == message:
            return value
    return None
