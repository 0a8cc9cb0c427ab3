"""BLAKE3 of parts of a text, written from its paper: what an index has of a manifest's blocks."""

from __future__ import annotations

import functools
import struct

START = (
    0x6A09E667,
    0xBB67AE85,
    0x3C6EF372,
    0xA54FF53A,
    0x510E527F,
    0x9B05688C,
    0x1F83D9AB,
    0x5BE0CD19,
)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
# The columns of the state, then its diagonals.
GROUPS = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
FIRST, LAST, PARENT, ROOT = 1, 2, 4, 8
CHUNK = 1024


def _mixed(state: list[int], words: list[int]) -> None:
    for at, (a, b, c, d) in enumerate(GROUPS):
        for word, turns in ((words[2 * at], (16, 12)), (words[2 * at + 1], (8, 7))):
            state[a] = (state[a] + state[b] + word) & 0xFFFFFFFF
            state[d] = _turned(state[d] ^ state[a], turns[0])
            state[c] = (state[c] + state[d]) & 0xFFFFFFFF
            state[b] = _turned(state[b] ^ state[c], turns[1])


def _turned(word: int, by: int) -> int:
    return (word >> by | word << (32 - by)) & 0xFFFFFFFF


def _compressed(value: tuple[int, ...], block: bytes, number: int, flags: int) -> tuple[int, ...]:
    words = list(struct.unpack("<16I", block.ljust(64, b"\0")))
    state = [*value, *START[:4], number & 0xFFFFFFFF, number >> 32, len(block), flags]
    for _ in range(7):
        _mixed(state, words)
        words = [words[at] for at in ORDER]
    return tuple(one ^ other for one, other in zip(state[:8], state[8:], strict=True))


def _value(data: bytes, number: int, flags: int) -> tuple[int, ...]:
    if len(data) > CHUNK:
        half = CHUNK
        while half * 2 < len(data):
            half *= 2
        parts = _value(data[:half], number, 0) + _value(data[half:], number + half // CHUNK, 0)
        return _compressed(START, struct.pack("<16I", *parts), 0, PARENT | flags)
    value: tuple[int, ...] = START
    starts = range(0, max(len(data), 1), 64)
    for at in starts:
        own = (FIRST if at == 0 else 0) | (LAST | flags if at == starts[-1] else 0)
        value = _compressed(value, data[at : at + 64], number, own)
    return value


@functools.cache
def chaining_value(data: bytes, number: int = 0, *, root: bool = False) -> bytes:
    """The hash of a part of a text that begins with its chunk `number`; of a whole text, with `root`."""
    return struct.pack("<8I", *_value(data, number, ROOT if root else 0))
