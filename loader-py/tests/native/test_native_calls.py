"""Functions, methods, handles and errors against a library that answers by hand."""

from __future__ import annotations

import gc
import inspect
import os
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest
from native_echo import blake3_of

from usecrate import errors


def raised(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(TypeError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_arguments_bind_as_in_python(echo: Any) -> None:
    add = echo.function(1, "add", [("a", "i64", False), ("b", "i64", False)], "i64")
    assert add(1, 2) == add(1, b=2) == add(b=2, a=1) == 3

    def model(a: int, b: int) -> int:
        return a + b

    model.__qualname__ = model.__name__ = "add"
    for args, kwargs in (
        ((), {}),
        ((1,), {}),
        ((1, 2, 3), {}),
        ((1, 2), {"b": 3}),
        ((1,), {"c": 2}),
        ((), {"b": 1}),
    ):
        assert raised(add, *args, **kwargs) == raised(model, *args, **kwargs)
    three = echo.function(0, "f", [(name, "i64", name == "d") for name in "abcd"], "i64")
    assert raised(three) == "f() missing 3 required positional arguments: 'a', 'b', and 'c'"
    assert raised(three, 1, 2, 3, 4, 5) == "f() takes from 3 to 4 positional arguments but 5 were given"


def test_optional_parameters_are_sent_as_nil(echo: Any) -> None:
    call = echo.function(0, "echo", [("value", ["option", "i64"], True)], ["option", "i64"])
    assert call() is None
    assert call(None) is None
    assert call(value=3) == 3


def test_functions_are_ordinary(echo: Any) -> None:
    add = echo.function(1, "add", [("a", "i64", False), ("b", ["option", "i64"], True)], "i64")
    assert (add.__name__, add.__qualname__, add.__module__) == ("add", "add", "echo")
    assert add.__doc__ == "Docs of add."
    assert str(inspect.signature(add)) == "(a, b=None)"
    make = echo.function(3, "new", [("start", "i64", False)], ["handle", 0, "new"], qualname="Counter.new")
    assert (make.__name__, make.__qualname__, make.__module__) == ("new", "Counter.new", "echo")
    assert str(inspect.signature(make)) == "(start)"
    assert isinstance(make(1), echo.Counter)
    method = echo.method(4, "inc", [("self", ["handle", 0, "exclusive"], False)], "i64")
    assert method.__qualname__ == "Counter.inc"
    assert method.__doc__ == "Docs of inc."
    assert str(inspect.signature(echo.Counter.inc)) == "(self, /)"
    assert str(inspect.signature(echo.new(1).inc)) == "()"


def test_methods(echo: Any) -> None:
    receiver = ("self", ["handle", 0, "exclusive"], False)
    echo.method(4, "inc", [receiver], "i64")
    echo.method(9, "add_to", [receiver, ("n", "i64", False)], "unit", fluent=True)
    counter = echo.new(10)
    assert counter.inc() == 11
    assert counter.add_to(5) is counter
    assert counter.add_to(n=5).inc() == 22
    assert raised(counter.inc, 1) == "Counter.inc() takes 1 positional argument but 2 were given"
    assert "`echo.Counter.add_to()`: argument `n` must be int, not str" in raised(counter.add_to, "x")
    with pytest.raises(TypeError):
        echo.Counter.inc(object())


def test_methods_beyond_the_trampolines(echo_path: Path) -> None:
    # In a process of its own, for it uses them up.
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from native_echo import Echo
from pathlib import Path
echo = Echo(Path({str(echo_path)!r}))
for _ in range(4100):
    made = echo.method(4, "inc", [("self", ["handle", 0, "exclusive"], False)], "i64")
counter = echo.new(1)
assert counter.inc() == 2
import inspect
assert type(made).__name__ == "Function", made
assert str(inspect.signature(echo.Counter.inc)) == "(self)"
assert str(inspect.signature(counter.inc)) == "()"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_handles_are_counted_and_freed(echo: Any) -> None:
    count = echo.library.count
    start = count()
    one, two = echo.new(1), echo.new(2)
    assert count() == start + 2
    reference = weakref.ref(one)
    assert not gc.is_tracked(one)
    assert not hasattr(one, "__dict__")
    del one
    assert reference() is None
    assert count() == start + 1
    with two as same:
        assert same is two
    assert count() == start
    assert echo.native.is_closed(two)
    echo.native.close(two)
    take = echo.function(6, "take", [("value", ["handle", 0, "move"], False)], "i64")
    with pytest.raises(errors.ClosedError, match="was closed"):
        take(two)


def test_moves(echo: Any) -> None:
    take = echo.function(6, "take", [("value", ["handle", 0, "move"], False)], "i64")
    counter = echo.new(5)
    assert take(counter) == 5
    assert echo.native.is_closed(counter)
    with pytest.raises(errors.ClosedError, match=r"moved into `echo.take\(\)`"):
        take(counter)
    refuse = echo.function(
        13, "refuse", [("value", ["handle", 0, "move"], False), ("n", "i64", False)], "i64"
    )
    other = echo.new(6)
    with pytest.raises(ValueError, match="argument `n`: not that one"):
        refuse(other, 1)
    with pytest.raises(TypeError):
        refuse(other, "x")
    assert not echo.native.is_closed(other)
    before = echo.library.count()
    echo.method(10, "into_next", [("self", ["handle", 0, "move"], False)], ["handle", 0, "new"], fluent=True)
    assert other.into_next() is other
    assert echo.library.count() == before
    assert take(other) == 7


def test_foreign_and_wrong_handles(echo: Any, echo_path: Path) -> None:
    other = type(echo)(echo_path)
    take = echo.function(6, "take", [("value", ["handle", 0, "move"], False)], "i64")
    message = raised(take, other.new(1))
    assert "crate `echo`" in message and str(echo_path) in message
    assert "must be echo.Counter, not int" in raised(take, 1)
    Second = type("Second", (echo.native.Handle,), {"__slots__": ()})
    echo.library.define_handle(1, Second)
    take_second = echo.function(6, "take", [("value", ["handle", 1, "move"], False)], "i64")
    assert "Second, not Counter" in raised(take_second, echo.new(1))


def test_handles_cannot_be_made(echo: Any) -> None:
    for cls in (echo.native.Handle, echo.Counter):
        assert "cannot be made from Python" in raised(cls)
    with pytest.raises(TypeError):
        object.__new__(echo.Counter)

    class Made(echo.native.Handle):  # type: ignore[misc, name-defined]
        __slots__ = ()

        def __new__(cls, start: int) -> Any:
            return make(start)

    echo.library.define_handle(7, Made)
    make = echo.function(3, "new", [("start", "i64", False)], ["handle", 7, "new"])
    assert type(Made(1)) is Made


def test_errors(echo: Any) -> None:
    seen: list[Any] = []

    class Mine(Exception):
        pass

    def hook(*args: Any) -> BaseException:
        seen.append(args)
        return Mine(args[3])

    fail = echo.function(5, "fail", [("value", "i64", False)], ["result", "unit", "i64"])
    echo.native.set_error_hook(hook)
    with pytest.raises(Mine, match="it failed"):
        fail(42)
    assert seen == [(echo.library, 42, "echo::Error", "it failed", None, ["the cause"])]
    panics = echo.function(2, "panics", [], "unit")
    with pytest.raises(errors.PanicError) as caught:
        panics()
    panic = caught.value
    assert (panic.message, panic.location, panic.backtrace) == ("boom", "src/lib.rs:1:2", "0: here")
    with pytest.raises(OverflowError, match=r"`echo.no\(\)`: argument `value`: does not fit"):
        echo.function(7, "no", [("value", "i64", False)], "unit")(1)
    with pytest.raises(errors.BorrowedError, match="argument `value`: something borrows it"):
        echo.function(12, "no", [("value", ["handle", 0, "shared"], False)], "unit")(echo.new(1))
    with pytest.raises(errors.UsecrateError, match="no such callable"):
        echo.function(999, "no", [], "unit")()
    with pytest.raises(errors.UsecrateError, match="build the artifact again"):
        echo.function(11, "no", [], "unit")()
    with pytest.raises(errors.UsecrateError, match="build the artifact again"):
        echo.echo("i64", "str")(1)


def test_exceptions_hold_handles(echo: Any) -> None:
    class Failure(echo.native.Raised):  # type: ignore[misc, name-defined]
        pass

    held = type("Held", (echo.native.Handle,), {"__slots__": ()})
    with pytest.raises(TypeError, match=r"not a subclass of `usecrate\._native\.Raised`"):
        echo.library.define_handle(9, held, exception=ValueError)
    echo.library.define_handle(9, held, exception=Failure)
    make = echo.function(3, "new", [("start", "i64", False)], ["handle", 9, "new"])
    inc = echo.function(4, "inc", [("self", ["handle", 9, "exclusive"], False)], "i64")
    error = make(1)
    assert type(error) is Failure
    assert (error.args, error._message, error._rust_type) == ((), None, None)
    assert inc(error) == 2
    assert type(error._value) is held and error._value is error._value
    assert not echo.native.is_closed(error)
    echo.native.close(error)
    assert echo.native.is_closed(error)
    with pytest.raises(ValueError, match="came from Rust"):
        inc(Failure())
    assert Failure("text")._value is None


def test_exceptions_that_hold_a_value_drop_it_once(echo: Any) -> None:
    class Failure(echo.native.Raised):  # type: ignore[misc, name-defined]
        pass

    echo.library.define_handle(9, type("Held", (echo.native.Handle,), {"__slots__": ()}), exception=Failure)
    make = echo.function(3, "new", [("start", "i64", False)], ["handle", 9, "new"])
    before = echo.library.count()
    for touch in (False, True):
        errors = [make(1) for _ in range(3)]
        handles = [error._value for error in errors if touch]
        assert echo.library.count() == before + 3
        errors[0].around = errors  # a cycle: the collector ends it
        del errors
        gc.collect()
        assert echo.library.count() == before + len(handles), "a handle outlives the exception"
        del handles
        assert echo.library.count() == before
    error = make(1)
    weak = weakref.ref(error)
    error.__class__ = type("Below", (Failure,), {"__slots__": ()})
    del error
    assert weak() is None and echo.library.count() == before


def test_values_of_errors_may_be_dropped_together(echo: Any) -> None:
    class Late(echo.native.Raised):  # type: ignore[misc, name-defined]
        pass

    held = type("Held", (echo.native.Handle,), {"__slots__": ()})
    echo.library.define_handle(9, held, exception=Late, trivial_drop=True, late_drop=True)
    make = echo.function(3, "new", [("start", "i64", False)], ["handle", 9, "new"])
    live = echo.function(39, "live", [], "i64")
    before = echo.library.count()
    for many in (1, 15, 16, 17, 100):
        for _ in range(many):
            make(1)
        assert before <= live() < before + 16, "few wait"
        assert echo.library.count() == before, "none that is counted"
    errors = [make(1) for _ in range(20)]
    handles = [error._value for error in errors]
    del errors
    assert echo.library.count() == before + 20, "a handle's value is its own"
    del handles
    assert echo.library.count() == before


def test_overloads(echo: Any) -> None:
    number = echo.function(0, "f", [("n", "u8", False)], "u8", wrap=lambda value: ("number", value))
    text = echo.function(0, "f", [("s", "str", False)], "str", wrap=lambda value: ("text", value))
    two = echo.function(1, "f", [("a", "i64", False), ("b", "i64", False)], "i64")
    call = echo.library.overload([number, text, two], name="f", qualname="C.f", module="echo", doc="Docs.")
    assert call(1) == ("number", 1)
    assert call("x") == ("text", "x")
    assert call(1, b=2) == 3
    message = raised(call, 1.5)
    assert message.splitlines()[0] == "`echo.C.f()` has no signature for these arguments:"
    assert "argument `n` must be int, not float" in message and "argument `s` must be str" in message
    with pytest.raises(OverflowError, match="u8"):
        call(300)
    assert (call.__name__, call.__qualname__, call.__module__, call.__doc__) == ("f", "C.f", "echo", "Docs.")
    assert str(inspect.signature(call)) == "(*args, **kwargs)"
    first = echo.function(4, "inc", [("self", ["handle", 0, "exclusive"], False)], "i64")
    second = echo.function(
        9, "inc", [("self", ["handle", 0, "exclusive"], False), ("n", "i64", False)], "unit"
    )
    echo.Counter.over = echo.library.overload(
        [first, second], name="over", qualname="Counter.over", module="echo", doc=None
    )
    counter = echo.new(1)
    assert counter.over() == 2
    assert counter.over(5) is None
    assert counter.over() == 8


def test_the_lock_is_released(echo: Any) -> None:
    sleep = echo.function(8, "sleep", [("ms", "u64", False)], "unit")
    start = time.monotonic()
    threads = [threading.Thread(target=sleep, args=(200,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 1.0


def test_many_threads(echo: Any) -> None:
    call = echo.echo(["list", "str"])
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for turn in range(300):
                values = [f"{seed}-{turn}-{item}" for item in range(20)]
                assert call(values) == values
                with echo.new(turn):
                    pass
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_calls_inside_calls(echo: Any) -> None:
    inner = echo.echo("i64")

    class Index:
        def __index__(self) -> int:
            return int(inner(5))

    assert echo.echo(["list", "i64"])([1, Index(), Index(), 2]) == [1, 5, 5, 2]


def test_deallocating_keeps_the_exception(echo: Any) -> None:
    def work() -> None:
        counter = echo.new(1)
        assert counter is not None
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        work()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_panic_in_drop_is_unraisable(echo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    caught: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: caught.append(type(found.exc_value)))
    echo.new(666)
    assert caught == [errors.PanicError]
    counter = echo.new(666)
    with pytest.raises(errors.PanicError, match="panic in drop"):
        echo.native.close(counter)
    assert echo.native.is_closed(counter)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_drops_nothing_and_says_why(echo: Any) -> None:
    counter = echo.new(1)
    inc = echo.function(4, "inc", [("self", ["handle", 0, "exclusive"], False)], "i64")
    before = echo.library.count()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                inc(counter)
            except errors.ForkError:
                del counter
                gc.collect()
                code = 0 if echo.library.count() == before else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert inc(counter) == 2


def test_shutdown_is_quiet(echo_path: Path) -> None:
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from native_echo import Echo
from pathlib import Path
echo = Echo(Path({str(echo_path)!r}))
kept = [echo.new(666) for _ in range(3)]
sys.kept = kept
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_not_the_verified_library_is_refused(echo: Any, echo_path: Path, tmp_path: Path) -> None:
    Library = echo.native.Library
    good = {"blake3": "0" * 64, "size": echo_path.stat().st_size, "name": "echo"}
    with pytest.raises(errors.IntegrityError, match="BLAKE3"):
        Library(str(echo_path), **good)
    with pytest.raises(errors.IntegrityError, match=r"has \d+ bytes, where its manifest says 1;"):
        Library(str(echo_path), **{**good, "size": 1})
    with pytest.raises(errors.IntegrityError, match="cannot be read"):
        Library(str(tmp_path / "none"), **good)
    text = tmp_path / "text"
    text.write_text("not a library")
    with pytest.raises(errors.LoadError, match="the system refuses it"):
        Library(str(text), blake3=blake3_of(text), size=13, name="text")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the whole library is loaded")
def test_what_is_behind_the_part_that_is_loaded_is_not_copied(
    echo: Any, echo_path: Path, tmp_path: Path
) -> None:
    Library, blake3 = echo.native.Library, echo.native.blake3
    part, names = echo_path.read_bytes(), b"names of functions" * 1000
    path = tmp_path / "libecho.so"
    facts: dict[str, Any] = {
        "blake3": blake3(part + names),
        "size": len(part + names),
        "name": "echo",
        "loaded": {"size": len(part), "blake3": blake3(part)},
    }
    for content in (part + names, part + b"y" + names[1:]):
        path.write_bytes(content)
        before = set(os.listdir("/proc/self/fd"))
        assert Library(str(path), **facts).count() == 0
        # Who follows the path of the library finds its names.
        kept = [f"/proc/self/fd/{fd}" for fd in set(os.listdir("/proc/self/fd")) - before]
        assert [os.readlink(fd) for fd in kept if os.path.exists(fd)] == [str(path)]
    flipped = bytes([part[0] ^ 1]) + part[1:] + names
    path.write_bytes(flipped)
    with pytest.raises(errors.IntegrityError, match=f"has the BLAKE3 hash {blake3(flipped)}, where"):
        Library(str(path), **facts)
    for content in (part, part + names + b"x", part[:-1], b""):
        path.write_bytes(content)
        with pytest.raises(errors.IntegrityError, match=f"has {len(content)} bytes, where its manifest says"):
            Library(str(path), **facts)
    # What contradicts itself is refused as well.
    path.write_bytes(part + names)
    for wrong in ({"size": len(part) - 1}, {"blake3": "0" * 64}, {"size": len(part + names) + 1}):
        with pytest.raises(errors.IntegrityError):
            Library(str(path), **{**facts, "loaded": {**facts["loaded"], **wrong}})


def test_two_copies_do_not_share(echo: Any, echo_path: Path) -> None:
    other = type(echo)(echo_path)
    kept = other.new(1)
    assert kept is not None
    assert other.library.count() == 1


def test_references_are_given_back(echo: Any) -> None:
    content = b"x" * 5000
    before = sys.getrefcount(content)
    length = echo.function(7, "no", [("a", "bytes", False), ("b", ["list", "bytes"], False)], "unit")
    for _ in range(100):
        with pytest.raises(OverflowError):
            length(content, [content, content])
        with pytest.raises(TypeError):
            length(content, [content, 1])
    assert sys.getrefcount(content) == before
    counter = echo.new(1)
    before = sys.getrefcount(counter)
    no = echo.function(13, "no", [("a", ["list", ["handle", 0, "move"]], False), ("n", "i64", False)], "unit")
    for _ in range(100):
        with pytest.raises(ValueError, match="not that one"):
            no([counter], 1)
        with pytest.raises(TypeError):
            no([counter], "x")
    assert sys.getrefcount(counter) == before


def test_what_would_wait_is_sent_again(echo: Any) -> None:
    ordinary = echo.function(50, "promptly", [("code", "i64", False)], "i64")
    quick = echo.function(50, "promptly", [("code", "i64", False)], "i64", keeps_lock=True)
    operations = echo.function(51, "operations", [], "bytes")
    operations()
    assert ordinary(0) == ordinary(1) == ordinary(2) == 1, "an ordinary call"
    assert quick(0) == 9, "a prompt call"
    assert quick(1) == 1, "refused, and sent again"
    assert operations() == b""
    assert quick(2) == 9
    assert operations() == b"\x06", "what it left is let go of by another request"


def test_only_what_drops_nothing_is_dropped_promptly(echo: Any) -> None:
    operations = echo.function(51, "operations", [], "bytes")
    for index, trivial, asked in ((20, True, b"\x0a"), (21, False, b"\x02")):
        made = type("Made", (echo.native.Handle,), {"__slots__": ()})
        echo.library.define_handle(index, made, trivial_drop=trivial)
        new = echo.function(3, "new", [("start", "i64", False)], ["handle", index, "new"])
        value = new(1)
        operations()
        del value
        assert operations() == asked
        value = new(1)
        operations()
        echo.native.close(value)
        assert operations() == b"\x07", "to close is to wait for whoever uses it"
