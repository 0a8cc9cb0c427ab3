"""Function pointers: nobody knows who has them, and what is behind them stays."""

from __future__ import annotations

import gc
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
import weakref
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "keeps")


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE)


def double(number: int) -> int:
    return number * 2


class Adds:
    def __init__(self, by: int) -> None:
        self.by = by

    def add(self, number: int) -> int:
        return number + self.by


def test_each_pointer_calls_what_was_passed_for_it(m: Any) -> None:
    one, two = Adds(1), Adds(10)
    rules = [m.pointers.Rule(f) for f in (double, one.add, two.add)]
    assert [rule.apply(5) for rule in rules] == [10, 6, 15]
    assert [rule.apply_elsewhere(5) for rule in rules] == [10, 6, 15]
    # The same callable is the same pointer: as often as one likes.
    for _ in range(40):
        assert m.pointers.Rule(one.add).apply(1) == 2


def test_what_is_behind_one_stays(m: Any) -> None:
    adds = Adds(100)
    rule, gone = m.pointers.Rule(adds.add), weakref.ref(adds)
    del adds
    gc.collect()
    copy = rule.apply  # whoever copies the pointer needs nothing else
    assert copy(1) == 101 and gone() is not None
    usecrate.close(rule)
    gc.collect()
    assert gone() is not None


def test_text_handles_options_and_errors_cross(m: Any) -> None:
    assert m.pointers.shout(str.upper, "a") == "A"
    counter = m.pointers.Counter(7)
    seen: list[Any] = []

    def count(lent: Any) -> int:
        seen.append(lent)
        return lent.count() + 1

    assert m.pointers.look(counter, count) == 8
    with pytest.raises(usecrate.ClosedError):
        seen[0].count()
    assert m.pointers.look(counter) is None
    assert m.pointers.check(lambda number, yes: number + yes) == 2


def test_an_exception_leaves_the_call(m: Any) -> None:
    def bad(number: int) -> int:
        raise KeyError(number)

    rule = m.pointers.Rule(bad)
    with pytest.raises(KeyError):
        rule.apply(3)
    with pytest.raises(TypeError, match="step"):
        m.pointers.Rule(3)


def test_where_there_is_no_room_that_is_told(m: Any) -> None:
    functions = [lambda number, add=add: number + add for add in range(20)]
    assert [m.pointers.crowded(f) for f in functions[:16]] == list(range(1, 17))
    with pytest.raises(ValueError, match=r"no room for another callable.*pass one of them again"):
        m.pointers.crowded(functions[16])
    assert m.pointers.crowded(functions[3]) == 4
    # Elsewhere there is.
    assert m.pointers.check(lambda number, yes: 9) == 9


def test_many_threads_find_one_place(m: Any) -> None:
    results: list[int] = []

    def pass_it() -> None:
        results.append(m.pointers.Rule(shared).apply(1))

    def shared(number: int) -> int:
        return number + 5

    threads = [threading.Thread(target=pass_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [6] * 8


def test_a_type_that_is_over_one_by_default_is_made_with_a_callable(m: Any) -> None:
    assert m.pointers.seven().get() == 7
    asked: list[int] = []

    def make() -> int:
        asked.append(1)
        return 8

    later = m.pointers.Later(make)
    assert asked == []
    assert (later.get(), later.get(), asked) == (8, 8, [1])


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")

IN_CHILD = """
import gc, os, signal, traceback, usecrate
p = usecrate.import_({crate!r}).pointers

def in_child(work):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

def refused(work):
    try:
        work()
    except usecrate.ForkError as error:
        assert "belongs to the" in str(error), error
    else:
        raise AssertionError("not refused")
"""


def run(script: str) -> None:
    """In a fresh interpreter: what is behind pointers stays for good."""
    code = IN_CHILD.format(crate=CRATE) + textwrap.dedent(script)
    words = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@FORKS
def test_a_child_does_not_call_what_its_parent_passed_and_passes_its_own() -> None:
    run("""
        calls = []
        def step(number):
            calls.append(number)
            return number + 1
        p.install(step)
        rule = p.Rule(step)
        def child():
            refused(lambda: rule.apply(1))
            # The pointer lies where Rust left it. What is behind it is of the parent.
            refused(lambda: p.installed(1))
            refused(lambda: p.installed(1))
            assert calls == []
            # The same callable is another one here, with a place of its own.
            for _ in range(40):
                assert p.Rule(step).apply(5) == 6
            assert p.Rule(lambda number: -number).apply(5) == -5
            assert p.Rule(step).apply_elsewhere(7) == 8
            p.install(step)
            assert p.installed(2) == 3
            in_child(lambda: (refused(lambda: p.installed(1)), p.install(step), p.installed(3) == 4 or 1 / 0))
        in_child(child)
        assert p.installed(10) == rule.apply(10) == 11 and calls == [10, 10]
    """)


@FORKS
def test_a_child_that_such_a_callable_makes_ends_its_call() -> None:
    run("""
        made = []
        def step(number):
            if not made:
                made.append(os.fork())
            return number + 1
        try:
            result = p.twice(step, 1)
        except usecrate.ForkError as error:
            # The call goes on in the child too, and comes to the pointer again.
            assert made == [0] and "belongs to the parent process" in str(error), error
            assert p.twice(step, 5) == 7
            os._exit(7)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        assert result == 3 and made[0] != 0
        assert os.waitstatus_to_exitcode(os.waitpid(made[0], 0)[1]) == 7
        assert p.twice(step, 1) == 3
    """)


@FORKS
def test_a_parents_callables_take_room_in_its_child() -> None:
    run("""
        functions = [lambda number, add=add: number + add for add in range(17)]
        for function in functions[:16]:
            p.crowded(function)
        def child():
            try:
                p.crowded(functions[0])
            except ValueError as error:
                assert "none of those that a parent process passed" in str(error), error
            else:
                raise AssertionError("not refused")
        in_child(child)
        assert p.crowded(functions[0]) == 1
    """)
