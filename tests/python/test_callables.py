"""Callables that Rust calls during a call: arguments, results, exceptions, what is lent, threads."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="m")
def callables_fixture(behaviours: Any) -> Any:
    """The module of callables."""
    return behaviours.callables


def test_every_way_of_taking_a_callable(m: Any) -> None:
    assert m.apply(lambda x: x * 2, 21) == 42
    assert m.fold([1, 2, 3], lambda total, item: total * 10 + item) == 123
    assert m.once("text", str.encode) == 4 and m.once("text", lambda _: None) is None
    assert m.dynamic(["a", "bb", "ccc"], lambda word: len(word) > 1) == ["bb", "ccc"]
    seen: list[int] = []
    assert m.dynamic_mut(3, seen.append) is None and seen == [0, 1, 2]
    assert m.boxed(lambda: 7) == 7
    assert m.maybe(1, lambda x: x + 1) == 2 and m.maybe(1) is None and m.maybe(1, f=None) is None
    assert m.maybe_dynamic(1, lambda x: x + 1) == 2 and m.maybe_dynamic(1) is None
    assert m.maybe_dynamic_mut(2, seen.append) is None and seen == [0, 1, 2, 0, 1]
    assert m.maybe_dynamic_mut(2) is None and m.maybe_boxed() is None and m.maybe_boxed(lambda: 7) == 7
    assert m.text(lambda: "äb") == 3
    assert m.fallible(lambda x: x + 1) == 2 and m.any_error(lambda x: x + 1) == 2
    calls: list[None] = []
    m.times(4, lambda: calls.append(None))
    assert len(calls) == 4


def test_callables_of_every_kind(m: Any) -> None:
    class Doubler:
        def __call__(self, x: int) -> int:
            return 2 * x

        def triple(self, x: int) -> int:
            return 3 * x

    for callable_, wanted in [(Doubler(), 10), (Doubler().triple, 15), (int, 5), (abs, 5)]:
        assert m.apply(callable_, 5) == wanted
    # A callable of the crate itself, and one inside another.
    assert m.apply(lambda x: m.apply(lambda y: y + 1, x) * 2, 1) == 4
    assert m.apply(f=lambda x: x, x=3) == 3


def test_an_exception_comes_out_unchanged(m: Any) -> None:
    class Odd(Exception):
        pass

    raised = Odd("at three")

    def f(total: int, item: int) -> int:
        if item == 3:
            raise raised
        return total + item

    with pytest.raises(Odd) as caught:
        m.fold([1, 2, 3, 4], f)
    assert caught.value is raised and raised.__cause__ is None and raised.__context__ is None
    for error in (KeyboardInterrupt(), SystemExit(3), StopIteration(1), GeneratorExit()):

        def fail(_: int, error: BaseException = error) -> int:
            raise error

        with pytest.raises(type(error)) as caught_:
            m.apply(fail, 1)
        assert caught_.value is error
    with pytest.raises(ZeroDivisionError):
        m.fallible(lambda x: x // 0)
    with pytest.raises(ZeroDivisionError):
        m.any_error(lambda x: x // 0)
    assert m.apply(lambda x: x, 1) == 1


def test_an_interrupt_is_not_swallowed(m: Any) -> None:
    def fail() -> None:
        raise KeyError("swallowed by Rust, as it says")

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert m.survive(lambda: None) is True
    assert m.survive(fail) is False
    with pytest.raises(KeyboardInterrupt):
        m.survive(interrupt)


def test_what_a_callable_gives_is_checked(m: Any) -> None:
    with pytest.raises(TypeError, match="callable"):
        m.apply(lambda x: "text", 1)
    with pytest.raises(OverflowError):
        m.apply(lambda x: 2**70, 1)
    with pytest.raises(TypeError):
        m.apply(lambda: 1, 1)
    with pytest.raises(TypeError):
        m.apply(3, 1)
    with pytest.raises(TypeError):
        m.apply(None, 1)


def test_what_is_lent_ends_with_the_callable(m: Any) -> None:
    tank = m.Tank(5)
    kept: list[Any] = []

    def look(lent: Any) -> int:
        kept.append(lent)
        kept.append(lent.gauge())
        return int(lent.level() + kept[1].reading())

    assert tank.show(look) == 10
    for one, method in zip(kept, ("level", "reading"), strict=True):
        with pytest.raises(usecrate.ClosedError):
            getattr(one, method)()
    assert tank.level() == 5
    tank.set(6)

    def change(lent: Any) -> None:
        kept.append(lent)
        lent.set(lent.level() * 2)

    assert tank.change(change) == 12
    with pytest.raises(usecrate.ClosedError):
        kept[-1].set(1)
    assert tank.level() == 12

    readings: list[Any] = []

    def measure(gauge: Any) -> int:
        readings.append(gauge)
        return int(gauge.reading())

    assert tank.measure(measure) == 12
    with pytest.raises(usecrate.ClosedError):
        readings[0].reading()
    tank.set(1)
    given = m.Tank(2).hand_over(lambda lent: (lent.set(9), lent)[1])
    assert given.level() == 9
    assert m.Tank(2).hand_over(lambda lent: m.Tank(4)).level() == 4


def test_what_a_call_has_for_itself_is_refused_inside(m: Any) -> None:
    tank = m.Tank(1)
    errors: list[BaseException] = []

    def again(lent: Any) -> None:
        try:
            tank.level()
        except usecrate.BorrowedError as error:
            errors.append(error)

    tank.change(again)
    assert len(errors) == 1
    # A shared one may be looked at, and not be changed.
    assert tank.show(lambda _: tank.level()) == 1
    with pytest.raises(usecrate.BorrowedError):
        tank.show(lambda _: tank.set(2) or 0)
    with pytest.raises(usecrate.BorrowedError):
        tank.change(lambda _: tank.set(2))
    # An exception is no panic: the value is not poisoned.
    assert tank.level() == 1


def test_callables_run_in_other_threads(m: Any) -> None:
    names: set[int] = set()

    def square(x: int) -> int:
        names.add(threading.get_ident())
        return x * x

    assert m.elsewhere(square) == 0 + 1 + 4 + 9
    assert threading.get_ident() not in names


def test_a_trait_that_callables_implement_takes_one(m: Any) -> None:
    assert m.replace_words("a b c", "x") == "x x x"
    assert m.replace_words("a b c", str.upper) == "A B C"
    with pytest.raises(ZeroDivisionError):
        m.replace_words("a", lambda _: str(1 // 0))


def test_what_nothing_names_may_be_given_as_anything(m: Any) -> None:
    given = [object(), 1.5, {"a": (1, [2])}, None]
    called = iter(given)
    for _ in given:
        assert m.anything(lambda: next(called)) is None
    assert next(called, None) is None
    with pytest.raises(ZeroDivisionError):
        m.anything(lambda: 1 // 0)


def test_what_rust_keeps_is_called_from_its_thread(m: Any) -> None:
    threads: list[int] = []
    m.keep(lambda: threads.append(threading.get_ident()))
    assert len(threads) == 1 and threads != [threading.get_ident()]
    assert "f" in inspect.signature(m.apply).parameters
