"""Reads ``manifest.json``: checked by the native extension, whose `Manifest` reads like a dict of it.

Nothing outside the given folder is read. Whatever is wrong is a `LoadError` that says what, where, and what
to do.
"""

from __future__ import annotations

import os

from ._native import TARGET, parse_manifest, plain_manifest, read_manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Manifest

MANIFEST = "manifest.json"
SUMS = "BLAKE3SUMS"


def read(path: str) -> Manifest:
    """Reads and checks the manifest file `path`, against the hashes beside it.

    Raises
    ------
    LoadError
        It cannot be read, is malformed, or is of another version.
    IntegrityError
        It is not what was built.
    """
    return read_manifest(path)


def parse(data: bytes, path: str = "manifest.json") -> Manifest:
    """Checks the text of a manifest; `path` is for messages.

    Raises
    ------
    LoadError
        See `read`.
    """
    return parse_manifest(data, path)


def plain(manifest: Manifest) -> Manifest:
    """All of a manifest as dicts and lists, made anew."""
    return plain_manifest(manifest)


def is_for_here(target: str) -> bool:
    """Whether a library that was built for the target triple can be loaded by this process."""
    if target == TARGET:  # what the extension itself is built for
        return True
    from .platforms import serves

    return serves(target)


def check_platform(manifest: Manifest, path: str) -> None:
    """Refuses an artifact that was built for another platform.

    Raises
    ------
    LoadError
        It was.
    """
    target = manifest["build"]["target"]
    if is_for_here(target):
        return
    from .errors import LoadError
    from .platforms import host

    raise LoadError(
        f"the artifact `{os.path.dirname(path) or path}` was built for `{target}`, and this is {host()}; "
        f"build `{manifest['crate']['name']}` on this platform"
    )
