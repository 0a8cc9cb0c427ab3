"""The command line: each command is listed, and teaches by example."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def _python_commands(part: Any) -> list[Any]:
    return [command for command in part("cli").COMMANDS if not command.tool]


def test_the_overview_lists_each_command(part: Any, capsys: Any) -> None:
    cli = part("cli")
    assert cli.main(["help"]) == 0
    shown = capsys.readouterr().out
    for command in cli.COMMANDS:
        assert f"\n  {command.name} " in shown and command.summary in shown
    assert max(map(len, shown.splitlines())) <= 110


def test_each_command_teaches_by_example(part: Any, capsys: Any) -> None:
    cli = part("cli")
    for command in _python_commands(part):
        assert cli.main([command.name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert f"examples:\n  usecrate {command.name}" in shown
        assert cli.main(["help", command.name]) == 0
        assert capsys.readouterr().out == shown
        assert cli.main([command.name, "--no-such-option"]) == 2
        assert f"usecrate {command.name}: error: " in capsys.readouterr().err


def test_the_examples_are_taken(part: Any) -> None:
    import shlex

    for command in _python_commands(part):
        for line in command.module().EXAMPLES.splitlines():
            words = shlex.split(line.partition("   ")[0])
            assert words[:2] == ["usecrate", command.name]
            command.parser().parse_args(words[2:])


def test_what_is_misspelled_is_named(part: Any, capsys: Any) -> None:
    assert part("cli").main(["inspct"]) == 2
    assert "did you mean `inspect`?" in capsys.readouterr().err


def test_help_is_light() -> None:
    heavy = ("argparse", "inspect", "dataclasses", "typing", "json", "subprocess")
    code = (
        "import sys; from usecrate.cli import main; main(['help'])\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env=_env(), check=True
    )
    assert done.stderr.strip() == "[]"


def _env() -> dict[str, str]:
    import os

    import usecrate

    return {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(usecrate.__file__))}


@pytest.mark.parametrize("words", [[], ["inspect"], ["coverage"]])
def test_a_command_line_that_lacks_something_is_wrong_usage(part: Any, words: list[str]) -> None:
    assert part("cli").main(words) == 2
