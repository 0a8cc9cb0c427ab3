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
        with staged(target) as folder:
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
        raise BuildError("cargo is not there", code="no-toolchain")

    monkeypatch.setattr(builds, "artifact", build)
    monkeypatch.setattr(builds, "zig", dict)
    monkeypatch.setattr(hook, "_wheels", lambda *_: found)
    told = filled(project, SETTINGS)
    assert told.startswith(f"error: some-rs 1.0 has no wheel that fits this platform ({host()})")
    assert "cargo is not there" in told and "hint: install Rust" in told
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
