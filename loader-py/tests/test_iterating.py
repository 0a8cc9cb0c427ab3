"""Classes whose values are iterators or bytes, over the stand-in."""

from __future__ import annotations

import operator
import sys
from typing import Any

import pytest


@pytest.fixture
def version(uc: Any, part: Any, manifest: dict[str, Any], tmp_path: Any) -> Any:
    """Makes the class `Version` with more special methods: each has a result and what it does."""
    from samples import VERSION, write

    def make(**specials: Any) -> Any:
        table = part("_native").TABLES["demo"]
        found = manifest["types"][VERSION].setdefault("specials", {})
        for name, (result, run, *params) in specials.items():
            index = len(manifest["callables"])
            receiver = {"name": "self", "type": ["handle", VERSION, "exclusive"]}
            manifest["callables"].append(
                {
                    "id": f"demo::Version::{name}",
                    "name": name,
                    "signature": f"fn {name}()",
                    "params": [receiver, *params],
                    "result": result,
                }
            )
            table[index] = run
            found[name] = [index]
        return uc.load_artifact(write(tmp_path, manifest)).Version

    return make


def down(value: list[int]) -> int | None:
    """The next item of a version: its parts count down."""
    value[0] -= 1
    return value[0] if value[0] >= 0 else None


def test_an_iterator_of_its_own(version: Any, part: Any) -> None:
    cls = version(
        __next__=(["option", "i64"], down),
        __iter__=(["handle", 0, "shared"], lambda value: pytest.fail("it is its own iterator")),
        __length_hint__=("usize", lambda value: value[0]),
    )
    value = cls(3, 0, 0)
    assert issubclass(cls, part("_native").HandleIterator)
    assert iter(value) is value
    assert operator.length_hint(value) == 3
    assert list(value) == [2, 1, 0]
    assert "__next__" not in vars(cls), "the native class does it"


def test_batches(version: Any) -> None:
    want = {"name": "want", "type": "usize"}
    cls = version(
        __next__=(
            ["list", "i64"],
            lambda value, want: [found] if (found := down(value)) is not None else [],
            want,
        ),
        __len__=("usize", lambda value: value[0]),
    )
    value = cls(3, 0, 0)
    assert len(value) == 3
    assert list(value) == [2, 1, 0]


def test_a_length_that_python_cannot_hold(version: Any) -> None:
    cls = version(
        __next__=(["option", "i64"], down), __length_hint__=("usize", lambda value: sys.maxsize * 2 + 1)
    )
    assert operator.length_hint(cls(3, 0, 0), 7) == 7


def test_a_type_that_gives_iterators(version: Any) -> None:
    cls = version(
        __iter__=("any", lambda value: iter(list(value))),
        __reversed__=("any", lambda value: iter(value[::-1])),
    )
    value = cls(1, 2, 3)
    assert list(value) == [1, 2, 3]
    assert list(reversed(value)) == [3, 2, 1]
    with pytest.raises(TypeError, match="is not an iterator"):
        next(value)


def test_a_type_that_is_bytes(version: Any, part: Any) -> None:
    cls = version(__bytes__=("bytes", lambda value: bytes(value)))
    assert issubclass(cls, part("_native").HandleBuffer)
    assert bytes(cls(1, 2, 3)) == b"\1\2\3"
