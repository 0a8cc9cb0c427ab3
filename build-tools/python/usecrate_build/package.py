"""`usecrate package`: from module specs to a Python project, and its wheel."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import builds
from .crates import Crate
from .examples import example
from .files import check_free, replace_folder, staged
from .names import PackageError, crate_name, import_name, python_version
from .project import Project, texts


def run(options: argparse.Namespace) -> int:
    """Runs the command; gives the exit code."""
    project = _package(options)
    print(build_wheel(project) if options.wheel else project)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _package(options: argparse.Namespace) -> Path:
    """Generates the project; gives its folder."""
    name = import_name(options.python_package_name)
    target = Path(options.out, options.python_package_name).absolute()
    check_free(target, force=options.force)
    if options.version:
        python_version(options.version)
    if options.target:
        check_target(options.target)
    named = [crate_name(spec) for spec in options.module]
    if options.config and len(named) > 1:
        raise PackageError(
            "`--config` is for one crate", "crates have their own: `[package.metadata.usecrate]`"
        )
    if options.wheel:
        _check_backend()
    with staged(target) as folder:
        crates = [_crate(alias, spec, folder, options, len(named)) for alias, spec in named]
        _check_clashes(crates)
        only = crates[0] if len(crates) == 1 else None
        version = options.version or (python_version(only.version) if only else "0.1.0")
        examples = {crate.name: example(crate) for crate in crates}
        project = Project(options.python_package_name, name, version, crates, examples)
        _write(project, folder)
    for crate in crates:
        if not crate.license and crate.license_files() == []:
            _say(f"warning: {crate.package} names no licence: nobody may copy it unless its author allows it")
    _say(f"made {target}: " + ", ".join(f"{crate.package} {crate.version}" for crate in crates))
    return target


def check_target(target: str) -> None:
    """Refuses what cannot be built here.

    Raises
    ------
    PackageError
        It is another platform's: a library is asked what it serves, so it has to run where it is built.
    """
    rustc = shutil.which("rustc")
    if rustc is None:
        return  # what builds says so better
    shown = subprocess.run([rustc, "-vV"], capture_output=True, text=True, check=False).stdout
    here = next((line[6:] for line in shown.splitlines() if line.startswith("host: ")), "")
    if target == here:
        return
    known = subprocess.run(
        [rustc, "--print", "target-list"], capture_output=True, text=True, check=False
    ).stdout
    if target not in known.split():
        raise PackageError(f"Rust knows no target `{target}`", "`rustc --print target-list` shows all")
    sysroot = subprocess.run(
        [rustc, "--print", "sysroot"], capture_output=True, text=True, check=False
    ).stdout
    if not Path(sysroot.strip(), "lib", "rustlib", target, "lib").is_dir():
        missing = f", and the target is not installed (`rustup target add {target}`)"
    else:
        missing = ""
    raise PackageError(
        f"a wheel for {target} cannot be built on {here}: a library is asked what it serves before it is "
        f"sealed, so it has to run where it is built{missing}",
        "build it on such a machine: the project's `.github/workflows/wheels.yml` does so for Linux, "
        "macOS and Windows",
    )


def _check_backend() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("hatchling", "auditwheel") if find_spec(name) is None]
    if missing:
        raise PackageError(
            f"`--wheel` needs {' and '.join(missing)}", "install them with `pip install 'usecrate[package]'`"
        )


def _check_clashes(crates: list[Crate]) -> None:
    by_name: dict[str, Crate] = {}
    for crate in crates:
        other = by_name.setdefault(crate.name, crate)
        if other is not crate:
            raise PackageError(
                f"{other.package} {other.version} and {crate.package} {crate.version} would both be the "
                f"module `{crate.name}`",
                f"name one of them: `--module {crate.name}_2={crate.spec}`",
            )


def _crate(alias: str | None, spec: str, folder: Path, options: argparse.Namespace, count: int) -> Crate:
    """Builds a crate, and says how it is to be built again."""
    wanted: list[str] = [one for one in str(options.features).replace(",", " ").split() if one]
    local = builds.is_folder(spec)
    source: Path | None = None
    at = spec
    if local:
        place = Path(os.path.expanduser(spec)).resolve()
        # Its name decides the folder's, which has to be known before it is built.
        source = folder / "crates" / (alias or place.name.replace("-", "_"))
        source.parent.mkdir(exist_ok=True)
        builds.sources(place, source)
        own = place / "usecrate.toml"
        if own.is_file() and not (source / own.name).exists():
            shutil.copy(own, source)
        at = str(source)
    name = alias or ""
    features = wanted
    if count > 1:
        crate = name or _package_of(spec)
        features = [
            one.partition("/")[2]
            for one in wanted
            if one.partition("/")[0] in (crate, crate.replace("_", "-"))
        ]
    config = Path(options.config) if options.config else None
    artifact = builds.artifact(
        at, features=features, default_features=not options.no_default_features, config=config
    )
    manifest = json.loads((artifact / "manifest.json").read_text("utf-8"))
    about = manifest["crate"]
    lib = name or str(about["lib"])
    exact = f"{about['name']}@{about['version']}"
    if local:
        exact = f"./crates/{source.name}" if source else exact
    elif spec.startswith("git+"):
        url, _, commit = str(about["origin"]).rpartition("#")
        exact = f"git+{url.partition('?')[0]}#{commit}"
    return Crate(
        name=lib,
        spec=exact,
        artifact=artifact,
        features=features,
        default_features=not options.no_default_features,
        config=config.read_text("utf-8") if config else None,
    )


def _package_of(spec: str) -> str:
    """The crate's name in a spec, as far as it shows."""
    return spec.partition("#")[0].rstrip("/").rpartition("/")[2].partition("@")[0]


def _write(project: Project, folder: Path) -> None:
    for path, text in texts(project).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8", newline="\n")
    for crate in project.crates:
        licenses = folder / "licenses" / crate.name
        licenses.mkdir(parents=True)
        for file in crate.license_files():
            shutil.copy(file, licenses)
        package = folder / "src" / project.name
        replace_folder(crate.artifact, package / "_crates" / crate.name)
        if crate.stubs().is_dir():
            shutil.copytree(
                crate.stubs(), package if project.only else package / crate.name, dirs_exist_ok=True
            )


def build_wheel(project: Path) -> Path:
    """Builds a project's wheel by its own build backend; gives its path.

    Raises
    ------
    PackageError
        It cannot be built.
    """
    _say("building the wheel")
    code = "import sys, hatchling.build as backend; print(backend.build_wheel(sys.argv[1]))"
    dist = project / "dist"
    done = subprocess.run(
        [sys.executable, "-c", code, str(dist)], cwd=project, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise PackageError(
            f"the wheel of `{project}` cannot be built: what was said stands above",
            "the project itself is whole: build it by `python -m build`",
        )
    return dist / done.stdout.split()[-1]
