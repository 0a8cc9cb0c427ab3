"""Values of any type in code that is generic over its items: plain data and other objects, compared, ordered
and hashed as in Python, and given back as they are."""

from __future__ import annotations

import collections
import decimal
import enum
import fractions
import functools
import gc
import heapq
import itertools
import math
import os
import pathlib
import random
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import usecrate
from usecrate._native import held_objects

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "any_value")


@pytest.fixture(scope="module", name="crate")
def crate_fixture() -> Any:
    return usecrate.import_(CRATE)


@pytest.fixture(name="m")
def module_fixture(crate: Any) -> Iterator[Any]:
    """The module; whatever it held of Python must be given back."""
    before = held_objects()
    yield crate
    gc.collect()
    assert held_objects() == before


class Thing:
    """Equal to itself alone."""


class Point(collections.namedtuple("Point", "x y")):
    __slots__ = ()


class Color(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


@functools.total_ordering
class Version:
    """Has an order of its own."""

    def __init__(self, *parts: int) -> None:
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __lt__(self, other: Version) -> bool:
        return self.parts < other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        return f"Version{self.parts}"


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
NUMBERS = st.one_of(
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.integers(-(2**64), 2**64).map(float),
    st.booleans(),
)
SCALARS = st.one_of(st.none(), NUMBERS, TEXT, st.binary(max_size=8))
HASHABLE = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        st.frozensets(inner, max_size=4),
    ),
    max_leaves=8,
)
PLAIN = st.recursive(
    HASHABLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.sets(HASHABLE, max_size=4),
        st.dictionaries(HASHABLE, inner, max_size=4),
    ),
    max_leaves=10,
)


def kinds(value: Any) -> Any:
    """The types of a value, all the way down; what sets hold is left out."""
    if isinstance(value, (list, tuple)):
        return type(value), [kinds(item) for item in value]
    if isinstance(value, dict):
        return dict, [(kinds(key), kinds(item)) for key, item in value.items()]
    return type(value)


@given(PLAIN)
def test_plain_data_comes_back_equal(crate: Any, value: Any) -> None:
    back = crate.same(value)
    assert back == value
    assert kinds(back) == kinds(value)


@given(PLAIN, PLAIN)
def test_equality_is_pythons(crate: Any, a: Any, b: Any) -> None:
    assert crate.equal(a, b) is (a == b)
    assert crate.equal(a, a) is True


@given(NUMBERS, NUMBERS)
def test_numbers_are_ordered_and_hashed_as_in_python(crate: Any, a: Any, b: Any) -> None:
    assert crate.compare(a, b) == (a > b) - (a < b)
    assert crate.equal(a, b) is (a == b)
    assert (crate.hash(a) == crate.hash(b)) is (hash(a) == hash(b))
    # As those of other types that are equal.
    for other in (fractions.Fraction(a), decimal.Decimal(a)) if math.isfinite(a) else ():
        assert crate.equal(a, other) is crate.equal(other, a) is True
        assert crate.hash(other) == crate.hash(a)
        assert crate.compare(other, b) == crate.compare(a, b) == -crate.compare(b, other)


@given(
    st.one_of(
        *(
            st.tuples(one, one)
            for one in (
                TEXT,
                st.binary(max_size=8),
                st.lists(NUMBERS, max_size=4),
                st.lists(st.lists(TEXT, max_size=2).map(tuple), max_size=3).map(tuple),
            )
        )
    )
)
def test_what_python_orders_is_ordered_so(crate: Any, both: Any) -> None:
    a, b = both
    assert crate.compare(a, b) == (a > b) - (a < b)


@given(st.frozensets(SCALARS, max_size=5), st.frozensets(SCALARS, max_size=5))
def test_a_part_of_a_set_comes_before_it(crate: Any, a: Any, b: Any) -> None:
    if a < b:
        assert crate.compare(a, set(b)) == -1
    assert crate.compare(set(a), a | b) <= 0


@given(PLAIN, PLAIN, PLAIN)
def test_the_laws_of_rust_hold(crate: Any, a: Any, b: Any, c: Any) -> None:
    ab, bc, ac = crate.compare(a, b), crate.compare(b, c), crate.compare(a, c)
    assert crate.compare(b, a) == -ab
    assert (ab == 0) is crate.equal(a, b)
    if ab <= 0 and bc <= 0:
        assert ac <= 0
    if ab == 0:
        assert crate.hash(a) == crate.hash(b)


def test_what_is_no_number(m: Any) -> None:
    assert m.equal(math.nan, math.nan)
    assert m.hash(math.nan) == m.hash(-math.nan)
    assert m.compare(math.nan, math.inf) == 1
    assert m.compare(fractions.Fraction(1), math.nan) == -1
    items = [math.nan, 2**2000, -math.inf, "a", None, math.inf, 1.5]
    assert repr(m.sorted(items)) == repr([None, -math.inf, 1.5, 2**2000, math.inf, math.nan, "a"])


@given(st.lists(PLAIN, max_size=12))
def test_sorting(crate: Any, items: list[Any]) -> None:
    result = crate.sorted(items)
    assert all(crate.compare(a, b) <= 0 for a, b in itertools.pairwise(result))
    assert len(result) == len(items)
    assert all(item in items for item in result)


@given(st.lists(NUMBERS, max_size=12))
def test_sorting_numbers_keeps_those_that_are_equal_in_place(crate: Any, items: list[Any]) -> None:
    assert repr(crate.sorted(items)) == repr(sorted(items))


PRINTED = st.recursive(
    st.one_of(st.none(), NUMBERS, st.text(st.characters(codec="ascii"), max_size=8), st.binary(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.integers(), inner, max_size=3),
        st.integers().map(lambda one: {one}),
    ),
    max_leaves=6,
)


@given(PRINTED)
def test_text_is_pythons(crate: Any, value: Any) -> None:
    assert crate.debugged(value) == repr(value)


def test_text_of_objects(m: Any) -> None:
    version = Version(1, 2)
    assert m.debugged(version) == repr(version)
    assert m.debugged([version, {"a": (version,)}]) == repr([version, {"a": (version,)}])
    for value in ("é\u00a0\u200b\U0001f600", "it's", "\x7f", {"'": '"'}):
        assert m.debugged(value) == repr(value)
    with pytest.raises(usecrate.PanicError, match=r"of \[Version\(1, 2\)\]"):
        m.panic_with([version])


def test_the_object_that_comes_back_is_the_same(m: Any) -> None:
    things: list[Any] = [Thing(), Point(1, 2), Color.RED, Level.LOW, bytearray(b"x"), print, int, m, "\ud800"]
    for thing in things:
        assert m.same(thing) is thing
        first, second = m.twice([thing])
        assert first[0] is thing and second[0] is thing
    graph = m.Graph()
    for thing in things:
        graph.add_node(thing)
    assert all(a is b for a, b in zip(graph.nodes(), things, strict=True))
    assert graph.node(0) is things[0]
    graph.add_edge(0, 1, {"weight": things[1]})
    assert graph.edge(0, 1)["weight"] is things[1]
    assert graph.edge(1, 0) is None


def test_an_object_lives_as_long_as_what_keeps_it(m: Any) -> None:
    table = m.Table()
    thing = Thing()
    gone = weakref.ref(thing)
    table.insert("a", thing)
    table.insert("b", [thing])
    del thing
    gc.collect()
    assert table.get("a") is gone() is not None
    copy = m.Table.__copy__(table)
    table.remove("a")
    table.remove("b")
    del table
    assert gone() is not None
    assert copy.get("b") == [gone()]
    del copy
    gc.collect()
    assert gone() is None


def test_a_table_is_a_dict(m: Any) -> None:
    pick = random.Random(1)
    keys: list[Any] = [
        None, True, 0, 1, 1.0, decimal.Decimal(1), fractions.Fraction(1, 2), 0.5, Level.LOW, 2**70, 2.0**70,
        "red", Color.RED, b"red", (1, 2), Point(1, 2), (1.0, Level.LOW), frozenset({1}), frozenset({1.0}),
        Version(1), Version(1), Thing(), (), ("a", (Version(2),)), Point(Version(2), "x"), (Version(2), "x"),
    ]  # fmt: skip
    table, model = m.Table(), dict[Any, Any]()
    for step in range(2000):
        key = pick.choice(keys)
        what = pick.randrange(3)
        if what == 0:
            assert table.insert(key, step) == model.get(key), key
            model[key] = step
        elif what == 1:
            assert table.get(key) == model.get(key), key
        else:
            assert table.remove(key) == model.pop(key, None), key
        assert len(table) == len(model)
    assert set(table.keys()) == set(model)


def test_lists_and_dicts_may_be_keys(m: Any) -> None:
    table = m.Table()
    table.insert([1, {"a": {1, 2}}], "found")
    assert table.get([True, {"a": {2.0, 1}}]) == "found"
    assert table.get((1, {"a": {1, 2}})) is None


def test_a_queue_is_a_heap(m: Any) -> None:
    queue, heap = m.Queue(), list[Any]()
    pick = random.Random(2)
    for number in range(300):
        item = (pick.randrange(9), Version(pick.randrange(5), number))
        queue.push(item)
        heapq.heappush(heap, item)
        if pick.randrange(3) == 0:
            assert queue.pop() is not None
            heapq.heappop(heap)
            assert queue.peek() == heap[0] if heap else queue.peek() is None


def test_distances_over_anything(m: Any) -> None:
    assert m.distance(list("kitten"), list("sitting")) == 3
    assert m.distance([1, 2, 3], [1.0, decimal.Decimal(2), Level.LOW]) == 1
    things = [Thing() for _ in range(4)]
    assert m.distance(things, [*things[1:], things[0]]) == 2


def test_callables_take_and_give_anything(m: Any) -> None:
    table = m.Table()
    thing = Thing()
    assert table.get_or_insert_with("x", lambda: thing) is thing
    assert table.get_or_insert_with("x", lambda: pytest.fail("it is there")) is thing
    table.insert(Version(1), [thing])
    seen = []
    table.retain(lambda key, value: seen.append((key, value)) or isinstance(key, Version))
    assert sorted(seen, key=str) == sorted([("x", thing), (Version(1), [thing])], key=str)
    assert list(table.keys()) == [Version(1)]


class Touchy:
    """Raises whatever it is asked."""

    error = LookupError("touched")

    def _raise(self, *_: Any) -> Any:
        raise self.error

    __eq__ = __lt__ = __hash__ = __repr__ = __str__ = _raise


def test_what_an_object_raises_leaves_the_call(m: Any) -> None:
    for call in (
        lambda: m.equal(Touchy(), 1),
        lambda: m.equal([1], [Touchy()]),
        lambda: m.compare("a", Touchy()),
        lambda: m.hash((1, Touchy())),
        lambda: m.sorted([3, Touchy(), 1]),
        lambda: m.debugged([Touchy()]),
        lambda: m.panic_with(Touchy()),
        lambda: m.Table().insert(Touchy(), Thing()),
    ):
        with pytest.raises(LookupError) as caught:
            call()
        assert caught.value is Touchy.error
        Touchy.error.__traceback__ = None
    # Rust has dealt with what its own thread met.
    assert m.equal_elsewhere(Thing(), Touchy()) is False
    # What it is only kept by asks nothing.
    table = m.Table()
    table.insert(1, Touchy())
    assert type(table.remove(1)) is Touchy
    with pytest.raises(TypeError, match="'<' not supported between instances of 'Thing' and 'Thing'"):
        m.compare(Thing(), Thing())
    with pytest.raises(TypeError, match="unhashable type: 'bytearray'"):
        m.hash(bytearray())


def test_an_interruption_leaves_the_call(m: Any) -> None:
    class Pressed:
        def __eq__(self, other: object) -> bool:
            signal.raise_signal(signal.SIGINT)
            return True

        __hash__ = None  # type: ignore[assignment]

    with pytest.raises(KeyboardInterrupt):
        for _ in range(3):
            m.equal(Pressed(), 1)


def test_an_object_may_use_what_keeps_it(m: Any) -> None:
    table = m.Table()

    class Nosy:
        def __hash__(self) -> int:
            with pytest.raises(usecrate.BorrowedError):
                table.len()
            return 1

        def __eq__(self, other: object) -> bool:
            return m.equal([table.len()], [1.0])

    table.insert(Nosy(), 1)
    assert table.get(1) == 1
    # The class knows the table, which keeps its instance: no collector sees that ring.
    usecrate.close(table)


def test_other_threads_ask_and_drop(m: Any) -> None:
    assert m.equal_elsewhere(Version(1), Version(1))
    assert m.equal_elsewhere([Version(1)], 1) is False
    m.drop_elsewhere([Thing(), {1: Thing()}])
    cell = m.Cell(Thing())
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            assert isinstance(cell.replace(Thing()), Thing)
            assert isinstance(cell.get(), Thing)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(300):
        cell.replace(Thing())
    stop.set()
    for thread in threads:
        thread.join()


def test_nesting_is_bounded(m: Any) -> None:
    round_and_round: list[Any] = []
    round_and_round.append(round_and_round)
    with pytest.raises(ValueError, match="contains itself"):
        m.same(round_and_round)
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    assert m.same(deep) == deep
    assert m.debugged(deep) == repr(deep)
    assert m.hash(deep) != m.hash(deep[0])
    with pytest.raises(ValueError, match="deeper than"):
        m.same([[[[deep]]]])


def run(text: str, **env: str) -> str:
    """What a program prints that has the module as `m`."""
    head = f"import usecrate\nm = usecrate.import_({CRATE!r})\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", head + textwrap.dedent(text)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **env},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_objects_that_are_kept_when_the_process_ends(crate: Any) -> None:
    said = run(
        """
        import threading
        class Loud:
            def __del__(self): print("gone")
            def __eq__(self, other): return True
            __hash__ = None
        table = m.Table()
        table.insert(1, Loud())
        graph = m.Graph()
        graph.add_node(graph)          # a ring that no collector sees
        cell = m.Cell([Loud()])
        class Late:
            def __del__(self, table=table): table.insert(2, 3)
        keep = Late()
        threading.Thread(target=lambda: m.equal_elsewhere(Loud(), 1)).start()
        print("end")
        """
    )
    assert "end" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is needed")
def test_a_child_of_fork(crate: Any) -> None:
    said = run(
        """
        import os, sys
        class Thing:
            def __eq__(self, other): return True
            def __hash__(self): return 1
        table = m.Table()
        table.insert("a", Thing())
        child = os.fork()
        if child == 0:
            # What the parent had is the parent's; what is new works.
            try:
                table.get("a")
            except usecrate.ForkError:
                pass
            else:
                os._exit(1)
            fresh = m.Table()
            thing = Thing()
            fresh.insert(Thing(), thing)
            ok = fresh.get(Thing()) is thing
            del fresh, table
            os._exit(0 if ok else 2)
        _, status = os.waitpid(child, 0)
        assert isinstance(table.get("a"), Thing)
        print(os.waitstatus_to_exitcode(status))
        """
    )
    assert said == "0\n"
