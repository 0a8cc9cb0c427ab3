"""Names that a package and its modules may have."""

from __future__ import annotations

import keyword
import re
import sys

from usecrate.errors import UsecrateError

_DISTRIBUTION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
# What every package has, or needs to be able to import.
_TAKEN = ("usecrate", "usecrate_build")
# PEP 440, in the one way that each version is written.
_VERSION = re.compile(
    r"([1-9]\d*!)?(0|[1-9]\d*)(\.(0|[1-9]\d*))*((a|b|rc)(0|[1-9]\d*))?(\.post(0|[1-9]\d*))?(\.dev(0|[1-9]\d*))?",
    re.ASCII,
)


class PackageError(UsecrateError):
    """A package cannot be made as it was asked for."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\nhint: {hint}" if hint else message)


def import_name(distribution: str) -> str:
    """The name to import a distribution by: the same with underscores.

    Raises
    ------
    PackageError
        It is not one that an installer and `import` take.
    """
    name = re.sub(r"[-.]+", "_", distribution)
    if not _DISTRIBUTION.match(distribution) or not name.isidentifier() or not name.isascii():
        shape = re.sub(r"\W+", "-", distribution, flags=re.ASCII).strip("-_0123456789") or "my-crate"
        raise PackageError(
            f"`{distribution}` cannot be the name of a Python package",
            f"use letters, digits, `-` and `_`, beginning with a letter: such as `{shape}`",
        )
    if keyword.iskeyword(name):
        raise PackageError(
            f"`{name}` is a keyword of Python: it cannot be imported", f"such as `{distribution}-rs` can"
        )
    if name in sys.stdlib_module_names:
        raise PackageError(
            f"`{name}` is a module of Python's standard library: one of the two would hide the other",
            f"such as `{distribution}-rs` is free",
        )
    if name in _TAKEN:
        raise PackageError(f"`{name}` is usecrate's own name", f"such as `my-{distribution}` is free")
    return name


def check_module(name: str, spec: str) -> None:
    """Refuses a name that the module of a crate cannot have in a package.

    Raises
    ------
    PackageError
        It cannot.
    """
    if keyword.iskeyword(name):
        why = "is a keyword of Python: it cannot be imported"
    elif name == "_crates" or name.startswith("__"):
        why = "is a name that the package needs itself"
    else:
        return
    raise PackageError(
        f"`{name}`, the module of {spec}, {why}", f"name it: `--module {name.strip('_')}_rs={spec}`"
    )


def crate_name(spec: str) -> tuple[str | None, str]:
    """`NAME=SPEC` as the name and the spec; without a name, None and the spec."""
    found = re.match(r"([A-Za-z_]\w*)=(?!=)(.+)", spec, re.ASCII)
    return (found[1], found[2]) if found else (None, spec)


def given_version(version: str) -> str:
    """The version that a package was asked to have.

    Raises
    ------
    PackageError
        It is not one of Python's.
    """
    if _VERSION.fullmatch(version):
        return version
    raise PackageError(
        f"`{version}` is not a version of a Python package",
        "it is numbers with dots, perhaps with a word: such as `--version 1.0.0` or `--version 1.0.0rc1`",
    )


def python_version(version: str) -> str:
    """A crate's version as Python writes it: `1.2.3-rc.1` is `1.2.3rc1`.

    Raises
    ------
    PackageError
        Python has no word for it.
    """
    plain, _, _ = version.partition("+")
    release, _, pre = plain.partition("-")
    if not pre:
        return release
    found = re.fullmatch(r"(alpha|beta|pre|rc|dev|a|b)[.-]?(\d*)", pre)
    if not found:
        raise PackageError(
            f"the crate's version {version} has no counterpart among Python's",
            "say which version the package is to have: `--version 1.0.0`",
        )
    word = {"alpha": "a", "beta": "b", "pre": "rc", "dev": ".dev"}.get(found[1], found[1])
    return f"{release}{word}{found[2] or 0}"
