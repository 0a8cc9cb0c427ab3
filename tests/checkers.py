"""What type checkers find in the stubs of artifacts, which is to be nothing: `checkers.py [SPEC ...]`, run by
`dev.py stubs`, a SPEC being `name`, `name@version`, or either with `:feature,feature`; by default the corpus.

Each crate is built, its stubs are written, and mypy and pyright, both strict, and stubtest read them.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence

CORPUS = (
    *("base64", "blake3", "csv", "flate2", "glam", "heck", "minijinja:serde", "petgraph", "plasmite"),
    *("pulldown-cmark", "regex", "roaring", "rusqlite:bundled", "semver", "sha2", "strsim", "tokio:full"),
    *("url", "uuid:v4,v5,v7"),
)
# The oldest Python that stubs are for.
PYTHON = "3.10"
# The artifact that is meant is loaded, not one that the cache has for the name.
STUBTEST = """
import sys
import usecrate, usecrate.crates
from mypy.stubtest import main

name = f"usecrate.crates.{sys.argv.pop(1)}"
sys.modules[name] = module = usecrate.load_artifact(sys.argv.pop(1))
for path, inner in usecrate.crates._inner(module, name, ()):
    sys.modules.setdefault(path, inner)
sys.argv.append(name)
sys.exit(main())
"""


def run(folder: pathlib.Path, *words: str | pathlib.Path) -> str:
    """What a program that finds stubs in the folder's `typings` says; empty if it fails not."""
    env = {**os.environ, "MYPYPATH": "typings", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"exit code {done.returncode}"


def project(folder: pathlib.Path, artifacts: Sequence[pathlib.Path]) -> None:
    """Writes the stubs of these into a folder's `typings`, and what is to be known to check them there."""
    if said := run(folder, "-m", "usecrate", "stubs", *artifacts):
        raise RuntimeError(said)
    settings = {"typeCheckingMode": "strict", "include": ["typings", "use.py"], "pythonVersion": PYTHON}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))


def mypy(folder: pathlib.Path, *names: str) -> str:
    """What mypy finds in the stubs of crates."""
    packages = [word for name in names for word in ("-p", f"usecrate.crates.{name}")]
    return run(folder, "-m", "mypy", "--strict", "--python-version", PYTHON, *packages)


def pyright(folder: pathlib.Path) -> str:
    """What pyright finds in all stubs of a project."""
    return run(folder, "-m", "pyright", "--pythonpath", sys.executable)


def stubtest(folder: pathlib.Path, name: str, artifact: pathlib.Path) -> str:
    """How the stubs of a crate differ from what is loaded."""
    return run(folder, "-c", STUBTEST, name, artifact, "--concise")


def built(spec: str) -> pathlib.Path:
    """The artifact of a SPEC. Stubs do not depend on the profile, of which this one is quicker to build."""
    name, _, features = spec.partition(":")
    words = [os.environ["USECRATE_BUILD"], "build", name, "--profile", "dev"]
    words += ["--features", features] if features else []
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"`{' '.join(words)}` ended with {done.returncode}")
    return pathlib.Path(done.stdout.strip())


def errors(said: str) -> int:
    """How many there are in what a checker says: at least one, if it says anything."""
    lines = said.splitlines()
    found = [line for line in lines if " error: " in line or " - error" in line]
    return len(found) or len(lines)


def checked(spec: str) -> tuple[list[int], str]:
    """How many errors each checker finds in the stubs of a SPEC, and all that they say."""
    artifact = built(spec)
    manifest = json.loads((artifact / "manifest.json").read_text(encoding="utf-8"))
    name = manifest["crate"]["lib"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        project(folder, [artifact])
        checks: list[Callable[[], str]] = [
            lambda: mypy(folder, name),
            lambda: pyright(folder),
            lambda: stubtest(folder, name, artifact),
        ]
        said = [check() for check in checks]
    return [errors(one) for one in said], "".join(said)


def main() -> int:
    total = 0
    print("| crate | mypy --strict | pyright, strict | stubtest |\n|---|---|---|---|", flush=True)
    for spec in sys.argv[1:] or CORPUS:
        try:
            counts, said = checked(spec)
        except RuntimeError as error:
            counts, said = [1], str(error)
        total += sum(counts)
        print(f"| {spec} | " + " | ".join(map(str, counts)) + " |", flush=True)
        if said:
            print(said, file=sys.stderr, flush=True)
    print(f"\n{total} errors")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
