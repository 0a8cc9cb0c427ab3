"""Measures `modules/da` from Python, against wheels that do the same and against a Rust program.

`da.py [--rounds N] [--quick] [--json] [--only TEXT] [--cpu]`; the wheels `blake3`, `pycryptodome`, `zfec`
and `numpy` are compared with if they are there. Every contender of a row works on the same input; they take
turns, and the best of all rounds counts. Times are per call; with `--cpu`, of the processor by all threads
together, for machines that have other work (Linux alone).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import hashlib
import importlib
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import usecrate

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATE = ROOT / "modules" / "da"
KIB, MIB = 1 << 10, 1 << 20
OURS, LIMIT = "da", "Rust"


class Limit:
    """The same work in a Rust program, which is asked over a pipe and measures itself."""

    def __init__(self, cpu: bool) -> None:
        self.cpu = cpu
        command = ["cargo", "build", "--release", "--quiet", "--example", "limit", "--message-format=json"]
        done = subprocess.run(command, cwd=CRATE, capture_output=True, text=True, check=True)
        made = [json.loads(line) for line in done.stdout.splitlines()]
        program = next(message["executable"] for message in made if message.get("executable"))
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question: str, repeats: int) -> float:
        """The seconds of one operation."""
        pipes = self.process.stdin, self.process.stdout
        assert pipes[0] is not None and pipes[1] is not None
        before = self._used()
        pipes[0].write(f"{question} {repeats}\n")
        pipes[0].flush()
        seconds = float(pipes[1].readline())
        if not self.cpu:
            return seconds
        # A thread that has ended meanwhile did nothing of this.
        return sum(used - before.get(thread, 0) for thread, used in self._used().items()) / 1e9 / repeats

    def _used(self) -> dict[str, int]:
        """The nanoseconds of processor time of each of its threads."""
        if not self.cpu:
            return {}
        used: dict[str, int] = {}
        for thread in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            # It may end just now.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                used[thread.name] = int((thread / "schedstat").read_text().split()[0])
        return used


@dataclasses.dataclass
class Row:
    """Contenders that do the same; `size` is how many bytes they work on."""

    name: str
    size: int
    question: str
    contenders: dict[str, Callable[[], object]]
    threads: int = 1
    best: dict[str, float] = dataclasses.field(default_factory=dict[str, float])

    def measure(self, limit: Limit, rounds: int) -> None:
        """Lets the contenders take turns."""
        once = _per_call(self.contenders[OURS], 1, time.perf_counter)
        repeats = max(1, min(20_000, int(0.02 / once)))
        limit.ask(self.question, 1)
        for _ in range(rounds if once < 1 else 3):
            self._keep(LIMIT, limit.ask(self.question, repeats))
            for name, call in self.contenders.items():
                if self.best.get(name, 0.0) < 2:
                    clock = time.process_time if limit.cpu else time.perf_counter
                    self._keep(name, _per_call(call, repeats, clock))

    def _keep(self, name: str, seconds: float) -> None:
        self.best[name] = min(seconds, self.best.get(name, seconds))


def _per_call(call: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    times = range(repeats)
    start = clock()
    for _ in times:
        call()
    return (clock() - start) / repeats


def wheel(name: str) -> Any:
    """A package, or nothing when it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def content(size: int) -> bytes:
    """The same bytes that the Rust program works on, more or less."""
    return (bytes(range(256)) * (size // 256 + 1))[:size]


def hashes(da: Any, quick: bool) -> Iterator[Row]:
    """One message, of four sizes, by every algorithm."""
    theirs_blake3, keccak = wheel("blake3"), wheel("Crypto.Hash.keccak")
    for size in (64, KIB, MIB, (16 if quick else 256) * MIB):
        data = content(size)

        def row(
            name: str, others: dict[str, Callable[[], object]], threads: int = 1, data: bytes = data
        ) -> Row:
            ours = getattr(da.hash, name)
            title = f"{name} of {_human(len(data))}" + (f", {threads} threads" if threads > 1 else "")
            return Row(
                title, len(data), f"{name} {len(data)} 0", {OURS: lambda: ours(data), **others}, threads
            )

        if theirs_blake3:

            def theirs(threads: int = 1, data: bytes = data) -> object:
                return theirs_blake3.blake3(data, max_threads=threads).digest()

            yield row("blake3", {"blake3": theirs})
            if size >= MIB:
                threads = os.cpu_count() or 1
                yield row("blake3", {"blake3": functools.partial(theirs, threads)}, threads)
        else:
            yield row("blake3", {})
        for name in ("sha256", "sha512", "sha3_256"):
            algorithm = getattr(hashlib, name)
            yield row(name, {"hashlib": lambda data=data, algorithm=algorithm: algorithm(data).digest()})
        others: dict[str, Callable[[], object]] = {}
        if keccak:
            others["pycryptodome"] = lambda data=data: keccak.new(digest_bits=256, data=data).digest()
        yield row("keccak256", others)


def trees(da: Any, quick: bool) -> Iterator[Row]:
    """Roots, and many small messages; against what one would write with `hashlib`."""
    threads = os.cpu_count() or 1
    for count in (1 << 10, 1 << (16 if quick else 20)):
        leaves = [content(256 + number % 256)[number % 256 :] for number in range(count)]
        namespaces = [number.to_bytes(8, "big") for number in range(count)]

        def ours(leaves: list[bytes] = leaves, namespaces: list[bytes] = namespaces) -> object:
            return da.nmt.root(leaves, namespaces)

        def by_hand(leaves: list[bytes] = leaves, namespaces: list[bytes] = namespaces) -> object:
            sha256 = hashlib.sha256
            pairs = zip(namespaces, leaves, strict=True)
            level = [(ns, ns, sha256(b"\0" + ns + leaf).digest()) for ns, leaf in pairs]
            while len(level) > 1:
                both = zip(level[::2], level[1::2], strict=True)
                level = [(a[0], b[1], sha256(b"\1" + b"".join(a) + b"".join(b)).digest()) for a, b in both]
            return b"".join(level[0])

        assert ours() == by_hand()
        name = f"root of {count} leaves of 256 B"
        yield Row(name, 256 * count, f"root 256 {count}", {OURS: ours, "hashlib by hand": by_hand}, threads)

        rows = b"".join(both for pair in zip(namespaces, leaves, strict=True) for both in pair)

        def in_one_piece(rows: bytes = rows) -> object:
            tree = da.nmt.Tree()
            tree.extend_rows(rows, 264)
            return tree.root()

        assert in_one_piece() == ours()
        name = f"root of {count} rows of 8 + 256 B"
        yield Row(name, 264 * count, f"rows 264 {count}", {OURS: in_one_piece}, threads)

        def many(leaves: list[bytes] = leaves) -> object:
            return da.hash.hash_many("Sha256", leaves)

        messages, digests = b"".join(leaves), bytearray(32 * count)

        def as_rows(messages: bytes = messages, digests: bytearray = digests) -> object:
            return da.hash.hash_rows("Sha256", messages, 256, digests)

        name = f"sha256 of {count} rows of 256 B"
        yield Row(name, 256 * count, f"hash_rows 256 {count}", {OURS: as_rows}, threads)

        def one_by_one(leaves: list[bytes] = leaves) -> object:
            sha256 = hashlib.sha256
            return [sha256(leaf).digest() for leaf in leaves]

        name = f"sha256 of {count} messages of 256 B"
        yield Row(name, 256 * count, f"hash_many 256 {count}", {OURS: many, "hashlib": one_by_one}, threads)


def shards(da: Any, quick: bool) -> Iterator[Row]:
    """Parity, as lists and in place, on one thread and on all."""
    zfec, numpy = wheel("zfec"), wheel("numpy")
    for data, parity in ((10, 4), (64, 64)):
        for size in (4 * KIB, (64 * KIB if quick else MIB)):
            blocks = [content(size + number)[number:] for number in range(data)]
            others: dict[str, Callable[[], object]] = {}
            if zfec:
                encoder = zfec.Encoder(data, data + parity)
                numbers = list(range(data, data + parity))
                others["zfec"] = lambda e=encoder, b=blocks, n=numbers: e.encode(b, n)
            for threads in sorted({1, os.cpu_count() or 1}):
                suffix = f", {threads} threads" if threads > 1 else ""
                name = f"parity {data}+{parity} of {_human(size)}{suffix}"
                ours = {OURS: lambda b=blocks, m=parity: da.rs.encode(b, m)}
                yield Row(name, data * size, f"encode {size} {data}+{parity}", {**ours, **others}, threads)
                if numpy:
                    flat = numpy.frombuffer(b"".join(blocks), dtype=numpy.uint8)
                    flat.flags.writeable = False
                    output = numpy.zeros(parity * size, dtype=numpy.uint8)
                    call = {OURS: lambda f=flat, k=data, o=output: da.rs.encode_into(f, k, o)}
                    question = f"encode_into {size} {data}+{parity}"
                    yield Row(name + ", in place", data * size, question, call, threads)


def losses(da: Any, quick: bool) -> Iterator[Row]:
    """The data, when as many data shards are lost as there is parity."""
    zfec = wheel("zfec")
    for data, parity in ((10, 4), (64, 64)):
        for size in (4 * KIB, (64 * KIB if quick else MIB)):
            blocks = [content(size + number)[number:] for number in range(data)]
            made = da.rs.encode(blocks, parity)
            left = [*[None] * parity, *blocks[parity:], *made]
            others: dict[str, Callable[[], object]] = {}
            if zfec:
                theirs = zfec.Encoder(data, data + parity).encode(blocks, list(range(parity, data + parity)))
                decoder, numbers = zfec.Decoder(data, data + parity), list(range(parity, data + parity))
                others["zfec"] = lambda d=decoder, b=theirs, n=numbers: d.decode(b, n)

            def ours(left: list[bytes | None] = left, data: int = data) -> object:
                return da.rs.reconstruct_data(left, data)

            assert ours() == blocks
            name = f"{parity} lost of {data}+{parity} of {_human(size)}"
            question = f"reconstruct_data {size} {data}+{parity}"
            yield Row(name, data * size, question, {OURS: ours, **others})


def _human(size: int) -> str:
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def _time(seconds: float) -> str:
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds * 1e9:.0f} ns"


def line(row: Row) -> str:
    """A line of the table: the speed, and how many times faster than each other contender."""
    ours = row.best[OURS]
    ratios = ", ".join(f"{name} {seconds / ours:.2f}" for name, seconds in row.best.items() if name != OURS)
    return f"| {row.name} | {_time(ours)} | {row.size / ours / 1e9:.2f} GB/s | {ratios} |"


def main() -> None:
    """Prints one line for each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="smaller inputs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cpu", action="store_true", help="processor time of all threads together")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    options = parser.parse_args()

    limit, da = Limit(options.cpu), usecrate.import_(str(CRATE))
    if not options.json:
        print("| row | da | speed | time of the others, as a multiple of da's |\n|---|---|---|---|")
    for group in (hashes, trees, shards, losses):
        for row in group(da, options.quick):
            if options.only not in row.name:
                continue
            da.threads(row.threads)
            limit.ask(f"threads 0 {row.threads}", 1)
            row.measure(limit, options.rounds)
            print(json.dumps({"row": row.name, "size": row.size, **row.best}) if options.json else line(row))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
