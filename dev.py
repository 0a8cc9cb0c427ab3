#!/usr/bin/env python3
"""The one script of this repository: demo, test, fmt, lint, bench, bless, wheels, stubs, docs, asan, fuzz.

Needs Rust (cargo) and Python 3.10 or newer, nothing else: it makes its virtual environments below `.dev/`,
installs pinned tools there, and builds what is out of date. Steps whose inputs are unchanged are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
DEV = ROOT / ".dev"
REQUIREMENTS = ROOT / "tests" / "requirements"
WINDOWS = os.name == "nt"
OLDEST = (3, 10)
# One build of the tool serves demo and tests. Parsing rustdoc's output without any optimisation takes longer
# than optimising a little; the runtime stays as it is, so that its tests see a real debug build.
PROFILE = (
    "profile.dev.package.'*'.opt-level=1",
    "profile.dev.package.usecrate-build.opt-level=1",
    "profile.dev.debug='line-tables-only'",
)
SMOKE = "semver@1.0.28"
SOUNDNESS = ROOT / "tests" / "soundness" / "Cargo.toml"
MODELS = ("--target-dir", DEV / "target-models", "--manifest-path", ROOT / "tests" / "models" / "Cargo.toml")
FUZZ = ROOT / "tests" / "fuzz"
DA = ROOT / "modules" / "da" / "Cargo.toml"
CARGO_FUZZ = "0.13.2"
# What is fuzzed, and under which sanitizer: only the runtime has unsafe code, and the sanitizer costs speed.
FUZZ_TARGETS = {"request": "address", "manifest": "none", "rustdoc": "none"}


class Failed(Exception):
    """A step failed: the message says which, and what to do next."""


# ---------------------------------------------------------------------------------------------------- output


def say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Announces a step and says how long it took."""
    say(f"==> {title}")
    start = time.monotonic()
    try:
        yield
    except Failed:
        say(f"  ! {title}: failed after {time.monotonic() - start:.1f} s")
        raise
    say(f"    {time.monotonic() - start:.1f} s")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of every program started here: the tool and the cache of this clone, no foreign virtual
    environment, no foreign target folder."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CARGO_TARGET_DIR", "USECRATE_ARTIFACT_DIR")
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    env.update(
        USECRATE_BUILD=str(build_tool()),
        USECRATE_CACHE_DIR=str(DEV / "cache"),
        PYTHONDONTWRITEBYTECODE="1",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PYRIGHT_PYTHON_IGNORE_WARNINGS="1",
    )
    env.update(extra)
    return env


def run(*command: str | Path, quiet: bool = False, env: Mapping[str, str] | None = None) -> str:
    """Runs a program; its output goes to the terminal, or, if `quiet`, is returned, and shown on failure."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=environment(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        hint = "install Rust from https://rustup.rs" if words[0] == "cargo" else "is it installed?"
        raise Failed(f"cannot run `{words[0]}`: {error}; {hint}") from None
    if done.returncode != 0:
        if quiet:
            say(done.stdout)
        raise Failed(f"`{shlex.join(words)}` ended with exit code {done.returncode}")
    return done.stdout or ""


BUILD_OUTPUT = frozenset(("target", "__pycache__", ".pytest_cache"))


def digest(*paths: Path, also: str = "") -> str:
    """A hash over the contents of files and folders, build output left out."""
    state = hashlib.sha256(also.encode())
    for path in paths:
        files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file())
        for file in files:
            if file != path and BUILD_OUTPUT.intersection(file.relative_to(path).parts):
                continue
            state.update(f"{file.relative_to(ROOT)}\0".encode())
            state.update(hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def unless_done(name: str, key: str, work: Callable[[], None]) -> None:
    """Does the work unless it was done before for the same key."""
    stamp = DEV / "stamps" / name
    if stamp.is_file() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key)


# ---------------------------------------------------------------------------------------------- interpreters


@dataclass(frozen=True)
class Python:
    """An interpreter, and the virtual environment made for it."""

    version: tuple[int, ...]
    executable: Path

    @property
    def tag(self) -> str:
        return ".".join(map(str, self.version[:2]))

    @property
    def venv(self) -> Path:
        return DEV / "venvs" / self.tag

    def program(self, name: str) -> Path:
        return self.venv / ("Scripts" if WINDOWS else "bin") / (f"{name}.exe" if WINDOWS else name)


PROBE = """
import sys, sysconfig, json
try:
    import ensurepip, venv
    whole = True
except ImportError:
    whole = False
print(json.dumps([list(sys.version_info[:3]), sys.implementation.name, sys._base_executable, whole,
                  bool(sysconfig.get_config_var("Py_GIL_DISABLED"))]))
"""


def candidates() -> Iterator[Path]:
    """Where interpreters may lie: this one, `PATH`, pyenv, uv, the `py` launcher."""
    yield Path(sys.executable)
    for minor in range(OLDEST[1], 40):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            yield Path(folder) / (f"python3.{minor}.exe" if WINDOWS else f"python3.{minor}")
    for name in ("python3", "python"):
        if found := shutil.which(name):
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob("versions/*/bin/python3"))
    yield from sorted(pyenv.glob("pyenv-win/versions/*/python.exe"))
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield from sorted(uv.glob("cpython-*/bin/python3"))
    yield from sorted(uv.glob("cpython-*/python.exe"))
    if launcher := shutil.which("py"):
        listed = subprocess.run([launcher, "-0p"], capture_output=True, text=True, check=False).stdout
        yield from (Path(line.split()[-1]) for line in listed.splitlines() if line.strip().endswith(".exe"))


def interpreters() -> list[Python]:
    """One interpreter for each version at hand, oldest first; the one that runs this script is preferred."""
    found: dict[tuple[int, ...], Python] = {}
    seen: set[Path] = set()
    for path in candidates():
        if not path.is_file() or ".pyenv/shims" in path.as_posix() or path.resolve() in seen:
            continue
        seen.add(path.resolve())
        try:
            done = subprocess.run(
                [str(path), "-I", "-c", PROBE], capture_output=True, text=True, timeout=60, check=True
            )
            version, name, executable, whole, free_threaded = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.SubprocessError):
            continue
        if name != "cpython" or tuple(version[:2]) < OLDEST:
            continue
        if free_threaded or not whole:
            reason = "free-threaded builds are not served yet" if free_threaded else "it has no `ensurepip`"
            say(f"    python {'.'.join(map(str, version))} at {path} is left out: {reason}")
            continue
        found.setdefault(tuple(version[:2]), Python(tuple(version), Path(executable)))
    if not found:
        raise Failed("no CPython 3.10 or newer with `ensurepip` found; install one (on Debian: python3-venv)")
    return [found[key] for key in sorted(found)]


def main_python(pythons: Sequence[Python]) -> Python:
    """The one that the whole suite runs on: the version that runs this script, else the newest."""
    return next((p for p in pythons if p.version[:2] == sys.version_info[:2]), pythons[-1])


def virtual_environment(python: Python, *requirements: str) -> None:
    """Makes the interpreter's virtual environment and installs the named requirement files."""
    config = python.venv / "pyvenv.cfg"
    if not config.is_file():
        with step(f"python {python.tag}: virtual environment"):
            shutil.rmtree(python.venv, ignore_errors=True)
            run(python.executable, "-m", "venv", python.venv, quiet=True)
    for name in requirements:
        file = REQUIREMENTS / f"{name}.txt"

        def install(file: Path = file) -> None:
            with step(f"python {python.tag}: install {file.relative_to(ROOT)}"):
                run(python.program("python"), "-m", "pip", "install", "--quiet", "-r", file, quiet=True)

        made = f"{python.executable}{config.stat().st_mtime}"
        unless_done(f"{name}-{python.tag}", digest(file, also=made), install)


# ---------------------------------------------------------------------------------------------------- builds


def target_folder() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()


def build_tool() -> Path:
    return target_folder() / "debug" / ("usecrate-build.exe" if WINDOWS else "usecrate-build")


def cargo(command: str, *arguments: str, profile: bool = True) -> None:
    settings = [word for setting in PROFILE for word in ("--config", setting)] if profile else []
    run("cargo", command, *settings, "--target-dir", str(target_folder()), *arguments)


def build_build_tool() -> None:
    """Builds `usecrate-build`. Cargo knows whether anything is to be done."""
    with step("build usecrate-build"):
        cargo("build", "--locked", "-p", "usecrate-build", "--quiet")


def build_loader(python: Python, builder: Python) -> None:
    """Builds the loader's wheel for one interpreter and installs it there."""
    names = ("Cargo.toml", "Cargo.lock", "build.rs", "pyproject.toml", "src", "python")
    sources = [ROOT / "loader-py" / name for name in names]

    def build() -> None:
        with step(f"python {python.tag}: build and install the loader"):
            wheels = DEV / "wheels" / python.tag
            shutil.rmtree(wheels, ignore_errors=True)
            arguments: list[str | Path] = [
                "--release",
                "--locked",
                "--out",
                wheels,
                "--interpreter",
                python.program("python"),
            ]
            maturin: list[str | Path] = [
                builder.program("maturin"),
                "build",
                "-m",
                ROOT / "loader-py" / "Cargo.toml",
            ]
            run(*maturin, *arguments, quiet=True, env={"CARGO_TARGET_DIR": str(DEV / "target-loader")})
            (wheel,) = wheels.glob("*.whl")
            install: list[str | Path] = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--force-reinstall",
                wheel,
            ]
            run(python.program("python"), *install, quiet=True)

    made = (python.venv / "pyvenv.cfg").stat().st_mtime
    unless_done(f"loader-{python.tag}", digest(*sources, also=f"{python.executable}{made}"), build)


def prepare(*requirements: str) -> Python:
    """The main interpreter with the build tool and the loader ready."""
    python = main_python(interpreters())
    virtual_environment(python, "build", *requirements)
    build_build_tool()
    build_loader(python, python)
    return python


def pytest(python: Python, *arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
    settings: list[str | Path] = ["-c", ROOT / "pyproject.toml", "--rootdir", ROOT, "-p", "no:cacheprovider"]
    run(python.program("python"), "-m", "pytest", *settings, *arguments, env=env)


# -------------------------------------------------------------------------------------------------- commands


def demo(options: argparse.Namespace) -> None:
    """Build thirteen unmodified crates from crates.io and call them."""
    python = prepare()
    with step("examples/demo.py"):
        run(python.program("python"), "-W", "error", ROOT / "examples" / "demo.py", *options.rest)


def test(options: argparse.Namespace) -> None:
    """Run every test: Rust, the loader on each Python at hand, and end to end."""
    pythons = interpreters()
    main = main_python(pythons)
    if options.quick:
        pythons = [main]
    say(f"    interpreters: {', '.join(p.tag for p in pythons)}; the whole suite on {main.tag}")
    bless = {"USECRATE_BLESS": "1"} if options.command == "bless" else {}
    linking = ["wheels"] if sys.platform.startswith("linux") else []
    virtual_environment(main, "build", "test", "notebook", "lint", *linking)
    build_build_tool()
    with step("cargo test"):
        settings = [word for setting in PROFILE for word in ("--config", setting)]
        run("cargo", "test", *settings, "--target-dir", target_folder(), "--workspace", "--locked", env=bless)
    with step("cargo test: the soundness rules, on a bridge written by hand"):
        run(
            "cargo", "test", "--target-dir", DEV / "target-soundness", "--manifest-path", SOUNDNESS, env=bless
        )
    with step("cargo test: the table of handles, in every order of threads"):
        run("cargo", "test", "--release", "--locked", *MODELS)
    with step("cargo test: the corpora of the fuzz targets"):
        fuzzed: list[str | Path] = ["--target-dir", DEV / "target-fuzz-replay"]
        run("cargo", "test", *fuzzed, "--manifest-path", FUZZ / "Cargo.toml")
    with step("cargo test: modules/da"):
        run("cargo", "test", "--locked", "--target-dir", DEV / "target-modules", "--manifest-path", DA)
    for python in pythons:
        virtual_environment(python, "test")
        build_loader(python, main)
        with step(f"python {python.tag}: tests of the loader"):
            pytest(python, "-q", ROOT / "loader-py" / "tests", env=bless)
    same_artifact(pythons)
    with step(f"python {main.tag}: end to end"):
        chosen = ["-m", "not slow"] if options.quick else []
        folders = options.rest or [ROOT / "tests" / "python", ROOT / "tests" / "abi_client"]
        pytest(main, *chosen, *folders, env=bless)


def same_artifact(pythons: Sequence[Python]) -> None:
    """One artifact, built once, called by every interpreter, and left as it was."""
    with step(f"one artifact of {SMOKE}, called from {', '.join(p.tag for p in pythons)}"):
        root = DEV / "smoke"
        out = run(build_tool(), "build", SMOKE, "--json", "--out", root, quiet=True)
        events = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        artifact = Path(next(event["artifact"] for event in events if event.get("event") == "done"))
        before = digest(artifact)
        for python in pythons:
            run(python.program("python"), "-W", "error", ROOT / "tests" / "smoke.py", artifact)
        if digest(artifact) != before:
            raise Failed(f"calling the artifact in {artifact} changed its files")


PYTHON_SOURCES = ("dev.py", "examples", "tests", "loader-py", "build-tools/python")


def fmt(_options: argparse.Namespace) -> None:
    """Format Rust and Python."""
    python = main_python(interpreters())
    virtual_environment(python, "lint")
    run("cargo", "fmt", "--all")
    for manifest in ("loader-py/Cargo.toml", SOUNDNESS, FUZZ / "Cargo.toml", DA):
        run("cargo", "fmt", "--manifest-path", manifest)
    run(python.program("ruff"), "check", "--fix", "--quiet", *PYTHON_SOURCES)
    run(python.program("ruff"), "format", *PYTHON_SOURCES)


def lint(_options: argparse.Namespace) -> None:
    """Check formatting, lints and types; warnings are errors."""
    python = main_python(interpreters())
    virtual_environment(python, "lint", "docs")
    loader = ("--manifest-path", "loader-py/Cargo.toml")
    clippy = ("--all-targets", "--locked", "--", "-D", "warnings")
    native = ("cargo", "clippy", "--target-dir", DEV / "target-loader", *loader, *clippy)
    rules = ("--target-dir", DEV / "target-soundness", "--manifest-path", SOUNDNESS)
    # Without the build tools, which the workspace's own check has seen.
    fuzzed = ("--target-dir", DEV / "target-fuzz-replay", "--manifest-path", FUZZ / "Cargo.toml")
    module = ("--target-dir", DEV / "target-modules", "--manifest-path", DA)
    checks: list[tuple[str, Sequence[str | Path], dict[str, str]]] = [
        ("cargo fmt", ("cargo", "fmt", "--all", "--check"), {}),
        ("cargo fmt, loader", ("cargo", "fmt", *loader, "--check"), {}),
        ("cargo fmt, soundness", ("cargo", "fmt", "--manifest-path", SOUNDNESS, "--check"), {}),
        ("cargo fmt, models", ("cargo", "fmt", *MODELS[2:], "--check"), {}),
        ("cargo fmt, fuzz", ("cargo", "fmt", "--manifest-path", FUZZ / "Cargo.toml", "--check"), {}),
        ("cargo fmt, modules/da", ("cargo", "fmt", "--manifest-path", DA, "--check"), {}),
        ("cargo clippy", ("cargo", "clippy", "--target-dir", target_folder(), "--workspace", *clippy), {}),
        ("cargo clippy, loader", native, {"PYO3_PYTHON": str(python.program("python"))}),
        ("cargo clippy, soundness", ("cargo", "clippy", *rules, *clippy), {}),
        ("cargo clippy, models", ("cargo", "clippy", *MODELS, *clippy), {}),
        ("cargo clippy, fuzz", ("cargo", "clippy", *fuzzed, "--no-default-features", *clippy), {}),
        ("cargo clippy, modules/da", ("cargo", "clippy", *module, *clippy), {}),
        ("ruff check", (python.program("ruff"), "check", *PYTHON_SOURCES), {}),
        ("ruff format", (python.program("ruff"), "format", "--check", *PYTHON_SOURCES), {}),
        ("mypy", (python.program("mypy"), "--cache-dir", DEV / "mypy"), {}),
        ("pyright", (python.program("pyright"), "--pythonpath", python.program("python")), {}),
        ("the site", (python.program("zensical"), *SITE), {}),
    ]
    failures: list[str] = []
    for title, command, extra in checks:
        try:
            with step(title):
                run(*command, env=extra)
        except Failed as failure:
            failures.append(f"{title}: {failure}")
    if failures:
        raise Failed("\n  ".join(["these checks failed; `python3 dev.py fmt` mends formatting", *failures]))


def wheels(options: argparse.Namespace) -> None:
    """Build the wheels of both distributions, of `usecrate` one for each Python at hand."""
    pythons = interpreters()
    main = main_python(pythons)
    linux = sys.platform.startswith("linux")
    virtual_environment(main, "build", *(["wheels"] if linux else []))
    out = Path(options.rest[0]).resolve() if options.rest else DEV / "dist"
    # Through zig against an old glibc; maturin refuses to name a wheel so that does not keep to it.
    old = ["--zig", "--compatibility", "manylinux2014"] if linux else []
    path = os.pathsep.join([str(main.program("python").parent), os.environ["PATH"]])
    for project in ("loader-py", "build-tools"):
        with step(f"wheels of {project}"):
            command: list[str | Path] = [main.program("maturin"), "build", "--release", "--locked", *old]
            command += ["-m", ROOT / project / "Cargo.toml", "--out", out]
            # The extension is of one Python each: it reads the interpreter's own structures.
            which = [python.executable for python in pythons] if project == "loader-py" else []
            target = {"CARGO_TARGET_DIR": str(DEV / f"target-wheels-{project}"), "PATH": path}
            run(*command, *(["--interpreter", *which] if which else []), env=target)
    for wheel in sorted(out.glob("*.whl")):
        say(f"    {wheel}")


def bench(options: argparse.Namespace) -> None:
    """Compare calls and builds with what is written by hand; measure imports, and much of everything."""
    python = prepare("test")
    virtual_environment(python, "bench")
    folder, out = ROOT / "tests" / "bench", DEV / "bench"
    out.mkdir(parents=True, exist_ok=True)

    def build() -> None:
        with step("build the contenders: PyO3 twice, ctypes, UniFFI, and crates of many functions"):
            run(python.program("python"), folder / "contenders" / "build.py", out)

    settings: list[str | Path] = ["--contenders", out]
    if options.quick:
        settings.append("--quick")
    else:
        sources = (folder / "contenders", folder / "workload")
        unless_done("bench", digest(*sources, also=str(python.executable)), build)
    figures = (options.json or out / "figures.json").resolve()
    settings += ["--json", figures]
    with step("tests/bench/compare.py"):
        run(python.program("python"), folder / "compare.py", *settings)
    if options.record:
        with step("docs/speed.md, docs/speed.svg, tests/bench/instructions.json"):
            run(python.program("python"), folder / "page.py", figures)
            run(python.program("python"), folder / "instructions.py", "--contenders", out, "--record")
    elif not options.quick and shutil.which("valgrind"):
        with step("tests/bench/instructions.py"):
            run(python.program("python"), folder / "instructions.py", "--contenders", out)
    if not options.quick:
        with step("tests/bench/bench.py"):
            run(python.program("python"), folder / "bench.py", *options.rest)
        with step("tests/bench/scale.py"):
            run(python.program("python"), folder / "scale.py")
        with step("tests/bench/builds.py"):
            run(python.program("python"), folder / "builds.py")


def stubs(options: argparse.Namespace) -> None:
    """Check the stubs of the corpus, or of the crates that are named, by mypy, pyright and stubtest."""
    python = prepare("test", "lint")
    with step("tests/checkers.py"):
        run(python.program("python"), ROOT / "tests" / "checkers.py", *options.rest)


def docs(_options: argparse.Namespace) -> None:
    """Build the site and the Rust documentation; check the links between the pages."""
    python = main_python(interpreters())
    virtual_environment(python, "docs")
    with step("links"):
        if broken := broken_links():
            raise Failed("\n  ".join(["these links lead nowhere:", *broken]))
    with step("the site, into .dev/site"):
        run(python.program("zensical"), *SITE, quiet=True)
    with step("cargo doc"):
        cargo("doc", "--locked", "--workspace", "--no-deps", "--quiet", profile=False)


SITE = ("build", "--strict", "--clean")
REPOSITORY = "https://github.com/usecrate/usecrate/blob/main/"


def broken_links() -> list[str]:
    """Relative links of the Markdown pages that have no target."""
    broken: list[str] = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)\s]*\)", text):
            # What is outside of docs/ is not part of the site: its pages link to the repository.
            inside = page.parent / target
            if target.startswith(REPOSITORY):
                inside = ROOT / target.removeprefix(REPOSITORY)
            elif "://" in target:
                continue
            if not inside.exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    return broken


def asan(options: argparse.Namespace) -> None:
    """Run real artifacts under AddressSanitizer, and switch each soundness rule off to see its test fail."""
    if not sys.platform.startswith("linux"):
        raise Failed("AddressSanitizer is used on Linux alone; `dev.py test` runs the same tests without")
    python = prepare("test")
    with step("a real artifact under AddressSanitizer"):
        pytest(python, ROOT / "tests" / "python" / "test_asan.py")
    with step("soundness rules, switched off one by one, under AddressSanitizer"):
        run(python.program("python"), ROOT / "tests" / "soundness" / "mutations.py", *options.rest)


def fuzz(options: argparse.Namespace) -> None:
    """Fuzz the request decoder, the manifest reader and the rustdoc reader, `--seconds` each."""
    if WINDOWS:
        raise Failed("cargo-fuzz does not run on Windows; `dev.py test` replays the corpora")
    tools = DEV / "tools"
    if unknown := set(options.rest) - set(FUZZ_TARGETS):
        raise Failed(f"there is no fuzz target {', '.join(unknown)}, but {', '.join(FUZZ_TARGETS)}")

    def install() -> None:
        with step(f"install cargo-fuzz {CARGO_FUZZ}"):
            version = ("--version", CARGO_FUZZ, "--locked", "--quiet")
            run("cargo", "install", "cargo-fuzz", *version, "--root", tools)

    unless_done("cargo-fuzz", CARGO_FUZZ, install)
    # The fuzzer's instrumentation works on a stable compiler, unlocked as rustdoc's JSON is.
    env = {"RUSTC_BOOTSTRAP": "1"}
    for target in options.rest or FUZZ_TARGETS:
        sanitizer = FUZZ_TARGETS[target]
        found = DEV / "fuzz" / target
        corpora = FUZZ / "corpora.py"
        run(sys.executable, corpora, "unpack", FUZZ / "corpus" / f"{target}.txt", found)
        # The build tools are compiled for the one target that needs them.
        features = ("libfuzzer,rustdoc" if target == "rustdoc" else "libfuzzer",)
        settings: list[str | Path] = ["--fuzz-dir", FUZZ, "--no-default-features", "--features", *features]
        settings += ["--sanitizer", sanitizer]
        settings += ["--target-dir", DEV / f"target-fuzz-{sanitizer}"]
        # One input may take long on a busy machine; what hangs takes longer.
        limits = (f"-max_total_time={options.seconds}", "-timeout=60", "-rss_limit_mb=4096", "-max_len=512")
        with step(f"fuzz {target} for {options.seconds} s"):
            program = tools / "bin" / "cargo-fuzz"
            run(program, "run", *settings, target, found, "--", *limits, env=env)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "demo": demo,
    "test": test,
    "fmt": fmt,
    "lint": lint,
    "bench": bench,
    "bless": test,
    "wheels": wheels,
    "stubs": stubs,
    "docs": docs,
    "asan": asan,
    "fuzz": fuzz,
}
HELP = {"bless": "Run the tests and rewrite the files they compare with; review the difference."}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        text = HELP.get(name) or (function.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--quick", action="store_true", help="one interpreter, and no test marked slow")
        command.add_argument("rest", nargs="*", help="handed to the program that is run; behind `--`")
        if name == "bench":
            command.add_argument(
                "--json", type=Path, metavar="FILE", help="write the comparison's figures there"
            )
            command.add_argument(
                "--record", action="store_true", help="write the page, the plot and the counts that are kept"
            )
        if name == "fuzz":
            command.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    options = parser.parse_args()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # What a shell runs in the background begins so, and would hand it on: Ctrl-C is among the tests.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    start = time.monotonic()
    try:
        COMMANDS[options.command](options)
    except Failed as failure:
        say(f"error: {options.command}: {failure}")
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    say(f"dev.py {options.command}: done in {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
