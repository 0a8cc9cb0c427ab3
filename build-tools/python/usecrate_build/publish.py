"""Puts a generated project where an older one may be: all of it, or nothing.

What an older run wrote and nobody has changed since goes when it is not generated any more. What is the
user's stays: files of their own, and generated ones that they changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path, PurePosixPath

from .names import PackageError

# What was generated, as `sha256sum` writes it: it belongs to the project, wherever that goes.
RECORD = "crates/generated.sha256"
# The artifacts of each package: never in a repository, replaced whole, and of other bytes on each platform.
_ARTIFACTS = "src/*/_crates"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def record(folder: Path) -> None:
    """Notes what is in a project that was generated just now."""
    artifacts = set(folder.glob(_ARTIFACTS))
    lines = [
        f"{_sum(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and artifacts.isdisjoint(path.parents)
    ]
    place = folder / RECORD
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("".join(lines), "utf-8", newline="\n")


def publish(folder: Path, target: Path, spare: Path, say: Callable[[str], None]) -> None:
    """Moves a project to its place; what was there lies in `spare` meanwhile, and is put back if that fails.

    Raises
    ------
    PackageError
        A folder is where a file has to be, or the other way round.
    """
    if not target.exists():
        folder.rename(target)
        return
    new = sorted(folder.rglob("*"))
    names = {path.relative_to(folder).as_posix() for path in new if path.is_file()}
    left, changed = _left_over(target, names)
    # What cannot be is found before anything is changed.
    for path in new:
        place = target / path.relative_to(folder)
        if _is_there(place) and place.is_dir() != path.is_dir() and not _is_all_of(place, left):
            what = "folder" if path.is_dir() else "file"
            raise PackageError(
                f"`{place}` is in the way of a {what}", "move it away, or choose another `--out`"
            )
    moves = _Moves(spare)
    try:
        for place in [*left, *(target / path.relative_to(folder) for path in folder.glob(_ARTIFACTS))]:
            moves.away(place)
        moves.remove_empty({parent for place in left for parent in place.parents if target in parent.parents})
        for path in new:
            place = target / path.relative_to(folder)
            if path.is_dir():
                moves.make(place)
            else:
                moves.away(place)
                moves.move(path, place)
    except BaseException:  # Ctrl-C included
        moves.back()
        raise
    for name in changed:
        say(f"`{name}` is not generated any more, and stays: it was changed")


def _left_over(target: Path, names: set[str]) -> tuple[list[Path], list[str]]:
    """What an earlier run wrote and this one does not: as it was, and changed since."""
    left: list[Path] = []
    changed: list[str] = []
    for name, known in _recorded(target).items():
        place = target / name
        if name in names or name == RECORD or not place.is_file():
            continue
        if any(path.is_symlink() for path in (place, *place.parents) if target in path.parents):
            continue  # it leads elsewhere
        if _sum(place) == known:
            left.append(place)
        else:
            changed.append(name)
    return left, changed


def _recorded(target: Path) -> dict[str, str]:
    """Files of an earlier run with their sums; none where nothing is known, or lines that nobody wrote so."""
    try:
        lines = (target / RECORD).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    read = filter(None, map(_LINE.fullmatch, lines))
    return {one[2]: one[1] for one in read if _is_inside(one[2])}


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _is_all_of(place: Path, left: Iterable[Path]) -> bool:
    """Whether nothing but what goes is in a place."""
    gone = set(left)
    if not place.is_dir() or place.is_symlink():
        return place in gone
    inside = {path for path in place.rglob("*") if path.is_symlink() or not path.is_dir()}
    return bool(inside) and inside <= gone


def _is_there(place: Path) -> bool:
    return place.exists() or place.is_symlink()


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Moves:
    """Steps that can be taken back."""

    def __init__(self, spare: Path) -> None:
        self._spare = spare
        self._numbers = count()
        self._undo: list[Callable[[], None]] = []

    def move(self, source: Path, place: Path) -> None:
        os.rename(source, place)
        self._undo.append(lambda: os.rename(place, source))

    def away(self, place: Path) -> None:
        """Out of the way, if it is there."""
        if _is_there(place):
            self.move(place, self._spare / str(next(self._numbers)))

    def make(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir()
            self._undo.append(folder.rmdir)

    def remove_empty(self, folders: Iterable[Path]) -> None:
        """Those of them, the inner ones first, in which nothing is left."""
        for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()
                self._undo.append(folder.mkdir)

    def back(self) -> None:
        """Undoes all, the last first; one that cannot be undone keeps no other from it."""
        while self._undo:
            with contextlib.suppress(OSError):
                self._undo.pop()()
