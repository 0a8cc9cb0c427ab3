"""The stubs of artifacts: mypy and pyright find nothing wrong, stubtest no difference from what is loaded."""

from __future__ import annotations

import json
import pathlib
import shutil
import textwrap
from collections.abc import Callable

import checkers
import pytest
from checkers import run

import usecrate

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"
FIXTURES = ("any_value", "behaviours", "generics", "keeps", "mappings", "offers", "reaches", "traits")
SPECS = {**{name: str(CRATES / name) for name in FIXTURES}, "semver": "semver@1.0.28"}


@pytest.fixture(scope="module", name="folder")
def folder_fixture(
    build: Callable[..., pathlib.Path], tmp_path_factory: pytest.TempPathFactory
) -> pathlib.Path:
    """A project with the stubs of all of them in its `typings`."""
    folder = tmp_path_factory.mktemp("stubs")
    checkers.project(folder, [build(spec) for spec in SPECS.values()])
    return folder


USE = """
from typing import TYPE_CHECKING

from usecrate.crates import behaviours, generics, semver

if TYPE_CHECKING:
    from typing_extensions import assert_type

    version = semver.Version.parse("1.2.3")
    assert_type(version.major, int)
    assert_type(version < semver.Version(2, 0, 0), bool)
    assert_type(semver.Op("Exact"), semver.Op)
    exact: semver.Op = semver.Op.Exact
    for number in behaviours.iterators.numbers("1,2"):
        assert_type(number, int)
    assert_type(generics.parse["u32"]("5"), int)
    assert_type(generics.parse["String"]("5"), str)
    try:
        semver.Version.parse("x")
    except semver.Error as error:
        assert_type(error.message, str)
    with version as same:
        assert_type(same, semver.Version)
"""
# What needs no crate but semver.
PLAIN = "".join(
    line.replace("behaviours, generics, ", "")
    for line in USE.splitlines(keepends=True)
    if "(generics." not in line and "number" not in line
)
# What an enum with data is, a checker is told by `match` and by `isinstance`, until nothing is left.
MATCH = """
from typing_extensions import assert_never, assert_type

from usecrate.crates import generics
from usecrate.crates.generics.data import Entry, Event, Pair, Several


def tell(event: Event) -> str:
    after = generics.data.next(event)
    if isinstance(after, Event.Begun):
        assert_type(after, Event.Begun)
    match after:
        case Event.Begun():
            return after.text()
        case Event.Ended(with_):
            assert_type(with_, int)
        case Event.Failed(reason=reason):
            return reason
        case _:
            assert_never(after)
    return ""


def count(entry: Entry) -> int:
    owner = entry.owner
    if isinstance(owner, Several.Nothing):
        return 0
    if isinstance(owner, Several.One):
        assert_type(owner, Several.One)
        return 1
    assert_type(owner, Several.Many)
    return sum(one is not owner for one in entry.numbers)


def enter(owner: Several) -> int:
    count(Entry(owner, [Several.One(1)], None))
    return generics.data.sum(Pair(1, 2)) + generics.data.count(Several.Many([1]))
"""
WRONG = {
    "semver.Version.parse(5)": "arg-type",
    "semver.Version('1', 2)": "call-overload",
    "semver.Versio": "attr-defined",
    "generics.parse['no such type']('5')": "call-overload",
    "semver.Version.parse('1.2.3').nothing": "attr-defined",
}


def test_mypy_finds_nothing(folder: pathlib.Path) -> None:
    assert checkers.mypy(folder, *SPECS) == ""


def test_pyright_finds_nothing(folder: pathlib.Path) -> None:
    (folder / "use.py").write_text(USE + MATCH)
    assert checkers.pyright(folder) == ""


def test_what_is_used_has_these_types(folder: pathlib.Path) -> None:
    (folder / "use.py").write_text(USE + MATCH)
    assert run(folder, "-m", "mypy", "--strict", "use.py") == ""
    lines = [f"{line}\n" for line in WRONG]
    (folder / "wrong.py").write_text("from usecrate.crates import generics, semver\n" + "".join(lines))
    said = run(folder, "-m", "mypy", "wrong.py")
    for number, code in enumerate(WRONG.values(), start=2):
        assert f"wrong.py:{number}: error:" in said and f"[{code}]" in said, said


@pytest.mark.parametrize("name", SPECS)
def test_stubtest_finds_no_difference(
    name: str, folder: pathlib.Path, build: Callable[..., pathlib.Path]
) -> None:
    assert checkers.stubtest(folder, name, build(SPECS[name])) == ""


def test_an_artifact_without_stubs_and_one_with_others_are_refused(
    build: Callable[..., pathlib.Path], tmp_path: pathlib.Path
) -> None:
    artifact = tmp_path / "artifact"
    shutil.copytree(build(SPECS["semver"]), artifact)
    stub = artifact / "stubs" / "semver" / "__init__.pyi"
    stub.write_text("edited = 1\n")
    assert "is not what was built" in run(tmp_path, "-m", "usecrate", "stubs", str(artifact))
    sums = artifact / "BLAKE3SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(True) if "stubs/" not in line))
    assert "has no stubs" in run(tmp_path, "-m", "usecrate", "stubs", str(artifact))
    assert not (tmp_path / "typings").exists()


def test_they_are_installed_and_removed(build: Callable[..., pathlib.Path], tmp_path: pathlib.Path) -> None:
    program = f"""
        from usecrate.stubs import Stubs, record
        print(Stubs({str(build(SPECS["semver"]) / "manifest.json")!r}).write("usecrate-stubs/crates"))
        record(".")
    """
    assert run(tmp_path, "-c", textwrap.dedent(program)) == ""
    assert (tmp_path / "usecrate-stubs" / "py.typed").read_text() == "partial\n"
    # What a checker follows from there: pyright takes no stub of a package that has a stub package.
    shutil.copytree(pathlib.Path(usecrate.__file__).parent, tmp_path / "usecrate")
    (tmp_path / "use.py").write_text(PLAIN)
    settings = {"typeCheckingMode": "strict", "include": ["use.py"], "extraPaths": ["."]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    assert checkers.pyright(tmp_path) == ""
    (info,) = tmp_path.glob("usecrate_stubs-*.dist-info")
    listed = [line.split(",")[0] for line in (info / "RECORD").read_text().splitlines()]
    ours = [path for folder in ("usecrate-stubs", info.name) for path in (tmp_path / folder).rglob("*")]
    found = [path.relative_to(tmp_path).as_posix() for path in ours if path.is_file()]
    assert sorted(listed) == sorted(found)
