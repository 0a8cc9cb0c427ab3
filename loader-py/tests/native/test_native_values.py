"""Values there and back, and what is refused before Rust runs."""

from __future__ import annotations

import array
import datetime as dt
import enum
import gc
import ipaddress
import mmap
import pathlib
import re
import sys
import weakref
from typing import Any

import pytest

import usecrate

GOOD: list[tuple[Any, list[Any]]] = [
    ("unit", [None]),
    ("bool", [True, False]),
    ("u8", [0, 127, 128, 255]),
    ("u64", [0, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]),
    (
        "i64",
        [
            0,
            -1,
            -32,
            -33,
            -128,
            -129,
            -32768,
            -32769,
            -(2**31),
            -(2**31) - 1,
            -(2**63),
            2**63 - 1,
            2**30,
            2**62,
        ],
    ),
    ("i8", [-128, 127]),
    ("usize", [0, sys.maxsize]),
    ("u128", [0, 2**64, 2**127, 2**128 - 1]),
    ("i128", [-(2**127), 2**127 - 1, -(2**64), 2**64, -1]),
    ("f64", [0.0, -1.5, 1e308, float("inf")]),
    ("f32", [0.5, -2.0]),
    ("char", ["a", "é", "🦀"]),
    ("str", ["", "a", "é" * 20, "x" * 31, "x" * 32, "x" * 255, "x" * 256, "x" * 70000, "🦀"]),
    ("bytes", [b"", b"x", b"x" * 255, b"x" * 256, b"x" * 1023, b"x" * 1024, b"x" * 100000]),
    (["array", "u8", 3], [b"abc"]),
    ("any", [None, True, 1, -(2**63), 2**64 - 1, 1.5, "x", [1, [2, {"a": None}]], {}]),
    (["option", "i64"], [None, 1]),
    (["option", ["option", "i64"]], [None, (None,), (1,)]),
    (["option", "any"], [None, 1, [1]]),
    (["list", "str"], [[], ["a", "b"], ["x"] * 20, ["x"] * 70000]),
    (["list", "i64"], [[], [1, -1, 2**63 - 1, -(2**63)], list(range(1000))]),
    (["list", "u64"], [[2**64 - 1, 0]]),
    (["list", "u16"], [[65535, 0]]),
    (["list", "i8"], [[-128, 127]]),
    (["list", "usize"], [[1, 2]]),
    (["list", "f64"], [[1.5, 2.0, -0.0]]),
    (["list", "f32"], [[1.5, 0.25]]),
    (["array", "i64", 2], [[1, 2]]),
    (["tuple", "i64", "str"], [(1, "a")]),
    (["dict", "str", "i64"], [{}, {"a": 1, "b": 2}]),
    (["dict", ["tuple", "i64", "i64"], "str"], [{(1, 2): "x"}]),
    (["set", "i64"], [set(), {1, 2}]),
    ("path", [pathlib.Path("/a/b")]),
    (
        "system_time",
        [
            dt.datetime(2026, 1, 2, 3, 4, 5, 6, dt.timezone.utc),
            dt.datetime(1901, 1, 1, tzinfo=dt.timezone.utc),
        ],
    ),
    ("ip", [ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("::1")]),
    ("socket_addr", [("1.2.3.4", 80)]),
    ("ordering", [-1, 0, 1]),
    (["range", "u64"], [range(2, 5)]),
    (["range", "f64"], [(0.5, 1.5)]),
    (["bounds", "usize"], [slice(None, None), slice(1, None), slice(1, 4)]),
]


@pytest.mark.parametrize(("ref", "value"), [(ref, value) for ref, values in GOOD for value in values])
def test_round_trip(echo: Any, ref: Any, value: Any) -> None:
    back = echo.echo(ref)(value)
    assert back == value
    assert type(back) is type(value)


BAD: list[tuple[Any, Any, type[Exception], str]] = [
    ("i64", "1", TypeError, "argument `value` must be int, not str"),
    ("i64", 1.0, TypeError, "must be int, not float"),
    ("i64", None, TypeError, "must be int, not None"),
    ("u8", 256, OverflowError, "must fit into u8 (0 to 255), not 256"),
    ("u8", -1, OverflowError, "not -1"),
    ("u64", 2**64, OverflowError, "u64"),
    ("i64", 2**63, OverflowError, "i64"),
    ("u128", -1, OverflowError, "u128"),
    ("u128", 2**128, OverflowError, "u128"),
    ("i128", 2**127, OverflowError, "i128"),
    ("i128", -(2**127) - 1, OverflowError, "i128"),
    ("bool", 1, TypeError, "must be bool, not int"),
    ("f64", "1.5", TypeError, "must be float, not str"),
    ("f64", 10**400, OverflowError, "float"),
    ("f32", 1e300, OverflowError, "f32"),
    ("str", 1, TypeError, "must be str, not int"),
    ("str", b"x", TypeError, "must be str, not bytes"),
    ("str", "\ud800", ValueError, "lone surrogate"),
    ("char", "ab", ValueError, "one character, not of 2"),
    ("char", "", ValueError, "one character"),
    ("char", "\ud800", ValueError, "lone surrogate"),
    ("bytes", "x", TypeError, "must be bytes-like, not str"),
    ("bytes", [1], TypeError, "must be bytes-like, not list"),
    ("bytes", memoryview(b"abcd")[::2], ValueError, "contiguous"),
    (["array", "u8", 3], b"ab", ValueError, "3 bytes, not 2"),
    (["array", "i64", 2], [1], ValueError, "2 items, not 1"),
    ("unit", 1, TypeError, "must be None, not int"),
    ("any", b"x", TypeError, "plain data"),
    ("any", {1: 2}, TypeError, "key 1"),
    ("any", [1, {"a": object()}], TypeError, "`value[1]['a']`"),
    ("any", 2**64, OverflowError, "64 bits"),
    (["list", "str"], "abc", TypeError, "list of str, not str"),
    (["list", "str"], {"a": 1}, TypeError, "not dict"),
    (["list", "str"], ["a", 1], TypeError, "argument `value[1]` must be str, not int"),
    (["list", "i64"], [1, "a"], TypeError, "argument `value[1]` must be int, not str"),
    (["list", "i64"], b"12345678", TypeError, "not bytes"),
    (["list", "i8"], [1, 200], OverflowError, "argument `value[1]` must fit into i8"),
    (["list", "i64"], array.array("f", [1.0]), TypeError, "format 'f'"),
    (["list", "i64"], array.array("i", [1]), TypeError, "4 bytes"),
    (["list", "u64"], array.array("q", [1]), TypeError, "format 'q'"),
    (["tuple", "i64", "str"], (1,), ValueError, "2 items, not 1"),
    (["tuple", "i64", "str"], (1, 2), TypeError, "`value[1]`"),
    (["dict", "str", "i64"], {"a": "b"}, TypeError, "`value['a']` must be int, not str"),
    (["dict", "str", "i64"], [1], TypeError, "dict"),
    (["set", "i64"], {"a"}, TypeError, "must be int"),
    (["option", ["option", "i64"]], 1, TypeError, "tuple of one"),
    ("path", 1, TypeError, "PathLike"),
    ("duration", 1, TypeError, "timedelta"),
    ("duration", dt.timedelta(-1), ValueError, "negative"),
    ("system_time", dt.datetime(2026, 1, 1), ValueError, "time zone"),
    ("ip", 1, TypeError, "ipaddress"),
    ("socket_addr", "x:1", TypeError, "(host, port)"),
    ("socket_addr", ("1.2.3.4", 70000), OverflowError, "u16"),
    (["range", "u64"], range(0, 4, 2), ValueError, "step 1"),
    (["range", "u64"], range(-1, 4), OverflowError, "start"),
    (["bounds", "usize"], slice(0, 4, 2), ValueError, "step 1"),
    (["union", "i64", "str"], 1.5, TypeError, "int or str, not float"),
    (["union", "u8", "str"], 300, OverflowError, "u8"),
]


@pytest.mark.parametrize(("ref", "value", "error", "words"), BAD)
def test_refused(echo: Any, ref: Any, value: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        echo.echo(ref)(value)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert str(caught.value).startswith("`echo.echo()`: argument `value")


def test_what_counts_as_a_number(echo: Any) -> None:
    class Index:
        def __index__(self) -> int:
            return 7

    class Real:
        def __float__(self) -> float:
            return 2.5

    class Color(enum.IntEnum):
        RED = 3

    assert echo.echo("i64")(Index()) == 7
    assert echo.echo("i64")(True) == 1
    assert echo.echo("i64")(Color.RED) == 3
    assert echo.echo("u128")(Index()) == 7
    assert echo.echo("f64")(Index()) == 7.0
    assert echo.echo("f64")(Real()) == 2.5
    assert echo.echo("f64")(3) == 3.0
    assert echo.echo(["list", "f64"])([1, 2.5, Real(), Index()]) == [1.0, 2.5, 2.5, 7.0]
    assert echo.echo(["list", "i64"])([1, Index(), True]) == [1, 7, 1]
    assert echo.echo(["list", "i64"])((1, 2)) == [1, 2]
    assert echo.echo(["list", "str"])(("a",)) == ["a"]


def test_what_python_code_raises_comes_out(echo: Any) -> None:
    class Bad:
        def __index__(self) -> int:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        echo.echo("i64")(Bad())
    with pytest.raises(KeyError, match="mine"):
        echo.echo(["union", "i64", "str"])(Bad())


def test_buffers(echo: Any, tmp_path: pathlib.Path) -> None:
    call = echo.echo("bytes")
    for size in (10, 5000):
        content = bytes(range(250)) * (size // 250) or b"0123456789"
        writable = bytearray(content)
        assert call(writable) == content
        assert call(memoryview(writable)) == content
        assert call(memoryview(content)) == content
        assert call(array.array("B", content)) == content
        file = tmp_path / "file"
        file.write_bytes(content)
        with file.open("r+b") as opened:
            with mmap.mmap(opened.fileno(), 0) as mapped:
                assert call(mapped) == content
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                assert call(mapped) == content
        # Every view was given back: an exported bytearray cannot be resized.
        writable.append(1)
    fixed = echo.echo(["array", "u8", 4])
    assert fixed(array.array("H", [1, 2])) == array.array("H", [1, 2]).tobytes()


def test_buffers_of_numbers(echo: Any) -> None:
    for ref, code, values in (
        ("i64", "q", [1, -2, 3]),
        ("u16", "H", [1, 2]),
        ("f64", "d", [0.5, 2.0]),
        ("i8", "b", [-1]),
    ):
        for repeat in (1, 1000):
            numbers = array.array(code, values * repeat)
            # The library gives back bytes: what was sent are the native words.
            sent = echo.echo(["list", ref], "bytes")(numbers)
            assert sent == numbers.tobytes()
            assert echo.echo(["list", ref])(numbers) == numbers.tolist()
            numbers.append(values[0])


def test_nesting_is_bounded(echo: Any) -> None:
    call = echo.echo("any")
    deep: list[Any] = []
    for _ in range(62):
        deep = [deep]
    assert call(deep) == deep
    for levels in (1, 10_000):
        for _ in range(levels):
            deep = [deep]
        with pytest.raises(ValueError, match="deeper than 63 levels"):
            call(deep)
    round_and_round: list[Any] = []
    round_and_round.append(round_and_round)
    with pytest.raises(ValueError, match="contains itself"):
        call(round_and_round)


def test_a_list_that_changes_while_it_is_read(echo: Any) -> None:
    values: list[Any] = [1, 2]

    class Shrinks:
        def __index__(self) -> int:
            values.clear()
            return 1

    values[:] = [Shrinks(), 2, 3]
    with pytest.raises((ValueError, IndexError)):
        echo.echo(["list", "i64"])(values)
    values[:] = [Shrinks(), 2, 3]
    with pytest.raises(ValueError, match="changed size"):
        echo.echo(["list", "usize"])(values)


def test_durations_keep_nanoseconds(echo: Any) -> None:
    call = echo.echo("duration")
    back = call(dt.timedelta(days=1, seconds=2, microseconds=3))
    assert isinstance(back, dt.timedelta)
    assert back == dt.timedelta(days=1, seconds=2, microseconds=3)
    exact = type(back)(1, 7)
    assert call(exact) == exact
    assert call(exact).total_nanoseconds == 1_000_000_007


def test_paths(echo: Any) -> None:
    call = echo.echo("path")
    assert call("a") == pathlib.Path("a")
    assert call(b"a\xff") == pathlib.Path("a\udcff")
    assert call("a\udcff") == pathlib.Path("a\udcff")


def test_records_and_enums(echo: Any) -> None:
    class Point:
        __slots__ = ("x", "y")

        def __init__(self) -> None:
            raise AssertionError("records are made without __init__")

    class Color(enum.Enum):
        RED = 1
        BLUE = 5

    class Circle:
        __slots__ = ("radius",)

    class Nothing:
        __slots__ = ()

    echo.library.define_record(1, Point, [("x", "i64"), ("y", ["list", ["record", 1]])])
    echo.library.define_enum(2, Color, [("Red", Color.RED, []), ("Blue", Color.BLUE, [])], data=False)
    echo.library.define_enum(
        3, object, [("Circle", Circle, [("radius", "f64")]), ("Nothing", Nothing, [])], data=True
    )
    point = echo.echo(["record", 1])({"x": 1, "y": [{"x": 2, "y": []}]})
    assert type(point) is Point and point.x == 1 and point.y[0].x == 2
    again = echo.echo(["record", 1])(point)
    assert again.y[0].x == 2
    for bad, words in (
        ({"x": 1}, "lacks the fields y"),
        ({"x": 1, "y": [], "z": 2}, "no field 'z'"),
        ({"x": 1, "y": [{"x": "a", "y": []}]}, "`value.y[0].x` must be int"),
        (1, "Point or dict, not int"),
    ):
        with pytest.raises(TypeError, match=words.replace("[", r"\[")):
            echo.echo(["record", 1])(bad)
    color = echo.echo(["enum", 2])
    assert color(Color.BLUE) is Color.BLUE
    assert color("Red") is Color.RED
    with pytest.raises(ValueError, match="one of Red, Blue, not 'Green'"):
        color("Green")
    with pytest.raises(TypeError, match="Color, not int"):
        color(1)
    shape = echo.echo(["enum", 3])
    circle = shape({"Circle": 2.5})
    assert type(circle) is Circle and circle.radius == 2.5
    assert shape(circle).radius == 2.5
    assert shape({"Circle": {"radius": 1.0}}).radius == 1.0
    assert shape({"Circle": 1}).radius == 1.0
    assert type(shape("Nothing")) is Nothing
    with pytest.raises(TypeError, match="must be float, not None"):
        shape("Circle")


def test_an_unknown_type_is_named(echo: Any) -> None:
    with pytest.raises(ValueError, match="u7"):
        echo.echo("u7")
    deep: Any = "u8"
    for _ in range(100):
        deep = ["option", deep]
    with pytest.raises(ValueError, match="64 levels"):
        echo.echo(deep)


def test_records_of_scalars_are_made_whole(echo: Any) -> None:
    class Row:
        __slots__ = ("__weakref__", "active", "id", "name", "note", "score")

    fields = [
        ("id", "u64"),
        ("name", "str"),
        ("score", "f64"),
        ("active", "bool"),
        ("note", ["option", "str"]),
    ]
    echo.library.define_record(1, Row, fields)
    rows = [
        {"id": 0, "name": "", "score": -0.5, "active": False, "note": None},
        {"id": 2**64 - 1, "name": "é" * 100, "score": 1.0, "active": True, "note": "n" * 300},
        {"id": 200, "name": "x" * 40, "score": float("inf"), "active": True, "note": ""},
    ]
    f = echo.echo(["list", ["record", 1]])
    made = f(rows)
    assert [{name: getattr(one, name) for name, _ in fields} for one in made] == rows
    assert usecrate.asdict(made) == rows == usecrate.asdict(f(made))
    assert not gc.is_tracked(made[0]), "it refers to nothing that could refer to it"
    held = weakref.ref(made[0])
    del made[0]
    assert held() is None
    del made[0].note
    with pytest.raises(AttributeError):
        usecrate.asdict(made)

    class Longer(Row):
        __slots__ = ("more",)

    longer = Longer()
    for name, value in rows[1].items():
        setattr(longer, name, value)
    assert usecrate.asdict(f([longer])) == rows[1:2]


def test_plain_data_all_the_way_down(echo: Any) -> None:
    class Pair:
        __slots__ = ("left", "right")

    echo.library.define_record(1, Pair, [("left", "any"), ("right", ["option", ["record", 1]])])
    f = echo.echo(["record", 1])
    given = {"left": [1, {"a": [None]}], "right": {"left": b"b".hex(), "right": None}}
    assert usecrate.asdict({"k": (f(given), {3}), 4: f(given)}) == {"k": (given, {3}), 4: given}
    ring = f({"left": 1, "right": None})
    ring.left = [ring]
    with pytest.raises(RecursionError):
        usecrate.asdict(ring)
    assert usecrate.asdict(echo) is echo


def test_dicts_in_any_order_that_may_change_while_they_are_read(echo: Any) -> None:
    class Pair:
        __slots__ = ("left", "right")

    class Number:
        def __init__(self, act: Any) -> None:
            self.act = act

        def __index__(self) -> int:
            self.act()
            return 7

    echo.library.define_record(1, Pair, [("left", "i64"), ("right", "i64")])
    f = echo.echo(["record", 1])
    keys = "".join(["le", "ft"]), "".join(["ri", "ght"])  # equal, but not the same objects
    for given in ({"right": 2, "left": 1}, dict(zip(keys, (1, 2), strict=True))):
        made = f(given)
        assert (made.left, made.right) == (1, 2)
    given = {"left": 0, "right": 2}
    given["left"] = Number(lambda: given.update({str(at): at for at in range(100)}))  # type: ignore[assignment]
    assert f(given).left == 7
    for change in (given.clear, lambda: given.pop("right")):
        given.clear()
        given.update(left=Number(change), right=2)
        with pytest.raises(TypeError, match=r"lacks the fields? .*right"):
            f(given)


def test_functions_that_give_plain_data(echo: Any) -> None:
    class Color(enum.Enum):
        RED = 1

    class Circle:
        __slots__ = ("radius",)

    class Box:
        __slots__ = ("_0", "_1")

    class Nothing:
        __slots__ = ()

    class All:
        __slots__ = ("color", "each", "shapes")

    echo.library.define_enum(2, Color, [("Red", Color.RED, [])], data=False)
    circle, box = ("Circle", Circle, [("radius", "f64")]), ("Box", Box, [("_0", "i64"), ("_1", "str")])
    echo.library.define_enum(3, object, [circle, box, ("Nothing", Nothing, [])], data=True)
    fields = [("shapes", ["list", ["enum", 3]]), ("color", ["enum", 2]), ("each", ["option", ["record", 1]])]
    echo.library.define_record(1, All, fields)
    inner = {"shapes": [], "color": "Red", "each": None}
    given = {
        "shapes": [{"Circle": {"radius": 2.0}}, {"Box": [1, "b"]}, "Nothing"],
        "color": "Red",
        "each": inner,
    }
    f = echo.echo(["record", 1])
    assert isinstance(f(given), All)
    plain = usecrate.asdict(f)
    expected = {**given, "color": "RED", "each": {**inner, "color": "RED"}}
    assert plain(given) == expected == plain(value=f(given))
    assert (plain.__name__, plain.__doc__) == (f.__name__, f.__doc__)
    assert usecrate.asdict(plain)(given) == expected
    for wrong in ((), (given, 1), ({"shapes": 1},)):
        with pytest.raises(TypeError) as told:
            plain(*wrong)
        with pytest.raises(TypeError, match=re.escape(str(told.value))):
            f(*wrong)
    assert usecrate.asdict(len) is len
