"""The plain data that an object stands for, where a library writes any value by serde."""

# Objects of any kind come here: no checker can know what they have.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import ipaddress
import operator
import pathlib
import uuid

from ._native import Handle
from .values import asdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What is written as the text that it is known by.
_TEXTS = (
    uuid.UUID,
    pathlib.PurePath,
    decimal.Decimal,
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
)


def data(value: object) -> tuple[str | None, Any]:
    """The name of an object's class, if that declares fields, and the plain data that it stands for.

    Parts of the data may be objects again. A record, a dataclass or another object with declared fields is a
    dict of them, a member of an enum its value, an instance of a class below a plain one is that; dates and
    times are ISO 8601 texts.

    Raises
    ------
    TypeError
        It stands for none.
    """
    cls: Any = type(value)
    if not isinstance(value, Handle):
        found = _of_class(value, cls)
        if found is not None:
            return None, found[0]
        made = asdict(value) if hasattr(cls, "__usecrate__") else value
        if made is not value:
            return None if cls.__usecrate__.model.get("variants") else cls.__name__, made
        fields = _of_fields(value, cls)
        if fields is not None:
            return cls.__name__, fields
        found = _of_protocol(value, cls)
        if found is not None:
            return None, found[0]
    what = "a Rust value behind a handle" if isinstance(value, Handle) else "no plain data"
    raise TypeError(
        f"`{cls.__qualname__}` cannot be serialized: it is {what}. Pass None, a bool, int, float, str, "
        "bytes, list, tuple, set or dict, or an object with declared fields, such as a dataclass"
    )


def _of_class(value: Any, cls: Any) -> tuple[Any] | None:
    """By the class that it has, or that its class is below."""
    if isinstance(value, enum.Enum):
        return (value._name_ if hasattr(cls, "__usecrate__") else value.value,)
    if isinstance(value, str):
        return (str.__str__(value),)
    kinds: tuple[Any, ...] = (int, float, bytes, list, tuple, set, frozenset)
    for plain in kinds:
        if isinstance(value, plain):
            return (plain(value),)
    if isinstance(value, dict):
        return (dict(value.items()),)
    if isinstance(value, bytearray):
        return (bytes(value),)
    if isinstance(value, datetime.date | datetime.time):
        return (value.isoformat(),)
    if isinstance(value, _TEXTS):
        return (str(value),)
    return None


def _of_fields(value: Any, cls: Any) -> dict[str, Any] | None:
    """The fields that its class declares: of a dataclass, a class of attrs, a model of pydantic."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(cls, "__attrs_attrs__"):
        return {field.name: getattr(value, field.name) for field in cls.__attrs_attrs__}
    dump: Any = getattr(value, "model_dump", None)
    fields = dump() if callable(dump) else None
    return fields if isinstance(fields, dict) else None


def _of_protocol(value: Any, cls: Any) -> tuple[Any] | None:
    """By what it can do."""
    for method in ("model_dump", "tolist"):
        if callable(getattr(cls, method, None)):
            return (getattr(value, method)(),)
    if isinstance(value, collections.abc.Mapping):
        return (dict(value.items()),)
    if isinstance(value, collections.abc.Sequence | collections.abc.Set | collections.deque):
        return (list(value),)
    if hasattr(cls, "__index__"):
        number: Any = value
        return (operator.index(number),)
    return None


__all__ = ["data"]
