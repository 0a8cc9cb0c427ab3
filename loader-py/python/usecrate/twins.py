"""Classes of the standard library that types of Rust crates cross as.

For each class `name` of the manifest, ``give_name`` makes an object of what Rust gave, and ``take_name`` says
what Rust gets for an object: plain data of the type that the manifest names beside the class.
``take_name`` gives None for an object of another type, and raises ValueError or OverflowError for one that is
not usable.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import ipaddress
import uuid

from .durations import Duration
from .moments import DateTime, Time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_UTC = datetime.timezone.utc
_EPOCH = datetime.datetime(1970, 1, 1)
_NETWORKS = (
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
)
_ADDRESSES = (ipaddress.IPv4Address, ipaddress.IPv6Address)


def give_uuid(value: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=value)


def take_uuid(value: object) -> bytes | None:
    if isinstance(value, uuid.UUID):
        return value.bytes
    if not isinstance(value, str):
        return None
    try:
        return uuid.UUID(value).bytes
    except ValueError:
        raise ValueError(f"must be the text of a UUID, not {value!r}") from None


def give_decimal(value: str) -> decimal.Decimal:
    return decimal.Decimal(value)


def take_decimal(value: object) -> str | None:
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            raise ValueError(f"must be a finite number, not {value}")
        return str(value)
    return _int_text(value)


def give_fraction(value: str) -> fractions.Fraction:
    return fractions.Fraction(value)


def take_fraction(value: object) -> str | None:
    return str(value) if isinstance(value, fractions.Fraction) else _int_text(value)


def _int_text(value: Any) -> str | None:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    # `Decimal` has no limit on the digits of an int.
    return str(decimal.Decimal(value.__index__()))


def give_complex(value: tuple[float, float]) -> complex:
    return complex(*value)


def take_complex(value: Any) -> tuple[float, float] | None:
    if isinstance(value, (str, bytes)) or not any(
        hasattr(value, name) for name in ("__complex__", "__float__", "__index__")
    ):
        return None
    number = complex(value)
    return number.real, number.imag


def give_ip_network(value: str) -> Any:
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        # It has bits of a host: no network, but an address in one.
        return ipaddress.ip_interface(value)


def take_ip_network(value: object) -> str | None:
    if isinstance(value, (str, *_NETWORKS)):
        return str(value)
    return f"{value}/{value.max_prefixlen}" if isinstance(value, _ADDRESSES) else None


def give_date(value: tuple[int, int, int]) -> datetime.date:
    return datetime.date(*value)


def take_date(value: object) -> tuple[int, int, int] | None:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        return None
    return value.year, value.month, value.day


def give_time(value: tuple[int, int, int, int]) -> datetime.time:
    hour, minute, second, nanoseconds = value
    micros, left = divmod(nanoseconds, 1000)
    if left:
        return Time(hour, minute, second, micros, nanosecond=left)
    return datetime.time(hour, minute, second, micros)


def take_time(value: object) -> tuple[int, int, int, int] | None:
    if not isinstance(value, datetime.time):
        return None
    if value.tzinfo is not None:
        raise ValueError("must be a time without a time zone")
    return value.hour, value.minute, value.second, value.microsecond * 1000 + _left(value)


def give_naive_datetime(value: tuple[int, int]) -> datetime.datetime:
    return _moment(*value, None)


def take_naive_datetime(value: object) -> tuple[int, int] | None:
    if not isinstance(value, datetime.datetime):
        return None
    if value.tzinfo is not None:
        raise ValueError("must be a datetime without a time zone (such as `x.replace(tzinfo=None)`)")
    return _since(value)


def give_utc_datetime(value: tuple[int, int]) -> datetime.datetime:
    return _moment(*value, _UTC)


def take_utc_datetime(value: object) -> tuple[int, int] | None:
    found = take_datetime(value)
    return found and found[:2]


def give_datetime(value: tuple[int, int, int]) -> datetime.datetime:
    return _moment(value[0], value[1], _fixed(value[2]))


def take_datetime(value: object) -> tuple[int, int, int] | None:
    if not isinstance(value, datetime.datetime):
        return None
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(
            "must be a datetime with a time zone (such as `datetime.now(timezone.utc)`), not a naive one"
        )
    if offset.microseconds:
        raise ValueError(f"must have an offset of whole seconds, not {offset}")
    east = offset.days * 86400 + offset.seconds
    seconds, nanoseconds = _since(value)
    return seconds - east, nanoseconds, east


def give_zoned_datetime(value: tuple[int, int, int, str | None]) -> datetime.datetime:
    seconds, nanoseconds, east, name = value
    if name is not None:
        import zoneinfo

        try:
            moment = _moment(seconds, nanoseconds, zoneinfo.ZoneInfo(name))
            if moment.utcoffset() == datetime.timedelta(seconds=east):
                return moment
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            # The system does not know the zone, or the time is at an end of the years. Its offset is certain.
            pass
    return _moment(seconds, nanoseconds, _fixed(east))


def take_zoned_datetime(value: Any) -> tuple[int, int, int, str | None] | None:
    found = take_datetime(value)
    if found is None:
        return None
    key = getattr(value.tzinfo, "key", None)
    return (*found, key)


def give_timedelta(value: tuple[int, int]) -> datetime.timedelta:
    return Duration(*value)


def take_timedelta(value: object) -> tuple[int, int] | None:
    if not isinstance(value, datetime.timedelta):
        return None
    return divmod(Duration.of(value).total_nanoseconds, 1_000_000_000)


def give_timezone(value: int) -> datetime.tzinfo:
    return _fixed(value)


def take_timezone(value: object) -> int | None:
    if not isinstance(value, datetime.tzinfo):
        return None
    offset = value.utcoffset(None)
    if offset is None:
        raise ValueError(f"must be a zone with one offset, not {value}, whose offset depends on the time")
    if offset.microseconds:
        raise ValueError(f"must have an offset of whole seconds, not {offset}")
    return offset.days * 86400 + offset.seconds


def give_zoneinfo(value: str) -> datetime.tzinfo:
    import zoneinfo

    return zoneinfo.ZoneInfo(value)


def take_zoneinfo(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if value is _UTC:
        return "UTC"
    return getattr(value, "key", None) if isinstance(value, datetime.tzinfo) else None


def give_ndarray(value: tuple[list[int], Any]) -> Any:
    shape, items = value
    # Numbers are a view. None can be of a shape without items.
    if not hasattr(items, "cast") or (len(shape) > 1 and not len(items)):
        return _nested(list(items), shape)
    return items if len(shape) == 1 else items.cast("B").cast(items.format, shape)


def _nested(items: list[Any], shape: list[int]) -> Any:
    """The same as lists of lists."""
    if not shape:
        return items[0]
    for length in reversed(shape[1:]):
        count = len(items) // length if length else 0
        items = [items[at * length : (at + 1) * length] for at in range(count)]
    return items if items or not shape[0] else [_nested([], shape[1:]) for _ in range(shape[0])]


def take_ndarray(value: Any) -> tuple[list[int], Any] | None:
    if isinstance(value, (list, tuple)):
        return _flat(value)
    try:
        view = memoryview(value)
    except TypeError:
        return None
    shape = list(view.shape or ())
    if view.ndim == 1 and view.c_contiguous:
        return shape, view
    if not view.nbytes:
        return shape, []
    plain = view.cast("B") if view.c_contiguous else memoryview(view.tobytes())
    return shape, plain.cast(view.format)  # type: ignore[call-overload]


def _flat(value: Any) -> tuple[list[int], list[Any]]:
    """The shape and the items of nested lists."""
    shape: list[int] = []
    level: list[Any] = [value]
    while level and all(isinstance(one, (list, tuple)) for one in level):
        length = len(level[0])
        if any(len(one) != length for one in level):
            raise ValueError(f"must have lists of one length in dimension {len(shape)}")
        shape.append(length)
        level = [item for one in level for item in one]
    return shape, level


def _fixed(east: int) -> datetime.tzinfo:
    return datetime.timezone(datetime.timedelta(seconds=east)) if east else _UTC


def _moment(seconds: int, nanoseconds: int, zone: datetime.tzinfo | None) -> datetime.datetime:
    """So long after the epoch: in that zone, or as if it were in UTC and without one."""
    micros, left = divmod(nanoseconds, 1000)
    try:
        moment = _EPOCH + datetime.timedelta(0, seconds, micros)
        if zone is not None:
            moment = moment.replace(tzinfo=_UTC).astimezone(zone)
    except OverflowError:
        raise ValueError(
            f"{seconds} seconds from 1970 are out of the range of datetime: the years 1 to 9999"
        ) from None
    return DateTime.of(moment, left) if left else moment


def _since(moment: datetime.datetime) -> tuple[int, int]:
    """Seconds from 1970 and nanoseconds, by its own clock."""
    span = moment.replace(tzinfo=None) - _EPOCH
    return span.days * 86400 + span.seconds, span.microseconds * 1000 + _left(moment)


def _left(value: object) -> int:
    return getattr(value, "nanosecond", 0)
