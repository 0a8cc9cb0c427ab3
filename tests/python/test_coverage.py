"""`usecrate coverage`: what is counted, and what calling finds."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from typing import Any

import pytest

from usecrate.build import build
from usecrate.manifests import read
from usecrate.platforms import artifact_root
from usecrate.probe import probe

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"
SOURCE = """
//! Some that can be called, some that cannot, and some that should not be.
#[derive(Clone)]
pub struct Counter(u32);
impl Counter {
    pub fn new(start: u8) -> Self { Counter(start.into()) }
    pub fn count(&mut self) -> u32 { self.0 += 1; self.0 }
}
pub struct Nowhere(());
impl Nowhere { pub fn there(&self) -> bool { true } }
pub trait Named { fn name(&self) -> String; fn loudly(&self) -> String { self.name() + "!" } }
impl Named for Counter { fn name(&self) -> String { "counter".into() } }
impl Named for Nowhere { fn name(&self) -> String { "nowhere".into() } }
pub fn both(left: Option<Counter>, right: &[Counter]) -> usize { left.iter().count() + right.len() }
pub fn none(text: &str) -> Result<u8, std::num::ParseIntError> { text.parse() }
pub fn panics() { panic!("as it must") }
pub fn abort() { std::process::abort() }
pub fn leave() { std::process::exit(3) }
pub fn wait() { loop { std::thread::sleep(std::time::Duration::from_secs(1)) } }
pub async fn later() -> u8 { 1 }
pub fn raw(at: *const u8) -> bool { at.is_null() }
"""
NAMED = """
pub trait Named { fn name(&self) -> String; }
impl Named for &str { fn name(&self) -> String { self.to_string() } }
impl Named for u8 { fn name(&self) -> String { self.to_string() } }
impl Named for i64 { fn name(&self) -> String { self.to_string() } }
impl Named for *const u8 { fn name(&self) -> String { "raw".into() } }
impl<T: Named> Named for &T { fn name(&self) -> String { (**self).name() } }
pub fn greet<N: Named>(who: N) -> String { who.name() }
"""


def built(folder: pathlib.Path, name: str, source: str) -> str:
    """The manifest of a crate."""
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2024"\n[workspace]\n', encoding="utf-8"
    )
    (folder / "src" / "lib.rs").write_text(source, encoding="utf-8")
    return str(pathlib.Path(build(str(folder), str(folder / "out"))) / "manifest.json")


@pytest.fixture(scope="module", name="counted")
def counted_fixture(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The manifest of the crate above."""
    return built(tmp_path_factory.mktemp("counted"), "counted", SOURCE)


def coverage(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "usecrate", "coverage", *words],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_each_is_counted_once_and_those_left_out_by_reason(counted: str) -> None:
    done = coverage(counted, "--json")
    assert done.returncode == 0, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    (crate,) = data["crates"]
    # `new`, `count`, `there`, `name` of two types, `loudly` of both, and eight functions.
    assert (crate["crate"], crate["callables"], crate["served"], crate["async"]) == ("counted", 14, 10, 1)
    assert crate["share"] == data["mean"] == pytest.approx(10 / 13, abs=1e-4)
    skipped = {skip["first"]: (skip["code"], skip["count"]) for skip in crate["skipped"]}
    assert skipped == {
        "counted::Nowhere::there": ("unobtainable", 2),
        "counted::later": ("async", 1),
        "counted::raw": ("unsafe", 1),
    }


def test_a_bound_that_is_served_in_part_is_told(tmp_path: pathlib.Path) -> None:
    named = built(tmp_path, "named", NAMED)
    (crate,) = json.loads(coverage(named, "--json").stdout)["crates"]
    # Integers of all widths are one to Python, and what refers to any that is named is none of its own.
    assert crate["partial"] == [{"path": "named::greet", "bound": "N: Named", "missing": ["*const u8"]}]
    table = coverage(named).stdout
    assert "partly" in table.splitlines()[0]
    assert "    1  `*const u8` for `N: Named`" in table and "such as named::greet" in table
    listed = subprocess.run(
        [sys.executable, "-m", "usecrate", "inspect", str(pathlib.Path(named).parent)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "served in part: 1" in listed and "`N: Named` is met by `*const u8`, too: not taken" in listed


def test_the_table_names_each_crate_and_the_mean(counted: str) -> None:
    done = coverage(counted, str(pathlib.Path(counted).parent))
    assert done.returncode == 0, done.stderr
    first, one, two, mean, *rest = done.stdout.splitlines()
    assert first.split() == ["crate", "callables", "served", "partly", "async"]
    assert one.split() == two.split() == ["counted", "1.0.0", "14", "10", "76.9", "%", "1"]
    assert mean.split() == ["mean", "76.9", "%"]
    assert any(line.split()[:3] == ["4", "its", "receiver"] for line in rest), rest


def test_a_probe_tells_crashes_from_what_a_crate_does(counted: str) -> None:
    found = probe(counted, read(counted), seed=2, timeout=2.0)
    # Ten are drawn, `copy.copy` among them, which is no function of the crate; `Nowhere` has no values.
    assert found["called"] == 8 and found["unreached"] == 2
    assert [failure["id"] for failure in found["failed"]] == ["counted::abort"]
    assert "signal 6" in found["failed"][0]["how"]
    assert sorted(found["unfinished"]) == ["counted::leave", "counted::wait"]
    assert found == probe(counted, read(counted), seed=2, timeout=2.0)


def test_a_probe_of_all_kinds_of_types_finds_nothing_wrong() -> None:
    """A part of what the fixture crates serve, called with made-up values: no internal error, no crash."""
    for crate in ("behaviours", "any_value"):
        artifact = build(str(CRATES / crate), artifact_root())
        done = coverage(artifact, "--probe", "--seed", "5", "--json")
        assert done.returncode == 0, done.stderr
        (report,) = json.loads(done.stdout)["crates"]
        assert report["probe"]["called"] >= 10, report["probe"]
        assert report["probe"]["failed"] == [], report["probe"]


def test_a_wrong_command_line_says_so() -> None:
    assert coverage().returncode == 2
    assert "unrecognized" in coverage("semver", "--nope").stderr
    assert "--probe" in coverage("--help").stdout
    missing = coverage("/nowhere/at/all")
    assert missing.returncode == 1 and "no folder" in missing.stderr
