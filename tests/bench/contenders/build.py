"""Builds the contenders that are written by hand: `build.py OUT [--many N ...]`, run by `dev.py bench`.

| below OUT | is |
|---|---|
| `A/`, `A0/` | `contenders/pyo3` by maturin: fat LTO in one codegen unit; cargo's default profile |
| `plain/` | `contenders/plain` by cargo |
| `uniffi/` | `contenders/uniffi` by cargo, and the Python half that UniFFI writes for it |
| `many-N/` | a crate of N functions, to be loaded by usecrate, and through PyO3 (`many-N/A/`) |
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
# The same settings as `profile.strict` of contenders/pyo3.
PYO3 = """
[lib]
name = "bench_pyo3"
crate-type = ["cdylib"]

[dependencies]
pyo3 = "0.30"
many = { path = ".." }

[profile.strict]
inherits = "release"
lto = "fat"
codegen-units = 1

[workspace]
"""


def run(*command: str | pathlib.Path, cwd: pathlib.Path = HERE) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=cwd,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nerror: `{' '.join(words)}` ended with {done.returncode}")


def extension(manifest: pathlib.Path, profile: str, target: pathlib.Path, out: pathlib.Path) -> None:
    """Builds a wheel with maturin and takes the extension out of it."""
    with tempfile.TemporaryDirectory() as wheels:
        settings = ("--profile", profile, "--interpreter", sys.executable, "--target-dir", target)
        run(sys.executable, "-m", "maturin", "build", "-m", manifest, *settings, "--out", wheels)
        (wheel,) = pathlib.Path(wheels).glob("*.whl")
        shutil.rmtree(out, ignore_errors=True)
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(out)


def library(name: str, target: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """Builds a contender's shared library and copies it."""
    build = ("cargo", "build", "--release", "--quiet", "--locked")
    run(*build, "--manifest-path", HERE / name / "Cargo.toml", "--target-dir", target)
    out.mkdir(parents=True, exist_ok=True)
    names = (f"libbench_{name}.so", f"libbench_{name}.dylib", f"bench_{name}.dll")
    (built,) = (path for path in (target / "release" / name for name in names) if path.is_file())
    return pathlib.Path(shutil.copy2(built, out / built.name))


def foreign(target: pathlib.Path, out: pathlib.Path) -> None:
    """UniFFI's library, and the module that it writes, which looks for it beside itself."""
    built = library("uniffi", target, out)
    settings = ("--language", "python", "--out-dir", out, "--no-format")
    program = target / "release" / f"uniffi-bindgen{'.exe' if os.name == 'nt' else ''}"
    run(program, "generate", built, *settings, cwd=HERE / "uniffi")


def many(count: int, target: pathlib.Path, out: pathlib.Path) -> None:
    """A crate of that many functions, and its PyO3 module."""

    def write(place: str, text: str) -> None:
        (out / place).parent.mkdir(parents=True, exist_ok=True)
        (out / place).write_text(text, encoding="utf-8")

    package = (
        '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2024"\npublish = false\nlicense = "MIT"\n'
    )
    write("Cargo.toml", f"{package.format('many')}\n[workspace]\nexclude = ['pyo3']\n")
    functions = (
        f"/// Function {at}.\npub fn call{at}(left: i64, right: i64) -> i64 {{\n    left + right + {at}\n}}\n"
        for at in range(count)
    )
    write("src/lib.rs", "//! Many functions.\n\n" + "\n".join(functions))
    write("pyo3/Cargo.toml", package.format("bench-pyo3") + PYO3)
    write("pyo3/pyproject.toml", (HERE / "pyo3" / "pyproject.toml").read_text(encoding="utf-8"))
    wrapped = (
        f"#[pyfunction]\nfn call{at}(left: i64, right: i64) -> i64 {{\n    many::call{at}(left, right)\n}}\n"
        for at in range(count)
    )
    added = "".join(f"    m.add_function(wrap_pyfunction!(call{at}, m)?)?;\n" for at in range(count))
    module = (
        "#[pymodule]\nfn bench_pyo3(m: &Bound<'_, PyModule>) -> PyResult<()> {\n" + added + "    Ok(())\n}\n"
    )
    write("pyo3/src/lib.rs", "use pyo3::prelude::*;\n\n" + "\n".join(wrapped) + "\n" + module)
    extension(out / "pyo3" / "Cargo.toml", "strict", target, out / "A")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--many", type=int, nargs="*", default=[10, 2000], metavar="N")
    options = parser.parse_args()
    out = options.out.resolve()
    target = out / "target"
    manifest = HERE / "pyo3" / "Cargo.toml"
    extension(manifest, "strict", target, out / "A")
    extension(manifest, "release", target, out / "A0")
    library("plain", target, out / "plain")
    foreign(target, out / "uniffi")
    for count in options.many:
        many(count, target, out / f"many-{count}")


if __name__ == "__main__":
    main()
