"""Values that cross by copy: what is taken, what is given, what is refused before Rust runs."""

from __future__ import annotations

import array
import datetime
import ipaddress
import math
import mmap
import pathlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def values(behaviours: Any) -> Any:
    return behaviours.values


class Index:
    """An object that is an integer by `__index__`."""

    def __index__(self) -> int:
        return 200


def test_integers_are_checked_against_their_range(values: Any) -> None:
    assert values.byte(255) == 255 and values.byte(Index()) == 200
    for wrong in (256, -1, 2**80):
        with pytest.raises(OverflowError, match=r"byte.*value|value.*byte"):
            values.byte(wrong)
    for wrong in ("1", 1.0, None, b"1"):
        with pytest.raises(TypeError, match="value"):
            values.byte(wrong)
    assert values.long(-(2**63)) == -(2**63)
    with pytest.raises(OverflowError):
        values.long(2**63)


@given(st.integers(0, 2**128 - 1))
@settings(max_examples=200, deadline=None)
def test_wide_integers_keep_every_bit(number: int) -> None:
    assert WIDE.wide(number) == number
    signed = number - 2**127
    assert WIDE.wide_signed(signed) == signed


WIDE: Any = None


@pytest.fixture(scope="module", autouse=True)
def _wide(values: Any) -> None:
    global WIDE
    WIDE = values


def test_wide_integers_have_ends(values: Any) -> None:
    for wrong in (2**128, -1):
        with pytest.raises(OverflowError):
            values.wide(wrong)
    for wrong in (2**127, -(2**127) - 1):
        with pytest.raises(OverflowError):
            values.wide_signed(wrong)


def test_floats_booleans_characters(values: Any) -> None:
    assert values.double(1) == 1.0 and math.isnan(values.double(math.nan))
    with pytest.raises(TypeError):
        values.double("1")
    assert values.truth(True) is True
    with pytest.raises(TypeError):
        values.truth(1)
    assert values.letter("é") == "é"
    for wrong in ("", "ab"):
        with pytest.raises((ValueError, TypeError)):
            values.letter(wrong)


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_text_comes_back_as_it_was(text: str) -> None:
    assert WIDE.text(text) == text


def test_a_lone_surrogate_is_a_value_error(values: Any) -> None:
    with pytest.raises(ValueError, match=r"surrogate|UTF-8"):
        values.text("a\ud800b")


def test_any_buffer_is_bytes(values: Any, tmp_path: pathlib.Path) -> None:
    data = bytes(range(200))
    whole = sum(data)
    assert values.sum(data) == values.sum(bytearray(data)) == values.sum(memoryview(data)) == whole
    assert values.sum(array.array("B", data)) == whole
    file = tmp_path / "data"
    file.write_bytes(data)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert values.sum(mapped) == whole
    big = bytes(300_000)
    assert values.reversed(big) == big and values.reversed(b"abc") == b"cba"
    with pytest.raises(TypeError):
        values.sum("text")
    assert values.four(b"abcd") == b"abcd"
    with pytest.raises((ValueError, TypeError), match="4"):
        values.four(b"abc")


def test_numbers_in_lists_and_buffers(values: Any) -> None:
    assert values.total([1, 2.5]) == 3.5
    assert values.total(array.array("d", [1.5, 2.5])) == 4.0
    with pytest.raises(TypeError):
        values.total([1, "2"])


def test_containers(values: Any) -> None:
    assert values.joined(["a", "b"]) == "a b"
    assert values.joined(["a", "b"], "-") == values.joined(words=["a", "b"], **{"with_": "-"}) == "a-b"
    assert values.or_seven() == values.or_seven(None) == 7 and values.or_seven(1) == 1
    assert values.nested(None) is None
    assert values.nested((None,)) == (None,) and values.nested((4,)) == (4,)
    assert values.swapped((1, "x")) == ("x", 1)
    assert values.counted(["a", "b", "a"]) == {"a": 2, "b": 1}
    assert values.unique([3, 1, 3]) == {1, 3}
    assert values.inverted({"a": 1, "b": 2}) == {1: "a", 2: "b"}
    assert values.lengths([[b"a"], [], [b"b", b"c"]]) == [1, 0, 2]


def test_paths_times_addresses(values: Any) -> None:
    assert values.below(pathlib.Path("/a"), "b") == pathlib.Path("/a/b") == values.below("/a", "b")
    assert values.extension("x.tar.gz") == "gz" == values.extension(pathlib.Path("x.gz"))
    assert values.twice(datetime.timedelta(seconds=1.5)) == datetime.timedelta(seconds=3)
    now = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)
    assert values.later(now) == now + datetime.timedelta(seconds=1)
    assert values.local(ipaddress.ip_address("127.0.0.1"), 80) == ("127.0.0.1", 80) or values.local(
        ipaddress.ip_address("127.0.0.1"), 80
    ) == (ipaddress.ip_address("127.0.0.1"), 80)
    assert [values.compared(1, other) for other in (0, 1, 2)] == [1, 0, -1]


def test_generic_parameters_take_what_their_bounds_say(values: Any) -> None:
    assert values.loud("abc") == "ABC"
    assert values.size(b"abc") == values.size("abc") == values.size(bytearray(3)) == 3
    with pytest.raises(TypeError):
        values.size(3)


def test_wrong_calls_say_what_is_expected(values: Any) -> None:
    for call in (lambda: values.add(1), lambda: values.add(1, 2, 3), lambda: values.add(1, 2, wrong=3)):
        with pytest.raises(TypeError, match="add"):
            call()
    with pytest.raises(TypeError, match="right"):
        values.add(1, "2")
    assert values.add(left=1, right=2) == values.add(1, right=2) == 3


def test_a_recursive_list_and_deep_nesting_are_refused(values: Any) -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    for wrong in (loop, deep):
        with pytest.raises((TypeError, ValueError, RecursionError)):
            values.lengths(wrong)
