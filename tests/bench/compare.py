"""Calls through usecrate, next to the same calls through PyO3 and through ctypes with MessagePack:
`compare.py --contenders DIR [--json FILE] [--quick]`, run by `dev.py bench`.

All of a row run interleaved in one process: each round times every contender once, in a shuffled order. The
median of the rounds counts, in processor time per call, with the interpreter's loop around it; a ratio is the
median of the rounds' own ratios, and behind it stand the bounds of the middle four fifths. Before anything is
timed, each contender must give what plain Python gives. What every one of them calls is the crate `workload`.

| contender | is |
|---|---|
| usecrate | the artifact as `usecrate build` makes it; releases the interpreter lock around Rust |
| usecrate quick | the same, with every callable declared `quick`: keeps the lock |
| A | PyO3 by hand, built by maturin with fat LTO in one codegen unit; keeps the lock |
| A released | the same, which releases the lock around the Rust code (`py.detach`) |
| A0 | as A, with cargo's default release profile |
| ctypes | a C function over MessagePack, by hand, with the package `msgspec`; releases the lock |
| UniFFI | what UniFFI makes of functions with its attributes; releases the lock, takes no mapped file |

Like is compared with like: who keeps the lock with who keeps it, who releases it with who releases it.
"""

from __future__ import annotations

import argparse
import array
import importlib.machinery
import importlib.util
import json
import mmap
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ("A", "usecrate quick", "A released", "usecrate", "A0", "ctypes", "UniFFI")
# Which of ours is held against which baseline: the same as to the interpreter lock.
PAIRS = (("usecrate quick", "A"), ("usecrate", "A released"))
# Whose instructions are counted.
COUNTED = ("A", "usecrate quick", "usecrate")
ROUNDS = 25
# What one contender runs for in one round, in seconds.
ROUND = 0.004
# The process's own time: what else the machine does counts little. Windows counts it in steps of 16 ms.
CLOCK = time.perf_counter if os.name == "nt" else time.process_time


# Nanoseconds per call in each round, by contender.
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Row:
    """One measurement: a statement, and what it needs."""

    title: str
    # What is timed. Its names are `f` and those that `given` makes.
    statement: str
    # From a contender's module, and the shared inputs, to the statement's names.
    given: Callable[[Any, Inputs], dict[str, Any]]
    # Whether it is in the means: not, if it is another way of ours to do what another row does.
    counts: bool = True


class Inputs:
    """What all contenders are given, made once."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.integers = list(range(1000))
        self.view = memoryview(array.array("q", self.integers)).toreadonly()
        self.megabyte = random.Random(1).randbytes(1 << 20)
        self.large = bytes(64 << 20)
        file = folder / "mapped"
        with file.open("wb") as opened:
            opened.truncate(64 << 20)
        with file.open("rb") as opened:
            self.mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        self.dicts = [
            {"id": at, "name": f"record {at}", "score": at / 7, "active": at % 3 == 0} for at in range(1000)
        ]

    def instances(self, module: Any) -> list[Any]:
        return [module.Record(**one) for one in self.dicts]


def function(name: str, **inputs: str) -> Callable[[Any, Inputs], dict[str, Any]]:
    """The module's function as `f`, and inputs by name."""
    return lambda module, shared: {
        "f": getattr(module, name),
        **{name: getattr(shared, attribute) for name, attribute in inputs.items()},
    }


def records(module: Any, shared: Inputs) -> dict[str, Any]:
    return {"f": module.touch, "given": shared.instances(module)}


def dicts(module: Any, shared: Inputs) -> dict[str, Any]:
    # usecrate's function gives instances of a class, unless plain data is asked of it.
    if hasattr(module, "asdict"):
        return {"f": module.asdict(module.touch), "given": shared.dicts}
    return {"f": module.touch_dicts, "given": shared.dicts}


def views(module: Any, shared: Inputs) -> dict[str, Any]:
    # Everybody's `bytes`, next to our view of what Rust made.
    f = module.buffers(module.echo) if hasattr(module, "buffers") else module.echo
    return {"f": f, "given": shared.megabyte}


def failing(module: Any, shared: Inputs) -> dict[str, Any]:
    return {"f": module.fail, "Failure": module.Failure}


def counter(module: Any, shared: Inputs) -> dict[str, Any]:
    return {"f": module.Counter(0).inc}


def mapped(module: Any, shared: Inputs) -> dict[str, Any]:
    return {"f": module.length_view, "given": shared.mapped}


READ = "for one in f(given): one.id; one.name; one.score; one.active"
RAISE = "try:\n    f(7)\nexcept Failure:\n    pass"

ROWS = [
    Row("no-op", "f()", function("noop")),
    Row("add(i64, i64)", "f(20, 22)", function("add")),
    Row("greet(&str) -> String", "f('Ferris')", function("greet")),
    Row("sum of 1,000 ints, from a list", "f(given)", function("sum", given="integers")),
    Row("sum of 1,000 ints, from a read-only view", "f(given)", function("sum_view", given="view")),
    Row("echo 1 MiB", "f(given)", function("echo", given="megabyte")),
    Row("echo 1 MiB, ours as a buffer *", "f(given)", views, counts=False),
    Row("len of 64 MiB of bytes", "f(given)", function("length", given="large")),
    Row("len of a 64 MiB mmap", "f(given)", mapped),
    Row("1,000 records, dicts both ways", "f(given)", dicts),
    Row("1,000 records, classes, fields read back", READ, records),
    Row("method inc(&mut self)", "f()", counter),
    Row("raise and except", RAISE, failing),
    Row("iterate 1,000 ints", "for one in f(1000): pass", function("numbers")),
    Row("1,000 callbacks", "f(1000, lambda n: n + 1)", function("each")),
]


# ------------------------------------------------------------------------------------------------ contenders


def reference() -> Any:
    from contenders import reference

    return Adapted(reference, {"sum": reference.total})


class Adapted:
    """A module under the names that the rows use."""

    def __init__(self, module: Any, names: Mapping[str, Any]) -> None:
        self._module = module
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return self._names[name] if name in self._names else getattr(self._module, name)


class ReleasedCounter:
    """`inc` of the class is another method there."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __call__(self, value: int) -> Any:
        made = self._module.Counter(value)
        return Adapted(made, {"inc": made.inc_released})


def by_pyo3(folder: pathlib.Path) -> Any:
    """The extension below a folder; two of one name do not get in each other's way."""
    (path,) = (found for found in folder.rglob("bench_pyo3*") if found.suffix in (".so", ".pyd"))
    loader = importlib.machinery.ExtensionFileLoader("bench_pyo3", str(path))
    spec = importlib.util.spec_from_file_location("bench_pyo3", path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def by_usecrate(root: pathlib.Path | None = None) -> Any:
    """The artifact; below a root of its own, one of which every callable is declared quick."""
    import usecrate

    workload = HERE / "workload"
    if root is None:
        module = usecrate.import_(str(workload))
    else:
        quick = artifact(workload, "--config", workload / "quick.toml", "--out", root)
        module = usecrate.load_artifact(quick)
    names = {
        "sum_view": module.sum,
        "length_view": module.length,
        "asdict": usecrate.asdict,
        "buffers": usecrate.buffers,
    }
    return Adapted(module, names)


def by_ctypes(folder: pathlib.Path) -> Any:
    from contenders.plain import Plain

    (path,) = folder.iterdir()
    library = Plain(str(path))
    return Adapted(library, {"length_view": library.length})


def by_uniffi(folder: pathlib.Path) -> Any:
    from contenders.foreign import Foreign

    spec = importlib.util.spec_from_file_location("bench_uniffi", folder / "bench_uniffi.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Foreign(module)


def built(folder: pathlib.Path) -> dict[str, Any]:
    """Those that are built, usecrate in any case."""
    found: dict[str, Any] = {}
    if (folder / "A").is_dir():
        module = by_pyo3(folder / "A")
        found["A"] = module
        suffix = "_released"
        released = {
            name.removesuffix(suffix): getattr(module, name) for name in dir(module) if suffix in name
        }
        found["A released"] = Adapted(module, {**released, "Counter": ReleasedCounter(module)})
    if (folder / "A0").is_dir():
        found["A0"] = by_pyo3(folder / "A0")
    found["usecrate"] = by_usecrate()
    found["usecrate quick"] = by_usecrate(folder / "quick")
    if (folder / "plain").is_dir():
        found["ctypes"] = by_ctypes(folder / "plain")
    if (folder / "uniffi").is_dir():
        found["UniFFI"] = by_uniffi(folder / "uniffi")
    return found


# ----------------------------------------------------------------------------------------------- measurement


def plain(value: Any) -> Any:
    """A result without what tells contenders apart."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if all(hasattr(value, name) for name in ("id", "name", "score", "active")):
        return {name: getattr(value, name) for name in ("id", "name", "score", "active")}
    return value


def outcome(row: Row, names: dict[str, Any], module: Any) -> Any:
    """What the statement comes to, to be compared among contenders."""
    if row.statement == RAISE:
        try:
            names["f"](7)
        except names["Failure"] as error:
            return str(error)
        return "nothing was raised"
    if row.given is counter:
        fresh = module.Counter(41)
        return [fresh.inc(), fresh.inc()]
    if row.statement.startswith("for one in "):
        expression = row.statement.removeprefix("for one in ").partition(":")[0]
        return plain(list(eval(expression, dict(names))))
    return plain(eval(row.statement, dict(names)))


def measure(row: Row, found: Mapping[str, Any], shared: Inputs, rounds: int, lasting: float) -> Times:
    """One row."""
    timers: dict[str, timeit.Timer] = {}
    plainly = reference()
    right = outcome(row, row.given(plainly, shared), plainly)
    for name, module in found.items():
        try:
            names = row.given(module, shared)
        except AttributeError as missing:
            # Not served yet: the row has a gap, and says so.
            print(f"note: {row.title}: {name} has none: {missing}", file=sys.stderr)
            continue
        if outcome(row, names, module) != right:
            sys.exit(f"error: {row.title}: {name} gives something else than plain Python")
        timers[name] = timeit.Timer(row.statement, timer=CLOCK, globals=names)
    counts = {name: calls(timer, lasting) for name, timer in timers.items()}
    taken: dict[str, list[float]] = {name: [] for name in timers}
    order = list(timers)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            taken[name].append(timers[name].timeit(counts[name]) / counts[name] * 1e9)
    return taken


def calls(timer: timeit.Timer, lasting: float) -> int:
    """How many calls last that long."""
    count = 1
    while (seconds := timer.timeit(count)) < lasting:
        count = max(count * 2, int(count * lasting / max(seconds, 1e-9)))
    return count


LOAD = {
    "usecrate": "import usecrate; usecrate.load_artifact({path!r}).call0(1, 2)",
    "A": "import sys; sys.path.insert(0, {path!r}); import bench_pyo3; bench_pyo3.call0(1, 2)",
}


def artifact(crate: pathlib.Path, *options: str | pathlib.Path) -> str:
    """The folder of a crate's artifact, built if it is not there."""
    command = [os.environ.get("USECRATE_BUILD", "usecrate-build"), "build", crate, "--json", *options]
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True)
    return str(json.loads(done.stdout.splitlines()[-1])["artifact"])


def loading(folder: pathlib.Path, rounds: int) -> dict[str, Times]:
    """Importing what is needed, loading, and the first call, in a fresh process each time."""
    results: dict[str, Times] = {}
    # What is installed has its bytecode: an environment that forbids writing it would time the compiler.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for many in sorted(folder.glob("many-*"), key=lambda path: int(path.name.partition("-")[2])):
        paths = {"usecrate": artifact(many), "A": str(many / "A")}
        taken: dict[str, list[float]] = {name: [] for name in paths}
        order = list(paths)
        for _ in range(rounds):
            random.shuffle(order)
            for name in order:
                program = (
                    f"import time\nstart = time.{CLOCK.__name__}()\n{LOAD[name].format(path=paths[name])}\n"
                    f"print((time.{CLOCK.__name__}() - start) * 1e9)"
                )
                done = subprocess.run(
                    [sys.executable, "-c", program],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                    env=environment,
                )
                taken[name].append(float(done.stdout))
        count = int(many.name.partition("-")[2])
        title = f"import, load and first call, {count:,} functions"
        results[title] = taken
    return results


# ---------------------------------------------------------------------------------------------------- output


def shown(nanoseconds: float) -> str:
    unit, size = next((one for one in (("ms", 1e6), ("µs", 1e3)) if nanoseconds >= one[1]), ("ns", 1.0))
    value = nanoseconds / size
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def paired(row: Times) -> dict[str, tuple[float, float, float]]:
    """By what is compared: the median of the rounds' ratios, and the bounds of the middle four fifths."""
    ratios: dict[str, tuple[float, float, float]] = {}
    for ours, theirs in PAIRS:
        # What has nothing to do with the lock was measured once.
        times = row.get(ours) or row.get("usecrate")
        if times and theirs in row:
            each = sorted(one / other for one, other in zip(times, row[theirs], strict=True))
            tenth = len(each) // 10
            ratios[f"{ours} / {theirs}"] = (statistics.median(each), each[tenth], each[-1 - tenth])
    return ratios


def table(results: Mapping[str, Times]) -> str:
    """Markdown: what each takes, and what usecrate takes in proportion."""
    columns = [name for name in COLUMNS if any(name in row for row in results.values())]
    pairs = [f"{ours} / {theirs}" for ours, theirs in PAIRS if theirs in columns]
    head = ["", *columns, *pairs]
    lines = [head, ["---"] * len(head)]
    for title, row in results.items():
        cells = [shown(statistics.median(row[name])) if name in row else "-" for name in columns]
        ratios = paired(row)
        for pair in pairs:
            middle, low, high = ratios.get(pair, (0, 0, 0))
            cells.append(f"{middle:.2f} ({low:.2f}-{high:.2f})" if middle else "-")
        lines.append([title, *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def means(results: Mapping[str, Times]) -> list[str]:
    """The geometric mean of each pair's ratios, with and without our best row; and what is not in it."""
    counted = {row.title: row.counts for row in ROWS}
    kept = [row for title, row in results.items() if counted.get(title, True)]
    lines: list[str] = []
    for pair in (f"{ours} / {theirs}" for ours, theirs in PAIRS):
        ratios = sorted(found[pair][0] for found in map(paired, kept) if pair in found)
        if len(ratios) > 1:
            mean, rest = statistics.geometric_mean(ratios), statistics.geometric_mean(ratios[1:])
            lines.append(f"{pair}: geometric mean {mean:.2f}, without our best row {rest:.2f}")
    if len(kept) < len(results):
        lines.append("\\* what `usecrate.buffers` gives, next to `bytes` of the others; not in the means")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--contenders", type=pathlib.Path, required=True, help="what contenders/build.py made"
    )
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--quick", action="store_true", help="two short rounds, for a look at whether all works"
    )
    options = parser.parse_args()
    rounds, lasting = (2, ROUND / 20) if options.quick else (ROUNDS, ROUND)
    results: dict[str, Times] = {}
    with tempfile.TemporaryDirectory() as folder:
        shared = Inputs(pathlib.Path(folder))
        found = built(options.contenders)
        for row in ROWS:
            results[row.title] = measure(row, found, shared, rounds, lasting)
        shared.mapped.close()
    results.update(loading(options.contenders, rounds))
    where = f"Python {platform.python_version()}, {platform.machine()}"
    about = f"{where}; median of {rounds} rounds; processor time per call"
    print(f"{about}\n\n{table(results)}\n", *means(results), sep="\n")
    if options.json:
        whole = {
            "about": about,
            "table": table(results),
            "means": means(results),
            "nanoseconds": {
                title: {name: statistics.median(times) for name, times in row.items()}
                for title, row in results.items()
            },
            "ratios": {title: paired(row) for title, row in results.items()},
        }
        options.json.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
