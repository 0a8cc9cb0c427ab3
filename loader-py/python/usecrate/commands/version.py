"""`usecrate version`: the version of this package, and of what it reads and speaks."""

from __future__ import annotations

from ..version import ABI_VERSION, MANIFEST_VERSION, __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = "Print the version of usecrate, of the ABI that it speaks and of the manifests that it reads."
EXAMPLES = "usecrate version\n"


def declare(parser: ArgumentParser) -> None:
    """It takes nothing."""


def run(options: Namespace) -> int:
    """Prints one line."""
    print(f"usecrate {__version__} (ABI {ABI_VERSION}, manifest {MANIFEST_VERSION})")
    return 0
