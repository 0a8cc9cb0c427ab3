"""Builds the crates of a package."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Callable, Generator, Sequence
from importlib.util import find_spec
from pathlib import Path

from usecrate.build import build
from usecrate.build import lock as lock_of
from usecrate.errors import BuildError
from usecrate.platforms import artifact_root, host

from .names import PackageError

# The oldest that Rust serves, `manylinux2014`, and that of the oldest distributions still looked after.
GLIBCS = ("2.17", "2.28")
_DOES_NOT_LINK = (
    "crate-does-not-compile",
    "bridge-does-not-compile",
    "bridge-rejected",
    "static-tls",
    "library-exports",
)


def artifact(
    spec: str,
    *,
    features: Sequence[str] = (),
    default_features: bool = True,
    config: Path | None = None,
    lock: Path | None = None,
    extra: Sequence[str] = (),
) -> Path:
    """The artifact of a crate, in the cache, built if it is not there.

    Raises
    ------
    BuildError
        It cannot be built.
    """
    words = list(extra)
    if lock is not None:
        words += ["--lockfile", os.fspath(lock)]
    named = None if config is None else os.fspath(config)
    options = {"features": features, "default_features": default_features, "config": named}
    return Path(build(spec, artifact_root(), extra=words, **options))  # type: ignore[arg-type]


def pinned(
    spec: str,
    lock: Path | None,
    *,
    features: Sequence[str] = (),
    default_features: bool = True,
    config: Path | None = None,
    warn: Callable[[str], None],
) -> Path:
    """The artifact of a crate by a lock file, for systems as old as it allows: what a wheel holds.

    Without a lock file it is the one that cargo would make now; so what is built for a project is what its
    wheel is built of, and that is there already.

    Raises
    ------
    BuildError
        It cannot be built.
    """
    if lock is None:
        named = None if config is None else os.fspath(config)
        text = lock_of(
            spec, artifact_root(), features=features, default_features=default_features, config=named
        )
        with tempfile.TemporaryDirectory(prefix="usecrate-lock-") as folder:
            place = Path(folder, "Cargo.lock")
            place.write_text(text, "utf-8", newline="\n")
            return pinned(
                spec, place, features=features, default_features=default_features, config=config, warn=warn
            )

    def build(*extra: str) -> Path:
        return artifact(
            spec, features=features, default_features=default_features, config=config, lock=lock, extra=extra
        )

    old = zig()
    if old is None:
        warn("what links for older systems is not installed: `pip install 'usecrate[package]'`")
    for glibc in GLIBCS if old else ():
        try:
            with variables(**(old or {})):
                return build("--glibc", glibc)
        except BuildError as error:
            if error.code not in _DOES_NOT_LINK:
                raise
            warn(f"`{spec}` cannot be built for glibc {glibc}: {error}")
    return build()


@contextlib.contextmanager
def variables(**values: str) -> Generator[None, None, None]:
    """Sets variables of the environment, for what is started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def zig() -> dict[str, str] | None:
    """What has to be in the environment to link for older systems, nothing where that is not a question.
    None where what does it is not installed."""
    if not host().endswith("-gnu"):
        return {}
    found = find_spec("ziglang")
    folders = (sysconfig.get_path("scripts"), os.path.dirname(sys.executable), *os.get_exec_path())
    program = shutil.which("cargo-zigbuild", path=os.pathsep.join(folders))
    if found is None or not found.submodule_search_locations or program is None:
        return None
    path = os.pathsep.join([os.path.dirname(program), os.environ.get("PATH", "")])
    return {"CARGO_ZIGBUILD_ZIG_PATH": os.path.join(found.submodule_search_locations[0], "zig"), "PATH": path}


def is_folder(spec: str) -> bool:
    """Whether a spec names a local crate."""
    return (
        spec.startswith(("./", "../", "/", "~", ".\\", "..\\")) or spec in (".", "..") or os.path.isdir(spec)
    )


def sources(folder: Path, out: Path) -> None:
    """The sources of a local crate as cargo would publish them: without its workspace, and what is ignored.

    Raises
    ------
    PackageError
        Cargo cannot tell, such as where it depends on folders beside it, or there is no crate.
    """
    if not (folder / "Cargo.toml").is_file():
        raise PackageError(f"there is no crate in `{folder}`", "give a folder with a `Cargo.toml`")
    cargo = shutil.which("cargo")
    if cargo is None:
        raise PackageError("cargo is not on PATH", "install Rust from https://rustup.rs")
    with tempfile.TemporaryDirectory() as scratch:
        command = [cargo, "package", "--no-verify", "--allow-dirty", "--quiet", "--target-dir", scratch]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        found = sorted(Path(scratch, "package").glob("*.crate"))
        if done.returncode != 0 or len(found) != 1:
            said = done.stderr.strip() or "it gave no package"
            raise PackageError(
                f"cargo cannot pack the sources of `{folder}`, which the package carries:\n{said}",
                "publish what it depends on, or package it from its repository: `git+URL#rev`",
            )
        unpacked = Path(scratch, "sources")
        with tarfile.open(found[0]) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(unpacked, filter="data")
            else:
                archive.extractall(unpacked)
        (inner,) = unpacked.iterdir()
        # What cargo adds: where it was packed, and the manifest before that.
        for extra in (".cargo_vcs_info.json", "Cargo.toml.orig"):
            (inner / extra).unlink(missing_ok=True)
        shutil.copytree(inner, out)
