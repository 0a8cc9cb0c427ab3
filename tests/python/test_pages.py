"""What the pages show is so: their files are written, their code runs, their commands print what they say.

The blocks of a page run in their order, in a folder of their own. One with a title is a file; other Python
runs in one process; console blocks run line by line, and what a command prints is compared where the page
shows it: `…` stands for anything in a line, alone for any lines. What goes to standard error is compared
where a command fails. Rust without a title is part of the crate `tests/crates/guide`.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The crate whose parts the pages show.
GUIDE = ROOT / "tests" / "crates" / "guide"
SOURCES = [file.read_text(encoding="utf-8") for file in (GUIDE / "src").rglob("*.rs")]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r'^```(\w*)(?: title="([^"\n]+)")?[^\n]*\n(.*?)^```$', re.MULTILINE | re.DOTALL)
# What these install, remove or take is more than a page's test may. Other tests do it: test_distributions.py
# installs, test_cache.py removes artifacts, and what packages are made of has tests of its own.
NOT_RUN = (
    "pip install",
    "python3 -m venv",
    ". .venv/bin/activate",
    "python -m build",
    "python -m usecrate artifact",
    "usecrate package",
    "usecrate verify-build",
    "usecrate build semver@1.0.28 --lockfile",
)
# Shown, not run: grammars, C, which the ABI's client has as its own, and files of other programs.
SHOWN = {"text", "c", "yaml"}
# What these print is compared without what differs between machines.
OF_A_MACHINE = ("usecrate doctor", "usecrate inspect", "usecrate build")
DIFFERS = re.compile(
    r"\b(?:x86_64|aarch64|arm64)[\w-]+"  # platforms
    r"|(?<![\w.])/[\w./@+-]+"  # paths
    r"|\b\d+(?:\.\d+)+(?:\+[0-9a-f]+)?(?: GB)?|\b\d+ MB|\bformat \d+|\bnot there yet"  # versions, sizes
    r"|\([0-9a-f]{9} [\d-]{10}\)"  # commits
)
RUNNER = """
import json, sys, traceback
scope = {"__name__": "__main__"}
for line in sys.stdin:
    place, source = json.loads(line)
    failure = None
    try:
        exec(compile(source, place, "exec"), scope)
    except BaseException:
        failure = traceback.format_exc()
    sys.stdout.flush()
    print("\\0" + json.dumps(failure), flush=True)
"""


class Reader:
    """Somebody who does what a page says, from its first block to the last."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = self.place = folder
        (folder / "tests").symlink_to(ROOT / "tests")
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
        self.env = {**os.environ, "PATH": path, "PYTHONWARNINGS": "error", "CARGO_TERM_COLOR": "never"}
        self.python: subprocess.Popen[str] | None = None

    def write(self, name: str, text: str) -> None:
        file = self.place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def execute(self, where: str, source: str) -> None:
        if self.python is None:
            self.python = subprocess.Popen(
                [sys.executable, "-c", RUNNER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self.place,
                env=self.env,
            )
        assert self.python.stdin and self.python.stdout
        print(json.dumps([where, source]), file=self.python.stdin, flush=True)
        for line in self.python.stdout:
            if line.startswith("\0"):
                failure = json.loads(line[1:])
                assert failure is None, f"{where}\n{failure}"
                return
        pytest.fail(f"{where}: Python ended")

    def type(self, where: str, command: str, shown: list[str]) -> None:
        if command.startswith(NOT_RUN):
            return
        if command.startswith("cd "):
            self.place = (self.place / command[3:]).resolve()
            return
        if command.startswith("export "):
            name, _, value = command[7:].partition("=")
            self.env[name] = value
            return
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.place,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        fails = any(line.startswith(("error", "Traceback")) for line in shown)
        assert (done.returncode != 0) == fails, f"{where}: {command}\n{done.stdout}{done.stderr}"
        if shown:
            # What is said beside the data differs: progress, whom a build waits for.
            said = done.stdout + (done.stderr if fails else "")
            printed = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
            if command.startswith(OF_A_MACHINE):
                shown, printed = [DIFFERS.sub("~", line) for line in shown], DIFFERS.sub("~", printed)
            pattern = "".join(
                r"(?:.*\n)*?" if line == "…" else r"[^\n]*".join(map(re.escape, line.split("…"))) + r"\n"
                for line in shown
            )
            assert re.fullmatch(pattern, printed), f"{where}: {command}\n{printed}"

    def console(self, where: str, text: str) -> None:
        command, shown = "", list[str]()
        for line in [*text.splitlines(), "$ "]:
            if line.startswith("$ "):
                if command:
                    self.type(where, command.split("   #")[0].strip(), shown)
                command, shown = line[2:], []
            else:
                shown.append(line.rstrip())

    def close(self) -> None:
        if self.python is not None and self.python.stdin and self.python.stdout:
            self.python.stdin.close()
            self.python.stdout.close()
            self.python.wait(timeout=60)


def blocks(page: pathlib.Path) -> list[tuple[str, str, str, str]]:
    """Where each block is, its language, the file it is, its text."""
    text = page.read_text(encoding="utf-8")
    return [
        (f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}", *found.groups(default=""))
        for found in BLOCK.finditer(text)
    ]


@pytest.mark.skipif(os.name != "posix", reason="the pages' shell is bash")
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page)],
    ids=lambda page: page.relative_to(ROOT / "docs").as_posix(),
)
def test_a_page_is_so(page: pathlib.Path, tmp_path: pathlib.Path) -> None:
    reader = Reader(tmp_path)
    try:
        for where, language, title, text in blocks(page):
            if title:
                reader.write(title, text)
            elif language == "python":
                reader.execute(where, text)
            elif language == "console":
                reader.console(where, text)
            elif language == "rust":
                assert any(text in source for source in SOURCES), f"{where}: it is not in {GUIDE}"
            elif language == "toml":
                parse_toml(text)
            else:
                assert language in SHOWN, f"{where}: nobody runs `{language}`"
    finally:
        reader.close()


def parse_toml(text: str) -> Any:
    if sys.version_info < (3, 11):
        return None
    import tomllib

    return tomllib.loads(text)
