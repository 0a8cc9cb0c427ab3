"""Instructions of the smallest calls: `instructions.py --contenders DIR [--record] [ROW ...]`, run by
`dev.py bench` where valgrind is.

They hardly move with the machine's load, so `instructions.json` beside this file keeps them: `--record`
writes it, and a change that costs instructions shows there as a difference. Without `--record` what is
counted is shown next to what is kept. Each is counted with callgrind as the difference of two runs of
different length, and told apart by where it is run: the interpreter, the loader's extension (or PyO3's), the
crate's library, the system's libraries.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import timeit

import compare

KEPT = compare.HERE / "instructions.json"
TITLES = (
    "no-op",
    "add(i64, i64)",
    "greet(&str) -> String",
    "len of 64 MiB of bytes",
    "method inc(&mut self)",
    "raise and except",
)
CALLS = 50_000
# By part.
Counts = dict[str, float]


def loop(title: str, contender: str, folder: pathlib.Path, calls: int) -> None:
    """What callgrind runs."""
    (row,) = (row for row in compare.ROWS if row.title == title)
    with tempfile.TemporaryDirectory() as temporary:
        shared = compare.Inputs(pathlib.Path(temporary))
        names = row.given(compare.built(folder)[contender], shared)
        timeit.Timer(row.statement, globals=names).timeit(calls)
        shared.mapped.close()


def part(place: str) -> str:
    """What an object file is to us."""
    name = pathlib.PurePath(place).name
    if "_native" in name or "bench_pyo3" in name:
        return "extension"
    # What is loaded from memory has no name.
    if name == "???":
        return "library"
    return "interpreter" if "python" in name else "system"


def counted(file: pathlib.Path) -> collections.Counter[str]:
    """Self costs by part, from callgrind's output."""
    names: dict[str, str] = {}
    costs: collections.Counter[str] = collections.Counter()
    current, inclusive = "system", False
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        if found := re.match(r"ob=\((\d+)\)(?: (.*))?", line):
            names.setdefault(found[1], found[2] or "")
            current = part(names[found[1]])
        elif found := re.match(r"cob=\((\d+)\) (.*)", line):
            names.setdefault(found[1], found[2])
        elif line.startswith("calls="):
            inclusive = True
        elif found := re.match(r"[+\-*\d]\S* (\d+)$", line):
            if not inclusive:
                costs[current] += int(found[1])
            inclusive = False
    return costs


def run(title: str, contender: str, folder: pathlib.Path, calls: int) -> collections.Counter[str]:
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary) / "callgrind.out"
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        program = [
            sys.executable,
            __file__,
            "--contenders",
            str(folder),
            "--loop",
            json.dumps([title, contender, calls]),
        ]
        done = subprocess.run(
            [*tool, *program],
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(
                f"{done.stderr}\nerror: `{title}` of {contender} under valgrind ended with {done.returncode}"
            )
        return counted(out)


def per_call(title: str, contender: str, folder: pathlib.Path) -> Counts:
    few = run(title, contender, folder, CALLS)
    many = run(title, contender, folder, 3 * CALLS)
    each = {name: round((many[name] - few[name]) / (2 * CALLS), 1) for name in many}
    return {name: value for name, value in sorted(each.items()) if value >= 0.5} | {"all": sum(each.values())}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(TITLES))
    parser.add_argument(
        "--contenders", type=pathlib.Path, required=True, help="what contenders/build.py made"
    )
    parser.add_argument("--record", action="store_true", help=f"write {KEPT.name}")
    parser.add_argument("--loop", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.loop:
        title, contender, calls = json.loads(options.loop)
        loop(title, contender, options.contenders, calls)
        return 0
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"instructions": {}}
    results: dict[str, dict[str, Counts]] = {}
    for title in options.rows or TITLES:
        results[title] = {}
        for contender in compare.COUNTED:
            results[title][contender] = taken = per_call(title, contender, options.contenders)
            before = kept["instructions"].get(title, {}).get(contender, {}).get("all")
            parts = ", ".join(f"{name} {value:.0f}" for name, value in taken.items() if name != "all")
            known = "" if before is None else f" (kept: {before:.0f})"
            print(f"{title}, {contender}: {taken['all']:.0f}{known}: {parts}", flush=True)
    if options.record:
        rustc = subprocess.run(
            ["rustc", "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
        whole = {
            "python": platform.python_version(),
            "rustc": rustc,
            "machine": platform.machine(),
            "instructions": {**kept["instructions"], **results},
        }
        KEPT.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
