"""Records, enums, builders, operators, names: what the classes look like."""

from __future__ import annotations

import copy
import enum
import inspect
from typing import Any

import pytest

import usecrate


def test_a_record_is_a_plain_class(behaviours: Any) -> None:
    m = behaviours.records
    point = m.Point(x=1, y=2.5)
    assert (point.x, point.y) == (1.0, 2.5) and point == m.Point(1, 2.5) != m.Point(0, 0)
    assert m.Point(y=3) == m.Point(0, 3) and m.Point() == m.Point(0, 0)
    assert m.Point.__match_args__ == ("x", "y") and not hasattr(point, "__dict__")
    point.x = 9
    assert m.moved(point, 1) == m.Point(10, 2.5) == m.moved({"x": 9, "y": 2.5}, by=1)
    with pytest.raises(TypeError):
        hash(point)
    with pytest.raises(TypeError, match="in_"):
        m.Tag(note="x")
    with pytest.raises(TypeError, match="z"):
        m.Point(z=1)
    with pytest.raises(TypeError):
        m.moved(m.Point("1", 2), 1)
    assert usecrate.asdict(point) == {"x": 9, "y": 2.5}


def test_records_nest_and_hash_as_rust_says(behaviours: Any) -> None:
    m = behaviours.records
    tag = m.Tag(in_="a", note=None)
    assert m.same(tag) == tag and hash(tag) == hash(m.Tag(in_="a", note=None))
    line = m.Line(start=m.Point(0, 0), end=m.Point(2, 4), tags=[tag])
    assert m.middle(line) == m.Point(1, 2)
    assert m.middle({"start": {"x": 0, "y": 0}, "end": {"x": 4, "y": 0}, "tags": []}) == m.Point(2, 0)
    assert m.pair(m.Pair(1, "x")) == m.Pair(1, "x")


def test_a_struct_with_behaviour_is_a_handle_with_properties(behaviours: Any) -> None:
    m = behaviours.records
    account = m.Account("Ann")
    assert isinstance(account, usecrate.Handle)
    assert (account.owner, account.balance) == ("Ann", 0)
    assert account.deposit(5) == 5 and account.changes() == "1 changes" and account.changes_ == 1
    account.owner = "Bo"
    account.balance = -3
    assert (account.owner, account.balance) == ("Bo", -3)
    with pytest.raises(TypeError):
        account.owner = 3
    with pytest.raises(OverflowError):
        account.balance = 2**63
    assert account == account and account != m.Account("Bo")
    with pytest.raises(AttributeError):
        account.secrets  # noqa: B018
    assert account.secret() == 7


def test_an_enum_without_data(behaviours: Any) -> None:
    m = behaviours.choices
    assert issubclass(m.Level, enum.Enum) and [level.value for level in m.Level] == [1, 10]
    assert m.Level(10) is m.Level.High is m.Level("High") is m.Level("high")
    assert str(m.Level.Low) == "low" and m.Level.Low.up() is m.Level.High
    assert m.Level.Low.name() == "the low one" and m.Level.Low._name_ == "Low"
    assert m.Level.Low < m.Level.High and m.levels() == list(m.Level)
    with pytest.raises((ValueError, usecrate.CallError)):
        m.Level("none of them")
    with pytest.raises(ValueError):
        m.Level(3)


def test_an_enum_with_data(behaviours: Any) -> None:
    m = behaviours.choices
    circle, box, nothing = m.Shape.Circle(2.0), m.Shape.Rectangle(width=2, height=3), m.Shape.Empty()
    assert [m.area(shape) for shape in (circle, box, nothing)] == [12.0, 6.0, 0.0]
    assert isinstance(m.same(box), m.Shape.Rectangle) and isinstance(box, m.Shape)
    assert m.same(box) == box != circle
    assert m.area("Empty") == 0 and m.area({"Circle": 1}) == 3
    assert m.area({"Rectangle": {"width": 1, "height": 5}}) == 5
    match m.same(circle):
        case m.Shape.Circle(radius):
            assert radius == 2.0
        case other:
            pytest.fail(f"{other!r}")
    assert usecrate.variant(box) == "Rectangle"


def test_builders(behaviours: Any) -> None:
    m = behaviours.builder
    letter = m.Letter()
    assert letter.line("a").line("b") is letter and letter.text() == "a\nb"
    parcel = m.Parcel().weight(3).label("Ann")
    assert parcel.send() == "3 kg to Ann"
    with pytest.raises(usecrate.ClosedError):
        parcel.send()
    same = m.Parcel()
    assert same.weight(1) is same


def test_operators(behaviours: Any) -> None:
    m = behaviours.operators
    one, two = m.Steps(1, 2), m.Steps(3, 4)
    assert one + two == m.Steps(4, 6) and two - one == m.Steps(2, 2) and -one == m.Steps(-1, -2)
    assert one * 3 == 3 * one == m.Steps(3, 6)
    assert one < two and max(one, two) == two and sorted([two, one])[0] == one
    assert str(one) == "(1, 2)" and "Steps" in repr(one) and hash(one) == hash(m.Steps(1, 2))
    assert copy.copy(one) == one and copy.deepcopy(one) == one
    one += two
    assert one == m.Steps(4, 6)
    assert one != "text" and (one == 3) is False
    with pytest.raises(TypeError):
        one + "text"
    with pytest.raises(TypeError):
        one < 3  # noqa: B015


def test_containers(behaviours: Any) -> None:
    m = behaviours.operators
    shelf = m.Shelf()
    assert len(shelf) == 0 and not shelf
    shelf.put(7)
    shelf.put(8)
    assert len(shelf) == shelf.len() == 2 and shelf[1] == 8 and 7 in shelf and 9 not in shelf
    shelf[0] = 5
    assert shelf[0] == 5
    with pytest.raises(IndexError):
        shelf[9]
    with pytest.raises(usecrate.PanicError):
        shelf[9]
    assert bytes(m.Blob(65, 3)) == b"AAA"


def test_names(behaviours: Any) -> None:
    m = behaviours.names
    assert m.import_(from_=3) == 3 and m.lambda_(if_=4) == 4
    assert m.Mode.None_.value == 0 and m.Mode("None_") is m.Mode.None_
    assert behaviours.ANSWER == 42 and behaviours.GREETING == "hello"
    assert behaviours.Dot is behaviours.records.Point and behaviours.add is behaviours.values.add
    assert behaviours.__name__ == "behaviours" and behaviours.__version__ == "0.3.1"
    assert (
        "behaviour" in behaviours.__doc__ and "values" in dir(behaviours) and "ANSWER" in behaviours.__all__
    )
    assert "Adds two numbers" in behaviours.values.add.__doc__
    assert list(inspect.signature(behaviours.values.add).parameters) == ["left", "right"]
    assert "left" in str(inspect.signature(behaviours.values.add))


def test_what_is_skipped_says_why(behaviours: Any) -> None:
    assert not hasattr(behaviours.names, "peek")
    with pytest.raises(usecrate.UnsupportedSignatureError, match="unsafe") as caught:
        behaviours.names.peek  # noqa: B018
    assert isinstance(caught.value, AttributeError) and caught.value.code == "unsafe"
    thing = object()
    assert behaviours.names.anything(thing) is thing
    with pytest.raises(AttributeError, match="records"):
        behaviours.record  # noqa: B018
    with pytest.raises(AttributeError, match="deposit"):
        behaviours.records.Account("x").deposits  # noqa: B018


def test_trait_methods(behaviours: Any) -> None:
    m = behaviours.traits
    cat = m.Cat()
    assert cat.named() == m.Named.named(cat) == "cat" and cat.greeted() == "hello, cat"
    assert m.Turned.turned("abc") == "cba"
    with pytest.raises(TypeError):
        m.Turned.turned(3)
    assert m.Basket().lives() == 9


def test_an_unavailable_feature_is_built_apart(build: Any) -> None:
    import pathlib

    crate = str(pathlib.Path(__file__).parent.parent / "crates" / "behaviours")
    assert build(crate) != build(crate, "--features", "extra")
