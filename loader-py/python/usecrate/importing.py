"""`import_`: from a name or a path to a module handle."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os

from ._native import Module, module_at, read_manifest, registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._native import Opened
    from .errors import LoadError
    from .locate import Options, Spec


def import_(
    module: str | os.PathLike[str],
    version: str | None = None,
    *,
    artifact_dir: str | os.PathLike[str] | None = None,
    features: Sequence[str] | None = None,
    default_features: bool = True,
    config: str | os.PathLike[str] | None = None,
    instantiate: Sequence[str] | None = None,
    build_if_missing: bool | None = None,
    refetch: bool = False,
) -> Module:
    """Gives a Rust crate as a Python module.

    Parameters
    ----------
    module
        A crate's name (``"semver"``, ``"semver@1"``), one of its modules (``"regex::bytes"``), a folder
        (``"./mycrate"``: rebuilt when its sources changed), a file of Rust source (``"./thing.rs"``) or
        ``"git+URL#rev"``.
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
    instantiate
        Instances of generic items, besides those of the configuration, as Rust writes them:
        ``["parse<u32>", "Row::get<usize, String>"]``.
    build_if_missing
        Whether a missing artifact is built, and one that is damaged, or that another usecrate made, built
        again. By default it is, unless `artifact_dir` is given.
    refetch
        Whether the registry or repository is asked anew what `module` means, though an artifact that fits is
        there. What is newer than that is built.

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
    from .locate import Options, split
    from .platforms import artifact_root

    spec, path = split(os.fspath(module), version)
    if isinstance(features, str):
        raise TypeError(
            f"`features` is a list of names, not the text {features!r}: write `features=[{features!r}]`"
        )
    if isinstance(instantiate, str):
        raise TypeError(
            f"`instantiate` is a list of instances, not the text {instantiate!r}: write "
            f"`instantiate=[{instantiate!r}]`"
        )
    explicit = artifact_dir is not None
    root = os.path.realpath(os.fspath(artifact_dir) if artifact_dir is not None else artifact_root())
    may_build = not explicit if build_if_missing is None else build_if_missing
    if refetch and not may_build:
        raise ValueError(
            "`refetch=True` may have to build, and building is switched off: pass `build_if_missing=True`"
        )
    named = None if config is None else os.fspath(config)
    options = Options(features, default_features, named, refetch, instantiate)
    if spec.fetched:
        opened = _import_source(spec, root, options, may_build=may_build)
    else:
        opened = _import_named(spec, root, options, explicit=explicit, may_build=may_build)
    if not path:
        return module_at(opened, 0)
    from .wrap import sub_module

    return sub_module(opened, path)


def _import_source(spec: Spec, root: str, options: Options, *, may_build: bool) -> Opened:
    """From a folder or a git URL: another build takes the place of the loaded one."""
    from .errors import LoadError
    from .locate import locate_source

    path = locate_source(spec, root, options, may_build=may_build)
    try:
        return registry.load(path, read_manifest(path), root, replace=True)
    except LoadError as error:  # damaged or replaced since the build tool saw it
        _say_again(error)
    path = locate_source(spec, root, options, may_build=may_build)
    return registry.load(path, read_manifest(path), root, replace=True)


def _import_named(spec: Spec, root: str, options: Options, *, explicit: bool, may_build: bool) -> Opened:
    from .artifact import Wanted
    from .errors import IntegrityError
    from .locate import locate_named

    wanted = Wanted(spec.text, spec.version, options.features, options.default_features)
    opened = registry.get(root, wanted)
    if opened is not None and not options.configured and not options.refetch:
        return opened
    path, manifest = locate_named(spec, wanted, root, options, explicit=explicit, may_build=may_build)
    try:
        return registry.load(path, manifest, root)
    except IntegrityError as error:
        again = options.build_again(manifest, root) if may_build else None
        if again is None:
            raise
        _say_again(error)
    return registry.load(again, read_manifest(again), root)


def _say_again(error: LoadError) -> None:
    import logging

    logging.getLogger("usecrate").warning("%s; it was built again", error)
