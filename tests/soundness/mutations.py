"""Switches the soundness rules off, one at a time, and shows that each one's test then fails.

`python3 tests/soundness/mutations.py [WHAT ...]`: copies the runtime and the rules' tests into a temporary
folder, makes one change of `rules.py` to the runtime, and runs the one test under AddressSanitizer. Exit
code 1 if a test passes without its rule, or if a change no longer applies or compiles. Linux alone. The
models of `tests/models` are run without the sanitizer: they notice by themselves.

`--page` writes `docs/internals/soundness.md` instead; `--check` says whether that and the changes are up to
date.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from rules import MUTATIONS, RULES, Mutation, Rule

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODELS = ROOT / "tests" / "models"
PAGE = ROOT / "docs" / "internals" / "soundness.md"


def environment(target: pathlib.Path) -> dict[str, str]:
    """The sanitizer works on a stable compiler, unlocked as rustdoc's JSON is."""
    return {
        **os.environ,
        "RUSTC_BOOTSTRAP": "1",
        "RUSTFLAGS": "-Zsanitizer=address",
        "RUSTDOCFLAGS": "-Zsanitizer=address",
        "RUST_BACKTRACE": "0",
        "CARGO_TARGET_DIR": str(target),
    }


def model(folder: pathlib.Path, target: pathlib.Path, test: str | None) -> tuple[bool, str]:
    """Whether the models pass, or one of them, and what they printed."""
    command = ["cargo", "test", "--release", "--lib"]
    if test:
        command += ["--", "--exact", f"table::{test}"]
    # Of sources outside the package cargo knows where they were, which may be another run's folder.
    (folder / "src" / "lib.rs").touch()
    environment = {**os.environ, "RUST_BACKTRACE": "0", "CARGO_TARGET_DIR": str(target.parent / "models")}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", timeout=600
    )
    return result.returncode == 0, result.stdout + result.stderr


def run(folder: pathlib.Path, target: pathlib.Path, mutation: Mutation | None) -> tuple[bool, str]:
    """Whether the tests pass, and what they printed."""
    if mutation and mutation.suite == "models":
        return model(folder.parent / "models", target, mutation.test)
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = next(line.split()[1] for line in host.splitlines() if line.startswith("host:"))
    command = ["cargo", "test", "--target", triple]
    if mutation and mutation.suite != "doc":
        command += ["--test", mutation.suite, "--", "--exact", mutation.test]
    elif mutation:
        command += ["--doc"]
    result = subprocess.run(
        command,
        cwd=folder,
        # What hangs is among what must be noticed: one test alone is given less time.
        env=environment(target) | ({"USECRATE_TEST_SECONDS": "30"} if mutation else {}),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
    )
    output = result.stdout + result.stderr
    return result.returncode == 0, output


def reason(output: str) -> str:
    """The line that says how the test noticed."""
    for sign in (
        "ERROR: AddressSanitizer",
        "hangs",
        "compiled successfully",
        "assertion failed",
        "ausality violation",
        "panicked at",
        "SIGSEGV",
        "SIGABRT",
        "stack overflow",
    ):
        for line in output.splitlines():
            if sign in line:
                return line.strip()[:100]
    return "the test failed"


def stale() -> list[str]:
    """What is no longer up to date."""
    sources = ROOT / "runtime" / "src"
    suites = {path.stem: path for path in (HERE / "tests").glob("*.rs")}
    suites["models"] = MODELS / "src" / "table.rs"
    wrong = []
    for one in MUTATIONS:
        if one.old not in (sources / one.file).read_text():
            wrong.append(f"{one.what}: `{one.file}` no longer has what is to be changed")
        module, _, test = one.test.rpartition("::")
        if one.suite != "doc":
            file = suites[one.suite]
            text = (file.with_suffix("") / f"{module}.rs" if module else file).read_text()
            if f"fn {test}()" not in text:
                wrong.append(f"{one.what}: there is no test `{one.suite}::{one.test}`")
    if PAGE.read_text() != page():
        wrong.append(f"{PAGE.relative_to(ROOT)}: write it with `mutations.py --page`")
    return wrong


def section(rule: Rule) -> str:
    """A rule on the page."""
    lines = [f"## {rule.name}", "", rule.promise]
    if rule.mutations:
        lines += ["", "| switched off | fails then |", "|---|---|"]
        lines += [f"| {one.what} | `{one.suite}::{one.test}` |" for one in rule.mutations]
    if rule.also:
        lines += ["", "Also:", "", *(f"- {also}" for also in rule.also)]
    return "\n".join(lines)


def page() -> str:
    """The page of the documentation."""
    head = """# Soundness

Nothing that Python passes, in any order, from any thread, may cause undefined behaviour in a crate whose
safe API is sound. These are the rules that keep it so. Each is switched off by small changes to the runtime,
one at a time, and a test then fails, under AddressSanitizer where it concerns memory: `python3 dev.py asan`.
The tests stand in `tests/soundness`, those named `python/` in `tests/python`, and `models` in `tests/models`:
these go through every order in which threads may come, by [loom](https://docs.rs/loom).

This page is written by `python3 tests/soundness/mutations.py --page` out of `tests/soundness/rules.py`."""
    return "\n\n".join([head, *map(section, RULES)]) + "\n"


def main() -> int:
    """Runs the chosen mutations, all if none are named."""
    wanted = sys.argv[1:]
    if wanted == ["--page"]:
        PAGE.write_text(page())
        return 0
    wrong = stale()
    for problem in wrong:
        print(f"STALE     {problem}")
    if wrong or wanted == ["--check"]:
        return 1 if wrong else 0
    if unknown := set(wanted) - {mutation.what for mutation in MUTATIONS}:
        print(f"there is nothing called {', '.join(map(repr, unknown))}", file=sys.stderr)
        return 2
    chosen = [mutation for mutation in MUTATIONS if not wanted or mutation.what in wanted]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or HERE / "target") / "asan"
    unnoticed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        tests = folder / "tests" / "soundness"
        shutil.copytree(ROOT / "runtime", folder / "runtime", ignore=shutil.ignore_patterns("target"))
        shutil.copytree(HERE, tests, ignore=shutil.ignore_patterns("target"))
        shutil.copytree(MODELS, folder / "tests" / "models", ignore=shutil.ignore_patterns("target"))
        shutil.copy(ROOT / "Cargo.toml", folder / "Cargo.toml")
        workspace = (folder / "Cargo.toml").read_text().replace('"manifest", "build-tools"', "")
        workspace = "\n".join(line for line in workspace.splitlines() if "usecrate-manifest" not in line)
        (folder / "Cargo.toml").write_text(workspace)
        for passes, output in (run(tests, target, None), model(tests.parent / "models", target, None)):
            if not passes:
                print(output, file=sys.stderr)
                print("the rules' tests fail with every rule in place", file=sys.stderr)
                return 1
        for mutation in chosen:
            path = folder / "runtime" / "src" / mutation.file
            text = path.read_text()
            path.write_text(text.replace(mutation.old, mutation.new))
            start = time.monotonic()
            passes, output = run(tests, target, mutation)
            path.write_text(text)
            compiles = "error: could not compile" not in output
            unnoticed += passes or not compiles
            verdict = "UNNOTICED" if passes else "noticed" if compiles else "BROKEN"
            why = "" if passes else reason(output).replace(str(target), "")
            print(f"{verdict:9} {mutation.what} ({time.monotonic() - start:.0f} s): {why}", flush=True)
    print(f"{len(chosen) - unnoticed} passed, {unnoticed} failed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
