"""`usecrate package`: a Python project of crates, and its wheel. What does it comes with the build tool."""

from __future__ import annotations

from . import packager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = (
    "Generate a Python project that holds Rust crates as its modules, and build its wheel.\n"
    "The project is DIR/NAME. It builds by `python -m build`, `uv build` and `pip install`; with --wheel it "
    "is built at once. Standard output gets the project's folder, or the wheel's path."
)
EXAMPLES = """\
usecrate package --module semver@1 --python-package-name semver-rs --out projects
usecrate package --module ./my-crate --python-package-name my-crate-rs --out . --wheel
usecrate package --module regex@1 --module url@2 --python-package-name web-rs --out .   several crates
usecrate package --module v0=semver@0.9 --module v1=semver@1 --python-package-name semvers --out .
"""


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add(
        "--module",
        metavar="[NAME=]SPEC",
        action="append",
        required=True,
        help="a crate, and the name of its module; may be given several times",
    )
    add(
        "--python-package-name",
        metavar="NAME",
        required=True,
        help="what is installed; it is imported with underscores",
    )
    add("--out", metavar="DIR", required=True, help="where the project's folder is made")
    add("--version", metavar="V", help="the package's version (the crate's; of several crates 0.1.0)")
    add(
        "--features",
        "-F",
        metavar="A,B",
        default="",
        help="features to switch on; with several crates CRATE/FEATURE",
    )
    add("--no-default-features", action="store_true", help="leave the default features off")
    add("--config", metavar="FILE", help="a `usecrate.toml`, where there is one crate")
    add("--target", metavar="TRIPLE", help="the platform of the wheel (this one)")
    add("--wheel", action="store_true", help="build the wheel into the project's `dist`")
    add("--force", action="store_true", help="write over what is generated in a project that is there")


def run(options: Namespace) -> int:
    """Makes the project, and the wheel where it is asked for."""
    code: int = packager.module("package").run(options)
    return code
