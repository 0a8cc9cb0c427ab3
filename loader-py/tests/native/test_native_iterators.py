"""Iterators against a library that answers by hand: batches, errors in their place, closing, threads."""

from __future__ import annotations

import gc
import itertools
import operator
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from native_echo import blake3_of

import usecrate
from usecrate import errors

PLAIN, PACKED, FAILING, PANICKING, TEXT, SLOW = range(6)


@pytest.fixture(autouse=True)
def hook() -> None:
    def plain(library: object, value: object, kind: str, message: str, *rest: object) -> errors.CallError:
        return errors.CallError(message)

    usecrate._native.set_error_hook(plain)  # type: ignore[attr-defined]


@pytest.fixture
def numbers(echo: Any) -> Any:
    """`numbers(end, odd)`, an iterator from 0; `.live()`: how many live; `.wanted()`: what was wanted."""

    def make(end: int, odd: int = PLAIN, item: Any = "i64") -> Any:
        params = [("end", "i64", False), ("odd", "i64", False)]
        return echo.function(40, "numbers", params, ["iterator", item])(end, odd)

    make.live = echo.function(41, "live", [], "i64")  # type: ignore[attr-defined]
    make.wanted = echo.function(42, "wanted", [], ["list", "i64"])  # type: ignore[attr-defined]
    gc.collect()
    make.wanted()  # type: ignore[attr-defined]
    return make


def test_batches_grow_to_a_limit(numbers: Any) -> None:
    assert list(numbers(1000)) == list(range(1000))
    assert numbers.wanted() == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256, 256]
    iterator = numbers(10)
    assert next(iterator) == 0
    assert numbers.wanted() == [1]
    assert next(iterator) == 1
    assert next(iterator) == 2
    assert numbers.wanted() == [2]
    assert operator.length_hint(iterator) == 0
    assert next(iterator) == 3
    assert operator.length_hint(iterator) == 3


def test_native_words_are_taken_too(numbers: Any) -> None:
    assert list(numbers(300, PACKED)) == list(range(300))
    assert numbers(0, PACKED).__next__.__name__ == "__next__"


def test_it_is_an_iterator(numbers: Any) -> None:
    iterator = numbers(3)
    assert type(iterator) is usecrate.Iterator
    assert isinstance(iterator, Iterator)
    assert iter(iterator) is iterator
    assert dict(zip("abc", iterator, strict=True)) == {"a": 0, "b": 1, "c": 2}
    for _ in range(2):
        with pytest.raises(StopIteration):
            next(iterator)
    assert next(iterator, None) is None
    first, *rest = numbers(4)
    assert (first, rest) == (0, [1, 2, 3])
    assert list(itertools.islice(numbers(1 << 60), 5)) == [0, 1, 2, 3, 4]


def test_repr_says_what_and_in_which_state(numbers: Any) -> None:
    iterator = numbers(1)
    assert repr(iterator) == "<usecrate.Iterator of int from `echo`>"
    list(iterator)
    assert repr(iterator) == "<usecrate.Iterator of int from `echo` (exhausted)>"
    iterator = numbers(1)
    iterator.close()
    assert repr(iterator) == "<usecrate.Iterator of int from `echo` (closed)>"


def test_it_cannot_be_made_or_copied(numbers: Any) -> None:
    import copy
    import pickle

    with pytest.raises(TypeError, match="cannot be made from Python"):
        usecrate.Iterator()
    for attempt in (copy.copy, pickle.dumps):
        with pytest.raises(TypeError):
            attempt(numbers(3))
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Sub", (usecrate.Iterator,), {})


def test_errors_come_at_their_item(echo: Any, numbers: Any) -> None:
    error = ["result", "i64", "i64"]
    iterator = numbers(6, FAILING, error)
    assert [next(iterator) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.CallError, match="it failed"):
        next(iterator)
    assert list(iterator) == [4, 5]
    assert set(numbers.wanted()) == {1}


def test_a_value_that_python_cannot_hold_is_an_error_at_its_item(numbers: Any) -> None:
    iterator = numbers(10, TEXT)
    assert [next(iterator) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.UsecrateError, match="an int was expected"):
        next(iterator)
    assert list(iterator) == [4, 5, 6, 7, 8, 9]


def test_panics(numbers: Any) -> None:
    iterator = numbers(10, PANICKING)
    assert [next(iterator) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.PanicError, match="boom"):
        next(iterator)


def test_dropping(numbers: Any) -> None:
    before = numbers.live()
    iterator = numbers(5)
    alive = weakref.ref(iterator)
    assert numbers.live() == before + 1
    next(iterator)
    del iterator
    assert alive() is None
    assert numbers.live() == before
    kept = numbers(5)
    list(kept)
    assert numbers.live() == before, "what came to its end is gone in Rust"


def test_closing(numbers: Any) -> None:
    before = numbers.live()
    iterator = numbers(100)
    assert list(itertools.islice(iterator, 4)) == [0, 1, 2, 3]
    assert not usecrate.is_closed(iterator)
    iterator.close()
    iterator.close()
    usecrate.close(iterator)
    assert usecrate.is_closed(iterator)
    assert numbers.live() == before
    with pytest.raises(errors.ClosedError, match="this iterator of int was closed"):
        next(iterator)
    with numbers(100) as iterator:
        assert next(iterator) == 0
    assert numbers.live() == before
    assert usecrate.is_closed(iterator)
    exhausted = numbers(1)
    list(exhausted)
    assert usecrate.is_closed(exhausted)
    usecrate.close(exhausted)


def test_closing_what_is_borrowed(echo: Any, numbers: Any) -> None:
    iterator = numbers(777)
    with pytest.raises(errors.BorrowedError, match="something borrows it"):
        iterator.close()
    assert not usecrate.is_closed(iterator)


def test_threads_share_one(numbers: Any) -> None:
    iterator = numbers(40, SLOW)
    seen: list[list[int]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda own=own: own.extend(iterator)) for own in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(itertools.chain(*seen)) == list(range(40))
    assert all(own == sorted(own) for own in seen)


def test_threads_lose_nothing_at_the_end(numbers: Any) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for end in range(60):
            iterator = numbers(end)
            seen: list[int] = []
            threads = [threading.Thread(target=seen.extend, args=(iterator,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(seen) == list(range(end))
    finally:
        sys.setswitchinterval(interval)


def test_closed_while_another_thread_waits_for_an_item(numbers: Any) -> None:
    iterator = numbers(1000, SLOW)
    found: list[BaseException] = []

    def drain() -> None:
        try:
            for _ in iterator:
                pass
        except errors.HandleError as error:
            found.append(error)

    thread = threading.Thread(target=drain)
    thread.start()
    while next(iterator) < 3:
        pass
    iterator.close()
    thread.join(10)
    assert not thread.is_alive()
    assert len(found) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_gets_nothing_and_drops_nothing(numbers: Any) -> None:
    iterator = numbers(100)
    list(itertools.islice(iterator, 4))
    before = numbers.live()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            next(iterator)
        except errors.ForkError:
            iterator.__exit__()
            del iterator
            code = 0 if numbers.live() == before else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert next(iterator) == 4


def test_an_endless_one_can_be_interrupted(echo_path: Path) -> None:
    program = f"""
import signal, sys
from usecrate import _native
library = _native.Library({str(echo_path)!r}, blake3={blake3_of(echo_path)!r},
                          size={echo_path.stat().st_size}, name="echo")
numbers = library.function(40, name="f", qualname="f", module="m", doc=None,
                           params=[("end", "i64", False), ("odd", "i64", False)], result=["iterator", "i64"])
signal.setitimer(signal.ITIMER_REAL, 0.1)
signal.signal(signal.SIGALRM, signal.default_int_handler)
try:
    all(True for _ in ()) or list(map(lambda x: None, ()))
    import collections
    collections.deque(numbers(1 << 62, 0), maxlen=0)
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_alive_at_exit(echo_path: Path) -> None:
    program = f"""
import itertools
from usecrate import _native
library = _native.Library({str(echo_path)!r}, blake3={blake3_of(echo_path)!r},
                          size={echo_path.stat().st_size}, name="echo")
make = library.function(40, name="f", qualname="f", module="m", doc=None,
                        params=[("end", "i64", False), ("odd", "i64", False)], result=["iterator", "i64"])
iterator = make(100, 0)
list(itertools.islice(iterator, 4))
cycle = [make(100, 0)]
cycle.append(cycle)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_references_are_given_back(echo: Any, numbers: Any) -> None:
    big = 1 << 40
    value = echo.function(40, "numbers", [("end", "i64", False), ("odd", "i64", False)], ["iterator", "i64"])
    for _ in range(3):
        iterator = value(big, PLAIN)
        list(itertools.islice(iterator, 300))
        del iterator
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(200):
        iterator = value(big, PLAIN)
        list(itertools.islice(iterator, 300))
        del iterator
    assert sys.getallocatedblocks() - before < 100


# Handles that are iterators themselves.


@pytest.fixture
def countdown(echo_path: Path) -> Any:
    """Makes a class whose values count down: item by item, or in batches."""
    from native_echo import Echo

    def make(result: Any, *, batch: bool = False) -> Any:
        echo: Any = Echo.__new__(Echo)
        native = usecrate._native  # type: ignore[attr-defined]
        echo.native = native
        echo.library = native.Library(
            str(echo_path), blake3=blake3_of(echo_path), size=echo_path.stat().st_size, name="echo"
        )
        body = {"__slots__": (), "__module__": "echo"}
        echo.Counter = type("Countdown", (native.HandleIterator,), body)
        echo.library.define_handle(0, echo.Counter)
        params: list[Any] = [("self", ["handle", 0, "exclusive"], False)]
        if batch:
            params.append(("want", "usize", False))
        echo.library.define_next(
            0,
            44 if batch else 43,
            name="__next__",
            qualname="Countdown.__next__",
            module="echo",
            doc=None,
            params=params,
            result=result,
        )
        echo.new = echo.function(3, "new", [("start", "i64", False)], ["handle", 0, "new"])
        echo.left = echo.function(45, "left", [("self", ["handle", 0, "shared"], False)], "i64")
        echo.wanted = echo.function(42, "wanted", [], ["list", "i64"])
        echo.wanted()
        return echo

    return make


def test_a_handle_that_iterates(countdown: Any) -> None:
    echo = countdown(["option", "i64"])
    counter = echo.new(3)
    assert iter(counter) is counter
    assert isinstance(counter, Iterator)
    assert next(counter) == 3
    assert echo.left(counter) == 2
    assert list(counter) == [2, 1]
    with pytest.raises(StopIteration):
        next(counter)
    assert type(counter).__next__(echo.new(7)) == 7
    usecrate.close(counter)
    with pytest.raises(errors.ClosedError, match="was closed"):
        next(counter)
    for wrong in (7, object()):
        with pytest.raises(TypeError):
            type(counter).__next__(wrong)


def test_a_handle_that_iterates_over_results(countdown: Any) -> None:
    echo = countdown(["result", ["option", "i64"], "i64"])
    counter = echo.new(15)
    found = []
    while (item := _item(counter)) is not None:
        found.append(item)
    assert found[:4] == [15, 14, "it failed", 12]
    assert found[-1] == 1


def _item(iterator: Any) -> Any:
    try:
        return next(iterator, None)
    except errors.CallError as error:
        return str(error)


def test_a_handle_that_iterates_in_batches(countdown: Any) -> None:
    echo = countdown(["list", "i64"], batch=True)
    counter = echo.new(20)
    assert sorted(counter) == list(range(20))
    assert echo.wanted() == [1, 2, 4, 8, 16, 32]
    counter = echo.new(100)
    list(itertools.islice(counter, 4))
    assert usecrate._native.fetched(counter) == 3  # type: ignore[attr-defined]
    assert echo.left(counter) == 93
    usecrate.close(counter)
    with pytest.raises(errors.ClosedError):
        next(counter)
    count = echo.library.count()
    other = echo.new(100)
    list(itertools.islice(other, 4))
    dead: list[object] = []
    reference = weakref.ref(other, lambda gone: dead.append(gone()))
    del other
    assert (reference(), dead) == (None, [None])
    assert echo.library.count() == count


def test_a_batch_with_what_python_cannot_hold(countdown: Any) -> None:
    echo = countdown(["list", "str"], batch=True)
    counter = echo.new(7)
    for _ in range(7):
        with pytest.raises(errors.UsecrateError, match="a str was expected"):
            next(counter)
    with pytest.raises(StopIteration):
        next(counter)
    counter = echo.new(7)
    for _ in range(2):
        with pytest.raises(errors.UsecrateError):
            next(counter)
    usecrate.close(counter)
    with pytest.raises(errors.ClosedError):
        next(counter)


def test_a_type_without_its_next_item(echo: Any) -> None:
    with pytest.raises(ValueError, match="gives no next item"):
        echo.library.define_next(
            0,
            45,
            name="__next__",
            qualname="Counter.__next__",
            module="echo",
            doc=None,
            params=[("self", ["handle", 0, "shared"], False)],
            result="i64",
        )


# Handles that are bytes.


def test_a_handle_that_is_bytes_is_a_buffer(echo_path: Path) -> None:
    native = usecrate._native  # type: ignore[attr-defined]
    library = native.Library(
        str(echo_path), blake3=blake3_of(echo_path), size=echo_path.stat().st_size, name="echo"
    )
    more = {"module": "echo", "doc": None}
    for base in ((native.HandleBuffer,), (native.HandleIterator, native.HandleBuffer)):
        cls = type("Text", base, {"__slots__": (), "__module__": "echo"})
        assert issubclass(cls, native.Handle)
    library.define_handle(0, cls)
    new = library.function(
        3, name="new", qualname="new", params=[("n", "i64", False)], result=["handle", 0, "new"], **more
    )
    cls.__bytes__ = library.method(  # type: ignore[attr-defined]
        cls,
        46,
        name="__bytes__",
        qualname="Text.__bytes__",
        params=[("self", ["handle", 0, "shared"], False)],
        result="bytes",
        **more,
    )
    value = new(7)
    view = memoryview(value)
    assert (bytes(view), view.readonly, view.format, view.nbytes) == (b"value 7", True, "B", 7)
    assert bytearray(value) == b"value 7"
    assert b"".join([value, b"!"]) == b"value 7!"
    echo = library.function(
        0, name="echo", qualname="echo", params=[("data", "bytes", False)], result="bytes", **more
    )
    assert echo(value) == b"value 7"
    usecrate.close(value)
    assert bytes(view) == b"value 7", "a view is a copy"
    with pytest.raises(errors.ClosedError):
        memoryview(value)
    with pytest.raises(errors.ClosedError):
        echo(value)
    with pytest.raises((BufferError, TypeError), match=r"read-only|read-write"):
        import io

        io.BytesIO(b"abc").readinto(new(8))
    count = library.count()
    for _ in range(10):
        memoryview(new(9)).release()
    assert library.count() == count
    if sys.version_info >= (3, 12):
        from collections.abc import Buffer

        assert isinstance(new(1), Buffer)
