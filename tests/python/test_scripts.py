"""Crates that are one file, or a text."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

import usecrate

THING = """\
#!/usr/bin/env cargo
---cargo
[dependencies]
itoa = "1"
---
//! Things in one file.

/// The number as text.
pub fn text(number: i64) -> String {
    itoa::Buffer::new().format(number).to_owned()
}
"""


def test_a_file_is_a_crate(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "a thing.rs"
    file.write_text(THING)
    thing = usecrate.import_(file)
    assert (thing.__name__, thing.__doc__, thing.text(5)) == ("a_thing", "Things in one file.", "5")
    assert usecrate.import_(str(file)) is thing
    command = [sys.executable, "-m", "usecrate", "inspect", str(file)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "def text(number: int) -> str" in shown.stdout
    file.write_text(THING.replace("number: i64", "number: u8"))
    with pytest.raises(OverflowError):
        usecrate.import_(file).text(256)
    assert thing.text(256) == "256"
    command = [sys.executable, "-m", "usecrate", "build", str(file)]
    built = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "a_thing" in built.stdout


def test_a_text_is_a_module() -> None:
    m = usecrate.inline("pub fn twice(x: i32) -> i32 {\n    x * 2\n}")
    assert m.twice(4) == 8
    assert usecrate.inline("pub fn twice(x: i32) -> i32 {\n    x * 2\n}") is m


def test_an_error_is_shown_at_its_line() -> None:
    with pytest.raises(usecrate.BuildError) as caught:
        usecrate.inline("---\n---\n\npub fn f() -> i32 {\n    missing\n}", name="broken")
    assert caught.value.code == "crate-does-not-compile"
    assert "broken.rs:5:5" in caught.value.details and "cannot find value `missing`" in caught.value.details


def test_a_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file `.*none.rs`"):
        usecrate.import_(tmp_path / "none.rs")
    (tmp_path / "open.rs").write_text("---\n[dependencies]\n")
    with pytest.raises(ValueError, match=r"open.rs`: line 1 begins a head that does not end"):
        usecrate.import_(tmp_path / "open.rs")
    with pytest.raises(ValueError, match="cannot be a crate's name"):
        usecrate.inline("", name="a b")


def manifest(source: str, **options: Any) -> str:
    """The `Cargo.toml` that a text gets."""
    from usecrate.scripts import prepare

    options = {"name": "x", "dependencies": None, **options}
    return (pathlib.Path(prepare(source, **options).folder) / "Cargo.toml").read_text()


def test_a_text_that_is_used_stays_in_the_cache() -> None:
    from usecrate.scripts import prepare

    folder = prepare("", name="used", dependencies=None).folder
    os.utime(folder, (0, 0))  # a build removes what is as old as that
    prepare("", name="used", dependencies=None)
    assert os.stat(folder).st_mtime > 0


def test_the_manifest_says_what_the_head_says_and_what_it_leaves_out() -> None:
    whole = manifest('//! Docs.\n//! ```cargo\n//! [package]\n//! edition = "2021"\n//! ```\n')
    assert 'edition = "2021"' in whole and "2024" not in whole
    assert 'name = "x"' in whole and 'path = "x.rs"' in whole and whole.endswith("[workspace]\n")
    given = manifest("", dependencies=["regex", "rand@0.9"])
    assert '[dependencies]\nregex = "*"\nrand = "0.9"' in given
    both = manifest(
        '---\n[dependencies]\nserde = "1"\nhere = { path = "sub" }\n---',
        dependencies={"log": "0.4", "serde_json": {"version": "1", "features": ["std"], "optional": False}},
    )
    assert both.count("[dependencies]") == 1 and 'log = "0.4"' in both and 'serde = "1"' in both
    assert 'serde_json = { version = "1", features = ["std"], optional = false }' in both
    assert f'path = "{pathlib.Path("sub").absolute().as_posix()}"' in both.replace("\\\\", "/")
