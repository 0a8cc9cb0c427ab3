"""`usecrate stubs`: what type checkers and editors read of a crate, put where they look for it."""

from __future__ import annotations

from . import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = (
    "Put the stubs of crates where type checkers find them: below `typings`, where pyright looks itself and "
    "mypy by `mypy_path = typings`; or, with --install, into this Python environment, for both.\n"
    f"{targets.NOTE}"
)
EXAMPLES = """\
usecrate stubs semver regex               into typings/usecrate/crates
usecrate stubs semver --out types         into types/usecrate/crates
usecrate stubs semver --install           into the environment; `pip uninstall usecrate-stubs` removes them
"""


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("targets", metavar="SPEC|ARTIFACT", nargs="+", help="whose stubs")
    targets.declare(parser, out=False)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", metavar="DIR", default="typings", help="the folder for stubs (typings)")
    where.add_argument("--install", action="store_true", help="install them into this environment")


def run(options: Namespace) -> int:
    """Writes them, and prints where."""
    import os

    from ..stubs import Stubs, environment, record

    all_ = [Stubs(targets.manifest_path(target, options)) for target in options.targets]
    if options.install:
        folder = environment()
        for stubs in all_:
            print(stubs.write(os.path.join(folder, "usecrate-stubs", "crates")))
        record(folder)
    else:
        for stubs in all_:
            print(stubs.write(os.path.join(options.out, "usecrate", "crates")))
    return 0
