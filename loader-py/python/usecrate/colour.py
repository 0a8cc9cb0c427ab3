"""Colour for terminals. It never carries meaning: what is coloured says so in words, too."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_CODES = {"red": 31, "green": 32, "yellow": 33, "bold": 1, "dim": 2}


def wanted(stream: TextIO) -> bool:
    """Whether the stream is a terminal that shows colour, and nobody asked for none."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    return os.name != "nt" or "WT_SESSION" in os.environ or "TERM" in os.environ


def paint(text: str, style: str, stream: TextIO) -> str:
    """The text in that style, where the stream shows colour."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if wanted(stream) else text
