"""Callables, files and iterables against a library that comes back for them by hand."""

from __future__ import annotations

import _thread
import array
import collections
import ctypes
import errno
import gc
import io
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
import weakref
from pathlib import Path
from typing import Any

import pytest

from usecrate import errors


class Back:
    """Short ways to make functions that come back."""

    def __init__(self, echo: Any) -> None:
        self.echo = echo
        unary = ["callable", ["i64"], "i64", "lent"]
        self.times = echo.function(20, "times", [("n", "i64", False), ("f", unary, False)], "i64")
        self.in_threads = echo.function(22, "in_threads", [("n", "i64", False), ("f", unary, False)], "i64")
        nullary = ["callable", [], "any", "lent"]
        self.swallow = echo.function(28, "swallow", [("f", nullary, False)], "bool")

    def give(self, params: list[Any], result: Any) -> Any:
        """give(f, argument): what f gives for it."""
        function = ["callable", params, result, "lent"]
        values = [(f"v{at}", param, False) for at, param in enumerate(params)]
        return self.echo.function(21, "give", [("f", function, False), *values], result)

    def drain(self, item: Any) -> Any:
        params = [("most", "i64", False), ("items", ["iterable", item], False)]
        return self.echo.function(23, "drain", params, ["list", item])

    def read(self, file: Any, size: int = 1 << 16) -> Any:
        params = [("size", "i64", False), ("file", ["file", "r"], False)]
        return self.echo.function(24, "read", params, "bytes")(size, file)

    def write(self, size: int, file: Any) -> Any:
        params = [("size", "i64", False), ("file", ["file", "w"], False)]
        return self.echo.function(25, "write", params, "i64")(size, file)

    def seek(self, offset: int, whence: int, file: Any) -> Any:
        params = [("offset", "i64", False), ("whence", "i64", False), ("file", ["file", "s"], False)]
        return self.echo.function(27, "seek", params, "i64")(offset, whence, file)

    def same(self, file: Any, modes: str = "rws") -> Any:
        return self.echo.function(26, "same", [("file", ["file", modes], False)], ["file", modes])(file)


@pytest.fixture
def back(echo: Any) -> Any:
    before = echo.native.held_objects()
    yield Back(echo)
    gc.collect()
    assert echo.native.held_objects() == before, "every object was given back"


def test_callables_are_called(back: Any) -> None:
    assert back.times(4, lambda n: n * n) == 0 + 1 + 4 + 9
    assert back.times(3, abs) == 3
    assert back.times(0, print) == 0

    class Adder:
        def __call__(self, n: int) -> int:
            return n + 10

    assert back.times(2, Adder()) == 21
    seen: list[int] = []
    assert back.give(["i64"], "unit")(seen.append, 5) is None
    assert seen == [5]
    assert back.give(["i64"], "unit")(lambda n: n, 5) is None, "what nobody wants is ignored"


@pytest.mark.parametrize(
    "kind, value",
    [
        ("i64", 2**62), ("u64", 2**64 - 1), ("str", "grün"), ("bool", True), ("f64", 1.5),
        ("bytes", b"x" * 500),
        (["list", "i64"], [1, 2]), (["option", "str"], None), (["option", "str"], "x"),
        (["tuple", "i64", "str"], (1, "x")), (["dict", "str", "i64"], {"a": 1}), ("unit", None),
        (["result", "i64", "str"], 3),
    ],
)  # fmt: skip
def test_arguments_and_results(back: Any, kind: Any, value: Any) -> None:
    assert back.give([kind], kind)(lambda given: given, value) == value


def test_large_results_go_into_the_answer(back: Any) -> None:
    large = b"x" * 100_000
    for result in (large, bytearray(large), memoryview(large)):
        assert back.give(["i64"], "bytes")(lambda n, result=result: result, 1) == large


def test_several_arguments(back: Any) -> None:
    for count in (0, 8, 9, 12):
        params = [("f", ["callable", ["i64"] * count, "i64", "lent"], False)]
        call = back.echo.function(21, "give", params, "i64")
        with pytest.raises(errors.UsecrateError, match="another number of arguments"):
            call(lambda *args: len(args))


def test_what_is_not_callable(back: Any) -> None:
    with pytest.raises(TypeError, match=r"`echo.times\(\)`: argument `f` must be callable, not int"):
        back.times(1, 5)


def test_wrong_results(back: Any) -> None:
    def key(n: int) -> Any:
        return "x"

    with pytest.raises(TypeError) as caught:
        back.times(1, key)
    assert str(caught.value) == (
        "what `test_wrong_results.<locals>.key()` returned must be int, not str: "
        "it was passed as `f` of `echo.times()`"
    )
    with pytest.raises(TypeError, match=r"returned \(at `\[1\]`\) must be str, not int"):
        back.give(["i64"], ["list", "str"])(lambda n: ["x", n], 1)
    with pytest.raises(OverflowError, match="u8"):
        back.give(["i64"], "u8")(lambda n: 300, 1)
    with pytest.raises(TypeError, match="takes 0 positional"):
        back.times(1, lambda: 1)


def test_exceptions_leave_as_they_are(back: Any) -> None:
    class Mine(Exception):
        pass

    def provoke() -> weakref.ref[Mine]:
        mine = Mine("x")
        mine.__cause__ = cause = KeyError("why")

        def inner(n: int) -> int:
            if n == 2:
                raise mine
            return n

        def outer(n: int) -> int:
            return inner(n)

        with pytest.raises(Mine) as caught:
            back.times(5, outer)
        assert caught.value is mine
        assert mine.__cause__ is cause
        assert mine.__context__ is None
        names = [frame.name for frame in traceback.extract_tb(mine.__traceback__)]
        assert names == ["provoke", "outer", "inner"]
        mine.__traceback__ = None
        return weakref.ref(mine)

    reference = provoke()
    gc.collect()
    assert reference() is None, "nobody holds it any more"


def test_what_is_swallowed_is_given_back(back: Any) -> None:
    class Mine(Exception):
        pass

    references = []

    def fail() -> None:
        error = Mine()
        references.append(weakref.ref(error))
        raise error

    assert back.swallow(fail) is True
    assert back.swallow(lambda: None) is False
    gc.collect()
    assert references[0]() is None


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_fatal_leaves_though_it_was_swallowed(back: Any, kind: type[BaseException]) -> None:
    def fail() -> None:
        raise kind("x")

    with pytest.raises(kind, match="x"):
        back.swallow(fail)


def test_ctrl_c_in_a_callable(back: Any) -> None:
    def interrupt(n: int) -> int:
        if n == 10:
            signal.raise_signal(signal.SIGINT)
        return n

    with pytest.raises(KeyboardInterrupt):
        back.times(1000, interrupt)


def test_ctrl_c_where_no_python_code_runs(back: Any) -> None:
    # `abs` asks for no signals: the crossing itself must.
    timer = threading.Timer(0.2, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        back.times(10**8, abs)
    timer.join()
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        back.drain("i64")(10**8, itertools.repeat(1))
    timer.join()


def test_python_code_that_others_run_on_the_thread_meanwhile(back: Any) -> None:
    unary = ["callable", ["i64"], "i64", "lent"]
    params = [("address", "u64", False), ("f", unary, False)]
    around = back.echo.function(35, "around", params, "i64")
    seen: list[Any] = []

    @ctypes.CFUNCTYPE(None)
    def other() -> None:
        seen.append(back.times(3, lambda n: n + 10))
        if len(seen) < 3:
            seen.append(around(address, lambda n: n + 20))
        with pytest.raises(ZeroDivisionError):
            back.times(1, lambda n: n // 0)

    address = ctypes.cast(other, ctypes.c_void_p).value
    assert around(address, lambda n: back.times(n + 1, lambda n: n)) == 1
    assert seen == [33, 33, 33, 21, 21]
    assert back.times(4, lambda n: n) == 6


def test_threads(back: Any) -> None:
    seen = set()

    def note(n: int) -> int:
        seen.add(threading.get_ident())
        return n

    assert back.in_threads(8, note) == sum(range(8))
    assert threading.get_ident() not in seen

    error = KeyError("from a thread")

    def fail(n: int) -> int:
        if n == 5:
            raise error
        return n

    with pytest.raises(KeyError) as caught:
        back.in_threads(8, fail)
    assert caught.value is error
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-1] == "fail"


def test_several_python_threads(back: Any) -> None:
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for turn in range(100):
                assert back.times(20, lambda n: n + seed) == 190 + 20 * seed
                assert back.drain("str")(100, (f"{seed}-{n}" for n in range(5))) == [
                    f"{seed}-{n}" for n in range(5)
                ]
                if turn % 10 == 0:
                    assert back.in_threads(2, lambda n: seed) == 2 * seed
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_calls_inside_callables(back: Any) -> None:
    echo = back.echo.echo(["list", "str"])

    def deeper(n: int) -> int:
        if n == 0:
            assert echo(["x" * 100] * 100) == ["x" * 100] * 100
            return 1
        return int(back.times(2, lambda turn: deeper(n - 1)))

    assert deeper(8) == 2**8
    # The outer call's own request and answer are whole after all that.
    text = "outer" * 500
    assert back.give(["str"], "str")(lambda given: given + str(deeper(4)), text) == text + "16"


def test_handles_lent_to_a_callable(back: Any) -> None:
    echo = back.echo
    shared = ["handle", 0, "shared"]
    params = [("n", "i64", False), ("f", ["callable", [shared], "i64", "lent"], False)]
    lend = echo.function(31, "lend", params, "i64")
    inc = echo.method(4, "inc", [("self", ["handle", 0, "exclusive"], False)], "i64")
    assert inc is not None
    kept: list[Any] = []

    def look(counter: Any) -> int:
        kept.append(counter)
        return int(counter.inc())

    before = echo.library.count()
    assert lend(5, look) == 6
    assert lend(7, lambda counter: counter.inc()) == 8
    with pytest.raises(errors.HandleError, match="the value is gone"):
        kept[0].inc()
    echo.native.close(kept[0])
    kept.clear()
    assert echo.library.count() == before


def test_handles_in_results(back: Any) -> None:
    echo = back.echo
    for mode in ("move", "clone"):
        function = ["callable", [], ["handle", 0, mode], "lent"]
        take = echo.function(33, "take", [("f", function, False)], "i64")
        assert take(lambda: echo.new(12)) == 12, "a new one lives until Rust has taken it"
    counter = echo.new(3)
    assert (
        echo.function(33, "take", [("f", ["callable", [], ["handle", 0, "move"], "lent"], False)], "i64")(
            lambda: counter
        )
        == 3
    )
    assert echo.native.is_closed(counter)


def test_tokens_of_refused_calls_end(back: Any) -> None:
    # The fixture counts what is held.
    file = io.BytesIO()
    refuse = back.echo.function(
        32, "refuse", [("f", ["callable", [], "i64", "lent"], False), ("file", ["file", "r"], False)], "i64"
    )
    with pytest.raises(ValueError, match="not that one"):
        refuse(len, file)
    with pytest.raises(
        TypeError, match="argument `file` must be a binary file object with `read`, or bytes, not int"
    ):
        refuse(len, 5)
    one = back.echo.function(
        23, "one", [("most", "i64", False), ("i", ["iterable", "i64"], False)], ["list", "i64"]
    )
    two = back.echo.function(
        23, "one", [("most", "i64", False), ("i", ["iterable", "str"], False)], ["list", "str"]
    )
    either = back.echo.library.overload([two, one], name="one", qualname="one", module="echo", doc=None)
    assert either(3, ["x"]) == ["x"]
    assert either(3, [1]) == [1]
    with pytest.raises(TypeError):
        either("x", iter([1]))


class Counted:
    """An iterator that counts how often it was asked."""

    def __init__(self, items: Any) -> None:
        self.items = iter(items)
        self.asked = 0

    def __iter__(self) -> Counted:
        return self

    def __next__(self) -> Any:
        self.asked += 1
        return next(self.items)


def test_iterables_are_drawn_lazily(back: Any) -> None:
    drain = back.drain("i64")
    counted = Counted(itertools.count())
    assert drain(3, counted) == [0, 1, 2]
    assert counted.asked == 3
    assert drain(100, (n * n for n in range(5))) == [0, 1, 4, 9, 16]
    assert drain(100, map(int, "123")) == [1, 2, 3]
    assert drain(2, range(10**15)) == [0, 1]
    assert drain(9, collections.deque([1, 2])) == [1, 2]
    assert drain(9, {1: "a"}.keys()) == [1]
    assert back.drain("str")(9, "abc") == ["a", "b", "c"]
    assert back.drain(["tuple", "str", "i64"])(9, {"a": 1}.items()) == [("a", 1)]

    class Old:
        def __getitem__(self, index: int) -> int:
            return [7, 8][index]

    assert drain(9, Old()) == [7, 8]


@pytest.mark.parametrize(
    "given, expected",
    [
        ([1, 2], [1, 2]), ((1, 2), [1, 2]), (range(3), [0, 1, 2]), ({5}, [5]), (frozenset([6]), [6]),
        ({1: "x", 2: "y"}, [1, 2]), (b"ab", [97, 98]), (bytearray(b"a"), [97]), (memoryview(b"a"), [97]),
        (array.array("q", [3, 4]), [3, 4]), (array.array("b", [3, -4]), [3, -4]),
        (memoryview(array.array("q", [1, 2, 3]))[::2], [1, 3]), ([], []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["i64", "isize"])
def test_what_holds_its_items_is_sent_at_once(back: Any, given: Any, expected: Any, kind: str) -> None:
    # The library answers with an array that it was sent; it would not draw more than 0 items.
    if kind == "i64" and not isinstance(given, (set, frozenset, dict, range)):
        params = [("most", "i64", False), ("items", ["iterable", kind], False)]
        sent = back.echo.function(23, "drain", params, ["list", kind])
        assert sent(0, given) == expected
        return
    assert back.drain(kind)(0, given) == expected


def test_bytes_are_iterables_of_bytes(back: Any) -> None:
    params = [("most", "i64", False), ("items", ["iterable", "u8"], False)]
    call = back.echo.function(23, "drain", params, "bytes")
    for given in (b"ab", bytearray(b"ab"), memoryview(b"ab"), [97, 98], (97, 98), array.array("B", b"ab")):
        assert call(0, given) == b"ab"


def test_wrong_items(back: Any) -> None:
    drain = back.drain("i64")
    with pytest.raises(TypeError) as caught:
        drain(9, iter([1, 2, "x"]))
    assert str(caught.value) == (
        "item 2 must be int, not str: the iterable was passed as `items` of `echo.drain()`"
    )
    with pytest.raises(TypeError, match=r"argument `items\[1\]` must be int, not str"):
        drain(9, [1, "x"])
    with pytest.raises(TypeError, match="argument `items` must be an iterable of int, not int"):
        drain(9, 5)
    with pytest.raises(TypeError, match=r"argument `items\[0\]` must be int, not str"):
        drain(9, {"x"})

    error = ZeroDivisionError("mine")

    def generate() -> Any:
        yield 1
        raise error

    with pytest.raises(ZeroDivisionError) as raised:
        drain(9, generate())
    assert raised.value is error

    class Broken:
        def __iter__(self) -> Any:
            raise KeyError("no")

    with pytest.raises(KeyError, match="no"):
        drain(9, Broken())

    class NoIterator:
        def __iter__(self) -> Any:
            return 5

    with pytest.raises(TypeError, match="non-iterator"):
        drain(9, NoIterator())


CONTENT = bytes(range(256)) * 40


def pipe_of(content: bytes) -> Any:
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return os.fdopen(reader, "rb")


class Duck:
    """No more than `read`."""

    def __init__(self, content: bytes) -> None:
        self.inner = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self.inner.read(size)


class OwnRaw(io.RawIOBase):
    """A raw file that keeps what it is shown."""

    def __init__(self, content: bytes) -> None:
        self.inner = io.BytesIO(content)
        self.shown: list[memoryview] = []

    def readable(self) -> bool:
        return True

    def readinto(self, view: Any) -> int:
        self.shown.append(memoryview(view))
        return self.inner.readinto(view)


class OwnRead(io.BytesIO):
    """A subclass whose own `read` must be the one that is called."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size).upper()


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
def test_files_are_read(back: Any, tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    content = CONTENT if size > 1 else CONTENT[:50]
    path.write_bytes(content)
    with path.open("rb") as file:
        assert back.read(file, size) == content
        assert file.tell() == len(content)
    with path.open("rb", buffering=0) as file:
        assert back.read(file, size) == content
    with path.open("r+b") as file:
        assert back.read(file, size) == content
    for file in (io.BytesIO(content), Duck(content), OwnRaw(content), io.BufferedReader(OwnRaw(content))):
        assert back.read(file, size) == content
    with pipe_of(content) as file:
        assert back.read(file, size) == content
    with tempfile.NamedTemporaryFile() as named, tempfile.SpooledTemporaryFile() as spooled:
        for file in (named, spooled):
            file.write(content)
            file.seek(0)
            assert back.read(file, size) == content
    assert back.read(OwnRead(b"abc"), size) == b"ABC"


def test_a_pipe_gives_what_there_is(back: Any) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as file:
        os.write(writer, b"abc")
        read = back.echo.function(
            24, "read", [("size", "i64", False), ("file", ["file", "r"], False)], "bytes"
        )
        got: list[bytes] = []
        thread = threading.Thread(target=lambda: got.append(read(1 << 16, file)))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive(), "it waits for the end"
        os.write(writer, b"def")
        os.close(writer)
        thread.join()
    assert got == [b"abcdef"]


def test_files_are_written(back: Any, tmp_path: Path) -> None:
    expected = bytes(at % 256 for at in range(10_000))
    path = tmp_path / "file"
    for buffering in (-1, 0):
        with path.open("wb", buffering=buffering) as file:
            assert back.write(10_000, file) == 10_000
        assert path.read_bytes() == expected
    memory = io.BytesIO()
    back.write(10_000, memory)
    assert memory.getvalue() == expected

    class Quiet:
        def __init__(self) -> None:
            self.got: list[Any] = []

        def write(self, data: bytes) -> None:
            self.got.append(data)

    quiet = Quiet()
    back.write(10_000, quiet)
    assert quiet.got == [expected] and type(quiet.got[0]) is bytes

    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            self.got = b""

        def write(self, data: Any) -> int:
            self.got += bytes(data[:3])
            return len(data[:3])

    slow = Slow()
    back.write(100, slow)
    assert slow.got == expected[:100]


def test_files_seek(back: Any) -> None:
    file = io.BytesIO(CONTENT)
    assert back.seek(10, 0, file) == 10
    assert back.seek(-3, 1, file) == 7
    assert back.seek(-1, 2, file) == len(CONTENT) - 1 == file.tell()
    with pytest.raises(ValueError, match="negative seek"):
        back.seek(-1, 0, file)

    class Silent:
        def seek(self, offset: int, whence: int) -> None:
            pass

        def tell(self) -> int:
            return 42

    assert back.seek(1, 0, Silent()) == 42


def test_the_same_file_comes_back(back: Any) -> None:
    file = io.BytesIO(b"x")
    assert back.same(file) is file
    function = ["callable", [["file", "r"]], "unit", "lent"]
    forward = back.echo.function(34, "f", [("f", function, False), ("file", ["file", "r"], False)], "unit")
    seen: list[Any] = []
    forward(seen.append, file)
    assert seen[0] is file


def test_bytes_are_read_like_a_file_of_them(back: Any) -> None:
    for content in (b"abc", bytearray(b"abc"), memoryview(b"xaxbxc")[1::2]):
        assert back.read(content) == b"abc"
    with pytest.raises(TypeError, match="with `write`, not bytes"):
        back.write(1, b"abc")


def test_what_is_no_binary_file(back: Any, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    for text in (path.open(), io.StringIO("x")):
        with text, pytest.raises(TypeError, match="which is a text file: open it in binary mode"):
            back.read(text)
    for other in (5, str(path), path, None):
        with pytest.raises(TypeError, match="must be a binary file object with `read`, or bytes, not"):
            back.read(other)
    with pytest.raises(TypeError, match="with `write`, not Duck"):
        back.write(1, Duck(b""))
    with pytest.raises(TypeError, match="with `read` and `write` and `seek`, not Duck"):
        back.same(Duck(b""))


def test_files_that_misbehave(back: Any) -> None:
    class File:
        def __init__(self, result: Any) -> None:
            self.result = result

        def read(self, size: int) -> Any:
            if isinstance(self.result, BaseException):
                raise self.result
            return self.result

        def write(self, data: bytes) -> Any:
            return self.read(0)

        def seek(self, offset: int, whence: int) -> Any:
            return self.read(0)

        tell = object

    with pytest.raises(TypeError) as caught:
        back.read(File("text"))
    assert str(caught.value) == (
        "`read()` of a test_files_that_misbehave.<locals>.File, passed as `file` of `echo.read()`, must "
        "return bytes, not str: open it in binary mode (`'rb'`)"
    )
    with pytest.raises(TypeError, match="must return bytes, not int"):
        back.read(File(5))
    with pytest.raises(ValueError, match="was asked for 4 bytes and returned 5"):
        back.read(File(b"12345"), 4)
    with pytest.raises(BlockingIOError) as blocked:
        back.read(File(None))
    assert blocked.value.errno == errno.EAGAIN
    error = OSError(5, "mine")
    for call in (back.read, lambda file: back.write(1, file), lambda file: back.seek(0, 0, file)):
        with pytest.raises(OSError) as raised:
            call(File(error))
        assert raised.value is error
    with pytest.raises(ValueError, match="says that it moved 5 of 4 bytes"):
        back.write(4, File(5))
    with pytest.raises(ValueError, match="says that it moved -1"):
        back.write(4, File(-1))
    with pytest.raises(TypeError, match="must return int, not str"):
        back.write(4, File("x"))
    with pytest.raises(TypeError, match="must return a position, not str"):
        back.seek(0, 0, File("x"))
    closed = io.BytesIO()
    closed.close()
    with pytest.raises(ValueError, match="closed file"):
        back.read(closed)
    with pytest.raises(io.UnsupportedOperation):
        back.write(1, io.BufferedReader(OwnRaw(b"")))


@pytest.mark.skipif(not hasattr(os, "set_blocking"), reason="needs pipes that do not block")
def test_files_that_do_not_block(back: Any) -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    with os.fdopen(reader, "rb", buffering=0) as raw, os.fdopen(writer, "wb", buffering=0) as out:
        with pytest.raises(BlockingIOError, match="it does not block, and is not ready yet"):
            back.read(raw)
        with pytest.raises(BlockingIOError, match="it does not block, and is not ready yet"):
            back.write(1 << 22, out)


def test_memory_shown_is_never_kept(back: Any) -> None:
    raw = OwnRaw(CONTENT)
    assert back.read(io.BufferedReader(raw), 100) == CONTENT
    assert back.read(OwnRaw(CONTENT), 100) == CONTENT
    kept: list[Any] = []

    class Keeps:
        def write(self, data: Any) -> int:
            kept.append(data)
            return len(data)

    back.write(100, Keeps())
    assert type(kept[0]) is bytes


def test_files_are_freed(back: Any) -> None:
    keep = back.echo.function(29, "keep", [("file", ["file", "r"], False)], "unit")
    let_go = back.echo.function(30, "let_go", [], "unit")

    class File(io.BytesIO):
        pass

    file = File(b"x")
    reference = weakref.ref(file)
    held = back.echo.native.held_objects()
    keep(file)
    del file
    gc.collect()
    assert reference() is not None
    assert back.echo.native.held_objects() == held + 1
    let_go()
    assert reference() is None


def run(echo_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    begin = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from native_echo import Echo
from pathlib import Path
echo = Echo(Path({str(echo_path)!r}))
keep = echo.function(29, "keep", [("file", ["file", "r"], False)], "unit")
let_go = echo.function(30, "let_go", [], "unit")
unary = ["callable", ["i64"], "i64", "lent"]
times = echo.function(20, "times", [("n", "i64", False), ("f", unary, False)], "i64")
"""
    return subprocess.run([sys.executable, "-c", begin + code], capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_releases_nothing_of_its_parent(echo_path: Path) -> None:
    done = run(
        echo_path,
        """
import os, io
class File(io.BytesIO):
    def __del__(self):
        print("gone in", "parent" if os.getpid() == parent else "child", flush=True)
parent = os.getpid()
keep(File(b"x"))
child = os.fork()
if child == 0:
    let_go()
    assert times(3, lambda n: n) == 3
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
let_go()
def fork(n):
    return os.fork()
child = times(1, fork)
if child == 0:
    os._exit(8)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 8
""",
    )
    assert (done.stdout, done.stderr, done.returncode) == ("gone in parent\n", "", 0)


def test_silent_at_the_end(echo_path: Path) -> None:
    done = run(
        echo_path,
        """
import io, threading
keep(io.BytesIO(b"x"))
threading.Thread(target=lambda: times(10**12, abs), daemon=True).start()
threading.Thread(target=lambda: times(10**12, lambda n: n), daemon=True).start()
import time; time.sleep(0.2)
""",
    )
    assert (done.stdout, done.returncode) == ("", 0)
    assert done.stderr == ""
