"""What may happen on the way back into Python: exceptions, Ctrl-C, threads, re-entrancy, the end."""

from __future__ import annotations

import _thread
import gc
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import usecrate
from usecrate._native import held_objects


@pytest.fixture(name="m")
def upcalls_fixture(behaviours: Any) -> Iterator[Any]:
    """The module of upcalls; whatever libraries held of Python must be given back."""
    before = held_objects()
    yield behaviours.upcalls
    gc.collect()
    assert held_objects() == before


def test_an_exception_keeps_its_identity_and_traceback(m: Any) -> None:
    class Mine(Exception):
        pass

    def provoke() -> weakref.ref[Mine]:
        mine = Mine("x")

        def inner(n: int) -> int:
            if n == 3:
                raise mine
            return n

        def outer(n: int) -> int:
            return inner(n)

        with pytest.raises(Mine) as caught:
            m.sum(9, outer)
        assert caught.value is mine
        assert mine.__context__ is None and mine.__cause__ is None
        assert [frame.name for frame in traceback.extract_tb(mine.__traceback__)] == [
            "provoke",
            "outer",
            "inner",
        ]
        mine.__traceback__ = None
        return weakref.ref(mine)

    reference = provoke()
    gc.collect()
    assert reference() is None


def test_an_exception_in_every_depth(m: Any) -> None:
    error = LookupError("deep")

    def deeper(n: int) -> int:
        if n == 0:
            raise error
        return int(m.sum(1, lambda _: deeper(n - 1)))

    with pytest.raises(LookupError) as caught:
        deeper(20)
    assert caught.value is error
    # One that is caught on the way leaves nothing behind.

    def catches(n: int) -> int:
        try:
            return deeper(3)
        except LookupError:
            return n

    assert m.sum(4, catches) == 6


def test_an_exception_from_another_thread(m: Any) -> None:
    error = KeyError("there")

    def fail(n: int) -> str:
        if n == 2:
            raise error
        return str(n)

    assert m.on_threads(4, str) == ["0", "1", "2", "3"]
    with pytest.raises(KeyError) as caught:
        m.on_threads(4, fail)
    assert caught.value is error
    assert traceback.extract_tb(error.__traceback__)[-1].name == "fail"


def test_several_exceptions_at_once(m: Any) -> None:
    def fail(n: int) -> str:
        raise ValueError(n)

    with pytest.raises(ValueError):
        m.on_threads(8, fail)


def test_wrong_results_name_callable_and_parameter(m: Any) -> None:
    def key(n: int) -> Any:
        return "x"

    with pytest.raises(TypeError) as caught:
        m.sum(1, key)
    assert str(caught.value) == (
        "what `test_wrong_results_name_callable_and_parameter.<locals>.key()` returned must be int, not str: "
        "it was passed as `f` of `behaviours.upcalls.sum()`"
    )
    with pytest.raises(OverflowError, match="must fit into i64"):
        m.sum(1, lambda n: 2**70)
    with pytest.raises(TypeError, match=r"returned \(at `\[1\]`\) must be str, not int"):
        m.map_words("a b", lambda words: ["x", 1])
    with pytest.raises(TypeError, match="argument `f` must be callable, not int"):
        m.sum(1, 5)


@pytest.mark.parametrize("way", ["raise_signal", "kill"])
def test_ctrl_c_inside_a_callable(m: Any, way: str) -> None:
    calls = 0

    def f() -> None:
        nonlocal calls
        calls += 1
        if calls == 1000:
            if way == "kill":
                os.kill(os.getpid(), signal.SIGINT)
            else:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        m.forever(f)
    assert calls <= 1001


def test_ctrl_c_where_only_c_code_runs(m: Any) -> None:
    for work in (
        lambda: m.forever(dict),
        lambda: m.sum(2**62, abs),
        lambda: m.count(itertools.repeat(1)),
    ):
        timer = threading.Timer(0.1, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            work()
        timer.join()


def test_other_threads_run_while_rust_waits(m: Any) -> None:
    # Nothing holds the interpreter lock while Rust runs between two crossings.
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    m.while_asleep(200, lambda: None)
    stop.set()
    thread.join()
    assert len(ticks) > 3


def test_a_handle_inside_its_own_call(m: Any) -> None:
    machine = m.Machine()
    seen: list[str] = []

    def tell(step: int) -> None:
        # It is lent exclusively: not even a look is possible, and the error says so at once.
        with pytest.raises(usecrate.HandleError) as caught:
            machine.steps()
        seen.append(str(caught.value))

    machine.run(2, tell)
    assert len(seen) == 2 and "steps" in seen[0]
    assert machine.steps() == 2

    def ask(steps: int) -> int:
        # Lent for looking: others may look, but not change it.
        with pytest.raises(usecrate.HandleError):
            machine.step()
        return int(machine.steps()) + 1

    assert machine.watch(ask) == 3
    assert machine.step() == 3


def test_another_handle_inside_a_call(m: Any) -> None:
    one, two = m.Machine(), m.Machine()
    one.run(3, lambda step: two.run(2, lambda inner: None))
    assert (one.steps(), two.steps()) == (3, 6)

    def deep(levels: int) -> None:
        if levels:
            m.Machine().run(1, lambda _: deep(levels - 1))
            two.step()

    deep(30)
    assert two.steps() == 36


def test_an_exception_poisons_nothing(m: Any) -> None:
    machine = m.Machine()
    with pytest.raises(ZeroDivisionError):
        machine.run(5, lambda step: 1 // (3 - step))
    assert machine.steps() == 3
    assert machine.step() == 4


def test_closing_a_handle_inside_its_own_call(m: Any) -> None:
    machine = m.Machine()

    def close(step: int) -> None:
        with pytest.raises(usecrate.HandleError):
            usecrate.close(machine)

    machine.run(1, close)
    assert not usecrate.is_closed(machine)
    assert machine.steps() == 1


def test_the_last_reference_goes_inside_the_call(m: Any) -> None:
    machines = [m.Machine()]
    # The call itself keeps it.
    machines[0].run(2, lambda step: machines.clear())
    assert machines == []


def test_another_thread_waits_or_is_told(m: Any) -> None:
    machine = m.Machine()
    inside = threading.Event()
    outcome: list[Any] = []

    def other() -> None:
        inside.wait(10)
        try:
            outcome.append(machine.steps())
        except usecrate.HandleError as error:
            outcome.append(error)

    thread = threading.Thread(target=other)
    thread.start()

    def tell(step: int) -> None:
        inside.set()
        # It waits for the other thread, so the other must not wait for it.
        thread.join(10)
        assert not thread.is_alive()

    machine.run(1, tell)
    assert isinstance(outcome[0], usecrate.HandleError)


def test_requests_and_answers_of_outer_calls_are_whole(m: Any) -> None:
    words = [f"word{n}" * 20 for n in range(50)]

    def shout(given: list[str]) -> list[str]:
        assert given == words
        for _ in range(3):
            assert m.map_words("x y " * 500, lambda inner: inner[:3]) == ["x", "y", "x"]
            assert m.on_threads(2, lambda n: "z" * 5000) == ["z" * 5000] * 2
        return [word.upper() for word in given]

    assert m.map_words(" ".join(words), shout) == [word.upper() for word in words]


def test_many_threads_call_back(m: Any) -> None:
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for _ in range(30):
                assert m.sum(50, lambda n: n * seed) == 1225 * seed
                assert m.on_threads(3, lambda n: f"{seed}{n}") == [f"{seed}{n}" for n in range(3)]
                with pytest.raises(KeyError):
                    m.sum(5, {0: 1, 1: 2}.__getitem__)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_what_rust_does_not_ask_for_is_not_drawn(m: Any) -> None:
    drawn: list[int] = []

    def generate() -> Iterator[int]:
        for n in itertools.count():
            drawn.append(n)
            yield n

    assert m.first(3, generate()) == [0, 1, 2]
    assert drawn == [0, 1, 2]
    assert m.first(2, itertools.count(5)) == [5, 6]
    iterator = iter(range(10))
    assert m.first(4, iterator) == [0, 1, 2, 3]
    assert next(iterator) == 4, "the rest is still there"
    assert m.count(n for n in range(1000)) == 1000
    assert m.first(2, range(10**18)) == [0, 1]
    assert m.count([1, 2, 3]) == m.count((1, 2, 3)) == m.count({1, 2, 3}) == m.count({1: 0, 2: 0, 3: 0}) == 3


def test_an_iterable_that_raises(m: Any) -> None:
    error = OSError(5, "mine")

    def generate() -> Iterator[int]:
        yield 1
        raise error

    with pytest.raises(OSError) as caught:
        m.count(generate())
    assert caught.value is error
    with pytest.raises(TypeError) as wrong:
        m.count(iter([1, 2, "three"]))
    assert str(wrong.value) == (
        "item 2 must be int, not str: the iterable was passed as `items` of `behaviours.upcalls.count()`"
    )
    with pytest.raises(TypeError, match="argument `items` must be an iterable of int, not int"):
        m.count(5)


def test_an_iterable_that_calls_back(m: Any) -> None:
    assert m.first(3, (m.sum(n, lambda k: k) for n in itertools.count(3))) == [3, 6, 10]

    def bites_its_tail() -> Iterator[int]:
        yield m.count(itself)

    itself = bites_its_tail()
    with pytest.raises(ValueError, match="already executing"):
        m.count(itself)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_inside_a_callable(m: Any) -> None:
    def fork(n: int) -> int:
        child = os.fork()
        if child == 0:
            # The child goes on in the copy of the call: nothing of it may hang.
            os._exit(7)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert m.sum(2, fork) == 14


AT_EXIT = """
import sys, threading, time
import usecrate
m = usecrate.load_artifact(sys.argv[1]).upcalls
threading.Thread(target=lambda: m.forever(dict), daemon=True).start()
threading.Thread(target=lambda: m.forever(lambda: None), daemon=True).start()
threading.Thread(target=lambda: m.sum(2**62, abs), daemon=True).start()
class Last:
    def __del__(self):
        try:
            m.sum(3, abs)
        except BaseException:
            pass
last = Last()
time.sleep(0.2)
"""


def test_silent_at_exit(build: Any) -> None:
    path = str(build(str(pathlib.Path(__file__).parent.parent / "crates" / "behaviours")))
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", AT_EXIT, path], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
