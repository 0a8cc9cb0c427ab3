"""Classes for enums that cross by value and have no data: `enum.Enum`."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import enum

from .classes import namespace
from .members import Info, class_attribute, class_signature, picklable
from .specials import add_specials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .loaded import Loaded


@picklable
class PlainEnumMeta(enum.EnumMeta):
    """Metaclass of field-less enums: the call takes a discriminant, a name, or what Rust makes one from."""

    __usecrate__: Info

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        info = cls.__usecrate__
        if len(args) == 1 and not kwargs:
            value = args[0]
            if isinstance(value, cls):
                return value
            if isinstance(value, str) and value in cls.__members__:
                return cls.__members__[value]
            if isinstance(value, int) and not isinstance(value, bool) and value in cls._value2member_map_:
                return cls._value2member_map_[value]
        if info.model.get("constructors"):
            try:
                return info.construct(args, kwargs)
            except TypeError:
                if len(args) != 1 or kwargs or not isinstance(args[0], int):
                    raise
        if len(args) != 1 or kwargs:
            raise TypeError(f"`{cls.__qualname__}()` takes one argument: a discriminant or a variant's name")
        members: Any = cls.__members__.values()
        known = ", ".join(f"{member._name_} = {member._value_}" for member in members)
        error = ValueError if isinstance(args[0], int | str) else TypeError
        raise error(
            f"{args[0]!r} is not a variant of `{cls.__qualname__}`: expected a number or name of {known}"
        )

    def __getattr__(cls, name: str) -> Any:
        # Before Python 3.12 the members themselves are found here.
        if not name.startswith("__"):
            members = cls.__dict__.get("_member_map_", {})
            if name in members:
                return members[name]
            if "__usecrate__" in cls.__dict__:
                return class_attribute(cls, name)
        raise AttributeError(name)

    def __dir__(cls) -> list[str]:
        cls.__usecrate__.fill()
        return sorted({*type.__dir__(cls), *cls.__members__})

    @property
    def __signature__(cls) -> Any:
        return class_signature(cls)


def plain_enum_class(loaded: Loaded, index: int) -> type:
    """Makes and defines an `enum.Enum` whose values are the discriminants."""
    ty = loaded.type_at(index)
    info = Info(loaded, index)
    body: Any = PlainEnumMeta.__prepare__(ty["name"], (enum.Enum,))
    for name, value in namespace(loaded, ty, info).items():
        if name not in ("__usecrate__", "__dir__", "_repr_html_"):
            body[name] = value
    for at, variant in enumerate(ty.get("variants", ())):
        body[variant["name"]] = variant.get("discriminant", at)
    cls: Any = PlainEnumMeta(ty["name"], (enum.Enum,), body)
    type.__setattr__(cls, "__usecrate__", info)
    loaded.register(index, cls)
    members = [(name, member, ()) for name, member in cls.__members__.items()]
    loaded.library.define_enum(index, cls, members, data=False)
    add_specials(
        loaded, ty, index, cls, but=("__eq__", "__ne__", "__hash__", "__copy__", "__deepcopy__", "__repr__")
    )
    for member, variant in zip(cls.__members__.values(), ty.get("variants", ()), strict=False):
        if docs := variant.get("docs"):
            member.__doc__ = docs
    info.bind(cls)
    return cls  # type: ignore[no-any-return]
