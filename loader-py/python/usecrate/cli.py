"""The command `usecrate`: a thin front.

Data goes to stdout, all else to stderr; exit code 0 done, 1 the request failed, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys

from .errors import UsecrateError
from .version import ABI_VERSION, MANIFEST_VERSION, __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from .model import Manifest

_HELP = f"""\
usecrate {__version__}: call any Rust library from Python as if it were a Python module

usage: usecrate COMMAND ...

  build SPEC [OPTION ...]     build a crate; `usecrate build --help` lists the options
  inspect SPEC|ARTIFACT       list what Python sees of a crate, and what is skipped and why
  coverage SPEC|ARTIFACT ...  count what of crates is served, and what is skipped for which reason
  artifact list|rm|rebuild    list, remove or rebuild artifacts; `usecrate artifact rm --help` tells more
  version                     print versions
  help                        print this

SPEC is `name`, `name@1`, `name@1.2.3`, `name@>=1,<2`, a folder such as `./mycrate`, or `git+URL#rev`.

examples:
  usecrate build semver@1
  usecrate build uuid@1 --features v4,v7 --out out/artifacts
  usecrate inspect semver
  usecrate coverage semver regex --json
  usecrate artifact list
  python -c 'import usecrate; print(usecrate.import_("semver").Version(1, 2, 3))'

environment:
  USECRATE_ARTIFACT_DIR   where artifacts lie; by default `artifacts` in the cache
  USECRATE_CACHE_DIR      the cache; by default the platform's cache folder
  USECRATE_BUILD          the program `usecrate-build`, where it is not found otherwise

exit codes: 0 done, 1 the request failed, 2 wrong usage
"""


class _Usage(Exception):
    """A wrong command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except _Usage as error:
        print(f"error: {error}\nhint: `usecrate help` shows how it is used", file=sys.stderr)
        return 2
    except SystemExit as error:  # what `argparse` ends with
        return error.code if isinstance(error.code, int) else 2
    except BrokenPipeError:  # `usecrate inspect ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (UsecrateError, FileNotFoundError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command in ("build", "artifact"):
        from .build import hand_over

        return hand_over([command, *rest])
    if command == "inspect":
        return _inspect(rest)
    if command == "coverage":
        return _coverage(rest)
    if command in ("version", "--version", "-V"):
        print(f"usecrate {__version__} (ABI {ABI_VERSION}, manifest {MANIFEST_VERSION})")
        return 0
    if command in ("help", "--help", "-h"):
        print(_HELP, end="")
        return 0
    if not command:
        print(_HELP, end="", file=sys.stderr)
        return 2
    from .names import nearest

    known = ["build", "inspect", "coverage", "artifact", "version", "help"]
    raise _Usage(f"there is no command `{command}`{nearest(command, known)}")


def _parser(command: str, about: str) -> ArgumentParser:
    """What both commands over specs and artifacts take."""
    import argparse

    parser = argparse.ArgumentParser(
        prog=f"usecrate {command}",
        description=about,
        epilog="A SPEC is looked for in the cache, and built if it is not there; with --artifact-dir it is "
        "looked for below DIR, and never built. An ARTIFACT is its folder or its manifest.json.",
        allow_abbrev=False,
    )
    parser.add_argument("--artifact-dir", "--out", metavar="DIR", help="where artifacts are looked for")
    parser.add_argument("--features", "-F", metavar="A,B", help="features to switch on")
    parser.add_argument("--no-default-features", action="store_true", help="leave the default features off")
    return parser


def _inspect(words: list[str]) -> int:
    parser = _parser("inspect", "List what Python sees of a crate, and what is skipped and why.")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("target", metavar="SPEC|ARTIFACT", nargs="?", help="what to inspect")
    target.add_argument("--module", metavar="SPEC", help="the same as SPEC")
    parser.add_argument("--json", action="store_true", help="print the manifest")
    options = parser.parse_args(words)
    found = _manifest_of(options.target or options.module, options)
    if options.json:
        import json

        from .manifests import plain

        print(json.dumps(plain(found), indent=2, ensure_ascii=False))
    else:
        from .listing import listing

        for line in listing(found):
            print(line)
    return 0


def _coverage(words: list[str]) -> int:
    parser = _parser(
        "coverage",
        "Count how many of the functions and methods of crates Python can call, and why the rest is skipped. "
        "What counts is in docs/manifest.md. The share leaves out async functions.",
    )
    parser.add_argument("targets", metavar="SPEC|ARTIFACT", nargs="+", help="what to count")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--probe",
        action="store_true",
        help="call a random 5 %% with generated values, in processes of their own, in an empty folder; what "
        "ends in an internal error counts as skipped. What a crate does to files, it does then",
    )
    parser.add_argument("--seed", type=int, default=0, help="what choice and values are made from (0)")
    options = parser.parse_args(words)
    from .coverage import Report, mean, table
    from .manifests import read

    reports: list[Report] = []
    for target in options.targets:
        path = _path_of(target, options)
        found = read(path)
        report = Report(found)
        if options.probe:
            from .probe import probe

            report.probe = probe(path, found, seed=options.seed)
        reports.append(report)
    if options.json:
        import json

        data = {"crates": [report.plain() for report in reports], "mean": round(mean(reports), 4)}
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        for line in table(reports):
            print(line)
    return 0


def _path_of(target: str, options: Namespace) -> str:
    """The manifest's path of an artifact, or of a spec that is found or built first. Nothing is loaded."""
    for path in (os.path.join(target, "manifest.json"), target):
        if os.path.basename(path) == "manifest.json" and os.path.isfile(path):
            return path
    from .locate import locate

    features: str | None = options.features
    return locate(
        target,
        artifact_dir=options.artifact_dir,
        features=None if features is None else features.replace(",", " ").split(),
        default_features=not options.no_default_features,
    )


def _manifest_of(target: str, options: Namespace) -> Manifest:
    from .manifests import read

    return read(_path_of(target, options))
