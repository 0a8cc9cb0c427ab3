"""The extension's reader of JSON: it reads what `json` reads, and refuses what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def read(text: str) -> Any:
    from usecrate._native import read_json

    return read_json(text)


@given(VALUES, st.sampled_from([None, 0, 2, 9]), st.booleans())
def test_what_is_written_is_read(value: Any, indent: int | None, ascii_alone: bool) -> None:
    assert read(json.dumps(value, indent=indent, ensure_ascii=ascii_alone)) == value


@given(VALUES, st.integers(0), st.characters(codec="utf-8"))
def test_a_changed_text_is_read_as_json_reads_it(value: Any, place: int, put: str) -> None:
    text = json.dumps(value, ensure_ascii=False)
    at = place % len(text)
    changed = text[:at] + put + text[at + 1 :]
    try:
        expected = json.loads(changed)
    except ValueError:
        with pytest.raises(ValueError):
            read(changed)
    else:
        assert repr(read(changed)) == repr(expected)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a value is expected"),
        ("[1,]", "a value is expected"),
        ("[1 2]", "`,` or the end"),
        ('{"a" 1}', "`:` is expected"),
        ("{1: 2}", "a key is expected"),
        ('{"a": 1,}', "a key is expected"),
        ("[1", "ends within a list"),
        ('"a', "ends within a string"),
        ('"a\nb"', "control character"),
        (r'"\x"', "unknown escape"),
        (r'"\ud800"', "half a character"),
        (r'"\udc00\ud800"', "half a character"),
        (r'"\ud83d\n"', "half a character"),
        ("01", "something follows"),
        ("-", "a digit is expected"),
        ("1.", "a digit is expected"),
        ("1e", "a digit is expected"),
        ("9" * 65, "too long"),
        ("NaN", "a value is expected"),
        ("nul", "a value is expected"),
        ("[]]", "something follows"),
        ("[" * 600 + "]" * 600, "too deeply"),
    ],
)
def test_what_is_no_json_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(text)


def test_escapes(uc: Any) -> None:
    text = r'["\"\\\/\b\f\n\r\t", "\u00e9\ud83d\ude00", "plain, and more than eight bytes \" of it"]'
    assert read(text) == json.loads(text)


def test_a_manifest_is_what_its_text_says(part: Any, manifest: dict[str, Any]) -> None:
    manifest["schemas"] = {"demo::Point": {"type": "object", "x": [1, {"y": '}"]'}]}, "\u00e9": {}}
    manifest["parameters"] = {}
    found = part("manifests").parse(json.dumps(manifest).encode())
    assert part("manifests").plain(found) == manifest
    assert found["schemas"] == manifest["schemas"]
    assert [dict(ty) for ty in found["types"]] == manifest["types"]
    entries = found["modules"][0]["entries"]
    assert list(entries) == manifest["modules"][0]["entries"]
    assert len(entries) == len(entries.names())
    for _ in range(3):  # look-ups are by an index from some time on
        for entry in manifest["modules"][0]["entries"]:
            assert entries.named(entry["name"]) == entry
        assert entries.named("nope") is None
    with pytest.raises(KeyError):
        found["nope"]
    with pytest.raises(IndexError):
        found["types"][len(manifest["types"])]


def test_keys_are_there_once(uc: Any, part: Any, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest).replace(
        '"manifest_version": 1', '"manifest_version": 1, "manifest_version": 1'
    )
    with pytest.raises(uc.LoadError, match="`manifest_version` is there twice"):
        part("manifests").parse(text.encode())


@pytest.mark.parametrize("key", ["schemas", "parameters"])
def test_what_is_folded_is_checked_too(uc: Any, part: Any, manifest: dict[str, Any], key: str) -> None:
    manifest[key] = {"a": {"b": [1, 2, {"c": "d"}]}}
    text = json.dumps(manifest)
    for old, new in (('{"c": "d"}', '{"c": "d"'), ("[1, 2", "[1, , 2"), ('"c": "d"', '"c": "\\x"')):
        assert old in text
        with pytest.raises(uc.LoadError, match="not complete JSON"):
            part("manifests").parse(text.replace(old, new).encode())
    manifest[key] = []
    with pytest.raises(uc.LoadError, match=f"`{key}` is a list, expected a map"):
        part("manifests").parse(json.dumps(manifest).encode())
