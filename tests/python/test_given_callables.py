"""Callables that Rust gives: boxes, `impl Fn`, function pointers, alone and in something; how each is called,
what they borrow, where they may be called."""

from __future__ import annotations

import gc
import pathlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import usecrate
from usecrate._native import held_objects

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "keeps")


@pytest.fixture(name="m")
def module_fixture() -> Iterator[Any]:
    """The module; whatever it held of Python must be given back."""
    crate = usecrate.import_(CRATE)
    gc.collect()
    before = held_objects()
    yield crate.given
    gc.collect()
    assert held_objects() == before


def elsewhere(call: Callable[[], Any]) -> Any:
    """What a call gives, or raises, on another thread."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(call())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_what_holds_a_callable_is_called(m: Any) -> None:
    adder = m.adder(3)
    assert callable(adder)
    assert type(adder).__name__ == "Fn_i64_to_i64_Send_Sync"
    assert adder(4) == 7
    assert m.multiplier(3)(5) == 15
    assert m.shared()("x", 1.5) == "x1.5"
    assert m.local()() == 7
    assert list(map(adder, range(3))) == [3, 4, 5]


def test_arguments_are_those_of_the_callable(m: Any) -> None:
    adder = m.adder(3)
    with pytest.raises(TypeError, match="arg0"):
        adder("x")
    with pytest.raises(OverflowError):
        adder(2**64)
    with pytest.raises(TypeError):
        adder()
    assert adder(arg0=1) == 4


def test_function_pointers_are_callables_wherever_they_are(m: Any) -> None:
    assert m.doubling()(4) == 8
    assert m.named("halve")(9) == 4
    assert m.named("nothing") is None
    assert [(name, run(10)) for name, run in m.TABLE] == [("double", 20), ("halve", 5)]
    assert m.chain([run for _, run in m.TABLE], 10) == 10
    assert m.splitter()("one two") == "one"


def test_callables_in_containers_and_fields(m: Any) -> None:
    assert {name: run(1) for name, run in m.by_name().items()} == {"one": 2, "ten": 11}
    loud = m.Operation.loud(5)
    assert (loud.run(3), loud.say("hey"), loud.with_(3), loud.action()(1)) == (6, "HEY", 8, 6)


def test_fields_that_are_callables_are_set(m: Any) -> None:
    operation = m.Operation.loud(5)
    operation.name = "quiet"
    operation.say = None
    operation.with_ = m.adder(1)
    assert (operation.name, operation.say, operation.with_(1)) == ("quiet", None, 2)
    operation.with_ = lambda value: -value
    assert operation.with_(1) == -1


def test_a_state_is_changed_by_calls(m: Any) -> None:
    counter = m.counter()
    assert [counter(), counter(), counter()] == [1, 2, 3]


def test_what_is_called_once_is_used_up(m: Any) -> None:
    greeting = m.greeting("Bob")
    assert greeting("Hello") == "Hello, Bob"
    with pytest.raises(usecrate.ClosedError, match="moved into"):
        greeting("Hello")


def test_what_borrows_is_held_while_the_callable_lives(m: Any) -> None:
    place = m.Place("here")
    parting = m.parting(place)
    with pytest.raises(usecrate.BorrowedError, match="parting"):
        place.rename("there")
    assert parting() == "good bye, here"
    # Called once, it is gone, and so is what it borrowed.
    place.rename("there")
    visitor = place.visitor()
    assert (visitor(), visitor()) == (1, 2)
    finder = place.finder()
    found = finder()
    del place, visitor, finder
    assert "there" in repr(found)


def test_a_callable_may_hold_others_of_python(m: Any) -> None:
    both = m.compose(lambda value: value + 1, m.adder(10))
    assert both(1) == 12

    def failing(value: int) -> int:
        raise LookupError(value)

    with pytest.raises(LookupError, match="7"):
        m.compose(failing, failing)(7)


def test_callables_give_and_take_callables(m: Any) -> None:
    assert m.curried()(10)(3) == 7
    assert m.twice()(lambda value: value * 3, 2) == 18
    assert m.twice()(m.adder(2), 2) == 6


def test_errors_and_panics_of_callables(m: Any) -> None:
    checked = m.checked()
    assert checked("12") == 12
    with pytest.raises(usecrate.CallError, match="invalid digit"):
        checked("x")
    assert checked("1") == 1
    panicking = m.panicking()
    assert panicking(False) == 1
    with pytest.raises(usecrate.PanicError, match="now"):
        panicking(True)
    with pytest.raises(usecrate.PoisonedError):
        panicking(False)


def test_only_what_may_be_sent_is_called_elsewhere(m: Any) -> None:
    adder, counter = m.adder(1), m.counter()
    assert elsewhere(lambda: adder(1)) == 2
    assert isinstance(elsewhere(counter), usecrate.ThreadError)
    assert counter() == 1


def test_a_callable_that_changes_is_not_called_within_itself(m: Any) -> None:
    kept: list[Any] = []
    feeding = m.feeding(lambda: kept[0]())
    kept.append(feeding)
    with pytest.raises(usecrate.BorrowedError):
        feeding()
    kept.clear()
