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
- what cargo and compilers still do for a killed one spoils nothing of the next one's;
- every damage is found, by the build tool and, where an import reads, by the loader, and mended by the next
  build or import;
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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import processes

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

    def holders(self) -> set[int]:
        """The processes that hold a lock, by what stands beside the locks."""
        found = set()
        for file in (self.root / "cache" / "locks").glob("*.holder"):
            with contextlib.suppress(OSError, ValueError):  # let go of meanwhile
                found.add(json.loads(file.read_text())["pid"])
        return found

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


@dataclass(eq=False)
class Builder:
    """One build in a process of its own; what it tells is noted with its time."""

    process: subprocess.Popen[str]
    started: float
    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    killed: float | None = None
    held: bool = False
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

    def reached(self, stages: tuple[str, ...]) -> str | None:
        """The last of these stages that it told of."""
        told = [event["stage"] for _, event in self.events if event["event"] == "stage"]
        return next((stage for stage in reversed(told) if stage in stages), None)

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
    holders: int = 0
    missed: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    orphans: list[float] = field(default_factory=list)
    by_killed: int = 0
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
    seconds: dict[str, float] = cache.build(cache.crate("alone", 2))["stages"]
    alone = time.monotonic() - start
    figures = Figures()
    watcher = Watcher(cache.artifacts)
    watcher.start()
    for number in range(1, rounds + 1):
        _round(cache, number, count, seconds, names, luck, figures)
    watcher.stop.set()
    watcher.join()
    figures.problems += watcher.broken
    figures.problems += [f"left behind: {path}" for path in leftovers(cache)]
    own = sorted(figures.own) or [0.0]
    stages = ", ".join(f"{stage} {times}" for stage, times in sorted(figures.stages.items()))
    orphans = sorted([0.0, *figures.orphans])
    keys, middle = figures.rounds * len(names), own[len(own) // 2]
    print(
        f"builders: {figures.rounds} rounds of {count}; {figures.kills} killed ({stages}), "
        f"{figures.holders} of them held a lock, {figures.missed} had ended; for {keys} keys "
        f"{figures.builds} builds, {figures.by_killed} more by one that was killed behind the last step, "
        f"{figures.reused} reuses; alone {alone:.1f} s, in a round {middle:.1f} s (most {own[-1]:.1f} s); "
        f"the lock passed on {figures.takeovers} times within {figures.takeover:.2f} s, who waited ended "
        f"within {figures.lag:.2f} s of the build, and was told whom it waits for {figures.told} times; "
        f"{len(orphans) - 1} times cargo or a compiler outlived a killed one, at most {orphans[-1]:.2f} s; "
        f"{watcher.looks} looks at artifacts, {len(watcher.broken)} broken; {len(figures.problems)} problems",
        flush=True,
    )
    return figures


def _round(
    cache: Cache,
    number: int,
    count: int,
    seconds: dict[str, float],
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
    _kill_some(cache, running, seconds, luck, figures)
    limit = time.monotonic() + 120 + 20 * sum(seconds.values())
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
    for name, group in running.items():
        _judge(number, name, group, figures)
    figures.rounds += 1


# Where a builder that holds its lock is killed, and how often. Behind the last two little is left to do.
_AIMS = {"scan": 4, "generate": 1, "prove": 3, "build": 4, "describe": 1, "seal": 2}


def _kill_some(
    cache: Cache,
    running: dict[str, list[Builder]],
    seconds: dict[str, float],
    luck: random.Random,
    figures: Figures,
) -> None:
    """Kills up to half of the builders, one after the other: mostly one that holds its lock, at some point of
    its work; else one that waits. One of each crate lives to the end."""
    for _ in range(sum(len(group) for group in running.values()) // 2):
        at_work = luck.random() < 0.8
        aim = luck.choices([*_AIMS], [*_AIMS.values()])[0]
        victim = _victim(running, luck, aim if at_work else None)
        if victim is None:
            return
        stage = victim.reached(tuple(_AIMS)) or "waiting"
        time.sleep(luck.uniform(0.0, seconds.get(stage, 0.1)))
        victim.held = victim.process.pid in cache.holders()
        victim.killed = time.monotonic()
        whom = luck.choice((processes.TOOL, processes.TOOL, processes.TREE, processes.BUT_COMPILERS))
        orphans = processes.kill(victim.process, whom)
        if victim.process.wait() != -signal.SIGKILL:  # it had ended
            victim.killed = None
            figures.missed += 1
            continue
        figures.kills += 1
        figures.holders += victim.held
        figures.stages[victim.reached(tuple(_AIMS)) or "waiting"] += 1
        if orphans:
            processes.when_gone(orphans, figures.orphans.append)


def _victim(running: dict[str, list[Builder]], luck: random.Random, aim: str | None) -> Builder | None:
    """One that has come to that stage or a later one, or one that has not begun; None when there is none."""
    stages = tuple(_AIMS)
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        living = [
            [b for b in group if b.killed is None and b.process.poll() is None and b.done is None]
            for group in running.values()
        ]
        if aim is None:
            waiting = [b for group in living for b in group[1:] if b.reached(stages) is None]
            return luck.choice(waiting) if waiting else None
        at_work = {b: b.reached(stages) for group in living if len(group) > 1 for b in group}
        fit = [b for b, at in at_work.items() if at and stages.index(at) >= stages.index(aim)]
        if fit:
            return luck.choice(fit)
        if not at_work:
            return None
        time.sleep(0.002)
    return None


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
    # Who is killed behind the last step has built, and could not say so.
    unsaid = not built and any(b.killed is not None and b.reached(("seal",)) for b in group)
    if not built and not unsaid:
        figures.problems.append(f"{where}: nobody built")
    for artifact in artifacts:
        if (gives := number_of(artifact)) != number:
            figures.problems.append(f"{where}: {artifact} gives {gives}")
    figures.by_killed += unsaid
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


def number_of(artifact: str) -> int:
    """What the function of an artifact gives."""
    from usecrate import load_artifact

    return int(load_artifact(artifact).number())


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
    found = {"build tool": 0, "loader": 0, "nobody": 0}
    mended = {"build": 0, "import": 0}
    seconds: list[float] = []
    ways = harms(luck)
    for at in range(count):
        which = luck.randrange(len(crates))
        artifact = artifacts[which]
        # An empty file has nothing to damage but its being there.
        files = sorted(file for file in artifact.rglob("*") if file.is_file() and file.stat().st_size)
        file = luck.choices(files, [2 if f.name != SUMS else 1 for f in files])[0]
        how, change = next(ways)
        content = change(file.read_bytes())
        read = is_read(artifact, file, content)
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        what = f"{at}: {file.name} {how}"
        listed = json.loads(cache.run("artifact", "list", "--json", artifact).stdout or "[]")
        if [one for one in listed if one["damage"]]:
            found["build tool"] += 1
        else:
            problems.append(f"{what}: not found by the build tool")
        if not read:
            found["nobody"] += 1
        elif refused_by_loader(artifact):
            found["loader"] += 1
        else:
            problems.append(f"{what}: not found by the loader")
        start = time.monotonic()
        by = "import" if read and at % import_every == 0 else "build"
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
        f"{found['loader']}, where no import reads {found['nobody']}; mended by a build {mended['build']}, "
        f"by an import {mended['import']}, from what cargo still has, in {seconds[len(seconds) // 2]:.2f} s "
        f"(most {seconds[-1]:.2f} s); "
        f"{len(problems)} problems",
        flush=True,
    )
    return problems


def is_read(artifact: pathlib.Path, file: pathlib.Path, content: bytes | None) -> bool:
    """Whether an import reads what differs in a file of that content. On Linux it does not read what is
    behind the part of a library that is loaded: names of functions."""
    library = json.loads((artifact / "manifest.json").read_text())["library"]
    if file.name not in ("manifest.json", "manifest.index", SUMS, library["path"]):
        return False  # stubs, licences
    if sys.platform != "linux" or content is None or file.name != library["path"] or "loaded" not in library:
        return True
    whole, size = file.read_bytes(), library["loaded"]["size"]
    return len(content) != len(whole) or content[:size] != whole[:size]


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
