"""Records as dataclasses, annotations, signatures: what Python's own tools see."""

from __future__ import annotations

import dataclasses
import inspect
import pathlib
import pprint
import typing
from typing import Any

import pytest

import usecrate

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"


@pytest.fixture(scope="module", name="generics")
def generics_fixture() -> Any:
    return usecrate.import_(str(CRATES / "generics"))


def test_records_are_dataclasses(behaviours: Any) -> None:
    m = behaviours.records
    point, tag = m.Point(1.0, 2.0), m.Tag("x", note=None)
    assert dataclasses.is_dataclass(m.Point) and dataclasses.is_dataclass(point)
    assert not dataclasses.is_dataclass(m.Account)
    assert [field.name for field in dataclasses.fields(m.Line)] == ["start", "end", "tags"]
    assert [field.type for field in dataclasses.fields(m.Line)] == [m.Point, m.Point, list[m.Tag]]
    line = m.Line(point, m.Point(3.0, 4.0), [tag])
    plain = dataclasses.asdict(line)
    assert plain == {"start": {"x": 1.0, "y": 2.0}, "end": {"x": 3.0, "y": 4.0}, "tags": plain["tags"]}
    assert dataclasses.astuple(point) == (1.0, 2.0)
    moved = dataclasses.replace(point, x=9.0)
    assert moved == m.Point(9.0, 2.0) and type(moved) is m.Point and point.x == 1.0
    assert m.Point.__match_args__ == ("x", "y")
    assert pprint.pformat(point) == repr(point)
    # Only what Rust has a default for has one.
    first, second = dataclasses.fields(m.Point)
    assert first.default_factory() == 0.0 and second.default is dataclasses.MISSING
    assert dataclasses.fields(m.Tag)[0].default_factory is dataclasses.MISSING


def test_variants_are_dataclasses(behaviours: Any) -> None:
    shape = behaviours.choices.Shape
    box = shape.Rectangle(width=2, height=3)
    assert dataclasses.replace(box, width=5) == shape.Rectangle(width=5, height=3)
    assert [field.name for field in dataclasses.fields(shape.Empty)] == []
    assert not dataclasses.is_dataclass(shape)


def test_the_typed_module_is_the_module_with_annotations(behaviours: Any) -> None:
    m = behaviours.records
    typed = usecrate.typed(behaviours)
    assert typed is behaviours is behaviours.typed()
    assert typing.get_type_hints(typed.records.Point) == {"x": float, "y": float}
    assert typing.get_type_hints(m.Line) == {"start": m.Point, "end": m.Point, "tags": list[m.Tag]}
    assert typing.get_type_hints(m.Tag)["note"] == typing.Optional[str]  # noqa: UP045
    with pytest.raises(TypeError, match="takes a module handle"):
        usecrate.typed(typing)


def test_enums_with_data_are_unions_of_their_variants(generics: Any) -> None:
    m = usecrate.typed(generics).data
    several = typing.Union[m.Several.One, m.Several.Many, m.Several.Nothing]  # noqa: UP007
    hints = {"owner": several, "numbers": list[several], "below": typing.Optional[several]}  # noqa: UP045
    assert typing.get_type_hints(m.Entry) == hints
    assert {field.name: field.type for field in dataclasses.fields(m.Entry)} == hints
    entry = m.enter(m.Entry(m.Several.One("a"), [m.Several.Many([1, 2])], None))
    assert type(entry.owner) in typing.get_args(several) and isinstance(entry.numbers[0], several)
    # What may be passed is said in short.
    parameters = inspect.signature(m.Entry).parameters.values()
    assert [one.annotation for one in parameters][:2] == [m.Several, list[m.Several]]


def test_a_class_of_several_instances_has_the_fields_of_all(generics: Any) -> None:
    m = usecrate.typed(generics).data
    both = typing.Union[str, int]  # noqa: UP007
    assert typing.get_type_hints(m.Pair) == {"first": both, "second": both}
    assert typing.get_type_hints(m.Several.One) == {"_0": both}
    assert typing.get_type_hints(m.Several.Many) == {"_0": typing.Union[list[str], list[int]]}  # noqa: UP007


def test_signatures_of_classes_have_types(behaviours: Any) -> None:
    m = behaviours.records
    assert str(inspect.signature(m.Line)) == (
        f"(start: {m.Point.__module__}.{m.Point.__qualname__}, end: {m.Point.__module__}."
        f"{m.Point.__qualname__}, tags: list[{m.Tag.__module__}.{m.Tag.__qualname__}])"
    )
    account = inspect.signature(m.Account, eval_str=True)
    assert account.parameters["owner"].annotation is str and account.return_annotation is m.Account


def test_every_type_of_a_crate_has_a_python_type(behaviours: Any) -> None:
    from usecrate.hints import callable_signature

    loaded = behaviours.__dict__["__usecrate__"].loaded
    for found in loaded.manifest["callables"]:
        str(callable_signature(loaded, found))
