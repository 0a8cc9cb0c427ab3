"""Classes for values that cross by value: records, and the variants of enums with data."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from .classes import namespace
from .members import Info, Lazy, bare, class_signature, picklable
from .specials import add_specials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .loaded import Loaded
    from .model import Field

# Python writes and compares records itself: their data is there.
_OWN = ("__repr__", "__eq__", "__ne__", "__copy__", "__deepcopy__")


@picklable
class Record(Lazy):
    """Metaclass of records: the class call takes the fields."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if "__usecrate_bound__" in cls.__dict__:  # `dataclasses.replace` of a record that writes through
            return plain_class(cls)(*args, **kwargs)
        self: Any = cls.__new__(cls)  # type: ignore[call-overload]
        self.__init__(*args, **kwargs)
        return self

    @property
    def __signature__(cls) -> Any:
        return fields_signature(cls) or class_signature(cls)


def fields_signature(cls: Any) -> Any:
    """The signature of a class call that takes the fields."""
    import inspect

    from .hints import hints

    fields: Sequence[Field] | None = getattr(cls, "__usecrate_fields__", None)
    if fields is None:
        return None
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    default = ... if hasattr(cls, "_default_") else inspect.Parameter.empty
    return inspect.Signature(
        [
            inspect.Parameter(name, kind, default=default, annotation=found)
            for name, found in hints(cls, fields, apart=False).items()
        ]
    )


def record_class(loaded: Loaded, index: int) -> type:
    """Makes and defines the class of a record."""
    ty = loaded.type_at(index)
    fields = ty.get("fields", [])
    if "primary" in ty:
        # The instances of a generic type are one class: what is in the fields says which one is meant.
        cls: type = loaded.class_of(ty["primary"])
        loaded.register(index, cls)
        loaded.library.define_record(index, cls, [(field["name"], field["type"]) for field in fields])
        return cls
    info = Info(loaded, index)
    body = namespace(loaded, ty, info)
    body.update(record_body(fields))
    # On some Pythons `__getattr__` makes fields slow, also where it is never asked. So the class has all its
    # members from the start, unless there are names whose absence is to be explained.
    whole = not loaded.skips_of(index)
    if whole:
        del body["__getattr__"]
    cls = Record(ty["name"], (), body)
    loaded.register(index, cls)
    loaded.library.define_record(index, cls, [(field["name"], field["type"]) for field in fields])
    if "default" in ty and "instances" not in ty:
        make_default(loaded, cls, ty["default"])
    add_specials(loaded, ty, index, cls, but=_OWN)
    info.bind(cls)
    if whole:
        info.fill()
    return cls


def make_default(loaded: Loaded, cls: Any, callable_: int) -> None:
    """Keyword construction starts from what Rust's ``Default`` gives."""
    found = loaded.function(
        [callable_], name="default", qualname=f"{cls.__qualname__}.default", module=cls.__module__
    )
    cls._default_ = staticmethod(found)


class _DataclassPart:
    """What `dataclasses` looks for on a class: made when somebody looks."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        from .hints import dataclass_part

        return dataclass_part(owner, self._name)


_fields, _params = _DataclassPart("__dataclass_fields__"), _DataclassPart("__dataclass_params__")


def record_body(fields: Sequence[Field]) -> dict[str, Any]:
    """Slots and methods of a class with these fields."""
    names = tuple(field["name"] for field in fields)
    return {
        "__slots__": (*names, "__weakref__"),
        "__match_args__": names,
        "__usecrate_fields__": fields,
        "__init__": init_fields,
        "__eq__": equal_fields,
        "__repr__": _repr,
        "__hash__": None,
        "__replace__": _replace,
        "__reduce_ex__": _reduce,
        "__dataclass_fields__": _fields,
        "__dataclass_params__": _params,
    }


def init_fields(self: Any, /, *args: Any, **given: Any) -> None:
    cls = type(self)
    names: tuple[str, ...] = cls.__match_args__
    if len(args) > len(names):
        raise TypeError(
            f"`{cls.__qualname__}()` takes {len(names)} arguments ({', '.join(names)}), not {len(args)}"
        )
    for name, value in zip(names, args, strict=False):
        if name in given:
            raise TypeError(f"`{cls.__qualname__}()` got several values for `{name}`")
        given[name] = value
    if len(given) > len(names) or not given.keys() <= set(names):
        unknown = sorted(given.keys() - set(names))
        raise TypeError(
            f"`{cls.__qualname__}()` has no field `{unknown[0]}`; it has {', '.join(names) or 'none'}"
        )
    if len(given) < len(names):
        _complete(cls, names, given)
    for name, value in given.items():
        setattr(self, name, value)


def _complete(cls: Any, names: tuple[str, ...], given: dict[str, Any]) -> None:
    """Adds what was left out from the default."""
    default = getattr(cls, "_default_", None)
    if default is None:
        missing = [name for name in names if name not in given]
        raise TypeError(f"`{cls.__qualname__}()` misses {', '.join(f'`{name}`' for name in missing)}")
    rest = default()
    for name in names:
        if name not in given:
            given[name] = getattr(rest, name)


def equal_fields(self: Any, other: object, /) -> Any:
    cls = plain_class(type(self))
    if plain_class(type(other)) is not cls:
        return NotImplemented
    return all(getattr(self, name) == getattr(other, name) for name in cls.__match_args__)


def _repr(self: Any) -> str:
    cls = type(self)
    fields = cls.__usecrate_fields__
    parts = []
    for at, field in enumerate(fields):
        value = repr(getattr(self, field["name"], ...))
        parts.append(value if field["name"] == f"_{at}" else f"{field['name']}={value}")
    return f"{cls.__qualname__}({', '.join(parts)})"


def _replace(self: Any, /, **changes: Any) -> Any:
    """A copy with some fields changed (`copy.replace`)."""
    given = {name: getattr(self, name) for name in type(self).__match_args__}
    return plain_class(type(self))(**{**given, **changes})


def _reduce(self: Any, protocol: object, /) -> Any:
    """What copies and pickles it: class and fields."""
    from .pickling import reduce_record

    return reduce_record(self)


bare(__init__=init_fields, __eq__=equal_fields, __repr__=_repr, __replace__=_replace, __reduce_ex__=_reduce)


# A record that is a field of a handle writes through: it is an instance of a subclass that knows where it
# came from.


def plain_class(cls: Any) -> Any:
    """The record class itself, of an instance that writes through."""
    return cls.__mro__[1] if "__usecrate_bound__" in cls.__dict__ else cls


def write_through(cls: Any, get: Any, put: Any) -> Any:
    """A getter whose records send every change back with `put`."""
    bound = _bound_class(cls)
    names: tuple[str, ...] = cls.__match_args__

    def read(owner: Any) -> Any:
        value = get(owner)
        self = bound.__new__(bound)
        for name in names:
            object.__setattr__(self, name, getattr(value, name))
        object.__setattr__(self, "__usecrate_owner__", (owner, put))
        return self

    return read


def _bound_class(cls: Any) -> Any:
    def set_field(self: Any, name: str, value: Any) -> None:
        if name not in cls.__match_args__:
            raise AttributeError(f"`{cls.__qualname__}` has no field `{name}`")
        owner, put = self.__usecrate_owner__
        changed = cls(**{**{n: getattr(self, n) for n in cls.__match_args__}, name: value})
        put(owner, changed)
        object.__setattr__(self, name, value)

    def reduce(self: Any, protocol: object) -> Any:
        plain = cls(**{name: getattr(self, name) for name in cls.__match_args__})
        return plain.__reduce_ex__(protocol)

    body = {
        "__slots__": ("__usecrate_owner__",),
        "__module__": cls.__module__,
        "__qualname__": cls.__qualname__,
        "__usecrate_bound__": True,
        "__setattr__": set_field,
        "__reduce_ex__": reduce,
        "__hash__": cls.__hash__,
    }
    return type(cls)(cls.__name__, (cls,), body)
