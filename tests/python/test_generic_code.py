"""Code that is generic over the crate's own traits, over iterators, and over what serde writes."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import uuid
from collections import OrderedDict, deque, namedtuple
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "any_value")


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE)


def drain(search: Any, graph: Any) -> list[int]:
    return list(iter(lambda: search.next(graph), None))


def test_what_a_method_is_passed_says_what_its_type_is_over(m: Any) -> None:
    ring, edges = m.walks.Ring(4), m.walks.Edges.from_edges([(7, 9, "a"), (9, -2, None)])
    assert drain(m.walks.Search(ring, 2), ring) == [2, 3, 0, 1]
    assert drain(m.walks.Search(edges, 7), edges) == [7, 9, -2]
    with pytest.raises(TypeError):
        m.walks.Search("no graph", 2)
    with pytest.raises(TypeError):
        m.walks.Search(ring, 2).next(edges)


def test_wrappers_of_references(m: Any) -> None:
    ring = m.walks.Ring(3)
    back = m.walks.Reversed(ring)
    del ring
    assert back.near(0) == [2]
    assert m.walks.reach(back, 1) == 3
    edges = m.walks.Edges.from_edges([(1, 2, 0.5)])
    assert m.walks.reach(edges, 2) == 1
    assert m.walks.reach(m.walks.Reversed(edges), 2) == 2


def test_tuples_of_what_the_bounds_say(m: Any) -> None:
    assert m.walks.Edges.from_edges([(1, 2, "x"), (2, 3, ["y"])]).values() == ["x", ["y"]]
    assert m.walks.Edges.from_edges([(1, 2), (2, 3)]).values() == [None, None]
    with pytest.raises(TypeError):
        m.walks.Edges.from_edges(["ab"])


def test_iterators_of_the_crate_inside_others(m: Any) -> None:
    words = m.walks.Words("a a b a")
    assert [word.text() for word in m.walks.Deduplicated(words)] == ["a", "b", "a"]


def test_iterables_inside_types(m: Any) -> None:
    sums = m.walks.Sums(iter([1, 2, 3]))
    assert [sums.step() for _ in range(4)] == [1, 3, 6, None]

    def numbers() -> Any:
        yield 1
        raise KeyError("here")

    sums = m.walks.Sums(numbers())
    assert sums.step() == 1
    with pytest.raises(KeyError, match="here"):
        sums.step()


@dataclasses.dataclass
class Person:
    name: str
    born: datetime.date
    friends: list[Person] = dataclasses.field(default_factory=list)


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ([1, 2.5, "x", True, None], [1, 2.5, "x", True, None]),
        ({"a": (1, 2), "b": {"c": [b"\x01"]}}, {"a": [1, 2], "b": {"c": [[1]]}}),
        (2**100, 2**100),
        (
            Person("A", datetime.date(2000, 1, 2), [Person("B", datetime.date(2001, 3, 4))]),
            {
                "name": "A",
                "born": "2000-01-02",
                "friends": [{"name": "B", "born": "2001-03-04", "friends": []}],
            },
        ),
        ([Color.RED, Level.LOW, Pair(1, Color.RED)], ["red", 1, [1, "red"]]),
        (OrderedDict(a=deque([1]), b=range(3)), {"a": [1], "b": [0, 1, 2]}),
        ([uuid.UUID(int=1), decimal.Decimal("1.50")], ["00000000-0000-0000-0000-000000000001", "1.50"]),
        (bytearray(b"a"), [97]),
    ],
)
def test_serde_writes_what_objects_stand_for(m: Any, value: Any, written: Any) -> None:
    for write in (m.to_json, m.write, m.write_unsized):
        assert json.loads(write(value)) == written


def test_serde_is_told_what_has_fields(m: Any) -> None:
    rows = [Person("A", datetime.date(2000, 1, 2)), Person("B", datetime.date(2001, 3, 4))]
    single = dataclasses.make_dataclass("Single", [("name", str), ("age", "int | None")])
    assert m.to_csv([single("A", 3), single("B", None)]) == "name,age\nA,3\nB,\n"
    assert m.to_csv([("A", 3), ["B", None]]) == "A,3\nB,\n"
    with pytest.raises(usecrate.CallError, match="serializing maps is not supported"):
        m.to_csv([{"name": "A"}])
    with pytest.raises(usecrate.CallError, match="sequence"):
        m.to_csv([dataclasses.replace(row, friends=[row]) for row in rows])


def test_what_a_format_does_not_say_is_told_by_a_class(m: Any) -> None:
    text = "name,age\nA,3\nB,\n"
    assert list(m.rows[dict](text)) == [{"name": "A", "age": 3}, {"name": "B", "age": ""}]
    assert list(m.rows(text)) == ["A", "B"], "CSV says of a row what its first field is"
    assert m.from_json[dict]('{"a": [1]}') == {"a": [1]}
    assert m.from_json[list]('[1, "x", {"a": null}]') == [1, "x", {"a": None}]
    with pytest.raises(usecrate.CallError, match="invalid type: sequence"):
        m.from_json[dict]("[1]")
    with pytest.raises(usecrate.CallError, match="expected"):
        m.from_json[list]("{}")


def test_a_class_tells_wherever_the_rows_come_from(m: Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,age\nA,3\n")
    assert list(m.Sheet.open(path).into_rows[dict]()) == [{"name": "A", "age": 3}]
    with path.open("rb") as file:
        assert list(m.Sheet(file).into_rows[dict]()) == [{"name": "A", "age": 3}]
    assert list(m.Sheet.open(path).into_rows()) == ["A"]


def test_types_of_the_crate_are_written_in_their_own_way(m: Any) -> None:
    point, secret = m.Point(x=1, y=2), m.Secret("abc")
    for write in (m.to_json, m.write, m.write_unsized):
        assert json.loads(write(point)) == {"X": 1, "Y": 2}
        assert write(secret) == "3"
    # Among others, they are data by their fields.
    assert json.loads(m.write([point])) == [{"x": 1, "y": 2}]


def test_what_cannot_be_written_says_why(m: Any) -> None:
    for value in (object(), [object()], [m.Secret("abc")], lambda: None):
        with pytest.raises(TypeError, match="cannot be serialized"):
            m.write(value)
    endless = Person("A", datetime.date(2000, 1, 2))
    endless.friends.append(endless)
    with pytest.raises(usecrate.CallError, match="nests"):
        m.write(endless)

    class Raises(dict[str, int]):
        def items(self) -> Any:
            raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        m.write([Raises()])
