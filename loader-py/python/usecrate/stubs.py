"""The stubs that artifacts carry: read, checked, and written where type checkers look.

Installed, they are the distribution `usecrate-stubs`, a partial stub package: `pip uninstall` removes it.
"""

from __future__ import annotations

import os

from .errors import IntegrityError, LoadError
from .manifests import SUMS, read
from .version import __version__

_DISTRIBUTION = "usecrate-stubs"
_INFO = f"usecrate_stubs-{__version__}.dist-info"


class Stubs:
    """Those of one artifact.

    Parameters
    ----------
    path
        The artifact's manifest.

    Raises
    ------
    LoadError
        It has none.
    IntegrityError
        They are not what was built.
    """

    def __init__(self, path: str) -> None:
        self.name: str = read(path)["crate"]["lib"]
        folder = os.path.dirname(path)
        prefix = f"stubs/{self.name}/"
        self._files: dict[str, bytes] = {}
        with open(os.path.join(folder, SUMS), encoding="utf-8") as file:
            lines = [line.rstrip("\n").split("  ", 1) for line in file]
        for expected, name in lines:
            if name.startswith(prefix):
                self._files[name[len(prefix) :]] = _checked(folder, name, expected)
        if not self._files:
            raise LoadError(
                f"the artifact `{folder}` has no stubs: an older usecrate built it; build it again, by "
                "`usecrate build … --force`"
            )

    def write(self, crates: str) -> str:
        """Writes them as a folder of `crates`, in place of what was there, and gives that folder."""
        import shutil
        import tempfile

        os.makedirs(crates, exist_ok=True)
        target = os.path.join(crates, self.name)
        with tempfile.TemporaryDirectory(prefix=".usecrate-", dir=crates) as staged:
            made = os.path.join(staged, self.name)
            for name, content in self._files.items():
                file = os.path.join(made, *name.split("/"))
                os.makedirs(os.path.dirname(file), exist_ok=True)
                with open(file, "wb") as out:
                    out.write(content)
            if os.path.isdir(target):
                shutil.move(target, os.path.join(staged, "old"))
            os.rename(made, target)
        return target


def _checked(folder: str, name: str, expected: str) -> bytes:
    from ._native import blake3

    try:
        with open(os.path.join(folder, *name.split("/")), "rb") as file:
            content = file.read()
    except OSError as error:
        raise IntegrityError(f"cannot read `{name}` of the artifact `{folder}`: {error.strerror}") from None
    if blake3(content) != expected:
        raise IntegrityError(f"`{name}` of the artifact `{folder}` is not what was built; build it again")
    return content


def environment() -> str:
    """The folder of this environment's packages."""
    import sysconfig

    return sysconfig.get_path("purelib")


def record(folder: str) -> None:
    """Completes `usecrate-stubs`, and says to pip what lies in it: all, whenever it was written."""
    import shutil

    package = os.path.join(folder, _DISTRIBUTION)
    with open(os.path.join(package, "py.typed"), "w", encoding="utf-8") as file:
        file.write("partial\n")
    # Beside a stub package pyright reads the sources of the real one alone, and not its stubs.
    own = os.path.dirname(__file__)
    for name in os.listdir(own):
        if name.endswith(".pyi"):
            shutil.copyfile(os.path.join(own, name), os.path.join(package, name))
    for name in os.listdir(folder):
        if name.startswith("usecrate_stubs-") and name.endswith(".dist-info") and name != _INFO:
            shutil.rmtree(os.path.join(folder, name))  # of another version of usecrate
    info = os.path.join(folder, _INFO)
    os.makedirs(info, exist_ok=True)
    texts = {
        "INSTALLER": "usecrate\n",
        "METADATA": f"Metadata-Version: 2.1\nName: {_DISTRIBUTION}\nVersion: {__version__}\n"
        "Summary: Types of Rust crates, for type checkers: written by `usecrate stubs --install`\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: usecrate\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    for name, text in texts.items():
        with open(os.path.join(info, name), "w", encoding="utf-8") as file:
            file.write(text)
    found = [os.path.join(info, name) for name in (*texts, "RECORD")]
    for at, _, names in os.walk(package):
        found += [os.path.join(at, name) for name in names]
    lines = sorted(os.path.relpath(path, folder).replace(os.sep, "/") for path in found)
    with open(os.path.join(info, "RECORD"), "w", encoding="utf-8") as file:
        file.writelines(f"{line},,\n" for line in lines)
