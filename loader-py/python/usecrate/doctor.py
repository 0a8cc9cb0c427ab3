"""What `usecrate doctor` looks at: each check gives a verdict, what was found, and a fix where one is needed.

What importing needs has to be there: without it a check fails. What only building needs, and is not there at
all, is a warning; what is there and does not work is a failure. Nothing is changed: what is written to try
whether it can be is removed again.
"""

# What the build tool and rustdoc say is JSON: it is checked where it is read.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from .errors import BuildError
from .platforms import artifact_root, cache_root, host, serves
from .tool import PROGRAM, about, find, generator, program
from .version import ABI_VERSION, MANIFEST_VERSION, __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

# In bytes: less than the first is too little for any build, less than the second for some.
_TOO_LITTLE = 200 << 20
_LITTLE = 2 << 30
_PATIENCE = 60
_NETWORK_PATIENCE = 30
_LIBRARY = '#[unsafe(no_mangle)] pub extern "C" fn usecrate_doctor() -> u32 { 42 }\n'
_ASKING = """\
[package]
name = "usecrate-doctor"
version = "0.0.0"
edition = "2021"

[lib]
path = "lib.rs"

[dependencies]
semver = "1"

[workspace]
"""


class Finding:
    """What one check found."""

    __slots__ = ("check", "fix", "text", "verdict")

    def __init__(self, check: str, verdict: str, text: str, fix: str = "") -> None:
        self.check = check
        self.verdict = verdict
        self.text = text
        self.fix = fix

    def plain(self) -> dict[str, str]:
        """As a dictionary."""
        return {name: getattr(self, name) for name in ("check", "verdict", "text", "fix")}


def examine(*, network: bool = True) -> Iterator[Finding]:
    """Makes all checks, one after another."""
    yield _python()
    yield from _loading()
    yield from _cache()
    tool = _tool()
    yield tool
    known = about() if tool.verdict == "ok" else {}
    rust = _rust(known)
    yield rust
    if rust.verdict != "ok":
        return
    try:
        with tempfile.TemporaryDirectory(prefix="usecrate-doctor-", ignore_cleanup_errors=True) as folder:
            yield _rustdoc(known, folder)
            yield _linker(folder)
            if network:
                yield _network(folder)
    except OSError as error:  # no temporary folder, or no room: said above
        yield Finding("compiler", "fail", f"it cannot be tried: {error}", "look at the fixes above")


# ------------------------------------------------------------------------------------------------- importing


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    text = f"{sys.implementation.name} {version} on {host()}; usecrate {__version__}, ABI {ABI_VERSION}, "
    return Finding("python", "ok", f"{text}manifest {MANIFEST_VERSION}")


def _loading() -> Iterator[Finding]:
    """Libraries are loaded from memory files on Linux; elsewhere, and where that fails, from copies in the
    temporary folder. One of them has to work."""
    folder = tempfile.gettempdir()
    in_folder, in_memory = _unusable(folder), _no_memory_files()
    verdict = "fail" if in_folder and in_memory else "warn"
    if in_folder:
        fix = "set TMPDIR to a folder that can be written, on a file system that is not mounted `noexec`"
        yield Finding("temporary", verdict, f"{folder}: {in_folder}", fix)
    else:
        yield Finding("temporary", "ok", f"{folder} can be written, and code be run from it")
    if sys.platform.startswith("linux"):
        if in_memory:
            fix = "allow them: `sysctl vm.memfd_noexec=0`, no seccomp profile that forbids `memfd_create`"
            yield Finding("memory", verdict, f"libraries cannot be loaded from memory: {in_memory}", fix)
        else:
            yield Finding("memory", "ok", "libraries can be loaded from memory")


def _no_memory_files() -> str:
    """Why libraries cannot be loaded from memory files; empty where they can."""
    if not sys.platform.startswith("linux"):
        return "this platform has none"
    try:
        with os.fdopen(os.memfd_create("usecrate-doctor"), "wb") as file:
            return _unmappable(file.fileno())
    except OSError as error:
        return str(error.strerror)


def _unusable(folder: str) -> str:
    """Why nothing can be written to or run from a folder; empty where both work."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return _unmappable(file.fileno())
    except OSError as error:
        return f"cannot be written: {error.strerror}"


def _unmappable(descriptor: int) -> str:
    """Why no code of an open file can be run, which is what loading a library does."""
    if os.name != "posix":
        return ""
    import mmap

    os.ftruncate(descriptor, mmap.PAGESIZE)
    try:
        mmap.mmap(descriptor, mmap.PAGESIZE, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC).close()
    except OSError as error:
        return f"no code can be run from there ({error.strerror}): mounted `noexec`?"
    return ""


def _cache() -> Iterator[Finding]:
    try:
        root = cache_root()
    except RuntimeError as error:
        yield Finding("cache", "fail", str(error), "set USECRATE_CACHE_DIR to a folder")
        return
    fix = "set USECRATE_CACHE_DIR to a folder that can be written"
    there = _nearest_folder(root)
    # A cache that others fill may be read-only: what is in it can be imported.
    problem = _unusable(there) if os.access(there, os.W_OK) else "cannot be written: nothing can be built"
    if problem:
        yield Finding("cache", "warn", f"{root}: {problem}", fix)
    else:
        yield Finding("cache", "ok", f"{root}: {_size(root)}")
    if os.path.dirname(artifacts := artifact_root()) != root:
        yield Finding("artifacts", "ok", f"in {artifacts}, as USECRATE_ARTIFACT_DIR says")
    free = _free(there)
    clean = "make room; `usecrate artifact rm --work` shows what of the cache is only kept to build faster"
    verdict = "fail" if free < _TOO_LITTLE else "warn" if free < _LITTLE else "ok"
    yield Finding("disk", verdict, f"{_bytes(free)} free for the cache", "" if verdict == "ok" else clean)


def _nearest_folder(path: str) -> str:
    while not os.path.isdir(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


def _free(folder: str) -> int:
    import shutil

    return shutil.disk_usage(folder).free


def _size(root: str) -> str:
    if not os.path.isdir(root):
        return "not there yet"
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:  # removed meanwhile
                continue
    return _bytes(total)


def _bytes(number: int) -> str:
    return f"{number / (1 << 30):.1f} GB" if number >= 1 << 30 else f"{number / (1 << 20):.0f} MB"


# -------------------------------------------------------------------------------------------------- building


def _tool() -> Finding:
    check = "build tool"
    try:
        if find() is None:
            text = f"`{PROGRAM}` is not there: artifacts are loaded, nothing is built"
            return Finding(check, "warn", text, f"pip install {PROGRAM}=={__version__}")
        path = program()
        known = about()
    except BuildError as error:
        return Finding(check, "fail", str(error.args[0]), error.hint)
    speaks = (known.get("abi_version"), known.get("manifest_version"))
    if speaks != (ABI_VERSION, MANIFEST_VERSION):
        fix = f"install the one of this version again: pip install --force-reinstall {PROGRAM}=={__version__}"
        return Finding(check, "fail", f"{path} is of another make than this package", fix)
    return Finding(check, "ok", f"{path}, {generator()}")


def _rust(known: dict[str, Any]) -> Finding:
    """Whether there is a toolchain that works, is new enough, and compiles for this Python."""
    import shutil

    check, fix = "toolchain", "install Rust from https://rustup.rs, or put `cargo` and `rustc` on PATH"
    found: list[str] = []
    for name in ("rustc", "cargo"):
        if shutil.which(name) is None:
            return Finding(check, "warn", f"`{name}` is not on PATH: nothing can be built", fix)
        works, said = _run([name, "--version"])
        if not works:  # rustup's proxies are there, but no toolchain behind them
            return Finding(check, "fail", f"`{name}` does not work: {_line(said)}", fix)
        found.append(" ".join(said.split()[:2]))
    said = _run(["rustc", "-vV"])[1]
    lines = [line.partition(": ") for line in said.splitlines()]
    fields = {name: value for name, _, value in lines}
    release, target = fields.get("release", "0"), fields.get("host", "")
    text = f"{', '.join(found)}, for {target}"
    oldest = str(known.get("oldest_rustc", "0"))
    if _numbers(release) < _numbers(oldest):
        fix = "update it: `rustup update stable`, or choose another by RUSTUP_TOOLCHAIN"
        return Finding(check, "fail", f"{text}: {oldest} or newer is needed", fix)
    if not serves(target):
        fix = f"choose a toolchain for {host()} by RUSTUP_TOOLCHAIN, or a Python for {target}"
        return Finding(check, "fail", f"{text}: this Python, for {host()}, cannot load such code", fix)
    return Finding(check, "ok", text)


def _rustdoc(known: dict[str, Any], folder: str) -> Finding:
    """Whether rustdoc describes a crate in a format that the build tool reads."""
    import json

    source = _write(folder, "lib.rs", "")
    command = ["rustdoc", source, "--crate-name", "doctor", "-Zunstable-options", "--output-format", "json"]
    _, said = _run([*command, "--out-dir", folder], RUSTC_BOOTSTRAP="1")
    try:
        with open(os.path.join(folder, "doctor.json"), encoding="utf-8") as file:
            found = json.load(file)["format_version"]
    except (OSError, ValueError, KeyError, TypeError):
        text = f"rustdoc describes no crate: {_line(said)}"
        return Finding(
            "rustdoc", "fail", text, "install the toolchain again: `rustup toolchain install stable`"
        )
    formats = {entry["format"]: entry["rustc"] for entry in known.get("rustdoc_formats", [])}
    if formats and found not in formats:
        readable = ", ".join(f"{number} (rustc {rustc})" for number, rustc in formats.items())
        fix = "choose a toolchain that writes one of them by RUSTUP_TOOLCHAIN, or update usecrate"
        return Finding("rustdoc", "fail", f"it writes format {found}, and {readable} can be read", fix)
    return Finding("rustdoc", "ok", f"it writes format {found}, which can be read")


def _linker(folder: str) -> Finding:
    """Whether a library can be linked, loaded and called."""
    import ctypes

    fix = "install a C compiler, which links: `apt install gcc libc6-dev`, on macOS `xcode-select --install`"
    path = os.path.join(folder, "doctor.dll" if os.name == "nt" else "libdoctor.so")
    source = _write(folder, "library.rs", _LIBRARY)
    flags = ["--edition", "2021", "--crate-name", "doctor", "--crate-type", "cdylib", "-o", path]
    works, said = _run(["rustc", source, *flags])
    if not works:
        return Finding("linker", "fail", f"no library can be linked: {_line(said)}", fix)
    try:
        ctypes.CDLL(path).usecrate_doctor()
    except (OSError, AttributeError) as error:
        text = f"a library was linked, and cannot be loaded: {error}"
        return Finding("linker", "fail", text, "look at the checks of temporary folder and toolchain")
    return Finding("linker", "ok", "a library was linked, loaded and called")


def _network(folder: str) -> Finding:
    """Whether cargo reaches its index, by the configuration that it has here: proxies, mirrors, tokens."""
    manifest = _write(folder, "Cargo.toml", _ASKING)
    command = ["cargo", "generate-lockfile", "--manifest-path", manifest]
    works, said = _run(command, patience=_NETWORK_PATIENCE, CARGO_NET_RETRY="0", CARGO_TERM_COLOR="never")
    if works:
        return Finding("network", "ok", "cargo reaches its index of crates")
    text = f"cargo does not reach its index of crates: {_line(said)}"
    fix = (
        "check the connection, and `[http] proxy` and `[source]` in ~/.cargo/config.toml; what was "
        "downloaded before is built with `--offline`"
    )
    return Finding("network", "warn", text, fix)


# ------------------------------------------------------------------------------------------------- processes


def _run(command: Sequence[str], *, patience: int = _PATIENCE, **environment: str) -> tuple[bool, str]:
    """Whether a program did what it was asked for, and what it said; of one that could not be run, why."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f"it did not answer within {patience} s"
    except OSError as error:
        return False, f"it cannot be run: {error.strerror}"
    return done.returncode == 0, done.stdout


def _line(text: str) -> str:
    """The line that tells most of what a program said: its first error, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("error", "fatal"))]
    return (errors or lines[-1:] or ["it said nothing"])[0]


def _write(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.partition("-")[0].split(".") if part.isdigit()]
