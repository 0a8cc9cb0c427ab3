"""The benchmark works: every row is served and gives what plain Python gives. Times are no test."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent.parent / "bench"


def test_every_row_is_served_and_right(tmp_path: pathlib.Path) -> None:
    contenders, figures = tmp_path / "none", tmp_path / "figures.json"
    contenders.mkdir()
    command = [BENCH / "compare.py", "--quick", "--contenders", contenders, "--json", figures]
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    rows = json.loads(figures.read_text())["nanoseconds"]
    assert len(rows) >= 14 and all(row["usecrate"] > 0 for row in rows.values()), rows
    assert "| usecrate quick | usecrate |" in done.stdout
    assert sum("usecrate quick" in row for row in rows.values()) >= 14, "kept and released"


def test_there_may_be_many_of_each(tmp_path: pathlib.Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(BENCH / "scale.py"), "--quick", "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    taken = json.loads(figures.read_text())
    titles = {title.partition(":")[0] for title in taken}
    assert titles == {"handles", "artifacts", "manifest", "threads", "messages", "buffers"}
    # What is dropped is gone; what is lent is not copied. Times are no test.
    assert taken["handles: 1,000"]["memory left after all are dropped (bytes)"] < 1000
    assert taken["buffers: 1 MiB"]["memory (bytes)"] < 1 << 20
