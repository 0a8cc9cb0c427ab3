"""Generators of random numbers: the operating system's, a callable, or one of the crate's own."""

from __future__ import annotations

import os
import pathlib
import random
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "generics")


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE).random


def test_the_systems_is_there_by_itself(m: Any) -> None:
    assert {m.roll(6) for _ in range(200)} == {1, 2, 3, 4, 5, 6}
    assert len(set(m.rolls(1000000, 500))) > 400
    assert m.tried() != m.tried()
    assert m.word() != m.word()
    assert len({bytes(m.key()) for _ in range(20)}) == 20
    assert len({bytes(m.new_key()) for _ in range(20)}) == 20
    assert m.noise(40) != m.noise(40)
    assert m.new_noise(1000) != m.new_noise(1000)


def test_a_callable_gives_the_bytes_that_are_asked_for(m: Any) -> None:
    def seeded() -> Any:
        return random.Random(7).randbytes

    assert m.rolls(6, 30, seeded()) == m.rolls(6, 30, seeded()) == m.rolls(6, 30, rng=seeded())
    assert m.noise(12, seeded()) == seeded()(12)
    assert m.new_noise(12, rng=seeded()) == seeded()(12)
    assert m.word(lambda count: bytes(range(count))) == int.from_bytes(bytes(range(8)), "little")
    counts: list[int] = []

    def zeros(count: int) -> bytes:
        counts.append(count)
        return bytes(count)

    assert (m.roll(6, zeros), m.tried(zeros), m.noise(5, zeros)) == (1, 0, bytes(5))
    assert counts == [4, 8, 5]
    assert len(m.noise(5, os.urandom)) == 5


def test_keys_are_the_systems_alone(m: Any) -> None:
    for key in (m.key, m.new_key):
        with pytest.raises(TypeError):
            key(random.Random(7).randbytes)
        assert len(key(None)) == 32


def test_what_a_callable_does_wrong_leaves_the_call(m: Any) -> None:
    with pytest.raises(ValueError, match="gave 3 bytes, not 4"):
        m.roll(6, lambda _: b"abc")
    with pytest.raises(TypeError):
        m.roll(6, lambda _: "abcd")
    with pytest.raises(ZeroDivisionError):
        m.roll(6, lambda count: bytes(1 // (count - count)))


def test_a_generator_of_the_crates_is_lent_and_goes_on(m: Any) -> None:
    counter = m.Counter(0)
    assert [m.roll(counter, 100) for _ in range(3)] == [2, 3, 4]
    assert m.rolls(counter, 100, 2) == [5, 6]
    assert m.roll(counter, 100) == 7
    assert m.tried(counter) == 7
