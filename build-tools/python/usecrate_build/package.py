"""`usecrate package`: from module specs to a Python project, and its wheel."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

from . import builds
from .crates import Crate, exact_spec
from .examples import example
from .files import check_free, replace_folder, staged
from .names import PackageError, check_module, crate_name, given_version, import_name, python_version
from .project import Project, texts
from .publish import record


def run(options: argparse.Namespace) -> int:
    """Runs the command; gives the exit code."""
    try:
        project = _package(options)
    except OSError as error:  # a full disk, a folder that is taken away meanwhile
        raise PackageError(f"the package cannot be written: {error}") from error
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
        given_version(options.version)
    if options.target:
        check_target(options.target)
    named = [crate_name(spec) for spec in options.module]
    if options.config and len(named) > 1:
        raise PackageError(
            "`--config` is for one crate", "crates have their own: `[package.metadata.usecrate]`"
        )
    _check_backend(wheel=options.wheel)
    # What shows in the specs is said before anything is built.
    expected = [(alias or _package_of(spec).replace("-", "_"), spec) for alias, spec in named]
    features = _features(options.features, [name for name, _ in expected])
    # A folder or a repository may hold a crate of another name.
    _check_modules(
        [one for one in expected if one in named or not ("/" in one[1] or builds.is_folder(one[1]))]
    )
    with staged(target, _say) as folder:
        crates = [
            _crate(alias, spec, folder, options, wanted)
            for (alias, spec), wanted in zip(named, features, strict=True)
        ]
        _check_modules([(crate.name, spec) for crate, (_, spec) in zip(crates, named, strict=True)])
        only = crates[0] if len(crates) == 1 else None
        version = options.version or (python_version(only.version) if only else "0.1.0")
        examples = {crate.name: example(crate) for crate in crates}
        project = Project(options.python_package_name, name, version, crates, examples)
        _write(project, folder)
    for crate in crates:
        if not crate.license and not crate.terms():
            _say(
                f"warning: {crate.package} names no licence that is known: nobody may copy it unless its "
                "author allows it"
            )
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
    if target.startswith("universal2"):
        raise PackageError(
            f"`{target}` is two libraries in one file, and each has to run where it is built",
            "make a wheel for each of x86_64-apple-darwin and aarch64-apple-darwin, on such a machine: the "
            "project's `.github/workflows/wheels.yml` does",
        )
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


def _check_backend(*, wheel: bool) -> None:
    from importlib.util import find_spec

    needed = ["hatchling", "tomli_w"]
    if wheel and sys.platform.startswith("linux"):
        needed.append("auditwheel")
    missing = [name.replace("_", "-") for name in needed if find_spec(name) is None]
    if missing:
        raise PackageError(
            f"packages need {' and '.join(missing)}",
            "install what they need: `pip install 'usecrate[package]'`",
        )


def _check_modules(named: list[tuple[str, str]]) -> None:
    """Refuses names that modules cannot have, or that two would; each comes with its crate's spec."""
    by_name: dict[str, str] = {}
    for name, spec in named:
        check_module(name, spec)
        # Some file systems do not tell one from the other.
        if name.lower() in by_name:
            raise PackageError(
                f"{by_name[name.lower()]} and {spec} would both be the module `{name}`",
                f"name one of them: `--module {name}_2={spec}`",
            )
        by_name[name.lower()] = spec


def _features(asked: str, names: list[str]) -> list[list[str]]:
    """The features of each crate: of several, `CRATE/FEATURE` says whose it is."""
    wanted = asked.replace(",", " ").split()
    if len(names) == 1:
        return [wanted]
    found: dict[str, list[str]] = {name: [] for name in names}
    for one in wanted:
        crate, _, feature = one.partition("/")
        if not feature or crate.replace("-", "_") not in found:
            raise PackageError(
                f"`--features {one}` does not say which crate's it is",
                f"with several crates it is `CRATE/FEATURE`, and they are {', '.join(names)}",
            )
        found[crate.replace("-", "_")].append(feature)
    return [found[name] for name in names]


def _crate(
    alias: str | None, spec: str, folder: Path, options: argparse.Namespace, features: list[str]
) -> Crate:
    """Builds a crate, and says how it is to be built again."""
    source: Path | None = None
    at = spec
    if builds.is_folder(spec):
        place = Path(os.path.expanduser(spec)).resolve()
        # Its name decides the folder's, which has to be known before it is built.
        source = _unused(folder / "crates" / (alias or place.name.replace("-", "_")))
        source.parent.mkdir(exist_ok=True)
        builds.sources(place, source)
        own = place / "usecrate.toml"
        if own.is_file() and not (source / own.name).exists():
            shutil.copy(own, source)
        at = str(source)
    config = Path(options.config) if options.config else None
    artifact = builds.pinned(
        at,
        None,
        features=features,
        default_features=not options.no_default_features,
        config=config,
        warn=lambda _: None,  # whoever builds the wheel is told
    )
    manifest = json.loads((artifact / "manifest.json").read_text("utf-8"))
    about = manifest["crate"]
    lib = alias or str(about["lib"])
    return Crate(
        name=lib,
        spec=f"./crates/{source.name}" if source else exact_spec(about),
        artifact=artifact,
        features=features,
        default_features=not options.no_default_features,
        config=config.read_text("utf-8") if config else None,
    )


def _package_of(spec: str) -> str:
    """The crate's name in a spec, as far as it shows."""
    if builds.is_folder(spec):
        return Path(os.path.expanduser(spec)).resolve().name
    return spec.partition("#")[0].rstrip("/").removesuffix(".git").rpartition("/")[2].partition("@")[0]


def _unused(folder: Path) -> Path:
    """The folder, or one that is named after it, where it is another crate's."""
    found = folder
    for number in count(2):
        if not found.exists():
            break
        found = folder.with_name(f"{folder.name}_{number}")
    return found


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
    record(folder)


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
