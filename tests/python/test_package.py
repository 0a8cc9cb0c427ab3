"""`usecrate package`: from crates to a project and its wheel, and what bad input gets."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

import usecrate

ROOT = Path(__file__).resolve().parents[2]
SPEC = "semver@1.0.28"
WINDOWS = os.name == "nt"


def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `usecrate` with the packager of this clone."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "build-tools" / "python")}
    return subprocess.run(
        [sys.executable, "-m", "usecrate", *map(str, words)],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", name="made")
def made_fixture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project and its wheel."""
    out = tmp_path_factory.mktemp("package")
    done = run(
        "package", "--module", SPEC, "--python-package-name", "semver-rs", "--out", out, "--wheel", cwd=out
    )
    assert done.returncode == 0, done.stderr
    return out / "semver-rs", Path(done.stdout.strip())


def test_a_project_has_what_a_person_would_write(made: tuple[Path, Path]) -> None:
    project, _ = made
    settings = (project / "pyproject.toml").read_text("utf-8")
    for line in (
        'name = "semver-rs"',
        'version = "1.0.28"',
        'license = "MIT OR Apache-2.0"',
        'license-files = ["licenses/*/*"]',
        '    { name = "David Tolnay", email = "dtolnay@gmail.com" },',
        'keywords = ["cargo"]',
        'Repository = "https://github.com/dtolnay/semver"',
        'dependencies = ["usecrate>=0.1.0,<0.2"]',
        'spec = "semver@1.0.28"',
    ):
        assert line in settings.splitlines(), line
    readme = (project / "README.md").read_text("utf-8")
    assert ">>> import semver_rs as semver\n" in readme
    assert ">>> req.matches(version)\nTrue\n" in readme  # the crate's own example
    assert 'name = "semver"' in (project / "crates" / "semver.lock").read_text("utf-8")
    kept = ("CHANGELOG.md", ".github/workflows/wheels.yml", "licenses/semver/LICENSE-MIT")
    for file in (*kept, "src/semver_rs/__init__.pyi", "src/semver_rs/py.typed"):
        assert (project / file).is_file(), file


def test_a_wheel_is_installed_and_called_without_rust(made: tuple[Path, Path], tmp_path: Path) -> None:
    project, wheel = made
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    python = place / ("Scripts/python.exe" if WINDOWS else "bin/python")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*command, str(wheel)], check=True)
    # Beside it usecrate itself, as these tests have it.
    shown = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    here = Path(str(usecrate.__file__)).parents[1]
    (Path(shown.stdout.strip()) / "loader.pth").write_text(f"{here}\n", "utf-8")
    code = """
import semver_rs, sys
assert "usecrate._native" not in sys.modules, "nothing is loaded before it is used"
assert semver_rs.Version.parse("1.2.3").minor == 2
assert semver_rs.__version__ == "1.0.28" and "Version" in dir(semver_rs)
try:
    semver_rs.Version.parse("x")
except semver_rs.Error as error:
    print("raised", error)
"""
    keep = ("SYSTEMROOT", "SystemRoot", "TEMP", "TMP")
    env = {name: value for name, value in os.environ.items() if name in keep}
    env["PATH"] = str(python.parent)
    done = subprocess.run(
        [str(python), "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("raised"), done.stderr
    found = run("package", "--help")
    assert "--python-package-name" in found.stdout and project.is_dir()


def test_a_wheel_says_what_is_in_it(made: tuple[Path, Path]) -> None:
    _, wheel = made
    name, version, python, abi, platform = wheel.stem.split("-")
    assert (name, version, python, abi) == ("semver_rs", "1.0.28", "py3", "none")
    assert platform != "any" and not platform.startswith("linux")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        info = "semver_rs-1.0.28.dist-info"
        bill: dict[str, Any] = json.loads(archive.read(f"{info}/sboms/semver.cdx.json"))
        terms = archive.read(f"{info}/licenses/licenses/semver/THIRD-PARTY-LICENSES.txt").decode()
        lines = archive.read(f"{info}/METADATA").decode().splitlines()
    assert "Requires-Dist: usecrate<0.2,>=0.1.0" in lines
    assert [line for line in lines if line.startswith("Requires-Dist")] == [
        "Requires-Dist: usecrate<0.2,>=0.1.0"
    ]
    assert "License-Expression: MIT OR Apache-2.0" in lines
    assert (
        bill["bomFormat"] == "CycloneDX"
        and bill["metadata"]["component"]["purl"] == "pkg:cargo/semver@1.0.28"
    )
    inside = {one["name"]: one for one in bill["components"]}
    assert inside.keys() >= {"usecrate-runtime", "std"} and "serial" not in json.dumps(bill)
    assert all("licenses" in one for one in inside.values())
    assert "usecrate-runtime" in terms and "Permission is hereby granted" in terms
    assert len([one for one in names if one.endswith((".so", ".dylib", ".dll"))]) == 1


def refused(tmp_path: Path, *words: str) -> str:
    done = run("package", "--out", tmp_path / "out", *words, cwd=tmp_path)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "hint: " in done.stderr and "Traceback" not in done.stderr, done.stderr
    out = tmp_path / "out"
    assert not out.exists() or not list(out.iterdir()), "something half-written is left"
    return done.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my package", "cannot be the name of a Python package"),
        ("1semver", "cannot be the name of a Python package"),
        ("größe", "cannot be the name of a Python package"),
        ("class", "is a keyword of Python"),
        ("json", "is a module of Python's standard library"),
        ("usecrate", "is usecrate's own name"),
    ],
)
def test_a_name_that_cannot_be_imported_is_refused(tmp_path: Path, name: str, words: str) -> None:
    assert words in refused(tmp_path, "--module", SPEC, "--python-package-name", name)


def test_a_target_of_another_machine_is_refused(tmp_path: Path) -> None:
    words = ("--module", SPEC, "--python-package-name", "x", "--target")
    assert "rustup target add riscv64gc-unknown-linux-gnu" in refused(
        tmp_path, *words, "riscv64gc-unknown-linux-gnu"
    )
    assert "Rust knows no target `x86-amiga`" in refused(tmp_path, *words, "x86-amiga")


def test_two_crates_of_one_name_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "--module", SPEC, "--module", SPEC, "--python-package-name", "versions")
    assert "would both be the module `semver`" in said and "--module semver_2=semver@1.0.28" in said


def test_a_project_that_is_there_is_not_written_over(made: tuple[Path, Path], tmp_path: Path) -> None:
    project = tmp_path / "semver-rs"
    project.mkdir()
    (project / "mine.txt").write_text("mine", "utf-8")
    words = ("package", "--module", SPEC, "--python-package-name", "semver-rs", "--out", tmp_path)
    done = run(*words)
    assert done.returncode == 1 and "is there already" in done.stderr and "--force" in done.stderr
    assert [path.name for path in project.iterdir()] == ["mine.txt"]
    assert run(*words, "--force").returncode == 0
    assert (project / "mine.txt").read_text("utf-8") == "mine"
    same = "pyproject.toml"
    assert (project / same).read_bytes() == (made[0] / same).read_bytes()


def test_a_wheel_is_built_again_byte_by_byte(made: tuple[Path, Path], tmp_path: Path) -> None:
    _, wheel = made
    place = tmp_path / "artifact"
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if "/_crates/semver/" in name:
                file = place / name.partition("/_crates/semver/")[2]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(archive.read(name))
    library = next(path for path in place.iterdir() if path.suffix in (".so", ".dylib", ".dll"))
    honest = library.read_bytes()
    for place_of_machine in (str(ROOT), os.environ.get("USECRATE_CACHE_DIR", str(ROOT)), str(Path.home())):
        assert place_of_machine.encode() not in honest
    library.write_bytes(honest[:-1] + bytes([honest[-1] ^ 1]))
    done = run("verify-build", place, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    # The changed file alone is told, and that the one that is built is the one that was.
    _, difference = done.stdout.strip().splitlines()
    assert difference.split()[0] == f"{library.name}:"
    assert hashlib.sha256(honest).hexdigest()[:16] in difference.partition("now ")[2]


def test_what_was_built_without_a_lock_file_cannot_be_verified(build: Any, tmp_path: Path) -> None:
    done = run("verify-build", build(SPEC), cwd=tmp_path)
    assert done.returncode == 1 and "was built without a lock file" in done.stderr
    assert "there is no `nothing`" in run("verify-build", "nothing", cwd=tmp_path).stderr


LOCAL = {
    "Cargo.toml": """
        [package]
        name = "greeter"
        version = "0.3.0-beta.2"
        edition = "2021"
        description = "Greets."
        license = "MIT/Apache-2.0"
        """,
    "src/lib.rs": """
        //! Greets.
        //!
        //! ```
        //! assert_eq!(greeter::plain::greet("you"), "hello, you");
        //! ```

        /// Without ado.
        pub mod plain {
            /// Greets somebody.
            pub fn greet(name: &str) -> String {
                format!("hello, {name}")
            }
        }
        """,
}


def test_a_local_crate_and_its_modules_are_packaged(tmp_path: Path) -> None:
    for name, text in LOCAL.items():
        file = tmp_path / "greeter" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), "utf-8")
    words = ("--module", "./greeter", "--python-package-name", "greeter-rs", "--out", "out", "--wheel")
    done = run("package", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    project, wheel = tmp_path / "out" / "greeter-rs", tmp_path / "out" / done.stdout.strip()
    settings = (project / "pyproject.toml").read_text("utf-8").splitlines()
    assert {'version = "0.3.0b2"', 'license = "MIT OR Apache-2.0"', 'spec = "./crates/greeter"'} <= {
        *settings
    }
    # The project holds all that it takes to build it elsewhere.
    assert (project / "crates" / "greeter" / "src" / "lib.rs").is_file()
    readme = (project / "README.md").read_text("utf-8")
    assert ">>> greeter.plain.greet(\"you\")\n'hello, you'\n" in readme
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    code = (
        "import greeter_rs.plain, greeter_rs\n"
        "from greeter_rs.plain import greet\n"
        "assert greeter_rs.plain.greet is greet and dir(greeter_rs.plain).count('greet') == 1\n"
        "print(greet('all'))"
    )
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    called = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert called.stdout == "hello, all\n", called.stderr
