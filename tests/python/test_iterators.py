"""Iterators: what Rust gives item by item, what iterates itself, and what Rust takes from Python."""

from __future__ import annotations

import copy
import gc
import itertools
import operator
import threading
from array import array
from collections.abc import Iterator
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="iterators")
def iterators_fixture(behaviours: Any) -> Any:
    """The module of iterators."""
    gc.collect()
    return behaviours.iterators


@pytest.fixture(name="song")
def song_fixture(iterators: Any) -> Any:
    """A song of three lines."""
    return iterators.Song().push("one").push("two").push("three")


def test_results_that_are_iterators(iterators: Any) -> None:
    assert list(iterators.counted(1000)) == list(range(1000))
    assert list(iterators.counted(0)) == []
    assert list(iterators.words("so many words")) == ["so", "many", "words"]
    assert list(iterators.characters("äb")) == ["ä", "b"]
    assert list(iterators.boxed("a,b")) == ["a", "b"]
    assert [list(one) for one in iterators.boxes(3)] == [[], [0], [0, 1]]
    assert list(iterators.made()) == [(1, "one"), (2, "two")]
    assert list(itertools.islice(iterators.naturals(), 5000))[-1] == 4999


def test_an_iterator_may_be_missing_or_an_error(iterators: Any) -> None:
    assert iterators.segments("a/b") is None
    assert list(iterators.segments("/a/b")) == ["a", "b"]
    assert list(iterators.digits("1a2")) == [1, 2]
    with pytest.raises(usecrate.CallError, match="no digits"):
        iterators.digits("")


def test_it_is_an_iterator_as_python_knows_them(iterators: Any) -> None:
    numbers = iterators.counted(3)
    assert isinstance(numbers, Iterator)
    assert iter(numbers) is numbers
    assert [next(numbers), next(numbers), next(numbers), next(numbers, None), next(numbers, None)] == [
        *range(3),
        None,
        None,
    ]
    with pytest.raises(StopIteration):
        next(numbers)


def test_nothing_is_fetched_before_it_is_asked_for(iterators: Any) -> None:
    lazy = iterators.counted_lazily(1000)
    assert iterators.asked() == 0
    for _ in range(5):
        next(lazy)
    assert iterators.asked() == 5
    first = iterators.counted(1000)
    next(first)
    assert iterators.asked() == 1
    assert list(first) == list(range(1, 1000))
    assert iterators.asked() == 1000


def test_an_error_is_raised_at_its_item(iterators: Any) -> None:
    parsed = iterators.parsed("1,x,3")
    assert next(parsed) == 1
    with pytest.raises(usecrate.CallError, match="invalid digit"):
        next(parsed)
    assert list(parsed) == [3]
    numbers = iterators.numbers("1,x,3")
    assert next(numbers) == 1
    with pytest.raises(usecrate.CallError, match="invalid digit"):
        next(numbers)
    assert list(numbers) == [3]


def test_a_handle_can_be_iterated(iterators: Any, song: Any) -> None:
    assert [line.text() for line in song] == ["one", "two", "three"]
    assert [line.text() for line in reversed(song)] == ["three", "two", "one"]
    assert (len(song), len(list(song))) == (3, 3)
    bag = iterators.Bag([3, 1, 3])
    assert (list(bag), list(bag), list(reversed(bag))) == (
        [(1, 1), (3, 2)],
        [(1, 1), (3, 2)],
        [(3, 2), (1, 1)],
    )
    assert 3 in bag
    assert 2 not in bag


def test_what_cannot_be_copied_is_used_up(iterators: Any) -> None:
    once = iterators.Once("ab")
    assert list(once) == ["a", "b"]
    with pytest.raises(usecrate.HandleError, match="moved"):
        list(once)


def test_iterators_with_a_class(iterators: Any, song: Any) -> None:
    lines = song.iter()
    assert iter(lines) is lines
    assert (len(lines), operator.length_hint(lines)) == (3, 3)
    assert next(lines).text() == "one"
    assert lines.next_back().text() == "three"
    assert len(lines) == 1
    again = copy.copy(lines)
    assert [line.text() for line in lines] == ["two"]
    assert [line.text() for line in again] == ["two"]
    assert lines.next_back() is None
    assert [line.text() for line in reversed(song.iter())] == ["three", "two", "one"]
    places = song.places()
    places.pass_(1)
    assert [(place.place(), place.line().text()) for place in places] == [(2, "two"), (3, "three")]


def test_reversing_lends_the_iterator(song: Any) -> None:
    lines = song.iter()
    back = reversed(lines)
    assert next(back).text() == "three"
    with pytest.raises(usecrate.HandleError, match="borrowed"):
        next(lines)
    back.close()
    assert [line.text() for line in lines] == ["one", "two"]


def test_an_iterator_that_is_nothing_else_is_fetched_in_batches(iterators: Any) -> None:
    down = iterators.countdown(1000)
    assert operator.length_hint(down) == 1000
    assert next(down) == 999
    assert operator.length_hint(down) == 999
    assert list(down) == list(range(998, -1, -1))
    assert next(down, None) is None


def test_items_keep_what_they_borrow(iterators: Any) -> None:
    line = next(iter(iterators.Song().push("a line of a song that nobody holds")))
    gc.collect()
    assert line.text() == "a line of a song that nobody holds"
    found = iterators.Song().push("one").push("two").search("o")
    gc.collect()
    assert [line.text() for line in found] == ["one", "two"]


def test_what_is_iterated_is_borrowed_until_the_end(song: Any) -> None:
    lines = iter(song)
    with pytest.raises(usecrate.HandleError, match="borrowed"):
        song.push("four")
    del lines
    song.push("four")
    for line in song.iter_mut():
        line.shout()
        with pytest.raises(usecrate.HandleError, match="borrowed"):
            len(song)
        del line
    assert [line.text() for line in song] == ["one!", "two!", "three!", "four!"]


def test_an_iterator_can_be_closed_early(song: Any) -> None:
    with song.drain() as lines:
        assert next(lines).text() == "one"
    assert len(song) == 0
    with pytest.raises(usecrate.HandleError, match="closed"):
        next(lines)


def test_any_iterable_can_be_passed(iterators: Any) -> None:
    several = ([1, 2, 3], (1, 2, 3), {1, 2, 3}, range(1, 4), {1: "", 2: "", 3: ""}, array("I", [1, 2, 3]))
    for numbers in several:
        assert iterators.total(numbers) == 6
    assert iterators.total(iter([1, 2, 3])) == 6
    assert iterators.total(number for number in (1, 2, 3)) == 6
    assert iterators.total(iterators.counted(4)) == 6
    assert iterators.total(iterators.countdown(4)) == 6
    assert iterators.joined((str(number) for number in range(3)), "-") == "0-1-2"
    assert iterators.joined(["a", "b"], ", ") == "a, b"
    assert iterators.table(zip("ab", (1, 2), strict=True)) == {"a": 1, "b": 2}
    assert iterators.table({"a": 1}.items()) == {"a": 1}
    assert iterators.Bag.from_iter(iter([1, 1])).count(1) == 2
    bag = iterators.Bag([])
    bag.extend(number % 2 for number in range(5))
    assert list(bag) == [(0, 3), (1, 2)]
    with pytest.raises(TypeError, match="iterable"):
        iterators.total(5)


def test_rust_takes_only_what_it_needs(iterators: Any) -> None:
    numbers = itertools.count()
    assert iterators.first_greater(numbers, 9) == 10
    assert next(numbers) == 11
    assert iterators.some(numbers, 2) == [12, 13]
    assert next(numbers) == 14


def test_what_needs_more_than_items_takes_them_all(iterators: Any) -> None:
    assert iterators.backwards([1, 2, 3]) == b"\x03\x02\x01"
    assert iterators.backwards(iter([1, 2, 3])) == b"\x03\x02\x01"
    assert iterators.how_many(b"abc") == 3
    assert iterators.how_many(number for number in range(4)) == 4
    for texts in (["a", "abc"], ("abc",), iter(["a", "abc"]), iterators.words("a abc"), {"abc": 1}):
        assert iterators.any_longer(texts, 2)


def test_handles_among_the_items(iterators: Any, song: Any) -> None:
    lines = [copy.copy(line) for line in song]
    assert iterators.texts(lines) == ["one", "two", "three"]
    assert iterators.texts(iter(lines)) == ["one", "two", "three"]
    assert iterators.texts_of(lines) == ["one", "two", "three"]
    assert iterators.texts_of(song) == ["one", "two", "three"]
    assert iterators.texts_of(song.iter()) == ["one", "two", "three"]
    assert [line.text() for line in lines] == ["one", "two", "three"]


def test_a_pipeline_is_lazy(iterators: Any) -> None:
    asked = []

    def numbers() -> Iterator[int]:
        for number in range(3):
            asked.append(number)
            yield number

    doubled = iterators.doubled(numbers())
    assert asked == []
    assert next(doubled) == 0
    assert asked == [0]
    assert list(doubled) == [2, 4]


def test_what_an_iterable_raises_comes_out_unchanged(iterators: Any) -> None:
    error = LookupError("no more")

    def numbers() -> Iterator[int]:
        yield 1
        raise error

    with pytest.raises(LookupError) as caught:
        iterators.total(numbers())
    assert caught.value is error
    doubled = iterators.doubled(numbers())
    assert next(doubled) == 2
    with pytest.raises(LookupError) as caught:
        next(doubled)
    assert caught.value is error
    assert list(doubled) == []


def test_a_wrong_item_names_its_place(iterators: Any) -> None:
    for wrong in ([1, "two"], iter([1, "two"])):
        with pytest.raises(TypeError, match=r"two|\b1\b"):
            iterators.total(wrong)
    for big in ([1, 2**32], iter([1, 2**32])):
        with pytest.raises(OverflowError):
            iterators.total(big)


def test_threads_take_turns(iterators: Any) -> None:
    naturals, found = iterators.naturals(), []

    def take() -> None:
        found.extend(next(naturals) for _ in range(500))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whose batch comes first is not said, and some of the last one is still there: but none comes twice.
    assert len(set(found)) == 2000


def test_an_iterator_that_the_crate_does_not_export(iterators: Any) -> None:
    ladder = iterators.Ladder(["one", "two", "three"])
    assert list(ladder.steps()) == ["one", "two", "three"]
    assert list(ladder.above(1)) == ["two", "three"] and ladder.above(4) is None
    steps = ladder.steps()
    assert next(steps) == "one"
    with pytest.raises(usecrate.BorrowedError):
        ladder.push("four")
    steps.close()
    ladder.push("four")
    assert list(ladder.above(3)) == ["four"]
    with pytest.raises(
        usecrate.UnsupportedSignatureError, match="no form in Python, is no iterator and has no text"
    ):
        _ = ladder.still
