"""The commands that Python runs: one module each, imported when it is asked for.

A module has `ABOUT` (what it does), `EXAMPLES` (lines of command and comment), `declare(parser)`, which says
what it takes, and `run(options)`, which does it and gives the exit code. `usecrate.cli.COMMANDS` lists them.
"""

from __future__ import annotations
