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


def test_two_of_them_are_each_any_of_them(m: Any) -> None:
    half = m.Value(0.5)
    assert m.both(half, half) == "float 0.5, float 0.5"
    assert m.both(True, half) == "bool true, float 0.5"
    assert m.both("a", 1) == 'text "a", int 1'
    assert m.both(second=b"a", first="a") == 'text "a", bytes [97]'
    assert m.both({"a": 1}, -1.5) == 'map {"a": 1}, float -1.5'
    with pytest.raises(TypeError, match="argument `second`"):
        m.both("a", object())


def test_of_two_that_meet_a_trait_text_is_taken_first(m: Any) -> None:
    assert m.command("set", "key", "value") == "set key value"
    assert m.command("set", "key", 7) == "set key 7"
    assert m.command("set", "key", b"ab") == "set key 97 98"
    assert m.command("set", "key", ["a", "b"]) == "set key a b"
    assert m.command(1, 2, 3) == "1 2 3"
    with pytest.raises(TypeError, match="no signature"):
        m.command("set", 1.5, True)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ((), ""),
        ([], ""),
        ((7,), "int 7"),
        (["a", 1.5], 'own text "a", float 1.5'),
        ((True, b"a", None, {"b": 2}, "c"), 'bool true, bytes [97], nothing, map {"b": 2}, own text "c"'),
    ],
)
def test_a_tuple_or_list_of_any_values_is_what_a_function_of_the_crate_makes_of_it(
    m: Any, row: Any, shown: str
) -> None:
    assert m.entered("row", row) == f"row: {shown}"
    assert m.counted(row) == len(row)


def test_a_dict_is_what_a_slice_of_names_with_values_is(m: Any) -> None:
    assert m.entered("row", {}) == "row: "
    assert m.entered("row", {"b": 1, "a": "x", "c": None}) == 'row: b=int 1, a=own text "x", c=nothing'
    assert m.entered("row", {"v": m.Value(3)}) == "row: v=int 3"
    assert m.counted({"a": 1, "b": 2.5}) == 2
    with pytest.raises(TypeError, match=r"row\['a'\]"):
        m.entered("row", {"a": object()})
    with pytest.raises(TypeError):
        m.entered("row", {1: "a"})


def test_a_row_may_be_left_out_where_it_is_last(m: Any) -> None:
    assert m.entered("row") == "row: " == m.entered("row", None)
    assert m.counted() == 0


def test_what_is_no_value_of_the_crate_is_none_in_a_row(m: Any) -> None:
    assert m.entered("row", [m.Value(3), 4]) == "row: int 3, int 4"
    with pytest.raises(TypeError, match=r"row\[1\]"):
        m.entered("row", (1, object()))
    with pytest.raises(TypeError, match="row"):
        m.entered("row", "text")
    with pytest.raises(OverflowError, match=r"row\[0\]"):
        m.entered("row", [2**70])


def test_what_fits_is_told_first_and_nothing_twice(behaviours: Any) -> None:
    with pytest.raises(TypeError, match="no signature") as raised:
        behaviours.iterators.Ladder(7)
    reasons = str(raised.value).splitlines()[1:]
    assert len(reasons) == 2 and "Ladder(steps): argument `steps` must be" in reasons[0]
    assert reasons[1] == "  with other arguments: Ladder()"
    with pytest.raises(TypeError, match="no signature") as raised:
        behaviours.conversions.command("set", 1.5, True)
    reasons = str(raised.value).splitlines()[1:]
    assert reasons and len(reasons) == len(set(reasons))


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
