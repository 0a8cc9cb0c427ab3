"""Function pointers: nobody knows who has them, and what is behind them stays."""

from __future__ import annotations

import gc
import pathlib
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
