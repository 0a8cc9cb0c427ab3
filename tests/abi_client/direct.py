"""Direct calls, written from `docs/abi.md` alone."""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgpack
from client import DIRECT, DONE, EXT_BUFFER, LATER, LEAVES, Answer, Library, Response

PROMPT = 1
#: Codes of the entry besides the symbol's.
WORD, WORD_AND_LEAVES = 3, 4
#: How many words a letter takes.
WIDTHS = {"b": 1, "i": 1, "u": 1, "f": 1, "s": 2, "y": 2, "m": 2, "h": 2}
#: The letters of what takes one word.
_SCALARS = (
    {f"u{bits}": "u" for bits in (8, 16, 32, 64)}
    | {f"i{bits}": "i" for bits in (8, 16, 32, 64)}
    | {"isize": "i", "usize": "u", "f32": "f", "f64": "f", "bool": "b"}
)
#: What stands in the place of the result before a call.
UNTOUCHED = 0xDEAD_BEEF_DEAD_BEEF

_Entry = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_uint32,
    ctypes.c_uint32,
    ctypes.POINTER(ctypes.c_uint64),
    ctypes.c_void_p,
    ctypes.POINTER(Response),
    ctypes.POINTER(ctypes.c_uint64),
)


class Outcome(NamedTuple):
    """What came of a call: the entry's code, the answer or the value that the word stands for."""

    code: int
    answer: Answer | None
    value: Any = None


def place(length: int = ctypes.sizeof(ctypes.c_void_p)) -> bytearray:
    """Memory for an address."""
    return bytearray(length)


def buffer(index: int = 0) -> msgpack.ExtType:
    """A buffer of the request, as it stands there."""
    return msgpack.ExtType(EXT_BUFFER, index.to_bytes(4, "little"))


class Direct:
    """A callable that takes direct calls."""

    def __init__(self, library: Library, index: int, address: int, letters: str, result: str | None) -> None:
        self.library = library
        self.index = index
        self.letters = letters
        self.result = result
        self.entry = _Entry(address)

    @classmethod
    def of(cls, library: Library, id_: str) -> Direct | None:
        """The one with this id, if it takes them."""
        index = library.find(id_).index
        memory = place()
        payload = library.ask(DIRECT, index, buffer(), buffers=[memory])
        if payload is None:
            assert memory == place()
            return None
        letters, result = payload
        return cls(library, index, int.from_bytes(memory, sys.byteorder), letters, result)

    def words(self, arguments: Sequence[Any], keep: list[Any]) -> list[int]:
        """The arguments as words; the memory that they name is in `keep`."""
        words = []
        for letter, value in zip(self.letters, arguments, strict=True):
            if letter in "biu":
                words.append(int(value) % 2**64)
            elif letter == "f":
                words += struct.unpack("=Q", struct.pack("=d", value))
            elif letter == "h":
                words += struct.unpack("=QQ", value.data)
            else:
                content = value.encode() if letter == "s" else bytes(value)
                keep.append(ctypes.create_string_buffer(content, len(content)))
                words += [ctypes.addressof(keep[-1]), len(content)]
        assert len(words) == sum(WIDTHS[letter] for letter in self.letters)
        return words

    def __call__(self, *arguments: Any, prompt: bool = False) -> Outcome:
        keep: list[Any] = []
        return self.enter(self.words(arguments, keep), prompt=prompt)

    def enter(self, words: Sequence[int], *, prompt: bool = False) -> Outcome:
        """Makes the call with these words."""
        library, result = self.library, ctypes.c_uint64(UNTOUCHED)
        table = (ctypes.c_uint64 * len(words))(*words)
        host = library._host.pointer if library._host else None
        response, library._response = library._response, Response()
        flags = PROMPT if prompt else 0
        code = self.entry(self.index, flags, table, host, ctypes.byref(response), ctypes.byref(result))
        library._response = response
        if code in (WORD, WORD_AND_LEAVES):
            assert self.result is not None
            return Outcome(code, None, value_of(self.result, result.value))
        assert result.value == UNTOUCHED
        if code == LATER:
            assert prompt and library.raw_answer() == b""
            return Outcome(code, None)
        assert code in (DONE, LEAVES), code
        return Outcome(code, library.decoded())


def value_of(letter: str, word: int) -> Any:
    """What a word stands for."""
    if letter == "n":
        assert word == 0
        return None
    if letter == "b":
        return {0: False, 1: True}[word]
    if letter == "f":
        return struct.unpack("=d", struct.pack("=Q", word))[0]
    return word - 2**64 if letter == "i" and word >= 2**63 else word


def letter_of(type_: Any) -> str | None:
    """The letter of a parameter's type, by the table."""
    if isinstance(type_, str):
        return _SCALARS.get(type_) or {"str": "s", "bytes": "y"}.get(type_)
    kind, *parts = type_
    if type_ in (["union", "bytes", "str"], ["set", "u8"]):
        return "y"
    if kind in ("list", "set") and isinstance(parts[0], str) and _SCALARS.get(parts[0], "b") != "b":
        return "m"
    if kind == "handle" and parts[1] in ("shared", "exclusive", "clone"):
        return "h"
    return None


def result_letter_of(type_: Any) -> str | None:
    """The letter of a result's type, by the table."""
    if isinstance(type_, str):
        return "n" if type_ == "unit" else _SCALARS.get(type_)
    return result_letter_of(type_[1]) if type_[0] == "result" else None
