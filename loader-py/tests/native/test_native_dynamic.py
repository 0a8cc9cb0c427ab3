"""Values of whatever type: plain data is copied, other objects are kept and asked by the library."""

from __future__ import annotations

import collections
import decimal
import enum
import fractions
import gc
import math
import weakref
from typing import Any

import pytest

SAMPLES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    2**63 - 1,
    -(2**63),
    2**63,
    2**64 - 1,
    2**64,
    -(2**64),
    2**127,
    -(2**127) - 1,
    3**2000,
    -(3**2000),
    2**2039 - 1,
    2**2040,
    1.5,
    -0.0,
    math.inf,
    "",
    "é" * 300,
    b"",
    b"x" * 5000,
    [],
    [1, [2, []]],
    list(range(1000)),
    (),
    (1,),
    (1, (2, ())),
    tuple(range(20)),
    set(),
    {1, "a", (2,)},
    frozenset(),
    frozenset({frozenset({1})}),
    {},
    {1: "a", (1, 2): [3], None: {}, "x": b"y"},
]


class Plain:
    """Compared and hashed as objects are."""


class Point(collections.namedtuple("Point", "x y")):
    __slots__ = ()


class Color(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Text(str):
    """Equal to no other text."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return 7


class Named:
    """Equal to text, though it is none."""

    def __eq__(self, other: object) -> bool:
        return other == "named"

    def __hash__(self) -> int:
        return hash("named")


class Loose(list[Any]):
    """A list by another name."""


def kind(value: Any) -> Any:
    """The types of a value, all the way down."""
    if isinstance(value, (list, tuple)):
        return type(value), [kind(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return type(value), {repr(kind(item)) for item in value}
    if isinstance(value, dict):
        return dict, [(kind(key), kind(item)) for key, item in value.items()]
    return type(value)


@pytest.fixture
def same(echo: Any) -> Any:
    before = echo.native.held_objects()
    yield echo.echo("dynamic")
    gc.collect()
    assert echo.native.held_objects() == before


@pytest.fixture
def ask(echo: Any) -> Any:
    """ask(operation, object, argument, …): what the loader answers."""
    before = echo.native.held_objects()

    def asked(operation: int, thing: Any, *more: Any, given: Any = "dynamic", result: Any = "dynamic") -> Any:
        params = [("operation", "i64", False), ("thing", "dynamic", False)]
        params += [(f"more{at}", given, False) for at, _ in enumerate(more)]
        return echo.function(36, "ask", params, result)(operation, thing, *more)

    yield asked
    gc.collect()
    assert echo.native.held_objects() == before


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: repr(value)[:20])
def test_plain_data_is_copied(same: Any, value: Any) -> None:
    back = same(value)
    assert back == value
    assert kind(back) == kind(value)
    if isinstance(value, dict):
        assert list(back) == list(value)
    if isinstance(value, (list, dict, set)):
        assert back is not value


@pytest.mark.parametrize(
    "value",
    [
        Plain(),
        Point(1, 2),
        Color.RED,
        Level.LOW,
        Text("x"),
        Loose([1]),
        "lone \ud800",
        bytearray(b"x"),
        range(3),
        1j,
        decimal.Decimal(1),
        Plain,
        print,
        collections.OrderedDict(a=1),
    ],
    ids=repr,
)
def test_other_objects_are_kept_as_they_are(same: Any, value: Any) -> None:
    assert same(value) is value
    listed = same([1, {"a": (value, value)}])
    assert listed == [1, {"a": (value, value)}]
    assert listed[1]["a"][0] is value


def test_a_reference_comes_back_with_each(echo: Any) -> None:
    before = echo.native.held_objects()
    twice = echo.function(37, "twice", [("thing", "dynamic", False)], "dynamic")
    thing = Plain()
    back = twice(thing)
    assert back[0] is thing and back[1] is thing
    assert echo.native.held_objects() == before
    gone = weakref.ref(thing)
    del thing, back
    assert gone() is None


def test_what_a_refused_call_was_passed_is_let_go(echo: Any) -> None:
    before = echo.native.held_objects()
    refuse = echo.function(32, "refuse", [("thing", "dynamic", False)], "unit")
    with pytest.raises(ValueError, match="not that one"):
        refuse([Plain(), {1: Plain()}])
    assert echo.native.held_objects() == before
    fussy = echo.function(0, "fussy", [("thing", "dynamic", False), ("number", "u8", False)], "unit")
    with pytest.raises(OverflowError):
        fussy(Plain(), 256)
    assert echo.native.held_objects() == before


def test_options_need_no_tuple(echo: Any) -> None:
    assert echo.echo(["option", "dynamic"])(None) is None
    assert echo.echo(["option", "dynamic"])(5) == 5


def test_nesting_is_bounded(same: Any) -> None:
    deep: Any = ()
    for _ in range(62):
        deep = (deep,)
    assert same(deep) == deep
    with pytest.raises(ValueError, match="deeper than 63 levels"):
        same((deep,))
    round_and_round: list[Any] = []
    round_and_round.append({1: round_and_round})
    with pytest.raises(ValueError, match="contains itself"):
        same(round_and_round)


EQUAL, ORDER, HASH, TEXT = range(8, 12)


@pytest.mark.parametrize(
    ("thing", "other", "expected"),
    [
        (decimal.Decimal(1), 1, True),
        (decimal.Decimal("0.5"), 0.5, True),
        (fractions.Fraction(1, 3), 1 / 3, False),
        (Level.LOW, True, True),
        (Point(1, 2), (1, 2), True),
        (Point(1, 2), [1, 2], False),
        (Color.RED, "red", True),
        (Text("x"), "x", False),
        (Loose([1]), [1], True),
        (Plain(), None, False),
        # Equal in Python, but what text hashes like is not known here.
        (Named(), "named", False),
        (Named(), Color.RED, False),
        (Point([], 1), ([], 1), True),
        (range(2), range(2), True),
    ],
    ids=repr,
)
def test_equality(ask: Any, thing: Any, other: Any, expected: bool) -> None:
    assert ask(EQUAL, thing, other) is expected
    if expected:
        assert ask(ORDER, thing, other) == 0


def test_an_object_is_equal_to_itself(ask: Any) -> None:
    class Never:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return False

    never = Never()
    assert ask(EQUAL, never, never) is True
    assert ask(EQUAL, never, Never()) is False


def test_order(ask: Any) -> None:
    assert ask(ORDER, decimal.Decimal(1), 2) == -1
    assert ask(ORDER, decimal.Decimal(3), 2.5) == 1
    assert ask(ORDER, Point(1, 2), (1, 3)) == -1
    assert ask(ORDER, fractions.Fraction(1, 2), math.nan) == -1
    assert ask(ORDER, Level.LOW, math.nan) == -1
    with pytest.raises(TypeError, match="'<' not supported"):
        ask(ORDER, Plain(), Plain())

    class Task:
        def __init__(self, priority: int) -> None:
            self.priority = priority

        def __lt__(self, other: Task) -> bool:
            return self.priority < other.priority

    assert ask(ORDER, Task(1), Task(2)) == -1
    assert ask(ORDER, Task(2), Task(1)) == 1
    # Neither is first for Python: then it is always the same one.
    one, two = Task(1), Task(1)
    assert ask(ORDER, one, two) == -ask(ORDER, two, one) != 0


def test_what_objects_hash_like(ask: Any) -> None:
    for thing, expected in (
        (Point(1, "a"), (1, "a")),
        (Color.RED, "red"),
        (Level.LOW, 1),
        (decimal.Decimal("0.5"), hash(0.5)),
        (Text("x"), 7),
        (Named(), hash("named")),
        (print, hash(print)),
    ):
        like = ask(HASH, thing)
        assert like == expected
        assert type(like) is type(expected)
    # What it is made of stays what it is.
    inner = Plain()
    assert ask(HASH, Point(inner, 1))[0] is inner
    with pytest.raises(TypeError, match="unhashable"):
        ask(HASH, Loose())


def test_text(ask: Any) -> None:
    for thing in (decimal.Decimal("1.50"), Color.RED, Plain()):
        assert ask(TEXT, thing, 0, given="i64", result="str") == str(thing)
        assert ask(TEXT, thing, 1, given="i64", result="str") == repr(thing)
    # What UTF-8 cannot hold is replaced.
    text = ask(TEXT, "a\ud800", 0, given="i64", result="str")
    assert text[0] == "a" and set(text[1:]) == {"\N{REPLACEMENT CHARACTER}"}


def test_what_objects_raise_comes_out_unchanged(ask: Any) -> None:
    error = RuntimeError("asked")

    class Touchy:
        def _raise(self, *_: Any) -> Any:
            raise error

        __eq__ = __lt__ = __hash__ = __str__ = _raise

    for operation in (EQUAL, ORDER, HASH):
        more = [] if operation == HASH else [1]
        with pytest.raises(RuntimeError) as caught:
            ask(operation, Touchy(), *more)
        assert caught.value is error
    with pytest.raises(RuntimeError):
        ask(TEXT, Touchy(), 0, given="i64", result="str")
    with pytest.raises(TypeError, match="__hash__"):
        ask(HASH, type("Wrong", (), {"__hash__": lambda self: "x"})())


def test_a_token_that_names_nothing_is_an_error(echo: Any) -> None:
    """What a library that is broken says harms nobody."""
    thing = echo.echo(["file", "r"], "dynamic")
    with open(__file__, "rb") as file, pytest.raises(Exception, match="passed before"):
        thing(file)


def test_what_it_is_called() -> None:
    from usecrate import _native

    assert _native.type_text({"types": []}, ["list", "dynamic"]) == "list[Any]"
    assert _native.type_text({"types": []}, ["option", "dynamic"]) == "Any | None"
