"""Callables that Rust keeps: how long they live, what they are called with and give, exceptions with and
without a call that waits, threads, and the interpreter's end."""

from __future__ import annotations

import gc
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import usecrate
from usecrate._native import held_objects

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "keeps")


@pytest.fixture(scope="module", name="crate")
def crate_fixture() -> Any:
    return usecrate.import_(CRATE)


@pytest.fixture(name="m")
def module_fixture(crate: Any) -> Iterator[Any]:
    """The module; whatever it held of Python must be given back."""
    before = held_objects()
    yield crate
    gc.collect()
    assert held_objects() == before


@pytest.fixture(name="unheard")
def unheard_fixture(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What `sys.unraisablehook` was told: exceptions and what raised them."""
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: told.append((args.exc_value, args.object)))
    return told


def run(script: str) -> subprocess.CompletedProcess[str]:
    code = f"import usecrate\nm = usecrate.import_({CRATE!r})\n" + textwrap.dedent(script)
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ.copy(),
        check=False,
    )


def test_a_callable_lives_as_long_as_what_keeps_it(m: Any) -> None:
    class Listener:
        def __init__(self) -> None:
            self.heard: list[int] = []

        def __call__(self, number: int) -> None:
            self.heard.append(number)

    bell = m.listeners.Bell()
    one, other = Listener(), Listener()
    before = held_objects()
    assert bell.listen(one) is bell
    bell.listen_boxed(other)
    assert held_objects() == before + 2 and bell.ring(3) == 2
    assert one.heard == other.heard == [3]
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is not None and bell.ring(4) == 2
    # The last one goes when Rust drops it.
    assert bell.ring_out(5) and other.heard == [3, 4, 5] and held_objects() == before + 1
    bell.silence()
    gc.collect()
    assert gone() is None and held_objects() == before and bell.ring(6) == 0
    bell.listen(other)
    del bell
    gc.collect()
    assert held_objects() == before


def test_a_refused_call_keeps_nothing(m: Any) -> None:
    bell = m.listeners.Bell()
    before = held_objects()
    with pytest.raises(TypeError, match=r"callable with 1 argument, which .*two.* is not"):

        def two(a: int, b: int) -> None: ...

        bell.listen(two)
    with pytest.raises(TypeError, match="must be callable"):
        bell.listen(3)
    closed = m.listeners.Bell()
    closed.close()
    with pytest.raises(usecrate.ClosedError):
        closed.listen(print)
    assert held_objects() == before
    # What does not say how many arguments it takes is taken.
    bell.listen(min)
    with pytest.raises(TypeError):
        bell.ring(1)
    # Optional ones do not count.
    bell.silence()
    bell.listen(lambda number, more=(): None)
    assert bell.ring(1) == 1


def test_every_way_of_keeping_one(m: Any) -> None:
    bell = m.listeners.Bell()
    assert bell.measure("x") is None
    bell.measure_with(len)
    assert bell.measure("abc") == 3
    bell.measure_with(None)
    assert bell.measure("abc") is None
    # What is asked to live as long as the arguments is copied.
    bell.join_with(lambda one, other: f"{one}/{other}")
    assert bell.join("a", "b") == "a/b"
    assert m.listeners.Local(lambda x: x + 1).call(2) == 3
    marks = {"a": m.listeners.Mark.With("> "), "b": m.listeners.Mark.None_()}
    marker = m.listeners.Marker(".", lambda text: marks[text])
    assert marker.mark("a") == "> a." and marker.mark("b") == "b."
    assert marker.end("!").mark("b") == "b!"


def test_what_it_gives_is_whatever_the_crate_converts(m: Any) -> None:
    given: dict[str, Any] = {"text": "t", "int": 3, "own": m.listeners.Text("o").known(), "none": None}
    source = m.listeners.Source(given.get)
    assert [source.read(name) for name in given] == ["t", "3", "o!", None]
    assert source.read("missing") is None
    given["text"] = 1.5
    with pytest.raises(TypeError, match=r"returned must be .*not float"):
        source.read("text")


def test_an_exception_leaves_the_call_that_waits(m: Any, unheard: list[Any]) -> None:
    raised = KeyError("gone")

    def fail(*_: Any) -> Any:
        raise raised

    bell = m.listeners.Bell()
    bell.listen(fail)
    with pytest.raises(KeyError) as caught:
        bell.ring(1)
    assert caught.value is raised
    # It is no panic: the bell is as good as before.
    bell.silence()
    assert bell.ring(1) == 0
    # Rust is given an error that says what was raised, and may do without.
    source = m.listeners.Source(fail)
    with pytest.raises(KeyError) as caught:
        source.read("x")
    assert caught.value is raised
    assert source.try_read("x") == "" and source.failure("x") == "KeyError: 'gone'"
    # The exception's traceback leads to it, and it to the exception: a cycle through Rust.
    source.close()

    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        m.listeners.Source(interrupt).try_read("x")
    assert unheard == []


def test_iterators_keep_callables(m: Any) -> None:
    assert list(m.iterators.liked(10, lambda number: number % 3 == 0)) == [0, 3, 6, 9]
    asked: list[int] = []
    numbers = m.iterators.made(5, lambda number: asked.append(number) or number * number)
    assert asked == [] and next(numbers) == 0
    # Nothing happens before it is asked for.
    assert asked == [0] and next(numbers) == 1 and asked == [0, 1]
    assert list(numbers) == [4, 9, 16]
    assert list(m.iterators.boxed(3, lambda number: number + 1)) == [1, 2, 3]
    assert m.iterators.flat(3, range) == [0, 0, 1]
    failing = m.iterators.made(2, lambda number: 1 // number)
    with pytest.raises(ZeroDivisionError):
        next(failing)
    del numbers, failing


def test_what_is_lent_to_it_ends_when_it_returns(m: Any) -> None:
    bell = m.listeners.Bell()
    lent: list[Any] = []

    def look(inner: Any) -> int:
        lent.append(inner)
        with pytest.raises(usecrate.BorrowedError):
            bell.ring(1)
        return int(inner.ring(2))

    bell.listen(lambda _: None)
    assert bell.inspect(look) == 1
    with pytest.raises(usecrate.ClosedError):
        lent[0].ring(1)
    assert bell.ring(1) == 1


def test_what_borrows_is_lent_to_be_changed(m: Any) -> None:
    drafts: list[Any] = []

    def write(one: Any, other: Any, number: int) -> None:
        drafts.extend((one, other))
        one.write(f"{one.author()} {number}")
        other.write("other")
        if number == 3:
            raise ValueError(number)

    author = m.listeners.Author("A", write)
    assert author.write(1) == ("A 1", "other") and author.write(2) == ("A 2", "other")
    with pytest.raises(ValueError, match="3"):
        author.write(3)
    assert author.once(lambda draft: draft.write(draft.author())) == "A"
    for draft in drafts:
        with pytest.raises(usecrate.ClosedError):
            draft.write("late")


def test_any_thread_may_call_it(m: Any, unheard: list[Any]) -> None:
    threads: set[int] = set()

    def double(number: int) -> int:
        threads.add(threading.get_ident())
        return number * 2

    worker = m.threads.Worker(double)
    assert worker.tell(4) and worker.told() == 8 and worker.end() is True
    assert threads and threading.get_ident() not in threads
    assert m.threads.elsewhere(lambda: 3) == 3
    m.threads.drop_elsewhere(lambda: None)
    assert unheard == []


def test_an_exception_that_no_call_waits_for_is_told_to_the_hook(m: Any, unheard: list[Any]) -> None:
    def fail(*_: Any) -> Any:
        raise LookupError("nobody waits")

    worker = m.threads.Worker(fail)
    worker.tell(1)
    # The thread ended with it, and nobody was told when it was joined.
    assert worker.told() is None and worker.end() is False
    ((error, callee),) = unheard
    assert isinstance(error, LookupError) and callee is fail
    unheard.clear()
    assert m.threads.elsewhere(fail) is None
    assert [type(error) for error, _ in unheard] == [LookupError]
    unheard.clear()
    # If a call ends with it after all, it is raised there, and only there.
    worker = m.threads.Worker(fail)
    worker.tell(1)
    assert worker.told() is None
    with pytest.raises(LookupError, match="nobody waits"):
        worker.end_with_it()
    with pytest.raises(LookupError, match="nobody waits"):
        m.threads.failing(fail)
    assert unheard == []


def test_the_crates_own_trait_for_functions_takes_callables(m: Any) -> None:
    value = m.engine.Value
    engine = m.engine.Engine()

    def call(f: Any, *values: Any) -> str:
        engine.add("f", f)
        return str(engine.call("f", list(values)))

    two, text = value.Number(2.0), value.Text("t")
    # As many arguments as it takes, told before the first call.
    assert call(lambda: 7) == "7"
    assert call(lambda a: a, text) == "t"
    assert call(lambda a, b: a.number() + b.number(), two, two) == "4"
    assert call(lambda a, b, c: f"{a}{b}{c}", two, text, two) == "2t2"
    assert call(lambda a, b=1: b, two) == "1"
    # What says nothing takes one.
    assert call(str, text) == "t" and call(lambda *all: len(all), two) == "1"
    assert call(lambda a: None, two) == "nothing" and call(lambda a: True, two) == "1"
    with pytest.raises(TypeError, match="no signature for these arguments"):
        engine.add("f", lambda a, b, c, d: a)
    with pytest.raises(ZeroDivisionError):
        call(lambda a: 1 // 0, two)


def test_a_cycle_through_rust_stays(m: Any) -> None:
    bell = m.listeners.Bell()
    bell.listen(lambda _, bell=bell: None)
    gone = weakref.ref(bell)
    del bell
    gc.collect()
    # Python's collector does not see what Rust holds: one of them has to let go.
    again = gone()
    assert again is not None
    again.silence()
    del again
    gc.collect()
    assert gone() is None


def test_threads_that_call_back_do_not_disturb_the_end() -> None:
    for script in (
        "m.threads.for_ever(lambda: None)",
        "import time\nm.threads.for_ever(lambda: time.sleep(0.001))\ntime.sleep(0.05)",
        "worker = m.threads.Worker(lambda number: number)\nworker.tell(1)",
        "bell = m.listeners.Bell()\nbell.listen(print)\nkeep = bell",
    ):
        done = run(script + "\nprint('done')")
        assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", ""), script


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no `fork`")
def test_a_child_does_not_call_what_its_parent_passed() -> None:
    done = run(
        """
        import os, sys
        source = m.listeners.Source(lambda name: name)
        assert source.read("a") == "a"
        if not (child := os.fork()):
            try:
                source.read("a")
            except usecrate.ForkError:
                # A handle of the parent's is refused before that.
                os._exit(0)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert source.read("b") == "b"
        """
    )
    assert done.returncode == 0, done.stderr


def test_an_iterator_of_the_crates_own_holds_the_callable_and_its_owner(m: Any) -> None:
    kept: list[Any] = []

    def twice(row: Any) -> Any:
        kept.append(row)
        return {"value": row.get() * 2}

    table = m.iterators.Table(4)
    rows = table.map(twice)
    assert next(rows) == {"value": 0}
    with pytest.raises(usecrate.BorrowedError):
        table.map(twice)
    assert list(rows) == [{"value": 2}, {"value": 4}, {"value": 6}]
    with pytest.raises(usecrate.HandleError):
        kept[0].get()
    kept.clear()
    del rows
    with pytest.raises(usecrate.CallError, match="empty"):
        m.iterators.Table(0).map(twice)
    failing = table.map(lambda row: 1 // row.get())
    with pytest.raises(ZeroDivisionError):
        next(failing)
    assert list(failing) == [1, 0, 0]
