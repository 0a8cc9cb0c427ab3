"""Smaller types of the standard library: C's numbers and text, places in files, hashers, formatters."""

from __future__ import annotations

import array
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="m")
def std_types_fixture(behaviours: Any) -> Any:
    """The module of these types."""
    return behaviours.std_types


def test_numbers_of_c(m: Any) -> None:
    assert m.c_sum(1, -2, 0.5) == -0.5
    with pytest.raises(OverflowError):
        m.c_sum(1 << 31, 0, 0.0)
    with pytest.raises(TypeError):
        m.c_sum("1", 0, 0.0)
    assert m.c_all([1, -2], b"\x03") == [1, -2, 3]
    pair = m.CPair(first=1, second=None)
    pair.second = 65
    assert pair == m.CPair(1, 65) and usecrate.asdict(pair) == {"first": 1, "second": 65}
    assert m.c_double_it(number=21) == 42 and m.c_double_it() == 0


def test_text_of_c(m: Any) -> None:
    assert m.c_length("wörd") == 5 and m.c_length(b"word") == 4 and m.c_length("") == 0
    assert m.c_length(bytearray(b"\xff\xfe")) == 2
    assert m.c_twice("é") == "éé" and m.c_twice(b"\xff") == b"\xff\xff", "text where it is UTF-8"
    assert m.c_twice("x" * 70_000) == "x" * 140_000
    assert m.c_parts("a") == ("a", "a", ["a"]) and m.c_parts(b"\xe9") == (b"\xe9", b"\xe9", [b"\xe9"])
    assert m.c_any("a") == b"a\0" == m.c_any(memoryview(b"a"))
    for bad in ("a\0b", b"a\0", bytearray(b"\0")):
        for takes in (m.c_length, m.c_twice, m.c_any):
            with pytest.raises(ValueError, match="there is a NUL byte at"):
                takes(bad)
    for bad in (7, None, ["a"]):
        with pytest.raises(TypeError):
            m.c_length(bad)


def test_places_in_files(m: Any) -> None:
    assert m.place(7) == "Start(7)" == m.place((7, 0))
    assert m.place((-7, 1)) == "Current(-7)" and m.place((-7, 2)) == "End(-7)"
    assert m.mirrored(7) == (-7, 2) and m.mirrored((-7, 1)) == (7, 1) and m.mirrored((-7, 2)) == (7, 0)
    with pytest.raises(ValueError, match="the offset -1 from the start is negative"):
        m.place(-1)
    with pytest.raises(ValueError, match="`whence` is 0"):
        m.place((0, 3))
    for bad in ("7", None, (1, 2, 3)):
        with pytest.raises((TypeError, ValueError)):
            m.place(bad)


def test_maps_with_any_hasher(m: Any) -> None:
    assert m.spelled({"a": 1}) == {"a": 1}
    assert m.fixed({"a": 1, "b": 2}) == {1, 2}
    assert m.total({"a": 1, "b": 2}) == 3
    assert m.keys({1: 2, 3: 4}) == {1, 3}


def test_what_is_written_to_a_formatter_is_given(m: Any) -> None:
    shape = m.Shape(3)
    assert shape.fmt() == "3 corners" and shape.plainly() == "plain"
    with pytest.raises(usecrate.CallError):
        m.Shape(0).fmt()
    assert shape.render(2, end="!") == "<3><3>!" and m.Render.render(shape, 0, "") == ""
    assert m.Shape.name() == "Shape"
    with pytest.raises(usecrate.UnsupportedSignatureError, match="Formatter"):
        _ = shape.counted


def test_numbers_that_must_not_be_zero(m: Any) -> None:
    assert m.reciprocal(4) == (0.25, 4)
    with pytest.raises(ValueError, match="zero is not allowed"):
        m.reciprocal(0)
    with pytest.raises(OverflowError):
        m.reciprocal(256)


def test_what_rust_wants_for_ever_is_kept_once(m: Any) -> None:
    polynomial = m.Polynomial([1, 2], "crc")
    words = ["short", "long" * 5_000]
    made = [m.Lasting(polynomial, word, range(20)) for word in words for _ in range(2)]
    del polynomial
    assert [one.text() for one in made] == [
        f"crc [1, 2] {len(word)} {list(range(20))}" for word in words for _ in range(2)
    ]
    assert made[0].same(made[1]) == made[2].same(made[3]) == (True, True, True)
    assert made[0].same(made[2]) == (True, False, True)
    other = m.Lasting(m.Polynomial([1, 3], "crc"), "other", array.array("H", range(20)))
    assert made[0].same(other) == (False, False, True)
    # Long data travels beside the message, where its bytes are no part of what is compared.
    large = [m.Lasting(m.Polynomial(range(at, at + 40_000), "x" * 40_000), "", []) for at in (0, 0, 1)]
    assert not large[0].same(large[2])[0] and large[0].text() == large[1].text() != large[2].text()
    with pytest.raises(TypeError):
        m.Lasting("crc", "word", [])
