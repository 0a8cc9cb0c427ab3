"""`impl Into<T>`: T, and what the crate converts to it."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def m(behaviours: Any) -> Any:
    return behaviours.conversions


def test_what_the_crate_converts_is_taken(m: Any) -> None:
    assert m.lay_out("abcd", m.Layout.new(3)) == "abc\nd"
    assert m.lay_out("abcd", 2) == "ab\ncd"
    assert m.lay_out("abcd", layout="> ") == "> abcd"
    with pytest.raises(TypeError, match="no signature"):
        m.lay_out("abcd", 1.5)
    with pytest.raises(TypeError, match="no signature"):
        m.lay_out("abcd", b"only bytes that live for ever")
    with pytest.raises(OverflowError):
        m.lay_out("abcd", -1)


def test_what_is_kept_lives_on(m: Any) -> None:
    indent = "".join(["=", "> "])
    kept = m.layout(indent)
    del indent
    assert m.lay_out("abcd", kept) == "=> abcd"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "bool true"),
        (7, "int 7"),
        (-(2**40), f"int {-(2**40)}"),
        (1.5, "float 1.5"),
        ("a", 'text "a"'),
        (b"a", "bytes [97]"),
        ({"a": 1}, 'map {"a": 1}'),
    ],
)
def test_the_kind_of_value_decides(m: Any, value: object, shown: str) -> None:
    assert m.shown(value) == shown
    # The class tries owned text first.
    assert m.shown(m.Value(value)).removeprefix("own ") == shown


def test_two_of_them_are_served_in_the_first_ways(m: Any) -> None:
    half = m.Value(0.5)
    assert m.both(half, half) == "float 0.5, float 0.5"
    assert m.both(True, half) == "bool true, float 0.5"
    assert m.both(half, 1) == "float 0.5, int 1"
    assert m.both(1, True) == "int 1, bool true"
    with pytest.raises(TypeError, match=r"argument `first` must be .*Value, not str"):
        m.both("a", "a")


def test_a_conversion_may_fail(m: Any) -> None:
    assert m.half(8) == 4
    with pytest.raises(m.Odd, match="7 is odd"):
        m.half(7)


def test_a_value_of_a_class_is_meant_as_itself(behaviours: Any) -> None:
    m = behaviours.conversions
    secret = m.Secret(b"\x00\x01\x02\x03")
    assert bytes(memoryview(secret)) == b"\x00\x01\x02\x03"
    for public in (m.Public(secret), m.Public(value=secret), m.Public.from_(secret)):
        assert public.to_bytes() == b"\xff\xfe\xfd\xfc"
    assert m.Public(b"\x00\x01\x02\x03").to_bytes() == b"\x00\x01\x02\x03"
