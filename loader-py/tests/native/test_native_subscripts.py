"""Keys of subscripts: what is the same key, what classes stand for, and what there is where there is none."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from usecrate import _native

INSTANCES: Any = [
    {"key": ["String", "f64"], "type": 1},
    {"key": ["graph::Node", "u8"], "type": 2},
    {"key": ["shapes::Node", "u8"], "type": 3},
    {"key": ["Vec<u8>"], "type": 4},
    {"key": ["(String, f64)"], "type": 5},
    {"key": ["()"], "type": 6},
    {"key": ["3"], "type": 7},
    {"key": ["a::Point"], "type": 8},
    {"key": ["Point"], "type": 8},
    {"key": ["&graph::Map<std::string::String, u8>"], "type": 9},
    {"key": ["true"], "type": 10},
]


class Crate:
    """Like the class of a type of a crate."""

    class __usecrate__:
        model: ClassVar = {"path": "x::a::Point"}


@pytest.mark.parametrize(
    ("key", "number"),
    [
        (("String", "f64"), 1),
        ("String, f64", 1),
        (" String ,f64 ", 1),
        ((str, float), 1),
        ("graph :: Node,u8", 2),
        (bytes, 4),
        ((bytes,), 4),
        ("(String,f64)", 5),
        (None, 6),
        (type(None), 6),
        ("()", 6),
        (3, 7),
        ("3", 7),
        (Crate, 8),
        ("other::Point", 8),
        ("&Map<String, u8>", 9),
        (True, 10),
    ],
)
def test_a_key_is_found(key: object, number: int) -> None:
    assert _native.type_instance(INSTANCES, key, "x.Graph", "x::Graph<u8>") == number


@pytest.mark.parametrize(
    "key", ["Node, u8", "String", (), "", int, complex, ("String", "f64", "u8"), 4, False]
)
def test_one_that_is_not_there_is_told_with_those_that_are(key: object) -> None:
    with pytest.raises(KeyError) as caught:
        _native.type_instance(INSTANCES, key, "x.Graph", "x::Graph<u8>")
    if key is not complex:
        assert "x.Graph" in str(caught.value) and '["String", "f64"]' in caught.value.args[0]


@pytest.mark.parametrize("key", [1.5, b"u8", [], slice(None), ("u8", [])])
def test_what_names_no_type_is_no_key(key: object) -> None:
    with pytest.raises(TypeError, match="names Rust types"):
        _native.type_instance(INSTANCES, key, "x.Graph", "x::Graph<u8>")


def test_many_are_cut_short() -> None:
    many: Any = [{"key": [str(at)], "type": at} for at in range(40)]
    with pytest.raises(KeyError, match="and 28 more"):
        _native.type_instance(many, "x", "f", "f")


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("x::Graph<u8>", "Graph<f32, u8>"),
        ("x::graph::Graph<Box<dyn Fn(u8) -> u8>, f64>", "graph::Graph<f32, u8>"),
        ("<x::Graph as x::Trait>", "PATH<f32, u8>"),
    ],
)
def test_how_to_ask_for_one_that_is_not_there_is_told(path: str, entry: str) -> None:
    with pytest.raises(KeyError) as caught:
        _native.type_instance(INSTANCES, "f32,u8", "x.Graph", path)
    for way in (f'--instantiate "{entry}"', f'instantiate=["{entry}"]'):
        assert way in caught.value.args[0]
