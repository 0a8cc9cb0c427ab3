"""`usecrate package`: from crates to a project and its wheel, and what bad input gets."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

import usecrate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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
    settings = pyproject(project)
    about = settings["project"]
    assert (
        about.items()
        >= {
            "name": "semver-rs",
            "version": "1.0.28",
            "license": "MIT OR Apache-2.0",
            "license-files": ["licenses/*/*"],
            "authors": [{"name": "David Tolnay", "email": "dtolnay@gmail.com"}],
            "keywords": ["cargo"],
            "dependencies": ["usecrate>=0.1.0,<0.2"],
        }.items()
    )
    assert about["urls"]["Repository"] == "https://github.com/dtolnay/semver"
    assert settings["tool"]["usecrate"]["crates"] == {"semver": {"spec": "semver@1.0.28"}}
    readme = (project / "README.md").read_text("utf-8")
    assert ">>> import semver_rs as semver\n" in readme
    assert ">>> req.matches(version)\nTrue\n" in readme  # the crate's own example
    assert 'name = "semver"' in (project / "crates" / "semver.lock").read_text("utf-8")
    kept = ("CHANGELOG.md", ".github/workflows/wheels.yml", "licenses/semver/LICENSE-MIT")
    for file in (*kept, "src/semver_rs/__init__.pyi", "src/semver_rs/py.typed"):
        assert (project / file).is_file(), file


def install(wheel: Path, place: Path) -> Path:
    """The Python of a new environment that has the wheel, and usecrate as these tests have it."""
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
    shown = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    here = Path(str(usecrate.__file__)).parents[1]
    (Path(shown.stdout.strip()) / "loader.pth").write_text(f"{here}\n", "utf-8")
    return python


@pytest.fixture(scope="module", name="python")
def python_fixture(made: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the wheel."""
    return install(made[1], tmp_path_factory.mktemp("installed") / "venv")


def run_without_rust(python: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a Python with nothing else on `PATH`."""
    keep = ("SYSTEMROOT", "SystemRoot", "TEMP", "TMP")
    env = {name: value for name, value in os.environ.items() if name in keep}
    env["PATH"] = str(python.parent)
    return subprocess.run(
        [str(python), *words], env=env, cwd=cwd, capture_output=True, text=True, check=False
    )


def test_a_wheel_is_installed_and_called_without_rust(python: Path, tmp_path: Path) -> None:
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
    done = run_without_rust(python, "-c", code, cwd=tmp_path)
    assert done.stdout.startswith("raised"), done.stderr
    assert "--python-package-name" in run("package", "--help").stdout


USE = """
import semver_rs
from semver_rs import Version, VersionReq

version: Version = semver_rs.Version.parse("1.2.3")
minor: int = version.minor
known: str = semver_rs.__version__
try:
    VersionReq.parse("?")
except semver_rs.Error as error:
    print(error.message, minor, known)
"""


def test_type_checkers_find_nothing_in_a_project_and_in_what_uses_it(
    made: tuple[Path, Path], python: Path, tmp_path: Path
) -> None:
    project, (use, wrong) = made[0], (tmp_path / "use.py", tmp_path / "wrong.py")
    use.write_text(USE, "utf-8")
    wrong.write_text("import semver_rs\nsemver_rs.Version.parse(5)\nsemver_rs.Versio\n", "utf-8")
    env = {**os.environ, "MYPYPATH": str(ROOT / "build-tools" / "python")}

    def check(*words: str | Path, cwd: Path) -> str:
        command = [sys.executable, "-m", *map(str, words)]
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    mypy = ("mypy", "--strict", "--python-version", "3.10", "--cache-dir", tmp_path / "mypy")
    assert check(*mypy, "src/semver_rs", "tests", "hatch_build.py", cwd=project) == ""
    assert check(*mypy, "--python-executable", python, use, cwd=tmp_path) == ""
    said = check(*mypy, "--python-executable", python, wrong, cwd=tmp_path)
    assert "wrong.py:2: error:" in said and "wrong.py:3: error:" in said, said
    settings: dict[str, Any] = {"typeCheckingMode": "strict", "pythonVersion": "3.10"}
    settings["extraPaths"] = [str(project / "src"), str(ROOT / "build-tools" / "python")]
    shutil.copytree(project, tmp_path / "copy", ignore=shutil.ignore_patterns("_crates", "dist"))
    settings["include"] = [f"copy/{part}" for part in ("src", "tests", "hatch_build.py")]
    (tmp_path / "project.json").write_text(json.dumps(settings))
    (tmp_path / "use.json").write_text(json.dumps({**settings, "extraPaths": [], "include": ["use.py"]}))
    pyright = ("pyright", "--pythonpath")
    assert check(*pyright, sys.executable, "-p", tmp_path / "project.json", cwd=tmp_path) == ""
    assert check(*pyright, python, "-p", tmp_path / "use.json", cwd=tmp_path) == ""


def test_a_wheel_says_what_is_in_it(made: tuple[Path, Path]) -> None:
    _, wheel = made
    name, version, python, abi, platform = wheel.stem.split("-")
    assert (name, version, python, abi) == ("semver_rs", "1.0.28", "py3", "none")
    assert platform != "any" and not platform.startswith("linux")
    if sys.platform.startswith("linux"):  # as `dev.py` installs what links for it
        machine = os.uname().machine
        assert platform == f"manylinux2014_{machine}.manylinux_2_17_{machine}"
        command = [sys.executable, "-m", "auditwheel", "show", "--json", str(wheel)]
        shown = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(shown.stdout)["overall_tag"] == f"manylinux_2_17_{machine}"
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


def test_a_source_distribution_holds_what_it_is_built_of_and_no_binary(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    code = "import sys, hatchling.build as backend; print(backend.build_sdist(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=made[0], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / done.stdout.strip()) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"crates/semver.lock", "hatch_build.py", "pyproject.toml", "src/semver_rs/__init__.pyi"} <= names
    assert not [name for name in names if "_crates" in name or name.endswith((".so", ".dylib", ".dll"))]


def pyproject(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    return found


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
    assert "two libraries in one file" in refused(tmp_path, *words, "universal2-apple-darwin")
    for target in ("x86_64-unknown-linux-musl", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"):
        if "linux" in sys.platform and on_glibc():
            assert f"a wheel for {target} cannot be built on" in refused(tmp_path, *words, target)


def on_glibc() -> bool:
    return "gnu" in str(getattr(sys.implementation, "_multiarch", ""))


def test_two_crates_of_one_name_are_refused(tmp_path: Path) -> None:
    words = ("--python-package-name", "versions", "--module", SPEC, "--module")
    said = refused(tmp_path, *words, "semver@0.9")
    assert f"{SPEC} and semver@0.9 would both be the module `semver`" in said
    assert "--module semver_2=semver@0.9" in said
    assert "would both be the module `Semver`" in refused(tmp_path, *words, "Semver=regex@1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--module", f"class={SPEC}"), "`class`, the module of semver@1.0.28, is a keyword"),
        (("--module", f"_crates={SPEC}"), "is a name that the package needs itself"),
        (("--module", SPEC, "--version", "one"), "`one` is not a version"),
        (("--module", SPEC, "--version", "1.0.0-rc.1"), "--version 1.0.0rc1"),
        (("--module", "./nothing"), "there is no crate in"),
        (("--module", SPEC, "--module", "url@2", "-F", "serde"), "does not say which crate's it is"),
        (("--module", SPEC, "--module", "url@2", "-F", "uri/serde"), "they are semver, url"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_built(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in refused(tmp_path, "--python-package-name", "some-rs", *words)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    words = ("package", "--module", SPEC, "--python-package-name", "some-rs", "--out")
    file = tmp_path / "file"
    file.write_text("mine", "utf-8")
    done = run(*words, file, cwd=tmp_path)
    assert done.returncode == 1 and "nothing can be written into" in done.stderr, done.stderr
    assert "hint: choose another `--out`" in done.stderr and file.read_text("utf-8") == "mine"
    if not WINDOWS:
        (tmp_path / "some-rs").symlink_to(tmp_path / "nowhere")
        done = run(*words, tmp_path, "--force", cwd=tmp_path)
        assert done.returncode == 1 and "is not a folder" in done.stderr, done.stderr


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


def test_what_is_built_for_a_project_is_what_its_wheel_holds(made: tuple[Path, Path], tmp_path: Path) -> None:
    words = ("--module", SPEC, "--python-package-name", "semver-rs", "--out", tmp_path)
    done = run("package", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    built = tmp_path / "semver-rs" / "src" / "semver_rs" / "_crates" / "semver" / "BLAKE3SUMS"
    with zipfile.ZipFile(made[1]) as archive:
        assert archive.read("semver_rs/_crates/semver/BLAKE3SUMS") == built.read_bytes()


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


@pytest.fixture(scope="module", name="local")
def local_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a crate in it."""
    folder = tmp_path_factory.mktemp("local")
    for name, text in LOCAL.items():
        file = folder / "greeter" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), "utf-8")
    return folder


def test_a_local_crate_and_its_modules_are_packaged(local: Path, tmp_path: Path) -> None:
    words = ("--module", "./greeter", "--python-package-name", "greeter-rs", "--wheel", "--out", tmp_path)
    done = run("package", *words, cwd=local)
    assert done.returncode == 0, done.stderr
    project, wheel = tmp_path / "greeter-rs", Path(done.stdout.strip())
    about = pyproject(project)["project"]
    assert about["version"] == "0.3.0b2" and about["license"] == "MIT OR Apache-2.0"
    assert pyproject(project)["tool"]["usecrate"]["crates"]["greeter"]["spec"] == "./crates/greeter"
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


def run_its_tests(project: Path) -> None:
    """Runs the tests that a project was generated with."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        env={**os.environ, "PYTHONPATH": str(project / "src")},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_several_crates_are_one_package(local: Path, tmp_path: Path) -> None:
    words = ("--module", SPEC, "--module", "hello=./greeter", "--python-package-name", "two-rs")
    done = run("package", *words, "--out", tmp_path, "--wheel", cwd=local)
    assert done.returncode == 0, done.stderr
    project, wheel = tmp_path / "two-rs", Path(done.stdout.strip())
    assert wheel.name.startswith("two_rs-0.1.0-py3-none-")
    python = install(wheel, tmp_path / "venv")
    code = """
import sys, two_rs
assert not [name for name in sys.modules if name.startswith("two_rs.")], "nothing is loaded before it is used"
assert two_rs.__all__ == ["hello", "semver"] and "hello" in dir(two_rs)
from two_rs import semver
from two_rs.hello.plain import greet
print(greet("all"), semver.Version.parse("1.2.3").major, two_rs.semver is semver)
"""
    called = run_without_rust(python, "-c", code, cwd=tmp_path)
    assert called.stdout == "hello, all 1 True\n", called.stderr
    run_its_tests(project)
    with zipfile.ZipFile(wheel) as archive:
        bills = [name for name in archive.namelist() if name.endswith(".cdx.json") and "sboms" in name]
    assert len(bills) == 2
    mypy = ("-m", "mypy", "--strict", "--python-version", "3.10", "src/two_rs", "tests")
    checked = subprocess.run(
        [sys.executable, *mypy], cwd=project, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_da_is_the_package_that_its_readme_promises(tmp_path: Path) -> None:
    words = ("--module", "./modules/da", "--python-package-name", "usecrate-da", "--out", tmp_path)
    done = run("package", *words, "--wheel", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    project, wheel = tmp_path / "usecrate-da", Path(done.stdout.strip())
    assert (project / "licenses" / "da" / "LICENSE-MIT").is_file()
    assert ">>> da.rs.join(shards, 5)\nb'abcde'\n" in (project / "README.md").read_text("utf-8")
    python = install(wheel, tmp_path / "venv")
    code = "import usecrate_da as da; print(da.hash.sha256(b'abc').hex()[:8], da.__version__)"
    called = run_without_rust(python, "-c", code, cwd=tmp_path)
    assert called.stdout == "ba7816bf 0.1.0\n", called.stderr
    run_its_tests(project)
