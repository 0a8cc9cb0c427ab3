"""The version of this package, and of the manifest and ABI that it reads. Imports nothing."""

from __future__ import annotations

__version__ = "0.1.0"

MANIFEST_VERSION = 1
ABI_VERSION = 1
