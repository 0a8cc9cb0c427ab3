"""Traits as types: trait objects as results and arguments, and results of which only the bounds are known."""

from __future__ import annotations

import gc
import pathlib
import threading
import weakref
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


def test_references_to_what_cannot_be_named(crate: Any) -> None:
    holder = crate.Holder(4.0)
    shape = holder.shape()
    assert (shape.area(), shape.name()) == (4.0, "hidden")
    with pytest.raises(usecrate.BorrowedError):
        holder.shape_mut()
    del shape
    gc.collect()
    with holder.shape_mut() as shape:
        shape.grow(2.0)
        del holder
        gc.collect()
        assert shape.area() == 8.0


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


class Blob:
    """A shape of Python's."""

    def __init__(self, area: float) -> None:
        self.size = area
        self.melted = False

    def name(self) -> str:
        return "blob"

    def area(self) -> float:
        return self.size

    def grow(self, factor: float) -> None:
        self.size *= factor

    def boxed_clone(self) -> Any:
        return Blob(self.size)

    def melt(self) -> str:
        self.melted = True
        return "gone"

    def __repr__(self) -> str:
        return f"Blob({self.size})"


def test_an_object_of_pythons_implements_a_trait(crate: Any) -> None:
    blob = Blob(2.0)
    assert crate.area_of(blob) == 2.0
    crate.grow(blob, 3.0)
    assert blob.size == 6.0
    assert crate.total([blob, crate.Circle(1.0), Blob(1.0)]) == 10.0
    assert crate.describe(blob) == "Blob(6.0), a blob of 6, doubled 12"
    assert crate.describe(crate.Circle(1.0)).startswith("Circle")


def test_what_rust_provides_may_be_left_out(crate: Any) -> None:
    class Double(Blob):
        def doubled(self) -> float:
            return -1.0

    assert crate.describe(Double(1.0)).endswith("doubled -1")
    shape = crate.kept(Blob(1.0))
    assert (shape.doubled(), shape.label()) == (2.0, "no label")


def test_an_object_of_pythons_is_kept_while_rust_has_it(crate: Any) -> None:
    blob = Blob(2.0)
    there = weakref.ref(blob)
    drawing = crate.Drawing.of([blob, crate.Circle(1.0)])
    del blob
    gc.collect()
    assert there() is not None
    assert drawing.area() == 5.0
    shape = drawing.get(0)
    assert (shape.name(), shape.area(), repr(shape)) == ("blob", 2.0, "Blob(2.0)")
    clone = shape.boxed_clone()
    clone.grow(2.0)
    assert (clone.area(), shape.area()) == (4.0, 2.0)
    del shape
    usecrate.close(drawing)
    gc.collect()
    assert there() is None
    kept = crate.kept(Blob(1.0))
    assert kept.melt() == "gone"


def test_what_an_object_raises_leaves_the_call(crate: Any) -> None:
    class Broken(Blob):
        def area(self) -> float:
            raise LookupError("no area")

    with pytest.raises(LookupError, match="no area"):
        crate.area_of(Broken(1.0))
    drawing = crate.Drawing.of([Broken(1.0)])
    with pytest.raises(LookupError, match="no area"):
        drawing.area()

    class Wrong(Blob):
        def area(self) -> Any:
            return "big"

    with pytest.raises(TypeError, match=r"it was passed as `area` of `traits::\w+`"):
        crate.area_of(Wrong(1.0))


def test_an_object_that_lacks_a_method_is_refused(crate: Any) -> None:
    class Part:
        def area(self) -> float:
            return 1.0

    with pytest.raises(TypeError, match="boxed_clone"):
        crate.area_of(Part())
    with pytest.raises(TypeError):
        crate.kept("text")
    with pytest.raises(TypeError):
        crate.is_closed(Part())
    assert crate.is_closed(crate.Circle(1.0))


class Polite:
    def __init__(self, calls: list[str]) -> None:
        self.calls = calls

    def greet(self, name: str) -> str:
        self.calls.append(name)
        return f"hello {name}"


def test_a_trait_that_nothing_of_rusts_implements(crate: Any) -> None:
    calls: list[str] = []
    hall = crate.Hall()
    assert hall.add(Polite(calls)) == 1
    hall.add_shared(Polite(calls))
    assert hall.greet("Ann") == ["hello Ann", "hello Ann"]
    assert hall.shout_elsewhere(["a", "b"]) == [["HELLO A", "HELLO B"]] * 2
    assert calls == ["Ann", "Ann", "a", "b", "a", "b"]
    assert hall.mottos() == ["be polite"] * 2
    greeter = hall.get(0)
    assert greeter.greet("Bob") == "hello Bob"
    assert greeter.shout("Bob") == "HELLO BOB"

    class Loud(Polite):
        def shout(self, name: str) -> str:
            return self.greet(name) + "!!!"

    other = crate.Hall()
    other.add(Loud(calls))
    assert other.shout_elsewhere(["c"]) == [["hello c!!!"]]
    other.add_shared(greeter)
    assert other.greet("x") == ["hello x", "hello x"]

    class Rude(Polite):
        def greet(self, name: str) -> str:
            raise ConnectionError(name)

    other.add(Rude(calls))
    with pytest.raises(ConnectionError, match="Zoe"):
        other.greet("Zoe")


def test_a_visitor(crate: Any) -> None:
    class Names:
        def __init__(self) -> None:
            self.seen: list[str] = []
            self.nodes: list[Any] = []

        def enter(self, node: Any) -> bool:
            self.seen.append(node.name())
            self.nodes.append(node)
            return bool(node.name() != "skip")

    tree = crate.Node("root", ["a", "skip", "b"])
    names = Names()
    assert crate.walk(tree, names) == 3
    assert names.seen == ["root", "a", "skip", "b"]
    for node in names.nodes:
        with pytest.raises(usecrate.ClosedError):
            node.name()

    class Both(Names):
        def leave(self, node: Any) -> None:
            self.seen.append("/" + node.name())

        def limit(self) -> int | None:
            return 5

    both = Both()
    assert crate.walk_with(tree, both) == 3
    assert both.seen == ["root", "a", "/a", "skip", "b", "/b", "/root"]
    both.limit = lambda: 0  # type: ignore[method-assign]
    assert crate.walk(tree, both) == 0
    with pytest.raises(TypeError, match="enter"):
        crate.walk(tree, object())


def test_a_callable_is_a_trait_object_where_functions_implement_the_trait(crate: Any) -> None:
    page, kept = crate.Page(), []

    def shout(word: str, state: Any, out: Any) -> None:
        assert (state.word(), state.helpers()) == (word, 2)
        # What has several lifetimes is lent to be looked at.
        with pytest.raises(usecrate.BorrowedError):
            state.count()
        out.put(word.upper())
        kept.extend([state, out])

    gone = weakref.ref(shout)
    page.register("shout", shout)
    page.register("reversed", crate.Reversed())
    del shout
    gc.collect()
    assert page.render(["ab", "cd"]) == "ABbaCDdc"
    for one in kept:
        with pytest.raises(usecrate.ClosedError):
            one.put("more") if hasattr(one, "put") else one.word()
    del page
    gc.collect()
    assert gone() is None


def test_such_a_callable_may_be_lent_for_the_call(crate: Any) -> None:
    assert crate.rendered("ab", lambda word, state, out: out.put(f"{word}, {state.word()}")) == "ab, ab"
    assert crate.rendered("ab", crate.Reversed()) == "ba"

    def fails(word: str, state: Any, out: Any) -> None:
        raise KeyError(word)

    with pytest.raises(KeyError, match="ab"):
        crate.rendered("ab", fails)
    with pytest.raises(TypeError, match="helper"):
        crate.rendered("ab", 1)


def test_what_has_no_name_and_cannot_be_an_object_has_the_methods_that_are_not_generic(crate: Any) -> None:
    plan = crate.Plan([1, 5, 9])
    hours = plan.hours()
    assert (hours.has(5), hours.has(6), list(hours.all())) == (True, False, [1, 5, 9])
    assert crate.Numbers.has(hours, 9)
    with pytest.raises(AttributeError, match="no name in Rust"):
        hours.within(range(3))
    with pytest.raises(usecrate.BorrowedError):
        usecrate.move(plan).into_hours()
    del hours
    hours = plan.into_hours()
    assert list(hours.all()) == [1, 5, 9]


def test_a_trait_with_a_lifetime_and_many_methods_is_implemented_by_some_of_them(crate: Any) -> None:
    visit, tree = crate.visit, crate.Node("root", ["apple", "banana", "apricot", "?"])

    class Apples:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def visit_a(self, node: Any) -> None:
            self.seen.append(node)
            assert node.name().startswith("ap")

    for walk in (visit.visit, visit.visit_children):
        apples = Apples()
        walk(apples, tree)
        # The others were Rust's, which came back for these; and what it lent has ended.
        assert len(apples.seen) == 2
        with pytest.raises(usecrate.ClosedError):
            apples.seen[0].name()

    class All(Apples):
        def visit_node(self, node: Any) -> None:
            self.seen.append(node.name())
            visit.visit_children(self, node)

    everything = All()
    visit.visit(everything, tree)
    assert everything.seen == ["root", "apple", "banana", "apricot", "?"]
    with pytest.raises(TypeError, match="implements `traits::visit::Visit`"):
        visit.visit(object(), tree)


def test_the_manifest_says_once_what_an_object_has_to_have(crate: Any) -> None:
    manifest: Any = usecrate.manifest(crate)
    told = [one["trait"] for one in manifest["objects"]]
    assert len(told) == len(set(told))
    visit = told.index("traits::visit::Visit")
    params = [[param["type"] for param in one["params"]] for one in manifest["callables"]]
    taking = [types for types in params if ["object", visit] in types]
    assert len(taking) > 1
    methods = {one["name"]: one["type"][0] for one in manifest["objects"][visit]["methods"]}
    assert methods["visit_a"] == "option"
