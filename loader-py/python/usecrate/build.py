"""Runs the build tool ``usecrate-build``. Only this module and `tool`, which finds it, start processes."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os
import sys

from .errors import BuildError
from .tool import PROGRAM, program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from subprocess import Popen
    from typing import Any


class Progress:
    """Shows what the build tool reports: one line a stage on a terminal, else log records."""

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._terminal = sys.stderr is not None and sys.stderr.isatty()

    def event(self, event: dict[str, Any]) -> None:
        """Shows one event."""
        kind = event.get("event")
        if kind == "stage":
            self._say(f"{event.get('stage')}")
        elif kind == "compiling" and self._terminal:
            self._say(f"compiling {event.get('crate')}")
        elif kind == "warning":  # whom it waits for, what it found damaged
            self._say(f"{event.get('message')}", warning=True)

    def _say(self, text: str, *, warning: bool = False) -> None:
        if self._terminal:
            print(f"usecrate: {self._spec}: {text}", file=sys.stderr, flush=True)
        else:
            import logging

            level = logging.WARNING if warning else logging.INFO
            logging.getLogger("usecrate").log(level, "%s: %s", self._spec, text)


def build(
    spec: str,
    out: str,
    *,
    features: Sequence[str] | None = None,
    default_features: bool = True,
    config: str | None = None,
    extra: Sequence[str] = (),
) -> str:
    """Builds `spec` below `out`, or finds that nothing is to be done; gives the artifact's folder.

    Raises
    ------
    BuildError
        The build tool is missing, or the build failed.
    """
    options = _options(features, default_features, config)
    return _run([program(), "build", spec, "--json", "--out", out, *extra, *options], spec, "artifact")


def lock(
    spec: str,
    out: str,
    *,
    features: Sequence[str] | None = None,
    default_features: bool = True,
    config: str | None = None,
) -> str:
    """The lock file that a build of `spec` would have, without building it.

    Raises
    ------
    BuildError
        The build tool is missing, or the crate cannot be built.
    """
    options = _options(features, default_features, config)
    return _run([program(), "lock", spec, "--json", "--out", out, *options], spec, "lock")


def _options(features: Sequence[str] | None, default_features: bool, config: str | None) -> list[str]:
    words = ["--features", ",".join(features)] if features else []
    if not default_features:
        words.append("--no-default-features")
    if config is not None:
        words += ["--config", os.fspath(config)]
    return words


def _run(command: list[str], spec: str, asked: str) -> str:
    """Runs the build tool; gives what the event has that says it all, by the name `asked`."""
    import subprocess

    progress = Progress(spec)

    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise BuildError(f"cannot run the build tool `{command[0]}`: {error}", code="no-build-tool") from None
    try:
        with process:
            answer, failure, rest = _read(process.stdout or (), progress, asked)
    except BaseException:  # Ctrl-C included: no build is left running behind
        _stop(process)
        raise
    if failure is not None:
        raise BuildError(
            str(failure.get("message") or f"building `{spec}` failed"),
            code=failure.get("code"),
            details=str(failure.get("details") or ""),
            hint=str(failure.get("hint") or ""),
        )
    if process.returncode != 0 or answer is None:
        raise BuildError(
            f"building `{spec}` failed: `{PROGRAM}` ended with exit code {process.returncode}",
            details="\n".join(rest[-40:]),
            hint=f"run `usecrate build {spec} -v` to see all of its output",
        )
    return answer


def _stop(process: Popen[str]) -> None:
    """Ends the build tool, which ends what it started and removes what it wrote; by force if it does not."""
    import signal
    import subprocess

    if os.name == "posix" and process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=5)
            return
        except subprocess.TimeoutExpired:
            pass
    process.kill()
    process.wait()


def _read(
    lines: Iterable[str], progress: Progress, asked: str
) -> tuple[str | None, dict[str, Any] | None, list[str]]:
    """What was asked for, what went wrong, and the lines that are no events."""
    import json

    answer: str | None = None
    failure: dict[str, Any] | None = None
    rest: list[str] = []
    for line in lines:
        try:
            event = json.loads(line) if line.startswith("{") else None
        except ValueError:
            event = None
        if not isinstance(event, dict) or "event" not in event:
            rest.append(line.rstrip("\n"))
        elif event["event"] in ("done", "locked"):
            answer = str(event[asked])
        elif event["event"] == "error":
            failure = event
        else:
            progress.event(event)
    return answer, failure, rest


def hand_over(arguments: Sequence[str]) -> int:
    """Runs the build tool in this process's place, with its input, output and exit code.

    Raises
    ------
    BuildError
        The build tool is missing.
    """
    from .scripts import prepare_file

    # A file of Rust source is a crate by itself.
    files = (word.endswith(".rs") and os.path.isfile(word) for word in arguments)
    words = [
        prepare_file(word).folder if is_file else word for word, is_file in zip(arguments, files, strict=True)
    ]
    command = [program(), *words]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    import subprocess

    return subprocess.run(command, check=False).returncode
