"""Throws requests at a library's symbol: `fuzz.py LIBRARY [--seconds N] [--seed N]`.

Runs on a thread whose stack is 256 KiB. Requests are random bytes, well-formed messages of random values, and
real calls with bytes changed. It ends with 0 unless the process dies or the symbol answers something that the
ABI does not allow; the seed repeats a run.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from typing import Any

import msgpack
from client import CALL, DONE, EXT_BUFFER, LATER, LEAVES, PROMPT_CALL, RELEASE, Library, forge

STACK = 256 * 1024
# What sleeps, or shuts the process down, teaches nothing here.
LEFT_OUT = ("sleep", "stay", "change", "Slow", "read")


class Fuzzer:
    """Makes requests out of what the library says of itself."""

    def __init__(self, library: Library, seed: int) -> None:
        self.library = library
        self.random = random.Random(seed)
        self.left_out = {c.index for c in library.callables if any(word in c.id for word in LEFT_OUT)}
        self.callables = [c for c in library.callables if c.index not in self.left_out]
        self.handles: list[Any] = []

    def value(self, depth: int = 0) -> Any:
        """Any value that MessagePack can say."""
        pick = self.random.randrange(14 if depth < 4 else 10)
        if pick == 0:
            return self.random.choice([None, True, False])
        if pick in (1, 2):
            return self.random.choice(
                [0, 1, -1, 255, 2**31, 2**63, 2**64 - 1, -(2**63), self.random.randrange(300)]
            )
        if pick == 3:
            return self.random.choice([0.0, -1.5, float("inf"), float("nan"), 1e308])
        if pick in (4, 5):
            return self.random.choice(["", "a", "low", "1.2.3", "\0", "é" * 40, "x" * 70000])
        if pick == 6:
            return self.random.randbytes(self.random.choice([0, 1, 4, 16, 300]))
        if pick in (7, 8) and self.handles:
            return self.random.choice(self.handles)
        if pick == 9:
            code = self.random.choice([0, 1, 2, 3, 4, 5, 6, 127])
            return self.random.choice(
                [
                    msgpack.ExtType(code, self.random.randbytes(self.random.randrange(20))),
                    msgpack.ExtType(EXT_BUFFER, self.random.randrange(4).to_bytes(4, "little")),
                    forge(*(self.random.randrange(40) for _ in range(3))),
                ]
            )
        if pick in (10, 11, 12):
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        return {self.random.choice(["a", 1, "key"]): self.value(depth + 1) for _ in range(2)}

    def request(self) -> bytes:
        """One request, more or less wrong."""
        kind = self.random.randrange(8)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(64))
        if kind == 1:
            lead = self.random.choice([b"\x91", b"\x81\xa1k", b"\xdc\x00\x01", b"\xd9"])
            return b"\x93\x01\x00" + lead * self.random.choice([60, 1_000, 50_000])
        if kind == 2:
            operation = self.random.choice([0, 2, 4, 6, 7, 8, 10, 11, 11, 15, 255, -1, "call", None])
            return bytes(msgpack.packb([operation, *(self.value() for _ in range(self.random.randrange(3)))]))
        callable_ = self.random.choice(self.callables)
        arguments = [self.value() for _ in callable_.params]
        if kind == 3:
            arguments = arguments[:-1] or [0]
        operation = self.random.choice([CALL, CALL, PROMPT_CALL])
        whole = bytearray(msgpack.packb([operation, callable_.index, *arguments]))
        if kind in (4, 5):
            for _ in range(self.random.randrange(1, 4)):
                whole[self.random.randrange(len(whole))] = self.random.randrange(256)
        if kind == 6:
            del whole[self.random.randrange(len(whole)) :]
        return bytes(whole)

    def once(self) -> None:
        """Sends one request and looks at the answer."""
        request = self.request()
        if request[1:2] in (bytes([RELEASE]), b"\x05"):
            return  # those are done, and leave no answer or no handles
        if called(request) in self.left_out:
            return  # a changed byte made it another call
        # One that may take an address, or not.
        memory = bytearray(self.random.choice([8, 9]))
        buffers = [self.random.randbytes(5), memory][: self.random.randrange(3)]
        code = self.library.send(request, buffers)
        if code == LATER:
            assert self.library.raw_answer() == b"", request
            return
        assert code in (DONE, LEAVES), (request, code)
        answer = msgpack.unpackb(self.library.raw_answer(), raw=False, strict_map_key=False)
        assert isinstance(answer, list) and len(answer) == 2 and answer[0] in range(6), (request, answer)
        if answer[0] == 0 and isinstance(answer[1], msgpack.ExtType) and answer[1].code == 1:
            self.handles.append(answer[1])
            del self.handles[:-50]


def called(request: bytes) -> Any:
    """The index of the callable that a request calls, however it is spelled; None for any other request."""
    unpacker = msgpack.Unpacker(raw=True)
    unpacker.feed(request)
    try:
        if unpacker.read_array_header() < 2 or unpacker.unpack() not in (CALL, PROMPT_CALL):
            return None
        index = unpacker.unpack()
    except Exception:  # not MessagePack: no call
        return None
    return index if isinstance(index, int) else None


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    done: list[int] = []

    def work() -> None:
        fuzzer = Fuzzer(Library(options.library), options.seed)
        end = time.monotonic() + options.seconds
        count = 0
        while time.monotonic() < end:
            fuzzer.once()
            count += 1
        done.append(count)

    threading.stack_size(STACK)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    print(f"{sum(done)} requests")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
