"""A client of artifacts written from `docs/abi.md` alone: ctypes and a stock MessagePack package.

It is a second opinion on that page: what it cannot do, the page does not say. Handles are values here, so
a test can keep stale ones, forge them, and drop them twice.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgpack
from host import Buffer, Host

ABI_VERSION = 1
DESCRIBE, CALL, DROP, RELEASE, INIT, AFTER_FORK, COUNT, CLOSE, NEXT = range(9)
PROMPT_CALL, PROMPT_DROP, DIRECT = range(9, 12)
OK, ERR, PANIC, ARGUMENT, HANDLE, REQUEST, RAISED = range(7)
EXT_HANDLE, EXT_BUFFER, EXT_BIG, EXT_TIME = 1, 2, 4, 5
# Signed 32-bit answers of the symbol itself.
DONE, LATER, LEAVES, NULL_ARGUMENT = 0, 1, 2, -1


class Piece(ctypes.Structure):
    """Long bytes of an answer."""

    _fields_ = (("data", ctypes.c_void_p), ("len", ctypes.c_size_t), ("capacity", ctypes.c_size_t))


class Response(ctypes.Structure):
    """Where an answer is."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("len", ctypes.c_size_t),
        ("capacity", ctypes.c_size_t),
        ("pieces", ctypes.POINTER(Piece)),
        ("piece_count", ctypes.c_size_t),
    )


class Answer(NamedTuple):
    """What the library answered."""

    status: int
    payload: Any


class Refused(Exception):
    """An answer whose status is not 0."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}: {answer.payload!r}")
        self.status = answer.status
        self.payload = answer.payload


class Callable(NamedTuple):
    """A callable, as *describe* gives it."""

    index: int
    id: str
    params: list[Any]
    result: Any
    flags: int


class Type(NamedTuple):
    """A type, as *describe* gives it."""

    index: int
    name: str
    kind: str
    flags: int
    data: Any


def handle_parts(handle: msgpack.ExtType) -> tuple[int, int, int]:
    """Type, slot and generation of a handle."""
    data = handle.data
    assert handle.code == EXT_HANDLE and len(data) == 16, handle
    return tuple(int.from_bytes(data[a:b], "little") for a, b in ((0, 4), (4, 8), (8, 16)))  # type: ignore[return-value]


def forge(type_: int, slot: int, generation: int) -> msgpack.ExtType:
    """A handle that no library gave."""
    data = type_.to_bytes(4, "little") + slot.to_bytes(4, "little") + generation.to_bytes(8, "little")
    return msgpack.ExtType(EXT_HANDLE, data)


def big(value: int) -> Any:
    """A 128-bit integer: a plain one where it fits into 64 bits, else ext 4."""
    if -(2**63) <= value < 2**64:
        return value
    size = (value.bit_length() + 8) // 8
    return msgpack.ExtType(EXT_BIG, value.to_bytes(size, "little", signed=True))


def to_int(value: Any) -> int:
    """The integer behind either form."""
    if isinstance(value, msgpack.ExtType):
        assert value.code == EXT_BIG and 1 <= len(value.data) <= 17, value
        return int.from_bytes(value.data, "little", signed=True)
    assert isinstance(value, int)
    return value


class Library:
    """A loaded library, with one response that is reused by every call of this object."""

    def __init__(self, path: str, host: Host | None = None) -> None:
        self._host = host
        self._symbol = ctypes.CDLL(path).usecrate_call
        self._symbol.restype = ctypes.c_int32
        self._symbol.argtypes = (
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.POINTER(Buffer),
            ctypes.c_size_t,
            ctypes.c_void_p,
            ctypes.POINTER(Response),
        )
        self._response = Response()
        version, types, callables = self.ask(DESCRIBE)
        assert version == ABI_VERSION, f"the library speaks ABI version {version}, this client {ABI_VERSION}"
        self.types = [Type(index, *entry) for index, entry in enumerate(types)]
        self.callables = [Callable(index, *entry) for index, entry in enumerate(callables)]
        self._by_id = {callable_.id: callable_ for callable_ in self.callables}

    def send(
        self, request: bytes | None, buffers: Sequence[bytes | bytearray] = (), length: int | None = None
    ) -> int:
        """Hands bytes to the symbol; gives the symbol's own answer. The response stays in place."""
        keep: list[Any] = []
        table = (Buffer * len(buffers))()
        for slot, buffer in zip(table, buffers, strict=True):
            writable = isinstance(buffer, bytearray)
            memory = (
                (ctypes.c_char * len(buffer)).from_buffer(buffer) if writable else ctypes.c_char_p(buffer)
            )
            keep.append(memory)
            slot.data = ctypes.addressof(memory) if writable else ctypes.cast(memory, ctypes.c_void_p).value
            slot.len, slot.flags = len(buffer), int(writable)
        size = len(request or b"") if length is None else length
        host = self._host.pointer if self._host else None
        # An upcall may call again, so each call that is going on needs a response of its own.
        response, self._response = self._response, Response()
        code = int(self._symbol(request, size, table, len(buffers), host, ctypes.byref(response)))
        self._response = response
        return code

    def raw_answer(self) -> bytes:
        """The bytes of the last answer."""
        return ctypes.string_at(self._response.data, self._response.len) if self._response.len else b""

    def answer(self, request: bytes, buffers: Sequence[bytes | bytearray] = ()) -> Answer:
        """Sends bytes and decodes what comes back."""
        code = self.send(request, buffers)
        assert code == DONE, f"the symbol answered {code}"
        return self.decoded()

    def decoded(self) -> Answer:
        """The last answer."""
        decoded = msgpack.unpackb(
            self.raw_answer(), raw=False, strict_map_key=False, use_list=True, ext_hook=self._extension
        )
        assert isinstance(decoded, list) and len(decoded) == 2, decoded
        return Answer(*decoded)

    def _extension(self, code: int, data: bytes) -> Any:
        if code != EXT_BUFFER:
            return msgpack.ExtType(code, data)
        return self.piece(int.from_bytes(data, "little"))

    def piece(self, index: int) -> bytes:
        """Long bytes that the last answer names; they stay until the next call."""
        assert len(index.to_bytes(4, "little")) == 4 and index < self._response.piece_count, index
        piece = self._response.pieces[index]
        assert piece.data, f"piece {index} was freed"
        return ctypes.string_at(piece.data, piece.len)

    def ask(self, operation: int, *words: Any, buffers: Sequence[bytes | bytearray] = ()) -> Any:
        """One operation; raises `Refused` unless it was done."""
        answer = self.answer(msgpack.packb([operation, *words], use_bin_type=True), buffers)
        if answer.status != OK:
            raise Refused(answer)
        return answer.payload

    def prompt(self, operation: int, *words: Any) -> tuple[int, Answer | None]:
        """A prompt request: the symbol's own answer, and the library's if there is one."""
        code = self.send(msgpack.packb([operation, *words], use_bin_type=True))
        if code == LATER:
            assert self.raw_answer() == b""
            return code, None
        assert code in (DONE, LEAVES), f"the symbol answered {code}"
        return code, Answer(*msgpack.unpackb(self.raw_answer(), raw=False, strict_map_key=False))

    def raised(self, id_: str, *arguments: Any) -> BaseException:
        """The exception that a host object raised and that leaves a call."""
        answer = self.refusal(id_, *arguments)
        assert answer.status == RAISED and self._host, answer
        (token,) = answer.payload
        error = self._host.objects.pop(token)
        assert isinstance(error, BaseException)
        return error

    def find(self, id_: str) -> Callable:
        """The callable with this id."""
        return self._by_id[id_]

    def call(self, id_: str, *arguments: Any, buffers: Sequence[bytes | bytearray] = ()) -> Any:
        """Calls by id."""
        return self.ask(CALL, self.find(id_).index, *arguments, buffers=buffers)

    def refusal(self, id_: str, *arguments: Any, buffers: Sequence[bytes | bytearray] = ()) -> Answer:
        """The answer of a call that must not be done."""
        index = self.find(id_).index
        answer = self.answer(msgpack.packb([CALL, index, *arguments], use_bin_type=True), buffers)
        assert answer.status != OK, f"{id_}{arguments!r} was done, and gave {answer.payload!r}"
        return answer

    def drop(self, handle: Any) -> Any:
        """Drops a handle: whether the value was dropped now."""
        return self.ask(DROP, handle)

    def close(self, handle: Any) -> Any:
        """Closes a handle, or raises `Refused` while something borrows it."""
        return self.ask(CLOSE, handle)

    def count(self) -> int:
        """How many handles live."""
        return int(self.ask(COUNT))

    def release(self) -> None:
        """Gives the response's memory back to the library."""
        assert self.send(msgpack.packb([RELEASE])) == DONE
        assert bytes(self._response) == bytes(ctypes.sizeof(Response))

    def release_piece(self, index: int) -> None:
        """Has one piece freed."""
        assert self.send(msgpack.packb([RELEASE, index])) == DONE
