"""What the workload does, in Python: what every contender's results are compared with. It is not timed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Failure(Exception):
    """What `fail` fails with."""


@dataclasses.dataclass
class Record:
    """A record as an instance of a class."""

    id: int
    name: str
    score: float
    active: bool


class Counter:
    """Counts."""

    def __init__(self, value: int) -> None:
        self.value = value

    def inc(self) -> int:
        self.value += 1
        return self.value


def noop() -> None: ...


def add(left: int, right: int) -> int:
    return left + right


def greet(name: str) -> str:
    return f"Hello, {name}!"


def echo(data: bytes) -> bytes:
    return bytes(data)


def touch(records: list[Record]) -> list[Record]:
    return [Record(one.id + 1, one.name, one.score, not one.active) for one in records]


def touch_dicts(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "id": one["id"] + 1, "active": not one["active"]} for one in records]


def fail(code: int) -> int:
    if code:
        raise Failure(f"failed with code {code}")
    return 0


def total(items: Iterable[int]) -> int:
    return sum(items)


def numbers(end: int) -> Iterator[int]:
    return iter(range(end))


def each(end: int, call: Callable[[int], int]) -> int:
    return sum(call(number) for number in range(end))


length = len
length_view = len
sum_view = total
