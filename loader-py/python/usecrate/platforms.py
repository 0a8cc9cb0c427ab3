"""Which target triples this process can load, and where this platform keeps caches."""

from __future__ import annotations

import os
import sys

_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64", "i386": "i686", "x86": "i686"}
_SYSTEMS = {"linux": "linux", "darwin": "apple-darwin", "win32": "windows", "freebsd": "freebsd"}


def _machine() -> str:
    """The architecture of this process, in the words of target triples."""
    if sys.platform == "win32":
        name = os.environ.get("PROCESSOR_ARCHITECTURE", "AMD64")
    else:
        name = os.uname().machine
    machine = _MACHINES.get(name.lower(), name.lower())
    if sys.maxsize <= 2**32:  # a 32-bit process on a 64-bit kernel
        machine = {"x86_64": "i686", "aarch64": "armv7"}.get(machine, machine)
    return machine


def _system() -> str:
    for prefix, system in _SYSTEMS.items():
        if sys.platform.startswith(prefix):
            return system
    return sys.platform


def _libc() -> str:
    """`musl` or `gnu` on Linux, where the interpreter tells; else the empty string."""
    if not sys.platform.startswith("linux"):
        return ""
    multiarch = str(getattr(sys.implementation, "_multiarch", ""))
    return "musl" if "musl" in multiarch else "gnu" if "gnu" in multiarch else ""


def host() -> str:
    """This platform in words, for messages."""
    return "-".join(part for part in (_machine(), _system(), _libc()) if part)


def _family(machine: str) -> str:
    """Architectures that differ in their minimum alone."""
    return "arm" if machine.startswith("arm") else "x86" if machine in ("i586", "i686") else machine


def serves(target: str) -> bool:
    """Whether a library that was built for the target triple can be loaded by this process."""
    machine, _, rest = target.partition("-")
    if _family(machine) != _family(_machine()) or _system() not in rest:
        return False
    libc = _libc()
    return not libc or not rest.startswith(("unknown-linux", "linux")) or libc in rest


def cache_root() -> str:
    """The folder for what can be made again: `USECRATE_CACHE_DIR`, else the platform's cache folder."""
    if chosen := os.environ.get("USECRATE_CACHE_DIR"):
        return os.path.abspath(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        given = os.environ.get("XDG_CACHE_HOME", "")
        base = given if os.path.isabs(given) else os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        raise RuntimeError("there is no home folder to keep a cache in: set USECRATE_CACHE_DIR to a folder")
    return os.path.join(base, "usecrate")


def artifact_root() -> str:
    """The default artifact root: `USECRATE_ARTIFACT_DIR`, else `artifacts` in the cache."""
    if chosen := os.environ.get("USECRATE_ARTIFACT_DIR"):
        return os.path.abspath(chosen)
    return os.path.join(cache_root(), "artifacts")
