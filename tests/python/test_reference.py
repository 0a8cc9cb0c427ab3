"""The pages of docs/reference that are made from the code: types.md and cli.md.

`python3 dev.py bless` rewrites them; look at the difference before you commit it. Headings, remarks and the
Rust types of types.md are written by hand: a new row has `?` in the columns that are to be made, and `—` in
those that are not.
"""

from __future__ import annotations

import html
import json
import os
import pathlib
import re
from collections.abc import Callable
from typing import Any

from usecrate._native import type_text
from usecrate.cli import COMMANDS
from usecrate.tool import about

REFERENCE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "reference"
BLESS = os.environ.get("USECRATE_BLESS") == "1"
# What the names in the table are.
CRATE = """\
#![allow(warnings)]
use std::{borrow::Cow, cmp::Ordering, collections::*, ffi::*, fmt::{self, Display}, io::{self, *}};
use std::{net::*, num::*, ops::{Bound, Range, RangeBounds}, path::*, sync::Arc, time::*, vec::IntoIter};
type Result<T, E> = std::result::Result<T, E>;
#[derive(Debug, Clone, PartialEq)]
pub struct Record { pub width: u32 }
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice { One, Other }
#[derive(Debug, Clone, PartialEq)]
pub enum Data { Empty, Full(u32) }
#[derive(Debug, Clone)]
pub struct Kept { hidden: u32 }
impl Kept { pub fn new() -> Kept { todo!() } }
#[derive(Debug)]
pub struct Failure;
impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("it failed") }
}
impl std::error::Error for Failure {}
pub trait Trait { fn size(&self) -> u32; }
impl Trait for Kept { fn size(&self) -> u32 { 0 } }
"""
# `impl Trait` wants a value that says what it is.
VALUES = {"impl Display": "0", "impl Iterator<Item = u32>": "std::iter::empty()"}
ROW = re.compile(r"^\| `(.+)` \| (.+) \| (.+) \|$", re.MULTILINE)
COMMAND_LINE = """\
# Command line

`usecrate`, or `python -m usecrate`. Data goes to standard output, all else to standard error. Exit code 0
means done, 1 that what was asked for failed, 2 wrong usage, 130 Ctrl-C. This page is made from the programs'
own help.

`usecrate completion bash`, `zsh` or `fish` prints what makes a shell complete all of this.
"""


def compared(name: str, text: str) -> None:
    path = REFERENCE / name
    if BLESS:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path} is out of date: `python3 dev.py bless`"


def functions(row: tuple[str, str, str], number: int) -> str:
    """One that takes the type, one that gives it, as far as Rust has them."""
    rust, taken, given = row
    source = f"pub fn takes_{number}(value: {rust}) {{}}\n" if taken != "—" else ""
    if given != "—" and not rust.startswith("&mut"):
        source += f"pub fn gives_{number}() -> {rust} {{ {VALUES.get(rust, 'todo!()')} }}\n"
    return source


def in_a_cell(code: str) -> str:
    """Code in a table: the site would show the backslash that another reader wants before a `|`."""
    if "|" not in code:
        return f"`{code}`"
    return f"<code>{html.escape(code, quote=False).replace('|', '&#124;')}</code>"


def test_the_table_of_types(tool: Callable[..., Any], tmp_path: pathlib.Path) -> None:
    page = (REFERENCE / "types.md").read_text(encoding="utf-8")
    rows = ROW.findall(page)
    assert len(rows) > 50
    crate = tmp_path / "types"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text('[package]\nname = "types"\nversion = "0.1.0"\nedition = "2021"\n')
    (crate / "src" / "lib.rs").write_text(CRATE + "".join(map(functions, rows, range(len(rows)))))
    done = tool("build", str(crate), "--profile", "dev")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((pathlib.Path(done.stdout.strip()) / "manifest.json").read_text(encoding="utf-8"))
    assert not manifest["skipped"], manifest["skipped"]
    found: dict[str, list[Any]] = {}
    for callable_ in manifest["callables"]:
        if name := re.search(r"\b(?:takes|gives)_\d+", callable_["id"]):
            found.setdefault(name[0], []).append(callable_)

    def words(types: list[Any]) -> str:
        spelled = dict.fromkeys(type_text(manifest, ty) for ty in types)
        return ", ".join(map(in_a_cell, spelled)) or "—"

    numbers = iter(range(len(rows)))

    def made(row: re.Match[str]) -> str:
        number = next(numbers)
        takes, gives = found.get(f"takes_{number}", []), found.get(f"gives_{number}", [])
        results = [one["result"] for one in gives] or [
            one["result"] for one in takes if one["result"] != "unit"
        ]
        return f"| `{row[1]}` | {words([one['params'][0]['type'] for one in takes])} | {words(results)} |"

    compared("types.md", ROW.sub(made, page))


def test_the_command_line() -> None:
    tools = {command["name"]: command for command in about()["commands"]}
    parts = [of_tool(tools[command.name]) if command.tool else of_parser(command) for command in COMMANDS]
    compared("cli.md", COMMAND_LINE + "".join(parts))


def section(name: str, about_it: str, usage: str, options: list[tuple[str, str]], note: str) -> str:
    lines = [
        "",
        f"{'#' * (name.count(' ') + 2)} {name}",
        "",
        " ".join(about_it.split()),
        "",
        "```text",
        f"usecrate {name} {usage}".rstrip(),
        "```",
    ]
    if options:
        lines += ["", "| option | does |", "|---|---|"]
        lines += [f"| {spelling} | {' '.join(text.split())} |" for spelling, text in options]
    if note.strip():
        lines += ["", "```text", note.strip("\n"), "```"]
    return "\n".join(lines) + "\n"


def of_parser(command: Any) -> str:
    module = command.module()
    options: list[tuple[str, str]] = []
    takes: list[str] = []
    for action in command.parser()._actions:
        name = action.metavar or "|".join(map(str, action.choices or [action.dest]))
        value = "" if action.nargs == 0 else f" {name}"
        if action.option_strings:
            spelled = ", ".join(f"`{word}{value}`" for word in action.option_strings)
            options.append((spelled, (action.help or "").replace("%%", "%")))
        else:
            takes.append(name + (" ..." if action.nargs == "+" else ""))
    usage = " ".join([*(["[OPTION ...]"] if len(options) > 1 else []), *takes])
    return section(command.name, module.ABOUT, usage, options, module.EXAMPLES)


def of_tool(command: dict[str, Any], before: str = "") -> str:
    name = f"{before}{command['name']}"
    text = command["about"].rstrip(".") + "."
    if command["commands"]:
        inner = "".join(of_tool(one, f"{name} ") for one in command["commands"])
        return section(name, text, "COMMAND ...", [], "") + inner
    options = []
    for option in command["options"]:
        value = f" {option['value']}" if option["value"] else ""
        options.append((", ".join(f"`{word}{value}`" for word in option["names"]), option["about"]))
    usage = " ".join(["[OPTION ...]", *command["takes"]])
    return section(name, text, usage, options, command["note"] or "")
