"""`usecrate verify-build`: builds what is in an artifact or a wheel again, elsewhere, and compares bytes."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from usecrate.tool import generator

from . import builds
from .crates import LOCK, MANIFEST, SBOM, exact_spec
from .names import PackageError
from .package import build_wheel


def run(options: argparse.Namespace) -> int:
    """Runs the command; gives the exit code."""
    target = Path(options.target)
    source = None if options.source is None else Path(options.source)
    if not target.exists():
        raise PackageError(f"there is no `{target}`", "give a wheel, or an artifact's folder")
    with tempfile.TemporaryDirectory(prefix="usecrate-verify-") as name:
        scratch = Path(name)
        compare = artifact if target.is_dir() else wheel
        differences = compare(target, source, scratch)
    if differences:
        print(f"`{target}` is not what is built again:")
        for difference in differences:
            print(f"  {difference}")
        return 1
    print(f"`{target}` was built again: every byte is the same")
    return 0


def wheel(path: Path, project: Path | None, scratch: Path) -> list[str]:
    """How a wheel differs from what is built: its artifacts, and with its project all of it."""
    if not zipfile.is_zipfile(path):
        raise PackageError(f"`{path}` is neither a wheel nor an artifact's folder")
    inside = scratch / "wheel"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(inside)
    found = sorted(inside.glob(f"*/_crates/*/{MANIFEST}"))
    if not found:
        raise PackageError(f"`{path}` holds no artifact", "it is not a wheel that `usecrate package` makes")
    if project is not None:
        copy = scratch / "project"
        # Of the project's own folder alone: sources of a crate may have a `dist`, too.
        left_out = {str(project): {"dist", ".git", ".venv"}}
        shutil.copytree(
            project, copy, ignore=lambda at, names: {*left_out.get(str(at), ()), *({"_crates"} & {*names})}
        )
        with builds.variables(USECRATE_CACHE_DIR=str(scratch / "cache")):
            again = build_wheel(copy)
        if again.name != path.name:
            return [f"it is named {path.name}, and now {again.name}"]
        if again.read_bytes() == path.read_bytes():
            return []
        other = scratch / "again"
        with zipfile.ZipFile(again) as archive:
            archive.extractall(other)
        return _differences(inside, other) or ["the files in it are the same, and packed in another way"]
    differences: list[str] = []
    for manifest in found:
        each = scratch / manifest.parent.name
        each.mkdir()
        differences += (f"{manifest.parent.name}/{one}" for one in artifact(manifest.parent, None, each))
    return differences


def artifact(path: Path, source: Path | None, scratch: Path) -> list[str]:
    """How an artifact differs from what is built of the same crate, by the same lock file, elsewhere."""
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
        told = json.loads((path / SBOM).read_text("utf-8"))["metadata"].get("properties") or ()
        properties = {str(one["name"]): str(one["value"]) for one in told}
    except (OSError, ValueError, KeyError) as error:
        raise PackageError(f"`{path}` is not an artifact of this version: {error}") from None
    crate, made = manifest["crate"], manifest["build"]
    if "usecrate:pinned" not in properties:
        raise PackageError(
            f"{crate['name']} was built without a lock file there: paths of its machine are in it",
            "`usecrate build --lockfile` and `usecrate package` build what can be built again",
        )
    now = generator()
    if now != manifest["generator"]:
        raise PackageError(
            f"it was built by usecrate-build {manifest['generator']}, and this is {now or 'none'}",
            f"install it: `pip install usecrate-build=={str(manifest['generator']).partition('+')[0]}`",
        )
    config = None
    if made.get("config") is not None:
        config = scratch / "usecrate.toml"
        config.write_text(made["config"], "utf-8", newline="\n")
    extra = ["--profile", str(made["profile"])]
    if glibc := properties.get("usecrate:glibc"):
        extra += ["--glibc", glibc]
    variables = (builds.zig() or {}) if glibc else {}
    root = scratch / "artifacts"
    with builds.variables(
        USECRATE_CACHE_DIR=str(scratch / "cache"), USECRATE_ARTIFACT_DIR=str(root), **variables
    ):
        again = builds.artifact(
            _spec(crate, source),
            features=crate["features"],
            default_features=crate["default_features"],
            config=config,
            lock=path / LOCK,
            extra=extra,
        )
    rustc = json.loads((again / MANIFEST).read_text("utf-8"))["build"]["rustc"]
    if rustc != made["rustc"]:
        raise PackageError(
            f"it was built by {made['rustc']}, and this is {rustc}",
            f"choose that one: `RUSTUP_TOOLCHAIN={str(made['rustc']).split()[1]}`",
        )
    return _differences(path, again)


def _spec(crate: dict[str, Any], source: Path | None) -> str:
    if crate["source"] == "path":
        if source is None:
            raise PackageError(
                f"{crate['name']} was built from a folder",
                "say where its sources are: `--source DIR`",
            )
        return str(source.resolve())
    return exact_spec(crate)


def _differences(left: Path, right: Path) -> list[str]:
    """The files of two folders that are not the same, each with how."""
    sums = [_sums(left), _sums(right)]
    found: list[str] = []
    for name in sorted({*sums[0], *sums[1]}):
        before, after = sums[0].get(name), sums[1].get(name)
        if before is None or after is None:
            found.append(f"{name} is {'not built' if after is None else 'missing in it'}")
        elif before != after:
            found.append(f"{name}: SHA-256 {before[:16]}..., now {after[:16]}...")
    return found


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
