"""What is lent to be changed ends when its owner is used again, as references do in Rust; fields that stay in
Rust are changed where they are."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "reaches")


@pytest.fixture(name="lent", scope="module")
def lent_fixture() -> Any:
    """The module."""
    return usecrate.import_(CRATE).lent


def test_a_loop_over_what_is_lent_one_by_one(lent: Any) -> None:
    film = lent.Film(3)
    numbers = []
    while (frame := film.read_frame()) is not None:
        numbers.append(frame.number())
    assert numbers == [0, 1, 2]
    assert film.length() == 0


def test_what_is_lent_to_be_changed_ends_when_its_owner_is_used(lent: Any) -> None:
    film = lent.Film(2)
    first = film.frame_mut(0)
    first.delay = 3
    second = film.frame_mut(1)
    second.delay = 4
    assert film.length() == 7
    for ended in (first, second):
        assert usecrate.is_closed(ended)
        with pytest.raises(usecrate.ClosedError, match="was lent, and ended when the value"):
            ended.number()


def test_what_is_lent_to_be_looked_at_does_not_end(lent: Any) -> None:
    film = lent.Film(2)
    first, second = film.frame(0), film.frame(1)
    assert (first.number(), second.number(), film.length()) == (0, 1, 0)
    with pytest.raises(usecrate.BorrowedError, match="Film::frame"):
        film.frame_mut(0)
    del first, second
    assert film.frame_mut(0).number() == 0


def test_a_call_that_is_a_mistake_ends_nothing(lent: Any) -> None:
    film = lent.Film(1)
    first = film.frame_mut(0)
    with pytest.raises(TypeError):
        lent.Frame.number(film)
    with pytest.raises(TypeError):
        film.frame_mut("x")
    assert first.number() == 0


def test_what_is_in_use_does_not_end(lent: Any) -> None:
    film = lent.Film(1)

    def inside(number: int) -> None:
        with pytest.raises(usecrate.BorrowedError, match="inside a callback"):
            film.length()
        raise KeyError(number)

    with pytest.raises(KeyError):
        film.visit(inside)


def test_a_refused_call_inside_a_callable_is_not_made_twice(lent: Any) -> None:
    film, other = lent.Film(3), lent.Film(1)
    seen = other.frame(0)
    calls = []

    def inside(number: int) -> None:
        calls.append(number)
        other.frame_mut(0)

    with pytest.raises(usecrate.BorrowedError, match="Film::frame"):
        film.visit(inside)
    assert calls == [0] and seen.number() == 0


def test_fields_of_fields_are_set(lent: Any) -> None:
    options = lent.Options()
    options.extension.table = True
    options.render.width = 80
    options.render.margins.left = 4
    options.render.margins.widen(3)
    assert options.summary() == "true 80 7"


def test_a_field_stays_what_it_is(lent: Any) -> None:
    options = lent.Options()
    extension, render = options.extension, options.render
    margins = render.margins
    extension.table = True
    margins.widen(2)
    render.width = 7
    assert (extension.table, render.width, margins.left) == (True, 7, 2)
    assert options.summary() == "true 7 2"
    options.reset()
    assert (extension.table, render.width, margins.left) == (False, 0, 0)
    margins.left = 1
    del options
    assert margins.left == render.margins.left == 1


def test_a_field_that_was_closed_stays_closed(lent: Any) -> None:
    options = lent.Options()
    render = options.render
    usecrate.close(render)
    with pytest.raises(usecrate.ClosedError, match="was closed"):
        render.width = 3
    with pytest.raises(usecrate.ClosedError):
        assert render.width
    assert options.summary() == "false 0 0"


def test_what_is_borrowed_otherwise_is_not_changed_by_its_fields(lent: Any) -> None:
    with lent.Options().render as render:
        render.width = 2
        assert render.width == 2
    assert usecrate.is_closed(render)


def test_what_is_shown_ends_nothing_and_fails_never(lent: Any) -> None:
    film = lent.Film(1)
    frame = film.frame_mut(0)
    assert repr(film) == "<reaches.lent.Film (in use)>"
    assert frame.number() == 0
    assert repr(film).startswith("<reaches.lent.Film (in use")
    del frame
    assert repr(film).startswith("Film {")
    usecrate.close(film)
    assert repr([film]) == "[<reaches.lent.Film (closed)>]"


def test_items_that_borrow_nothing_though_their_type_may(lent: Any) -> None:
    film = lent.Film(3)
    assert [mark.text() for mark in film] == ["2", "1", "0"]
    with pytest.raises(usecrate.ClosedError, match="moved"):
        film.length()


def test_what_a_method_takes_by_value_has_lifetimes_of_its_own(lent: Any) -> None:
    options = lent.Options()
    assert options.named("".join(["b", "ook"])).name() == "book"
    assert options.name() is None


def test_items_that_rust_draws_are_values(lent: Any) -> None:
    margins = lent.Options().render.margins
    row = lent.Row([margins, lent.Margins()])
    assert row.count() == 2
    assert lent.Row.from_iter([lent.Part.Number(1)]).count() == 1
