"""Finds the build tool ``usecrate-build`` and knows which one it is, without starting it each time.

What it says of itself is remembered in the cache, by the program's path, size and time: an import whose
artifact is there starts no process. What cannot be remembered is asked again.
"""

# The record in the cache may hold anything: it is checked as it is read.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os
import sys

from .errors import BuildError
from .platforms import cache_root
from .version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

PROGRAM = "usecrate-build"
_RECORD = "build-tools.json"
_REMEMBERED = 32
# By path: size, time in nanoseconds, answer.
_known: dict[str, list[Any]] = {}


def program() -> str:
    """The path of the build tool: `USECRATE_BUILD`, else the interpreter's scripts folder, else `PATH`.

    Raises
    ------
    BuildError
        There is none, or it is of another version.
    """
    path = find() or _in_scheme()
    if path is None:
        raise BuildError(
            f"cannot build: the program `{PROGRAM}` is not there",
            code="no-build-tool",
            hint=f"install it with `pip install {PROGRAM}=={__version__}`, or name it in USECRATE_BUILD",
        )
    _checked(path)
    return path


def generator() -> str | None:
    """What the build tool writes into manifests as their `generator`; None where none can be used."""
    try:
        path = find()
        return None if path is None else _checked(path)
    except BuildError:
        return None


def about() -> dict[str, Any]:
    """What the build tool says that it works with and takes.

    Raises
    ------
    BuildError
        There is none, it is of another version, or it does not tell.
    """
    import json
    import subprocess

    path = program()
    try:
        done = subprocess.run([path, "about"], capture_output=True, encoding="utf-8", timeout=60, check=False)
        said = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        said = None
    if not isinstance(said, dict):
        raise BuildError(
            f"`{path} about` did not tell what it works with",
            code="no-build-tool",
            hint=f"install the build tool again with `pip install {PROGRAM}=={__version__}`",
        )
    return said


def find() -> str | None:
    """The path of the build tool, of whichever version.

    Raises
    ------
    BuildError
        `USECRATE_BUILD` names no file.
    """
    if chosen := os.environ.get("USECRATE_BUILD"):
        if not os.path.isfile(chosen):
            raise BuildError(
                f"cannot build: USECRATE_BUILD names `{chosen}`, which is not a file",
                code="no-build-tool",
                hint=f"set it to the path of `{PROGRAM}`, or unset it",
            )
        return os.path.abspath(chosen)
    # `shutil.which` would do, and take as long to import as all of an import takes.
    name = f"{PROGRAM}.exe" if os.name == "nt" else PROGRAM
    for folder in _folders():
        path = os.path.join(folder, name)
        if folder and os.path.isfile(path) and os.access(path, os.X_OK):
            return os.path.abspath(path)
    return None


def _folders() -> Iterator[str]:
    yield os.path.join(sys.prefix, "Scripts" if os.name == "nt" else "bin")
    yield os.path.dirname(sys.executable)
    yield from os.get_exec_path()


def _in_scheme() -> str | None:
    """Where an installer of this interpreter puts scripts, should that be none of the usual folders."""
    import shutil
    import sysconfig

    return shutil.which(PROGRAM, path=sysconfig.get_path("scripts"))


def _checked(path: str) -> str:
    """What that build tool is; its version is this package's."""
    found = _identity(path)
    version = found.partition("+")[0]
    if version != __version__:
        raise BuildError(
            f"the build tool `{path}` is version {version}, and this is usecrate {__version__}: "
            "they must be the same",
            code="build-tool-version",
            hint=f"install it with `pip install {PROGRAM}=={__version__}`",
        )
    return found


def _identity(path: str) -> str:
    """The build tool's version and hash, from memory, from the record in the cache, or from itself."""
    try:
        status = os.stat(path)
    except OSError as error:
        raise BuildError(f"cannot run the build tool `{path}`: {error}", code="no-build-tool") from None
    mark = [status.st_size, status.st_mtime_ns]
    known = _known.get(path)
    if known is None or known[:2] != mark:
        known = _recorded(path)
        if known is None or known[:2] != mark:
            known = [*mark, _ask(path)]
            _record(path, known)
        _known[path] = known
    return str(known[2])


def _ask(path: str) -> str:
    import subprocess

    try:
        answer = subprocess.run([path, "version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(f"cannot run the build tool `{path}`: {error}", code="no-build-tool") from None
    words = answer.stdout.split()
    found = next((word.lstrip("v") for word in words if word.lstrip("v")[:1].isdigit()), None)
    if answer.returncode != 0 or found is None:
        raise BuildError(
            f"`{path} version` did not tell a version (exit code {answer.returncode})",
            code="no-build-tool",
            details=answer.stderr,
            hint=f"install the build tool again with `pip install {PROGRAM}=={__version__}`",
        )
    return found


def _records() -> dict[str, Any]:
    from ._native import read_json

    try:
        with open(os.path.join(cache_root(), _RECORD), encoding="utf-8") as file:
            records = read_json(file.read())
    except (OSError, ValueError, RuntimeError):  # none yet, damaged, no place for a cache
        return {}
    return records if isinstance(records, dict) else {}


def _recorded(path: str) -> list[Any] | None:
    found = _records().get(path)
    whole = isinstance(found, list) and len(found) == 3 and isinstance(found[2], str)
    return found if whole else None


def _record(path: str, known: list[Any]) -> None:
    """Remembers an answer, where that can be done: it saves time and nothing else."""
    import json

    records = {**_records(), path: known}
    while len(records) > _REMEMBERED:
        del records[next(iter(records))]
    try:
        folder = cache_root()
        os.makedirs(folder, exist_ok=True)
        # The build tool removes what begins so, should this process end in between.
        temporary = os.path.join(folder, f".usecrate-{os.getpid()}-{_RECORD}")
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(records, file)
        os.replace(temporary, os.path.join(folder, _RECORD))
    except (OSError, RuntimeError):
        return
