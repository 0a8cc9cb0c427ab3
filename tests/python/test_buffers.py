"""Memory that Python and Rust share for the length of a call, and values that are bytes."""

from __future__ import annotations

import array
import mmap
import struct
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="buffers")
def buffers_fixture(behaviours: Any) -> Any:
    """The module of memory that is lent."""
    return behaviours.buffers


def nothing() -> None:
    """What happens meanwhile."""


def test_memory_that_is_filled_is_lent_to_one_call(buffers: Any) -> None:
    data = bytearray(4000)
    seen: list[str] = []

    def meanwhile() -> None:
        half = memoryview(data)[:2000]
        for taken in (data, half, memoryview(data)[3999:], memoryview(data).toreadonly()):
            with pytest.raises(BufferError, match="shares memory with a buffer that is lent to Rust"):
                buffers.read_while(taken, nothing)
        with pytest.raises(BufferError, match="in one that is still running"):
            buffers.fill_while(half, nothing)
        with pytest.raises(BufferError, match="re-sized"):
            data.append(1)
        assert buffers.fill_while(bytearray(3), nothing) == 3, "other memory is free"
        seen.append("all")

    assert buffers.fill_while(data, meanwhile) == 4000
    assert seen == ["all"]
    assert buffers.read_while(data, nothing) == 4000
    data.append(1)


def test_memory_that_is_read_is_not_filled(buffers: Any) -> None:
    data = bytearray(b"\2" * 4000)
    view = memoryview(data).toreadonly()

    def meanwhile() -> None:
        with pytest.raises(BufferError):
            buffers.fill_while(data, nothing)
        assert buffers.read_while(view, nothing) == 8000, "many may read"

    assert buffers.read_while(view, meanwhile) == 8000
    # What can be written to is copied when it is only read.
    assert buffers.read_while(data, lambda: buffers.fill_while(data, nothing) and None) == 8000
    assert data == b"\1" * 4000


def test_an_exception_ends_the_loan(buffers: Any) -> None:
    data = bytearray(10)

    def fail() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        buffers.fill_while(data, fail)
    assert data == b"\1" * 10, "what was written stays"
    with pytest.raises(usecrate.PanicError, match="halfway"):
        buffers.half(data)
    with pytest.raises(TypeError):
        buffers.fill_while(data, 7)
    data.append(1)
    assert buffers.fill_while(data, nothing) == 11


def test_arrays_maps_and_views(buffers: Any) -> None:
    words = array.array("q", range(5))
    buffers.double(words)
    assert words.tolist() == [0, 2, 4, 6, 8]
    with mmap.mmap(-1, 16) as memory:
        memory[:] = struct.pack("=2q", 3, -4)
        with memoryview(memory) as view, view.cast("q") as numbers:
            buffers.double(numbers)
        assert struct.unpack("=2q", memory[:]) == (6, -8)
    sums = array.array("f", [1, 2])
    buffers.add(sums, [0.5, 0.25])
    assert sums.tolist() == [1.5, 2.25]
    with pytest.raises(BufferError):
        buffers.add(sums, sums)


def test_bytes_are_filled_whatever_their_shape(buffers: Any) -> None:
    data = bytearray(12)
    with memoryview(data).cast("B", (3, 4)) as matrix:
        assert buffers.fill_while(matrix, nothing) == 12
    assert data == b"\1" * 12


def test_what_is_not_aligned_is_copied_in_and_back(buffers: Any) -> None:
    data = bytearray(b"x" + struct.pack("=3q", 1, 2, 3))
    with memoryview(data)[1:].cast("q") as numbers:
        buffers.double(numbers)
        assert numbers.tolist() == [2, 4, 6]
    assert data[:1] == b"x"


def test_what_cannot_be_filled(buffers: Any) -> None:
    words = memoryview(array.array("q", range(6)))
    for wrong, error, message in [
        (b"12345678", TypeError, "writable buffer of i64, and bytes is read-only"),
        (words.toreadonly(), TypeError, "read-only"),
        ([1, 2], TypeError, "writable buffer of i64, not list"),
        (words[::2], ValueError, "contiguous"),
        (array.array("Q", [1]), TypeError, "format 'Q'"),
        (array.array("i", [1]), TypeError, "4 bytes"),
        (array.array("d", [1]), TypeError, "format 'd'"),
        (words.cast("B").cast("q", (2, 3)), ValueError, "flatten"),
    ]:
        with pytest.raises(error, match=message):
            buffers.double(wrong)


def test_a_value_that_is_bytes_is_a_buffer(behaviours: Any) -> None:
    blob = behaviours.operators.Blob(ord("a"), 3)
    view = memoryview(blob)
    assert (bytes(view), view.readonly, view[1]) == (b"aaa", True, ord("a"))
    assert b"-".join([blob, blob]) == b"aaa-aaa"
    assert behaviours.values.size(blob) == 3, "it is taken where bytes are"
    with pytest.raises(TypeError, match="read-only"):
        behaviours.buffers.fill_while(blob, nothing)
    usecrate.close(blob)
    assert bytes(view) == b"aaa", "a view is a copy"
    with pytest.raises(usecrate.ClosedError):
        memoryview(blob)


def test_long_bytes_of_results(behaviours: Any) -> None:
    echoes = behaviours.echoes
    lengths = (0, 1, 1023, 1024, 4095, 4096, 16383, 16384, 65536, 1 << 20)
    long = [bytes([length % 251]) * length for length in lengths]
    for value in long:
        assert echoes.echo_bytes(value) == value
        assert echoes.echo_nested_tuple(((1,), (True, ("x", value)))) == ((1,), (True, ("x", value)))
    assert echoes.echo_list_u8s(long) == long
    assert echoes.echo_list_u8s(long * 50) == long * 50
    sample = echoes.Sample(number=1, wide=2, float=3.0, text="text", bytes=long[-1], maybe=None, nested=[])
    assert echoes.echo_record(sample).bytes == long[-1]


@pytest.mark.parametrize(
    ("name", "letter", "one"),
    [
        ("u8s", "B", b"\7"),
        ("i8", "b", -7),
        ("u32", "I", 7),
        ("f32", "f", 0.5),
        ("i64", "q", -7),
        ("f64", "d", 0.5),
    ],
)
def test_views_are_of_what_rust_made(behaviours: Any, name: str, letter: str, one: Any) -> None:
    echo = getattr(behaviours.echoes, "echo_bytes" if name == "u8s" else f"echo_list_{name}")
    for count in (0, 1, 15, 16, 5000, 100_000):
        given = one * count if name == "u8s" else [one] * count
        assert echo(given) == given
        view = usecrate.buffers(echo)(given)
        assert type(view) is memoryview and view.format == letter and view.readonly
        assert (bytes(view) if name == "u8s" else view.tolist()) == given
        # What is seen is lent again as it is.
        assert echo(view) == given


def test_views_in_what_is_given(behaviours: Any) -> None:
    many = usecrate.buffers(behaviours.echoes.echo_list_u8s)
    given = [b"a" * 100_000, b"", b"b" * 50_000]
    for _ in range(3):
        views = many(given)
        assert views == given
        assert [type(view) for view in views] == [memoryview] * 3


def test_long_text_is_text(behaviours: Any) -> None:
    for text in ("x" * 100_000, "é" * 50_000, "x" * 20_000 + "\U0001f980"):
        assert behaviours.echoes.echo_string(text) == text
        assert behaviours.echoes.echo_list_string([text, "", text]) == [text, "", text]
        assert usecrate.buffers(behaviours.echoes.echo_string)(text) == text
