#!/usr/bin/env python3
"""The cache under stress: many builders that are killed at random, and entries that are damaged at random.

By hand, with `USECRATE_BUILD` set or `usecrate-build` on `PATH`, in an environment that has the loader:

    python tests/cache/stress.py builders --rounds 20 --builders 16
    python tests/cache/stress.py damage --count 1000

The test suite runs both in a short form (`tests/python/test_cache.py`). Each prints a line of figures, and
ends with 1 when a promise was broken:

- what is visible under an artifact's name is whole, at every moment;
- one key is built once, whoever waits for it; who waits gets that one;
- a killed builder makes nobody wait: the lock passes on at once, the waiting ones end with the build;
- every damage is found, by the build tool and by the loader alike, and mended by the next build or import;
- nothing that killed builders left stays.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SUMS = "BLAKE3SUMS"


def build_tool() -> str:
    found = os.environ.get("USECRATE_BUILD") or shutil.which("usecrate-build")
    if not found:
        sys.exit("no `usecrate-build`: set USECRATE_BUILD")
    return found


class Cache:
    """A cache of its own with small local crates; their optimised dependencies are compiled once."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.artifacts = root / "cache" / "artifacts"
        self.environment = {**os.environ, "USECRATE_CACHE_DIR": str(root / "cache")}
        self.environment.pop("USECRATE_ARTIFACT_DIR", None)

    def crate(self, name: str, number: int) -> pathlib.Path:
        """Writes a crate of one function that gives a number."""
        folder = self.root / "crates" / name
        (folder / "src").mkdir(parents=True, exist_ok=True)
        (folder / "Cargo.toml").write_text(
            f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n'
        )
        source = f"/// A number.\npub fn number() -> u32 {{ {number} }}\n"
        (folder / "src" / "lib.rs").write_text(source)
        return folder

    def command(self, *words: str | pathlib.Path) -> list[str]:
        return [build_tool(), *map(str, words)]

    def run(self, *words: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def build(self, crate: pathlib.Path) -> dict[str, Any]:
        """Builds; the last event."""
        done = self.run("build", crate, "--profile", "dev", "--json")
        last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        if last["event"] != "done":
            raise AssertionError(f"building {crate} failed: {last}")
        return last


def blake3(data: bytes) -> str:
    from usecrate._native import blake3 as hashed

    return hashed(data)


def damage_of(artifact: pathlib.Path) -> str | None:
    """How an artifact is not whole, by its own list of hashes: a second opinion."""
    try:
        lines = (artifact / SUMS).read_text().splitlines()
        names = {line[66:]: line[:64] for line in lines}
        if len(names) < 2 or "manifest.json" not in names:
            return f"{SUMS} does not list all files"
        for name, expected in names.items():
            if blake3((artifact / name).read_bytes()) != expected:
                return f"{name} differs"
    except (OSError, UnicodeDecodeError) as error:
        return str(error)
    return None


# -------------------------------------------------------------------------------------------------- builders


@dataclass
class Builder:
    """One build in a process of its own; what it tells is noted with its time."""

    process: subprocess.Popen[str]
    started: float
    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    killed: float | None = None
    ended: float = 0.0

    def listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                if line.startswith("{"):
                    with contextlib.suppress(ValueError):  # cut off by the kill
                        self.events.append((time.monotonic(), json.loads(line)))
        self.process.wait()
        self.ended = time.monotonic()

    def at(self, kind: str, **more: Any) -> float | None:
        """When it told of something for the first time."""
        for when, event in self.events:
            if event["event"] == kind and all(event.get(key) == value for key, value in more.items()):
                return when
        return None

    @property
    def done(self) -> dict[str, Any] | None:
        return next((event for _, event in self.events if event["event"] == "done"), None)


class Watcher(threading.Thread):
    """Looks at every visible artifact again and again: each must be whole."""

    def __init__(self, root: pathlib.Path) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.stop = threading.Event()
        self.broken: list[str] = []
        self.looks = 0

    def run(self) -> None:
        while not self.stop.wait(0.005):
            for leaf in self.root.glob("*/*/[!.]*"):
                problem = damage_of(leaf)
                self.looks += 1
                # A folder that was replaced or removed between two reads is not a broken one.
                if problem and leaf.is_dir() and damage_of(leaf):
                    self.broken.append(f"{leaf}: {problem}")


@dataclass
class Figures:
    """What the rounds came to."""

    rounds: int = 0
    builds: int = 0
    reused: int = 0
    kills: int = 0
    takeovers: int = 0
    takeover: float = 0.0
    lag: float = 0.0
    own: list[float] = field(default_factory=list)
    told: int = 0
    problems: list[str] = field(default_factory=list)


def builders(cache: Cache, rounds: int, count: int, seed: int) -> Figures:
    """Rounds of `count` builders of two crates each, some of which are killed."""
    luck = random.Random(seed)
    names = ("left", "right")
    for name in names:
        cache.build(cache.crate(name, 0))
    cache.crate("alone", 1)
    start = time.monotonic()
    cache.build(cache.crate("alone", 2))
    alone = time.monotonic() - start
    figures = Figures()
    watcher = Watcher(cache.artifacts)
    watcher.start()
    for number in range(1, rounds + 1):
        _round(cache, number, count, alone, names, luck, figures)
    watcher.stop.set()
    watcher.join()
    figures.problems += watcher.broken
    figures.problems += [f"left behind: {path}" for path in leftovers(cache)]
    own = sorted(figures.own) or [0.0]
    print(
        f"builders: {figures.rounds} rounds of {count}, {figures.kills} killed, {figures.builds} builds and "
        f"{figures.reused} reuses; alone {alone:.1f} s, in a round {own[len(own) // 2]:.1f} s (most "
        f"{own[-1]:.1f} s); the lock passed on {figures.takeovers} times within {figures.takeover:.2f} s, "
        "who waited ended within "
        f"{figures.lag:.2f} s of the build, and was told whom it waits for {figures.told} times; "
        f"{watcher.looks} looks at artifacts; {len(figures.problems)} problems",
        flush=True,
    )
    return figures


def _round(
    cache: Cache,
    number: int,
    count: int,
    alone: float,
    names: tuple[str, ...],
    luck: random.Random,
    figures: Figures,
) -> None:
    crates = {name: cache.crate(name, number) for name in names}
    running: dict[str, list[Builder]] = {name: [] for name in names}
    threads = []
    for at in range(count):
        name = names[at % len(names)]
        process = subprocess.Popen(
            cache.command("build", crates[name], "--profile", "dev", "--json"),
            env=cache.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        builder = Builder(process, time.monotonic())
        running[name].append(builder)
        threads.append(threading.Thread(target=builder.listen, daemon=True))
        threads[-1].start()
    _kill_some(running, alone, luck, figures)
    limit = time.monotonic() + 120 + 20 * alone
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
    for name, group in running.items():
        _judge(number, name, group, figures)
    figures.rounds += 1


def _kill_some(
    running: dict[str, list[Builder]], alone: float, luck: random.Random, figures: Figures
) -> None:
    """Kills a third of the builders, one after the other: mostly one that holds its lock and builds."""
    everyone = [builder for group in running.values() for builder in group]

    def allowed(*, building: bool) -> list[Builder]:
        """Who may be killed: one of each crate lives to the end."""
        groups = [
            [b for b in group if b.killed is None and b.process.poll() is None] for group in running.values()
        ]
        living = [b for group in groups if len(group) > 1 for b in group]
        return [b for b in living if b.at("stage", stage="scan")] if building else living

    for _ in range(len(everyone) // 3):
        at_work = luck.random() < 0.8
        limit = time.monotonic() + 60
        while (
            not (chosen := allowed(building=at_work)) and allowed(building=False) and time.monotonic() < limit
        ):
            time.sleep(0.01)
        if not chosen:
            return
        victim = luck.choice(chosen)
        time.sleep(luck.uniform(0.0, alone) if at_work else luck.uniform(0.0, 0.3))
        if victim.process.poll() is None:
            victim.killed = time.monotonic()
            victim.process.send_signal(signal.SIGKILL)
            figures.kills += 1


def _judge(number: int, name: str, group: list[Builder], figures: Figures) -> None:
    where = f"round {number}, {name}"
    survivors = [builder for builder in group if builder.killed is None]
    for builder in survivors:
        if not builder.ended:
            builder.process.kill()
            figures.problems.append(f"{where}: a builder hangs: {[e for _, e in builder.events[-3:]]}")
        elif builder.done is None:
            figures.problems.append(f"{where}: a builder failed: {builder.events[-1:]}")
    finished = [(builder, builder.done) for builder in group if builder.done is not None]
    built = [builder for builder, done in finished if not done["reused"]]
    artifacts = {done["artifact"] for _, done in finished}
    if len(built) > 1:
        figures.problems.append(f"{where}: built {len(built)} times")
    if len(artifacts) != 1:
        figures.problems.append(f"{where}: {len(artifacts)} artifacts: {artifacts}")
    figures.builds += len(built)
    figures.reused += len(finished) - len(built)
    figures.told += sum(
        "has held" in str(event.get("message")) for builder in group for _, event in builder.events
    )
    # Where a builder was killed, the next one that waited took over: how soon?
    takeover = lag = 0.0
    scans = ((builder.at("stage", stage="scan"), builder) for builder in group)
    starts = sorted(((when, b) for when, b in scans if when is not None), key=lambda pair: pair[0])
    for (_, before), (begun, after) in itertools.pairwise(starts):
        if before.killed is not None and after.at("warning") is not None:
            takeover = max(takeover, begun - before.killed)
            figures.takeovers += 1
    if built:
        begun, ended = built[0].at("stage", stage="scan"), built[0].at("done")
        assert begun is not None and ended is not None
        figures.own.append(ended - begun)
        for builder in survivors:
            if builder is not built[0] and builder.at("done"):
                lag = max(lag, (builder.at("done") or 0.0) - max(ended, builder.started))
    for what, seconds in (("to take over a lock", takeover), ("to end after the build", lag)):
        if seconds > 5:
            figures.problems.append(f"{where}: {seconds:.1f} s {what}")
    figures.takeover, figures.lag = max(figures.takeover, takeover), max(figures.lag, lag)


def leftovers(cache: Cache) -> list[pathlib.Path]:
    """What killed builders left, after a last build that nobody killed."""
    cache.build(cache.crate("last", int(time.time()) % 2**31))
    hidden = [*cache.artifacts.rglob(".*"), *(cache.root / "cache" / "work").glob(".*")]
    return [path for path in hidden if path.name.startswith((".staged-", ".old-", ".probe-"))]


# ---------------------------------------------------------------------------------------------------- damage


def harms(luck: random.Random) -> Iterator[tuple[str, Any]]:
    """Endless ways to damage a file: what it is called, and what it does to the content (None: no file)."""

    def flip(data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(luck.choice((1, 1, 1, 4, 64))):
            changed[luck.randrange(len(changed))] ^= 1 << luck.randrange(8)
        return bytes(changed) if bytes(changed) != data else flip(data)

    def cut(data: bytes) -> bytes:
        return data[: luck.randrange(len(data))]

    def garbage(data: bytes) -> bytes:
        return luck.randbytes(luck.choice((1, 100, len(data))))

    def hole(data: bytes) -> bytes:
        at = luck.randrange(len(data))
        size = min(len(data) - at, luck.randrange(1, 4097))
        changed = data[:at] + bytes(size) + data[at + size :]
        return changed if changed != data else flip(data)

    while True:
        yield luck.choice(
            (
                ("flipped", flip),
                ("truncated", cut),
                ("garbage", garbage),
                ("a hole of zeros", hole),
                ("deleted", lambda _data: None),
                ("longer", lambda data: data + luck.randbytes(1 + luck.randrange(64))),
            )
        )


def damage(cache: Cache, count: int, seed: int, import_every: int = 20) -> list[str]:
    """Damages artifacts, one file at a time: found by the build tool and the loader, mended by a build or an
    import."""
    luck = random.Random(seed)
    crates = [cache.crate(f"brittle{at}", at) for at in range(4)]
    artifacts = [pathlib.Path(cache.build(crate)["artifact"]) for crate in crates]
    problems: list[str] = []
    found = {"build tool": 0, "loader": 0}
    mended = {"build": 0, "import": 0}
    seconds: list[float] = []
    ways = harms(luck)
    for at in range(count):
        which = luck.randrange(len(crates))
        artifact = artifacts[which]
        files = sorted(artifact.iterdir())
        file = luck.choices(files, [2 if f.name != SUMS else 1 for f in files])[0]
        how, change = next(ways)
        content = change(file.read_bytes())
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        what = f"{at}: {file.name} {how}"
        listed = json.loads(cache.run("artifact", "list", "--json", artifact).stdout or "[]")
        if [one for one in listed if one["damage"]]:
            found["build tool"] += 1
        else:
            problems.append(f"{what}: not found by the build tool")
        if refused_by_loader(artifact):
            found["loader"] += 1
        else:
            problems.append(f"{what}: not found by the loader")
        start = time.monotonic()
        by = "import" if at % import_every == 0 else "build"
        try:
            if by == "import":
                number = import_number(cache, crates[which])
                if number != which:
                    problems.append(f"{what}: the import gave {number}")
            elif cache.build(crates[which])["reused"]:
                problems.append(f"{what}: taken for whole by a build")
        except AssertionError as error:
            problems.append(f"{what}: {error}")
        seconds.append(time.monotonic() - start)
        if (at + 1) % 100 == 0:
            print(f"  {at + 1} damaged, {len(problems)} problems", flush=True)
        problem = damage_of(artifact)
        if problem:
            problems.append(f"{what}: not mended: {problem}")
        else:
            mended[by] += 1
    seconds.sort()
    print(
        f"damage: {count} damaged entries; found by the build tool {found['build tool']}, by the loader "
        f"{found['loader']}; mended by a build {mended['build']}, by an import {mended['import']}, from what "
        f"cargo still has, in {seconds[len(seconds) // 2]:.2f} s (most {seconds[-1]:.2f} s); "
        f"{len(problems)} problems",
        flush=True,
    )
    return problems


def refused_by_loader(artifact: pathlib.Path) -> bool:
    """Whether the loader sees that an artifact is not whole. Nothing is loaded when it does."""
    from usecrate import LoadError, load_artifact

    try:
        load_artifact(artifact)
    except LoadError:
        return True
    return False


def import_number(cache: Cache, crate: pathlib.Path) -> int:
    """What the crate's function gives in a fresh process that imports it as a folder."""
    program = (
        "import sys, usecrate, usecrate.build as b\n"
        "build = b.build\n"
        "b.build = lambda *a, **k: build(*a, **{**k, 'extra': [*k.get('extra', ()), '--profile', 'dev']})\n"
        "print(usecrate.import_(sys.argv[1]).number())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(crate)],
        env=cache.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"the import failed: {done.stderr[-500:]}")
    return int(done.stdout)


# ------------------------------------------------------------------------------------------------------ main


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["builders", "damage"])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--builders", type=int, default=16)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--folder", type=pathlib.Path, help="keeps the cache there; by default a temporary one"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        cache = Cache((options.folder or pathlib.Path(temporary)).resolve())
        if options.what == "builders":
            problems = builders(cache, options.rounds, options.builders, options.seed).problems
        else:
            problems = damage(cache, options.count, options.seed)
    for problem in problems[:50]:
        print(f"problem: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
