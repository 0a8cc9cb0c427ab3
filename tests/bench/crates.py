"""How long a crate's artifact takes to build, and how large it is, next to the crate's own
`cargo build --release`: `crates.py [--json FILE] SPEC ...`, a SPEC being `name`, `name@version`, or either
with `:feature,feature`.

Both begin with nothing but what was downloaded: an empty cache, an empty target folder. Wall time, and
processor time, which other work of the machine changes less. What cargo builds of a library is not linked and
has no code for what is generic: the ratio says what all that is served costs.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass

from builds import Taken, run, timed

MANIFEST = """
[package]
name = "own"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
{name} = {{ version = "{version}", features = {features} }}

[workspace]
"""


@dataclass(frozen=True)
class Figures:
    """Of one crate. Sizes in bytes."""

    crate: str
    served: int
    # Wall and processor seconds.
    cargo: Taken
    usecrate: Taken
    # Wall seconds.
    stages: dict[str, float]
    library: int
    loaded: int
    manifest: int


def measured(spec: str) -> Figures:
    """Builds both."""
    wanted, _, listed = spec.partition(":")
    features = listed.split(",") if listed else []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        done: dict[str, object] = {}
        options = ["--features", listed] if listed else []
        program = os.environ.get("USECRATE_BUILD", "usecrate-build")

        def build() -> None:
            said = run(program, "build", wanted, *options, "--json", cache=folder / "cache")
            done.update(json.loads(said.splitlines()[-1]))

        own = folder / "own"
        (own / "src").mkdir(parents=True)
        (own / "src" / "lib.rs").touch()
        name, _, version = wanted.partition("@")
        version = f"={version}" if version.count(".") == 2 else version or "*"
        text = MANIFEST.format(name=name, version=version, features=json.dumps(features))
        (own / "Cargo.toml").write_text(text, encoding="utf-8")
        # What is to be downloaded is, before the clock runs.
        run("cargo", "fetch", "--manifest-path", own / "Cargo.toml")
        cargo = timed(lambda: run("cargo", "build", "--release", "--manifest-path", own / "Cargo.toml"))
        usecrate = timed(build)
        artifact = pathlib.Path(str(done["artifact"]))
        manifest = json.loads((artifact / "manifest.json").read_text(encoding="utf-8"))
        library = manifest["library"]
        stages = done["stages"]
        assert isinstance(stages, dict)
        return Figures(
            crate=f"{manifest['crate']['name']} {manifest['crate']['version']}",
            served=len(manifest["callables"]),
            cargo=cargo,
            usecrate=usecrate,
            stages={str(stage): float(seconds) for stage, seconds in stages.items()},
            library=library["size"],
            loaded=(library.get("loaded") or library)["size"],
            manifest=(artifact / "manifest.json").stat().st_size,
        )


def size(count: int) -> str:
    return f"{count / 1e6:.2f} MB" if count >= 1e6 else f"{count / 1e3:.0f} KB"


def row(one: Figures) -> str:
    times = [f"{wall:.1f} ({processor:.1f})" for wall, processor in (one.cargo, one.usecrate)]
    ratio = f"{one.usecrate[0] / one.cargo[0]:.1f} ({one.usecrate[1] / one.cargo[1]:.1f})"
    each = f"{one.usecrate[1] / max(one.served, 1) * 1e3:.0f} ms"
    sizes = [size(one.loaded), size(one.library), size(one.manifest)]
    return " | ".join([f"| {one.crate}", f"{one.served:,}", *times, ratio, each, *sizes]) + " |"


HEAD = (
    "crate",
    "callables",
    "cargo build --release, s (processor)",
    "usecrate build, s (processor)",
    "ratio (processor)",
    "per callable",
    "loaded",
    "library",
    "manifest",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "specs", nargs="+", metavar="SPEC", help="what to build: name, name@version, name:feature"
    )
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    results: list[Figures] = []
    for spec in options.specs:
        try:
            results.append(measured(spec))
        except (subprocess.SubprocessError, SystemExit) as error:
            print(f"{spec}: {error}", file=sys.stderr)
            continue
        print(row(results[-1]), flush=True)
    if options.json:
        options.json.write_text(
            json.dumps([asdict(one) for one in results], indent=2) + "\n", encoding="utf-8"
        )
    return 0 if len(results) == len(options.specs) else 1


if __name__ == "__main__":
    sys.exit(main())
