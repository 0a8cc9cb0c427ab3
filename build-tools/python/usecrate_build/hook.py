"""What a generated project calls when its wheel is built: puts artifacts in place, says what they run on."""

from __future__ import annotations

import atexit
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from usecrate.errors import BuildError, UsecrateError
from usecrate.manifests import is_for_here
from usecrate.platforms import host

from . import builds, wheels
from .crates import LOCK, MANIFEST, SBOM, exact_spec
from .files import replace_folder
from .names import PackageError

_NO_RUST = ("no-toolchain", "toolchain-too-old", "toolchain-broken", "no-build-tool")


def fill(root: str, config: dict[str, Any], version: str, build_data: dict[str, Any]) -> None:
    """Builds what `[tool.usecrate]` names into the package's folder, and tells hatchling what to do with it.

    `version` is hatchling's word for the kind of wheel; what is there for this platform already is enough for
    an `editable` one. Ends the process where it cannot be done.
    """
    try:
        _fill(Path(root), config, version, build_data)
    except BuildError as error:
        text = _without_rust(config, error) if error.code in _NO_RUST else f"error: {error}"
        sys.exit(text)
    except (UsecrateError, OSError) as error:
        sys.exit(f"error: {error}")


def _fill(root: Path, config: dict[str, Any], version: str, build_data: dict[str, Any]) -> None:
    package, crates = _settings(root, config)
    place = root / "src" / package / "_crates"
    place.mkdir(parents=True, exist_ok=True)
    manifests: list[dict[str, Any]] = []
    sboms = Path(tempfile.mkdtemp(prefix="usecrate-sboms-"))
    atexit.register(shutil.rmtree, sboms, ignore_errors=True)
    for name, crate in crates.items():
        lock = root / "crates" / f"{name}.lock"
        artifact = place / name
        if version != "editable" or not _is_current(root, name, crate, artifact):
            built = _built(root, name, crate, lock)
            target = _manifest(built)["build"]["target"]
            if not is_for_here(target):
                raise PackageError(
                    f"the Rust here builds for {target}, and this Python runs on {host()}",
                    "use a Python that runs on it, or a toolchain of this platform: `rustup toolchain list`",
                )
            replace_folder(built, artifact)
        manifests.append(_manifest(artifact))
        shutil.copy(artifact / SBOM, sboms / f"{name}.cdx.json")
    # Nothing but what was built now goes into the wheel.
    for left in sorted(place.iterdir()):
        if left.name not in crates:
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    libraries = [
        place / name / manifest["library"]["path"] for name, manifest in zip(crates, manifests, strict=True)
    ]
    build_data["pure_python"] = False
    build_data["tag"] = f"py3-none-{wheels.platform(manifests[0]['build']['target'], libraries)}"
    build_data["sbom_files"] += [str(path) for path in sorted(sboms.iterdir())]


def _settings(root: Path, config: dict[str, Any]) -> tuple[str, dict[str, dict[str, Any]]]:
    """The package's folder and its crates, as they are now: the project is its owner's to edit."""
    settings = config.get("tool", {}).get("usecrate", {})
    package, crates = settings.get("package"), settings.get("crates")
    if not isinstance(package, str) or not isinstance(crates, dict) or not crates:
        raise PackageError(
            f"`{root / 'pyproject.toml'}` does not say which crates it packages",
            '`[tool.usecrate]` has `package = "NAME"`, `[tool.usecrate.crates.CRATE]` the `spec` of a crate',
        )
    found = cast("dict[str, dict[str, Any]]", crates)
    for name, crate in found.items():
        if not isinstance(crate.get("spec"), str):
            raise PackageError(
                f"`[tool.usecrate.crates.{name}]` has no `spec`", f'such as `spec = "{name}@1"`'
            )
        if not (root / "crates" / f"{name}.lock").is_file():
            raise PackageError(
                f"there is no `crates/{name}.lock`, which says what `{name}` is built of",
                "get it back, or make the project again: `usecrate package --force`",
            )
    return package, found


def _manifest(artifact: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((artifact / MANIFEST).read_text("utf-8"))
    return found


def _is_current(root: Path, name: str, crate: dict[str, Any], artifact: Path) -> bool:
    """Whether an artifact is there that these settings and this lock file gave, for this platform.

    Whether it was made of the sources in the project nobody can tell without cargo.
    """
    lock, config = root / "crates" / f"{name}.lock", root / "crates" / f"{name}.toml"
    try:
        manifest = _manifest(artifact)
        about, made = manifest["crate"], manifest["build"]
        return (
            crate["spec"] == exact_spec(about)
            and sorted(crate.get("features", ())) == sorted(about["features"])
            and bool(crate.get("default-features", True)) == about["default_features"]
            and (config.read_text("utf-8") if config.is_file() else None) == made.get("config")
            and (artifact / LOCK).read_text("utf-8") == lock.read_text("utf-8")
            and is_for_here(made["target"])
        )
    except (OSError, ValueError, KeyError):
        return False


def _built(root: Path, name: str, crate: dict[str, Any], lock: Path) -> Path:
    """The artifact of a crate."""
    spec = str(crate["spec"])
    config = root / "crates" / f"{name}.toml"
    return builds.pinned(
        str(root / spec) if spec.startswith("./") else spec,
        lock,
        features=crate.get("features", ()),
        default_features=bool(crate.get("default-features", True)),
        config=config if config.is_file() else None,
        warn=_warn,
    )


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr, flush=True)


def _without_rust(config: dict[str, Any], error: BuildError) -> str:
    """Why nothing can be built here, and what else there is."""
    project = config["project"]
    name, version = str(project["name"]), str(project["version"])
    found = _wheels(name, version)
    lines = [
        f"error: {name} {version} has no wheel that fits this platform ({host()}), and cannot be built here:",
        f"  {BuildError(*error.args, code=error.code, details=error.details)}",
    ]
    if found:
        lines += ["these wheels exist:", *(f"  {wheel}" for wheel in found)]
    elif found is not None:
        lines.append("the index has no wheel of this version at all")
    fix = error.hint or "install Rust from https://rustup.rs and try again"
    lines.append(f"hint: {fix}; or use a platform that has a wheel")
    return "\n".join(lines)


def _wheels(name: str, version: str) -> list[str] | None:
    """The wheels that PyPI has of a version; None where it does not answer."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(f"https://pypi.org/pypi/{name}/{version}/json", timeout=5) as answer:
            files = json.load(answer)["urls"]
    except HTTPError as error:
        return [] if error.code == 404 else None
    except (OSError, ValueError, KeyError):
        return None
    return sorted(str(file["filename"]) for file in files if str(file["filename"]).endswith(".whl"))
