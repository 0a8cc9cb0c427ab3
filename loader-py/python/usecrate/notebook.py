"""`%%crate`: Rust source in a cell of a notebook, or at IPython's prompt, becomes a module at once."""

# IPython is not a dependency: what it passes has no type here.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import re

from .errors import BuildError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import Module

_USAGE = """\
%%crate [NAME] [DEPENDENCY ...]

Builds the Rust source in the cell. With a NAME the module becomes a variable of that name; without one, what
is public in it does. A DEPENDENCY is a crate, `regex` or `regex@1`; more can be said at the head of the
source, between two lines `---`, as in a `Cargo.toml`."""


def load(shell: Any) -> None:
    """Adds `%%crate` to an IPython shell."""

    def crate(line: str, cell: str) -> Module | None:
        words = line.split()
        name = words.pop(0) if words and re.fullmatch(r"[A-Za-z_]\w*", words[0]) else None
        return run(shell, name, words, cell)

    crate.__doc__ = _USAGE
    shell.register_magic_function(crate, "cell", "crate")


def run(shell: Any, name: str | None, dependencies: list[str], source: str) -> Module | None:
    """Builds the source of a cell; puts the module, or what is public in it, among the shell's variables."""
    from .importing import import_
    from .scripts import prepare

    # The magic is the cell's first line.
    script = prepare("\n" + source, name=name, dependencies=dependencies, shown="cell")
    try:
        module = import_(script.folder)
    except BuildError as error:
        raise _shown(script.tell(error)) from None
    if name is not None:
        shell.push({name: module})
        return module
    shell.push({public: getattr(module, public) for public in module.__all__})
    return module


def _shown(error: BuildError) -> BuildError:
    """The error, which IPython shows without the lines of Python that it went through."""
    lines = [
        "usecrate.BuildError: " + line if at == 0 else line for at, line in enumerate(str(error).split("\n"))
    ]
    error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return error
