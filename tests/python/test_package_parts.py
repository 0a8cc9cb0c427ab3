"""Parts of the packager that need no crate to be built: texts, folders, settings, platforms."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def packager_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packager of this clone."""
    monkeypatch.syspath_prepend(str(ROOT / "build-tools" / "python"))


@pytest.mark.parametrize(
    "text", ['say "hi"', 'three """ quotes', 'at the end """', "a \\ and \\\\", 'odd \\"', '"', 'two\nlines"']
)
def test_any_documentation_is_a_docstring(text: str) -> None:
    from usecrate_build.project import _docstring

    assert ast.literal_eval(_docstring(text)).rstrip("\n") == text


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("aarch64-apple-darwin", "macosx_11_0_arm64"),
        ("x86_64-apple-darwin", "macosx_10_12_x86_64"),
        ("x86_64-pc-windows-msvc", "win_amd64"),
        ("aarch64-pc-windows-msvc", "win_arm64"),
        ("i686-pc-windows-msvc", "win32"),
    ],
)
def test_the_platform_of_a_wheel(monkeypatch: pytest.MonkeyPatch, target: str, words: str) -> None:
    from usecrate_build.wheels import platform

    monkeypatch.delenv("MACOSX_DEPLOYMENT_TARGET", raising=False)
    assert platform(target, []) == words


def test_what_is_in_the_way_is_found_before_anything_is_written(tmp_path: Path) -> None:
    from usecrate_build.files import staged
    from usecrate_build.names import PackageError

    target = tmp_path / "project"
    (target / "z").mkdir(parents=True)
    (target / "a").write_text("mine", "utf-8")

    def write() -> None:
        with staged(target, print) as folder:
            (folder / "a").write_text("theirs", "utf-8")
            (folder / "z").write_text("a file", "utf-8")

    with pytest.raises(PackageError, match="is in the way of a file"):
        write()
    assert (target / "a").read_text("utf-8") == "mine" and [one.name for one in tmp_path.iterdir()] == [
        "project"
    ]
    (target / "z").rmdir()
    write()
    assert (target / "a").read_text("utf-8") == "theirs"


def generate(target: Path, files: dict[str, str]) -> list[str]:
    """Generates a project with these files; gives what was said."""
    from usecrate_build.files import staged
    from usecrate_build.publish import record

    said: list[str] = []
    with staged(target, said.append) as folder:
        for name, text in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        record(folder)
    return said


def contents(target: Path) -> dict[str, str]:
    """What is in a project, without the record."""
    found = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}
    del found["crates/generated.sha256"]
    return {name: path.read_text("utf-8") for name, path in sorted(found.items())}


def test_what_an_earlier_run_wrote_goes_and_what_is_the_users_stays(tmp_path: Path) -> None:
    target = tmp_path / "project"
    old = (
        "src/mine/old/a",
        "src/mine/kept",
        "src/mine/changed",
        "crates/one.lock",
        "src/mine/_crates/one/lib",
    )
    generate(target, dict.fromkeys(old, "1"))
    for name in ("src/mine/changed", "src/mine/own", "src/mine/_crates/one/lib"):
        (target / name).write_text("the user's, or built since", "utf-8")
    said = generate(target, dict.fromkeys(("src/mine/kept", "crates/two", "src/mine/_crates/two/lib"), "2"))
    assert contents(target) == {
        "crates/two": "2",
        "src/mine/_crates/two/lib": "2",
        "src/mine/changed": "the user's, or built since",
        "src/mine/kept": "2",
        "src/mine/own": "the user's, or built since",
    }
    assert said == ["`src/mine/changed` is not generated any more, and stays: it was changed"]
    assert not (target / "src/mine/old").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["project"]


def test_a_module_becomes_a_folder_and_a_file_again(tmp_path: Path) -> None:
    target = tmp_path / "project"
    generate(target, {"src/module": "1"})
    generate(target, {"src/module/init": "2"})
    assert contents(target) == {"src/module/init": "2"}
    generate(target, {"src/module": "3"})
    assert contents(target) == {"src/module": "3"}


def test_a_project_is_whole_when_it_cannot_be_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    target = tmp_path / "project"
    generate(target, {"a": "1", "b": "1", "src/old/gone": "1"})
    before = contents(target)
    rename = os.rename

    def broken(source: Path, place: Path) -> None:
        if Path(place) == target / "c":
            raise OSError("the disk is gone")
        rename(source, place)

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        generate(target, {"a": "2", "b": "2", "c": "2", "crates/new/x": "2"})
    monkeypatch.undo()
    assert contents(target) == before and not (target / "crates" / "new").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["project"]


def test_a_record_that_names_what_is_elsewhere_removes_nothing_there(tmp_path: Path) -> None:
    import hashlib

    target, other = tmp_path / "project", tmp_path / "other"
    generate(target, {"a": "1"})
    other.write_text("mine", "utf-8")
    known = hashlib.sha256(b"mine").hexdigest()
    (target / "crates" / "generated.sha256").write_text(
        f"{known}  ../other\n{known}  {other}\nodd\n", "utf-8"
    )
    generate(target, {"b": "2"})
    assert other.read_text("utf-8") == "mine" and contents(target) == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("license", "expected"),
    [("mit or apache-2.0", "MIT OR Apache-2.0"), ("Ask me", None), (None, None)],
)
def test_a_licence_that_build_backends_do_not_know_is_left_out(
    tmp_path: Path, license: str | None, expected: str | None
) -> None:
    from usecrate_build.crates import Crate

    about = {"licenses": [{"expression": license}]} if license else {}
    bill = {"metadata": {"component": about}}
    (tmp_path / "sbom.cdx.json").write_text(json.dumps(bill), "utf-8")
    (tmp_path / "THIRD-PARTY-LICENSES.txt").write_text("of others", "utf-8")
    crate = Crate(name="x", spec="x@1", artifact=tmp_path)
    assert crate.license == expected
    # What others ask for is no licence of the crate.
    assert crate.terms() == [] and len(crate.license_files()) == 1


@pytest.mark.parametrize("about", [{}, {"description": "Greets."}])
def test_a_readme_says_once_what_the_crate_is(tmp_path: Path, about: dict[str, str]) -> None:
    from usecrate_build.crates import Crate
    from usecrate_build.project import Project, _readme

    (tmp_path / "sbom.cdx.json").write_text(json.dumps({"metadata": {"component": about}}), "utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps({"crate": {"name": "x", "version": "1.0.0"}}), "utf-8")
    crate = Crate(name="x", spec="x@1", artifact=tmp_path)
    text = _readme(Project("x-rs", "x_rs", "1.0.0", [crate], {}))
    assert text.count("The Rust crate x") == 1 and text.count("Greets.") == len(about)


SETTINGS = {"package": "some_rs", "crates": {"some": {"spec": "some@1.0.0"}}}


@pytest.fixture(name="project")
def project_fixture(tmp_path: Path) -> Path:
    """A project's folder, with an artifact in it."""
    artifact = tmp_path / "src" / "some_rs" / "_crates" / "some"
    artifact.mkdir(parents=True)
    (tmp_path / "crates").mkdir()
    for lock in (tmp_path / "crates" / "some.lock", artifact / "Cargo.lock"):
        lock.write_text("version = 4\n", "utf-8")
    (artifact / "sbom.cdx.json").write_text("{}", "utf-8")
    describe(artifact)
    return tmp_path


def describe(artifact: Path, target: str = "this") -> None:
    crate: dict[str, Any] = {"name": "some", "version": "1.0.0", "source": "registry"}
    crate.update(features=[], default_features=True)
    manifest = {"crate": crate, "build": {"target": target}, "library": {"path": "libsome.so"}}
    (artifact / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def filled(project: Path, settings: Any, version: str = "standard") -> str:
    """What the build hook ends with; empty if it does not."""
    from usecrate_build.hook import fill

    data: dict[str, Any] = {"sbom_files": []}
    try:
        fill(
            str(project),
            {"project": {"name": "some-rs", "version": "1.0"}, "tool": {"usecrate": settings}},
            version,
            data,
        )
    except SystemExit as error:
        return str(error.code)
    assert data["tag"] == "py3-none-platform" and len(data["sbom_files"]) == 1
    return ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "does not say which crates it packages"),
        ({"package": "some_rs", "crates": {}}, "does not say which crates it packages"),
        ({"package": "some_rs", "crates": {"some": {}}}, "has no `spec`"),
        ({"package": "some_rs", "crates": {"other": {"spec": "other@1"}}}, "there is no `crates/other.lock`"),
    ],
)
def test_a_project_that_was_edited_badly_says_what_it_lacks(project: Path, settings: Any, said: str) -> None:
    told = filled(project, settings)
    assert told.startswith("error: ") and said in told and "hint: " in told, told


@pytest.fixture(name="built")
def built_fixture(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the hook builds; the artifact says which target it is for."""
    from usecrate_build import builds, hook, wheels

    found: list[str] = []
    made = tmp_path_factory.mktemp("built")
    (made / "sbom.cdx.json").write_text("{}", "utf-8")
    describe(made, target="elsewhere")

    def build(spec: str, **_options: Any) -> Path:
        found.append(spec)
        return made

    monkeypatch.setattr(builds, "artifact", build)
    monkeypatch.setattr(builds, "zig", dict)
    monkeypatch.setattr(wheels, "platform", lambda *_: "platform")
    monkeypatch.setattr(hook, "is_for_here", lambda target: target == "this")
    return found


def test_an_artifact_of_another_platform_comes_into_no_wheel(project: Path, built: list[str]) -> None:
    manifest = project / "src" / "some_rs" / "_crates" / "some" / "manifest.json"
    before = manifest.read_bytes()
    told = filled(project, SETTINGS)
    assert "the Rust here builds for elsewhere, and this Python runs on" in told and "hint: " in told
    assert built and manifest.read_bytes() == before, "nothing is put in its place"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (["some_rs-1.whl"], "these wheels exist:\n  some_rs-1.whl"),
        ([], "has no wheel of this version at all"),
        (None, "cargo is not there"),
    ],
)
def test_where_rust_is_missing_the_wheels_that_there_are_are_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, found: list[str] | None, said: str
) -> None:
    from usecrate.errors import BuildError
    from usecrate.platforms import host
    from usecrate_build import builds, hook

    def build(*_: Any, **_options: Any) -> Path:
        raise BuildError("cargo is not there", code="no-toolchain", hint="install it")

    monkeypatch.setattr(builds, "artifact", build)
    monkeypatch.setattr(builds, "zig", dict)
    monkeypatch.setattr(hook, "_wheels", lambda *_: found)
    told = filled(project, SETTINGS)
    assert told.startswith(f"error: some-rs 1.0 has no wheel that fits this platform ({host()})")
    assert "cargo is not there" in told and told.count("hint: ") == 1
    assert told.endswith("hint: install it; or use a platform that has a wheel")
    assert said in told


def test_an_editable_install_builds_what_was_edited(project: Path, built: list[str]) -> None:
    artifact = project / "src" / "some_rs" / "_crates" / "some"
    assert filled(project, SETTINGS, "editable") == "" and built == []
    edited = (
        {"spec": "some@1.0.1"},
        {"spec": "some@1.0.0", "features": ["more"]},
        {"spec": "some@1.0.0", "default-features": False},
        {"spec": "./crates/some"},
    )
    for crate in edited:
        built.clear()
        filled(project, {**SETTINGS, "crates": {"some": crate}}, "editable")
        assert built, crate
    built.clear()
    (project / "crates" / "some.lock").write_text("version = 3\n", "utf-8")
    filled(project, SETTINGS, "editable")
    assert built
    built.clear()
    describe(artifact, target="elsewhere")
    filled(project, SETTINGS, "editable")
    assert built


def test_a_wheel_is_built_again_from_all_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from usecrate_build import verify

    project, wheel = tmp_path / "project", tmp_path / "some_rs-1.0.0-py3-none-any.whl"
    for file in ("dist/old.whl", "crates/some/dist/page.html", "src/some_rs/_crates/some/libsome.so"):
        place = project / file
        place.parent.mkdir(parents=True)
        place.write_text(file, "utf-8")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some_rs/_crates/some/manifest.json", "{}")
    copied: list[str] = []

    def build(copy: Path) -> Path:
        copied.extend(str(file.relative_to(copy).as_posix()) for file in copy.rglob("*") if file.is_file())
        return wheel

    monkeypatch.setattr(verify, "build_wheel", build)
    assert verify.wheel(wheel, project, tmp_path / "scratch") == []
    # A `dist` of a crate's sources is not the project's own.
    assert copied == ["crates/some/dist/page.html"]
