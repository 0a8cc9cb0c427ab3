"""The command `usecrate`: a thin front.

Data goes to stdout, all else to stderr; exit code 0 done, 1 the request failed, 2 wrong usage.
To add a command, put it in `COMMANDS`; what Python runs has a module in `usecrate.commands`, too.
"""

from __future__ import annotations

import os
import sys

from .errors import UsecrateError
from .version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from types import ModuleType


class Command:
    """A command: what it takes and does, in a line of the help, and whether the build tool runs it."""

    __slots__ = ("arguments", "name", "summary", "tool")

    def __init__(self, name: str, arguments: str, summary: str, *, tool: bool = False) -> None:
        self.name = name
        self.arguments = arguments
        self.summary = summary
        self.tool = tool

    def module(self) -> ModuleType:
        """What runs it, where Python does."""
        import importlib

        return importlib.import_module(f".commands.{self.name.replace('-', '_')}", __package__)

    def parser(self) -> ArgumentParser:
        """Its command line, where Python reads it."""
        import argparse

        module = self.module()
        about, _, note = str(module.ABOUT).partition("\n")
        examples = "".join(f"  {line}\n" for line in str(module.EXAMPLES).splitlines())
        parser = argparse.ArgumentParser(
            prog=f"usecrate {self.name}",
            description=_wrapped(about),
            epilog=f"examples:\n{examples}" + (f"\n{_wrapped(note)}" if note else ""),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.declare(parser)
        return parser


COMMANDS = (
    Command("build", "SPEC [OPTION ...]", "build a crate into an artifact", tool=True),
    Command("inspect", "SPEC|ARTIFACT", "list what Python sees of a crate, and what is skipped and why"),
    Command("coverage", "SPEC|ARTIFACT ...", "count what of crates is served, and what is skipped and why"),
    Command("stubs", "SPEC|ARTIFACT ...", "put what type checkers read of crates where they look for it"),
    Command("package", "--module SPEC ...", "make a Python package of crates, and its wheel"),
    Command("verify-build", "WHEEL|ARTIFACT", "build a wheel or an artifact again, and compare"),
    Command("gen", "SPEC|ARTIFACT", "write a Python module of a crate, with types, to keep beside your code"),
    Command("artifact", "list|rm|rebuild ...", "list, remove or rebuild artifacts", tool=True),
    Command("doctor", "", "check what building and importing need, and say what to do where it lacks"),
    Command("completion", "bash|zsh|fish", "print what makes a shell complete `usecrate`"),
    Command("version", "", "print versions"),
)
_HEAD = f"""\
usecrate {__version__}: call any Rust library from Python as if it were a Python module

usage: usecrate COMMAND ...

"""
_TAIL = """
`usecrate COMMAND --help` shows what a command takes, with examples.
SPEC is `name`, `name@1`, `name@1.2.3`, `name@>=1,<2`, a folder such as `./mycrate`, a file such as
`./thing.rs`, or `git+URL#rev`.

examples:
  usecrate build semver@1
  usecrate build uuid@1 --features v4,v7 --out out/artifacts
  usecrate inspect semver
  usecrate coverage semver regex --json
  usecrate artifact list
  python -c 'import usecrate; print(usecrate.import_("semver").Version(1, 2, 3))'

environment:
  USECRATE_ARTIFACT_DIR   where artifacts lie; by default `artifacts` in the cache
  USECRATE_CACHE_DIR      the cache; by default the platform's cache folder
  USECRATE_BUILD          the program `usecrate-build`, where it is not found otherwise

exit codes: 0 done, 1 the request failed, 2 wrong usage
"""


class _Usage(Exception):
    """A wrong command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except _Usage as error:
        print(f"error: {error}\nhint: `usecrate help` shows how it is used", file=sys.stderr)
        return 2
    except SystemExit as error:  # what `argparse` ends with
        return error.code if isinstance(error.code, int) else 2
    except BrokenPipeError:  # `usecrate inspect ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (UsecrateError, FileNotFoundError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    name, rest = (words[0], words[1:]) if words else ("", [])
    if name in ("help", "--help", "-h"):
        if not rest:
            print(overview(), end="")
            return 0
        name, rest = rest[0], [*rest[1:], "--help"]
    elif name in ("--version", "-V"):
        name = "version"
    elif name == "__complete":  # asked by the shells
        from .complete import answers

        print(*answers(rest), sep="\n")
        return 0
    elif not name:
        print(overview(), end="", file=sys.stderr)
        return 2
    for command in COMMANDS:
        if command.name == name:
            return _run_command(command, rest)
    from .names import nearest

    known = [*(command.name for command in COMMANDS), "help"]
    raise _Usage(f"there is no command `{name}`{nearest(name, known)}")


def _run_command(command: Command, words: list[str]) -> int:
    if command.tool:
        from .build import hand_over

        return hand_over([command.name, *words])
    options = command.parser().parse_args(words)
    code: int = command.module().run(options)
    return code


def overview() -> str:
    """What `usecrate help` prints."""
    shown = [(f"{command.name} {command.arguments}".rstrip(), command.summary) for command in COMMANDS]
    shown.append(("help [COMMAND]", "print this, or what a command takes"))
    width = max(len(usage) for usage, _ in shown)
    lines = [f"  {usage:<{width}}  {summary}\n" for usage, summary in shown]
    return _HEAD + "".join(lines) + _TAIL


def _wrapped(text: str) -> str:
    import textwrap

    return textwrap.fill(text, 100)
