"""`import_` and `load_artifact`: from a name or a path to a module handle."""

from __future__ import annotations

import os

from .artifact import MANIFEST, Wanted, choose, find, not_found, registry
from .errors import ArtifactNotFoundError, LoadError
from .manifests import read
from .platforms import artifact_root
from .wrap import Module, module_at, sub_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .loaded import Loaded


def import_(
    module: str | os.PathLike[str],
    version: str | None = None,
    *,
    artifact_dir: str | os.PathLike[str] | None = None,
    features: Sequence[str] | None = None,
    default_features: bool = True,
    config: str | os.PathLike[str] | None = None,
    build_if_missing: bool | None = None,
) -> Module:
    """Gives a Rust crate as a Python module.

    Parameters
    ----------
    module
        A crate's name (``"semver"``, ``"semver@1"``), one of its modules (``"regex::bytes"``), a folder
        (``"./mycrate"``: rebuilt when its sources changed) or ``"git+URL#rev"``.
    version
        Three numbers are exact (``"1.2.3"``), fewer mean the newest that starts so (``"1.2"``), operators
        are a requirement (``">=1,<2"``). Without one: the loaded version, else the newest artifact.
    artifact_dir
        The folder that `usecrate build --out` wrote to; by default the cache.
    features
        Cargo features on top of the default ones.
    default_features
        Whether the crate's default features are on.
    config
        Path of a `usecrate.toml`.
    build_if_missing
        Whether a missing artifact is built. By default it is, unless `artifact_dir` is given.

    Returns
    -------
    Module
        The module handle: the same object for the same artifact.

    Raises
    ------
    ArtifactNotFoundError
        There is no artifact, and none may be built.
    AmbiguousArtifactError
        Several versions lie below `artifact_dir`.
    VersionConflictError
        Another version is loaded from there.
    BuildError
        The build failed.
    LoadError
        The artifact cannot be used.
    """
    spec, path = _split(os.fspath(module), version)
    if isinstance(features, str):
        raise TypeError(
            f"`features` is a list of names, not the text {features!r}: write `features=[{features!r}]`"
        )
    explicit = artifact_dir is not None
    root = os.path.realpath(os.fspath(artifact_dir) if artifact_dir is not None else artifact_root())
    may_build = not explicit if build_if_missing is None else build_if_missing
    options = _Options(features, default_features, None if config is None else os.fspath(config))
    if spec.fetched:
        loaded = _import_source(spec, root, options, may_build=may_build)
    else:
        loaded = _import_named(spec, root, options, explicit=explicit, may_build=may_build)
    return sub_module(loaded, path) if path else module_at(loaded, 0)


class _Options:
    def __init__(self, features: Sequence[str] | None, default_features: bool, config: str | None) -> None:
        self.features = features
        self.default_features = default_features
        self.config = config

    def build(self, spec: str, root: str) -> str:
        """Builds, or finds that nothing is to be done; the manifest's path."""
        from .build import build

        folder = build(
            spec, root, features=self.features, default_features=self.default_features, config=self.config
        )
        return _manifest_path(folder)


class _Spec:
    """A module spec: a name and a version, or the place of sources (`fetched`)."""

    def __init__(self, text: str, version: str | None, fetched: bool) -> None:
        self.text = text
        self.version = version
        self.fetched = fetched

    def __str__(self) -> str:
        return f"{self.text}@{self.version}" if self.version else self.text


def _split(text: str, version: str | None) -> tuple[_Spec, str]:
    """The spec and the Rust path of a module in it."""
    if not text:
        raise ValueError('`import_` takes a crate\'s name, a folder or "git+URL", not an empty string')
    if text.startswith("git+") or _is_folder(text):
        if version is not None:
            raise ValueError(
                f"`{text}` has its own version: leave `version` out, or name a revision as `git+URL#rev`"
            )
        return _Spec(text if text.startswith("git+") else os.path.realpath(text), None, True), ""
    name, _, asked = text.partition("@")
    if asked and version is not None and asked != version:
        raise ValueError(f"two versions are asked for: `{asked}` in `{text}`, and `version={version!r}`")
    # The path may stand behind the name or behind the version: `regex::bytes@1`, `regex@1::bytes`.
    asked, _, tail = asked.partition("::")
    name, _, path = name.partition("::")
    if not name or not all(part.isidentifier() for part in name.replace("-", "_").split("::")):
        raise ValueError(f"`{text}` is not a crate's name, and there is no such folder")
    return _Spec(name, (asked or version or "").strip() or None, False), path or tail


def _is_folder(text: str) -> bool:
    if text.startswith((".", "/", "~")) or os.sep in text or (os.altsep and os.altsep in text):
        return True
    return os.path.isfile(os.path.join(text, "Cargo.toml"))


def _import_source(spec: _Spec, root: str, options: _Options, *, may_build: bool) -> Loaded:
    """From a folder or a git URL: another build takes the place of the loaded one."""
    path = _locate_source(spec, root, options, may_build=may_build)
    return registry.load(path, read(path), root, replace=True)


def _locate_source(spec: _Spec, root: str, options: _Options, *, may_build: bool) -> str:
    """The manifest. Only the build tool knows whether an artifact is up to date, so it is always asked."""
    if not spec.text.startswith("git+") and not os.path.isdir(spec.text):
        raise FileNotFoundError(
            f"there is no folder `{spec.text}`: name a crate's folder, or a crate as `name` or `name@version`"
        )
    if not may_build:
        raise ArtifactNotFoundError(
            f"whether `{spec.text}` changed since it was built is not known without building, and building "
            "is switched off: pass `build_if_missing=True`, or load one artifact with `load_artifact(path)`"
        )
    return options.build(spec.text, root)


def _import_named(spec: _Spec, root: str, options: _Options, *, explicit: bool, may_build: bool) -> Loaded:
    wanted = Wanted(spec.text, spec.version, options.features, options.default_features)
    loaded = registry.get(root, wanted)
    if loaded is not None and options.config is None:
        return loaded
    path = _locate_named(spec, wanted, root, options, explicit=explicit, may_build=may_build)
    return registry.load(path, read(path), root)


def _locate_named(
    spec: _Spec, wanted: Wanted, root: str, options: _Options, *, explicit: bool, may_build: bool
) -> str:
    """The manifest of an artifact below `root`, which is built if it has to be."""
    if options.config is not None and may_build:  # what a configuration adds is in the artifact's key alone
        return options.build(str(spec), root)
    try:
        found = find(root, wanted)
    except LoadError:
        if not may_build:
            raise
        found = []  # a damaged artifact of the cache is built again
    if found:
        return choose(root, wanted, found, explicit=explicit).path
    if not may_build:
        why = (
            "Nothing is built where `artifact_dir` is given (`build_if_missing=True` changes that)."
            if explicit
            else ""
        )
        raise not_found(root, wanted, why=why or "Building is switched off (`build_if_missing=False`).")
    return options.build(str(spec), root)


def locate(
    module: str,
    *,
    artifact_dir: str | None = None,
    features: Sequence[str] | None = None,
    default_features: bool = True,
) -> str:
    """The path of the manifest that `import_` would load, with nothing loaded. See there."""
    spec, _ = _split(module, None)
    root = os.path.realpath(artifact_dir if artifact_dir is not None else artifact_root())
    options = _Options(features, default_features, None)
    may_build = artifact_dir is None
    if spec.fetched:
        return _locate_source(spec, root, options, may_build=may_build)
    wanted = Wanted(spec.text, spec.version, features, default_features)
    return _locate_named(spec, wanted, root, options, explicit=artifact_dir is not None, may_build=may_build)


def _manifest_path(path: str) -> str:
    path = os.path.realpath(path)
    return os.path.join(path, MANIFEST) if os.path.isdir(path) else path


def load_artifact(path: str | os.PathLike[str]) -> Module:
    """Loads the artifact at `path`, its folder or its `manifest.json`, as an artifact root of its own.

    Raises
    ------
    LoadError
        It is not an artifact, is of another version, or for another platform.
    IntegrityError
        Its library is not the one that was built.
    """
    manifest_path = _manifest_path(os.fspath(path))
    if not os.path.isfile(manifest_path):
        raise LoadError(
            f"there is no artifact at `{os.fspath(path)}`: expected a folder with a `{MANIFEST}`, "
            "as `usecrate build` prints"
        )
    loaded = registry.load(manifest_path, read(manifest_path), os.path.dirname(manifest_path), replace=True)
    return module_at(loaded, 0)
