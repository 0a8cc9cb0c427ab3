"""Special methods from a type's `specials`: operators that decline what does not fit, orders, copies."""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import sys

from . import _native
from .errors import HandleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from .loaded import Loaded
    from .model import Type

_ORDERS: dict[str, Callable[[int], bool]] = {
    "__lt__": lambda order: order < 0,
    "__le__": lambda order: order <= 0,
    "__gt__": lambda order: order > 0,
    "__ge__": lambda order: order >= 0,
}
_ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "divmod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
)
_BINARY = {f"__{name}__" for name in (*_ARITHMETIC, "lshift", "rshift")}
_REFLECTED = {f"__r{name[2:]}" for name in _BINARY}
_IN_PLACE = {f"__i{name[2:]}" for name in _BINARY}
_ITEMS = {"__getitem__", "__setitem__", "__delitem__"}
_ORDERINGS = ("__cmp__", "__partial_cmp__")
# What pickling asks for where it is.
_PICKLING = ("__serialize__", "__deserialize__")


def add_specials(loaded: Loaded, ty: Type, index: int, cls: type, *, but: Sequence[str] = ()) -> None:
    """Puts the special methods of `ty` onto `cls`, those in `but` left out."""
    specials = {
        name: list(found) for name, found in ty.get("specials", {}).items() if found and name not in but
    }
    if "__next__" in specials:
        _iterator(loaded, specials, index, cls)
    if lend := specials.pop("__lend__", None):
        cls.__iter__ = _named(_lending(loaded.method(cls, lend, name="next")), cls, "__iter__")  # type: ignore[attr-defined]
    for name, found in specials.items():
        if name not in (*_ORDERINGS, *_PICKLING):
            setattr(cls, name, _special(loaded, index, cls, name, found))
    ordering = next((name for name in _ORDERINGS if name in specials), None)
    if ordering is not None:
        order = loaded.method(cls, specials[ordering], name=ordering)
        for name, holds in _ORDERS.items():
            if name not in specials and name not in but:
                setattr(cls, name, _named(_compare(order, holds), cls, name))
    if "__eq__" in specials and "__hash__" not in specials and "__hash__" not in but:
        cls.__hash__ = None  # type: ignore[assignment]
    if "__copy__" in specials and "__deepcopy__" not in specials:
        cls.__deepcopy__ = _named(_deep_copy, cls, "__deepcopy__")  # type: ignore[attr-defined]
    if "__str__" in specials and "__format__" not in specials:
        cls.__format__ = _named(_format, cls, "__format__")  # type: ignore[method-assign]


def _iterator(loaded: Loaded, specials: dict[str, list[int]], index: int, cls: type) -> None:
    """Lets the native base class iterate; takes what that serves out of `specials`."""
    callable_ = specials.pop("__next__")[0]
    specials.pop("__iter__", None)
    if not issubclass(cls, _native.HandleIterator):  # an exception, which iterates over nothing
        return
    spec = loaded.spec(callable_, qualname=f"{cls.__qualname__}.__next__", module=cls.__module__)
    spec["name"] = "__next__"
    loaded.library.define_next(index, callable_, **spec)
    ahead = len(spec["params"]) == 2
    for name in ("__length_hint__", "__len__") if ahead else ("__length_hint__",):
        if found := specials.pop(name, None):
            length = _length(loaded.method(cls, found, name=name), ahead=ahead)
            setattr(cls, name, _named(length, cls, name))


def _lending(call: Any) -> Any:
    """Items that are lent: each is closed when the next one is asked for, so that the last one stays."""

    def items(self: Any, /) -> Iterator[Any]:
        while (item := call(self)) is not None:
            yield item
            _native.close(item)

    return items


def _length(call: Any, *, ahead: bool) -> Any:
    """How many items are left, those that were fetched ahead included."""

    def length(self: Any, /) -> Any:
        left = call(self) + (_native.fetched(self) if ahead else 0)
        # An iterator without an end says so with a number that is none for Python.
        return left if left <= sys.maxsize else NotImplemented

    return length


def _special(loaded: Loaded, index: int, cls: type, name: str, found: Sequence[int]) -> Any:
    in_place = name in _IN_PLACE
    made = loaded.method(cls, found, name=name, fluent=in_place)
    if name in ("__eq__", "__ne__"):
        return _named(_equal(made), cls, name)
    if (
        name in _REFLECTED
        and not _receives(loaded, found[0], 0, index)
        and _receives(loaded, found[0], 1, index)
    ):
        # `impl Mul<V> for f64`: the Rust receiver is the left operand, which Python passes second.
        plain = loaded.function(
            found, name=name, qualname=f"{cls.__qualname__}.{name}", module=cls.__module__
        )
        return _named(_swapped(plain), cls, name)
    if name in _BINARY or name in _REFLECTED or in_place or name in _ORDERS:
        return _named(_binary(made), cls, name)
    if name == "__repr__":
        return _named(_shown(made), cls, name)
    if name in _ITEMS:
        return _named(_set_item(made) if name == "__setitem__" else _item(made), cls, name)
    return made


def _receives(loaded: Loaded, callable_: int, at: int, index: int) -> bool:
    params = loaded.callable(callable_)["params"]
    if at >= len(params):
        return False
    ref = params[at]["type"]
    return isinstance(ref, list) and ref[0] in ("handle", "record", "enum") and ref[1] == index


def _named(function: Any, cls: type, name: str) -> Any:
    function.__name__ = name
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    function.__module__ = cls.__module__
    function.__annotations__ = {}
    return function


_STATES = {
    "ClosedError": "closed",
    "BorrowedError": "in use",
    "PoisonedError": "poisoned by a panic",
    "ThreadError": "another thread's",
    "ForkError": "another process's",
}


def _shown(call: Any) -> Any:
    """What is shown of a value, or why it cannot be: debuggers and tracebacks show whatever there is."""

    def show(self: Any, /) -> str:
        try:
            return str(call(self))
        except HandleError as error:
            name = f"{self.__class__.__module__}.{self.__class__.__qualname__}"
            return f"<{name} ({_STATES.get(type(error).__name__, error)})>"

    return show


def _equal(call: Any) -> Any:
    def equal(self: Any, other: object, /) -> Any:
        try:
            return call(self, other)
        except (TypeError, ValueError, OverflowError):  # not of a type that can be equal
            return NotImplemented

    return equal


def _binary(call: Any) -> Any:
    def operate(self: Any, other: object, /) -> Any:
        try:
            return call(self, other)
        except TypeError:
            return NotImplemented

    return operate


def _swapped(call: Any) -> Any:
    def operate(self: Any, other: object, /) -> Any:
        try:
            return call(other, self)
        except TypeError:
            return NotImplemented

    return operate


def _compare(order: Any, holds: Callable[[int], bool]) -> Any:
    def compare(self: Any, other: object, /) -> Any:
        try:
            found = order(self, other)
        except TypeError:
            return NotImplemented
        return found is not None and holds(found)

    return compare


def _item(call: Any) -> Any:
    def item(self: Any, key: object, /) -> Any:
        return _at(key, call, self, key)

    return item


def _set_item(call: Any) -> Any:
    def item(self: Any, key: object, value: object, /) -> Any:
        return _at(key, call, self, key, value)

    return item


def _at(key: object, call: Any, *args: object) -> Any:
    """The call; a panic in it is about the key."""
    from .errors import PanicError, PanicIndexError, PanicKeyError

    try:
        return call(*args)
    except PanicError as panic:
        cls = PanicIndexError if isinstance(key, int | slice | range) else PanicKeyError
        raise cls(panic.message, panic.location, panic.backtrace) from None


def _deep_copy(self: Any, memo: object, /) -> Any:
    return self.__copy__()


def _format(self: Any, format_spec: str) -> str:
    return format(str(self), format_spec)
