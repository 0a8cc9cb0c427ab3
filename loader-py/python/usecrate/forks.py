"""The loader's locks around a fork.

The forking thread holds all of them meanwhile. So a child finds none that is held by a thread which it does
not have, and nothing that such a thread left half made. Modules have locks too: those that are imported late,
and needed at any time, are there before a child is.
"""

from __future__ import annotations

import os
from _thread import RLock  # `threading` would cost more than the rest of this module

_locks: list[RLock] = []
_held: list[RLock] = []


def new_lock() -> RLock:
    """A lock that is held around forks. Those made first are taken first, also outside of forks."""
    lock = RLock()
    _locks.append(lock)
    return lock


def _hold() -> None:
    from . import exceptions as exceptions  # and all that errors need

    for lock in list(_locks):
        lock.acquire()
        _held.append(lock)


def _let_go() -> None:
    while _held:
        _held.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_let_go)
