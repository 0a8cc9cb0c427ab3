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
    # A link to nothing is neither there nor free.
    if (target.exists() or target.is_symlink()) and not target.is_dir():
        raise PackageError(f"`{target}` is not a folder", "move it away, or choose another `--out`")


@contextlib.contextmanager
def staged(target: Path) -> Generator[Path, None, None]:
    """A folder beside `target` that takes its place when the block ends well, else is gone.

    Raises
    ------
    PackageError
        Nothing can be written there.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".usecrate-package-", dir=target.parent))
    except OSError as error:
        raise PackageError(
            f"nothing can be written into `{target.parent}`: {error.strerror}", "choose another `--out`"
        ) from None
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
    # Written over: what the user has added stays, such as the repository's own files. What cannot be is found
    # before anything is changed.
    paths = [(path, target / path.relative_to(folder)) for path in sorted(folder.rglob("*"))]
    for path, place in paths:
        if (place.exists() or place.is_symlink()) and place.is_dir() != path.is_dir():
            what = "folder" if path.is_dir() else "file"
            raise PackageError(
                f"`{place}` is in the way of a {what}", "move it away, or choose another `--out`"
            )
    for path, place in paths:
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
