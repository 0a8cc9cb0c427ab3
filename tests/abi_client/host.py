"""A host written from `docs/abi.md` alone: what a library calls back.

Objects are plain Python objects with a token each; how they are asked is the section "Upcalls". Arguments and
results are what msgpack makes of them.
"""

from __future__ import annotations

import ctypes
import io
import itertools
import struct
import sys
import threading
from typing import Any, NamedTuple

import msgpack

EXT_HOST = 3
RELEASE, INVOKE, NEXT, READ, WRITE, FLUSH, SEEK, RETAIN, EQUAL, ORDER, HASH, TEXT = range(12)

_Write = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class Buffer(ctypes.Structure):
    """Memory lent for one call or upcall."""

    _fields_ = (("data", ctypes.c_void_p), ("len", ctypes.c_size_t), ("flags", ctypes.c_uint64))


_Call = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.POINTER(Buffer),
    ctypes.c_size_t,
    _Write,
    ctypes.c_void_p,
)


_Word = ctypes.POINTER(ctypes.c_uint64)
_Direct = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, _Word, _Word)
_UNIT, _BOOL, _SIGNED, _UNSIGNED, _FLOAT = range(1, 6)
_FORMATS = {_BOOL: "Q", _SIGNED: "q", _UNSIGNED: "Q", _FLOAT: "d"}


class _Table(ctypes.Structure):
    _fields_ = (("call", _Call), ("context", ctypes.c_void_p), ("direct", _Direct))


def _read(word: int, kind: int) -> Any:
    (value,) = struct.unpack(_FORMATS[kind], struct.pack("Q", word))
    return bool(value) if kind == _BOOL else value


def _word(value: Any, kind: int) -> int:
    return int.from_bytes(struct.pack(_FORMATS[kind], value), sys.byteorder)


class Upcall(NamedTuple):
    """What was asked."""

    operation: int
    token: int
    arguments: list[Any]


class Host:
    """Objects by token, and the function that a library calls. It must live as long as the process."""

    def __init__(self, *, direct: bool = False) -> None:
        self.objects: dict[int, Any] = {}
        #: How many references the library has.
        self.references: dict[int, int] = {}
        self.log: list[Upcall] = []
        #: The forms of direct upcalls.
        self.forms: list[list[int]] = []
        self.gone = False
        self._tokens = itertools.count(1)
        self._lock = threading.Lock()
        self._table = _Table(_Call(self._call), None, _Direct(self._direct) if direct else _Direct())
        self.pointer = ctypes.cast(ctypes.pointer(self._table), ctypes.c_void_p)

    def lend(self, value: Any) -> msgpack.ExtType:
        """A host object with a reference."""
        with self._lock:
            token = next(self._tokens)
            self.objects[token] = value
            self.references[token] = 1
        return msgpack.ExtType(EXT_HOST, token.to_bytes(8, "little"))

    def end(self, token: int) -> Any:
        """One reference ends, or comes back: its object."""
        self.references[token] -= 1
        return self.objects[token] if self.references[token] else self.objects.pop(token)

    def object(self, value: Any) -> Any:
        """What an ext 3 names; anything else as it is."""
        if isinstance(value, msgpack.ExtType) and value.code == EXT_HOST:
            return self.objects[int.from_bytes(value.data, "little")]
        return value

    def released(self, reference: msgpack.ExtType) -> bool:
        """Whether the library has ended the reference."""
        return int.from_bytes(reference.data, "little") not in self.objects

    def _call(
        self, _context: Any, request: int, size: int, buffers: Any, count: int, write: Any, sink: Any
    ) -> int:
        if self.gone:
            return 1
        operation, token, *arguments = msgpack.unpackb(ctypes.string_at(request, size), raw=False)
        self.log.append(Upcall(operation, token, arguments))
        memory = (ctypes.c_char * buffers[0].len).from_address(buffers[0].data) if count else None
        if operation == READ:
            assert buffers[0].flags == 1, "what is read into may be written to"
        try:
            answer = [0, self._do(operation, token, arguments, memory)]
        except BaseException as error:
            reference = self.lend(error)
            token = int.from_bytes(reference.data, "little")
            answer = [1, token, not isinstance(error, Exception)]
        data = msgpack.packb(answer, use_bin_type=True)
        for piece in (data[:1], data[1:]):
            write(sink, ctypes.cast(ctypes.c_char_p(piece), ctypes.c_void_p), len(piece))
        return 0

    def _direct(self, _context: Any, token: int, form: int, words: Any, result: Any) -> int:
        if self.gone:
            return 3
        given, *kinds = [form >> shift & 15 for shift in range(0, form.bit_length(), 4)]
        self.forms.append([given, *kinds])
        arguments = [_read(words[at], kind) for at, kind in enumerate(kinds)]
        try:
            made = self.objects[token](*arguments)
            result[0] = 0 if given == _UNIT else _word(made, given)
        except BaseException as error:
            result[0] = int.from_bytes(self.lend(error).data, "little")
            return 1 if isinstance(error, Exception) else 2
        return 0

    def _do(self, operation: int, token: int, arguments: list[Any], memory: Any) -> Any:
        if operation == RELEASE:
            self.end(token)
            return None
        value = self.objects[token]
        if operation == RETAIN:
            self.references[token] += 1
            return None
        if operation in (EQUAL, ORDER):
            (other,) = map(self.object, arguments)
            return value == other if operation == EQUAL else (value > other) - (value < other)
        if operation == HASH:
            return hash(value)
        if operation == TEXT:
            return (str, repr)[arguments[0]](value)
        if operation == INVOKE:
            return value(*arguments)
        if operation == NEXT:
            return list(itertools.islice(value, 1))
        if operation == READ:
            data = value.read(len(memory))
            memory[: len(data)] = data
            return len(data)
        if operation == WRITE and isinstance(value, io.TextIOBase):
            value.write(bytes(memory).decode())
            return len(memory)
        if operation == WRITE:
            return value.write(bytes(memory))
        if operation == FLUSH:
            return value.flush()
        assert operation == SEEK, operation
        return value.seek(*arguments)
