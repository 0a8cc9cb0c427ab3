"""What commands over specs and artifacts share: their options, and the manifest that is meant."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NOTE = (
    "A SPEC is looked for in the cache, and built if it is not there; with --artifact-dir it is looked for "
    "below DIR, and never built. An ARTIFACT is its folder or its manifest.json."
)


def declare(parser: ArgumentParser, *, out: bool = True) -> None:
    """The options that say where a spec is looked for, and with which features; `out`: also by that name."""
    names = ("--artifact-dir", "--out") if out else ("--artifact-dir",)
    parser.add_argument(*names, metavar="DIR", help="where artifacts are looked for")
    parser.add_argument("--features", "-F", metavar="A,B", help="features to switch on")
    parser.add_argument("--no-default-features", action="store_true", help="leave the default features off")


def manifest_path(target: str, options: Namespace) -> str:
    """The manifest's path of an artifact, or of a spec that is found or built first. Nothing is loaded."""
    for path in (os.path.join(target, "manifest.json"), target):
        if os.path.basename(path) == "manifest.json" and os.path.isfile(path):
            return path
    from ..locate import locate

    features: str | None = options.features
    return locate(
        target,
        artifact_dir=options.artifact_dir,
        features=None if features is None else features.replace(",", " ").split(),
        default_features=not options.no_default_features,
    )
