"""Malformed manifests: each gets a `LoadError` that says what, where, and what to do."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from blake3_tree import chaining_value
from samples import BLOCK, form, index, seal, write


def _set(path: str, value: Any) -> Any:
    """Changes one place of a manifest; `...` removes it."""

    def change(manifest: Any) -> None:
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for parent in parents:
            manifest = manifest[parent]
        if value is ...:
            del manifest[last]
        else:
            manifest[last] = value

    return change


def _instance(instance: Any) -> Any:
    """Makes the first name one of a function with that instance alone."""
    return _set("modules.0.entries.0", {"name": "x", "function": {"callables": [], "instances": [instance]}})


def test_sample_is_valid(part: Any, manifest: dict[str, Any]) -> None:
    assert part("manifests").parse(json.dumps(manifest).encode())["crate"]["lib"] == "demo"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("manifest_version", 2), "manifest format 2, this usecrate reads 1; update usecrate"),
        (_set("manifest_version", 0), "manifest format 0, this usecrate reads 1; build it again"),
        (_set("manifest_version", "1"), "`manifest_version` is missing or not an integer"),
        (_set("manifest_version", True), "`manifest_version` is missing or not an integer"),
        (_set("abi_version", 9), "ABI 9, this usecrate reads 1"),
        (_set("abi_version", ...), "`abi_version` is missing"),
        (_set("crate", []), "`crate` is a list, expected a map"),
        (_set("crate.version", ...), "`crate.version` is missing"),
        (_set("crate.features", [1]), r"`crate.features\[0\]` is an integer, expected a string"),
        (_set("crate.extra", 1), "`crate.extra` is not known"),
        (_set("library.path", "../evil.so"), "points outside its folder"),
        (_set("library.path", "/lib/evil.so"), "points outside its folder"),
        (_set("library.path", "a\\evil.so"), "points outside its folder"),
        (_set("library.path", ".."), "points outside its folder"),
        (_set("library.path", "lib.so\0"), "points outside its folder"),
        (_set("library.path", ""), "points outside its folder"),
        (_set("library.blake3", "ab"), "`library.blake3` is not 64"),
        (_set("library.loaded", {"size": 1, "blake3": "ab"}), "`library.loaded.blake3` is not 64"),
        (_set("library.loaded", {"size": -1, "blake3": "0" * 64}), "`library.loaded.size` is negative"),
        (_set("library.loaded", {"size": 1}), "`library.loaded.blake3` is missing"),
        (_set("library.sha256", "A" * 64), "`library.sha256` is not 64 lower-case"),
        (_set("library.size", -1), "`library.size` is negative"),
        (_set("library.size", 1.5), "`library.size` is float, expected an integer"),
        (_set("modules.0.path", "other"), "not the crate's root `demo`"),
        (_set("modules", []), "not the crate's root `demo`"),
        (_set("types.0.kind", "thing"), r"`types\[0\].kind` is `thing`"),
        (_set("types.0.specials.__str__", [9999]), r"names `callables\[9999\]`"),
        (
            _set("types.0.specials.__str__", "x"),
            r"`types\[0\].specials.__str__` is a string, expected a list",
        ),
        (_set("types.0.constructors", [-1]), r"names `callables\[-1\]`"),
        (_set("types.1.path", "demo::Version"), "has `demo::Version` twice"),
        (_set("callables.1.id", "demo::Version::new"), "has `demo::Version::new` twice"),
        (_set("callables.0.result", "u9"), "unknown type `u9`"),
        (_set("callables.0.result", ["handle", 99, "new"]), r"names `types\[99\]`"),
        (_set("callables.0.result", ["handle", 0, "stolen"]), "unknown mode `stolen`"),
        (_set("callables.0.result", ["list"]), "malformed type `list`"),
        (_set("callables.0.result", ["array", "u8", "x"]), "malformed type `array`"),
        (_set("callables.0.result", ["heap", "u8"]), "unknown type `heap`"),
        (_set("callables.0.result", ["iterator"]), "malformed type `iterator`"),
        (_set("callables.0.result", ["callable", [], "u8", "lent"]), "`callable` where it cannot stand"),
        (_set("callables.0.result", ["option", ["iterable", "u8"]]), "`iterable` where it cannot stand"),
        (_set("callables.0.result", ["buffer", "u8"]), "`buffer` where it cannot stand"),
        (_set("callables.0.result", ["out", "u8", True]), "unknown type `out`"),
        (_set("callables.0.result", ["file", "wr"]), "malformed type `file`"),
        (_set("callables.0.params.0.type", ["iterator", "u8"]), "`iterator` where it cannot stand"),
        (_set("callables.0.params.0.type", ["out", "u8"]), "malformed type `out`"),
        (_set("callables.0.params.0.type", ["out", "u8", 1]), "malformed type `out`"),
        (_set("callables.0.params.0.type", ["buffer", "str"]), "malformed type `buffer`"),
        (_set("callables.0.params.0.type", ["callable", [], "u8", "owned"]), "malformed type `callable`"),
        (_set("callables.0.params.0.type", ["callable", "u8", "u8", "lent"]), "malformed type `callable`"),
        (_set("callables.0.params.0.type", ["callable", ["u9"], "u8", "lent"]), "unknown type `u9`"),
        (_set("callables.0.params.0.type", ["object", 1]), r"names `objects\[1\]`, and there are 1"),
        (_set("callables.0.params.0.type", ["object", "demo::Walker"]), "malformed type `object`"),
        (_set("callables.0.result", ["object", 0]), "`object` where it cannot stand"),
        (_set("objects.0.methods.0.type", ["option", "u9"]), r"`objects\[0\].step` .*unknown type `u9`"),
        (_set("objects.0.methods.0.name", ...), r"`objects\[0\].methods\[0\].name` is missing"),
        (_set("callables.0.result", 7), "not a type"),
        (_set("callables.0.result", []), "not a type"),
        (_set("callables.0.params", None), r"`callables\[0\].params` is null, expected a list"),
        (_set("modules.0.entries.0.type", 99), r"names `types\[99\]`"),
        (_set("modules.0.entries.0", {"name": "x"}), "exactly one thing"),
        (_set("modules.0.entries.0", {"name": "x", "function": {"callables": []}}), "without callables"),
        (
            _set("modules.0.entries.0", {"name": "x", "function": {"callables": [], "instances": []}}),
            "without callables",
        ),
        (_instance({"key": ["u8"], "callables": []}), "has an instance without callables"),
        (_instance({"key": ["u8"], "callables": [999]}), r"names `callables\[999\]`"),
        (_instance({"callables": [0]}), "is missing"),
        (_set("types.0.instances", [{"key": ["u8"], "type": 999}]), r"names `types\[999\]`"),
        (_set("modules.0.entries.0", {"name": "x", "variant": [1, 7]}), "names variant 7"),
        (_set("modules.0.entries.0", {"name": "x", "variant": [1]}), "not a type and a variant"),
        (_set("skipped.0.owners", [99]), r"`skipped\[0\].owners` names"),
    ],
)
def test_edited(uc: Any, part: Any, manifest: dict[str, Any], change: Any, message: str) -> None:
    change(manifest)
    with pytest.raises(uc.LoadError, match=message) as caught:
        part("manifests").parse(json.dumps(manifest).encode(), "/x/manifest.json")
    assert "/x/manifest.json" in str(caught.value)
    assert "usecrate build --force" in str(caught.value), "it says what to do"


@pytest.mark.parametrize(
    "ref",
    [
        ["callable", [["handle", 0, "shared"], ["iterator", "u8"]], ["iterable", "str"], "lent"],
        ["file", "rwsb"],
        ["file", "t"],
        ["iterable", ["tuple", "str", "u8"]],
        ["buffer", "f64"],
        ["out", ["list", "str"], False],
        ["option", ["file", "w"]],
    ],
)
def test_words_of_parameters(part: Any, manifest: dict[str, Any], ref: Any) -> None:
    manifest["callables"][0]["params"][0]["type"] = ref
    part("manifests").parse(json.dumps(manifest).encode())


def test_words_of_results(part: Any, manifest: dict[str, Any]) -> None:
    for ref in (["result", ["iterator", "u8"], "io_error"], ["tuple", ["file", "r"], ["iterator", "str"]]):
        manifest["callables"][0]["result"] = ref
        part("manifests").parse(json.dumps(manifest).encode())


def test_words_as_python_spells_them(part: Any, manifest: dict[str, Any]) -> None:
    callable_ = {
        "name": "fill",
        "signature": "fn fill()",
        "params": [
            {"name": "f", "type": ["callable", ["i32", ["handle", 0, "shared"]], "bool", "lent"]},
            {"name": "into", "type": ["out", ["list", "str"], True], "optional": True},
            {"name": "file", "type": ["option", ["file", "rs"]], "optional": True},
            {"name": "items", "type": ["iterable", "str"]},
            {"name": "memory", "type": ["buffer", "f32"]},
            {"name": "size", "type": ["out", "u8", False]},
        ],
        "result": ["iterator", ["option", "i32"]],
    }
    text = part("_native").signature(manifest, callable_)
    assert text == (
        "fill(f: Callable[[int, Version], bool], file: binary file | None = None, items: Iterable[str], "
        "memory: writable buffer of f32, size: int, *, into: list[str] = None) -> Iterator[int | None]"
    )
    assert f"Python: {text}" in part("_native").doc_text(manifest, callable_)


def test_classes_named_by_a_callable_are_made(part: Any) -> None:
    inside = ["callable", [["handle", 1, "shared"], ["list", ["record", 2]]], ["enum", 3], "lent"]
    assert list(part("loaded").types_in(["option", inside])) == [1, 2, 3]
    assert list(part("loaded").types_in(["callable", [], "unit", "lent"])) == []


def test_every_truncation_is_refused(uc: Any, part: Any, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest).encode()
    for length in [*range(0, len(text), 97), len(text) - 1]:
        with pytest.raises(uc.LoadError, match="truncated or edited"):
            part("manifests").parse(text[:length])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"[]", "it is not a map"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply|not complete JSON"),
        (b"null", "it is not a map"),
    ],
)
def test_not_a_manifest(uc: Any, part: Any, data: bytes, message: str) -> None:
    with pytest.raises(uc.LoadError, match=message):
        part("manifests").parse(data)


def test_deep_type_is_refused(uc: Any, part: Any, manifest: dict[str, Any]) -> None:
    deep: Any = "u8"
    for _ in range(70):
        deep = ["list", deep]
    manifest["callables"][0]["result"] = deep
    with pytest.raises(uc.LoadError, match="deeper than 64"):
        part("manifests").parse(json.dumps(manifest).encode())


def test_unreadable(uc: Any, part: Any, tmp_path: Any) -> None:
    with pytest.raises(uc.LoadError, match="cannot read the manifest"):
        part("manifests").read(str(tmp_path / "manifest.json"))


@pytest.mark.parametrize(
    "target", ["sparc64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin", "x"]
)
def test_other_platform(uc: Any, part: Any, manifest: dict[str, Any], target: str) -> None:
    if part("platforms").serves(target):
        pytest.skip("this is that platform")
    manifest["build"]["target"] = target
    with pytest.raises(uc.LoadError, match=f"was built for `{target}`, and this is"):
        part("manifests").check_platform(manifest, "/x/manifest.json")


def test_other_libc(part: Any, monkeypatch: Any) -> None:
    platforms = part("platforms")
    monkeypatch.setattr(platforms.sys, "platform", "linux")
    monkeypatch.setattr(platforms, "_machine", lambda: "x86_64")
    monkeypatch.setattr(platforms, "_libc", lambda: "gnu")
    assert platforms.serves("x86_64-unknown-linux-gnu")
    assert not platforms.serves("x86_64-unknown-linux-musl")
    assert not platforms.serves("aarch64-unknown-linux-gnu")


@pytest.fixture
def indexed(manifest: dict[str, Any], tmp_path: Path) -> Path:
    """The folder of an artifact whose manifest has an index."""
    manifest["crate"]["docs"] = 'é "quoted"'
    # Long enough that what is first, the callables, and what is last are in blocks of their own.
    manifest["modules"][1]["docs"] = "d" * BLOCK
    for key in ("schemas", "parameters"):
        manifest[key] = {**manifest.pop(key, {}), "é": {"type": "null", "title": "t" * BLOCK}}
    folder = write(tmp_path, manifest)
    text, nodes = index(manifest)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    (folder / "manifest.index").write_bytes(nodes)
    seal(folder)
    return folder


def test_what_is_read_by_the_index_is_the_same(uc: Any, part: Any, indexed: Path) -> None:
    path = str(indexed / "manifest.json")
    quick = part("manifests").read(path)
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    assert part("manifests").plain(quick) == content
    for key in ("types", "traits", "callables", "skipped"):
        assert [quick[key][at] for at in range(len(quick[key]))] == content[key]
    for at, module in enumerate(content["modules"]):
        entries = quick["modules"][at]["entries"]
        assert entries.names() == [entry["name"] for entry in module["entries"]]
        for _ in range(3):  # the first few are looked for, then there is a table
            for entry in module["entries"]:
                assert entries.named(entry["name"])["name"] == entry["name"]
            assert entries.named("none of that name") is None
    module = uc.load_artifact(indexed)
    assert module.add(1) == 1
    assert module.__doc__ == 'é "quoted"'


@pytest.mark.parametrize("size", [0, 1, 1024, 1025, 16 << 10, (16 << 10) + 1, 50_000])
def test_the_hashes_of_blocks_are_of_the_tree(part: Any, size: int) -> None:
    data = bytes(at % 251 for at in range(size))
    assert chaining_value(data, root=True).hex() == part("_native").blake3(data)


def test_what_is_asked_for_late_is_of_the_same_file(part: Any, uc: Any, indexed: Path) -> None:
    path = indexed / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    quick = part("manifests").read(str(path))
    assert quick["schemas"] == content["schemas"] and quick["parameters"] == content["parameters"]
    with pytest.raises(KeyError):
        quick["nothing"]
    if os.name == "posix":
        path.rename(indexed / "elsewhere.json")
        assert part("manifests").plain(quick) == content


def test_each_block_is_as_it_was_built(part: Any, uc: Any, indexed: Path) -> None:
    path = indexed / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    whole = path.read_bytes()
    last = len(content["callables"]) - 1
    for at in (0, len(whole) - 1):
        quick = part("manifests").read(str(path))
        path.write_bytes(whole[:at] + b"\t" + whole[at + 1 :])
        assert quick["callables"][last] == content["callables"][last]
        with pytest.raises(uc.IntegrityError, match="not the one that was built"):
            part("manifests").plain(quick)
        # A change is seen by who asks for what was changed.
        quick = part("manifests").read(str(path))
        assert quick["callables"][last] == content["callables"][last]
        path.write_bytes(whole)
        assert part("manifests").plain(quick) == content
    for damaged in (whole[:-1], whole + b" ", b""):
        quick = part("manifests").read(str(path))
        path.write_bytes(damaged)
        with pytest.raises(uc.IntegrityError, match="not the one that was built"):
            part("manifests").read(str(path))
        if len(damaged) < len(whole):
            with pytest.raises(uc.IntegrityError, match="not the one that was built"):
                part("manifests").plain(quick)
        path.write_bytes(whole)


def test_an_index_of_another_text_is_no_use(uc: Any, part: Any, indexed: Path) -> None:
    file = indexed / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["callables"][0]["result"] = "u7"
    file.write_text(json.dumps(content), encoding="utf-8")
    seal(indexed)
    with pytest.raises(uc.LoadError, match="u7"):
        part("manifests").read(str(file))


def test_an_index_that_is_damaged_is_refused(uc: Any, part: Any, indexed: Path) -> None:
    file, path = indexed / "manifest.index", str(indexed / "manifest.json")
    whole = file.read_bytes()
    for content in (whole[:-1], whole[:40] + b"x" + whole[41:], b""):
        file.write_bytes(content)
        with pytest.raises(uc.IntegrityError, match=r"`manifest.index` is not the one that was built"):
            part("manifests").read(path)
    file.unlink()
    with pytest.raises(uc.IntegrityError, match=r"`manifest.index` cannot be read"):
        part("manifests").read(path)


@pytest.mark.parametrize(
    "nodes",
    [
        b"",
        b"m",
        b"?" + bytes(8),
        b"m" + struct.pack("<II", 0, 1),
        b"m" + struct.pack("<II", 0, 2**32 - 1),
        b"s" + struct.pack("<II", 2**32 - 1, 2**32 - 1),
        b"s" + struct.pack("<II", 0, 10**6),
        b"w" + struct.pack("<II", 0, 10**6),
        b"o" + struct.pack("<II", 0, 1),
        b"".join(b"l" + struct.pack("<II", 0, 1) for _ in range(1000)),
    ],
)
def test_an_index_of_another_form_is_no_use(uc: Any, part: Any, indexed: Path, nodes: bytes) -> None:
    file, path = indexed / "manifest.index", indexed / "manifest.json"
    whole = path.read_bytes()
    file.write_bytes(form(whole, nodes))
    seal(indexed)
    content = json.loads(whole)
    assert part("manifests").plain(part("manifests").read(str(path))) == content
    content["callables"][0]["result"] = "u7"
    path.write_text(json.dumps(content), encoding="utf-8")
    file.write_bytes(form(path.read_bytes(), nodes))
    seal(indexed)
    with pytest.raises(uc.LoadError, match="u7"):
        part("manifests").read(str(path))


def test_an_index_that_is_cut_is_no_use(part: Any, indexed: Path) -> None:
    file, path = indexed / "manifest.index", indexed / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    whole = file.read_bytes()
    for size in (0, 3, 4, 35, 36, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        seal(indexed)
        assert part("manifests").plain(part("manifests").read(str(path))) == content
