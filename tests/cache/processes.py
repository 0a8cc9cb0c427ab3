"""A process with all that it started: killing some of it, and seeing how long the rest lives on."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable

# Whom a kill takes: the process alone; with all below it; with all but what compiles and links.
TOOL, TREE, BUT_COMPILERS = "tool", "tree", "but compilers"
_COMPILERS = ("rustc", "rustdoc", "cc", "ld", "collect2", "rust-lld", "ld.lld")


def below(pid: int) -> list[tuple[int, str]]:
    """The processes that one started, and these in turn, with their names. None where there is no `/proc`."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            # The name stands in parentheses and may hold anything.
            head, _, tail = stat.read_text(errors="replace").rpartition(")")
            number, _, name = head.partition(" (")
            parents.setdefault(int(tail.split()[1]), []).append((int(number), name))
    found = list(parents.get(pid, ()))
    for child, _ in found:  # grows
        found += parents.get(child, ())
    return found


def kill(process: subprocess.Popen[str], whom: str) -> list[int]:
    """Kills a process, and more as said; gives those that live on."""
    # Stopped first, so that it starts nothing between the look and the kill.
    process.send_signal(signal.SIGSTOP)
    others = below(process.pid)
    process.send_signal(signal.SIGKILL)
    left = []
    for pid, name in others:
        if whom == TREE or (whom == BUT_COMPILERS and name not in _COMPILERS):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        else:
            left.append(pid)
    return left


def orphan(process: subprocess.Popen[str]) -> list[int]:
    """Kills a process, and all below it but compilers, which are stopped; gives those."""
    process.send_signal(signal.SIGSTOP)
    for pid, name in below(process.pid):
        if name in _COMPILERS:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
    left = kill(process, BUT_COMPILERS)
    # One that was about to end is not stopped any more.
    limit = time.monotonic() + 5
    while any(_state(pid) not in "TZ" for pid in left) and time.monotonic() < limit:
        time.sleep(0.01)
    return [pid for pid in left if _state(pid) == "T"]


def go_on(pids: list[int]) -> None:
    """Lets what was stopped go on."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def when_gone(pids: list[int], then: Callable[[float], None]) -> None:
    """Tells, when the last of them has ended, how many seconds that took."""
    start = time.monotonic()

    def watch() -> None:
        while any(map(_lives, pids)) and time.monotonic() - start < 120:
            time.sleep(0.01)
        then(time.monotonic() - start)

    threading.Thread(target=watch, daemon=True).start()


def _lives(pid: int) -> bool:
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    """The kernel's letter: `T` is stopped, `Z` has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return "Z"
    return text.rpartition(")")[2].split()[0]
