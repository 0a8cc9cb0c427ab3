"""Time and memory where there is much of something: `scale.py [--json FILE] [--quick] [NAME ...]`, run by
`dev.py bench`.

| name | is |
|---|---|
| handles | live handles: making one, calling its method, dropping it, and what it takes in memory |
| artifacts | libraries of different crates in one process: load and first call of the first and of the last |
| manifest | callables of one crate: importing it, the first call of one, and what importing takes in memory |
| threads | threads that call at once: how much more they do together than one alone |
| messages | a text through Rust and back: time and memory of the peak for each of its bytes |
| buffers | a mapped file that is lent: time of one call whatever its size |

Each figure is taken in a process of its own. Memory is what the process holds itself (`RssAnon`, Linux only).
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import mmap
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

HERE = pathlib.Path(__file__).resolve().parent
STATUS = pathlib.Path("/proc/self/status")
MIB, GIB = 1 << 20, 1 << 30
# A figure's name and what it is.
Figures = dict[str, float]


# ------------------------------------------------------------------------------ what the processes measure


def memory(entry: str = "RssAnon") -> int:
    """The bytes of this process that belong to no file, or another entry of its status."""
    if not STATUS.exists():
        return 0
    found = re.search(rf"{entry}:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


def workload() -> object:
    import usecrate

    return usecrate.import_(str(HERE / "workload"))


def handles(count: int) -> Figures:
    """`count` live handles."""
    make = workload().Counter  # type: ignore[attr-defined]
    make(0).inc()
    kept: list[object] = [None] * count
    before = memory()
    start = time.perf_counter()
    for at in range(count):
        kept[at] = make(at)
    made = time.perf_counter()
    held = memory() - before
    for at, one in enumerate(kept):
        if one.inc() != at + 1:  # type: ignore[attr-defined]
            raise AssertionError(f"handle {at} counts wrongly")
    called = time.perf_counter()
    kept.clear()
    dropped = time.perf_counter()
    return {
        "make (ns)": (made - start) / count * 1e9,
        "call (ns)": (called - made) / count * 1e9,
        "drop (ns)": (dropped - called) / count * 1e9,
        "memory (bytes)": held / count,
        "memory left after all are dropped (bytes)": (memory() - before) / count,
    }


def artifacts(folders: list[str]) -> Figures:
    """The libraries in these folders, loaded one after the other."""
    import usecrate

    modules: list[object] = []
    taken: list[float] = []
    before = memory()
    for folder in folders:
        start = time.perf_counter()
        module = usecrate.load_artifact(folder)
        assert module.call0(1, 2) == 3
        taken.append(time.perf_counter() - start)
        modules.append(module)
    for module in modules:
        assert module.call1(1, 2) == 4  # type: ignore[attr-defined]
    return {
        "load, the first ten (ms)": statistics.median(taken[:10]) * 1e3,
        "load, the last ten (ms)": statistics.median(taken[-10:]) * 1e3,
        "memory of each (KiB)": (memory() - before) / len(folders) / 1024,
    }


def callables(folder: str, count: int) -> Figures:
    """The library in this folder, of that many functions."""
    import usecrate

    before = memory()
    start = time.perf_counter()
    module = usecrate.load_artifact(folder)
    loaded = time.perf_counter()
    assert getattr(module, f"call{count - 1}")(1, 2) == count + 2
    called = time.perf_counter()
    used = memory() - before
    for at in range(count):
        assert getattr(module, f"call{at}")(0, 0) == at
    every = time.perf_counter()
    return {
        "load (ms)": (loaded - start) * 1e3,
        "load, each function (ns)": (loaded - start) / count * 1e9,
        "first call of one (µs)": (called - loaded) * 1e6,
        "first call of each (µs)": (every - called) / count * 1e6,
        "memory, each function (bytes)": used / count,
    }


def threads(count: int, microseconds: int) -> Figures:
    """Calls of that length by that many threads, next to those of one."""
    work = workload().work  # type: ignore[attr-defined]
    rounds = 1000
    while True:
        start = time.perf_counter()
        for _ in range(10):
            work(rounds)
        each = (time.perf_counter() - start) / 10
        if each * 1e6 >= microseconds * 0.9:
            break
        rounds = max(rounds + 1, int(rounds * microseconds * 1e-6 / each))

    def done(workers: int, lasting: float) -> float:
        """Calls in a second."""
        start = threading.Barrier(workers + 1)
        stop = threading.Event()

        def run() -> int:
            start.wait()
            calls = 0
            while not stop.is_set():
                work(rounds)
                calls += 1
            return calls

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            running = [pool.submit(run) for _ in range(workers)]
            start.wait()
            begun = time.perf_counter()
            time.sleep(lasting)
            stop.set()
            calls = sum(one.result() for one in running)
            return calls / (time.perf_counter() - begun)

    pairs = [(done(1, 0.5), done(count, 0.5)) for _ in range(5)]
    best = max(many / one for one, many in pairs)
    return {
        "one thread (calls/s)": max(one for one, _ in pairs),
        "all threads (calls/s)": max(many for _, many in pairs),
        "ratio, best of five": best,
    }


def messages(size: int) -> Figures:
    """A text of that size, greeted."""
    greet = workload().greet  # type: ignore[attr-defined]
    greet("x")
    name = "x" * size
    before = memory()
    start = time.perf_counter()
    greeted = greet(name)
    taken = time.perf_counter() - start
    assert len(greeted) == size + 8 and greeted.endswith("x!")
    after = memory() - before
    del greeted
    return {
        "time (s/GiB)": taken / size * GIB,
        "peak (bytes/byte)": max(0, memory("VmHWM") - memory("RssFile") - before) / size,
        "with the result (bytes/byte)": after / size,
        "left (bytes/byte)": (memory() - before) / size,
    }


def buffers(size: int) -> Figures:
    """A mapped file of that size, lent."""
    length = workload().length  # type: ignore[attr-defined]
    with tempfile.NamedTemporaryFile(dir=".") as file:
        file.truncate(size)
        with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as mapped:
            assert length(mapped) == size
            before = memory()
            start = time.perf_counter()
            for _ in range(10_000):
                length(mapped)
            taken = time.perf_counter() - start
            return {"call (ns)": taken / 10_000 * 1e9, "memory (bytes)": memory() - before}


MEASURED: dict[str, Callable[..., Figures]] = {
    "handles": handles,
    "artifacts": artifacts,
    "manifest": callables,
    "threads": threads,
    "messages": messages,
    "buffers": buffers,
}


# ------------------------------------------------------------------------------------- the crates for them


def crate(folder: pathlib.Path, name: str, functions: int) -> pathlib.Path:
    """A crate of that many functions."""
    package = (
        f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\npublish = false\n\n[workspace]\n'
    )
    source = (
        f"/// Function {at}.\npub fn call{at}(left: i64, right: i64) -> i64 {{\n    left + right + {at}\n}}\n"
        for at in range(functions)
    )
    made = folder / name
    (made / "src").mkdir(parents=True, exist_ok=True)
    (made / "Cargo.toml").write_text(package, encoding="utf-8")
    (made / "src" / "lib.rs").write_text("//! Functions.\n\n" + "\n".join(source), encoding="utf-8")
    return made


def built(crate: pathlib.Path) -> str:
    """The folder of its artifact, built if it is not there."""
    command = [os.environ.get("USECRATE_BUILD", "usecrate-build"), "build", str(crate), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return str(json.loads(done.stdout.splitlines()[-1])["artifact"])


def cases(names: list[str], folder: pathlib.Path, quick: bool) -> Iterator[tuple[str, str, list[object]]]:
    """A title, the measurement, and its arguments."""
    if "handles" in names:
        for count in [1000] if quick else [10_000, 100_000, 1_000_000]:
            yield f"handles: {count:,}", "handles", [count]
    if "artifacts" in names:
        count = 3 if quick else 100
        folders = [built(crate(folder, f"scale-{at:03}", 3)) for at in range(count)]
        yield f"artifacts: {count}", "artifacts", [folders]
    if "manifest" in names:
        for count in [50] if quick else [500, 5000]:
            yield (
                f"manifest: {count:,} functions",
                "manifest",
                [built(crate(folder, f"many-{count}", count)), count],
            )
    if "threads" in names:
        for microseconds in [100] if quick else [100, 1000]:
            yield f"threads: 32, calls of {microseconds} µs", "threads", [32, microseconds]
    if "messages" in names:
        for size in [MIB] if quick else [256 * MIB, GIB, 2 * GIB]:
            yield f"messages: {size // MIB:,} MiB", "messages", [size]
    if "buffers" in names:
        for size in [MIB] if quick else [MIB, GIB, 5 * GIB]:
            yield f"buffers: {size // MIB:,} MiB", "buffers", [size]


def measured(name: str, arguments: list[object]) -> Figures:
    """In a process of its own."""
    command = [sys.executable, __file__, "--measure", json.dumps([name, arguments])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURED))
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--quick", action="store_true", help="a little of everything, to see whether all works"
    )
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, arguments = json.loads(options.measure)
        print(json.dumps(MEASURED[name](*arguments)))
        return 0
    if unknown := [name for name in options.names if name not in MEASURED]:
        parser.error(f"there is no `{unknown[0]}`: {', '.join(MEASURED)}")
    results: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        for title, name, arguments in cases(
            options.names or list(MEASURED), pathlib.Path(folder), options.quick
        ):
            results[title] = measured(name, arguments)
            print(title)
            for what, value in results[title].items():
                print(f"    {what:<44} {value:>14,.2f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
