"""The independent client and values of any type: data is copied, objects of the host are kept and asked."""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from client import ARGUMENT, EXT_BIG, PANIC, REQUEST, Library
from host import EQUAL, HASH, ORDER, TEXT, Host

ANY = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "any_value")
EXT_COLLECTION = 7
TUPLE, SET, FROZEN_SET = (msgpack.ExtType(EXT_COLLECTION, bytes([code])) for code in range(3))
#: A table must stay as it is for the rest of the process.
HOSTS: list[Host] = []


@pytest.fixture
def host() -> Host:
    HOSTS.append(Host())
    return HOSTS[-1]


@pytest.fixture
def fixture(library: Callable[..., str], host: Host) -> Library:
    return Library(library(ANY), host)


def id_of(library: Library, name: str) -> str:
    """The id of the one callable with this name."""
    (found,) = {
        c.id
        for c in library.callables
        if c.id.split("<")[0] == f"any_value::{name}" and "dynamic" in str(c.params)
    }
    return found


@functools.total_ordering
class Number:
    """An object that counts as its number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: Any) -> bool:
        return bool(self.number == getattr(other, "number", other))

    def __lt__(self, other: Any) -> bool:
        return bool(self.number < getattr(other, "number", other))

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"#{self.number}"


def big(value: int) -> msgpack.ExtType:
    return msgpack.ExtType(EXT_BIG, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


def test_plain_data(fixture: Library) -> None:
    same, equal = id_of(fixture, "same"), id_of(fixture, "equal")
    for value in (
        None,
        True,
        -5,
        2**64 - 1,
        1.5,
        "text",
        b"bytes",
        big(3**500),
        big(-(2**64)),
        [],
        [1, [TUPLE, 2, [SET, "a"]], [FROZEN_SET]],
        {1: "a", None: [TUPLE], b"x": {}},
    ):
        assert fixture.call(same, value) == value
        assert fixture.call(equal, value, value) is True
    # In whatever form a number comes, it is the shortest that goes back.
    assert fixture.call(same, msgpack.ExtType(EXT_BIG, b"\x05\0\0")) == 5
    assert fixture.call(same, msgpack.ExtType(EXT_BIG, b"\xff" * 40)) == -1
    assert fixture.call(equal, 1, 1.0) is fixture.call(equal, True, 1) is True
    assert fixture.call(equal, [TUPLE, 1], [1]) is False
    assert fixture.call(equal, [SET, 1, 2], [FROZEN_SET, 2, 1]) is True
    assert fixture.call(id_of(fixture, "debugged"), [TUPLE, 1, "a", big(2**70)]) == f"(1, 'a', {2**70})"


def test_objects_come_back_with_a_reference_each(fixture: Library, host: Host) -> None:
    thing = host.lend(Number(1))
    assert fixture.call(id_of(fixture, "same"), [thing, 1]) == [thing, 1]
    token = int.from_bytes(thing.data, "little")
    assert host.references[token] == 1 and not host.log
    assert fixture.call(id_of(fixture, "twice"), thing) == [thing, thing]
    assert host.references[token] == 2
    host.end(token)
    host.end(token)
    assert host.released(thing)


def test_objects_are_asked(fixture: Library, host: Host) -> None:
    def asked(name: str, *arguments: Any) -> Any:
        host.log.clear()
        return fixture.call(id_of(fixture, name), *arguments)

    def operations() -> set[int]:
        return {upcall.operation for upcall in host.log} - {0}

    assert asked("equal", host.lend(Number(1)), 1.0) is True
    assert operations() == {EQUAL}
    assert asked("equal", host.lend(Number(1)), host.lend(Number(2))) is False
    assert asked("compare", host.lend(Number(1)), 2) == -1
    assert asked("compare", 3, host.lend(Number(2))) == 1
    assert operations() == {ORDER}
    assert asked("hash", host.lend(Number(7))) == asked("hash", 7) == asked("hash", 7.0)
    assert asked("hash", host.lend(Number(7))) and operations() == {HASH}
    assert asked("debugged", [host.lend(Number(7))]) == "[#7]"
    assert operations() == {TEXT}
    assert not host.objects, "all references ended"


def test_an_exception_leaves_the_call(fixture: Library, host: Host) -> None:
    error = LookupError("asked")

    class Touchy:
        def __eq__(self, other: object) -> bool:
            raise error

        __hash__ = None  # type: ignore[assignment]

    assert fixture.raised(id_of(fixture, "equal"), host.lend(Touchy()), 1) is error
    assert not host.objects


def test_what_is_forged_is_refused(fixture: Library, library: Callable[..., str], host: Host) -> None:
    same = id_of(fixture, "same")
    deep: Any = None
    for _ in range(70):
        deep = [deep]
    for value, status in (
        (msgpack.ExtType(EXT_BIG, b""), ARGUMENT),
        (TUPLE, ARGUMENT),
        ([1, TUPLE], ARGUMENT),
        ([msgpack.ExtType(EXT_COLLECTION, b"\x09"), 1], ARGUMENT),
        (msgpack.ExtType(3, b"\0" * 7), REQUEST),
        (deep, REQUEST),
    ):
        assert fixture.refusal(same, value).status == status
    thing = host.lend(Number(1))
    assert fixture.refusal(same, [thing, TUPLE]).status == ARGUMENT
    assert not host.released(thing) and not host.log
    # A token that the client never gave out: it is asked for it, and says so.
    answer = fixture.refusal(id_of(fixture, "equal"), msgpack.ExtType(3, b"\x99" * 8), 1)
    assert answer.status != PANIC
    alone = Library(library(ANY))
    assert alone.refusal(same, thing).payload[0] == "callable"
