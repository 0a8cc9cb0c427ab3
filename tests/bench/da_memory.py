"""How much memory it takes to hash a mapped file of 5 GiB with `modules/da`, above the mapping.

`da_memory.py [GIB]` fails at 64 MiB. The file is sparse, in the current folder, and removed. What is counted
is `RssAnon` of the process, so it runs on Linux only.
"""

from __future__ import annotations

import hashlib
import mmap
import pathlib
import re
import sys
import tempfile
import threading
import time

import usecrate

CRATE = pathlib.Path(__file__).resolve().parents[2] / "modules" / "da"
GIB, MIB = 1 << 30, 1 << 20
LIMIT = 64 * MIB


def anonymous() -> int:
    """The bytes of this process that belong to no file."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    """Prints one line for each algorithm."""
    size = int(float(sys.argv[1]) * GIB) if len(sys.argv) > 1 else 5 * GIB
    da = usecrate.import_(str(CRATE))
    failed = False
    with tempfile.NamedTemporaryFile(dir=".") as file:
        file.truncate(size)
        with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as mapped:
            for name in ("blake3", "sha256", "keccak256"):
                before, peak, done = anonymous(), 0, threading.Event()

                def watch(done: threading.Event = done) -> None:
                    nonlocal peak
                    while not done.wait(0.002):
                        peak = max(peak, anonymous())

                watcher = threading.Thread(target=watch)
                watcher.start()
                start = time.perf_counter()
                digest = getattr(da.hash, name)(mapped)
                seconds = time.perf_counter() - start
                done.set()
                watcher.join()
                above = max(0, peak - before)
                failed |= above >= LIMIT
                if name == "sha256" and digest != hashlib.sha256(mapped).digest():
                    sys.exit("the digest is wrong")
                print(
                    f"{name}: {above / MIB:.1f} MiB above the mapping, {seconds:.1f} s, {digest.hex()[:16]}"
                )
    sys.exit(f"more than {LIMIT // MIB} MiB" if failed else 0)


if __name__ == "__main__":
    main()
