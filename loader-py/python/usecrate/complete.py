"""Answers the shells: which words may stand where the cursor is. `usecrate.commands.completion` asks."""

# What the build tool says of itself is JSON: what is not as it is expected is left out.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os

from .cli import COMMANDS
from .errors import BuildError
from .platforms import artifact_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Sequence
    from typing import Any


class Grammar:
    """What a command takes: options with the names of their values, positional values, further commands."""

    __slots__ = ("commands", "options", "takes")

    def __init__(self) -> None:
        # By spelling: what it does, and what its value is called, or which values there are.
        self.options: dict[str, tuple[str, str | list[str] | None]] = {}
        self.takes: list[str | list[str]] = []
        self.commands: dict[str, tuple[str, Grammar]] = {}


def answers(words: Sequence[str]) -> Iterator[str]:
    """The words that fit at the last place, each with what it means behind a tab. No file names."""
    *before, last = words or [""]
    if not before or before == ["help"]:
        known = {command.name: command.summary for command in COMMANDS}
        yield from _fitting(known if before else {**known, "help": "what a command takes"}, last)
        return
    grammar = _grammar(before[0])
    value: str | list[str] | None = None
    for word in before[1:]:
        if value is not None:
            value = None
        elif word in grammar.commands:
            grammar = grammar.commands[word][1]
        elif word in grammar.options:
            value = grammar.options[word][1]
    if value is not None:
        yield from _fitting(_values(value), last)
    elif last.startswith("-"):
        yield from _fitting({name: text for name, (text, _) in grammar.options.items()}, last)
    else:
        found = {name: text for name, (text, _) in grammar.commands.items()}
        for takes in grammar.takes:
            found.update(_values(takes))
        yield from _fitting(found, last)


def _fitting(known: dict[str, str], start: str) -> Iterator[str]:
    for word, text in known.items():
        if word.startswith(start):
            yield f"{word}\t{text}"


def _values(takes: str | list[str]) -> dict[str, str]:
    if isinstance(takes, list):
        return dict.fromkeys(takes, "")
    # A spec may be any crate's name: what is in the cache is near at hand.
    return dict.fromkeys(_cached(), "in the cache") if "SPEC" in takes else {}


def _cached() -> list[str]:
    try:
        return sorted(name for name in os.listdir(artifact_root()) if not name.startswith("."))
    except (OSError, RuntimeError):
        return []


def _grammar(name: str) -> Grammar:
    """What a command takes; nothing, if there is no such command."""
    for command in COMMANDS:
        if command.name == name:
            return _of_tool(name) if command.tool else _of_parser(command.parser())
    return Grammar()


def _of_parser(parser: ArgumentParser) -> Grammar:
    grammar = Grammar()
    for action in parser._actions:
        text = _plain(action.help or "")
        takes = list(map(str, action.choices)) if action.choices else action.metavar or action.dest
        if not action.option_strings:
            grammar.takes.append(takes if isinstance(takes, list) else str(takes))
        for spelling in action.option_strings:
            grammar.options[spelling] = (text, None if action.nargs == 0 else takes)  # type: ignore[assignment]
    return grammar


def _of_tool(name: str) -> Grammar:
    from .tool import about

    try:
        commands = about().get("commands", [])
    except BuildError:  # none is there, or none that answers
        commands = []
    return next((_of_json(known) for known in commands if known.get("name") == name), Grammar())


def _of_json(command: dict[str, Any]) -> Grammar:
    grammar = Grammar()
    for option in command.get("options", []):
        for spelling in option["names"]:
            grammar.options[spelling] = (_plain(option["about"] or ""), option["value"])
    grammar.takes = list(command.get("takes", []))
    for inner in command.get("commands", []):
        grammar.commands[inner["name"]] = (_plain(inner["about"] or ""), _of_json(inner))
    return grammar


def _plain(text: str) -> str:
    """Help in one line."""
    return " ".join(text.replace("%%", "%").split())
