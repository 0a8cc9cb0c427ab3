"""Keeps what is loaded, and loads what is not: one version per crate, root and process."""

from __future__ import annotations

import os

from ._native import TARGET, Library
from .forks import new_lock
from .wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .artifact import Wanted
    from .errors import VersionConflictError
    from .loaded import Loaded
    from .model import Manifest


MANIFEST = "manifest.json"


def manifest_path(path: str) -> str:
    """The manifest of an artifact's folder, or the file itself."""
    path = os.path.realpath(path)
    return os.path.join(path, MANIFEST) if os.path.isdir(path) else path


class Registry:
    """What is loaded in this process, by artifact root and crate."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._by_root: dict[tuple[str, str], Loaded] = {}
        self._by_path: dict[tuple[str, str], Loaded] = {}

    def get(self, root: str, wanted: Wanted) -> Loaded | None:
        """The loaded artifact of that crate from that root.

        Raises
        ------
        VersionConflictError
            It is of another version, or has other features, than is wanted.
        """
        loaded = self._by_root.get((root, wanted.package.replace("-", "_")))
        if loaded is not None and not wanted.fits(loaded.manifest):
            raise _conflict(loaded, str(wanted))
        return loaded

    def load(self, path: str, manifest: Manifest, root: str, *, replace: bool = False) -> Loaded:
        """Loads the artifact of a manifest, or gives the one that is loaded already.

        With `replace`, another build of the same crate takes the place of the loaded one; objects of that
        keep
        their library.

        Raises
        ------
        VersionConflictError
            Another version, or other features, are loaded from this root.
        IntegrityError, LoadError
            See `usecrate.load_artifact`.
        """
        with self._lock:
            crate = manifest["crate"]
            key = (root, crate["name"].replace("-", "_"))
            same = (os.path.dirname(path), manifest["library"]["blake3"])
            loaded = self._by_path.get(same)
            other = self._by_root.get(key)
            if (
                other is not None
                and other is not loaded
                and not replace
                and not same_build(other.manifest, manifest)
            ):
                raise _conflict(other, f"{crate['name']}@{crate['version']}{features_text(manifest)}")
            if loaded is None:
                loaded = self._by_path[same] = _open(path, manifest)
            self._by_root[key] = loaded
            return loaded


def same_build(left: Manifest, right: Manifest) -> bool:
    """Whether two artifacts of a crate are of one version with the same features."""
    return all(
        left["crate"].get(key) == right["crate"].get(key)
        for key in ("version", "features", "default_features")
    )


def _conflict(loaded: Loaded, wanted: str) -> VersionConflictError:
    from .errors import VersionConflictError

    crate = loaded.manifest["crate"]
    return VersionConflictError(
        f"`{crate['name']}` {crate['version']}{features_text(loaded.manifest)} is loaded in this process, "
        f"and `{wanted}` is asked for: one process uses one version of a crate per artifact folder; "
        "ask for the same one everywhere, or use another process or another `artifact_dir`"
    )


def _open(path: str, manifest: Manifest) -> Loaded:
    if manifest["build"]["target"] != TARGET:  # what the extension itself is built for
        from .manifests import check_platform

        check_platform(manifest, path)
    library = manifest["library"]
    file = os.path.join(os.path.dirname(path), library["path"])
    opened = Library(file, blake3=library["blake3"], size=library["size"], name=manifest["crate"]["name"])
    loaded = wrap(manifest, opened)
    loaded.path = path
    return loaded


def features_text(manifest: Manifest) -> str:
    """What to say of an artifact's features, where there is something to say."""
    crate = manifest["crate"]
    text = f" with features {', '.join(crate['features'])}" if crate["features"] else ""
    return text if crate["default_features"] else f"{text} without default features"


registry = Registry()
