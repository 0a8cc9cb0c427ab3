"""What a crate gives out and does not define where it is seen: the functions of types that cross as plain
data, a type that says which of two it is, the items of hidden modules."""

from __future__ import annotations

import pathlib
import pickle
import uuid
from typing import Any

import pytest

import usecrate
from usecrate.listing import listing

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "offers")
ID = uuid.UUID("67e55044-10b1-426f-9247-bb680e5fe0c8")


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE)


def test_functions_of_plain_data(m: Any) -> None:
    assert m.Complex.norm(3 + 4j) == 5.0
    assert m.Complex.from_polar(2.0, 0.0) == 2
    assert m.Complex.conj(m.turned(1)) == -1j
    assert m.Complex.is_nan(1j) is False
    assert m.Uuid.get_version_num(ID) == 4
    assert m.Uuid.nil().int == 0
    assert m.Uuid.parse_str(str(ID)) == ID
    with pytest.raises(usecrate.CallError):
        m.Uuid.parse_str("no")


def test_methods_of_traits(m: Any) -> None:
    assert m.Complex.doubled(1j) == m.Doubled.doubled(1j) == 2j
    # Not every number is a complex one because it could be.
    assert type(m.Doubled.doubled(1.5)) is float


def test_what_changes_its_receiver_gives_it_back(m: Any) -> None:
    assert m.Complex.double(1 + 1j) == 2 + 2j
    assert m.Doubled.double(2.0) == 4.0


def test_the_name_is_no_class_of_values(m: Any) -> None:
    with pytest.raises(TypeError, match="plain data"):
        m.Complex(1, 2)
    with pytest.raises(AttributeError, match="the type `offers::Complex` has no served method `nom`"):
        _ = m.Complex.nom
    assert pickle.loads(pickle.dumps(m.Complex)) is m.Complex
    loaded, _ = m.Complex.__usecrate_trait__
    assert "  type Complex  # its values are plain data" in listing(loaded.manifest)


def test_either_of_a_crate_that_gives_it_out_says_which(m: Any) -> None:
    number, text = m.parsed("12"), m.parsed("twelve")
    assert isinstance(number, m.Either.Left) and number.left() == 12
    assert isinstance(text, m.Either.Right) and text.right() == "twelve"

    def side(number: int) -> Any:
        sides = m.Either["i64", "i64"]
        return sides.Left(number) if number % 2 else sides.Right(-number)

    assert m.sorted_out([1, 2, 3, 4], side) == ([1, 3], [-2, -4])


def test_items_of_a_hidden_module(m: Any) -> None:
    pairs = m.pairs(x for x in "abc")
    assert isinstance(pairs, m.Pairs)
    assert pairs.first() == "a"
    assert list(pairs) == [("a", "b"), ("b", "c")]
    assert m.rotated(1) == 1j
    for name in ("internal", "free"):
        assert not hasattr(m, name)
    assert not hasattr(m.Pairs, "inner")
