"""Iterating over what Rust gives: nameless iterators, handles that are iterators, handles that iterate."""

from __future__ import annotations

import gc
import itertools
import operator
import threading
from collections.abc import Iterable, Iterator
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
    song = iterators.Song()
    for line in ("la", "li", "lu"):
        song.push(line)
    return song


def test_a_nameless_iterator(iterators: Any) -> None:
    found = iterators.counted(5)
    assert type(found) is usecrate.Iterator
    assert isinstance(found, Iterator)
    assert iter(found) is found
    assert "Iterator of int" in repr(found)
    assert list(found) == [0, 1, 2, 3, 4]
    assert list(found) == []
    assert next(found, "nothing") == "nothing"
    assert list(iterators.words(" a  b c ")) == ["a", "b", "c"]
    assert "".join(iterators.characters("añ𝄞")) == "añ𝄞"
    assert list(iterators.boxed("x,y")) == ["x", "y"]
    assert [list(one) for one in iterators.boxes(3)] == [[], [0], [0, 1]]
    assert list(iterators.segments("/a/b")) == ["a", "b"]
    assert iterators.segments("a") is None
    assert dict(iterators.made()) == {1: "one", 2: "two"}


def test_no_more_is_fetched_than_is_promised(iterators: Any) -> None:
    known = iterators.counted(1000)
    assert iterators.asked() == 0
    assert list(itertools.islice(known, 4)) == [0, 1, 2, 3]
    assert iterators.asked() == 7, "batches of 1, 2 and 4"
    unknown = iterators.counted_lazily(1000)
    assert list(itertools.islice(unknown, 4)) == [0, 1, 2, 3]
    assert iterators.asked() == 4, "one by one"
    assert list(itertools.islice(iterators.naturals(), 2000)) == list(range(2000))


def test_an_error_is_raised_at_its_item(iterators: Any) -> None:
    numbers = iterators.parsed("1,x,3")
    assert next(numbers) == 1
    with pytest.raises(usecrate.CallError, match="invalid digit"):
        next(numbers)
    assert list(numbers) == [3]
    with pytest.raises(usecrate.CallError, match="no digits"):
        iterators.digits("")
    named = iterators.numbers("1,256,3")
    assert next(named) == 1
    with pytest.raises(usecrate.CallError, match="too large"):
        next(named)
    assert list(named) == [3]


def test_a_handle_that_is_an_iterator(iterators: Any, song: Any) -> None:
    places = song.places()
    assert isinstance(places, Iterator)
    assert isinstance(places, iterators.Places)
    assert iter(places) is places
    first = next(places)
    assert (first.place(), first.line().text()) == (1, "la")
    places.pass_(1) if hasattr(places, "pass_") else getattr(places, "pass")(1)
    assert [placed.place() for placed in places] == [3]
    with pytest.raises(StopIteration):
        next(places)
    countdown = iterators.countdown(300)
    assert operator.length_hint(countdown) == 300
    assert next(countdown) == 299
    assert next(countdown) == 298
    assert operator.length_hint(countdown) == 298, "what was fetched ahead counts"
    assert list(countdown) == list(range(297, -1, -1))
    usecrate.close(countdown)
    with pytest.raises(usecrate.ClosedError):
        next(countdown)


def test_both_ends_and_a_length(song: Any) -> None:
    lines = song.iter()
    assert len(lines) == 3
    assert next(lines).text() == "la"
    assert lines.next_back().text() == "lu"
    assert len(lines) == 1
    assert [line.text() for line in reversed(song.iter())] == ["lu", "li", "la"]


def test_a_handle_that_iterates(song: Any, iterators: Any) -> None:
    assert isinstance(song, Iterable)
    assert not isinstance(song, Iterator)
    assert [line.text() for line in song] == ["la", "li", "lu"]
    assert [line.text() for line in reversed(song)] == ["lu", "li", "la"]
    assert [line.text() for line in song] == ["la", "li", "lu"], "each time anew"
    first, *rest = song
    assert (first.text(), len(rest)) == ("la", 2)
    assert [line.text() for line in song.search("i")] == ["li"]


def test_an_iterator_borrows_until_its_end(song: Any) -> None:
    found = iter(song.search("l"))
    next(found)
    with pytest.raises(usecrate.BorrowedError):
        song.push("lo")
    list(found)
    gc.collect()
    song.push("lo")
    found = song.search("l")
    next(found)
    found.close()
    song.push("le")
    with song.search("l") as found:
        assert next(found).text() == "la"
    song.push("ly")
    assert len(song) == 6


def test_its_owner_lives_as_long(iterators: Any) -> None:
    song = iterators.Song()
    song.push("la")
    lines = iter(song)
    found = song.search("la")
    del song
    gc.collect()
    assert [line.text() for line in lines] == ["la"]
    assert [line.text() for line in found] == ["la"]


def test_items_that_are_lent_exclusively(song: Any) -> None:
    for line in song.iter_mut():
        line.shout()
        del line
    gc.collect()
    assert [line.text() for line in song] == ["la!", "li!", "lu!"]
    drained = song.drain()
    assert next(drained).text() == "la!"
    del drained
    gc.collect()
    assert len(song) == 0, "what an iterator does when it is dropped is done"


def test_threads_take_turns(iterators: Any) -> None:
    numbers = iterators.counted_lazily(2000)
    seen: list[list[int]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda own=own: own.extend(numbers)) for own in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(itertools.chain(*seen)) == list(range(2000))


def test_help_says_what_it_gives(iterators: Any) -> None:
    assert "counted(end: int) -> Iterator[int]" in iterators.counted.__doc__
    assert "words(text: str) -> Iterator[str]" in iterators.words.__doc__
