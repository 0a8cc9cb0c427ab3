"""`usecrate inspect`: what Python sees of a crate."""

from __future__ import annotations

from . import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = f"List what Python sees of a crate, and what is skipped and why.\n{targets.NOTE}"
EXAMPLES = """\
usecrate inspect semver@1                 its modules, classes, functions; what is skipped
usecrate inspect uuid --features v4,v7    with these features
usecrate inspect ./my-crate --json        the manifest, for a program
"""


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("target", metavar="SPEC|ARTIFACT", nargs="?", help="what to inspect")
    target.add_argument("--module", metavar="SPEC", help="the same as SPEC")
    targets.declare(parser)
    parser.add_argument("--json", action="store_true", help="print the manifest")


def run(options: Namespace) -> int:
    """Prints the list, or the manifest."""
    from ..manifests import read

    found = read(targets.manifest_path(options.target or options.module, options))
    if options.json:
        import json

        from ..manifests import plain

        print(json.dumps(plain(found), indent=2, ensure_ascii=False))
    else:
        from ..listing import listing

        for line in listing(found):
            print(line)
    return 0
