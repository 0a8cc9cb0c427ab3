"""The workload through ctypes and MessagePack, by hand: the Python half of `contenders/plain`."""

from __future__ import annotations

import ctypes
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import msgpack


class Failure(RuntimeError):
    """What the library fails with."""


@dataclasses.dataclass(slots=True)
class Record:
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
        self._call.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_size_t)]
        self._call.restype = ctypes.c_void_p
        self._release = library.release
        self._release.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._release.restype = None
        self._each = library.each
        self._each.argtypes = [ctypes.c_int64, CALLBACK, ctypes.c_void_p]
        self._each.restype = ctypes.c_int64

    def call(self, function: int, *arguments: Any) -> Any:
        request = bytes((function,)) + msgpack.packb(arguments)
        length = ctypes.c_size_t()
        answer = self._call(request, len(request), ctypes.byref(length))
        try:
            status, value = msgpack.unpackb(ctypes.string_at(answer, length.value))
        finally:
            self._release(answer, length)
        if status:
            raise Failure(value)
        return value

    def noop(self) -> None:
        self.call(0)

    def add(self, left: int, right: int) -> int:
        return self.call(1, left, right)

    def greet(self, name: str) -> str:
        return self.call(2, name)

    def sum(self, numbers: list[int]) -> int:
        return self.call(3, numbers)

    def sum_view(self, numbers: memoryview) -> int:
        return self.call(4, bytes(numbers))

    def echo(self, data: bytes) -> bytes:
        return self.call(5, data)

    def length(self, data: Any) -> int:
        return self.call(6, bytes(data))

    def touch_dicts(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return self.call(7, records)

    def touch(self, records: list[Record]) -> list[Record]:
        plain = [
            {"id": one.id, "name": one.name, "score": one.score, "active": one.active} for one in records
        ]
        return [Record(**one) for one in self.call(7, plain)]

    def fail(self, code: int) -> int:
        return self.call(11, code)

    def numbers(self, end: int) -> Iterator[int]:
        return iter(self.call(12, end))

    def each(self, end: int, call: Callable[[int], int]) -> int:
        return self._each(end, CALLBACK(lambda number, _: call(number)), None)

    def Counter(self, value: int) -> Counter:
        return Counter(self, value)


class Counter:
    """A counter that stays in the library."""

    __slots__ = ("_library", "_number")

    def __init__(self, library: Plain, value: int) -> None:
        self._library = library
        self._number = library.call(8, value)

    def inc(self) -> int:
        return self._library.call(9, self._number)

    def __del__(self) -> None:
        self._library.call(10, self._number)
