"""`usecrate verify-build`: whether an artifact is what its lock file gives."""

from __future__ import annotations

from . import packager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = (
    "Build what is in a wheel or an artifact again, in another place, and compare every byte.\n"
    "It takes the versions from the lock file inside, and the same rustc and usecrate-build as then."
)
EXAMPLES = """\
usecrate verify-build dist/semver_rs-1.0.28-py3-none-manylinux2014_x86_64.whl
usecrate verify-build dist/*.whl --source .       the wheel itself, too, from its project
usecrate verify-build artifacts/semver/1.0.28/0123456789abcdef
"""


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("target", metavar="WHEEL|ARTIFACT", help="what to build again")
    parser.add_argument(
        "--source", metavar="DIR", help="the wheel's project; of an artifact, a local crate's folder"
    )


def run(options: Namespace) -> int:
    """Builds, compares, and says what differs."""
    code: int = packager.module("verify").run(options)
    return code
