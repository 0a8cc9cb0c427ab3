"""Finds artifacts: which there are, and which of them is meant.

An artifact lies at ``<root>/<package>/<version>/<key>/manifest.json``.
"""

from __future__ import annotations

import os

from .conflicts import features_text
from .errors import AmbiguousArtifactError, ArtifactNotFoundError, LoadError
from .manifests import MANIFEST, is_for_here, read
from .versions import Request, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .model import Manifest


class Wanted:
    """What is asked of an artifact.

    Parameters
    ----------
    package
        Package or library name.
    version
        A request, or None for any.
    features
        Exactly these, or None for any.
    default_features
        Whether default features are on; asked only together with `features`, or when it is False.
    """

    def __init__(
        self,
        package: str,
        version: str | None = None,
        features: Sequence[str] | None = None,
        default_features: bool = True,
    ) -> None:
        self.package = package
        self.request = Request(version)
        self.features = None if features is None else sorted({str(feature) for feature in features})
        self.default_features = default_features

    @property
    def any_features(self) -> bool:
        """Whether nothing was said about features."""
        return self.features is None and self.default_features

    def fits(self, manifest: Manifest) -> bool:
        """Whether the artifact is what was asked for."""
        crate = manifest["crate"]
        return self.fits_version(crate["version"]) and self.fits_features(manifest)

    def fits_version(self, version: str) -> bool:
        """Whether that version is what was asked for."""
        try:
            return self.request.accepts(Version(version))
        except ValueError:
            return False

    def fits_features(self, manifest: Manifest) -> bool:
        """Whether the artifact has the features that were asked for."""
        crate = manifest["crate"]
        if self.any_features:
            return True
        return (
            sorted(crate["features"]) == (self.features or [])
            and crate["default_features"] == self.default_features
        )

    def __str__(self) -> str:
        text = f"{self.package}@{self.request.text}" if self.request.text else self.package
        if self.features:
            text += f" with features {', '.join(self.features)}"
        return text if self.default_features else f"{text} without default features"


class Found:
    """An artifact on disk."""

    __slots__ = ("built", "manifest", "path")

    def __init__(self, path: str, manifest: Manifest, built: float) -> None:
        self.path = path
        self.manifest = manifest
        self.built = built

    @property
    def version(self) -> str:
        """The crate's version."""
        return self.manifest["crate"]["version"]


def same_name(left: str, right: str) -> bool:
    """Whether two names are one crate's: package and library name differ in `-` and `_` alone."""
    return left.replace("-", "_") == right.replace("-", "_")


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(
                entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")
            )
    except OSError:
        return []


def _candidates(root: str, wanted: Wanted) -> Iterator[str]:
    """Manifest paths that may fit, by their folders' names alone."""
    for package in _folders(root):
        if not same_name(package, wanted.package):
            continue
        for version in _folders(os.path.join(root, package)):
            if not wanted.fits_version(version):
                continue
            for key in _folders(os.path.join(root, package, version)):
                yield os.path.join(root, package, version, key, MANIFEST)


class Damaged:
    """An artifact on disk that cannot be used as it is."""

    __slots__ = ("error", "version")

    def __init__(self, path: str, error: LoadError) -> None:
        self.version = os.path.basename(os.path.dirname(os.path.dirname(path)))
        self.error = error

    def is_newer_than(self, found: Found) -> bool:
        """Whether it might be taken instead, were it whole."""
        return Version(self.version).key >= Version(found.version).key


def find(root: str, wanted: Wanted) -> tuple[list[Found], list[Damaged]]:
    """The artifacts below `root` that fit and can be loaded here: newest version first, then newest build.
    With those that may fit and cannot be read."""
    found: list[Found] = []
    damaged: list[Damaged] = []
    for path in _candidates(root, wanted):
        try:
            manifest = read(path)
            built = os.stat(path).st_mtime
        except LoadError as error:
            damaged.append(Damaged(path, error))
            continue
        except OSError:  # removed meanwhile
            continue
        if is_for_here(manifest["build"]["target"]) and wanted.fits(manifest):
            found.append(Found(path, manifest, built))
    if not wanted.request.text:  # a pre-release only when asked for, or when there is nothing else
        found = [one for one in found if not Version(one.version).pre] or found
    found.sort(key=lambda one: (Version(one.version).key, one.built), reverse=True)
    return found, damaged


def choose(root: str, wanted: Wanted, found: list[Found], *, explicit: bool) -> Found:
    """The one to load. Under an explicit root several are ambiguous; in the cache the newest is taken.

    Raises
    ------
    AmbiguousArtifactError
        Several fit, and nothing says which.
    """
    choices = list(dict.fromkeys((one.version, features_text(one.manifest)) for one in found))
    if wanted.any_features and not explicit and len(choices) > 1:
        newest = [one for one in found if one.version == found[0].version]
        plain = [
            one
            for one in newest
            if not one.manifest["crate"]["features"] and one.manifest["crate"]["default_features"]
        ]
        found = plain or newest
        _log(
            "several artifacts of `%s` fit below %s; taking %s%s",
            wanted,
            root,
            found[0].version,
            features_text(found[0].manifest),
        )
        return found[0]
    if explicit and len(choices) > 1:
        versions = list(dict.fromkeys(version for version, _ in choices))
        if len(versions) > 1 and wanted.request.text:  # newest that starts so
            return found[0]
        listed = ", ".join(f"{version}{features}" for version, features in choices)
        say = "version=..." if len(versions) > 1 else "features=[...]"
        raise AmbiguousArtifactError(
            f"several artifacts of `{wanted}` lie below `{root}`: {listed}; say which with `{say}`"
        )
    return found[0]


def _log(message: str, *args: object) -> None:
    import logging

    logging.getLogger("usecrate").info(message, *args)


def not_found(root: str, wanted: Wanted, *, why: str) -> ArtifactNotFoundError:
    """The error for an artifact that is not there; it names what is."""
    packages = _folders(root)
    versions = [
        f"{package}@{version}"
        for package in packages
        if same_name(package, wanted.package)
        for version in _folders(os.path.join(root, package))
    ]
    if versions:
        here = f"; there are {', '.join(versions[:8])} (other versions, features or platforms)"
    elif packages:
        from .names import nearest

        here = (
            nearest(wanted.package, packages).replace("; `dir()` lists what there is", "")
            or f"; it holds {', '.join(packages[:8])}"
        )
    else:
        here = "; the folder is empty" if os.path.isdir(root) else "; the folder does not exist"
    spec = f"{wanted.package}@{wanted.request.text}" if wanted.request.text else wanted.package
    features = f" --features {','.join(wanted.features)}" if wanted.features else ""
    return ArtifactNotFoundError(
        f"no artifact of `{wanted}` below `{root}`{here}. {why} "
        f"Build it with `usecrate build {spec}{features} --out {root}`"
    )
