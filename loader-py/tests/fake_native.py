"""A stand-in for the native extension, in Python: libraries are tables of functions, handles hold any object.

It keeps the interface of `_native.pyi` as far as the Python layer uses it: no compiler is needed.
A library file names its table: `fake:NAME`, and `TABLES[NAME][callable]` is what a call does.
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import usecrate._native as native
from usecrate._native import TARGET as TARGET
from usecrate._native import Module as Module
from usecrate._native import Registry
from usecrate._native import blake3 as blake3
from usecrate._native import doc_text as doc_text
from usecrate._native import locks as locks
from usecrate._native import manifest_path as manifest_path
from usecrate._native import module_and_name as module_and_name
from usecrate._native import module_at as module_at
from usecrate._native import read_json as read_json
from usecrate._native import signature as signature
from usecrate._native import taken as taken
from usecrate._native import tell_copyreg as tell_copyreg
from usecrate._native import type_text as type_text
from usecrate.errors import LoadError

PACKAGE = __name__.rpartition(".")[0]
TABLES: dict[str, dict[int, Any]] = {}
registry = Registry(PACKAGE)


def asdict(value: Any, /) -> Any:
    """Plain data."""
    from usecrate_fake.values import plain_data

    return plain_data(value)


def buffers(function: Any, /) -> Any:
    """The function itself: a fake library has no memory to view."""
    return function


class RustError(Exception):
    """What a fake function raises to return an `Err`."""

    def __init__(self, value: Any, rust_type: str, message: str, sources: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.facts = (value, rust_type, message, f"Debug({message})", list(sources))


class Made:
    """What a fake function returns as the fields of a record or a variant: `Made(type, variant, values)`."""

    def __init__(self, index: int, variant: int | None, *values: Any) -> None:
        self.index, self.variant, self.values = index, variant, values


class Handle:
    """Base class of handles."""

    __slots__ = ("__weakref__", "_inner")

    def __new__(cls, *args: object) -> Handle:
        raise TypeError("handles come from calls")

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *exc: object) -> None:
        close(self)


class Raised(RuntimeError):
    """Base class of the exceptions of a crate's own error types."""

    _value: Any = None
    _message: Any = None
    _rust_type: Any = None


class HandleIterator(Handle):
    """Base class of handles that iterate; `Library.define_next` says how."""

    __slots__ = ()
    nexts: dict[type, Any] = {}  # noqa: RUF012

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        call, batch = self.nexts[type(self)]
        found = call(self, 1) if batch else call(self)
        if found in (None, []):
            raise StopIteration
        return found[0] if batch else found


class HandleBuffer(Handle):
    """Base class of handles that are bytes."""

    __slots__ = ()


class Iterator:
    """Stands for what Rust gives one by one."""


def fetched(value: Any) -> int:
    return 0


class Closed:
    """What is left in a closed handle."""


def _held(value: Any) -> Any:
    return value if isinstance(value, Handle) else value._value


def close(value: Any) -> None:
    object.__setattr__(_held(value), "_inner", Closed)


def is_closed(value: Any) -> bool:
    return _held(value)._inner is Closed


def move(value: Any) -> Any:
    return value


def _errors() -> Any:
    return importlib.import_module(PACKAGE + ".errors")


def read_manifest(path: str) -> Any:
    return _with_own_errors(native.read_manifest, path)


def plain_manifest(manifest: Any) -> Any:
    return _with_own_errors(native.plain_manifest, manifest)


def parse_manifest(data: bytes, path: str) -> Any:
    return _with_own_errors(native.parse_manifest, data, path)


def _with_own_errors(call: Any, *args: Any) -> Any:
    """What the extension raises is of the package that it is in."""
    try:
        return call(*args)
    except LoadError as error:
        raise getattr(_errors(), type(error).__name__)(*error.args) from None


class Function:
    """A prepared callable; found on a class it binds, if it was made as a method or an overload."""

    def __init__(self, call: Any, spec: dict[str, Any], parts: tuple[Any, ...] = ()) -> None:
        self._call, self._parts = call, parts
        self.__name__, self.__qualname__, self.__module__ = spec["name"], spec["qualname"], spec["module"]
        self.__doc__ = spec["doc"]
        names = [] if parts else spec["params"]
        if not parts:
            empty = inspect.Parameter.empty
            kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
            self.__signature__ = inspect.Signature(
                [inspect.Parameter(n, kind, default=None if optional else empty) for n, _, optional in names]
            )
        self.binds = False

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None or not self.binds:
            return self
        return lambda *args, **kwargs: self(instance, *args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._parts:
            return self._call(*args, **kwargs)
        reasons = []
        for part in self._parts:
            try:
                part.__signature__.bind(*args, **kwargs)
                return part(*args, **kwargs)
            except TypeError as error:
                reasons.append(f"{part.__qualname__}: {error}")
        raise TypeError("nothing fits: " + "; ".join(reasons))


class Library:
    """A loaded fake library."""

    def __init__(self, path: str, *, blake3: str, size: int, name: str) -> None:
        try:
            text = Path(path).read_text()
        except OSError as error:
            raise _errors().IntegrityError(f"cannot read `{path}`: {error}") from None
        if len(text) != size:
            raise _errors().IntegrityError(f"`{path}` has {len(text)} bytes, the manifest says {size}")
        self.name, self.path = name, path
        self._table = TABLES[text.removeprefix("fake:")]
        self._kinds: dict[int, tuple[Any, ...]] = {}
        self._variants: dict[int, tuple[Any, Any]] = {}
        self._definer: Any = None

    def define_by(self, definer: Any, manifest: Any) -> None:
        self._definer = definer

    def _kind(self, index: int) -> tuple[Any, ...]:
        self._definer(index)
        return self._kinds[index]

    def define_handle(
        self,
        index: int,
        cls: type,
        *,
        exception: Any = None,
        trivial_drop: bool = False,
        late_drop: bool = False,
    ) -> None:
        assert index not in self._kinds, "defined twice"
        self._kinds[index] = ("handle", cls, exception)

    def define_error_variants(self, index: int, number: Any, classes: Any) -> None:
        assert self._kinds[index][0] == "handle", "the others have classes of their own"
        self._variants[index] = (number, classes)

    def define_record(self, index: int, cls: type, fields: Any, *, exception: bool = False) -> None:
        assert index not in self._kinds, "defined twice"
        self._kinds[index] = ("record", cls, [name for name, _ in fields])

    def define_enum(
        self, index: int, cls: type, variants: Any, *, data: bool, exception: bool = False
    ) -> None:
        assert index not in self._kinds, "defined twice"
        self._kinds[index] = ("enum", cls, variants, data)

    def _decode(self, ref: Any, value: Any) -> Any:
        if ref == "io_error":
            return _errors().io_error(*value)
        if isinstance(ref, str) or value is None:
            return value
        head = ref[0]
        if head in ("option", "result"):
            return self._decode(ref[1], value)
        if head == "list":
            return [self._decode(ref[1], part) for part in value]
        if head in ("handle", "record", "enum"):
            return self._build(ref[1], value)
        return value

    def _build(self, index: int, value: Any) -> Any:
        kind, cls, *rest = self._kind(index)
        if kind == "handle":
            handle = object.__new__(cls)
            object.__setattr__(handle, "_inner", value)
            if rest[0] is None:
                return handle
            error = rest[0].__new__(rest[0])
            error._value = handle
            return error
        names: Any = rest[0]
        if kind == "enum":
            _, stands, fields = rest[0][value if isinstance(value, int) else value.variant]
            if not rest[1]:
                return stands
            cls, names = stands, [name for name, _ in fields]
        made = cls.__new__(cls)
        for name, part in zip(names, value.values if isinstance(value, Made) else (), strict=True):
            setattr(made, name, part)
        return made

    def _encode(self, name: str, ref: Any, value: Any) -> Any:
        wrong = TypeError(f"argument `{name}` must be {ref}, not {type(value).__name__}")
        if isinstance(ref, str):
            kinds = {"str": str, "bytes": bytes, "bool": bool, "f64": float | int}
            if not isinstance(value, kinds.get(ref, object if ref in ("any", "unit") else int)):
                raise wrong
            if ref.startswith("u") and isinstance(value, int) and value < 0:
                raise OverflowError(f"argument `{name}` is out of range")
            return value
        if ref[0] == "option":
            return None if value is None else self._encode(name, ref[1], value)
        if ref[0] not in ("handle", "record", "enum"):
            return value
        kind, cls, *rest = self._kind(ref[1])
        if kind != "handle":
            if not isinstance(value, cls):
                raise wrong
            return value
        if not isinstance(value, rest[0] or cls):
            raise wrong
        held = _held(value)
        if held._inner is Closed:
            raise _errors().ClosedError("it is closed")
        return held._inner

    def _raised(self, value: Any, facts: Any) -> Any:
        if isinstance(value, Raised):
            value._rust_type, value._message, value.__dict__["_debug"], sources = facts
            value.args = (value._message,)
            for cls, (number, classes) in self._variants.items():
                if type(value) is self._kinds[cls][2]:
                    value.__class__ = classes[number(value)]
            if not sources:
                return value
        return importlib.import_module(PACKAGE + ".exceptions").hook(self, value, *facts)

    def _prepare(self, index: int, spec: dict[str, Any]) -> Function:
        params, result, fluent = spec["params"], spec["result"], spec.get("fluent", False)

        def call(*args: Any, **kwargs: Any) -> Any:
            bound = made.__signature__.bind(*args, **kwargs)
            bound.apply_defaults()
            values = [self._encode(n, ref, bound.arguments[n]) for n, ref, _ in params]
            error = None
            try:
                answer = self._table[index](*values)
            except RustError as raised:
                value, *facts = raised.facts
                if isinstance(result, list) and result[0] == "result":
                    value = self._decode(result[2], value)
                error = self._raised(value, facts)
            if error is not None:
                raise error
            if fluent and answer is None:
                return args[0]
            return self._decode(result, answer)

        made = Function(call, spec)
        return made

    def define_next(self, index: int, callable: int, **spec: Any) -> None:
        cls = self._kinds[index][1]
        HandleIterator.nexts[cls] = (self._prepare(callable, spec), len(spec["params"]) == 2)

    def function(self, index: int, **spec: Any) -> Function:
        return self._prepare(index, spec)

    def method(self, cls: type, index: int, **spec: Any) -> Function:
        made = self._prepare(index, spec)
        made.binds = True
        return made

    def overload(self, functions: Any, **spec: Any) -> Function:
        made = Function(None, spec, tuple(functions))
        made.binds = True
        return made
