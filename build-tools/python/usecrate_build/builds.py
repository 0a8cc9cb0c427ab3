"""Builds the crates of a package."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from usecrate.build import build
from usecrate.platforms import artifact_root

from .names import PackageError

# Older than every distribution that is still served: `manylinux2014`.
OLDEST_GLIBC = "2.17"


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
        Cargo cannot tell, such as where it depends on folders beside it.
    """
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
