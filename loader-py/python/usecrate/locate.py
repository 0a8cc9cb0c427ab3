"""From a module spec to a manifest: parses the spec, looks for an artifact, builds it where it may."""

from __future__ import annotations

import os

from ._native import manifest_path
from .artifact import Wanted, choose, find, not_found
from .conflicts import same_build
from .errors import ArtifactNotFoundError, BuildError
from .manifests import read
from .platforms import artifact_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .artifact import Found
    from .model import Manifest
    from .scripts import Script

# Why a build tool that is there cannot build here and now, whatever the crate is.
_NOT_HERE = frozenset(
    [
        "build-tool-version",
        "cannot-write",
        "disk-full",
        "no-build-tool",
        "no-network",
        "no-toolchain",
        "offline",
        "toolchain-broken",
        "toolchain-too-old",
    ]
)


class Options:
    def __init__(
        self,
        features: Sequence[str] | None,
        default_features: bool,
        config: str | None,
        refetch: bool = False,
        instantiate: Sequence[str] | None = None,
    ) -> None:
        self.features = features
        self.default_features = default_features
        self.config = config
        self.refetch = refetch
        self.instantiate = instantiate or ()

    @property
    def configured(self) -> bool:
        """Whether more is asked for than the crate: that is in the artifact's key alone."""
        return self.config is not None or bool(self.instantiate)

    def build(self, spec: str, root: str) -> str:
        """Builds, or finds that nothing is to be done; the manifest's path."""
        from .build import build

        folder = build(
            spec,
            root,
            features=self.features,
            default_features=self.default_features,
            config=self.config,
            extra=[
                *(["--refetch"] if self.refetch else []),
                *(f"--instantiate={one}" for one in self.instantiate),
            ],
        )
        return manifest_path(folder)

    def build_again(self, manifest: Manifest, root: str) -> str | None:
        """Builds an artifact again, with the configuration that it was built with. The manifest's path, or
        None where its sources are not known."""
        crate, config = manifest["crate"], manifest["build"].get("config")
        if crate["source"] != "registry":
            return None
        spec = f"{crate['name']}@{crate['version']}"
        if self.configured or config is None:
            asked = self.instantiate
            return Options(
                crate["features"], crate["default_features"], self.config, instantiate=asked
            ).build(spec, root)
        import tempfile

        with tempfile.TemporaryDirectory(prefix="usecrate-") as folder:
            path = os.path.join(folder, "usecrate.toml")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(config)
            return Options(crate["features"], crate["default_features"], path).build(spec, root)


class Spec:
    """A module spec: a name and a version, or the place of sources (`fetched`), perhaps of a single file."""

    def __init__(self, text: str, version: str | None, fetched: bool, script: Script | None = None) -> None:
        self.text = text
        self.version = version
        self.fetched = fetched
        self.script = script

    def __str__(self) -> str:
        return f"{self.text}@{self.version}" if self.version else self.text


def split(text: str, version: str | None) -> tuple[Spec, str]:
    """The spec and the Rust path of a module in it."""
    if not text:
        raise ValueError('`import_` takes a crate\'s name, a folder or "git+URL", not an empty string')
    is_file = text.endswith(".rs") and not text.startswith("git+")
    if text.startswith("git+") or is_file or _is_folder(text):
        if version is not None:
            raise ValueError(
                f"`{text}` has its own version: leave `version` out, or name a revision as `git+URL#rev`"
            )
        if is_file:
            from .scripts import prepare_file

            script = prepare_file(text)
            return Spec(script.folder, None, True, script), ""
        return Spec(text if text.startswith("git+") else os.path.realpath(text), None, True), ""
    name, _, asked = text.partition("@")
    if asked and version is not None and asked != version:
        raise ValueError(f"two versions are asked for: `{asked}` in `{text}`, and `version={version!r}`")
    # The path may stand behind the name or behind the version: `regex::bytes@1`, `regex@1::bytes`.
    asked, _, tail = asked.partition("::")
    name, _, path = name.partition("::")
    if not name or not all(part.isidentifier() for part in name.replace("-", "_").split("::")):
        raise ValueError(f"`{text}` is not a crate's name, and there is no such folder")
    return Spec(name, (asked or version or "").strip() or None, False), path or tail


def _is_folder(text: str) -> bool:
    if text.startswith((".", "/", "~")) or os.sep in text or (os.altsep and os.altsep in text):
        return True
    return os.path.isfile(os.path.join(text, "Cargo.toml"))


def locate_source(spec: Spec, root: str, options: Options, *, may_build: bool) -> str:
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
    try:
        return options.build(spec.text, root)
    except BuildError as error:
        raise (error if spec.script is None else spec.script.tell(error)) from None


def locate_named(
    spec: Spec, wanted: Wanted, root: str, options: Options, *, explicit: bool, may_build: bool
) -> tuple[str, Manifest]:
    """The manifest of an artifact below `root`, which is built if it has to be: its path and what it says."""
    # What a configuration adds is in the artifact's key alone; what is in the registry now, it alone knows.
    if may_build and (options.configured or options.refetch):
        return _and_manifest(options.build(str(spec), root))
    found, damaged = find(root, wanted)
    if may_build and (not found or any(one.is_newer_than(found[0]) for one in damaged)):
        try:
            return _and_manifest(options.build(str(spec), root))
        except BuildError as error:
            if not found or error.code not in _NOT_HERE:
                raise
            _warn("%s; taking %s %s in its place", damaged[0].error, wanted.package, found[0].version)
    if found:
        chosen = choose(root, wanted, found, explicit=explicit)
        return _current(chosen, found, root, options) if may_build else (chosen.path, chosen.manifest)
    if damaged:
        raise damaged[0].error
    why = (
        "Nothing is built where `artifact_dir` is given (`build_if_missing=True` changes that)."
        if explicit
        else ""
    )
    raise not_found(root, wanted, why=why or "Building is switched off (`build_if_missing=False`).")


def _and_manifest(path: str) -> tuple[str, Manifest]:
    return path, read(path)


def _current(chosen: Found, found: list[Found], root: str, options: Options) -> tuple[str, Manifest]:
    """The manifest of what the build tool that is there makes of the chosen artifact's crate. Without a build
    tool, and where it cannot build, that of the chosen one."""
    from .tool import generator

    made_by = generator()
    if made_by is None or chosen.manifest["generator"] == made_by:
        return chosen.path, chosen.manifest
    crate, by = chosen.manifest["crate"], chosen.manifest["generator"]
    for one in found:  # the newest first; several versions of usecrate may share a cache
        same = (
            same_build(one.manifest, chosen.manifest)
            and one.manifest["crate"]["source"] == crate["source"]
            and one.manifest["build"].get("config") == chosen.manifest["build"].get("config")
        )
        if same and one.manifest["generator"] == made_by:
            return one.path, one.manifest
    if not os.access(root, os.W_OK):
        return chosen.path, chosen.manifest
    try:
        again = options.build_again(chosen.manifest, root)
        return (chosen.path, chosen.manifest) if again is None else _and_manifest(again)
    except BuildError as error:
        about = f"the artifact of {crate['name']} {crate['version']} that usecrate {by} built"
        if error.code not in _NOT_HERE:
            error.hint = "; ".join(filter(None, [error.hint, f"`build_if_missing=False` takes {about}"]))
            raise
        _warn("%s is taken as it is: %s", about, error)
        return chosen.path, chosen.manifest


def _warn(message: str, *args: object) -> None:
    import logging

    logging.getLogger("usecrate").warning(message, *args)


def locate(
    module: str,
    *,
    artifact_dir: str | None = None,
    features: Sequence[str] | None = None,
    default_features: bool = True,
) -> str:
    """The path of the manifest that `import_` would load, with nothing loaded. See there."""
    spec, _ = split(module, None)
    root = os.path.realpath(artifact_dir if artifact_dir is not None else artifact_root())
    options = Options(features, default_features, None)
    may_build = artifact_dir is None
    if spec.fetched:
        return locate_source(spec, root, options, may_build=may_build)
    wanted = Wanted(spec.text, spec.version, features, default_features)
    explicit = artifact_dir is not None
    path, _ = locate_named(spec, wanted, root, options, explicit=explicit, may_build=may_build)
    return path
