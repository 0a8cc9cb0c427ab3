"""Rust source that is a crate by itself: single files (`import_("./thing.rs")`) and text (`inline`).

Each gets a folder in the cache with a `Cargo.toml`, and is built like any folder. What the manifest is to say
stands at the head of the source, as in cargo's single-file packages: between two lines `---`, the first
perhaps `---cargo`, or in a `//!` comment as a block of `cargo`. Lines keep their numbers, so that errors are
shown where they are.
"""

# What a dependency may be is checked as it is written.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os
import re
import threading

from ._native import blake3
from .errors import BuildError
from .platforms import cache_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ._native import Module

    Dependencies = Mapping[str, str | Mapping[str, Any]] | Iterable[str]


def inline(source: str, *, name: str | None = None, dependencies: Dependencies | None = None) -> Module:
    """Builds Rust source text, and gives it as a module. The same text is built once.

    Parameters
    ----------
    source
        The source of a library. Its head may hold what `Cargo.toml` is to say, as in cargo's single-file
        packages::

            ---
            [dependencies]
            regex = "1"
            ---
            pub fn has_digit(text: &str) -> bool { ... }

    name
        The crate's name; by default one made of the text.
    dependencies
        Crates that it uses, besides those that the head names: ``["regex", "rand@0.9"]``, or what
        `Cargo.toml` would say: ``{"serde": {"version": "1", "features": ["derive"]}}``.

    Raises
    ------
    BuildError
        The build failed; the message has what the compiler says, with the lines of the text.
    ValueError
        The head is not closed, or `name` cannot be a crate's.
    """
    from .importing import import_

    script = prepare(source, name=name, dependencies=dependencies)
    try:
        return import_(script.folder)
    except BuildError as error:
        raise script.tell(error) from None


class Script:
    """The folder of a crate that is one file, and what the file is called outside of it."""

    __slots__ = ("file", "folder", "shown")

    def __init__(self, folder: str, file: str, shown: str) -> None:
        self.folder = folder
        self.file = file
        self.shown = shown

    def tell(self, error: BuildError) -> BuildError:
        """The error, with the file's own name in the place of the one in the cache."""
        path = os.path.join(self.folder, self.file)
        at_line = re.compile(rf"(-->|:::) {re.escape(self.file)}:")

        def told(text: str) -> str:
            return at_line.sub(lambda found: f"{found[1]} {self.shown}:", text.replace(path, self.shown))

        error.args = tuple(told(part) if isinstance(part, str) else part for part in error.args)
        error.details = told(error.details)
        return error


def prepare_file(path: str) -> Script:
    """The crate of a file; the folder is the same as long as the file is in the same place.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        Its head is not closed, or it is not text.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"there is no file `{path}`: name a file of Rust source, or a crate's folder")
    real = os.path.realpath(path)
    try:
        with open(real, encoding="utf-8") as file:
            source = file.read()
    except UnicodeDecodeError as error:
        raise ValueError(f"`{path}` is not UTF-8 text: {error}") from None
    stem = os.path.basename(real)[:-3]
    name = re.sub(r"[^0-9A-Za-z_-]", "_", stem)
    name = f"_{name}" if name[:1].isdigit() else name
    place = f"{name}-{blake3(os.fsencode(real))[:16]}"
    try:
        return _write(source, name, place, shown=path, base=os.path.dirname(real), manifest="")
    except ValueError as error:
        raise ValueError(f"`{path}`: {error}") from None


def prepare(source: str, *, name: str | None, dependencies: Dependencies | None, shown: str = "") -> Script:
    """The crate of a text; see `inline`."""
    if name is not None and not re.fullmatch("[A-Za-z_][0-9A-Za-z_-]*", name):
        raise ValueError(
            f"`{name}` cannot be a crate's name: letters, digits, `_` and `-`, no digit in front"
        )
    manifest = _dependencies(dependencies)
    key = blake3("\0".join([name or "", manifest, source]).encode())[:16]
    name = name or f"inline_{key[:8]}"
    return _write(
        source, name, f"{name}-{key}", shown=shown or f"{name}.rs", base=os.getcwd(), manifest=manifest
    )


def _write(source: str, name: str, place: str, *, shown: str, base: str, manifest: str) -> Script:
    rust, head = split_head(source)
    folder = os.path.join(cache_root(), "scripts", place)
    file = f"{name}.rs"
    os.makedirs(folder, exist_ok=True)
    os.utime(folder)  # what is not used for long is removed
    _write_file(os.path.join(folder, file), rust)
    _write_file(os.path.join(folder, "Cargo.toml"), _manifest(_rooted(head, base), manifest, name, file))
    return Script(folder, file, shown)


def _write_file(path: str, text: str) -> None:
    """Writes what is not there yet, in one step."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            if file.read() == text:
                return
    except (OSError, UnicodeDecodeError):
        pass
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".usecrate-{os.getpid()}-{threading.get_ident()}-{name}")
    with open(temporary, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.replace(temporary, path)


def split_head(source: str) -> tuple[str, str]:
    """The source with its head blank, and the manifest in the head.

    Raises
    ------
    ValueError
        The head is not closed, or is for another tool.
    """
    lines = source.splitlines(keepends=True)
    start = 1 if lines and lines[0].startswith("#!") and not lines[0].startswith("#![") else 0
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start == len(lines):
        return source, ""
    if fence := re.match(r"(-{3,})[ \t]*(.*)", lines[start]):
        dashes, info = fence[1], fence[2].strip()
        if info not in ("", "cargo"):
            raise ValueError(f"line {start + 1} begins a head for `{info}`: write `---cargo`, or `---` alone")
        for end in range(start + 1, len(lines)):
            if lines[end].rstrip() == dashes:
                return _blank(lines, start, end), "".join(lines[start + 1 : end])
        raise ValueError(f"line {start + 1} begins a head that does not end: write `{dashes}` below it")
    opened: int | None = None
    for at in range(start, len(lines)):
        if not lines[at].startswith("//!"):
            break
        text = lines[at][3:].removeprefix(" ")
        if opened is None and text.rstrip() == "```cargo":
            opened = at
        elif opened is not None and text.rstrip() == "```":
            head = [line[3:].removeprefix(" ") for line in lines[opened + 1 : at]]
            return _blank(lines, opened, at), "".join(head)
    if opened is not None:
        raise ValueError(f"line {opened + 1} begins a block of `cargo` that does not end: close it below")
    return source, ""


def _blank(lines: list[str], start: int, end: int) -> str:
    return "".join("\n" if start <= at <= end else line for at, line in enumerate(lines))


def _rooted(manifest: str, base: str) -> str:
    """The manifest with its relative paths as they are seen from `base`."""

    def rooted(found: re.Match[str]) -> str:
        return found[1] + _text(os.path.normpath(os.path.join(base, found[2])))

    return re.sub(r"""(\bpath\s*=\s*)["']([^"'\n]*)["']""", rooted, manifest)


def _manifest(head: str, dependencies: str, name: str, file: str) -> str:
    """A whole `Cargo.toml`: what the head says, and what it leaves out."""
    lines = head.splitlines()
    _add(lines, "dependencies", dependencies.splitlines())
    _add(
        lines,
        "package",
        [f"name = {_text(name)}", 'version = "0.0.0"', 'edition = "2024"', "publish = false"],
    )
    _add(lines, "lib", [f"path = {_text(file)}"])
    _add(lines, "workspace", [])
    return "\n".join(lines).strip() + "\n"


def _add(lines: list[str], table: str, entries: list[str]) -> None:
    """Adds to a table what it does not have; the table too."""
    header = re.compile(rf"\s*\[\s*{table}\s*\]\s*(#.*)?")
    at = next((at for at, line in enumerate(lines) if header.fullmatch(line)), None)
    if at is None:
        if table != "dependencies" or entries:
            lines += ["", f"[{table}]", *entries]
        return
    end = next((e for e in range(at + 1, len(lines)) if lines[e].lstrip().startswith("[")), len(lines))
    there = {line.split("=", 1)[0].strip().split(".", 1)[0].strip("\"'") for line in lines[at + 1 : end]}
    lines[at + 1 : at + 1] = [one for one in entries if one.split(" = ", 1)[0] not in there]


def _dependencies(given: Dependencies | None) -> str:
    """The lines of `[dependencies]`."""
    if given is None:
        return ""
    if isinstance(given, str):
        raise TypeError(f"`dependencies` is a list or a dict, not the text {given!r}: write `[{given!r}]`")
    listed: Any = given
    if not hasattr(given, "items"):
        parts = [str(one).partition("@") for one in listed]
        listed = {name: version or "*" for name, _, version in parts}
    return "\n".join(f"{name} = {_value(value)}" for name, value in listed.items())


def _value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if hasattr(value, "items"):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    raise TypeError(f"a dependency is a version or a dict of texts, lists and bools, not {value!r}")


def _text(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
