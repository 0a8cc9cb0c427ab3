"""Every type of value through a real artifact and back: equal, and of the same Python type. What does not
fit is refused by the call itself, with the error that the design names.

Short in the suite; with `--hypothesis-profile=thorough` it takes minutes.
"""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import math
import pathlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import usecrate

REFUSALS = (OverflowError, TypeError, ValueError)
UTC = datetime.timezone.utc


@pytest.fixture(scope="module", name="echoes")
def echoes_fixture(behaviours: Any) -> Any:
    return behaviours.echoes


@dataclass(frozen=True)
class Row:
    """A function that gives back what it takes."""

    name: str
    values: Callable[[Any], st.SearchStrategy[Any]]
    # What comes back for a value, where that is not the value.
    back: Callable[[Any], Any] = field(default=lambda value: value)

    def __str__(self) -> str:
        return self.name


def row(
    name: str, values: st.SearchStrategy[Any] | Callable[[Any], Any], back: Callable[[Any], Any] | None = None
) -> Row:
    made = (lambda _: values) if isinstance(values, st.SearchStrategy) else values
    return Row(f"echo_{name}", made, *([back] if back else []))


def bits(size: int, signed: bool) -> st.SearchStrategy[int]:
    low, high = (-(2 ** (size - 1)), 2 ** (size - 1) - 1) if signed else (0, 2**size - 1)
    return st.integers(low, high) | st.sampled_from([low, low + 1, 0, 1, high - 1, high])


# What Python can name as text that is also UTF-8.
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
CHAR = st.characters(exclude_categories=("Cs",))
BYTES = st.binary(max_size=60)
FLOAT = st.floats()
FLOAT_32 = st.floats(width=32)
IP = st.ip_addresses()
DURATION = st.timedeltas(min_value=datetime.timedelta(0))
MOMENT = st.datetimes(
    min_value=datetime.datetime(1602, 1, 1), max_value=datetime.datetime(9998, 12, 31), timezones=st.just(UTC)
)
INNER_WORDS = st.dictionaries(bits(16, False), TEXT, max_size=3)


def inner(echoes: Any) -> st.SearchStrategy[Any]:
    return st.builds(echoes.Inner, letter=CHAR, words=INNER_WORDS)


def sample(echoes: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        echoes.Sample,
        number=bits(32, True),
        wide=bits(128, False),
        float=st.floats(allow_nan=False),
        text=TEXT,
        bytes=BYTES,
        maybe=st.none() | st.booleans(),
        nested=st.lists(inner(echoes), max_size=3),
    )


def figure(echoes: Any) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.just(echoes.Figure.Nothing()),
        st.builds(echoes.Figure.Pair, bits(64, True), TEXT),
        st.builds(echoes.Figure.Named, size=st.floats(allow_nan=False), inner=inner(echoes)),
    )


PLAIN = st.recursive(
    st.none() | st.booleans() | bits(64, True) | bits(64, False) | st.floats(allow_nan=False) | TEXT,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT, inside, max_size=4),
    max_leaves=12,
).filter(lambda value: not holds_infinity(value))


def holds_infinity(value: Any) -> bool:
    """JSON knows no such number: `serde_json::Value` makes it null."""
    if isinstance(value, dict):
        return any(map(holds_infinity, value.values()))
    if isinstance(value, list):
        return any(map(holds_infinity, value))
    return isinstance(value, float) and math.isinf(value)


def ordered(pairs: st.SearchStrategy[tuple[int, int]]) -> st.SearchStrategy[range]:
    return pairs.map(lambda pair: range(*pair))


ROWS = [
    row("unit", st.none()),
    row("bool", st.booleans()),
    *(row(f"u{size}", bits(size, False)) for size in (8, 16, 32, 64, 128)),
    *(row(f"i{size}", bits(size, True)) for size in (8, 16, 32, 64, 128)),
    row("usize", bits(struct.calcsize("P") * 8, False)),
    row("isize", bits(struct.calcsize("P") * 8, True)),
    row("nonzero", st.integers(1, 2**16 - 1)),
    row("f32", FLOAT_32),
    row("f64", FLOAT),
    row("char", CHAR),
    row("string", TEXT),
    row("str", TEXT),
    row("cow", TEXT),
    row("bytes", BYTES),
    row("slice", BYTES),
    row("union", BYTES | TEXT, lambda value: value.encode() if isinstance(value, str) else value),
    row("path", TEXT.map(pathlib.Path)),
    row("duration", DURATION, lambda value: usecrate_duration(value)),
    row("system_time", MOMENT),
    row("ip", IP),
    row("ipv4", st.ip_addresses(v=4)),
    row("ipv6", st.ip_addresses(v=6)),
    row("socket_addr", st.tuples(IP.map(str), st.integers(0, 65535))),
    row("ordering", st.sampled_from([-1, 0, 1])),
    row("option", st.none() | bits(32, True)),
    row("nested_option", st.none() | st.tuples(st.none() | bits(8, False))),
    row("option_of_unit", st.none() | st.just((None,))),
    row("option_of_list", st.none() | st.lists(TEXT, max_size=4)),
    row("list_u8s", st.lists(BYTES, max_size=4)),
    row("list_i8", st.lists(bits(8, True))),
    row("list_i16", st.lists(bits(16, True))),
    row("list_u32", st.lists(bits(32, False))),
    row("list_i64", st.lists(bits(64, True))),
    row("list_u64", st.lists(bits(64, False))),
    row("list_u128", st.lists(bits(128, False))),
    row("list_f32", st.lists(FLOAT_32)),
    row("list_f64", st.lists(FLOAT)),
    row("slice_f64", st.lists(FLOAT)),
    row("list_bool", st.lists(st.booleans())),
    row("list_char", st.lists(CHAR)),
    row("list_string", st.lists(TEXT, max_size=6)),
    row("list_option", st.lists(st.none() | FLOAT)),
    row("deque", st.lists(bits(16, False))),
    row("array_u8", st.binary(min_size=5, max_size=5)),
    row("array_i64", st.lists(bits(64, True), min_size=3, max_size=3)),
    row("array_string", st.lists(TEXT, min_size=2, max_size=2)),
    row("set", st.sets(TEXT, max_size=5)),
    row("ordered_set", st.sets(bits(64, True))),
    row("dict", st.dictionaries(TEXT, st.lists(bits(32, False), max_size=4), max_size=4)),
    row("ordered_dict", st.dictionaries(bits(32, True), st.none() | TEXT, max_size=4)),
    row("tuple", st.tuples(bits(8, False), TEXT, st.none() | FLOAT)),
    row(
        "nested_tuple",
        st.tuples(st.tuples(bits(64, True)), st.tuples(st.booleans(), st.tuples(CHAR, BYTES))),
    ),
    row("range", ordered(st.tuples(bits(64, True), bits(64, True)))),
    row("range_of_floats", st.tuples(FLOAT, FLOAT)),
    row("range_from", bits(32, False).map(lambda start: slice(start, None))),
    row("bound", st.none() | st.tuples(st.sampled_from(["included", "excluded"]), bits(64, True))),
    row("range_to", bits(32, False).map(lambda stop: slice(None, stop))),
    row("box", bits(64, True)),
    row("any", PLAIN),
    row("record", sample),
    row("records", lambda echoes: st.lists(inner(echoes), max_size=4)),
    row("optional_record", lambda echoes: st.none() | inner(echoes)),
    row("colour", lambda echoes: st.sampled_from(list(echoes.Colour))),
    row("figure", figure),
    row("figures", lambda echoes: st.dictionaries(TEXT, figure(echoes), max_size=3)),
]


def usecrate_duration(value: datetime.timedelta) -> Any:
    """A duration keeps its nanoseconds: it is a class of its own below `timedelta`."""
    return usecrate.Duration.of(value)


def alike(one: Any, other: Any) -> bool:
    """Equal and of the same type, all the way down; NaN is NaN, and minus zero is not zero."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    return bool(one == other)


@pytest.mark.parametrize("case", ROWS, ids=str)
@given(data=st.data())
def test_what_is_given_comes_back(echoes: Any, case: Row, data: st.DataObject) -> None:
    value = data.draw(case.values(echoes))
    back = getattr(echoes, case.name)(value)
    assert alike(back, case.back(value)), f"{value!r} came back as {back!r}"


def test_every_echo_has_a_row(echoes: Any) -> None:
    there = {name for name in dir(echoes) if name.startswith("echo_")}
    assert there == {case.name for case in ROWS} | {"echo_range_inclusive", "echo_any_range"}


class Odd:
    """Nothing that any parameter takes."""


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**140), 2**140),
    FLOAT,
    st.complex_numbers(),
    st.decimals(),
    st.text(),
    BYTES,
    BYTES.map(bytearray),
    BYTES.map(memoryview),
    st.lists(st.integers() | TEXT | st.none(), max_size=4),
    st.tuples(st.integers(), TEXT | FLOAT),
    st.sets(st.integers(), max_size=3),
    st.dictionaries(TEXT | st.integers(), st.integers() | TEXT, max_size=3),
    st.builds(Odd),
    st.just(Odd),
    st.timedeltas(),
    st.datetimes(),
    MOMENT,
    IP,
    st.slices(10),
    st.builds(range, st.integers(-300, 300), st.integers(-300, 300)),
    TEXT.map(pathlib.Path),
    st.just(decimal.Decimal),
)


@pytest.mark.parametrize("case", ROWS, ids=str)
@given(value=ANYTHING)
def test_what_does_not_fit_is_refused(echoes: Any, case: Row, value: Any) -> None:
    """A wrong argument is one of three errors; what is taken comes back as something that is taken."""
    function = getattr(echoes, case.name)
    try:
        back = function(value)
    except REFUSALS as error:
        assert not isinstance(error, usecrate.CallError), "refused by the call, not by Rust"
        return
    assert alike(function(back), back)


INTEGERS = {
    **{f"echo_u{size}": (0, 2**size - 1) for size in (8, 16, 32, 64, 128)},
    **{f"echo_i{size}": (-(2 ** (size - 1)), 2 ** (size - 1) - 1) for size in (8, 16, 32, 64, 128)},
}


@pytest.mark.parametrize("name", INTEGERS)
@given(value=st.integers(-(2**140), 2**140))
def test_an_integer_fits_or_overflows(echoes: Any, name: str, value: int) -> None:
    low, high = INTEGERS[name]
    function = getattr(echoes, name)
    for number in (value, low - 1, high + 1):
        if low <= number <= high:
            assert function(number) == number
        else:
            with pytest.raises(OverflowError):
                function(number)


@given(items=st.lists(st.integers(-300, 600), min_size=1))
def test_an_integer_in_a_list_overflows_at_its_place(echoes: Any, items: list[int]) -> None:
    wrong = next((at for at, item in enumerate(items) if not -128 <= item <= 127), None)
    if wrong is None:
        assert echoes.echo_list_i8(items) == items
    else:
        with pytest.raises(OverflowError, match=rf"\[{wrong}\]"):
            echoes.echo_list_i8(items)


@given(seconds=st.integers(0, 2**62), nanoseconds=st.integers(0, 999_999_999))
def test_a_duration_keeps_its_nanoseconds(echoes: Any, seconds: int, nanoseconds: int) -> None:
    if seconds > datetime.timedelta.max.total_seconds():
        return
    given_ = usecrate.Duration(seconds=seconds, nanoseconds=nanoseconds)
    back = echoes.echo_duration(given_)
    assert back == given_ and type(back) is type(given_)


@given(start=bits(32, True), end=st.integers(-(2**31), 2**31 - 2))
def test_an_inclusive_range_is_a_slice_that_ends_behind_it(echoes: Any, start: int, end: int) -> None:
    """Python has no word for an inclusive end: as a slice, the end is one more."""
    if end == -(2**31):
        with pytest.raises(ValueError, match="no value is the last"):
            echoes.echo_range_inclusive(slice(start, end))
        return
    assert echoes.echo_range_inclusive(slice(start, end)) == slice(start, end)


def test_what_takes_any_range_takes_each(echoes: Any) -> None:
    def bounds(value: object) -> Any:
        return echoes.echo_any_range(value)

    assert bounds(range(1, 5)) == bounds((1, 5)) == bounds(slice(1, 5)) == (("included", 1), ("excluded", 5))
    assert bounds(slice(None, 5)) == (None, ("excluded", 5))
    assert bounds(slice(1, None)) == (("included", 1), None)
    assert bounds(slice(None, None)) == bounds((None, None)) == (None, None)
    assert bounds((("excluded", 1), ("included", 5))) == (("excluded", 1), ("included", 5))
    with pytest.raises(ValueError, match="`included` or `excluded`, not `open`"):
        bounds((("open", 1), None))
    with pytest.raises(TypeError):
        bounds("abc")


@given(value=st.lists(st.integers(), max_size=9).filter(lambda items: len(items) != 3))
def test_an_array_has_its_length(echoes: Any, value: list[int]) -> None:
    with pytest.raises(ValueError, match="3"):
        echoes.echo_array_i64(value)


@given(address=IP)
def test_an_address_is_taken_as_text_too(echoes: Any, address: Any) -> None:
    assert echoes.echo_ip(str(address)) == address
    wrong = echoes.echo_ipv6 if isinstance(address, ipaddress.IPv4Address) else echoes.echo_ipv4
    with pytest.raises(ValueError):
        wrong(address)
