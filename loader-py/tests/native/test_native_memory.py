"""Views of the library's memory: what `usecrate.buffers` gives."""

from __future__ import annotations

import gc
import inspect
import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import usecrate

LONG = 100_000


@pytest.fixture
def pieces(echo: Any) -> Any:
    """A list of the pieces with these indexes, of so many: 100,000 bytes each, which are its index."""
    made = echo.function(52, "beside", [("count", "i64", False), ("indexes", "bytes", False)], LISTED)
    return usecrate.buffers(made)


@pytest.fixture
def freed(echo: Any) -> Any:
    """Which pieces were freed since the last time: one by one, then how many at the end of an answer."""
    made = echo.function(53, "freed", [], "bytes")
    made()
    return made


LISTED = ["list", "bytes"]


def test_long_bytes_stay_where_they_are_until_the_last_view_is_gone(pieces: Any, freed: Any) -> None:
    views = pieces(3, bytes([0, 1, 2]))
    assert freed() == b"\0"
    assert [type(view) for view in views] == [memoryview] * 3
    assert views == [bytes([index]) * LONG for index in range(3)]
    part = views[1][5:10]
    del views[1]
    assert freed() == b"\0", "a part of it is seen"
    assert part == b"\1" * 5
    part.release()
    assert freed() == b"\1\0"
    del views[0]
    assert freed() == b"\0\0"
    views.clear()
    assert freed() == b"\2\0"


def test_calls_do_not_touch_what_earlier_ones_gave(pieces: Any, freed: Any) -> None:
    views = [pieces(1, b"\0")[0], *(pieces(2, b"\1")[0] for _ in range(20))]
    assert freed() == b"\0", "the pieces that nobody asked for live as long as their answers"
    assert views == [bytes(LONG)] + [b"\1" * LONG] * 20
    del views[1:]
    assert freed() == b"\1" * 20 + b"\x14"
    assert views == [bytes(LONG)]


def test_views_are_as_those_of_bytes(pieces: Any) -> None:
    (view,) = pieces(2, b"\1")
    plain = b"\1" * LONG
    assert view.readonly and view.contiguous and view.ndim == 1 and view.shape == (LONG,)
    assert (view.format, view.itemsize, view.nbytes, len(view)) == ("B", 1, LONG, LONG)
    assert view == plain and plain == view and bytes(view) == plain and hash(view) == hash(plain)
    assert view[0] == 1 and view[-1] == 1 and view[::50_000].tolist() == [1, 1]
    assert view.cast("H")[0] == 257
    assert memoryview(view.obj) == plain
    with pytest.raises(TypeError):
        view[0] = 2
    with pytest.raises(TypeError, match=r"read-write|not writable"):
        io.BytesIO(b"x").readinto(view.obj)
    with pytest.raises(TypeError):
        type(view.obj)()


def test_a_piece_that_is_named_twice_or_not_there_is_refused(pieces: Any, freed: Any) -> None:
    for wrong in (b"\0\0", b"\2", b"\0\xff"):
        with pytest.raises(usecrate.UsecrateError, match="bytes that are there"):
            pieces(2, wrong)
        gc.collect()
        # Once each: one by one, or with their answer.
        assert freed() == (b"\2" if wrong == b"\2" else b"\0\1")


def test_without_a_result_nothing_is_kept(echo: Any, freed: Any) -> None:
    params = [("count", "i64", False), ("indexes", "bytes", False)]
    wrong = usecrate.buffers(echo.function(52, "beside", params, ["list", "i64"]))
    with pytest.raises(usecrate.UsecrateError):
        wrong(2, b"\0")
    assert freed() == b"\2"


def test_keys_and_items_of_sets_are_bytes(echo: Any, freed: Any) -> None:
    params = [("count", "i64", False), ("indexes", "bytes", False)]
    made = usecrate.buffers(echo.function(52, "beside", params, ["tuple", ["option", "bytes"], "bytes"]))
    left, right = made(2, b"\0\1")
    assert type(left) is type(right) is memoryview
    del left, right
    assert freed() == b"\0\1\0"
    f = usecrate.buffers(echo.echo(["dict", "bytes", "bytes"]))
    ((key, item),) = f({b"k": b"v"}).items()
    assert type(key) is bytes and type(item) is memoryview and item == b"v"
    assert usecrate.buffers(echo.echo(["set", "bytes"]))({b"k"}) == {b"k"}


def test_short_bytes_are_views_too(echo: Any) -> None:
    for ref in ("bytes", ["array", "u8", 3], ["option", "bytes"]):
        view = usecrate.buffers(echo.echo(ref))(b"abc")
        assert type(view) is memoryview and view.readonly and view == b"abc" and hash(view) == hash(b"abc")
    assert usecrate.buffers(echo.echo(["option", "bytes"]))(None) is None
    assert usecrate.buffers(echo.echo("bytes"))(b"") == b""
    assert usecrate.buffers(echo.echo("str"))("abc") == "abc"


NUMBERS = [
    ("i8", "b", [-128, 127]),
    ("u16", "H", [0, 65535]),
    ("i16", "h", [-32768, 32767]),
    ("u32", "I", [0, 2**32 - 1]),
    ("i32", "i", [-(2**31), 2**31 - 1]),
    ("u64", "Q", [0, 2**64 - 1]),
    ("i64", "q", [-(2**63), 2**63 - 1]),
    ("f32", "f", [0.5, -2.0]),
    ("f64", "d", [0.1, -1e300]),
]


@pytest.mark.parametrize(("name", "letter", "few"), NUMBERS)
def test_lists_of_numbers_are_views(echo: Any, name: str, letter: str, few: list[Any]) -> None:
    function = echo.echo(["list", name])
    for values in ([], few, few * 20, few * 3000):
        view = usecrate.buffers(function)(values)
        assert type(view) is memoryview and view.readonly
        assert (view.format, view.tolist(), len(view)) == (letter, values, len(values))
        assert function(values) == values
    assert usecrate.buffers(echo.echo(["array", name, 2]))(few).tolist() == few
    numpy = pytest.importorskip("numpy")
    array = numpy.asarray(view)
    assert array.dtype == letter and array.tolist() == values and array.flags.aligned


def test_numbers_that_do_not_fit_their_type_are_refused(echo: Any) -> None:
    for wrong in ([70_000], [-1], [1.5], ["a"], [None]):
        with pytest.raises(usecrate.UsecrateError, match="numbers"):
            usecrate.buffers(echo.echo("any", ["list", "u16"]))(wrong)
    with pytest.raises(usecrate.UsecrateError):
        usecrate.buffers(echo.echo("bytes", ["list", "u16"]))(b"abc")
    with pytest.raises(usecrate.UsecrateError):
        usecrate.buffers(echo.function(52, "beside", [("n", "i64", False), ("at", "bytes", False)], LISTED))(
            1, b"\x09"
        )


def test_a_piece_that_is_no_whole_numbers_is_refused(echo: Any, freed: Any) -> None:
    params = [("count", "i64", False), ("indexes", "bytes", False)]
    words = echo.function(52, "beside", params, ["list", ["list", "u32"]])
    assert words(1, b"\0") == [[0] * (LONG // 4)]
    assert freed() == b"\0\0"
    (view,) = usecrate.buffers(words)(2, b"\1")
    assert view.format == "I" and view[0] == 0x01010101 and len(view) == LONG // 4
    del view
    assert freed() == b"\1\1"


def test_functions_keep_what_they_are(echo: Any) -> None:
    function = echo.echo("bytes")
    made = usecrate.buffers(function)
    assert (made.__name__, made.__doc__, made.__module__) == ("echo", function.__doc__, "echo")
    assert inspect.signature(made) == inspect.signature(function)
    assert made(value=b"abc") == b"abc"
    for again in (usecrate.buffers(made), usecrate.asdict(made), usecrate.buffers(usecrate.asdict(function))):
        assert type(again(b"abc")) is memoryview
    with pytest.raises(TypeError) as told:
        made(1)
    with pytest.raises(TypeError) as expected:
        function(1)
    assert str(told.value) == str(expected.value)
    for wrong in (len, str.upper, "".upper, b"abc", None, lambda: b""):
        with pytest.raises(TypeError, match="takes a function or method of a Rust crate"):
            usecrate.buffers(wrong)


def test_methods(echo: Any) -> None:
    params = [("self", ["handle", 0, "shared"], False), ("by", "i64", False)]
    echo.method(4, "add", params, "i64")
    counter = echo.new(40)
    for view in (usecrate.buffers, usecrate.asdict):
        bound, free = view(counter.add), view(echo.Counter.add)
        assert bound.__name__ == free.__name__ == "add"
        assert bound(1) == counter.add(1) - 1
        assert free(counter, 1) == counter.add(1) - 1


def test_any_thread_may_be_the_last(pieces: Any, freed: Any) -> None:
    views = pieces(1, b"\0")
    thread = threading.Thread(target=views.clear)
    thread.start()
    thread.join()
    assert freed() == b"\0\0"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_sees_them_and_frees_none(pieces: Any, freed: Any) -> None:
    views = pieces(2, b"\0\1")
    child = os.fork()
    if child == 0:
        right = views == [bytes(LONG), b"\1" * LONG]
        views.clear()
        right = right and freed() == b"\0"
        views = pieces(1, b"\0")
        right = right and views == [bytes(LONG)]
        views.clear()
        right = right and freed() == b"\0\0"
        os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    views.clear()
    assert freed() == b"\1\0\0" or freed() == b"\0\1\0"


def test_they_may_be_there_when_the_interpreter_ends(echo: Any) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import usecrate
from native_echo import Echo
echo = Echo(Path({str(echo.path)!r}))
params = [("count", "i64", False), ("indexes", "bytes", False)]
views = usecrate.buffers(echo.function(52, "beside", params, ["list", "bytes"]))(2, bytes([0, 1]))
class Last:
    def __del__(self, views=views):
        assert views[1] == bytes([1]) * {LONG}
        views.clear()
sys.last = Last()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
