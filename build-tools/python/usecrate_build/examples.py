"""A first example: the crate's own, in Python, and only what was seen to work.

The examples in a crate's documentation are read as far as they mean the same in Python (`rust`). Each line
is run with the artifact, in a process and a folder of its own, since an example may write files; what fails
or is not what the example asserts is left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from .crates import Crate
from .rust import Reader, Unread, imports

_LINES = 8
_BLOCKS = 40
_SECONDS = 60
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NOT_RUN = {
    "text",
    "ignore",
    "no_run",
    "compile_fail",
    "should_panic",
    "toml",
    "sh",
    "bash",
    "console",
    "json",
}

_RUN = """
import json, sys
import usecrate
task = json.load(sys.stdin)
crate = usecrate.load_artifact(task["artifact"])
out = []
for block in task["blocks"]:
    space, kept = {task["name"]: crate}, []
    for name, code, check in block:
        try:
            value = eval(code, space)
            shown = repr(value)
            if name:
                space[name] = value
                kept.append([f"{name} = {code}", ""])
            elif eval(check, space) if check else value is True:
                if len(shown) < 90 and " at 0x" not in shown and "\\n" not in shown and value is not None:
                    kept.append([code, shown])
        except BaseException:
            continue
    out.append(kept)
print(json.dumps(out))
"""


def example(crate: Crate) -> list[tuple[str, str]]:
    """Lines of Python with what each shows, empty where it shows nothing. None may be known."""
    blocks = [block for text in _documentation(crate) for block in _blocks(text, crate)][:_BLOCKS]
    if not blocks:
        return []
    task = {"artifact": str(crate.artifact.absolute()), "name": crate.name, "blocks": blocks}
    try:
        with tempfile.TemporaryDirectory(prefix="usecrate-example-", ignore_cleanup_errors=True) as folder:
            done = subprocess.run(
                [sys.executable, "-c", _RUN],
                input=json.dumps(task),
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        ran: list[list[list[str]]] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else []
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return []
    best: list[tuple[str, str]] = []
    for kept in ran:
        lines = _used([(code, shown) for code, shown in kept])[:_LINES]
        if _worth(lines) > _worth(best):
            best = lines
    return best


def _worth(lines: list[tuple[str, str]]) -> tuple[int, int]:
    """What shows more is worth more; of these, what leads up to it."""
    return sum(1 for _, shown in lines if shown), len(lines)


def _used(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the variables that no later line needs."""
    kept: list[tuple[str, str]] = []
    later = ""
    for code, shown in reversed(lines):
        name = code.partition(" = ")[0]
        if shown or re.search(rf"\b{re.escape(name)}\b", later):
            kept.append((code, shown))
            later += " " + (code if shown else code.partition(" = ")[2])
    return kept[::-1]


def _documentation(crate: Crate) -> Iterator[str]:
    """The crate's own first, then that of its items."""
    yield crate.docs
    for kind in ("modules", "types", "traits", "callables"):
        for one in crate.manifest.get(kind) or ():
            yield str(one.get("docs") or "")


def _blocks(text: str, crate: Crate) -> Iterator[list[tuple[str, str, str]]]:
    for words, body in _FENCE.findall(text):
        if _NOT_RUN.isdisjoint(re.split(r"[,\s]+", words.strip())):
            body = re.sub(r"^\s*# ?", "", body, flags=re.MULTILINE)
            body = re.sub(r"//[^\n]*", "", body)
            if found := list(_statements(body, crate)):
                yield found


def _statements(body: str, crate: Crate) -> Iterator[tuple[str, str, str]]:
    """Statements as a variable, if it is one's, an expression, and what must hold of it."""
    names = imports(body)
    variables: set[str] = set()
    root = str(crate.manifest["crate"]["lib"])

    def place(path: str) -> str:
        first, _, rest = path.partition("::")
        if not rest and first in variables:
            return first
        whole = f"{names[first]}::{rest}" if first in names and rest else names.get(first, path)
        head, _, tail = whole.removesuffix("::").partition("::")
        if head == root and tail:
            return f"{crate.name}.{tail.replace('::', '.')}"
        raise Unread(path)

    for statement in re.split(r";\s*(?:\n|$)", body):
        statement = statement.strip()
        if declared := re.fullmatch(
            r"(?:.*\{\s*)?let\s+(?:mut\s+)?(\w+)\s*(?::[^=]+)?=\s*(.+)", statement, re.DOTALL
        ):
            yield from _one(declared[1], declared[2], place)
            variables.add(declared[1])
        elif asserted := re.fullmatch(r"(?:.*[{\n]\s*)?assert(_eq)?!\s*\((.+)\)", statement, re.DOTALL):
            yield from _one("", asserted[2], place, equal=bool(asserted[1]))


def _one(name: str, text: str, place: Any, *, equal: bool = False) -> Iterator[tuple[str, str, str]]:
    try:
        read = Reader(text, place).all()
    except (Unread, ValueError):
        return
    if equal and len(read) >= 2:
        yield "", read[0], f"({read[0]}) == ({read[1]})"
    elif not equal:
        yield name, read[0], ""
