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
    from collections.abc import Sequence

    from .model import Manifest

_HELP = f"""\
usecrate {__version__}: call any Rust library from Python as if it were a Python module

usage: usecrate COMMAND ...

  build SPEC [OPTION ...]     build a crate; `usecrate build --help` lists the options
  inspect SPEC|ARTIFACT       list what Python sees of a crate, and what is skipped and why
  artifact list|rm|rebuild    list, remove or rebuild artifacts; `usecrate artifact rm --help` tells more
  version                     print versions
  help                        print this

SPEC is `name`, `name@1`, `name@1.2.3`, `name@>=1,<2`, a folder such as `./mycrate`, or `git+URL#rev`.

examples:
  usecrate build semver@1
  usecrate build uuid@1 --features v4,v7 --out out/artifacts
  usecrate inspect semver
  usecrate artifact list
  python -c 'import usecrate; print(usecrate.import_("semver").Version(1, 2, 3))'

environment:
  USECRATE_ARTIFACT_DIR   where artifacts lie; by default `artifacts` in the cache
  USECRATE_CACHE_DIR      the cache; by default the platform's cache folder
  USECRATE_BUILD          the program `usecrate-build`, where it is not found otherwise

exit codes: 0 done, 1 the request failed, 2 wrong usage
"""

_INSPECT = """\
usage: usecrate inspect SPEC|ARTIFACT [--artifact-dir DIR] [--features A,B] [--no-default-features] [--json]

ARTIFACT is an artifact's folder or its manifest.json. A SPEC is looked for in the cache, and built if it is
not there; with DIR it is looked for below that, and never built. `--json` prints the manifest.
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

    known = ["build", "inspect", "artifact", "version", "help"]
    raise _Usage(f"there is no command `{command}`{nearest(command, known)}")


def _inspect(words: list[str]) -> int:
    targets: list[str] = []
    options: dict[str, str] = {}
    left = iter(words)
    for word in left:
        name, given, value = word.partition("=")
        if word in ("--help", "-h"):
            print(_INSPECT, end="")
            return 0
        if name in ("--artifact-dir", "--out", "--features"):
            options[name] = value if given else next(left, "")
            if not options[name]:
                raise _Usage(f"`{name}` needs a value")
        elif word in ("--no-default-features", "--json"):
            options[word] = "yes"
        elif name == "--module":
            targets.append(value if given else next(left, ""))
        elif word.startswith("-"):
            raise _Usage(f"`usecrate inspect` has no option `{word}`")
        else:
            targets.append(word)
    if len(targets) != 1 or not targets[0]:
        raise _Usage("`usecrate inspect` takes one spec or artifact")
    found = _manifest_of(targets[0], options)
    if "--json" in options:
        import json

        from .manifests import plain

        print(json.dumps(plain(found), indent=2, ensure_ascii=False))
    else:
        from .listing import listing

        for line in listing(found):
            print(line)
    return 0


def _manifest_of(target: str, options: dict[str, str]) -> Manifest:
    """The manifest of an artifact, or of a spec that is found or built first. Nothing is loaded."""
    from .manifests import read

    for path in (os.path.join(target, "manifest.json"), target):
        if os.path.basename(path) == "manifest.json" and os.path.isfile(path):
            return read(path)
    from .locate import locate

    features = options.get("--features")
    return read(
        locate(
            target,
            artifact_dir=options.get("--artifact-dir") or options.get("--out"),
            features=[name for name in features.replace(",", " ").split() if name]
            if features is not None
            else None,
            default_features="--no-default-features" not in options,
        )
    )
