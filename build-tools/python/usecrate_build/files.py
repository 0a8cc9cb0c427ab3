"""Writes a folder whole: nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

from .names import PackageError
from .publish import publish


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
            "choose another `--out`, or write over what is generated with `--force`: files of your own stay",
        )
    # A link to nothing is neither there nor free.
    if (target.exists() or target.is_symlink()) and not target.is_dir():
        raise PackageError(f"`{target}` is not a folder", "move it away, or choose another `--out`")


@contextlib.contextmanager
def staged(target: Path, say: Callable[[str], None]) -> Generator[Path, None, None]:
    """A folder beside `target` that takes its place when the block ends well, else is gone.

    What is worth knowing of what was there is told by `say`.

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
        inner, spare = folder / "new" / target.name, folder / "old"
        inner.mkdir(parents=True)
        spare.mkdir()
        yield inner
        publish(inner, target, spare, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_folder(source: Path, place: Path) -> None:
    """Copies a folder into a place where there may be another, or an older one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".usecrate-", dir=place.parent) as name:
        copy = Path(name) / "new"
        shutil.copytree(source, copy)
        if place.exists():
            place.rename(Path(name) / "old")
        copy.rename(place)
