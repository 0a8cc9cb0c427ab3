"""Writes a folder whole: nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from .names import PackageError


def check_free(target: Path, *, force: bool) -> None:
    """Refuses a folder that is there.

    Raises
    ------
    PackageError
        It is, and not to be written over.
    """
    if (target.exists() or target.is_symlink()) and not force:
        raise PackageError(
            f"`{target}` is there already",
            "choose another `--out`, or write over what is generated with `--force`: other files in it stay",
        )
    if target.exists() and not target.is_dir():
        raise PackageError(f"`{target}` is not a folder", "move it away, or choose another `--out`")


@contextlib.contextmanager
def staged(target: Path) -> Generator[Path, None, None]:
    """A folder beside `target` that takes its place when the block ends well, else is gone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".usecrate-package-", dir=target.parent))
    try:
        inner = folder / target.name
        inner.mkdir()
        yield inner
        _publish(inner, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(folder: Path, target: Path) -> None:
    if not target.exists():
        folder.rename(target)
        return
    # Written over: what the user has added stays, such as the repository's own files.
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            os.replace(path, place)


def replace_folder(source: Path, place: Path) -> None:
    """Copies a folder into a place where there may be another, or an older one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".usecrate-", dir=place.parent) as name:
        copy = Path(name) / "new"
        shutil.copytree(source, copy)
        if place.exists():
            place.rename(Path(name) / "old")
        copy.rename(place)
