"""Writable buffers and out-parameters against a library that answers by hand."""

from __future__ import annotations

import array
import ctypes
import inspect
import mmap
import threading
import time
from typing import Any

import pytest

from usecrate import errors


@pytest.fixture
def fill(echo: Any) -> Any:
    """Adds one to each byte, after some milliseconds; gives the flags of the buffers."""
    params = [("milliseconds", "i64", False), ("buffer", ["buffer", "u8"], False)]
    return echo.function(47, "fill", params, ["list", "i64"])


@pytest.fixture
def double(echo: Any) -> Any:
    return echo.function(48, "double", [("words", ["buffer", "i64"], False)], "unit")


def test_it_is_filled_in_place(fill: Any) -> None:
    data = bytearray(b"abc")
    assert fill(0, data) == [1]
    assert data == b"bcd"
    fill(0, memoryview(data)[1:])
    assert data == b"bde"
    words = array.array("B", [1, 2])
    fill(0, words)
    assert words.tolist() == [2, 3]
    with mmap.mmap(-1, 4096) as memory:
        fill(0, memory)
        assert memory[:] == b"\1" * 4096
    raw = ctypes.create_string_buffer(3)
    fill(0, raw)
    assert raw.raw == b"\1\1\1"
    fill(0, bytearray())
    large = bytearray(1 << 20)
    fill(0, large)
    assert large == b"\1" * (1 << 20)
    large.append(1)


def test_bytes_are_filled_whatever_their_shape(fill: Any) -> None:
    data = bytearray(12)
    for shape in ([12], [3, 4], [2, 2, 3], [1, 12, 1]):
        fill(0, memoryview(data).cast("B", shape))
    assert data == b"\4" * 12
    numpy = pytest.importorskip("numpy")
    matrix = numpy.zeros((3, 4), dtype=numpy.uint8)
    fill(0, matrix)
    fill(0, matrix[1:])
    fill(0, numpy.array(7, dtype=numpy.uint8))
    assert matrix.tolist() == [[1] * 4, [2] * 4, [2] * 4]
    for not_contiguous in (matrix[:, 1:], matrix.T):
        with pytest.raises(ValueError, match="contiguous"):
            fill(0, not_contiguous)
    assert matrix.tolist() == [[1] * 4, [2] * 4, [2] * 4]


def test_numbers(double: Any) -> None:
    words = array.array("q", [1, -2, 3])
    double(words)
    assert words.tolist() == [2, -4, 6]
    numpy = pytest.importorskip("numpy")
    matrix = numpy.arange(6, dtype=numpy.int64)
    double(matrix)
    assert matrix.tolist() == [0, 2, 4, 6, 8, 10]
    with pytest.raises(ValueError, match="must have one dimension, not 2; flatten it"):
        double(matrix.reshape(2, 3))
    with pytest.raises(ValueError, match="contiguous"):
        double(matrix[::2])
    with pytest.raises(TypeError, match="buffer of i64"):
        double(matrix.astype(numpy.int32))
    with pytest.raises(TypeError, match="buffer of i64"):
        double(matrix.astype(numpy.uint64))
    with pytest.raises(TypeError, match="buffer of i64"):
        double(matrix.astype(">i8"))
    matrix.flags.writeable = False
    with pytest.raises(TypeError, match="read-only"):
        double(matrix)


def test_what_is_not_aligned_is_copied_in_and_back(double: Any) -> None:
    data = bytearray(1 + 3 * 8)
    data[1:] = array.array("q", [1, 2, 3]).tobytes()
    offset = (ctypes.addressof(ctypes.c_char.from_buffer(data)) + 1) % 8
    view = memoryview(data)[1:].cast("q")
    assert offset, "the memory is not aligned"
    double(view)
    assert view.tolist() == [2, 4, 6]
    assert data[0] == 0


def test_what_cannot_be_filled(fill: Any) -> None:
    for wrong, error, message in [
        (
            b"abc",
            TypeError,
            "`echo.fill\\(\\)`: argument `buffer` must be a writable buffer of u8, and bytes is read-only",
        ),
        (memoryview(bytearray(3)).toreadonly(), TypeError, "read-only"),
        ("abc", TypeError, "must be a writable buffer of u8, not str"),
        ([1, 2], TypeError, "must be a writable buffer of u8, not list"),
        (None, TypeError, "not None"),
        (memoryview(bytearray(8))[::2], ValueError, "contiguous"),
        (array.array("I", [1]), TypeError, "format 'I'"),
        (array.array("f", [1]), TypeError, "format 'f'"),
    ]:
        with pytest.raises(error, match=message):
            fill(0, wrong)


def test_two_in_one_call_do_not_overlap(echo: Any) -> None:
    u8 = ["buffer", "u8"]
    both = echo.function(
        47, "both", [("n", "i64", False), ("a", u8, False), ("b", u8, False)], ["list", "i64"]
    )
    data = bytearray(b"abcd")
    view = memoryview(data)
    assert both(0, view[:2], view[2:]) == [1, 1]
    assert data == b"bcde"
    for second in (data, view, view[1:3], memoryview(view)[1:2]):
        with pytest.raises(BufferError, match="`b` shares memory with a buffer that is lent to Rust"):
            both(0, view[:2], second)
    assert data == b"bcde"
    assert both(0, view[:0], view) == [1, 1]


def test_what_is_filled_is_not_read_in_the_same_call(echo: Any) -> None:
    params = [("n", "i64", False), ("to", ["buffer", "u8"], False), ("data", "bytes", False)]
    copy = echo.function(47, "copy", params, ["list", "i64"])
    data = bytearray(2000)
    for source in (data, memoryview(data).toreadonly(), memoryview(data)[:10]):
        with pytest.raises(BufferError, match="`data` shares memory"):
            copy(0, data, source)
    assert copy(0, data, bytes(data)) == [1, 0]
    params = [("n", "i64", False), ("data", "bytes", False), ("to", ["buffer", "u8"], False)]
    copy = echo.function(47, "copy", params, ["list", "i64"])
    with pytest.raises(BufferError, match="`to` shares memory"):
        copy(0, memoryview(data).toreadonly(), data)
    assert copy(0, data, data) == [0, 1], "what is mutable was copied"


def test_it_is_lent_to_one_running_call(fill: Any, echo: Any) -> None:
    data = bytearray(b"abc")
    read = echo.echo("bytes")
    with Running(lambda: fill(300, data)):
        with pytest.raises(BufferError, match="in this call or in one that is still running"):
            fill(0, data)
        with pytest.raises(BufferError):
            read(data)
        with pytest.raises(BufferError, match="cannot be re-sized"):
            data.append(1)
        assert fill(0, bytearray(1)) == [1]
    assert data == b"bcd"
    assert read(data) == b"bcd"
    data.append(1)


def test_what_a_running_call_reads_is_not_filled(fill: Any, echo: Any) -> None:
    slow = echo.function(47, "slow", [("n", "i64", False), ("data", "bytes", False)], ["list", "i64"])
    data = bytearray(2000)
    with Running(lambda: slow(300, memoryview(data).toreadonly())):
        with pytest.raises(BufferError):
            fill(0, data)
        assert slow(0, memoryview(data).toreadonly()) == [0], "many may read"
    assert fill(0, data) == [1]


class Running:
    """A call in another thread, which is inside Rust in the body."""

    def __init__(self, call: Any) -> None:
        self.thread = threading.Thread(target=call)

    def __enter__(self) -> None:
        self.thread.start()
        time.sleep(0.1)

    def __exit__(self, *exc: object) -> None:
        self.thread.join()


def test_a_refused_call_lends_nothing(fill: Any, echo: Any) -> None:
    data = bytearray(b"abc")
    params = [("a", ["buffer", "u8"], False), ("b", "i64", False)]
    mixed = echo.function(47, "mixed", params, ["list", "i64"])
    with pytest.raises(TypeError):
        mixed(data, "x")
    refusing = echo.function(7, "refusing", [("a", ["buffer", "u8"], False)], "unit")
    with pytest.raises(OverflowError):
        refusing(data)
    assert fill(0, data) == [1]
    data.append(1)


def test_a_signature_that_does_not_fit_lends_nothing(echo: Any) -> None:
    one = echo.function(47, "f", [("a", ["buffer", "u8"], False), ("b", "str", False)], ["list", "i64"])
    params = [("n", "i64", False), ("a", ["buffer", "u8"], False)]
    two = echo.function(47, "f", params, ["list", "i64"])
    both = echo.library.overload([one, two], name="f", qualname="f", module="echo", doc=None)
    data = bytearray(b"abc")
    assert both(0, data) == [1]


# Out-parameters.


def sent(echo: Any, params: list[Any]) -> Any:
    """A function that gives its arguments as they were sent."""
    return echo.function(49, "sent", params, "bytes")


def test_initial_values(echo: Any) -> None:
    call = sent(echo, [("into", ["out", "str", True], True), ("n", "i64", False)])
    assert call(1) == b"\xc0\x01"
    assert call(1, into="a") == b"\xa1a\x01"
    assert call(n=1, into="a") == b"\xa1a\x01"
    assert call(1, into=None) == b"\xc0\x01"
    assert str(inspect.signature(call)) == "(n, *, into=None)"
    with pytest.raises(TypeError, match=r"sent\(\) takes 1 positional argument but 2 were given"):
        call(1, "a")
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'n'"):
        call(into="a")
    with pytest.raises(TypeError, match=r"argument `into` must be str, not int"):
        call(1, into=2)


def test_initial_values_that_must_be_given(echo: Any) -> None:
    call = sent(
        echo, [("a", ["out", "i64", False], False), ("n", "i64", False), ("b", ["out", "i64", False], False)]
    )
    assert call(2, 1, 3) == call(n=1, a=2, b=3) == b"\x02\x01\x03"
    assert str(inspect.signature(call)) == "(a, n, b)"
    with pytest.raises(TypeError) as caught:
        call(2)
    assert str(caught.value) == "sent() missing 2 required positional arguments: 'n' and 'b'"


def test_initial_values_that_may_be_nil(echo: Any) -> None:
    call = sent(echo, [("a", ["out", ["option", "i64"], False], False)])
    assert call(None) == call(a=None) == b"\x91\xc0"
    assert call(1) == b"\x91\x01"


def test_a_method_with_an_initial_value(echo: Any) -> None:
    params = [("self", ["handle", 0, "exclusive"], False), ("into", ["out", "str", True], True)]
    echo.method(9, "read", params, "unit")
    assert str(inspect.signature(echo.Counter.read)) == "(self, /, *, into=None)"
    overload = echo.library.overload(
        [sent(echo, [("a", ["out", "str", True], True)])], name="f", qualname="f", module="echo", doc=None
    )
    assert str(inspect.signature(overload)) == "(*, a=None)"
    assert overload(a="x") == b"\xa1x"


def test_an_iterator_is_no_argument(echo: Any) -> None:
    with pytest.raises((errors.UsecrateError, TypeError)):
        echo.echo(["iterator", "i64"])([1])


def test_long_bytes_beside_an_answer_are_freed_as_they_are_read(echo: Any) -> None:
    params = [("count", "i64", False), ("indexes", "bytes", False)]
    beside = echo.function(52, "beside", params, ["list", "bytes"])
    freed = echo.function(53, "freed", [], "bytes")
    freed()
    assert beside(3, bytes([0, 1, 2])) == [bytes([index]) * 100_000 for index in range(3)]
    assert freed() == bytes([0, 1, 2, 0])
    assert beside(2, b"\1") == [b"\1" * 100_000], "what is not read goes with the answer"
    assert freed() == bytes([1, 1])
    assert echo.function(52, "beside", params, ["list", "any"])(1, b"\0") == [bytes(100_000)]
    assert freed() == bytes([0, 0])
    for wrong in (b"\2", b"\1\1", bytes([255])):
        with pytest.raises(errors.UsecrateError, match="bytes that are there was expected"):
            beside(2, wrong)
        assert freed()[-1] + len(set(wrong) & {1}) == 2
    with pytest.raises(errors.UsecrateError):
        echo.function(52, "beside", params, ["list", "i64"])(2, b"\0")
    assert freed() == bytes([2])
