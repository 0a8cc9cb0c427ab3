"""Builds of one crate that exclude each other: one process uses one of them per artifact folder."""

from __future__ import annotations

from .errors import VersionConflictError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Manifest


def same_build(left: Manifest, right: Manifest) -> bool:
    """Whether two artifacts of a crate are of one version with the same features."""
    return all(
        left["crate"].get(key) == right["crate"].get(key)
        for key in ("version", "features", "default_features")
    )


def features_text(manifest: Manifest) -> str:
    """What to say of an artifact's features, where there is something to say."""
    crate = manifest["crate"]
    text = f" with features {', '.join(crate['features'])}" if crate["features"] else ""
    return text if crate["default_features"] else f"{text} without default features"


def build_text(manifest: Manifest) -> str:
    """The crate, its version and its features."""
    crate = manifest["crate"]
    return f"{crate['name']}@{crate['version']}{features_text(manifest)}"


def conflict(loaded: Manifest, wanted: str) -> VersionConflictError:
    """The exception for `wanted`, where the artifact of `loaded` is in its place."""
    crate = loaded["crate"]
    return VersionConflictError(
        f"`{crate['name']}` {crate['version']}{features_text(loaded)} is loaded in this process, "
        f"and `{wanted}` is asked for: one process uses one version of a crate per artifact folder; "
        "ask for the same one everywhere, or use another process or another `artifact_dir`"
    )
