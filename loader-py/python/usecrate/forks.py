"""The loader's locks around a fork.

The forking thread holds all of them meanwhile. So a child finds none that is held by a thread which it does
not have, and nothing that such a thread left half made. Modules have locks too: those that are imported late,
and needed at any time, are there before a child is.
"""

from __future__ import annotations

from ._native import locks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import RLock

_held: list[RLock] = []


def hold() -> None:
    """Takes every lock."""
    from . import exceptions as exceptions  # and all that errors need
    from . import wrap as wrap  # and all that classes need

    for lock in list(locks):
        lock.acquire()
        _held.append(lock)


def let_go() -> None:
    """Gives them back, in the parent and in the child."""
    while _held:
        _held.pop().release()
