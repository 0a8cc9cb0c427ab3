"""The workload through ctypes and MessagePack, by hand: the Python half of `contenders/plain`.

Each function is prepared once: its encoder, and a decoder that knows the type of its result.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import msgspec


class Failure(RuntimeError):
    """What the library fails with."""


class Record(msgspec.Struct, gc=False):
    """A record as an instance of a class."""

    id: int
    name: str
    score: float
    active: bool


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)


class Plain:
    """The library's functions."""

    Failure = Failure
    Record = Record

    def __init__(self, path: str) -> None:
        library = ctypes.CDLL(path)
        self._call = library.call
        self._call.argtypes = [
            ctypes.c_uint8,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.POINTER(ctypes.c_size_t),
        ]
        self._call.restype = ctypes.c_void_p
        self._release = library.release
        self._release.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._release.restype = None
        self._each = library.each
        self._each.argtypes = [ctypes.c_int64, CALLBACK, ctypes.c_void_p]
        self._each.restype = ctypes.c_int64
        self.noop = self.prepared(0, type(None))
        self.add = self.prepared(1, int)
        self.greet = self.prepared(2, str)
        self.sum = self.prepared(3, int)
        self.echo = self.prepared(5, bytes)
        self.touch_dicts = self.prepared(7, list[dict[str, Any]])
        self.touch = self.prepared(7, list[Record])
        self.counter_new = self.prepared(8, int)
        self.counter_inc = self.prepared(9, int)
        self.counter_drop = self.prepared(10, bool)
        self.fail = self.prepared(11, int)
        self._sum_bytes = self.prepared(4, int)
        self._length = self.prepared(6, int)
        self._numbers = self.prepared(12, list[int])

    def prepared(self, number: int, result: Any) -> Callable[..., Any]:
        """A function of the library by its number, which gives results of this type, or fails with a text."""
        call, release = self._call, self._release
        encode = msgspec.msgpack.Encoder().encode
        # The package knows no type that is bytes or text; then anything is as fast.
        either: Any = Any if result is bytes else result | str
        decode = msgspec.msgpack.Decoder(tuple[int, either]).decode

        def run(*arguments: Any) -> Any:
            request = encode(arguments)
            length = ctypes.c_size_t()
            answer = call(number, request, len(request), ctypes.byref(length))
            try:
                status, value = decode(ctypes.string_at(answer, length.value))
            finally:
                release(answer, length)
            if status:
                raise Failure(value)
            return value

        return run

    def sum_view(self, numbers: memoryview) -> int:
        return self._sum_bytes(numbers)

    def length(self, data: Any) -> int:
        return self._length(memoryview(data))

    def numbers(self, end: int) -> Iterator[int]:
        return iter(self._numbers(end))

    def each(self, end: int, call: Callable[[int], int]) -> int:
        return self._each(end, CALLBACK(lambda number, _: call(number)), None)

    def Counter(self, value: int) -> Counter:
        return Counter(self, value)


class Counter:
    """A counter that stays in the library."""

    __slots__ = ("_library", "_number")

    def __init__(self, library: Plain, value: int) -> None:
        self._library = library
        self._number = library.counter_new(value)

    def inc(self) -> int:
        return self._library.counter_inc(self._number)

    def __del__(self) -> None:
        self._library.counter_drop(self._number)
