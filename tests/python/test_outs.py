"""What Rust changes in place: writable buffers, and out-parameters that come back in the result."""

from __future__ import annotations

import array
import gc
import hashlib
import inspect
from typing import Any

import pytest

import usecrate

np = pytest.importorskip("numpy")


@pytest.fixture(name="outs")
def outs_fixture(behaviours: Any) -> Any:
    """The module of what is changed in place."""
    return behaviours.outs


def test_memory_is_filled_in_place(outs: Any) -> None:
    memory = bytearray(5)
    assert outs.fill(memory, 7) == 5 and memory == b"\7" * 5
    view = memoryview(memory)[1:3]
    assert outs.fill(view, 9) == 2 and memory == b"\7\11\11\7\7"
    assert outs.fill(bytearray(), 1) == 0
    large = bytearray(1 << 20)
    assert outs.fill(large, 1) == len(large) and set(large) == {1}


def test_memory_that_need_not_be_initialised(outs: Any) -> None:
    memory = bytearray(8)
    assert outs.fill_uninit(memory, "four") == b"four"
    assert memory == b"four\0\0\0\0"
    assert outs.fill_uninit(memory, "too long for it") is None
    with pytest.raises(TypeError):
        outs.fill_uninit(b"12345678", "four")


def test_only_writable_memory_is_taken(outs: Any) -> None:
    for wrong in (b"abc", memoryview(b"abc"), "abc", [1, 2]):
        with pytest.raises((TypeError, BufferError), match="memory"):
            outs.fill(wrong, 1)


def test_numbers_of_the_right_type(outs: Any) -> None:
    numbers = array.array("d", [1, 2])
    outs.raise_(numbers, 0.5)
    assert list(numbers) == [1.5, 2.5]
    left, right = np.arange(3, dtype=np.uint32), np.full(3, 9, dtype=np.uint32)
    outs.exchange(left, right)
    assert left.tolist() == [9, 9, 9] and right.tolist() == [0, 1, 2]
    with pytest.raises((TypeError, ValueError)):
        outs.exchange(left, np.zeros(3, dtype=np.float32))


def test_one_piece_of_memory_is_not_lent_twice(outs: Any) -> None:
    memory = np.arange(4, dtype=np.uint32)
    with pytest.raises(BufferError, match="pass a copy"):
        outs.exchange(memory, memory)
    outs.exchange(memory[:2], memory[2:])
    assert memory.tolist() == [2, 3, 0, 1]


def test_results_beside_filled_memory(outs: Any) -> None:
    memory = bytearray(8)
    assert outs.digits("123", memory) == 3 and memory[:3] == b"\1\2\3"
    with pytest.raises(usecrate.CallError, match="'x' is no digit"):
        outs.digits("4x", memory)
    assert memory[0] == 4
    assert outs.write_hex(0xBEEF, memory) == "0000beef" and memory == b"0000beef"
    assert outs.fill_if(None) is False and outs.fill_if(memory) is True and memory == b"\1" * 8
    outs.clear(memory)
    assert memory == bytes(8)


def test_memory_is_not_kept(outs: Any) -> None:
    with pytest.raises(usecrate.UnsupportedSignatureError, match="lent for the call"):
        outs.Sink.new(bytearray(3))


def test_what_rust_leaves_is_the_result(outs: Any) -> None:
    assert outs.append(12) == "12"
    assert outs.append(12, text="n = ") == "n = 12"
    assert outs.split("abcde") == ("ace", "bd")
    assert outs.split("abc", odds="-") == ("ac", "-b")
    assert outs.key(3) == b"\3\3\3\3"
    with pytest.raises(TypeError):
        outs.append(12, "n = ")


def test_it_stands_behind_the_result(outs: Any) -> None:
    assert outs.next_number("12 34") == (12, 2)
    assert outs.next_number("12 34", at=2) == (34, 5)
    assert outs.next_number("12 34", at=5) == (None, 5)
    assert outs.take_byte(input=b"ab") == (97, b"b")
    assert outs.take_byte() == (None, b"")


def test_it_comes_with_an_ok_alone(outs: Any) -> None:
    assert outs.all_digits("12") == [1, 2]
    assert outs.all_digits("3", into=[0]) == [0, 3]
    assert outs.sum_digits("1223") == (8, {1: 1, 2: 2, 3: 1})
    with pytest.raises(usecrate.CallError, match="no digit"):
        outs.all_digits("1x")


def test_records_and_what_has_no_default(outs: Any) -> None:
    assert outs.grow(2) == outs.Size(2, 2)
    assert outs.grow(2, size=outs.Size(1, 0)) == outs.Size(3, 2)
    before = outs.Tally(start=5, seen=["a"])
    assert outs.tally("b", before) == outs.tally("b", tally=before) == (7, outs.Tally(5, ["a", "b"]))
    assert before.seen == ["a"], "what is passed is not changed"
    with pytest.raises(TypeError, match="tally"):
        outs.tally("b")


def test_lists_of_views(outs: Any) -> None:
    count, words = outs.words("one " * 3)
    assert count == 3 and [word.text() for word in words] == ["one"] * 3


def test_methods_with_out_parameters(outs: Any) -> None:
    writer = outs.Writer()
    assert writer.line("ab") == (3, "ab\n")
    assert writer.line("c", into="x") == (5, "xc\n")


def test_the_signature_says_so(outs: Any) -> None:
    parameters = inspect.signature(outs.append).parameters
    assert parameters["text"].kind is inspect.Parameter.KEYWORD_ONLY and parameters["text"].default is None
    assert inspect.signature(outs.tally).parameters["tally"].default is inspect.Parameter.empty


def test_foreign_bytes_are_left_behind() -> None:
    sha2 = usecrate.import_("sha2@0.11.1")
    hasher = sha2.Sha256()
    hasher.update(b"abc")
    expected = hashlib.sha256(b"abc").digest()
    assert hasher.finalize_into_reset() == expected
    hasher.update(b"abc")
    assert hasher.finalize_into_reset(out=bytes(32)) == expected
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match=f"expected 32 bytes, not {len(wrong)}"):
            hasher.finalize_into_reset(out=wrong)
    assert sha2.Sha256.write_alg_name().startswith("Sha256")


def test_a_list_is_changed_and_given_back(outs: Any) -> None:
    words = ["b", "c", "a"]
    assert outs.sort_words(words=words) == (3, ["a", "b", "c"]) and words == ["b", "c", "a"]
    assert outs.sort_words(words=[]) == (0, [])
    with pytest.raises((TypeError, ValueError)):
        outs.sort_words()
    with pytest.raises(TypeError):
        outs.sort_words(words=[1])


def test_a_list_that_is_kept_is_changed_where_it_is_kept(outs: Any) -> None:
    fields = outs.Fields([outs.NO_FIELD] * 3)
    assert fields.found() == [] and fields.parse("a:1\nb:22") == 2
    gc.collect()
    assert fields.found() == [outs.Field("a", b"1"), outs.Field("b", b"22")]
    assert fields.parse("c:" + "3" * 5000) == 3 and fields.parse("d:4") is None
    assert [one.name for one in fields.all] == ["a", "b", "c"] and len(fields.found()[2].value) == 5000
    assert fields.all[2] == outs.Field(name="c", value=b"3" * 5000)
    other = outs.Fields([])
    assert other.parse("a:1") is None and other.parse("") == 0
    with pytest.raises(TypeError):
        outs.Fields([1])
