"""How long a build takes, next to `maturin build --release` of a module that is written by hand with PyO3
for the same crate: `builds.py [--json FILE] [--rounds N] [CRATE ...]`, run by `dev.py bench`.

| build | is |
|---|---|
| cold | nothing is there but what was downloaded: an empty cache, an empty target folder |
| warm | one line of a local copy of the crate changed since the last build |
| idle | nothing changed |

The modules are `contenders/builds/*.rs`. They serve the main job of their crate; usecrate serves all of it.
Both compile with the same cargo, one after the other; the median of the rounds counts, in wall time, and in
processor time, which other work of the machine changes less.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

HERE = pathlib.Path(__file__).resolve().parent
CRATES = {"semver": "1.0.28", "regex": "1.13.1", "plasmite": "1.2.1"}
PROJECT = """
[build-system]
requires = ["maturin>=1"]
build-backend = "maturin"

[project]
name = "hand"
version = "0.1.0"
requires-python = ">=3.10"
"""
PACKAGE = """
[package]
name = "hand"
version = "0.1.0"
edition = "2024"
publish = false

[lib]
crate-type = ["cdylib"]

[dependencies]
pyo3 = "0.30"
{crate} = {{ path = "{source}" }}

[workspace]
"""
# Wall and processor seconds.
Taken = tuple[float, float]


def run(*command: str | pathlib.Path, cache: pathlib.Path | None = None) -> str:
    words = [str(word) for word in command]
    environment = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
    if cache is not None:
        environment["USECRATE_CACHE_DIR"] = str(cache)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}\nerror: `{' '.join(words)}` ended with {done.returncode}")
    return done.stdout


def timed(work: Callable[[], object]) -> Taken:
    def processor() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    wall, before = time.perf_counter(), processor()
    work()
    return time.perf_counter() - wall, processor() - before


def downloaded(crate: str, version: str, folder: pathlib.Path) -> pathlib.Path:
    """A local copy of a crate's sources."""
    fetched = folder / "fetched"
    (fetched / "src").mkdir(parents=True)
    (fetched / "src" / "lib.rs").touch()
    manifest = (
        '[package]\nname = "fetched"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n'
    )
    (fetched / "Cargo.toml").write_text(f'{manifest}{crate} = "={version}"\n', encoding="utf-8")
    described = json.loads(
        run("cargo", "metadata", "--format-version", "1", "--manifest-path", fetched / "Cargo.toml")
    )
    (found,) = (package for package in described["packages"] if package["name"] == crate)
    copy = folder / crate
    shutil.copytree(pathlib.Path(found["manifest_path"]).parent, copy)
    return copy


def touched(source: pathlib.Path, number: int) -> None:
    """One line more."""
    with (source / "src" / "lib.rs").open("a", encoding="utf-8") as file:
        file.write(f"\n#[doc(hidden)] pub const USED_TO_CHANGE_A_LINE_{number}: u32 = {number};\n")


def builders(crate: str, source: pathlib.Path, folder: pathlib.Path) -> dict[str, Callable[[], object]]:
    """What builds, with nothing built so far."""
    hand = folder / "hand"
    (hand / "src").mkdir(parents=True)
    shutil.copy2(HERE / "contenders" / "builds" / f"{crate}.rs", hand / "src" / "lib.rs")
    (hand / "Cargo.toml").write_text(PACKAGE.format(crate=crate, source=source.as_posix()), encoding="utf-8")
    (hand / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    # What is to be downloaded is, before the clock runs.
    run("cargo", "fetch", "--manifest-path", hand / "Cargo.toml")
    maturin = (sys.executable, "-m", "maturin", "build", "--release", "-m", hand / "Cargo.toml")
    program = os.environ.get("USECRATE_BUILD", "usecrate-build")
    return {
        "usecrate": lambda: run(program, "build", source, cache=folder / "cache"),
        "maturin": lambda: run(*maturin, "--interpreter", sys.executable, "--out", folder / "wheels"),
    }


def one_round(crate: str, version: str) -> dict[str, dict[str, Taken]]:
    """Cold, warm and idle, of both."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        source = downloaded(crate, version, folder)
        both = builders(crate, source, folder)
        taken: dict[str, dict[str, Taken]] = {}
        taken["cold"] = {name: timed(build) for name, build in both.items()}
        touched(source, 1)
        taken["warm"] = {name: timed(build) for name, build in both.items()}
        taken["idle"] = {name: timed(build) for name, build in both.items()}
        return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("crates", nargs="*", metavar="CRATE", help=", ".join(CRATES))
    parser.add_argument("--rounds", type=int, default=1, help="how often each is built (1)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if unknown := [crate for crate in options.crates if crate not in CRATES]:
        parser.error(f"there is no module for `{unknown[0]}`: {', '.join(CRATES)}")
    results: dict[str, dict[str, dict[str, Taken]]] = {}
    print(
        "| build | usecrate, s (processor) | maturin, s (processor) | ratio (processor) |\n|---|---|---|---|"
    )
    for crate in options.crates or CRATES:
        rounds = [one_round(crate, CRATES[crate]) for _ in range(options.rounds)]
        results[crate] = {
            build: {
                name: (
                    statistics.median(one[build][name][0] for one in rounds),
                    statistics.median(one[build][name][1] for one in rounds),
                )
                for name in ("usecrate", "maturin")
            }
            for build in ("cold", "warm", "idle")
        }
        for build, taken in results[crate].items():
            ours, hand = taken["usecrate"], taken["maturin"]
            cells = [f"{wall:.2f} ({processor:.2f})" for wall, processor in (ours, hand)]
            ratio = f"{ours[0] / hand[0]:.2f} ({ours[1] / hand[1]:.2f})"
            print(f"| {crate}, {build} | {cells[0]} | {cells[1]} | {ratio} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
