"""The platform that a wheel is honestly for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from .names import PackageError

# What macOS is asked to build for, as Rust does; the newer machine has never run an older system.
_MACOS = {"x86_64": "10.12", "arm64": "11.0"}
# What wheels call a machine, where it is not as Rust does.
_MACHINES = {"armv7": "armv7l", "i586": "i686", "powerpc64le": "ppc64le", "riscv64gc": "riscv64"}
# Installers that are older than the numbers know these.
_OLD_WORDS = {
    "manylinux_2_17": "manylinux2014",
    "manylinux_2_12": "manylinux2010",
    "manylinux_2_5": "manylinux1",
}


def platform(target: str, libraries: Sequence[Path]) -> str:
    """The platform's words in the name of a wheel that holds these libraries.

    Raises
    ------
    PackageError
        Nobody can tell.
    """
    machine = target.partition("-")[0]
    if "apple-darwin" in target:
        machine = {"aarch64": "arm64"}.get(machine, machine)
        oldest = os.environ.get("MACOSX_DEPLOYMENT_TARGET") or _MACOS.get(machine, "11.0")
        major, _, minor = oldest.partition(".")
        return f"macosx_{major}_{minor or 0}_{machine}"
    if "windows" in target:
        return {"x86_64": "win_amd64", "aarch64": "win_arm64"}.get(machine, "win32")
    if "linux" not in target:
        return sysconfig.get_platform().replace("-", "_").replace(".", "_")
    machine = _MACHINES.get(machine, machine)
    tag = _judged(libraries, machine)
    name = tag.removesuffix(f"_{machine}")
    return f"{_OLD_WORDS[name]}_{machine}.{tag}" if name in _OLD_WORDS else tag


def _judged(libraries: Sequence[Path], machine: str) -> str:
    """What auditwheel says of a wheel that holds these libraries alone."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, f"judged-0-py3-none-linux_{machine}.whl")
        info = "judged-0.dist-info"
        inside = {f"judged/{number}/{library.name}": library for number, library in enumerate(libraries)}
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, library in inside.items():
                archive.write(library, name)
            tag = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-linux_{machine}\n"
            archive.writestr(f"{info}/WHEEL", tag)
            archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: judged\nVersion: 0\n")
            # It looks at what is listed.
            archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in inside))
        command = [sys.executable, "-m", "auditwheel", "show", "--json", str(wheel)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return str(json.loads(done.stdout)["overall_tag"])
    except (ValueError, KeyError):
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PackageError(
            f"auditwheel cannot say which systems the wheel is for: {said[-1] if said else done.returncode}",
            "" if find_spec("auditwheel") else "install it with `pip install 'usecrate[package]'`",
        ) from None
