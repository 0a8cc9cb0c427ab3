"""A `datetime` and a `time` that keep the nanoseconds of Rust's. Imports nothing of the package."""

from __future__ import annotations

from datetime import datetime, time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DateTime(datetime):
    """A `datetime`, exact to the nanosecond.

    As a `datetime` it is rounded down to whole microseconds; `nanosecond` is what is left. Arithmetic and
    `replace` give one without. Two are equal if their nanoseconds are. Results are of this class where a
    `datetime` could not hold them, and Rust gets them unchanged.

    Parameters
    ----------
    nanosecond
        0 to 999, on top of the microseconds. All else is as for `datetime`.
    """

    __slots__ = ("_nanosecond",)
    _nanosecond: int

    def __new__(cls, *args: Any, nanosecond: int = 0, **more: Any) -> DateTime:
        self = super().__new__(cls, *args, **more)
        self._nanosecond = _checked(nanosecond)
        return self

    @classmethod
    def of(cls, moment: datetime, nanosecond: int) -> DateTime:
        """The same moment, so many nanoseconds behind its microsecond."""
        return cls(
            moment.year,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond,
            moment.tzinfo,
            fold=moment.fold,
            nanosecond=nanosecond,
        )

    @property
    def nanosecond(self) -> int:
        """The nanoseconds behind the microsecond: 0 to 999."""
        return self._nanosecond

    def __eq__(self, other: object) -> bool:
        return _equal(super().__eq__(other), self._nanosecond, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    def __lt__(self, other: Any) -> bool:
        return _ordered(super().__lt__(other), super().__eq__(other), self._nanosecond < _left(other))

    def __le__(self, other: Any) -> bool:
        return bool(self == other or self < other)

    def __gt__(self, other: Any) -> bool:
        return _ordered(super().__gt__(other), super().__eq__(other), self._nanosecond > _left(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self == other or self > other)

    def __repr__(self) -> str:
        return f"usecrate.DateTime.of({datetime.__repr__(_plain(self))}, {self._nanosecond})"

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return DateTime.of, (_plain(self), self._nanosecond)


class Time(time):
    """A `time`, exact to the nanosecond, as `DateTime` is.

    Parameters
    ----------
    nanosecond
        0 to 999, on top of the microseconds. All else is as for `time`.
    """

    __slots__ = ("_nanosecond",)
    _nanosecond: int

    def __new__(cls, *args: Any, nanosecond: int = 0, **more: Any) -> Time:
        self = super().__new__(cls, *args, **more)
        self._nanosecond = _checked(nanosecond)
        return self

    @property
    def nanosecond(self) -> int:
        """The nanoseconds behind the microsecond: 0 to 999."""
        return self._nanosecond

    def __eq__(self, other: object) -> bool:
        return _equal(super().__eq__(other), self._nanosecond, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    def __lt__(self, other: Any) -> bool:
        return _ordered(super().__lt__(other), super().__eq__(other), self._nanosecond < _left(other))

    def __le__(self, other: Any) -> bool:
        return bool(self == other or self < other)

    def __gt__(self, other: Any) -> bool:
        return _ordered(super().__gt__(other), super().__eq__(other), self._nanosecond > _left(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self == other or self > other)

    def __repr__(self) -> str:
        parts = f"{self.hour}, {self.minute}, {self.second}, {self.microsecond}"
        return f"usecrate.Time({parts}, nanosecond={self._nanosecond})"

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _time, (self.hour, self.minute, self.second, self.microsecond, self._nanosecond)


def _time(hour: int, minute: int, second: int, microsecond: int, nanosecond: int) -> Time:
    return Time(hour, minute, second, microsecond, nanosecond=nanosecond)


def _checked(nanosecond: int) -> int:
    if not 0 <= nanosecond < 1000:
        raise ValueError(f"nanosecond must be 0 to 999, not {nanosecond}")
    return nanosecond


def _equal(whole: bool, nanosecond: int, other: object) -> bool:
    """Whether both are one; ``whole`` says it as far as microseconds go, or is NotImplemented."""
    return nanosecond == _left(other) if whole is True else whole


def _ordered(whole: bool, same: bool, left: bool) -> bool:
    """The same of an order: what is left decides between those whose microseconds are the same."""
    return left if whole is False and same is True else whole


def _left(other: object) -> int:
    """The nanoseconds behind the microsecond of what may have none."""
    return getattr(other, "nanosecond", 0)


def _plain(moment: datetime) -> datetime:
    return datetime(
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond,
        moment.tzinfo,
        fold=moment.fold,
    )
