"""A `timedelta` that keeps the nanoseconds of a Rust ``Duration``. Imports nothing of the package."""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from datetime import timedelta

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NANOS = 1_000_000_000


class Duration(timedelta):
    """A span of time, exact to the nanosecond.

    As a `timedelta` it is rounded down to whole microseconds; `total_nanoseconds` and `subsec_nanoseconds`
    are exact, and
    Rust gets them unchanged. Arithmetic gives a plain `timedelta`. Two durations are equal if their
    nanoseconds are.

    Parameters
    ----------
    seconds
        Whole seconds.
    nanoseconds
        Nanoseconds on top; may exceed a second.
    """

    __slots__ = ("_nanoseconds",)
    _nanoseconds: int

    def __new__(cls, seconds: int = 0, nanoseconds: int = 0) -> Duration:
        total = seconds * _NANOS + nanoseconds
        try:
            self = super().__new__(cls, microseconds=total // 1000)
        except OverflowError:
            raise OverflowError(f"{seconds} seconds are more than a timedelta can hold") from None
        self._nanoseconds = total
        return self

    @classmethod
    def of(cls, span: timedelta) -> Duration:
        """The same span as a `Duration`."""
        if isinstance(span, cls):
            return span
        return cls(span.days * 86400 + span.seconds, span.microseconds * 1000)

    @property
    def total_nanoseconds(self) -> int:
        """The whole span in nanoseconds."""
        return self._nanoseconds

    @property
    def subsec_nanoseconds(self) -> int:
        """The nanoseconds behind the whole seconds: 0 to 999,999,999."""
        return self._nanoseconds % _NANOS

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Duration):
            return self._nanoseconds == other._nanoseconds
        if isinstance(other, timedelta):
            return self._nanoseconds % 1000 == 0 and super().__eq__(other)
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    def __lt__(self, other: object) -> bool:
        return self._nanoseconds < _total(other) if isinstance(other, timedelta) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._nanoseconds <= _total(other) if isinstance(other, timedelta) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._nanoseconds > _total(other) if isinstance(other, timedelta) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._nanoseconds >= _total(other) if isinstance(other, timedelta) else NotImplemented

    def __repr__(self) -> str:
        return (
            f"usecrate.Duration(seconds={self._nanoseconds // _NANOS}, nanoseconds={self.subsec_nanoseconds})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Duration, (self._nanoseconds // _NANOS, self.subsec_nanoseconds)


def _total(span: timedelta) -> int:
    """The span in nanoseconds."""
    return Duration.of(span)._nanoseconds
