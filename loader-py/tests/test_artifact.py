"""Finding and loading artifacts: versions, features, conflicts, what is not there."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from samples import write


@pytest.fixture(autouse=True)
def _own_process(part: Any, monkeypatch: Any) -> None:
    """Nothing is loaded yet."""
    native = part("_native")
    fresh = native.Registry(native.PACKAGE)
    monkeypatch.setattr(native, "registry", fresh)
    monkeypatch.setattr(part("importing"), "registry", fresh)


def _put(root: Path, manifest: dict[str, Any], *, key: str = "00ff", **crate: Any) -> Path:
    made = copy.deepcopy(manifest)
    made["crate"].update(crate)
    return write(root, made, key=key)


def test_import_finds_by_package_and_library_name(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    _put(tmp_path, manifest)
    one = uc.import_("demo-crate", artifact_dir=tmp_path)
    assert uc.import_("demo_crate", artifact_dir=tmp_path) is one
    assert uc.import_("demo-crate@1", artifact_dir=str(tmp_path)) is one
    assert uc.import_("demo-crate", "1.2.3", artifact_dir=tmp_path) is one
    assert uc.import_("demo-crate", ">=1,<2", artifact_dir=tmp_path) is one
    kinds = uc.import_("demo-crate::kinds", artifact_dir=tmp_path)
    assert kinds is one.kinds
    assert kinds.Op is one.Op
    with pytest.raises(
        ModuleNotFoundError, match=r"no public module `demo::kind`.*did you mean `demo::kinds`"
    ):
        uc.import_("demo-crate::kind", artifact_dir=tmp_path)


def test_not_found_says_what_is_there(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(uc.ArtifactNotFoundError, match="does not exist"):
        uc.import_("demo-crate", artifact_dir=tmp_path / "none")
    with pytest.raises(uc.ArtifactNotFoundError, match="the folder is empty"):
        uc.import_("demo-crate", artifact_dir=tmp_path)
    _put(tmp_path, manifest)
    with pytest.raises(uc.ArtifactNotFoundError, match=r"there are demo-crate@1\.2\.3"):
        uc.import_("demo-crate@2", artifact_dir=tmp_path)
    with pytest.raises(uc.ArtifactNotFoundError, match="did you mean `demo-crate`"):
        uc.import_("demo-crat", artifact_dir=tmp_path)
    with pytest.raises(uc.ArtifactNotFoundError, match=r"usecrate build demo-crate --features fast --out"):
        uc.import_("demo-crate", artifact_dir=tmp_path, features=["fast"])


def test_two_versions_are_ambiguous_unless_asked(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    _put(tmp_path, manifest)
    _put(tmp_path, manifest, version="1.10.0")
    with pytest.raises(uc.AmbiguousArtifactError, match=r"1\.10\.0, 1\.2\.3; say which with `version="):
        uc.import_("demo-crate", artifact_dir=tmp_path)
    assert uc.import_("demo-crate", "1", artifact_dir=tmp_path).__version__ == "1.10.0", (
        "newest that starts so"
    )
    assert uc.import_("demo-crate", artifact_dir=tmp_path).__version__ == "1.10.0", "the loaded one"


def test_two_feature_sets_are_ambiguous_unless_asked(
    uc: Any, manifest: dict[str, Any], tmp_path: Path
) -> None:
    _put(tmp_path, manifest)
    _put(tmp_path, manifest, key="11", features=["fast"])
    with pytest.raises(uc.AmbiguousArtifactError, match="features="):
        uc.import_("demo-crate", artifact_dir=tmp_path)
    uc.import_("demo-crate", artifact_dir=tmp_path, features=["fast"])
    with pytest.raises(uc.VersionConflictError, match="with features fast is loaded"):
        uc.import_("demo-crate", artifact_dir=tmp_path, features=[])


def test_one_version_per_root(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    _put(tmp_path / "a", manifest)
    _put(tmp_path / "a", manifest, version="2.0.0")
    _put(tmp_path / "b", manifest, version="2.0.0")
    uc.import_("demo-crate@1.2.3", artifact_dir=tmp_path / "a")
    with pytest.raises(
        uc.VersionConflictError, match=r"1\.2\.3 is loaded in this process, and `demo-crate@2`"
    ):
        uc.import_("demo-crate@2", artifact_dir=tmp_path / "a")
    assert uc.import_("demo-crate", artifact_dir=tmp_path / "b").__version__ == "2.0.0", "another root"


def test_cache_takes_the_newest(uc: Any, manifest: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("USECRATE_ARTIFACT_DIR", str(tmp_path))
    _put(tmp_path, manifest)
    _put(tmp_path, manifest, version="1.10.0")
    _put(tmp_path, manifest, version="1.11.0-rc.1")
    _put(tmp_path, manifest, key="11", version="1.10.0", features=["fast"])
    module = uc.import_("demo-crate")
    assert module.__version__ == "1.10.0", "no pre-release unless asked"
    assert uc.manifest(module)["crate"]["features"] == []


def test_newest_build_of_one_version(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    old = _put(tmp_path, manifest, key="aa", docs="old")
    os.utime(old / "manifest.json", (1, 1))
    _put(tmp_path, manifest, key="00", docs="new")
    assert uc.import_("demo-crate", artifact_dir=tmp_path).__doc__ == "new"


def test_other_platform_is_passed_over(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    other = copy.deepcopy(manifest)
    other["build"]["target"] = "sparc64-unknown-linux-gnu"
    folder = write(tmp_path, other, key="11")
    with pytest.raises(uc.ArtifactNotFoundError, match="platforms"):
        uc.import_("demo-crate", artifact_dir=tmp_path)
    with pytest.raises(uc.LoadError, match="sparc64"):
        uc.load_artifact(folder)
    _put(tmp_path, manifest)
    uc.import_("demo-crate", artifact_dir=tmp_path)


def test_load_artifact(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    folder = _put(tmp_path, manifest)
    module = uc.load_artifact(folder)
    assert uc.load_artifact(folder / "manifest.json") is module
    assert uc.import_("demo-crate", artifact_dir=tmp_path) is module, "one artifact, one module handle"
    with pytest.raises(uc.LoadError, match="there is no artifact at"):
        uc.load_artifact(tmp_path / "none")


def test_swapped_library_is_refused(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    folder = _put(tmp_path, manifest)
    (folder / "libdemo.so").write_text("fake:demo and more")
    with pytest.raises(uc.IntegrityError):
        uc.load_artifact(folder)
    (folder / "libdemo.so").unlink()
    with pytest.raises(uc.IntegrityError):
        uc.load_artifact(folder)


def test_damaged_manifest_is_reported(uc: Any, manifest: dict[str, Any], tmp_path: Path) -> None:
    folder = _put(tmp_path, manifest)
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text[:100])
    with pytest.raises(uc.LoadError, match="truncated"):
        uc.import_("demo-crate", artifact_dir=tmp_path)
    assert json.loads(text)


@pytest.mark.parametrize(
    "bad", ["", "semver semver", "a/../b/nothere", "x@1!", "@1", "x@1.2.3.4", "x@>=", "x@-1"]
)
def test_bad_specs(uc: Any, tmp_path: Path, bad: str) -> None:
    with pytest.raises((ValueError, FileNotFoundError)):
        uc.import_(bad, artifact_dir=tmp_path)


def test_contradictions(uc: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two versions"):
        uc.import_("x@1", "2", artifact_dir=tmp_path)
    with pytest.raises(TypeError, match="list of names"):
        uc.import_("x", features="fast", artifact_dir=tmp_path)


@pytest.mark.parametrize(
    ("request_", "yes", "no"),
    [
        ("1.2.3", ["1.2.3"], ["1.2.4", "1.2.3-rc.1", "1.20.3"]),
        ("1.2", ["1.2.0", "1.2.9"], ["1.3.0", "1.20.0", "1.2.9-rc.1"]),
        ("1", ["1.0.0", "1.99.0"], ["2.0.0", "10.0.0", "0.1.0"]),
        (">=1,<2", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.9"]),
        (">1", ["2.0.0"], ["1.5.0"]),
        ("<=1.2", ["1.2.9", "0.1.0"], ["1.3.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
        ("^1.2", ["1.2.0", "1.9.0"], ["2.0.0", "1.1.9"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]),
        ("=1.2", ["1.2.7"], ["1.3.0"]),
        ("1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3", "1.2.3-rc.2"]),
        (">=1.2.3-rc.1", ["1.2.3-rc.2", "1.2.3", "1.3.0"], ["1.3.0-rc.1", "1.2.3-alpha"]),
        ("", ["1.0.0", "1.0.0-rc.1"], []),
    ],
)
def test_requests(part: Any, request_: str, yes: list[str], no: list[str]) -> None:
    versions = part("versions")
    request = versions.Request(request_)
    for text in yes:
        assert request.accepts(versions.Version(text)), text
    for text in no:
        assert not request.accepts(versions.Version(text)), text


def test_version_order(part: Any) -> None:
    version = part("versions").Version
    texts = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0",
        "1.2.0",
        "1.10.0",
    ]
    assert sorted(reversed(texts), key=lambda text: version(text).key) == texts
