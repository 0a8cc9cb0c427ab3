"""Traits for whatever iterates (`impl<T: Iterator> Spread for T`): once, over any iterable."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "keeps")


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE).spread


def test_any_iterable_has_the_methods(m: Any) -> None:
    assert m.Spread.tally([1, "two", None]) == 3
    assert list(m.Spread.doubled("ab")) == ["a", "a", "b", "b"]
    assert list(m.Spread.picked(range(6), lambda item: item % 2 == 1)) == [1, 3, 5]


def test_an_iterator_of_the_crate_is_such_an_iterable(m: Any) -> None:
    assert m.Spread.tally(m.Countdown(4)) == 4
    assert m.Countdown(4).tally() == 4
    assert list(m.Countdown(2).doubled()) == [2, 2, 1, 1]
    assert m.Countdown.tally(m.Countdown(3)) == 3
    counting = m.Countdown(3)
    assert next(counting) == 3
    assert list(counting.doubled()) == [2, 2, 1, 1]
    assert counting.stands() == 0


def test_adaptors_of_adaptors_have_one_class(m: Any) -> None:
    once = m.Countdown(2).doubled()
    assert next(once) == 2
    twice = once.doubled()
    assert type(twice) is type(once) is m.Doubled
    assert list(twice) == [2, 2, 1, 1, 1, 1]
    picked = m.Countdown(4).doubled().picked(lambda item: item > 3)
    assert m.Spread.tally(picked) == 2


def test_each_method_has_one_shim(m: Any) -> None:
    manifest = usecrate.manifest(usecrate.import_(CRATE))
    for name in ("doubled", "picked", "tally"):
        ids = [one["id"] for one in manifest["callables"] if one["id"].endswith(f"Spread>::{name}")]
        assert ids == [f"<Iterable<Dynamic> as keeps::spread::Spread>::{name}"]


def test_what_no_iterable_has_those_have_that_can(m: Any) -> None:
    counting = m.Countdown(3)
    assert counting.recount() == 6
    assert counting.stands() == 3
    with pytest.raises(TypeError):
        m.Spread.recount([1, 2])
    with pytest.raises(AttributeError):
        m.Countdown(3).doubled().recount  # noqa: B018 `Doubled` is no `Clone`


def test_what_asks_for_items_of_a_make_takes_those(m: Any) -> None:
    pairs = [("a", 1), ("b", 2), ("a", None)]
    assert m.Spread.by_key(iter(pairs)).gather() == [("a", [1, None]), ("b", [2])]
    assert m.Spread.until_none([1, "two", None, 4]) == [1, "two"]
    with pytest.raises(TypeError, match=r"must be tuple \(any object, any object\), not str"):
        m.Spread.by_key(["ab"]).gather()


def test_a_hasher_is_the_one_that_there_is(m: Any) -> None:
    assert m.Spread.distinct_with([1, 2, 1, "two"], None) == 3
    with pytest.raises(TypeError, match="must be None, not int"):
        m.Spread.distinct_with([1], 1)
