"""Measures builds, imports and calls: `bench.py [--json] [SPEC]`, run by `dev.py bench`.

Cold means an empty cache (the registry's downloads aside); warm means that the dependencies and the scan are
there and the artifact is built again; nothing to do means that the artifact is there.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import usecrate


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The best of several runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def per_call(call: Callable[[], object]) -> float:
    """Nanoseconds for one call: the median of seven rounds."""

    def lasts(count: int) -> float:
        return seconds(lambda: [call() for _ in range(count)])

    count = 1
    while lasts(count) < 0.02:
        count *= 2
    return statistics.median(lasts(count) / count for _ in range(7)) * 1e9


def measure(spec: str) -> dict[str, float]:
    """All the numbers, by what they measure."""
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "USECRATE_CACHE_DIR": cache}

        def build(*options: str) -> pathlib.Path:
            command = [os.environ.get("USECRATE_BUILD", "usecrate-build"), "build", spec, "--json", *options]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
            return pathlib.Path(json.loads(done.stdout.splitlines()[-1])["artifact"])

        results["build, cold (s)"] = seconds(build)
        results["build, warm (s)"] = seconds(lambda: build("--force"))
        results["build, nothing to do (s)"] = seconds(build, times=5)
        artifact = build()
        results["artifact (bytes)"] = sum(path.stat().st_size for path in artifact.iterdir())
        program = (
            "import sys, time\nstart = time.perf_counter()\nimport usecrate\nmiddle = time.perf_counter()\n"
            "usecrate.load_artifact(sys.argv[1]).Version\nprint(middle - start, time.perf_counter() - middle)"
        )
        command = [sys.executable, "-c", program, str(artifact)]
        runs = [
            [
                float(word)
                for word in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            ]
            for _ in range(9)
        ]
        results["import usecrate (ms)"] = min(run[0] for run in runs) * 1e3
        results["load the artifact, first class (ms)"] = min(run[1] for run in runs) * 1e3
        semver = usecrate.load_artifact(artifact)
        version, wanted = semver.Version(1, 2, 3), semver.VersionReq.parse(">=1.2")
        results["read a field (ns)"] = per_call(lambda: version.major)
        results["call a method with a handle (ns)"] = per_call(lambda: wanted.matches(version))
        results["parse text into a handle, drop it (ns)"] = per_call(lambda: semver.Version.parse("1.2.3"))
        results["raise and catch an error (ns)"] = per_call(lambda: fails(semver))
        results["an empty Python call, to compare (ns)"] = per_call(lambda: None)
    return results


def fails(semver: object) -> None:
    """A call that raises."""
    try:
        semver.Version.parse("x")  # type: ignore[attr-defined]
    except usecrate.CallError:
        return


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("spec", nargs="?", default="semver@1", help="a version of semver")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    results = measure(options.spec)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        for name, value in results.items():
            print(f"{name:<44} {value:>14,.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
