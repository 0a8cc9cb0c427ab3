"""Traits as types: trait objects as results and arguments, and results of which only the bounds are known."""

from __future__ import annotations

import gc
import pathlib
import threading
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "traits")


@pytest.fixture(scope="module", name="crate")
def crate_fixture() -> Any:
    return usecrate.import_(CRATE)


def test_an_object_in_a_box_has_the_methods_of_its_trait(crate: Any) -> None:
    shape = crate.by_name("circle")
    assert type(shape).__name__ == "DynShape"
    assert (shape.area(), shape.name(), shape.label()) == (3.0, "circle", "no label")
    shape.grow(2.0)
    assert (shape.area(), shape.doubled()) == (12.0, 24.0)
    assert repr(shape) == "Circle { radius: 2.0 }"
    assert not hasattr(shape, "sized")
    assert crate.by_name("triangle") is None
    assert crate.found("square").label() == "by name"
    with pytest.raises(usecrate.CallError, match="there is no triangle"):
        crate.found("triangle")


def test_a_trait_has_its_methods_for_objects_too(crate: Any) -> None:
    assert crate.Shape.area(crate.by_name("circle")) == 3.0
    assert crate.Shape.area(crate.Circle(1.0)) == 3.0
    assert crate.Named.name(crate.by_name("square")) == "square"


def test_a_method_that_uses_up_its_box(crate: Any) -> None:
    shape = crate.by_name("square")
    assert shape.melt() == "by name"
    with pytest.raises(usecrate.ClosedError, match="moved"):
        shape.area()
    # Where it is a method of the type, the value is put in a box: a clone of it, where there is one.
    circle = crate.Circle(2.0)
    assert circle.melt() == "a drop of 2"
    assert circle.area() == 12.0
    assert crate.by_name("circle").boxed_clone().area() == 3.0


def test_whatever_implements_the_trait_may_be_lent(crate: Any) -> None:
    circle, square = crate.Circle(1.0), crate.Square(2.0, "mine")
    drawing = crate.Drawing.of([circle])
    shapes = [
        circle,
        square,
        crate.by_name("square"),
        crate.hidden(5.0),
        crate.framed(circle),
        drawing.get(0),
    ]
    areas = [3.0, 4.0, 4.0, 5.0, 4.0, 3.0]
    assert [crate.area_of(shape) for shape in shapes] == areas
    assert crate.total(shapes) == sum(areas)
    assert crate.total([]) == 0.0
    for wrong in (crate.Counter(), "circle", None, 1):
        with pytest.raises(TypeError, match="shape"):
            crate.area_of(wrong)
    with pytest.raises(TypeError, match=r"shapes\[1\]"):
        crate.total([circle, crate.Counter()])


def test_an_object_is_changed_in_place(crate: Any) -> None:
    for shape in (crate.Circle(1.0), crate.by_name("circle"), crate.hidden(3.0)):
        crate.grow(shape, 2.0)
        assert shape.area() in (12.0, 6.0)
    circle = crate.Circle(1.0)
    drawing = crate.Drawing()
    drawing.add(circle)
    # What is lent shared is not to be had exclusively.
    with pytest.raises(TypeError):
        crate.grow(drawing.get(0), 2.0)
    lent = drawing.get_mut(0)
    crate.grow(lent, 2.0)
    lent.grow(2.0)
    assert lent.area() == 48.0
    with pytest.raises(usecrate.BorrowedError):
        drawing.area()
    del lent
    gc.collect()
    assert (drawing.area(), circle.area()) == (48.0, 3.0)


def test_objects_are_given_in_boxes(crate: Any) -> None:
    square, boxed = crate.Square(1.0, "moved"), crate.by_name("square")
    drawing = crate.Drawing.of([crate.Circle(1.0), square, boxed])
    assert drawing.area() == 8.0
    for gone in (square, boxed):
        with pytest.raises(usecrate.ClosedError, match="moved"):
            gone.area()
    last = drawing.pop()
    assert (last.area(), drawing.area()) == (4.0, 4.0)
    assert drawing.add(last).add(crate.Circle(2.0)).area() == 20.0
    # One that is refused leaves the others whole.
    square = crate.Square(1.0, "stays")
    with pytest.raises(TypeError):
        crate.Drawing.of([square, "circle"])
    assert square.area() == 1.0
    # What borrows lives no longer than what it borrows, and a drawing may.
    with pytest.raises(TypeError):
        crate.Drawing.of([crate.framed(crate.Circle(1.0))])


def test_a_lent_object_keeps_its_owner(crate: Any) -> None:
    drawing = crate.Drawing.of([crate.Circle(1.0), crate.Square(2.0, "second")])
    first, second = drawing.get(0), drawing.get(1)
    assert (first.area(), second.label(), drawing.first().area()) == (3.0, "second", 3.0)
    with pytest.raises(usecrate.BorrowedError):
        drawing.add(crate.Circle(1.0))
    items = list(drawing.iter())
    del drawing
    gc.collect()
    assert [item.area() for item in items] == [3.0, 4.0]
    assert crate.bigger(first, second).name() == "square"
    big = crate.bigger(crate.Circle(9.0), first)
    gc.collect()
    assert big.area() == 243.0


def test_results_that_cannot_be_named(crate: Any) -> None:
    shape = crate.hidden(4.0)
    shape.grow(2.0)
    assert (shape.area(), shape.name(), repr(shape)) == (8.0, "hidden", "Hidden(8.0)")
    circle = crate.Circle(1.0)
    framed, boxed = crate.framed(circle), crate.framed_box(circle)
    assert (framed.area(), boxed.area()) == (4.0, 4.0)
    with pytest.raises(usecrate.BorrowedError):
        circle.grow(2.0)
    del circle
    gc.collect()
    assert (framed.name(), boxed.name()) == ("frame of a circle", "frame of a circle")


def test_what_only_has_text_is_that(crate: Any) -> None:
    assert crate.said("ab", 3) == "ababab"
    assert crate.as_text("abc") == "ABC"


def test_objects_that_many_own(crate: Any) -> None:
    source = crate.source()
    assert [source.next(), source.next()] == [0, 1]
    assert source.twice() == 5
    assert crate.ask_elsewhere(source) == 4
    assert source.next() == 5
    counter = crate.Counter()
    assert crate.ask_elsewhere(counter) == 0
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(source.next())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [6, 7, 8, 9]


def test_an_object_that_stays_on_its_thread(crate: Any) -> None:
    local = crate.local()
    assert [local.asked(), local.asked()] == [1, 2]
    refused: list[BaseException] = []

    def elsewhere() -> None:
        try:
            local.asked()
        except BaseException as error:
            refused.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(refused) == 1 and "thread" in str(refused[0])


def test_objects_of_traits_with_types(crate: Any) -> None:
    assert crate.converter().convert() == "7"
    assert crate.converted(crate.Circle(3.0)) == 3.0
    with pytest.raises(TypeError):
        crate.converted(crate.converter())


def test_an_object_lent_to_a_callable_ends_with_it(crate: Any) -> None:
    drawing = crate.Drawing.of([crate.Circle(1.0), crate.Square(2.0, "x")])
    seen: list[float] = []
    kept: list[Any] = []

    def visit(shape: Any) -> None:
        seen.append(crate.area_of(shape))
        kept.append(shape)

    drawing.visit(visit)
    assert seen == [3.0, 4.0]
    for shape in kept:
        with pytest.raises(usecrate.ClosedError):
            shape.area()
