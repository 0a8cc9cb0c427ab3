"""Types of a crate's that hold a callable of Python's: `Only<W, F>` with `F: FnMut(&W::Item) -> bool`."""

from __future__ import annotations

import gc
import pathlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import usecrate
from usecrate._native import held_objects

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "keeps")


@pytest.fixture(scope="module", name="crate")
def crate_fixture() -> Any:
    return usecrate.import_(CRATE).adaptors


@pytest.fixture(name="m")
def module_fixture(crate: Any) -> Iterator[Any]:
    """The module; whatever it held of Python must be given back."""
    before = held_objects()
    yield crate
    gc.collect()
    assert held_objects() == before


def all_of(walk: Any) -> list[Any]:
    found = []
    while (item := walk.step()) is not None:
        found.append(item)
    return found


def test_what_a_method_makes_of_a_callable_has_a_class(m: Any) -> None:
    long = m.Words("a river and an owl").only(lambda word: len(word.text()) > 2)
    assert isinstance(long, m.Only)
    assert [word.text() for word in all_of(long)] == ["river", "and", "owl"]
    assert m.Words("a river").only(lambda _: False).count() == 0


def test_what_a_callable_gives_is_what_the_type_gives(m: Any) -> None:
    made = m.Words("a river and").made(lambda word: {word.text(): len(word.text())})
    assert all_of(made) == [{"a": 1}, {"river": 5}, {"and": 3}]


def test_what_is_passed_says_what_a_method_gives(m: Any) -> None:
    pairs = all_of(m.Words("a b c").paired(m.Words("d e")))
    assert [(one.text(), other.text()) for one, other in pairs] == [("a", "d"), ("b", "e")]


def test_a_constructor_takes_a_callable(m: Any) -> None:
    even = m.Rule(lambda number: number % 2 == 0)
    assert (even.holds(4), even.holds(5)) == (True, False)
    asked: list[int] = []

    def is_odd(number: int) -> bool:
        asked.append(number)
        return number % 2 == 1

    numbers = m.Rule(is_odd).below(10)
    assert next(numbers) == 1
    assert asked == [0, 1], "nothing is asked ahead of its time"


def test_what_a_callable_raises_leaves_the_call(m: Any) -> None:
    def refuse(word: Any) -> bool:
        if word.text() == "river":
            raise KeyError("river")
        return True

    walk = m.Words("a river and").only(refuse)
    assert walk.step().text() == "a"
    with pytest.raises(KeyError, match="river"):
        walk.step()
    assert walk.step().text() == "and"
    with pytest.raises(m.Broken, match="a broken word"):
        m.Words("broken").only(refuse).step()


def test_what_is_lent_to_a_callable_ends_with_it(m: Any) -> None:
    kept: list[Any] = []

    def keep(word: Any) -> bool:
        kept.append(word)
        return True

    walk = m.Words("a river").only(keep)
    word = walk.step()
    assert word.text() == "a"
    with pytest.raises(usecrate.UsecrateError):
        kept[0].text()


def test_a_callable_is_released_with_what_holds_it(m: Any) -> None:
    class Likes:
        def __call__(self, word: Any) -> bool:
            return True

    before = held_objects()
    walk = m.Words("a b").only(Likes())
    assert held_objects() == before + 1
    walk.close()
    assert held_objects() == before


def test_a_callable_is_asked_on_any_thread(m: Any) -> None:
    rule = m.Rule(lambda number: number == threading.get_ident() % 1000)
    seen: list[bool] = []

    def ask() -> None:
        seen.append(rule.holds(threading.get_ident() % 1000))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert seen == [True] * 4


@pytest.mark.parametrize(
    "given", [lambda: [1, 2, 3, 4], lambda: iter([1, 2, 3, 4]), lambda: (n for n in (1, 2, 3, 4))]
)
def test_an_iterator_of_pythons_has_two_ends(m: Any, given: Any) -> None:
    all_ = m.Backwards(given())
    assert (all_.first(), all_.last(), all_.last(), all_.first()) == (1, 4, 3, 2)
    assert all_.last() is None
    assert all_.first() is None


def test_items_that_may_be_errors_are_what_they_would_be(m: Any) -> None:
    def one_and_no_more() -> Iterator[int]:
        yield 1
        raise KeyError("two")

    assert all_of(m.tries([1, "two", (3.5,)])) == [1, "two", (3.5,)]
    tries = m.tries(one_and_no_more())
    assert tries.step() == 1
    with pytest.raises(KeyError, match="two"):
        tries.step()
    assert m.tries(iter("abc")).only(lambda letter: letter != "b").count() == 2


def test_a_type_over_any_iterator_is_over_any_iterable(m: Any) -> None:
    assert all_of(m.loose({"a": 1})) == ["a"]
    assert all_of(m.loose([1, 2, 3]).made(lambda number: number * 2)) == [2, 4, 6]
