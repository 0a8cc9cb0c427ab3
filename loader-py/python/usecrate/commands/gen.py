"""`usecrate gen`: a Python module of a crate, with types, that can be kept beside one's own code."""

from __future__ import annotations

import json
import os

from . import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ..model import Manifest

ABOUT = (
    "Write a Python module that has a crate's public names, and its types beside it.\n"
    "FILE.py is importable from anywhere and loads the crate when one of its names is used, or by "
    "`load(artifact_dir=…, version=…)`; FILE.pyi is for type checkers. Where the crate has public modules of "
    "its own, name a folder: it becomes a package. " + targets.NOTE
)
EXAMPLES = """\
usecrate gen strsim --out strings.py           strings.py and strings.pyi
usecrate gen base64 --out mycode/b64           the package `mycode.b64`
usecrate gen artifacts/strsim/0.11.1/* --out strings.py
"""
_LOAD = '''"""{name} {version} from Rust. Written by `usecrate gen`: do not edit."""

from __future__ import annotations

from typing import Any

import usecrate as __usecrate

__module: Any = None


def {load}(*, artifact_dir: Any = None, version: str | None = {spec}) -> Any:
    """Loads the crate, from a folder of artifacts or the cache, and gives its module.

    Without it, the first name that is used loads it.
    """
    global __module
    __module = __usecrate.import_({crate}, version, artifact_dir=artifact_dir)
    return __module


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name not in ("__all__", "__version__"):
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    return getattr({load}() if __module is None else __module, name)


def __dir__() -> list[str]:
    return ["{load}", *dir({load}() if __module is None else __module)]
'''
_INNER = '''"""A part of the package. Written by `usecrate gen`: do not edit."""

from __future__ import annotations

from typing import Any

from {root} import __getattr__ as __public


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name != "__all__":
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    return getattr(__public({first}){rest}, name)
'''
_LOAD_TYPES = """
def {load}(*, artifact_dir: object = None, version: str | None = ...) -> object:
    \"\"\"Loads the crate, from a folder of artifacts or the cache, and gives its module.\"\"\"
"""


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("target", metavar="SPEC|ARTIFACT", help="the crate")
    parser.add_argument("--out", metavar="PATH", required=True, help="what to write: a file, or a folder")
    parser.add_argument("--artifact-dir", metavar="DIR", help="where artifacts are looked for")
    parser.add_argument("--features", "-F", metavar="A,B", help="features to switch on")
    parser.add_argument("--no-default-features", action="store_true", help="leave the default features off")
    parser.add_argument("--force", action="store_true", help="write over what is there")


def run(options: Namespace) -> int:
    """Writes the files; prints their paths."""
    from ..manifests import read

    path = targets.manifest_path(options.target, options)
    manifest = read(path)
    stubs = os.path.join(os.path.dirname(path), "stubs", manifest["crate"]["lib"])
    if not os.path.isdir(stubs):
        raise ValueError(
            f"the artifact `{os.path.dirname(path)}` has no stubs: build it again with this usecrate "
            f"(`usecrate build {manifest['crate']['name']}@{manifest['crate']['version']}`)"
        )
    files = _files(manifest, stubs, options.out)
    there = [file for file in files if os.path.exists(file)]
    if there and not options.force:
        raise ValueError(
            f"`{there[0]}` is there already: name another place, or write over it with `--force`"
        )
    for file, text in files.items():
        os.makedirs(os.path.dirname(file) or ".", exist_ok=True)
        with open(file, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        print(file)
    return 0


def _files(manifest: Manifest, stubs: str, out: str) -> dict[str, str]:
    """What is written where."""
    texts: dict[str, str] = {}
    for folder, _, names in sorted(os.walk(stubs)):
        for name in sorted(names):
            with open(os.path.join(folder, name), encoding="utf-8") as opened:
                texts[os.path.relpath(os.path.join(folder, name), stubs)] = opened.read()
    crate = manifest["crate"]
    names = manifest["modules"][0]["entries"].names()
    words = {
        "name": crate["name"],
        "version": crate["version"],
        "crate": json.dumps(crate["name"]),
        "spec": json.dumps(crate["version"]),
        "load": "load_" if "load" in names else "load",
    }
    root = texts.pop("__init__.pyi") + _LOAD_TYPES.format(**words)
    loader = _LOAD.format(**words)
    if not out.endswith(".py"):
        inner_files = {name[:-1]: _inner(name) for name in texts if name.endswith(".pyi")}
        package = {"__init__.py": loader, "__init__.pyi": root, **texts, **inner_files}
        return {os.path.join(out, name): text for name, text in package.items()}
    inner = sorted({name.split(os.sep)[0].removesuffix(".pyi") for name in texts if name.endswith(".pyi")})
    if inner:
        raise ValueError(
            f"`{crate['name']}` has the public modules {', '.join(inner)}: name a folder, "
            f"`--out {out[:-3]}`, which becomes a package"
        )
    return {out: loader, f"{out}i": root}


def _inner(stub: str) -> str:
    """The module beside a stub: what it has, it asks the package for."""
    parts = stub.removesuffix(".pyi").split(os.sep)
    is_package = parts[-1] == "__init__"
    names = parts[:-1] if is_package else parts
    rest = "".join(f".{name}" for name in names[1:])
    return _INNER.format(root="." * (len(names) + is_package), first=json.dumps(names[0]), rest=rest)
